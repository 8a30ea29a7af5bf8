"""The table that ``checkpoints()`` shows."""

from itertools import groupby

from course_utils.pictures import page as _markup
from course_utils.pictures.view import View

HEADER = ("name", "what it is for", "base", "size", "licence", "trained on", "measured quality")


def table(records):
    """Draw the records that ``checkpoints.describe`` returns.

    Parameters
    ----------
    records : list of dict
        One for each checkpoint.

    Returns
    -------
    View
        As HTML a table; as text a paragraph for each checkpoint, since some cells are long.
    """
    caption = f"{len(records)} checkpoints; size is that of the finished folder on disk"
    rows = [_row(record) for record in records]
    text = "\n".join([caption, *(_paragraph(row) for row in rows)])
    return View(html=_markup.table(caption, HEADER, rows), text=text)


def _row(record):
    trained = "; ".join(
        f"{source['name']} ({source['licence']})" for source in record["trained_on"]
    )
    return (
        record["name"],
        record["purpose"],
        record["base"],
        f"{record['megabytes']} MB",
        record["licence"],
        trained or "as published",
        _quality(record["metrics"]) or "as published",
    )


def _quality(metrics):
    """Join figures that were measured on the same data: ``precision 0.63, recall 0.72 on ...``."""
    groups = []
    for dataset, group in groupby(metrics, key=lambda metric: metric["dataset"]):
        figures = ", ".join(f"{metric['name']} {metric['value']:.3g}" for metric in group)
        groups.append(f"{figures} on {dataset}")
    return "; ".join(groups)


def _paragraph(row):
    name, purpose, base, size, licence, trained, quality = row
    return (
        f"{name}: {purpose}\n  base {base}, {size}, licence: {licence}\n"
        f"  trained on: {trained}\n  measured quality: {quality}"
    )
