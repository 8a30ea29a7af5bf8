"""What lesson 06 measures: poolings, measures, bodies, contradictions and engines."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch.nn.functional import normalize

from course_utils.data.corpora import read_rows
from course_utils.embedding import embed_texts, pool
from course_utils.lessons.embeddings.ranking import (
    DRAWN,
    bare_names,
    rank_all,
    rank_one_hot,
    shelf_of,
)
from course_utils.lessons.embeddings.solutions import search_data
from course_utils.pictures.page import BLUE
from course_utils.pictures.table import bar_cell, table_view
from course_utils.pictures.view import View
from course_utils.running import evaluating, like_lengths

COUNTED = "first place", "first five"


def _hits_row(
    name: str, rankings: list, accepted: list, count_hits: Callable, *more: object
) -> list:
    total = len(accepted)
    counts = [int(count_hits(rankings, accepted, k)) for k in (1, 5)]
    return [name, *(bar_cell(n / total, f"{n} of {total}", colour=BLUE) for n in counts), *more]


def show_poolings(model: Any, tokenizer: Any, count_hits: Callable) -> View:
    """Measure three ways to pool on a small shelf: the first token's vector, the mean, the largest values.

    Parameters
    ----------
    model, tokenizer
        A body without a head, and its tokenizer.
    count_hits : callable
        ``count_hits(rankings, accepted, k)``, the learner's.
    """
    names, texts, asked, accepted = search_data()
    shelf = shelf_of(names, accepted)
    some = [names[i] for i in shelf]
    both = [texts[i] for i in shelf] + asked
    pooled = _pooled_three_ways(model, tokenizer, both)
    kinds = {"cls": "the vector of [CLS]", "mean": "the mean", "max": "the largest of each column"}
    rows = []
    for kind, words in kinds.items():
        entries, questions = pooled[kind][: len(some)], pooled[kind][len(some) :]
        rows.append(_hits_row(words, rank_all(questions, entries, some), accepted, count_hits))
    settings = Path(model.config.name_or_path) / "1_Pooling" / "config.json"
    trained = json.loads(settings.read_text()) if settings.exists() else {}
    mode = "pooling_mode_mean_tokens"
    return table_view(
        f"{len(asked)} questions to a shelf of {len(some)} entries: all {len(some) - DRAWN} accepted ones and {DRAWN} "
        "others; pads never count; bar = share of the questions",
        ["one vector per text", *COUNTED],
        rows,
        note=f"The model's file 1_Pooling/config.json says {mode}: {trained[mode]}."
        if mode in trained
        else "",
    )


def _pooled_three_ways(model, tokenizer, texts: list[str], size: int = 32) -> dict:
    found = {
        kind: torch.empty(len(texts), model.config.hidden_size) for kind in ("cls", "mean", "max")
    }
    for rows in like_lengths([len(text) for text in texts], size):
        batch = tokenizer(
            [texts[i] for i in rows], padding=True, truncation=True, return_tensors="pt"
        )
        batch = batch.to(model.device)
        with evaluating(model):
            hidden = model(**batch).last_hidden_state
        for kind, vectors in found.items():
            vectors[rows] = pool(hidden, batch["attention_mask"], pooling=kind).cpu()
    return found


def show_measures(
    questions: torch.Tensor, vectors: torch.Tensor, texts: Sequence[str], count_hits: Callable
) -> View:
    """Rank unscaled vectors of the library by four measures, and show how long the vectors are that each finds.

    Parameters
    ----------
    questions, vectors : torch.Tensor
        Of the 42 questions and of all entries, not scaled.
    texts : sequence of str
        The entries.
    count_hits : callable
        ``count_hits(rankings, accepted, k)``, the learner's.
    """
    names, _, _, accepted = search_data()
    unit, lengths = normalize(questions, dim=-1), vectors.norm(dim=-1)
    measures = {
        "cosine": unit @ normalize(vectors, dim=-1).T,
        "dot product": unit @ vectors.T,
        "distance, question scaled": -torch.cdist(unit, vectors),
        "distance, nothing scaled": -torch.cdist(questions, vectors),
    }
    rows = []
    for name, nearness in measures.items():
        found = nearness.topk(5).indices
        rankings = [[names[i] for i in row] for row in found.tolist()]
        mean = f"{lengths[found].mean():.1f}"
        rows.append(_hits_row(name, rankings, accepted, count_hits, mean))
    sizes = torch.tensor([float(len(text.split())) for text in texts])
    both = torch.corrcoef(torch.stack([lengths, sizes]))[0, 1]
    return table_view(
        f"{len(questions)} questions; the vectors of the entries are {lengths.min():.1f} to {lengths.max():.1f} long, "
        f"{lengths.mean():.1f} on average; correlation of a vector's length and its text's number of words: {both:.2f}",
        ["nearest by", *COUNTED, "mean length of the first five"],
        rows,
    )


def show_bodies(bodies: Mapping[str, Any], tokenizer: Any, count_hits: Callable) -> View:
    """Measure bodies of one architecture on the small shelf, each pooled by the mean and compared by the cosine.

    Parameters
    ----------
    bodies : mapping of str to model
        Bodies without heads that share one tokenizer.
    tokenizer
        That tokenizer.
    count_hits : callable
        ``count_hits(rankings, accepted, k)``, the learner's.

    Returns
    -------
    View
        Hits, and the mean cosine of two different entries.
    """
    names, texts, asked, accepted = search_data()
    shelf = shelf_of(names, accepted)
    some = [names[i] for i in shelf]
    apart = ~torch.eye(len(some), dtype=bool)
    rows = []
    for name, body in bodies.items():
        entries = embed_texts(tokenizer, body, [texts[i] for i in shelf])
        rankings = rank_all(embed_texts(tokenizer, body, asked), entries, some)
        between = (entries @ entries.T)[apart].mean().item()
        rows.append(_hits_row(name, rankings, accepted, count_hits, f"{between:.2f}"))
    table = next(iter(bodies.values())).get_input_embeddings().weight.detach().cpu()
    shelved = [texts[i] for i in shelf]
    entries, questions = (_mean_rows(table, tokenizer, part) for part in (shelved, asked))
    unit = normalize(entries, dim=-1)
    between = (unit @ unit.T)[apart].mean().item()
    rows.append(
        _hits_row(
            "no layer: mean of table rows",
            rank_all(questions, entries, some),
            accepted,
            count_hits,
            f"{between:.2f}",
        )
    )
    by_pieces = rank_one_hot(tokenizer, asked, shelved, some)
    rows.append(_hits_row("no model: mean of one-hot", by_pieces, accepted, count_hits, ""))
    chance = sum(map(len, accepted)) / len(some)
    return table_view(
        f"{len(asked)} questions to the shelf of {len(some)} entries; bar = share of the questions; last column: two "
        "different entries, mean over all pairs",
        ["body", *COUNTED, "cosine of two entries"],
        rows,
        note=f"An entry drawn by chance would be right {chance:.1f} times in {len(asked)}.",
    )


def _mean_rows(table: torch.Tensor, tokenizer: Any, texts: Sequence[str]) -> torch.Tensor:
    rows = tokenizer(list(texts), add_special_tokens=False)["input_ids"]
    return torch.stack([table[row].mean(0) for row in rows])


def show_contradictions(embed: Callable) -> View:
    """Show the cosines of 53 sentences with what follows from each, what may be true, and what cannot be.

    Parameters
    ----------
    embed : callable
        Turns a list of texts into vectors of length one, ``(texts, size)``.
    """
    triples: dict[str, dict[str, str]] = {}
    for row in read_rows("entailment"):
        triples.setdefault(row["premise"], {})[row["label"]] = row["hypothesis"]
    premises = torch.as_tensor(embed(list(triples)))
    kinds = {
        "entailment": "must be true, too",
        "neutral": "may be true",
        "contradiction": "cannot be true",
    }
    found = {
        label: (premises * torch.as_tensor(embed([one[label] for one in triples.values()]))).sum(1)
        for label in kinds
    }
    rows = [
        [kinds[label], *(f"{one:.2f}" for one in (c.mean(), c.min(), c.max()))]
        for label, c in found.items()
    ]
    nearer = int((found["contradiction"] > found["entailment"]).sum())
    right = best_cut(found["entailment"], found["contradiction"])
    total = len(triples)
    return table_view(
        f"{total} sentences, each with a second one that must, may or cannot be true if the first is: their cosines",
        ["the second sentence", "mean", "lowest", "highest"],
        rows,
        note=f"What cannot be true is nearer than what must be true for {nearer} of {total} sentences. The best single "
        f"cut on the cosine sorts {right} of {2 * total} pairs into must and cannot; guessing sorts {total}.",
    )


def best_cut(above: torch.Tensor, below: torch.Tensor) -> int:
    """Count how many values the best threshold puts on their right side.

    >>> best_cut(torch.tensor([0.9, 0.5]), torch.tensor([0.6, 0.1]))
    3
    """
    cuts = torch.cat([above, below, torch.tensor([torch.inf])])
    return max(int((above >= cut).sum() + (below < cut).sum()) for cut in cuts)


def show_engines(
    by_words: Callable, by_vectors: Callable, merge: Callable, count_hits: Callable
) -> View:
    """Measure two engines and their merged lists on the 42 questions, and on 156 bare names such as ``rmtree``.

    Parameters
    ----------
    by_words, by_vectors : callable
        Each gives for a question the names, best first.
    merge : callable
        Makes one list of two.
    count_hits : callable
        ``count_hits(rankings, accepted, k)``, the learner's.
    """
    names, _, asked, accepted = search_data()
    bare, targets = bare_names(names)
    parts = []
    for queries, right in ((asked, accepted), (bare, targets)):
        words, vectors = [by_words(one) for one in queries], [by_vectors(one) for one in queries]
        merged = [merge(one, other) for one, other in zip(vectors, words, strict=True)]
        parts.append(
            [_hits_row("", found, right, count_hits)[1:] for found in (words, vectors, merged)]
        )
    engines = "shared words", "vectors", "both lists merged"
    return table_view(
        f"Three engines on {len(asked)} questions and on {len(bare)} bare names, such as {bare[126]}; bar = share",
        [
            "engine",
            *(f"questions, {one}" for one in COUNTED),
            *(f"names, {one}" for one in COUNTED),
        ],
        [[name, *one, *other] for name, one, other in zip(engines, *parts, strict=True)],
    )
