"""A report as numbered steps, forward and backward: what `explain` tells."""

from __future__ import annotations

from .explain import MOST_GATES, explain
from .lecture import LECTURE, Lecture
from .steps import BackwardStep, Contribution, Explanation, Fork, ForwardStep, Partial

__all__ = [
    "LECTURE",
    "MOST_GATES",
    "BackwardStep",
    "Contribution",
    "Explanation",
    "Fork",
    "ForwardStep",
    "Lecture",
    "Partial",
    "explain",
]
