"""Builds the parser tables when the package is built (hatchling's custom hook); never part of a
running program.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class TablesHook(BuildHookInterface):  # type: ignore[type-arg]
    """Writes the tables of both grammars beside the parser, strictly: a conflict in a grammar fails
    the build.
    """

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build for wheels and editable installs; a source distribution has the grammar alone."""
        if self.target_name != "wheel":
            return
        root = str(Path(self.root))
        sys.path.insert(0, root)
        try:
            from backprop_cli.syntax.homework import HOMEWORK
            from backprop_cli.syntax.parser import EXPRESSION

            EXPRESSION.save(strict=True)
            HOMEWORK.save(strict=True)
        finally:
            sys.path.remove(root)
