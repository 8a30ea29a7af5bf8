"""How fast the search corpus is embedded, beside sentence-transformers in the same run."""

import time

import torch

from course_utils import checkpoint
from course_utils.data.corpora import read_rows
from course_utils.data.vectors import entry_texts
from course_utils.embedding import embed_texts, load_encoder

ROUNDS, TEXTS = 3, 1200


def measure():
    """Return rows of (what, measured, target): best of three rounds, the two taking turns."""
    from sentence_transformers import SentenceTransformer

    folder = checkpoint("embeddings")
    texts = entry_texts(read_rows("stdlib"))[::4][:TEXTS]
    tokenizer, model = load_encoder(folder)
    package = SentenceTransformer(folder, device=str(model.device))
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(seconds(lambda: embed_texts(tokenizer, model, texts)))
        theirs.append(seconds(lambda: package.encode(texts, show_progress_bar=False)))
    ratio = min(theirs) / min(ours)
    return [
        ("embed_texts", f"{len(texts) / min(ours):.0f} texts a second", ""),
        ("sentence-transformers encode", f"{len(texts) / min(theirs):.0f} texts a second", ""),
        ("embed_texts against encode", f"{ratio:.2f} times the throughput", "at least 1"),
    ]


def seconds(work):
    """Seconds that a call takes, the accelerator's work included."""
    start = time.perf_counter()
    work()
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return time.perf_counter() - start
