"""The recorded answers of transformers 4.57 belong to today's checkpoint, passages and questions, and look like it."""

import gzip
import json

import pytest
from make_qa_golden import GOLDEN, PACKAGE, SOURCES, digests, read_lines


@pytest.fixture(scope="module")
def golden():
    with gzip.open(GOLDEN, "rt", encoding="utf-8") as file:
        return json.load(file)


def test_recorded_for_what_ships_today(golden):
    changed = [SOURCES[name] for name, digest in digests().items() if golden["sha256"].get(name) != digest]
    assert not changed, f"{changed} changed since the answers were recorded: run tests/make_qa_golden.py again"


def test_recorded_with_the_last_version_that_had_the_pipeline(golden):
    assert golden["transformers"].startswith("4.57.")


def test_every_question_is_there_once_and_in_order(golden):
    assert [a["id"] for a in golden["answers"]] == [q["id"] for q in read_lines(PACKAGE / SOURCES["questions"])]


def test_answers_are_spans_of_their_passages(golden):
    contexts = {p["id"]: p["text"] for p in read_lines(PACKAGE / SOURCES["passages"])}
    passage_of = {q["id"]: contexts[q["passage"]] for q in read_lines(PACKAGE / SOURCES["questions"])}
    for recorded in golden["answers"]:
        for mode in ("forced", "allowed"):
            answer = recorded[mode]
            assert passage_of[recorded["id"]][answer["start"]:answer["end"]] == answer["answer"], recorded["id"]
            assert answer["score"] > 0
        assert recorded["forced"]["answer"], f"{recorded['id']}: an answer was forced and none came"
        assert recorded["allowed"] == recorded["forced"] or recorded["allowed"]["answer"] == "", recorded["id"]


def test_both_outcomes_occur_and_long_passages_are_among_them(golden):
    silent = {a["id"] for a in golden["answers"] if a["allowed"]["answer"] == ""}
    assert 0 < len(silent) < len(golden["answers"])
    long = {p["id"] for p in read_lines(PACKAGE / SOURCES["passages"]) if len(p["text"]) > 3000}
    assert len([q for q in read_lines(PACKAGE / SOURCES["questions"]) if q["passage"] in long]) >= 10
