"""Make the stored vectors in ``course_utils/data``: run once, and again when the texts change.

``stdlib_vectors.safetensors``: every entry of the search corpus, embedded by ``course_utils.embedding``, float16.
``stdlib_lengths_vectors.safetensors``: the lengths that these vectors had before they were scaled to length one, float16.
``sentence_transformers_vectors.safetensors``: the ``sentiment`` texts as the sentence-transformers package embeds
them, float32. They are the reference of the proof in notebook 06, which so needs that package neither installed
nor imported; ``tests/test_embedding.py`` holds the file against the package where it is there.

Usage: ``python -m recipes.make_embeddings``
"""

import torch
from safetensors.torch import save_file

from course_utils import checkpoint
from course_utils.data.corpora import read_rows
from course_utils.data.vectors import STORED, digest, entry_texts
from course_utils.embedding import embed_texts, load_encoder


def with_sentence_transformers(texts):
    """Embed texts as the sentence-transformers package does, with the settings that the checkpoint carries."""
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(checkpoint("embeddings"), device="cpu")
    return torch.from_numpy(model.encode(texts, show_progress_bar=False))


def store(name, vectors, texts, **made_with):
    """Write vectors with the digest of their texts."""
    path = STORED / f"{name}_vectors.safetensors"
    save_file(
        {"vectors": vectors.contiguous()}, path, metadata={"texts": digest(texts), **made_with}
    )
    print(
        f"{path.name}: {tuple(vectors.shape)} {vectors.dtype}, {path.stat().st_size / 1e6:.2f} MB"
    )


def main():
    """Make the three files."""
    import sentence_transformers

    sentences = [row["text"] for row in read_rows("sentiment")]
    store(
        "sentence_transformers",
        with_sentence_transformers(sentences),
        sentences,
        package=f"sentence-transformers {sentence_transformers.__version__}",
    )
    entries = entry_texts(read_rows("stdlib"))
    raw = embed_texts(
        *load_encoder(checkpoint("embeddings")), entries, normalised=False, progress=True
    )
    lengths = raw.norm(dim=-1)
    store("stdlib", (raw / lengths[:, None]).half(), entries, package="course_utils.embedding")
    store("stdlib_lengths", lengths.half(), entries, package="course_utils.embedding")


if __name__ == "__main__":
    main()
