"""Run the contract in the present environment: ``python -m tests.contract [--write | --table | --json] [--only FACT]``.

Each fact that no longer holds is printed with the lesson, the cell and the sentence that it falsifies. With
``--write`` the result is stored beside this file under the version of transformers, and the table is written anew;
``--table`` only does the latter, after a cell was renamed.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import torch
import transformers

from tests.contract.facts import FACTS
from tests.contract.registry import Fact, raised

HERE = Path(__file__).parent
CELLS = json.loads((HERE / "cells.json").read_text(encoding="utf-8"))


def run(facts: list[Fact]) -> dict[str, str]:
    """Return ``{fact: outcome}``: 'holds', 'does not hold', or the error that looking raised."""
    transformers.logging.set_verbosity_error()  # a fact that looks at warnings turns them on again
    outcomes = {}
    for fact in facts:
        held: list[bool] = []
        with torch.no_grad():
            error = raised(lambda fact=fact, held=held: held.append(fact.holds()))
        outcomes[fact.name] = (
            error.splitlines()[0][:160] if error else "holds" if held[0] else "does not hold"
        )
    return outcomes


def stored_results() -> dict[str, dict[str, str]]:
    """Read the results that are stored: ``{version of transformers: {fact: outcome}}``."""
    return {
        path.stem.removeprefix("transformers-"): json.loads(path.read_text(encoding="utf-8"))
        for path in HERE.glob("transformers-*.json")
    }


def table(results: dict[str, dict[str, str]]) -> str:
    """Write all stored results as a Markdown table, a row per fact, a column per version."""
    versions = sorted(results, key=lambda version: [int(part) for part in version.split(".")[:3]])
    lines = [
        "# What the lessons rest on, by version of transformers",
        "",
        "Written by `python -m tests.contract --write`. Yes: the sentence holds; no: it does not.",
        "",
        f"| sentence | taught in | {' | '.join(versions)} |",
        "|---|---|" + "---|" * len(versions),
    ]
    for fact in FACTS:
        marks = [
            "yes" if results[version].get(fact.name) == "holds" else "**no**"
            for version in versions
        ]
        sentence = fact.sentence.replace("|", "\\|").replace("<", "&lt;")
        lines.append(
            f"| {sentence} | {fact.lesson}, `{CELLS.get(fact.name, '')}` | {' | '.join(marks)} |"
        )
    held = [f"{sum(o == 'holds' for o in results[v].values())} of {len(FACTS)}" for v in versions]
    return "\n".join([*lines, f"| **sentences that hold** | | {' | '.join(held)} |"]) + "\n"


def write_table() -> None:
    (HERE / "README.md").write_text(table(stored_results()), encoding="utf-8")


def report(facts: list[Fact], outcomes: dict[str, str]) -> None:
    """Print each fact that does not hold with what it falsifies, and the count."""
    for fact in facts:
        if outcomes[fact.name] != "holds":
            print(
                f"{fact.lesson}, cell {CELLS.get(fact.name, '')}: {fact.sentence}\n    {outcomes[fact.name]}"
            )
    held = sum(outcome == "holds" for outcome in outcomes.values())
    print(f"transformers {transformers.__version__}: {held} of {len(facts)} facts hold")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--write", action="store_true", help="store the result and rewrite the table"
    )
    parser.add_argument(
        "--table", action="store_true", help="rewrite the table from what is stored, run nothing"
    )
    parser.add_argument(
        "--json", action="store_true", help="print the outcomes as JSON instead of sentences"
    )
    parser.add_argument(
        "--only", nargs="+", metavar="FACT", help="look at these facts alone; nothing is stored"
    )
    arguments = parser.parse_args()
    if arguments.table:
        write_table()
        return 0
    facts = [fact for fact in FACTS if not arguments.only or fact.name in arguments.only]
    outcomes = run(facts)
    if arguments.json:
        print(json.dumps(outcomes, indent=1))
    else:
        report(facts, outcomes)
    if arguments.write and not arguments.only:
        target = HERE / f"transformers-{transformers.__version__}.json"
        target.write_text(json.dumps(outcomes, indent=1) + "\n", encoding="utf-8")
        write_table()
    return 0 if set(outcomes.values()) == {"holds"} else 1


if __name__ == "__main__":
    sys.exit(main())
