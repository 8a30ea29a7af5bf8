"""What a library upgrade would falsify: facts, where they are taught, and results per version."""
