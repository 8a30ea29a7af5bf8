"""Whether somebody can click, and the box in which the engine speaks."""

from __future__ import annotations

import sys
from typing import Any

from course_utils.pictures.page import style, tint

WIDGET = "application/vnd.jupyter.widget-view+json"


def kernel_is_live() -> bool:
    """Tell whether a Jupyter kernel runs this code, so that a widget has someone to talk to."""
    return getattr(shell(), "kernel", None) is not None


def shell() -> Any:
    """Give the IPython shell that runs this code, or None."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython else None


def with_widget(faces: dict[str, Any], widget: Any) -> dict[str, Any]:
    """Add the reference to a live widget to the static faces, which stay for whoever has no kernel."""
    live = widget._repr_mimebundle_() or {} if widget is not None else {}
    return faces | {mime: data for mime, data in live.items() if mime == WIDGET}


def box(colour: str) -> str:
    """Write the CSS of a message: a coloured edge and a tint; the words say what the colour means."""
    return style(
        border_left=f"4px solid {colour}",
        background=tint(colour, 0.15),
        padding="6px 10px",
        margin="4px 0",
    )
