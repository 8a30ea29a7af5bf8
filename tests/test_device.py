"""Which device the notebooks compute on."""

import pytest
import torch

from course_utils import get_device


@pytest.fixture
def machine(monkeypatch):
    """Pretend that torch finds the devices that are named."""

    def pretend(*names):
        monkeypatch.setattr(torch.cuda, "is_available", lambda: "cuda" in names)
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda: "mps" in names)

    monkeypatch.delenv("COURSE_DEVICE", raising=False)
    return pretend


@pytest.mark.parametrize(
    "there, expected",
    [((), "cpu"), (("cuda",), "cuda"), (("mps",), "mps"), (("cuda", "mps"), "cuda")],
)
def test_auto_takes_the_fastest_that_is_there(machine, there, expected):
    machine(*there)
    assert get_device() == torch.device(expected)


def test_the_environment_decides(machine, monkeypatch):
    machine("cuda")
    monkeypatch.setenv("COURSE_DEVICE", " CPU ")
    assert get_device() == torch.device("cpu")


def test_an_argument_wins_over_the_environment(machine, monkeypatch):
    machine("cuda")
    monkeypatch.setenv("COURSE_DEVICE", "cpu")
    assert get_device("cuda") == torch.device("cuda")


def test_a_device_that_is_not_there_is_an_error(machine, monkeypatch):
    machine()
    monkeypatch.setenv("COURSE_DEVICE", "cuda")
    with pytest.raises(ValueError, match="asks for 'cuda', but torch finds only: cpu"):
        get_device()


def test_an_unknown_device_is_an_error(machine):
    machine()
    with pytest.raises(
        ValueError, match="expected a device out of auto, cpu, cuda, mps, got 'tpu'"
    ):
        get_device("tpu")
