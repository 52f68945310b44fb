"""The way in: runs a command, and turns whatever goes wrong into one clear message and an exit
code.
"""

from __future__ import annotations

import gc
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .errors import BackpropError

EXIT_FILE = 5
EXIT_INTERRUPTED = 130
EXIT_PIPE_CLOSED = 141


def main() -> None:
    """Run `backprop` with the words of the command line, and exit with its status.

    A short life: nothing is collected, and nothing taken apart at the end. Both would cost a tenth
    of the time.
    """
    gc.disable()
    code = status([in_utf8(word) for word in sys.argv[1:]])
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (AttributeError, OSError, ValueError):
            code = code or EXIT_FILE
    os._exit(code)


def in_utf8(word: str) -> str:
    """A word of the command line, whose bytes Python reads as surrogates in other locales."""
    try:
        return word if word.isprintable() else os.fsencode(word).decode("utf-8")
    except UnicodeError:
        return word


def status(words: list[str]) -> int:
    """The exit status of a run; nothing but SystemExit and KeyboardInterrupt leaves here as an
    exception.
    """
    from .errors import EXIT_BUG, EXIT_DONE, BackpropError, refuse

    if sys.stderr is None:  # closed before we began
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    if sys.stdout is None:
        return fail(refuse("output", "the result could not be written: standard output is closed"))
    try:
        from .commands.app import run_command

        return run_command(words) or EXIT_DONE
    except BackpropError as error:
        return fail(error, words)
    except BrokenPipeError:
        silence()
        return EXIT_PIPE_CLOSED
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else EXIT_DONE
    except MemoryError:
        return fail(
            refuse(
                "limit", "there is not enough memory",
                help="use fewer or smaller arrays, float32, or data in batches",
            ),
            words,
        )  # fmt: skip
    except Exception as error:
        if isinstance(error, OSError) and error.filename is None:
            reason = (error.strerror or "closed").lower()
            return fail(refuse("output", f"the result could not be written: {reason}"))
        # Our own bug: one line, and a traceback only if it is asked for.
        if "--traceback" in words:
            import traceback

            traceback.print_exc()
        line = str(error).splitlines()[0] if str(error) else ""
        found = refuse(
            "bug",
            f"backprop failed: {type(error).__name__}: {line}"[:300],
            help="please report it with the command you ran; --traceback shows where it happened",
        )
        fail(found, words)
        return EXIT_BUG


def fail(error: BackpropError, words: Sequence[str] = ()) -> int:
    """Write an error to standard error, and with --json to standard output as well; return its exit
    status.
    """
    from .render.diagnostics import error_text

    try:
        sys.stderr.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
        print(error_text(error), file=sys.stderr, flush=True)
    except (AttributeError, OSError, ValueError):
        pass  # there is nobody to tell
    if "--json" in words and error.diagnostic.code != "output":
        from .render.json import error_json

        try:
            sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
            print(error_json(error), flush=True)
        except BrokenPipeError:
            silence()
        except (AttributeError, OSError, ValueError):
            pass
    return error.diagnostic.exit_code


def silence() -> None:
    """The reader of our output has left: make Python's own flush at exit quiet, too."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, sys.stdout.fileno())


if __name__ == "__main__":
    main()
