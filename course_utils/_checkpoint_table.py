"""The table that ``checkpoints()`` shows."""

from course_utils import _markup
from course_utils._view import View, plain_table

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
    """
    caption = f"{len(records)} checkpoints; size is that of the finished folder on disk"
    rows = [_row(record) for record in records]
    return View(html=_markup.table(caption, HEADER, rows), text=f"{caption}\n{plain_table(HEADER, rows)}")


def _row(record):
    trained = ", ".join(f"{source['name']} ({source['licence']})" for source in record["trained_on"])
    quality = ", ".join(f"{m['name']} {m['value']:.3g} on {m['dataset']}" for m in record["metrics"])
    return (record["name"], record["purpose"], record["base"], f"{record['megabytes']} MB", record["licence"],
            trained or "as published", quality or "as published")
