"""The learner's copy: made once, never overwritten, told of a newer edition, its links intact."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from books import NOTEBOOKS
from nbformat import read, validate

from course_utils.__main__ import main
from course_utils.lesson import lab

ROOT = Path(__file__).parents[2]
DATED = re.compile(r"03_models\.\d{4}-\d\d-\d\d(-2)?\.ipynb")


def notebook(text):
    code = {"cell_type": "code", "id": "a", "metadata": {}, "source": [text]}
    code |= {
        "execution_count": 1,
        "outputs": [{"output_type": "stream", "name": "stdout", "text": "7"}],
    }
    return {"cells": [code], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


@pytest.fixture
def course(tmp_path, monkeypatch):
    for name in ("01_pipeline", "03_models"):
        path = tmp_path / "notebooks" / f"{name}.ipynb"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(notebook("print(7)")))
    monkeypatch.setattr(lab, "course_folder", lambda: tmp_path)
    monkeypatch.setattr("course_utils.__main__.course_folder", lambda: tmp_path)
    return tmp_path


def test_lab_opens_the_copy_and_makes_the_others_so_that_links_hold(course, monkeypatch):
    calls = []
    monkeypatch.setattr(lab.subprocess, "call", lambda *a, **k: calls.append((a, k)) or 0)
    assert main(["lab", "3", "--no-browser", "--allow-root"]) == 0
    ((run,), options) = calls[0]
    assert run[1:] == ["-m", "jupyterlab", "--no-browser", "--allow-root", "work/03_models.ipynb"]
    assert options == {"cwd": course}
    names = sorted(path.name for path in (course / "work").iterdir())
    assert names == ["01_pipeline.ipynb", "03_models.ipynb"], "no half-written file stays"


def test_a_copy_has_no_outputs_and_is_never_overwritten(course, capsys):
    assert main(["lab", "--only-copy"]) == 0
    copy = course / "work" / "03_models.ipynb"
    validate(book := read(copy, as_version=4))
    assert book.cells[0].outputs == [] and book.cells[0].source == "print(7)"
    copy.write_text("mine")
    lab.write_copy(course / "notebooks" / "03_models.ipynb", copy)
    assert main(["lab", "--only-copy"]) == 0
    assert copy.read_text() == "mine" and "newer" not in capsys.readouterr().out


def test_a_newer_edition_is_told_and_touches_nothing(course, capsys):
    main(["lab", "--only-copy"])
    copy, tracked = (course / folder / "03_models.ipynb" for folder in ("work", "notebooks"))
    before = copy.read_bytes()
    changed = notebook("print(7)")
    changed["cells"][0]["outputs"] = []
    tracked.write_text(json.dumps(changed))
    capsys.readouterr()
    main(["lab", "--only-copy"])
    assert capsys.readouterr().out == "", "other outputs are no new edition"
    tracked.write_text(json.dumps(notebook("print(8)")))
    main(["lab", "--only-copy"])
    shown = capsys.readouterr().out
    assert "newer edition of 03_models." in shown and "reset 03" in shown and "01" not in shown
    assert copy.read_bytes() == before


def test_reset_keeps_every_old_copy_beside_the_fresh_one(course, capsys):
    main(["lab", "--only-copy"])
    copy = course / "work" / "03_models.ipynb"
    for text in ("first", "second"):
        copy.write_text(text)
        assert main(["reset", "03"]) == 0
        assert read(copy, as_version=4).cells[0].source == "print(7)"
    kept = sorted(p for p in copy.parent.iterdir() if DATED.fullmatch(p.name))
    assert sorted(path.read_text() for path in kept) == ["first", "second"]
    assert kept[0].name in capsys.readouterr().out
    main(["lab", "--only-copy"])
    assert len(list(copy.parent.iterdir())) == 4


def test_an_unknown_lesson_names_those_there_are(course, capsys):
    assert main(["reset", "12"]) == main(["lab", "gallery"]) == 1
    assert "expected one of the lessons 01, 03, got '12'" in capsys.readouterr().err


def test_without_the_repository_one_sentence_says_what_is_missing(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(lab.course_utils, "__file__", str(tmp_path / "site" / "x" / "__init__.py"))
    monkeypatch.chdir(tmp_path)
    assert main(["lab"]) == 1
    (sentence,) = capsys.readouterr().err.splitlines()
    assert "not part of the installed package" in sentence and "clone" in sentence


def test_options_that_no_command_knows_are_errors_except_for_lab(capsys):
    with pytest.raises(SystemExit):
        main(["reset", "03", "--no-browser"])
    assert "unrecognized arguments: --no-browser" in capsys.readouterr().err


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_relative_links_of_a_lesson_hold_in_its_copy(path):
    text = "".join(
        "".join(c["source"])
        for c in lab.read_notebook(path)["cells"]
        if c["cell_type"] == "markdown"
    )
    for link in re.findall(r"\]\(((?!https?:|#|mailto:|attachment:)[^)\s#]+)", text):
        there = ROOT / "work" / link
        in_work = there.parent.resolve() == (ROOT / "work").resolve()
        assert (path.parent / there.name if in_work else there.resolve()).exists(), link


def test_git_ignores_the_copies():
    run = ["git", "check-ignore", "--quiet", "work/01_pipeline.ipynb"]
    if not (ROOT / ".git").exists():
        pytest.skip("no repository around this copy of the course")
    assert subprocess.run(run, cwd=ROOT).returncode == 0


def test_the_commands_load_no_torch():
    code = "import sys, course_utils.__main__; print('torch' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "False"
