"""Freeze the documentation of Python 3.11's standard library into ``stdlib.jsonl.gz``.

One record for each public module, class, function and method of the standard library that has a docstring: its
name, what it is, its module, the first paragraph of the docstring and the signature. The course searches this file
rather than the running interpreter, so that the search corpus is the same on every machine.

Run with CPython 3.11 on Linux: ``python -m recipes.make_stdlib_snapshot``. Two runs write the same bytes.
"""

import gzip
import importlib
import inspect
import json
import pkgutil
import re
import sys
import warnings
from pathlib import Path

TARGET = Path(__file__).parents[1] / "course_utils/data/stdlib.jsonl.gz"
# Not what a program would call today: demos, editors, jokes, code known under another name, and what Python 3.12
# and 3.13 have taken out.
NOT_CALLED = """
antigravity curses ensurepip genericpath idlelib lib2to3 ntpath nturl2path opcode posix posixpath pydoc_data
sre_compile sre_constants sre_parse test this tkinter turtle turtledemo
"""
TAKEN_OUT = """
aifc asynchat asyncore audioop cgi cgitb chunk crypt distutils imghdr imp mailcap msilib nis nntplib ossaudiodev pipes
smtpd sndhdr spwd sunau telnetlib uu xdrlib
"""
SKIP = frozenset(NOT_CALLED.split() + TAKEN_OUT.split())
LONGEST_SUMMARY = 300  # characters
SHORTEST_SUMMARY = 3  # words; "Add" or "An enumeration." help no search
LONGEST_SIGNATURE = 120
# A C function's docstring may open with how it is called, others with an underlined title; the words come after that.
CALL_LINE = re.compile(r"^(\w+ ?= ?)?[\w.]+\s?\(.*|.*~~~", re.DOTALL)


def module_names():
    """Yield the names of all public modules, the shorter before the longer, so that ``json.load`` wins."""
    names = {
        name for name in sys.stdlib_module_names if not name.startswith("_") and name not in SKIP
    }
    for name in sorted(names):
        module = quiet_import(name)
        for info in pkgutil.iter_modules(getattr(module, "__path__", []), f"{name}."):
            parts = info.name.split(".")
            if not any(part.startswith("_") or part in {"test", "tests"} for part in parts[1:]):
                names.add(info.name)
    names -= {
        name for name in names if name.startswith("encodings.")
    }  # a module for each code page
    names.add("os.path")
    return sorted(names, key=lambda name: (name != "builtins", name.count("."), name))


def quiet_import(name):
    """Import a module without its deprecation warnings; None where this platform lacks it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return importlib.import_module(name)
    except ImportError:
        return None


def public_names(module):
    """Names a module offers: its ``__all__``, else what is defined in it (or in its C half)."""
    if hasattr(module, "__all__"):
        return sorted(set(module.__all__))
    homes = {module.__name__, f"_{module.__name__}"}
    found = (name for name in vars(module) if not name.startswith("_"))
    return sorted(
        name for name in found if getattr(vars(module)[name], "__module__", None) in homes
    )


def own_words(thing):
    """Return the docstring a thing was given itself, or its ``__init__``, but never that of a parent class."""
    words = getattr(thing, "__doc__", None)
    if inspect.isclass(thing):
        own = vars(thing)
        words = own.get("__doc__") or getattr(own.get("__init__"), "__doc__", None)
    if not isinstance(words, str) or words.startswith("Initialize self"):
        return ""
    return inspect.cleandoc(words)


def summary(thing):
    """Return the first paragraph of a docstring that is prose, on one line; empty if it says too little."""
    paragraphs = [" ".join(part.split()) for part in own_words(thing).split("\n\n")]
    prose = [part for part in paragraphs if part and not CALL_LINE.match(part)] or paragraphs
    enough = inspect.ismodule(thing) or len(prose[0].split()) >= SHORTEST_SUMMARY
    return prose[0][:LONGEST_SUMMARY] if enough else ""


def signature(thing):
    """Return the call signature, or an empty string where Python knows none or it holds a memory address."""
    try:
        text = str(inspect.signature(thing))
    except (
        TypeError,
        ValueError,
        AttributeError,
    ):  # the last: a default named by a curses that is not started
        return ""
    return "" if " at 0x" in text else text[:LONGEST_SIGNATURE]


def record(name, kind, module, thing):
    """Build one entry of the snapshot."""
    call = "" if kind == "module" else signature(thing)
    return {
        "name": name,
        "kind": kind,
        "module": module,
        "summary": summary(thing),
        "signature": call,
    }


def methods(owner, cls, module):
    """Yield a record for each documented public method that the class defines itself."""
    for name in sorted(name for name in vars(cls) if not name.startswith("_")):
        thing = getattr(cls, name, None)
        if inspect.isroutine(thing):
            yield record(f"{owner}.{name}", "method", module, thing)


def entries():
    """Yield all records; an object that several modules offer appears once, under the first of them."""
    seen = set()
    for module_name in module_names():
        module = quiet_import(module_name)
        if module is None:
            continue
        yield record(module_name, "module", module_name, module)
        for name in public_names(module):
            thing = getattr(module, name, None)
            if id(thing) in seen or not (inspect.isclass(thing) or inspect.isroutine(thing)):
                continue
            seen.add(id(thing))
            kind = "class" if inspect.isclass(thing) else "function"
            yield record(f"{module_name}.{name}", kind, module_name, thing)
            if kind == "class":
                yield from methods(f"{module_name}.{name}", thing, module_name)


def main():
    """Write the snapshot, without a time stamp in its header."""
    rows = {
        row["name"]: row for row in entries() if row["summary"]
    }  # unittest.main: module, then the program
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for _, row in sorted(rows.items()))
    with open(TARGET, "wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as target:
        target.write(lines.encode())
    print(f"{len(rows)} entries, {TARGET.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
