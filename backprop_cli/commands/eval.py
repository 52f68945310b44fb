"""`backprop eval`: values and gradients."""

import sys
from typing import Annotated

import typer

from ..errors import refuse
from ..reporting import Report, report
from . import options

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


@options.formula_command(app)
def eval_(
    asked: options.Request,
    tree: Annotated[bool, typer.Option("--tree", help="Show a tree instead of a table.")] = False,
    json: options.Json = False,
    exact: options.Exact = False,
    digits: options.Digits = None,
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
    options.warn(result.warnings)
