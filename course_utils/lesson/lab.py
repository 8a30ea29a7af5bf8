"""The learner's copy of a lesson: ``work/03_models.ipynb``, which git ignores and nothing here ever overwrites.

The tracked notebooks hold stored outputs and are tests; a copy starts without outputs, so that a prediction is made before
its answer is on the page. ``work`` stands beside ``notebooks``: links to ``../img`` and to other lessons hold in it.
A copy knows the edition that it was made from, and so it can be told that there is a newer one.
"""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import course_utils
from course_utils.lesson.progress import lesson_of

LESSON = "[0-9][0-9]_*.ipynb"


class NoCourse(RuntimeError):
    """The notebooks are not here, or not the one that was asked for; the message says what is missing."""


def course_folder() -> Path:
    """Give the folder of the course: the clone that this package is in, or the working folder if that is one.

    Raises
    ------
    NoCourse
        If neither has a folder ``notebooks`` with lessons, as after installing a wheel alone.
    """
    for folder in (Path(course_utils.__file__).parents[1], Path.cwd()):
        if any((folder / "notebooks").glob(LESSON)):
            return folder
    raise NoCourse(
        "The lessons' notebooks are not part of the installed package: run this in a clone of the course's "
        "repository, which has them in its folder notebooks."
    )


def find_lesson(number: str, course: Path) -> Path:
    """Find the tracked notebook of a lesson given as ``"03"``, ``"3"`` or by its name."""
    asked = str(number).removesuffix(".ipynb")
    asked = asked.zfill(2) if asked.isdigit() else asked
    found = [p for p in lesson_files(course) if asked in (lesson_of(p.name), p.stem)]
    if not found:
        known = ", ".join(lesson_of(path.name) for path in lesson_files(course))
        raise NoCourse(f"expected one of the lessons {known}, got {number!r}")
    return found[0]


def lesson_files(course: Path) -> list[Path]:
    """List the tracked notebooks in the order of the course."""
    return sorted((course / "notebooks").glob(LESSON))


def copy_missing(course: Path) -> tuple[list[str], list[str]]:
    """Make the copies that are not there; name those made, and those there of which a newer edition exists."""
    made, newer = [], []
    for lesson in lesson_files(course):
        copy = course / "work" / lesson.name
        if not copy.exists():
            write_copy(lesson, copy)
            made.append(lesson.stem)
        elif (known := edition_of_copy(copy)) and known != edition(read_notebook(lesson)):
            newer.append(lesson.stem)
    return made, newer


def reset(number: str, course: Path) -> tuple[Path, Path | None]:
    """Make a fresh copy of one lesson; return it, and where the old one is kept now, with the day in its name."""
    lesson = find_lesson(number, course)
    copy = course / "work" / lesson.name
    kept = None
    if copy.exists():
        kept = free_name(copy)
        copy.rename(kept)
    write_copy(lesson, copy)
    return copy, kept


def free_name(copy: Path) -> Path:
    """Give a name beside a copy that no file has: ``03_models.2026-11-24.ipynb``, then ``…-2`` and so on."""
    day = datetime.date.today().isoformat()
    names = (f"{copy.stem}.{day}{end}.ipynb" for end in ("", *(f"-{n}" for n in range(2, 1_000))))
    return next(path for name in names if not (path := copy.with_name(name)).exists())


def read_notebook(path: Path) -> dict[str, Any]:
    """Read a notebook file as it is."""
    return json.loads(path.read_text(encoding="utf-8"))


def edition(book: dict[str, Any]) -> str:
    """Name an edition: a digest of what the cells say and do; stored outputs do not make a new one."""
    said = [[cell["cell_type"], "".join(cell["source"])] for cell in book["cells"]]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:16]


def edition_of_copy(copy: Path) -> str:
    """Give the edition that a copy was made from; nothing where it cannot be told."""
    try:
        return str(read_notebook(copy)["metadata"]["course"]["edition"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return ""


def write_copy(lesson: Path, copy: Path) -> None:
    """Write a lesson without its outputs, whole or not at all; a file that is there already stays."""
    book = read_notebook(lesson)
    book["metadata"]["course"] = {"edition": edition(book)}
    for cell in book["cells"]:
        if cell["cell_type"] == "code":
            cell |= {"outputs": [], "execution_count": None}
    copy.parent.mkdir(exist_ok=True)
    handle, name = tempfile.mkstemp(dir=copy.parent, prefix=f".{copy.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            json.dump(book, file, ensure_ascii=False, indent=1)
            file.write("\n")
        os.chmod(name, 0o644)
        _give_name(name, copy)
    finally:
        Path(name).unlink(missing_ok=True)


def _give_name(name: str, copy: Path) -> None:
    """Give a finished file its name unless that is taken, as a second ``make lab`` may just have done."""
    try:
        os.link(name, copy)  # fails where the name is taken, which renaming would not
    except FileExistsError:
        return
    except OSError:  # a file system without links
        if not copy.exists():
            os.rename(name, copy)


def open_lab(number: str | None, options: Sequence[str] = (), *, only_copy: bool = False) -> int:
    """Make missing copies, say what is new, and open one lesson in JupyterLab; return its exit status."""
    course = course_folder()
    lesson = find_lesson(number or "01", course)
    made, newer = copy_missing(course)
    if made:
        print(f"Your copies are in {course / 'work'}: {', '.join(made)}.")
    if newer:
        print(
            f"There is a newer edition of {', '.join(newer)}. Your copies stay as they are; "
            f"python -m course_utils reset {lesson_of(newer[0])} makes a fresh one and keeps yours beside it."
        )
    if only_copy:
        return 0
    run = [sys.executable, "-m", "jupyterlab", *options, f"work/{lesson.name}"]
    with contextlib.suppress(KeyboardInterrupt):  # JupyterLab has been told to stop, too
        return subprocess.call(run, cwd=course)
    return 0
