"""The diagrams of notebooks 01 and 02. Each function draws one and returns its canvas."""

from canvas import BLUE, GREEN, GREY, INK, ORANGE, Canvas

IDS = (("[CLS]", 101), ("i", 1045), ("hate", 5223), ("this", 2023), (".", 1012), ("[SEP]", 102))


def pipeline_stages():
    c = Canvas(
        "The three stages behind pipeline()",
        "A sentence goes through three stages. The tokenizer turns it into ids of shape (batch, "
        "sequence). The model's body turns the ids into hidden states of shape (batch, sequence, "
        "hidden), and its head turns these into logits of shape (batch, labels). Post-processing turns "
        "logits into probabilities with softmax and names the most probable label.",
        410,
    )
    for x, name, colour in (
        (20, "1  Tokenizer", BLUE),
        (320, "2  Model", ORANGE),
        (620, "3  Post-processing", GREEN),
    ):
        c.box(x, 20, 260, 340, colour=colour, fill=0.05, radius=10)
        c.text(x + 130, 44, name, size=18, bold=True)
    c.arrow(280, 326, 320, 326)
    c.arrow(580, 326, 620, 326)
    c.text(150, 84, "“I hate this.”", size=17)
    c.arrow(150, 98, 150, 128)
    c.text(162, 113, "split into pieces", size=14, anchor="start")
    for row in range(2):
        for i, (piece, _) in enumerate(IDS[row * 3 : row * 3 + 3]):
            kind = "special" if piece.startswith("[") else ("word", "other")[i % 2]
            c.piece(40 + i * 75, 136 + row * 38, 70, piece, kind)
    c.arrow(150, 212, 150, 246)
    c.text(162, 229, "look up ids", size=14, anchor="start")
    c.text(150, 263, "101 1045 5223 2023 1012 102", size=14, mono=True)
    _tensor(c, 40, "input_ids", "(batch, sequence)", BLUE)
    c.box(340, 70, 220, 44, "body: embeddings, layers", colour=ORANGE)
    c.arrow(450, 114, 450, 140)
    c.box(
        330,
        142,
        240,
        56,
        "last_hidden_state",
        "(batch, sequence, hidden)",
        colour=GREY,
        size=14,
        fill=0.1,
        mono=True,
    )
    c.arrow(450, 198, 450, 224)
    c.box(340, 226, 220, 44, "head", colour=ORANGE)
    c.arrow(450, 270, 450, 296)
    _tensor(c, 340, "logits", "(batch, labels)", ORANGE)
    c.box(640, 70, 220, 44, "softmax", colour=GREEN)
    c.arrow(750, 114, 750, 140)
    c.box(
        640,
        142,
        220,
        56,
        "probabilities",
        "(batch, labels)",
        colour=GREY,
        size=14,
        fill=0.1,
        mono=True,
    )
    c.arrow(750, 198, 750, 224)
    c.box(640, 226, 220, 44, "largest, id2label", colour=GREEN)
    c.arrow(750, 270, 750, 296)
    _tensor(c, 640, "label", "and its score", GREEN)
    c.note(
        384, "Read from left to right; in each stage from top to bottom. Shapes are in brackets."
    )
    return c


def shop_comments():
    c = Canvas(
        "A shop sorts its comments",
        "On the left a pile of comment slips. On the right two trays, one for complaints and one for "
        "praise. Between them one slip, 'The battery is dead by noon.', goes into a box called model "
        "and comes out with the answer NEGATIVE 99.9 per cent.",
        220,
    )
    for step in range(5):
        c.box(24 + 7 * step, 34 + 7 * step, 150, 84, colour=GREY, fill=0.08, radius=4)
    for line in range(3):
        c.line((66, 86 + 18 * line), (182 - 30 * (line == 2), 86 + 18 * line), colour=GREY)
    c.text(120, 176, "comments", size=14)
    c.text(330, 56, "“The battery is dead by noon.”", size=14)
    c.box(292, 78, 100, 40, "model", colour=ORANGE, bold=True)
    c.arrow(206, 98, 290, 98)
    c.arrow(394, 98, 440, 98)
    c.box(444, 76, 180, 44, "NEGATIVE 99.9 %", colour=GREEN, bold=True)
    c.arrow(626, 88, 686, 60)
    for y, name in ((26, "complaint"), (112, "praise")):
        c.box(690, y, 180, 60, name, colour=BLUE, fill=0.12, bold=True)
    c.note(204, "Each comment goes through the model, and then to one of two trays.")
    return c


def _tensor(c, x, name, shape, colour):
    c.box(x, 298, 220, 52, name, shape, colour=colour, size=14, fill=0.25, mono=True, bold=True)


