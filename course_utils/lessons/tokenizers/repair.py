"""What a classifier makes of a text whose marks or symbols are missing: the pictures of lesson 02."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from course_utils.lesson.explore import Explorer, lines_of, stacked, text_field
from course_utils.pictures.bars import percent
from course_utils.pictures.table import Cell, bar_cell, table_view
from course_utils.pictures.view import View

BATCH = 32
VARIANTS = {"[CLS]": (1, None), "[SEP]": (0, -1), "both": (1, -1)}  # what remains of a row of ids


def count_right(classifier: Any, texts: Sequence[str], labels: Sequence[str]) -> int:
    """Count the texts that a classifier gives their own label; capitals do not matter."""
    answers = classifier(list(texts))
    pairs = zip(answers, labels, strict=True)
    return sum(answer["label"].lower() == label.lower() for answer, label in pairs)


def show_without_marks(classifier: Any, texts: Sequence[str], labels: Sequence[str]) -> View:
    """Leave out ``[CLS]``, ``[SEP]`` or both, and show how many answers change and which change most.

    Parameters
    ----------
    classifier : TextClassificationPipeline
        With a model of two labels, the second of which is the positive one.
    texts, labels : sequence of str
        What it reads, and what is true of it.

    Returns
    -------
    View
        One row per variant, and the five largest changes without both.
    """
    rows = [classifier.tokenizer(text, truncation=True)["input_ids"] for text in texts]
    asked = _positive(classifier, rows)
    without = {
        name: _positive(classifier, [row[start:end] for row in rows])
        for name, (start, end) in VARIANTS.items()
    }
    counted = [["nothing", 0, _right(asked, labels)]]
    for name, shares in without.items():
        changed = sum((a > 0.5) != (b > 0.5) for a, b in zip(asked, shares, strict=True))
        counted.append([name, changed, _right(shares, labels)])
    bare = without["both"]
    order = sorted(range(len(rows)), key=lambda i: -abs(asked[i] - bare[i]))[:5]
    return stacked(
        table_view(
            f"{len(rows)} comments, read with a mark left out",
            ["left out", "answers that change", "right answers"],
            counted,
        ),
        table_view(
            "The five largest changes: probability of POSITIVE",
            ["comment", "as it should be", "without both marks"],
            [[texts[i], _bar(asked[i]), _bar(bare[i])] for i in order],
        ),
    )


def _positive(classifier: Any, rows: list[list[int]]) -> list[float]:
    """Give the probability of the second label for rows of ids, in batches of similar length."""
    import torch

    order = sorted(range(len(rows)), key=lambda i: len(rows[i]))
    shares = [0.0] * len(rows)
    for begin in range(0, len(order), BATCH):
        part = order[begin : begin + BATCH]
        batch = classifier.tokenizer.pad(
            {"input_ids": [rows[i] for i in part]}, return_tensors="pt"
        )
        with torch.no_grad():
            logits = classifier.model(**batch.to(classifier.model.device)).logits
        for i, share in zip(part, logits.softmax(-1)[:, 1].tolist(), strict=True):
            shares[i] = share
    return shares


def _right(shares: list[float], labels: Sequence[str]) -> int:
    pairs = zip(shares, labels, strict=True)
    return sum((share > 0.5) == (label.lower() == "positive") for share, label in pairs)


def _bar(share: float) -> Cell:
    return bar_cell(share, percent(share))


def explore_repair(classifier: Any, repair: Callable[[str], str], texts: Sequence[str]) -> Explorer:
    """Compare what a classifier says of texts as they are and after a repair.

    Parameters
    ----------
    classifier : TextClassificationPipeline
        With two labels, the second of which is the positive one.
    repair : callable
        A text in, a text out.
    texts : sequence of str
        What is shown first.

    Returns
    -------
    Explorer
        Control: ``texts``, one per line.
    """

    def draw(texts: str) -> View:
        rows = []
        for text in lines_of(texts):
            for state, given in (("as written", text), ("repaired", repair(text))):
                ids = classifier.tokenizer(given, truncation=True)["input_ids"]
                share = _positive(classifier, [ids])[0]
                pieces = " ".join(classifier.tokenizer.convert_ids_to_tokens(ids[1:-1]))
                rows.append([text if state == "as written" else "", state, pieces, _bar(share)])
        return table_view(
            "What the model reads, and its probability of POSITIVE",
            ["comment", "", "pieces", "POSITIVE"],
            rows,
        )

    return Explorer(draw, {"texts": text_field("\n".join(texts), "comments, one per line")})
