"""What `explain` and `draw` show of a request on arrays: its outline, with values if it has any."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import options

if TYPE_CHECKING:
    from ..tensors.outlines.outline import Outline
    from ..tensors.running.reporting import ArrayReport


def outlined(asked: options.Request, **set_options: bool) -> tuple[Outline, ArrayReport | None]:
    """The outline of a program over arrays, and the report of its run; None where no variable has
    a value, so that only names and shapes can be shown.
    """
    from ..tensors.outlines.outline import outline

    if not asked.bindings:
        found = outline(asked.program)
        if any(item.kind == "input" for item in found.items):
            return found, None
    from ..tensors.running.evaluation import evaluate_arrays
    from ..tensors.running.inputs import whole_inputs
    from ..tensors.running.reporting import report_arrays

    values = options.array_values(asked, **set_options)
    run = evaluate_arrays(asked.program, values, limits=asked.limits)
    whole = whole_inputs(asked.bindings)
    return outline(asked.program, run, values, whole), report_arrays(run, values, whole)
