"""Right or wrong, and when to refuse: the views and the explorer of lesson 08, section 4."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import Any
from urllib.parse import quote

from course_utils.lesson.explore import Explorer, slider, stacked
from course_utils.lessons.question_answering.by_hand import LENGTH, places_in, room_for, texts
from course_utils.metrics import answer_f1, exact_match
from course_utils.pictures.page import BLUE, GREY, INK, ORANGE, VERMILLION, element, style
from course_utils.pictures.table import bar_cell, table_view
from course_utils.pictures.view import View

STEPS = tuple(step / 20 for step in range(20))  # the thresholds that are tried
KINDS = ("short text", "long text", "no answer in the text")


def judge(questions: Sequence[Mapping], answers: Sequence[Mapping]) -> list[dict[str, Any]]:
    """Say for each question whether its answer is right.

    Parameters
    ----------
    questions : sequence of dict
        Rows of the corpus ``questions``.
    answers : sequence of dict
        One per question, with ``answer`` and ``score``.

    Returns
    -------
    list of dict
        ``question``, ``passage``, ``kind`` (a short text is one that fits one window), ``wanted`` (texts), ``answer``,
        ``score``, ``has_answer``, ``right`` (exact match) and ``f1``. Without an answer in the text nothing is right.
    """
    judged = []
    for asked, given in zip(questions, answers, strict=True):
        wanted = [one["text"] for one in asked["answers"]]
        fits = len(places_in(texts()[asked["passage"]])) <= room_for(asked["question"], LENGTH)
        judged.append(
            {
                "question": asked["question"],
                "passage": asked["passage"],
                "kind": KINDS[2] if not wanted else KINDS[0] if fits else KINDS[1],
                "wanted": wanted,
                "answer": given["answer"],
                "score": given["score"],
                "has_answer": bool(wanted),
                "right": bool(wanted) and exact_match(given["answer"], wanted) == 1,
                "f1": answer_f1(given["answer"], wanted),
            }
        )
    return judged


def show_judged(results: Sequence[Mapping]) -> View:
    """Count what is right, by kind of question, and give three examples of answers that are not.

    Parameters
    ----------
    results : sequence of dict
        As ``judge`` returns them.
    """
    rows, examples = [], []
    for kind in KINDS:
        some = [one for one in results if one["kind"] == kind]
        right = sum(one["right"] for one in some)
        rows.append([kind, *_counts(some, right)])
        wrong = sorted((one for one in some if not one["right"]), key=lambda one: -one["f1"])
        for one in wrong[:1] if kind == KINDS[2] else wrong[:3:2]:
            wanted = " / ".join(one["wanted"]) or "no answer"
            examples.append([one["question"], wanted, one["answer"], f"{one['f1']:.2f}"])
    rows.append(["all", *_counts(results, sum(one["right"] for one in results))])
    return stacked(
        table_view(
            "Answers by kind of question, nothing refused; exact match and F1 in per cent",
            ["kind", "questions", "exactly right", "exact match", "F1"],
            rows,
        ),
        table_view(
            "Some that are not exactly right, with the F1 of each",
            ["question", "wanted", "answered", "F1"],
            examples,
        ),
    )


def _counts(some: Sequence[Mapping], right: int) -> list[str]:
    share = right / max(1, len(some))
    f1 = sum(one["f1"] for one in some) / max(1, len(some))
    return [str(len(some)), str(right), f"{100 * share:.1f}", f"{100 * f1:.1f}"]


def two_halves(results: Sequence[Mapping]) -> tuple[list[Mapping], list[Mapping]]:
    """Split results by passage, every second passage to the other side, so that no text stands on both."""
    names = list(dict.fromkeys(one["passage"] for one in results))
    sides: tuple[list, list] = [], []
    for one in results:
        sides[names.index(one["passage"]) % 2].append(one)
    return sides


def best_threshold(share_right: Callable, results: Sequence[Mapping]) -> float:
    """Give the threshold, of those tried, with the largest share; the lowest of equal ones."""
    return max(STEPS, key=lambda step: share_right(step, results))


def show_halves(
    share_right: Callable, results: Sequence[Mapping], *, draws: int = 200, seed: int = 0
) -> View:
    """Choose the threshold on one half and test it on the other: both ways, and for random halves.

    Parameters
    ----------
    share_right : callable
        The learner's ``share_right(threshold, results)``.
    results : sequence of dict
        As ``judge`` returns them.
    draws, seed : int
        How many random splits of the passages, and their seed.
    """
    first, second = two_halves(results)
    rows = []
    for name, chosen, other in (
        ("first half chooses", first, second),
        ("second half chooses", second, first),
    ):
        best = best_threshold(share_right, chosen)
        rows.append(
            [
                name,
                f"{best:.2f}",
                *(
                    f"{100 * share_right(0, half):.1f} → {100 * share_right(best, half):.1f}"
                    for half in (chosen, other)
                ),
            ]
        )
    passages = list(dict.fromkeys(one["passage"] for one in results))
    draw, found = random.Random(seed), []
    for _ in range(draws):
        some = set(draw.sample(passages, len(passages) // 2))
        chosen = [one for one in results if one["passage"] in some]
        other = [one for one in results if one["passage"] not in some]
        best = best_threshold(share_right, chosen)
        gains = [100 * (share_right(best, x) - share_right(0, x)) for x in (chosen, other)]
        found.append((best, *gains))
    best, there, other = zip(*found, strict=True)
    rows.append(
        [
            f"{draws} random halves",
            f"{min(best):.2f} to {max(best):.2f}",
            f"gain: median {median(there):.1f}",
            f"gain: median {median(other):.1f}, lowest {min(other):.1f}, highest {max(other):.1f}; "
            f"above 0 in {sum(gain > 0 for gain in other)}",
        ]
    )
    return table_view(
        "Per cent handled right, without refusing → with the chosen threshold; a gain is in points of per cent",
        ["", "threshold", "where it was chosen", "on the half that had no say"],
        rows,
    )


def counted(threshold: float, results: Sequence[Mapping]) -> dict[str, int]:
    """Count the four things that can happen to a question."""
    shown = [one for one in results if one["score"] >= threshold]
    refused = [one for one in results if one["score"] < threshold]
    return {
        "right answers shown": sum(bool(one["right"]) for one in shown),
        "wrong answers shown": sum(not one["right"] for one in shown),
        "refused, no answer in the text": sum(not one["has_answer"] for one in refused),
        "refused, but the text has an answer": sum(bool(one["has_answer"]) for one in refused),
    }


def price(threshold: float, results: Sequence[Mapping], cost: int) -> int:
    """Add up mistakes: a wrong answer shown costs ``cost``, a question left open for no reason costs 1."""
    count = counted(threshold, results)
    return cost * count["wrong answers shown"] + count["refused, but the text has an answer"]


def explore_threshold(share_right: Callable, results: Sequence[Mapping]) -> Explorer:
    """Explore where to refuse: the curve of the share handled right, and what happens to the questions.

    Parameters
    ----------
    share_right : callable
        The learner's ``share_right(threshold, results)``; it draws the curve.
    results : sequence of dict
        As ``judge`` returns them.

    Returns
    -------
    Explorer
        Controls: ``threshold`` (in hundredths) and ``cost`` of a wrong answer.
    """
    curve = [float(share_right(step, results)) for step in STEPS]

    def draw(threshold: int, cost: int) -> View:
        at = threshold / 100
        here = float(share_right(at, results))
        count = counted(at, results)
        prices = {step: price(step, results, cost) for step in STEPS}
        cheapest = min(prices, key=lambda step: prices[step])
        rows = [[name, bar_cell(n / len(results), str(n))] for name, n in count.items()]
        return stacked(
            _curve(curve, at, here),
            table_view(
                f"{len(results)} questions, threshold {at:.2f}: {100 * here:.1f} per cent handled right",
                ["what happens", "questions"],
                rows,
                note=f"A wrong answer shown costs {cost}, a question left open for no reason costs 1: together "
                f"{price(at, results, cost)}. Cheapest of the thresholds tried: {cheapest:.2f}, {prices[cheapest]}.",
            ),
        )

    return Explorer(
        draw,
        {
            "threshold": slider("threshold / 100", 0, 95, 25),
            "cost": slider("cost of a wrong answer", 1, 10, 1),
        },
    )


def _curve(values: Sequence[float], at: float, here: float) -> View:
    """Draw the share handled right over the threshold, with a mark where the slider stands."""
    left, top, wide, high = 56, 16, 560, 170

    def point(threshold: float, share: float) -> tuple[int, int]:
        return round(left + wide * threshold), round(top + high * (1 - share / 0.8))

    line = "M" + "L".join("{} {}".format(*point(x, y)) for x, y in zip(STEPS, values, strict=True))
    x, y = point(at, here)
    x0, y0 = point(0, 0)
    grid = "".join(f"M{left} {point(0, share)[1]}h{wide}" for share in (0.2, 0.4, 0.6, 0.8))
    marks = [
        element("text", f"{share:.0%}", x=6, y=point(0, share)[1] + 4)
        for share in (0, 0.2, 0.4, 0.6, 0.8)
    ]
    marks += [
        element("text", f"{t:.2f}", x=point(t, 0)[0] - 12, y=y0 + 18) for t in (0, 0.25, 0.5, 0.75)
    ]
    marks += [
        element("text", "threshold", x=left + wide - 60, y=y0 + 34),
        element("text", f"{at:.2f}: {here:.1%}", x=min(x + 8, left + wide - 90), y=y - 10),
    ]
    drawing = element(
        "svg",
        element("path", d=grid, fill="none", stroke=GREY, stroke_opacity="0.35", stroke_width="1"),
        element("path", d=f"M{x0} {top}V{y0}h{wide}", fill="none", stroke=GREY, stroke_width="1.5"),
        element("path", d=line, fill="none", stroke=BLUE, stroke_width="2.5"),
        element("path", d=f"M{x} {top}V{y0}", fill="none", stroke=ORANGE, stroke_width="2"),
        element("path", d=f"M{x - 5} {y}l5 -5l5 5l-5 5z", fill=VERMILLION),
        element("g", *marks, fill=INK, font_size="13", font_family="sans-serif"),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {left + wide + 10} {top + high + 42}",
    )
    caption = "Share of all questions handled right (up) at each threshold (to the right)"
    image = element(
        "img",
        src="data:image/svg+xml," + quote(drawing, safe=" /:=,;()-."),
        alt=f"{caption}; the figures stand in the table below it.",
        width=left + wide + 10,
        style=style(max_width="100%", height="auto"),
    )
    figures = table_view(
        caption,
        ["threshold", *(f"{step:g}" for step in STEPS[::2])],
        [["per cent", *(f"{100 * share:.1f}" for share in values[::2])]],
    )
    return View(element("div", image) + figures.html, figures.text)
