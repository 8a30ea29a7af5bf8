"""Lesson 03, inside the model: its two exercises, an attention head and one that does not look ahead, and their proofs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from course_utils.lesson.check import NotYet, as_numbers, exercise
from course_utils.lesson.prove import Proven, proof
from course_utils.lesson.shown import shown_table
from course_utils.lessons.models.cuts import explore_moved, show_lines_cut, show_moved
from course_utils.lessons.models.explorers import explore_head, explore_heads
from course_utils.lessons.models.runs import (
    comment_model,
    first_token_alone,
    head_vectors,
    rows_of,
    run_all,
    watch_heads,
    without_each_head,
    without_head,
    writing_model,
)
from course_utils.lessons.models.views import (
    show_heads,
    show_probes,
    show_spread,
    show_steps,
)

__all__ = [
    "explore_head",
    "explore_heads",
    "explore_moved",
    "first_token_alone",
    "head_vectors",
    "run_all",
    "show_heads",
    "show_lines_cut",
    "show_moved",
    "show_probes",
    "show_spread",
    "show_steps",
    "without_each_head",
    "without_head",
]

TRIALS, SIZE, NEAR = 50, 4, 1e-5
BY_EYE = (
    torch.tensor([[0.0, 3.0], [2.0, 0.0], [0.0, 3.0]]),
    torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0]]),
    torch.tensor([[0.0, 0.0], [-2.0, 0.0], [1.0, 0.0]]),
)


def head(query, key, value):
    """The course's own `head`."""
    scores = query @ key.T / query.shape[-1] ** 0.5
    shares = scores.softmax(-1)
    return shares, shares @ value


@exercise(
    "03-head",
    hints=[
        "For one reader you computed keys @ query. For all readers at once it is query @ key.T: row = the token that "
        "reads, column = the token that is read.",
        "Divide the scores by the root of the size of a query: query.shape[-1] ** 0.5.",
        "softmax(-1) runs along each row, so that the shares of one reader add up to 1.",
        "The output is the sum of the values, each times its share: shares @ value. Return shares and output.",
        "scores = query @ key.T / query.shape[-1] ** 0.5, then shares = scores.softmax(-1), then "
        "return shares, shares @ value",
    ],
    solution=head,
)
def examine_head(attempt: Callable) -> str:
    """Expect ``attempt(query, key, value)`` to give the weights and the output of one attention head."""
    for query, key, value in _cases():
        weights, output = _two(attempt, query, key, value)
        wanted, heard = head(query, key, value)
        if (weights - wanted).abs().max() > NEAR:
            _explain_weights(weights, query, key, _shown(wanted, weights))
        _check_output(output, heard)
    return f"3 tokens to check by eye and {TRIALS - 1} random heads, all equal to a hundred-thousandth."


def causal_head(query, key, value):
    """The course's own `causal_head`."""
    scores = query @ key.T / query.shape[-1] ** 0.5
    later = torch.ones_like(scores).triu(1).bool()
    shares = scores.masked_fill(later, float("-inf")).softmax(-1)
    return shares, shares @ value


@exercise(
    "03-causal-head",
    hints=[
        "Start from your head, the division included. Change the scores before the softmax.",
        "A score that is forbidden becomes minus infinity: float('-inf'). 0 is a score like any other.",
        "torch.ones_like(scores).triu(1).bool() is True where the column comes after the row. The 1 leaves the "
        "diagonal out: a token may read itself.",
        "scores = query @ key.T / query.shape[-1] ** 0.5, later = torch.ones_like(scores).triu(1).bool(), "
        "shares = scores.masked_fill(later, float('-inf')).softmax(-1), return shares, shares @ value",
    ],
    solution=causal_head,
)
def examine_causal_head(attempt: Callable) -> str:
    """Expect ``attempt(query, key, value)`` to be a head in which no token reads what comes later."""
    for query, key, value in _cases():
        weights, output = _two(attempt, query, key, value, nan=3)
        wanted, heard = causal_head(query, key, value)
        if (weights - wanted).abs().max() > NEAR:
            _explain_causal(weights, query, key, _shown(wanted, weights))
        _check_output(output, heard)
    return f"{TRIALS} heads: no token reads a later one, and all shares are right."


def _cases() -> list[tuple[torch.Tensor, ...]]:
    generator = torch.Generator().manual_seed(5)
    with torch.device("cpu"):
        random = [
            tuple(torch.randn(6, SIZE, generator=generator) for _ in range(3))
            for _ in range(TRIALS - 1)
        ]
    return [BY_EYE, *random]


