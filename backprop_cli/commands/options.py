"""The options that every command on a formula takes, each written once, and what they ask for
together.
"""

import re
import sys
from collections.abc import Callable, Iterable
from inspect import Signature, signature
from typing import Annotated, Any, NamedTuple

import typer

from ..bindings import Bound
from ..errors import refuse
from ..evaluation import Evaluation, evaluate
from ..findings import Finding
from ..limits import DEFAULT_LIMITS, Limits
from ..operations import ARRAY_FUNCTIONS, BLOCKS, FUNCTIONS
from ..syntax import parse
from ..syntax.shapes import signs_of_arrays
from ..syntax.tree import Program
from .formula import FormulaCommand, formula_text, read_bindings, stdin_once

CALLED = re.compile(r"([^\W\d]\w*)\s*\(")  # what may be the name of a function

Formula = Annotated[
    str | None, typer.Argument(metavar="[FORMULA]", help="The formula, or - for standard input.")
]
File = Annotated[str | None, typer.Option("-f", "--file", help="Read the formula from a file.")]
Bind = Annotated[
    list[str] | None,
    typer.Option("--bind", metavar="NAME=VALUE", help="The same as NAME=VALUE or --NAME VALUE."),
]
Bindings = Annotated[
    list[str] | None,
    typer.Option(
        "--bindings", metavar="FILE", help="Read values from a JSON object (-: stdin) or an .npz."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object (see: backprop schema).")]
Exact = Annotated[bool, typer.Option("--exact", help="Compute with fractions.")]
Digits = Annotated[
    int | None, typer.Option("--digits", metavar="N", help="Compute N certified digits.")
]
MaxCharacters = Annotated[
    int, typer.Option("--max-characters", metavar="N", help="Longest formula.")
]
MaxTokens = Annotated[int, typer.Option("--max-tokens", metavar="N", help="Most words and signs.")]
MaxDepth = Annotated[int, typer.Option("--max-depth", metavar="N", help="Deepest brackets.")]
MaxNodes = Annotated[int, typer.Option("--max-nodes", metavar="N", help="Largest graph.")]
MaxElements = Annotated[
    int, typer.Option("--max-elements", metavar="N", help="Most numbers in its arrays.")
]
MaxProducts = Annotated[
    int, typer.Option("--max-products", metavar="N", help="Most products in its sums.")
]
Traceback = Annotated[bool, typer.Option("--traceback", hidden=True)]


class Request(NamedTuple):
    """A formula as it was asked for: read, with the values of its variables."""

    program: Program
    bindings: dict[str, Bound]
    limits: Limits


def request(
    expression: Formula = None,
    file: File = None,
    bind: Bind = None,
    bindings: Bindings = None,
    max_characters: MaxCharacters = DEFAULT_LIMITS.characters,
    max_tokens: MaxTokens = DEFAULT_LIMITS.tokens,
    max_depth: MaxDepth = DEFAULT_LIMITS.depth,
    max_nodes: MaxNodes = DEFAULT_LIMITS.nodes,
    max_elements: MaxElements = DEFAULT_LIMITS.elements,
    max_products: MaxProducts = DEFAULT_LIMITS.products,
    traceback: Traceback = False,
) -> Request:
    """Read the formula and the values, from wherever the options say."""
    stdin_once(expression, file, bindings or [])
    limits = Limits(
        max_characters, max_tokens, max_depth, max_nodes,
        elements=max_elements, products=max_products,
    )  # fmt: skip
    text = formula_text(expression, file)
    given = read_bindings(bind or [], bindings or [], limits)
    return Request(parse(text, limits), given, limits)


def formula_command(app: typer.Typer) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a command on one formula: a function of a `Request` and of options of its own.

    On the command line it has the parameters of `request` as well; Typer reads both signatures.
    """

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        shared = list(signature(request).parameters.values())
        own = list(signature(function).parameters.values())[1:]

        def command(**values: Any) -> Any:
            asked = request(**{parameter.name: values.pop(parameter.name) for parameter in shared})
            return function(asked, **values)

        first = [parameter for parameter in shared if not parameter.name.startswith("max_")]
        last = [parameter for parameter in shared if parameter.name.startswith("max_")]
        merged = [*first, *own, *last]
        command.__signature__ = Signature(merged)  # type: ignore[attr-defined]
        command.__annotations__ = {parameter.name: parameter.annotation for parameter in merged}
        command.__doc__ = function.__doc__
        names = {"help_option_names": ["--help", "-h"]}
        app.command(cls=FormulaCommand, context_settings=names)(command)
        return function

    return register


def evaluated(asked: Request, exact: bool, digits: int | None, **set_options: bool) -> Evaluation:
    """The evaluation of a request; `set_options` are the command's flags, for better error
    messages.
    """
    if exact and digits is not None:
        raise refuse(
            "usage", "--exact and --digits are two kinds of numbers", help="choose one of them"
        )
    options = {
        "exact": exact,
        "digits": digits is not None,
        "bind": False,
        "file": False,
        **set_options,
    }
    return evaluate(
        asked.program,
        asked.bindings,
        exact=exact,
        digits=digits,
        limits=asked.limits,
        options=options,
    )


def on_arrays(asked: Request) -> bool:
    """Whether a request is one on whole arrays: by the values, or by how the formula is written.

    Scalar formulas are told without importing NumPy.
    """
    if any(bound.array is not None for bound in asked.bindings.values()):
        return True
    source = asked.program.source
    maybe = "[" in source or "@" in source
    if not maybe and not set(CALLED.findall(source)) - FUNCTIONS.keys():
        return False  # at once, for most formulas
    found, called = signs_of_arrays(asked.program)
    unknown = called - FUNCTIONS.keys()
    if found or unknown & ARRAY_FUNCTIONS.keys():
        return True
    return bool(unknown & BLOCKS.keys())


def array_values(asked: Request, **set_options: bool) -> dict[str, Any]:
    """The values of a request on arrays by name, as NumPy arrays. Raises BackpropError for inputs
    without a value and values without an input.
    """
    from ..tensors.running.inputs import check_inputs, input_values

    check_inputs(asked.program, asked.bindings, {"bind": False, "file": False, **set_options})
    return input_values(asked.bindings)


def refuse_number_kinds(exact: bool, digits: int | None) -> None:
    """Arrays are computed in floating point: refuse --exact and --digits."""
    if exact or digits is not None:
        option, kind = ("--exact", "fractions") if exact else ("--digits", "certified digits")
        raise refuse(
            "usage",
            f"{option}: arrays are computed in floating point, not in {kind}",
            help=f"leave out {option}, or write the formula for single numbers",
        )


def write_utf8(text: str) -> None:
    """Write what another program reads to standard output: UTF-8, whatever the locale."""
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    sys.stdout.write(text)


def warn(warnings: Iterable[Finding]) -> None:
    """Write warnings to standard error, behind the result."""
    warnings = tuple(warnings)
    if not warnings:
        return
    from ..render.diagnostics import warning_text

    sys.stdout.flush()
    sys.stderr.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    for finding in warnings:
        print(warning_text(finding), file=sys.stderr)
