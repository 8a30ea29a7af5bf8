"""The diagrams of notebook 06. Each function draws one and returns its canvas."""

from canvas import BLUE, GREY, INK, ORANGE, Canvas


def search_engine():
    c = Canvas(
        "One question, two engines",
        "The question 'copy a file to another place' goes to two engines. The engine that counts shared words "
        "finds os.copy_file_range, contextlib.redirect_stderr and contextlib.redirect_stdout. The engine that "
        "compares meanings finds shutil.copy2, shutil.copy and a copyfile method of http.server. Beside both "
        "stands: how often is it wrong?",
        290,
    )
    c.text(130, 116, "“copy a file to", size=16, bold=True)
    c.text(130, 138, "another place”", size=16, bold=True)
    rows = (
        (
            20,
            "shared words",
            GREY,
            ("os.copy_file_range", "contextlib.redirect_stderr", "contextlib.redirect_stdout"),
        ),
        (
            142,
            "alike in meaning",
            BLUE,
            ("shutil.copy2", "shutil.copy", "http.server.Simple….copyfile"),
        ),
    )
    for y, engine, colour, found in rows:
        c.line((236, 127), (262, 127), (262, y + 52))
        c.arrow(262, y + 52, 294, y + 52)
        c.box(296, y + 28, 150, 48, engine, colour=colour, bold=True)
        c.arrow(446, y + 52, 478, y + 52)
        for place, name in enumerate(found):
            c.text(492, y + 18 + 34 * place, f"{place + 1}", size=14)
            c.box(
                506, y + 4 + 34 * place, 260, 28, name, colour=colour, size=14, mono=True, fill=0.1
            )
    c.text(830, 104, "How often", size=15, bold=True)
    c.text(830, 126, "is it", size=15, bold=True)
    c.text(830, 148, "wrong?", size=15, bold=True)
    c.note(274, "Both search the same 4,847 entries of Python's standard library.")
    return c


HEAPS = (
    (110, 90, ((-34, -22), (-8, -40), (20, -18), (-20, 14), (12, 22), (34, 6))),
    (290, 70, ((-28, -10), (4, -30), (28, -6), (-6, 18))),
    (470, 100, ((-36, -8), (-12, -32), (18, -26), (34, 2), (-20, 22), (8, 30), (16, 10))),
    (150, 230, ((-30, -16), (0, -32), (26, -10), (-10, 16), (20, 24))),
    (340, 210, ((-34, 4), (-14, -24), (14, -32), (34, -4), (6, 12), (-12, 30), (26, 28))),
    (520, 240, ((-24, -18), (6, -28), (26, 4), (-8, 18))),
)
OPENED = (1, 4)


def heaps():
    c = Canvas(
        "An index sorts vectors into heaps",
        "Six heaps of dots. Each dot is the vector of an entry, the square in a heap's middle is the mean of its "
        "vectors. A cross marks the question. The two heaps whose middles are nearest to the cross are opened and "
        "drawn with a thick blue frame; the question is compared with their dots alone. The others stay shut.",
        330,
    )
    for number, (x, y, dots) in enumerate(HEAPS):
        is_open = number in OPENED
        c.box(
            x - 62, y - 56, 124, 112, colour=BLUE if is_open else GREY, fill=0.14 if is_open else 0.05,
            dash=None if is_open else "4 4", radius=24,
        )  # fmt: skip
        for dx, dy in dots:
            c.add("circle", cx=x + dx, cy=y + dy, r=5, fill=BLUE if is_open else GREY)
        c.box(x - 5, y - 5, 10, 10, colour=ORANGE, fill=0.9, radius=1)
    c.line((306, 132), (326, 152), width=4)
    c.line((326, 132), (306, 152), width=4)
    c.text(288, 142, "question", size=14, bold=True, anchor="end")
    key = (
        (70, "a dot: one entry's vector"),
        (106, "a square: the middle of a heap"),
        (142, "solid frame: opened, dots compared"),
        (178, "dashed frame: shut, not compared"),
    )
    for y, words in key:
        c.text(610, y, words, size=14, anchor="start")
    c.text(610, 232, "Nearest middle first:", size=14, anchor="start", bold=True)
    c.text(610, 254, "here two of six heaps are opened.", size=14, anchor="start", colour=INK)
    c.note(312, "The heaps are made once, before any question is asked.")
    return c


DIAGRAMS = (search_engine, heaps)
