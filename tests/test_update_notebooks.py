"""Updating stored outputs: what is kept, what is dropped, and that a failing run writes nothing."""

import nbformat
import pytest
from nbclient.exceptions import CellExecutionError
from nbformat.v4 import new_code_cell, new_notebook, new_output
from update_notebooks import WIDGET, clean, main, write

BUNDLE = {"text/plain": "a", "text/html": "<b>a</b>", WIDGET: {"model_id": "1"}}


def book(*sources, tags=()):
    return new_notebook(
        cells=[
            new_code_cell(source, id=f"09-part-{i}", metadata={"tags": list(tags)})
            for i, source in enumerate(sources)
        ]
    )


@pytest.fixture
def lesson(tmp_path):
    def lesson(*sources, tags=()):
        path = tmp_path / "lesson.ipynb"
        nbformat.write(book(*sources, tags=tags), path)
        return path

    return lesson


def test_outputs_are_stored_and_ids_and_tags_stay(lesson, capsys):
    path = lesson(
        "import sys; print('noise', file=sys.stderr); print(6 * 7)", "'last'", tags=["proof"]
    )
    assert main([str(path)]) == 0
    assert "42" in capsys.readouterr().out  # the difference is shown
    first, last = nbformat.read(path, as_version=4).cells
    assert (first.id, first.metadata, first.execution_count) == (
        "09-part-0",
        {"tags": ["proof"]},
        1,
    )
    assert [(o.name, o.text) for o in first.outputs] == [("stdout", "42\n")]
    assert last.outputs[0].data == {"text/plain": "'last'"}
    before = path.read_bytes()
    assert main([str(path), "--check"]) == 0, "a second run changes nothing"
    assert path.read_bytes() == before


def test_check_writes_nothing(lesson):
    path = lesson("print(1)")
    before = path.read_bytes()
    assert main([str(path), "--check"]) == 1
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("source", "tags", "error"),
    [
        ("1 / 0", [], CellExecutionError),
        ("1 / 1", ["raises-exception"], RuntimeError),
    ],
)
def test_a_run_that_fails_writes_nothing(lesson, source, tags, error):
    path = lesson(source, tags=tags)
    before = path.read_bytes()
    with pytest.raises(error):
        main([str(path)])
    assert path.read_bytes() == before
    assert [p.name for p in path.parent.iterdir()] == ["lesson.ipynb"]


def test_a_cell_that_must_raise_may(lesson):
    path = lesson("1 / 0", tags=["raises-exception"])
    main([str(path)])
    assert nbformat.read(path, as_version=4).cells[0].outputs[0].ename == "ZeroDivisionError"


def test_live_widgets_are_dropped_and_their_static_twins_stay():
    made = book("x")
    bare = {"text/plain": "IntSlider()", WIDGET: {"model_id": "2"}}
    made.cells[0].outputs = [
        new_output("display_data", data=BUNDLE),
        new_output("display_data", data=bare),
    ]
    made.cells[0].metadata["execution"] = {"iopub.status.busy": "now"}
    made.metadata.widgets = {"state": {}}
    cell = clean(made).cells[0]
    assert [dict(o.data) for o in cell.outputs] == [{"text/plain": "a", "text/html": "<b>a</b>"}]
    assert "execution" not in cell.metadata
    assert "widgets" not in made.metadata


def test_an_invalid_notebook_is_not_written(lesson):
    path = lesson("x")
    before = path.read_bytes()
    broken = book("x")
    broken.cells[0].outputs = [{"output_type": "no such"}]
    with pytest.raises(nbformat.ValidationError):
        write(broken, path)
    assert path.read_bytes() == before


def test_prints_that_came_in_parts_are_joined_and_a_progress_bar_keeps_its_last_state():
    parts = ["50%|##  |", "\r100%|####|\n", "done\n"]
    outputs = [new_output("stream", name="stdout", text=text) for text in parts]
    shown = new_output("display_data", data={"text/plain": "picture"})
    cell = new_code_cell("work()", outputs=[*outputs, shown, outputs[-1]])
    kept = clean(new_notebook(cells=[cell])).cells[0].outputs
    assert [output.output_type for output in kept] == ["stream", "display_data", "stream"]
    assert kept[0].text == "100%|####|\ndone\n" and kept[2].text == "done\n"
