"""Entities: spans in every arrangement, spaCy as the oracle for its own format, and text that stays text."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pictures import HOSTILE, check, check_golden, held, words_of

from course_utils.entities import Entity, read_entities
from course_utils.pictures.entities import label_colour, show_entities, to_displacy
from course_utils.pictures.passage import lanes, stretches
from course_utils.pictures.word_tags import show_word_tags

TEXT = "My name is Sylvain and I work at Hugging Face in Brooklyn."
FOUND = [
    {"entity_group": "PER", "score": 0.99, "word": "sylvain", "start": 11, "end": 18},
    {"entity_group": "ORG", "score": 0.97, "word": "hugging face", "start": 33, "end": 45},
    {"entity_group": "LOC", "score": 0.5, "word": "brooklyn", "start": 49, "end": 57},
]


@st.composite
def text_with_spans(draw):
    text = draw(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40))
    pairs = draw(
        st.lists(st.tuples(st.integers(0, len(text)), st.integers(0, len(text))), max_size=6)
    )
    labels = st.sampled_from(["PER", "B-ORG", "<b>", "יש", ""])
    return text, [
        Entity(min(p), max(p), draw(labels), draw(st.floats(0, 1))) for p in pairs if p[0] != p[1]
    ]


def test_golden():
    check_golden("entities", show_entities(TEXT, FOUND, title="One sentence"))


def test_golden_overlapping():
    crossing = [
        Entity(33, 45, "ORG", 0.9),
        Entity(41, 57, "LOC", 0.4),
        Entity(33, 40, "B-ORG", 0.8),
    ]
    check_golden("entities_overlapping", show_entities(TEXT, crossing))


def test_records_come_in_the_order_of_the_text_with_their_pieces():
    records = read_entities(
        TEXT, [FOUND[2], {"entity": "B-PER", "start": 11, "end": 13, "index": 4, "word": "sy"}]
    )
    assert records == [
        Entity(11, 13, "B-PER", None, "sy", (4,)),
        Entity(49, 57, "LOC", 0.5, "brooklyn"),
    ]


@given(text_with_spans())
@settings(max_examples=25, deadline=None)
def test_any_text_and_spans_keep_the_text_and_every_label(case):
    text, entities = case
    view = check(show_entities(text, entities))
    for e in entities:
        assert f"{e.score:.3f}" in view.text and f"{e.score:.3f}" in words_of(view.html)


@given(text_with_spans())
@settings(max_examples=25, deadline=None)
def test_stretches_partition_the_text_and_lanes_never_overlap(case):
    text, entities = case
    spans = [(e.start, e.end) for e in entities]
    cut = stretches(len(text), spans)
    assert "".join(text[a:b] for a, b, _ in cut) == text
    for i, span in enumerate(spans):
        assert sum(b - a for a, b, over in cut if i in over) == span[1] - span[0]
    chosen = lanes(spans)
    for i, (a, b) in enumerate(spans):
        assert all(
            b <= c or d <= a for j, (c, d) in enumerate(spans) if j != i and chosen[j] == chosen[i]
        )


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_strings_stay_text(hostile):
    text = f"x{hostile}y"
    view = check(
        show_entities(
            text, [Entity(0, len(text), hostile, 0.5)], title=hostile, caption=hostile or "c"
        )
    )
    assert held(hostile) in words_of(view.html)
    check(
        show_word_tags(
            [hostile, "b"], [hostile, "O"], expected=["O", hostile], caption=hostile or "c"
        )
    )


def test_a_long_text_is_cut_with_a_note():
    text = "Ada & Bob met. " * 6000
    view = check(show_entities(text, [Entity(i * 15, i * 15 + 3, "PER", 0.5) for i in range(6000)]))
    assert "characters and" in view.text and "of 90000 characters" in words_of(view.html)


def test_empty_cases():
    assert "No entity" in check(show_entities("", [])).text
    assert check(show_word_tags([], [])).text == "Below each word its tag."


@pytest.mark.parametrize(
    ("text", "entities", "error", "words"),
    [
        (["a"], [], TypeError, "expected one string, got list"),
        (TEXT, FOUND[0], TypeError, "expected a list of entities, got one dict"),
        (TEXT, [FOUND], TypeError, "one list a text"),
        (TEXT, [{"start": 0, "end": 1}], ValueError, "'entity_group' or 'entity'"),
        (TEXT, [{"entity": "PER", "start": None, "end": None}], ValueError, "fast tokenizer"),
        (TEXT, [{"entity": "PER", "start": 3, "end": 3}], ValueError, r"got \[3, 3\)"),
        (
            TEXT,
            [{"entity": "PER", "start": 50, "end": 99}],
            ValueError,
            r"<= 58, the text's length; got \[50, 99\)",
        ),
        (TEXT, [{"entity": "PER", "start": -2, "end": 9}], ValueError, r"got \[-2, 9\)"),
    ],
)
def test_errors_say_what_was_expected(text, entities, error, words):
    with pytest.raises(error, match=words):
        show_entities(text, entities)


def test_nan_is_printed():
    assert "nan" in check(show_entities("Ada", [Entity(0, 3, "PER", math.nan)])).text


def test_colours_ignore_the_scheme_and_never_change():
    assert label_colour("B-PER") == label_colour("I-PER") == label_colour("PER") == "#0072B2"
    assert label_colour("NN") == label_colour("NN") != ""


def test_spans_that_only_touch_share_a_lane():
    assert lanes([(0, 2), (2, 4), (1, 3)]) == [0, 0, 1]


class TestDisplacy:
    """spaCy draws the records that it is handed."""

    def test_every_span_is_drawn(self):
        displacy = pytest.importorskip("spacy.displacy", reason="spaCy is not installed")
        html = displacy.render(
            to_displacy(TEXT, FOUND, title="One"), style="ent", manual=True, jupyter=False
        )
        for entity in FOUND:
            assert TEXT[entity["start"] : entity["end"]] in html and entity["entity_group"] in html

    @pytest.mark.parametrize("hostile", ["<script>alert(1)</script>", '"><img src=x>'])
    def test_its_unescaped_fields_arrive_escaped(self, hostile):
        displacy = pytest.importorskip("spacy.displacy", reason="spaCy is not installed")
        given = to_displacy(f"a{hostile}", [Entity(0, 1, hostile)], title=hostile)
        html = displacy.render(given, style="ent", manual=True, jupyter=False)
        assert "<script" not in html and "<img" not in html

    def test_overlap_is_refused(self):
        with pytest.raises(ValueError, match=r"ORG \[33, 45\) and LOC \[41, 57\) overlap"):
            to_displacy(TEXT, [Entity(33, 45, "ORG"), Entity(41, 57, "LOC")])


class TestWordTags:
    """What was expected above, what came below."""

    def test_golden(self):
        view = show_word_tags(
            ["Time", "flies", "fast"], ["NN", "NNS", "JJ"], expected=["NN", "VBZ", "RB"]
        )
        check_golden("word_tags", view)

    def test_all_agree(self):
        view = check(show_word_tags(["a", "b"], ["X", "Y"], expected=["X", "Y"]))
        assert "All 2 agree." in view.text and "≠" not in view.text

    def test_only_the_first_difference_has_a_solid_frame(self):
        html = show_word_tags(["a", "b"], ["X", "Y"], expected=["Y", "X"]).html
        assert html.count("3px solid #D55E00") == 1 and html.count("2px dashed #D55E00") == 1

    def test_many_words_are_cut_with_a_note(self):
        assert "of 2000 words" in check(show_word_tags(["w"] * 2000, ["NN"] * 2000)).text

    @pytest.mark.parametrize(
        ("arguments", "error", "words"),
        [
            ((["a"], ["X", "Y"]), ValueError, "tags: expected one per word, 1, got 2"),
            (("ab", ["X", "Y"]), TypeError, "words: expected a list of strings"),
        ],
    )
    def test_errors(self, arguments, error, words):
        with pytest.raises(error, match=words):
            show_word_tags(*arguments)
