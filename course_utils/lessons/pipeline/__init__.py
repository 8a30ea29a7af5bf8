"""Lesson 01, from one sentence to a label and back: its exercises, pictures and explorers."""

from course_utils.lessons.pipeline import exercises as _exercises  # noqa: F401  registers them
from course_utils.lessons.pipeline.changes import OLDER_LINES, show_changes
from course_utils.lessons.pipeline.cutoff import explore_cutoff, show_cutoff
from course_utils.lessons.pipeline.left_out import explore_left_out, show_left_out
from course_utils.lessons.pipeline.run_order import show_run_order
from course_utils.lessons.pipeline.who import show_who

__all__ = [
    "OLDER_LINES",
    "explore_cutoff",
    "explore_left_out",
    "show_changes",
    "show_cutoff",
    "show_left_out",
    "show_run_order",
    "show_who",
]
