"""compare(): same, different within rounding, or different and where; what is the learner's own is left out."""

import json

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from update_notebooks import execute, new_client

from course_utils.lesson import runs as memory
from course_utils.lesson.compare import compare, compare_runs
from course_utils.lesson.runs import Ran, remember

PNG = {"image/png": "aaaa", "text/plain": "a plot"}


def stream(text, name="stdout"):
    return new_output("stream", name=name, text=text)


def result(text, **data):
    return new_output("execute_result", data={"text/plain": text, **data}, execution_count=1)


def book(*cells):
    told = [new_markdown_cell("## 2 · Softmax\n\nIt adds up.")]
    for source, outputs, *tags in cells:
        told.append(new_code_cell(source, outputs=outputs, metadata={"tags": tags}))
    return new_notebook(cells=told)


def against(stored, *runs):
    return compare_runs(stored, [Ran(source, outputs) for source, outputs in runs], "device cpu")


def test_the_same_outputs_are_said_to_be_the_same():
    stored = book(
        ("print(1)", [stream("1.00\n")]), ("p", [result("0.5")]), ("fig", [result("a", **PNG)])
    )
    said = against(
        stored,
        ("print(1)", [stream("1."), stream("noise", "stderr"), stream("00\n")]),
        ("p ", [result("0.5")]),
        ("fig", [result("a plot", **{"image/png": "other"})]),
        ("mine", [stream("7")]),
    )
    assert (
        said.status == "same"
        and said.text == "Same: every output is the stored one. Compared: 3 cells."
    )
    assert said.text in said.html


def test_rounding_is_told_with_its_largest_gap_the_device_and_versions():
    stored = book(("p", [result("tensor([0.5000, 2.2750])")]), ("q", [result("0.1000")]))
    said = against(stored, ("p", [result("tensor([0.5000, 2.2752])")]), ("q", [result("0.1001")]))
    assert said.status == "rounding" and said.largest == pytest.approx(2e-4)
    assert "Largest gap: 0.0002, in cell 2 (p)" in said.text and "device cpu" in said.text
    assert "in 2 cells" in said.text


@pytest.mark.parametrize(
    ("stored", "now", "what"),
    [
        ([result("0.50")], [result("0.53")], "stored 0.50, now 0.53, difference 0.03"),
        ([result("POSITIVE")], [result("NEGATIVE")], "POSITIVE"),
        ([result("1")], [], "stored 1 outputs, now 0"),
        ([], [result("1")], "stored 0 outputs, now 1"),
        ([result("nan")], [result("0.5")], "stored nan"),
        (
            [new_output("error", ename="ValueError", evalue="a")],
            [new_output("error", ename="ValueError", evalue="b")],
            "evalue",
        ),
        (
            [new_output("error", ename="KeyError", evalue="a")],
            [new_output("error", ename="OSError", evalue="a")],
            "",
        ),
    ],
)
def test_a_difference_names_its_cell(stored, now, what):
    said = against(
        book(("same", [stream("ok")]), ("p <b>", stored)), ("same", [stream("ok")]), ("p <b>", now)
    )
    assert said.status == "differs"
    assert said.text.startswith("Differs in cell 3. This run: device cpu.")
    assert what in said.text and "2 · Softmax" in said.text and "Restart Kernel" in said.text
    assert "p &lt;b&gt;" in said.html


def test_a_cell_may_have_a_tolerance_of_its_own():
    stored = book(("p", [result("0.50")], "atol=0.1"))
    assert against(stored, ("p", [result("0.53")])).status == "rounding"


def test_what_is_the_learners_own_is_left_out_and_counted():
    stored = book(
        ("p", [result("0.5")]),
        ("guess = predict('?', ['a', 'b'])\nguess", [result("Predict")]),
        ("guess.outcome('a')", [result("What happened: a")]),
        ("f = ...", [], "exercise"),
        ("time()", [stream("3 s")], "nbval-ignore-output"),
        ("changed", [result("1")]),
    )
    said = against(stored, ("p", [result("0.5")]), ("guess.outcome('a')", [result("Your pick: b")]))
    assert said.status == "same"
    assert "Compared: 1 cell. Left out: 4 cells" in said.text and "stored: 1 cell." in said.text
    assert against(stored).status == "nothing compared"


def test_the_last_run_counts_and_equal_sources_are_told_apart_by_their_order():
    stored = book(("n", [result("1")]), ("n", [result("2")]))
    runs = [("n", [result(text)]) for text in ("7", "1", "2")]
    assert against(stored, *runs).status == "same"
    assert against(stored, *runs[:2]).status == "differs"


def test_memory_is_bounded_and_holds_no_bitmap(monkeypatch):
    monkeypatch.setattr(memory, "runs", {})
    monkeypatch.setattr(memory, "MOST_CELLS", 3)
    for number in range(5):
        parent = {"msg_id": str(number)}
        header = {"msg_type": "execute_input"}
        remember({"header": header, "parent_header": parent, "content": {"code": "p"}})
        shown = {"data": {**PNG, "text/html": "x" * 300_000}}
        remember(
            {"header": {"msg_type": "display_data"}, "parent_header": parent, "content": shown}
        )
    kept = memory.runs
    assert list(kept) == ["2", "3", "4"]
    assert kept["4"].outputs == [
        {"output_type": "display_data", "data": {"text/plain": "a plot", "text/html": ""}}
    ]


def test_under_test_the_output_is_always_the_same_sentence():
    assert compare().text == compare("99").text
    assert "tests" in compare().text


SOURCES = [
    "import os, pathlib; import course_utils",
    "print('one'); print(0.25)",
    "from IPython.display import display\ndisplay({'a': 0.5})\n1 / 3",
    "import course_utils\nraise ValueError('on purpose')  # fails on purpose",
    "print('x')\n'last'",
]
ASK = """
from course_utils.lesson import compare as c
for name in ("COURSE_TEST", "CI", "PYTEST_VERSION", "PYTEST_CURRENT_TEST"):
    os.environ.pop(name, None)
c.course_folder = pathlib.Path.cwd
said = c.compare({given})
print(said.status, '|', said.text)
"""


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("'04'", ""),
        ("", "Folder/work/04_batching.ipynb"),
        ("", "Folder/notebooks/04_batching.ipynb"),
        ("", "notes.ipynb"),
    ],
)
def test_a_kernel_knows_its_own_outputs(tmp_path, monkeypatch, given, name):
    monkeypatch.setenv("JPY_SESSION_NAME", name)
    stored = new_notebook(
        cells=[
            new_code_cell(
                source, id=f"c{i}", metadata={"tags": ["raises-exception"] * ("raise" in source)}
            )
            for i, source in enumerate(SOURCES)
        ]
    )
    stored = execute(stored, tmp_path)
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "04_batching.ipynb").write_text(json.dumps(stored))
    again = json.loads(json.dumps(stored))
    run = new_notebook(
        cells=[*map(new_code_cell_of, again["cells"]), new_code_cell(ASK.format(given=given))]
    )
    run.cells[-1].metadata["tags"] = ["raises-exception"]
    new_client(run, tmp_path).execute()
    output = run.cells[-1].outputs[0]
    if name == "notes.ipynb":
        assert (output.ename, 'compare("04")' in output.evalue) == ("ValueError", True)
    else:
        assert output.text.startswith(
            "same | Same: every output is the stored one. Compared: 5 cells."
        )


def new_code_cell_of(cell):
    return new_code_cell(cell["source"], metadata=cell["metadata"])
