"""The displayable that every ``show_*`` function returns, and the plain-text tables in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from wcwidth import wcswidth, wcwidth

from course_utils.pictures.glyphs import one_line

LIMIT = 50_000  # characters of HTML: what one output may cost a saved notebook


@dataclass(frozen=True, repr=False)
class View:
    """A picture that is finished before it is shown: the same facts as HTML and as plain text.

    Parameters
    ----------
    html : str
        Markup built by ``course_utils.pictures.page``; no script, no reference to anything outside.
    text : str
        The same figures for a terminal, a screen reader, a diff.

    Examples
    --------
    >>> View(html="<b>two</b>", text="two")
    two
    """

    html: str
    text: str

    def __repr__(self) -> str:
        return self.text

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        return {"text/html": self.html, "text/plain": self.text}


def width(text: str) -> int:
    """Count terminal columns: two for wide characters (CJK, most emoji), none for combining marks and controls."""
    columns = wcswidth(text)
    return columns if columns >= 0 else sum(max(0, wcwidth(character)) for character in text)


def plain_table(header: Sequence[object], rows: Iterable[Sequence[object]]) -> str:
    """Align rows under a header, two blanks between columns; figures stay as given, unseen characters become glyphs.

    >>> print(plain_table(["piece", "id"], [["[CLS]", 101], ["hi", 7632]]))
    piece  id
    [CLS]  101
    hi     7632
    """
    lines = [[one_line(str(value)) for value in row] for row in (header, *rows)]
    widths = [max(width(line[i]) for line in lines) for i in range(len(header))]
    return "\n".join(
        "  ".join(value + " " * (widths[i] - width(value)) for i, value in enumerate(line)).rstrip()
        for line in lines
    )


def within_limit(build: Callable[[int], View], size: int, *, taken: int = 0) -> View:
    """Build a view of ``size`` things, or of as many as fit into ``LIMIT`` bytes; ``build`` says what it left out.

    ``taken`` bytes of the limit are needed by what stands beside it.
    """
    view, room = build(size), LIMIT - taken
    while size > 1 and (bytes_now := len(view.html.encode(errors="surrogatepass"))) > room:
        size = max(1, min(size - 1, size * room // bytes_now))
        view = build(size)
    return view
