"""The diagram of notebook 07: messages before and after."""

from canvas import BLUE, GREEN, ORANGE, Canvas

COLOURS = {"PER": BLUE, "ORG": ORANGE, "LOC": GREEN}
MESSAGES = (
    (
        ("My name is ", ""),
        ("Sylvain", "PER"),
        (" and I work at ", ""),
        ("Hugging Face", "ORG"),
        (" in ", ""),
        ("Brooklyn", "LOC"),
        (".", ""),
    ),
    (
        ("Lena", "PER"),
        (" asked ", ""),
        ("Max", "PER"),
        (" whether ", ""),
        ("Nintendo", "ORG"),
        (" had answered.", ""),
    ),
)
LETTER = 9.8  # pixels per character of the monospace text


def hide_names():
    c = Canvas(
        "Messages with names, and the same messages with the names covered",
        "Before: My name is Sylvain and I work at Hugging Face in Brooklyn. Lena asked Max whether Nintendo had "
        "answered. After: the same two messages with a bar over each name, and on each bar its kind: PER for "
        "Sylvain, Lena and Max, ORG for Hugging Face and Nintendo, LOC for Brooklyn.",
        286,
    )
    for top, title, covered in ((20, "Before", False), (150, "After", True)):
        c.text(24, top + 6, title, anchor="start", size=17, bold=True)
        for number, parts in enumerate(MESSAGES):
            x, y = 40, top + 44 + 42 * number
            for words, kind in parts:
                width = LETTER * len(words)
                if covered and kind:
                    width = max(width, 48)  # its label must fit
                    c.box(x, y - 14, width, 28, kind, colour=COLOURS[kind], fill=0.3, bold=True)
                elif words.strip():
                    shift = LETTER * (len(words) - len(words.lstrip()))
                    c.text(x + shift, y, words.strip(), anchor="start", size=16, mono=True)
                x += width
    c.note(270, "PER: a person; ORG: a company or other organisation; LOC: a place.")
    return c


DIAGRAMS = (hide_names,)
