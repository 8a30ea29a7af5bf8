"""The views and explorers of lesson 04: both faces carry the same figures, and what they count is right."""

import pytest
import torch
from pictures import HOSTILE, check_faces, parse, wordpiece

from course_utils import prove
from course_utils.lessons import batching
from course_utils.lessons.batching import (
    area,
    count_programs,
    explore_area,
    explore_neighbour,
    machine,
    masked_weights,
    pad_by_hand,
    show_area,
    show_costs,
    show_mask_inside,
    show_pads,
    show_sides,
    show_turned,
)
from course_utils.lessons.batching.pads import run_with_pads
from course_utils.lessons.batching.proofs import run_sorted

LENGTHS = [9, 2, 7, 2, 3]


@pytest.fixture(scope="module")
def model():
    return machine.comment_model()[0]


def logits(*verdicts):
    return torch.tensor([[0.0, 1.0] if praise else [1.0, 0.0] for praise in verdicts])


def test_turned_verdicts_are_counted_in_both_directions():
    view = show_turned(logits(1, 1, 1, 0, 0), logits(1, 0, 0, 1, 0))
    words = check_faces(view)
    assert "3 verdicts turned" in words
    rows = [line.split() for line in view.text.splitlines()[2:]]
    assert rows[0][-4:] == ["1", "2", "turned", "3"]
    assert rows[1][-4:] == ["1", "turned", "1", "2"]
    assert rows[2] == ["all", "2", "3", "5"]


@pytest.mark.parametrize("other", [torch.zeros(4, 2), torch.zeros(5, 3), torch.zeros(5)])
def test_runs_over_other_comments_are_refused(other):
    with pytest.raises(ValueError, match="two tensors"):
        show_turned(torch.zeros(5, 2), other)


@pytest.mark.parametrize("name", HOSTILE)
def test_names_of_days_are_escaped(name):
    parse(show_turned(logits(1), logits(0), days=(name, name)).html)


@pytest.mark.parametrize(
    ("size", "by_length", "positions"),
    [(1, False, 23), (2, False, 18 + 14 + 3), (2, True, 4 + 14 + 9), (5, False, 45), (5, True, 45)],
)
def test_the_area_is_that_of_the_batches(size, by_length, positions):
    view = show_area(LENGTHS, size=size, by_length=by_length)
    check_faces(view)
    assert f"{positions} positions for 23 tokens" in view.text
    rows = [list(range(length)) for length in (sorted(LENGTHS) if by_length else LENGTHS)]
    assert area(rows, size) == positions


def test_of_many_batches_the_first_are_drawn_and_all_are_counted():
    view = show_area([3] * 500, size=1)
    check_faces(view)
    assert "500 batches" in view.text and "showing the first 20 of 500 batches" in view.text
    assert "1,500 positions" in view.text and len(view.text.splitlines()) == 22


def test_no_texts_have_no_area():
    with pytest.raises(ValueError, match="at least one"):
        show_area([], size=2)


def test_marks_are_drawn_and_not_printed(model):
    explorer = explore_neighbour(model, wordpiece(), pad_by_hand, "Good.", "Not good at all.")
    for view in (explorer.view, show_area(LENGTHS, size=2), show_turned(logits(1), logits(0))):
        assert "&lt;" not in view.html and "style" not in check_faces(view)


def test_the_area_explorer_draws_what_the_view_draws():
    explorer = explore_area(LENGTHS, size=2)
    assert explorer.view.text == show_area(LENGTHS, size=2).text
    explorer.controls["by_length"].value = True
    assert explorer.view.text == show_area(LENGTHS, size=2, by_length=True).text
    explorer.controls["size"].value = 5
    assert "1 batch," in explorer.view.text and "45 positions" in explorer.view.text


