"""Lesson 02: tables of pieces, explorers, proofs and the calls that it shows."""

import functools

import pytest
from pictures import HOSTILE, check_faces, held, words_of

from course_utils import check, checkpoint, load_corpus, prove
from course_utils.data.corpora import read_rows
from course_utils.lessons.tokenizers import (
    batches,
    count_right,
    explore_bpe,
    explore_cuts,
    explore_repair,
    show_calls,
    show_repair,
    show_without_marks,
    tokens_per_line,
    train_unigram,
)
from course_utils.lessons.tokenizers.by_hand import (
    encode,
    longest,
    normalise,
    spell_out,
    split_words,
    wordpiece,
)
from course_utils.lessons.tokenizers.cuts import join_pair, learn_merges, make_joins, show_joins
from course_utils.lessons.tokenizers.repair import _changed

WORDS = {"no": 6, "not": 5, "note": 2, "notes": 2, "rate": 3}


@functools.cache
def classifier():
    from transformers import pipeline

    return pipeline("sentiment-analysis", model=checkpoint("sentiment"))


def test_merges_of_five_words_are_those_worked_by_hand():
    assert learn_merges(WORDS, 4) == [
        ("n", "o", 15),
        ("no", "t", 9),
        ("not", "e", 4),
        ("a", "t", 3),
    ]
    assert len(learn_merges(WORDS, 100)) == 7, "then every word is one piece"


def test_merges_are_those_of_the_tokenizers_package_where_no_counts_are_equal():
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    counts = {"no": 60, "not": 31, "note": 12, "notes": 5}
    raw = Tokenizer(models.BPE())
    raw.pre_tokenizer = pre_tokenizers.Whitespace()
    texts = [" ".join([word] * count) for word, count in counts.items()]
    raw.train_from_iterator(texts, trainers.BpeTrainer(show_progress=False, min_frequency=0))
    learned = [a + b for a, b, _ in learn_merges(counts, 100)]
    by_id = sorted(raw.get_vocab(), key=raw.get_vocab().get)
    assert by_id[-len(learned) :] == learned


def test_a_mark_stays_before_what_does_not_begin_a_word():
    assert learn_merges({"aab": 3, "ab": 1}, 1, mark="##") == [("##a", "##b", 3)]
    assert join_pair(["a", "##a", "##b"], ("##a", "##b"), mark="##") == ["a", "##ab"]
    assert join_pair(["a", "a", "a"], ("a", "a")) == ["aa", "a"]


def test_a_pair_inside_a_word_twice_is_counted_twice():
    assert learn_merges({"abab": 1}, 2) == [("a", "b", 2), ("ab", "ab", 1)]


def test_the_slider_of_joins_shows_what_the_lesson_says():
    explorer = explore_bpe(WORDS)
    assert "t e   7" in explorer.view.text
    explorer.controls["joins"].value = 2
    assert "t e    3" in explorer.view.text and "not | e" in explorer.view.text
    for joins in range(8):
        explorer.controls["joins"].value = joins
        check_faces(explorer.view)
    with pytest.raises(ValueError, match="at least one word"):
        explore_bpe({})


@pytest.mark.parametrize("hostile", [text for text in HOSTILE if text.strip()])
def test_words_stay_text(hostile):
    view = show_joins({hostile[:40]: 2}, [])
    check_faces(view)
    assert "<script>" not in view.html and "<img" not in view.html
    assert "&lt;span" not in view.html, "a bar is drawn, not spelled out"
    assert held(hostile[:1]) in words_of(view.html)


def test_three_ways_to_cut_as_the_lesson_reads_them():
    comments = list(load_corpus("sentiment")["text"])
    explorer = explore_cuts(classifier().tokenizer, comments[:400], comments[400:])
    rows = [line.split() for line in explorer.view.text.splitlines()]
    assert ["words", "1,314", "13.5", "14.6", "%"] in rows
    assert ["sub-words", "1,300", "19.8", "0.0", "%"] in rows
    assert ["characters", "36", "51.2", "0.0", "%"] in rows
    check_faces(explorer.view)
    explorer.controls["size"].value = 600
    assert "23.2" in explorer.view.text
    explorer.controls["size"].value = 3_000
    assert "2,508" in explorer.view.text
    explorer.controls["word"].value = "<b>"
    check_faces(explorer.view)
    assert "<b>" not in explorer.view.html and "&lt;b&gt;" in explorer.view.html
    with pytest.raises(TypeError, match="got one string"):
        explore_cuts(classifier().tokenizer, "one text", comments)


