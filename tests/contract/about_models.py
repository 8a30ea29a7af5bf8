"""Facts of lesson 03: loading, saving, attention and generation."""

import tempfile

import torch
import transformers

from course_utils.weights.registry import checkpoint
from tests.contract.registry import SHORT, fact, messages, model, tokenizer


@fact(
    "Loading a body into a class with a new head reports the head as newly initialised.",
    "03_models",
)
def load_report_names_the_head():
    said = messages(
        lambda: transformers.AutoModelForSequenceClassification.from_pretrained(
            checkpoint("embeddings")
        )
    )
    return "classifier" in said and ("MISSING" in said or "newly initialized" in said)


@fact("The load report is a table with the words MISSING and UNEXPECTED.", "03_models")
def load_report_is_a_table():
    said = messages(
        lambda: transformers.AutoModelForQuestionAnswering.from_pretrained(checkpoint("embeddings"))
    )
    return "MISSING" in said and "UNEXPECTED" in said


@fact("num_parameters() counts 22,713,216 in the body.", "03_models")
def parameter_count():
    return model("embeddings", "AutoModel").num_parameters() == 22_713_216


@fact("output_attentions=True with the default attention returns an empty tuple.", "09_generation")
def default_attention_returns_nothing():
    out = model("embeddings", "AutoModel")(
        **tokenizer()(SHORT, return_tensors="pt"), output_attentions=True
    )
    return not out.attentions


@fact('attn_implementation="eager" returns one (1, 12, n, n) tensor per layer.', "09_generation")
def eager_attention_returns_weights():
    body = model("embeddings", "AutoModel", attn_implementation="eager")
    out = body(**tokenizer()(SHORT, return_tensors="pt"), output_attentions=True)
    return len(out.attentions) == 6 and out.attentions[0].shape == (1, 12, 8, 8)


@fact("Rows of attention weights sum to 1.", "03_models")
def attention_rows_sum_to_one():
    body = model("embeddings", "AutoModel", attn_implementation="eager")
    weights = body(**tokenizer()(SHORT, return_tensors="pt"), output_attentions=True).attentions[3]
    return torch.allclose(weights.sum(-1), torch.ones(1, 12, 8), atol=1e-5)


@fact("The decoder's attention is causal: nothing above the diagonal.", "03_models")
def decoder_is_causal():
    decoder = model("generation", "AutoModelForCausalLM", attn_implementation="eager")
    out = decoder(
        **tokenizer("generation")("The sky is blue", return_tensors="pt"), output_attentions=True
    )
    return float(out.attentions[0].triu(1).abs().max()) == 0.0


@fact("generate(do_sample=False) takes the most probable token each time.", "09_generation")
def greedy_is_argmax():
    lm, tok = model("generation", "AutoModelForCausalLM"), tokenizer("generation")
    ids = tok("The sky is", return_tensors="pt")
    with torch.no_grad():
        first = int(lm(**ids).logits[0, -1].argmax())
        return int(lm.generate(**ids, max_new_tokens=1, do_sample=False)[0, -1]) == first


@fact("save_pretrained and from_pretrained give the same logits back.", "03_models")
def save_and_load_round_trip():
    with tempfile.TemporaryDirectory() as folder:
        model().save_pretrained(folder)
        again = transformers.AutoModelForSequenceClassification.from_pretrained(folder).eval()
    inputs = tokenizer()(SHORT, return_tensors="pt")
    with torch.no_grad():
        return torch.equal(again(**inputs).logits, model()(**inputs).logits)


@fact("BertModel(config) starts with random weights: two of them differ.", "03_models")
def model_from_config_is_random():
    config = transformers.BertConfig(
        num_hidden_layers=1, hidden_size=24, num_attention_heads=2, intermediate_size=24
    )
    a, b = transformers.BertModel(config), transformers.BertModel(config)
    return not torch.equal(a.embeddings.word_embeddings.weight, b.embeddings.word_embeddings.weight)


@fact("The language-model head is the embedding matrix, one and the same tensor.", "09_generation")
def language_model_head_is_tied():
    lm = model("generation", "AutoModelForCausalLM")
    return lm.lm_head.weight is lm.model.embed_tokens.weight
