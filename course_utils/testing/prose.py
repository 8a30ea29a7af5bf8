"""A guard for figures in prose: each number in a notebook's text must stand in an output above it.

Works on anybody's notebooks, from their stored outputs alone; nothing is run. A number in a markdown cell is borne out
when

- an output above it holds that number, or one that gives it by rounding, as it is or as a percentage; in the first
  cell, which may announce the result, any output of the notebook;
- or the code above it or in the next two code cells names it (a parameter, an example);
- or a tag of its cell derives it, ``derived:100*117/135``: the result must give the number, and each number of the
  computation must be borne out in its turn;
- or a tag declares it, ``declared:1998=year``, with one of the kinds in ``KINDS``.

Text in backticks, link targets, tags of HTML and the numbers of sections, lessons, lines, columns and the like are
names, not figures.

    python -m course_utils.testing.prose notebooks/*.ipynb             # what is not borne out
    python -m course_utils.testing.prose --claims notebooks/*.ipynb    # sentences to check by hand
"""

from __future__ import annotations

import argparse
import ast
import operator
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from course_utils.testing.outputs import words_of

# A count of the page's own items, a control to set, what an explorer shows once it is set, …
KINDS = ("year", "arxiv", "count", "minutes", "source", "definition", "setting", "explorer")
NUMBER = re.compile(
    r"(?<![A-Za-z_\d.,#])(?P<sign>[-−]?)(?P<digits>\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?P<part>\.\d+)?"
    r"(?P<power>[eE][-+]?\d+)?(?![A-Za-z_\d]|\.\d)(?P<percent>\s?%)?"
)
REFERENCE = re.compile(
    r"\b(?:section|lesson|exercise|question|hint|part|line|column|row|word|step)s?\s+\d+(?:(?:\s*,\s*|\s+(?:to|and|or)\s+)\d+)*",
    re.IGNORECASE,
)
CLAIM = re.compile(
    r"\b(?:always|never|only|because|every|all|none|no one|nothing|must|cannot|most|least|best|worst|"
    r"(?:larg|small|long|short|high|low|fast|slow|great|few)est)\b",
    re.IGNORECASE,
)
DERIVED, DECLARED = "derived:", "declared:"


@dataclass(frozen=True)
class Figure:
    """A number as written: its value, its decimals, and whether a per cent sign follows."""

    text: str
    value: float
    decimals: int
    percent: bool = False


@dataclass(frozen=True)
class Unborne:
    """A figure that nothing bears out: where it stands, and the numbers that come nearest."""

    notebook: str
    cell: str
    sentence: str
    figure: str
    nearest: tuple[str, ...]

    def __str__(self) -> str:
        near = f"; nearest above: {', '.join(self.nearest)}" if self.nearest else ""
        return f"{self.notebook} {self.cell}: {self.figure} in {self.sentence!r}{near}"


def figures(text: str) -> list[Figure]:
    """Find the numbers of a text.

    >>> [figure.text for figure in figures("1,024 of 2.5 million, -3 % in BERT2")]
    ['1,024', '2.5', '-3 %']
    """
    found = []
    for match in NUMBER.finditer(text):
        sign = "-" if match["sign"] else ""
        number = sign + match["digits"].replace(",", "") + (match["part"] or "")
        value = float(number + (match["power"] or ""))
        decimals = len(match["part"] or ".") - 1
        if match["power"]:
            decimals = max(0, -Decimal(number + match["power"]).as_tuple().exponent)
        found.append(Figure(match[0].strip(), value, decimals, bool(match["percent"])))
    return found


def gives(candidate: float, figure: Figure) -> bool:
    """Tell whether a number gives a figure: by rounding it, its size alone, or as a percentage.

    >>> gives(0.8667, Figure("87 %", 87.0, 0, percent=True)), gives(117.0, Figure("116", 116.0, 0))
    (True, False)
    """
    values = [candidate, candidate * 100, 100 - 100 * candidate] if figure.percent else [candidate]
    if not figure.percent and figure.value == int(figure.value) and 0 < candidate < 1:
        values.append(candidate * 100)  # "87 of 100"
    unit = 10**-figure.decimals
    return any(
        abs(abs(value) - abs(figure.value)) <= unit / 2 * (1 + 1e-9) + 1e-12 for value in values
    )


def plain(markdown: str) -> str:
    """Leave the prose of a markdown cell: no code, link targets, HTML tags, list numbers or references."""
    code = r"```.*?```|`[^`]*`|<code>.*?</code>"
    text = words_of(re.sub(code, " ", markdown, flags=re.DOTALL))
    text = re.sub(r"^\s*(?:#+\s*)?(?:\d+(?:\.\s|\s+·)|\[\d+ ·)", " ", text, flags=re.MULTILINE)
    text = re.sub(r"(?<=\d)\s+(?:in|of|out of) 100\b", " ", text)  # "87 in 100" is 87 %
    return REFERENCE.sub(" ", text)


def sentences(text: str) -> list[str]:
    """Split a text at full stops, question and exclamation marks, and at blank or listed lines."""
    blocks = re.split(r"\n\s*\n|\n(?=\s*[-*|])", text)
    parts = (
        part for block in blocks for part in re.split(r"(?<=[.!?:])\s+", " ".join(block.split()))
    )
    return [part for part in parts if part.strip()]


