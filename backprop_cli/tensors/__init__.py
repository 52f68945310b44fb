"""Index equations over arrays: sums, products, recurrences, networks, run by whole arrays."""

from .lowering.definitions import Given, LoweredArrays, lower_arrays
from .lowering.names import Names
from .running.evaluation import ArrayRun, evaluate_arrays, run_arrays

__all__ = [
    "ArrayRun",
    "Given",
    "LoweredArrays",
    "Names",
    "evaluate_arrays",
    "lower_arrays",
    "run_arrays",
]
