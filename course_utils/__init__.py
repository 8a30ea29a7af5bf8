"""What the course's notebooks import: pictures of live tensors, and the one door to weights.

Every public name is resolved on first use, so ``import course_utils`` loads neither torch nor transformers.
"""

import importlib as _importlib
import os as _os
import sys as _sys

__version__ = "1.0.0"

# module -> the public names it defines
_NAMES = {
    "answers": "spans",
    "attention": "attention_weights",
    "data.corpora": "load_corpus",
    "device": "get_device",
    "lesson.check": "check hint",
    "lesson.compare": "compare",
    "lesson.explorers": "explore_batch explore_flow explore_logits explore_tokens",
    "lesson.listings": "checkpoints corpora",
    "lesson.predict": "predict",
    "lesson.prove": "prove",
    "lesson.solution": "solution",
    "lesson.report": "progress",
    "lesson.task_explorers": "explore_answers explore_attention explore_entities explore_similarity",
    "logits": "softmax",
    "masks": "additive causal_mask",
    "pictures.answer_curves": "plot_answer_curves",
    "pictures.answers": "show_answer",
    "pictures.attention": "show_attention",
    "pictures.batch": "show_batch",
    "pictures.curves": "plot_lines",
    "pictures.entities": "show_entities to_displacy",
    "pictures.flow": "show_flow",
    "pictures.logits": "plot_temperature show_logits show_token_logits",
    "pictures.maps": "plot_map",
    "pictures.masks": "plot_against_pads show_attention_mask",
    "pictures.similarity": "show_neighbours show_similarity",
    "pictures.tokens": "show_tokenizers show_tokens",
    "pictures.windows": "show_windows",
    "pictures.word_tags": "show_word_tags",
    "similarity": "carrying_words nearest similarity_matrix",
    "strictness": "strict",
    "weights.registry": "CheckpointError checkpoint",
    "windows": "find_answers",
}
_HOME = {name: module for module, names in _NAMES.items() for name in names.split()}

__all__ = sorted(_HOME)

# In bundled mode every weight is on disk already. Telling huggingface_hub so keeps the libraries from asking the
# network for files that a local folder does not have. A value set by the user wins.
if (
    _os.environ.get("COURSE_MODELS", "bundled").strip().lower() != "hub"
    and "HF_HUB_OFFLINE" not in _os.environ
):
    _os.environ["HF_HUB_OFFLINE"] = "1"
    if _constants := _sys.modules.get(
        "huggingface_hub.constants"
    ):  # imported first: it has read the variable
        _constants.HF_HUB_OFFLINE = True


def __getattr__(name):
    if name not in _HOME:
        raise AttributeError(f"module 'course_utils' has no attribute {name!r}")
    value = getattr(_importlib.import_module(f"course_utils.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__():
    return sorted({*globals(), *__all__})


# In a kernel an error on purpose is framed, and compare() knows this run's outputs; elsewhere nothing happens.
if "ipykernel" in _sys.modules:
    _importlib.import_module("course_utils.lesson.kernel").prepare_kernel()
