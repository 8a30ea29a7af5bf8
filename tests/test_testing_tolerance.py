"""The tolerance plugin: what passes, what fails, and what a failure says."""

import os
from urllib.parse import quote

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from course_utils.testing.numbers import Tolerance, markup_difference, text_difference

pytest_plugins = "pytester"
DEFAULT = Tolerance()


@pytest.mark.parametrize(
    ("stored", "new"),
    [
        ("0.91234567", "0.91235567"),  # a drift of 1e-5
        ("tensor([ 2.2750, -2.6360])", "tensor([ 2.2751, -2.6360])"),  # rounded the other way
        ("nan", "nan"),
        ("-inf", "-inf"),
        ("1e-05", "1.00001e-05"),
        (
            "[[0.1000, 0.2000, 0.3000],\n [0.4000]]",
            "[[0.1000, 0.2000,\n  0.3000], [0.4000]]",
        ),  # re-wrapped
        ("score 0.9999", "score 1.0000"),
    ],
)
def test_small_differences_pass(stored, new):
    assert text_difference(stored, new, DEFAULT) is None


@pytest.mark.parametrize(
    ("stored", "new"),
    [
        ("0.9123", "0.9223"),
        ("0.50", "0.51"),  # 1e-2
        ("0.5000 POSITIVE", "0.5000 NEGATIVE"),  # a word
        ("torch.Size([2, 7])", "torch.Size([2, 8])"),
        ("identical: 500 of 500", "identical: 499 of 500"),  # whole numbers
        ("transformers 5.23.0", "transformers 5.24.0"),
        ("torch 2.13.0+cpu", "torch 2.13.1+cpu"),  # versions
        ("nan", "0.5"),
        ("inf", "-inf"),
        ("[0.1, 0.2]", "[0.1, 0.2, 0.3]"),
        ("0.5", "0.5%"),
        ("a  b", "a b"),
        ("v1.5", "v1.6"),
    ],
)
def test_real_differences_fail(stored, new):
    assert text_difference(stored, new, DEFAULT)


def test_a_wider_tolerance_accepts_what_the_default_does_not():
    assert text_difference("0.50", "0.51", Tolerance(atol=0.02)) is None


def test_numbers_in_html_texts_are_compared_by_value_and_markup_exactly():
    stored = '<td class="a" style="background:rgba(0,114,178,0.25)">0.9123</td>'
    assert markup_difference(stored, stored.replace("0.9123", "0.9124"), DEFAULT) is None
    assert (
        markup_difference(stored, stored.replace("0.25", "0.26"), DEFAULT) is None
    )  # the shade of a rounded value
    for change in (
        ("0.9123", "0.93"),
        ("0.25", "0.45"),
        ("178", "179"),
        ('"a"', '"b"'),
        ("td", "th"),
        ("rgba", "rgb"),
    ):
        assert markup_difference(stored, stored.replace(*change), DEFAULT), change
    assert markup_difference('<a href="1.50">x</a>', '<a href="1.51">x</a>', Tolerance(atol=1)), (
        "links are no figures"
    )


def test_a_drawing_that_is_an_image_is_compared_as_mark_up():
    drawing = quote('<svg><path d="M1.5 2"/><text>.71 in</text></svg>', safe=" .")
    stored = f'<img alt="a" src="data:image/svg+xml,{drawing}"/>'
    for change in (("M1.5", "M1.6"), (".71 in", ".7100001 in")):
        assert markup_difference(stored, stored.replace(*change), DEFAULT) is None, change
    for change in (
        ("M1.5", "M1.9"),
        (".71 in", ".75 in"),
        ("text", "title"),
        ('"a"', '"b"'),
        ("svg+xml", "png"),
    ):
        assert markup_difference(stored, stored.replace(*change), DEFAULT), change


def notebook(*cells, metadata=None):
    """Cells are (source, stored text, tags); they are numbered as a clean run would."""
    made = [new_markdown_cell("## The lesson\n\nFirst sentence. The mask puts it right.")]
    for number, (source, stored, tags) in enumerate(cells, 1):
        outputs = [new_output("stream", name="stdout", text=stored)] if stored is not None else []
        made.append(
            new_code_cell(source, outputs=outputs, execution_count=number, metadata={"tags": tags})
        )
    return new_notebook(cells=made, metadata=metadata or {})


@pytest.fixture
def run(pytester, request, monkeypatch):
    def run(book, *options):
        nbformat.write(book, pytester.path / "lesson.ipynb")
        return pytester.runpytest_subprocess(
            "-p",
            "course_utils.testing.tolerance",
            "--nbval",
            "--nbval-current-env",
            "-p",
            "no:cacheprovider",
            "lesson.ipynb",
            *options,
        )

    folders = (
        request.path.parent,
        request.config.rootpath,
    )  # the plugin, and the package that it imports
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(map(str, folders)))
    return run


