"""Training: the parameters of a program changed until its loss is small.

A loss with its gradient comes in as an `Objective`; what goes out is a `Trained`. This package
knows nothing of formulas but the one of the learning rate, and nothing of terminals.
"""

from __future__ import annotations

from .checkpoints import Fingerprint, Saved, read_checkpoint, write_checkpoint
from .descent import Descent, Plan
from .objective import Objective
from .optimisers import METHODS
from .outcome import RunReport, Step, Trained
from .rates import DEFAULT_RATES, Rate, read_rate
from .settings import Setting, read_setting
from .solvers import SOLVERS, solve
from .starts import STARTS, Starts, read_starts
from .stopping import Criteria, read_criteria
from .uncertainty import StandardErrors, standard_errors

__all__ = [
    "DEFAULT_RATES",
    "METHODS",
    "SOLVERS",
    "STARTS",
    "Criteria",
    "Descent",
    "Fingerprint",
    "Objective",
    "Plan",
    "Rate",
    "RunReport",
    "Saved",
    "Setting",
    "StandardErrors",
    "Starts",
    "Step",
    "Trained",
    "read_checkpoint",
    "read_criteria",
    "read_rate",
    "read_setting",
    "read_starts",
    "solve",
    "standard_errors",
    "write_checkpoint",
]
