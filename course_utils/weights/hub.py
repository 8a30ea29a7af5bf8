"""Hub mode: the same names, resolved to well-known checkpoints on the Hugging Face Hub."""

from dataclasses import dataclass
from pathlib import Path

from course_utils.weights.cache import CheckpointError

# safetensors only: a .bin file is a pickle, and loading one runs what is in it.
WANTED = ("*.json", "*.jinja", "*.txt", "*.model", "model*.safetensors")
UNWANTED = ("onnx/*", "openvino/*", "runs/*", "*/model*.safetensors")


@dataclass(frozen=True)
class HubCheckpoint:
    """Where a checkpoint is published and how much there is to download.

    Attributes
    ----------
    repo : str
        ``owner/name`` on the Hub.
    revision : str
        The commit; a name on the Hub may mean other weights tomorrow.
    megabytes : int
        Size of the download.
    """

    repo: str
    revision: str
    megabytes: int


# The revisions of sentiment, ner, qa and nli are those that transformers pins as the defaults of its pipelines.
# For pos only the short form of the commit was known; the Hub resolves it like the long one.
HUB = {
    "embeddings": HubCheckpoint(
        "sentence-transformers/all-MiniLM-L6-v2", "c9745ed1d9f207416be6d2e6f8de32d1f16199bf", 92
    ),
    "sentiment": HubCheckpoint(
        "distilbert/distilbert-base-uncased-finetuned-sst-2-english",
        "714eb0fa89d2f80546fda750413ed43d93601a13",
        268,
    ),
    "ner": HubCheckpoint(
        "dbmdz/bert-large-cased-finetuned-conll03-english",
        "4c534963167c08d4b8ff1f88733cf2930f86add0",
        1334,
    ),
    "pos": HubCheckpoint("vblagoje/bert-english-uncased-finetuned-pos", "dbec241", 438),
    "paraphrase": HubCheckpoint(
        "google-bert/bert-base-cased-finetuned-mrpc",
        "b090bcab59ec2fcc6954354563791866590d9330",
        433,
    ),
    "nli": HubCheckpoint(
        "facebook/bart-large-mnli", "d7645e127eaf1aefc7862fd59a17a5aa8558b8ce", 1630
    ),
    "qa": HubCheckpoint(
        "distilbert/distilbert-base-cased-distilled-squad",
        "564e9b582944a57a3e586bbb98fd6f0a4118db7f",
        261,
    ),
    "fill-mask": HubCheckpoint(
        "google-bert/bert-base-uncased", "86b5e0934494bd15c9632b12f734a8a67f723594", 441
    ),
    "generation": HubCheckpoint(
        "HuggingFaceTB/SmolLM2-135M-Instruct", "12fd25f77366fa6b3b4b768ec3050bf629380bac", 272
    ),
}


def fetch(name):
    """Download a checkpoint from the Hub, or find it in the Hub's own cache.

    Parameters
    ----------
    name : str
        One of the course's names.

    Returns
    -------
    pathlib.Path
        The snapshot's folder.

    Raises
    ------
    CheckpointError
        If the Hub cannot be reached or does not have it, or the snapshot is not complete.
    """
    from huggingface_hub import constants

    try:
        folder = _snapshot(name)
    except Exception as error:  # the kinds of error differ between releases of huggingface_hub; all of them end here
        raise CheckpointError(
            _explain(name, _reason(error, offline=constants.HF_HUB_OFFLINE))
        ) from error
    if not (folder / "config.json").is_file() or not any(folder.glob("model*.safetensors")):
        raise CheckpointError(
            _explain(name, f"{folder} holds no complete checkpoint in safetensors format")
        )
    return folder


def is_cached(name):
    """Say whether the Hub's own cache holds a checkpoint; nothing is downloaded."""
    try:
        _snapshot(name, local_files_only=True)
    except Exception:  # as in fetch
        return False
    return True


def _snapshot(name, **options):
    from huggingface_hub import snapshot_download

    wanted = HUB[name]
    return Path(
        snapshot_download(
            wanted.repo,
            revision=wanted.revision,
            allow_patterns=list(WANTED),
            ignore_patterns=list(UNWANTED),
            **options,
        )
    )


def _reason(error, *, offline):
    status = getattr(getattr(error, "response", None), "status_code", None)
    if status is None and error.__cause__ is not None:
        status = getattr(getattr(error.__cause__, "response", None), "status_code", None)
    if offline:
        return (
            "HF_HUB_OFFLINE is set, so nothing is downloaded (restart the kernel with COURSE_MODELS=hub set "
            "before course_utils is imported, or unset HF_HUB_OFFLINE)"
        )
    if status is not None:
        return f"the Hub answered {status}"
    said = str(error.__cause__ or error).strip().splitlines() or [""]
    return f"{type(error.__cause__ or error).__name__}: {said[0]}"


def _explain(name, reason):
    wanted = HUB[name]
    return (
        f"In hub mode the checkpoint {name!r} is {wanted.repo} at revision {wanted.revision[:7]} "
        f"({wanted.megabytes} MB), and it could not be fetched: {reason}. To go back to the weights that come "
        f"with the course, set COURSE_MODELS=bundled and restart the kernel."
    )
