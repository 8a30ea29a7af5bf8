"""The two ways of counting: entities against seqeval, answers against cases worked by the SQuAD definition."""

import random

import pytest
from seqeval.metrics import f1_score, precision_score, recall_score
from seqeval.metrics.sequence_labeling import get_entities

from course_utils.metrics import (
    Scores,
    answer_f1,
    entity_scores,
    entity_spans,
    exact_match,
    normalise_answer,
)

TAGS = ["O", "O", "B-PER", "I-PER", "B-ORG", "I-ORG", "B-LOC", "I-LOC"]


def random_rows(number, seed):
    draw = random.Random(seed)
    return [[draw.choice(TAGS) for _ in range(draw.randint(1, 12))] for _ in range(number)]


@pytest.mark.parametrize(
    ("tags", "spans"),
    [
        ([], []),
        (["O", "O"], []),
        (["B-PER", "I-PER", "O"], [("PER", 0, 2)]),
        (["B-PER", "B-PER"], [("PER", 0, 1), ("PER", 1, 2)]),
        (["I-PER", "I-PER", "B-PER"], [("PER", 0, 2), ("PER", 2, 3)]),
        (["B-PER", "I-ORG"], [("PER", 0, 1), ("ORG", 1, 2)]),
        (["B-PER", "O", "I-PER"], [("PER", 0, 1), ("PER", 2, 3)]),
    ],
)
def test_spans_worked_by_hand(tags, spans):
    assert entity_spans(tags) == spans


def test_spans_are_those_of_seqeval_on_any_row():
    for row in random_rows(500, seed=0):
        assert entity_spans(row) == [
            (label, first, last + 1) for label, first, last in get_entities(row)
        ]


def test_scores_are_those_of_seqeval():
    for seed in range(20):
        draw = random.Random(seed)
        expected = random_rows(40, seed=seed)
        got = [
            [draw.choice(TAGS) if draw.random() < 0.3 else tag for tag in row] for row in expected
        ]
        mine = entity_scores(expected, got)["all"]
        assert mine.precision == pytest.approx(precision_score(expected, got), abs=1e-12)
        assert mine.recall == pytest.approx(recall_score(expected, got), abs=1e-12)
        assert mine.f1 == pytest.approx(f1_score(expected, got), abs=1e-12)


def test_scores_by_label_add_up():
    scores = entity_scores([["B-PER", "O", "B-LOC"]], [["B-PER", "B-ORG", "O"]])
    assert scores == {
        "LOC": Scores(0, 0, 1),
        "ORG": Scores(0, 1, 0),
        "PER": Scores(1, 1, 1),
        "all": Scores(1, 2, 2),
    }


def test_nothing_found_gives_zero_not_an_error():
    assert Scores(0, 0, 0).precision == Scores(0, 0, 0).recall == Scores(0, 0, 0).f1 == 0


def test_what_is_no_tag_or_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="got 'PER' at word 1"):
        entity_spans(["O", "PER"])
    with pytest.raises(ValueError, match="as many rows"):
        entity_scores([["O"]], [])
    with pytest.raises(ValueError, match="expected 2 tags for sentence 0, got 1"):
        entity_scores([["O", "O"]], [["O"]])


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("The  Eiffel Tower!", "eiffel tower"),
        ("a.b.", "ab"),
        ("an apple a day", "apple day"),
        ("Theatre", "theatre"),
        ("«twenty–one»", "«twenty–one»"),
        ("the", ""),
    ],
)
def test_normalised_as_in_squad(text, normal):
    assert normalise_answer(text) == normal


@pytest.mark.parametrize(
    ("answer", "gold", "exact", "f1"),
    [
        ("Denver Broncos", ["Denver Broncos"], 1, 1),
        ("the Denver Broncos.", ["Denver Broncos", "Broncos"], 1, 1),
        ("Broncos", ["Denver Broncos"], 0, 2 / 3),
        ("Denver Denver", ["Denver"], 0, 2 / 3),  # repeated words count once for each right one
        ("Levi's Stadium in Santa Clara", ["Santa Clara", "Levi's Stadium"], 0, 4 / 7),
        ("Paris", ["London"], 0, 0),
        ("", [], 1, 1),
        ("Paris", [], 0, 0),
        ("", ["Paris"], 0, 0),
        ("the", [""], 1, 1),  # an article alone is empty after normalising
    ],
)
def test_answers_worked_by_the_squad_definition(answer, gold, exact, f1):
    assert exact_match(answer, gold) == exact
    assert answer_f1(answer, gold) == pytest.approx(f1)