def output_text(cell: Any) -> str:
    """Join what a cell's outputs say, in words: streams, errors, and the text face of results."""
    said = []
    for output in cell.get("outputs", []):
        said += [output.get("text", ""), output.get("evalue", "")]
        data = output.get("data", {})
        said.append(
            data.get("text/plain", "") or re.sub(r"<[^>]+>", " ", data.get("text/html", ""))
        )
    return "\n".join("".join(part) for part in said)


def computed(expression: str) -> float:
    """Work out an arithmetic expression of numbers, + - * / and brackets.

    >>> computed("100 * 117 / 135")
    86.66666666666667
    >>> computed("__import__('os')")
    Traceback (most recent call last):
    ValueError: expected numbers, + - * / ** and brackets, got "__import__('os')"
    """
    pairs = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul}
    pairs |= {ast.Div: operator.truediv, ast.Pow: operator.pow}

    def value(node: ast.AST) -> float:
        if isinstance(node, ast.Constant) and type(node.value) in (int, float):
            return node.value
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return -value(node.operand)
        if isinstance(node, ast.BinOp) and type(node.op) in pairs:
            return pairs[type(node.op)](value(node.left), value(node.right))
        raise ValueError(f"expected numbers, + - * / ** and brackets, got {expression!r}")

    try:
        return float(value(ast.parse(expression, mode="eval").body))
    except SyntaxError as error:
        raise ValueError(
            f"expected numbers, + - * / ** and brackets, got {expression!r}"
        ) from error


def unborne(book: Any, name: str = "") -> Iterator[Unborne]:
    """Find the figures of a notebook's prose that nothing bears out.

    Parameters
    ----------
    book : nbformat.NotebookNode
        The notebook, with its stored outputs.
    name : str
        What the notebook is called in the result.

    Yields
    ------
    Unborne
        One per figure, in reading order.

    Raises
    ------
    ValueError
        For a tag that declares an unknown kind or derives by anything but arithmetic.
    """
    code = [i for i, cell in enumerate(book.cells) if cell.cell_type == "code"]
    seen = {i: [f.value for f in figures(output_text(book.cells[i]))] for i in code}
    named = {i: [f.value for f in figures(book.cells[i].source)] for i in code}
    for place, cell in enumerate(book.cells):
        if cell.cell_type != "markdown":
            continue
        above = [v for i in code if i < place or place == 0 for v in seen[i]]
        last = [-1, *(i for i in code if i > place)][:3][-1]  # a question and its run may follow
        known = above + [v for i in code if i <= max(place, last) for v in named[i]]
        allowed, derived = declarations(cell)
        for expression in derived:
            parts = figures(expression)
            lost = [
                part
                for part in parts
                if part.value != 100 and not any(gives(v, part) for v in known)
            ]
            yield from (
                Unborne(
                    name,
                    cell.get("id", ""),
                    f"{DERIVED}{expression}",
                    part.text,
                    nearest(part, above),
                )
                for part in lost
            )
        known += [computed(expression) for expression in derived]
        for sentence in sentences(plain(cell.source)):
            for figure in figures(sentence):
                if figure.value in allowed or any(gives(value, figure) for value in known):
                    continue
                yield Unborne(
                    name, cell.get("id", ""), sentence, figure.text, nearest(figure, above)
                )


def declarations(cell: Any) -> tuple[set[float], list[str]]:
    """Read the tags of a cell: the figures declared, and the computations of those derived."""
    allowed, derived = set(), []
    for tag in cell.get("metadata", {}).get("tags", []):
        if tag.startswith(DERIVED):
            derived.append(tag.removeprefix(DERIVED))
        elif tag.startswith(DECLARED):
            number, _, kind = tag.removeprefix(DECLARED).partition("=")
            if kind not in KINDS or not figures(number):
                raise ValueError(
                    f"expected {DECLARED}number=kind with a kind of {', '.join(KINDS)}, got {tag!r}"
                )
            allowed.add(figures(number)[0].value)
    return allowed, derived


def nearest(figure: Figure, values: Iterable[float], count: int = 3) -> tuple[str, ...]:
    """Name the numbers that come nearest to a figure, as it is or as a percentage."""
    scale = 100 if figure.percent else 1
    apart = {
        f"{value * scale if figure.percent and abs(value) <= 1 else value:g}": min(
            abs(value - figure.value), abs(value * scale - figure.value)
        )
        for value in values
    }
    return tuple(sorted(apart, key=apart.get)[:count])


def claims(book: Any) -> Iterator[tuple[str, str]]:
    """Give cell and sentence of each superlative, *always*, *never*, *only*, *because* and the like."""
    for cell in book.cells:
        if cell.cell_type == "markdown":
            for sentence in sentences(plain(cell.source)):
                if CLAIM.search(sentence):
                    yield cell.get("id", ""), sentence


def main(arguments: list[str] | None = None) -> int:
    """Print what is not borne out, or the claims; 1 if a figure is not borne out."""
    import nbformat

    parser = argparse.ArgumentParser(
        prog="python -m course_utils.testing.prose", description=__doc__.split("\n")[0]
    )
    parser.add_argument(
        "--claims", action="store_true", help="list sentences with always, never, only, because …"
    )
    parser.add_argument("notebooks", nargs="+", type=Path)
    options = parser.parse_args(arguments)
    failed = False
    for path in options.notebooks:
        book = nbformat.read(path, as_version=4)
        if options.claims:
            print(
                *(f"{path.name}  {cell}  {sentence}" for cell, sentence in claims(book)), sep="\n"
            )
            continue
        for lost in unborne(book, path.name):
            failed = True
            print(lost)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
