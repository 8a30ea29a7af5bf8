"""Write the tables of README.md: the lessons, from the notebooks; the checkpoints, from the catalogue.

Each stands between ``<!-- name -->`` and ``<!-- end of name -->``. Run ``python tests/make_readme_tables.py`` after a
notebook's front matter or sections, or a checkpoint, have changed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import nbformat
from books import LESSONS, prose_cells

os.environ["COURSE_MODELS"] = "bundled"  # the README describes what ships
from course_utils.lesson.listings import quality_of
from course_utils.weights.catalogue import CHECKPOINTS
from course_utils.weights.registry import describe

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"


def lessons(paths: Sequence[Path] = LESSONS) -> str:
    """One row a lesson: number, title with its link, minutes, the numbered sections of its headings."""
    return _table(("", "lesson", "minutes", "sections"), map(_lesson, paths))


def _lesson(path: Path) -> tuple[str, str, str, str]:
    prose = "\n".join(cell.source for cell in prose_cells(nbformat.read(path, as_version=4)))
    title = re.search(r"^# (?:\d+ · )?(.+)$", prose, re.MULTILINE)
    minutes = re.search(r"(\d+) minutes", prose)
    if title is None or minutes is None:
        raise ValueError(f"expected a title and 'NN minutes' in the front matter of {path.name}")
    sections = re.findall(r"^## \d+ · (.+)$", prose, re.MULTILINE)
    link = f"[{title[1]}](notebooks/{path.name})"
    return path.name[:2], link, minutes[1], " · ".join(sections)


def weights() -> str:
    """One row a checkpoint: name, purpose, size, licence, measured quality."""
    records = [describe(name) for name in CHECKPOINTS]
    rows = [
        (
            f"`{record['name']}`",
            record["purpose"],
            f"{record['megabytes']:,}",
            record["licence"],
            quality_of(record["metrics"]) or "as published",
        )
        for record in records
    ]
    return _table(("name", "what it is for", "MB", "licence", "measured quality"), rows)


def hub() -> str:
    """One row a checkpoint: name, repository on the Hub, size of the download."""
    rows = [
        (f"`{s.name}`", f"`{s.hub.repo}`", f"{s.hub.megabytes:,}") for s in CHECKPOINTS.values()
    ]
    return _table(("name", "on the Hub", "MB"), rows)


TABLES: dict[str, Callable[[], str]] = {"lessons": lessons, "weights": weights, "hub": hub}


def updated(page: str) -> str:
    """Return the page with each table written anew; ``ValueError`` if a table has no place on it."""
    for name, table in TABLES.items():
        begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
        head, found, rest = page.partition(begin)
        _, closed, tail = rest.partition(end)
        if not found or not closed:
            raise ValueError(f"expected the lines {begin} and {end}")
        page = f"{head}{begin}\n{table()}\n{end}{tail}"
    return page


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    cells = [header, ["---"] * len(header), *rows]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in cells
    )


if __name__ == "__main__":
    README.write_text(updated(README.read_text(encoding="utf-8")), encoding="utf-8")
    print(f"wrote the tables of {README.name}: {', '.join(TABLES)}")
