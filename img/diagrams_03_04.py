"""The diagrams of notebooks 03 and 04. Each function draws one and returns its canvas."""

from canvas import BLUE, GREEN, GREY, ORANGE, PURPLE, SKY, VERMILLION, Canvas

HEADS = (
    ("AutoModel", "no head", "(b, s, hidden)"),
    ("…ForMaskedLM", "vocabulary for each token", "(b, s, vocab)"),
    ("…ForCausalLM", "vocabulary for the next token", "(b, s, vocab)"),
    ("…ForTokenClassification", "labels for each token", "(b, s, labels)"),
    ("…ForQuestionAnswering", "start and end for each token", "2 × (b, s)"),
    ("…ForSequenceClassification", "labels for the whole text", "(b, labels)"),
    ("…ForMultipleChoice", "one score for each choice", "(b, choices)"),
)


def body_and_heads():
    c = Canvas(
        "One body, many heads",
        "input_ids of shape (b, s) go into one body, which gives hidden states of shape (b, s, hidden). "
        "Seven classes put seven heads on the same body: none, vocabulary for masked tokens, vocabulary "
        "for the next token, labels for each token, start and end, labels for the text, a score for "
        "each choice.",
        470,
    )
    c.text(90, 66, "input_ids", mono=True)
    c.text(90, 88, "(b, s)", mono=True)
    c.arrow(90, 106, 90, 149)
    c.box(
        24,
        151,
        132,
        150,
        "body",
        "embeddings",
        "and layers",
        "(the same",
        "weights)",
        colour=ORANGE,
        bold=True,
    )
    c.arrow(156, 226, 196, 226)
    c.box(
        198,
        191,
        150,
        70,
        "hidden states",
        "(b, s, hidden)",
        colour=GREY,
        size=14,
        fill=0.1,
        mono=True,
    )
    c.line((348, 226), (376, 226))
    c.line((376, 52), (376, 400))
    for i, (name, what, shape) in enumerate(HEADS):
        y = 30 + i * 58
        c.arrow(376, y + 22, 402, y + 22)
        c.box(404, y, 316, 46, name, what, colour=GREY if i == 0 else BLUE, size=14, bold=True)
        c.arrow(720, y + 22, 742, y + 22)
        c.text(750, y + 22, shape, size=14, anchor="start", mono=True)
    c.note(
        446, "b = batch, s = sequence. A head is one or two small layers on top of the same body."
    )
    return c


FULL, CAUSAL = ["xxxxx"] * 5, ["x....", "xx...", "xxx..", "xxxx.", "xxxxx"]


def encoder_decoder():
    c = Canvas(
        "Encoder, decoder, encoder–decoder and their masks",
        "An encoder lets every token attend to every token. A decoder lets a token attend to itself and "
        "to those before it, so its mask is a lower triangle. An encoder–decoder has three masks: all "
        "to all in the encoder, a triangle in the decoder, and cross-attention from every target token "
        "to every source token.",
        430,
    )
    columns = (
        (20, 260, "Encoder", BLUE, "BERT, MiniLM"),
        (300, 260, "Decoder", ORANGE, "GPT-2, SmolLM2"),
        (580, 300, "Encoder–decoder", GREEN, "T5, BART"),
    )
    for x, w, name, colour, examples in columns:
        c.box(x, 20, w, 346, colour=colour, fill=0.05, radius=10)
        c.text(x + w / 2, 44, name, size=18, bold=True)
        c.text(x + w / 2, 68, examples, size=14)
    _mask(c, 90, 110, FULL, BLUE)
    c.text(150, 262, "every token sees all tokens")
    c.text(150, 300, "reads: one vector per token,", size=14)
    c.text(150, 320, "for labels, spans, search", size=14)
    _mask(c, 370, 110, CAUSAL, ORANGE)
    c.text(430, 262, "a token sees itself and the past")
    c.text(430, 300, "writes: the last position", size=14)
    c.text(430, 320, "predicts the next token", size=14)
    c.grid(612, 106, ["xxxxx"] * 5, side=18, colour=BLUE)
    c.text(657, 210, "encoder", size=14)
    c.grid(776, 106, ["x..", "xx.", "xxx"], side=18, colour=ORANGE)
    c.text(803, 174, "decoder", size=14)
    c.grid(758, 226, ["xxxxx"] * 3, side=18, colour=GREEN)
    c.text(803, 294, "cross-attention", size=14)
    c.line((657, 222), (657, 253), colour=BLUE)
    c.arrow(657, 253, 752, 253, colour=BLUE)
    c.text(730, 326, "source and target may differ", size=14)
    c.text(730, 346, "in length: 5 tokens in, 3 out", size=14)
    c.note(390, "Row = the token that attends; column = the token attended to.")
    c.note(412, "Dot on a fill: allowed. Hatched: masked.")
    return c


