"""What the tests of all pictures share: a strict reader of their HTML, hostile strings, tokenizers, golden files."""

import functools
import os
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

from course_utils.pictures.view import LIMIT, View

GOLDEN = Path(__file__).parent / "golden"
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    '" onmouseover="alert(1)',
    "'><b>",
    "</title></svg><img src=x onerror=alert(1)>",
    "&lt;i&gt;",
    "Ġ▁##",
    "Ġthe ▁low ##er",
    "שלום",
    "مرحبا \u202eab\u202c",
    "\u202eabc",
    "👨\u200d👩\u200d👧",
    "a\u200bb",
    "zero\u200bwidth\u200djoiner",
    "two\nlines\tand tab",
    "\x00\x1b[31m",
    "{curly} %s $x$",
    "{label} {0} %s",
    "👩\u200d👩\u200d👧 🤗",
    "$x^2$ \\frac",
    "",
    "a" * 300,
)
TAGS = set(
    "div p ol ul li table caption thead tbody tr th td span bdi small strong code br figure figcaption"
    " details summary img".split()
)
ATTRIBUTES = set("dir style role aria-label tabindex start scope rowspan colspan".split())
IMAGE = set("alt src width height style".split())
DRAWN_TAGS = set("svg g path text".split())
DRAWN = set("viewbox d x y fill stroke stroke-opacity stroke-width font-family font-size".split())
BITMAP = "data:image/png;base64,"
DRAWING, SVG = "data:image/svg+xml,", ' xmlns="http://www.w3.org/2000/svg"'
VOID = {"br", "img"}
OUTSIDE = ("http", "url(")


class Reader(HTMLParser):
    """Collects text and tags, and refuses what a static picture must not hold."""

    def __init__(self, tags=TAGS, attributes=ATTRIBUTES):
        super().__init__(convert_charrefs=True)
        self.tags, self.attributes = tags, attributes
        self.open, self.words, self.drawings = [], [], []

    def handle_starttag(self, tag, attributes):
        assert tag in self.tags, f"<{tag}> in a picture"
        allowed = IMAGE if tag == "img" else self.attributes
        for name, value in attributes:
            assert name in allowed, f"attribute {name} in <{tag}>"
            if name == "src":
                continue  # read below
            told = name in ("aria-label", "alt")  # words, which may be a learner's
            for outside in OUTSIDE if told else (*OUTSIDE, "expression", "<", "javascript:"):
                assert outside not in value, f"{outside} in {name} of <{tag}>"
        if tag == "img":
            self.draw(dict(attributes))
        if tag not in VOID:
            self.open.append(tag)

    def draw(self, image):
        """Read a drawing, which has a name and is held by the picture itself."""
        assert image["alt"], f"an image with {image}"
        if image["src"].startswith(BITMAP):
            return
        assert image["src"].startswith(DRAWING), f"an image with {image}"
        drawing = Reader(DRAWN_TAGS, DRAWN)
        drawing.feed(unquote(image["src"].removeprefix(DRAWING)).replace(SVG, "", 1))
        drawing.close()
        assert not drawing.open and drawing.words, f"unclosed {drawing.open} in a drawing"
        self.drawings.append(drawing)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-1:]}"
        self.open.pop()

    def handle_comment(self, data):
        raise AssertionError("a comment in a picture")

    def handle_data(self, data):
        self.words.append(data)


def parse(html):
    """Read HTML, which must be well-formed and harmless."""
    reader = Reader()
    reader.feed(html)
    reader.close()
    assert not reader.open, f"unclosed {reader.open}"
    return reader


def held(text):
    """What HTML can hold of a text: control characters become the replacement character."""
    return re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", "\ufffd", text)


def words_of(html):
    """The text of HTML as a reader sees it, every character."""
    return "".join(parse(html).words)


def check(view):
    """Assert that a picture is whole, small, safe and accessible; return it."""
    assert isinstance(view, View)
    parse(view.html)
    assert len(view.html.encode()) <= LIMIT
    assert view.text and repr(view) == view.text and view.text.encode()
    assert set(view._repr_mimebundle_()) >= {"text/html", "text/plain"}
    return view


def read(view):
    """Check a view that is text and boxes, without a drawing; return its visible text, words apart."""
    reader = parse(check(view).html)
    assert not reader.drawings, "a drawing among boxes"
    return " ".join(" ".join(reader.words).split())


def figures(text):
    """Find every number that is printed, as it is printed."""
    return set(re.findall(r"(?<![\w.])[-+]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?(?![\w])", text))


def check_faces(view):
    """HTML is well-formed and harmless, and the text says every figure that it says. Returns the visible text."""
    words = read(view)
    missing = figures(words) - figures(view.text)
    assert not missing, f"figures only in the HTML: {sorted(missing)[:9]}"
    return words


def bare(view):
    """The HTML as GitHub shows it: every style removed."""
    return re.sub(r' style="[^"]*"', "", view.html)


def check_golden(name, view):
    """Compare both faces with stored ones; ``UPDATE_GOLDEN=1`` writes them anew, to be read and committed."""
    check(view)
    for suffix, got in ((".txt", view.text), (".html", view.html)):
        path = GOLDEN / f"{name}{suffix}"
        if os.environ.get("UPDATE_GOLDEN"):
            path.write_text(got + "\n", encoding="utf-8")
        assert path.read_text(encoding="utf-8") == got + "\n", f"{path.name} differs"


@functools.cache
def wordpiece():
    from transformers import AutoTokenizer

    from course_utils import checkpoint

    return AutoTokenizer.from_pretrained(checkpoint("embeddings"))


@functools.cache
def byte_level():
    from transformers import AutoTokenizer

    from course_utils import checkpoint

    return AutoTokenizer.from_pretrained(checkpoint("generation"))


@functools.cache
def unigram():
    """A small SentencePiece-like tokenizer, trained here."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    raw = Tokenizer(models.Unigram())
    raw.pre_tokenizer, raw.decoder = pre_tokenizers.Metaspace(), decoders.Metaspace()
    trainer = trainers.UnigramTrainer(
        vocab_size=60,
        special_tokens=["<unk>", "<pad>", "</s>"],
        unk_token="<unk>",
        show_progress=False,
    )
    raw.train_from_iterator(
        ["the cat sat on the mat", "a cat and a hat", "that is the hat of the cat"] * 20, trainer
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=raw, unk_token="<unk>", pad_token="<pad>", eos_token="</s>"
    )


def tiny(kind="BertForSequenceClassification", **changes):
    """A randomly initialised model of a few hundred weights, over the WordPiece vocabulary unless told otherwise."""
    import torch
    import transformers

    sizes = {
        "vocab_size": 30522,
        "hidden_size": 8,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "intermediate_size": 8,
        "max_position_embeddings": 64,
    }
    torch.manual_seed(0)
    return getattr(transformers, kind)(transformers.BertConfig(**sizes | changes)).eval()
