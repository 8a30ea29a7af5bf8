"""``python -m course_utils setup|status|clear``: make the checkpoints ready, list them, remove them."""

import argparse
import shutil
import sys
import time

from course_utils.weights import cache as _cache
from course_utils.weights import hub as _hub
from course_utils.weights.registry import (
    CHECKPOINTS,
    CheckpointError,
    checkpoint,
    find,
    folder_of,
    models_mode,
)


def main(arguments=None):
    """Run one command; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m course_utils", description=__doc__.replace("``", "")
    )
    parser.add_argument("command", choices=("setup", "status", "clear"))
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="checkpoints to act on (default: all)"
    )
    options = parser.parse_args(arguments)
    try:
        return {"setup": setup, "status": status, "clear": clear}[options.command](options.names)
    except (CheckpointError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1


def setup(names):
    """Make checkpoints ready, with a line for each."""
    names = names or list(CHECKPOINTS)
    for number, name in enumerate(names, 1):
        start = time.perf_counter()
        folder = checkpoint(name)
        print(
            f"{number} of {len(names)}  {name:<12} {time.perf_counter() - start:5.1f} s  {folder}",
            flush=True,
        )
    return 0


def status(names):
    """Say whether each checkpoint is ready; every file is hashed. Exit status 1 where one is damaged."""
    states = [(name, _state(name)) for name in names or CHECKPOINTS]
    where = "the Hub's own cache" if models_mode() == "hub" else _cache.cache_dir()
    print(f"mode {models_mode()}, {where}")
    for name, state in states:
        print(f"{name:<12} {state}")
    return int(any(state.startswith("damaged") for _, state in states))


def _state(name):
    if models_mode() == "hub":
        return "ready" if _hub.is_cached(find(name).name) else "not downloaded yet"
    folder = folder_of(name)
    if not folder.exists():
        return "not built yet"
    if not _cache.is_intact(folder, thorough=True):
        return "damaged; it is rebuilt on the next use"
    return f"ready, {sum(path.stat().st_size for path in folder.rglob('*')) / 1e6:.0f} MB"


def clear(names):
    """Remove finished checkpoints, older builds of them included."""
    freed = 0
    for name in names or CHECKPOINTS:
        folder_of(name)  # an unknown name is an error here too
        for folder in [
            *_cache.cache_dir().glob(f"{name}-*"),
            *_cache.cache_dir().glob(f".{name}-*"),
        ]:
            freed += sum(p.stat().st_size for p in [folder, *folder.rglob("*")] if p.is_file())
            shutil.rmtree(folder) if folder.is_dir() else folder.unlink()
    print(f"removed {freed / 1e6:.0f} MB from {_cache.cache_dir()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
