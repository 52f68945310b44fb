"""Errors as values: where, what, why and how to mend it. Imports nothing of ours.

Every refusal in the project is a `Diagnostic` with one of the codes of `ERROR_CODES`, raised inside
a `BackpropError`. `render/diagnostics.py` alone turns one into text or JSON.
"""

from __future__ import annotations

from typing import NamedTuple

EXIT_DONE = 0
EXIT_NEGATIVE = 1
EXIT_USAGE = 2
EXIT_EXPRESSION = 3
EXIT_LIMIT = 4
EXIT_FILE = 5
EXIT_BUG = 70

# Comparing names takes the product of their lengths, for each candidate.
LONGEST_SLIP = 40
MOST_CANDIDATES = 1_000

# code: (exit status, what it means). Each code has a wrong program in tests/wrong/.
ERROR_CODES: dict[str, tuple[int, str]] = {
    # usage and bindings
    "usage": (EXIT_USAGE, "the command line cannot be understood"),
    "unbound-variable": (EXIT_USAGE, "a variable of the formula has no value"),
    "unknown-variable": (EXIT_USAGE, "a binding names a variable that the formula does not have"),
    "bound-twice": (EXIT_USAGE, "a variable is bound twice"),
    "bound-definition": (EXIT_USAGE, "a binding names something that the formula defines itself"),
    "missing-value": (EXIT_USAGE, "a binding has no value"),
    "bad-value": (EXIT_USAGE, "the value of a binding is not one number"),
    # homework
    "key": (EXIT_USAGE, "a homework key that cannot be used"),
    # the expression: characters and numbers
    "empty": (EXIT_EXPRESSION, "there is no formula"),
    "character": (EXIT_EXPRESSION, "a character that the language does not have"),
    "number": (EXIT_EXPRESSION, "a number written in a way that is not read"),
    "latex": (EXIT_EXPRESSION, "the text is LaTeX"),
    # the expression: structure
    "missing-operand": (EXIT_EXPRESSION, "an operator without a value"),
    "unbalanced": (EXIT_EXPRESSION, "a bracket or bar without its partner"),
    "nested-bars": (EXIT_EXPRESSION, "absolute-value bars that have two readings"),
    "syntax": (EXIT_EXPRESSION, "a text that is no formula"),
    "bad-definition": (EXIT_EXPRESSION, "a definition that defines nothing usable"),
    # the expression: two readings
    "ambiguous-division": (EXIT_EXPRESSION, "a product without a sign after a division"),
    "ambiguous-root": (EXIT_EXPRESSION, "a root sign whose end is unclear"),
    "ambiguous-power": (EXIT_EXPRESSION, "an exponent whose end is unclear"),
    "implied-number": (EXIT_EXPRESSION, "a number multiplied by mere closeness"),
    "inverse-function": (EXIT_EXPRESSION, "sin^-1: the inverse function or the reciprocal?"),
    "comparison": (EXIT_EXPRESSION, "a comparison where a number is expected"),
    "condition": (EXIT_EXPRESSION, "a number where a condition is expected"),
    "factorial": (EXIT_EXPRESSION, "a factorial of something that may not be whole"),
    # the expression: names
    "unknown-function": (EXIT_EXPRESSION, "a call of something that is no function"),
    "function-without-brackets": (EXIT_EXPRESSION, "a function without its brackets"),
    "arguments": (EXIT_EXPRESSION, "a call with too few or too many arguments"),
    "defined-twice": (EXIT_EXPRESSION, "a name defined twice"),
    "cycle": (EXIT_EXPRESSION, "a name or function defined by itself"),
    "unused-statement": (EXIT_EXPRESSION, "a line whose result nothing uses"),
    "reserved-word": (EXIT_EXPRESSION, "a word of the language used as a name"),
    "not-scalar": (EXIT_EXPRESSION, "a vector, matrix or subscript in a scalar formula"),
    # the expression: arrays
    "index": (EXIT_EXPRESSION, "an index without values, or with the name of something else"),
    "size": (EXIT_EXPRESSION, "a size or an end of a range that is not known before the run"),
    "shape": (EXIT_EXPRESSION, "arrays whose axes do not fit"),
    "out-of-range": (EXIT_EXPRESSION, "a subscript that leaves its axis"),
    "subscript": (EXIT_EXPRESSION, "a subscript that is no whole number"),
    # limits and numbers
    "limit": (EXIT_LIMIT, "a limit on size or depth"),
    "not-exact": (EXIT_LIMIT, "--exact met a number that is no fraction"),
    "diverged": (EXIT_LIMIT, "a training run whose loss grows or is no number"),
    "not-certified": (EXIT_LIMIT, "--digits could not be certified"),
    # files
    "file": (EXIT_FILE, "a file that cannot be read"),
    "file-content": (EXIT_FILE, "a file that does not hold what it should"),
    # us
    "output": (EXIT_FILE, "the result could not be written"),
    "bug": (EXIT_BUG, "an error of backprop itself"),
}


class Span(NamedTuple):
    """A half-open range of code points in a source text, counted from 0."""

    start: int
    end: int


class Label(NamedTuple):
    """A second place that a diagnostic points to, with a word on why."""

    span: Span
    message: str


class Diagnostic(NamedTuple):
    """One refusal or warning.

    `source` is the text that `span` and `related` count in; `origin` says where that text came from
    ("" for the formula on the command line, otherwise a binding or a file). `status` is the exit
    status where it is not that of the code.
    """

    code: str
    message: str
    span: Span | None = None
    help: str = ""
    expected: tuple[str, ...] = ()
    related: tuple[Label, ...] = ()
    suggestions: tuple[str, ...] = ()
    source: str = ""
    origin: str = ""
    status: int | None = None

    @property
    def exit_code(self) -> int:
        """The exit status of a command that ends with this diagnostic."""
        return ERROR_CODES[self.code][0] if self.status is None else self.status


class BackpropError(Exception):
    """Raised for everything that a user, a file or a formula can get wrong."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(f"[{diagnostic.code}] {diagnostic.message}")
        self.diagnostic = diagnostic

    def located(self, source: str, origin: str = "") -> BackpropError:
        """The same error with the text its spans count in, unless it already has one."""
        if self.diagnostic.source:
            return self
        return BackpropError(self.diagnostic._replace(source=source, origin=origin))


def refuse(
    code: str, message: str, span: Span | None = None, help: str = "", **more: object
) -> BackpropError:
    """A `BackpropError` ready to raise: `raise refuse("empty", "there is no formula")`."""
    return BackpropError(Diagnostic(code, message, span, help, **more))  # type: ignore[arg-type]


def reason_of(error: OSError | ValueError) -> str:
    """The system's reason why a file cannot be used, in small letters."""
    if isinstance(error, ValueError):
        return "no file can have this path"
    return (error.strerror or "unknown reason").lower()


def similar(name: str, candidates: list[str]) -> list[str]:
    """The candidates that `name` may be a slip of, best first; none for one or two letters."""
    if len(name) < 3:
        return [c for c in candidates if c.lower() == name.lower()]
    if len(name) > LONGEST_SLIP:
        return []
    import difflib

    few = [c for c in candidates if len(c) <= LONGEST_SLIP][:MOST_CANDIDATES]
    return difflib.get_close_matches(name, few, n=3, cutoff=0.7)
