"""What ``import course_utils`` does in a Jupyter kernel: frames for errors on purpose, a memory of outputs for compare."""

from __future__ import annotations

from course_utils.lesson import errors, runs
from course_utils.lesson.live import live_shell


def prepare_kernel() -> None:
    """Prepare the kernel, once; anywhere else nothing happens."""
    shell = live_shell()
    if shell is not None:
        errors.install(shell)
        runs.watch(shell)
