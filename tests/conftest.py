"""Settings that hold for every test, and the miniature course."""

import hashlib
import os

import pytest

# Outputs must not depend on whether a cache was cold, and workers must not fight for the cores. Notebook kernels
# inherit these too.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("HF_DATASETS_DISABLE_PROGRESS_BARS", "1")
os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
os.environ["COURSE_PROGRESS"] = "off"  # no run of the tests is a learner's, whatever is set outside

from mini_course import MiniCourse, write_base, write_delta, write_wheel


@pytest.fixture(scope="session")
def mini_course(tmp_path_factory):
    """The miniature course; two tasks (sentiment, ner) over a BERT of two layers."""
    root = tmp_path_factory.mktemp("mini-course")
    base = write_base(root / "base")
    wheelhouse = root / "wheelhouse"
    wheelhouse.mkdir()
    wheel = write_wheel(wheelhouse, base)
    for name, architecture in (
        ("sentiment", "BertForSequenceClassification"),
        ("ner", "BertForTokenClassification"),
    ):
        write_delta(base, root / "deltas" / name, architecture, modules_to_save=["classifier"])
    data = wheel.read_bytes()
    return MiniCourse(wheelhouse, hashlib.sha256(data).hexdigest(), len(data), root / "deltas")
