"""The small corpora that ship with the course, loaded as ``datasets``; nothing here opens a socket.

The files and the card that says how they were written stand in ``course_utils/data/``.
"""

from __future__ import annotations

import difflib
import gzip
import hashlib
import json
from collections import Counter
from pathlib import Path

from course_utils.pictures import page as _markup
from course_utils.pictures.view import View, plain_table
from course_utils.weights.cache import file_digest

__all__ = ["CORPORA", "corpora", "load_corpus", "split_corpus"]

PACKAGE = Path(__file__).parents[1]
DATA = PACKAGE / "data"
# name -> what it is for; the file is called like the name
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
    "long_comments": "a customer's letter, longer than 512 tokens",
}
SPLITS = ("train", "validation", "test")
RECORD = DATA / "qa_transformers4.json.gz"
RECORDED_WITH = (
    "deltas/qa/adapter_model.safetensors",
    "data/passages.jsonl",
    "data/questions.jsonl",
)
PAIR_LABELS = ["different", "paraphrase"]


def load_corpus(name):
    """Load a corpus that ships with the course.

    Parameters
    ----------
    name : str
        One of the names that ``corpora()`` lists.

    Returns
    -------
    datasets.Dataset or datasets.DatasetDict
        Held in memory. ``pairs`` is a ``DatasetDict`` with the splits ``train``, ``validation`` and ``test``, which
        share no sentence, and its ``label`` is a ``ClassLabel``; all others are one ``Dataset``.

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

    if name != "pairs":
        return datasets.Dataset.from_list(rows)
    text, label = datasets.Value("string"), datasets.ClassLabel(names=PAIR_LABELS)
    features = datasets.Features(
        {"sentence1": text, "sentence2": text, "label": label, "kind": text}
    )
    return datasets.DatasetDict(
        {
            split: datasets.Dataset.from_list(
                [_without_split(row) for row in rows if row["split"] == split], features
            )
            for split in SPLITS
        }
    )


def read_rows(name):
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


def recorded_answers(record=RECORD):
    """Read what the question-answering pipeline of transformers 4.57 answered to every question of ``questions``.

    Version 5 has no such pipeline, so ``tests/make_qa_golden.py`` recorded its answers, given by the checkpoint ``qa``.

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
            "run tests/make_qa_golden.py again"
        )
    return content["answers"]


def digests():
    """Return the SHA-256 of each file that the recorded answers depend on, by its place in the package."""
    return {name: file_digest(PACKAGE / name) for name in RECORDED_WITH}


def corpora():
    """Show every corpus: its name, number of records, fields and what it holds.

    Returns
    -------
    View
        A table, as HTML and as text.

    Examples
    --------
    >>> corpora().text.splitlines()[2].split()[:2]
    ['sentiment', '522']
    """
    header = ("name", "records", "fields", "what it holds")
    rows = []
    for name, purpose in CORPORA.items():
        records = read_rows(name)
        rows.append((name, len(records), ", ".join(records[0]), purpose))
    caption = f"{len(rows)} corpora, written for this course except stdlib"
    return View(
        html=_markup.table(caption, header, rows), text=f"{caption}\n{plain_table(header, rows)}"
    )


def split_corpus(dataset, *, train):
    """Divide a labelled corpus into a training and a test part, the same on every machine.

    Rows are put in the order of a digest of their content, so that no random generator is involved and a row keeps
    its rank when others are added. Each label gets a share of the training part in proportion to its frequency.

    Parameters
    ----------
    dataset : datasets.Dataset
        With a column ``label``.
    train : int
        Number of rows of the training part; the others make the test part.

    Returns
    -------
    datasets.DatasetDict
        With the splits ``train`` and ``test``.

    Raises
    ------
    ValueError
        If there is no column ``label``, or ``train`` leaves one of the two parts empty.

    Examples
    --------
    >>> split_corpus(load_corpus("sentiment"), train=40).num_rows["train"]
    40
    """
    if "label" not in dataset.column_names:
        raise ValueError(
            f"expected a column 'label', got the columns {', '.join(dataset.column_names)}"
        )
    if not 0 < train < len(dataset):
        raise ValueError(f"expected train between 1 and {len(dataset) - 1}, got {train}")
    import datasets

    keys = [_digest(row) for row in dataset]
    order = sorted(range(len(keys)), key=keys.__getitem__)
    chosen = _stratified(order, dataset["label"], train)
    rest = [index for index in order if index not in chosen]
    parts = {"train": [index for index in order if index in chosen], "test": rest}
    return datasets.DatasetDict(
        {split: dataset.select(indices) for split, indices in parts.items()}
    )


def _stratified(order, labels, size):
    """Take ``size`` indices from the front of ``order`` so that every label keeps its share of the whole."""
    labels = list(labels)
    totals, seen, rank = Counter(labels), Counter(), {}
    for index in order:
        label = labels[index]
        seen[label] += 1
        rank[index] = seen[label] / totals[label]
    return set(sorted(order, key=rank.__getitem__)[:size])


def _digest(row):
    return hashlib.sha256(json.dumps(row, sort_keys=True, ensure_ascii=False).encode()).digest()


def _without_split(row):
    return {key: value for key, value in row.items() if key != "split"}


def _known(name):
    if not isinstance(name, str):
        raise TypeError(f"expected the name of a corpus as a string, got {type(name).__name__}")
    if name in CORPORA:
        return name
    near = difflib.get_close_matches(
        name.strip().lower().replace("-", "_"), CORPORA, n=1, cutoff=0.5
    )
    advice = f"did you mean {near[0]!r}?" if near else f"the names are {', '.join(CORPORA)}"
    raise ValueError(f"no corpus is called {name!r}; {advice}")
