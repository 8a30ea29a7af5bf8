"""What a chat model replied to twenty of the questions, and how it compares with answers cut from the text."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from course_utils.data.corpora import DATA, PACKAGE, read_rows
from course_utils.lesson.explore import stacked
from course_utils.lessons.question_answering.by_hand import places_in, room_for, texts
from course_utils.metrics import normalise_answer
from course_utils.pictures.page import VERMILLION, Html, element, join, style
from course_utils.pictures.table import Cell, table_view
from course_utils.pictures.view import View
from course_utils.weights.cache import file_digest

RECORD = DATA / "qa_replies.json"
RECORDED_WITH = ("data/passages.jsonl", "data/questions.jsonl")
PROMPT = "{passage}\n\nAnswer in a few words, from the text above only. {question}"
MAY_REFUSE = (
    "{passage}\n\nAnswer in a few words, from the text above only. If the text does not say it, answer: not in the text. "
    "{question}"
)
REFUSES = re.compile(r"\bthe text does(?: not|n't)\b|\bnot in the text\b", re.IGNORECASE)


def twenty() -> list[dict[str, Any]]:
    """Choose every eighth question about a text that fits one window, twenty in all."""
    short = [
        row
        for row in read_rows("questions")
        if len(places_in(texts()[row["passage"]])) <= room_for(row["question"])
    ]
    return short[::8][:20]


def digests() -> dict[str, str]:
    """Give the SHA-256 of each file that the replies depend on."""
    return {name: file_digest(PACKAGE / name) for name in RECORDED_WITH}


def recorded_replies(record: Path = RECORD) -> list[dict[str, Any]]:
    """Read the replies of the checkpoint ``generation`` that ``recipes/make_qa_replies.py`` recorded.

    Returns
    -------
    list of dict
        ``question``, ``passage`` (its text), ``wanted`` (texts; empty if the text holds no answer), ``reply``,
        and ``reply_may_refuse``: what it replied when it was told that it may refuse.

    Raises
    ------
    ValueError
        If the passages or the questions are not those of the record.
    """
    content = json.loads(record.read_text(encoding="utf-8"))
    changed = [name for name, digest in digests().items() if content["sha256"].get(name) != digest]
    if changed:
        raise ValueError(
            f"expected what {record.name} was recorded with, got another {' and '.join(changed)}: "
            "run recipes/make_qa_replies.py again"
        )
    asked = {row["id"]: row for row in read_rows("questions")}
    return [
        {
            "question": asked[one["id"]]["question"],
            "passage": texts()[asked[one["id"]]["passage"]],
            "wanted": [answer["text"] for answer in asked[one["id"]]["answers"]],
            "reply": one["reply"],
            "reply_may_refuse": one["reply_may_refuse"],
        }
        for one in content["replies"]
    ]


def new_words(reply: str, question: str, passage: str) -> list[str]:
    """List the words of a reply that stand neither in the passage nor in the question; case does not count.

    >>> new_words("It fell in 1878.", "When did it fall?", "It fell in summer.")
    ['1878']
    """
    known = set(re.findall(r"\w+", f"{passage} {question}".lower()))
    words = dict.fromkeys(re.findall(r"\w+", reply.lower()))
    return [word for word in words if word not in known]


def contains(text: str, wanted: Sequence[str]) -> bool:
    """Tell whether one of the wanted answers stands in a text, case, punctuation and articles aside."""
    words = f" {normalise_answer(text)} "
    return any(f" {normalise_answer(one)} " in words for one in wanted)


def show_replies(answer: Callable, ask: Callable, replies: Sequence[Mapping]) -> View:
    """Set the learner's answers beside the replies and count; words that are new to text and question are marked.

    Parameters
    ----------
    answer, ask : callable
        The learner's functions of ``question, passage``, without and with a threshold; an empty answer is a refusal.
    replies : sequence of dict
        As ``recorded_replies`` returns them.

    Returns
    -------
    View
        Two tables: the counts for four ways to answer, and every question with its answers.
    """
    mine = [ask(one["question"], one["passage"])["answer"] for one in replies]
    ways = {
        "answer, which never refuses": [
            answer(one["question"], one["passage"])["answer"] for one in replies
        ],
        "ask": mine,
        "chat model": [one["reply"] for one in replies],
        "chat model, told that it may refuse": [one["reply_may_refuse"] for one in replies],
    }
    held = sum(bool(one["wanted"]) for one in replies)
    rows = []
    for one, given in zip(replies, mine, strict=True):
        told = [_marked(one[name], one) for name in ("reply", "reply_may_refuse")]
        wanted = one["wanted"][0] if one["wanted"] else "(no answer)"
        rows.append([one["question"], wanted, given or "(refused)", *told])
    return stacked(
        table_view(
            f"{len(replies)} questions, {held} with an answer in the text; a reply refuses if it says so",
            [
                "",
                f"right words in it, of {held}",
                f"refused, of {held}",
                f"refused, of {len(replies) - held} without an answer",
                f"has new words, of {len(replies)}",
            ],
            [[way, *_counts(texts_, replies)] for way, texts_ in ways.items()],
        ),
        table_view(
            "[Brackets] = new words, which stand neither in the text nor in the question",
            ["question", "wanted", "ask", "chat model", "chat model, told that it may refuse"],
            rows,
        ),
    )


def _counts(given: Sequence[str], replies: Sequence[Mapping]) -> list[int]:
    pairs = list(zip(given, replies, strict=True))
    refused = [text == "" or bool(REFUSES.search(text)) for text in given]
    return [
        sum(contains(text, one["wanted"]) for text, one in pairs if one["wanted"]),
        sum(no for no, one in zip(refused, replies, strict=True) if one["wanted"]),
        sum(no for no, one in zip(refused, replies, strict=True) if not one["wanted"]),
        sum(bool(new_words(text, one["question"], one["passage"])) for text, one in pairs),
    ]


def _marked(reply: str, asked: Mapping) -> Cell:
    """Put new words into brackets, underlined where there are styles."""
    new = new_words(reply, asked["question"], asked["passage"])
    look = style(text_decoration=f"underline 2px {VERMILLION}")
    parts, words = [], []
    for part in re.split(r"(\w+)", reply):
        fresh = part.lower() in new
        parts.append(element("span", f"[{part}]", style=look) if fresh else part)
        words.append(f"[{part}]" if fresh else part)
    return Cell(Html(element("bdi", join(parts))), "".join(words))
