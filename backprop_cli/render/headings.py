"""What an explanation says of each of its parts, in every form of output."""

from __future__ import annotations

from ..explanation import Explanation

FORWARD = "each gate reads its inputs and stores its value"
BACKWARD = "last gate first; each input gets (gradient at output) · (local slope)"
FORKS = "a value used several times collects the sum over its uses"
ROUNDED = " (4 digits shown)"


def forward_says(explanation: Explanation) -> str:
    """What the forward pass does, and whether its numbers are rounded."""
    return FORWARD + (ROUNDED if explanation.rounded else "")
