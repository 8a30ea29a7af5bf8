"""Who is "she"? A masked model is asked for the name, with the names in both orders and both pronouns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from course_utils.pictures.table import marked_cell, table_view
from course_utils.pictures.view import View

# a name used for women, a name used for men; each is one token of the checkpoint
NAMES = (
    ("anna", "peter"),
    ("mary", "john"),
    ("sarah", "david"),
    ("emma", "tom"),
    ("laura", "paul"),
    ("julia", "mark"),
    ("alice", "bob"),
    ("lucy", "george"),
    ("helen", "james"),
    ("maria", "robert"),
)
FRAME = "{first} phoned {second} because {pronoun} was late. The one who was late was [MASK]."


@dataclass(frozen=True, repr=False)
class Who(View):
    """A table of odds with the counts of all name pairs in both orders."""

    right: int = 0
    same_name: int = 0
    moved: int = 0
    first_named: int = 0
    pairs: int = 0


def show_who(unmasker: Any, names: tuple[tuple[str, str], ...] = NAMES) -> Who:
    """Ask a masked model who was late, for each pair of names, both orders and both pronouns.

    Parameters
    ----------
    unmasker : FillMaskPipeline
        Called with a text and ``targets=[...]``; gives ``{"token_str", "score"}`` per target.
    names : tuple of (str, str)
        Pairs: a name used for women, a name used for men.

    Returns
    -------
    Who
        A row per sentence pair: the name that wins with *she* and with *he*, and its odds for the woman's name.
        ``right`` counts answers that follow the pronoun, ``same_name`` the sentences in which both pronouns
        give the same name, ``moved`` those in which *she* raises the odds of the woman's name above *he*.
    """
    rows, right, same, moved, first_named = [], 0, 0, 0, 0
    for woman, man in names:
        for first, second in ((woman, man), (man, woman)):
            odds = {
                pronoun: _odds(unmasker, first, second, pronoun, woman, man)
                for pronoun in ("she", "he")
            }
            won = {pronoun: woman if value > 1 else man for pronoun, value in odds.items()}
            right += (won["she"] == woman) + (won["he"] == man)
            same += won["she"] == won["he"]
            moved += odds["she"] > odds["he"]
            first_named += (won["she"] == first) + (won["he"] == first)
            start = f"{first.title()} phoned {second.title()} because … was late."
            rows.append(
                [
                    start,
                    marked_cell(won["she"].title(), wrong=won["she"] != woman),
                    marked_cell(won["he"].title(), wrong=won["he"] != man),
                    f"{odds['she']:.2f} : 1",
                    f"{odds['he']:.2f} : 1",
                ]
            )
    total = len(rows)
    note = (
        f"Right: {right} of {2 * total}. She and he give the same name in {same} of {total} "
        f"sentences. She raises the odds of the woman's name in {moved} of {total}."
    )
    shown = table_view(
        "Who was late? The name that the model prefers, and the odds of the woman's name "
        f"(four of {total} sentences)",
        ["sentence", "with she", "with he", "odds, she", "odds, he"],
        rows[:4],
        note=note,
    )
    return Who(shown.html, shown.text, right, same, moved, first_named, total)


def _odds(unmasker: Any, first: str, second: str, pronoun: str, woman: str, man: str) -> float:
    text = FRAME.format(first=first.title(), second=second.title(), pronoun=pronoun)
    scores = {
        row["token_str"].strip(): row["score"] for row in unmasker(text, targets=[woman, man])
    }
    return scores[woman] / scores[man]
