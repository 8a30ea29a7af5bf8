"""A class without a server: merge the progress files that learners hand in, and see what to talk about tomorrow.

Each file counts as one learner. Files come from outside and are not trusted: what is no ordinary file, is too large or
holds no event is named and skipped, and every text is escaped where it is shown.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from course_utils.lesson.progress import lesson_of, read_events
from course_utils.lesson.report import Done, done
from course_utils.pictures.glyphs import clip, one_line

MOST_FILES = 1_000
FORMULA = tuple("=+-@＝＋－＠")  # what a spreadsheet takes for the beginning of a formula


@dataclass(frozen=True)
class Item:
    """How a class did on one exercise or one question.

    Attributes
    ----------
    kind : str
        'exercise' or 'prediction'.
    lesson, name : str
        Two digits or nothing; the exercise or the question.
    learners, right : int
        How many tried it, or committed to a choice; how many of them passed, or were right.
    answers : tuple of (str, int)
        Wrong messages, or all choices that were picked, with the number of learners, the most frequent first.
    best : str
        The right choice of a question, empty for an exercise.
    """

    kind: str
    lesson: str
    name: str
    learners: int
    right: int
    answers: tuple[tuple[str, int], ...]
    best: str = ""

    @property
    def missed(self) -> float:
        """Give the share of learners who have not passed, or were wrong, from 0 to 1."""
        return 1 - self.right / self.learners

    @property
    def wrong(self) -> tuple[tuple[str, int], ...]:
        """Give the wrong answers alone."""
        return tuple(answer for answer in self.answers if answer[0] != self.best)


def read_class(folder: Path) -> tuple[list[Done], list[str]]:
    """Read every ``.jsonl`` file below a folder; return one record per learner, and a sentence per skipped file or line."""
    learners: list[Done] = []
    notes: list[str] = []
    seen: dict[str, str] = {}
    paths = sorted(folder.rglob("*.jsonl"))
    if len(paths) > MOST_FILES:
        notes.append(
            f"{len(paths) - MOST_FILES} files were left out: at most {MOST_FILES} are read."
        )
    for path in paths[:MOST_FILES]:
        name = clip(one_line(path.relative_to(folder).as_posix()), 100)
        try:
            if path.is_symlink():
                raise ValueError("a link to another file")
            events, unreadable = read_events(path)
            if not events:
                raise ValueError("it holds no progress")
            same = seen.setdefault(repr(events), name)
            if same != name:
                raise ValueError(f"the same as {same}")
        except (OSError, ValueError) as problem:
            why = problem.strerror if isinstance(problem, OSError) else problem
            notes.append(f"Skipped {name}: {why}.")
            continue
        learners.append(done(events))
        if unreadable:
            notes.append(f"{name}: {unreadable} lines could not be read and were passed over.")
    return learners, notes


def items(learners: Sequence[Done]) -> list[Item]:
    """Merge learners: exercises, then questions, each by the number of learners who missed it."""
    found = [*_exercises(learners), *_questions(learners)]
    missed = {id(item): item.learners - item.right for item in found}
    return sorted(found, key=lambda i: (i.kind, -missed[id(i)], -i.missed, i.lesson, i.name))


def _exercises(learners: Sequence[Done]) -> Iterable[Item]:
    tried: Counter[str] = Counter()
    passed: Counter[str] = Counter()
    messages: dict[str, Counter[str]] = defaultdict(Counter)
    for learner in learners:
        tried.update(learner.passed | learner.wrong.keys())
        passed.update(learner.passed)
        for name, wrong in learner.wrong.items():
            messages[name].update(wrong)
    for name, number in tried.items():
        yield Item("exercise", lesson_of(name), name, number, passed[name], _ranked(messages[name]))


def _questions(learners: Sequence[Done]) -> Iterable[Item]:
    picks = defaultdict(list)
    for learner in learners:
        for key, event in learner.picks.items():
            if event["pick"] < len(event.get("choices", ())) > event["right"]:
                picks[key].append(
                    (event["choices"][event["pick"]], event["choices"][event["right"]])
                )
    for (lesson, question), made in picks.items():
        best = Counter(right for _, right in made).most_common(1)[0][0]
        right = sum(pick == best for pick, _ in made)
        answers = _ranked(Counter(pick for pick, _ in made))
        yield Item("prediction", lesson, question, len(made), right, answers, best)


def _ranked(counts: Counter[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def write_csv(found: Sequence[Item], path: Path) -> None:
    """Write one row per answer; a text that a spreadsheet would run as a formula gets an apostrophe before it."""
    with open(path, "w", encoding="utf-8-sig", newline="") as file:
        out = csv.writer(file)
        out.writerow(["kind", "lesson", "name", "learners", "right", "answer", "is right", "count"])
        for item in found:
            for answer, count in item.answers or (("", 0),):
                right = "yes" if item.best and answer == item.best else "no" if answer else ""
                row = [
                    item.kind,
                    item.lesson,
                    item.name,
                    item.learners,
                    item.right,
                    answer,
                    right,
                    count,
                ]
                out.writerow([harmless(value) for value in row])


def harmless(value: object) -> object:
    """Neutralise a cell that begins like a formula.

    >>> harmless("=1+1"), harmless(" @x"), harmless(3), harmless("a=b")
    ("'=1+1", "' @x", 3, 'a=b')
    """
    risky = isinstance(value, str) and value.lstrip(" '\t\r\n").startswith(FORMULA)
    return f"'{value}" if risky else value
