"""Tokens as strips of boxes: the pieces of a text, and one text cut by several tokenizers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from course_utils.coerce import check_count
from course_utils.pictures.strip import Strip, draw_strips
from course_utils.pictures.view import View
from course_utils.tokens import Pieces, from_encoding, tokenize_pieces


def show_tokens(
    tokenizer: Any,
    text_or_encoding: Any,
    pair: str | None = None,
    *,
    add_special_tokens: bool = True,
    offsets: bool = False,
    limit: int = 200,
    caption: str | None = None,
) -> View:
    """Draw the pieces of a text as a strip of boxes, the id under each.

    Pieces of one word touch. Special tokens are dashed, unknown ones dotted with the text that they lost,
    padding is hatched; characters that cannot be seen are printed as a glyph and named below the strip.

    Parameters
    ----------
    tokenizer : PreTrainedTokenizerBase or tokenizers.Tokenizer
        The tokenizer that cuts, or that made the encoding.
    text_or_encoding : str, list of str, BatchEncoding, dict, ids or Pieces
        A text, several texts, or what a tokenizer returned: ids of shape (tokens,) or (batch, tokens).
    pair : str
        Second text of a pair.
    add_special_tokens : bool
        As for the tokenizer.
    offsets : bool
        Also print the characters ``[start, end)`` that each piece covers.
    limit : int
        Number of tokens drawn; what is left out is counted in the caption.
    caption : str
        Replaces the line above the strip.

    Raises
    ------
    TypeError, ValueError
        For what is no text, no tokenizer or no encoding; for ``offsets=True`` where there are none.

    Examples
    --------
    >>> from tokenizers import Tokenizer, models, pre_tokenizers
    >>> toy = Tokenizer(models.WordPiece({"[UNK]": 0, "hi": 1, "##gh": 2}, unk_token="[UNK]"))
    >>> toy.pre_tokenizer = pre_tokenizers.Whitespace()
    >>> show_tokens(toy, "high")
    2 tokens, id under each piece; touching boxes are one word
    #  piece  id  word
    0  hi     1   0
    1  ##gh   2   0
    ## continues the word before it
    """
    check_count(limit, "limit")
    rows = _rows(tokenizer, text_or_encoding, pair, add_special_tokens)
    if offsets and any(row.offsets is None for row in rows):
        raise ValueError(
            "expected an encoding with character offsets, which only fast tokenizers give; "
            f"got one without, from {type(tokenizer).__name__}"
        )
    return draw_strips(
        [Strip("", row) for row in rows], offsets=offsets, limit=limit, caption=caption
    )


def show_tokenizers(
    tokenizers: Mapping[str, Any], text: str, *, caption: str | None = None
) -> View:
    """Draw how several tokenizers cut one text, a strip each under its name, without ids.

    Parameters
    ----------
    tokenizers : mapping of str to tokenizer
        Name to print and tokenizer, at least one.
    text : str
        What to cut; special tokens are not added.
    caption : str
        Replaces the line above the strips.

    Examples
    --------
    >>> from tokenizers import Tokenizer, models
    >>> toy = Tokenizer(models.BPE({"h": 0, "i": 1}, []))
    >>> show_tokenizers({"letters": toy}, "hi")
    One text, cut by 1 tokenizer
    letters: 2 tokens, 0 unknown
    h | i
    """
    if not isinstance(tokenizers, Mapping) or not tokenizers:
        raise TypeError(
            'expected tokenizers as {"name": tokenizer}, '
            f"got {'an empty one' if isinstance(tokenizers, Mapping) else type(tokenizers).__name__}"
        )
    strips = [
        Strip(str(name), tokenize_pieces(one, text, add_special_tokens=False), ids=False)
        for name, one in tokenizers.items()
    ]
    plural = "s" if len(strips) > 1 else ""
    return draw_strips(
        strips, caption=caption or f"One text, cut by {len(strips)} tokenizer{plural}"
    )


def _rows(tokenizer: Any, given: Any, pair: str | None, add_special_tokens: bool) -> list[Pieces]:
    """Turn whatever ``show_tokens`` was given into records."""
    if isinstance(given, Pieces):
        return [given]
    if isinstance(given, str):
        return [tokenize_pieces(tokenizer, given, pair, add_special_tokens=add_special_tokens)]
    if isinstance(given, Sequence) and given and all(isinstance(one, str) for one in given):
        return [
            tokenize_pieces(tokenizer, one, add_special_tokens=add_special_tokens) for one in given
        ]
    return from_encoding(tokenizer, given)
