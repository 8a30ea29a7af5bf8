"""Characters that cannot be seen, or are not what they look like: a glyph to print for each, and its name."""

from __future__ import annotations

import unicodedata
from functools import cache

GLYPHS = {
    " ": ("␣", "space"),
    "\t": ("⇥", "tab"),
    "\n": ("⏎", "newline"),
    "\r": ("␍", "carriage return"),
    "\u00a0": ("⍽", "no-break space"),
    "\u3000": ("□", "ideographic space"),
}
UNSEEN = {
    "Cc",
    "Cf",
    "Cn",
    "Co",
    "Cs",
    "Zl",
    "Zp",
    "Zs",
}  # Unicode categories without a shape of their own


@cache
def glyph(character: str) -> str:
    """Give what is printed for one character: itself, a glyph, or its code point in angle brackets.

    >>> glyph("a"), glyph(" "), glyph(chr(0x200B))
    ('a', '␣', '⟨U+200B⟩')
    """
    if character in GLYPHS:
        return GLYPHS[character][0]
    category = unicodedata.category(character)
    return f"⟨U+{ord(character):04X}⟩" if category in UNSEEN else character


@cache
def name(character: str) -> str:
    """Name a character in words.

    >>> name(" "), name(chr(0x200B)), name(chr(0))
    ('space', 'zero width space', 'control character')
    """
    if character in GLYPHS:
        return GLYPHS[character][1]
    kind = {"Cc": "control character", "Cs": "lone surrogate", "Co": "private use character"}
    category = unicodedata.category(character)
    return unicodedata.name(character, kind.get(category, "unassigned character")).lower()


def visible(text: str) -> str:
    """Print every character of a text so that it can be seen.

    A combining mark with nothing to stand on gets a dotted circle, as in the Unicode charts.

    >>> visible("a b" + chr(9) + chr(0x200D))
    'a␣b⇥⟨U+200D⟩'
    """
    if text.isascii() and text.isprintable() and " " not in text:
        return text
    shown = "".join(glyph(character) for character in text)
    return "◌" + shown if unicodedata.combining(text[:1] or "x") else shown


def one_line(text: str) -> str:
    """Keep blanks, print every other unseen character: for labels and captions in a plain-text table.

    >>> one_line("two" + chr(10) + "lines here")
    'two⏎lines here'
    """
    if text.isprintable():
        return text
    return "".join(character if character == " " else glyph(character) for character in text)


def clip(text: str, limit: int = 60) -> str:
    """Shorten a long text and say how long it was.

    >>> clip("a" * 100, 5)
    'aaaaa… (100 characters)'
    """
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text)} characters)"


@cache
def byte_letters() -> dict[str, int]:
    """Map the 256 letters of byte-level BPE to the bytes that they stand for.

    The alphabet is that of GPT-2: printable Latin-1 characters stand for themselves, the other bytes for the
    letters from U+0100 on, so that a space is ``Ġ`` and a newline ``Ċ``. Source: Radford et al. 2019, ``encoder.py``.

    >>> byte_letters()["Ġ"], byte_letters()["A"], len(byte_letters())
    (32, 65, 256)
    """
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    moved = [byte for byte in range(256) if byte not in printable]
    return {chr(byte): byte for byte in printable} | {
        chr(256 + i): byte for i, byte in enumerate(moved)
    }


def bytes_of(piece: str) -> bytes | None:
    """Give the bytes that a piece of byte-level BPE stands for, or None where it holds other letters.

    >>> bytes_of("ĠÃ©")
    b' \\xc3\\xa9'
    """
    letters = byte_letters()
    return bytes(letters[c] for c in piece) if all(c in letters for c in piece) else None
