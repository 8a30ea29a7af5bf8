"""Predictions with cases and reasons, solutions, proofs, and attempts that are stopped or refused."""

import sys

import numpy as np
import pytest
import torch
from pictures import HOSTILE, check_faces
from test_checks import kernel

from course_utils import check, predict, prove, solution
from course_utils.lesson import check as checks
from course_utils.lesson import predict as predictions
from course_utils.lesson import prove as proofs
from course_utils.lesson import solution as solutions
from course_utils.lesson.attempts import NotYet, as_numbers
from course_utils.lesson.check import exercise
from course_utils.lesson.limits import Stopped, bounded
from course_utils.lesson.prove import Proven, proof

checks.load_lessons()


def double(number):
    return 2 * number


@pytest.fixture(autouse=True)
def doubling(monkeypatch):
    """An exercise and a proof about doubling; the registries are as before afterwards."""
    monkeypatch.setattr(checks, "_exercises", dict(checks._exercises))
    monkeypatch.setattr(checks, "_opened", {})
    monkeypatch.setattr(proofs, "_proofs", dict(proofs._proofs))
    monkeypatch.setattr(predictions, "_picks", {})

    @exercise("99-double", hints=["Add.", "n + n"], solution=double)
    def examine(attempt):
        got = as_numbers([attempt(n) for n in (1, 2, 5)], "the doubles", shape=(3,), hint=2)
        if got.tolist() != [2, 4, 10]:
            raise NotYet(f"expected 2, 4, 10, got {got.tolist()}")
        return "3 of 3 numbers doubled."

    @proof("99-double", not_proven="numbers above a hundred")
    def prove_double(attempt, steps):
        gaps = [abs(attempt(n) - 2 * n) for n in steps(range(100))]
        agree = sum(gap == 0 for gap in gaps)
        return Proven(agree, len(gaps), "numbers", largest=max(gaps), results=gaps)


def exercise_of_a_lesson():
    return next(name for name in sorted(checks._exercises) if not name.startswith("99"))


@pytest.mark.parametrize(("truth", "letter"), [((True, True), "a"), ((False, True), "b")])
def test_the_first_true_case_is_what_happened(truth, letter):
    guess = predict("Which?", ["up", "down"])
    view = guess.outcome(cases=dict(zip("ab", truth, strict=True)))
    assert view.text.startswith(f"What happened: {letter})")


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda p: p.outcome(), TypeError, "either the choice that happened or cases"),
        (lambda p: p.outcome("a", cases={"a": True}), TypeError, "either the choice"),
        (lambda p: p.outcome(cases={"a": False}), ValueError, "to be true, got none"),
        (lambda p: p.outcome(cases={"z": True}), ValueError, "one of the choices"),
        (lambda p: p.outcome("a", because={"z": "why"}), ValueError, "one of the choices"),
    ],
)
def test_an_outcome_that_names_no_choice_is_refused(call, error, words):
    with pytest.raises(error, match=words):
        call(predict("Which?", ["up", "down"]))


def test_each_choice_has_its_reason_and_the_pick_comes_first():
    why = {"a": "words add up", "b": "words are read together", "c": "words are averaged"}
    view = predict("What?", ["x", "y", "z"], answer="a").outcome("b", because=why)
    lines = view.text.splitlines()
    assert lines[0] == "What happened: b) y. words are read together"
    assert lines[1] == "Your pick: a) x. Not what happened. words add up"
    assert "words are averaged" in lines[2] and "<details>" in view.html
    check_faces(view)


@pytest.mark.parametrize("text", HOSTILE)
def test_reasons_are_escaped(text):
    check_faces(predict("What?", ["x", "y"]).outcome("a", because={"a": text, "b": text}))


def test_a_question_that_is_asked_again_keeps_its_pick():
    predict("Again?", ["yes", "no"], answer="no")
    assert predict("Again?", ["yes", "no"]).pick == 1
    assert predict("Other?", ["yes", "no"]).pick is None


@pytest.mark.parametrize("attempt", [..., lambda n: None, lambda n: n, lambda n: 1 / 0])
def test_the_lesson_goes_on_with_the_courses_answer(attempt):
    assert solution("99-double", attempt) is double


