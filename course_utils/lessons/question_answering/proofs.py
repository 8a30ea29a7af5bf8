"""The proofs of lesson 08: the learner's functions against the tokenizer and against the removed pipeline's record."""

from __future__ import annotations

from course_utils.data.corpora import read_rows, recorded_answers
from course_utils.lesson.check import NotYet
from course_utils.lesson.prove import Proven, proof
from course_utils.lesson.shown import expected_and_got
from course_utils.lessons.question_answering.by_hand import (
    LENGTH,
    STRIDE,
    places_in,
    reader,
    room_for,
    texts,
)
from course_utils.windows import encode_windows

FIELDS = ("answer", "start", "end")
NO_ANSWER = {"answer": "", "start": 0, "end": 0}


@proof("08-windows", not_proven="That an answer is found where two windows share it.")
def prove_windows(attempt, steps) -> Proven:
    """Compare with the places at which the tokenizer cuts the passage of each question."""
    questions, agree, first = read_rows("questions"), 0, None
    for question in steps(questions, total=len(questions)):
        asked, passage = question["question"], texts()[question["passage"]]
        theirs = cut_by_the_tokenizer(asked, passage)
        mine = [tuple(pair) for pair in attempt(theirs[-1][1], room_for(asked), STRIDE)]
        agree += mine == theirs
        if first is None and mine != theirs:
            first = expected_and_got(f"Windows for {asked!r}", theirs, mine)
    return Proven(
        agree=agree,
        total=len(questions),
        unit="lists of windows, yours and the tokenizer's,",
        first_difference=first,
    )


def cut_by_the_tokenizer(question: str, passage: str) -> list[tuple[int, int]]:
    """Give the windows of the tokenizer in tokens of the passage, half-open."""
    number = {place: i for i, place in enumerate(places_in(passage))}
    encoded = encode_windows(reader(), question, passage, max_length=LENGTH, stride=STRIDE)
    bounds = []
    for w, places in enumerate(encoded["offset_mapping"]):
        parts = encoded.sequence_ids(w)
        inside = [number[tuple(p)] for p, part in zip(places, parts, strict=True) if part == 1]
        bounds.append((inside[0], inside[-1] + 1))
    return bounds


@proof("08-answer", not_proven="That the answers are right. Section 4 counts that.")
def prove_answer(attempt, steps) -> Proven:
    """Ask all 248 questions; text and place must be those of the record, and the scores nearly so."""
    return _against_the_record("forced", attempt, None, steps)


@proof(
    "08-no-answer",
    not_proven="That this rule is a good one: look at how many of the refusals are right.",
)
def prove_no_answer(attempt, null_score, steps) -> Proven:
    """Refuse where the null score is above the best answer's score, as the removed pipeline did on request."""
    return _against_the_record("allowed", attempt, null_score, steps)


def _against_the_record(mode: str, attempt, null_score, steps) -> Proven:
    questions, record = read_rows("questions"), recorded_answers()
    results, agree, largest, first = [], 0, 0.0, None
    for question, wanted in steps(zip(questions, record, strict=True), total=len(questions)):
        asked, passage = question["question"], texts()[question["passage"]]
        got = _read(attempt(asked, passage))
        if null_score is not None:
            null = float(null_score(asked, passage))
            got = got if got["score"] > null else {**NO_ANSWER, "score": null}
        same = all(got[name] == wanted[mode][name] for name in FIELDS)
        agree += same
        largest = max(largest, abs(got["score"] - wanted[mode]["score"])) if same else largest
        if first is None and not same:
            first = expected_and_got(f"The record and your answer to {asked!r}", wanted[mode], got)
        results.append(got)
    return Proven(
        agree=agree,
        total=len(questions),
        unit="answers (text, start and end)",
        largest=largest,
        first_difference=first,
        results=results,
    )


def _read(got) -> dict:
    if not isinstance(got, dict) or not {*FIELDS, "score"} <= set(got):
        raise NotYet(
            f"expected a dictionary with answer, start, end and score, got {type(got).__name__}"
        )
    return {**{name: got[name] for name in FIELDS}, "score": float(got["score"])}
