"""The diagrams of notebooks 05, 06 and 08. Each function draws one and returns its canvas."""

from canvas import BLUE, GREEN, GREY, ORANGE, PURPLE, SKY, Canvas


def three_trays():
    c = Canvas(
        "Letters and three trays",
        "Letters on the left go through a model of pairs into three trays on the right: education, politics and "
        "business. A tray holds the letters for one desk. No letter was used for training.",
        300,
    )
    c.text(150, 30, "Monday's letters", size=17, bold=True)
    letters = (
        "Students must hand in their essays.",
        "The senate debated the budget.",
        "Profits doubled in spring.",
        "Voters queued for hours.",
    )
    for i, letter in enumerate(letters):
        c.box(20, 50 + i * 52, 270, 40, letter, colour=GREY, size=14)
    c.arrow(296, 148, 346, 148)
    c.box(
        350,
        104,
        190,
        88,
        "reads two texts:",
        "does B follow from A?",
        colour=ORANGE,
        bold=True,
        size=15,
    )
    for i, (desk, colour) in enumerate(
        (("education", BLUE), ("politics", PURPLE), ("business", GREEN))
    ):
        y = 42 + i * 76
        c.arrow(586, y + 30, 626, y + 30)
        c.box(630, y, 250, 60, f"tray: {desk}", colour=colour, bold=True)
    c.line((546, 148), (586, 148))
    c.line((586, 72), (586, 224))
    c.note(284, "No letter was used for training.")
    return c


def cross_vs_bi_encoder():
    c = Canvas(
        "Cross-encoder and bi-encoder",
        "A cross-encoder reads both sentences as one sequence, with [SEP] between them, and its head "
        "gives one score for the pair. A bi-encoder reads each sentence alone, pools its tokens into "
        "one vector, and compares the two vectors with the cosine; the vectors can be stored.",
        470,
    )
    c.box(20, 20, 420, 372, colour=ORANGE, fill=0.05, radius=10)
    c.text(230, 44, "Cross-encoder", size=18, bold=True)
    x = 34
    for words, kind, w in (
        ("[CLS]", "special", 56),
        ("sentence A", "word", 104),
        ("[SEP]", "special", 56),
        ("sentence B", "other", 104),
        ("[SEP]", "special", 56),
    ):
        c.piece(x, 336, w, words, kind)
        x += w + 4
    c.arrow(230, 334, 230, 302)
    c.box(
        60,
        220,
        340,
        80,
        "one model, both sentences",
        "every token of A sees every token of B",
        colour=ORANGE,
        bold=True,
    )
    c.arrow(230, 218, 230, 182)
    c.box(140, 140, 180, 40, "head on [CLS]", colour=ORANGE)
    c.arrow(230, 138, 230, 112)
    c.box(150, 70, 160, 40, "label or score", colour=GREEN)
    c.box(460, 20, 420, 372, colour=BLUE, fill=0.05, radius=10)
    c.text(670, 44, "Bi-encoder", size=18, bold=True)
    for x, words, kind in ((480, "sentence A", "word"), (690, "sentence B", "other")):
        c.piece(x + 15, 336, 140, words, kind)
        c.arrow(x + 85, 334, x + 85, 302)
        c.box(x, 238, 170, 62, "same model", "A or B alone", colour=BLUE, bold=True)
        c.arrow(x + 85, 236, x + 85, 212)
        c.box(x, 172, 170, 38, "pooling: one vector", colour=GREY, size=14)
    c.line((565, 172), (565, 146), (640, 146))
    c.line((775, 172), (775, 146), (700, 146))
    c.arrow(640, 146, 640, 112)
    c.arrow(700, 146, 700, 112)
    c.box(590, 70, 160, 40, "cosine", colour=GREEN)
    c.note(420, "1,000 sentences against each other: the cross-encoder runs 499,500 times,")
    c.note(442, "the bi-encoder 1,000 times, and its vectors can be kept in an index.")
    return c