def test_the_neighbour_explorer_runs_the_function_that_it_gets(model):
    calls = []

    def pad(rows, pad_id):
        calls.append([len(row) for row in rows])
        return pad_by_hand(rows, pad_id)

    explorer = explore_neighbour(model, wordpiece(), pad, "I was not disappointed.", "good " * 9)
    assert calls == [[7, 11]]
    check_faces(explorer.view)
    assert "filled up with 4 pads" in explorer.view.text
    alone, bare, masked, _ = (
        float(line.split("%")[0].split()[-1]) for line in explorer.view.text.splitlines()[-4:]
    )
    assert alone == masked == 93.6 and bare < 50
    explorer.controls["neighbour"].value = "good"
    assert "0 pads" in explorer.view.text and calls[-1] == [7, 3]


@pytest.mark.parametrize("text", HOSTILE)
def test_what_is_typed_is_escaped(model, text):
    parse(explore_neighbour(model, wordpiece(), pad_by_hand, text, text).view.html)


def test_the_mask_inside_is_added_and_the_model_stays_as_it_was(model):
    before = model.config._attn_implementation
    ids, mask = pad_by_hand([[101, 7, 102], [101, 102]], 0)
    inside = machine.mask_inside(model, ids, mask)
    assert inside.shape == (2, 3, 3)
    assert inside[0].eq(0).all() and inside[1, :, :2].eq(0).all()
    assert inside[1, :, 2].eq(torch.finfo(torch.float32).min).all()
    assert model.config._attn_implementation == before


def test_the_mask_inside_is_shown_place_by_place(model):
    ids, mask = pad_by_hand([[101, 7592, 102], [101, 7592, 1998, 2204, 102]], 0)
    view = show_mask_inside(model, wordpiece(), ids, mask)
    check_faces(view)
    rows = [line.split() for line in view.text.splitlines()[2:]]
    assert rows[0] == ["piece", "[CLS]", "hello", "[SEP]", "[PAD]", "[PAD]"]
    assert rows[1] == ["given", "1", "1", "1", "0", "0"]
    assert rows[2] == ["received", "0", "0", "0", "-3.4e+38", "-3.4e+38"]


def test_attention_by_another_function_is_used_and_taken_back(model):
    ids, mask = pad_by_hand([[101, 2204, 102], [101, 6659, 1998, 4089, 102]], 0)
    plain = model(input_ids=ids, attention_mask=mask).logits
    with machine.with_attention(model, masked_weights):
        mine = model(input_ids=ids, attention_mask=mask).logits
    with machine.with_attention(model, lambda scores, mask: scores.softmax(-1)):
        wrong = model(input_ids=ids, attention_mask=mask).logits
    assert torch.allclose(plain, mine, atol=1e-5) and not torch.allclose(plain, wrong, atol=1e-2)
    assert torch.equal(model(input_ids=ids, attention_mask=mask).logits, plain)


def test_programs_are_counted(model):
    layer = model.bert.encoder.layer[0]
    assert count_programs(layer, [8, 9, 9], dynamic=False) == 2
    assert count_programs(layer, [8, 9, 10]) == 2


def test_costs_count_calls_and_positions(model):
    rows = [[101] * length for length in LENGTHS]
    view = show_costs(model, rows, size=2, timed=2)
    check_faces(view)
    found = [line.split()[-5:-3] for line in view.text.splitlines()[2:]]
    assert found == [["5", "23"], ["3", "45"], ["3", "35"], ["3", "27"]]
    timed = [line.split()[-2] for line in view.text.splitlines()[2:]]
    assert timed == ["11", "18", "18", "18"]


class Writer:
    """Writes the last id of each row twice: with pads on the right that is a pad."""

    device = "cpu"

    def generate(self, input_ids, attention_mask, max_new_tokens, do_sample):
        return torch.cat([input_ids, input_ids[:, -1:].repeat(1, 2)], dim=1)


def test_sides_count_what_is_as_alone():
    view = show_sides(Writer(), Toy(), ["ab", "abc", "d", "ef"], new=2)
    check_faces(view)
    assert view.text.splitlines()[-1].split() == "as alone 4 of 4 1 of 4".split()


