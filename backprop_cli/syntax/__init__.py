"""Text → frozen syntax tree with spans, and back. `parse` and `parse_binding` are the way in."""

from .parser import parse, parse_binding

__all__ = ["parse", "parse_binding"]