def tokenizer_anatomy():
    c = Canvas(
        "Anatomy of a tokenizer",
        "The text 'Héllo, tokenizers!' goes through five steps: normalising gives 'hello, tokenizers!'; "
        "pre-tokenising gives hello, comma, tokenizers, exclamation mark; the sub-word model splits "
        "tokenizers into token, ##izer and ##s; [CLS] and [SEP] are put around the pieces; each piece "
        "is looked up in the vocabulary. Decoding goes the other way and does not bring back the accent "
        "and the capital.",
        500,
    )
    steps = ("text", "normalise", "pre-tokenise", "sub-word model", "special tokens", "look up ids")
    for i, step in enumerate(steps):
        y = 24 + i * 70
        c.box(24, y, 170, 40, step, colour=GREY if i == 0 else BLUE, fill=0.12)
        if i:
            c.arrow(109, y - 30, 109, y)
    c.text(230, 44, "Héllo, tokenizers!", size=17, anchor="start", mono=True)
    c.text(230, 114, "hello, tokenizers!", size=17, anchor="start", mono=True)
    c.text(470, 114, "lower case, accents taken off", size=14, anchor="start")
    words = (
        ("hello", 64, "word"),
        (",", 30, "other"),
        ("tokenizers", 112, "word"),
        ("!", 30, "other"),
    )
    _row(c, 230, 168, words, gap=12)
    c.text(530, 184, "words and punctuation apart", size=14, anchor="start")
    pieces = (
        ("hello", 64, "word", 12),
        (",", 30, "other", 12),
        ("token", 64, "word", 0),
        ("##izer", 76, "word", 0),
        ("##s", 50, "word", 12),
        ("!", 30, "other", 12),
    )
    x = 230
    for words, w, kind, gap in pieces:
        c.piece(x, 238, w, words, kind)
        x += w + gap
    c.text(620, 254, "pieces that are in the vocabulary", size=14, anchor="start")
    x = 230
    ids = (101, 7592, 1010, 19204, 17629, 2015, 999, 102)
    framed = (("[CLS]", 64, "special", 12), *pieces, ("[SEP]", 64, "special", 0))
    for (words, w, kind, gap), number in zip(framed, ids, strict=True):
        w = max(w, 56)
        c.piece(x, 308, w, words, kind)
        c.text(x + w / 2, 394, str(number), size=15, mono=True)
        c.line((x + w / 2, 342), (x + w / 2, 380), colour=GREY, width=1, dash="3 3")
        x += w + gap
    c.line((109, 414), (109, 450))
    c.arrow(109, 450, 222, 450)
    c.text(232, 450, "decode: back to “hello, tokenizers!” — é and H are lost", anchor="start")
    c.note(482, "Touching boxes belong to one word; a dashed edge marks a special token.")
    return c


def two_faces():
    c = Canvas(
        "Two faces, one answer",
        "On the left two comments, each a single face: one happy, one angry. Both go into a box called "
        "tokenizer, and from there into a box called model. A question mark stands between the two boxes. "
        "On the right both comments have the same answer, POSITIVE 83.5 per cent.",
        230,
    )
    for y, mouth, label in ((30, 1, "customer 1"), (130, -1, "customer 2")):
        _face(c, 90, y + 30, mouth)
        c.text(90, y + 74, label, size=14)
        c.arrow(135, y + 30, 230, y + 30)
        c.arrow(415, y + 30, 515, y + 30)
        c.arrow(655, y + 30, 715, y + 30)
        c.box(720, y + 8, 160, 44, "POSITIVE 83.5 %", colour=GREEN, bold=True)
    c.box(235, 24, 180, 174, "tokenizer", colour=BLUE, bold=True, size=18)
    c.box(520, 24, 135, 174, "model", colour=ORANGE, bold=True, size=18)
    c.text(465, 111, "?", size=34, bold=True)
    c.note(
        216, "Two different comments go in from the left; the same answer comes out on the right."
    )
    return c


def _face(c, x, y, mouth):
    """Draw a face whose mouth is bent up (1) or down (-1)."""
    c.add("circle", cx=x, cy=y, r=28, fill=ORANGE, fill_opacity=0.3, stroke=ORANGE, stroke_width=2)
    for side in (-10, 10):
        c.add("circle", cx=x + side, cy=y - 7, r=3, fill=INK)
        if mouth < 0:
            c.line((x + side * 1.7, y - 17), (x + side * 0.5, y - 12), colour=INK)
    bent = [(x + step, y + 13 - mouth * (step * step / 36 - 2)) for step in range(-12, 13, 4)]
    c.line(*bent, colour=INK)


def _row(c, x, y, words, gap):
    for word, w, kind in words:
        c.piece(x, y, w, word, kind)
        x += w + gap


DIAGRAMS = (shop_comments, pipeline_stages, tokenizer_anatomy, two_faces)
