"""Small sets of rankings, and what people count instead of hits: each way with its message and its hint."""

from __future__ import annotations

HIT_CASES = (
    ([["a", "b"], ["c", "d"]], [["b"], ["x", "y"]], 2),
    ([["a", "b"], ["c", "d"]], [["b"], ["x", "y"]], 1),
    (
        [["a", "b", "c"], ["d", "e", "f"], ["g", "h", "i"], ["j", "k", "l"]],
        [["c"], ["d", "e"], ["x"], ["k", "z"]],
        2,
    ),
    ([["csv.reader", "json"], ["copy.copy", "re"]], [["csv"], ["re", "re.sub"]], 2),
    ([["a", "b", "c"], ["d", "e", "f"], ["g", "h", "i"]], [["b", "c"], ["f"], ["g"]], 3),
    ([["a", "b", "c", "d"], ["e", "f", "g", "h"]], [["d"], ["g"]], 2),
    ([["a", "b", "c"]], [["c", "b"]], 2),
)


def in_place(ranking: list, right: list) -> int:
    """Give the place, from 1, of the first accepted name in a ranking; 0 where there is none."""
    return next((i for i, name in enumerate(ranking, 1) if name in right), 0)


def _hit(ranking: list, right: list, k: int) -> bool:
    return 0 < in_place(ranking, right) <= k


def _each(count):
    """Add up a count over the questions."""
    return lambda rankings, accepted, k: sum(
        count(ranking, right, k) for ranking, right in zip(rankings, accepted, strict=True)
    )


def _found(ranking: list, right: list, k: int) -> int:
    return sum(name in right for name in ranking[:k])


HITS = _each(_hit)

HIT_RIVALS = (
    (
        lambda r, a, k: 0,
        "your count stays 0: compare the names one by one, not a list with a list",
        3,
    ),
    (
        lambda r, a, k: _each(lambda r, a, k: in_place(r, a) > 0)(r[:k], a[:k], k),
        "rankings[:k] are the first k questions; the first k names of one ranking are ranking[:k]",
        2,
    ),
    (
        lambda r, a, k: HITS(r, a, k) / len(r),
        "this is the share of the questions; the number of questions is wanted",
        3,
    ),
    (
        lambda r, a, k: 100 * HITS(r, a, k) / len(r),
        "this is per cent; the number of questions is wanted",
        3,
    ),
    (
        _each(lambda r, a, k: in_place(r, a) > 0),
        "your function looks at the whole ranking: a name in place 3 does not count when k is 2",
        2,
    ),
    (
        _each(lambda r, a, k: _hit(r, a, k + 1)),
        "your function looks one name too far, at k + 1 names",
        2,
    ),
    (
        _each(lambda r, a, k: _hit(r, a, k - 1)),
        "your function looks at one name too few, at k - 1 names",
        2,
    ),
    (
        _each(lambda r, a, k: _hit(r[k - 1 : k], a, 1)),
        "your function looks at place k alone; the places before it count, too",
        2,
    ),
    (
        _each(lambda r, a, k: _hit(r, a, 1)),
        "your function looks at the first place alone, whatever k is",
        2,
    ),
    (
        _each(_found),
        "your function counts names; a question with two accepted names in its list is still one question",
        3,
    ),
    (
        lambda r, a, k: _each(_found)(r, a, k) / sum(map(len, a)),
        "this is the share of the accepted names; wanted is how many questions have at least one",
        3,
    ),
    (
        _each(lambda r, a, k: _found(r, a, k) / len(a)),
        "this is recall, the share of each question's accepted names added up; here one name is enough",
        3,
    ),
    (
        lambda r, a, k: _each(lambda r, a, k: _found(r, a, k) / len(a))(r, a, k) / len(r),
        "this is recall, the mean share of the accepted names; here one name is enough, and questions are counted",
        3,
    ),
    (
        _each(lambda r, a, k: all(name in r[:k] for name in a)),
        "your function wants all accepted names; one is enough",
        3,
    ),
    (
        _each(lambda r, a, k: _hit(r, a[:1], k)),
        "your function knows only the first accepted name of each question",
        3,
    ),
    (
        _each(lambda r, a, k: any(right in name for name in r[:k] for right in a)),
        "csv and csv.reader are two names: compare whole names, not parts of them",
        3,
    ),
    (
        _each(lambda r, a, k: any(name in right for name in r[:k] for right in a)),
        "re and re.sub are two names: compare whole names, not parts of them",
        3,
    ),
    (
        _each(lambda r, a, k: not _hit(r, a, k)),
        "your function counts the questions without a hit",
        3,
    ),
    (
        lambda r, a, k: _hit(r[0], a[0], k),
        "only the first question is counted: the return stands inside the loop",
        1,
    ),
    (
        lambda r, a, k: _hit(r[-1], a[-1], k),
        "only the last question is counted: each question must add to the count",
        1,
    ),
)