def test_the_steps_by_hand():
    vocabulary = classifier().tokenizer.get_vocab()
    assert longest("mothership", "", vocabulary) == "mothers"
    assert longest("😀", "", vocabulary) is None
    assert wordpiece("mothership", vocabulary) == ["mothers", "##hip"]
    assert normalise("Kön\u200big\t今") == "konig  今 "
    assert split_words("great😀, we're") == ["great😀", ",", "we", "'", "re"]
    text = "[SEP] " + "a" * 101 + " Café!"
    marks = classifier().tokenizer.all_special_tokens
    assert encode(text, vocabulary, marks, wordpiece) == classifier().tokenizer(text)["input_ids"]


def test_the_proof_holds_for_the_solution_and_not_for_another_rule():
    assert prove("02-tokenizer", wordpiece).status == "passed"
    wrong = prove("02-tokenizer", lambda word, vocabulary: [word])
    assert wrong.status == "not yet" and wrong.agree < wrong.total == 5_771


def test_a_message_about_the_small_table_shows_the_table():
    result = check("02-wordpiece", lambda word, vocabulary: [word])
    assert result.status == "not yet" and "from the table" in result.text
    assert all(f" {piece}" in result.text for piece in ("##h", "hap", "##ock"))


def test_names_in_capitals_pass_with_a_remark():
    def loud(text):
        return "".join(c if spell_out(c) == c else spell_out(c).upper() for c in text)

    result = check("02-spell-out", loud)
    assert result.status == "passed" and "Capitals are fine" in result.text


def test_twins_get_one_answer_until_they_are_spelled_out():
    rows = read_rows("emoji")
    texts, labels = [row["text"] for row in rows], [row["label"] for row in rows]
    assert count_right(classifier(), texts, labels) == 40
    assert count_right(classifier(), [spell_out(text) for text in texts], labels) == 68


def test_without_marks_counts_answers_and_shows_the_largest_changes():
    texts = ["No complaints at all.", "I hate this so much!", "A wonderful film."]
    view = show_without_marks(classifier(), texts, ["positive", "negative", "positive"])
    assert ["there", "their", "own", "0", "3"] in [line.split() for line in view.text.splitlines()]
    row = next(line for line in view.text.splitlines() if line.startswith("No complaints"))
    assert row.split()[3:] == ["all.", "97.32", "%", "5.96", "%", "97.13", "%", "1.36", "%"]
    check_faces(view)


def test_rows_without_marks_or_with_moved_words():
    ids = [101, 7, 8, 102]
    assert _changed(ids, True, True) == (ids, [0, 1, 2, 3])
    assert _changed(ids, False, False) == ([7, 8], [0, 1])
    assert _changed(ids, False, True) == ([7, 8], [1, 2])
    assert _changed(ids, True, False) == (ids, [0, 0, 1, 3])


def test_right_answers_are_counted_for_each_symbol():
    rows = read_rows("emoji")
    texts, labels = [row["text"] for row in rows], [row["label"] for row in rows]
    view = show_repair(classifier(), spell_out, texts, labels)
    counts = [line.split() for line in view.text.splitlines()]
    assert ["👍", "thumbs", "up", "sign", "positive", "10", "7", "2"] in counts
    assert ["all", "positive", "40", "27", "28"] in counts
    assert ["all", "negative", "40", "13", "40"] in counts
    check_faces(view)


def test_a_word_is_cut_by_the_joins_in_the_order_learned():
    learned = [(a, b) for a, b, _ in learn_merges(WORDS, 100)]
    ranks = {pair: rank for rank, pair in enumerate(learned)}
    for word in WORDS:
        assert make_joins(list(word), ranks) == [word]
    ranks = {("b", "c"): 0, ("a", "b"): 1}
    assert make_joins(list("abc"), ranks) == ["a", "bc"], "not the longest beginning"


@pytest.mark.parametrize("hostile", [text for text in HOSTILE if text.strip()])
def test_comments_stay_text(hostile):
    explorer = explore_repair(classifier(), spell_out, ["😀"])
    explorer.controls["texts"].value = hostile
    check_faces(explorer.view)


def test_a_repair_is_shown_beside_the_text_as_written():
    view = explore_repair(classifier(), spell_out, ["😀", "😡"]).view
    assert view.text.count("83.52 %") == 2 and "grinning face" in view.text
    assert "0.31 %" in view.text


def test_calls_give_what_is_said_of_them():
    view = show_calls(classifier().tokenizer)
    check_faces(view)
    for today in ("AttributeError", "(2, 9)", "(2, 12)", "(2, 512)", "'hello', 'there'"):
        assert today in view.text


def test_a_generator_of_batches_is_read_once():
    once = batches(list("abcde"), 2)
    assert [list(batch) for batch in once] == [["a", "b"], ["c", "d"], ["e"]]
    assert list(once) == []


def test_a_small_unigram_tokenizer_marks_the_space_before():
    one = train_unigram(["the cat sat", "the cat ran", "a cat and a hat"] * 9, 40)
    assert one.tokenize("the cat")[0].startswith("▁")
    assert tokens_per_line(one, ["the cat", "the cat"]) == len(one.tokenize("the cat"))
