"""A picture as a page that steps through both passes: one file, no network, readable and printable
without its script.
"""

from __future__ import annotations

from importlib.resources import files
from string import Template
from typing import NamedTuple

from ..drawing.diagram import LONGEST_NAME, Diagram
from ..drawing.metrics import cut
from ..drawing.picture import Dot, Gate, Picture, Text, Wire
from ..drawing.steps import Step, steps
from .svg import DARK, STYLE, document, escape

KEYS = {"value": "v", "gradient": "d"}
LONGEST_HEADING = 110
LEAST = 0.62  # how much a picture is made smaller before it scrolls
MOST = 1.25


class Told(NamedTuple):
    """What a page says beside its picture: a heading, the program's text, and the steps."""

    heading: str
    program: str
    steps: tuple[Step, ...]


def page(diagram: Diagram, picture: Picture) -> str:
    """The whole page. `picture` should have all names, since the steps speak of v1, v2, …"""
    return written_page(Told(heading(diagram), program(diagram), tuple(steps(diagram))), picture)


def written_page(told: Told, picture: Picture) -> str:
    """A page that steps through a picture."""
    script = resource("page.js")
    style = resource("page.css")
    least, most = LEAST * picture.width, MOST * picture.width
    style += f".picture{{--least:{least:.0f}px;--most:{most:.0f}px}}"
    return Template(resource("page.html")).substitute(
        hash=digest(script),
        title=escape(f"Back-propagation: {told.heading}"),
        heading=escape(told.heading),
        program=listing(told.program),
        svg_style=f"{STYLE}\n@media screen and (prefers-color-scheme:dark){{{DARK}}}",
        page_style=style,
        picture=document(picture, "", mark),
        count=len(told.steps),
        steps="\n".join(map(item, told.steps)),
        script=script,
    )


def resource(name: str) -> str:
    """A file that stands beside this one."""
    return (files(__package__) / name).read_text(encoding="utf-8")


def digest(script: str) -> str:
    """What allows this script, and no other, to run."""
    import base64
    import hashlib

    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def heading(diagram: Diagram) -> str:
    """`f = (x + y) * z`, or only the name where that is long."""
    row = diagram.report.rows[diagram.report.output]
    title = cut(diagram.output_title, LONGEST_NAME)
    if title == row.formula or len(row.formula) > LONGEST_HEADING:
        return title
    return f"{title} = {row.formula}"


def program(diagram: Diagram) -> str:
    """The formula as it was written, where it has several lines."""
    text = diagram.report.parsed
    return text if "\n" in text or ";" in text else ""


def listing(text: str) -> str:
    """A program's text, its lines kept."""
    lines = [escape(line) for line in text.split("\n")]
    return "<pre>" + "\n".join(lines) + "</pre>" if text else ""


def mark(part: object) -> str:
    """The key of a part of the picture, by which steps name it."""
    if isinstance(part, Gate):
        return f' data-k="g{part.vertex}"'
    if isinstance(part, (Wire, Dot)):
        return f' data-k="w{part.vertex}"'
    if isinstance(part, Text):
        if part.role in KEYS:
            return f' data-k="{KEYS[part.role]}{part.vertex}"'
        if part.role == "share":
            return f' data-k="c{part.vertex}-{part.port}"'
    return ""


def item(step: Step) -> str:
    """One step of the list."""
    return (
        f'<li data-show="{" ".join(step.shows)}" data-mark="{" ".join(step.marks)}">'
        f"<b>{step.phase}:</b> {escape(step.text)}</li>"
    )
