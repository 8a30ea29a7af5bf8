"""The engine of a lesson: predict, check, hint and the explorers."""
