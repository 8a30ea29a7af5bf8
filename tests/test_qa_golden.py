"""The recorded answers of transformers 4.57 belong to today's checkpoint, passages and questions, and look like it."""

import gzip
import json

import pytest

from course_utils.data.corpora import RECORD, read_rows, recorded_answers


@pytest.fixture(scope="module")
def answers():
    return recorded_answers()


def test_recorded_with_the_last_version_that_had_the_pipeline():
    assert json.loads(gzip.decompress(RECORD.read_bytes()))["transformers"].startswith("4.57.")


def test_a_record_made_with_other_passages_is_refused(tmp_path):
    content = json.loads(gzip.decompress(RECORD.read_bytes()))
    content["sha256"]["data/passages.jsonl"] = "0" * 64
    other = tmp_path / RECORD.name
    other.write_bytes(gzip.compress(json.dumps(content).encode()))
    with pytest.raises(
        ValueError,
        match=r"^expected what qa_transformers4\.json\.gz was recorded with, got another "
        r"data/passages\.jsonl: run recipes/make_qa_golden\.py again$",
    ):
        recorded_answers(other)


def test_every_question_is_there_once_and_in_order(answers):
    assert [a["id"] for a in answers] == [q["id"] for q in read_rows("questions")]


def test_answers_are_spans_of_their_passages(answers):
    contexts = {p["id"]: p["text"] for p in read_rows("passages")}
    passage_of = {q["id"]: contexts[q["passage"]] for q in read_rows("questions")}
    for recorded in answers:
        for mode in ("forced", "allowed"):
            answer = recorded[mode]
            assert (
                passage_of[recorded["id"]][answer["start"] : answer["end"]] == answer["answer"]
            ), recorded["id"]
            assert answer["score"] > 0
        assert recorded["forced"]["answer"], f"{recorded['id']}: an answer was forced and none came"
        assert recorded["allowed"] == recorded["forced"] or recorded["allowed"]["answer"] == "", (
            recorded["id"]
        )


def test_both_outcomes_occur_and_long_passages_are_among_them(answers):
    silent = {a["id"] for a in answers if a["allowed"]["answer"] == ""}
    assert 0 < len(silent) < len(answers)
    long = {p["id"] for p in read_rows("passages") if len(p["text"]) > 3000}
    assert len([q for q in read_rows("questions") if q["passage"] in long]) >= 10
