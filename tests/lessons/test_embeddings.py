"""The views, explorers and proofs of lesson 06: both faces carry the same figures, and what they count is right."""

import re

import pytest
import torch
from pictures import HOSTILE, check_faces, parse
from torch.nn.functional import normalize

from course_utils import checkpoint, prove
from course_utils.data.corpora import read_rows
from course_utils.data.vectors import stored_vectors
from course_utils.embedding import embed_texts, load_encoder
from course_utils.lessons.embeddings import (
    explore_index,
    explore_search,
    rank_all,
    rank_one_hot,
    show_bodies,
    show_contradictions,
    show_engines,
    show_measures,
    show_poolings,
    show_senses,
    show_times,
)
from course_utils.lessons.embeddings.ranking import bare_names, shelf_of
from course_utils.lessons.embeddings.senses import SENSES, sense_gaps, word_vectors
from course_utils.lessons.embeddings.solutions import (
    count_hits,
    search,
    search_data,
    sentence_vectors,
)
from course_utils.lessons.embeddings.views import best_cut


@pytest.fixture(scope="module")
def encoder():
    return load_encoder(checkpoint("embeddings"))


@pytest.fixture(scope="module")
def data():
    names, texts, asked, accepted = search_data()
    return names, stored_vectors("stdlib", texts), asked, accepted


@pytest.fixture(scope="module")
def embed(encoder):
    return lambda texts: embed_texts(*encoder, texts)


def last_row(view, name):
    return next(line for line in view.text.splitlines() if line.startswith(name))


def test_ranking_is_by_the_cosine_whatever_the_lengths():
    entries = torch.tensor([[0.0, 9.0], [0.1, 0.0], [5.0, 5.0]])
    found = rank_all(torch.tensor([[3.0, 0.0]]), entries, ["up", "right", "between"])
    assert found == [["right", "between", "up"]]
    with pytest.raises(ValueError, match="one per entry, 3, got 1"):
        rank_all(entries, entries, ["up"])


def test_one_hot_ranking_is_that_of_counted_pieces(encoder):
    texts = ["open a file", "a thread", "read a file a file"]
    found = rank_one_hot(encoder[0], ["file"], texts, ["open", "thread", "read"])
    assert found == [["read", "open", "thread"]]  # 2 / √9, 1 / √3, 0


def test_the_shelf_holds_every_accepted_name_and_a_hundred_others(data):
    names, _, _, accepted = data
    shelf = shelf_of(names, accepted)
    right = {name for some in accepted for name in some}
    assert right <= {names[i] for i in shelf}
    assert len(shelf) == len(right) + 100 == len(set(shelf))
    assert shelf == shelf_of(names, accepted)


def test_bare_names_lead_to_the_entries_that_carry_them(data):
    bare, targets = bare_names(data[0])
    assert len(bare) == len(set(bare)) == 156
    assert all(
        right and all(one.split(".")[-1] == name for one in right)
        for name, right in zip(bare, targets, strict=True)
    )


def test_gaps_of_senses_by_hand():
    same = torch.tensor([[[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 1.0]]])
    assert sense_gaps(same) == [1.0]
    assert sense_gaps(torch.ones(2, 4, 2)) == [0.0, 0.0]


def test_every_sentence_of_the_senses_holds_its_word_once_and_the_last_layer_tells_them_apart(
    encoder,
):
    tokenizer, model = encoder
    for word, four in SENSES.items():
        vectors = word_vectors(model, tokenizer, word, four)
        assert vectors.shape == (7, 4, 384)
        gaps = sense_gaps(vectors)
        assert abs(gaps[0]) < 0.03 and gaps[-1] > 0.04, word
    view = show_senses(model, tokenizer)
    check_faces(view)
    means = [line.split() for line in view.text.splitlines() if line.startswith("mean")]
    assert means[0][1:] == ["+0.00", "+0.04", "+0.06", "+0.07", "+0.08", "+0.08", "+0.10"]
    assert all(abs(float(gap)) <= 0.01 for gap in means[1][3:])  # layers of random numbers


@pytest.mark.parametrize("sentences", [["no such word here"], ["a bank and a bank"]])
def test_a_word_must_stand_once_in_each_sentence(encoder, sentences):
    with pytest.raises(ValueError, match="once in each sentence"):
        word_vectors(encoder[1], encoder[0], "bank", sentences)


def test_poolings_are_measured_and_the_makers_choice_is_read(encoder):
    tokenizer, model = encoder
    view = show_poolings(model, tokenizer, count_hits)
    words = check_faces(view)
    assert "41 of 42" in last_row(view, "the mean") and "30 of 42" in last_row(
        view, "the vector of"
    )
    assert "36 of 42" in last_row(view, "the largest") and "pooling_mode_mean_tokens: True" in words