def _two(attempt: Callable, query, key, value, *, nan: int = 1) -> tuple[torch.Tensor, ...]:
    """Run an attempt; give its weights and output as numbers."""
    count, size = value.shape
    try:
        got = attempt(query.clone(), key.clone(), value.clone())
    except RuntimeError as error:
        if "The size of tensor" in str(error) or "must be broadcastable" in str(error):
            raise NotYet(
                f"it fails with {count} tokens ({error}): a mask or a table of scores of a fixed size, such as the 3 by "
                "3 of the example, fits no other number of tokens. Make it from the scores: torch.ones_like(scores)",
                hint=nan,
            ) from None
        if "only supports boolean masks" in str(error):
            raise NotYet(
                "masked_fill wants True and False: add .bool() to the mask", hint=3
            ) from None
        if "shapes cannot be multiplied" not in str(error):
            raise
        raise NotYet(
            f"two shapes do not fit ({error}): one of the two must be turned with .T", hint=1
        ) from None
    if got is None:
        raise NotYet("your function returned nothing: end it with return shares, output", hint=1)
    if not isinstance(got, tuple | list) or len(got) != 2:
        raise NotYet("expected two results: return shares, output", hint=1)
    for name, one in zip(("shares", "output"), got, strict=True):
        if not isinstance(one, torch.Tensor):
            raise NotYet(
                f"expected the {name} as a tensor, got {type(one).__name__}: the pictures below compute with it; "
                "torch.stack joins rows to one",
                hint=4,
            )
    shapes = tuple(got[0].shape), tuple(got[1].shape)
    if shapes == ((count, size), (count, count)) and count != size:
        raise NotYet("the two results are exchanged: return shares, output", hint=4)
    if isinstance(got[0], torch.Tensor) and got[0].is_floating_point() and got[0].isnan().any():
        row = int(got[0].isnan().any(-1).nonzero()[0, 0]) if got[0].dim() == 2 else 0
        raise NotYet(
            f"row {row} of the shares holds NaN, which is no number: 0 times infinity gives NaN, and so does a row "
            "in which all scores are minus infinity",
            hint=nan,
        )
    weights = as_numbers(got[0], "the shares", shape=(count, count))
    return weights.float(), as_numbers(got[1], "the output", shape=(count, size)).float()


def _explain_weights(got: torch.Tensor, query, key, shown: Any) -> None:
    raw, size = query @ key.T, query.shape[-1]
    scores = raw / size**0.5
    _explain_common(got, raw, scores, shown)
    if _near(got, (key @ query.T / size**0.5).softmax(-1)) or _near(got, scores.softmax(-1).T):
        raise NotYet(
            "row and column are exchanged: a row belongs to the token that reads",
            shown=shown,
            hint=1,
        )
    _explain_sums(got, shown)
    raise NotYet("the shares differ", shown=shown, hint=1)


def _explain_common(got, raw, scores, shown) -> None:
    """Name what goes wrong with any head: the division, the softmax and its direction."""
    size = round(float((raw / scores).nan_to_num(0).max()) ** 2)
    most = f"the largest is {got.max():.2f}"
    if _near(got, raw.softmax(-1)):
        raise NotYet(
            f"your shares are too sharp ({most}): the scores were not divided", shown=shown, hint=2
        )
    if _near(got, (raw / size).softmax(-1)):
        raise NotYet(
            f"your shares are too flat ({most}): divide by the root of the size",
            shown=shown,
            hint=2,
        )
    if len(raw) != size and _near(got, (raw / len(raw) ** 0.5).softmax(-1)):
        raise NotYet(
            "you divided by the root of the number of tokens; it should be that of the size of a query",
            shown=shown,
            hint=2,
        )
    if size != 2 and _near(got, (raw / 2**0.5).softmax(-1)):
        raise NotYet(
            f"you divided by the root of 2, the size in the example; here a query has {size} numbers",
            shown=shown,
            hint=2,
        )
    if _near(got, (raw / raw.sum(-1, keepdim=True)).nan_to_num(9)):
        raise NotYet(
            "these are scores divided by their sum: shares come from softmax", shown=shown, hint=3
        )
    if _near(got, scores.softmax(0)) or _near(got, raw.softmax(0)):
        raise NotYet("your columns add up to 1; the rows should", shown=shown, hint=3)


def _explain_sums(got: torch.Tensor, shown: Any, *, hint: int = 3) -> None:
    if got.min() < 0:
        raise NotYet(
            f"a share of {got.min():.2f} is below 0: shares come from softmax",
            shown=shown,
            hint=hint,
        )
    sums = got.sum(-1)
    if (sums - 1).abs().max() > 1e-3:
        row = int((sums - 1).abs().argmax())
        raise NotYet(
            f"row {row} of your shares adds up to {sums[row]:.2f}, it should be 1",
            shown=shown,
            hint=hint,
        )


