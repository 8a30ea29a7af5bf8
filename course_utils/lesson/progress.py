"""Where the engine tells what a learner did."""

from __future__ import annotations


def record(event: dict) -> None:
    """Take note of one event; nothing is kept yet."""
