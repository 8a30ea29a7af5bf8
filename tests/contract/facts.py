"""All facts, in the order of the lessons: importing a module registers what it holds."""

from tests.contract import (
    about_batches,
    about_models,
    about_pipelines,
    about_tasks,
    about_tokenizers,
)
from tests.contract.registry import FACTS

MODULES = (about_batches, about_models, about_pipelines, about_tasks, about_tokenizers)
FACTS.sort(key=lambda fact: fact.lesson)

__all__ = ["FACTS", "MODULES"]
