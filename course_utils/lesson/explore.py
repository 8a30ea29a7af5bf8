"""An explorer: controls above a picture that is drawn anew when one of them changes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ipywidgets

from course_utils.pictures.page import VERMILLION, Html, element, style
from course_utils.pictures.view import View

LABELS = {"description_width": "9em"}
DELAY = 0.25  # seconds without a further change before the picture is drawn again
ROW = ipywidgets.Layout(display="flex", flex_flow="row wrap", width="auto")
WIDE = ipywidgets.Layout(width="auto")


class Explorer:
    """Controls and the picture they draw; without a kernel the picture of the first setting is what remains.

    Parameters
    ----------
    draw : callable
        Gets the controls' values as keyword arguments and returns a `View`.
    controls : mapping of str to ipywidgets widget
        One per argument of ``draw``, in the order in which they are shown.

    Attributes
    ----------
    view : View
        The picture of the present setting; what a stored notebook keeps is that of the first.
    controls : dict
        The widgets by name.
    """

    def __init__(self, draw: Callable[..., View], controls: Mapping[str, ipywidgets.Widget]):
        self._draw, self.controls = draw, dict(controls)
        self.view = self.static = draw(**self._values())
        self._pending: asyncio.TimerHandle | None = None
        self._output = ipywidgets.HTML(_fitted(self.view), layout=WIDE)
        self.widget = ipywidgets.VBox(
            [ipywidgets.Box(list(self.controls.values()), layout=ROW), self._output]
        )
        for control in self.controls.values():
            control.observe(self._changed, names="value")

    def _values(self) -> dict[str, Any]:
        return {name: control.value for name, control in self.controls.items()}

    def _changed(self, _change: dict) -> None:
        """Wait until the learner pauses; where no event loop runs, draw at once."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self._redraw()
            return
        if self._pending:
            self._pending.cancel()
        self._pending = loop.call_later(DELAY, self._redraw)

    def _redraw(self) -> None:
        try:
            self.view = self._draw(**self._values())
        except (
            Exception
        ) as error:  # whatever typed input causes is told in place of the picture, in one sentence
            self.view = _told(error)
        self._output.value = _fitted(self.view)

    def __repr__(self) -> str:
        return self.static.text

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, Any]:
        bundle: dict[str, Any] = {"text/plain": self.static.text, "text/html": self.static.html}
        if _kernel_runs():
            live = self.widget._repr_mimebundle_() or {}
            bundle.update({kind: value for kind, value in live.items() if kind not in bundle})
        return bundle


def _fitted(view: View) -> str:
    """Keep a wide table from widening the whole widget: it scrolls inside itself, as it does without a kernel."""
    return element("div", Html(view.html), style=style(width="0", min_width="100%"))


def _kernel_runs() -> bool:
    from IPython import get_ipython

    return getattr(get_ipython(), "kernel", None) is not None


def _told(error: Exception) -> View:
    """Say an error in one line, as text."""
    line = (str(error).strip() or type(error).__name__).splitlines()[0]
    frame = style(border=f"2px solid {VERMILLION}", padding="4px 8px")
    return View(element("div", line, role="alert", style=frame), line)


def stacked(*views: View) -> View:
    """Set views below each other."""
    return View(
        Html(element("div", *(Html(view.html) for view in views))),
        "\n\n".join(view.text for view in views),
    )


def check_texts(texts: Sequence[str]) -> None:
    """Refuse a single string where several texts are meant."""
    if isinstance(texts, str):
        raise TypeError("texts: expected a list of strings, got one string")


def lines_of(texts: str) -> list[str]:
    """Read texts one a line, empty lines left out."""
    lines = [line for line in texts.split("\n") if line.strip()]
    if not lines:
        raise ValueError("texts: expected at least one line that is not empty")
    return lines


def text_field(text: str, name: str = "text") -> ipywidgets.Textarea:
    """Make a field for text, a few lines high."""
    if not isinstance(text, str):
        raise TypeError(f"text: expected one string, got {type(text).__name__}")
    rows = min(6, 1 + text.count("\n") + len(text) // 90)
    return ipywidgets.Textarea(
        text, description=name, rows=rows, style=LABELS, layout=ipywidgets.Layout(width="97%")
    )


def check_box(name: str, value: bool) -> ipywidgets.Checkbox:
    """Make a check box."""
    return ipywidgets.Checkbox(
        value, description=name, indent=False, layout=ipywidgets.Layout(width="auto")
    )


def choice(name: str, options: Sequence[str], value: str | None = None) -> ipywidgets.Dropdown:
    """Make a menu."""
    return ipywidgets.Dropdown(
        options=options,
        value=value or options[0],
        description=name,
        style=LABELS,
        layout=ipywidgets.Layout(width="auto"),
    )


def slider(name: str, low: int, high: int, value: int) -> ipywidgets.IntSlider:
    """Make a slider over whole numbers."""
    return ipywidgets.IntSlider(value, min=low, max=high, description=name, style=LABELS)
