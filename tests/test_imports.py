"""The package loads nothing heavy, and its modules depend on one another in one direction only."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

import course_utils

PACKAGE = Path(course_utils.__file__).parent
MODULES = sorted(
    ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
    for path in PACKAGE.rglob("*.py")
    if path.stem not in ("__init__", "__main__")
)
HEAVY = {
    "torch",
    "transformers",
    "ipywidgets",
    "matplotlib",
    "numpy",
    "datasets",
    "huggingface_hub",
    "spacy",
    "faiss",
}


def imports(module):
    """What a module imports anywhere: at its top, for type checking, inside functions; the package's own modules."""
    tree = ast.parse((PACKAGE / f"{module.replace('.', '/')}.py").read_text(encoding="utf-8"))
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
            if node.module == "course_utils":
                found |= {
                    f"course_utils.{course_utils._HOME.get(alias.name)}" for alias in node.names
                }
    return found


def course_imports(module):
    """The package's own modules among them."""
    return {name.removeprefix("course_utils.") for name in imports(module)} & set(MODULES)


def test_importing_the_package_loads_nothing_heavy():
    code = "import sys, course_utils; print(*sorted({m.split('.')[0] for m in sys.modules}))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert HEAVY.isdisjoint(loaded)


@pytest.mark.parametrize("name", course_utils.__all__)
def test_every_public_name_resolves(name):
    assert getattr(course_utils, name).__module__.startswith("course_utils.")
    assert name in dir(course_utils)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="'course_utils' has no attribute 'show_nothing'"):
        course_utils.show_nothing  # noqa: B018


def test_no_public_name_is_also_a_module():
    assert set(course_utils.__all__).isdisjoint(MODULES)


@pytest.mark.parametrize("module", MODULES)
def test_no_module_depends_on_itself_through_others(module):
    reached = set().union(*(reached_by(below) for below in course_imports(module)))
    assert module not in reached


# What a room may import. Dependencies point down only, imports for type checking and inside functions counted.
ROOMS = {
    "maths": {"maths"},
    "pictures": {"maths", "pictures"},
    "weights": {"weights"},
    "data": {"data", "weights"},
    "testing": {"testing"},
    "lesson": {"maths", "pictures", "weights", "data", "testing", "lesson"},
    "lessons": {"maths", "pictures", "weights", "data", "testing", "lesson", "lessons"},
}
BELOW_MATHS = {"coerce", "device", "running"}  # import nothing of the package


def room_of(module):
    return module.split(".")[0] if "." in module else "maths"


@pytest.mark.parametrize("module", MODULES)
def test_dependencies_point_down_only(module):
    rooms = {room_of(name) for name in course_imports(module)}
    assert rooms <= ROOMS[room_of(module)], f"{module} imports from {rooms}"
    assert module not in BELOW_MATHS or not rooms


def lesson_of(module):
    return module.split(".")[1]


@pytest.mark.parametrize("module", [m for m in MODULES if room_of(m) == "lessons"])
def test_lessons_never_import_each_other(module):
    others = {m for m in course_imports(module) if room_of(m) == "lessons"}
    assert {lesson_of(m) for m in others} <= {lesson_of(module)}


def reached_by(module, imports_of=course_imports):
    """Every module of the package that one loads, itself included, by whatever detour."""
    reached, waiting = set(), {module}
    while waiting:
        current = waiting.pop()
        if current not in reached:
            reached.add(current)
            waiting |= imports_of(current)
    return reached


@pytest.mark.parametrize("module", [m for m in MODULES if room_of(m) not in ("lesson", "lessons")])
def test_only_lessons_need_widgets(module):
    """Neither a module outside the lessons nor anything that it imports, however far down, needs ipywidgets."""
    for name in reached_by(module):
        assert not any(one.split(".")[0] == "ipywidgets" for one in imports(name)), name


def test_a_detour_to_widgets_is_seen():
    detour = {"one": {"two"}, "two": {"three"}, "three": {"one"}}
    assert reached_by("one", detour.__getitem__) == {"one", "two", "three"}


def test_the_public_surface_stays_small():
    assert len(course_utils.__all__) <= 51


def test_bundled_mode_keeps_the_hub_offline_also_when_it_was_imported_first():
    code = "import huggingface_hub.constants as c, course_utils; print(c.HF_HUB_OFFLINE)"
    env = {
        k: v
        for k, v in os.environ.items()
        if k not in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "COURSE_MODELS")
    }
    outcome = {}
    for mode in ("bundled", "hub"):
        run = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env=env | {"COURSE_MODELS": mode},
        )
        outcome[mode] = run.stdout.strip()
    assert outcome == {"bundled": "True", "hub": "False"}
