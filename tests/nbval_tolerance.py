"""A pytest plugin that lets nbval compare stored notebook outputs with a tolerance for numbers.

nbval compares text exactly, passes notebooks whose outputs were stripped, and reports a mismatch without saying which
lesson it belongs to. With ``-p nbval_tolerance`` (this folder on ``pythonpath``):

* decimal numbers may differ by ``atol + rtol * |stored|``, or by one unit of their last printed place if that is at
  most 0.001; whole numbers, words, version strings and mark-up must be equal;
* what stands in ``<details class="not-compared">`` is not compared: tracebacks, whose lines belong to the libraries;
* a notebook that was stripped, or not executed once from top to bottom, fails;
* a kernel that does not start is started once more, with a warning;
* what goes to standard error and live progress bars are not compared; static twins of widgets are;
* a mismatch names the heading, the sentence above the cell, what was expected, what came, and the difference.

Tolerances: the command line (``--nbval-atol``, ``--nbval-rtol``), a notebook's metadata
(``{"nbval_tolerance": {"atol": 1e-3}}``) and a cell's tags (``atol=0.01``), the nearest one wins.
``--nbval-structure`` compares the kinds of outputs, the dimensions and dtypes of tensors and errors, and no values: for
other weights, whose hidden size and vocabulary differ.
"""

from __future__ import annotations

import os
import re
import warnings

import pytest
from nbval.plugin import IPyNbCell, IPyNbFile

from course_utils.testing.outputs import compared, settle, tolerance_of, where
from course_utils.testing.tolerance import ATOL, RTOL, Tolerance

SHAPE = re.compile(r"torch\.Size\(\[([^]]*)\]\)")
DTYPE = re.compile(r"torch\.(?:float|bfloat|int|bool)\d*")


def structure(outputs: list) -> list[tuple]:
    """Reduce outputs to what does not depend on the weights: kinds, errors, dtypes and dimensions of tensors."""
    kinds = []
    for output in outputs:
        if output.output_type == "error":
            kinds.append(("error", output.ename))
        else:
            text = output.get("text") or output.get("data", {}).get("text/plain", "")
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
        expected = self._place_in_a_clean_run()
        if self.cell.source.strip() and self.cell.execution_count != expected:
            self.raise_cell_error(
                f"expected a stored run from top to bottom (execution count {expected}), "
                f"found {self.cell.execution_count}: the notebook was stripped or run out of order"
            )
        super().runtest()

    def _place_in_a_clean_run(self) -> int:
        """Count from 1 as Jupyter does, which does not count empty cells."""
        filled = [
            c
            for c in self.parent.nb.cells
            if c.cell_type == "code" and (c.source.strip() or c is self.cell)
        ]
        return 1 + next(place for place, cell in enumerate(filled) if cell is self.cell)

    def compare_outputs(self, test, ref, skip_compare=None):
        test, ref = list(compared(test)), list(compared(ref))
        if self.config.option.nbval_structure:
            return self._same_structure(test, ref)
        option = self.config.option
        given = Tolerance(option.nbval_atol, option.nbval_rtol)
        tolerance = tolerance_of(self.cell, self.parent.nb, given)
        settled, difference = settle(test, ref, tolerance)
        same = super().compare_outputs(settled, ref, skip_compare)
        if not same:
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


def pytest_configure(config):
    # With warm caches the bars of downloads and of datasets do not appear: keep them out of cold runs too.
    os.environ.update(HF_DATASETS_DISABLE_PROGRESS_BARS="1", HF_HUB_DISABLE_PROGRESS_BARS="1")
    os.environ["COURSE_PROGRESS"] = "off"  # a test run is nobody's progress


def pytest_itemcollected(item):
    # Exactly nbval's own classes: a subclass of somebody else's keeps its own comparison.
    if type(item) is IPyNbCell:
        item.__class__ = TolerantCell
        if type(item.parent) is IPyNbFile:
            item.parent.__class__ = QuietFile
