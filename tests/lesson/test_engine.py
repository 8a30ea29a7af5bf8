"""Predictions with cases and reasons, solutions, proofs, and attempts that are stopped or refused."""

import sys
import time

import numpy as np
import pytest
import torch
from pictures import HOSTILE, check_faces
from test_checks import kernel

from course_utils import check, hint, predict, prove, solution
from course_utils.lesson import check as checks
from course_utils.lesson import predict as predictions
from course_utils.lesson import prove as proofs
from course_utils.lesson import solution as solutions
from course_utils.lesson.attempts import NotYet, as_numbers, is_untouched
from course_utils.lesson.check import exercise
from course_utils.lesson.limits import Stopped, bounded
from course_utils.lesson.live import VIEW as WIDGET
from course_utils.lesson.prove import Proven, proof
from course_utils.pictures.view import View

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
    assert "100 of 100 numbers agree; largest difference below 1e-12." in right.text
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


def swallowing_all(n):
    while True:
        try:  # noqa: SIM105
            n += 1
        except:  # noqa: E722
            pass


def in_a_comprehension(n):
    return sum([n for _ in iter(int, 1)])


def endless_numbers(n):
    while True:
        yield n


def through_a_generator(n):
    return sum(endless_numbers(n))


@pytest.mark.parametrize(
    "attempt",
    [endless, swallowing, swallowing_all, in_a_comprehension, through_a_generator],
)
def test_a_loop_that_does_not_end_is_stopped(attempt):
    before = sys.gettrace()
    result = check("99-double", attempt)
    assert result.status == "not yet" and "a loop does not end" in result.text
    assert "500,000 lines" in result.text and "at `" in result.text
    assert 'hint("99-double", 1)' in result.text
    assert sys.gettrace() is before


def test_a_list_that_doubles_is_stopped_before_it_fills_the_memory():
    def doubles(n):
        found = [n]
        while True:
            found += found

    text = check("99-double", doubles).text
    assert "your code was stopped after `found` had grown to 16,777,216 entries." in text


def test_a_function_without_an_end_says_so():
    def again(n):
        return again(n)

    assert "calls itself without an end" in check("99-double", again).text


def test_lines_are_counted_per_call_and_the_clock_runs_in_the_learners_code_alone():
    def slow_examiner():
        with bounded(lines=60, seconds=0.2):
            for _ in range(20):
                assert few_lines(1) == 10
                stop = time.perf_counter() + 0.02
                exec("while time.perf_counter() < stop: pass", {"time": time, "stop": stop})

    def few_lines(n):
        for _ in range(9):
            n += 1
        return n

    slow_examiner()


def test_a_trace_that_was_there_before_comes_back():
    def mine(frame, event, argument):
        return None

    before = sys.gettrace()
    sys.settrace(mine)
    try:
        with bounded():
            double(1)
        assert sys.gettrace() is mine
    finally:
        sys.settrace(before)


def test_in_a_notebook_a_loop_is_stopped_and_its_line_is_named():
    name = exercise_of_a_lesson()
    (shown,) = kernel(
        f"from course_utils import check\ndef f(*a, **k):\n    while True:\n        a = 1\ncheck({name!r}, f)"
    )
    assert "a loop does not end" in shown["text/plain"] and "at `" in shown["text/plain"]


def test_slow_code_is_stopped_by_the_clock():
    with pytest.raises(Stopped, match=r"after 0\.05 seconds"), bounded(seconds=0.05, lines=10**9):
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
        ([True, False], "real numbers, got True and False"),
        ([1 + 2j, 0], "real numbers, got complex"),
        ([True, 2.0], "True and False"),
        (torch.empty(2, device="meta"), "without"),
        ([1.0], r"of shape \(2,\), got shape \(1,\)"),
        ("two", "as numbers, got str"),
        (None, "as numbers, got NoneType"),
        ([[1], [1, 2]], "as numbers, got rows of different length"),
    ],
)
def test_what_is_no_row_of_numbers_is_refused(got, words):
    with pytest.raises(NotYet, match=words):
        as_numbers(got, "the row", shape=(2,))


@pytest.mark.parametrize("form", [list, np.array, torch.tensor])
def test_whole_numbers_come_back_as_ids(form):
    rows = as_numbers(form([3, 1]), "the rows", shape=(None,), whole=True)
    assert rows.tolist() == [3, 1] and rows.dtype == torch.int64
    with pytest.raises(NotYet, match="the rows as whole numbers, got fractions"):
        as_numbers(form([3.5, 1]), "the rows", whole=True)


