"""What must hold of every picture, and the strings that must stay text wherever they are put."""

import os
from html.parser import HTMLParser
from pathlib import Path

from course_utils._view import LIMIT, View

GOLDEN = Path(__file__).parent / "golden"
HOSTILE = [
    "<script>alert(1)</script>", '" onmouseover="alert(1)', "</title></svg><img src=x onerror=alert(1)>", "&lt;b&gt;",
    "\u0120the \u2581low ##er", "\u05e9\u05dc\u05d5\u05dd", "\u0645\u0631\u062d\u0628\u0627 \u202eab\u202c",
    "\U0001f469\u200d\U0001f469\u200d\U0001f467 \U0001f917", "zero\u200bwidth\u200djoiner", "{label} {0} %s",
    "$x^2$ \\frac", "", "line\nbreak\ttab", "a" * 300,
]
TAGS = set("p div span figure figcaption table caption thead tbody tr th td bdi small strong mark ol li details summary"
           " svg g path rect text title desc br".split())
VOID = {"br"}


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.words, self.problems, self.svgs = [], [], [], []

    def handle_starttag(self, tag, attributes):
        if tag not in TAGS:
            self.problems.append(f"tag {tag}")
        for name, value in attributes:
            if name.startswith("on") or name in ("src", "href", "id"):
                self.problems.append(f"attribute {name}={value}")
            if value and ("http" in value or "url(" in value):
                self.problems.append(f"reference {value}")
        if tag == "svg":
            self.svgs.append((dict(attributes), set()))
        if self.open and self.open[-1] == "svg":
            self.svgs[-1][1].add(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.problems.append(f"</{tag}> closes nothing")

    def handle_data(self, data):
        self.words.append(data)


def words_of(html: str) -> str:
    """Give what remains of the markup when every tag and style is taken away."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return "".join(reader.words)


def check(view: View) -> View:
    """Assert that a picture is whole, small, safe and accessible."""
    assert isinstance(view, View)
    reader = _Reader()
    reader.feed(view.html)
    reader.close()
    assert not reader.problems and not reader.open, (reader.problems, reader.open)
    assert len(view.html.encode()) <= LIMIT
    assert view.text and repr(view) == view.text
    assert set(view._repr_mimebundle_()) >= {"text/html", "text/plain"}
    for attributes, children in reader.svgs:
        assert attributes.get("role") == "img" and {"title", "desc"} <= children
    return view


def check_golden(view: View, name: str) -> None:
    """Compare both faces with what is stored; ``COURSE_WRITE_GOLDEN=1`` stores them first, to be read and committed."""
    check(view)
    for ending, face in (("html", view.html), ("txt", view.text)):
        path = GOLDEN / f"{name}.{ending}"
        if os.environ.get("COURSE_WRITE_GOLDEN"):
            path.write_text(face + "\n", encoding="utf-8")
        assert face + "\n" == path.read_text(encoding="utf-8"), f"{path.name} differs"
