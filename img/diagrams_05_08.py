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


WORDS = "my name is sylvain and i work at hugging face in brooklyn .".split()
ENTITY_OF = {"sylvain": "PER", "hugging": "ORG", "face": "ORG", "brooklyn": "LOC"}
COLOURS = {"PER": BLUE, "ORG": ORANGE, "LOC": GREEN}


def bio_grouping():
    c = Canvas(
        "From tags on pieces to entities in the text",
        "The sentence 'my name is sylvain and i work at hugging face in brooklyn.' Sylvain is split "
        "into sy, ##lva and ##in, tagged B-PER, I-PER, I-PER. Hugging and face are tagged B-ORG and "
        "I-ORG, brooklyn B-LOC, everything else O. Grouping gives three entities. A second B tag starts "
        "a new entity even without a gap.",
        470,
    )
    pieces = (
        ("at", "O", 42),
        ("hugging", "B-ORG", 92),
        ("face", "I-ORG", 70),
        ("in", "O", 42),
        ("brooklyn", "B-LOC", 100),
        (".", "O", 34),
    )
    first = (
        ("is", "O", 46),
        ("sy", "B-PER", 70),
        ("##lva", "I-PER", 70),
        ("##in", "I-PER", 70),
        ("and", "O", 56),
    )
    c.text(24, 32, "1  A tag for each piece", size=17, anchor="start", bold=True)
    x = _tagged(c, 24, 56, (("…", "O", 34), *first, ("…", "O", 34)))
    _tagged(c, x + 12, 56, pieces)
    c.text(
        24,
        156,
        "2  Pieces of one word become a word; B- begins an entity, I- continues it",
        size=17,
        anchor="start",
        bold=True,
    )
    groups = (
        ("sylvain", "B-PER I-PER I-PER → PER", BLUE),
        ("hugging face", "B-ORG I-ORG → ORG", ORANGE),
        ("brooklyn", "B-LOC → LOC", GREEN),
    )
    for i, (word, tags, colour) in enumerate(groups):
        c.box(24 + i * 290, 178, 272, 56, word, tags, colour=colour, bold=True)
    c.text(24, 266, "3  Entities drawn in the text", size=17, anchor="start", bold=True)
    x, started = 24, {}
    for word in WORDS:
        w, tag = 10 * len(word), ENTITY_OF.get(word, "O")
        c.text(x, 296, word, size=16, anchor="start", mono=True)
        if tag != "O":
            started.setdefault(tag, [x, x])[1] = x + w
        x += w + (0 if word == "brooklyn" else 10)
    for tag, (left, right) in started.items():
        c.line((left, 312), (right, 312), colour=COLOURS[tag], width=3)
        c.chip((left + right) / 2 - 24, 318, tag, colour=COLOURS[tag], w=48)
    c.text(24, 370, "4  Why B- and I-: two neighbours", size=17, anchor="start", bold=True)
    _tagged(c, 330, 356, (("rosa", "B-PER", 70), ("lopez", "I-PER", 76), ("jun", "B-PER", 70)))
    c.text(570, 372, "B- again: two persons;", size=14, anchor="start")
    c.text(570, 392, "with I- only, one long name.", size=14, anchor="start")
    c.note(
        442, "Touching boxes belong to one word. The tag stands under its piece; O means no entity."
    )
    return c


def _tagged(c, x, y, pieces):
    for i, (piece, tag, w) in enumerate(pieces):
        touching = piece.startswith("##")
        x += 0 if touching or i == 0 else 8
        c.piece(x, y, w, piece, "word" if tag != "O" else "other", below=tag)
        x += w
    return x


