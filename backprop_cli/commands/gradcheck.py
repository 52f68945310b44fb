"""`backprop gradcheck`: the analytic gradient against central differences."""

import sys

import typer

from ..errors import EXIT_DONE, EXIT_NEGATIVE
from ..gradcheck import FAILED, UNDEFINED, gradcheck
from ..limits import DEFAULT_LIMITS
from . import options
from .formula import FormulaCommand

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


@app.command(cls=FormulaCommand, context_settings={"help_option_names": ["--help", "-h"]})
def gradcheck_(
    expression: options.Formula = None,
    file: options.File = None,
    bind: options.Bind = None,
    bindings: options.Bindings = None,
    json: options.Json = False,
    max_characters: options.MaxCharacters = DEFAULT_LIMITS.characters,
    max_tokens: options.MaxTokens = DEFAULT_LIMITS.tokens,
    max_depth: options.MaxDepth = DEFAULT_LIMITS.depth,
    max_nodes: options.MaxNodes = DEFAULT_LIMITS.nodes,
    traceback: options.Traceback = False,
) -> int:
    """Check the gradient by central differences.

    \b
    backprop gradcheck "(x+y)*z" --x 1 --y 3 --z -3

    The numeric slope uses values alone, no derivative rule. Ends with 1 if a gradient differs or is
    not finite.
    """
    asked = options.request(
        expression, file, bind, bindings, max_characters, max_tokens, max_depth, max_nodes
    )
    evaluation = options.evaluated(asked, False, None, json=json)
    found = evaluation.run
    values = {name: float(value) for name, value in evaluation.bindings.items()}
    gradient = {name: float(slope) for name, slope in found.gradient().items()}
    checks = gradcheck(found.graph, found.output, values, gradient)
    failed = any(check.verdict in (FAILED, UNDEFINED) for check in checks)
    if json:
        from ..render.json import gradcheck_json

        sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
        value = float(found.values[found.output])
        sys.stdout.write(gradcheck_json(asked.program.source, value, checks, not failed) + "\n")
    else:
        from ..render.gradcheck import print_checks
        from ..render.screen import screen

        print_checks(checks, screen())
    return EXIT_NEGATIVE if failed else EXIT_DONE
