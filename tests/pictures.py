"""What the tests of all pictures share: a strict reader of their HTML, hostile strings, tokenizers, golden files."""

import functools
import os
import re
from html.parser import HTMLParser
from pathlib import Path

GOLDEN = Path(__file__).parent / "golden"
HOSTILE = ("<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "'><b>", "&lt;i&gt;", "Ġ▁##", "שלום",
           "\u202eabc", "👨\u200d👩\u200d👧", "a\u200bb", "two\nlines\tand tab", "\x00\x1b[31m", "{curly} %s $x$")
TAGS = set("div p ol ul li table caption thead tbody tr th td span bdi small strong code br".split())
ATTRIBUTES = set("style role aria-label tabindex start scope rowspan colspan".split())


class Reader(HTMLParser):
    """Collects text and tags, and refuses what a static picture must not hold."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.words, self.styles = [], [], []

    def handle_starttag(self, tag, attributes):
        assert tag in TAGS, f"<{tag}> in a picture"
        for name, value in attributes:
            assert name in ATTRIBUTES, f"attribute {name} in <{tag}>"
            if name == "style":
                self.styles.append(value)
                assert "url(" not in value and "<" not in value and "expression" not in value
        if tag != "br":
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag != "br":
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-1:]}"
        self.open.pop()

    def handle_comment(self, data):
        raise AssertionError("a comment in a picture")

    def handle_data(self, data):
        self.words.append(data)


def read(view):
    """Check a view's HTML and return its visible text, words apart."""
    reader = Reader()
    reader.feed(view.html)
    reader.close()
    assert not reader.open, f"unclosed {reader.open}"
    assert len(view.html.encode()) <= 50_000
    view.text.encode()
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
    """Compare both faces with stored ones; ``UPDATE_GOLDEN=1`` writes them anew."""
    for suffix, got in ((".txt", view.text), (".html", view.html)):
        path = GOLDEN / f"{name}{suffix}"
        if os.environ.get("UPDATE_GOLDEN"):
            path.parent.mkdir(exist_ok=True)
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
    trainer = trainers.UnigramTrainer(vocab_size=60, special_tokens=["<unk>", "<pad>", "</s>"], unk_token="<unk>",
                                      show_progress=False)
    raw.train_from_iterator(["the cat sat on the mat", "a cat and a hat", "that is the hat of the cat"] * 20, trainer)
    return PreTrainedTokenizerFast(tokenizer_object=raw, unk_token="<unk>", pad_token="<pad>", eos_token="</s>")


def tiny(kind="BertForSequenceClassification", **changes):
    """A randomly initialised model of a few hundred weights, over the WordPiece vocabulary unless told otherwise."""
    import torch
    import transformers

    sizes = {"vocab_size": 30522, "hidden_size": 8, "num_hidden_layers": 2, "num_attention_heads": 2,
             "intermediate_size": 8, "max_position_embeddings": 64}
    torch.manual_seed(0)
    return getattr(transformers, kind)(transformers.BertConfig(**sizes | changes)).eval()
