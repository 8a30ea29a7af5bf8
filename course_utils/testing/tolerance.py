"""A pytest plugin that lets nbval compare stored notebook outputs with a tolerance for numbers.

nbval compares text exactly, passes notebooks whose outputs were stripped, and reports a mismatch without saying which
lesson it belongs to. With ``-p course_utils.testing.tolerance``:

* decimal numbers may differ by ``atol + rtol * |stored|``, or by one unit of their last printed place if that is at
  most 0.001; whole numbers, words, version strings and mark-up must be equal;
* what stands in ``<details class="not-compared">`` is not compared: tracebacks, whose lines belong to the libraries;
* a notebook that was stripped, or not executed once from top to bottom, fails once, at its first code cell, and its
  other cells are skipped (``--nbval-any-order`` compares it all the same);
* the device that a tensor or a list of devices names is not compared: a run on a card equals one on a processor;
* lines that match a cell's tag ``varies:PATTERN`` are not compared: ``varies:^transformers `` for a version;
* a kernel that does not start is started once more, with a warning;
* what goes to standard error and live progress bars are not compared; static twins of widgets are;
* a mismatch names the heading, the sentence above the cell, what was expected, what came, and the difference;
* the run ends with a line per notebook: cells and decimal numbers compared, the largest difference within the
  tolerance, and the device.

Tolerances: the command line (``--nbval-atol``, ``--nbval-rtol``), a notebook's metadata
(``{"nbval_tolerance": {"atol": 1e-3}}``) and a cell's tags (``atol=0.01``), the nearest one wins. A cell tagged
``seeded-training`` may differ by the spread of the seeds in its metadata (``{"seeds": [0.81, 0.83, 0.82]}``).
``--nbval-structure`` compares the kinds of outputs, the dimensions and dtypes of tensors and errors, and no values: for
other weights, whose hidden size and vocabulary differ.
"""

from __future__ import annotations

import os
import re
import warnings
from dataclasses import dataclass, field

import pytest
from nbval.plugin import IPyNbCell, IPyNbFile

from course_utils.testing.numbers import ATOL, CARD, RTOL, Tolerance
from course_utils.testing.outputs import (
    compared,
    gaps,
    said,
    settle,
    tolerance_of,
    where,
    without_varying_lines,
)

SUMMARIES = pytest.StashKey[dict[str, "Summary"]]()
SHAPE = re.compile(r"torch\.Size\(\[([^]]*)\]\)")
DTYPE = re.compile(r"torch\.(?:float|bfloat|int|bool)\d*")


def structure(outputs: list) -> list[tuple]:
    """Reduce outputs to what does not depend on the weights: kinds, errors, dtypes and dimensions of tensors."""
    kinds = []
    for output in outputs:
        if output.output_type == "error":
            kinds.append(("error", output.ename))
        else:
            text = said(output)
            dimensions = [f"{len(sizes.split(','))} dimensions" for sizes in SHAPE.findall(text)]
            kinds.append(
                (
                    output.output_type,
                    *sorted(output.get("data", {})),
                    *dimensions,
                    *DTYPE.findall(text),
                )
            )
    return kinds


def first_code_cell(notebook):
    return next(cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip())


def out_of_order(notebook) -> str | None:
    """Say where the stored run was not one from top to bottom, counted from 1 as Jupyter does, without empty cells."""
    code = (c for c in notebook.cells if c.cell_type == "code" and c.source.strip())
    for expected, cell in enumerate(code, 1):
        if cell.execution_count != expected:
            return (
                f"expected a stored run from top to bottom (execution count {expected}), found "
                f"{cell.execution_count} in code cell {expected}: the notebook was stripped or run out of order"
            )
    return None


@dataclass
class Summary:
    """What was compared in one notebook."""

    cells: int = 0
    numbers: int = 0
    largest: float = 0.0
    devices: set[str] = field(default_factory=set)

    def add(self, differences: list[float], outputs: list) -> None:
        """Count one cell, and read from its outputs which device they name."""
        self.cells += 1
        self.numbers += len(differences)
        self.largest = max(self.largest, *differences, 0.0)
        for output in outputs:
            self.devices |= set(CARD.findall(said(output)))

    def __str__(self) -> str:
        device = ", ".join(sorted(self.devices)) or os.environ.get("COURSE_DEVICE") or "not named"
        return (
            f"{self.cells} cells and {self.numbers:,} decimal numbers compared, "
            f"largest difference {self.largest:.1e}, device {device}"
        )


