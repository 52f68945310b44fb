"""The parser tables of the grammars: built once when the package is built, loaded at each start.

Building takes some 200 ms, loading 3. Each file holds the grammars it was built from and Lark's
version; if any differs from what is here, the tables are built anew in memory, so a stale file
costs time and never truth.
"""

from __future__ import annotations

import os
import pickle
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import lark

HERE = Path(__file__).parent


def grammar_folder() -> Path:
    """Where the grammars are: inside the package once installed, beside it in a checkout."""
    package = HERE.parent
    for folder in (package / "grammar", package.parent / "grammar"):
        if (folder / "expression.lark").exists():
            return folder
    raise FileNotFoundError("grammar/expression.lark is missing from this installation")


def grammar_text(name: str = "expression") -> str:
    """The text of a grammar."""
    return (grammar_folder() / f"{name}.lark").read_text(encoding="utf-8")


class Language(NamedTuple):
    """A grammar with what makes a parser of it.

    starts   the rules that a text can be.
    builder  makes the callbacks of its rules.
    postlex  makes what runs between lexer and parser.
    imports  the grammars that it takes rules from.
    """

    name: str
    starts: tuple[str, ...]
    builder: Callable[[], Any]
    postlex: Callable[[], Any]
    imports: tuple[str, ...] = ()

    @property
    def path(self) -> Path:
        """The file of its tables."""
        return HERE / f"{self.name}.tables"

    def stamp(self) -> tuple[str, ...]:
        """What tables must have been built from to be used."""
        return (lark.__version__, *map(grammar_text, (self.name, *self.imports)))

    def build(self, strict: bool = False) -> lark.Lark:
        """A parser from the grammar. `strict` refuses every conflict, and needs the package
        interegular.
        """
        return lark.Lark(
            grammar_text(self.name),
            parser="lalr",
            lexer="basic",
            start=list(self.starts),
            strict=strict,
            postlex=self.postlex(),
            transformer=self.builder(),
            maybe_placeholders=False,
            import_paths=[str(grammar_folder())],
        )

    def save(self, path: Path | None = None, strict: bool = False) -> None:
        """Build the tables and write them to `path`, whole or not at all."""
        path = path or self.path
        place, ending = path.parent, path.suffix
        with tempfile.NamedTemporaryFile(dir=place, suffix=ending, delete=False) as file:
            try:
                pickle.dump(self.stamp(), file, protocol=4)
                self.build(strict).save(file)
                file.flush()
                os.chmod(file.name, 0o644)
                os.replace(file.name, path)
            except BaseException:
                os.unlink(file.name)
                raise

    def is_saved(self) -> bool:
        """Whether the tables that were saved are those of this grammar."""
        try:
            with self.path.open("rb") as file:
                return bool(pickle.load(file) == self.stamp())
        except Exception:  # as in `load`
            return False

    def load(self, path: Path | None = None) -> lark.Lark:
        """The parser, from the tables at `path` if they belong to this grammar."""
        stamp = self.stamp()
        try:
            with (path or self.path).open("rb") as file:
                if pickle.load(file) == stamp:
                    return lark.Lark.load(file)
        except Exception:  # no file, or a broken one: pickle raises nearly anything
            pass
        return self.build()
