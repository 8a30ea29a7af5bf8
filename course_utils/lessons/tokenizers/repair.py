"""What a classifier makes of a text whose marks or symbols are missing: the pictures of lesson 02."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from typing import Any

from course_utils.lesson.explore import Explorer, lines_of, stacked, text_field
from course_utils.lesson.prove import Steps
from course_utils.pictures.bars import percent
from course_utils.pictures.table import Cell, bar_cell, table_view
from course_utils.pictures.view import View
from course_utils.running import like_lengths

BATCH = 32
# are the marks there, does every word keep its place: two causes, and each is tried without the other
VARIANTS = ((True, True), (False, False), (False, True), (True, False))


def count_right(classifier: Any, texts: Sequence[str], labels: Sequence[str]) -> int:
    """Count the texts that a classifier gives their own label; capitals do not matter."""
    answers = classifier(list(texts))
    pairs = zip(answers, labels, strict=True)
    return sum(answer["label"].lower() == label.lower() for answer, label in pairs)


def show_without_marks(classifier: Any, texts: Sequence[str], labels: Sequence[str]) -> View:
    """Leave out ``[CLS]`` and ``[SEP]``, move every word one place down, or both; show which answers change.

    A bar shows how far it is in a live kernel.

    Parameters
    ----------
    classifier : TextClassificationPipeline
        With a model of two labels, the second of which is the positive one.
    texts, labels : sequence of str
        What it reads, and what is true of it.

    Returns
    -------
    View
        One row per variant, and the five largest changes when both happens.
    """
    rows = [classifier.tokenizer(text, truncation=True)["input_ids"] for text in texts]
    steps = Steps()
    shares = dict(zip(VARIANTS, _read(classifier, rows, VARIANTS, steps), strict=True))
    asked, bare = shares[VARIANTS[0]], shares[VARIANTS[1]]
    counted = []
    for (marks, kept), read in shares.items():
        changed = sum((a > 0.5) != (b > 0.5) for a, b in zip(asked, read, strict=True))
        state = ["there" if marks else "gone", "their own" if kept else "one lower"]
        counted.append([*state, changed, _right(read, labels)])
    order = sorted(range(len(rows)), key=lambda i: -abs(asked[i] - bare[i]))[:5]
    return stacked(
        table_view(
            f"{len(rows)} comments: are the marks there, and which places have the words?",
            ["marks", "places", "answers that change", "right answers"],
            counted,
        ),
        table_view(
            "The five largest changes: probability of POSITIVE",
            [
                "comment",
                "as it should be",
                "marks gone, one lower",
                "gone, own",
                "there, one lower",
            ],
            [[texts[i], *(_bar(read[i]) for read in shares.values())] for i in order],
        ),
    )


def _read(classifier, rows, variants, steps) -> list[list[float]]:
    """Give the probability of the second label for each variant and row, in batches of similar length."""
    shares = [[0.0] * len(rows) for _ in variants]
    batches = like_lengths([len(row) for row in rows], BATCH)
    work = [(number, part) for number in range(len(variants)) for part in batches]
    for number, part in steps(work, total=len(work)):
        given = [_changed(rows[i], *variants[number]) for i in part]
        for i, share in zip(part, _positive(classifier, given), strict=True):
            shares[number][i] = share
    return shares


def _changed(ids: list[int], marks: bool, kept: bool) -> tuple[list[int], list[int]]:
    """Give ids and places of a row that has a mark at each end, with or without the marks, words moved or not.

    >>> _changed([101, 7, 8, 102], False, True), _changed([101, 7, 8, 102], True, False)
    (([7, 8], [1, 2]), ([101, 7, 8, 102], [0, 0, 1, 3]))
    """
    last = len(ids) - 1
    words = list(range(1, last) if kept else range(last - 1))
    return (ids, [0, *words, last]) if marks else (ids[1:-1], words)


def _positive(classifier: Any, rows: Sequence[tuple[list[int], list[int]]]) -> list[float]:
    """Give the probability of the second label for a batch of ids and their places."""
    import torch

    ids, places = zip(*rows, strict=True)
    batch = classifier.tokenizer.pad({"input_ids": list(ids)}, return_tensors="pt")
    width = batch["input_ids"].shape[1]
    batch["position_ids"] = torch.tensor([row + [0] * (width - len(row)) for row in places])
    with torch.no_grad():
        logits = classifier.model(**batch.to(classifier.model.device)).logits
    return logits.softmax(-1)[:, 1].tolist()


def show_repair(
    classifier: Any, repair: Callable[[str], str], texts: Sequence[str], labels: Sequence[str]
) -> View:
    """Count right answers as written and repaired, one row per symbol, and all of each label.

    Parameters
    ----------
    classifier : TextClassificationPipeline
        With two labels.
    repair : callable
        A text in, a text out.
    texts, labels : sequence of str
        Texts that hold one symbol (category So) each, and what is true of them.

    Returns
    -------
    View
        Symbol, its name, how many texts, and how many of them right as written and repaired.
    """
    groups: dict[tuple[str, str], list[str]] = {}
    for text, label in zip(texts, labels, strict=True):
        symbol = next(char for char in text if unicodedata.category(char) == "So")
        groups.setdefault((label, symbol), []).append(text)
    rows, sums = [], {label: [0, 0, 0] for label in sorted(set(labels), reverse=True)}
    for (label, symbol), group in sorted(groups.items(), key=lambda item: item[0][0], reverse=True):
        known = [label] * len(group)
        read = (group, [repair(text) for text in group])
        counts = [len(group), *(count_right(classifier, part, known) for part in read)]
        sums[label] = [a + b for a, b in zip(sums[label], counts, strict=True)]
        rows.append([symbol, unicodedata.name(symbol).lower(), label, *counts])
    rows += [["all", "", label, *counts] for label, counts in sums.items()]
    return table_view(
        "Right answers for each symbol",
        ["symbol", "its name", "label", "comments", "as written", "with the name"],
        rows,
    )


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
                share = _positive(classifier, [_changed(ids, True, True)])[0]
                pieces = " ".join(classifier.tokenizer.convert_ids_to_tokens(ids[1:-1]))
                rows.append([text if state == "as written" else "", state, pieces, _bar(share)])
        return table_view(
            "What the model reads, and its probability of POSITIVE",
            ["comment", "", "pieces", "POSITIVE"],
            rows,
        )

    return Explorer(draw, {"texts": text_field("\n".join(texts), "comments, one per line")})
