"""The form of a lesson of the second edition, read from its notebook alone: each rule gives the sentences it has to say."""

import ast
import re

from books import code_cells, prose_cells, tags

PICTURES = ("text/html", "image/png", "image/svg+xml")
MUTED = re.compile(r"set_verbosity_error|filterwarnings|simplefilter|logging\.disable\(")
ANSWERED = {"exercise", "solution", "predict"}  # cells that are as long as their text
LINES, LINES_OF_A_FUNCTION, LINES_OF_SETUP = 6, 10, 4
WORDS, WORDS_OF_THE_RECAP, WORDS_OF_THE_FIRST = 80, 120, 200  # the recap asks three questions


def problems(book):
    """Every breach of the form, one sentence each."""
    rules = (
        sizes,
        lines_of_code,
        words_of_prose,
        order,
        predictions,
        exercises,
        explorers,
        first_cell,
        noise,
        solutions_stay_closed,
    )
    return [problem for rule in rules for problem in rule(book)]


def quoted(cell):
    return f"{cell.source.strip()[:60]!r}"


def calls(cell, name):
    """The calls of a function or method in a cell's code."""
    try:
        tree = ast.parse(re.sub(r"^\s*[%!].*$", "", cell.source, flags=re.MULTILINE))
    except SyntaxError:
        return []  # fails on purpose
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and name in (getattr(node.func, "id", None), getattr(node.func, "attr", None))
    ]


def sizes(book):
    if not 25 <= len(book.cells) <= 55:
        yield f"expected 25 to 55 cells, got {len(book.cells)}"
    share = len(prose_cells(book)) / len(book.cells)
    if not 0.3 <= share <= 0.65:
        yield f"expected about half of the cells as prose, got {share:.0%}"


def length(cell):
    """Lines of code; comments and blank lines do not count, nor do the explanations inside an outcome."""
    lines = cell.source.splitlines()
    beyond = {
        line
        for call in calls(cell, "outcome")
        for line in range(call.lineno + 1, call.end_lineno + 1)
    }
    return sum(
        bool(line.strip()) and not line.strip().startswith("#") and number not in beyond
        for number, line in enumerate(lines, 1)
    )


def lines_of_code(book):
    for cell in code_cells(book):
        limit = (
            LINES_OF_SETUP
            if "setup" in tags(cell)
            else LINES_OF_A_FUNCTION
            if re.search(r"^\s*(def|class) ", cell.source, re.MULTILINE)
            else LINES
        )
        if not ANSWERED & tags(cell) and length(cell) > limit:
            yield f"expected at most {limit} lines, got {length(cell)}: {quoted(cell)}"


def words(source):
    """The words that are read: no addresses, no mark-up, no code blocks."""
    source = re.sub(r"```.*?```|<!--.*?-->|!\[[^\]]*\]\([^)]*\)", " ", source, flags=re.DOTALL)
    source = re.sub(r"\]\([^)]*\)", "]", source)
    return [word for word in source.split() if re.search(r"\w", word)]


def words_of_prose(book):
    for number, cell in enumerate(prose_cells(book)):
        recap = re.match(r"#+ recap", cell.source.strip(), re.IGNORECASE)
        limit = WORDS_OF_THE_RECAP if recap else WORDS if number else WORDS_OF_THE_FIRST
        if len(words(cell.source)) > limit:
            yield f"expected at most {limit} words, got {len(words(cell.source))}: {quoted(cell)}"


def is_pictured(cell):
    return any(kind in output.get("data", {}) for output in cell.outputs for kind in PICTURES)


def order(book):
    """A sentence or a picture between two code cells, except where the second answers the first or asks a question."""
    run = 0
    for cell, after in zip(book.cells, book.cells[1:], strict=False):
        run = run + 1 if cell.cell_type == after.cell_type == "markdown" else 0
        if run >= 2:
            yield f"three cells of prose in a row: {quoted(after)}"
        if not cell.cell_type == after.cell_type == "code":
            continue
        answered = tags(cell) & (ANSWERED | {"setup"}) or tags(after) & {"solution", "predict"}
        if not answered and not is_pictured(cell):
            yield f"no sentence and no picture before {quoted(after)}"