def test_a_run_passes_within_and_fails_beyond_the_tolerance(run):
    result = run(
        notebook(
            ("print(0.500001)", "0.500002\n", []),
            ("print(0.51)", "0.50\n", []),
            ("print(0.51)", "0.50\n", ["atol=0.02"]),
            ("import sys; print('bar', file=sys.stderr); print('word')", "word\n", []),
            ("print('POSITIVE')", "NEGATIVE\n", []),
        )
    )
    result.assert_outcomes(passed=3, failed=2)
    result.stdout.fnmatch_lines(
        [
            "*Lesson: The lesson | The mask puts it right.*",
            "*stored 0.50, now 0.51, difference 0.01*",
        ]
    )


def test_the_notebook_sets_its_own_tolerance_and_a_cell_overrides_it(run):
    result = run(
        notebook(
            ("print(0.58)", "0.50\n", []),
            ("print(0.58)", "0.50\n", ["atol=0.001"]),
            metadata={"nbval_tolerance": {"atol": 0.1}},
        )
    )
    result.assert_outcomes(passed=1, failed=1)


def test_a_notebook_out_of_order_fails_once(run):
    stripped = notebook(("print(1.5)", None, []), ("print(2.5)", None, []))
    for cell in stripped.cells[1:]:
        cell.execution_count = None
    result = run(stripped)
    result.assert_outcomes(failed=1, skipped=1)
    result.stdout.fnmatch_lines(
        ["*execution count 1*None in code cell 1*stripped or run out of order*"]
    )
    swapped = notebook(
        ("print(1.5)", "1.5\n", []), ("print(2.5)", "2.5\n", []), ("print(3.5)", "4\n", [])
    )
    swapped.cells[1].execution_count, swapped.cells[2].execution_count = 2, 1
    run(swapped).assert_outcomes(failed=1, skipped=2)
    run(swapped, "--nbval-any-order").assert_outcomes(passed=2, failed=1)


@pytest.mark.parametrize(
    ("stored", "new"),
    [
        ("tensor([1.0000])", "tensor([1.0000], device='cuda:0')"),
        ("tensor([1], device='mps:0')", "tensor([1])"),
        ("cpu", "cuda:0"),
        ("['cuda:0', 'cuda:1']", "['cpu', 'cpu']"),
        ("device(type='cpu')", "device(type='cuda', index=0)"),
    ],
)
def test_the_device_is_no_difference(stored, new):
    assert text_difference(stored, new, DEFAULT) is None


@pytest.mark.parametrize(
    ("stored", "new"),
    [
        ("torch 2.13.0+cpu", "torch 2.13.0+cuda"),
        ("cpu-bound", "cuda-bound"),
        ("tensor([1.0])", "tensor([2.0], device='cuda:0')"),
        ("tensor([1.0], requires_grad=True)", "tensor([1.0])"),
    ],
)
def test_words_about_devices_and_values_on_them_are(stored, new):
    assert text_difference(stored, new, DEFAULT)


def test_lines_that_may_differ_are_left_out_and_the_others_are_not(run):
    print_two = "print('torch 2.14'); print('label POSITIVE')"
    result = run(
        notebook(
            (print_two, "torch 2.13\nlabel POSITIVE\n", ["varies:^torch "]),
            (print_two, "torch 2.13\nlabel NEGATIVE\n", ["varies:^torch "]),
            (print_two, "torch 2.13\nlabel POSITIVE\n", []),
        )
    )
    result.assert_outcomes(passed=1, failed=2)


def test_seeded_training_may_differ_by_the_spread_of_its_seeds(run):
    book = notebook(*[("print(0.83)", "0.81\n", ["seeded-training"])] * 3)
    for cell, seeds in zip(
        book.cells[1:], ([0.80, 0.83, 0.81], [0.81, 0.815, 0.812], [0.8]), strict=True
    ):
        cell.metadata["seeds"] = seeds
    result = run(book)
    result.assert_outcomes(passed=1, failed=2)
    result.stdout.fnmatch_lines(["*results of at least 3 seeds*"])


def test_the_lesson_is_named_by_a_sentence_without_mark_up(run):
    book = notebook(("print(0.51)", "0.50\n", []))
    book.cells[0].source = "# A\n\n<b>Bold</b> words &amp; <!-- no --> [a link](x.html)."
    run(book).stdout.fnmatch_lines(["*Lesson: A | Bold words & a link.*"])


def test_a_run_ends_with_a_line_per_notebook(run):
    book = notebook(
        ("print(0.500001, 1.5)", "0.500002 1.5\n", []), ("print('cuda:0')", "cpu\n", [])
    )
    run(book).stdout.fnmatch_lines(
        [
            "lesson.ipynb: 2 cells and 2 decimal numbers compared, largest difference 1.0e-06, device cuda:0"
        ]
    )


