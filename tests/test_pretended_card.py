"""What would fail on a graphics card fails here: the notebooks run on a card that is not there.

Minutes for the whole collection, so it is not in the default run: ``make test-pretended-card``.
"""

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from books import NOTEBOOKS, code_cells
from test_cells_twice import differs
from update_notebooks import execute

TESTS = Path(__file__).parent
INSTALL = f"import sys; sys.path.insert(0, {str(TESTS)!r}); import pretended_card; pretended_card.install()"
PROBE = """
import torch
from course_utils import get_device

card, here = torch.ones(3, device=get_device()), torch.ones(3)
linear = torch.nn.Linear(3, 2).to(card.device)
assert str(card.device) == str((card + 1).device) == str(card[:1].device) == str(linear(card).device) == "mps:0"
assert str(card.cpu().device) == str(torch.as_tensor(card, device="cpu").device) == "cpu"
assert str(here.to(card).device) == "mps:0" and str(card.to(here).device) == "cpu"
assert repr(card) == "tensor([1., 1., 1.], device='mps:0')" and torch.equal(card.cpu() + here, 2 * here)
assert card[torch.tensor([0])].tolist() == [1.0] and (card * here.sum()).tolist() == [3.0, 3.0, 3.0]
torch.set_default_device("mps")
assert str(torch.zeros(2).device) == "mps:0"
draw = torch.Generator().manual_seed(0)
for mistake in ("card + here", "linear(here)", "torch.equal(card, here)", "here[card.long()]", "card.numpy()",
                "torch.randn(2, generator=draw)"):
    try:
        eval(mistake)
    except (RuntimeError, TypeError) as error:
        print(mistake, "|", str(error)[:30])
"""


def test_the_card_refuses_what_a_card_refuses():
    done = subprocess.run(
        [sys.executable, "-c", INSTALL + PROBE],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "COURSE_DEVICE": "mps"},
    )
    mixed = "Expected all tensors to be on "
    assert done.stdout.splitlines() == [
        f"card + here | {mixed}",
        f"linear(here) | {mixed}",
        f"torch.equal(card, here) | {mixed}",
        f"here[card.long()] | {mixed}",
        "card.numpy() | can't convert mps:0 device typ",
        "torch.randn(2, generator=draw) | Expected a 'mps' device type f",
    ]


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_shows_the_same_on_the_card(path, monkeypatch):
    monkeypatch.setenv("COURSE_DEVICE", "mps")
    stored = nbformat.read(path, as_version=4)
    book = nbformat.from_dict(stored)
    book.cells.insert(0, nbformat.v4.new_code_cell(INSTALL, id="pretended-card"))
    _, *again = code_cells(execute(book, path.parent))
    pairs = zip(code_cells(stored), again, strict=True)
    assert not [difference for pair in pairs if (difference := differs(*pair))]
