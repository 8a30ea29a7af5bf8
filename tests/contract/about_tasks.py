"""Facts of lessons 05 to 08: pairs, embeddings, tags and answers."""

import torch
import transformers

from course_utils.weights.registry import checkpoint
from tests.contract.registry import LONG, SHORT, fact, model, raised, tokenizer


@fact(
    "A pair is one sequence: token_type_ids are 0 up to the first [SEP] and 1 after it.",
    "05_sentence_pairs",
)
def pair_token_types():
    return tokenizer()("a b", "c")["token_type_ids"] == [0, 0, 0, 0, 1, 1]


@fact("Flipping the segment ids moves the hidden state.", "05_sentence_pairs")
def segment_embedding_counts():
    body = model("embeddings", "AutoModel")
    pair = tokenizer()("a b", "c", return_tensors="pt")
    flipped = {**pair, "token_type_ids": 1 - pair["token_type_ids"]}
    return not torch.allclose(
        body(**pair).last_hidden_state, body(**flipped).last_hidden_state, atol=1e-3
    )


@fact(
    "Zero-shot classification is a softmax over the entailment logits of one hypothesis per label.",
    "05_sentence_pairs",
)
def zero_shot_is_entailment():
    labels = ["education", "politics"]
    guess = transformers.pipeline("zero-shot-classification", model=checkpoint("nli"))(
        SHORT, labels
    )
    judge = model("nli")
    pairs = tokenizer()(
        [SHORT] * 2, [f"This example is {x}." for x in labels], padding=True, return_tensors="pt"
    )
    with torch.no_grad():
        scores = judge(**pairs).logits[:, judge.config.label2id["entailment"]].softmax(0)
    return all(
        abs(guess["scores"][guess["labels"].index(x)] - float(s)) < 1e-5
        for x, s in zip(labels, scores, strict=True)
    )


@fact("The vector of a word depends on its sentence.", "06_embeddings")
def vectors_are_contextual():
    body, vectors = model("embeddings", "AutoModel"), []
    for text in ("the bank of the river", "the bank lent money"):
        inputs = tokenizer()(text, return_tensors="pt")
        vectors.append(body(**inputs).last_hidden_state[0, inputs.tokens().index("bank")])
    return float(torch.cosine_similarity(*vectors, dim=0)) < 0.9


@fact(
    "aggregation_strategy='none' returns pieces with 'entity', the others groups with 'entity_group'.",
    "07_token_classification",
)
def aggregation_changes_the_key():
    tag = transformers.pipeline("ner", model=checkpoint("ner"))
    text = "My name is Sylvain and I work at Hugging Face in Brooklyn."
    return (
        "entity" in tag(text)[0] and "entity_group" in tag(text, aggregation_strategy="simple")[0]
    )


@fact("aggregation_strategy knows none, simple, first, average and max.", "07_token_classification")
def aggregation_strategies():
    from transformers.pipelines.token_classification import AggregationStrategy

    return {s.value for s in AggregationStrategy} == {"none", "simple", "first", "average", "max"}


@fact(
    "AutoModelForQuestionAnswering returns start_logits and end_logits, one per token.",
    "08_question_answering",
)
def start_and_end_logits():
    inputs = tokenizer()("Who?", "Anna did it.", return_tensors="pt")
    out = model("embeddings", "AutoModelForQuestionAnswering")(**inputs)
    return out.start_logits.shape == out.end_logits.shape == inputs["input_ids"].shape


@fact("truncation='only_second' cuts the passage and never the question.", "08_question_answering")
def only_second_keeps_the_question():
    encoded = tokenizer()("who was it ?", "word " * 50, truncation="only_second", max_length=12)
    return len(encoded["input_ids"]) == 12 and encoded.sequence_ids().count(0) == 4


@fact(
    "sequence_ids() tells question (0), passage (1) and special tokens (None) apart.",
    "08_question_answering",
)
def sequence_ids_mark_the_parts():
    return tokenizer()("who ?", "me").sequence_ids() == [None, 0, 0, None, 1, None]


@fact(
    "A list of two texts makes two rows; only a second argument makes a pair.", "05_sentence_pairs"
)
def a_list_is_no_pair():
    return (
        len(tokenizer()(["a", "b"])["input_ids"]) == 2
        and tokenizer()("a", "b")["input_ids"].count(102) == 2
    )


@fact("A third segment fails: index out of range, since type_vocab_size is 2.", "05_sentence_pairs")
def a_third_segment_fails():
    pair = tokenizer()("a b", "c", return_tensors="pt")
    return "index out of range" in raised(
        model(), **{**pair, "token_type_ids": 2 * pair["token_type_ids"]}
    )


@fact("The pooler reads the vector of [CLS]: tanh of one linear layer.", "05_sentence_pairs")
def pooler_reads_cls():
    body = model("embeddings", "AutoModel")
    out = body(**tokenizer()(SHORT, return_tensors="pt"))
    return torch.allclose(
        out.pooler_output, body.pooler.dense(out.last_hidden_state[:, 0]).tanh(), atol=1e-6
    )


@fact(
    "The masked mean of the token vectors does not move when a longer neighbour joins the batch.",
    "06_embeddings",
)
def masked_mean_stays():
    body = model("embeddings", "AutoModel")

    def mean(texts):
        batch = tokenizer()(texts, padding=True, return_tensors="pt")
        weights = batch["attention_mask"].unsqueeze(-1)
        return ((body(**batch).last_hidden_state * weights).sum(1) / weights.sum(1))[0]

    return torch.allclose(mean([SHORT]), mean([SHORT, LONG]), atol=1e-5)


@fact(
    "output_hidden_states=True returns the embeddings and one tensor per layer: seven here.",
    "06_embeddings",
)
def hidden_states_count():
    out = model("embeddings", "AutoModel")(
        **tokenizer()(SHORT, return_tensors="pt"), output_hidden_states=True
    )
    return len(out.hidden_states) == 7 and torch.equal(out.hidden_states[-1], out.last_hidden_state)


@fact("Labels of -100 do not count in the loss.", "07_token_classification")
def ignored_labels():
    tagger = model("ner", "AutoModelForTokenClassification")
    inputs = tokenizer("ner")("Anna works here", return_tensors="pt")
    labels = torch.full_like(inputs["input_ids"], -100)
    labels[0, 1] = 0
    out = tagger(**inputs, labels=labels)
    return (
        abs(
            float(out.loss)
            - float(torch.nn.functional.cross_entropy(out.logits[0, 1:2], torch.tensor([0])))
        )
        < 1e-5
    )


@fact("A group's score with 'simple' is the mean of its pieces' scores.", "07_token_classification")
def simple_takes_the_mean():
    tag = transformers.pipeline("ner", model=checkpoint("ner"))
    text = "Sylvain works in Brooklyn."
    pieces, group = tag(text), tag(text, aggregation_strategy="simple")[0]
    inside = [
        float(p["score"])
        for p in pieces
        if p["start"] >= group["start"] and p["end"] <= group["end"]
    ]
    return abs(sum(inside) / len(inside) - float(group["score"])) < 1e-5


@fact(
    "With return_overflowing_tokens each window carries the question, and the mapping says which example it is of.",
    "08_question_answering",
)
def windows_repeat_the_question():
    encoded = tokenizer()(
        "who was it ?",
        "word " * 50,
        truncation="only_second",
        max_length=20,
        stride=4,
        return_overflowing_tokens=True,
    )
    windows = encoded["input_ids"]
    return (
        len(windows) > 3
        and len({tuple(w[:6]) for w in windows}) == 1
        and set(encoded["overflow_to_sample_mapping"]) == {0}
    )
