"""The outputs of a notebook's cell: which of them are compared, by which tolerance, and how a cell is named.

Used by the nbval plugin beside this module and by ``compare()`` in a lesson, so that both judge alike.
"""

from __future__ import annotations

import html
import math
import re
from collections.abc import Iterator

from course_utils.testing.numbers import NUMBER, Tolerance, markup_difference, text_difference

WIDGET = "application/vnd.jupyter.widget-view+json"
BITMAPS = ("image/png", "image/jpeg")
MARKUP = ("text/html", "image/svg+xml")


def compared(outputs: list) -> Iterator:
    """Leave out what no lesson rests on: standard error, and live widgets that have no static twin."""
    for output in outputs:
        live = WIDGET in output.get("data", {})
        if output.get("name") != "stderr" and not (live and "text/html" not in output["data"]):
            yield output


def settle(test: list, ref: list, tolerance: Tolerance) -> tuple[list, str]:
    """Return ``test`` with each text that equals its stored one within the tolerance replaced by it."""
    settled, first = [], ""
    for position, output in enumerate(test):
        output = type(output)(output)
        stored = ref[position] if position < len(ref) else {}
        if "data" in output:
            output["data"] = dict(output["data"])
            readable = sorted(
                key for key in output["data"] if key not in BITMAPS
            )  # nbval does not compare pictures
            readable.sort(
                key=lambda key: key != "text/plain"
            )  # the difference that is easiest to read is named
            pairs = [(output["data"], stored.get("data", {}), key) for key in readable]
        else:
            pairs = [(output, stored, key) for key in ("text", "evalue") if key in output]
        for mine, theirs, key in pairs:
            if key in theirs and isinstance(mine[key], str) and isinstance(theirs[key], str):
                exact = key == "evalue"
                compare = markup_difference if key in MARKUP else text_difference
                difference = compare(
                    theirs[key], mine[key], Tolerance(0, 0) if exact else tolerance
                )
                if difference is None:
                    mine[key] = theirs[key]
                first = first or (f"{key}: {difference}" if difference else "")
        settled.append(output)
    return settled, first or f"stored {len(ref)} outputs, now {len(test)}"


def words_of(markdown: str) -> str:
    """Leave the words of markdown: no blocks of code, comments, tags of HTML or link targets.

    >>> words_of("<b>Bold</b> &amp; [a link](x.html)").split()
    ['Bold', '&', 'a', 'link']
    """
    text = re.sub(r"```.*?```|<!--.*?-->", " ", markdown, flags=re.DOTALL)
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", text)
    return html.unescape(re.sub(r"</?[A-Za-z][^>]*>", " ", text))


def said(output) -> str:
    """Give what an output says: a stream's text, or the text face of a result."""
    return output.get("text") or output.get("data", {}).get("text/plain", "")


def where(notebook, cell) -> str:
    """Name the heading and quote the last sentence that stand above a cell."""
    heading = sentence = ""
    for other in notebook.cells:
        if other is cell:
            break
        if other.cell_type == "markdown":
            titles = re.findall(r"^#+ +(.+)$", other.source, re.MULTILINE)
            heading = titles[-1] if titles else heading
            prose = re.sub(r"^(#|\|).*$", "", words_of(other.source), flags=re.MULTILINE).split()
            sentence = re.split(r"(?<=[.?:]) ", " ".join(prose))[-1] if prose else sentence
    return f"{heading} | {sentence[-200:]}"


def tolerance_of(cell, notebook, given: Tolerance) -> Tolerance:
    """The nearest setting wins: a cell's tags, the notebook's metadata, what the caller gives.

    A cell tagged ``seeded-training`` trains a model: its numbers may be as far from the stored ones as the results of
    several seeds are from each other. These stand in the cell's metadata, ``{"seeds": [0.81, 0.83, 0.82]}``.
    """
    values = {"atol": given.atol, "rtol": given.rtol}
    values |= notebook.metadata.get("nbval_tolerance", {})
    tags = cell.metadata.get("tags", [])
    if "seeded-training" in tags:
        seeds = cell.metadata.get("seeds", [])
        if len(seeds) < 3:
            raise ValueError(
                "expected the results of at least 3 seeds in the metadata of a cell tagged seeded-training, "
                f'as in {{"seeds": [0.81, 0.83, 0.82]}}, got {seeds!r}'
            )
        values["atol"] = max(seeds) - min(seeds)
    for tag in tags:
        name, _, value = tag.partition("=")
        if name in values and value:
            values[name] = float(value)
    return Tolerance(**values)


VARIES = "varies:"


def without_varying_lines(outputs: list, cell) -> list:
    """Drop the lines of texts that match a cell's tag ``varies:PATTERN``, as ``varies:^transformers `` for versions."""
    patterns = [
        re.compile(tag.removeprefix(VARIES))
        for tag in cell.metadata.get("tags", [])
        if tag.startswith(VARIES)
    ]
    return [_kept(output, patterns) for output in outputs] if patterns else outputs


def _kept(output, patterns: list[re.Pattern]):
    """Copy an output without the lines that match; of results the text face alone is left, which has lines."""

    def lines(text: str) -> str:
        kept = [line for line in text.splitlines(True) if not any(p.search(line) for p in patterns)]
        return "".join(kept)

    output = type(output)(output)
    if "text" in output:
        output["text"] = lines(output["text"])
    if "text/plain" in output.get("data", {}):
        output["data"] = {"text/plain": lines(output["data"]["text/plain"])}
    return output


def joined(outputs: list) -> list:
    """Join neighbouring prints, which a slow cell sends in parts; of a progress bar the last state remains."""
    kept: list = []
    for output in outputs:
        if (
            kept
            and output["output_type"] == "stream" == kept[-1]["output_type"]
            and output["name"] == kept[-1]["name"]
        ):
            kept[-1]["text"] += output["text"]
        else:
            kept.append(output)
    for output in kept:
        if output["output_type"] == "stream":
            output["text"] = "\n".join(
                line.rpartition("\r")[2] for line in output["text"].split("\n")
            )
    return kept


def largest_gap(test: list[dict], ref: list[dict]) -> float:
    """Give the largest difference between two numbers that stand at the same place."""
    return max(gaps(test, ref), default=0.0)


def gaps(test: list[dict], ref: list[dict]) -> list[float]:
    """Give the difference of each pair of decimal numbers that stand at the same place of two lists of outputs."""
    found = []
    for new, old in zip(test, ref, strict=False):
        for mine, theirs in ((new, old), (new.get("data", {}), old.get("data", {}))):
            for key in ("text", "text/plain"):
                texts = (mine.get(key, ""), theirs.get(key, ""))
                numbers = zip(*(map(float, NUMBER.findall(text)) for text in texts), strict=False)
                found += [abs(a - b) for a, b in numbers if math.isfinite(a - b)]
    return found
