"""Lesson 07: both faces of its views carry the same figures, its counts are right, its proofs can fail."""

import pytest
import torch
from pictures import HOSTILE, check_faces, parse

from course_utils import prove
from course_utils.lessons import token_classification as lesson
from course_utils.lessons.token_classification import (
    added_word,
    at_least,
    average_word,
    bio_spans,
    capitals,
    count_hiding,
    explore_hiding,
    first_word,
    gold_entities,
    hasty_spans,
    show_dilution,
    show_hiding,
    show_loops,
    show_names_left,
    show_pieces,
    show_verdicts,
    surest_word,
    words_of,
)
from course_utils.lessons.token_classification import rules as counted

LABELS = {0: "O", 1: "B-PER", 2: "I-PER"}
HALIMA = [[0.02, 0.96, 0.02], [0.02, 0.02, 0.96]]
RULES = {"first": first_word, "average": average_word, "max": surest_word, "added": added_word}
ROWS = [
    {
        "text": "Dr Eva Lind met Bo.",
        "tokens": ["Dr", "Eva", "Lind", "met", "Bo", "."],
        "tags": ["B-PER", "I-PER", "I-PER", "O", "B-PER", "O"],
    },
    {"text": "Oslo is cold", "tokens": ["Oslo", "is", "cold"], "tags": ["B-LOC", "O", "O"]},
]


def piece(word, start, end, row, tag="O"):
    return {
        "word": word,
        "start": start,
        "end": end,
        "row": torch.tensor(row),
        "tag": tag,
        "score": max(row),
    }


def record(start, end, label="PER", score=1.0):
    return {"entity_group": label, "start": start, "end": end, "score": score}


def f1(expected, found):
    right = sum(len(a & b) for a, b in zip(expected, found, strict=True))
    n_found, n_expected = sum(map(len, found)), sum(map(len, expected))
    both = max(n_found + n_expected, 1)
    return right / max(n_found, 1), right / max(n_expected, 1), 2 * right / both


def test_average_shares_out_what_added_keeps_together():
    rows = torch.tensor(HALIMA)
    assert average_word(rows, LABELS)[1] == pytest.approx(0.49)
    label, score = added_word(rows, LABELS)
    assert (label, score) == ("B-PER", pytest.approx(0.98))
    assert added_word(torch.tensor([[0.7, 0.2, 0.1]]), LABELS) == ("O", pytest.approx(0.7))
    assert added_word(torch.tensor([[0.1, 0.2, 0.7]]), LABELS)[0] == "I-PER"


def test_first_and_max_take_one_row():
    rows = torch.tensor([[0.6, 0.4, 0.0], [0.1, 0.0, 0.9]])
    assert first_word(rows, LABELS) == ("O", pytest.approx(0.6))
    assert surest_word(rows, LABELS) == ("I-PER", pytest.approx(0.9))


def test_pieces_of_a_word_are_put_together():
    pieces = [piece(0, 0, 2, HALIMA[0]), piece(0, 2, 4, HALIMA[1]), piece(1, 5, 6, HALIMA[0])]
    assert [len(word) for word in words_of(pieces)] == [2, 1]


def test_tagged_names_are_placed_in_the_text():
    assert gold_entities(ROWS[0]) == {("PER", 0, 11), ("PER", 16, 18)}


def test_what_can_be_read_is_counted():
    count = count_hiding(ROWS, [[record(3, 11)], []])
    assert (count.hidden, count.partly, count.readable) == (0, ["Dr ███ ████"], ["Bo"])
    assert (count.others, count.words) == (0, 3)
    count = count_hiding(ROWS, [[record(0, 18)], [record(5, 7)]])
    assert (count.hidden, count.partly, count.readable, count.others) == (2, [], [], 2)
    pieces = [[piece(4, 16, 17, HALIMA[0]), piece(4, 17, 18, HALIMA[1])], []]
    assert count_hiding(ROWS, [[], []], pieces=pieces).split == 1
    assert count_hiding(ROWS, [[], [record(1, 4)]], label="LOC").partly == ["O███"]
    with pytest.raises(ValueError, match="each of the 2"):
        count_hiding(ROWS, [[]])


def test_signs_without_letters_may_stay():
    row = {"text": "J. B.", "tokens": ["J.", "B."], "tags": ["B-PER", "I-PER"]}
    assert count_hiding([row], [[record(0, 1), record(3, 4)]]).hidden == 1


