"""Records into pictures: a ``View`` (HTML and text) or a matplotlib figure; no arithmetic of models."""