def _explain_causal(got: torch.Tensor, query, key, shown: Any) -> None:
    raw, size = query @ key.T, query.shape[-1]
    scores = raw / size**0.5
    later = torch.ones_like(scores).triu(1).bool()
    hidden = scores.masked_fill(later, float("-inf"))
    if _near(got, scores.softmax(-1)):
        raise NotYet(
            f"later tokens are still read: row 0 gives {got[0, 1]:.2f} to token 1",
            shown=shown,
            hint=1,
        )
    if _near(got, scores.softmax(-1).tril()):
        raise NotYet(
            "your rows no longer add up to 1: mask before the softmax", shown=shown, hint=2
        )
    if _near(got, scores.tril().softmax(-1)):
        raise NotYet(
            "your later scores are 0, not minus infinity, and still get a share",
            shown=shown,
            hint=2,
        )
    if _near(got, scores.masked_fill(later.T, float("-inf")).softmax(-1)):
        raise NotYet(
            "the wrong half is hidden: your tokens read only themselves and later ones",
            shown=shown,
            hint=3,
        )
    if _near(got, raw.masked_fill(later, float("-inf")).softmax(-1)):
        raise NotYet(
            "your shares are too sharp: divide the scores, as in your head", shown=shown, hint=1
        )
    if _near(got, torch.zeros_like(scores).masked_fill(later, float("-inf")).softmax(-1)):
        raise NotYet(
            "a reader shares out evenly among itself and those before it: the example's scores were all 0; yours must "
            "come from query and key",
            shown=shown,
            hint=1,
        )
    if _near(got, hidden.softmax(0)):
        raise NotYet("your columns add up to 1; the rows should", shown=shown, hint=1)
    _explain_sums(got, shown, hint=2)
    most = got[later].max()
    if most > NEAR:
        raise NotYet(
            f"later tokens still get up to {most:.4f}: their scores are not low enough",
            shown=shown,
            hint=2,
        )
    raise NotYet("no later token is read, but the shares of the others differ", shown=shown, hint=1)


def _check_output(got: torch.Tensor, wanted: torch.Tensor) -> None:
    if (got - wanted).abs().max() > NEAR:
        raise NotYet(
            "the shares are right; the output must be the sum of the values, each times its share: shares @ value",
            shown=_shown(wanted, got, name="output"),
            hint=4,
        )


def _near(one: torch.Tensor, other: torch.Tensor) -> bool:
    return torch.allclose(one, other, atol=NEAR)


def _shown(wanted: torch.Tensor, got: torch.Tensor, *, name: str = "shares") -> Any:
    """Show expected and got, row by row."""
    rows = [
        [i, _row(one), _row(other)] for i, (one, other) in enumerate(zip(wanted, got, strict=True))
    ]
    return shown_table(f"{name}: one line per token", ["token", "expected", "got"], rows)


def _row(numbers: torch.Tensor) -> str:
    return "  ".join(f"{number:.2f}" for number in numbers)


@proof(
    "03-head",
    not_proven="How training found the tables that make query, key and value.",
)
def prove_head(attempt: Callable, steps: Callable) -> Proven:
    """Compare the learner's head with all 72 heads of the comments' model on all 522 comments."""
    model, tokenizer = comment_model()
    return _compare(attempt, model, rows_of("sentiment", tokenizer), steps)


@proof(
    "03-causal-head",
    not_proven="How this model makes its queries and keys. It also turns them by the token's position, and several "
    "queries share one key; your function gets them ready-made.",
)
def prove_causal_head(attempt: Callable, steps: Callable) -> Proven:
    """Compare the learner's causal head with all 270 heads of the writing model on 20 prompts."""
    model, tokenizer = writing_model()
    return _compare(attempt, model, rows_of("prompts", tokenizer), steps)


def _compare(attempt: Callable, model: Any, rows: list[torch.Tensor], steps: Callable) -> Proven:
    agree = total = 0
    largest = 0.0
    for ids in steps(rows, total=len(rows)):
        found = (x.flatten(0, 2) for x in watch_heads(model, {"input_ids": ids}))
        for query, key, value, theirs in zip(*found, strict=True):
            if total == 0:
                _two(attempt, query, key, value)  # two results, of the right shapes
            mine = torch.as_tensor(attempt(query, key, value)[1])
            gap = (mine - theirs).abs().max().item()
            agree, total, largest = agree + (gap < NEAR), total + 1, max(gap, largest)
    return Proven(agree=agree, total=total, unit="outputs of attention heads", largest=largest)
