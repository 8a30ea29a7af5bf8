"""The file of a learner's progress: what is written, what is not, and that nothing tears it."""

import json
import os
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from course_utils import check, hint, predict
from course_utils.lesson import progress as kept
from course_utils.lesson.progress import UNDER_TEST, progress_file, read_events, record
from course_utils.lesson.report import done, lessons, progress, progress_view

PASSED = {"kind": "check", "name": "04-masked-mean", "status": "passed"}
PICK = {"kind": "predict", "name": "Ten pads?", "choices": ["same", "flips"], "lesson": "04"}


@pytest.fixture
def file(tmp_path, monkeypatch):
    path = tmp_path / "new folder" / "progress.jsonl"
    monkeypatch.setenv("COURSE_PROGRESS", str(path))
    return path


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A machine of a learner's own: no variable of a test, a home of its own."""
    for name in ("COURSE_PROGRESS", *UNDER_TEST):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(kept, "UNDER_TEST", ("CI", "PYTEST_VERSION"))  # pytest sets the third again
    for name in ("HOME", "XDG_DATA_HOME", "LOCALAPPDATA", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    return tmp_path


def files_below(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_learner_gets_one_file_in_the_users_data_folder(home):
    record(PASSED)
    assert progress_file().parent.name == "transformers-nlp-course"
    assert home in progress_file().parents
    assert json.loads(progress_file().read_text()) == {**PASSED, "lesson": "04"}


@pytest.mark.parametrize("name", ["COURSE_TEST", "CI", "PYTEST_VERSION", "PYTEST_CURRENT_TEST"])
def test_tests_and_continuous_integration_write_nothing_by_default(home, monkeypatch, name):
    assert name in UNDER_TEST
    monkeypatch.setattr(kept, "UNDER_TEST", (name,))
    monkeypatch.setenv(name, "true")
    record(PASSED)
    assert progress_file() is None and not files_below(home)


def test_kernels_that_pytest_starts_inherit_that_and_so_does_this_run():
    assert os.environ["COURSE_PROGRESS"] == "off", "a developer's own variable does not count here"
    environment = {k: v for k, v in os.environ.items() if k != "COURSE_PROGRESS"}
    environment.pop("PYTEST_CURRENT_TEST", None)  # as nbval's kernels are started
    code = "from course_utils.lesson.progress import progress_file; print(progress_file())"
    run = [sys.executable, "-c", code]
    assert subprocess.check_output(run, env=environment, text=True).strip() == "None"


def test_off_and_a_variable_that_says_false(home, monkeypatch):
    monkeypatch.setenv("CI", "false")
    assert progress_file() is not None
    monkeypatch.setenv("COURSE_PROGRESS", "OFF")
    record(PASSED)
    assert progress_file() is None and not files_below(home)


def test_only_what_is_needed_is_kept(file, monkeypatch):
    monkeypatch.setenv("JPY_SESSION_NAME", "/home/ada/work/03_models.ipynb")
    record(PICK | {"lesson": None, "pick": "b", "right": "same", "user": "ada", "at": "noon"})
    message = "your code raised FileNotFoundError: no such file: '/home/ada/secret.txt'"
    record({"kind": "check", "name": "03-x", "status": "not yet", "message": message})
    record(
        {
            "kind": "check",
            "name": "03-x",
            "status": "not yet",
            "message": "got C:\\Users\\ada\\x.py",
        }
    )
    record({"kind": "open", "name": "03-x"})
    text = file.read_text()
    assert "ada" not in text and "noon" not in text
    events, unreadable = read_events(file)
    assert unreadable == 0 and len(events) == 3
    assert events[0] == {
        "kind": "predict",
        "lesson": "03",
        "name": "Ten pads?",
        "pick": 1,
        "right": 0,
        "choices": ["same", "flips"],
    }
    assert events[1]["message"] == "your code raised FileNotFoundError"


def test_a_torn_last_line_costs_itself_alone(file):
    record(PASSED)
    with open(file, "ab") as torn:
        torn.write(b'{"kind": "check", "name": "04-w')
    record(PASSED | {"name": "04-pad-batch"})
    events, unreadable = read_events(file)
    assert [event["name"] for event in events] == ["04-masked-mean", "04-pad-batch"]
    assert unreadable == 1


def test_two_notebooks_write_at_once(file):
    code = (
        "import sys; from course_utils.lesson.progress import record\n"
        "for i in range(150):\n"
        "    record({'kind': 'hint', 'name': f'04-{sys.argv[1]}', 'hint': i % 3, 'message': 'x' * 200})"
    )
    run = [
        subprocess.Popen([sys.executable, "-W", "error", "-c", code, name]) for name in ("a", "b")
    ]
    assert [process.wait(60) for process in run] == [0, 0]
    events, unreadable = read_events(file)
    assert unreadable == 0
    assert sorted(event["name"] for event in events) == ["04-a"] * 150 + ["04-b"] * 150


def test_a_folder_that_cannot_be_written_costs_the_line_and_not_the_lesson(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "file" / "progress.jsonl"))
    with pytest.warns(UserWarning, match="not kept"):
        record(PASSED)


@pytest.mark.parametrize(
    "line",
    [
        b"[1]",
        b"null",
        b"\xff\xfe",
        b"[" * 10_000,
        b'{"kind": "check"}',
        b'{"kind": "check", "name": 7}',
        b'{"kind": ["check"], "name": "04-a"}',
        b'{"kind": "check", "name": "' + b"x" * 20_000 + b'"}',
    ],
)
def test_what_is_no_event_is_counted_and_passed_over(tmp_path, line):
    path = tmp_path / "one.jsonl"
    path.write_bytes(line + b"\n" + json.dumps(PASSED).encode() + b"\n")
    assert read_events(path) == ([PASSED], 1)


def test_values_of_the_wrong_kind_are_dropped():
    event = {"kind": "predict", "name": "q", "pick": True, "right": 10**9, "choices": "ab"}
    assert kept.clean(event | {"lesson": "../..", "message": ["x"]}) == {
        "kind": "predict",
        "name": "q",
    }


def test_what_counts():
    sums = done(
        [
            PICK | {"pick": 1, "right": 0},
            PICK | {"pick": 0, "right": 0},  # a second run, the answer is known
            PICK | {"name": "unanswered", "right": 0},
            PASSED | {"status": "not yet", "message": "short"},
            PASSED | {"status": "not yet", "message": "short"},
            PASSED,
            PASSED | {"status": "not yet", "message": "long"},  # passed once stays passed
            {"kind": "hint", "name": "04-masked-mean", "hint": 1},
            {"kind": "hint", "name": "04-masked-mean", "hint": 1},
            {"kind": "prove", "name": "04-all", "status": "not yet"},
        ]
    )
    assert sums.passed == {"04-masked-mean"} and sums.wrong == {"04-masked-mean": ["short", "long"]}
    assert [pick["pick"] for pick in sums.picks.values()] == [1]
    assert sums.hints == {("04-masked-mean", 1)} and sums.proven == set()


def test_the_table_says_what_to_do_next():
    sums = done(
        [
            PASSED | {"name": "01-a"},
            PASSED | {"name": "02-b", "status": "not yet", "message": "short"},
            PICK | {"pick": 1, "right": 1, "lesson": "02"},
            {"kind": "hint", "name": "02-b", "hint": 2},
        ]
    )
    view = progress_view(
        sums, {"01": ("pipeline", ["01-a"]), "02": ("tokenizers", ["02-c", "02-b"])}, unreadable=2
    )
    lines = view.text.splitlines()
    assert lines[2].split() == ["01", "pipeline", "1", "of", "1", "0", "0", "–", "all", "passed"]
    assert "0 of 2" in lines[3] and "1 of 1" in lines[3]
    assert lines[-1].startswith("What to do next: 02 tokenizers: 02-b, tried and not passed yet.")
    assert "2 lines" in lines[-1]
    for figure in ("0 of 2", "1 of 1", "02-b, tried and not passed yet"):
        assert figure in view.html
    assert progress_view(sums, {"01": ("pipeline", ["01-a"])}).text.endswith(
        "Every exercise is passed."
    )


def test_lessons_are_discovered_and_progress_reads_the_file(file):
    assert lessons()["04"][0] == "batching" and len(lessons()) >= 8
    assert all(
        name.startswith(number) for number, (_, names) in lessons().items() for name in names
    )
    record(PASSED | {"name": lessons()["04"][1][0]})
    assert f"1 of {len(lessons()['04'][1])}" in progress().text
    file.unlink()
    file.mkdir()
    assert "could not be read" in progress().text


def test_where_nothing_is_recorded_a_sentence_says_so(home, monkeypatch):
    monkeypatch.setenv("COURSE_PROGRESS", "off")
    assert progress().text == "Nothing is recorded: COURSE_PROGRESS is off."
    assert str(Path.home()) not in progress().html


def test_the_message_of_the_engine_is_quiet_when_all_is_well(file):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        record(PASSED)


def test_a_learners_steps_are_kept(file, monkeypatch):
    monkeypatch.setenv("JPY_SESSION_NAME", "work/01_pipeline.ipynb")
    numbered = lessons()["04"][1][0]
    check(numbered, ...)  # not attempted is no step
    check(numbered, lambda *_: 1 / 0)
    hint(numbered, 2)
    predict("Is 2 even?", ["yes", "no"], answer="no").outcome("yes")
    predict("Is 3 even?", ["yes", "no"]).outcome("no")  # no pick is no step
    check(numbered, [[0.5]])
    events, _ = read_events(file)
    assert "hint" not in (wrong := events.pop()["message"]) and len(wrong) > 10
    assert [(e["kind"], e["lesson"], e["name"]) for e in events] == [
        ("check", "04", numbered),
        ("hint", "04", numbered),
        ("predict", "01", "Is 2 even?"),
    ]
    assert events[0]["message"].startswith("your code raised")
    assert (events[1]["hint"], events[2]["pick"], events[2]["right"]) == (2, 1, 0)
    assert f"{numbered}, tried and not passed yet" in progress().text
