"""The views and explorers of lesson 05: both faces carry the same figures, and what they count is right."""

from types import SimpleNamespace

import pytest
import torch
from datasets import Dataset
from pictures import HOSTILE, check_faces, parse

from course_utils import load_corpus, prove
from course_utils.lessons import sentence_pairs
from course_utils.lessons.sentence_pairs import (
    ask_all,
    ask_desks,
    explore_claims,
    explore_desks,
    pair_by_hand,
    runs,
    show_calls,
    show_columns,
    show_glue,
    show_judges,
    show_more_mail,
    show_places,
    show_segments,
    show_trays,
    sorted_by_cosine,
    zero_shot_scores,
)
from course_utils.weights.registry import checkpoint

DESKS, CLAIMS = list(runs.DESKS), list(runs.CLAIMS)
TEXTS = ["A school.", "A vote.", "A shop."]
SCORES = torch.tensor([[0.9, 0.05, 0.05], [0.6, 0.3, 0.1], [0.2, 0.2, 0.3]])


@pytest.fixture(scope="module")
def nli():
    return runs.load("nli")


def rows_of(view):
    return [line.split() for line in view.text.splitlines()]


def highest(view):
    """The answers that win, row by row, in the picture of logits."""
    return [line.split()[-5] for line in view.text.splitlines() if line.endswith("highest")]


def test_letters_go_into_the_tray_of_their_highest_score():
    view = show_trays(TEXTS, DESKS, SCORES, ["education", "politics", "business"])
    words = check_faces(view)
    assert "3 letters, 2 in the right tray" in words
    assert rows_of(view)[2:5] == [
        ["education", "2", "1"],
        ["politics", "0", "0"],
        ["business", "1", "1"],
    ]
    assert "politics (wrong)" in view.text and view.text.count("(wrong)") == 1


def test_below_the_cut_a_letter_is_for_nobody():
    view = show_trays(TEXTS, DESKS, SCORES, ["education", "weather", "business"], cut=0.5)
    check_faces(view)
    assert "3 letters, 1 in the right tray" in view.text
    assert "weather (wrong)" in view.text and "business (wrong)" in view.text
    assert ["for", "nobody", "1", "0"] in rows_of(view)


def test_every_letter_in_a_wrong_tray_is_shown():
    scores = torch.tensor([[0.9, 0.1]] * 9)
    view = show_trays([f"letter {i}" for i in range(9)], ["a", "b"], scores, ["b"] * 6 + ["a"] * 3)
    assert view.text.count("(wrong)") == 6 and "9 letters, 6 of them shown" in view.text


@pytest.mark.parametrize("scores", [torch.zeros(3, 2), torch.zeros(2, 3), torch.zeros(3)])
def test_scores_of_another_shape_are_refused(scores):
    with pytest.raises(ValueError, match="expected 3 × 3 scores"):
        show_trays(TEXTS, DESKS, scores, DESKS)


@pytest.mark.parametrize("text", HOSTILE)
def test_letters_desks_and_names_are_escaped(text):
    view = show_trays([text], [text, "b"], torch.tensor([[0.9, 0.1]]), [text])
    parse(view.html)
    parse(show_columns(data=SimpleNamespace(num_rows=1, column_names=[text])).html)


@pytest.mark.parametrize("text", [text for text in HOSTILE if text.strip()])
def test_what_is_typed_is_escaped(nli, text):
    parse(explore_claims(*nli, pair_by_hand, text, [text]).view.html)
    parse(explore_desks(zero_shot_scores, *nli, text, [text], "{}").view.html)


def test_marks_are_drawn_and_not_printed(nli):
    desks = explore_desks(zero_shot_scores, *nli, "A vote.", DESKS, "This example is {}.")
    for view in (desks.view, show_trays(TEXTS, DESKS, SCORES, DESKS), show_glue(nli[1])):
        assert "&lt;" not in view.html and "style" not in check_faces(view)


