"""The explorers of lesson 05: claims about a sentence, and desks for a letter; both run the learner's functions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch

from course_utils.lesson.explore import Explorer, check_box, lines_of, text_field
from course_utils.pictures.logits import show_logits
from course_utils.pictures.table import bar_cell, table_view
from course_utils.pictures.view import View
from course_utils.running import evaluating

MOST = 12  # claims or desks at a time


def explore_claims(
    model: Any, tokenizer: Any, pair: Callable, premise: str, claims: Sequence[str]
) -> Explorer:
    """Explore what the model says of a premise and of claims about it.

    Parameters
    ----------
    model, tokenizer
        The three-way classifier of pairs, and its own tokenizer.
    pair : callable
        ``pair(first, second)`` puts two lists of ids into one row: the learner's ``pair_by_hand``.
    premise : str
        The first text.
    claims : sequence of str
        The second texts.

    Returns
    -------
    Explorer
        Controls: ``premise``, ``claims`` (one per line) and ``turned``: the claim first, the premise second.
    """

    def draw(premise: str, claims: str, turned: bool) -> View:
        lines = lines_of(claims)[:MOST]
        rows = []
        for claim in lines:
            texts = [claim, premise] if turned else [premise, claim]
            first, second = tokenizer(texts, add_special_tokens=False)["input_ids"]
            ids, segments = (torch.as_tensor(part) for part in pair(first, second))
            with evaluating(model):
                out = model(
                    input_ids=ids[None].to(model.device),
                    token_type_ids=segments[None].to(model.device),
                )
            rows.append(out.logits[0].cpu())
        order = "claim first, premise second" if turned else "premise first, claim second"
        return show_logits(
            torch.stack(rows),
            id2label=model.config.id2label,
            rows=lines,
            caption=f"{order}; bar of a logit from 0 in its middle, bar of a probability from the left",
        )

    return Explorer(
        draw,
        {
            "premise": text_field(premise, "premise"),
            "claims": text_field("\n".join(claims), "claims"),
            "turned": check_box("turn round: claim first", False),
        },
    )


def explore_desks(
    scores: Callable, model: Any, tokenizer: Any, letter: str, desks: Sequence[str], template: str
) -> Explorer:
    """Explore how a letter is sorted, and what the claim does to it.

    Parameters
    ----------
    scores : callable
        ``scores(logits, multi_label)``: the learner's ``zero_shot_scores``.
    model, tokenizer
        The three-way classifier of pairs, and its own tokenizer.
    letter : str
        The first text.
    desks : sequence of str
        What may stand in the claim.
    template : str
        The claim, with ``{}`` where the desk comes.

    Returns
    -------
    Explorer
        Controls: ``letter``, ``desks`` (one per line), ``template`` and ``several``.
    """

    def draw(letter: str, desks: str, template: str, several: bool) -> View:
        names = lines_of(desks)[:MOST]
        if "{}" not in template:
            raise ValueError("claim: expected {} where the desk comes, found none")
        claims = [template.replace("{}", name) for name in names]
        batch = tokenizer(
            [letter] * len(names), claims, padding=True, truncation=True, return_tensors="pt"
        )
        with evaluating(model):
            logits = model(**batch.to(model.device)).logits.cpu()
        found = torch.as_tensor(scores(logits, several)).tolist()
        how = "each desk for itself" if several else "the desks share out 1"
        rows = [
            [claim, f"{row[0]:.2f}", f"{row[2]:.2f}", bar_cell(score, f"{score:.2f}")]
            for claim, row, score in zip(claims, logits.tolist(), found, strict=True)
        ]
        return table_view(
            f"One letter and {len(names)} claims: logits, and the score ({how})",
            ["claim", "entailment", "contradiction", "score"],
            rows,
        )

    return Explorer(
        draw,
        {
            "letter": text_field(letter, "letter"),
            "desks": text_field("\n".join(desks), "desks"),
            "template": text_field(template, "claim"),
            "several": check_box("several desks, or none (multi_label)", False),
        },
    )
