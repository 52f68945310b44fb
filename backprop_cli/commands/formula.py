"""What commands on one formula share: its words, its text, its bindings and its completion."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable
from typing import Any

from typer.core import TyperCommand

from ..bindings import (
    LARGEST_JSON,
    Bound,
    Content,
    FromFile,
    bind,
    decoded,
    from_file,
    json_pairs,
    read_bytes,
    read_text,
)
from ..errors import BackpropError, refuse
from ..limits import DEFAULT_LIMITS, Limits
from .misplaced import explained
from .words import dashed_names, sort_words

DASHED = "backprop.dashed"  # where the names that options bind are kept for the errors
A_FILE = re.compile(r"\S*\.[^\W\d]\w*")  # no formula ends like that


class FormulaCommand(TyperCommand):
    """A command whose unknown options are variables of its formula."""

    def option_values(self) -> dict[str, bool]:
        """The command's own options, each with whether it takes a value."""
        found = {"--help": False, "-h": False}
        for parameter in self.params:
            for word in parameter.opts:
                if word.startswith("-"):
                    found[word] = not getattr(parameter, "is_flag", False)
        return found

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        options = self.option_values()
        ctx.meta[DASHED] = dashed_names(args, options)
        try:
            args = sort_words(args, options)
        except BackpropError:
            if not ctx.resilient_parsing:
                raise
        return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """Run the command. Where it fails by a variable that the formula has not, an option may
        have been meant.
        """
        try:
            return super().invoke(ctx)
        except BackpropError as error:
            dashed = ctx.meta.get(DASHED)
            expression, file = ctx.params.get("expression"), ctx.params.get("file")
            if not dashed or "-" in (expression, file):
                raise
            try:
                text = formula_text(expression, file)
            except BackpropError:
                raise error from None
            raise explained(error, dashed, self.option_values(), text) from None

    def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:
        """The command's options, and `--name` for every variable that has no value yet."""
        items = super().shell_complete(ctx, incomplete)
        if not incomplete.startswith("-"):
            return items
        from typer._click.shell_completion import CompletionItem

        names = [f"--{name}" for name in open_variables(ctx.params)]
        return [CompletionItem(name) for name in names if name.startswith(incomplete)] + items


def open_variables(parameters: dict[str, Any]) -> list[str]:
    """The variables of the formula on a half-written command line that are not bound yet."""
    from ..lowering import lower
    from ..syntax import parse
    from ..syntax.shapes import signs_of_arrays

    given = [pair.partition("=")[0] for pair in parameters.get("bind") or ()]
    try:
        text = formula_text(parameters.get("expression"), parameters.get("file"), may_read=False)
        program = parse(text)
        names: Iterable[str]
        if signs_of_arrays(program)[0]:
            from ..tensors.lowering.names import Names
            from ..tensors.running.inputs import needed_inputs

            names = needed_inputs(program, Names(program, given))
        else:
            names = lower(program, given).graph.input_nodes()
    except BackpropError:
        return []
    return [name for name in names if name not in given]


def formula_text(expression: str | None, file: str | None, may_read: bool = True) -> str:
    """The formula: from the command line, a file, or standard input for `-`."""
    if file is not None:
        if expression is not None:
            raise refuse(
                "usage", "there is a formula and a file with one", help="leave out one of them"
            )
        return (
            standard_input("-f -")
            if file == "-" and may_read
            else read_text(file, "the formula's file")
        )
    if expression is None:
        raise refuse(
            "usage",
            "there is no formula",
            help='write one: backprop eval "(x+y)*z" --x 1 --y 3 --z -3',
        )
    if expression == "-" and may_read:
        return standard_input("the formula")
    if may_read and A_FILE.fullmatch(expression) and os.path.isfile(expression):
        message = f"'{expression}' is a file, not a formula"
        raise refuse("usage", message, help=f"to read the formula from it, write -f {expression}")
    return surrogate_free(expression)


def surrogate_free(text: str) -> str:
    """The command line's bytes that are no UTF-8 arrive as lone surrogates: refuse them."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise refuse(
            "character", "the formula is not UTF-8 text", help="write it in UTF-8"
        ) from None
    return text


def standard_input(what: str) -> str:
    """All of standard input, as text."""
    if sys.stdin is None or sys.stdin.closed:
        raise refuse("file", f"{what} should come from standard input, which is closed")
    return decoded(sys.stdin.buffer.read(DEFAULT_LIMITS.characters * 4 + 1), "standard input")


def read_bindings(pairs: list[str], files: list[str], limits: Limits) -> dict[str, Bound]:
    """The bindings of the command line, and those of files: a JSON object (`-`: standard input), or
    the arrays of an .npz file by their names.
    """
    found: list[tuple[str, Content]] = []
    for file in files:
        if file.lower().endswith(".npz"):
            from ..values import arrays_of_archive

            found += [(n, FromFile(f"@{file}:{n}", a)) for n, a in arrays_of_archive(file)]
            continue
        text = standard_input("--bindings -") if file == "-" else bindings_text(file)
        found += json_pairs(text, "standard input" if file == "-" else f"'{file}'")
    for pair in pairs:
        name, equals, value = pair.partition("=")
        name = name.strip()
        if not name or not equals:
            raise refuse("usage", f"--bind takes name=value, not '{pair}'", help="write --bind x=2")
        value = value.strip()
        found.append((name, from_file(name, value[1:]) if value.startswith("@") else value))
    return bind([(plain(name), checked(value)) for name, value in found], limits)


def bindings_text(file: str) -> str:
    """The text of a bindings file, which may hold arrays."""
    what = "the bindings file"
    return decoded(read_bytes(file, what, LARGEST_JSON), f"{what}, '{file}',")


def checked(value: Content) -> Content:
    """A value whose text is UTF-8."""
    return surrogate_free(value) if isinstance(value, str) else value


def plain(name: str) -> str:
    """A variable's name as the language spells it: `w₀` is w0."""
    from ..syntax.tokens import plain_name

    return plain_name(surrogate_free(name))


def stdin_once(expression: str | None, file: str | None, bindings: list[str]) -> None:
    """Standard input can be read once."""
    if [expression, file, *bindings].count("-") > 1:
        raise refuse("usage", "the formula and the bindings cannot both come from standard input")


__all__ = ["FormulaCommand", "formula_text", "os", "read_bindings", "stdin_once"]
