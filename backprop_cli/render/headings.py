"""What an explanation says of each of its parts, in every form of output."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..explanation import Explanation

if TYPE_CHECKING:
    from ..explanation.arrays import ShareTable

FORWARD = "each gate reads its inputs and stores its value"
BACKWARD = "last gate first; each input gets (gradient at output) · (local slope)"
FORKS = "a value used several times collects the sum over its uses"
ARRAYS_FORWARD = "each definition is worked out, as a whole array"
ARRAYS_BACKWARD = "last definition first; each gradient adds up what all uses hand back"
ROUNDED = " (4 digits shown)"


def forward_says(explanation: Explanation) -> str:
    """What the forward pass does, and whether its numbers are rounded."""
    return FORWARD + (ROUNDED if explanation.rounded else "")


def sentence_of_steps(table: ShareTable) -> str:
    """What a table of steps says."""
    return f"what each step adds to {table.title}, which all steps share"
