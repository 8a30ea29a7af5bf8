"""Lesson 01's own pictures and explorers: what they say is what the code did, in both faces."""

import re

import pytest
from pictures import HOSTILE, check_faces, figures

from course_utils import prove
from course_utils.lesson.check import NotYet
from course_utils.lessons.pipeline import (
    explore_cutoff,
    explore_left_out,
    show_cutoff,
    show_left_out,
    show_run_order,
    show_who,
)
from course_utils.lessons.pipeline.by_hand import classify, complaints, without_each_word
from course_utils.lessons.pipeline.changes import OLDER_LINES, show_changes
from course_utils.lessons.pipeline.mistakes import read_answers
from course_utils.lessons.pipeline.tour import told


def judge(texts, top_k=None):
    """Praise is a text with 'good' in it."""
    shares = [0.9 if "good" in text else 0.2 for text in texts]
    return [
        [{"label": "NEGATIVE", "score": 1 - one}, {"label": "POSITIVE", "score": one}]
        for one in shares
    ]


def same_figures(view):
    """Both faces say the same figures, and the HTML is well-formed and holds no mark-up as words."""
    words = check_faces(view)
    assert "<span" not in words
    assert figures(view.text) <= figures(words)


def test_without_each_word_takes_one_word_at_one_place():
    assert without_each_word("so  very good") == ["very good", "so good", "so very"]
    assert without_each_word("so good, so") == ["good, so", "so so", "so good,"]
    assert without_each_word("") == []


def test_left_out_frames_the_answers_that_change():
    view = show_left_out(judge, "so good", without_each_word)
    assert [line.split()[-1] for line in view.text.splitlines()[2:]] == [
        "POSITIVE",
        "POSITIVE",
        "(changed)",
    ]
    assert view.html.count("(changed)") == 1
    same_figures(view)


def test_left_out_refuses_a_function_that_loses_a_text():
    with pytest.raises(ValueError, match="one shorter text per word, 2, got 1"):
        show_left_out(judge, "so good", lambda text: ["so"])
    with pytest.raises(ValueError, match="at least one word"):
        show_left_out(judge, "  ", without_each_word)


@pytest.mark.parametrize("text", [text for text in HOSTILE if text.split()])
def test_left_out_escapes_whatever_is_typed(text):
    same_figures(show_left_out(judge, text, without_each_word))


def test_a_word_taken_out_redraws_and_a_new_text_brings_its_own_words():
    explorer = explore_left_out(judge, "so good", without_each_word)
    explorer.controls["words"].value = ["so"]
    assert "good" not in explorer.view.text
    explorer.controls["text"].value = "really good food"
    assert explorer.controls["words"].value == ["really", "good", "food"]
    assert "really good food" in explorer.view.text


ANSWERS = [
    {"label": "NEGATIVE", "score": 0.99},
    {"label": "NEGATIVE", "score": 0.8},
    {"label": "POSITIVE", "score": 0.99},
    {"label": "NEGATIVE", "score": 0.6},
]
TRUTH = ["negative", "positive", "negative", "negative"]


def test_a_cut_off_counts_right_false_found_and_missed():
    view = show_cutoff(ANSWERS, TRUTH, label="NEGATIVE", sure=0.8)
    assert "2      1 right (50 %), 1 false alarms" in view.text
    assert "3      1 found (33 %), 2 missed" in view.text
    same_figures(view)


def test_a_cut_off_that_keeps_nothing_has_no_share():
    text = show_cutoff(ANSWERS, TRUTH, label="NEGATIVE", sure=1.0).text
    assert "0      0 right, 0 false alarms" in text
    with pytest.raises(ValueError, match="as many answers as true labels"):
        show_cutoff(ANSWERS, TRUTH[1:], label="NEGATIVE")


def test_the_slider_moves_the_list_and_a_higher_cut_off_never_lengthens_it():
    explorer = explore_cutoff(ANSWERS, TRUTH, label="NEGATIVE")
    lengths = []
    for sure in (0.5, 0.7, 0.9, 1.0):
        explorer.controls["sure"].value = sure
        lengths.append(int(re.search(r"on the list\s+(\d+)", explorer.view.text)[1]))
    assert lengths == [3, 2, 1, 0]