def test_outputs_removed_but_counts_kept_fail(run):
    run(notebook(("print(1.5)", None, []))).assert_outcomes(failed=1)


@pytest.mark.parametrize(
    ("failures", "outcome"), [(1, {"passed": 1, "warnings": 1}), (2, {"errors": 1})]
)
def test_a_kernel_that_does_not_start_is_started_once_more(run, pytester, failures, outcome):
    """As where another program takes a port between the moment it is found free and the moment it is used."""
    pytester.makeconftest(f"""
        from jupyter_client.manager import KernelManager
        from jupyter_client.provisioning import LocalProvisioner

        starts = []
        launch = LocalProvisioner.launch_kernel

        async def launch_kernel(self, cmd, **options):
            starts.append(cmd)
            dies = [cmd[0], "-c", "raise SystemExit(1)"]
            return await launch(self, dies if len(starts) <= {failures} else cmd, **options)

        LocalProvisioner.launch_kernel = launch_kernel
    """)
    result = run(notebook(("print(1.5)", "1.5\n", [])))
    result.assert_outcomes(**outcome)
    result.stdout.fnmatch_lines(["*started the kernel of lesson.ipynb again: Kernel died*"])


def test_an_error_cell_compares_name_and_message(run):
    def error(message):
        book = notebook(("raise ValueError('expected 3')", None, ["raises-exception"]))
        book.cells[1].outputs = [
            new_output("error", ename="ValueError", evalue=message, traceback=[])
        ]
        return book

    run(error("expected 3")).assert_outcomes(passed=1)
    run(error("expected 4")).assert_outcomes(failed=1)


SHOW = """
from IPython.display import display
display({"text/plain": "%s", "text/html": "<b>%s</b>",
         "application/vnd.jupyter.widget-view+json": {"model_id": "x", "version_major": 2, "version_minor": 0}},
        raw=True)
"""


def test_the_static_twin_of_a_widget_is_compared_and_a_bare_widget_is_not(run):
    twin = notebook((SHOW % ("0.25", "0.25"), None, []), (SHOW % ("0.25", "0.35"), None, []))
    for cell in twin.cells[1:]:
        cell.outputs = [
            new_output("display_data", data={"text/plain": "0.25", "text/html": "<b>0.25</b>"})
        ]
    bar = SHOW.replace('"text/html": "<b>%s</b>",', "") % "50%%"
    twin.cells.append(new_code_cell(bar, execution_count=3))
    run(twin).assert_outcomes(passed=2, failed=1)


def test_structure_mode_ignores_values_and_keeps_dimensions_and_types(run):
    source = "class T:\n    __repr__ = lambda self: 'torch.Size([2, 384]) torch.float32 0.9'\nT()"
    stored = [
        "torch.Size([2, 768]) torch.float32 0.1",
        "torch.Size([2]) torch.float32 0.9",
        "torch.Size([2, 384]) torch.float16 0.9",
    ]
    book = notebook(*[(source, None, [])] * 3)
    for cell, text in zip(book.cells[1:], stored, strict=True):
        cell.outputs = [new_output("execute_result", data={"text/plain": text}, execution_count=1)]
    run(book, "--nbval-structure").assert_outcomes(passed=1, failed=2)
    run(book).assert_outcomes(failed=3)


def test_an_error_in_structure_mode_is_compared_by_its_type(run):
    book = notebook(*[("raise ValueError('of 384')", None, ["raises-exception"])] * 2)
    for cell, name in zip(book.cells[1:], ("ValueError", "KeyError"), strict=True):
        cell.outputs = [new_output("error", ename=name, evalue="of 768", traceback=[])]
    run(book, "--nbval-structure").assert_outcomes(passed=1, failed=1)


def test_empty_cells_are_not_counted(run):
    book = notebook(("print('a')", "a\n", []), ("", None, []), ("print('b')", "b\n", []))
    book.cells[2].execution_count, book.cells[3].execution_count = None, 2
    run(book).assert_outcomes(passed=3)


def test_what_c_code_prints_is_captured_as_in_the_stored_run(run):
    print_as_c_does = "import os, time; os.write(1, b'from below\\n'); time.sleep(0.5)"
    run(notebook((print_as_c_does, "from below\n", []))).assert_outcomes(passed=1)


def test_what_is_said_not_to_be_compared_is_not_and_all_around_it_is():
    stored = '<p>a</p><details class="not-compared"><pre>line 7</pre></details><p>0.5</p>'
    assert markup_difference(stored, stored.replace("line 7", "line <b>8</b>"), DEFAULT) is None
    for change in (("0.5", "0.6"), ("<p>a", "<p>b"), ("not-compared", "compared")):
        assert markup_difference(stored, stored.replace(*change), DEFAULT)
