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
    backprop diff "s[i] = sum[j] W[i,j]*x[j]; sum[i] s[i]^2" --wrt W

    Variables need no values; where all have one, each derivative's value is shown, too. Every
    formula can be given to backprop eval. Over arrays it writes the gradient as index equations.
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
    if options.on_arrays(asked):
        options.refuse_number_kinds(exact, digits)
        refuse_scalar_options({"hessian": hessian, "order": order != 1, "define": define})
        flags = {"json": json, "wrt": wrt is not None, "latex": latex}
        diff_arrays(asked, variables(wrt), json, latex, flags)
        return
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


def refuse_scalar_options(given: dict[str, bool]) -> None:
    """Refuse what only the derivatives of single numbers have."""
    for option in (name for name, is_set in given.items() if is_set):
        raise refuse(
            "usage",
            f"--{option} is for formulas of single numbers; over arrays diff writes the gradient as"
            " equations",
            help=f"leave out --{option}; each line of the gradient has a name already",
        )


def diff_arrays(
    asked: options.Request,
    wrt: tuple[str, ...],
    json: bool,
    latex: bool,
    set_options: dict[str, bool],
) -> None:
    """Write the gradient of a program over arrays as index equations."""
    from ..render import array_derivative as render
    from ..tensors.adjoints.equations import differentiate_program, gradient_notes

    shapes = {
        name: () if bound.array is None else tuple(bound.array.shape)
        for name, bound in asked.bindings.items()
    }
    found = differentiate_program(asked.program, shapes, wrt, set_options)
    warnings = gradient_notes(found)
    if json:
        text = render.gradients_json(found, found.output, found.wanted, warnings)
        options.write_utf8(text + "\n")
        return
    if latex:
        options.write_utf8(render.gradients_latex(found, found.output))
    else:
        from ..render.screen import screen

        sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
        render.print_gradients(found, screen())
    options.warn(warnings)


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
