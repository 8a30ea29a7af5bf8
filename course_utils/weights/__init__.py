"""The one door to checkpoints."""
