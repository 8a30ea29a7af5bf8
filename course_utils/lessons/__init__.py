"""The exercises of each notebook: examiners, hints, and what typical wrong answers are told."""
