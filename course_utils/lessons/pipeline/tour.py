"""Other tasks than classification: one line per task, run as it stands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from course_utils.pictures.glyphs import one_line
from course_utils.pictures.page import MONOSPACE, element, style
from course_utils.pictures.table import Cell, table_view
from course_utils.pictures.view import View

# task, call; both names that a call uses and what it gives are explained in the lesson
TASKS = (
    (
        "zero-shot classification",
        'zero_shot("This is a course about the Transformers library", '
        '["education", "politics", "business"])',
    ),
    ("", 'zero_shot("The parcel arrived broken.", ["delivery", "price", "quality"])'),
    ("", 'zero_shot("My cat sleeps all day.", ["delivery", "price", "quality"])'),
    ("", 'zero_shot("My cat sleeps all day.", ["delivery", "price", "quality"], multi_label=True)'),
    ("fill-mask", 'unmasker("A week has seven [MASK].", top_k=2)'),
    ("", 'unmasker("Rome is the capital of [MASK].", top_k=2)'),
    ("named entities", "ner(text)"),
    ("", 'ner(text, aggregation_strategy="simple")'),
    (
        "text generation",
        'generator("In this course, we will teach you how to", num_return_sequences=2, num_beams=2, '
        "do_sample=False, max_new_tokens=12)",
    ),
    ("question answering", 'find_answers(qa_model, qa_tokenizer, "Where do I work?", text)'),
    ("", 'find_answers(qa_model, qa_tokenizer, "Which company do I work for?", text)'),
    ("summarization", "article"),
    ("", 'chat("Summarize this text in one sentence: " + article)'),
    ("translation", 'chat("Translate into French: The book is on the table.")'),
    ("", 'chat("Translate into French: Thank you very much.")'),
)
TEXT = "My name is Sylvain and I work at Hugging Face in Brooklyn."
ARTICLE = (
    "The town library closed for two years while its roof was repaired. It reopened on Monday with "
    "a new reading room, twice as many computers and longer opening hours. The mobile library that "
    "visited the villages on Fridays will not return, because the van would cost more than the new roof."
)


def show_tour(generator: Any) -> View:
    """Run one line per task on the included checkpoints and show what comes out.

    Parameters
    ----------
    generator : TextGenerationPipeline
        A chat model; the other checkpoints are loaded here and let go.

    Returns
    -------
    View
        A row per call. Scores are 0-1. Only the best answer of ``find_answers`` is shown.
    """
    names = _names(generator)
    rows = [[task, _code(call), one_line(told(eval(call, dict(names))))] for task, call in TASKS]
    return table_view(
        f"One line per task; text = {TEXT!r}; chat(message) puts one message to the generator",
        ["task", "call", "what comes out (score 0-1)"],
        rows,
    )


def chat_with(generator: Any) -> Callable[[str], str]:
    """Make ``chat(message)``: one message to a chat model, at most 40 new tokens, the likeliest each time."""

    def chat(message: str) -> str:
        turns = [{"role": "user", "content": message}]
        options = {"max_new_tokens": 40, "do_sample": False, "return_full_text": False}
        return generator(turns, **options)[0]["generated_text"]

    return chat


def _names(generator: Any) -> dict[str, Any]:
    """Load what the calls use."""
    from transformers import AutoModelForQuestionAnswering, AutoTokenizer, pipeline

    from course_utils.weights.registry import checkpoint
    from course_utils.windows import find_answers

    return {
        "zero_shot": pipeline("zero-shot-classification", model=checkpoint("nli")),
        "unmasker": pipeline("fill-mask", model=checkpoint("fill-mask")),
        "ner": pipeline("ner", model=checkpoint("ner")),
        "qa_model": AutoModelForQuestionAnswering.from_pretrained(checkpoint("qa")),
        "qa_tokenizer": AutoTokenizer.from_pretrained(checkpoint("qa")),
        "find_answers": find_answers,
        "generator": generator,
        "chat": chat_with(generator),
        "text": TEXT,
        "article": ARTICLE,
    }


def told(result: Any) -> str:
    """Say what a pipeline returned in one line: labels or words with their scores, or the text.

    >>> told({"labels": ["price", "quality"], "scores": [0.75, 0.25]})
    'price 0.750, quality 0.250'
    >>> told([{"generated_text": "one"}, {"generated_text": "two"}])
    'one | two'
    """
    if isinstance(result, str):
        return result
    if isinstance(result, dict):
        pairs = zip(result["labels"], result["scores"], strict=True)
        return ", ".join(f"{label} {score:.3f}" for label, score in pairs)
    if "generated_text" in result[0]:
        return " | ".join(row["generated_text"] for row in result)
    if "answer" in result[0]:
        return f"{result[0]['answer']} {result[0]['score']:.3f}"
    if "token_str" in result[0]:
        return ", ".join(f"{row['token_str']} {row['score']:.3f}" for row in result)
    return ", ".join(f"{row['word']} {row.get('entity_group') or row['entity']}" for row in result)


def _code(call: str) -> Cell:
    return Cell(element("code", call, style=style(font_family=MONOSPACE)), call)
