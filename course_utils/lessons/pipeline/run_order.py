"""A notebook remembers what ran, not what stands on the page: the same cells run in two orders."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import Any

from course_utils.lesson.explore import stacked
from course_utils.pictures.page import MONOSPACE, element, style
from course_utils.pictures.table import Cell, table_view
from course_utils.pictures.view import View


def show_run_order(cells: Sequence[str], *, order: Sequence[int], names: Mapping[str, Any]) -> View:
    """Run cells in the order in which they were clicked, and again from the top; show both pages.

    Parameters
    ----------
    cells : sequence of str
        The code of each cell, in the order of the page.
    order : sequence of int
        The cells as they were clicked, numbered from 1.
    names : mapping
        What the code may use; both runs start with these names and nothing else.

    Returns
    -------
    View
        Two tables. In each the number in brackets is what Jupyter prints: when the cell ran.

    Raises
    ------
    ValueError
        If ``order`` names a cell that there is not.

    Examples
    --------
    >>> show_run_order(["x = 1", "x", "x = 2"], order=[1, 3, 2], names={})
    Cells clicked in the order 1, 3, 2
    ran  cell   output
    [1]  x = 1
    [3]  x      2
    [2]  x = 2
    <BLANKLINE>
    After Restart Kernel and Run All Cells
    ran  cell   output
    [1]  x = 1
    [2]  x      1
    [3]  x = 2
    Cell 2 shows 2; from the top it shows 1.
    """
    if any(number not in range(1, len(cells) + 1) for number in order):
        raise ValueError(f"order: expected numbers from 1 to {len(cells)}, got {list(order)}")
    clicked = ", ".join(map(str, order))
    first, second = _run(cells, order, names), _run(cells, range(1, len(cells) + 1), names)
    differ = [n for n in range(1, len(cells) + 1) if n in first and first[n][1] != second[n][1]]
    notes = [f"Cell {n} shows {first[n][1]}; from the top it shows {second[n][1]}." for n in differ]
    return stacked(
        _page(f"Cells clicked in the order {clicked}", cells, first, ""),
        _page("After Restart Kernel and Run All Cells", cells, second, " ".join(notes)),
    )


def _run(cells: Sequence[str], order: Sequence[int], names: Mapping) -> dict[int, tuple[int, str]]:
    """Run the cells in this order in a fresh namespace; give for each when it ran and what it showed."""
    known, shown = dict(names), {}
    for time, number in enumerate(order, 1):
        shown[number] = time, last_value(cells[number - 1], known)
    return shown


def _page(
    caption: str, cells: Sequence[str], shown: Mapping[int, tuple[int, str]], note: str
) -> View:
    """Draw the page that is left."""
    rows = []
    for number, source in enumerate(cells, 1):
        time, output = shown.get(number, (" ", ""))
        code = element("code", source, style=style(font_family=MONOSPACE, white_space="nowrap"))
        rows.append([f"[{time}]", Cell(code, source), output])
    return table_view(caption, ["ran", "cell", "output"], rows, note=note)


def last_value(source: str, names: dict[str, Any]) -> str:
    """Run a cell in a namespace; give the repr of its last expression, as Jupyter prints it, or an empty text."""
    body = ast.parse(source).body
    last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
    exec(compile(ast.Module(body, type_ignores=[]), "<cell>", "exec"), names)
    if last is None:
        return ""
    value = eval(compile(ast.Expression(last.value), "<cell>", "eval"), names)
    return "" if value is None else repr(value)