def test_capital_letters_are_found_and_low_scores_dropped():
    assert [(one["start"], one["end"]) for one in capitals("Ask Jun-ho, Éva.")] == [
        (0, 3),
        (4, 10),
        (12, 15),
    ]
    assert [one["start"] for one in capitals("Ask Eva.", first=False)] == [4]
    assert at_least([[record(0, 1, score=0.9), record(1, 2, score=0.89)]], 0.9) == [
        [record(0, 1, score=0.9)]
    ]


def test_pieces_show_their_letters_places_and_scores():
    view = show_pieces(
        [piece(0, 0, 2, HALIMA[0], "B-PER"), piece(0, 2, 4, HALIMA[1], "I-PER")], "Ello"
    )
    check_faces(view)
    assert [line.split() for line in view.text.splitlines()[2:]] == [
        ["El", "0", "2", "B-PER", "0.9600"],
        ["lo", "2", "4", "I-PER", "0.9600"],
    ]


def test_verdicts_draw_the_dilution():
    view = show_verdicts([piece(0, 0, 2, HALIMA[0]), piece(0, 2, 4, HALIMA[1])], "Ello", LABELS)
    check_faces(view)
    rows = {line.split()[0]: line.split()[1:] for line in view.text.splitlines()[4:]}
    assert rows["average"] == ["2.0", "49.0", "49.0", "B-PER", "0.49"]
    assert rows["first"][-2:] == ["B-PER", "0.96"]
    with pytest.raises(ValueError, match="1 to 8 pieces"):
        show_verdicts([], "", LABELS)


def test_loops_show_what_is_lost():
    tags = ["B-LOC", "B-PER", "I-PER", "O"]
    view = show_loops(tags, {"bio_spans": bio_spans, "hasty_spans": hasty_spans})
    check_faces(view)
    assert (
        view.text.splitlines()[-1].count("lost") == 2 and "lost" not in view.text.splitlines()[-2]
    )
    same = show_loops(["B-LOC", "O"], {"bio_spans": bio_spans, "hasty_spans": hasty_spans})
    assert "lost" not in same.text


def test_dilution_is_counted_over_split_names_alone():
    pieces = [piece(0, 0, 2, HALIMA[0]), piece(0, 2, 4, HALIMA[1]), piece(1, 5, 6, HALIMA[0])]
    none = [piece(0, 0, 2, [0.9, 0.1, 0.0]), piece(0, 2, 4, [0.9, 0.1, 0.0])]
    view = show_dilution([pieces, none], LABELS, RULES)
    check_faces(view)
    assert view.text.startswith("1 words in several pieces")
    rows = {line.split()[0]: line.split()[1:] for line in view.text.splitlines()[2:]}
    assert rows["average"] == ["0.49", "0", "0"] and rows["added"] == ["0.98", "1", "0"]


def test_ways_of_hiding_are_compared():
    ways = {
        "found": [[record(0, 11), record(16, 18)], [record(0, 4, "LOC")]],
        "half": [[record(3, 11)], [record(5, 7, "LOC")]],
        "capitals": [capitals(row["text"]) for row in ROWS],
    }
    view = show_hiding(ROWS, ways, f1)
    check_faces(view)
    rows = {line.split()[0]: line.split()[1:] for line in view.text.splitlines()[2:]}
    assert rows["found"] == ["1.000", "1.000", "1.000", "2", "0", "0", "0"]
    assert rows["half"] == ["0.000", "0.000", "0.000", "0", "1", "1", "1"]
    assert rows["capitals"] == ["–", "–", "–", "2", "0", "0", "0"]
    left = show_names_left(ROWS, ways["half"])
    check_faces(left)
    assert "Dr ███ ████" in left.text and "readable (1)" in left.text and "Bo" in left.text
    places = next(line for line in left.text.splitlines() if line.startswith("places"))
    assert places.endswith("1 of 1")


def read(text):
    return [piece(0, 0, len(text), [0.7, 0.3, 0.0])]


def find(pieces, sure):
    return [record(one["start"], one["end"], "?") for one in pieces if one["row"][0] < sure]


