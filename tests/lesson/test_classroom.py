"""The class: what most learners missed, from files that nobody vouches for."""

import csv
import json
import os

import pytest

from course_utils.__main__ import main
from course_utils.lesson.class_views import SHOWN, plot_class, show_class
from course_utils.lesson.classroom import Item, harmless, items, read_class, write_csv
from course_utils.lesson.progress import LARGEST_FILE

HOSTILE = "=<script>alert(1)</script>"


def check(name, status, message=""):
    return {"kind": "check", "name": name, "status": status, "message": message}


def predict(name, pick, lesson="04"):
    asked = {"choices": ["same", HOSTILE, "flips"], "right": 0, "lesson": lesson}
    return {"kind": "predict", "name": name, "pick": pick} | asked


CLASS = {
    "ada": [check("04-a", "not yet", "short"), check("04-a", "not yet", "short"), predict("Q?", 1)],
    "bob": [check("04-a", "not yet", "short"), check("04-a", "passed"), predict("Q?", 1)],
    "eve": [check("04-a", "not yet", HOSTILE), check("04-b", "passed"), predict("Q?", 0)],
}


def write(path, events):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(event) + "\n" for event in events))


@pytest.fixture
def folder(tmp_path):
    for name, events in CLASS.items():
        write(tmp_path / "class" / f"{name}.jsonl", events)
    return tmp_path / "class"


def test_the_most_frequent_wrong_answer_and_choice_are_counted_by_learner(folder):
    learners, notes = read_class(folder)
    assert len(learners) == 3 and notes == []
    assert items(learners) == [
        Item("exercise", "04", "04-a", 3, 1, (("short", 2), (HOSTILE, 1))),
        Item("exercise", "04", "04-b", 1, 1, ()),
        Item("prediction", "04", "Q?", 3, 1, ((HOSTILE, 2), ("same", 1)), "same"),
    ]
    exercises, questions = show_class(items(learners), 3)
    assert exercises.text.splitlines()[2].split() == ["04-a", "3", "1", "short", "2"]
    assert HOSTILE in questions.text and "<script" not in questions.html
    assert "alert(1)" in questions.html


def test_files_that_are_no_progress_are_named_and_skipped(folder):
    write(folder / "sub" / "same as ada.jsonl", CLASS["ada"])
    (folder / "huge.jsonl").write_bytes(b"x" * (LARGEST_FILE + 1))
    (folder / "binary.jsonl").write_bytes(bytes(range(256)) * 40)
    (folder / "deep.jsonl").write_bytes(b"[" * 9_000)
    (folder / "folder.jsonl").mkdir()
    (folder / "empty.jsonl").write_bytes(b"")
    (folder / "link.jsonl").symlink_to("/etc/passwd")
    (folder / "\x1b[31mred.jsonl").write_bytes(b"{}")
    os.mkfifo(folder / "pipe.jsonl")
    with open(folder / "bob.jsonl", "ab") as torn:
        torn.write(b'{"kind"')
    learners, notes = read_class(folder)
    assert len(learners) == 3
    text = "\n".join(notes)
    for name, why in [
        ("sub/same as ada.jsonl", "the same as ada.jsonl"),
        ("huge.jsonl", "larger than 5 MB"),
        ("binary.jsonl", "holds no progress"),
        ("deep.jsonl", "holds no progress"),
        ("folder.jsonl", "no ordinary file"),
        ("empty.jsonl", "holds no progress"),
        ("link.jsonl", "a link"),
        ("pipe.jsonl", "no ordinary file"),
    ]:
        assert (
            f"Skipped {name}: " in text and why in text.split(f"Skipped {name}: ")[1].split("\n")[0]
        )
    assert "bob.jsonl: 1 lines" in text
    assert "\x1b" not in text and len(notes) == 10


def test_a_file_that_floods_the_class_does_not_hide_what_others_missed(folder):
    write(folder / "flood.jsonl", [check(f"00-{i}", "not yet", str(i)) for i in range(3_000)])
    learners, _ = read_class(folder)
    found = items(learners)
    assert found[0].name == "04-a"
    exercises, _ = show_class(found, len(learners))
    assert f"showing {SHOWN} of 3002" in exercises.text


def test_choices_that_do_not_exist_are_not_counted(folder):
    write(folder / "odd.jsonl", [predict("Q?", 9), {**predict("Q?", 0), "choices": []}])
    assert items(read_class(folder)[0])[-1].learners == 3


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", " =1", "\t=1", "'=1", "＝1"])
def test_no_cell_of_the_csv_is_a_formula(tmp_path, text):
    write_csv([Item("prediction", "04", text, 1, 0, ((text, 1),), "a")], tmp_path / "class.csv")
    with open(tmp_path / "class.csv", encoding="utf-8-sig", newline="") as file:
        header, row = csv.reader(file)
    assert row[2] == row[5] == f"'{text}"
    assert (header[5], row[6], row[7]) == ("answer", "no", "1")
    assert harmless("a-1") == "a-1"


def test_the_figure_carries_its_figures_as_text():
    found = [
        Item("exercise", "04", "04-a", 3, 1, ()),
        Item("exercise", "04", "04-b", 1, 1, ()),
        Item("prediction", "05", "$Q$ <b>?", 3, 0, (), "x"),
    ]
    figure = plot_class(found, 3)
    assert [bar.get_width() for bar in figure.axes[0].patches] == pytest.approx([100, 200 / 3])
    assert "04-a: 2 of 3" in figure.text and "(predict): 3 of 3" in figure.text
    assert "04-b" not in figure.text
    assert "nothing was missed" in plot_class([], 3).text


def test_the_command_prints_tables_and_writes_figure_and_csv(folder, tmp_path, capsys):
    assert main(["class", str(folder), "--csv", str(tmp_path / "tomorrow.csv")]) == 0
    shown = capsys.readouterr().out
    assert "Exercises (3 learners" in shown and "Predictions (3 learners" in shown
    assert (folder / "class.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "tomorrow.csv").read_text("utf-8-sig").count("\n") == 6
    empty = tmp_path / "empty"
    assert main(["class", str(empty)]) == 1
    assert "no folder" in capsys.readouterr().err
    empty.mkdir()
    assert main(["class", str(empty)]) == 1
    assert "no progress file" in capsys.readouterr().err
