"""What ``strict`` looks at: one function per mistake, each with its own explanation."""

from __future__ import annotations

import difflib
import inspect
from functools import cache
from pathlib import Path
from typing import Any, get_args

# Understood by every model of transformers although it stands in no signature.
EVERYWHERE = {
    "output_attentions",
    "output_hidden_states",
    "return_dict",
    "use_cache",
    "cache_position",
}
ROUNDED_UP = (
    512  # models round the rows of their embedding up; a larger surplus is another vocabulary
)


class StrictError(ValueError):
    """A call that the model would have taken without a word, and got wrong."""


def check_call(model: Any, args: tuple, kwargs: dict, tokenizer: Any) -> None:
    """Look at the arguments of one call; the first mistake raises ``StrictError``."""
    named = name_arguments(model, args, kwargs)
    check_names(model, named)
    ids = named.get("input_ids")
    for name, value in named.items():
        check_device(model, name, value)
    if ids is None:
        return
    check_shape(model, ids, args)
    check_vocabulary(model, ids)
    check_segments(model, named)
    check_length(model, ids, named.get("past_key_values"))
    check_padding(model, ids, named, tokenizer)


def name_arguments(model: Any, args: tuple, kwargs: dict) -> dict[str, Any]:
    """Give positional arguments their names; what is None was not given."""
    names = [name for name, kind in parameters(type(model)).items() if kind != "rest"]
    given = dict(zip(names, args, strict=False)) | kwargs
    return {name: value for name, value in given.items() if value is not None}


@cache
def parameters(kind: type) -> dict[str, str]:
    """List what ``forward`` takes: its own parameters, and the fields that its annotation of ``**kwargs`` names."""
    found: dict[str, str] = {}
    for name, parameter in list(inspect.signature(kind.forward).parameters.items())[1:]:
        if parameter.kind is not inspect.Parameter.VAR_KEYWORD:
            found[name] = "own"
            continue
        for fields in get_args(parameter.annotation):
            for base in (fields, *getattr(fields, "__orig_bases__", ())):
                found |= {
                    name: "rest"
                    for name in getattr(base, "__annotations__", ())
                    if name not in found
                }
    return found


def check_names(model: Any, named: dict[str, Any]) -> None:
    """Refuse keyword arguments that the architecture does not know: ``**kwargs`` swallows them."""
    known = parameters(type(model))
    own = {name for name, kind in known.items() if kind == "own"}
    for name in named:
        if name in known or name in EVERYWHERE:
            continue
        kind = type(model).__name__
        if name == "token_type_ids":
            raise StrictError(
                f"{kind} has no segment embedding and ignores 'token_type_ids': it cannot tell the two "
                "texts of a pair apart by them. Leave the argument out."
            )
        near = difflib.get_close_matches(name, own, n=1)
        raise StrictError(
            f"{kind} takes no argument {name!r} and would ignore it without a warning."
            + (f" Did you mean {near[0]!r}?" if near else f" It takes {', '.join(sorted(own))}.")
        )


def check_device(model: Any, name: str, value: Any) -> None:
    """Refuse tensors that lie on another device than the weights."""
    device, here = getattr(value, "device", None), weights(model).device
    if device is not None and device != here:
        raise StrictError(
            f"{name} lies on {device}, the weights of the model on {here}. Move the inputs: "
            "batch = batch.to(model.device)."
        )


def check_shape(model: Any, ids: Any, args: tuple) -> None:
    """Refuse what is no tensor of shape (batch, tokens)."""
    if not hasattr(ids, "shape"):
        fix = (
            "Unpack the batch: model(**batch)."
            if hasattr(ids, "keys") and args
            else 'Ask for tensors: tokenizer(..., return_tensors="pt").'
        )
        raise StrictError(f"expected input_ids as a tensor, got {type(ids).__name__}. {fix}")
    if len(ids.shape) != 2:
        raise StrictError(
            f"expected input_ids of shape (batch, tokens), got {tuple(ids.shape)}. A single text is a "
            "batch of one: ids.unsqueeze(0)."
        )
    if ids.is_floating_point():
        raise StrictError(
            f"expected input_ids as whole numbers, got {ids.dtype}. An id is the number of a row."
        )


def check_vocabulary(model: Any, ids: Any) -> None:
    """Refuse ids that the embedding has no row for."""
    rows = weights(model).shape[0]
    outside = ids[(ids < 0) | (ids >= rows)]
    if outside.numel():
        raise StrictError(
            f"id {outside[0].item()} is outside the vocabulary of {type(model).__name__}, whose ids run "
            f"from 0 to {rows - 1}. The ids come from a tokenizer of another checkpoint, or were typed."
        )


def check_segments(model: Any, named: dict[str, Any]) -> None:
    """Refuse segment numbers that the model ignores or has no row for."""
    segments, kinds = named.get("token_type_ids"), getattr(model.config, "type_vocab_size", None)
    if segments is None or kinds is None or not segments.numel():
        return
    if kinds == 0:
        raise StrictError(
            f"{type(model).__name__} was configured without segment embedding (type_vocab_size 0) and "
            "ignores 'token_type_ids'. Leave the argument out."
        )
    if int(segments.max()) >= kinds or int(segments.min()) < 0:
        raise StrictError(
            f"expected token_type_ids from 0 to {kinds - 1}, got {int(segments.min())} to "
            f"{int(segments.max())}."
        )


