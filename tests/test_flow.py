import re

import pytest
import torch
from pictures import HOSTILE, bare, byte_level, check_faces, check_golden, tiny, wordpiece

from course_utils import show_flow
from course_utils.flow import trace_flow
from course_utils.pictures.flow import draw_flow

NAMES = [
    "text",
    "pieces",
    "input_ids",
    "embeddings",
    "last_hidden_state",
    "logits",
    "probabilities",
    "answer",
]
TASKS = {
    "BertForSequenceClassification": None,
    "BertForTokenClassification": None,
    "BertForQuestionAnswering": "It is Ada Lovelace, of London.",
}
TEXT = "Who is it ☃?"


@pytest.mark.parametrize("kind", TASKS)
def test_stages_have_the_shapes_of_the_model(kind):
    model = tiny(kind, num_labels=3) if "Question" not in kind else tiny(kind)
    flow = trace_flow(model, wordpiece(), TEXT, context=TASKS[kind])
    assert [stage.name for stage in flow.stages] == NAMES
    batch = wordpiece()(TEXT, TASKS[kind], return_tensors="pt")
    output = model(**batch, output_hidden_states=True)
    n = batch["input_ids"].shape[1]
    shapes = {stage.name: stage.shape for stage in flow.stages}
    assert shapes["input_ids"] == (1, n) and shapes["embeddings"] == shapes[
        "last_hidden_state"
    ] == (1, n, 8)
    assert shapes["logits"] == tuple((output.start_logits if TASKS[kind] else output.logits).shape)
    for name, state in (
        ("embeddings", output.hidden_states[0]),
        ("last_hidden_state", output.hidden_states[-1]),
    ):
        glimpse = draw_flow(flow, name).text
        assert f"{state[0, 1, 2].item():.3f}" in glimpse.splitlines()[5]
    check_faces(draw_flow(flow))


def test_a_sequence_gets_the_label_of_the_model():
    model = tiny(
        num_labels=3,
        id2label={0: "bad", 1: "so-so", 2: "good"},
        label2id={"bad": 0, "so-so": 1, "good": 2},
    )
    scores = model(**wordpiece()(TEXT, return_tensors="pt")).logits.softmax(-1)[0]
    answer = show_flow(model, wordpiece(), TEXT, stage="answer").text
    assert (
        f"{model.config.id2label[scores.argmax().item()]}" in answer
        and f"{100 * scores.max():.2f} %" in answer
    )


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"num_labels": 1}, "Sigmoid"),
        ({"num_labels": 3, "problem_type": "multi_label_classification"}, "Sigmoid"),
        ({"num_labels": 3}, "Softmax"),
    ],
)
def test_the_function_fits_the_head(changes, word):
    assert (
        f"{word} turns" in show_flow(tiny(**changes), wordpiece(), TEXT, stage="probabilities").text
    )


def test_tokens_get_the_labels_of_the_model():
    names = dict(enumerate(["O", "PER", "LOC"]))
    model = tiny(
        "BertForTokenClassification", id2label=names, label2id={v: k for k, v in names.items()}
    )
    encoding = wordpiece()(TEXT, return_tensors="pt")
    best = model(**encoding).logits[0].argmax(-1).tolist()
    expected = [
        f"{i} {encoding.tokens()[i]}  {names[label]}"
        for i, label in enumerate(best)
        if label and 0 < i < len(best) - 1
    ]
    answer = show_flow(model, wordpiece(), TEXT, stage="answer").text
    assert expected and all(
        re.sub(" +", " ", line) in re.sub(" +", " ", answer) for line in expected
    )


def test_the_answer_is_the_best_allowed_span():
    model, context = tiny("BertForQuestionAnswering"), TASKS["BertForQuestionAnswering"]
    torch.nn.init.normal_(model.qa_outputs.weight, std=3)
    encoding = wordpiece()("Who is it?", context, return_tensors="pt")
    output = model(**encoding)
    inside = [i for i, part in enumerate(encoding.sequence_ids()) if part == 1]
    start, end = (
        logits[0, inside].softmax(-1) for logits in (output.start_logits, output.end_logits)
    )
    pairs = [
        (start[a] * end[b], inside[a], inside[b])
        for a in range(len(inside))
        for b in range(a, len(inside))
    ]
    score, first, last = max(pairs)
    offsets = encoding.encodings[0].offsets
    answer = show_flow(model, wordpiece(), "Who is it?", context=context, stage=8).text
    assert context[offsets[first][0] : offsets[last][1]] in answer
    assert f"[{first}, {last + 1})" in answer and f"{100 * score:.2f} %" in answer


