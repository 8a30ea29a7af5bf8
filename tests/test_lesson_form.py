"""The rules of form are met by a small lesson, and each of them is broken by one change of it."""

import nbformat
import pytest
from lesson_form import length, problems, words

FIRST = "# 99 · A task\n\n" + "\n".join(f"{i}. [Part {i}](#{i}-·-Part)" for i in (1, 2, 3))


def prose(text):
    return nbformat.v4.new_markdown_cell(text)


def code(source, *tags, **data):
    outputs = [nbformat.v4.new_output("display_data", data=data)] if data else []
    return nbformat.v4.new_code_cell(source, outputs=outputs, metadata={"tags": list(tags)})


def asked(number):
    choices = '["up", "down"]'
    return [
        code(f'guess = predict("Which of {number}?", {choices})\nguess', "predict"),
        code('guess.outcome("a")'),
        prose("So it was."),
    ]


def exercise(name):
    stub = f'def {name}(n):\n    """Do."""\n    ...\n\ncheck("99-{name}", {name})'
    text = "The lesson goes on with the course's answer."
    html = "<p>On.</p><details><summary>Show</summary><pre>def f(n):\n    return n</pre></details>"
    return [
        code(stub, "exercise"),
        code(
            f'{name} = solution("99-{name}", {name})',
            "solution",
            **{"text/plain": text, "text/html": html},
        ),
        prose("Use it."),
    ]


def lesson():
    cells = [
        prose(f"{FIRST}\n\n45 minutes."),
        code("from course_utils import check, hint, predict", "setup"),
    ]
    for number in (1, 2, 3):
        cells += [prose(f"## {number} · Part\n\nWhat happens?"), *asked(number)]
        cells += [code(f"explore_tokens('{number}')", "explorer"), prose("Try two things.")]
    cells += [*exercise("one"), *exercise("two"), prose("## Recap\n\nFour sentences.")]
    return nbformat.v4.new_notebook(cells=cells)


def test_a_small_lesson_has_the_form():
    assert list(problems(lesson())) == []


def tagged(book, tag):
    return next(cell for cell in book.cells if tag in cell.metadata.get("tags", []))


def change(cell, old, new):
    assert old in cell.source
    cell.source = cell.source.replace(old, new)


def lose(book, tag):
    book.cells.remove(tagged(book, tag))


BREACHES = [
    (lambda b: b.cells.extend(lesson().cells * 2), "25 to 55 cells"),
    (lambda b: b.cells.insert(5, code("a = 1\n" * 7)), "at most 6 lines, got 7"),
    (lambda b: b.cells.insert(5, code("def f():\n" + "    a = 1\n" * 10)), "at most 10 lines"),
    (lambda b: change(tagged(b, "setup"), "from", "a = 1\nb = 1\nc = 1\nd = 1\nfrom"), "at most 4"),
    (lambda b: b.cells.append(prose("word " * 81)), "at most 80 words, got 81"),
    (lambda b: b.cells.append(prose("## Recap\n\n" + "word " * 121)), "at most 120 words"),
    (lambda b: b.cells.insert(6, code("a = 1")), "no sentence and no picture before"),
    (lambda b: b.cells.extend([prose("One."), prose("Two.")]), "three cells of prose in a row"),
    (lambda b: change(tagged(b, "predict"), ', ["up", "down"]', ""), "without choices"),
    (lambda b: change(b.cells[4], "guess.outcome", "guess.other"), "without an outcome"),
    (lambda b: lose(b, "exercise"), "at least 2 exercises, got 1"),
    (lambda b: lose(b, "solution"), "expected solution('99-one', …) in the cell after"),
    (lambda b: change(tagged(b, "solution"), "one = ", "mine = "), "keeps the name"),
    (lambda b: change(tagged(b, "setup"), "hint, ", ""), "hint is not imported"),
    (lambda b: [lose(b, "explorer") for _ in range(2)], "at least 2 explorers, got 1"),
    (lambda b: change(b.cells[0], "](#1-", "](#one-"), "#one-·-Part leads to no heading"),
    (lambda b: change(b.cells[0], "](#", "](x#"), "linked list of the sections"),
    (lambda b: change(b.cells[0], "45 minutes", "Long"), "the minutes in the first cell"),
    (lambda b: change(b.cells[-1], "Recap", "End"), "expected a recap"),
    (lambda b: b.cells[1].update(source="warnings.filterwarnings('x')"), "warnings are muted"),
]


@pytest.mark.parametrize(("breach", "words"), BREACHES, ids=[words for _, words in BREACHES])
def test_each_breach_is_told(breach, words):
    book = lesson()
    breach(book)
    assert any(words in problem for problem in problems(book))


@pytest.mark.parametrize(
    ("face", "shown"),
    [
        ("text/plain", "def f(n):\n    return n"),
        ("text/html", "<pre>def f(n)</pre>"),
        ("text/html", "<details open><summary>Show</summary><b>x</b></details>"),
    ],
)
def test_a_solution_that_is_open_is_told(face, shown):
    book = lesson()
    tagged(book, "solution").outputs[0]["data"][face] = shown
    assert any("shows a solution" in problem for problem in problems(book))


def test_a_picture_may_stand_between_two_code_cells():
    book = lesson()
    book.cells[6:6] = [code("a", **{"text/html": "<p>a</p>"}), code("a = 1")]
    assert not any("no picture before 'a = 1'" in problem for problem in problems(book))


def test_comments_and_explanations_are_no_lines_of_code():
    outcome = 'guess.outcome("a", because={\n    "b": "no",\n    "c": "no"})'
    assert length(code(f"# why\n\na = 1\n{outcome}")) == 2


def test_addresses_and_code_blocks_are_no_words():
    assert words("See [this page](https://a.b/c d) ·\n```py\na = 1\n```\n![a b](c.svg)") == [
        "See",
        "[this",
        "page]",
    ]
