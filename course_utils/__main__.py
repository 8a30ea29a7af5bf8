"""``python -m course_utils setup|status|clear``: make the checkpoints ready, list them, remove them."""

import argparse
import shutil
import sys
import time

from course_utils import _cache
from course_utils.checkpoints import CHECKPOINTS, CheckpointError, checkpoint, folder_of, models_mode


def main(arguments=None):
    """Run one command; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m course_utils", description=__doc__.replace("``", ""))
    parser.add_argument("command", choices=("setup", "status", "clear"))
    parser.add_argument("names", nargs="*", metavar="NAME", help="checkpoints to act on (default: all)")
    options = parser.parse_args(arguments)
    try:
        return {"setup": setup, "status": status, "clear": clear}[options.command](options.names)
    except (CheckpointError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1


def setup(names):
    """Make checkpoints ready, with a line for each."""
    for name in names or CHECKPOINTS:
        start = time.perf_counter()
        folder = checkpoint(name)
        print(f"{name:<12} ready in {time.perf_counter() - start:5.1f} s  {folder}", flush=True)
    return 0


def status(names):
    """Say whether each checkpoint is ready; every file is hashed. Exit status 1 where one is damaged."""
    print(f"mode {models_mode()}, cache {_cache.cache_dir()}")
    damaged = False
    for name in names or CHECKPOINTS:
        folder = folder_of(name)
        if not folder.exists():
            state = "not built yet"
        elif _cache.is_intact(folder, thorough=True):
            state = f"ready, {sum(p.stat().st_size for p in folder.rglob('*') if p.is_file()) / 1e6:.0f} MB"
        else:
            state, damaged = "damaged; it is rebuilt on the next use", True
        print(f"{name:<12} {state}")
    return int(damaged)


def clear(names):
    """Remove finished checkpoints, older builds of them included."""
    freed = 0
    for name in names or CHECKPOINTS:
        folder_of(name)  # an unknown name is an error here too
        for folder in [*_cache.cache_dir().glob(f"{name}-*"), *_cache.cache_dir().glob(f".{name}-*")]:
            freed += sum(p.stat().st_size for p in [folder, *folder.rglob("*")] if p.is_file())
            shutil.rmtree(folder) if folder.is_dir() else folder.unlink()
    print(f"removed {freed / 1e6:.0f} MB from {_cache.cache_dir()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
