"""What a learner has done, in one file of JSON lines on their own machine; nothing is sent anywhere.

``check``, ``hint``, ``predict`` and ``prove`` call :func:`record`. The file lies in the platform's folder for a user's
data; ``COURSE_PROGRESS`` moves it to another path or, as ``off``, turns it off. A line holds the lesson, the exercise
or question, and what came of it: no name, no time, no path of this machine, no code.

Each line is written by one call under a lock, so two notebooks may write at once. A line that a crash has torn is
left alone: the next one begins on a line of its own, and reading passes over what is no event.
"""

from __future__ import annotations

import json
import os
import re
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from course_utils.pictures.glyphs import clip, one_line

KINDS = ("check", "hint", "predict", "prove")
WHOLE, TEXT, LIST = int, str, list
FIELDS = {  # of an event; everything else is dropped
    "kind": TEXT,
    "lesson": TEXT,
    "name": TEXT,
    "status": TEXT,
    "message": TEXT,
    "hint": WHOLE,
    "pick": WHOLE,
    "right": WHOLE,
    "choices": LIST,
}
UNDER_TEST = (  # kernels that tests start inherit them; who stores a run anew sets the first
    "COURSE_TEST",
    "CI",
    "PYTEST_VERSION",
    "PYTEST_CURRENT_TEST",
)
LONGEST_LINE, LONGEST_TEXT, MOST_CHOICES = 16_000, 300, 26
LARGEST_FILE = 5_000_000  # bytes; a busy learner needs a hundredth of it
PATIENCE = 2.0  # seconds to wait for another notebook's line
ADVICE = re.compile(r"\s*Try hint\([^)]*\)\.?\s*$")  # is no part of what was wrong
PATH = re.compile(r"(?:~|[A-Za-z]:)?(?:[\\/][^\s\\/:'\"]+){2,}")
OWN_WORDS = re.compile(
    r"^(your code raised \w+|.{0,60}?\braised \w+Error)\b.*", re.IGNORECASE | re.DOTALL
)


def progress_file() -> Path | None:
    """Give the file that this process writes to, or None where nothing is recorded.

    ``COURSE_PROGRESS`` wins. Without it tests and continuous integration, and the kernels that they start, record nothing.
    """
    chosen = os.environ.get("COURSE_PROGRESS", "").strip()
    if chosen.lower() == "off":
        return None
    if chosen:
        return Path(chosen).expanduser().absolute()
    if under_test():
        return None
    from platformdirs import user_data_path

    return user_data_path("transformers-nlp-course", appauthor=False) / "progress.jsonl"


def under_test() -> bool:
    """Tell whether pytest, nbval or continuous integration runs this process or has started it."""
    return any(os.environ.get(name, "").lower() not in ("", "0", "false") for name in UNDER_TEST)


def record(event: Mapping[str, Any]) -> None:
    """Append one event; a disk that is full or a file that is locked costs the line, never the lesson.

    Parameters
    ----------
    event : mapping
        ``kind`` is 'check', 'hint', 'predict' or 'prove', ``name`` the exercise or the question. Further: ``status``,
        ``message``, ``hint`` (number from 1); ``pick`` and ``right`` (number from 0, letter or text of a choice) and
        ``choices``. Other keys are dropped, paths and the words of the learner's own errors left out.
    """
    path = progress_file()
    if path is None:
        return
    kept = clean(event)
    if kept is None:
        return
    kept.setdefault("lesson", lesson_of(kept["name"]) or lesson_of(notebook_name()))
    line = json.dumps({name: kept[name] for name in FIELDS if name in kept}, ensure_ascii=False)
    try:
        append(path, line.encode(errors="replace"))
    except (OSError, TimeoutError) as error:  # filelock's Timeout is a TimeoutError
        warnings.warn(f"this step was not kept in {path.name}: {error}", stacklevel=2)


