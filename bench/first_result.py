"""How long a learner waits for the first result of the first lesson, from the start of the kernel."""

import statistics
from itertools import takewhile

import nbformat
from nbformat import NotebookNode

from bench.notebooks import LESSONS, REPEATS, cost


def measure() -> list[tuple[str, str, str]]:
    """Return a row of (what, measured, target): the median of three fresh kernels, checkpoints ready."""
    path = LESSONS[0]
    book = up_to_the_first_result(nbformat.read(path, as_version=4))
    seconds = statistics.median(cost(book, path.parent)[0] for _ in range(REPEATS))
    return [(f"{path.stem}: kernel start to first result", f"{seconds:.1f} s", "")]


def up_to_the_first_result(book: NotebookNode) -> NotebookNode:
    """Cut a notebook behind the first code cell whose stored outputs hold something; all of it if none does."""
    before = list(takewhile(lambda cell: not cell.get("outputs"), book.cells))
    return nbformat.v4.new_notebook(cells=book.cells[: len(before) + 1])
