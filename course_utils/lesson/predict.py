"""Questions to commit to before a cell runs, compared with what then happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import index
from string import ascii_lowercase
from typing import Any

from course_utils.lesson.exercises import record
from course_utils.lesson.kernel import box, kernel_is_live, with_widget
from course_utils.pictures.glyphs import clip, one_line
from course_utils.pictures.page import BLUE, GREEN, GREY, VERMILLION, Html, element, style
from course_utils.pictures.view import View

_picks: dict[
    tuple[str, ...], int
] = {}  # what was clicked in this kernel, so that running a cell again keeps it
LIST = style(list_style="none", margin="4px 0", padding_left="16px")
LINE = "margin:0"


class Prediction:
    """A question with choices; where a kernel runs, the choices can be clicked, or picked with the arrow keys.

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
        live = kernel_is_live()
        self.pick = _picks.get((question, *choices)) if pick is None and live else pick
        letters = [self._letter(i) for i in range(len(choices))]
        self._text = "\n".join(
            [f"Predict: {question}", *(f"  {line}" for line in letters), *self._picked()]
        )
        self._html = element(
            "div",
            element("p", element("strong", "Predict: "), element("bdi", question), style=LINE),
            element("ul", *(element("li", line) for line in letters), style=LIST),
            *(element("p", line, style=LINE) for line in self._picked()),
            style=box(BLUE),
        )
        self._widget = _choices(self, letters) if live else None

    def __repr__(self) -> str:
        return self._text

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, Any]:
        return with_widget({"text/plain": self._text, "text/html": self._html}, self._widget)

    def _picked(self) -> list[str]:
        return [] if self.pick is None else [f"Your pick: {ascii_lowercase[self.pick]}"]

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
            In its place: the first choice whose condition is true is the right one.
        because : str, or mapping of choice to str
            One sentence with the figures that show it, or one for each choice: what it assumes.

        Returns
        -------
        View
            The pick, what happened, and the sentence of each; where nothing was picked, the sentences stand in a
            closed part of the page.

        Raises
        ------
        ValueError
            If it is none of the choices, no case is true, or neither or both of the first two are given.

        Examples
        --------
        >>> asked = predict("Is 2 even?", ["yes", "no"], answer="b")
        >>> asked.outcome(cases={"a": 2 % 2 == 0, "b": 2 % 2 == 1}, because={"b": "That takes even for odd."})
        Your pick: b) no. Not what happened.
        Why not b: That takes even for odd.
        What happened: a) yes
        """
        if (what_happened is None) == (cases is None):
            raise ValueError("expected what happened, or cases={choice: condition}, one of the two")
        if cases is not None:
            what_happened = self._first_true(cases)
        right = self._find(what_happened)
        if self.pick is not None:
            record(
                kind="predict",
                name=self.question,
                pick=self._letter(self.pick),
                right=self._letter(right),
            )
        return self._compare(right, because)

    def _first_true(self, cases: Mapping[int | str, Any]) -> int | str:
        for given in cases:
            self._find(given)
        for given, condition in cases.items():
            if bool(condition):
                return given
        named = ", ".join(ascii_lowercase[self._find(given)] for given in cases)
        raise ValueError(f"expected one case to be true, and none is: {named}")

    def _find(self, given: Any) -> int:
        if isinstance(given, str) and given not in self.choices:
            given = clip(one_line(given), 300)
        return find_choice(given, self.choices)

    def _compare(self, right: int, because: str | Mapping[int | str, str]) -> View:
        happened = f"What happened: {self._letter(right)}"
        if isinstance(because, str):
            why: dict[int, str] = {}
            happened += f". {one_line(because)}" if because else ""
        else:
            why = {self._find(given): one_line(reason) for given, reason in because.items()}
        lines = []
        if self.pick is not None:
            as_predicted = self.pick == right
            verdict = "As predicted." if as_predicted else "Not what happened."
            lines.append(f"Your pick: {self._letter(self.pick)}. {verdict}")
            if not as_predicted and self.pick in why:
                lines.append(_reason(self.pick, right, why.pop(self.pick)))
        lines.append(happened)
        if self.pick is not None and right in why:
            lines.append(_reason(right, right, why.pop(right)))
        rest = [_reason(i, right, why[i]) for i in sorted(why)]
        colour = GREY if self.pick is None else GREEN if self.pick == right else VERMILLION
        html = [element("p", line, style=LINE) for line in lines] + _closed(rest, self.pick)
        return View(
            html=element("div", *html, role="status", style=box(colour)),
            text="\n".join([*lines, *rest]),
        )

    def _letter(self, number: int) -> str:
        return f"{ascii_lowercase[number]}) {self.choices[number]}"


def _reason(number: int, right: int, reason: str) -> str:
    return f"Why{'' if number == right else ' not'} {ascii_lowercase[number]}: {reason}"


def _closed(reasons: list[str], pick: int | None) -> list[Html]:
    """Put sentences about choices that were not picked into a closed part of the page."""
    if not reasons:
        return []
    title = "About each choice" if pick is None else "About the other choices"
    items = element("ul", *(element("li", reason) for reason in reasons), style=LIST)
    return [element("details", element("summary", title), items)]


def predict(
    question: str, choices: Sequence[str], *, answer: int | str | None = None
) -> Prediction:
    """Ask a question that the reader commits to before running on.

    Nothing waits: the notebook runs on whether or not there is a pick. Without a kernel the question and its
    choices stay readable. A pick is kept when the cell runs again in the same kernel.

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
    if not isinstance(given, str | bool):
        try:
            if 0 <= (number := index(given)) < len(choices):
                return number
        except TypeError:
            pass
    raise ValueError(
        f"expected one of the choices {list(choices)!r}, its letter or its number from 0, got {given!r}"
    )


def _choices(prediction: Prediction, letters: list[str]) -> Any:
    """Build the clickable twin: radio buttons that write the pick into the prediction."""
    import ipywidgets

    title = ipywidgets.HTML(
        element("p", element("strong", "Predict: "), element("bdi", prediction.question))
    )
    buttons = ipywidgets.RadioButtons(
        options=letters, index=prediction.pick, layout={"width": "max-content"}
    )
    answer = ipywidgets.HTML(
        element("p", " ".join(prediction._picked()) or "Pick one, then run on.", role="status")
    )

    def keep(change: dict) -> None:
        prediction.pick = _picks[prediction.question, *prediction.choices] = change["new"]
        answer.value = element(
            "p", f"{prediction._picked()[0]}. Now run on and see.", role="status"
        )

    buttons.observe(keep, names="index")
    return ipywidgets.VBox([title, buttons, answer])
