"""Index equations over arrays: sums, products, recurrences, networks, run by whole arrays."""

from .definitions import Given, LoweredArrays, lower_arrays
from .evaluation import ArrayRun, evaluate_arrays, run_arrays
from .names import Names

__all__ = [
    "ArrayRun",
    "Given",
    "LoweredArrays",
    "Names",
    "evaluate_arrays",
    "lower_arrays",
    "run_arrays",
]
