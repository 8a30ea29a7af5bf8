"""Folders that are built once, whole or not at all, and checked before each use."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

MANIFEST = "course-manifest.json"


class CheckpointError(RuntimeError):
    """A checkpoint could not be made ready; the message says why and what to do."""


def cache_dir() -> Path:
    """Return the folder that holds finished checkpoints.

    ``COURSE_CACHE`` wins; otherwise ``transformers-nlp-course`` in the platform's cache folder is used.
    """
    if chosen := os.environ.get("COURSE_CACHE"):
        return Path(chosen).expanduser().absolute()
    from platformdirs import user_cache_path

    return user_cache_path("transformers-nlp-course", appauthor=False, opinion=False)


def file_digest(path: Path) -> str:
    """Return the sha256 of a file, hexadecimal."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def is_intact(folder: Path, *, thorough: bool = False) -> bool:
    """Say whether a finished folder still holds what was written into it.

    Sizes and modification times are compared with the manifest; a file whose time moved (copied, or written
    to) is hashed. That costs under a millisecond for a folder nobody touched.

    Parameters
    ----------
    folder : pathlib.Path
        A folder that ``build`` made, or one that does not exist.
    thorough : bool
        Hash every file, whatever its time says.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        for name, (size, mtime, digest) in manifest["files"].items():
            stat = os.stat(folder / name)
            if stat.st_size != size:
                return False
            if (thorough or stat.st_mtime_ns != mtime) and file_digest(folder / name) != digest:
                return False
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False
    return True


def build(folder: Path, fill: Callable[[Path], None], *, name: str, size: int) -> Path:
    """Return ``folder``, filling it first where it is missing or damaged.

    Parameters
    ----------
    folder : pathlib.Path
        Where the finished checkpoint stands.
    fill : callable
        Called with an empty folder beside it; writes the files. Its work becomes visible by one rename, so a
        process that dies in the middle leaves nothing that another would take for a checkpoint.
    name : str
        The checkpoint's name, for messages.
    size : int
        Size in bytes of the finished folder, for messages.

    Raises
    ------
    CheckpointError
        If the cache folder cannot be written.
    """
    if is_intact(folder):
        return folder
    try:
        return _build_locked(folder, fill)
    except CheckpointError:
        raise
    except Exception as error:
        if not _is_disk_trouble(error):
            raise
        raise CheckpointError(_disk_message(folder, name, size, error)) from error


def _build_locked(folder: Path, fill: Callable[[Path], None]) -> Path:
    from filelock import FileLock

    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_name(f".{folder.name}.lock")):
        if is_intact(folder):  # another process was faster
            return folder
        # What a process that was killed has left.
        for stale in folder.parent.glob(f".{folder.name}.part-*"):
            shutil.rmtree(stale, ignore_errors=True)
        scratch = Path(tempfile.mkdtemp(prefix=f".{folder.name}.part-", dir=folder.parent))
        try:
            fresh = scratch / "new"
            fresh.mkdir()
            fill(fresh)
            _share(fresh)
            _write_manifest(fresh)
            if folder.exists():
                os.replace(folder, scratch / "old")
            os.replace(fresh, folder)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    return folder


def _share(folder: Path) -> None:
    """Let others read the files as they may read the folder; safetensors writes for the owner alone."""
    mode = folder.stat().st_mode & 0o666
    for path in folder.rglob("*"):
        if path.is_file():
            path.chmod(mode)


def _write_manifest(folder: Path) -> None:
    files = {}
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        stat, name = path.stat(), path.relative_to(folder).as_posix()
        files[name] = [stat.st_size, stat.st_mtime_ns, file_digest(path)]
    text = json.dumps({"files": files}, indent=1)
    (folder / MANIFEST).write_text(text, encoding="utf-8")


def _is_disk_trouble(error: Exception) -> bool:
    """Writing failed: as OSError from Python, or as safetensors' own error with the system's text in it."""
    if isinstance(error, OSError):
        return True
    return type(error).__name__ == "SafetensorError" and "os error" in str(error).lower()


def _disk_message(folder: Path, name: str, size: int, error: Exception) -> str:
    full = getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT)
    reason = "the disk is full" if full or "os error 28" in str(error) else str(error)
    return (
        f"Cannot write the checkpoint {name!r} ({size / 1e6:.0f} MB) into {folder.parent}: {reason}. "
        f"Free some space, or set COURSE_CACHE to a folder that can be written, and try again."
    )
