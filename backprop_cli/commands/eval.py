"""`backprop eval`: values and gradients."""

import sys
from typing import Annotated

import typer

from ..errors import refuse, similar
from ..reporting import Report, report
from . import options
from .formula import plain

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)

Tree = Annotated[bool, typer.Option("--tree", help="Show a tree instead of a table.")]
Full = Annotated[bool, typer.Option("--full", help="Show every number of large arrays.")]
Wrt = Annotated[
    str | None,
    typer.Option("--wrt", metavar="NAMES", help="Only these gradients of arrays, such as W,b."),
]
Save = Annotated[
    str | None,
    typer.Option("--save", metavar="FILE.npz", help="Write all arrays to a file for NumPy."),
]


@options.formula_command(app)
def eval_(
    asked: options.Request,
    tree: Tree = False,
    full: Full = False,
    wrt: Wrt = None,
    save: Save = None,
    json: options.Json = False,
    exact: options.Exact = False,
    digits: options.Digits = None,
) -> None:
    """Values and gradients of every node of a formula.

    \b
    backprop eval "(x+y)*z" --x 1 --y 3 --z -3
    backprop eval "m*v^2/2" --m "2±0.1" --v 3 --json
    backprop eval "sum[i] w[i]*x[i]" --w "[1,2]" --x "normal(2; seed=1)"

    Every name in the formula that it does not define is a variable: give it a value with --NAME
    VALUE or NAME=VALUE. A value is a number or a constant expression such as pi/2; 2±0.1 carries an
    uncertainty; [1,2,3] and normal(3; seed=1) are arrays; @FILE reads a file.
    """
    if json and tree:
        raise refuse(
            "usage", "--json and --tree are two kinds of output", help="choose one of them"
        )
    if options.on_arrays(asked):
        options.refuse_number_kinds(exact, digits)
        if tree:
            raise refuse(
                "usage",
                "--tree: a formula over arrays is shown as a table",
                help="leave it out; backprop draw shows what uses what",
            )
        eval_arrays(asked, full, wrt, save, json)
        return
    for option, value in (("--wrt", wrt), ("--save", save)):
        if value is not None:
            raise refuse(
                "usage",
                f"{option} is for formulas over arrays, and all values here are single numbers",
                help=f"leave it out{'; --json has every value' if option == '--save' else ''}",
            )
    set_options = {"json": json, "tree": tree, "full": full, "wrt": False, "save": False}
    show(report(options.evaluated(asked, exact, digits, **set_options)), json, tree)


def eval_arrays(
    asked: options.Request, full: bool, wrt: str | None, save: str | None, json: bool
) -> None:
    """Evaluate over arrays, and show or save the result."""
    from ..tensors.running.evaluation import evaluate_arrays
    from ..tensors.running.inputs import whole_inputs
    from ..tensors.running.reporting import report_arrays

    wanted = None if wrt is None else names_in(wrt)
    set_options = {"json": json, "tree": False, "full": full, "wrt": True, "save": True}
    values = options.array_values(asked, **set_options)
    for name in wanted or ():
        if name not in values:
            near = similar(name, list(values))
            help = f"did you mean {near[0]}?" if near else f"its variables are {', '.join(values)}"
            raise refuse("usage", f"--wrt: the formula has no variable '{name}'", help=help)
    run = evaluate_arrays(asked.program, values, wanted=wanted, limits=asked.limits)
    result = report_arrays(run, values, whole_inputs(asked.bindings), wanted)
    if save is not None:
        from .array_files import save_report

        save_report(save, result)
    if json:
        from ..render.array_json import array_report_json

        options.write_utf8(array_report_json(result, full) + "\n")
        return
    from ..render.array_table import print_array_table
    from ..render.screen import screen

    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    print_array_table(result, screen(), full)
    options.warn(result.warnings)


def names_in(text: str) -> list[str]:
    """The names of a list such as `W,b`."""
    found = [plain(name.strip()) for name in text.split(",")]
    if not all(found):
        raise refuse("usage", "--wrt takes names between commas", help="write --wrt W,b")
    return found


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
