"""Part B of lesson 02: a Unigram tokenizer, Python source to train on, and calls from older notes."""

from __future__ import annotations

import sysconfig
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from course_utils.pictures.table import table_view
from course_utils.pictures.view import View

# what the reader may have seen or may try; evaluated with the names of `show_calls`
CALLS = (
    ("tokenizer.prepare_for_model(ids)", "write tokenizer(text)"),
    ("tokenizer.build_inputs_with_special_tokens(ids)", "write tokenizer(text)"),
    (
        "tokenizer(['hello', 'there'], is_split_into_words=True).tokens()",
        "for words that are cut already",
    ),
    (
        "AutoTokenizer.from_pretrained(folder, use_fast=False).is_fast",
        "use_fast changes nothing; leave it out",
    ),
    (
        "transformers.BertTokenizerFast is transformers.BertTokenizer",
        "two names of one class; write AutoTokenizer",
    ),
    (
        "tokenizer(two, padding=True, return_tensors='pt')['input_ids'].shape",
        "padded to the longest text",
    ),
    (
        "tokenizer(two, padding='max_length', return_tensors='pt')['input_ids'].shape",
        "padded to the most that the model reads",
    ),
    (
        "tokenizer(two, padding='max_length', max_length=12, return_tensors='pt')"
        "['input_ids'].shape",
        "padded to 12",
    ),
    (
        "len(tokenizer(text, max_length=4)['input_ids'])",
        "cut without a warning; add truncation=True to say so",
    ),
    (
        "len(tokenizer(text, max_length=4, padding='max_length')['input_ids'])",
        "not cut: beside padding='max_length' only truncation=True cuts",
    ),
)


def train_unigram(texts: Sequence[str], size: int) -> Any:
    """Train a SentencePiece-like Unigram tokenizer on texts, with a table of ``size`` entries."""
    import tokenizers
    from transformers import PreTrainedTokenizerFast

    learner = tokenizers.SentencePieceUnigramTokenizer()
    learner.train_from_iterator(
        texts, vocab_size=size, show_progress=False, unk_token="<unk>", special_tokens=["<unk>"]
    )
    return PreTrainedTokenizerFast(tokenizer_object=learner, unk_token="<unk>")


def python_source() -> tuple[list[str], list[str]]:
    """Read Python's own standard library: blocks of the modules from d to i, and the lines of the package json.

    Both differ from one Python version to the next.
    """
    library = Path(sysconfig.get_paths()["stdlib"])

    def read(pattern: str) -> str:
        paths = sorted(library.glob(pattern))
        return "\n\n".join(path.read_text(encoding="utf-8") for path in paths)

    lines = [line for line in read("json/*.py").splitlines() if line.strip()]
    return read("[d-i]*.py").split("\n\n"), lines


def show_calls(tokenizer: Any) -> View:
    """Run calls that older notes contain or that one may try, and show what each gives today."""
    import transformers

    from course_utils.weights.registry import checkpoint

    text = "I hate this. This one is longer."
    names = {
        "tokenizer": tokenizer,
        "transformers": transformers,
        "AutoTokenizer": transformers.AutoTokenizer,
        "folder": checkpoint("sentiment"),
        "text": text,
        "two": ["I hate this.", "This one is a little longer."],
        "ids": tokenizer.convert_tokens_to_ids(tokenizer.tokenize(text)),
    }
    return table_view(
        f"Calls, and what they give today; text = {text!r}, two = {names['two']!r}",
        ["call", "today", "so"],
        [[call, _today(call, names), so] for call, so in CALLS],
    )


def _today(call: str, names: dict[str, Any]) -> str:
    """Evaluate one of the calls above; an error is told by its type."""
    try:
        value = eval(call, dict(names))
    except AttributeError as error:
        return f"{type(error).__name__}: it is gone"
    return str(tuple(value)) if hasattr(value, "numel") else str(value)


def batches(texts: Sequence[str], size: int = 1_000) -> Iterator[Sequence[str]]:
    """Hand out texts in batches, one after the other; like every generator it can be read once."""
    for start in range(0, len(texts), size):
        yield texts[start : start + size]


def tokens_per_line(tokenizer: Any, lines: Sequence[str]) -> float:
    """Count tokens per line, special tokens left out."""
    rows = tokenizer(list(lines), add_special_tokens=False, verbose=False)["input_ids"]
    return sum(map(len, rows)) / len(rows)
