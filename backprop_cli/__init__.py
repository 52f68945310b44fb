"""Back-propagation for formulas: every node's value and gradient.

    >>> from backprop_cli import bind, evaluate, parse, report
    >>> result = report(evaluate(parse("(x+y)*z"), bind({"x": "1", "y": "3", "z": "-3"}.items())))
    >>> result.value, result.gradient
    (-12.0, {'x': -3.0, 'y': -3.0, 'z': 4.0})

The commands are a shell over these functions. Each name is imported when it is first used, so that
the import itself costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .bindings import bind
    from .errors import BackpropError, Diagnostic, Span
    from .evaluation import Evaluation, evaluate
    from .graph import Graph
    from .limits import Limits
    from .lowering import lower
    from .namespaces.graphs import differentiate
    from .operations import OPERATIONS, Operation
    from .reporting import Report, report
    from .run import Run, backward, forward
    from .syntax import parse
    from .tensors import ArrayRun, evaluate_arrays
    from .tensors.running.objective import ProgramObjective, program_objective

__version__ = "0.1.0"

_HOMES = {
    "bind": "bindings",
    "BackpropError": "errors",
    "Diagnostic": "errors",
    "Span": "errors",
    "Evaluation": "evaluation",
    "evaluate": "evaluation",
    "Graph": "graph",
    "Limits": "limits",
    "lower": "lowering",
    "differentiate": "namespaces.graphs",
    "OPERATIONS": "operations",
    "Operation": "operations",
    "Report": "reporting",
    "report": "reporting",
    "Run": "run",
    "backward": "run",
    "forward": "run",
    "parse": "syntax",
    "ArrayRun": "tensors",
    "evaluate_arrays": "tensors",
    "ProgramObjective": "tensors.running.objective",
    "program_objective": "tensors.running.objective",
}

__all__ = [
    "OPERATIONS",
    "ArrayRun",
    "BackpropError",
    "Diagnostic",
    "Evaluation",
    "Graph",
    "Limits",
    "Operation",
    "ProgramObjective",
    "Report",
    "Run",
    "Span",
    "backward",
    "bind",
    "differentiate",
    "evaluate",
    "evaluate_arrays",
    "forward",
    "lower",
    "parse",
    "program_objective",
    "report",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOMES[name]}", __name__), name)
