"""The views, explorers and proofs of lesson 08: both faces carry the same figures, and what they count is right."""

import json

import pytest
import torch
from pictures import HOSTILE, check, check_faces, held, parse, words_of

from course_utils import prove
from course_utils.data.corpora import read_rows, recorded_answers
from course_utils.lessons.question_answering import (
    added_scores,
    counted,
    explore_threshold,
    explore_windows,
    judge,
    new_words,
    recorded_replies,
    show_candidates,
    show_halves,
    show_judged,
    show_replies,
    show_span_table,
    show_window,
    two_halves,
)
from course_utils.lessons.question_answering.by_hand import (
    places_in,
    room_for,
    share_right,
    span_scores,
    texts,
    window_bounds,
)
from course_utils.lessons.question_answering.judging import STEPS, best_threshold, price
from course_utils.lessons.question_answering.replies import RECORD, contains, twenty

QUESTIONS, ANSWERS = read_rows("questions"), recorded_answers()
FORCED = [row["forced"] for row in ANSWERS]
BY_TEXT = {
    (q["question"], texts()[q["passage"]]): a for q, a in zip(QUESTIONS, ANSWERS, strict=True)
}


def recorded(question, passage, *_):
    return BY_TEXT[question, passage]["forced"]


@pytest.fixture(scope="module")
def results():
    return judge(QUESTIONS, FORCED)


# Spans


def test_every_span_of_three_tokens():
    view = show_span_table([0.5, 0.0, 0.5], [0.5, 0.0, 0.5], ["1412", "or", "1871"])
    words = check_faces(view)
    rows = view.text.splitlines()[2:]
    assert rows[0].split()[-3:] == ["0.25", "0.00", "0.25"]
    assert rows[2].count("impossible") == 2 and words.count("impossible") == 3


@pytest.mark.parametrize(
    ("first", "last", "tokens"),
    [([1.0], [1.0, 0.0], ["a"]), ([], [], []), ([0.1] * 13, [0.1] * 13, list("abcdefghijklm"))],
)
def test_a_table_of_spans_is_small_and_square(first, last, tokens):
    with pytest.raises(ValueError, match="expected one length from 1 to 12"):
        show_span_table(first, last, tokens)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_what_is_shown_of_spans_is_escaped(hostile):
    check(show_span_table([1.0], [1.0], [hostile]))
    found = [{"score": 0.5, "start": 0, "end": 3, "answer": hostile}]
    assert held(hostile[:20]).split("\n")[0][:3] in words_of(check(show_candidates(found)).html)
    line = torch.zeros(1)
    window = {"start": line, "end": line, "allowed": line == 0, "places": [(0, len(hostile))]}
    check(show_window(window, [hostile], hostile, [0]))


def test_added_scores_are_sums_where_a_span_is_possible():
    start, end, allowed = torch.zeros(3), torch.zeros(3), torch.tensor([False, True, True])
    product, added = (f(start, end, allowed, 1) for f in (span_scores, added_scores))
    assert torch.equal(product, torch.diag(torch.tensor([0.0, 0.25, 0.25])))
    assert torch.equal(added, torch.diag(torch.tensor([0.0, 1.0, 1.0])))


def test_a_window_shows_place_and_text():
    window = {
        "start": torch.tensor([1.0, 2.0]),
        "end": torch.tensor([3.0, 4.5]),
        "allowed": torch.tensor([False, True]),
        "places": [(0, 0), (4, 8)],
    }
    view = show_window(window, ["[CLS]", "1871"], "ago 1871", [0, 1])
    check_faces(view)
    assert view.text.splitlines()[2].split() == ["0", "[CLS]", "1.00", "3.00", "no", "none"]
    assert view.text.splitlines()[3].split() == ["1", "1871", "2.00", "4.50", "yes", "4–8", "1871"]


# Windows


def test_the_count_of_tokens_is_the_tokenizers():
    passage = texts()["unicode"]
    assert len(places_in(passage)) == 831
    assert room_for("When did the first version of Unicode appear?") == 372
    assert places_in("Elderbrook fell.")[:2] == ((0, 5), (5, 10))


