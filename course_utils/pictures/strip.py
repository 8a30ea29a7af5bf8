"""Draw records of pieces as strips of boxes: a list in HTML, a table in plain text."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from course_utils.pictures.glyphs import bytes_of, clip, glyph, name, one_line, visible
from course_utils.pictures.page import (
    BLUE,
    GREY,
    MONOSPACE,
    PURPLE,
    SKY,
    VERMILLION,
    Html,
    caption_line,
    element,
    fill,
    join,
    style,
)
from course_utils.pictures.view import LIMIT, View, plain_table
from course_utils.tokens import Pieces

ROOM = LIMIT - 4_000  # for the boxes; the rest is for captions and the legend
BOX = style(display="block", padding="1px 4px", border="2px {} {}", background="{}")
WORD = [BOX.format("solid", colour, fill(colour, 0.2)) for colour in (BLUE, SKY)]
CONTINUED = [look + ";border-left:0" for look in WORD]
SPECIAL = BOX.format("dashed", PURPLE, fill(PURPLE, 0.15)) + ";font-variant:all-small-caps"
UNKNOWN = BOX.format("dotted", VERMILLION, fill(VERMILLION, 0.15))
PADDING = BOX.format(
    "solid", GREY, f"repeating-linear-gradient(45deg,{fill(GREY, 0.3)} 0 2px,transparent 2px 7px)"
)
LIST = style(list_style="none", margin="4px 0", padding="0", font_family=MONOSPACE)
APART = style(
    display="inline-block", vertical_align="top", text_align="center", margin="0 0 4px 6px"
)
TOUCHING = style(
    display="inline-block", vertical_align="top", text_align="center", margin="0 0 4px"
)
GAP = "\u00a0"  # keeps the figures under boxes that touch apart, with or without styles
STANDS_FOR = {
    "##": "continues the word before it",
    "Ġ": "stands for a space",
    "▁": "stands for a space",
}


@dataclass(frozen=True)
class Strip:
    """One row of boxes, with what stands before it and whether ids are printed."""

    title: str
    pieces: Pieces
    ids: bool = True


def draw_strips(
    strips: list[Strip], *, offsets: bool = False, limit: int = 200, caption: str | None = None
) -> View:
    """Draw strips under one caption and over one legend; cut at ``limit`` tokens or at the room for HTML."""
    total, shown, room = sum(len(strip.pieces) for strip in strips), 0, ROOM
    html, text, drawn = [], [], []
    for number, strip in enumerate(strips):
        boxes = []
        for index in range(min(len(strip.pieces), limit - shown)):
            box = _box(strip, index, offsets)
            room -= len(box.encode())
            if room < 0:
                break
            boxes.append(box)
        if not boxes and len(strip.pieces):
            break
        shown += len(boxes)
        title = strip.title or (f"row {number}" if len(strips) > 1 else "")
        heading = f"{visible_title(title)}: {_count(strip.pieces)}" if title else ""
        body = (
            element("ol", *boxes, start="0", style=LIST) if boxes else element("p", "(no tokens)")
        )
        html.append(
            join(
                [
                    element("p", element("strong", heading), style="margin:4px 0 0")
                    if heading
                    else "",
                    body,
                ]
            )
        )
        text.append("\n".join(filter(None, [heading, _table(strip, len(boxes), offsets)])))
        drawn.append((strip.pieces, len(boxes)))
    line = caption or _caption(strips, total, offsets)
    if shown < total:
        line += f" (showing the first {shown:,} of {total:,} tokens)"
    keys = _legend(drawn)
    return View(
        html=element("div", caption_line(line), *html, _small_print(keys)),
        text="\n".join(filter(None, [visible_title(line, 2_000), *text, keys])),
    )


def _small_print(words: str) -> Html:
    return element("p", element("small", words), style="margin:0") if words else Html("")


def visible_title(text: str, limit: int = 80) -> str:
    """Print a name or a caption on one line."""
    return clip(one_line(str(text)), limit)


def continues(record: Pieces, index: int) -> bool:
    """Tell whether a piece belongs to the same word as the one before it."""
    if index == 0 or record.special[index] or record.padding[index]:
        return False
    if any(word is not None for word in record.word_ids):
        here, before = ((record.sequence_ids[i], record.word_ids[i]) for i in (index, index - 1))
        return here[1] is not None and here == before
    piece = record.pieces[index]
    if record.mark == "##":
        return piece.startswith("##")
    return bool(record.mark) and not piece.startswith(record.mark) and not record.special[index - 1]


def remark(record: Pieces, index: int) -> str:
    """Say what cannot be seen in a piece: the text that it lost, the characters or bytes behind its letters."""
    if record.unknown[index]:
        lost = record.source(index)
        return f"lost “{clip(visible(lost), 40)}”" if lost else "lost text not known"
    piece = record.pieces[index]
    if record.mark != "Ġ" or record.special[index] or piece.lstrip("Ġ").isascii():
        return ""
    raw = bytes_of(piece)
    if raw is None:
        return ""
    try:
        return f"“{clip(visible(raw.decode()), 40)}”"
    except UnicodeDecodeError:
        return f"bytes {clip(raw.hex(' ').upper(), 40)}"


def look(record: Pieces, index: int, parity: int) -> str:
    """Choose the style of a box."""
    if record.padding[index]:
        return PADDING
    if record.special[index]:
        return SPECIAL
    if record.unknown[index]:
        return UNKNOWN
    return (CONTINUED if continues(record, index) else WORD)[parity]


def _box(strip: Strip, index: int, offsets: bool) -> Html:
    """Write the list item of one token."""
    record = strip.pieces
    word = record.word_ids[index]
    parity = (index if word is None else word) % 2
    lines = [str(record.ids[index])] if strip.ids else []
    if offsets:
        lines.append("{}–{}".format(*record.offsets[index]))
    lines.extend(filter(None, [remark(record, index)]))
    small = (
        element("small", join((GAP + line + GAP for line in lines), element("br"))) if lines else ""
    )
    piece = element(
        "bdi", clip(visible(record.pieces[index]), 60), style=look(record, index, parity)
    )
    return element("li", piece, " ", small, style=TOUCHING if continues(record, index) else APART)


def _table(strip: Strip, count: int, offsets: bool) -> str:
    """Write the boxes as a plain table, or on one line where there are no ids."""
    record = strip.pieces
    shown = [clip(visible(piece), 60) for piece in record.pieces[:count]]
    notes = [note(record, index) for index in range(count)]
    if not count:
        return "(no tokens)"
    if not strip.ids:
        return " | ".join(
            f"{piece} ({text})" if text else piece for piece, text in zip(shown, notes, strict=True)
        )
    columns = {"#": range(count), "piece": shown, "id": record.ids}
    if any(word is not None for word in record.word_ids):
        columns["word"] = ["" if word is None else word for word in record.word_ids[:count]]
    if offsets:
        columns["start–end"] = ["{}–{}".format(*span) for span in record.offsets[:count]]
    if any(notes):
        columns["note"] = notes
    return plain_table(
        list(columns), zip(*(list(values)[:count] for values in columns.values()), strict=True)
    )


def note(record: Pieces, index: int) -> str:
    """Say in words what the edge of a box says, and the remark under it."""
    kinds = {"special": record.special, "unknown": record.unknown, "padding": record.padding}
    kind = next((word for word, flags in kinds.items() if flags[index]), "")
    return ", ".join(filter(None, [kind, remark(record, index)]))


def _count(record: Pieces) -> str:
    tokens = f"{len(record):,} token{'' if len(record) == 1 else 's'}"
    return f"{tokens}, {sum(record.unknown):,} unknown"


def _caption(strips: list[Strip], total: int, offsets: bool) -> str:
    words = any(word is not None for strip in strips for word in strip.pieces.word_ids)
    known = (
        "touching boxes are one word"
        if words or not total
        else "the tokenizer reports no word boundaries"
    )
    under = "id and characters start–end" if offsets else "id"
    return f"{total:,} token{'' if total == 1 else 's'}, {under} under each piece; {known}"


def _legend(drawn: list[tuple[Pieces, int]]) -> str:
    """Explain the marks that occur, and only those."""
    entries: dict[str, None] = {}
    for record, count in drawn:
        for flags, words in (
            (record.special, "dashed edge: special token"),
            (record.unknown, "dotted edge: unknown token"),
            (record.padding, "hatched: padding"),
        ):
            if any(flags[:count]):
                entries[words] = None
        if record.mark in STANDS_FOR and any(
            record.mark in piece for piece in record.pieces[:count]
        ):
            entries[f"{record.mark} {STANDS_FOR[record.mark]}"] = None
        hidden = {
            c for i in range(count) for c in record.pieces[i] + _meant(record, i) if glyph(c) != c
        }
        entries |= {f"{glyph(c)} {name(c)}": None for c in sorted(hidden)[:12]}
        entries |= dict.fromkeys(filter(None, [_dropped(record)]))
    return "; ".join(entries)


def _meant(record: Pieces, index: int) -> str:
    """Give the characters that a remark prints."""
    if record.unknown[index]:
        return (record.source(index) or "")[:40]
    raw = bytes_of(record.pieces[index]) if remark(record, index) else None
    return raw.decode(errors="ignore")[:40].strip(" ") if raw else ""


def _dropped(record: Pieces) -> str:
    """Count the characters that no piece covers; WordPiece throws white space and control characters away."""
    if (
        record.mark != "##"
        or record.text is None
        or record.offsets is None
        or record.pair is not None
    ):
        return ""
    covered, lost = 0, Counter()
    for start, end in sorted(record.offsets):
        lost.update(record.text[covered:start])
        covered = max(covered, end)
    lost.update(record.text[covered:])
    named = [
        f"{count:,} × {glyph(c)} {name(c)}" for c, count in sorted(lost.items()) if glyph(c) != c
    ]
    return f"in no piece: {', '.join(named[:6])}" if named else ""
