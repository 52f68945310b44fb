"""`backprop gradcheck`: the analytic gradient against central differences."""

import typer

from ..errors import EXIT_DONE, EXIT_NEGATIVE
from ..gradcheck import FAILED, UNDEFINED, Check, gradcheck
from . import options

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


@options.formula_command(app)
def gradcheck_(
    asked: options.Request,
    json: options.Json = False,
) -> int:
    """Check the gradient by central differences.

    \b
    backprop gradcheck "(x+y)*z" --x 1 --y 3 --z -3

    backprop gradcheck "sum[i] tanh(w[i]*x[i])" --w "[1,2]" --x "[3,4]"

    The numeric slope uses values alone, no derivative rule. Arrays (parameters, if some are
    declared) are checked along a random direction and for single elements, in double precision.
    Ends with 1 if a gradient differs or is not finite.
    """
    if options.on_arrays(asked):
        value, checks, skipped = checked_arrays(asked, json)
    else:
        value, checks, skipped = *checked_numbers(asked, json), []
    failed = any(check.verdict in (FAILED, UNDEFINED) for check in checks)
    if json:
        from ..render.json import gradcheck_json

        options.write_utf8(gradcheck_json(asked.program.source, value, checks, not failed) + "\n")
    else:
        from ..render.gradcheck import print_checks
        from ..render.screen import screen

        print_checks(checks, screen(), skipped)
    return EXIT_NEGATIVE if failed else EXIT_DONE


def checked_numbers(asked: options.Request, json: bool) -> tuple[float, list[Check]]:
    """The value of a scalar formula, and the checks of its variables."""
    evaluation = options.evaluated(asked, False, None, json=json)
    found = evaluation.run
    values = {name: float(value) for name, value in evaluation.bindings.items()}
    gradient = {name: float(slope) for name, slope in found.gradient().items()}
    checks = gradcheck(found.graph, found.output, values, gradient)
    return float(found.values[found.output]), checks


def checked_arrays(asked: options.Request, json: bool) -> tuple[float, list[Check], list[str]]:
    """The value of a formula over arrays, the checks of its parameters, and which have none."""
    from ..tensors.running.checking import check_arrays

    values = options.array_values(asked, json=json)
    found = check_arrays(asked.program, values, asked.limits)
    return found.value, found.checks, found.skipped