def test_windows_are_proven_on_every_question():
    proof = prove("08-windows", window_bounds)
    assert (proof.status, proof.agree, proof.total) == ("passed", 248, 248)
    one_too_many = prove(
        "08-windows", lambda n, room, stride: [*window_bounds(n, room, stride), (n - 1, n)]
    )
    assert one_too_many.status == "not yet" and one_too_many.agree == 0


class Reader:
    """A learner's functions, without a model: a window per 40 characters, whose answer is its first word."""

    def __init__(self):
        self.asked = []

    def read_windows(self, question, passage, max_length, stride):
        self.asked.append((question, passage, max_length, stride))
        return [
            {"places": [(0, 0), (a, min(a + 40, len(passage)))]} for a in range(0, len(passage), 40)
        ]

    def candidates(self, window, passage):
        a, _ = window["places"][1]
        return [{"score": 0.25, "start": a, "end": a + 3, "answer": passage[a : a + 3]}]

    def answer(self, question, passage, max_length, stride):
        return {"score": 1.5, "start": 0, "end": 3, "answer": passage[:3]}


PASSAGE = "Ada met Charles in London. " + "Nobody came. " * 6


def explorer(passage=PASSAGE, **first):
    reader = Reader()
    parts = reader.answer, reader.read_windows, reader.candidates
    return reader, explore_windows(*parts, "Who?", passage, **first)


def test_the_explorer_runs_the_learners_functions():
    reader, shown = explorer(stride=0, word="LONDON")
    assert reader.asked == [("Who?", PASSAGE, 384, 0)]
    check_faces(shown.view)
    assert "Answer: Ada, score 1.50; characters 0 to 105 of" in shown.view.text
    assert "3 windows of at most 384 tokens" in shown.view.text
    assert shown.view.text.count("yes: LONDON") == 1
    shown.controls["stride"].value = 64
    assert reader.asked[-1][2:] == (384, 64)


def test_the_explorer_refuses_what_no_window_can_hold():
    _, shown = explorer()
    shown.controls["max_length"].value = 64
    assert "leaves" in shown.view.text and "cannot share 128" in shown.view.text
    shown.controls["max_length"].value = 384
    shown.controls["passage"].value = "  "
    assert "expected a question and a passage" in shown.view.text


@pytest.mark.parametrize("hostile", HOSTILE)
def test_what_is_typed_stays_text(hostile):
    _, shown = explorer()
    for name in ("question", "passage", "word"):
        shown.controls[name].value = hostile
    parse(shown.view.html)


# The record


def test_the_record_proves_itself():
    proof = prove("08-answer", recorded)
    assert (proof.status, proof.agree, proof.total, proof.largest) == ("passed", 248, 248, 0)
    assert proof.results[0]["answer"] == FORCED[0]["answer"]


@pytest.mark.parametrize(
    ("attempt", "words"),
    [
        (lambda question, passage: recorded(question, passage) | {"start": -1}, "0 of 248"),
        (lambda question, passage: "1871", "expected a dictionary"),
        (lambda question, passage: {"answer": "1871"}, "expected a dictionary"),
        (lambda question, passage: 1 / 0, "ZeroDivisionError"),
    ],
)
def test_another_answer_is_not_proven(attempt, words):
    proof = prove("08-answer", attempt)
    assert proof.status == "not yet" and words in proof.text


def test_the_rule_of_the_null_score():
    def null_score(question, passage):
        allowed = BY_TEXT[question, passage]["allowed"]
        return allowed["score"] if allowed["answer"] == "" else 0.0

    proof = prove("08-no-answer", recorded, null_score)
    assert (proof.status, proof.agree) == ("passed", 248)
    assert sum(one["answer"] == "" for one in proof.results) == 14
    assert prove("08-no-answer", recorded, lambda *_: 0.0).agree == 248 - 14


# Right and wrong


def test_each_question_is_judged(results):
    assert len(results) == 248
    kinds = [one["kind"] for one in results]
    assert [kinds.count(k) for k in ("short text", "long text", "no answer in the text")] == [
        123,
        63,
        62,
    ]
    assert not any(one["right"] for one in results if not one["has_answer"])
    first = results[0]
    assert (first["answer"], first["right"]) == ("bends", False)


