"""Every exercise: the untouched stub is not attempted, the solution passes, each typical mistake gets its own hint."""

import importlib
import re
from collections import Counter
from pathlib import Path

import nbformat
import pytest
from books import LESSONS, tags

from course_utils import check, hint, solution
from course_utils.lesson.check import _exercises, load_lessons
from course_utils.lesson.solution import source_of

ROOT = Path(__file__).parents[1]
load_lessons()
NUMBERS = sorted(p.stem.removeprefix("nb") for p in (ROOT / "tests/wrong_answers").glob("nb*.py"))
MODULES = {path.stem[:2]: path.stem[3:] for path in LESSONS}
EXERCISES = sorted(_exercises)


def answers(kind):
    """What the modules of answers hold: WRONG ones with hint and words, RIGHT ones of another type than the course's."""
    modules = [importlib.import_module(f"wrong_answers.nb{number}") for number in NUMBERS]
    return [entry for module in modules for entry in getattr(module, kind, [])]


WRONG, RIGHT = answers("WRONG"), answers("RIGHT")


def answer_name(value):
    return getattr(value, "__name__", None) or type(value).__name__


def cells_that_check(tag):
    """The cells with a tag: (name of the exercise that the cell checks, its stored text)."""
    for path in LESSONS:
        for cell in nbformat.read(path, as_version=4).cells:
            if tag in tags(cell):
                shown = "".join(
                    o.get("text", "") + o.get("data", {}).get("text/plain", "")
                    for o in cell.outputs
                )
                names = re.findall(r"""\b(?:check|solution)\(\s*["']([\w-]+)["']""", cell.source)
                assert len(names) == 1, (
                    f"{path.stem}, cell {cell.id}: expected one call of check or solution, found {names}"
                )
                yield names[0], shown


@pytest.mark.parametrize("name", EXERCISES)
@pytest.mark.parametrize(
    "stub",
    [..., None, lambda *anything: ..., lambda *anything: None],
    ids=["ellipsis", "none", "empty function", "returns none"],
)
def test_an_untouched_stub_is_not_attempted(name, stub):
    result = check(name, stub)
    assert result.status == "not attempted"
    assert name in result.text


@pytest.mark.parametrize("name", EXERCISES)
def test_the_solution_passes_and_the_lesson_goes_on_with_it(name):
    answer = _exercises[name].solution
    result = check(name, answer)
    assert result.status == "passed", result.text
    assert solution(name, ...) is answer


@pytest.mark.parametrize("name", EXERCISES)
def test_an_exercise_belongs_to_its_notebook_and_has_hints_that_open(name):
    task = _exercises[name]
    home = f"course_utils.lessons.{MODULES[name[:2]]}"
    assert f"{task.examine.__module__}.".startswith(f"{home}.")
    assert len(task.hints) >= 2
    for number, text in enumerate(task.hints, 1):
        assert text in hint(name, number).text


@pytest.mark.parametrize("name", EXERCISES)
def test_only_the_last_hint_holds_the_solution(name):
    *nudges, _ = _exercises[name].hints
    for line in source_of(_exercises[name].solution).splitlines():
        told = line.strip().removeprefix("return ")
        if len(told) > 30 and not told.startswith(("def ", "class ", '"""', "#")):
            assert not any(told in nudge for nudge in nudges), line


@pytest.mark.parametrize(
    ("name", "attempt", "number", "words"),
    WRONG,
    ids=[f"{name}-{answer_name(attempt)}-{i}" for i, (name, attempt, _, _) in enumerate(WRONG)],
)
def test_a_typical_mistake_gets_its_own_hint(name, attempt, number, words):
    result = check(name, attempt)
    assert result.status == "not yet"
    assert result.hint == number, result.text
    assert words in result.text, result.text
    assert f'hint("{name}", {number})' in result.text
    assert 1 <= number <= len(_exercises[name].hints)


@pytest.mark.parametrize(
    ("name", "attempt"), RIGHT, ids=[f"{name}-{answer_name(attempt)}" for name, attempt in RIGHT]
)
def test_a_right_answer_of_another_type_passes(name, attempt):
    result = check(name, attempt)
    assert result.status == "passed", result.text


@pytest.mark.parametrize("name", EXERCISES)
def test_at_least_two_typical_mistakes_are_known(name):
    assert Counter(entry[0] for entry in WRONG)[name] >= 2


def test_the_notebooks_and_the_examiners_know_the_same_exercises():
    assert sorted(name for name, _ in cells_that_check("exercise")) == EXERCISES
    assert sorted(name for name, _ in cells_that_check("solution")) == EXERCISES


def test_stored_stubs_are_not_attempted_and_the_lessons_go_on():
    for name, shown in cells_that_check("exercise"):
        assert "Not attempted yet" in shown, name
    for name, shown in cells_that_check("solution"):
        assert "Passed" in shown or "The lesson goes on with the course's answer" in shown, name
        assert "Not yet" not in shown and "does not pass" not in shown, name