def test_the_lesson_goes_on_with_an_attempt_that_passes():
    def mine(n):
        return n + n

    assert solution("99-double", mine) is mine


def test_a_solution_is_shown_closed_and_not_in_the_text():
    view = solutions._solution_view(double, "not attempted")
    assert "return 2 * number" in view.html and "<details>" in view.html
    assert "<details open" not in view.html and "return 2" not in view.text


def test_a_notebook_shows_what_it_goes_on_with():
    name = exercise_of_a_lesson()
    (shown,) = kernel(f"from course_utils import solution\nsolution({name!r}, ...) is not None")
    assert shown["text/plain"] == "True"


def test_an_exercise_without_a_solution_says_so():
    @exercise("99-bare", hints=["none"])
    def examine(attempt):
        return "fine."

    with pytest.raises(ValueError, match="has no solution"):
        solution("99-bare", ...)


def test_a_proof_counts_and_says_what_it_does_not_show():
    right = prove("99-double", double)
    assert right.status == "passed" and (right.agree, right.total) == (100, 100)
    assert "100 of 100 numbers agree; no difference at all." in right.text
    assert "does not prove: numbers above a hundred" in right.text
    assert len(right.results) == 100
    check_faces(right)


def test_a_proof_that_fails_is_not_called_proven():
    wrong = prove("99-double", lambda n: 2 * n + (n == 7))
    assert wrong.status == "not yet" and wrong.text.startswith("Not proven: 99 of 100")
    assert prove("99-double", lambda n: 1 / 0).text.startswith("Not proven: your code raised Zero")
    assert prove("99-double", ...).status == "not attempted"


def test_an_unknown_proof_is_named():
    with pytest.raises(ValueError, match="name of a proof, got '99-nothing'"):
        prove("99-nothing", double)


def endless(n):
    found = []
    while True:
        found.append(n)


def swallowing(n):
    while True:
        try:  # noqa: SIM105 - what a learner would write
            n += 1
        except Exception:
            pass


@pytest.mark.parametrize("attempt", [endless, swallowing])
def test_a_loop_that_does_not_end_is_stopped(attempt):
    before = sys.gettrace()
    result = check("99-double", attempt)
    assert result.status == "not yet" and "a loop does not end" in result.text
    assert sys.gettrace() is before


def test_slow_code_is_stopped_by_the_clock():
    with pytest.raises(Stopped, match="after 0 seconds"), bounded(seconds=0.05, lines=10**9):
        endless(1)


def test_the_library_may_take_as_long_as_it_wants():
    with bounded(lines=50):
        assert sorted(map(str, range(10_000)))[0] == "0"


@pytest.mark.parametrize("form", [list, np.array, torch.tensor])
def test_numbers_may_come_in_any_form(form):
    assert as_numbers(form([1.0, 2.0]), "the row", shape=(2,)).tolist() == [1, 2]


@pytest.mark.parametrize(
    ("got", "words"),
    [
        ([1.0, float("nan")], "NaN"),
        ([1.0, float("inf")], "infinity"),
        ([True, False], "real numbers, got torch.bool"),
        ([1 + 2j, 0], "real numbers, got torch.complex"),
        ([1.0], r"of shape \(2,\), got shape \(1,\)"),
        ("two", "as numbers, got str"),
        (None, "as numbers, got NoneType"),
        ([[1], [1, 2]], "as numbers, got list"),
    ],
)
def test_what_is_no_row_of_numbers_is_refused(got, words):
    with pytest.raises(NotYet, match=words):
        as_numbers(got, "the row", shape=(2,))


def test_a_button_under_the_result_opens_the_next_hint():
    name = exercise_of_a_lesson()
    *_, shown = kernel(
        f"from course_utils import check\nr = check({name!r}, lambda *a: 'wrong')\nr",
        "from course_utils.lesson.check import _hint_button, _opened\nbox = _hint_button(r)\n"
        "box.children[1].click()\nbox.children[2].value",
    )
    assert "Hint 1 of" in shown["text/plain"]
