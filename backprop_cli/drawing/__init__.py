"""A report as a picture: layout and coordinates, no styling and no file format."""

from __future__ import annotations

from .collapse import Collapse
from .diagram import Diagram, Vertex, diagram
from .layout import picture
from .picture import Picture

__all__ = ["Collapse", "Diagram", "Picture", "Vertex", "diagram", "picture"]
