"""Lesson 05, sentence pairs: the names that its notebook imports; its exercises and proofs register themselves."""

from __future__ import annotations

from course_utils.lessons.sentence_pairs import asking, pair, scores
from course_utils.lessons.sentence_pairs.explorers import explore_claims, explore_desks
from course_utils.lessons.sentence_pairs.judges import show_glue, show_judges, show_places
from course_utils.lessons.sentence_pairs.proofs import ask_desks, pair_by_hand, zero_shot_scores
from course_utils.lessons.sentence_pairs.runs import ask_all, sorted_by_cosine
from course_utils.lessons.sentence_pairs.trays import (
    show_calls,
    show_columns,
    show_more_mail,
    show_segments,
    show_trays,
)

__all__ = [
    "ask_all",
    "ask_desks",
    "asking",
    "explore_claims",
    "explore_desks",
    "pair",
    "pair_by_hand",
    "scores",
    "show_calls",
    "show_columns",
    "show_glue",
    "show_judges",
    "show_more_mail",
    "show_places",
    "show_segments",
    "show_trays",
    "sorted_by_cosine",
    "zero_shot_scores",
]
