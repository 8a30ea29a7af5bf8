import re

import pytest
from pictures import HOSTILE, check_faces, check_golden

from course_utils import check, hint
from course_utils.lesson import check as checks
from course_utils.lesson.check import NotYet, exercise, find_exercise, is_untouched
from course_utils.pictures.page import element
from course_utils.pictures.view import View


def kernel(*cells):
    """Run cells in a fresh Jupyter kernel and give the MIME bundle of each one's value."""
    import nbformat
    from nbclient import NotebookClient

    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    NotebookClient(book, kernel_name="python3", timeout=120).execute()
    return [cell.outputs[-1]["data"] for cell in book.cells]


@pytest.fixture(autouse=True)
def double(monkeypatch):
    """An exercise that asks for a function that doubles; the registry is as before afterwards."""
    monkeypatch.setattr(checks, "_exercises", dict(checks._exercises))
    monkeypatch.setattr(checks, "_opened", {})

    @exercise("99-double", hints=["Think of addition.", "n + n"])
    def examine(attempt):
        for n in (1, 2, 5):
            if attempt(n) == n * n and n != 2:
                raise NotYet(
                    f"{n} squared is {n * n}, doubled {2 * n}",
                    hint=2,
                    shown=View(html=element("p", f"expected {2 * n}"), text=f"expected {2 * n}"),
                )
            if attempt(n) != 2 * n:
                raise NotYet(f"for {n} expected {2 * n}, got {attempt(n)!r}")
        return "3 of 3 numbers doubled."


def test_right():
    result = check("99-double", lambda n: n + n)
    assert (
        result.status == "passed"
        and result.text == "Passed: 3 of 3 numbers doubled."
        and result.hint is None
    )
    assert "✓ Passed" in check_faces(result)


def test_wrong_says_what_differs():
    result = check("99-double", lambda n: n + 1)
    assert result.status == "not yet" and result.text.startswith("Not yet: for 2 expected 4, got 3")
    assert 'Try hint("99-double", 1).' in result.text and "✗ Not yet" in check_faces(result)


def test_a_typical_mistake_has_its_own_explanation_picture_and_hint():
    result = check("99-double", lambda n: n * n)
    assert result.hint == 2 and 'Try hint("99-double", 2).' in result.text
    assert result.text.endswith("expected 2") and "<p>expected 2</p>" in result.html
    check_faces(result)


def test_code_that_raises_is_told_so_without_a_traceback():
    result = check("99-double", lambda n: n / 0)
    assert result.text.startswith("Not yet: your code raised ZeroDivisionError: division by zero")
    assert "Traceback" not in result.html


def untouched(n):
    """Double it."""
    ...


def returns_none(n):
    return None


def passes(n):
    pass


@pytest.mark.parametrize("attempt", [..., None, untouched, returns_none, passes, lambda n: ...])
def test_untouched(attempt):
    result = check("99-double", attempt)
    assert result.status == "not attempted"
    assert result.text == 'Not attempted yet: 99-double. Hints: 2, opened by hint("99-double").'


def constant(n):
    return 4


def assigns(n):
    n = n + 1


@pytest.mark.parametrize("attempt", [0, "", [], constant, assigns, lambda n: n, print])
def test_what_was_touched_is_examined(attempt):
    assert not is_untouched(attempt)


def test_hints_open_one_at_a_time():
    assert [hint("99-double").text for _ in range(3)] == [
        "Hint 1 of 2: Think of addition.",
        "Hint 2 of 2: n + n",
        "Hint 2 of 2: n + n",
    ]
    assert hint("99-double", 1).text == "Hint 1 of 2: Think of addition."
    check_faces(hint("99-double", 2))


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_messages_stay_text(hostile):
    @exercise("99-hostile", hints=[hostile])
    def examine(attempt):
        raise NotYet(hostile)

    def fails(n):
        raise ValueError(hostile)

    for view in (check("99-hostile", 1), check("99-double", fails), hint("99-hostile")):
        check_faces(view)
        assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\u202e]|<script|<img", view.html)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: check("99-dubble", 1), "got '99-dubble'; did you mean '99-double'"),
        (lambda: check("zz", 1), "expected the name of an exercise"),
        (lambda: hint("99-double", 3), "expected a hint number from 1 to 2 for '99-double', got 3"),
        (lambda: hint("99-double", 0), "got 0"),
    ],
)
def test_wrong_arguments_are_explained(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_a_broken_lesson_module_is_not_taken_for_a_missing_one(monkeypatch):
    def broken(name):
        raise ModuleNotFoundError("No module named 'seqeval'", name="seqeval")

    monkeypatch.setattr(checks, "_exercises", {})
    monkeypatch.setattr(checks.importlib, "import_module", broken)
    with pytest.raises(ModuleNotFoundError, match="seqeval"):
        find_exercise("07-bio-spans")


def test_an_exercise_without_hints_does_not_offer_one():
    @exercise("99-bare", hints=[])
    def examine(attempt):
        raise NotYet("no.")

    assert "hint(" not in check("99-bare", 1).text
    with pytest.raises(ValueError, match="has no hints"):
        hint("99-bare")


def test_golden():
    check_golden("check_not_yet", check("99-double", lambda n: n * n))
    check_golden("check_untouched", check("99-double", ...))
