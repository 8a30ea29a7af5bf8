"""All facts, in the order of the lessons: importing a module registers what it holds."""

from tests.contract.registry import FACTS

FACTS.sort(key=lambda fact: fact.lesson)

__all__ = ["FACTS"]
