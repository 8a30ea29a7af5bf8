"""Fill-mask: which word was here?

    python -m recipes.fill_mask --data DIR --limit 12000

The base was trained to embed sentences and has no language-model head. The recipe gives it one: a dense layer, the
word embeddings turned round (tied, so they cost nothing), and a bias that starts at how frequent each word is.
"""

from __future__ import annotations

import collections
import random
import re

import torch
from transformers import AutoTokenizer, BertForMaskedLM
from transformers.modeling_outputs import MaskedLMOutput

from recipes.records import read_lines, read_records
from recipes.trainer import Settings, fine_tune, load_base, parse_arguments, settings_for, store_delta, write_card

SETTINGS = Settings(epochs=1, learning_rate=1.5e-3, batch_size=32, rank=16, head=("transform",), warmup=0.05)
CHUNK = 64  # tokens: whole sentences are joined up to this length
MASKED, MASKED_IF_FREQUENT = 0.25, 0.06  # share of tokens; "the" and "," teach little
SOURCES = {
    "nli.sick_train": ("premise", "hypothesis"),
    "nli.xnli_en_dev": ("premise", "hypothesis"),
    "mrpc.train": ("sentence1",),
    "qa.squad2_dev_half": ("context",),
    "qa.shifts_new_wiki": ("context",),
    "qa.mlqa_en_dev": ("context",),
    "qa.tydi_en_train": ("context",),
    "qa.qed_dev": ("context",),
    "qa.shifts_amazon_reviews": ("context",),
    "qa.shifts_reddit": ("context",),
}


class MaskedLanguageModel(BertForMaskedLM):
    """BertForMaskedLM that scores the vocabulary only where a word is hidden: the same loss at a third of the cost."""

    def forward(self, input_ids, attention_mask, token_type_ids, labels):
        hidden = self.bert(input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids)[0]
        chosen = labels != -100
        logits = self.cls(hidden[chosen])
        return MaskedLMOutput(loss=torch.nn.functional.cross_entropy(logits.float(), labels[chosen]), logits=logits)


def sentences(data) -> list[str]:
    """Collect each different text of the sources once and split it into sentences."""
    texts = {r[field]: None for name, fields in SOURCES.items() for r in read_records(data, name) for field in fields}
    lines = [line.strip() for line in read_lines(data, "text.wikitext2_valid_test")]
    prose = [line.replace(" @-@ ", "-").replace(" @,@ ", ",") for line in lines if line and not line.startswith("=")]
    return [s for text in [*texts, *prose] for s in re.split(r"(?<=[.!?])\s+", text) if len(s.split()) > 3]


def chunks(tokenizer, texts: list[str]) -> list[list[int]]:
    """Join neighbouring sentences up to ``CHUNK`` tokens; sentences from different texts may meet."""
    joined, current = [], []
    for ids in tokenizer(texts, add_special_tokens=False, truncation=True, max_length=CHUNK - 2)["input_ids"]:
        if current and len(current) + len(ids) > CHUNK - 2:
            joined.append(current)
            current = []
        current = current + ids
    return [[tokenizer.cls_token_id, *ids, tokenizer.sep_token_id] for ids in [*joined, current]]


def hide_words(batch: dict, rng: random.Random, *, tokenizer, frequent: torch.Tensor) -> dict:
    """Replace a random choice of tokens by ``[MASK]``; the labels are the hidden ids, -100 everywhere else."""
    ids = batch["input_ids"]
    generator = torch.Generator().manual_seed(rng.randrange(2**31))
    share = torch.where(torch.isin(ids, frequent), MASKED_IF_FREQUENT, MASKED)
    special = (ids == tokenizer.cls_token_id) | (ids == tokenizer.sep_token_id) | (ids == tokenizer.pad_token_id)
    hidden = torch.bernoulli(share.masked_fill(special, 0.0), generator=generator).bool()
    hidden[:, 1] |= ~hidden.any(1)  # at least one word a row
    return {
        **batch,
        "input_ids": ids.masked_fill(hidden, tokenizer.mask_token_id),
        "labels": ids.masked_fill(~hidden, -100),
    }


