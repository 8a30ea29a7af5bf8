"""The shipped corpora: format, labels, offsets, counts, and how they are loaded."""

import re
import runpy
import socket
import sys
import textwrap
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from course_utils import checkpoint, corpora, load_corpus
from course_utils.data.corpora import CORPORA, DATA, PART_LABELS, read_rows

CARD = (DATA / "README.md").read_text(encoding="utf-8")
RECIPES = Path(__file__).parents[1] / "recipes"
WORDS = re.compile(r"\w+")
BIO = {"O"} | {f"{prefix}-{kind}" for prefix in "BI" for kind in ("PER", "ORG", "LOC", "MISC")}


def normal(text):
    """Bring a text into the form in which two records count as duplicates."""
    return " ".join(WORDS.findall(text.lower()))


def duplicates(texts):
    return [text for text, count in Counter(map(normal, texts)).items() if count > 1]


@pytest.fixture(scope="module")
def tokenizer():
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(checkpoint("embeddings"))


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("sentiment", 500),
        ("zero_shot", 40),
        ("fill_mask", 40),
        ("entities", 300),
        ("pairs", 300),
        ("entailment", 150),
        ("passages", 40),
        ("questions", 200),
        ("search_questions", 30),
        ("stdlib", 3_000),
        ("texts", 60),
        ("prompts", 20),
        ("emoji", 80),
        ("long_comments", 1),
        ("letters", 64),
        ("agreements", 192),
    ],
)
def test_each_corpus_has_enough_records_that_share_their_fields(name, least):
    rows = read_rows(name)
    assert len(rows) >= least
    assert {tuple(row) for row in rows} == {tuple(rows[0])}
    assert len({str(row) for row in rows}) == len(rows)


def test_every_file_is_a_listed_corpus_and_has_its_row_in_the_data_card():
    assert {path.name.split(".")[0] for path in DATA.glob("*.jsonl*")} == set(CORPORA)
    rows = re.findall(r"^\| `(\w+)\.jsonl(?:\.gz)?` \| ([\d,]+) \| (.+?) \|", CARD, re.MULTILINE)
    assert [(name, count, fields.replace("`", "")) for name, count, fields in rows] == [
        (name, f"{len(read_rows(name)):,}", ", ".join(read_rows(name)[0])) for name in CORPORA
    ]


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("sentiment", "text"),
        ("zero_shot", "text"),
        ("fill_mask", "text"),
        ("entities", "text"),
        ("passages", "text"),
        ("passages", "title"),
        ("search_questions", "question"),
        ("prompts", "text"),
        ("letters", "text"),
    ],
)
def test_no_text_appears_twice(name, field):
    assert duplicates(row[field] for row in read_rows(name)) == []


@pytest.mark.parametrize(
    "name",
    [
        "sentiment",
        "zero_shot",
        "fill_mask",
        "entities",
        "passages",
        "prompts",
        "long_comments",
        "letters",
    ],
)
def test_texts_are_free_of_stray_spaces(name):
    assert [
        row["text"] for row in read_rows(name) if row["text"] != " ".join(row["text"].split())
    ] == []


def test_sentiment_is_balanced_and_of_mixed_length():
    rows = read_rows("sentiment")
    counts = Counter(row["label"] for row in rows)
    assert set(counts) == {"positive", "negative"}
    assert abs(counts["positive"] - counts["negative"]) <= 10
    lengths = sorted(len(row["text"].split()) for row in rows)
    assert lengths[0] <= 3 and lengths[-1] >= 40 and len(set(lengths)) >= 20


def test_zero_shot_labels():
    rows = read_rows("zero_shot")
    assert len(rows) == 40
    assert set(Counter(row["label"] for row in rows)) == {"education", "politics", "business"}
    assert rows[0] == {
        "text": "This is a course about the Transformers library",
        "label": "education",
    }


def test_fill_mask_accepts_single_lower_case_tokens(tokenizer):
    rows = read_rows("fill_mask")
    assert len(rows) == 40
    for row in rows:
        assert row["text"].count("[MASK]") == 1
        assert row["accepted"] and len(set(row["accepted"])) == len(row["accepted"])
        assert [word for word in row["accepted"] if tokenizer.tokenize(word) != [word]] == []


def test_entity_tags_are_bio_and_tokens_stand_in_the_text_in_order():
    for row in read_rows("entities"):
        assert len(row["tokens"]) == len(row["tags"])
        assert set(row["tags"]) <= BIO
        for before, tag in pairwise(["O", *row["tags"]]):
            assert not tag.startswith("I-") or before[2:] == tag[2:], row["text"]
        end = 0
        for token in row["tokens"]:
            start = row["text"].index(token, end)
            assert row["text"][end:start].strip() == "", row["text"]
            end = start + len(token)
        assert end == len(row["text"])


