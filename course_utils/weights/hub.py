"""Hub mode: the same names, resolved to well-known checkpoints on the Hugging Face Hub."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from course_utils.weights.cache import CheckpointError
from course_utils.weights.catalogue import CHECKPOINTS

# safetensors only: a .bin file is a pickle, and loading one runs what is in it.
WANTED = ("*.json", "*.jinja", "*.txt", "*.model", "model*.safetensors")
UNWANTED = ("onnx/*", "openvino/*", "runs/*", "*/model*.safetensors")


def fetch(name: str) -> Path:
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
    except Exception as error:  # the kinds of error differ between releases of huggingface_hub
        reason = _reason(error, offline=constants.HF_HUB_OFFLINE)
        raise CheckpointError(_explain(name, reason)) from error
    if not (folder / "config.json").is_file() or not any(folder.glob("model*.safetensors")):
        reason = f"{folder} holds no complete checkpoint in safetensors format"
        raise CheckpointError(_explain(name, reason))
    return folder


def is_cached(name: str) -> bool:
    """Say whether the Hub's own cache holds a checkpoint; nothing is downloaded."""
    try:
        _snapshot(name, local_files_only=True)
    except Exception:  # as in fetch
        return False
    return True


def _snapshot(name: str, **options: Any) -> Path:
    from huggingface_hub import snapshot_download

    wanted = CHECKPOINTS[name].hub
    return Path(
        snapshot_download(
            wanted.repo,
            revision=wanted.revision,
            allow_patterns=list(WANTED),
            ignore_patterns=list(UNWANTED),
            **options,
        )
    )


def _reason(error: Exception, *, offline: bool) -> str:
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


def _explain(name: str, reason: str) -> str:
    wanted = CHECKPOINTS[name].hub
    return (
        f"In hub mode the checkpoint {name!r} is {wanted.repo} at revision {wanted.revision[:7]} "
        f"({wanted.megabytes} MB), and it could not be fetched: {reason}. To go back to the weights that come "
        f"with the course, set COURSE_MODELS=bundled and restart the kernel."
    )
