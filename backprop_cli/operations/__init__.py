"""The table of operations: one row each, and nothing else in the project knows a derivative rule.

To add a function, add a row to the file where a reader would look for it. Every command, the
reference pages and the tests of mathematics and accuracy take it from here.
"""

from __future__ import annotations

from .activations import ACTIVATIONS
from .arithmetic import ARITHMETIC, LEAVES
from .blocks import BLOCKS
from .elementary import ELEMENTARY
from .linear import LINEAR
from .piecewise import CONDITIONS, PIECEWISE
from .row import EVERYWHERE, Operation, Where
from .special import SPECIAL
from .statistics import STATISTICS

OPERATIONS: dict[str, Operation] = {
    row.name: row
    for row in (
        *LEAVES, *ARITHMETIC, *ELEMENTARY, *PIECEWISE, *CONDITIONS,
        *ACTIVATIONS, *SPECIAL, *STATISTICS,
    )
}  # fmt: skip

# Everything a formula can call: names and aliases. Leaves and conditions have no call.
FUNCTIONS: dict[str, Operation] = {
    name: row
    for rows in (ARITHMETIC, ELEMENTARY, PIECEWISE, ACTIVATIONS, SPECIAL, STATISTICS)
    for row in rows
    for name in (row.name, *row.aliases)
}

# Functions of whole arrays, which only index equations can call.
ARRAY_FUNCTIONS: dict[str, Operation] = {
    name: row for row in LINEAR for name in (row.name, *row.aliases)
}

__all__ = [
    "ARRAY_FUNCTIONS",
    "BLOCKS",
    "EVERYWHERE",
    "FUNCTIONS",
    "OPERATIONS",
    "Operation",
    "Where",
]