def test_entities_cover_the_cases_that_grouping_gets_wrong():
    rows = read_rows("entities")
    tags = [row["tags"] for row in rows]
    assert any(
        a[2:] and a[2:] == b[2:] and b[0] == "B" for row in tags for a, b in pairwise(row)
    ), "adjacent"
    assert any(row[0] != "O" for row in tags) and any(row[-1] != "O" for row in tags)
    assert any(set(row) == {"O"} for row in tags)
    assert any(row["text"].islower() and set(row["tags"]) != {"O"} for row in rows)
    assert any(("Mountain", "View") in pairwise(row["tokens"]) for row in rows)
    first = dict(zip(rows[0]["tokens"], rows[0]["tags"], strict=True))
    names = [first[word] for word in ("Sylvain", "Hugging", "Face", "Brooklyn")]
    assert names == ["B-PER", "B-ORG", "I-ORG", "B-LOC"]


def test_pairs_agree_in_label_and_kind_and_splits_share_no_sentence():
    rows = read_rows("pairs")
    assert all(row["label"] == (row["kind"] == "paraphrase") for row in rows)
    assert {row["kind"] for row in rows} == {"paraphrase", "different", "hard_negative"}
    assert duplicates(f"{row['sentence1']} / {row['sentence2']}" for row in rows) == []
    split_of = {}
    for row in rows:
        assert normal(row["sentence1"]) != normal(row["sentence2"])
        for sentence in (row["sentence1"], row["sentence2"]):
            assert split_of.setdefault(normal(sentence), row["split"]) == row["split"], sentence


def test_hard_negatives_share_more_words_than_different_pairs():
    def shared(row):
        a, b = (set(WORDS.findall(row[key].lower())) for key in ("sentence1", "sentence2"))
        return len(a & b) / len(a | b)

    by_kind = {}
    for row in read_rows("pairs"):
        by_kind.setdefault(row["kind"], []).append(shared(row))
    mean = {kind: sum(values) / len(values) for kind, values in by_kind.items()}
    assert mean["hard_negative"] > mean["paraphrase"] > mean["different"]


def test_entailment_is_balanced_by_premise():
    rows = read_rows("entailment")
    by_premise = {}
    for row in rows:
        by_premise.setdefault(row["premise"], []).append(row["label"])
    assert all(
        sorted(labels) == ["contradiction", "entailment", "neutral"]
        for labels in by_premise.values()
    )
    assert duplicates(f"{row['premise']} / {row['hypothesis']}" for row in rows) == []


def test_passage_ids_are_unique_and_the_lengths_are_as_promised(tokenizer):
    rows = read_rows("passages")
    assert len({row["id"] for row in rows}) == len(rows)
    tokens = [len(tokenizer(row["text"], verbose=False)["input_ids"]) for row in rows]
    assert sum(count > 512 for count in tokens) == 10
    short = [
        len(row["text"].split()) for row, count in zip(rows, tokens, strict=True) if count <= 512
    ]
    assert min(short) >= 80 and max(short) <= 200


def test_answers_slice_the_passage():
    passages = {row["id"]: row["text"] for row in read_rows("passages")}
    questions = read_rows("questions")
    assert len({row["id"] for row in questions}) == len(questions)
    assert {row["passage"] for row in questions} == set(passages)
    assert duplicates(f"{row['passage']} {row['question']}" for row in questions) == []
    for row in questions:
        for answer in row["answers"]:
            start, text = answer["answer_start"], answer["text"]
            context = passages[row["passage"]]
            assert context[start : start + len(text)] == text
            assert (
                not context[start - 1 : start].isalnum()
                and not context[start + len(text)].isalnum()
            ), row["id"]


def test_a_quarter_of_the_questions_has_no_answer():
    empty = [not row["answers"] for row in read_rows("questions")]
    assert 0.2 <= sum(empty) / len(empty) <= 0.3


def test_answers_in_long_passages_are_spread_over_the_text(tokenizer):
    passages = {row["id"]: row["text"] for row in read_rows("passages")}
    places = {}
    for row in read_rows("questions"):
        if row["answers"]:
            text = passages[row["passage"]]
            places.setdefault(row["passage"], []).append(
                row["answers"][0]["answer_start"] / len(text)
            )
    for name, text in passages.items():
        if len(text.split()) > 512:
            thirds = Counter(min(int(place * 3), 2) for place in places[name])
            assert set(thirds) == {0, 1, 2}, name


