"""The search corpus as texts and as shipped vectors, and larger corpora made from it for timing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import torch
from torch.nn.functional import normalize

STORED = Path(__file__).parent
NAMES = ("stdlib", "sentence_transformers")


def entry_texts(entries: Iterable[Mapping[str, str]]) -> list[str]:
    """Write each entry of the ``stdlib`` corpus as the text that is embedded: its name and what it does.

    >>> entry_texts([{"name": "json.load", "summary": "Deserialize a file."}])
    ['json.load: Deserialize a file.']
    """
    return [f"{entry['name']}: {entry['summary']}" for entry in entries]


def digest(texts: Sequence[str]) -> str:
    """Name a list of texts by its content: the first 16 hexadecimal digits of a sha256.

    >>> digest(["ab", "c"]) == digest(["a", "bc"])
    False
    """
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]


def stored_vectors(name: str, texts: Sequence[str]) -> torch.Tensor:
    """Load shipped embeddings, made by ``recipes/make_embeddings.py``.

    Parameters
    ----------
    name : {"stdlib", "sentence_transformers"}
        All entries of the search corpus (kept as float16), or what the sentence-transformers package's ``encode``
        returned for the ``sentiment`` texts (float32).
    texts : sequence of str
        The texts that the vectors are wanted for; their digest is stored with the vectors.

    Returns
    -------
    torch.Tensor
        ``(len(texts), hidden_size)`` float32, each of length one up to the rounding of what is stored.

    Raises
    ------
    ValueError
        If nothing is stored under that name, or the stored vectors belong to other texts.

    Examples
    --------
    >>> stored_vectors("stdlb", [])
    Traceback (most recent call last):
    ValueError: expected the name of stored vectors (stdlib, sentence_transformers), got 'stdlb'
    """
    if name not in NAMES:
        raise ValueError(f"expected the name of stored vectors ({', '.join(NAMES)}), got {name!r}")
    return _stored(name, texts)


def stored_lengths(texts: Sequence[str]) -> torch.Tensor:
    """Load the lengths that the vectors of the search corpus had before they were scaled to length one.

    Parameters
    ----------
    texts : sequence of str
        The entries, as for `stored_vectors`.

    Returns
    -------
    torch.Tensor
        ``(len(texts),)`` float32; kept as float16.

    Raises
    ------
    ValueError
        If the stored lengths belong to other texts.

    Examples
    --------
    >>> stored_lengths(["another text"])  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ValueError: the stored vectors 'stdlib_lengths' were made for texts ...
    """
    return _stored("stdlib_lengths", texts)


def _stored(name: str, texts: Sequence[str]) -> torch.Tensor:
    from safetensors import safe_open

    with safe_open(STORED / f"{name}_vectors.safetensors", framework="pt") as file:
        made_for = file.metadata()["texts"]
        if made_for != digest(texts):
            raise ValueError(
                f"the stored vectors {name!r} were made for texts {made_for}, got {digest(texts)}; "
                f"make them again with recipes/make_embeddings.py"
            )
        return file.get_tensor("vectors").float()


def perturbed_copies(vectors: torch.Tensor, count: int, *, noise: float = 0.02) -> torch.Tensor:
    """Make ``count`` unit vectors out of fewer: the vectors themselves, then copies with a little noise.

    For timing a search over more vectors than there are texts. The copies crowd around real vectors, so that what
    is measured on them says nothing about how well a larger corpus would be searched.

    Parameters
    ----------
    vectors : torch.Tensor
        ``(n, size)`` float.
    count : int
        How many are wanted.
    noise : float
        Standard deviation of what is added to each number of a copy.

    Returns
    -------
    torch.Tensor
        ``(count, size)`` float32 of length one; the first ``n`` are the given ones.

    Examples
    --------
    >>> perturbed_copies(torch.eye(2), 5).shape
    torch.Size([5, 2])
    """
    with torch.device("cpu"):  # where the generator is, whatever the default device
        added = noise * torch.randn(
            count, vectors.shape[1], generator=torch.Generator().manual_seed(0)
        )
        rows = torch.arange(count) % len(vectors)
    added[: len(vectors)] = 0
    return normalize(added.add_(vectors[rows]), dim=-1)
