"""Write notebooks/QUESTIONS.md: every question and mistake of the course, with links to the cells that answer it.

The cells are found by their tags, ``answers:Q12`` and ``corrects:M3``; the wording stands in ``questions.json``.
Run ``python tests/make_questions_index.py`` after a notebook has changed.
"""

import json
import re
from pathlib import Path

import nbformat

HERE = Path(__file__).parent
NOTEBOOKS = HERE.parent / "notebooks"
INDEX = NOTEBOOKS / "QUESTIONS.md"
TAG = re.compile(r"(?:answers|corrects):([QM]\d+)")
OPENING = """# Questions and mistakes

Every question that learners brought to this material, and every mistake they made, with the cell that answers it by
running code. A link opens the notebook at that cell in JupyterLab. This page is made from the cells' tags by
`tests/make_questions_index.py`.
"""


def questions():
    """Return the wording of each item, in its order: ``{"Q1": "...", ..., "M13": "..."}``."""
    return json.loads((HERE / "questions.json").read_text(encoding="utf-8"))


def answers(folder=NOTEBOOKS):
    """Find the tagged cells of all notebooks.

    Returns
    -------
    dict
        Item to a list of ``(notebook's file name, id of the cell, heading of its section)``.
    """
    found = {}
    for path in sorted(folder.glob("*.ipynb")):
        heading = ""
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "markdown":
                heading = next(
                    iter(re.findall(r"^#+ (.+)$", cell.source, re.MULTILINE)[-1:]), heading
                )
            for tag in cell.metadata.get("tags", []):
                if item := TAG.fullmatch(tag):
                    found.setdefault(item[1], []).append((path.name, cell.id, heading))
    return found


def index(found, wording):
    """Write the page: a table of questions and a table of mistakes."""
    parts = [OPENING]
    for letter, title in (("Q", "Questions"), ("M", "Mistakes")):
        parts.append(f"\n## {title}\n\n| | {title[:-1].lower()} | answered in |\n|---|---|---|\n")
        for item, words in wording.items():
            if item.startswith(letter):
                links = "<br>".join(_link(*place) for place in _once(found.get(item, [])))
                parts.append(f"| {item} | {words} | {links or 'no cell yet'} |\n")
    return "".join(parts)


def _once(places):
    """Keep the first cell of each section."""
    first = {}
    for name, cell, heading in places:
        first.setdefault((name, heading), (name, cell, heading))
    return first.values()


def _link(name, cell, heading):
    return f"[{name[:2]} · {heading.replace('|', chr(92) + '|')}]({name}#cell-id={cell})"


if __name__ == "__main__":
    INDEX.write_text(index(answers(), questions()), encoding="utf-8")
    print(
        f"wrote {INDEX.relative_to(HERE.parent)}: {len(answers())} of {len(questions())} items answered"
    )
