"""The small corpora that ship with the course, loaded as ``datasets``; nothing here opens a socket.

The files and the card that says how they were written stand in ``course_utils/data/``.
"""

from __future__ import annotations

import difflib
import gzip
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from course_utils.weights.cache import file_digest

if TYPE_CHECKING:
    import datasets

__all__ = ["CORPORA", "load_corpus"]

PACKAGE = Path(__file__).parents[1]
DATA = PACKAGE / "data"
# name -> what it holds; the file is called like the name
CORPORA = {
    "sentiment": "review sentences of mixed length, labelled positive or negative",
    "zero_shot": "sentences on education, politics or business",
    "fill_mask": "sentences with one [MASK] and the words that make sense there",
    "entities": "sentences with persons, organisations and places tagged word by word",
    "pairs": "sentence pairs, paraphrase or not, with hard negatives",
    "entailment": "premise and hypothesis: entailment, neutral or contradiction",
    "passages": "passages to ask questions about, ten of them longer than 512 tokens",
    "questions": "questions on the passages with their answers; a quarter has none",
    "search_questions": "what a Python programmer would ask, with the names that answer it",
    "stdlib": "names and first paragraphs of Python 3.11's standard library",
    "texts": "odd texts: accents, emoji, other scripts, code, invisible characters",
    "prompts": "beginnings of sentences for text generation",
    "emoji": "neutral sentences that end in a symbol, and which of the two moods it shows",
    "long_comments": "a customer's letter, longer than 512 tokens",
    "letters": "letters to a newspaper's desks, and later ones for other desks",
    "agreements": "statements in two wordings, each with and without not: agree or contradict",
}
RECORD = DATA / "qa_transformers4.json.gz"
RECORDED_WITH = (
    "deltas/qa/adapter_model.safetensors",
    "data/passages.jsonl",
    "data/questions.jsonl",
)
# corpora in parts: the names of their labels; a file holds the name, or the name's number
PART_LABELS = {
    "pairs": ["different", "paraphrase"],
    "letters": ["education", "politics", "business", "weather", "crime", "gardening"],
}


def load_corpus(name: str) -> datasets.Dataset | datasets.DatasetDict:
    """Load a corpus that ships with the course.

    Parameters
    ----------
    name : str
        One of the names that ``corpora()`` lists.

    Returns
    -------
    datasets.Dataset or datasets.DatasetDict
        Held in memory. ``pairs`` is a ``DatasetDict`` with the splits ``train``, ``validation`` and ``test``, which
        share no sentence, ``letters`` one with ``desks`` and ``later``; their ``label`` is a ``ClassLabel``. All
        others are one ``Dataset``.

    Raises
    ------
    ValueError
        If there is no corpus of that name.

    Examples
    --------
    >>> load_corpus("sentiment")[0]["label"]
    'positive'
    >>> load_corpus("sentimnet")
    Traceback (most recent call last):
    ValueError: no corpus is called 'sentimnet'; did you mean 'sentiment'?
    """
    rows = read_rows(name)
    import datasets  # half a second, and only those pay for it who load a corpus

    if "split" not in rows[0]:
        return datasets.Dataset.from_list(rows)
    parts: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        parts.setdefault(row.pop("split"), []).append(row)
    features = datasets.Features(dict.fromkeys(rows[0], datasets.Value("string")))
    features["label"] = datasets.ClassLabel(names=PART_LABELS[name])
    return datasets.DatasetDict(
        {split: datasets.Dataset.from_list(part, features) for split, part in parts.items()}
    )


def read_rows(name: str) -> list[dict[str, Any]]:
    """Read the records of a corpus as plain dictionaries, without ``datasets``.

    Returns
    -------
    list of dict

    Examples
    --------
    >>> read_rows("prompts")[0]
    {'text': 'The capital of France is'}
    """
    path = DATA / f"{_known(name)}.jsonl"
    if path.is_file():
        content = path.read_text(encoding="utf-8")
    else:
        content = gzip.decompress(path.with_suffix(".jsonl.gz").read_bytes()).decode("utf-8")
    # Not splitlines(): that would also cut at the rarer line separators inside a text.
    return [json.loads(line) for line in content.split("\n") if line]


def recorded_answers(record: Path = RECORD) -> list[dict[str, Any]]:
    """Read what the question-answering pipeline of transformers 4.57 answered to every question of ``questions``.

    Version 5 has no such pipeline, so ``recipes/make_qa_golden.py`` recorded its answers, given by the checkpoint ``qa``.

    Parameters
    ----------
    record : pathlib.Path
        A file that this script wrote.

    Returns
    -------
    list of dict
        In the order of ``questions``: ``id``; ``forced``, the best span; and ``allowed``, which may be "no answer", an
        empty string. The two are dictionaries of ``answer``, ``start`` and ``end`` (characters of the passage) and
        ``score`` (0 to 1).

    Raises
    ------
    ValueError
        If the checkpoint, the passages or the questions are not those of the record.

    Examples
    --------
    >>> recorded_answers()[0]["forced"]["answer"]
    'bends'
    """
    content = json.loads(gzip.decompress(record.read_bytes()))
    changed = [name for name, digest in digests().items() if content["sha256"].get(name) != digest]
    if changed:
        raise ValueError(
            f"expected what {record.name} was recorded with, got another {' and '.join(changed)}: "
            "run recipes/make_qa_golden.py again"
        )
    return content["answers"]


def digests() -> dict[str, str]:
    """Return the SHA-256 of each file that the recorded answers depend on, by its place in the package."""
    return {name: file_digest(PACKAGE / name) for name in RECORDED_WITH}


def _known(name: str) -> str:
    if not isinstance(name, str):
        raise TypeError(f"expected the name of a corpus as a string, got {type(name).__name__}")
    if name in CORPORA:
        return name
    wanted = name.strip().lower().replace("-", "_")
    near = difflib.get_close_matches(wanted, CORPORA, n=1, cutoff=0.5)
    advice = f"did you mean {near[0]!r}?" if near else f"the names are {', '.join(CORPORA)}"
    raise ValueError(f"no corpus is called {name!r}; {advice}")
