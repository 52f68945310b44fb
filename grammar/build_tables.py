"""Builds the parser tables when the package is built (hatchling's custom hook); never part of a
running program.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class TablesHook(BuildHookInterface):  # type: ignore[type-arg]
    """Writes backprop_cli/syntax/expression.tables, strictly: a conflict in the grammar fails the
    build.
    """

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build for wheels and editable installs; a source distribution has the grammar alone."""
        if self.target_name != "wheel":
            return
        root = str(Path(self.root))
        sys.path.insert(0, root)
        try:
            from backprop_cli.syntax import tables

            tables.save(strict=True)
        finally:
            sys.path.remove(root)
