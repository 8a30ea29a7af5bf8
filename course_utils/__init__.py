"""What the course's notebooks import: pictures of live tensors, and the one door to weights.

Every public name is resolved on first use, so ``import course_utils`` loads neither torch nor transformers.
"""

import os as _os
from importlib import import_module as _import_module

__version__ = "1.0.0"

# public name -> module that defines it
_HOME = {
    "CheckpointError": "checkpoints",
    "checkpoint": "checkpoints",
    "checkpoints": "checkpoints",
    "get_device": "device",
}

__all__ = sorted(_HOME)

# In bundled mode every weight is on disk already. Telling huggingface_hub so before it is imported keeps the
# libraries from asking the network for files that a local folder does not have. A value set by the user wins.
if _os.environ.get("COURSE_MODELS", "bundled").strip().lower() != "hub":
    _os.environ.setdefault("HF_HUB_OFFLINE", "1")


def __getattr__(name):
    if name not in _HOME:
        raise AttributeError(f"module 'course_utils' has no attribute {name!r}")
    value = getattr(_import_module(f"course_utils.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__():
    return sorted({*globals(), *__all__})