def _mask(c, x, y, rows, colour):
    c.grid(x, y, rows, side=24, colour=colour)
    for i in range(5):
        c.text(x - 12, y + 12 + i * 24, str(i), size=14, mono=True)
        c.text(x + 12 + i * 24, y - 12, str(i), size=14, mono=True)


def transfer_learning():
    c = Canvas(
        "Transfer learning: keep the body, change the head",
        "Pre-training reads very much text with a language-model head. Then that head is taken off, the "
        "body is kept, and a new head with random weights is put on. It is trained with a few hundred "
        "labelled sentences: with the body frozen, with all weights, or with small low-rank additions "
        "to the body.",
        400,
    )
    c.box(20, 24, 250, 300, colour=GREY, fill=0.05, radius=10)
    c.text(145, 50, "1  Pre-training", size=18, bold=True)
    c.box(60, 78, 170, 44, "language-model head", colour=GREY, size=14)
    c.arrow(145, 188, 145, 124)
    c.box(60, 190, 170, 60, "body", colour=ORANGE, fill=0.3, size=17, bold=True)
    c.arrow(145, 284, 145, 252)
    c.text(145, 300, "billions of words, no labels", size=14)
    c.arrow(270, 220, 330, 220)
    c.text(300, 200, "keep", size=14, bold=True)
    c.text(300, 102, "drop", size=14, bold=True)
    c.line((234, 100), (274, 100), dash="4 3")
    c.box(332, 24, 548, 300, colour=BLUE, fill=0.04, radius=10)
    c.text(606, 50, "2  Fine-tuning on a few hundred labelled examples", size=18, bold=True)
    ways = (
        ("head only", "body frozen", GREY, "5 3", "fast, few weights"),
        ("everything", "body trained", ORANGE, None, "best with more data"),
        ("low-rank delta", "frozen body + delta", PURPLE, None, "1–3 MB a task"),
    )
    for i, (name, state, colour, dash, remark) in enumerate(ways):
        x = 348 + i * 176
        c.box(x, 78, 164, 44, "new head, random", colour=BLUE, size=14)
        c.arrow(x + 82, 188, x + 82, 124)
        c.box(x, 190, 164, 60, name, state, colour=colour, fill=0.2, size=15, bold=True, dash=dash)
        c.text(x + 82, 272, remark, size=14)
    c.text(606, 304, "all three start from the same pre-trained body", size=14)
    c.note(
        362,
        "Dashed edge: weights that do not change. Training from scratch starts with a random body as well.",
    )
    return c


def two_days():
    c = Canvas(
        "Two days, the same comments",
        "Two bars: how many of 522 comments one model calls praise. Monday, one by one: 185. Tuesday, "
        "32 at a time: 96. Beside the second bar stands a question mark; there was no error and no warning.",
        230,
    )
    days = (("Monday", "one by one", 185, BLUE), ("Tuesday", "32 at a time", 96, ORANGE))
    c.text(450, 30, "522 comments, one model: how many are called praise?", size=17, bold=True)
    for i, (day, how, praise, colour) in enumerate(days):
        y = 56 + i * 84
        c.text(150, y + 16, day, anchor="end", size=17, bold=True)
        c.text(150, y + 38, how, anchor="end", size=14)
        c.box(170, y, praise * 3, 52, colour=colour, fill=0.25)
        c.text(170 + praise * 3 + 14, y + 26, str(praise), anchor="start", size=20, bold=True)
    c.text(620, 166, "?", size=44, bold=True)
    c.note(212, "No error, no warning.")
    return c