def test_other_segment_numbers_change_answers_and_leave_the_batch_order(nli):
    claims = load_corpus("entailment").select(range(12))
    first, second = claims["premise"][:], claims["hypothesis"][:]
    given = runs.verdicts(*nli, first, second)
    for number in (0, 11):
        alone = nli[0](**nli[1](first[number], second[number], return_tensors="pt")).logits[0]
        assert torch.allclose(given[number], alone, atol=1e-4)
    flipped = runs.verdicts(*nli, first, second, segments="exchanged")
    assert not torch.allclose(given, flipped, atol=0.1)
    view = show_segments(*nli, claims)
    check_faces(view)
    changed = int((given.argmax(1) != flipped.argmax(1)).sum())
    assert rows_of(view)[4][-2] == str(changed) and rows_of(view)[2][-2] == "0"
    assert "the same answer would be right for 4" in view.text


def test_unknown_segments_are_refused(nli):
    with pytest.raises(ValueError, match="expected segments to be given, zeros, exchanged"):
        runs.verdicts(*nli, ["a"], ["b"], segments="ones")


def test_each_text_meets_each_claim_in_order(nli):
    logits = ask_all(*nli, TEXTS, CLAIMS)
    assert logits.shape == (3, 3, 3)
    alone = runs.verdicts(*nli, TEXTS[1:2], CLAIMS[2:])
    assert torch.allclose(logits[1, 2], alone[0], atol=1e-4)


def test_calls_are_counted_and_the_data_stay():
    data = Dataset.from_dict({"text": list("abcde")})
    view = show_calls(data)
    check_faces(view)
    assert [line.split()[1] for line in view.text.splitlines()[2:]] == ["5", "1"]
    assert "a list of 5 texts" in view.text and data.column_names == ["text"]


def test_columns_are_those_of_the_data():
    view = show_columns(one=Dataset.from_dict({"a": [1, 2], "b": [3, 4]}))
    check_faces(view)
    assert rows_of(view)[2] == ["one", "2", "a,", "b"]


def test_glue_has_seven_pairs(nli):
    view = show_glue(nli[1])
    check_faces(view)
    assert view.text.count("0 and 1") == 7 and len(view.text.splitlines()) == 11


def test_the_function_that_it_gets_sorts_the_other_mail(nli):
    calls = []

    def scores(logits, multi_label):
        calls.append((tuple(logits.shape), multi_label))
        return torch.arange(len(logits), 0.0, -1)  # the first desk wins

    mail = load_corpus("letters")
    view = show_more_mail(*nli, scores, mail, load_corpus("sentiment").select(range(4)))
    check_faces(view)
    assert set(calls) == {((3, 3), False), ((6, 3), False), ((2, 3), False)}
    assert "13 of 40" in view.text and "8 of 24" in view.text  # business, crime


def test_places_are_read_where_they_are(nli):
    model, tokenizer = nli
    first, second = ["A vote was held.", "A school."], ["This is politics.", "Education, no doubt."]
    found = runs.read_off(model, tokenizer, first, second)
    assert torch.allclose(found["[CLS]"], runs.verdicts(*nli, first, second), atol=1e-4)
    for number, pair in enumerate(zip(first, second, strict=True)):
        batch = tokenizer(*pair, return_tensors="pt")
        hidden = model.bert(**batch).last_hidden_state[0]
        middle = batch["input_ids"][0].tolist().index(102)
        for place, vector in {
            "first word": hidden[1],
            "middle [SEP]": hidden[middle],
            "last [SEP]": hidden[-1],
            "mean of all tokens": hidden.mean(0),
        }.items():
            own = model.classifier(torch.tanh(model.bert.pooler.dense(vector)))
            assert torch.allclose(found[place][number], own, atol=1e-4), place


def test_places_count_letters_and_pairs(nli):
    claims = load_corpus("entailment").select(range(6))
    letters = load_corpus("letters")["desks"].select(range(4))
    names = letters.features["label"].int2str(letters["label"][:])
    view = show_places(*nli, letters["text"][:], names, claims)
    check_faces(view)
    assert view.right["[CLS]"] == 4 and set(view.right) == set(runs.PLACES)


def test_a_cut_is_never_tuned_on_what_it_judges():
    values = torch.tensor([0.1, 0.9, 0.4, 0.6])
    truth, group = torch.tensor([False, True, True, False]), torch.tensor([0, 0, 1, 1])
    assert runs.best_cut(values[:2], truth[:2]) == pytest.approx(0.5)
    said = runs.judged_by_cuts(values, truth, group)
    assert said[2:].tolist() == [False, True]  # 0.5 from the first group, wrong for both


