"""What a question costs in lesson 06: making its vector, comparing it with all entries, and asking an index."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Any

import torch

from course_utils.data.vectors import perturbed_copies
from course_utils.pictures.table import table_view
from course_utils.pictures.view import View


def show_times(
    embed: Callable, search: Callable, vectors: torch.Tensor, asked: Sequence[str]
) -> View:
    """Time one question: making its vector, then comparing it with ever more entries, and with an index.

    Parameters
    ----------
    embed, search : callable
        The learner's: texts to vectors; ``search(question, vectors, k)``.
    vectors : torch.Tensor, shape (entries, size)
        Length one.
    asked : sequence of str
        Questions.
    """
    questions = torch.as_tensor(embed(list(asked)))
    rows = [
        [
            "make the vector of the question",
            f"{_milliseconds(lambda: embed(asked[:1])):.1f}",
            "",
            "",
        ]
    ]
    for count in (len(vectors), 10_000, 100_000):
        many = perturbed_copies(vectors, count)
        index = index_of(many, cells=min(256, count // 75))
        index.nprobe = max(1, index.nlist // 16)
        one = _milliseconds(lambda many=many: search(questions[0], many, 5))
        all_at_once = _milliseconds(lambda many=many: (questions @ many.T).topk(5)) / len(questions)
        indexed = _milliseconds(lambda index=index: index.search(questions[:1].numpy(), 5))
        rows.append(
            [
                f"find it among {count:,} entries",
                f"{one:.1f}",
                f"{all_at_once:.2f}",
                f"{indexed:.2f}",
            ]
        )
    return table_view(
        "Milliseconds per question on this machine; above the library's own entries: copies with noise, for the clock "
        "alone; your search computes all lengths each time; the index opens one heap in 16",
        ["step", "your search", f"{len(questions)} questions in one product", "an index"],
        rows,
    )


def index_of(vectors: torch.Tensor, *, cells: int) -> Any:
    """Build a faiss index that sorts vectors into ``cells`` heaps beforehand."""
    import faiss

    index = faiss.index_factory(vectors.shape[1], f"IVF{cells},Flat", faiss.METRIC_INNER_PRODUCT)
    index.train(vectors[:10_000].numpy())
    index.add(vectors.numpy())
    return index


def _milliseconds(run: Callable, times: int = 5) -> float:
    run()
    spent = []
    for _ in range(times):
        start = perf_counter()
        run()
        spent.append(perf_counter() - start)
    return 1000 * sorted(spent)[times // 2]
