"""The course from a terminal: its checkpoints, your copies of the lessons, your progress, and a class's.

python -m course_utils setup [NAME ...]           make checkpoints ready
python -m course_utils status [NAME ...]          say whether they are; every file is hashed
python -m course_utils clear [NAME ...]           remove them
python -m course_utils lab [NN]                   open your copy of a lesson in JupyterLab
python -m course_utils reset NN                   a fresh copy; the old one stays beside it, dated
python -m course_utils progress                   what you have done, and what comes next
python -m course_utils class FOLDER [--csv FILE]  what a class missed, from the files handed in
"""

import argparse
import shutil
import sys
import time
from pathlib import Path

from course_utils.lesson.lab import NoCourse, course_folder, open_lab, reset
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
    parser, commands = _commands()
    options, rest = parser.parse_known_args(arguments)
    if rest and options.command != "lab":  # what lab does not know is for JupyterLab
        commands[options.command].error(f"unrecognized arguments: {' '.join(rest)}")
    try:
        return options.run(options, rest)
    except (CheckpointError, NoCourse, OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1


def _commands():
    parser = argparse.ArgumentParser(
        prog="python -m course_utils",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for run in (setup, status, clear):
        command = commands.add_parser(run.__name__, help=run.__doc__.partition(".")[0])
        command.add_argument("names", nargs="*", metavar="NAME", help="default: all checkpoints")
        command.set_defaults(run=lambda options, _, run=run: run(options.names))
    lab = commands.add_parser(
        "lab", help="Open your copy of a lesson; more options go to JupyterLab"
    )
    lab.add_argument("lesson", nargs="?", metavar="NN", help="default: 01")
    lab.add_argument("--only-copy", action="store_true", help="make the copies and open nothing")
    lab.set_defaults(run=lambda o, rest: open_lab(o.lesson, rest, only_copy=o.only_copy))
    fresh = commands.add_parser("reset", help="Make a fresh copy of a lesson and keep the old one")
    fresh.add_argument("lesson", metavar="NN")
    fresh.set_defaults(run=lambda options, _: fresh_copy(options.lesson))
    commands.add_parser("progress", help="Show your progress").set_defaults(
        run=lambda *_: show_progress()
    )
    room = commands.add_parser("class", help="Show what a class missed, from the files handed in")
    room.add_argument("folder", type=Path, metavar="FOLDER")
    room.add_argument("--csv", type=Path, metavar="FILE", help="write every answer with its count")
    room.set_defaults(run=lambda options, _: show_the_class(options.folder, options.csv))
    return parser, commands.choices


def fresh_copy(lesson):
    """Make a fresh copy of a lesson and say where the old one is."""
    copy, kept = reset(lesson, course_folder())
    print(f"Fresh copy: {copy}" + (f"; the old one is {kept}" if kept else ""))
    return 0


def show_progress():
    """Print a learner's progress and where it is kept."""
    from course_utils.lesson.progress import progress_file
    from course_utils.lesson.report import progress, where_kept

    print(progress().text)
    print(where_kept(progress_file()))
    return 0


def show_the_class(folder, table):
    """Print what a class missed; write the figure into the folder, and the CSV if asked for."""
    from course_utils.lesson.class_views import plot_class, show_class
    from course_utils.lesson.classroom import items, read_class, write_csv

    if not folder.is_dir():
        raise ValueError(f"no folder {folder}")
    learners, notes = read_class(folder)
    print(*notes, sep="\n", end="\n" if notes else "")
    if not learners:
        raise ValueError(f"no progress file (*.jsonl) that can be read in {folder}")
    found = items(learners)
    for view in show_class(found, len(learners)):
        print(f"\n{view.text}")
    figure = folder / "class.png"
    plot_class(found, len(learners)).savefig(figure, dpi=120, facecolor="white")
    print(f"\nFigure: {figure}")
    if table:
        write_csv(found, table)
        print(f"Every answer with its count: {table}")
    return 0


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