def answer_or_not():
    c = Canvas(
        "Two questions about one text",
        "A text about the town of Elderbrook. The question 'When did the railway reach Elderbrook?' points at the words "
        "'The railway reached Elderbrook in 1871' and has a bracket under 1871. The question 'How many people live in "
        "Elderbrook today?' points at no words; beside it stands: not in this text.",
        300,
    )
    c.box(24, 96, 852, 86, colour=GREY, fill=0.08)
    c.text(44, 122, "…", anchor="start", mono=True)
    x = 74
    for word in "The railway reached Elderbrook in 1871 and brought summer guests …".split():
        w = 9.1 * len(word)
        if word == "1871":
            c.box(x - 4, 108, w + 8, 28, colour=BLUE, fill=0.2, radius=3)
            middle = x + w / 2
        c.text(x, 122, word, anchor="start", mono=True)
        x += w + 9
    c.text(44, 158, "(a text of some 130 words)", anchor="start", size=14)
    c.box(24, 20, 340, 44, "When did the railway reach Elderbrook?", colour=BLUE)
    c.line((364, 42), (middle, 42), (middle, 84), colour=BLUE, width=2)
    c.arrow(middle, 80, middle, 106)
    c.box(24, 222, 340, 44, "How many people live in Elderbrook today?", colour=ORANGE)
    c.arrow(366, 244, 556, 244)
    c.box(560, 222, 316, 44, "not in this text", colour=ORANGE, dash="5 3", bold=True)
    return c


def qa_windows():
    c = Canvas(
        "A long passage in overlapping windows",
        "A passage longer than the model's window is cut into three windows; neighbours share some tokens, the stride. "
        "The question stands before each. Each window lists its best spans with scores: window 1 and window 2 both hold "
        "the answer 1991 whole and give it 0.30 and 0.40, window 3 gives 1992 the score 0.50. Spans become characters "
        "of the passage, equal answers add their scores, and the highest sum wins: 1991 with 0.70.",
        490,
    )
    c.text(24, 36, "passage", anchor="start")
    c.box(200, 20, 640, 32, colour=GREY, fill=0.12, radius=2)
    c.box(404, 20, 34, 32, colour=GREEN, fill=0.35, radius=2)
    c.text(421, 68, "1991", size=14)
    windows = (
        (200, 268, "window 1", "1991  0.30"),
        (382, 268, "window 2", "1991  0.40"),
        (564, 276, "window 3", "1992  0.50"),
    )
    for i, (x, w, name, best) in enumerate(windows):
        y = 96 + i * 62
        c.text(24, y + 16, name, anchor="start")
        c.piece(100, y, 92, "question", "special")
        c.box(x, y, w, 32, colour=SKY, fill=0.2, radius=2)
        if i < 2:
            c.box(404, y, 34, 32, colour=GREEN, fill=0.35, radius=2)
        last = i == 2  # its right end is the end of the passage: the score stands on the other side
        c.text(
            x - 10 if last else x + w + 10,
            y + 16,
            best,
            size=14,
            anchor="end" if last else "start",
            mono=True,
        )
    for x1, x2 in ((382, 468), (564, 650)):
        c.line((x1, 84), (x1, 268), colour=GREY, width=1, dash="3 3")
        c.line((x2, 84), (x2, 268), colour=GREY, width=1, dash="3 3")
        c.bracket(x1, x2, 270, "stride", colour=GREY)
    steps = (
        ("every span", "P(start) · P(end),", "question left out", 190, BLUE),
        ("twelve best", "of each window,", "as characters", 190, BLUE),
        ("equal answers", "add their scores:", "0.30 + 0.40", 190, BLUE),
        ("highest sum wins", "1991  0.70", "before 1992  0.50", 190, GREEN),
    )
    for i, (*lines, w, colour) in enumerate(steps):
        c.box(24 + i * 220, 320, w, 76, *lines, size=14, bold=True, colour=colour)
        if i:
            c.arrow(-4 + i * 220, 358, 22 + i * 220, 358)
    c.note(430, "The stride is the number of passage tokens that neighbours share.")
    c.note(
        454,
        "The scores are invented. Window 3 alone has the highest single score, and loses to the sum.",
    )
    return c


DIAGRAMS = (three_trays, cross_vs_bi_encoder, pooling, answer_or_not, qa_windows)
