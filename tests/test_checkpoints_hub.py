"""Hub mode against a server on loopback that speaks enough of the Hub's protocol."""

import json
import os
import re
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from hub_server import HubServer

from course_utils import checkpoints as listing
from course_utils.weights.catalogue import CHECKPOINTS

checkpoints = import_module("course_utils.weights.registry")

FETCH = """
from course_utils import CheckpointError, checkpoint
try:
    print(checkpoint({name!r}))
except CheckpointError as error:
    print(error)
"""


@pytest.fixture(scope="module")
def published(mini_course, tmp_path_factory):
    """A small checkpoint as it lies on the Hub, with a pickle and a script beside the safetensors file."""
    cache = tmp_path_factory.mktemp("cache")
    result = mini_course.run("print(checkpoint('sentiment'))", cache)
    folder = tmp_path_factory.mktemp("published")
    shutil.copytree(result.stdout.strip().splitlines()[-1], folder, dirs_exist_ok=True)
    (folder / "pytorch_model.bin").write_bytes(b"a pickle")
    (folder / "modeling_custom.py").write_bytes(b"raise SystemExit")
    return folder


def fetch(tmp_path, endpoint, name="sentiment", **extra):
    """Ask for a checkpoint in hub mode, in a process of its own with an empty Hub cache."""
    env = {
        k: v
        for k, v in os.environ.items()
        if not k.startswith(("HF_", "COURSE_", "HUGGING", "TRANSFORMERS_"))
    }
    env |= {
        "COURSE_MODELS": "hub",
        "HF_HOME": str(tmp_path / "hf"),
        "HF_ENDPOINT": endpoint,
        "NO_PROXY": "127.0.0.1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_DISABLE_XET": "1",
        "COURSE_CACHE": str(tmp_path / "course"),
    }
    result = subprocess.run(
        [sys.executable, "-c", FETCH.format(name=name)],
        env=env | extra,
        text=True,
        capture_output=True,
        timeout=240,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout.strip().splitlines()[-1]


def weights(folder):
    return (Path(folder) / "model.safetensors").read_bytes()


def assert_says_how_to_go_back(said, name="sentiment"):
    wanted = CHECKPOINTS[name].hub
    assert said.startswith(
        f"In hub mode the checkpoint {name!r} is {wanted.repo} at revision {wanted.revision[:7]}"
    )
    assert f"({wanted.megabytes} MB)" in said
    assert "COURSE_MODELS=bundled" in said


def test_every_name_has_a_pinned_commit():
    for wanted in (spec.hub for spec in CHECKPOINTS.values()):
        assert re.fullmatch(r"[0-9a-f]{7}([0-9a-f]{33})?", wanted.revision)
        assert re.fullmatch(r"[\w-]+/[\w.-]+", wanted.repo)


@pytest.mark.parametrize("name", ["sentiment", "pos"])  # a full commit hash, and a short one
def test_a_checkpoint_is_served_under_its_hub_name(published, tmp_path, name):
    with HubServer(published) as hub:
        folder = fetch(tmp_path, hub.url, name)
        assert all(CHECKPOINTS[name].hub.repo in request for request in hub.requests)
    assert weights(folder) == weights(published)
    assert (
        fetch(tmp_path, hub.url, name, HF_HUB_OFFLINE="1") == folder
    )  # the server is gone: from the Hub's cache


def test_neither_pickles_nor_code_are_downloaded(published, tmp_path):
    with HubServer(published) as hub:
        names = os.listdir(fetch(tmp_path, hub.url))
    assert "model.safetensors" in names
    assert not [name for name in names if name.endswith((".bin", ".py"))]


def test_a_download_cut_in_the_middle_is_taken_up_again(published, tmp_path):
    with HubServer(published, cut=2) as hub:
        folder = fetch(tmp_path, hub.url)
        assert hub.cut == 0
    assert weights(folder) == weights(published)


def test_a_download_that_keeps_breaking_says_so_and_the_next_one_finishes_it(published, tmp_path):
    with HubServer(published, cut=99) as hub:
        said = fetch(tmp_path, hub.url)
        assert_says_how_to_go_back(said)
        hub.cut = 0
        folder = fetch(tmp_path, hub.url)
    assert weights(folder) == weights(published)


@pytest.mark.parametrize("status", [404, 503])
def test_an_error_of_the_hub_is_named(published, tmp_path, status):
    with HubServer(published, status=status) as hub:
        said = fetch(tmp_path, hub.url)
    assert_says_how_to_go_back(said)
    assert f"the Hub answered {status}" in said


def test_no_network(tmp_path):
    said = fetch(tmp_path, "http://127.0.0.1:9")
    assert_says_how_to_go_back(said)
    assert "ConnectError" in said or "Connection" in said


def test_offline_by_the_users_own_setting_is_named(tmp_path):
    said = fetch(tmp_path, "http://127.0.0.1:9", HF_HUB_OFFLINE="1")
    assert_says_how_to_go_back(said)
    assert "HF_HUB_OFFLINE is set" in said


def test_a_repository_without_safetensors_is_refused(published, tmp_path):
    bare = tmp_path / "bare"
    bare.mkdir()
    for name in ("config.json", "tokenizer.json", "pytorch_model.bin"):
        (bare / name).write_bytes((published / name).read_bytes())
    with HubServer(bare) as hub:
        said = fetch(tmp_path, hub.url)
    assert_says_how_to_go_back(said)
    assert "no complete checkpoint in safetensors format" in said


def test_an_unknown_mode_is_refused(monkeypatch):
    monkeypatch.setenv("COURSE_MODELS", "cloud")
    with pytest.raises(
        ValueError, match="expected COURSE_MODELS to be bundled or hub, got 'cloud'"
    ):
        checkpoints.checkpoint("sentiment")


def test_the_table_names_the_hubs_repositories(monkeypatch):
    monkeypatch.setenv("COURSE_MODELS", "hub")
    text = listing().text
    assert "distilbert/distilbert-base-uncased-finetuned-sst-2-english at 714eb0f" in text
    assert "1334 MB" in text


PUBLISHED = """
import json
from transformers import AutoModelForSequenceClassification, AutoTokenizer
from course_utils import checkpoint
folder = checkpoint("sentiment")
texts = ["I've been waiting for a HuggingFace course my whole life.", "I hate this so much!"]
batch = AutoTokenizer.from_pretrained(folder)(texts, padding=True, return_tensors="pt")
logits = AutoModelForSequenceClassification.from_pretrained(folder)(**batch).logits
print(json.dumps([logits.tolist(), logits.softmax(-1).tolist()]))
"""


@pytest.mark.skipif(
    not os.environ.get("COURSE_TEST_HUB"), reason="downloads 268 MB from the Hub; COURSE_TEST_HUB=1"
)
def test_the_published_numbers_of_the_hubs_sentiment_checkpoint():
    env = {k: v for k, v in os.environ.items() if k != "HF_HUB_OFFLINE"} | {"COURSE_MODELS": "hub"}
    run = subprocess.run(
        [sys.executable, "-c", PUBLISHED], env=env, text=True, capture_output=True, check=True
    )
    logits, probabilities = json.loads(run.stdout.strip().splitlines()[-1])
    for got, expected in (
        (logits, [[-1.5607, 1.6123], [4.1692, -3.3464]]),
        (probabilities, [[0.0402, 0.9598], [0.9995, 0.0005]]),
    ):
        assert got[0] == pytest.approx(expected[0], abs=1e-4)
        assert got[1] == pytest.approx(expected[1], abs=1e-4)