def test_accepted_search_answers_are_in_the_snapshot():
    rows = read_rows("stdlib")
    names = {row["name"] for row in rows}
    assert len(names) == len(rows)
    assert all(row["summary"].strip() for row in rows)
    missing = [
        name
        for row in read_rows("search_questions")
        for name in row["accepted"]
        if name not in names
    ]
    assert missing == []
    assert all(row["accepted"] for row in read_rows("search_questions"))


def test_the_snapshot_script_describes_a_function_as_the_snapshot_does():
    if sys.version_info[:2] != (3, 11):
        pytest.skip("the snapshot is that of Python 3.11")
    script = runpy.run_path(str(RECIPES / "make_stdlib_snapshot.py"))
    stored = {row["name"]: row for row in read_rows("stdlib")}
    assert (
        script["record"]("textwrap.wrap", "function", "textwrap", textwrap.wrap)
        == stored["textwrap.wrap"]
    )


def test_odd_texts_hold_what_a_tokenizer_may_stumble_over():
    everything = "".join(row["text"] for row in read_rows("texts"))
    for what in (
        "é",
        "e\u0301",
        "👍",
        "\u200d",
        "日本",
        "\u00ad",
        "\u200b",
        "\u2067",
        "https://",
        "\t",
        "\n",
        "€",
    ):
        assert what in everything


def test_emoji_come_as_twins_that_differ_in_the_last_character_and_in_the_label():
    rows = read_rows("emoji")
    assert [row["label"] for row in rows] == ["positive", "negative"] * 40
    for happy, unhappy in zip(rows[::2], rows[1::2], strict=True):
        assert happy["text"][:-1] == unhappy["text"][:-1] != ""
        assert happy["text"][-1] + unhappy["text"][-1] in ("😀😡", "👍👎", "😍🤮", "🎉😞")
    assert duplicates(row["text"] for row in rows[::2]) == []
    assert sum(row["text"][-2] == " " for row in rows) == 40


def test_load_corpus_gives_datasets_without_a_network(monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("a corpus opened a socket")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    for name in CORPORA:
        loaded = load_corpus(name)
        rows = sum(loaded.num_rows.values()) if name in PART_LABELS else loaded.num_rows
        assert rows == len(read_rows(name))


def test_loaded_records_are_those_of_the_file():
    assert load_corpus("questions")[:]["answers"] == [
        row["answers"] for row in read_rows("questions")
    ]
    assert load_corpus("texts")[:]["text"] == [row["text"] for row in read_rows("texts")]


def test_pairs_come_in_three_splits_with_a_class_label():
    pairs = load_corpus("pairs")
    assert list(pairs) == ["train", "validation", "test"]
    assert pairs["train"].features["label"].names == ["different", "paraphrase"]
    assert pairs["test"].column_names == ["sentence1", "sentence2", "label", "kind"]


def test_letters_are_those_of_zero_shot_and_later_ones_for_other_desks():
    mail = load_corpus("letters")
    assert {part: len(rows) for part, rows in mail.items()} == {"desks": 40, "later": 24}
    assert mail["desks"].features["label"].int2str(1) == "politics"
    old = read_rows("zero_shot")
    assert mail["desks"]["text"][:] == [row["text"] for row in old]
    names = mail["desks"].features["label"].int2str(mail["desks"]["label"][:])
    assert names == [row["label"] for row in old]
    assert Counter(mail["later"]["label"]) == {3: 8, 4: 8, 5: 8}


def test_agreements_agree_where_both_or_neither_holds_a_not():
    rows = read_rows("agreements")
    assert Counter(row["label"] for row in rows) == {"agree": 96, "contradict": 96}
    assert Counter(row["statement"] for row in rows) == dict.fromkeys(range(48), 4)
    assert Counter(row["round"] for row in rows) == {1: 64, 2: 64, 3: 64}
    for row in rows:
        nots = ["not" in WORDS.findall(row[name]) for name in ("sentence1", "sentence2")]
        assert (nots[0] == nots[1]) == (row["label"] == "agree")
    plain = [(row["sentence1"].replace(" not ", " "), row["statement"]) for row in rows]
    assert len(set(plain)) == 48


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("sentimnet", "did you mean 'sentiment'"),
        ("fill-maks", "did you mean 'fill_mask'"),
        ("zzz", "the names are"),
    ],
)
def test_an_unknown_corpus_is_answered_with_a_suggestion(name, advice):
    with pytest.raises(ValueError, match=advice):
        load_corpus(name)


def test_a_name_that_is_no_string_is_refused():
    with pytest.raises(TypeError, match="got int"):
        load_corpus(3)


def test_the_listing_shows_every_corpus_in_both_faces():
    view = corpora()
    for name in CORPORA:
        assert name in view.text and name in view.html
    assert "522" in view.text and "522" in view.html
