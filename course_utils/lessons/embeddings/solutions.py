"""The course's solutions of lesson 06, and its proofs: each runs a function over a whole shipped data set."""

from __future__ import annotations

from collections.abc import Callable

import torch

from course_utils import checkpoint
from course_utils.data.corpora import read_rows
from course_utils.data.vectors import entry_texts, stored_lengths, stored_vectors
from course_utils.embedding import embed_texts, length_sorted_batches, load_encoder
from course_utils.lesson.prove import Proven, proof
from course_utils.lesson.shown import expected_and_got
from course_utils.lessons.embeddings.ranking import rank_all

TOKENS = 1024  # padded tokens per batch of the second proof


def count_hits(rankings, accepted, k):
    """Count the questions with at least one accepted name among the first k of their ranking."""
    hits = 0
    for ranking, right in zip(rankings, accepted):
        if any(name in right for name in ranking[:k]):
            hits += 1
    return hits


def sentence_vectors(hidden, attention_mask):
    """Pool the token vectors of each text to their mean, without the pads, and scale it to length one."""
    weights = attention_mask.unsqueeze(-1)
    mean = (hidden * weights).sum(1) / weights.sum(1)
    return mean / mean.norm(dim=-1, keepdim=True)


def search(question, vectors, k):
    """Give the row numbers of the k vectors with the largest cosine to the question, nearest first."""
    lengths = vectors.norm(dim=-1) * question.norm()
    cosines = (vectors @ question) / lengths
    return cosines.topk(k).indices.tolist()


def search_data() -> tuple[list[str], list[str], list[str], list[list[str]]]:
    """Give the names and texts of the library, the questions, and the names accepted for each."""
    library, questions = read_rows("stdlib"), read_rows("search_questions")
    return (
        [row["name"] for row in library],
        entry_texts(library),
        [row["question"] for row in questions],
        [row["accepted"] for row in questions],
    )


def question_vectors(asked: list[str]) -> torch.Tensor:
    """Embed questions with the shipped checkpoint."""
    return embed_texts(*load_encoder(checkpoint("embeddings")), asked)


@proof(
    "06-count-hits",
    not_proven="That the lists of accepted names are complete: a good answer that nobody wrote down counts as wrong.",
)
def prove_count_hits(attempt: Callable, steps) -> Proven:
    """Count on the real rankings of the 42 questions, for each k, and beside it with sets."""
    names, texts, asked, accepted = search_data()
    rankings = rank_all(question_vectors(asked), stored_vectors("stdlib", texts), names, k=20)
    agree, first = 0, None
    for k in steps(range(1, 21)):
        wanted = sum(
            not set(ranking[:k]).isdisjoint(right)
            for ranking, right in zip(rankings, accepted, strict=True)
        )
        got = attempt([list(one) for one in rankings], [list(one) for one in accepted], k)
        same = isinstance(got, int | float | torch.Tensor) and float(got) == wanted
        agree += same
        if not same and first is None:
            first = expected_and_got(f"questions answered among the first {k}", wanted, got)
    return Proven(agree=agree, total=20, unit="counts, k from 1 to 20,", first_difference=first)


@proof(
    "06-sentence-vectors",
    not_proven="That these vectors find anything; your count of hits measures that.",
)
def prove_sentence_vectors(attempt: Callable, steps) -> Proven:
    """Embed the 522 comments with the learner's pooling; the reference is what sentence-transformers returned."""
    comments = [row["text"] for row in read_rows("sentiment")]
    tokenizer, model = load_encoder(checkpoint("embeddings"))
    reference = stored_vectors("sentence_transformers", comments)
    lengths = [len(ids) for ids in tokenizer(comments)["input_ids"]]
    batches = list(length_sorted_batches(lengths, TOKENS))
    largest = torch.full((len(comments),), torch.inf)
    for rows in steps(batches, total=len(batches)):
        batch = tokenizer([comments[i] for i in rows], padding=True, return_tensors="pt")
        batch = batch.to(model.device)
        with torch.no_grad():
            hidden = model(**batch).last_hidden_state
        got = torch.as_tensor(attempt(hidden, batch["attention_mask"])).cpu()
        largest[rows] = (got - reference[rows]).abs().amax(-1)
    close = largest < 1e-5
    worst = int(largest.argmax())
    return Proven(
        agree=int(close.sum()),
        total=len(comments),
        unit="vectors of yours and of sentence-transformers",
        largest=largest.max().item(),
        first_difference=expected_and_got(
            f"comment {worst}, the first numbers", reference[worst][:5], "further than 1e-5"
        ),
    )


@proof(
    "06-search",
    not_proven="That the nearest entry answers the question.",
)
def prove_search(attempt: Callable, steps) -> Proven:
    """Search with unscaled vectors; beside it the datasets library with a faiss index over scaled ones."""
    names, texts, asked, _ = search_data()
    vectors, asked_vectors = stored_vectors("stdlib", texts), question_vectors(asked)
    vectors = torch.nn.functional.normalize(vectors, dim=-1)
    raw = vectors * stored_lengths(texts)[:, None]
    library = _indexed(names, vectors)
    agree, first = 0, None
    for question, vector in zip(steps(asked, total=len(asked)), asked_vectors, strict=True):
        _, found = library.get_nearest_examples("vector", vector.numpy(), k=5)
        rows = torch.as_tensor(attempt(vector.clone(), raw, 5)).tolist()
        got = [names[row] for row in rows]
        agree += got == found["name"]
        if got != found["name"] and first is None:
            first = expected_and_got(question, ", ".join(found["name"]), ", ".join(got))
    return Proven(
        agree=agree,
        total=len(asked),
        unit="lists of five, yours and those of get_nearest_examples,",
        first_difference=first,
    )


def _indexed(names: list[str], vectors: torch.Tensor):
    """Make a data set with an index of its vectors, as one would at work; without its progress bar."""
    import datasets

    silent = datasets.are_progress_bars_disabled()
    datasets.disable_progress_bars()
    try:
        library = datasets.Dataset.from_dict({"name": names})
        library.add_faiss_index_from_external_arrays(vectors.numpy(), "vector", metric_type=0)
    finally:
        if not silent:
            datasets.enable_progress_bars()
    return library
