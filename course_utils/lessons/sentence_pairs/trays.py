"""The pictures of lesson 05 on letters and data sets: trays, segment numbers, columns, calls of map, other mail."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch

from course_utils.lesson.explore import stacked
from course_utils.lessons.sentence_pairs.runs import ask_all, verdicts
from course_utils.pictures.table import bar_cell, marked_cell, table_view
from course_utils.pictures.view import View

NOBODY = "for nobody"


def show_trays(
    texts: Sequence[str],
    desks: Sequence[str],
    scores: torch.Tensor,
    truth: Sequence[str],
    *,
    cut: float | None = None,
    shown: int = 3,
) -> View:
    """Sort letters into trays: each into that of its highest score.

    Parameters
    ----------
    texts : sequence of str
        The letters.
    desks : sequence of str
        What the trays are called.
    scores : torch.Tensor, shape (letters, desks)
        Probabilities, 0 to 1.
    truth : sequence of str
        The desk that each letter was written for; another name than those of ``desks`` belongs to nobody.
    cut : float
        A letter whose highest score is below it goes into a tray for nobody.
    shown : int
        Letters shown per tray, those of the lowest score; letters in a wrong tray are shown beyond that.

    Returns
    -------
    View
        A table per tray: letter, highest score, the desk it was written for.
    """
    scores = torch.as_tensor(scores, dtype=torch.float32)
    if tuple(scores.shape) != (len(texts), len(desks)) or len(truth) != len(texts):
        raise ValueError(
            f"expected {len(texts)} × {len(desks)} scores and {len(texts)} desks, got "
            f"{tuple(scores.shape)} and {len(truth)}"
        )
    high, place = scores.max(1)
    names = [
        NOBODY if cut is not None and value < cut else desks[number]
        for value, number in zip(high.tolist(), place.tolist(), strict=True)
    ]
    meant = [name if name in desks else NOBODY for name in truth]
    right = sum(name == goal for name, goal in zip(names, meant, strict=True))
    trays = [*desks, NOBODY] if cut is not None else list(desks)
    views = [
        _tray(
            tray,
            [i for i, name in enumerate(names) if name == tray],
            texts,
            high,
            truth,
            meant,
            shown,
        )
        for tray in trays
    ]
    head = table_view(
        f"{len(texts)} letters, {right} in the right tray",
        ["tray", "letters", "right"],
        [
            [
                tray,
                names.count(tray),
                sum(n == tray == m for n, m in zip(names, meant, strict=True)),
            ]
            for tray in trays
        ],
    )
    return stacked(head, *views)


def _tray(
    tray: str,
    here: list[int],
    texts: Sequence[str],
    high: torch.Tensor,
    truth: Sequence[str],
    meant: Sequence[str],
    shown: int,
) -> View:
    """Draw one tray: every letter that does not belong in it, then the least sure of the others."""
    sign = -1 if tray == NOBODY else 1  # for nobody: the nearer the cut, the less sure
    order = sorted(here, key=lambda i: (meant[i] == tray, sign * float(high[i])))
    wrong = sum(meant[i] != tray for i in here)
    rows = order[: max(shown, wrong)]
    note = f", {len(rows)} of them shown, the least sure" if len(rows) < len(here) else ""
    return table_view(
        f"Tray {tray}: {len(here)} letter{'' if len(here) == 1 else 's'}{note}; framed = in the wrong tray",
        ["letter", "highest score", "written for"],
        [
            [
                texts[i],
                bar_cell(float(high[i]), f"{float(high[i]):.2f}"),
                marked_cell(truth[i], wrong=meant[i] != tray),
            ]
            for i in rows
        ],
    )


def show_segments(model: Any, tokenizer: Any, claims: Any) -> View:
    """Count what other segment numbers do to the answers.

    Parameters
    ----------
    model, tokenizer
        The three-way classifier of pairs, and its own tokenizer.
    claims : datasets.Dataset
        Columns ``premise``, ``hypothesis`` and ``label``, the name of an answer.
    """
    names = model.config.id2label
    rows, given = [], None
    for name, segments in (
        ("as the tokenizer gives them", "given"),
        ("all 0", "zeros"),
        ("0 and 1 exchanged", "exchanged"),
    ):
        said = verdicts(
            model, tokenizer, claims["premise"][:], claims["hypothesis"][:], segments=segments
        ).argmax(1)
        given = said if given is None else given
        right = sum(names[a] == b for a, b in zip(said.tolist(), claims["label"][:], strict=True))
        rows.append([name, int((said != given).sum()), right])
    labels = list(claims["label"])
    always = max(labels.count(label) for label in set(labels))
    return table_view(
        f"Answers of the model to {len(claims)} pairs, by the segment numbers that it gets; always the same answer "
        f"would be right for {always}",
        ["segment numbers", "answers that change", "right answers"],
        rows,
    )


def show_columns(**data: Any) -> View:
    """Show the rows and the columns of data sets, each under its name.

    Parameters
    ----------
    **data : datasets.Dataset
        The data sets.
    """
    return table_view(
        "Data sets: how many rows, and which columns",
        ["data set", "rows", "columns"],
        [[name, one.num_rows, ", ".join(one.column_names)] for name, one in data.items()],
    )


def show_calls(data: Any) -> View:
    """Let ``map`` call a function that only looks, and say what it got: one row at a time, and batched.

    Parameters
    ----------
    data : datasets.Dataset
        With a column ``text``.
    """
    rows = []
    for batched in (False, True):
        seen: list[Any] = []
        # Nothing is returned: map then keeps the data set as it is.
        data.map(lambda given, seen=seen: seen.append(given["text"]), batched=batched)
        first = seen[0]
        kind = f"a list of {len(first)} texts" if isinstance(first, list) else "one text"
        rows.append([f"batched={batched}", len(seen), kind])
    return table_view(
        f"What map gives to a function, for {data.num_rows} rows",
        ["map", "calls", 'rows["text"] in the first call'],
        rows,
    )


def show_more_mail(model: Any, tokenizer: Any, scores: Callable, mail: Any, comments: Any) -> View:
    """Count how often the highest score is the right one, over other letters, desks and claims.

    Parameters
    ----------
    model, tokenizer
        The three-way classifier of pairs, and its own tokenizer.
    scores : callable
        ``scores(logits, multi_label)``: the learner's ``zero_shot_scores``.
    mail : datasets.DatasetDict
        The letters, parts ``desks`` and ``later``.
    comments : datasets.Dataset
        Texts that are ``positive`` or ``negative``.
    """
    parts = [(part["text"][:], _names(part)) for part in (mail["desks"], mail["later"])]
    (monday, first), (later, second) = parts
    three, more, moods = (sorted(set(n)) for n in (first, second, comments["label"]))
    plain, negated = "This example is {}.", "This example is not {}."
    tests = [
        ("Monday's letters, your desks", monday, first, three, plain),
        ("24 other letters, other desks", later, second, more, plain),
        ("both, six desks", monday + later, first + second, three + more, plain),
        ("Monday's letters, with not", monday, first, three, negated),
        ("comments: praise or complaint?", comments["text"][:], comments["label"][:], moods, plain),
    ]
    rows = []
    for name, texts, truth, labels, template in tests:
        logits = ask_all(model, tokenizer, texts, [template.format(label) for label in labels])
        best = [int(torch.as_tensor(scores(one, False)).argmax()) for one in logits]
        right = sum(labels[b] == t for b, t in zip(best, truth, strict=True))
        most = max(list(truth).count(label) for label in labels)
        rows.append([name, ", ".join(labels), template, f"{right} of {len(texts)}", most])
    return table_view(
        "How often the desk of the highest score is the right one; last column: one desk for all, the most frequent",
        ["texts", "desks", "claim", "right", "one desk for all"],
        rows,
    )


def _names(part: Any) -> list[str]:
    return part.features["label"].int2str(part["label"][:])
