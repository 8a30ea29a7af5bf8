"""The explorers of lesson 06: how many heaps an index opens, and the finished engine with what is known of its errors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import ipywidgets
import torch

from course_utils.lesson.explore import LABELS, Explorer, slider, stacked
from course_utils.lessons.embeddings.times import index_of
from course_utils.lessons.embeddings.views import COUNTED
from course_utils.pictures.glyphs import clip, one_line
from course_utils.pictures.page import BLUE
from course_utils.pictures.table import bar_cell, table_view
from course_utils.pictures.view import View

CELLS, LIST = 64, 10
FIXED = 1, 4, 16  # heaps that are always shown opened


def explore_index(
    questions: torch.Tensor,
    vectors: torch.Tensor,
    names: Sequence[str],
    accepted: Sequence[Sequence[str]],
    count_hits: Callable,
) -> Explorer:
    """Explore what an index loses that opens only some of its 64 heaps.

    Parameters
    ----------
    questions, vectors : torch.Tensor
        ``(questions, size)`` and ``(entries, size)``, length one.
    names : sequence of str
        One per entry.
    accepted : sequence of sequences of str
        The names accepted for each question.
    count_hits : callable
        ``count_hits(rankings, accepted, k)``, the learner's.

    Returns
    -------
    Explorer
        Control: ``opened``, the number of heaps.
    """
    index = index_of(vectors, cells=CELLS)
    exact = (questions @ vectors.T).topk(LIST).indices.tolist()
    sizes = [index.invlists.list_size(i) for i in range(CELLS)]

    def row(opened: int) -> list:
        index.nprobe = opened
        near = index.search(questions.numpy(), LIST)[1].tolist()
        _, heaps = index.quantizer.search(questions.numpy(), opened)
        compared = sum(sizes[heap] for one in heaps.tolist() for heap in one) / len(questions)
        return _index_row(
            f"{opened} of {CELLS} heaps", near, exact, compared, names, accepted, count_hits
        )

    def draw(opened: int) -> View:
        rows = [row(n) for n in sorted({*FIXED, opened})]
        everything = "no index: all entries"
        rows.append(_index_row(everything, exact, exact, len(vectors), names, accepted, count_hits))
        return table_view(
            f"{len(questions)} questions to {len(vectors):,} entries in {CELLS} heaps; last column: of the "
            "first ten that the search without an index finds",
            ["opened", "entries compared per question", *COUNTED, "of these first ten"],
            rows,
        )

    return Explorer(draw, {"opened": slider("heaps opened", 1, CELLS, 4)})


def _index_row(name, rows, exact, compared, names, accepted, count_hits) -> list:
    rankings = [[names[i] for i in row if i >= 0] for row in rows]
    total, wanted = len(exact), len(exact) * LIST
    found = sum(len(set(one) & set(other)) for one, other in zip(rows, exact, strict=True))
    counts = [int(count_hits(rankings, accepted, k)) for k in (1, 5)]
    return [
        name,
        f"{compared:,.0f}",
        *(bar_cell(n / total, f"{n} of {total}", colour=BLUE) for n in counts),
        bar_cell(found / wanted, f"{found} of {wanted}", colour=BLUE),
    ]


def explore_search(
    embed: Callable,
    search: Callable,
    vectors: torch.Tensor,
    library: Any,
    questions: Any,
    *,
    ask: str = "copy a file to another place",
) -> Explorer:
    """Ask the finished engine, which says of each answer how often it was wrong in the test.

    Parameters
    ----------
    embed, search : callable
        The learner's engine: texts to vectors of length one; ``search(question, vectors, k)`` gives row numbers.
    vectors : torch.Tensor, shape (entries, size)
        The entries, length one.
    library : rows with ``name`` and ``summary``
        The entries, in the order of the vectors.
    questions : rows with ``question`` and ``accepted``
        The test.
    ask : str
        What is asked first.

    Returns
    -------
    Explorer
        Controls: ``question`` and ``k``. The picture: the answers, the record of the engine, and each wrong first
        place of the test.
    """
    entries = [(str(row["name"]), str(row["summary"])) for row in library]
    names = [name for name, _ in entries]
    record = Record.of(embed, search, vectors, names, list(questions))

    def draw(question: str, k: int) -> View:
        if not question.strip():
            raise ValueError("question: expected at least one word")
        vector = torch.as_tensor(embed([question]))[0]
        rows = torch.as_tensor(search(vector, vectors, k)).tolist()
        scores = (vectors[rows] @ vector).tolist()
        answer = table_view(
            f'Nearest to "{clip(one_line(question), 200)}"; the score is the cosine',
            ["place", "score", "name", "what it does"],
            [
                [place, f"{score:.2f}", names[row], clip(one_line(entries[row][1]), 160)]
                for place, (row, score) in enumerate(zip(rows, scores, strict=True), 1)
            ],
            note=record.told(scores[0]),
        )
        return stacked(answer, record.misses)

    field = ipywidgets.Text(
        ask, description="question", style=LABELS, layout=ipywidgets.Layout(width="97%")
    )
    return Explorer(draw, {"question": field, "k": slider("answers", 1, 20, 3)})


class Record:
    """How an engine did on test questions: wrong first places in the lower and in the upper half of the scores."""

    def __init__(self, scores: list[float], wrong: list[bool], lost: int, misses: View):
        self.scores, self.wrong, self.lost, self.misses = scores, wrong, lost, misses
        order = sorted(range(len(scores)), key=lambda i: scores[i])
        self.half = len(scores) // 2
        self.lower, self.upper = order[: self.half], order[self.half :]
        self.middle = scores[self.upper[0]]

    @classmethod
    def of(cls, embed, search, vectors, names: list[str], questions: list[dict]) -> Record:
        """Run the engine on the test."""
        asked = torch.as_tensor(embed([row["question"] for row in questions]))
        scores, wrong, missed, lost = [], [], [], 0
        for row, vector in zip(questions, asked, strict=True):
            found = torch.as_tensor(search(vector, vectors, len(names))).tolist()
            places = [i for i, one in enumerate(found, 1) if names[one] in row["accepted"]]
            scores.append(float(vectors[found[0]] @ vector))
            wrong.append(places[:1] != [1])
            lost += places[0] > 5
            if wrong[-1]:
                missed.append(
                    [row["question"], scores[-1], names[found[0]], row["accepted"], places[0]]
                )
        missed.sort(key=lambda one: one[1])
        misses = table_view(
            f"The {len(missed)} test questions whose first place is not accepted, by score",
            ["question", "score", "found first", "accepted", "in place"],
            [
                [question, f"{score:.2f}", first, clip(", ".join(right), 60), place]
                for question, score, first, right, place in missed
            ],
        )
        return cls(scores, wrong, lost, misses)

    def told(self, score: float) -> str:
        """Say of an answer with this score how often such answers were wrong."""
        upper = score >= self.middle
        rows = self.upper if upper else self.lower
        wrong = sum(self.wrong[i] for i in rows)
        least = (
            ""
            if score >= min(self.scores)
            else f" No test question scored below {min(self.scores):.2f}."
        )
        return (
            f"In the test the first place was wrong for {sum(self.wrong)} of {len(self.wrong)} questions, and all of the "
            f"first five for {self.lost}. Scores {'from' if upper else 'below'} {self.middle:.2f}, like this one: "
            f"first place wrong for {wrong} of {len(rows)}.{least}"
        )
