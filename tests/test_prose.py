"""The guard for figures in prose: it is green on the lessons, and planted errors do not pass."""

import copy
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from books import WRITTEN
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from course_utils.testing.prose import claims, computed, figures, gives, plain, sentences, unborne

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"


def read(path):
    return nbformat.read(path, as_version=4)


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.stem)
def test_every_figure_of_a_lesson_is_borne_out(path):
    assert [str(lost) for lost in unborne(read(path), path.name)] == []


# (lesson, cell, words as they stand, the same with an error)
PLANTED = [
    ("01_pipeline", "01-complaints-why", "234 of 261", "243 of 261"),
    ("01_pipeline", "01-complaints-why", "takes 103 of", "takes 130 of"),
    ("01_pipeline", "01-complaints-why", "75 % are right", "57 % are right"),
    ("01_pipeline", "01-faces", "117 of 135", "171 of 135"),
    (
        "02_tokenizers",
        "02-special-intro",
        "missing marks alone change 80",
        "missing marks alone change 60",
    ),
    ("02_tokenizers", "02-subwords", "2,000", "20,000"),
    ("02_tokenizers", "02-bytes-intro", "words need 13.5", "words need 31.5"),
    ("04_batching", "04-tuesday-length", "93.6 %", "96.3 %"),
    ("04_batching", "04-cut-windows", "334 verdicts", "343 verdicts"),
    ("04_batching", "04-cost-late", "8,722", "8,272"),
]


@pytest.mark.parametrize(("lesson", "cell", "old", "new"), PLANTED)
def test_a_planted_error_is_found(lesson, cell, old, new):
    book = copy.deepcopy(read(NOTEBOOKS / f"{lesson}.ipynb"))
    where = next(one for one in book.cells if one.id == cell)
    assert where.source.count(old) >= 1
    where.source = where.source.replace(old, new)
    found = list(unborne(book, lesson))
    assert {lost.cell for lost in found} == {cell}
    assert figures(new)[0].text in {lost.figure for lost in found}


def book(*cells):
    """Make a notebook: a text is prose, a pair is code with what it printed, a triple prose with its tags."""
    made = []
    for cell in cells:
        if isinstance(cell, str):
            made.append(new_markdown_cell(cell))
        elif isinstance(cell[1], list):
            made.append(new_markdown_cell(cell[0], metadata={"tags": cell[1]}))
        else:
            made.append(new_code_cell(cell[0], outputs=[new_output("stream", text=cell[1])]))
    return new_notebook(cells=made)


RUN = ("share(text)", "392 of 522 right, 0.93636")


@pytest.mark.parametrize(
    "prose",
    [
        "392 of 522",
        "93.6 %",
        "94 in 100",
        "0.94",
        "lesson 77, sections 8 and 9",
        "`77`",
        "[a](77.html)",
    ],
)
def test_what_is_above_rounded_or_a_name_is_borne_out(prose):
    assert not list(unborne(book("start", RUN, prose)))


@pytest.mark.parametrize("prose", ["391 of 522", "93.5 %", "95 in 100", "0.95", "77 cats"])
def test_what_is_nowhere_is_named_with_the_nearest(prose):
    (lost,) = unborne(book("start", RUN, prose), "some.ipynb")
    assert lost.figure in lost.sentence and lost.nearest
    assert "some.ipynb" in str(lost) and lost.figure in str(lost)


def test_an_output_below_bears_out_only_the_first_cell():
    assert not list(unborne(book("392", RUN)))
    assert [lost.figure for lost in unborne(book("start", "392", RUN))] == ["392"]


def test_parameters_may_be_announced():
    assert not list(unborne(book("start", "Keep 8 tokens.", ("cut(8)", "done"))))


def test_a_derivation_is_worked_out_and_its_parts_are_looked_up():
    assert not list(unborne(book("start", RUN, ["75 %", ["derived:100*392/522"]])))
    assert list(unborne(book("start", RUN, ["57 %", ["derived:100*392/522"]])))
    (lost,) = unborne(book("start", RUN, ["77", ["derived:392-315"]]))
    assert lost.figure == "315"


def test_a_declaration_needs_a_known_kind():
    assert not list(unborne(book("start", ["since 1998", ["declared:1998=year"]])))
    with pytest.raises(ValueError, match="kind of year, arxiv"):
        list(unborne(book("start", ["since 1998", ["declared:1998=because"]])))


@pytest.mark.parametrize("expression", ["a+1", "1 if 2 else 3", "f(1)", "1+", "'1'"])
def test_only_arithmetic_is_derived(expression):
    with pytest.raises(ValueError, match="expected numbers"):
        computed(expression)


def test_numbers_are_read_as_written():
    assert [f.text for f in figures("1,024, −3.5 and 1e-05; GPT2, v2, 2.13.0, A4")] == [
        "1,024",
        "−3.5",
        "1e-05",
    ]
    assert not gives(0.5, figures("51 %")[0])
    assert gives(-1.537, figures("1.5")[0])


def test_prose_is_split_into_sentences_without_code_and_links():
    text = plain(
        "# 1 · Title\n\nSee `x = 5` and [this](a7.html). Two.\n\n1. first\n2. second <b>3</b>"
    )
    assert not figures(text.replace("3", ""))
    assert sentences("One. Two!\n\nThree") == ["One.", "Two!", "Three"]


def test_claims_are_listed_for_a_reader():
    assert [
        sentence for _, sentence in claims(book("It is warm. It never rains, because.", RUN))
    ] == ["It never rains, because."]


def test_the_command_says_what_is_wrong(tmp_path):
    nbformat.write(book("start", RUN, "391 of 522"), tmp_path / "some.ipynb")
    command = [sys.executable, "-m", "course_utils.testing.prose", tmp_path / "some.ipynb"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "391" in done.stdout and "392" in done.stdout
