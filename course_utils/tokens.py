"""The pieces of a text as a record: ids, words, offsets and what each token is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from course_utils.coerce import as_rows, check_text


@dataclass(frozen=True)
class Pieces:
    """A text cut into tokens: one entry per token in every field.

    Attributes
    ----------
    pieces : tuple of str
        The tokens as they stand in the vocabulary, ``##``, ``Ġ`` and ``▁`` included.
    ids : tuple of int
        Their numbers in the vocabulary.
    word_ids : tuple of (int or None)
        The word that a piece belongs to, counted from 0 in each text; None for special tokens, and for
        all tokens where the tokenizer does not know.
    offsets : tuple of (int, int), or None
        Characters ``[start, end)`` of the text that a piece covers; None for tokenizers written in Python.
    special, unknown, padding : tuple of bool
        What the token is; at most one of the three is true.
    text, pair : str or None
        The texts that were cut, where they are known.
    sequence_ids : tuple of (int or None)
        0 for pieces of ``text``, 1 for pieces of ``pair``, None for special tokens.
    mark : str
        How the tokenizer marks words: ``"##"``, ``"Ġ"``, ``"▁"`` or ``""``.
    """

    pieces: tuple[str, ...]
    ids: tuple[int, ...]
    word_ids: tuple[int | None, ...]
    offsets: tuple[tuple[int, int], ...] | None
    special: tuple[bool, ...]
    unknown: tuple[bool, ...]
    padding: tuple[bool, ...]
    text: str | None = None
    pair: str | None = None
    sequence_ids: tuple[int | None, ...] = ()
    mark: str = ""

    def __len__(self) -> int:
        return len(self.ids)

    def source(self, index: int) -> str | None:
        """Give the characters that a token covers, or None where text or offsets are not known."""
        whole = self.pair if self.sequence_ids and self.sequence_ids[index] == 1 else self.text
        return None if self.offsets is None or whole is None else whole[slice(*self.offsets[index])]


def tokenize_pieces(
    tokenizer: Any, text: str, pair: str | None = None, *, add_special_tokens: bool = True
) -> Pieces:
    """Cut a text, or a pair of texts, into pieces.

    Parameters
    ----------
    tokenizer : PreTrainedTokenizerBase or tokenizers.Tokenizer
        Any tokenizer; one written in Python gives no word ids and no offsets.
    text, pair : str
        What to cut.
    add_special_tokens : bool
        Whether the tokenizer adds what its model expects, such as ``[CLS]`` and ``[SEP]``.

    Returns
    -------
    Pieces
        One entry per token; offsets are characters ``[start, end)``.

    Raises
    ------
    TypeError
        If ``tokenizer`` is no tokenizer or a text is no string.
    ValueError
        If a text holds a lone surrogate, which no tokenizer can encode.

    Examples
    --------
    >>> from tokenizers import Tokenizer, models, pre_tokenizers
    >>> toy = Tokenizer(models.WordPiece({"[UNK]": 0, "hi": 1, "##gh": 2}, unk_token="[UNK]"))
    >>> toy.pre_tokenizer = pre_tokenizers.Whitespace()
    >>> cut = tokenize_pieces(toy, "high ☃")
    >>> cut.pieces, cut.ids, cut.offsets
    (('hi', '##gh', '[UNK]'), (1, 2, 0), ((0, 2), (2, 4), (5, 6)))
    """
    tokenizer = as_tokenizer(tokenizer)
    for given in (text,) if pair is None else (text, pair):
        check_text(given)
    encoding = tokenizer(text, pair, add_special_tokens=add_special_tokens, verbose=False)
    return from_encoding(tokenizer, encoding, text=text, pair=pair)[0]


def from_encoding(
    tokenizer: Any, encoding: Any, *, text: str | None = None, pair: str | None = None
) -> list[Pieces]:
    """Read the rows of an encoding that exists already: a BatchEncoding, a dict, or bare ids (list or tensor)."""
    tokenizer = as_tokenizer(tokenizer)
    if not isinstance(encoding, Mapping) and not hasattr(encoding, "encodings"):
        encoding = {"input_ids": encoding}
    if "input_ids" not in encoding:
        raise ValueError(f"expected an encoding with input_ids, got one with {sorted(encoding)}")
    rows, masks = as_rows(encoding["input_ids"]), as_rows(encoding.get("attention_mask"))
    if masks and [len(row) for row in masks] != [len(row) for row in rows]:
        raise ValueError(
            "expected an attention_mask of the shape of input_ids, "
            f"got rows of {[len(row) for row in masks][:8]} for {[len(row) for row in rows][:8]} tokens"
        )
    details = getattr(encoding, "encodings", None) or [None] * len(rows)
    known = [
        (detail, ids) for detail, ids in zip(details, rows, strict=False) if detail is not None
    ]
    if len(details) != len(rows) or any(detail.ids != ids for detail, ids in known):
        details = [None] * len(
            rows
        )  # the ids were changed after encoding: what the encoding knew is stale
    return [
        _row(tokenizer, ids, masks[i] if masks else None, details[i], text, pair)
        for i, ids in enumerate(rows)
    ]


def _row(
    tokenizer: Any,
    ids: list[int],
    mask: list[int] | None,
    detail: Any,
    text: str | None,
    pair: str | None,
) -> Pieces:
    """Build the record of one row; ``detail`` is what a fast tokenizer remembers of it, or None."""
    ends = {tokenizer.bos_token_id, tokenizer.eos_token_id}
    pad, unknown_id = tokenizer.pad_token_id, tokenizer.unk_token_id
    masked = [m == 0 for m in mask] if mask is not None else [pad not in ends] * len(ids)
    padding = tuple(i == pad and hidden for i, hidden in zip(ids, masked, strict=True))
    unknown = tuple(
        i == unknown_id and i not in ends and not p for i, p in zip(ids, padding, strict=True)
    )
    specials = set(tokenizer.all_special_ids)
    special = tuple(
        i in specials and not p and not u for i, p, u in zip(ids, padding, unknown, strict=True)
    )
    return Pieces(
        pieces=tuple(_words_of(tokenizer, ids)),
        ids=tuple(ids),
        word_ids=tuple(detail.word_ids) if detail is not None else (None,) * len(ids),
        offsets=tuple(detail.offsets) if detail is not None else None,
        special=special,
        unknown=unknown,
        padding=padding,
        text=text,
        pair=pair,
        mark=word_mark(tokenizer),
        sequence_ids=tuple(detail.sequence_ids) if detail is not None else (None,) * len(ids),
    )


def _words_of(tokenizer: Any, ids: list[int]) -> list[str]:
    """Look ids up; one that the vocabulary does not have is said so instead of drawn as a piece."""
    size = len(tokenizer)
    known = iter(tokenizer.convert_ids_to_tokens([i for i in ids if 0 <= i < size]))
    return [(next(known) if 0 <= i < size else None) or "(not-in-vocabulary)" for i in ids]


def as_tokenizer(tokenizer: Any) -> Any:
    """Check that something is a tokenizer; one of the ``tokenizers`` package is wrapped for transformers."""
    if type(tokenizer).__module__.split(".")[0] == "tokenizers" and hasattr(
        tokenizer, "get_vocab_size"
    ):
        from transformers import PreTrainedTokenizerFast

        unknown = getattr(tokenizer.model, "unk_token", None)
        if (
            type(tokenizer.model).__name__ == "Unigram"
        ):  # it knows the id alone, and tells it only in its JSON
            unknown_id = json.loads(tokenizer.to_str())["model"]["unk_id"]
            unknown = None if unknown_id is None else tokenizer.id_to_token(unknown_id)
        return PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token=unknown)
    if not (callable(tokenizer) and hasattr(tokenizer, "convert_ids_to_tokens")):
        raise TypeError(
            "expected a tokenizer, for example AutoTokenizer.from_pretrained(...), "
            f"got {type(tokenizer).__name__}"
        )
    return tokenizer


def word_mark(tokenizer: Any) -> str:
    """Tell how a tokenizer marks words: ``"##"``, ``"Ġ"``, ``"▁"``, or ``""`` where it does not or is not known."""
    inner = getattr(tokenizer, "backend_tokenizer", None)
    if inner is None:
        return (
            "▁"
            if hasattr(tokenizer, "sp_model")
            else "##"
            if hasattr(tokenizer, "wordpiece_tokenizer")
            else ""
        )
    state = b"".join(
        part.__getstate__() for part in (inner.decoder, inner.pre_tokenizer) if part is not None
    )
    if type(inner.model).__name__ == "WordPiece":
        return "##"
    return (
        "Ġ"
        if b"ByteLevel" in state
        else "▁"
        if b"Metaspace" in state or "▁".encode() in state
        else ""
    )