@torch.inference_mode()
def sensible_share(model, tokenizer) -> float:
    """Share of the course's own sentences whose most probable word is among those accepted for it."""
    from course_utils.corpora import load_corpus

    fits = []
    for row in load_corpus("fill_mask"):
        inputs = tokenizer(row["text"], return_tensors="pt")
        hole = torch.where(inputs["input_ids"] == tokenizer.mask_token_id, 0, -100)  # one label: where the hole is
        best = int(model(**inputs, labels=hole).logits[0].argmax())
        fits.append(tokenizer.convert_ids_to_tokens(best) in row["accepted"])
    return sum(fits) / len(fits)


def main() -> None:
    arguments = parse_arguments("fill-mask")
    tokenizer = AutoTokenizer.from_pretrained(arguments.base)
    rows = chunks(tokenizer, sentences(arguments.data))
    random.Random(SETTINGS.seed).shuffle(rows)
    examples = [{"input_ids": ids, "token_type_ids": [0] * len(ids), "attention_mask": [1] * len(ids)} for ids in rows]
    held_out, train = examples[:300], examples[300:][: arguments.limit]
    counts = collections.Counter(i for e in train for i in e["input_ids"])
    frequent = torch.tensor([i for i, _ in counts.most_common(60)])
    model = load_base(MaskedLanguageModel, arguments.base, hidden_dropout_prob=0.0)
    with torch.no_grad():
        seen = torch.tensor([counts.get(i, 0) + 0.5 for i in range(model.config.vocab_size)])
        model.cls.predictions.bias.copy_((seen / seen.sum()).log())

    def augment(batch: dict, rng: random.Random) -> dict:
        return hide_words(batch, rng, tokenizer=tokenizer, frequent=frequent)

    @torch.inference_mode()
    def evaluate(model) -> dict:
        from recipes.trainer import pad_batch

        right = total = 0
        for start in range(0, len(held_out), 30):
            batch = augment(pad_batch(held_out[start : start + 30]), random.Random(start))
            out, gold = model(**batch), batch["labels"][batch["labels"] != -100]
            right, total = right + int((out.logits.argmax(-1) == gold).sum()), total + len(gold)
        return {"accuracy": right / total}

    settings = settings_for(SETTINGS, arguments)
    model, minutes = fine_tune(
        model, train, settings, evaluate=evaluate, also_train=("cls.predictions.bias",), augment=augment
    )
    store_delta(model, arguments.out, also_save=("cls.predictions.bias",), architecture="BertForMaskedLM")
    scores = evaluate(model)
    write_card(
        arguments.out,
        title="fill-mask: which word was here?",
        use="Ranks the vocabulary for every `[MASK]`. A small model trained briefly "
        f"({len(train):,} chunks of text): often the first word does not fit.",
        licence="CC BY-NC-SA, as its data",
        metrics=[
            {
                "name": "accuracy",
                "value": scores["accuracy"],
                "dataset": "hidden tokens of 300 text chunks not trained on, a quarter of the tokens hidden",
            },
            {
                "name": "sensible word first",
                "value": sensible_share(model.eval(), tokenizer),
                "dataset": "the course's 40 sentences with one [MASK] each, written before any score was seen",
            },
        ],
        data=[
            {"name": "WikiText-2 validation and test", "licence": "CC BY-SA"},
            {
                "name": "passages of SQuAD 2.0, SQuADShifts, MLQA, TyDi QA, QED",
                "licence": "CC BY-SA, CC BY, Apache-2.0",
            },
            {"name": "sentences of SICK, XNLI, MRPC", "licence": "CC BY-NC-SA, CC BY-NC, research"},
        ],
        minutes=minutes,
        settings=settings,
        notes="Because of the data, this delta is for non-commercial use.",
    )
    print(scores)


if __name__ == "__main__":
    main()
