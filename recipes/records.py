"""Reading the training data: gzip, one record or one line of text a line."""

from __future__ import annotations

import gzip
import json
from pathlib import Path


def read_records(folder: Path, name: str) -> list[dict]:
    """Read ``<name>.jsonl.gz`` from ``folder``; raise ``FileNotFoundError`` naming the file that is missing."""
    return [json.loads(line) for line in _lines(folder, f"{name}.jsonl.gz")]


def read_lines(folder: Path, name: str) -> list[str]:
    """Read ``<name>.txt.gz`` from ``folder``, line by line."""
    return _lines(folder, f"{name}.txt.gz")


def _lines(folder: Path, file_name: str) -> list[str]:
    path = folder / file_name
    if not path.is_file():
        present = sorted(p.name for p in folder.glob("*.gz")) or "no .gz file"
        raise FileNotFoundError(
            f"expected the training file {file_name} in {folder}, which holds {present}"
        )
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return list(lines)
