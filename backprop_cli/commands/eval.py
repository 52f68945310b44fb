"""`backprop eval`: values and gradients."""

import sys
from typing import Annotated

import typer

from ..errors import refuse
from ..limits import DEFAULT_LIMITS
from ..reporting import Report, report
from . import options
from .formula import FormulaCommand

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


@app.command(cls=FormulaCommand, context_settings={"help_option_names": ["--help", "-h"]})
def eval_(
    expression: options.Formula = None,
    file: options.File = None,
    bind: options.Bind = None,
    bindings: options.Bindings = None,
    tree: Annotated[bool, typer.Option("--tree", help="Show a tree instead of a table.")] = False,
    json: options.Json = False,
    exact: options.Exact = False,
    digits: options.Digits = None,
    max_characters: options.MaxCharacters = DEFAULT_LIMITS.characters,
    max_tokens: options.MaxTokens = DEFAULT_LIMITS.tokens,
    max_depth: options.MaxDepth = DEFAULT_LIMITS.depth,
    max_nodes: options.MaxNodes = DEFAULT_LIMITS.nodes,
    traceback: options.Traceback = False,
) -> None:
    """Values and gradients of every node of a formula.

    \b
    backprop eval "(x+y)*z" --x 1 --y 3 --z -3
    backprop eval "m*v^2/2" --m "2±0.1" --v 3 --json

    Every name in the formula that it does not define is a variable: give it a value with --NAME
    VALUE or NAME=VALUE. A value is a number or a constant expression such as pi/2; 2±0.1 carries an
    uncertainty; @FILE reads a file.
    """
    if json and tree:
        raise refuse(
            "usage", "--json and --tree are two kinds of output", help="choose one of them"
        )
    asked = options.request(
        expression, file, bind, bindings, max_characters, max_tokens, max_depth, max_nodes
    )
    show(report(options.evaluated(asked, exact, digits, json=json, tree=tree)), json, tree)


def show(result: Report, json: bool, tree: bool) -> None:
    """Write a report in the form that was asked for."""
    if json:
        from ..render.json import report_json

        sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
        sys.stdout.write(report_json(result) + "\n")
        return
    from ..render.screen import screen

    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    if tree:
        from ..render.tree import print_tree

        print_tree(result, screen())
    else:
        from ..render.table import print_table

        print_table(result, screen())
    warn(result)


def warn(result: Report) -> None:
    """Write the warnings to standard error, behind the result."""
    if not result.warnings:
        return
    from ..render.diagnostics import warning_text

    sys.stdout.flush()
    sys.stderr.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    for finding in result.warnings:
        print(warning_text(finding), file=sys.stderr)
