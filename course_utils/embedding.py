"""One vector for each text: pooling, and an embedder that spends no time on padding.

The arithmetic is that of the sentence-transformers package for this checkpoint: mean over the tokens that are no
padding, then length one. What is done differently is the order of the work. Texts are sorted by their number of
tokens and cut into batches of about equal cost, so that a batch holds many short texts or a few long ones.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator, Sequence
from functools import lru_cache

import torch
from torch.nn.functional import normalize
from torch.nn.utils.rnn import pad_sequence

from course_utils.running import evaluating

MAX_LENGTH = 256  # tokens; the limit that all-MiniLM-L6-v2 was published with
TOKENS_PER_BATCH = (
    1024  # on a CPU the activations of larger batches fall out of the cache and it gets slower
)


def pool(
    hidden: torch.Tensor, attention_mask: torch.Tensor, *, pooling: str = "mean"
) -> torch.Tensor:
    """Make one vector per sequence out of one per token.

    Parameters
    ----------
    hidden : torch.Tensor
        ``(batch, sequence, hidden_size)`` float, the last hidden state.
    attention_mask : torch.Tensor
        ``(batch, sequence)``, 1 = token, 0 = padding. Padding takes no part in any pooling.
    pooling : {"mean", "cls", "max"}
        Mean over the tokens, the first token's vector, or the largest value of each dimension.

    Returns
    -------
    torch.Tensor
        ``(batch, hidden_size)`` float.

    Raises
    ------
    ValueError
        If ``pooling`` is another word, or the shapes do not belong together.

    Notes
    -----
    Mean pooling as in Reimers and Gurevych, "Sentence-BERT" (2019), section 3.

    Examples
    --------
    >>> hidden = torch.tensor([[[1.0, 5.0], [3.0, 1.0], [9.0, 9.0]]])
    >>> pool(hidden, torch.tensor([[1, 1, 0]])).tolist()
    [[2.0, 3.0]]
    >>> pool(hidden, torch.tensor([[1, 1, 0]]), pooling="max").tolist()
    [[3.0, 5.0]]
    """
    if hidden.dim() != 3 or attention_mask.shape != hidden.shape[:2]:
        raise ValueError(
            f"expected hidden (batch, sequence, hidden_size) and a mask (batch, sequence), got "
            f"{tuple(hidden.shape)} and {tuple(attention_mask.shape)}"
        )
    mask = attention_mask.unsqueeze(-1).bool()
    if pooling == "mean":
        return (hidden * mask).sum(1) / mask.sum(1).clamp(min=1)
    if pooling == "cls":
        return hidden[:, 0]
    if pooling == "max":
        return hidden.masked_fill(~mask, float("-inf")).amax(1)
    raise ValueError(f"expected pooling to be mean, cls or max, got {pooling!r}")


def length_sorted_batches(lengths: Sequence[int], tokens_per_batch: int) -> Iterator[list[int]]:
    """Cut positions into batches, longest texts first, each of at most ``tokens_per_batch`` padded tokens.

    A text longer than that makes a batch of its own. Longest first means that a run which does not fit in memory
    fails at once.

    >>> list(length_sorted_batches([3, 9, 4, 8], 16))
    [[1], [3, 2], [0]]
    """
    order = sorted(range(len(lengths)), key=lambda i: -lengths[i])
    start = 0
    while start < len(order):
        count = max(1, tokens_per_batch // max(1, lengths[order[start]]))
        yield order[start : start + count]
        start += count


def embed_texts(
    tokenizer,
    model,
    texts: Sequence[str],
    *,
    pooling: str = "mean",
    normalised: bool = True,
    max_length: int = MAX_LENGTH,
    tokens_per_batch: int = TOKENS_PER_BATCH,
    progress: bool = False,
) -> torch.Tensor:
    """Embed texts with a transformer encoder.

    Parameters
    ----------
    tokenizer, model
        What ``AutoTokenizer`` and ``AutoModel`` load; the model runs on
        the device it is on, in evaluation mode, and is left as it was.
    texts : sequence of str
        One vector is made for each.
    pooling : {"mean", "cls", "max"}
        See :func:`pool`.
    normalised : bool
        Scale each vector to length one.
    max_length : int
        Tokens per text; what is longer is cut at the end.
    tokens_per_batch : int
        Padded tokens computed at a time.
    progress : bool
        Draw a progress bar, in texts, on standard output.

    Returns
    -------
    torch.Tensor
        ``(len(texts), hidden_size)`` float32 on the CPU, row ``i`` for ``texts[i]``.

    Raises
    ------
    TypeError
        If ``texts`` is one string, or holds something else than strings.

    Examples
    --------
    >>> embed_texts(None, None, "one string")
    Traceback (most recent call last):
    TypeError: expected a list of strings, got one string; write ["one string"]
    """
    texts = _as_list(texts)
    if not texts:
        return torch.empty(0, model.config.hidden_size, device="cpu")
    ids = tokenizer(texts, truncation=True, max_length=max_length)["input_ids"]
    vectors = torch.empty(len(texts), model.config.hidden_size, device="cpu")
    with evaluating(model), _bar(len(texts), progress) as bar:
        for rows in length_sorted_batches([len(row) for row in ids], tokens_per_batch):
            batch = _pad([ids[i] for i in rows], tokenizer.pad_token_id, model.device)
            pooled = pool(
                model(**batch).last_hidden_state, batch["attention_mask"], pooling=pooling
            ).float()
            vectors[rows] = (normalize(pooled, dim=-1) if normalised else pooled).cpu()
            bar.update(len(rows))
    return vectors


_loading, _here = threading.Lock(), threading.local()


@lru_cache(maxsize=2)
def _load_model(folder: str):
    from transformers import AutoModel

    from course_utils.device import get_device

    return AutoModel.from_pretrained(folder).eval().to(get_device())


def load_encoder(folder: str):
    """Load what embeds a text, once, and keep it; returns ``(tokenizer, model)``.

    The model is shared by the threads of a process. A fast tokenizer is not made for that: truncating in one thread
    while another tokenises raises ``RuntimeError: Already borrowed``. Each thread gets its own.
    """
    from transformers import AutoTokenizer

    with _loading:  # two threads that load the same weights at once would load them twice
        model = _load_model(folder)
        kept = _here.__dict__.setdefault("tokenizers", {})
        if folder not in kept:
            kept[folder] = AutoTokenizer.from_pretrained(folder)
    return kept[folder], model


def embed_part(texts: Sequence[str], folder: str):
    """Embed one part of a larger job on the machine that this runs on.

    Parameters
    ----------
    texts : sequence of str
        The part.
    folder : str
        Checkpoint folder *on that machine*; it is loaded once and kept for the next part.

    Returns
    -------
    numpy.ndarray
        ``(len(texts), hidden_size)`` float32, length one: an array, because that is what engines ship cheaply.
    """
    return embed_texts(*load_encoder(folder), texts).numpy()


def _as_list(texts) -> list[str]:
    if isinstance(texts, str):
        raise TypeError(
            f"expected a list of strings, got one string; write [{texts[:40]!r}]".replace("'", '"')
        )
    texts = list(texts)
    for text in texts:
        if not isinstance(text, str):
            raise TypeError(f"expected strings to embed, got {type(text).__name__}")
    return texts


def _pad(rows: list[list[int]], pad_id: int, device) -> dict[str, torch.Tensor]:
    """Make a batch; the mask comes from the lengths, since a text may hold the word ``[PAD]`` itself."""
    with torch.device("cpu"):
        ids = pad_sequence(
            [torch.tensor(row) for row in rows], batch_first=True, padding_value=pad_id
        )
        mask = pad_sequence(
            [torch.ones(len(row), dtype=torch.long) for row in rows], batch_first=True
        )
    return {"input_ids": ids.to(device), "attention_mask": mask.to(device)}


def _bar(total: int, progress: bool):
    from tqdm import tqdm

    return tqdm(
        total=total, unit="text", disable=not progress, file=sys.stdout, mininterval=0.5, ncols=80
    )
