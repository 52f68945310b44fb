"""The command line's frame. Each command is a module of its own, imported when it is called."""

import os
import sys
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from ..errors import refuse, similar

COMMANDS = (
    "eval", "explain", "draw", "diff", "check", "gradcheck", "train", "functions", "schema"
)  # fmt: skip

UsageError: Any = typer.BadParameter.__mro__[1]
NAME = "backprop"
COMPLETION = "_BACKPROP_COMPLETE"  # set by the shell that asks what could come next


class Commands(TyperGroup):
    """A group that knows its commands by name and imports one only when it is used."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f".{cmd_name}", __package__)
        command = typer.main.get_command(module.app)
        command.name = cmd_name
        return command

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        word = args[0]
        if word not in COMMANDS and not ctx.resilient_parsing:
            raise unknown_command(word, args)
        return super().resolve_command(ctx, args)


def unknown_command(word: str, words: list[str]) -> Exception:
    """`backprop "(x+y)*z"` meant `backprop eval …`; `backprop evla` meant another command."""
    near = similar(word, list(COMMANDS))
    if near:
        help = f"did you mean: backprop {near[0]}"
    elif word.isalpha() and len(words) == 1:
        help = f"the commands are {', '.join(COMMANDS)}"
    else:
        import shlex

        help = f"did you mean: backprop eval {' '.join(map(shlex.quote, words))}"
    return refuse("usage", f"'{word}' is not a command", help=help)


app = typer.Typer(
    cls=Commands,
    name=NAME,
    rich_markup_mode=None,
    invoke_without_command=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)


def show_version(wanted: bool) -> None:
    """Print the version and leave."""
    if wanted:
        from .. import __version__

        print(f"backprop {__version__}")
        raise typer.Exit


@app.callback()
def backprop(
    context: typer.Context,
    version: Annotated[
        bool,
        typer.Option("--version", callback=show_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Back-propagation for formulas: every node's value and gradient.

    \b
    backprop eval "(x+y)*z" --x 1 --y 3 --z -3
    """
    if context.invoked_subcommand is None:
        print(context.get_help())


def run_command(words: list[str]) -> int:
    """Run one command; returns its exit status, raises BackpropError for everything a user can get
    wrong.

    Not by calling `app`, which ends with status 1 where the reader of our output has left.
    """
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")  # no locale is a reason to fail
    try:
        if COMPLETION in os.environ:
            app(args=words, prog_name=NAME, standalone_mode=False)
        command = typer.main.get_command(app)
        with command.make_context(NAME, list(words)) as context:
            result = command.invoke(context)
    except typer.Exit as leaving:
        result = leaving.exit_code
    except UsageError as error:
        raise usage(error) from None
    except typer.Abort:
        raise KeyboardInterrupt from None
    flush()
    return result if isinstance(result, int) else 0


def usage(error: Any) -> Exception:
    """An error of the command line, in our form."""
    message = error.format_message()
    message = message[:1].lower() + message[1:].rstrip(".").replace("a valid int", "a whole number")
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "backprop"
    return refuse("usage", message, help=f"{path} --help shows how it is used")


def flush() -> None:
    """Hand everything to the system now, so that a full disk is an error and no lost result."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise refuse(
            "output", f"the result could not be written: {(error.strerror or 'closed').lower()}"
        ) from None
