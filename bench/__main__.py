"""Run every benchmark module of this folder and print one table."""

import importlib
import pkgutil
import sys

import bench


def main(names):
    """Print the rows of the benchmarks that are named, or of all; a row is (what, figure, target)."""
    found = [
        module.name
        for module in pkgutil.iter_modules(bench.__path__)
        if not module.name.startswith("_")
    ]
    rows = [("what", "measured", "target")]
    for name in names or sorted(found):
        print(f"running {name} ...", file=sys.stderr, flush=True)
        rows += importlib.import_module(f"bench.{name}").measure()
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    for row in rows:
        print(
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        )


if __name__ == "__main__":
    main(sys.argv[1:])
