"""`backprop schema`: the JSON Schemas of what the commands print."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..errors import refuse, similar

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)

FOLDER = Path(__file__).parent.parent / "schemas"


@app.command(context_settings={"help_option_names": ["--help", "-h"]})
def schema(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="One of the list it prints without.")
    ] = None,
) -> None:
    """JSON Schemas of the outputs.

    \b
    backprop schema eval
    """
    known = {path.stem.split("-")[0]: path for path in sorted(FOLDER.glob("*.json"))}
    if name is None:
        for known_name, path in known.items():
            print(f"{known_name.ljust(10)} backprop.{path.stem.replace('-', '/')}")
        return
    if name not in known:
        near = similar(name, list(known))
        help = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"
        raise refuse("usage", f"there is no schema '{name}'", help=help)
    print(known[name].read_text(encoding="utf-8"), end="")