def test_counts_by_kind_are_those_of_the_results(results):
    words = check_faces(show_judged(results))
    right = sum(one["right"] for one in results)
    assert f"all 248 {right}" in words


def test_no_text_is_on_both_sides(results):
    one, other = two_halves(results)
    assert len(one) == len(other) == 124
    assert not {row["passage"] for row in one} & {row["passage"] for row in other}


def test_four_counts_make_up_all_questions(results):
    for threshold in STEPS:
        count = counted(threshold, results)
        assert sum(count.values()) == 248
        handled = count["right answers shown"] + count["refused, no answer in the text"]
        assert handled / 248 == pytest.approx(share_right(threshold, results))
        assert price(threshold, results, 1) == 248 - handled


def test_halves_choose_and_test(results):
    view = show_halves(share_right, results, draws=5)
    check_faces(view)
    one, other = two_halves(results)
    best = best_threshold(share_right, one)
    shown = f"{100 * share_right(0, other):.1f} → {100 * share_right(best, other):.1f}"
    assert shown in view.text and "5 random halves" in view.text
    assert view == show_halves(share_right, results, draws=5)


def test_the_curve_is_the_learners(results):
    asked = []

    def mine(threshold, rows):
        asked.append(threshold)
        return 0.125

    shown = explore_threshold(mine, results)
    assert set(STEPS) <= set(asked) and "12.5 per cent handled right" in shown.view.text
    check(shown.view)


def test_a_dear_mistake_moves_the_threshold(results):
    shown = explore_threshold(share_right, results)
    check(shown.view)
    shown.controls["cost"].value = 5
    prices = {step: price(step, results, 5) for step in STEPS}
    cheapest = min(prices, key=prices.get)
    assert (
        f"Cheapest of the thresholds tried: {cheapest:.2f}, {prices[cheapest]}" in shown.view.text
    )
    shown.controls["threshold"].value = 95
    check(shown.view)


# Replies


def test_the_record_holds_the_twenty_questions():
    rows = recorded_replies()
    assert [row["question"] for row in rows] == [row["question"] for row in twenty()]
    assert sum(bool(row["wanted"]) for row in rows) == 15


def test_a_record_of_other_texts_is_refused(tmp_path):
    content = json.loads(RECORD.read_text(encoding="utf-8"))
    content["sha256"]["data/passages.jsonl"] = "0" * 64
    other = tmp_path / RECORD.name
    other.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(ValueError, match=r"another data/passages\.jsonl: run recipes/make_qa_repl"):
        recorded_replies(other)


def test_new_words_stand_neither_in_the_text_nor_in_the_question():
    assert new_words("John fell, John!", "Who fell?", "it happened") == ["john"]
    assert new_words("It happened.", "Who?", "IT happened") == []


def test_an_answer_is_contained_as_whole_words():
    assert contains("It is the Volga.", ["Volga"]) and contains("a  red barn", ["the red barn"])
    assert not contains("ninety", ["nine"])


def test_replies_are_counted_beside_the_answers():
    def row(question, wanted, reply, told):
        return {
            "question": question,
            "passage": "Ada came.",
            "wanted": wanted,
            "reply": reply,
            "reply_may_refuse": told,
        }

    rows = [
        row("Who?", ["Ada"], "Ada came.", "The text does not say."),
        row("When?", [], "Not in summer.", "Not in the text."),
        row("Where?", [], "In Rome.", "In Rome."),
    ]
    view = show_replies(lambda *_: {"answer": "Ada"}, lambda *_: {"answer": ""}, rows)
    check_faces(view)
    counts = [line.split()[-4:] for line in view.text.splitlines()[2:6]]
    assert counts == [list("1000"), list("0120"), list("1002"), list("0113")]
    assert "[In] [Rome]." in view.text and "(refused)" in view.text


@pytest.mark.parametrize("hostile", HOSTILE)
def test_replies_are_escaped(hostile):
    row = {"question": hostile, "passage": "a", "wanted": [hostile or "a"]}
    row |= {"reply": hostile, "reply_may_refuse": hostile}
    check(show_replies(lambda *_: {"answer": hostile}, lambda *_: {"answer": hostile}, [row]))
