"""Questions to commit to before a cell runs, compared with what then happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from operator import index
from string import ascii_lowercase
from typing import Any

from course_utils.lesson.live import kernel_is_live, with_widget
from course_utils.lesson.progress import record
from course_utils.pictures.glyphs import clip, one_line
from course_utils.pictures.page import BLUE, GREEN, GREY, VERMILLION, element, notice, style
from course_utils.pictures.view import View

_picks: dict[tuple[str, tuple[str, ...]], int] = {}  # a cell that is run again keeps its pick


class Prediction:
    """A question with choices; where a kernel runs, the choices can be clicked or reached by Tab and the arrow keys.

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
        self.question, self.choices = question, choices
        self._widget: Any = None
        if pick is not None:
            _picks[question, choices] = pick

    @property
    def pick(self) -> int | None:
        return _picks.get((self.question, self.choices))

    def __repr__(self) -> str:
        lines = [f"  {self._letter(i)}" for i in range(len(self.choices))]
        return "\n".join([f"Predict: {self.question}", *lines, *self._picked()])

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, Any]:
        letters = [self._letter(i) for i in range(len(self.choices))]
        rows = style(list_style="none", margin="4px 0", padding_left="16px")
        title = element("strong", "Predict: ")
        html = element(
            "div",
            element("p", title, element("bdi", self.question), style="margin:0"),
            element("ul", *(element("li", line) for line in letters), style=rows),
            *(element("p", line, style="margin:0") for line in self._picked()),
            style=notice(BLUE),
        )
        shown = {"text/plain": repr(self), "text/html": html}
        if self._widget is None and kernel_is_live():
            self._widget = _buttons(self, letters)
        return with_widget(shown, self._widget)

    def _picked(self) -> list[str]:
        return [] if self.pick is None else [f"Your pick: {ascii_lowercase[self.pick]}"]

    def _letter(self, number: int) -> str:
        return f"{ascii_lowercase[number]}) {self.choices[number]}"

    def outcome(
        self,
        what_happened: int | str | None = None,
        *,
        cases: Mapping[int | str, Any] | None = None,
        because: str | Mapping[int | str, str] = "",
    ) -> View:
        """Compare the pick with what happened.

        Parameters
        ----------
        what_happened : int or str
            The choice that turned out right: its number from 0, its letter, or its text.
        cases : mapping of choice to condition
            Instead of it: the first choice whose condition is true happened.
        because : str or mapping of choice to str
            One sentence on what happened; or one for each choice: what shows that it is right, or what whoever
            picks it had assumed.

        Returns
        -------
        View
            What happened, the pick and why; where nothing was picked, what the other choices had assumed stands
            behind a closed heading.

        Raises
        ------
        TypeError, ValueError
            If neither or both ways are used, no condition is true, or it is none of the choices.

        Examples
        --------
        >>> guess = predict("Is 2 even?", ["yes", "no"], answer="b")
        >>> guess.outcome(cases={"a": 2 % 2 == 0, "b": 2 % 2 == 1})
        What happened: a) yes
        Your pick: b) no. Not what happened: find out what misled you before you go on.
        """
        right = self._find(self._true_case(what_happened, cases))
        why = {right: because} if isinstance(because, str) else self._reasons(because)
        if self.pick is not None:
            event = {"kind": "predict", "name": self.question, "choices": list(self.choices)}
            record({**event, "pick": self.pick, "right": right})
        return _outcome_view(self, right, why)

    def _true_case(self, what_happened: int | str | None, cases: Mapping | None) -> int | str:
        if (what_happened is None) == (cases is None):
            raise TypeError("expected either the choice that happened or cases={choice: condition}")
        if cases is None:
            return what_happened
        true = [choice for choice, condition in cases.items() if condition]
        for choice in cases:
            self._find(choice)
        if not true:
            raise ValueError(f"expected one of the cases {list(cases)!r} to be true, got none")
        return true[0]

    def _find(self, given: int | str) -> int:
        """Find a choice; a text is written on one line first, as the choices are."""
        if isinstance(given, str) and given not in self.choices:
            given = written(given)
        return find_choice(given, self.choices)

    def _reasons(self, because: Mapping[int | str, str]) -> dict[int, str]:
        return {self._find(choice): text for choice, text in because.items()}


def written(choice: str) -> str:
    """Write a choice on one line of at most 300 characters."""
    return clip(one_line(choice), 300)


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
    pick = None if answer is None else find_choice(answer, list(choices))
    return Prediction(
        clip(one_line(question), 1_000),
        tuple(map(written, choices)),
        pick,
    )


def find_choice(given: int | str, choices: Sequence[str]) -> int:
    """Return the number of a choice given by number, text or letter; anything else raises ``ValueError``."""
    if isinstance(given, str) and given in choices:
        return choices.index(given)
    letters = ascii_lowercase[: len(choices)]
    if isinstance(given, str) and len(given) == 1 and given.lower() in letters:
        return letters.index(given.lower())
    if not isinstance(given, str | bool):
        with suppress(TypeError):  # no whole number
            if 0 <= index(given) < len(choices):
                return index(given)
    raise ValueError(
        f"expected one of the choices {list(choices)!r}, its letter or its number from 0, got {given!r}"
    )


def _outcome_view(prediction: Prediction, right: int, why: dict[int, str]) -> View:
    """Write what happened, the pick and its verdict; the other choices' explanations can be opened."""
    why = {number: one_line(text) for number, text in sorted(why.items()) if text}
    pick = prediction.pick
    lines = [
        f"What happened: {prediction._letter(right)}" + (f". {why[right]}" if right in why else "")
    ]
    if pick is not None:
        verdict = (
            "As predicted."
            if pick == right
            else (
                f"Not what happened. {why[pick]}"
                if pick in why
                else "Not what happened: find out what misled you before you go on."
            )
        )
        lines.append(f"Your pick: {prediction._letter(pick)}. {verdict}")
    others = [
        f"{prediction._letter(i)}: {text}" for i, text in why.items() if i not in (right, pick)
    ]
    colour = GREY if pick is None else GREEN if pick == right else VERMILLION
    parts = [element("p", line, style="margin:0") for line in lines]
    if others:
        summary = element("summary", "What the other choices assume")
        parts.append(
            element("details", summary, element("ul", *(element("li", o) for o in others)))
        )
    return View(
        html=element("div", *parts, style=notice(colour)),
        text="\n".join([*lines, *(f"  {o}" for o in others)]),
    )


def _buttons(prediction: Prediction, letters: list[str]) -> Any:
    """Build the clickable twin: radio buttons that write the pick into the prediction."""
    import ipywidgets

    question = element("p", element("strong", "Predict: "), prediction.question, style="margin:0")
    title = ipywidgets.HTML(question)
    layout = {"width": "100%"}
    buttons = ipywidgets.RadioButtons(options=letters, index=prediction.pick, layout=layout)
    answer = ipywidgets.Label(" ".join(prediction._picked()) or "Pick one, then run on.")

    def keep(change: dict) -> None:
        _picks[prediction.question, prediction.choices] = change["new"]
        answer.value = f"{prediction._picked()[0]}. Now run on and see."

    buttons.observe(keep, names="index")
    return ipywidgets.VBox([title, buttons, answer])
