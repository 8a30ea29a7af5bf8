"""What every stored notebook must look like: run once in order, small, readable, linked, answering its questions."""

import itertools
import re
from pathlib import Path

import nbformat
import pytest
from books import LESSONS, NOTEBOOKS, WRITTEN, code_cells, prose_cells, tags
from lesson_form import problems

ROOT = Path(__file__).parents[1]
TAGS = re.compile(
    r"setup|predict|exercise|solution|proof|break|explorer|figure|training|warns|raises-exception"
    r"|nbval-ignore-output"
    r"|answers:Q\d+|corrects:M\d+|[ar]tol=[\d.e-]+"
    r"|derived:[\d.+*/() -]+|declared:[\d.]+=[a-z]+"
)
QUESTIONS = {f"Q{i}" for i in range(1, 42)} | {f"M{i}" for i in range(1, 14)}
MACHINE = re.compile(r"(?<![\w.~$}/])/(?:root|home|tmp|Users|work)/\w|[A-Z]:\\\\Users")
TEXT_MIMES = ("text/plain", "text/html", "image/svg+xml", "text/markdown")


def read(path):
    return nbformat.read(path, as_version=4)


def outputs_as_text(cell):
    for output in cell.outputs:
        yield output.get("text", "")
        yield from (output.get("data", {}).get(mime, "") for mime in TEXT_MIMES)


every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


every_lesson = pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.stem)


def test_the_lessons_are_numbered_without_gaps():
    assert [path.name[:2] for path in LESSONS] == [f"{i:02d}" for i in range(1, len(LESSONS) + 1)]
    assert len(LESSONS) >= 8


@every_lesson
def test_it_has_the_form_of_the_second_edition(path):
    assert not list(problems(read(path)))


@every_notebook
def test_it_was_run_once_from_top_to_bottom(path):
    counts = [cell.execution_count for cell in code_cells(read(path))]
    assert counts == list(range(1, len(counts) + 1))


@every_notebook
def test_its_outputs_are_present(path):
    shows = [cell for cell in code_cells(read(path)) if cell.outputs]
    assert len(shows) >= len(code_cells(read(path))) / 2, (
        "most code cells show something: were the outputs stripped?"
    )


@every_notebook
def test_nothing_stray_is_stored(path):
    for number, cell in enumerate(code_cells(read(path)), 1):
        warns = "warns" in tags(cell)  # the lesson reads what the library says
        assert warns or not any(o.get("name") == "stderr" for o in cell.outputs), (
            f"standard error in cell {number}"
        )
        assert not any(
            "application/vnd.jupyter.widget-view+json" in o.get("data", {}) for o in cell.outputs
        ), f"cell {number} stores a live widget, which reads 'model not found' without a kernel"
        for text in (cell.source, *outputs_as_text(cell)):
            assert not MACHINE.search(text), (
                f"a machine path in cell {number}: {MACHINE.search(text)}"
            )
        assert not re.search(r"^\s*(!|%pip|%conda)", cell.source, re.MULTILINE), (
            f"a shell line in cell {number}"
        )


@every_notebook
def test_it_is_small(path):
    assert path.stat().st_size <= 500_000


@every_notebook
def test_it_names_the_ordinary_kernel(path):
    assert read(path).metadata.kernelspec.name == "python3"


@every_notebook
def test_tags_are_known(path):
    unknown = {tag for cell in read(path).cells for tag in tags(cell) if not TAGS.fullmatch(tag)}
    assert not unknown


@every_notebook
def test_headings_skip_no_level_and_one_is_the_title(path):
    prose = "\n".join(
        re.sub(r"```.*?```", "", c.source, flags=re.DOTALL) for c in prose_cells(read(path))
    )
    levels = [len(marks) for marks in re.findall(r"^(#+) ", prose, re.MULTILINE)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


@every_notebook
def test_images_have_alt_text_and_links_resolve(path):
    for cell in prose_cells(read(path)):
        assert "<img" not in cell.source or re.search(r'<img[^>]*alt="[^"]+"', cell.source)
        for mark, text, target in re.findall(r"(!?)\[([^\]]*)\]\(([^)\s]+)\)", cell.source):
            assert not mark or text.strip(), f"no alt text for {target}"
            if not re.match(r"https?:|#|mailto:", target):
                assert (path.parent / target.partition("#")[0]).exists(), f"{target} does not exist"


def test_every_question_and_mistake_of_the_curriculum_has_its_cell():
    answered = {
        tag.partition(":")[2]
        for path in LESSONS
        for c in read(path).cells
        for tag in tags(c)
        if ":" in tag
    }
    assert not QUESTIONS - answered, f"no cell answers {sorted(QUESTIONS - answered)}"
