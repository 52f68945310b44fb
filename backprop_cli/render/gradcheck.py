"""The numerical check of a gradient as a table or JSON."""

from __future__ import annotations

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..gradcheck import FAILED, JUMP, KINK, PASSED, TOLERANCE, UNDEFINED, Check
from ..numerals import pretty, short
from .plain import in_encoding, safe
from .screen import GRADIENT, show

WORDS = {
    PASSED: "agrees",
    FAILED: "DIFFERS",
    KINK: "a kink: between the slopes of both sides",
    JUMP: "a jump: there is no slope to compare",
    UNDEFINED: "cannot be checked: not finite",
}


def print_checks(
    checks: list[Check], console: Console, skipped: Sequence[str] = ()
) -> None:
    """One line a variable, element or direction, and a sentence with the verdict. `skipped` are
    variables that no gradient reaches.
    """
    table = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="")
    table.add_column("variable", no_wrap=True, overflow="fold")
    for heading in ("analytic", "numeric"):
        table.add_column(heading, justify="right", style=GRADIENT, no_wrap=True)
    for heading in ("step", "relative error"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("verdict", overflow="fold")
    for check in checks:
        cells = (
            safe(check.variable),
            short(check.analytic),
            "" if check.numeric != check.numeric else short(check.numeric),
            pretty(f"{check.step:.1e}") if check.step else "",
            ""
            if check.error != check.error
            else pretty(f"{check.error:.0e}")
            if check.error
            else "0",
            word(check),
        )
        table.add_row(*[Text(in_encoding(cell, console.encoding)) for cell in cells])
    lines = [sentence(checks)]
    if skipped:
        lines.append(f"No gradient reaches {', '.join(map(safe, skipped))}.")
    show(console, table, *[in_encoding(line, console.encoding) for line in lines])


def word(check: Check) -> str:
    """The verdict in words, with the one-sided slopes at a kink."""
    if check.verdict == PASSED and check.error > TOLERANCE:
        return f"{WORDS[PASSED]} as far as doubles can tell"
    if check.left is None or check.right is None:
        return WORDS[check.verdict]
    return f"{WORDS[check.verdict]}, {short(check.left)} and {short(check.right)}"


def sentence(checks: list[Check]) -> str:
    """The verdict on the whole gradient."""
    bad = [safe(check.variable) for check in checks if check.verdict in (FAILED, UNDEFINED)]
    if bad:
        return f"The gradient is not confirmed for {', '.join(bad)}."
    if not checks:
        return "There is no variable to check."
    kinks = [safe(check.variable) for check in checks if check.verdict in (KINK, JUMP)]
    end = f", but for a kink in {', '.join(kinks)}" if kinks else ""
    return f"The analytic gradient agrees with central differences{end}."