def test_measures_use_the_lengths_that_they_are_given(data):
    vectors = normalize(data[1], dim=-1)
    questions = vectors[: len(data[2])]
    texts = ["two words"] * len(vectors)
    texts[0] = "one more word"
    view = show_measures(questions, vectors, texts, count_hits)
    check_faces(view)
    rows = [re.findall(r"\d+ of 42", line) for line in view.text.splitlines()[2:]]
    assert len(rows) == 4 and rows[0] == rows[1] == rows[2] == rows[3]  # one length: all rank alike


def test_bodies_are_measured_beside_the_table_and_the_pieces_alone(encoder):
    tokenizer, model = encoder
    view = show_bodies({"embeddings": model}, tokenizer, count_hits)
    words = check_faces(view)
    assert "41 of 42" in last_row(view, "embeddings") and last_row(view, "embeddings").endswith(
        "0.11"
    )
    assert "26 of 42" in last_row(view, "no layer") and "19 of 42" in last_row(view, "no model")
    assert "0.6 times in 42" in words


@pytest.mark.parametrize(("above", "below", "right"), [([3, 2], [1, 0], 4), ([0, 1], [2, 3], 2)])
def test_the_best_cut_is_the_best_of_all(above, below, right):
    assert best_cut(torch.tensor(above), torch.tensor(below)) == right


def test_contradictions_are_counted(embed):
    view = show_contradictions(embed)
    words = check_faces(view)
    assert "18 of 53 sentences" in words and "68 of 106" in words
    constant = show_contradictions(lambda texts: torch.ones(len(texts), 1))
    assert "0 of 53 sentences" in constant.text and "53 of 106" in constant.text


def test_engines_are_counted_by_the_function_that_is_given(data):
    calls = []

    def count(rankings, accepted, k):
        calls.append((len(rankings), k))
        return 7

    view = show_engines(lambda q: ["a"], lambda q: ["b"], lambda one, other: one + other, count)
    check_faces(view)
    assert sorted(set(calls)) == [(42, 1), (42, 5), (156, 1), (156, 5)]
    assert last_row(view, "both").count("7 of 42") == last_row(view, "both").count("7 of 156") == 2


def test_times_have_a_row_per_size(data, embed):
    view = show_times(embed, search, data[1], data[2])
    check_faces(view)
    assert all(f"{n} entries" in view.text for n in ("4,847", "10,000", "100,000"))


def test_opening_every_heap_is_the_search_without_an_index(data, embed):
    names, vectors, asked, accepted = data
    explorer = explore_index(embed(asked), vectors, names, accepted, count_hits)
    check_faces(explorer.view)
    assert "271 of 420" in last_row(explorer.view, "1 of 64") and "26 of 42" in last_row(
        explorer.view, "1 of 64"
    )
    explorer.controls["opened"].value = 64
    everything, no_index = (last_row(explorer.view, start) for start in ("64 of 64", "no index"))
    assert everything.split()[4:] == no_index.split()[4:] and "420 of 420" in everything


@pytest.fixture(scope="module")
def engine(data, embed):
    return explore_search(
        embed, search, data[1], read_rows("stdlib"), read_rows("search_questions")
    )


def ask(engine, question):
    engine.controls["question"].value = question
    check_faces(engine.view)
    return engine.view.text


def test_the_engine_says_how_often_it_is_wrong(engine):
    assert "wrong for 13 of 42 questions, and all of the first five for 6" in engine.static.text
    assert engine.static.text.count("wrong for 2 of 21") == 1
    low = ask(engine, "wait for some seconds")
    assert "first place wrong for 11 of 21" in low and "No test question" not in low


def test_what_the_lesson_proposes_to_try_surprises(engine):
    assert ask(engine, "sleep").splitlines()[2].split()[2] == "time.sleep"
    assert "csv" in ask(engine, "how do I not read a csv file?").splitlines()[2].split()[2]
    assert "No test question scored below 0.40" in ask(engine, "what is the capital of France?")


@pytest.mark.parametrize("text", [text for text in HOSTILE if text.strip()])
def test_what_is_asked_is_escaped(engine, text):
    engine.controls["question"].value = text
    parse(engine.view.html)


def test_an_empty_question_is_told_in_one_sentence(engine):
    engine.controls["question"].value = " "
    assert "at least one word" in engine.view.text


def test_a_wrong_function_is_not_proven():
    assert prove("06-count-hits", lambda rankings, accepted, k: 15).status == "not yet"
    careless = prove("06-sentence-vectors", lambda hidden, mask: normalize(hidden.mean(1), dim=-1))
    assert careless.status == "not yet" and careless.agree < 522
    by_dot = prove("06-search", lambda q, v, k: (v @ q).topk(k).indices.tolist())
    assert by_dot.status == "not yet" and by_dot.agree < 42


def test_the_solutions_are_proven():
    assert prove("06-count-hits", count_hits).agree == 20
    assert prove("06-sentence-vectors", sentence_vectors).agree == 522
    assert prove("06-search", search).agree == 42
