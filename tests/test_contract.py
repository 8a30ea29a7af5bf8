"""The contract: facts hold here, each names a cell that is there, and a patched library falsifies the right ones."""

import json
import subprocess
import sys
from pathlib import Path

import books
import nbformat
import pytest
import torch
import transformers

from tests.contract.__main__ import CELLS, HERE, stored_results, table
from tests.contract.facts import FACTS
from tests.contract.registry import raised

ROOT = Path(__file__).parents[1]
LESSONS = {path.stem: path for path in books.LESSONS}
BY_NAME = {fact.name: fact for fact in FACTS}


def holds(name):
    """Look at one fact; an error counts as not holding, as in the command."""
    held = []
    with torch.no_grad():
        error = raised(lambda: held.append(BY_NAME[name].holds()))
    return not error and bool(held[0])


@pytest.mark.parametrize("name", BY_NAME)
def test_the_fact_holds_in_this_environment(name):
    assert holds(name), BY_NAME[name].sentence


def test_names_are_unique_and_sentences_are_sentences():
    assert len(BY_NAME) == len(FACTS) >= 60
    assert len({fact.sentence for fact in FACTS}) == len(FACTS)
    assert all(fact.sentence.endswith(".") for fact in FACTS)


def test_every_fact_names_a_cell_of_its_lesson():
    assert set(CELLS) == set(BY_NAME)
    missing = []
    for fact in FACTS:
        ids = {cell.id for cell in nbformat.read(LESSONS[fact.lesson], as_version=4).cells}
        if CELLS[fact.name] not in ids:
            missing.append(
                f"{fact.lesson}: {fact.name} is taught in {CELLS[fact.name]!r}, which is not there"
            )
    assert not missing


def test_results_of_three_versions_are_stored_and_the_table_is_theirs():
    stored = stored_results()
    versions = {tuple(map(int, version.split("."))) for version in stored}
    assert any(v[0] == 4 for v in versions)
    assert any(v[:2] == (5, 0) for v in versions)
    assert all(set(outcomes) == set(BY_NAME) for outcomes in stored.values())
    newest = ".".join(map(str, max(versions)))
    assert set(stored[newest].values()) == {"holds"}
    assert (HERE / "README.md").read_text(encoding="utf-8") == table(stored)


def test_the_older_library_contradicts_what_the_course_says_about_changes():
    older = min(stored_results().items(), key=lambda item: tuple(map(int, item[0].split("."))))[1]
    assert all(
        older[name] != "holds"
        for name in (
            "task_question_answering_is_gone",
            "task_summarization_is_gone",
            "prepare_for_model_is_gone",
            "use_fast_false_is_ignored",
            "load_report_is_a_table",
        )
    )


# What each patch of the library must falsify, and nothing else. A patch is a line that runs before the facts.
PATCHES = {
    "the mask is ignored": (
        "from transformers.models.bert import modeling_bert as m; old = m.BertModel.forward; "
        "m.BertModel.forward = lambda self, input_ids=None, attention_mask=None, **k: old(self, input_ids, **k)",
        {
            "mask_restores_logits",
            "batch_equals_single",
            "masked_columns_get_no_attention",
            "masked_mean_stays",
        },
    ),
    "a task is back": (
        "import transformers.pipelines as p; p.REMOVED_TASKS.pop('summarization'); "
        "p.SUPPORTED_TASKS['summarization'] = p.SUPPORTED_TASKS['text-classification']",
        {"task_summarization_is_gone"},
    ),
    "an argument is renamed": (
        "import transformers as t; c = t.PreTrainedTokenizerBase; old = c.__call__\n"
        "def call(self, *a, **k):\n"
        "    if 'return_overflowing_tokens' in k: raise TypeError('renamed')\n"
        "    return old(self, *a, **k)\n"
        "c.__call__ = call",
        {"overflow_windows_overlap", "windows_repeat_the_question"},
    ),
    "another default for padding": (
        "import transformers as t; c = t.PreTrainedTokenizerBase; old = c.__init__\n"
        "def init(self, **k):\n"
        "    old(self, **k)\n"
        "    self.padding_side = 'left'\n"
        "c.__init__ = init",
        {
            "encoder_pads_right",
            "generators_tokenizer_pads_right",
            "classic_ids",
            "mask_restores_logits",
            "batch_equals_single",
            "masked_mean_stays",
        },
    ),
}


def patched(line, *options):
    """Run the contract's command in a process that first runs ``line``."""
    code = f"{line}\nimport runpy\nrunpy.run_module('tests.contract', run_name='__main__')"
    return subprocess.run(
        [sys.executable, "-c", code, *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=600,
    )


@pytest.mark.parametrize("patch", PATCHES)
def test_a_patched_library_falsifies_exactly_what_rests_on_it(patch):
    line, expected = PATCHES[patch]
    run = patched(line, "--json")
    outcomes = json.loads(run.stdout)
    assert {name for name, outcome in outcomes.items() if outcome != "holds"} == expected
    assert run.returncode == 1


def test_the_command_names_lesson_cell_and_sentence():
    run = patched(PATCHES["a task is back"][0], "--only", "task_summarization_is_gone")
    assert run.returncode == 1
    assert (
        f"01_pipeline, cell {CELLS['task_summarization_is_gone']}: pipeline('summarization') raises"
        in run.stdout
    )
    assert f"transformers {transformers.__version__}: 0 of 1 facts hold" in run.stdout
