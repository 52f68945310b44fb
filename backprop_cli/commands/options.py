"""The options that every command on a formula takes, each written once, and what they ask for
together.
"""

from typing import Annotated, NamedTuple

import typer

from ..bindings import Bound
from ..errors import refuse
from ..evaluation import Evaluation, evaluate
from ..limits import DEFAULT_LIMITS, Limits
from ..syntax import parse
from ..syntax.tree import Program
from .formula import formula_text, read_bindings, stdin_once

Formula = Annotated[
    str | None, typer.Argument(metavar="[FORMULA]", help="The formula, or - for standard input.")
]
File = Annotated[str | None, typer.Option("-f", "--file", help="Read the formula from a file.")]
Bind = Annotated[
    list[str] | None,
    typer.Option("--bind", metavar="NAME=VALUE", help="The same as NAME=VALUE or --NAME VALUE."),
]
Bindings = Annotated[
    str | None,
    typer.Option(
        "--bindings", metavar="FILE", help="Read values from a JSON object (-: standard input)."
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
Traceback = Annotated[bool, typer.Option("--traceback", hidden=True)]


class Request(NamedTuple):
    """A formula as it was asked for: read, with the values of its variables."""

    program: Program
    bindings: dict[str, Bound]
    limits: Limits


def request(
    expression: str | None,
    file: str | None = None,
    bind: list[str] | None = None,
    bindings: str | None = None,
    max_characters: int = DEFAULT_LIMITS.characters,
    max_tokens: int = DEFAULT_LIMITS.tokens,
    max_depth: int = DEFAULT_LIMITS.depth,
    max_nodes: int = DEFAULT_LIMITS.nodes,
) -> Request:
    """Read the formula and the values, from wherever the options say."""
    stdin_once(expression, file, bindings)
    limits = Limits(max_characters, max_tokens, max_depth, max_nodes)
    text = formula_text(expression, file)
    given = read_bindings(bind or [], bindings, limits)
    return Request(parse(text, limits), given, limits)


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
