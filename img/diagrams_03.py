"""The diagrams of notebook 03: the word that is followed, and one layer. Each function returns its canvas."""

from canvas import BLUE, GREEN, GREY, INK, ORANGE, PURPLE, RIM, VERMILLION, Canvas

PIECES = ("[CLS]", "i", "was", None, "disappointed", ".", "[SEP]")
SPREAD = (  # show_spread of the lesson, stored in its notebook
    ("look-up", (0, 0, 0, 1.29, 0, 0, 0)),
    ("after layer 0", (0.00, 0.09, 0.09, 1.20, 0.39, 0.15, 0.11)),
    ("after layer 1", (0.00, 0.18, 0.29, 0.98, 0.58, 0.17, 0.12)),
    ("after layer 2", (0.00, 0.32, 0.33, 0.88, 0.75, 0.23, 0.17)),
    ("after layer 3", (0.01, 0.57, 0.61, 0.92, 0.80, 0.56, 0.59)),
    ("after layer 4", (0.15, 0.75, 0.69, 0.97, 0.82, 0.60, 0.67)),
    ("after layer 5", (1.07, 1.06, 1.01, 1.10, 1.06, 0.91, 1.02)),
)
LEFTS, WIDTHS = (130, 206, 256, 322, 388, 524, 574), (70, 44, 60, 60, 130, 44, 70)


def follow_not():
    c = Canvas(
        "Following one word through the model",
        "Two comments, I was very disappointed and I was not disappointed, differ in one piece, which is framed. "
        "The first is 0.4 per cent positive, the second 93.6. Between them a grid: a column per piece, a row before "
        "the first layer and after each of six. At first only the column of the exchanged word is dark; row by row "
        "the other columns darken, and in the last row all are dark.",
        400,
    )
    for y, word, share in ((30, "very", 0.004), (320, "not", 0.936)):
        for left, width, piece in zip(LEFTS, WIDTHS, PIECES, strict=True):
            kind = "special" if piece in ("[CLS]", "[SEP]") else "word"
            c.piece(left, y, width, piece or word, kind)
            if piece is None:
                c.add(
                    "rect",
                    x=left - 3,
                    y=y - 3,
                    width=width + 6,
                    height=38,
                    fill="none",
                    stroke=VERMILLION,
                    stroke_width=3,
                )
        c.arrow(648, y + 16, 672, y + 16)
        c.add(
            "rect", x=680, y=y + 6, width=100, height=20, fill=GREY, fill_opacity=0.15, stroke=RIM
        )
        c.add("rect", x=680, y=y + 6, width=max(1, round(100 * share)), height=20, fill=GREEN)
        c.text(788, y + 16, f"{100 * share:.1f} %", anchor="start")
    c.text(730, 78, "POSITIVE", size=14)
    for row, (name, values) in enumerate(SPREAD):
        y = 84 + row * 31
        c.text(122, y + 14, name, size=14, anchor="end")
        for left, width, value in zip(LEFTS, WIDTHS, values, strict=True):
            c.add(
                "rect",
                x=left,
                y=y,
                width=width,
                height=28,
                fill=BLUE,
                fill_opacity=f"{min(value, 1) * 0.5:.2f}",
                stroke=RIM,
                stroke_width=1,
            )
            c.text(
                left + width / 2,
                y + 14,
                f"{value:.2f}" if row or value else "0",
                size=14,
                mono=True,
            )
    c.note(378, "Darker = at this place the vectors of the two comments are farther apart.")
    return c


def one_layer():
    c = Canvas(
        "From ids to two logits, with one layer opened",
        "Seven ids are looked up: a row per piece, plus a row per place, brought to one scale. Then six times a "
        "layer: attention, add and norm, feed-forward, add and norm. The vector of each token goes round attention "
        "and round the feed-forward and is added behind them. Every arrow carries 7 by 384 numbers; inside the "
        "feed-forward there are 7 by 1,536. Last the pooler and the head, which read the first token alone, and two "
        "logits come out.",
        330,
    )
    c.text(48, 130, "7 ids", mono=True)
    c.arrow(48, 142, 48, 166)
    c.box(12, 168, 108, 76, "look-up", "piece + place", "norm", colour=ORANGE, bold=True, size=14)
    c.arrow(120, 206, 164, 206)
    c.text(142, 190, "7×384", size=14, mono=True)
    c.add(
        "rect",
        x=166,
        y=70,
        width=514,
        height=200,
        rx=10,
        fill="none",
        stroke=INK,
        stroke_width=2,
        stroke_dasharray="6 4",
    )
    c.text(423, 50, "one layer; the model has 6, each with its own numbers", size=15, bold=True)
    boxes = (
        (196, ("attention",), BLUE),
        (316, ("add", "& norm"), GREY),
        (430, ("feed-", "forward"), GREEN),
        (566, ("add", "& norm"), GREY),
    )
    for left, words, colour in boxes:
        c.box(left, 174, 84, 64, *words, colour=colour, size=15)
    for start, end in ((166, 194), (280, 314), (400, 428), (514, 564), (650, 694)):
        c.arrow(start, 206, end, 206)
    for start, end in ((180, 358), (412, 608)):
        c.line((start, 206), (start, 120), (end, 120))
        c.arrow(end, 120, end, 172)
    c.text(269, 104, "the token's own vector", size=14)
    c.text(510, 104, "the token's own vector", size=14)
    c.text(472, 254, "inside: 7×1536", size=14, mono=True)
    c.text(720, 190, "7×384", size=14, mono=True)
    c.line((694, 206), (744, 206))
    c.arrow(744, 206, 752, 206)
    c.box(754, 168, 124, 76, "pooler, head", "read [CLS]", colour=PURPLE, size=14, bold=True)
    c.arrow(816, 244, 816, 276)
    c.text(816, 290, "2 logits", mono=True)
    c.note(312, "7×384: seven tokens, 384 numbers each")
    return c


DIAGRAMS = (follow_not, one_layer)