def test_run_order_shows_what_each_order_leaves():
    view = show_run_order(["x = 1", "x", "x = 2"], order=[1, 3, 2], names={})
    assert "[3]  x      2" in view.text
    assert "[2]  x      1" in view.text
    assert "Cell 2 shows 2; from the top it shows 1." in view.text
    same_figures(view)
    with pytest.raises(ValueError, match="expected numbers from 1 to 1"):
        show_run_order(["x = 1"], order=[2], names={})


def test_run_order_keeps_the_callers_names_as_they_were():
    names = {"x": 0}
    show_run_order(["x = 5"], order=[1], names=names)
    assert names == {"x": 0}


@pytest.mark.parametrize("text", HOSTILE)
def test_run_order_and_changes_escape_code_and_values(text):
    same_figures(show_run_order([f"x = {text!r}", "x"], order=[1, 2], names={}))
    same_figures(show_changes([(repr(text), repr(text))], {}))


def test_changes_count_what_still_runs_and_hide_the_folder():
    lines = [("1 / 0", "1"), ("len([7])", "2"), ("open(folder + '/no')", "3")]
    view = show_changes(lines, {"folder": "/somewhere/on/disk"})
    assert view.still_run == 1
    assert "ZeroDivisionError: division by zero" in view.text
    assert "1 (no error)" in view.text
    assert "/somewhere" not in view.text + view.html


def test_fourteen_older_lines_are_kept():
    assert len(OLDER_LINES) == len({old for old, _ in OLDER_LINES}) == 14


def test_who_counts_pronouns_names_and_moves():
    def follows_she(text, targets):
        odds = 3.0 if " she " in text else 0.5
        return [
            {"token_str": targets[0], "score": odds / (1 + odds)},
            {"token_str": targets[1], "score": 1 / (1 + odds)},
        ]

    view = show_who(follows_she)
    assert (view.right, view.same_name, view.moved, view.pairs) == (40, 0, 20, 20)
    same_figures(view)


@pytest.mark.parametrize(
    ("result", "line"),
    [
        ({"labels": ["a", "b"], "scores": [0.75, 0.25]}, "a 0.750, b 0.250"),
        ([{"token_str": "days", "score": 0.4444}], "days 0.444"),
        ([{"word": "sy", "entity": "B-PER"}], "sy B-PER"),
        ([{"word": "sy", "entity_group": "PER"}], "sy PER"),
        ([{"answer": "Brooklyn", "score": 0.461}], "Brooklyn 0.461"),
        ([{"generated_text": "one"}, {"generated_text": "two"}], "one | two"),
    ],
)
def test_a_result_is_told_in_one_line(result, line):
    assert told(result) == line


def test_answers_may_be_tensors_but_no_nan():
    import torch

    rows = read_answers([{"label": "a", "score": torch.tensor(0.5)}], 1)
    assert rows == [{"label": "a", "score": 0.5}]
    with pytest.raises(NotYet, match="NaN"):
        read_answers([{"label": "a", "score": float("nan")}], 1)


def test_the_list_begins_with_the_surest():
    texts = ["a", "b", "c", "d"]
    assert complaints(texts, ANSWERS) == ["a", "b", "d"]
    assert complaints(texts, ANSWERS, 0.8) == ["a", "b"]


def test_the_proof_agrees_for_the_course_and_not_for_a_changed_label():
    proven = prove("01-classify", classify)
    assert (proven.status, proven.agree, proven.total) == ("passed", 522, 522)
    assert proven.largest < 1e-5
    assert len(proven.results) == 522

    def turned(texts, tokenizer, model):
        rows = classify(texts, tokenizer, model)
        rows[0]["label"] = "NEITHER"
        return rows

    assert prove("01-classify", turned).status == "not yet"
    assert "Not attempted" in prove("01-classify", lambda texts, tokenizer, model: ...).text