class QuietFile(IPyNbFile):
    """nbval's notebook, whose kernel does not know that pytest runs it and is started twice if need be."""

    def setup(self):
        # ipykernel does not capture what C code prints where it finds this, and the stored run did capture it.
        with pytest.MonkeyPatch.context() as patch:
            patch.delenv("PYTEST_CURRENT_TEST", raising=False)
            try:
                super().setup()
            except (
                RuntimeError
            ) as error:  # a port that was free when it was chosen may be taken when it is used
                warnings.warn(
                    f"started the kernel of {self.path.name} again: {error}", stacklevel=1
                )
                super().setup()


class TolerantCell(IPyNbCell):
    """nbval's cell with a comparison that knows numbers from words. Items are re-classed, never constructed."""

    def runtest(self):
        wrong = None if self.config.option.nbval_any_order else out_of_order(self.parent.nb)
        if wrong and self.cell is first_code_cell(self.parent.nb):
            self.raise_cell_error(wrong)
        if wrong:
            pytest.skip("the notebook was stripped or run out of order: see its first cell")
        super().runtest()

    def compare_outputs(self, test, ref, skip_compare=None):
        test, ref = (
            without_varying_lines(list(compared(outputs)), self.cell) for outputs in (test, ref)
        )
        if self.config.option.nbval_structure:
            return self._same_structure(test, ref)
        option = self.config.option
        given = Tolerance(option.nbval_atol, option.nbval_rtol)
        tolerance = tolerance_of(self.cell, self.parent.nb, given)
        settled, difference = settle(test, ref, tolerance)
        same = super().compare_outputs(settled, ref, skip_compare)
        if same:
            summary = self.config.stash[SUMMARIES].setdefault(self.parent.path.name, Summary())
            summary.add(gaps(test, ref), test)
        else:
            self.comparison_traceback[:0] = [
                f"Lesson: {where(self.parent.nb, self.cell)}",
                f"Difference: {difference}",
            ]
        return same

    def _same_structure(self, test, ref) -> bool:
        expected, got = structure(ref), structure(test)
        if expected != got:
            self.comparison_traceback = [
                f"Lesson: {where(self.parent.nb, self.cell)}",
                f"Structure expected {expected}",
                f"Structure got {got}",
            ]
        return expected == got


def pytest_addoption(parser):
    group = parser.getgroup("nbval")
    group.addoption(
        "--nbval-atol", type=float, default=ATOL, help="absolute tolerance for decimal numbers"
    )
    group.addoption(
        "--nbval-rtol", type=float, default=RTOL, help="relative tolerance for decimal numbers"
    )
    group.addoption(
        "--nbval-structure",
        action="store_true",
        help="compare dimensions, types and errors, not values",
    )
    group.addoption(
        "--nbval-any-order",
        action="store_true",
        help="compare notebooks whose stored run was not one from top to bottom",
    )


def pytest_configure(config):
    config.stash[SUMMARIES] = {}
    # With warm caches the bars of downloads and of datasets do not appear: keep them out of cold runs too.
    os.environ.update(HF_DATASETS_DISABLE_PROGRESS_BARS="1", HF_HUB_DISABLE_PROGRESS_BARS="1")
    os.environ["COURSE_PROGRESS"] = "off"  # a test run is nobody's progress


def pytest_itemcollected(item):
    # Exactly nbval's own classes: a subclass of somebody else's keeps its own comparison.
    if type(item) is IPyNbCell:
        item.__class__ = TolerantCell
        if type(item.parent) is IPyNbFile:
            item.parent.__class__ = QuietFile


def pytest_sessionfinish(session):
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["nbval_summaries"] = {
            name: str(summary) for name, summary in session.config.stash[SUMMARIES].items()
        }


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node):
    node.config.stash[SUMMARIES].update(
        getattr(node, "workeroutput", {}).get("nbval_summaries", {})
    )


def pytest_terminal_summary(terminalreporter, config):
    summaries = config.stash[SUMMARIES]
    if summaries:
        terminalreporter.section("notebooks")
        for name in sorted(summaries):
            terminalreporter.line(f"{name}: {summaries[name]}")