def check_length(model: Any, ids: Any, past: Any) -> None:
    """Refuse more positions than the model has, or was trained on."""
    most = getattr(model.config, "max_position_embeddings", None)
    tables = (
        part
        for name, part in model.named_modules()
        if name.endswith("embeddings.position_embeddings")
    )
    first = getattr(next(tables, None), "padding_idx", None)
    if most and first is not None:
        most -= first + 1  # RoBERTa counts positions from behind its padding id
    length = ids.shape[1] + (past.get_seq_length() if hasattr(past, "get_seq_length") else 0)
    if most and length > most:
        raise StrictError(
            f"the text has {length} tokens, {type(model).__name__} has {most} positions. Cut it with "
            "truncation=True, or split it into windows with stride and return_overflowing_tokens."
        )


def check_padding(model: Any, ids: Any, named: dict[str, Any], tokenizer: Any) -> None:
    """Refuse padding that attention would take for text."""
    pad = getattr(tokenizer, "pad_token_id", None)
    pad = getattr(model.config, "pad_token_id", None) if pad is None else pad
    mask = named.get("attention_mask")
    flat = (
        getattr(mask, "ndim", 0) == 2 and "past_key_values" not in named
    )  # a cache makes the mask longer
    if flat and mask.shape != ids.shape:
        raise StrictError(
            f"expected an attention_mask of the shape of input_ids, {tuple(ids.shape)}, got "
            f"{tuple(mask.shape)}."
        )
    if pad is None or (mask is not None and mask.shape != ids.shape):
        return
    found = is_padding(ids, pad, ends(model, tokenizer))
    if mask is not None:
        found &= mask.bool()
    if not found.any():
        return
    row, count = int(found.nonzero()[0, 0]), int(found.sum())
    what = "there is no attention_mask" if mask is None else "the attention_mask lets them through"
    tokens = "token" if count == 1 else "tokens"
    raise StrictError(
        f"input_ids hold {count} padding {tokens} (id {pad}, first in row {row}), and {what}: every "
        "token attends to them and the answer moves. Pass the mask that the tokenizer returns: "
        "model(**batch)."
    )


def is_padding(ids: Any, pad: int, ends_of_text: set) -> Any:
    """Find padding: each ``pad``; where it also ends texts, only runs of two or more at the edge of a row."""
    found = ids == pad
    if pad not in ends_of_text:
        return found
    left, right = found.long().cumprod(1).bool(), found.long().flip(1).cumprod(1).flip(1).bool()
    runs = [edge & (edge.sum(1, keepdim=True) > 1) for edge in (left, right)]
    return runs[0] | runs[1]


def ends(model: Any, tokenizer: Any) -> set:
    """Collect the ids that begin or end a text, which some checkpoints also use as padding."""
    found: set = set()
    for owner in (model.config, tokenizer):
        for name in ("bos_token_id", "eos_token_id"):
            value = getattr(owner, name, None)
            found |= set(value) if isinstance(value, list) else {value}
    return found


def check_output(model: Any, kwargs: dict, output: Any) -> None:
    """Refuse an output without the attentions that were asked for."""
    asked = kwargs.get("output_attentions")
    asked = getattr(model.config, "output_attentions", False) if asked is None else asked
    if not asked or not hasattr(output, "keys"):
        return
    found = next(
        (
            output[key]
            for key in ("attentions", "encoder_attentions")
            if output.get(key) is not None
        ),
        None,
    )
    if not found or any(layer is None for layer in found):
        how = getattr(model.config, "_attn_implementation", "another")
        raise StrictError(
            f"output_attentions=True, but {type(model).__name__} returned no attentions: its attention "
            f"implementation {how!r} never forms the weights. Load it with "
            'from_pretrained(..., attn_implementation="eager").'
        )


def check_pair(model: Any, tokenizer: Any) -> None:
    """Refuse a tokenizer whose vocabulary is not the model's."""
    if not hasattr(tokenizer, "get_vocab"):
        raise TypeError(f"expected a tokenizer, got {type(tokenizer).__name__}")
    rows, size = weights(model).shape[0], len(tokenizer)
    advice = "Load both from the same checkpoint."
    if size > rows or rows - size >= ROUNDED_UP:
        raise StrictError(
            f"the tokenizer has {size:,} entries, the embedding of {type(model).__name__} {rows:,} rows: "
            f"they belong to different checkpoints. {advice}"
        )
    theirs, ours = own_vocabulary(model), tokenizer.get_vocab()
    differ = sorted((i, piece) for piece, i in ours.items() if theirs and theirs.get(piece) != i)
    if differ:
        raise StrictError(
            f"{len(differ):,} of the tokenizer's {size:,} entries have another id in the model's own "
            f"vocabulary, the first is {differ[0][1]!r} (id {differ[0][0]}). {advice}"
        )


def own_vocabulary(model: Any) -> dict[str, int] | None:
    """Read the vocabulary that lies beside the model's weights, or None where there is none on this machine."""
    folder = Path(getattr(model, "name_or_path", "") or "")
    if not str(folder).strip(".") or not (folder / "tokenizer.json").is_file():
        return None
    from tokenizers import Tokenizer

    return Tokenizer.from_file(str(folder / "tokenizer.json")).get_vocab(with_added_tokens=True)


def weights(model: Any) -> Any:
    """Give the embedding matrix of the input ids."""
    return model.get_input_embeddings().weight
