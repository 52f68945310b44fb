"""`backprop explain`: the steps of back-propagation in words and numbers."""

import sys
from typing import Annotated

import typer

from ..errors import refuse
from ..reporting import Report, report
from . import options

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


@options.formula_command(app)
def explain_(
    asked: options.Request,
    markdown: Annotated[bool, typer.Option("--markdown", help="Write Markdown.")] = False,
    latex: Annotated[bool, typer.Option("--latex", help="Write a LaTeX document.")] = False,
    json: options.Json = False,
    exact: options.Exact = False,
    digits: options.Digits = None,
) -> None:
    """The forward and the backward pass of a formula, step by step, in words and numbers.

    \b
    backprop explain "(x+y)*z" --x -2 --y 5 --z -4
    backprop explain "w*x + b" --w 2 --x 3 --b 1 --latex
    backprop explain "s[j] = sum[d] W[j,d]*x[d]; minimize sum[j] s[j]^2"

    Values are given as for backprop eval. Of index equations each gradient is explained by its
    equation, also without any values, and of a recurrence what each step adds to it.
    """
    if json + markdown + latex > 1:
        raise refuse(
            "usage",
            "--json, --markdown and --latex are different kinds of output",
            help="choose one of them",
        )
    if options.on_arrays(asked):
        options.refuse_number_kinds(exact, digits)
        explain_over_arrays(asked, json, markdown, latex)
        return
    evaluation = options.evaluated(asked, exact, digits, json=json, markdown=markdown, latex=latex)
    show(report(evaluation), json, markdown, latex)


def explain_over_arrays(asked: options.Request, json: bool, markdown: bool, latex: bool) -> None:
    """The explanation of a program over arrays; its equations alone where nothing is given."""
    from ..explanation.arrays import ArrayLecture, explain_arrays
    from .array_outline import outlined

    found, report = outlined(asked, json=json, markdown=markdown, latex=latex)
    if not (json or markdown or latex):
        from ..render.explain_arrays import TerminalEquations, print_array_explanation
        from ..render.screen import screen

        sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
        print_array_explanation(explain_arrays(found, TerminalEquations()), screen())
        options.warn(report.warnings if report is not None else ())
        return
    if json:
        from ..render.explain_arrays_json import array_explanation_json

        text = array_explanation_json(explain_arrays(found, ArrayLecture()), report) + "\n"
    elif markdown:
        from ..render.explain_arrays_text import MarkdownEquations
        from ..render.explain_arrays_text import markdown as written

        text = written(explain_arrays(found, MarkdownEquations()))
    else:
        from ..render.explain_arrays_text import LatexEquations, document

        text = document(explain_arrays(found, LatexEquations()))
    options.write_utf8(text)


def show(result: Report, json: bool, markdown: bool, latex: bool) -> None:
    """Write the explanation in the form that was asked for."""
    from ..explanation import explain

    if not (json or markdown or latex):
        from ..render.explain import Terminal, print_explanation
        from ..render.screen import screen

        sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
        print_explanation(explain(result, Terminal()), screen())
        return
    if json:
        from ..render.explain_json import explanation_json

        text = explanation_json(explain(result)) + "\n"
    elif markdown:
        from ..render.markdown import Markdown
        from ..render.markdown import markdown as written

        text = written(explain(result, Markdown()))
    else:
        from ..render.explain_latex import document
        from ..render.latex import Latex

        text = document(explain(result, Latex()))
    options.write_utf8(text)
