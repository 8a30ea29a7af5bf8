"""What a larger model would say next: soft targets for the fill-mask recipe.

    python -m recipes.next_words --data DIR --wordnet DIR --out next_words.safetensors

SmolLM2 reads a short sentence once; before each of its words it holds a probability for every word that could come
there. The likeliest ones are kept. "The film was so boring that I fell" gives "asleep", "down", "in" ... with their
probabilities, which says more than the one word that happened to be written (knowledge distillation, Hinton et al.
2015). A sentence that breaks off there and is closed with a full stop becomes a training example: ``[MASK].``

SmolLM2 does not see the full stop. Its probability of a word is therefore multiplied with the share of that word's
occurrences in the corpus after which a sentence ends, so that "the" and "of" go.
"""

from __future__ import annotations

import argparse
import collections
import itertools
import random
import re
from collections.abc import Iterator
from pathlib import Path

import torch
from safetensors.torch import save_file
from tqdm.auto import tqdm
from transformers import AutoModelForCausalLM, AutoTokenizer

from course_utils import checkpoint
from recipes.fill_mask import HELD_OUT, training_texts

WORDS = 16  # kept for each place
PLACES = 5  # for each sentence, drawn at random
LONGEST = 12  # words of a sentence
WIDTH = 24  # tokens of an example
FEWEST = 2  # words before the hidden one
BATCH = 64
SENTENCES = 50_000


def shared_words(teacher, student) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the ids, the teacher's and the student's, of the words that are one token to both (case aside)."""
    known = student.get_vocab()
    spelled = {
        i: token.removeprefix("Ġ")
        for token, i in teacher.get_vocab().items()
        if token.startswith("Ġ")
    }
    pairs = [
        (i, known[word.lower()])
        for i, word in spelled.items()
        if word.isalpha() and word.lower() in known
    ]
    return tuple(torch.tensor(ids) for ids in zip(*sorted(pairs), strict=True))


def final_shares(texts: list[str], student) -> torch.Tensor:
    """For every id of the student: how often a sentence ends after the word, as a share, drawn towards 1 in 20."""
    seen, final = collections.Counter(), collections.Counter()
    for text in texts:
        words = re.findall(r"\w+|[.!?]", text.lower())
        seen.update(words)
        final.update(word for word, after in itertools.pairwise(words) if after in ".!?")
    vocabulary = student.convert_ids_to_tokens(range(len(student)))
    return torch.tensor([(final[word] + 0.5) / (seen[word] + 10) for word in vocabulary])


@torch.inference_mode()
def soft_targets(
    texts: list[str], teacher, tokenizer, student, ends: torch.Tensor
) -> Iterator[tuple]:
    """Yield ``(sentence up to the hidden word, ids, probabilities)`` for words of the texts; ids are the student's."""
    theirs, ours = shared_words(tokenizer, student)
    head, rng = teacher.lm_head.weight[theirs].T.contiguous(), random.Random(0)
    ordered = sorted(texts, key=len)
    for start in tqdm(range(0, len(ordered), BATCH), desc="teacher", mininterval=20):
        chosen = ordered[start : start + BATCH]
        batch = tokenizer(
            chosen,
            return_tensors="pt",
            padding=True,
            padding_side="right",
            return_offsets_mapping=True,
        )
        hidden = teacher.model(batch["input_ids"], attention_mask=batch["attention_mask"])[0]
        for row, (text, offsets) in enumerate(
            zip(chosen, batch["offset_mapping"].tolist(), strict=True)
        ):
            places = [
                (i, begin)
                for i, (begin, end) in enumerate(offsets)
                if end and starts_a_word(text, begin)
            ]
            places = rng.sample(places, min(PLACES, len(places)))
            if not places:
                continue
            next_word = (hidden[row, [i - 1 for i, _ in places]] @ head).float().softmax(-1)
            best = (torch.zeros(len(places), len(ends)).index_add_(1, ours, next_word) * ends).topk(
                WORDS
            )
            for (_, begin), weights, ids in zip(places, *best, strict=True):
                yield text[:begin].rstrip(), ids, weights / weights.sum()


def starts_a_word(text: str, begin: int) -> bool:
    """Whether a word begins here, with words enough before it to expect it."""
    return " " in text[max(begin - 1, 0) : begin + 1] and len(text[:begin].split()) >= FEWEST


def main() -> None:
    parser = argparse.ArgumentParser(
        description="Store what SmolLM2 expects next, as targets for fill-mask."
    )
    parser.add_argument(
        "--data", type=Path, required=True, help="folder with the JSON-lines files of the data card"
    )
    parser.add_argument(
        "--wordnet", type=Path, default="/usr/share/wordnet", help="folder of WordNet's data files"
    )
    parser.add_argument("--out", type=Path, required=True, help="safetensors file to write")
    parser.add_argument("--limit", type=int, default=SENTENCES, help="read only so many sentences")
    arguments = parser.parse_args()
    student = AutoTokenizer.from_pretrained(checkpoint("embeddings"))
    tokenizer = AutoTokenizer.from_pretrained(checkpoint("generation"))
    teacher = AutoModelForCausalLM.from_pretrained(
        checkpoint("generation"), dtype=torch.bfloat16
    ).eval()
    texts = training_texts(arguments.data, arguments.wordnet, student)[HELD_OUT:]
    short = [text for text in texts if len(text.split()) <= LONGEST and ":" not in text]
    chosen = random.Random(0).sample(short, min(arguments.limit, len(short)))
    prefixes, words, weights = zip(
        *soft_targets(chosen, teacher, tokenizer, student, final_shares(texts, student)),
        strict=True,
    )
    ids = student([f"{prefix} {student.mask_token}." for prefix in prefixes])["input_ids"]
    rows = [i for i, row in enumerate(ids) if len(row) <= WIDTH]
    padded = torch.zeros(len(rows), WIDTH, dtype=torch.int16)
    for row, i in enumerate(rows):
        padded[row, : len(ids[i])] = torch.tensor(ids[i], dtype=torch.int16)
    kept = torch.tensor(rows)
    save_file(
        {
            "input_ids": padded,
            "words": torch.stack(words)[kept].to(torch.int16),
            "weights": torch.stack(weights)[kept].half(),
        },
        arguments.out,
    )
    print(f"{len(rows):,} places in {len(chosen):,} sentences")


if __name__ == "__main__":
    main()
