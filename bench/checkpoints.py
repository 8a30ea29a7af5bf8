"""How long a checkpoint takes, cold and warm, and what importing the package costs."""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from course_utils import checkpoint

REPEATS = 5
TIMED = """
import sys, time
import course_utils.weights.registry, course_utils.weights.merge, safetensors.numpy, filelock
from course_utils import checkpoint
start = time.perf_counter()
checkpoint(sys.argv[1])
print(time.perf_counter() - start)
"""


def measure():
    """Return rows of (what, measured, target); a figure is the median of five fresh processes."""
    checkpoint("sentiment")
    nothing, package, torch = (imported(name) for name in ("sys", "course_utils", "torch"))
    share = (package - nothing) / (torch - nothing)
    with tempfile.TemporaryDirectory() as cache:
        base = Path(checkpoint("embeddings"))
        shutil.copytree(base, Path(cache) / base.name)
        cold = [timed(cache, remove="sentiment-*") for _ in range(REPEATS)]
        warm = [timed(cache) for _ in range(REPEATS)]
    return [
        ("import torch", f"{(torch - nothing) * 1e3:.0f} ms", ""),
        (
            "import course_utils",
            f"{(package - nothing) * 1e3:.1f} ms, {share:.1%} of torch",
            "at most 5 %",
        ),
        ("checkpoint('sentiment'), cold: merge", f"{statistics.median(cold):.2f} s", "at most 3 s"),
        (
            "checkpoint('sentiment'), warm",
            f"{statistics.median(warm) * 1e3:.1f} ms",
            "at most 50 ms",
        ),
    ]


def imported(name):
    """Median seconds of a fresh Python that imports a module."""
    times = []
    for _ in range(REPEATS):
        code = f"import time; start = time.perf_counter(); import {name}; print(time.perf_counter() - start)"
        times.append(
            float(
                subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout
            )
        )
    return statistics.median(times)


def timed(cache, *, remove=None):
    """Seconds of one ``checkpoint("sentiment")`` in a fresh process, beyond imports."""
    for folder in Path(cache).glob(remove) if remove else ():
        shutil.rmtree(folder)
    run = subprocess.run(
        [sys.executable, "-c", TIMED, "sentiment"],
        capture_output=True,
        check=True,
        env={**os.environ, "COURSE_CACHE": cache},
    )
    return float(run.stdout)