def append(path: Path, line: bytes) -> None:
    """Append a line in one write under a lock; after a torn line begin a new one."""
    from filelock import FileLock

    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{path}.lock", timeout=PATIENCE), open(path, "ab+", buffering=0) as file:
        size = file.seek(0, os.SEEK_END)
        torn = False
        if size:
            file.seek(size - 1)
            torn = file.read(1) != b"\n"
        file.write((b"\n" if torn else b"") + line + b"\n")


def read_events(path: Path) -> tuple[list[dict[str, Any]], int]:
    """Read the events of a file, and the number of lines that hold none; a missing file has no events.

    Raises
    ------
    ValueError
        If the file is larger than ``LARGEST_FILE`` or no ordinary file.
    """
    if not path.exists():
        return [], 0
    if not path.is_file():
        raise ValueError("no ordinary file")
    with open(path, "rb") as file:
        data = file.read(LARGEST_FILE + 1)
    if len(data) > LARGEST_FILE:
        raise ValueError(f"larger than {LARGEST_FILE / 1e6:.0f} MB")
    lines = [line for line in data.split(b"\n") if line.strip()]
    found = [event for event in map(_parse, lines) if event is not None]
    return found, len(lines) - len(found)


def _parse(line: bytes) -> dict[str, Any] | None:
    if len(line) > LONGEST_LINE:
        return None
    try:
        event = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError):
        return None
    return clean(event) if isinstance(event, dict) else None


def clean(event: Mapping[str, Any]) -> dict[str, Any] | None:
    """Keep the fields of an event that are what they should be, shortened; None where it is no event.

    >>> clean({"kind": "check", "name": "04-masked-mean", "status": "passed", "user": "me"})
    {'kind': 'check', 'name': '04-masked-mean', 'status': 'passed'}
    """
    if event.get("kind") not in KINDS or not isinstance(event.get("name"), str):
        return None
    choices = event.get("choices")
    choices = list(choices) if isinstance(choices, (list, tuple)) else []
    kept: dict[str, Any] = {}
    for name, kind in FIELDS.items():
        value = event.get(name)
        if name in ("pick", "right"):
            value = _number(value, choices)
        if kind is TEXT and isinstance(value, str):
            kept[name] = clip(one_line(anonymous(value)), LONGEST_TEXT)
        elif kind is WHOLE and isinstance(value, int) and not isinstance(value, bool):
            if 0 <= value <= 99:
                kept[name] = value
        elif kind is LIST and choices:
            texts = [one_line(c) for c in choices[:MOST_CHOICES] if isinstance(c, str)]
            kept[name] = [clip(text, LONGEST_TEXT) for text in texts]
    if not re.fullmatch(r"\d\d", kept.get("lesson", "")):
        kept.pop("lesson", None)
    return kept


def _number(value: Any, choices: list) -> Any:
    """Turn the text or the letter of a choice into its number."""
    if not isinstance(value, str):
        return value
    if value in choices:
        return choices.index(value)
    place = ord(value.lower()) - ord("a") if len(value) == 1 else -1
    return place if 0 <= place < len(choices) else None


def anonymous(text: str) -> str:
    """Leave out paths, what an error of the learner's own code says, and the advice after a message.

    >>> anonymous("Your code raised KeyError: 'my secret'"), anonymous("got /home/ada/notes.txt")
    ('Your code raised KeyError', 'got …')
    """
    return PATH.sub("…", OWN_WORDS.sub(r"\1", ADVICE.sub("", text)))


def lesson_of(name: str) -> str:
    """Give the two digits that the name of an exercise or of a notebook begins with, or nothing.

    >>> lesson_of("04-masked-mean"), lesson_of("work/03_models.ipynb"), lesson_of("notes.ipynb")
    ('04', '03', '')
    """
    found = re.match(r"(\d\d)[-_]", re.split(r"[\\/]", name)[-1])
    return found.group(1) if found else ""


def notebook_name() -> str:
    """Give the name of the notebook that this kernel belongs to, where its front end tells; else nothing."""
    if name := os.environ.get("JPY_SESSION_NAME"):
        return name
    import __main__  # VS Code leaves the path among the notebook's own variables

    return str(getattr(__main__, "__vsc_ipynb_file__", ""))
