"""Run the contract in the present environment: ``python -m tests.contract [--write]``.

Each fact that no longer holds is printed with the lesson, the cell and the sentence that it falsifies. With
``--write`` the result is stored beside this file under the version of transformers, and the table is written anew.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import torch
import transformers

from tests.contract.facts import FACTS, raised

HERE = Path(__file__).parent
CELLS = json.loads((HERE / "cells.json").read_text(encoding="utf-8"))


def run() -> dict[str, str]:
    """Return ``{fact: outcome}``: 'holds', 'does not hold', or the error that looking raised."""
    outcomes = {}
    for fact in FACTS:
        held: list[bool] = []
        with torch.no_grad():
            error = raised(lambda fact=fact, held=held: held.append(fact.holds()))
        outcomes[fact.name] = error.splitlines()[0][:160] if error else "holds" if held[0] else "does not hold"
    return outcomes


def table(results: dict[str, dict[str, str]]) -> str:
    """Write all stored results as a Markdown table, a row per fact, a column per version."""
    versions = sorted(results, key=lambda v: [int(part) for part in v.split(".")[:3]])
    lines = ["# What the lessons rest on, by version of transformers", "",
             "Written by `python -m tests.contract --write`. Yes: the sentence holds; no: it does not.", "",
             f"| sentence | taught in | {' | '.join(versions)} |", "|---|---|" + "---|" * len(versions)]
    for fact in FACTS:
        marks = [{"holds": "yes", "does not hold": "**no**"}.get(results[v].get(fact.name, ""), "**no** (error)")
                 for v in versions]
        sentence = fact.sentence.replace("|", "\\|")
        lines.append(f"| {sentence} | {fact.lesson}, `{CELLS[fact.name]}` | {' | '.join(marks)} |")
    held = [f"{sum(o == 'holds' for o in results[v].values())} of {len(FACTS)}" for v in versions]
    return "\n".join([*lines, f"| **sentences that hold** | | {' | '.join(held)} |"]) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true", help="store the result and rewrite the table")
    arguments = parser.parse_args()
    outcomes = run()
    for fact in FACTS:
        if outcomes[fact.name] != "holds":
            print(f"{fact.lesson}, cell {CELLS[fact.name]}: {fact.sentence}\n    {outcomes[fact.name]}")
    held = sum(outcome == "holds" for outcome in outcomes.values())
    print(f"transformers {transformers.__version__}: {held} of {len(FACTS)} facts hold")
    if arguments.write:
        target = HERE / f"transformers-{transformers.__version__}.json"
        target.write_text(json.dumps(outcomes, indent=1) + "\n", encoding="utf-8")
        stored = {p.stem.removeprefix("transformers-"): json.loads(p.read_text(encoding="utf-8"))
                  for p in HERE.glob("transformers-*.json")}
        (HERE / "README.md").write_text(table(stored), encoding="utf-8")
    return 0 if held == len(FACTS) else 1


if __name__ == "__main__":
    sys.exit(main())
