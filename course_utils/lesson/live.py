"""What a result shows where a kernel runs: the same words, with buttons under them."""

from __future__ import annotations

import sys
from typing import Any

VIEW = "application/vnd.jupyter.widget-view+json"


def live_shell() -> Any:
    """Give the IPython shell of the Jupyter kernel that runs this code, or None where there is none."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return shell if getattr(shell, "kernel", None) is not None else None


def kernel_is_live() -> bool:
    """Tell whether a Jupyter kernel runs this code, so that a widget has someone to talk to."""
    return live_shell() is not None


def with_widget(shown: dict[str, Any], widget: Any) -> dict[str, Any]:
    """Add a widget's view to what is shown without it; None adds nothing."""
    if widget is None:
        return shown
    return shown | {m: data for m, data in widget._repr_mimebundle_().items() if m == VIEW}


def show(view: Any) -> None:
    """Show something beside the value of a cell, where a notebook or a terminal of IPython runs."""
    ipython = sys.modules.get("IPython")
    if ipython and ipython.get_ipython():
        from IPython.display import display

        display(view)
