"""The pictures of lesson 05: trays of letters, tables of data sets, of tasks, of places to read, and of judges."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch

from course_utils.lesson.explore import stacked
from course_utils.lessons.sentence_pairs.runs import (
    CLAIMS,
    DESKS,
    PLACES,
    ask_all,
    cosines,
    judged_by_cuts,
    load_pair_model,
    read_off,
    verdicts,
)
from course_utils.pictures.table import bar_cell, marked_cell, table_view
from course_utils.pictures.view import View

NOBODY = "for nobody"
# task -> logits, what is asked, an example of the course's own; GLUE: https://arxiv.org/abs/1804.07461
GLUE = {
    "CoLA": (2, "is it grammatical?", "Him likes tea."),
    "SST-2": (2, "is it praise?", "A joy to watch."),
    "MRPC": (2, "same meaning? (news)", "Rain fell.", "It rained."),
    "QQP": (2, "same question?", "How old is Ann?", "What is Ann's age?"),
    "STS-B": (1, "how alike, 0 to 5?", "A man runs.", "Someone jogs."),
    "MNLI": (3, "follows, open, or contradicts?", "Tom has a dog.", "Tom has no pet."),
    "QNLI": (2, "does the text answer?", "Where is Oslo?", "Oslo lies in Norway."),
    "RTE": (2, "does it follow?", "Ann lives in Rome.", "Ann lives in Italy."),
    "WNLI": (2, "is it this noun?", "The cup fell, and it broke.", "The cup broke."),
}


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


@dataclass(frozen=True, repr=False)
class Counted(View):
    """A table of counts that says its counts by name: ``right["[CLS]"]``."""

    right: Mapping[str, int] = field(default_factory=dict)


def show_places(
    model: Any, tokenizer: Any, texts: Sequence[str], truth: Sequence[str], claims: Any
) -> Counted:
    """Count right answers when pooler and head get the vector of another token.

    Parameters
    ----------
    model, tokenizer
        The three-way classifier of pairs, and its own tokenizer.
    texts, truth : sequence of str
        Letters, and the desk of each.
    claims : datasets.Dataset
        Columns ``premise``, ``hypothesis`` and ``label``.

    Returns
    -------
    View
        Right answers by place; ``right`` holds those on the letters.
    """
    first = [text for text in texts for _ in CLAIMS]
    wanted = torch.tensor([DESKS.index(name) for name in truth])
    names = list(model.config.id2label.values())
    gold = torch.tensor([names.index(label) for label in claims["label"]])

    def right(logits: torch.Tensor) -> int:
        best = logits[:, 0].reshape(len(texts), len(DESKS)).argmax(1)
        return int((best == wanted).sum())

    of_letters = read_off(model, tokenizer, first, list(CLAIMS) * len(texts))
    of_claims = read_off(model, tokenizer, claims["premise"][:], claims["hypothesis"][:])
    rows = [
        [place, right(of_letters[place]), int((of_claims[place].argmax(1) == gold).sum())]
        for place in PLACES
    ]
    view = table_view(
        "Right answers when pooler and head get the vector of another token",
        ["vector read", f"right of {len(texts)} letters", f"right of {len(claims)} pairs"],
        rows,
    )
    return Counted(view.html, view.text, {place: count for place, count, _ in rows})


def show_glue(tokenizer: Any) -> View:
    """Show the nine tasks of GLUE: what is asked, an example, and the segment numbers that it gets."""
    rows = []
    for task, (logits, question, *texts) in GLUE.items():
        used = sorted(set(tokenizer(*texts)["token_type_ids"]))
        numbers = " and ".join(map(str, used))
        rows.append([task, question, " | ".join(texts), numbers, logits])
    return table_view(
        "The nine tasks of GLUE; the examples are the course's own",
        ["task", "what is asked", "example", "segment numbers", "logits"],
        rows,
    )


JUDGES = {
    "nli": "nli: entailment above contradiction",
    "paraphrase": "paraphrase: says the same",
    "cosine": "cosine above a cut, tuned on the other statements",
    "rule": "rule: any not means contradiction",
    "both": "rule: not in just one of the two means contradiction",
    "one text": "the second text alone: not means contradiction",
}


def show_judges(model: Any, tokenizer: Any, paraphrase: str, agreements: Any) -> Counted:
    """Count who tells agreement from contradiction, by where the word *not* stands.

    Parameters
    ----------
    model, tokenizer
        The three-way classifier of pairs, and its own tokenizer.
    paraphrase : str
        Folder of a checkpoint that says whether two texts mean the same.
    agreements : datasets.Dataset
        Columns ``sentence1``, ``sentence2``, ``label``, ``statement``.

    Returns
    -------
    View
        A row per judge, a column per kind of pair, and the sum; ``right`` holds the sums.
    """
    first, second = agreements["sentence1"][:], agreements["sentence2"][:]
    agree = torch.tensor([label == "agree" for label in agreements["label"]])
    nots = torch.tensor(
        [[" not " in text for text in pair] for pair in zip(first, second, strict=True)]
    )
    kind = 2 * nots[:, 0].long() + nots[:, 1].long()
    follows = verdicts(model, tokenizer, first, second)
    same = verdicts(*load_pair_model(paraphrase), first, second)
    said = {
        "nli": follows[:, 0] > follows[:, 2],
        "paraphrase": same[:, 1] > same[:, 0],
        "cosine": judged_by_cuts(
            cosines(first, second), agree, torch.tensor(agreements["statement"][:])
        ),
        "rule": kind == 0,
        "both": nots[:, 0] == nots[:, 1],
        "one text": ~nots[:, 1],
    }
    right = {name: one == agree for name, one in said.items()}
    rows = [
        [
            JUDGES[name],
            *(int(one[kind == number].sum()) for number in range(4)),
            int(one.sum()),
        ]
        for name, one in right.items()
    ]
    view = table_view(
        f"Right answers by where the word not stands: {int((kind == 0).sum())} pairs per column, {len(kind)} in all",
        ["judge", "in neither", "in the second", "in the first", "in both", "all"],
        rows,
    )
    return Counted(view.html, view.text, {name: int(one.sum()) for name, one in right.items()})
