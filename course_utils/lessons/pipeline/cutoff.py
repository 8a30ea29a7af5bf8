"""From which score on is an alarm raised? What a cut-off finds, and what it costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import ipywidgets

from course_utils.lesson.explore import LABELS, Explorer
from course_utils.pictures.page import BLUE, GREY, ORANGE, Html, element, fill, style
from course_utils.pictures.table import Cell, table_view
from course_utils.pictures.view import View

WIDTH = 420  # pixels of the longest bar


def show_cutoff(
    answers: Sequence[Mapping], truth: Sequence[str], *, label: str, sure: float = 0.5
) -> View:
    """Show how many texts are called ``label`` with at least this score, and how many of them are.

    Parameters
    ----------
    answers : sequence of mappings
        One ``{"label": str, "score": float}`` per text.
    truth : sequence of str
        The true label of each text; capitals do not count.
    label : str
        The label that raises an alarm.
    sure : float
        The least score, 0-1.

    Returns
    -------
    View
        Two bars on one rule: the texts on the list, right and wrong; the texts that should be on it, found and missed.

    Raises
    ------
    ValueError
        If there are not as many answers as true labels.

    Examples
    --------
    >>> show_cutoff([{"label": "NEGATIVE", "score": 0.9}], ["negative"], label="NEGATIVE", sure=0.8)
    Answers NEGATIVE with a score of at least 0.800: what is on the list, and what should be
                     texts  split
    on the list      1      1 right (100 %), 0 false alarms
    should be on it  1      1 found (100 %), 0 missed
    """
    if len(answers) != len(truth):
        raise ValueError(
            f"expected as many answers as true labels, got {len(answers)}, {len(truth)}"
        )
    listed = [one["label"] == label and one["score"] >= sure for one in answers]
    wanted = [true.upper() == label.upper() for true in truth]
    found = sum(a and b for a, b in zip(listed, wanted, strict=True))
    longest = max(
        1, sum(wanted), sum(one["label"] == label for one in answers)
    )  # the same rule at every cut-off
    rows = [
        _split("on the list", sum(listed), found, ("right", "false alarms"), longest),
        _split("should be on it", sum(wanted), found, ("found", "missed"), longest),
    ]
    caption = (
        f"Answers {label} with a score of at least {sure:.3f}: what is on the list, "
        "and what should be"
    )
    return table_view(caption, ["", "texts", "split"], rows)


def explore_cutoff(
    answers: Sequence[Mapping], truth: Sequence[str], *, label: str, sure: float = 0.5
) -> Explorer:
    """Explore what a higher cut-off gains and loses; parameters as for ``show_cutoff``.

    Returns
    -------
    Explorer
        Control: ``sure``, a slider from 0.5 to 1 in steps of 0.005.
    """
    slider = ipywidgets.FloatSlider(
        sure, min=0.5, max=1.0, step=0.005, readout_format=".3f", description="sure", style=LABELS
    )

    def draw(sure: float) -> View:
        return show_cutoff(answers, truth, label=label, sure=round(sure, 3))

    return Explorer(draw, {"sure": slider})


def _split(name: str, total: int, part: int, words: tuple[str, str], longest: int) -> list:
    """Write one bar of two parts, each with its count; the share is that of the first."""
    share = f" ({100 * part / total:.0f} %)" if total else ""
    text = f"{part} {words[0]}{share}, {total - part} {words[1]}"
    look = {"display": "inline-block", "height": "1.1em", "vertical_align": "middle"}
    stripes = (
        f"repeating-linear-gradient(45deg,{fill(ORANGE, 0.55)} 0 5px,{fill(GREY, 0.15)} 5px 9px)"
    )
    bar = element(
        "span",
        *(
            element(
                "span",
                style=style(width=f"{round(WIDTH * n / longest)}px", **look, background=back),
            )
            for n, back in ((part, BLUE), (total - part, stripes))
        ),
        style=style(display="inline-block", width=f"{WIDTH + 4}px", white_space="nowrap"),
    )
    return [name, total, Cell(Html(bar + element("div", text)), text)]
