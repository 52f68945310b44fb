"""The parser tables of grammar/expression.lark: built once when the package is built, loaded at
each start.

Building takes some 200 ms, loading 3. The file holds the grammar it was built from and Lark's
version; if either differs from what is here, the tables are built anew in memory, so a stale file
costs time and never truth.
"""

from __future__ import annotations

import pickle
from pathlib import Path

import lark

from .builder import Builder
from .tokens import Arrangement

HERE = Path(__file__).parent
TABLES = HERE / "expression.tables"


def grammar_text(name: str = "expression") -> str:
    """The text of a grammar: inside the package where it is installed, beside it in a checkout."""
    package = HERE.parent
    for folder in (package / "grammar", package.parent / "grammar"):
        path = folder / f"{name}.lark"
        if path.exists():
            return path.read_text(encoding="utf-8")
    raise FileNotFoundError(f"grammar/{name}.lark is missing from this installation")


def build(text: str, strict: bool = False) -> lark.Lark:
    """A parser for a grammar's text. `strict` refuses every conflict, and needs the package
    interegular.
    """
    return lark.Lark(
        text,
        parser="lalr",
        lexer="basic",
        start=["program", "binding"],
        strict=strict,
        postlex=Arrangement(),
        transformer=Builder(),
        maybe_placeholders=False,
    )


def save(path: Path = TABLES, strict: bool = False) -> None:
    """Build the tables and write them to `path`."""
    text = grammar_text()
    with path.open("wb") as file:
        pickle.dump((lark.__version__, text), file, protocol=4)
        build(text, strict).save(file)


def load() -> lark.Lark:
    """The parser, from the tables if they belong to this grammar."""
    text = grammar_text()
    try:
        with TABLES.open("rb") as file:
            if pickle.load(file) == (lark.__version__, text):
                return lark.Lark.load(file)
    except Exception:  # no file, or a broken one: pickle raises nearly anything
        pass
    return build(text)