def test_the_dial_hides_more_when_it_is_turned():
    all_pieces = [[piece(0, 16, 18, [0.9, 0.1, 0.0])], []]
    explorer = explore_hiding(find, read, all_pieces, ROWS, "Eva")
    check_faces(explorer.view)
    assert "after   Eva" in explorer.view.text
    rows = {line.split()[0]: line.split()[1:] for line in explorer.view.text.splitlines()[6:]}
    assert rows["0.5"][:3] == ["(chosen)", "2", "0"]
    assert rows["0.8"][:2] == ["2", "0"] and rows["0.95"][:2] == ["1", "0"]
    explorer.controls["sure"].value = 0.8
    assert "after   ███" in explorer.view.text and "0.8 (chosen)" in explorer.view.text
    explorer.controls["capital"].value = True
    assert "capital letter but the first" in explorer.view.text


@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_is_typed_is_escaped(text):
    parse(explore_hiding(find, read, [[], []], ROWS, text).view.html)
    parse(show_loops([text or "O"], {text: lambda tags: []}).html)
    parse(show_pieces([piece(0, 0, max(len(text), 1), HALIMA[0], text)], text).html)
    parse(
        show_verdicts(
            [piece(0, 0, len(text), HALIMA[0])], text, {0: text, 1: "B-PER", 2: "I-PER"} | LABELS
        ).html
    )
    row = {"text": text + "a", "tokens": ["a"], "tags": ["B-PER"]}
    parse(show_names_left([row], [[]]).html)
    parse(show_hiding(ROWS, {text: [[], []]}, f1).html)


def pieces_of(text):
    ner = counted.tagger()
    encoded = ner.tokenizer(text, return_offsets_mapping=True, return_tensors="pt")
    places = encoded.pop("offset_mapping")[0].tolist()
    with torch.no_grad():
        rows = ner.model(**encoded).logits[0].softmax(1)
    return [
        piece(word, *place, row.tolist(), ner.model.config.id2label[row.argmax().item()])
        for word, place, row in zip(encoded.word_ids(), places, rows, strict=True)
        if word is not None
    ]


def join(items):
    found = []
    for label, first, after in bio_spans([item["tag"] for item in items]):
        scores = [item["score"] for item in items[first:after]]
        found.append(
            record(items[first]["start"], items[after - 1]["end"], label, sum(scores) / len(scores))
        )
    return found


def entities(pieces, strategy, average=average_word):
    if strategy == "none":
        return [one for one in pieces if one["tag"] != "O"]
    if strategy == "simple":
        return join(pieces)
    rule = {"first": first_word, "average": average, "max": surest_word}[strategy]
    labels, items = counted.tagger().model.config.id2label, []
    for word in words_of(pieces):
        tag, score = rule(counted.rows_of(word), labels)
        items.append(
            {"tag": tag, "score": score, "start": word[0]["start"], "end": word[-1]["end"]}
        )
    return join(items)


@pytest.fixture
def few(monkeypatch):
    """The proofs over 24 messages, Margaux and Halima among them."""
    names = ("Philippe owes", "Halima", "Heineken")
    rows = [row for row in counted.messages() if row["text"].startswith(names)]
    rows = (*rows, *counted.messages()[: 24 - len(rows)])
    counted.library_records.cache_clear()
    counted.word_tags.cache_clear()
    monkeypatch.setattr(counted, "messages", lambda: rows)
    yield
    counted.library_records.cache_clear()
    counted.word_tags.cache_clear()


def test_the_strategies_are_the_librarys(few):
    proof = prove("07-entities", pieces_of, entities)
    assert (proof.agree, proof.total) == (120, 120), proof.text
    assert proof.largest < 1e-5


def test_the_proof_tells_a_rule_that_is_another(few):
    proof = prove("07-entities", pieces_of, lambda p, s: entities(p, s, average=added_word))
    assert proof.status == "not yet" and proof.agree < 120


def test_f1_is_seqevals(few):
    proof = prove("07-entity-f1", f1)
    assert (proof.agree, proof.total) == (33, 33)
    accuracy = prove("07-entity-f1", lambda expected, found: (1.0, 1.0, 1.0))
    assert accuracy.status == "not yet"
    assert "three numbers" in prove("07-entity-f1", lambda expected, found: 0.5).text


def test_the_picture_at_the_top_is_what_first_finds():
    ner = counted.tagger()
    for text, kinds in {
        "My name is Sylvain and I work at Hugging Face in Brooklyn.": ["PER", "ORG", "LOC"],
        "Lena asked Max whether Nintendo had answered.": ["PER", "PER", "ORG"],
    }.items():
        assert [one["entity_group"] for one in ner(text, aggregation_strategy="first")] == kinds


def test_the_public_names_of_the_lesson_exist():
    assert all(hasattr(lesson, name) for name in lesson.__all__)
