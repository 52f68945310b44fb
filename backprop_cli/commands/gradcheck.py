"""`backprop gradcheck`: the analytic gradient against central differences."""

import typer

from ..errors import EXIT_DONE, EXIT_NEGATIVE
from ..gradcheck import FAILED, UNDEFINED, gradcheck
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

    The numeric slope uses values alone, no derivative rule. Ends with 1 if a gradient differs or is
    not finite.
    """
    evaluation = options.evaluated(asked, False, None, json=json)
    found = evaluation.run
    values = {name: float(value) for name, value in evaluation.bindings.items()}
    gradient = {name: float(slope) for name, slope in found.gradient().items()}
    checks = gradcheck(found.graph, found.output, values, gradient)
    failed = any(check.verdict in (FAILED, UNDEFINED) for check in checks)
    if json:
        from ..render.json import gradcheck_json

        value = float(found.values[found.output])
        options.write_utf8(
            gradcheck_json(asked.program.source, value, checks, not failed) + "\n"
        )
    else:
        from ..render.gradcheck import print_checks
        from ..render.screen import screen

        print_checks(checks, screen())
    return EXIT_NEGATIVE if failed else EXIT_DONE