def padding_and_mask():
    c = Canvas(
        "Padding and the attention mask",
        "Two sentences of seven and five tokens form a batch. The shorter one is filled up with two "
        "[PAD], id 0. The attention mask has 1 for a token and 0 for padding. In each layer the mask "
        "adds 0 to the scores of tokens and minus infinity to those of padding, so that softmax gives "
        "padding the weight 0.",
        430,
    )
    rows = (
        (
            ("[CLS]", 101),
            ("this", 2023),
            ("is", 2003),
            ("a", 1037),
            ("input", 7953),
            (".", 1012),
            ("[SEP]", 102),
        ),
        (
            ("[CLS]", 101),
            ("this", 2023),
            ("is", 2003),
            ("not", 2025),
            ("[SEP]", 102),
            ("[PAD]", 0),
            ("[PAD]", 0),
        ),
    )
    c.text(190, 44, "tokens and input_ids", anchor="end")
    c.text(190, 214, "attention_mask", anchor="end", mono=True)
    for r, row in enumerate(rows):
        for i, (piece, number) in enumerate(row):
            kind = {"[CLS]": "special", "[SEP]": "special", "[PAD]": "pad"}.get(
                piece, ("word", "other")[i % 2]
            )
            c.piece(210 + i * 92, 28 + r * 76, 84, piece, kind, below=str(number))
            _bit(c, 210 + i * 92, 184 + r * 38, "0" if kind == "pad" else "1")
    c.text(190, 296, "added to the scores", anchor="end")
    c.text(190, 344, "weight after softmax", anchor="end")
    for i in range(7):
        pad = i > 4
        x, colours = 210 + i * 92, (VERMILLION, GREY) if pad else (GREY, BLUE)
        c.box(x, 280, 84, 32, "−∞" if pad else "+0", colour=colours[0], fill=0.12, mono=True)
        c.box(x, 328, 84, 32, "0" if pad else "> 0", colour=colours[1], fill=0.12, mono=True)
    c.text(532, 268, "for the second sentence, in every layer:", size=14)
    c.note(384, "The mask is not multiplied onto the embeddings: the pads are computed,")
    c.note(406, "and no real token attends to them.")
    return c


def _bit(c, x, y, bit):
    c.box(
        x,
        y,
        84,
        30,
        bit,
        colour=BLUE if bit == "1" else GREY,
        fill=0.2 if bit == "1" else 0.05,
        mono=True,
    )


def config_architecture_checkpoint():
    c = Canvas(
        "Config, architecture, weights, checkpoint",
        "A config holds sizes and label names. An architecture is code, a class that builds layers of "
        "these sizes. The weights are a file of numbers. Config and architecture alone give a model with random "
        "weights; with the file of weights they give the trained model. Config and weights in one folder are a "
        "checkpoint.",
        430,
    )
    c.box(24, 24, 260, 150, colour=SKY, fill=0.1)
    c.text(154, 48, "config", size=18, bold=True)
    c.text(154, 72, "config.json", size=14, mono=True)
    for i, line in enumerate(("hidden_size: 384", "num_hidden_layers: 6", "id2label: {…}")):
        c.text(154, 102 + i * 24, line, size=14, mono=True)
    c.box(320, 24, 260, 150, colour=ORANGE, fill=0.1)
    c.text(450, 48, "architecture", size=18, bold=True)
    c.text(450, 72, "class BertFor…", size=14, mono=True)
    for i, line in enumerate(("code: which layers,", "in which order,", "how data flow through")):
        c.text(450, 102 + i * 24, line, size=14)
    c.box(616, 24, 260, 150, colour=GREEN, fill=0.1)
    c.text(746, 48, "weights", size=18, bold=True)
    c.text(746, 72, "model.safetensors", size=14, mono=True)
    for i, line in enumerate(("numbers,", "by name and shape,", "as training left them")):
        c.text(746, 102 + i * 24, line, size=14)
    c.line((154, 174), (154, 214), (302, 214))
    c.line((450, 174), (450, 214), (302, 214))
    c.arrow(302, 214, 302, 262)
    c.text(314, 238, "from_config(config)", size=14, anchor="start", mono=True)
    c.box(
        172,
        264,
        260,
        76,
        "model, random weights",
        "right shapes,",
        "useless answers",
        colour=GREY,
        bold=True,
        dash="5 3",
    )
    c.arrow(432, 302, 600, 302)
    c.line((746, 174), (746, 214))
    c.arrow(746, 214, 746, 262)
    c.text(734, 230, "from_pretrained(folder)", size=14, anchor="end", mono=True)
    c.box(
        602,
        264,
        274,
        76,
        "model, trained weights",
        "same code, same shapes,",
        "sensible answers",
        colour=GREEN,
        bold=True,
    )
    c.text(516, 288, "load weights", size=14)
    c.note(
        380,
        "A checkpoint is a folder with config and weights. The code stays in the library.",
    )
    c.note(402, "People say “model” for any of these: ask which one is meant.")
    return c


DIAGRAMS = (
    body_and_heads,
    encoder_decoder,
    transfer_learning,
    padding_and_mask,
    two_days,
    config_architecture_checkpoint,
)
