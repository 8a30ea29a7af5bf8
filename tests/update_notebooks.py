"""Execute notebooks anew and store what came out: ``python tests/update_notebooks.py [notebooks/03_models.ipynb ...]``.

Each notebook runs from a fresh kernel of this environment. It is written only if every cell ran (cells tagged
``raises-exception`` must raise), and then in one step; the difference is shown with nbdime. Cell ids and tags stay.
``--check`` writes nothing and says by its exit status whether something would change.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import tempfile
from pathlib import Path

import nbformat
from books import code_cells
from jupyter_client import KernelManager
from nbclient import NotebookClient
from nbdime.diffing.notebooks import diff_notebooks
from nbdime.prettyprint import PrettyPrintConfig, pretty_print_notebook_diff
from nbformat import NotebookNode
from nbval.kernel import CURRENT_ENV_KERNEL_NAME, NbvalKernelspecManager

from course_utils.testing.outputs import WIDGET, joined

TIMEOUT = 600  # seconds for one cell


def execute(book: NotebookNode, folder: Path) -> NotebookNode:
    """Run a copy of a notebook in a kernel of this environment that starts in ``folder``, and clean its outputs.

    Raises
    ------
    RuntimeError
        If a cell that must raise did not.
    nbclient.exceptions.CellExecutionError
        If a cell raised that must not.
    """
    fresh = nbformat.from_dict(book)
    for cell in code_cells(fresh):
        cell.outputs, cell.execution_count = [], None
    new_client(fresh, folder).execute()
    for cell in code_cells(fresh):
        raised = any(output.output_type == "error" for output in cell.outputs)
        if "raises-exception" in cell.metadata.get("tags", []) and not raised:
            raise RuntimeError(f"cell {cell.id} is tagged raises-exception and raised nothing")
    return clean(fresh)


def new_client(book: NotebookNode, folder: Path) -> NotebookClient:
    """Make a client that runs a notebook, in place, in a fresh kernel of this environment started in ``folder``."""
    manager = KernelManager(
        kernel_name=CURRENT_ENV_KERNEL_NAME, kernel_spec_manager=NbvalKernelspecManager()
    )
    return NotebookClient(
        book, km=manager, timeout=TIMEOUT, resources={"metadata": {"path": str(folder)}}
    )


def clean(book: NotebookNode) -> NotebookNode:
    """Drop in place what changes from run to run, or has no use without a kernel; return the notebook.

    Standard error (but not that of cells tagged ``warns``), live widgets that have a static twin or nothing else to
    show, the frames of a traceback below the cell's own, times of execution, the state of widgets, and the version of
    Python go.
    """
    for cell in code_cells(book):
        cell.metadata.pop("execution", None)
        if "warns" not in cell.metadata.get("tags", []):  # there the lesson reads the warning
            cell.outputs = [output for output in cell.outputs if output.get("name") != "stderr"]
        for output in cell.outputs:
            if "text/html" in output.get("data", {}):
                output["data"].pop(WIDGET, None)
            if (
                output.output_type == "error"
            ):  # the frames inside libraries show this machine's folders
                output.traceback = [*output.traceback[:3], *output.traceback[3:][-1:]]
        cell.outputs = joined(
            [output for output in cell.outputs if WIDGET not in output.get("data", {})]
        )
        cell.outputs = told(cell.outputs)
    book.metadata.pop("widgets", None)
    book.metadata.kernelspec = {
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "name": "python3",
    }
    if "language_info" in book.metadata:
        book.metadata.language_info.pop("version", None)
    return book


def told(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Keep the warnings of a cell in the library's plain words; what is empty then goes."""
    for output in outputs:
        if output.get("name") == "stderr":
            output.text = plain_warning(output.text)
    return [output for output in outputs if output.get("name") != "stderr" or output.text]


def plain_warning(text: str) -> str:
    """Take out of a library's words what differs from run to run: colours, folders, progress bars, the order of rows.

    >>> plain_warning("\\x1b[1mREPORT\\x1b[0m from: /a/cache/model-1\\nb | UNEXPECTED\\na | MISSING\\n")
    'REPORT from: model-1\\na | MISSING\\nb | UNEXPECTED\\n'
    """
    text = re.sub(r"\x1b\[[\d;]*m", "", text)
    text = re.sub(r"from: \S*/", "from: ", text)
    lines = [line for line in text.splitlines() if "%|" not in line]
    rows = [n for n, line in enumerate(lines) if re.search(r"\| (UNEXPECTED|MISSING)", line)]
    for place, line in zip(rows, sorted(lines[n] for n in rows), strict=True):
        lines[place] = line
    return "".join(f"{line.rstrip()}\n" for line in lines)


def write(book: NotebookNode, path: Path) -> None:
    """Write a notebook in one step: a reader sees the old file or the new one, never a part."""
    nbformat.validate(book)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            nbformat.write(book, file)
        os.chmod(name, path.stat().st_mode)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def update(path: Path, *, write_back: bool = True) -> bool:
    """Execute one notebook, show what changed against the stored one, store it; tell whether anything changed."""
    stored = nbformat.read(path, as_version=4)
    fresh = execute(stored, path.parent)
    difference = diff_notebooks(stored, fresh)
    if difference:
        pretty_print_notebook_diff(
            str(path),
            f"{path} (executed anew)",
            stored,
            difference,
            PrettyPrintConfig(out=sys.stdout, use_color=sys.stdout.isatty()),
        )
        if write_back:
            write(fresh, path)
    return bool(difference)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "notebooks", nargs="*", type=Path, help="default: every notebook of the course"
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing, exit with 1 if something would change"
    )
    options = parser.parse_args(arguments)
    os.environ.update(
        HF_DATASETS_DISABLE_PROGRESS_BARS="1",
        HF_HUB_DISABLE_PROGRESS_BARS="1",
        TOKENIZERS_PARALLELISM="false",
        COURSE_PROGRESS="off",
        COURSE_TEST="1",  # a stored run is nobody's progress and compares itself with nothing
    )
    notebooks = options.notebooks or sorted(
        (Path(__file__).parents[1] / "notebooks").glob("*.ipynb")
    )
    changed = [path for path in notebooks if update(path, write_back=not options.check)]
    what = "would change" if options.check else "written"
    print(
        f"{len(changed)} of {len(notebooks)} {what}: {', '.join(p.name for p in changed) or 'none'}"
    )
    return int(options.check and bool(changed))


if __name__ == "__main__":
    sys.exit(main())
