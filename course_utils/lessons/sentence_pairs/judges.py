"""The pictures of lesson 05 on what is read and who judges: places to read, the tasks of GLUE, agreement by *not*."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch

from course_utils.lessons.sentence_pairs.runs import (
    CLAIMS,
    DESKS,
    PLACES,
    cosines,
    judged_by_cuts,
    read_off,
    verdicts,
)
from course_utils.pictures.table import table_view
from course_utils.pictures.view import View
from course_utils.running import load_classifier

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
    same = verdicts(*load_classifier(paraphrase), first, second)
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
