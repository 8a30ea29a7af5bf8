"""Padding and masks: what a batch holds, what may be attended to, and what is added to the scores for that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from course_utils.coerce import as_rows, check_count
from course_utils.pictures.grid import Row, draw_batch, draw_matrix
from course_utils.pictures.view import View

if TYPE_CHECKING:
    import torch
    from matplotlib.figure import Figure


def show_batch(
    tokenizer: Any,
    batch: Any,
    *,
    limit_rows: int = 16,
    limit_tokens: int = 64,
    caption: str | None = None,
) -> View:
    """Show the tensors of a batch as aligned rows: pieces, ids, masks and segments, position by position.

    Parameters
    ----------
    tokenizer : PreTrainedTokenizerBase
        The tokenizer that made the batch; it names the pieces.
    batch : BatchEncoding, dict or ids
        ``input_ids`` of shape (batch, tokens) or (tokens,), and whatever else of that shape it holds:
        ``attention_mask`` (1 = token, 0 = padding), ``token_type_ids`` (segment 0 or 1), ``labels``.
    limit_rows, limit_tokens : int
        How many rows and positions are drawn.
    caption : str
        Replaces the line above the table.

    Raises
    ------
    TypeError, ValueError
        If there are no ids, or a tensor's shape is not theirs.

    Examples
    --------
    >>> from tokenizers import Tokenizer, models
    >>> from transformers import PreTrainedTokenizerFast
    >>> toy = Tokenizer(models.WordLevel({"[PAD]": 0, "hi": 1}, unk_token="[PAD]"))
    >>> toy = PreTrainedTokenizerFast(tokenizer_object=toy, pad_token="[PAD]")
    >>> show_batch(toy, {"input_ids": [[1, 0]], "attention_mask": [[1, 0]]})
    1 row of 2 positions, 1 of 2 positions (50.0 %) is padding; column = position
    row  tensor          0   1
    0    piece           hi  [PAD]
         input_ids       1   0
         attention_mask  1   0
         special         0   1
    """
    from course_utils.tokens import from_encoding

    check_count(limit_rows, "limit_rows"), check_count(limit_tokens, "limit_tokens")
    given = (
        batch if isinstance(batch, Mapping) or hasattr(batch, "encodings") else {"input_ids": batch}
    )
    records = from_encoding(tokenizer, given)
    tensors = {
        name: as_rows(values, name) for name, values in given.items() if name in _known(given)
    }
    for name, rows in tensors.items():
        if [len(row) for row in rows] != [len(record) for record in records]:
            raise ValueError(
                f"expected {name} of the shape of input_ids, {_shape(records)}, got {_shape(rows)}"
            )
    rows = [
        Row(record, {name: values[i] for name, values in tensors.items()})
        for i, record in enumerate(records)
    ]
    return draw_batch(rows, limit_rows=limit_rows, limit_tokens=limit_tokens, caption=caption)


def padding_share(batch: Any) -> float:
    """Give the share of a batch's positions that are padding: computed, then thrown away.

    Parameters
    ----------
    batch : BatchEncoding, dict or array-like
        A batch with ``attention_mask``, or that mask itself: shape (batch, tokens), 1 = token, 0 = padding.

    Returns
    -------
    float
        Between 0 and 1; 0 for an empty batch.

    Examples
    --------
    >>> padding_share([[1, 1, 1, 1], [1, 0, 0, 0]])
    0.375
    """
    mask = batch
    if isinstance(batch, Mapping) or hasattr(batch, "encodings"):
        if "attention_mask" not in batch:
            raise ValueError(f"expected a batch with attention_mask, got one with {sorted(batch)}")
        mask = batch["attention_mask"]
    values = [value for row in as_rows(mask, "attention_mask") for value in row]
    if any(value not in (0, 1) for value in values):
        raise ValueError(
            f"expected an attention mask of 0 and 1, got {next(v for v in values if v not in (0, 1))}"
        )
    return values.count(0) / len(values) if values else 0.0


def causal_mask(n: int) -> torch.Tensor:
    """Make the mask of a decoder: a token attends to itself and to what stands before it.

    Returns
    -------
    torch.Tensor
        Shape (n, n), bool: row = the token that attends, column = the token attended to, True = may.

    Examples
    --------
    >>> causal_mask(2)
    tensor([[ True, False],
            [ True,  True]])
    """
    return bidirectional_mask(n).tril()


def bidirectional_mask(n: int) -> torch.Tensor:
    """Make the mask of an encoder: every token attends to every token.

    Returns
    -------
    torch.Tensor
        Shape (n, n), bool, all True.

    Examples
    --------
    >>> bidirectional_mask(2).all().item()
    True
    """
    import torch

    return torch.ones(check_count(n, "n"), n, dtype=torch.bool)


def padding_mask(attention_mask: Any) -> torch.Tensor:
    """Spread the mask of a batch over its attention: no token attends to padding.

    Parameters
    ----------
    attention_mask : array-like
        Shape (batch, tokens) or (tokens,); 1 = token, 0 = padding.

    Returns
    -------
    torch.Tensor
        Shape (batch, tokens, tokens), bool: [text, the token that attends, the token attended to]. Rows of
        padding attend like any other; what they compute is not used.

    Examples
    --------
    >>> padding_mask([[1, 1, 0]])[0, 0]
    tensor([ True,  True, False])
    """
    import torch

    rows = as_rows(attention_mask, "attention_mask")
    if len({len(row) for row in rows}) > 1:
        raise ValueError(
            f"expected rows of one length, got lengths {sorted({len(row) for row in rows})}"
        )
    mask = torch.tensor(rows, dtype=torch.bool)
    return mask[:, None, :].expand(-1, mask.shape[1], -1).clone()


def additive(mask: torch.Tensor, dtype: torch.dtype | None = None) -> torch.Tensor:
    """Give what is added to the attention scores: 0 where a token may attend, the lowest number where it may not.

    After softmax the lowest number of the type becomes a weight of exactly 0. Nothing is multiplied onto the
    embeddings. The result is on the mask's device. Source: ``transformers.masking_utils.eager_mask``.

    Parameters
    ----------
    mask : torch.Tensor
        Bool, any shape; True = may be attended to.
    dtype : torch.dtype
        A float type; float32 where it is left out.

    Examples
    --------
    >>> additive(causal_mask(2))
    tensor([[ 0.0000e+00, -3.4028e+38],
            [ 0.0000e+00,  0.0000e+00]])
    """
    import torch

    dtype = dtype or torch.float32
    if not isinstance(mask, torch.Tensor) or mask.dtype != torch.bool:
        raise TypeError(
            f"expected a mask of bool, got {getattr(mask, 'dtype', type(mask).__name__)}"
        )
    if not dtype.is_floating_point:
        raise TypeError(f"expected a float type, got {dtype}")
    return torch.zeros_like(mask, dtype=dtype).masked_fill(~mask, torch.finfo(dtype).min)


def show_attention_mask(
    mask: Any, tokens: Sequence[str] | None = None, *, caption: str | None = None
) -> View:
    """Show who may attend to whom, or what is added to the scores, as a table.

    Parameters
    ----------
    mask : array-like
        Shape (n, n), or (1, n, n): bool or 0 and 1 (1 = may be attended to), or floats as ``additive`` gives them.
    tokens : sequence of str
        One per position.
    caption : str
        Replaces the line above the table.

    Raises
    ------
    ValueError
        If the mask is not square or the number of tokens differs from it.

    Examples
    --------
    >>> show_attention_mask(causal_mask(2), ["a", "b"])
    row = the token that attends, column = the token attended to; 1 = may, · = may not
         0 a  1 b
    0 a  1    ·
    1 b  1    1
    """
    import torch

    from course_utils.coerce import as_tensor

    added = isinstance(mask, torch.Tensor) and mask.is_floating_point()
    values = as_tensor(mask, "mask")
    while values.ndim > 2 and values.shape[0] == 1:
        values = values[0]
    if values.ndim != 2 or values.shape[0] != values.shape[1]:
        raise ValueError(f"expected a mask of shape (n, n), got {tuple(values.shape)}")
    if tokens is not None and (isinstance(tokens, str) or len(tokens) != len(values)):
        raise ValueError(
            f"expected {len(values)} tokens, one per row of the mask, got {len(tokens)}"
        )
    return draw_matrix(values.tolist(), tokens, added=added, caption=caption)


def plot_against_pads(
    model: Any, tokenizer: Any, text: str, *, pads: Sequence[int] = (0, 2, 5, 10, 20, 40, 80)
) -> Figure:
    """Plot what padding does to the verdict on one text: without a mask, and with it.

    Parameters
    ----------
    model : PreTrainedModel
        A sequence classifier; it is run in evaluation mode and left as it was.
    tokenizer : PreTrainedTokenizerBase
        Its tokenizer, with a padding token.
    text : str
        The text to pad.
    pads : sequence of int
        How many padding tokens are put after it.

    Returns
    -------
    matplotlib.figure.Figure
        Probability in per cent of the label that wins with no padding, against the number of pads.

    Raises
    ------
    ValueError
        If there is no padding token, the padded text is longer than the model's positions, or the model
        does not classify sequences.

    Examples
    --------
    >>> from tokenizers import Tokenizer, models
    >>> from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast
    >>> words = Tokenizer(models.WordLevel({"[PAD]": 0, "hi": 1}, unk_token="[PAD]"))
    >>> tokenizer = PreTrainedTokenizerFast(tokenizer_object=words, pad_token="[PAD]")
    >>> sizes = dict(hidden_size=4, num_hidden_layers=1, num_attention_heads=1, intermediate_size=4)
    >>> model = BertForSequenceClassification(BertConfig(vocab_size=2, **sizes))
    >>> len(plot_against_pads(model, tokenizer, "hi", pads=[0, 2]).axes[0].lines)
    2
    """
    from course_utils.padding import verdicts
    from course_utils.pictures.curves import plot_lines

    label, lines = verdicts(model, tokenizer, text, pads)
    moved = any(abs(value - lines["no mask"][0]) >= 0.05 for value in lines["no mask"])
    title = (
        "Pads change the answer, until the mask takes them out"
        if moved
        else "Pads do not move this answer"
    )
    return plot_lines(
        list(pads),
        lines,
        title=title,
        x_label="number of padding tokens",
        y_label=f"probability of {label} (%)",
    )


def _known(batch: Mapping) -> set[str]:
    """Name the tensors that have one whole number per position."""
    return {"input_ids", "attention_mask", "token_type_ids", "labels", "position_ids"} & set(batch)


def _shape(rows: Sequence) -> str:
    lengths = sorted({len(row) for row in rows})
    return f"({len(rows)}, {', '.join(map(str, lengths)) if len(lengths) == 1 else 'of lengths ' + str(lengths)})"