@pytest.mark.parametrize("text", [text for text in HOSTILE if text])
def test_beginnings_are_escaped(text):
    parse(show_sides(Writer(), Toy(), [text], new=2).html)


class Batch(dict):
    def to(self, device):
        return self


class Toy:
    """A tokenizer of characters."""

    def __call__(self, texts, padding, padding_side, return_tensors):
        width = max(map(len, texts))
        fill = str.rjust if padding_side == "left" else str.ljust
        ids = torch.tensor([[ord(c) for c in fill(text, width, "\x00")] for text in texts])
        return Batch(input_ids=ids, attention_mask=(ids != 0).long())

    def batch_decode(self, ids, skip_special_tokens):
        return ["".join(chr(i) for i in row if i) for row in ids.tolist()]


@pytest.mark.parametrize(
    ("name", "answer", "total"),
    [
        ("04-pad-by-hand", pad_by_hand, 17),
        ("04-masked-weights", masked_weights, 522),
        ("04-run-sorted", run_sorted, 522),
    ],
)
def test_the_solutions_are_proven(name, answer, total):
    found = prove(name, answer)
    assert (found.status, found.agree, found.total) == ("passed", total, total)


@pytest.mark.parametrize(
    ("name", "answer", "agree"),
    [
        ("04-masked-weights", lambda scores, mask: scores.softmax(-1), 522 - 89),
        ("04-run-sorted", lambda rows, run: run(sorted(rows, key=len)), None),
    ],
)
def test_wrong_functions_are_not_proven(name, answer, agree):
    found = prove(name, answer)
    assert found.status != "passed" and found.agree < found.total
    assert agree is None or found.agree == agree


def test_the_public_names_are_there():
    assert all(hasattr(batching, name) for name in batching.__all__)


ROWS = [[101, 2204, 102], [101, 2025, 2204, 2012, 2035, 102], [101, 6659, 2833, 102]]


def test_attention_on_pads_is_that_of_the_library(model):
    before = model.config._attn_implementation
    ids, _ = pad_by_hand(ROWS, 0)
    _, share = run_with_pads(model, ROWS, pad_by_hand, 0, "read like tokens")
    model.set_attn_implementation("eager")
    weights = model(input_ids=ids, output_attentions=True).attentions[0].mean(1).detach()
    model.set_attn_implementation(before)
    given = [weights[0, i, 3:].sum() for i in range(3)] + [
        weights[2, i, 4:].sum() for i in range(4)
    ]
    assert share == pytest.approx(torch.stack(given).mean().item(), abs=1e-6)
    assert model.config._attn_implementation == before


@pytest.mark.parametrize(
    ("way", "as_alone"), [("read like tokens", False), ("multiplied by 0", False), ("masked", True)]
)
def test_only_masked_pads_leave_the_logits_alone(model, way, as_alone):
    alone = torch.cat([model(torch.tensor([row])).logits for row in ROWS]).detach()
    logits, share = run_with_pads(model, ROWS, pad_by_hand, 0, way)
    assert torch.allclose(logits, alone, atol=1e-4) == as_alone
    assert (share == 0) == as_alone
    assert torch.allclose(
        model(torch.tensor(ROWS[:1])).logits, alone[:1], atol=1e-5
    )  # no hook stays


def test_pads_are_counted_per_way_and_other_ways_are_refused(model):
    alone = torch.cat([model(torch.tensor([row])).logits for row in ROWS]).detach()
    view = show_pads(model, ROWS, pad_by_hand, 0, -alone)  # as if all verdicts were others
    check_faces(view)
    masked = view.text.splitlines()[-1].split()
    ups = int((alone[:, 1] > alone[:, 0]).sum())
    assert masked == ["masked", "3", str(3 - ups), str(ups), "0", "%"]
    with pytest.raises(ValueError, match="expected one of read like tokens"):
        run_with_pads(model, ROWS, pad_by_hand, 0, "gone")
