"""Lines from older notes, run today: what each one does now, and what to write in its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from course_utils.lessons.pipeline.tour import chat_with
from course_utils.pictures.glyphs import clip, one_line
from course_utils.pictures.page import MONOSPACE, element, style
from course_utils.pictures.table import Cell, framed_cell, table_view
from course_utils.pictures.view import View

# (the line in older notes, the line to write today); both are run in the lesson
OLDER_LINES = (
    ('pipeline("question-answering")', "AutoModelForQuestionAnswering.from_pretrained(qa_folder)"),
    ('pipeline("summarization")', 'chat("Summarize: " + text)'),
    ('pipeline("translation_en_to_fr")', 'chat("Translate into French: Good morning")'),
    ('pipeline("text2text-generation")', 'chat("Which colours has a zebra?")'),
    ("ner(text, grouped_entities=True)", 'ner(text, aggregation_strategy="simple")'),
    ("classifier(text, return_all_scores=True)", "classifier(text, top_k=None)"),
    ("tokenizer.encode_plus(text)", "tokenizer(text)"),
    ("tokenizer.batch_encode_plus([text, text])", "tokenizer([text, text])"),
    ("tokenizer.prepare_for_model([7592])", 'tokenizer("hello")'),
    (
        "AutoTokenizer.from_pretrained(folder, use_fast=False).is_fast",
        "AutoTokenizer.from_pretrained(folder).is_fast",
    ),
    ("new_tokens(max_length=12)", "new_tokens(max_new_tokens=12)"),
    (
        "AutoModel.from_pretrained(folder, use_safetensors=False)",
        "AutoModel.from_pretrained(folder)",
    ),
    ("transformers.TRANSFORMERS_CACHE", "Path(HF_HUB_CACHE).name"),
    ("transformers.TFAutoModel", "transformers.AutoModel"),
)


@dataclass(frozen=True, repr=False)
class Changes(View):
    """A table of older lines; ``still_run`` counts those that raise no error today."""

    still_run: int = 0


def show_changes(lines: Sequence[tuple[str, str]], names: Mapping[str, Any]) -> Changes:
    """Run each older line and its replacement, and show what both give.

    Parameters
    ----------
    lines : sequence of (str, str)
        Pairs of expressions: from older notes, and what to write today.
    names : mapping
        What the expressions may use.

    Returns
    -------
    Changes
        A row per pair: today's value or error of the old line, the new line and its value. An old line
        that raises nothing is framed: it runs, and does something else.

    Examples
    --------
    >>> show_changes([("unicode('a')", "str('a')")], {})
    Lines from older notes, run today; framed: runs without an error
    older line    today                                     write instead  gives
    unicode('a')  NameError: name 'unicode' is not defined  str('a')       'a'
    """
    rows, still_run = [], 0
    for old, new in lines:
        error, today = _run(old, names)
        still_run += not error
        rows.append([_code(old), _today(today, framed=not error), _code(new), _run(new, names)[1]])
    caption = "Lines from older notes, run today; framed: runs without an error"
    shown = table_view(caption, ["older line", "today", "write instead", "gives"], rows)
    return Changes(shown.html, shown.text, still_run)


def show_older_lines(classifier: Any, generator: Any) -> Changes:
    """Run the fourteen older lines of the lesson with its classifier and its generator."""
    from pathlib import Path

    import transformers
    from huggingface_hub.constants import HF_HUB_CACHE

    from course_utils.weights.registry import checkpoint

    prompt = generator.tokenizer("In this course, we will teach you how to", return_tensors="pt")
    prompt = prompt.to(generator.model.device)

    def new_tokens(**options: int) -> int:
        ids = generator.model.generate(**prompt, do_sample=False, **options)
        return ids.shape[1] - prompt["input_ids"].shape[1]

    loaders = ("AutoModel", "AutoModelForQuestionAnswering")
    names = {name: getattr(transformers, name) for name in (*loaders, "AutoTokenizer", "pipeline")}
    names |= {
        "transformers": transformers,
        "Path": Path,
        "HF_HUB_CACHE": HF_HUB_CACHE,
        "classifier": classifier,
        "tokenizer": classifier.tokenizer,
        "ner": transformers.pipeline("ner", model=checkpoint("ner")),
        "chat": chat_with(generator),
        "new_tokens": new_tokens,
        "folder": checkpoint("sentiment"),
        "qa_folder": checkpoint("qa"),
        "text": "My name is Sylvain and I work at Hugging Face in Brooklyn.",
    }
    return show_changes(OLDER_LINES, names)


def _run(line: str, names: Mapping[str, Any]) -> tuple[bool, str]:
    """Evaluate a line; tell whether it raised, and its value or the first sentence of its error."""
    try:
        return False, clip(_told(eval(line, dict(names))), 60)
    except Exception as error:
        words = one_line(str(error.args[0] if error.args else error)).split(". ")[0]
        folder = str(names.get("folder", "")) or "\0"
        return True, f"{type(error).__name__}: {clip(words.replace(folder, '(folder)'), 110)}"


def _told(value: Any) -> str:
    """Write a value in one line; of a model or a class its name stands for it."""
    if isinstance(value, type):
        return f"the class {value.__name__}"
    if hasattr(value, "named_modules"):
        return f"a {type(value).__name__}"
    return one_line(repr(value))


def _today(text: str, *, framed: bool) -> Cell:
    if not framed:
        return Cell(element("span", text), text)
    return framed_cell(f"{text} (no error)")


def _code(line: str) -> Cell:
    return Cell(element("code", line, style=style(font_family=MONOSPACE)), line)
