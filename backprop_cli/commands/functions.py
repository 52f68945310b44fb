"""`backprop functions`: the table of operations."""

from typing import Annotated

import typer

from ..errors import refuse, similar
from ..operations import FUNCTIONS, OPERATIONS
from ..reference import Entry, array_entry, array_functions, entry
from ..reference import functions as all_functions
from . import options

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


@app.command(context_settings={"help_option_names": ["--help", "-h"]})
def functions(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="One function.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """The functions, their derivatives and domains.

    \b
    backprop functions tanh
    """
    entries = all_entries() if name is None else [entry_of(name)]
    if json:
        from ..render.json import functions_json

        options.write_utf8(functions_json(entries) + "\n")
    elif name is None:
        print_list(entries)
    else:
        print_page(entries[0])


def all_entries() -> list[Entry]:
    """The functions of numbers, then those of arrays."""
    return [*all_functions(), *array_functions()]


def entry_of(name: str) -> Entry:
    """One function by its name or its sign."""
    signs = {row.symbol: row for row in reversed(OPERATIONS.values()) if row.symbol}
    known = {**signs, **FUNCTIONS}
    if name in known:
        return entry(known[name])
    found = array_entry(name)
    if found is None:
        near = similar(name, [*FUNCTIONS, *(each.name for each in array_functions())])
        help = f"did you mean {near[0]}?" if near else "backprop functions lists them"
        raise refuse("usage", f"there is no function '{name}'", help=help, suggestions=tuple(near))
    return found


def print_list(entries: list[Entry]) -> None:
    """One line for each function."""
    from rich.table import Table
    from rich.text import Text

    from ..render.plain import in_encoding
    from ..render.screen import screen, show

    console = screen()
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(no_wrap=False, overflow="fold", max_width=30)
    table.add_column(overflow="fold")
    for item in entries:
        aliases = f" ({', '.join(item.aliases)})" if item.aliases else ""
        cells = (item.written + aliases, item.pattern)
        table.add_row(*[Text(in_encoding(cell, console.encoding)) for cell in cells])
    show(console, table)


def print_page(item: Entry) -> None:
    """Everything about one function."""
    from ..render.plain import in_encoding
    from ..render.screen import screen, show

    console = screen()
    lines = [item.written, f"  {item.pattern}", ""]
    for parameter, slope in item.slopes.items():
        lines.append(f"  along {parameter}: {slope}")
    lines.append(f"  domain: {item.domain}")
    if item.kink:
        lines.append(f"  kink: {item.kink}; {item.convention}")
    if item.aliases:
        lines.append(f"  also written: {', '.join(item.aliases)}")
    if item.source:
        lines.append(f"  source: {item.source}")
    show(console, in_encoding("\n".join(lines), console.encoding))