def test_what_comes_in_double_precision_is_compared_in_the_precision_that_is_asked_for():
    assert as_numbers(np.array([0.1])).dtype == torch.float32
    assert as_numbers(np.array([0.1]), dtype=torch.float64).dtype == torch.float64
    assert as_numbers([torch.tensor([0.1]), np.array([0.2])], shape=(2, 1)).dtype == torch.float32


def test_a_class_is_untouched_as_long_as_one_method_is():
    class Stub:
        def __init__(self):
            pass

        def forward(self, x): ...

    class Done:
        def forward(self, x):
            return x

    assert is_untouched(Stub) and not is_untouched(Done)
    assert check("99-double", Stub).status == "not attempted"


def test_a_solution_cell_that_is_run_twice_does_not_call_the_courses_answer_yours(monkeypatch):
    shown = []
    monkeypatch.setattr(solutions, "show", shown.append)
    answer = solution("99-double", ...)
    assert solution("99-double", answer) is double
    assert shown[0] == shown[1] and "your own" not in shown[0].text


def test_a_solution_cell_keeps_nothing_as_a_step(monkeypatch):
    kept = []
    monkeypatch.setattr(checks, "record", kept.append)
    solution("99-double", lambda n: n + n)
    assert not kept
    check("99-double", lambda n: n + n)
    assert [event["status"] for event in kept] == ["passed"]


def test_a_choice_may_be_named_by_any_whole_number_and_by_a_text_of_two_lines():
    guess = predict("What?", ["one\ntwo", "x"])
    assert guess.outcome("one\ntwo").text == "What happened: a) one⏎two"
    assert guess.outcome(np.int64(1)).text == guess.outcome(torch.tensor(1)).text
    with pytest.raises(ValueError, match="one of the choices"):
        guess.outcome(torch.tensor(1.0))


def test_a_proof_names_the_round_the_first_difference_and_the_hint():
    text = prove("99-double", lambda n: 1 / (5 - n)).text
    assert "ZeroDivisionError" in text and "It happened in round 6." in text
    assert text.endswith('Try hint("99-double", 1).')

    @proof("99-far", not_proven="anything")
    def prove_far(attempt, steps):
        return Proven(1, 2, "numbers", 0.04, View("<p>7</p>", "7"))

    wrong = prove("99-far", double)
    assert wrong.text.startswith(
        "Not proven: 1 of 2 numbers agree; largest difference below 1e-01. The first that differs:"
    )
    assert wrong.text.endswith("\n7") and "<p>7</p>" in wrong.html and wrong.results is None
    check_faces(wrong)


def test_agreement_that_was_measured_as_nan_is_none():
    @proof("99-nan", not_proven="anything")
    def prove_nan(attempt, steps):
        return Proven(2, 2, "numbers", float("nan"))

    assert prove("99-nan", double).status == "not yet"


def test_an_endless_loop_is_stopped_in_a_proof_too(monkeypatch):
    monkeypatch.setattr(proofs, "LINES", 1_000)
    assert "stopped after 1,000 lines" in prove("99-double", endless).text


def test_hints_that_were_skipped_open_before_the_last_one_comes_again():
    @exercise("99-three", hints=["one", "two", "three"])
    def examine(attempt):
        raise NotYet("no")

    numbers = [hint("99-three", 2), *(hint("99-three") for _ in range(3))]
    assert [view.text[5] for view in numbers] == ["2", "1", "3", "3"]


def test_the_button_opens_the_hint_that_the_result_names_and_then_the_others():
    box = checks.hint_button("<p>no</p>", "99-double", 2)
    title, button, below = box.children
    assert button.description == "Open hint 2 of 2" and title.value == "<p>no</p>"
    button.click()
    assert "Hint 2 of 2" in below.value and button.description == "Open hint 1 of 2"
    button.click()
    assert "Hint 1 of 2" in below.value and button.disabled
    assert button.description == "That was the last hint"


def test_in_a_notebook_a_result_carries_the_button_beside_its_words():
    name = exercise_of_a_lesson()
    (shown,) = kernel(f"from course_utils import check\ncheck({name!r}, lambda *a: 'wrong')")
    assert WIDGET in shown and "Not yet" in shown["text/html"] and "hint(" in shown["text/plain"]
