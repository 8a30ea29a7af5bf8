"""Facts of lesson 04: padding, masks and truncation."""

import functools

import torch
import transformers

from course_utils.weights.registry import checkpoint
from tests.contract.registry import LONG, SHORT, fact, logits, messages, model, raised, tokenizer


@fact("A 1-D tensor of ids fails: not enough values to unpack.", "04_batching")
def one_dimensional_ids_fail():
    return "not enough values to unpack" in raised(model(), torch.tensor([101, 2023, 102]))


@fact("A ragged list is no tensor: expected sequence of length 14 at dim 1 (got 4).", "04_batching")
def ragged_list_fails():
    return "expected sequence of length 14 at dim 1 (got 4)" in raised(
        torch.tensor, [[1] * 14, [1] * 4]
    )


@fact("A list of lists is no tensor: 'list' object has no attribute 'size'.", "04_batching")
def list_of_lists_fails():
    return "'list' object has no attribute" in raised(model(), [[101, 2023, 102]])


@fact("return_tensors='pt' without padding raises ValueError that suggests padding.", "04_batching")
def unpadded_batch_fails():
    error = raised(tokenizer(), [SHORT, LONG], return_tensors="pt")
    return error.startswith("ValueError") and "padding=True" in error


@fact("Padding without a mask changes the short sentence's logits.", "04_batching")
def padding_without_mask_changes_logits():
    ids = tokenizer()([LONG, SHORT], padding=True, return_tensors="pt")["input_ids"]
    with torch.no_grad():
        return not torch.allclose(model()(input_ids=ids).logits[1], logits([SHORT])[0], atol=1e-2)


@fact("With the mask the padded sentence's logits return to 1e-5.", "04_batching")
def mask_restores_logits():
    return torch.allclose(logits([LONG, SHORT])[1], logits([SHORT])[0], atol=1e-5)


@fact("Batch against single differ below 1e-6.", "04_batching")
def batch_equals_single():
    return float((logits([LONG, SHORT])[1] - logits([SHORT])[0]).abs().max()) < 1e-6


@fact("Padding without a mask is silent: no warning.", "04_batching")
def padding_without_mask_is_silent():
    ids = tokenizer()([LONG, SHORT], padding=True, return_tensors="pt")["input_ids"]
    fresh = transformers.AutoModelForSequenceClassification.from_pretrained(
        checkpoint("sentiment")
    ).eval()
    return messages(lambda: fresh(input_ids=ids)) == ""


@fact("model(x, attention_maks=m) is ignored without a word.", "04_batching")
def misspelt_argument_is_ignored():
    batch = tokenizer()([LONG, SHORT], padding=True, return_tensors="pt")
    call = functools.partial(
        model(), input_ids=batch["input_ids"], attention_maks=batch["attention_mask"]
    )
    return raised(call) == ""


@fact(
    "A sequence longer than 512 fails inside the model: two sizes that must match.", "04_batching"
)
def too_long_sequence_fails():
    error = raised(model(), torch.ones(1, 600, dtype=torch.long))
    return error.startswith("RuntimeError") and "(600) must match" in error and "(512)" in error


@fact(
    "return_overflowing_tokens with stride cuts a long text into overlapping windows.",
    "04_batching",
)
def overflow_windows_overlap():
    windows = tokenizer()(
        "one two three four five six seven eight",
        truncation=True,
        max_length=6,
        stride=2,
        return_overflowing_tokens=True,
    )["input_ids"]
    return len(windows) == 3 and windows[0][3:5] == windows[1][1:3]


@fact("DataCollatorWithPadding pads to the longest of its batch.", "04_batching")
def collator_pads_dynamically():
    collate = transformers.DataCollatorWithPadding(tokenizer())
    return collate([tokenizer()(SHORT), tokenizer()(LONG)])["input_ids"].shape == (2, 16)


@fact("pad_to_multiple_of=8 rounds the length up.", "04_batching")
def pad_to_multiple():
    nine_tokens = "I hate this so very much!"
    return (
        len(tokenizer()(nine_tokens)["input_ids"]) == 9
        and len(tokenizer()(nine_tokens, padding=True, pad_to_multiple_of=8)["input_ids"]) == 16
    )


@fact("The encoder's tokenizer pads on the right.", "04_batching")
def encoder_pads_right():
    return tokenizer().padding_side == "right"


@fact(
    "Left pads change an encoder's logits even with the mask: positions are counted from the left edge.",
    "04_batching",
)
def left_pads_change_an_encoder():
    batch = tokenizer()([LONG, SHORT], padding=True, padding_side="left", return_tensors="pt")
    with torch.no_grad():
        return not torch.allclose(model()(**batch).logits[1], logits([SHORT])[0], atol=1e-2)


@fact("A generator padded on the left continues as it does alone.", "04_batching")
def left_pads_leave_a_generator_alone():
    lm, tok = model("generation", "AutoModelForCausalLM"), tokenizer("generation")

    def continued(prompts):
        batch = tok(prompts, padding=True, padding_side="left", return_tensors="pt")
        return lm.generate(**batch, max_new_tokens=5, do_sample=False)[
            0, batch["input_ids"].shape[1] :
        ]

    prompts = [
        "The capital of France is",
        "In the morning the old sailor opened the letter from his sister, and then",
    ]
    return torch.equal(continued(prompts[:1]), continued(prompts))


@fact("The generator's tokenizer pads on the right unless told otherwise.", "04_batching")
def generators_tokenizer_pads_right():
    return tokenizer("generation").padding_side == "right"


@fact("A generator given pads on the right says so in the log.", "04_batching")
def right_pads_warn_in_generation():
    lm, tok = model("generation", "AutoModelForCausalLM"), tokenizer("generation")
    batch = tok(
        ["The capital of", "One two three four five"],
        padding=True,
        padding_side="right",
        return_tensors="pt",
    )
    return "padding_side" in messages(
        lambda: lm.generate(**batch, max_new_tokens=1, do_sample=False)
    )


@fact("Every row of attention weights is 0 where the mask is 0.", "04_batching")
def masked_columns_get_no_attention():
    body = model("embeddings", "AutoModel", attn_implementation="eager")
    batch = tokenizer()([LONG, SHORT], padding=True, return_tensors="pt")
    weights = body(**batch, output_attentions=True).attentions[2][1]
    return float(weights[..., batch["attention_mask"][1] == 0].abs().max()) == 0.0