def test_judges_are_counted_by_where_not_stands(nli):
    agreements = load_corpus("agreements").select(range(16))
    view = show_judges(*nli, checkpoint("paraphrase"), agreements)
    check_faces(view)
    by_judge = {" ".join(row[:2]): [int(n) for n in row[-5:]] for row in rows_of(view)[2:]}
    assert by_judge["rule: any"] == [4, 4, 4, 0, 12] and by_judge["the second"] == [4, 4, 0, 0, 8]
    assert by_judge["rule: not"] == [4, 4, 4, 4, 16]
    assert all(sum(counts[:4]) == counts[4] for counts in by_judge.values())
    assert view.right["nli"] == by_judge["nli: entailment"][4]


def test_vectors_sort_with_a_cut():
    texts = ["The school hired a teacher.", "Plant the bulbs before the frost."]
    assert sorted_by_cosine(texts, ["education", "gardening"], CLAIMS) == 2


def test_the_claims_explorer_runs_the_function_that_it_gets(nli):
    calls = []

    def pair(first, second):
        calls.append((len(first), len(second)))
        return pair_by_hand(first, second)

    premise = "A man is playing the guitar on a small stage."
    explorer = explore_claims(*nli, pair, premise, ["A person is on a stage."])
    check_faces(explorer.view)
    assert calls == [(11, 7)] and highest(explorer.view) == ["entailment"]
    explorer.controls["turned"].value = True
    assert calls[-1] == (7, 11) and highest(explorer.view) == ["neutral"]


@pytest.mark.parametrize(
    ("premise", "claims", "said"),
    [
        (
            "The door is open.",
            "The door is closed.\nThe door is not closed.",
            ["entailment", "contradiction"],
        ),
        ("Tom has three older brothers.", "Tom has four brothers.", ["entailment"]),
    ],
)
def test_what_the_lesson_says_of_its_tries_happens(nli, premise, claims, said):
    explorer = explore_claims(*nli, pair_by_hand, "x", ["y"])
    explorer.controls["premise"].value = premise
    explorer.controls["claims"].value = claims
    assert highest(explorer.view) == said


def scores_shown(explorer):
    return [float(row[-1]) for row in rows_of(explorer.view)[2:]]


def test_the_desks_explorer_does_what_the_lesson_says(nli):
    explorer = explore_desks(zero_shot_scores, *nli, "x", DESKS, "This example is {}.")
    explorer.controls["letter"].value = "My cat had four kittens."
    check_faces(explorer.view)
    assert sum(scores_shown(explorer)) == pytest.approx(1, abs=0.02)
    explorer.controls["desks"].value += "\nweather"
    assert max(range(4), key=scores_shown(explorer).__getitem__) == 3
    explorer.controls["several"].value = True
    assert max(scores_shown(explorer)) < 0.05
    explorer.controls["template"].value = "about desks"
    assert explorer.view.text == "claim: expected {} where the desk comes, found none"


def test_the_wording_of_the_claim_moves_the_score(nli):
    letter = "Parliament voted against the new law after a heated debate."
    plain, bare = (
        scores_shown(explore_desks(zero_shot_scores, *nli, letter, DESKS, template))
        for template in ("This example is {}.", "{}")
    )
    assert plain[1] > 0.95 and bare[1] < 0.85


@pytest.mark.parametrize(
    ("name", "answer", "total"),
    [("05-pair-by-hand", pair_by_hand, 583), ("05-zero-shot", zero_shot_scores, 128)],
)
def test_the_solutions_are_proven(name, answer, total):
    found = prove(name, answer)
    assert (found.status, found.agree, found.total) == ("passed", total, total)


def test_a_wrong_pair_is_not_proven():
    found = prove("05-pair-by-hand", lambda a, b: ([101, *a, 102, *b, 102], [0] * (len(a + b) + 3)))
    assert found.status != "passed" and found.agree == 0


def test_the_solution_of_the_third_exercise_makes_three_rows_per_letter():
    made = ask_desks({"text": ["a", "b"], "label": [0, 1]})
    assert made == {"text": list("aaabbb"), "claim": CLAIMS * 2}


def test_the_public_names_are_there():
    assert all(hasattr(sentence_pairs, name) for name in sentence_pairs.__all__)
