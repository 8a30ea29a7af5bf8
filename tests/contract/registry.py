"""Facts: each a sentence, the lesson that teaches it, and code that looks whether it holds.

A fact function returns True where the sentence holds with the library that is installed. It uses the library and the
course's checkpoints alone, so that it runs with any version of transformers that can be imported.
"""

from __future__ import annotations

import contextlib
import functools
import io
import logging
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import torch
import transformers

from course_utils.weights.registry import checkpoint

transformers.logging.disable_progress_bar()
SHORT, LONG = "I hate this so much!", "I've been waiting for a HuggingFace course my whole life."


@dataclass(frozen=True)
class Fact:
    """One sentence of a lesson and the code that says whether it is still true."""

    name: str
    sentence: str
    lesson: str
    holds: Callable[[], bool]


FACTS: list[Fact] = []


def fact(sentence: str, lesson: str) -> Callable:
    """Register the decorated function as the test of ``sentence``, which ``lesson`` teaches."""

    def register(holds: Callable[[], bool]) -> Callable[[], bool]:
        # The doctest run imports the modules of facts a second time, under another name: one entry each is enough.
        if (holds.__name__, sentence) not in {(known.name, known.sentence) for known in FACTS}:
            FACTS.append(Fact(holds.__name__, sentence, lesson, holds))
        return holds

    return register


@functools.cache
def tokenizer(name: str = "sentiment"):
    try:
        return transformers.AutoTokenizer.from_pretrained(checkpoint(name))
    except ValueError:  # transformers 4 does not know the name of the class that transformers 5 writes into the folder
        return transformers.PreTrainedTokenizerFast.from_pretrained(
            checkpoint(name), model_input_names=["input_ids", "attention_mask"]
        )


@functools.cache
def model(name: str = "sentiment", head: str = "AutoModelForSequenceClassification", **options):
    return getattr(transformers, head).from_pretrained(checkpoint(name), **options).eval()


@torch.no_grad()
def logits(texts, **options) -> torch.Tensor:
    return model()(**tokenizer()(texts, padding=True, return_tensors="pt"), **options).logits


def raised(action: Callable, *args, **kwargs) -> str:
    """Run an action and return 'Name: message' of what it raised, '' if nothing."""
    try:
        action(*args, **kwargs)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return ""


def messages(action: Callable) -> str:
    """Run an action and return what it warned and logged."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    root = logging.getLogger("transformers")
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    try:
        with warnings.catch_warnings(record=True) as caught, contextlib.redirect_stderr(stream):
            warnings.simplefilter("always")
            action()
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
    return stream.getvalue() + "".join(str(w.message) for w in caught)
