"""Reading the training data: JSON lines, gzip, one record a line."""

from __future__ import annotations

import gzip
import json
from pathlib import Path


def read_records(folder: Path, name: str) -> list[dict]:
    """Read ``<name>.jsonl.gz`` from ``folder``; raise ``FileNotFoundError`` naming the file that is missing."""
    path = folder / f"{name}.jsonl.gz"
    if not path.is_file():
        raise FileNotFoundError(f"expected the training file {path.name} in {folder}, which holds "
                                f"{sorted(p.name for p in folder.glob('*.gz')) or 'no .gz file'}")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]
