"""What ships with the course, as tables: its checkpoints and its corpora."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from course_utils.data.corpora import CORPORA, read_rows
from course_utils.pictures.table import table_view
from course_utils.pictures.view import View
from course_utils.weights.registry import CHECKPOINTS, describe

HEADER = ("name", "what it is for", "base", "size", "licence", "trained on", "measured quality")


def checkpoints() -> View:
    """Show every checkpoint: what it is for, base, size, licence, training data and measured quality.

    Returns
    -------
    View
        As HTML a table; as text a paragraph for each checkpoint, since some cells are long.

    Examples
    --------
    >>> print(checkpoints().text.splitlines()[0])
    9 checkpoints; size is that of the finished folder on disk
    """
    rows = [_checkpoint_row(describe(name)) for name in CHECKPOINTS]
    caption = f"{len(rows)} checkpoints; size is that of the finished folder on disk"
    text = "\n".join([caption, *(_paragraph(*row) for row in rows)])
    return View(html=table_view(caption, HEADER, rows).html, text=text)


def corpora() -> View:
    """Show every corpus: its name, number of records, fields and what it holds.

    Returns
    -------
    View
        A table, as HTML and as text.

    Examples
    --------
    >>> corpora().text.splitlines()[2].split()[:2]
    ['sentiment', '522']
    """
    rows = []
    for name, purpose in CORPORA.items():
        records = read_rows(name)
        rows.append((name, len(records), ", ".join(records[0]), purpose))
    caption = f"{len(rows)} corpora, written for this course except stdlib"
    return table_view(caption, ("name", "records", "fields", "what it holds"), rows)


def _checkpoint_row(record: dict[str, Any]) -> tuple[str, ...]:
    trained = [f"{source['name']} ({source['licence']})" for source in record["trained_on"]]
    return (
        record["name"],
        record["purpose"],
        record["base"],
        f"{record['megabytes']} MB",
        record["licence"],
        "; ".join(trained) or "as published",
        quality_of(record["metrics"]) or "as published",
    )


def quality_of(metrics: Iterable[dict[str, Any]]) -> str:
    """Join figures that were measured on the same data: ``precision 0.63, recall 0.72 on ...``."""
    groups = []
    for dataset, group in groupby(metrics, key=lambda metric: metric["dataset"]):
        figures = ", ".join(f"{metric['name']} {metric['value']:.3g}" for metric in group)
        groups.append(f"{figures} on {dataset}")
    return "; ".join(groups)


def _paragraph(
    name: str, purpose: str, base: str, size: str, licence: str, trained: str, quality: str
) -> str:
    return (
        f"{name}: {purpose}\n  base {base}, {size}, licence: {licence}\n"
        f"  trained on: {trained}\n  measured quality: {quality}"
    )
