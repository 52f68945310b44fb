"""`backprop diff`: the derivative as a formula."""

import sys
from typing import Annotated

import typer

from ..derivatives import Derivatives, Question, derive
from ..errors import refuse
from . import options
from .formula import plain

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)

Wrt = Annotated[
    str | None, typer.Option("--wrt", metavar="NAMES", help="Only by these variables, such as x,y.")
]
Order = Annotated[int, typer.Option("--order", metavar="N", help="The N-th derivatives.")]
Hessian = Annotated[bool, typer.Option("--hessian", help="All second partial derivatives.")]
Define = Annotated[bool, typer.Option("--define", help="Give names to parts that occur twice.")]
AsLatex = Annotated[bool, typer.Option("--latex", help="Write LaTeX equations (amsmath).")]


@options.formula_command(app)
def diff_(
    asked: options.Request,
    wrt: Wrt = None,
    order: Order = 1,
    hessian: Hessian = False,
    define: Define = False,
    latex: AsLatex = False,
    json: options.Json = False,
    exact: options.Exact = False,
    digits: options.Digits = None,
) -> None:
    """The derivative by each variable, as a formula.

    \b
    backprop diff "sin(x^2)"
    backprop diff "x^2*y + y^3" --hessian
    backprop diff "w*x + b" --wrt w --w 2 --x 3 --b 1

    Variables need no values; where all have one, each derivative's value is shown, too. Every
    formula can be given to backprop eval.
    """
    if json and latex:
        raise refuse(
            "usage", "--json and --latex are two kinds of output", help="choose one of them"
        )
    if exact and digits is not None:
        raise refuse(
            "usage", "--exact and --digits are two kinds of numbers", help="choose one of them"
        )
    if hessian and order != 1:
        raise refuse(
            "usage",
            "--hessian has the second derivatives; --order counts those by one variable",
            help="choose one of them",
        )
    question = Question(
        asked.program,
        asked.bindings,
        variables(wrt),
        order,
        hessian,
        define,
        exact,
        digits,
        asked.limits,
    )
    flags = {"wrt": wrt is not None, "hessian": hessian, "define": define, "latex": latex}
    show(derive(question, {"json": json, "exact": exact, "order": False, **flags}), json, latex)


def variables(wrt: str | None) -> tuple[str, ...]:
    """The names that --wrt lists."""
    if wrt is None:
        return ()
    names = [plain(name.strip()) for name in wrt.split(",")]
    if not all(names):
        raise refuse("usage", "--wrt takes names with commas between", help="write --wrt x,y")
    return tuple(names)


def show(found: Derivatives, json: bool, latex: bool) -> None:
    """Write the derivatives in the form that was asked for."""
    from ..render.derivative import derivatives_json, derivatives_latex, print_derivatives

    if json or latex:
        options.write_utf8(derivatives_json(found) + "\n" if json else derivatives_latex(found))
    else:
        from ..render.screen import screen

        sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
        print_derivatives(found, screen())
    if not json:
        options.warn(found.warnings)
