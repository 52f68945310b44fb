"""`backprop eval`: values and gradients."""

import sys
from typing import Annotated

import typer

from ..errors import refuse
from ..evaluation import evaluate
from ..limits import DEFAULT_LIMITS, Limits
from ..reporting import Report, report
from ..syntax import parse
from .formula import FormulaCommand, formula_text, read_bindings, stdin_once

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


@app.command(cls=FormulaCommand, context_settings={"help_option_names": ["--help", "-h"]})
def eval_(
    expression: Annotated[
        str | None, typer.Argument(metavar="[FORMULA]", help="The formula, or - for standard input.")
    ] = None,
    file: Annotated[str | None, typer.Option("-f", "--file", help="Read the formula from a file.")] = None,
    bind: Annotated[
        list[str] | None, typer.Option("--bind", metavar="NAME=VALUE", help="The same as NAME=VALUE or --NAME VALUE.")
    ] = None,
    bindings: Annotated[
        str | None, typer.Option("--bindings", metavar="FILE", help="Read values from a JSON object (-: standard input).")
    ] = None,
    tree: Annotated[bool, typer.Option("--tree", help="Show a tree instead of a table.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object (see: backprop schema eval).")] = False,
    exact: Annotated[bool, typer.Option("--exact", help="Compute with fractions.")] = False,
    digits: Annotated[
        int | None, typer.Option("--digits", metavar="N", help="Compute N certified digits.")
    ] = None,
    max_characters: Annotated[
        int, typer.Option("--max-characters", metavar="N", help="Longest formula.")
    ] = DEFAULT_LIMITS.characters,
    max_tokens: Annotated[
        int, typer.Option("--max-tokens", metavar="N", help="Most words and signs.")
    ] = DEFAULT_LIMITS.tokens,
    max_depth: Annotated[int, typer.Option("--max-depth", metavar="N", help="Deepest brackets.")] = DEFAULT_LIMITS.depth,
    max_nodes: Annotated[int, typer.Option("--max-nodes", metavar="N", help="Largest graph.")] = DEFAULT_LIMITS.nodes,
    traceback: Annotated[bool, typer.Option("--traceback", hidden=True)] = False,
) -> None:
    """Values and gradients of every node of a formula.

    \b
    backprop eval "(x+y)*z" --x 1 --y 3 --z -3
    backprop eval "m*v^2/2" --m "2±0.1" --v 3 --json

    Every name in the formula that it does not define is a variable: give it a value with --NAME VALUE or NAME=VALUE.
    A value is a number or a constant expression such as pi/2; 2±0.1 carries an uncertainty; @FILE reads a file.
    """
    if exact and digits is not None:
        raise refuse("usage", "--exact and --digits are two kinds of numbers", help="choose one of them")
    if json and tree:
        raise refuse("usage", "--json and --tree are two kinds of output", help="choose one of them")
    stdin_once(expression, file, bindings)
    limits = Limits(max_characters, max_tokens, max_depth, max_nodes)
    text = formula_text(expression, file)
    given = read_bindings(bind or [], bindings, limits)
    options = {"json": json, "tree": tree, "exact": exact, "digits": digits is not None, "bind": False, "file": False}
    evaluation = evaluate(parse(text, limits), given, exact=exact, digits=digits, limits=limits, options=options)
    show(report(evaluation), json, tree)


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
