"""Questions to commit to before a cell runs, compared with what then happened."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from string import ascii_lowercase
from typing import Any

from course_utils.pictures.glyphs import clip, one_line
from course_utils.pictures.page import BLUE, GREEN, GREY, VERMILLION, element, style, tint
from course_utils.pictures.view import View

VIEW = "application/vnd.jupyter.widget-view+json"


class Prediction:
    """A question with choices; where a kernel runs, the choices can be clicked.

    Attributes
    ----------
    question : str
        What is asked.
    choices : tuple of str
        What can be picked, lettered from a.
    pick : int or None
        The choice that the reader committed to, from 0; None as long as there is none.
    """

    def __init__(self, question: str, choices: tuple[str, ...], pick: int | None = None):
        self.question, self.choices, self.pick = question, choices, pick
        letters = [f"{ascii_lowercase[i]}) {choice}" for i, choice in enumerate(choices)]
        self._text = "\n".join(
            [f"Predict: {question}", *(f"  {line}" for line in letters), *self._picked()]
        )
        self._html = element(
            "div",
            element(
                "p", element("strong", "Predict: "), element("bdi", question), style="margin:0"
            ),
            element(
                "ul",
                *(element("li", line) for line in letters),
                style=style(list_style="none", margin="4px 0", padding_left="16px"),
            ),
            *(element("p", line, style="margin:0") for line in self._picked()),
            style=_box(BLUE),
        )
        self._widget = _choices(self, letters) if _kernel_is_live() else None

    def __repr__(self) -> str:
        return self._text

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, Any]:
        shown = {"text/plain": self._text, "text/html": self._html}
        if self._widget is not None:
            shown |= {
                mime: data
                for mime, data in self._widget._repr_mimebundle_().items()
                if mime == VIEW
            }
        return shown

    def _picked(self) -> list[str]:
        return [] if self.pick is None else [f"Your pick: {ascii_lowercase[self.pick]}"]

    def outcome(self, what_happened: int | str, *, because: str = "") -> View:
        """Compare the pick with what happened.

        Parameters
        ----------
        what_happened : int or str
            The choice that turned out right: its number from 0, its letter, or its text.
        because : str
            One sentence with the figures that show it.

        Returns
        -------
        View
            The pick and what happened; where nothing was picked, what happened alone.

        Raises
        ------
        ValueError
            If it is none of the choices.

        Examples
        --------
        >>> predict("Is 2 even?", ["yes", "no"], answer="b").outcome("yes")
        What happened: a) yes
        Your pick: b) no. Not what happened: find out what misled you before you go on.
        """
        right = find_choice(what_happened, self.choices)
        lines = [
            f"What happened: {self._letter(right)}" + (f". {one_line(because)}" if because else "")
        ]
        if self.pick is not None:
            verdict = (
                "As predicted."
                if self.pick == right
                else "Not what happened: find out what misled you before you go on."
            )
            lines.append(f"Your pick: {self._letter(self.pick)}. {verdict}")
        colour = GREY if self.pick is None else GREEN if self.pick == right else VERMILLION
        return View(
            html=element(
                "div", *(element("p", line, style="margin:0") for line in lines), style=_box(colour)
            ),
            text="\n".join(lines),
        )

    def _letter(self, index: int) -> str:
        return f"{ascii_lowercase[index]}) {self.choices[index]}"


def predict(
    question: str, choices: Sequence[str], *, answer: int | str | None = None
) -> Prediction:
    """Ask a question that the reader commits to before running on.

    Nothing waits: the notebook runs on whether or not there is a pick. Without a kernel the question and its
    choices stay readable.

    Parameters
    ----------
    question : str
        What will happen?
    choices : sequence of str
        Two to twenty-six choices, all different.
    answer : int or str
        Your pick, for whoever types it instead of clicking: number from 0, letter, or text of a choice.

    Returns
    -------
    Prediction
        Keep it in a variable to call ``outcome`` later.

    Raises
    ------
    TypeError, ValueError
        If the question or a choice is no text, there are too few or equal choices, or ``answer`` is none of them.

    Examples
    --------
    >>> predict("Ten pads, no mask:", ["nothing changes", "the label flips"])
    Predict: Ten pads, no mask:
      a) nothing changes
      b) the label flips
    """
    if isinstance(choices, str) or not isinstance(choices, Sequence):
        raise TypeError(f"expected choices as a list of texts, got {type(choices).__name__}")
    for given in (question, *choices):
        if not isinstance(given, str):
            raise TypeError(
                f"expected the question and its choices as text, got {type(given).__name__}"
            )
    if not 2 <= len(choices) <= len(ascii_lowercase) or len(set(choices)) != len(choices):
        raise ValueError(
            f"expected two to 26 different choices, got {len(choices)}: {list(choices)!r}"
        )
    pick = None if answer is None else find_choice(answer, choices)
    return Prediction(
        clip(one_line(question), 1_000),
        tuple(clip(one_line(choice), 300) for choice in choices),
        pick,
    )


def find_choice(given: int | str, choices: Sequence[str]) -> int:
    """Return the number of a choice given by number, text or letter; anything else raises ``ValueError``."""
    if isinstance(given, str) and given in choices:
        return choices.index(given)
    letters = ascii_lowercase[: len(choices)]
    if isinstance(given, str) and len(given) == 1 and given.lower() in letters:
        return letters.index(given.lower())
    if isinstance(given, int) and not isinstance(given, bool) and 0 <= given < len(choices):
        return given
    raise ValueError(
        f"expected one of the choices {list(choices)!r}, its letter or its number from 0, got {given!r}"
    )


def _kernel_is_live() -> bool:
    """Tell whether a Jupyter kernel runs this code, so that a widget has someone to talk to."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return getattr(shell, "kernel", None) is not None


def _choices(prediction: Prediction, letters: list[str]) -> Any:
    """Build the clickable twin: radio buttons that write the pick into the prediction."""
    import ipywidgets

    title = ipywidgets.Label(f"Predict: {prediction.question}")
    buttons = ipywidgets.RadioButtons(
        options=letters, index=prediction.pick, layout={"width": "max-content"}
    )
    answer = ipywidgets.Label(" ".join(prediction._picked()) or "Pick one, then run on.")

    def keep(change: dict) -> None:
        prediction.pick = change["new"]
        answer.value = f"{prediction._picked()[0]}. Now run on and see."

    buttons.observe(keep, names="index")
    return ipywidgets.VBox([title, buttons, answer])


def _box(colour: str) -> str:
    return style(
        border_left=f"4px solid {colour}",
        background=tint(colour, 0.15),
        padding="6px 10px",
        margin="4px 0",
    )
