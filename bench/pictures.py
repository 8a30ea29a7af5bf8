"""Size and speed of the pictures beside those of BertViz, CircuitsVis and displaCy, measured in one run.

The peers are fetched at pinned versions into the course's cache folder and imported from there: they are no part of
the environment. Where one cannot be had, its row says why.
"""

import statistics
import subprocess
import sys
import time
from importlib import import_module, invalidate_caches

from course_utils import checkpoint, show_attention, show_entities, show_tokens, to_displacy
from course_utils.weights.cache import cache_dir

PEERS = ["bertviz==1.4.1", "circuitsvis==1.43.3", "importlib-metadata==8.7.0", "zipp==3.23.0"]
REPEATS = 5
SENTENCE = "My name is Sylvain and I work at Hugging Face in Brooklyn."
ENTITIES = [
    {"entity_group": "PER", "start": 11, "end": 18, "score": 0.99},
    {"entity_group": "ORG", "start": 33, "end": 45, "score": 0.97},
    {"entity_group": "LOC", "start": 49, "end": 57, "score": 0.99},
]


def measure():
    """Return rows of (what, measured, target); a time is the median of five, a size is in bytes of HTML."""
    missing = _fetch_peers()
    return [*_attention(missing), *_tokens(missing), *_entities()]


def _fetch_peers():
    """Install the peers beside the checkpoints; returns None, or the reason why they are missing."""
    folder = cache_dir() / "bench-peers"
    if not (folder / "bertviz").is_dir():
        command = [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-deps",
            "--target",
            str(folder),
            *PEERS,
        ]
        run = subprocess.run(command, capture_output=True, text=True)
        if run.returncode:
            return (run.stderr.strip().splitlines() or ["pip failed"])[-1][:80]
    sys.path.append(str(folder))
    invalidate_caches()
    return None


def _attention(missing):
    """Compare an overview of 6 x 12 heads over 16 tokens, and one head of 30 tokens."""
    weights, tokens = _weights(16)
    ours, took = _timed(lambda: show_attention(weights, tokens, layer=None, head=None).html)
    rows, layers = [], [layer[None] for layer in weights]
    peers = {
        "BertViz model_view": lambda: (
            import_module("bertviz").model_view(layers, tokens, html_action="return").data
        ),
        "CircuitsVis attention_heads (script from a CDN)": lambda: (
            import_module("circuitsvis.attention")
            .attention_heads(weights.flatten(0, 1), tokens)
            .cdn_src
        ),
    }
    for name, draw in peers.items():
        if missing:
            rows.append((f"the same, {name}", f"not installed: {missing}", ""))
            continue
        theirs, their_time = _timed(draw)
        rows.append(
            (
                f"the same, {name}",
                f"{theirs:,} bytes ({theirs / ours:.1f} x ours), {their_time:.0f} ms",
                "ours at most 1/10" if name.startswith("BertViz") else "",
            )
        )
    longer = _weights(30)
    head, head_time = _timed(lambda: show_attention(*longer).html)
    return [
        (
            "attention, 6 x 12 heads, 16 tokens: show_attention",
            f"{ours:,} bytes, {took:.0f} ms",
            "",
        ),
        *rows,
        (
            "attention, one head, 30 tokens, with figures",
            f"{head:,} bytes, {head_time:.0f} ms",
            "at most 50,000 bytes",
        ),
    ]


def _weights(count):
    """Attend from MiniLM over ``count`` words."""
    from transformers import AutoModel, AutoTokenizer

    from course_utils import attention_weights

    model = AutoModel.from_pretrained(checkpoint("embeddings"), attn_implementation="eager")
    words = "the cat sat on the mat because it was tired of the long day".split()
    text = " ".join(words[i % len(words)] for i in range(count - 2))
    record = attention_weights(model, AutoTokenizer.from_pretrained(checkpoint("embeddings")), text)
    return record.weights, list(record.tokens)


def _tokens(missing):
    """Compare a strip of 16 tokens, and time 10,000 of them."""
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(checkpoint("embeddings"))
    strip, took = _timed(lambda: show_tokens(tokenizer, SENTENCE + " Now.").html)
    long_text = "word " * 9_998
    long, long_time = _timed(lambda: show_tokens(tokenizer, long_text).html)
    rows = [
        (
            "token strip, 16 tokens: show_tokens",
            f"{strip:,} bytes, {took:.1f} ms",
            "at most 6,000 bytes",
        ),
        (
            "token strip, 10,000 tokens, cut with a note",
            f"{long:,} bytes, {long_time:.0f} ms",
            "at most 500 ms",
        ),
    ]
    if missing:
        return [
            *rows,
            ("the 16 tokens, CircuitsVis colored_tokens", f"not installed: {missing}", ""),
        ]
    pieces = tokenizer(SENTENCE + " Now.").tokens()
    draw = import_module("circuitsvis.tokens").colored_tokens
    theirs, their_time = _timed(lambda: draw(pieces, [0.0] * len(pieces)).cdn_src)
    figures = f"{theirs:,} bytes and a script, {their_time:.1f} ms"
    return [*rows, ("the 16 tokens, CircuitsVis colored_tokens", figures, "")]


def _entities():
    """Compare a sentence with three entities; displaCy prints no score."""
    from spacy import displacy

    ours, took = _timed(lambda: show_entities(SENTENCE, ENTITIES).html)
    theirs, their_time = _timed(
        lambda: displacy.render(
            to_displacy(SENTENCE, ENTITIES), style="ent", manual=True, jupyter=False
        )
    )
    return [
        ("entities, three in a sentence: show_entities", f"{ours:,} bytes, {took:.2f} ms", ""),
        ("the same without scores, displaCy", f"{theirs:,} bytes, {their_time:.2f} ms", ""),
    ]


def _timed(draw):
    """Give the bytes of what is drawn and the median milliseconds."""
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        html = draw()
        times.append(1e3 * (time.perf_counter() - start))
    return len(html.encode()), statistics.median(times)
