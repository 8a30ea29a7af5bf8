"""Exercise 3 of lesson 08: the share of questions that is handled right at a threshold."""

from __future__ import annotations

import random
from collections.abc import Callable

from course_utils.lesson.check import NotYet, as_numbers, exercise
from course_utils.lesson.shown import shown_table
from course_utils.lessons.question_answering.by_hand import share_right


@exercise(
    "08-share-right",
    hints=[
        "Go through all results. A score below the threshold means: refused. Is that right? Only where the text holds "
        'no answer: `not one["has_answer"]`.',
        'A score that is not below the threshold means: answered. Is that right? That is what one["right"] says.',
        "Divide by the number of all results, refused or answered.",
        'right = 0; for one in results: if one["score"] < threshold: right += not one["has_answer"]; '
        'else: right += one["right"]; after the loop: return right / len(results)',
    ],
    solution=share_right,
)
def examine_share_right(attempt: Callable) -> str:
    """Worked results first, one for each typical slip, then random ones."""
    draw = random.Random(8)
    # in the first case no two slips lead to the same number
    cases = [(0.5, _results("AR50 AW20 N-40 AR90 AW60 AR10 AW30 AR50 N-90 AW70 AR50 N-10 AW80"))]
    for _ in range(50):
        words = [
            f"{draw.choice(('AR', 'AW', 'N-'))}{draw.randrange(0, 100, 10)}" for _ in range(12)
        ]
        cases.append((draw.randrange(0, 11) / 10, _results(" ".join(words))))
    for threshold, results in cases:
        _compare_share(attempt, threshold, results)
    return f"{len(cases)} of {len(cases)} shares agree."


def _results(words: str) -> list[dict]:
    """Read results: A or N = has an answer or none, R or W = right or wrong, then the score in hundredths."""
    return [
        {
            "score": int(word[2:]) / 100,
            "has_answer": word[0] == "A",
            "right": word[1] == "R",
        }
        for word in words.split()
    ]


def _compare_share(attempt: Callable, threshold: float, results: list[dict]) -> None:
    expected = share_right(threshold, results)
    got = attempt(threshold, [dict(one) for one in results])
    if got is None:
        raise NotYet("your function returns nothing: return the share, after the loop", hint=3)
    got = as_numbers(got, "one share from 0 to 1", shape=(), hint=3).item()
    if abs(got - expected) < 1e-6:
        return
    message, number = _why_share(got, threshold, results)
    shown = shown_table(
        f"threshold = {threshold:g}; share handled right: expected {expected:.4f}, got {got:.4f}",
        ["score", "has an answer", "answer right", "what happens", "handled right"],
        [
            [
                f"{one['score']:.2f}",
                "yes" if one["has_answer"] else "no",
                "yes" if one["right"] else "no",
                "refused" if one["score"] < threshold else "answered",
                "yes" if share_right(threshold, [one]) else "no",
            ]
            for one in results
        ],
    )
    raise NotYet(message, shown=shown, hint=number)


def _why_share(got: float, threshold: float, results: list[dict]) -> tuple[str, int]:
    """Recognise a slip by the number it leads to."""
    total = len(results)
    right = share_right(threshold, results) * total
    refused = [one for one in results if one["score"] < threshold]
    answered = [one for one in results if one["score"] >= threshold]
    good = sum(one["right"] for one in answered)
    strict = [one for one in results if one["score"] <= threshold]
    above = [one for one in results if one["score"] > threshold]
    edge = sum(not one["has_answer"] for one in strict) + sum(one["right"] for one in above)
    turned = sum(one["right"] for one in refused) + sum(not one["has_answer"] for one in answered)
    slips = (
        (right, "a share between 0 and 1: divide by the number of all results", 3),
        (100 * right / total, "a share between 0 and 1, not per cent", 3),
        (1 - right / total, "this is the share handled wrong", 1),
        (
            good / max(1, len(answered)),
            f"you divide by the {len(answered)} that were answered; a program that answers one question and refuses "
            "all others would look perfect",
            3,
        ),
        (edge / total, "a score equal to the threshold is not below it: it is answered", 2),
        (
            (good + len(refused)) / total,
            "you count every refusal as right; refusing a question that the text answers is a mistake",
            1,
        ),
        (
            good / total,
            "you count every refusal as wrong; refusing is right where the text holds no answer",
            1,
        ),
        (
            (good + sum(not one["right"] for one in refused)) / total,
            "a refusal is right where the text holds no answer; a wrong answer held back is still a question left open",
            1,
        ),
        (turned / total, "the two cases are exchanged: a score below the threshold is refused", 1),
        (sum(one["right"] for one in results) / total, "the threshold has no effect", 1),
    )
    for value, message, number in slips:
        if abs(got - value) < 1e-6:
            return message, number
    return "the share differs", 1