def predictions(book):
    """Each question has choices, and an outcome in a later cell."""
    cells, asked = code_cells(book), 0
    for place, cell in enumerate(cells):
        for call in calls(cell, "predict"):
            asked += 1
            if len(call.args) < 2 and "choices" not in {word.arg for word in call.keywords}:
                yield f"a question without choices: {quoted(cell)}"
            name = re.search(r"(\w+)\s*=\s*predict\(", cell.source)
            later = next(
                (c for c in cells[place + 1 :] if name and name[1] in owners(c, "outcome")), None
            )
            again = next(
                (c for c in cells[place + 1 :] if name and f"{name[1]} = predict(" in c.source),
                None,
            )
            if later is None or (again is not None and cells.index(again) < cells.index(later)):
                yield f"a question without an outcome in a later cell: {quoted(cell)}"
    if asked < 3:
        yield f"expected a question per section, got {asked} in all"


def owners(cell, method):
    """The names of the variables on which a cell calls a method."""
    return {
        call.func.value.id
        for call in calls(cell, method)
        if isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name)
    }


def named(cell, function):
    """The exercises that a cell calls a function of the engine with."""
    return [call.args[0].value for call in calls(cell, function) if call.args]


def exercises(book):
    cells = book.cells
    found = [i for i, cell in enumerate(cells) if "exercise" in tags(cell)]
    if len(found) < 2:
        yield f"expected at least 2 exercises, got {len(found)}"
    for place in found:
        names, after = named(cells[place], "check"), cells[place + 1 : place + 2]
        if len(names) != 1:
            yield f"expected one check in the exercise {quoted(cells[place])}"
        elif not after or "solution" not in tags(after[0]) or named(after[0], "solution") != names:
            yield f"expected solution({names[0]!r}, …) in the cell after its exercise"
        elif not re.match(r"(\w+) = solution\(.+, \1\)$", after[0].source, re.MULTILINE):
            yield f"expected a first line that keeps the name, got {quoted(after[0])}"
    code = "\n".join(cell.source for cell in code_cells(book))
    before = re.split(r"^check\(", code, maxsplit=1, flags=re.MULTILINE)[0]
    if found and not re.search(r"import[^=]*?\bhint\b", before):
        yield "hint is not imported before the first check advises it"


def explorers(book):
    found = sum("explorer" in tags(cell) for cell in code_cells(book))
    if found < 2:
        yield f"expected at least 2 explorers, got {found}"


def anchor(heading):
    return re.sub(r"\s+", "-", re.sub(r"[`*]", "", heading.strip()))


def first_cell(book):
    first = book.cells[0]
    links = re.findall(r"\]\(#([^)]+)\)", first.source)
    prose = "\n".join(cell.source for cell in prose_cells(book))
    headings = {anchor(heading) for heading in re.findall(r"^#+ (.+)$", prose, re.MULTILINE)}
    if len(links) < 3:
        yield "expected a linked list of the sections in the first cell"
    for link in links:
        if link not in headings:
            yield f"the contents link #{link} leads to no heading"
    if "minutes" not in first.source:
        yield "expected the minutes in the first cell"
    if "recap" not in prose.lower():
        yield "expected a recap"


def noise(book):
    for cell in code_cells(book):
        if match := MUTED.search(cell.source):
            yield f"warnings are muted: {match[0]}"


def solutions_stay_closed(book):
    """No plain text holds a solution, and no page opens one by itself."""
    for cell in code_cells(book):
        if "solution" not in tags(cell):
            continue
        for output in cell.outputs:
            plain = output.get("text", "") + output.get("data", {}).get("text/plain", "")
            if re.search(r"^\s*(def|return|for|while) ", plain, re.MULTILINE):
                yield f"the text under {quoted(cell)} shows a solution"
            html = re.sub(
                r"<details>.*?</details>",
                "",
                output.get("data", {}).get("text/html", ""),
                flags=re.DOTALL,
            )
            if "<pre" in html or "<details open" in html:
                yield f"the page under {quoted(cell)} shows a solution unasked"