@pytest.mark.parametrize("kind", TASKS)
def test_long_texts_are_cut_and_fit(kind):
    long = "tokenizers superpowers " * 100
    text, context = ("Who is it?", long) if TASKS[kind] else (long, None)
    view = show_flow(tiny(kind), wordpiece(), text, context=context)
    assert re.search(r"Cut from [\d,]+ tokens to the model's positions", view.text)
    check_faces(view)


def test_the_model_is_left_as_it_was():
    model = tiny().train()
    trace_flow(model, wordpiece(), TEXT)
    assert model.training and all(parameter.grad is None for parameter in model.parameters())
    assert show_flow(model, wordpiece(), TEXT) == show_flow(
        model, wordpiece(), TEXT
    )  # dropout is off: same bytes


def test_half_precision_is_taken():
    check_faces(show_flow(tiny().to(torch.bfloat16), wordpiece(), TEXT))


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_texts_and_labels_stay_text(hostile):
    model = tiny(id2label={0: hostile, 1: "x"}, label2id={hostile: 0, "x": 1})
    view = show_flow(model, wordpiece(), hostile)
    check_faces(view)
    assert not re.search("[\x00-\x09\x0b-\x1f\u200b\u202e]|<script|<img", view.html)
    answers = show_flow(tiny("BertForQuestionAnswering"), wordpiece(), "q", context=f"{hostile} ok")
    check_faces(answers)


def test_one_stage_by_number_or_name():
    model = tiny()
    whole, flow = show_flow(model, wordpiece(), TEXT), trace_flow(model, wordpiece(), TEXT)
    for number, name in enumerate(NAMES, 1):
        one = draw_flow(flow, number)
        assert one == draw_flow(flow, name) and one.text in whole.text and one.html in whole.html
        assert one.text.startswith(f"Stage {number} of 8: {name}")


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (
            lambda: show_flow(tiny("BertModel"), wordpiece(), "x"),
            ValueError,
            "expected a model with a head.*got BertModel",
        ),
        (
            lambda: show_flow(tiny("BertForQuestionAnswering"), wordpiece(), "x"),
            ValueError,
            "expected the passage",
        ),
        (
            lambda: show_flow(tiny(), wordpiece(), 5),
            TypeError,
            "expected a text as a string, got int",
        ),
        (
            lambda: show_flow(tiny(), wordpiece(), "x", stage=9),
            ValueError,
            "expected a stage from 1 to 8.*got 9",
        ),
        (
            lambda: show_flow(tiny(), wordpiece(), "x", stage="softmax"),
            ValueError,
            "or one of text, pieces.*'softmax'",
        ),
        (
            lambda: show_flow(tiny(vocab_size=50_000), byte_level(), ""),
            ValueError,
            "at least one token",
        ),
        (
            lambda: show_flow(tiny("BertForQuestionAnswering"), wordpiece(), "x", context=""),
            ValueError,
            "a passage with",
        ),
    ],
)
def test_wrong_arguments_are_explained(call, error, words):
    with pytest.raises(error, match=words):
        call()


def test_without_styles_it_reads_as_a_list_of_stages():
    plain = bare(show_flow(tiny(), wordpiece(), TEXT))
    assert "style" not in plain and plain.count("<strong>Stage") == 8


def test_golden():
    model = tiny()
    for parameter in model.parameters():
        torch.nn.init.constant_(parameter, 0.125)  # the same on every machine and version
    model.classifier.bias.data = torch.tensor([2.0, -1.0])
    check_golden("flow", show_flow(model, wordpiece(), "I like <b> ☃"))


@pytest.mark.parametrize(("length", "found"), [(30, True), (31, False)])
def test_a_span_has_at_most_thirty_tokens(length, found):
    """The start logit peaks at the passage's first token, the end logit ``length`` tokens on."""
    model, passage = tiny("BertForQuestionAnswering"), "the cat sat on a mat " * 7
    first = wordpiece()("Who?", passage).sequence_ids().index(1)

    def peaks(_module, _inputs, output):
        logits = torch.zeros_like(output)
        logits[0, first, 0] = logits[0, first + length - 1, 1] = 9.0
        return logits

    model.qa_outputs.register_forward_hook(peaks)
    span = trace_flow(model, wordpiece(), "Who?", context=passage).span
    assert ((span.start, span.end) == (first, first + length)) is found
    assert span.end - span.start <= 30