def pooling():
    c = Canvas(
        "From one vector per token to one per sentence",
        "Six positions: [CLS], three words, [SEP] and one [PAD], each with a vector of three numbers. "
        "CLS pooling takes the first vector. Mean pooling averages the five that the mask keeps. Max "
        "pooling takes the largest number in each row among these. The padding never counts.",
        440,
    )
    tokens = ("[CLS]", "good", "green", "tea", "[SEP]", "[PAD]")
    values = ((2, 6, 8, 4, 0, 9), (-1, 3, 1, 5, 2, 7), (0, -2, 4, 2, 1, 8))
    for i, token in enumerate(tokens):
        kind = (
            "pad"
            if token == "[PAD]"
            else "special"
            if token.startswith("[")
            else ("word", "other")[i % 2]
        )
        c.piece(120 + i * 84, 30, 76, token, kind)
        for r, row in enumerate(values):
            c.box(
                120 + i * 84,
                76 + r * 42,
                76,
                36,
                str(row[i]),
                colour=GREY if kind == "pad" else BLUE,
                fill=0.05 if kind == "pad" else 0.15,
                mono=True,
                dash="2 3" if kind == "pad" else None,
            )
        c.text(158 + i * 84, 218, "0" if kind == "pad" else "1", mono=True)
    c.text(106, 46, "tokens", anchor="end", size=14)
    c.text(106, 136, "vectors", anchor="end", size=14)
    c.text(106, 218, "mask", anchor="end", size=14)
    results = (
        ("[CLS]", "first vector", [row[0] for row in values], PURPLE),
        ("mean", "sum ÷ 5", [sum(row[:5]) / 5 for row in values], GREEN),
        ("max", "row by row", [max(row[:5]) for row in values], ORANGE),
    )
    for i, (name, how, vector, colour) in enumerate(results):
        x = 630 + i * 86
        c.text(x + 39, 38, name, bold=True)
        c.text(x + 39, 58, how, size=14)
        for r, value in enumerate(vector):
            c.box(x, 76 + r * 42, 78, 36, f"{value:g}", colour=colour, fill=0.2, mono=True)
    c.bracket(120, 532, 240, "with the mask: five vectors count", colour=GREEN)
    wrong = ", ".join(f"{sum(row) / 6:.2f}" for row in values)
    c.box(
        120,
        300,
        660,
        56,
        "without the mask the mean would be",
        f"({wrong}): the padding pulls it away",
        colour=GREY,
        fill=0.08,
    )
    c.note(392, "Columns are positions, rows are the numbers of a vector (here 3; in MiniLM 384).")
    c.note(414, "The vectors are invented, so that the sums can be checked in the head.")
    return c


def qa_windows():
    c = Canvas(
        "A long passage in overlapping windows",
        "A passage longer than the model's window is cut into three windows that overlap by the stride. "
        "The question is put before each. The answer lies in the overlap of the first and the second "
        "window; each window scores spans, positions of the question are left out, offsets lead back to "
        "characters, and the best span wins.",
        470,
    )
    c.text(24, 36, "passage", anchor="start")
    c.box(200, 20, 640, 32, colour=GREY, fill=0.12, radius=2)
    c.box(404, 20, 34, 32, colour=GREEN, fill=0.35, radius=2)
    c.text(421, 68, "answer", size=14)
    windows = (
        (200, 268, "window 1", 4.1),
        (382, 268, "window 2", 7.9),
        (564, 276, "window 3", 1.2),
    )
    for i, (x, w, name, score) in enumerate(windows):
        y = 96 + i * 62
        c.text(24, y + 16, name, anchor="start")
        c.piece(100, y, 92, "question", "special")
        c.box(x, y, w, 32, colour=SKY, fill=0.2, radius=2)
        if i < 2:
            c.box(404, y, 34, 32, colour=GREEN, fill=0.35, radius=2)
        last = i == 2  # its right end is the end of the passage: the score stands on the other side
        c.text(
            x - 6 if last else x + w + 6,
            y + 16,
            f"best {score}",
            size=14,
            anchor="end" if last else "start",
        )
    for x1, x2 in ((382, 468), (564, 650)):
        c.line((x1, 84), (x1, 268), colour=GREY, width=1, dash="3 3")
        c.line((x2, 84), (x2, 268), colour=GREY, width=1, dash="3 3")
        c.bracket(x1, x2, 270, "stride", colour=GREY)
    steps = (
        ("score all spans", "start + end logit,", "question masked out", 200),
        ("drop impossible ones", "end before start,", "longer than allowed", 200),
        ("back to characters", "offset_mapping", "of that window", 200),
        ("merge windows", "keep the best span,", "or the null answer", 192),
    )
    for i, (*lines, w) in enumerate(steps):
        c.box(
            24 + i * 220, 320, w, 70, *lines, size=14, bold=True, colour=GREEN if i == 3 else BLUE
        )
        if i:
            c.arrow(4 + i * 220, 355, 22 + i * 220, 355)
    c.note(
        420,
        "The stride is the number of tokens that neighbours share; a longer answer may be cut in two.",
    )
    c.note(
        444,
        "Scores are invented. Two windows hold the answer and propose it; the higher score wins.",
    )
    return c


DIAGRAMS = (three_trays, cross_vs_bi_encoder, pooling, qa_windows)
