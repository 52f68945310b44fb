"""`backprop draw`: the circuit as a picture, a page, or text for other programs."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import refuse
from ..reporting import Report, report
from . import options

if TYPE_CHECKING:
    from ..drawing import Collapse
    from ..drawing.diagram import Drawn

FORMATS = {
    ".svg": "svg",
    ".png": "png",
    ".html": "html",
    ".htm": "html",
    ".dot": "dot",
    ".gv": "dot",
    ".mmd": "mermaid",
    ".tex": "tikz",
}

Output = Annotated[
    str | None,
    typer.Option(
        "-o",
        "--output",
        metavar="FILE",
        help="Write a file: .svg, .png, .html, .dot, .mmd or .tex.",
    ),
]
Depth = Annotated[
    int | None,
    typer.Option("--depth", metavar="N", help="Box gates farther than N from the output."),
]
AsBoxes = Annotated[
    bool, typer.Option("--collapse", help="Draw each definition and function as one box.")
]
Top = Annotated[
    int | None,
    typer.Option(
        "--top", metavar="K", help="Draw the K gates that matter most (|gradient·value|)."
    ),
]

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


@options.formula_command(app)
def draw_(
    asked: options.Request,
    output: Output = None,
    svg: Annotated[bool, typer.Option("--svg", help="Print an SVG picture.")] = False,
    png: Annotated[bool, typer.Option("--png", help="Print a PNG picture, into a pipe.")] = False,
    html: Annotated[bool, typer.Option("--html", help="Print a page to step through.")] = False,
    dot: Annotated[bool, typer.Option("--dot", help="Print text for Graphviz.")] = False,
    mermaid: Annotated[bool, typer.Option("--mermaid", help="Print text for Mermaid.")] = False,
    tikz: Annotated[bool, typer.Option("--tikz", help="Print LaTeX with TikZ.")] = False,
    depth: Depth = None,
    collapse: AsBoxes = False,
    top: Top = None,
    exact: options.Exact = False,
    digits: options.Digits = None,
) -> None:
    """The circuit of a formula: values above the wires, gradients below.

    \b
    backprop draw "(x+y)*z" --x 1 --y 3 --z -3
    backprop draw "(x+y)*z" --x 1 --y 3 --z -3 -o circuit.svg
    backprop draw "s[j] = sum[d] W[j,d]*x[d]; minimize sum[j] s[j]^2"

    Without a format it is drawn in the terminal. Values are given as for backprop eval. Of index
    equations each definition is one box; without any values it shows their shapes.
    """
    flags = {"svg": svg, "png": png, "html": html, "dot": dot, "mermaid": mermaid, "tikz": tikz}
    form = chosen_form([name for name, is_set in flags.items() if is_set], output)
    check_sizes(depth, top, collapse, form)
    if form == "png" and output is None and sys.stdout.isatty():
        raise refuse("usage", "a PNG cannot be shown in the terminal", help="write -o circuit.png")
    set_options = {**flags, "depth": depth is not None, "top": top is not None, "output": False}
    if options.on_arrays(asked):
        options.refuse_number_kinds(exact, digits)
        refuse_boxes(depth, top, collapse)
        draw_arrays(asked, form, output, set_options)
        return
    evaluation = options.evaluated(asked, exact, digits, collapse=collapse, **set_options)
    result = report(evaluation)
    if form is None:
        in_terminal(result)
    else:
        from ..drawing import Collapse

        write(drawn(result, form, Collapse(depth, collapse, top)), output)
    options.warn(result.warnings)


def draw_arrays(
    asked: options.Request, form: str | None, output: str | None, set_options: dict[str, bool]
) -> None:
    """The definitions of a program over arrays; with their shapes alone where nothing is given."""
    from ..drawing.definitions import sketch
    from .array_outline import outlined

    whole, report = outlined(asked, **set_options)
    found = sketch(whole)
    if form is None:
        from ..render.definition_rails import print_definitions
        from ..render.screen import screen

        sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
        print_definitions(found, screen())
    elif form == "html":
        from ..drawing import picture
        from ..drawing.definition_steps import definition_steps
        from ..render.html import Told, written_page

        source = asked.program.source.strip()
        told = Told(found.heading, source, tuple(definition_steps(found)))
        write(written_page(told, picture(found)), output)
    else:
        write(in_format(found, form), output)
    options.warn(report.warnings if report is not None else ())


def write(content: str | bytes, output: str | None) -> None:
    """Write a picture to a file, or to standard output."""
    if output is not None:
        from ..whole_files import write_whole

        write_whole(output, content)
    elif isinstance(content, bytes):
        sys.stdout.buffer.write(content)
    else:
        options.write_utf8(content)


def chosen_form(flags: list[str], output: str | None) -> str | None:
    """The format that was asked for, by a flag or by a file's ending; None for the terminal."""
    if len(flags) > 1:
        raise refuse(
            "usage", f"--{flags[0]} and --{flags[1]} are two formats", help="choose one of them"
        )
    if output is None:
        return flags[0] if flags else None
    if flags:
        return flags[0]
    name = output.replace("\\", "/").rpartition("/")[2]
    ending = name[name.rfind(".") :].lower() if "." in name else ""
    form = FORMATS.get(ending)
    if form is None:
        raise refuse(
            "usage",
            f"the ending of '{output}' says no format",
            help="end the file's name with .svg, .png, .html, .dot, .mmd or .tex",
        )
    return form


def check_sizes(depth: int | None, top: int | None, collapse: bool, form: str | None) -> None:
    """Refuse what cannot be drawn."""
    for flag, size in (("--depth", depth), ("--top", top)):
        if size is not None and size < 1:
            raise refuse("usage", f"{flag} takes a positive whole number", help=f"write {flag} 5")
    if form is None and (collapse or depth is not None or top is not None):
        flag = "--collapse" if collapse else "--depth" if depth is not None else "--top"
        raise refuse("usage", f"{flag} is for pictures", help="add --svg, or -o circuit.svg")


def refuse_boxes(depth: int | None, top: int | None, collapse: bool) -> None:
    """Of arrays each definition is one box: refuse what puts gates into boxes."""
    for flag, is_set in (
        ("--depth", depth is not None),
        ("--top", top is not None),
        ("--collapse", collapse),
    ):
        if is_set:
            raise refuse(
                "usage",
                f"{flag} is for single numbers: of arrays each definition is one box already",
                help="leave it out",
            )


def in_terminal(result: Report) -> None:
    """Draw with the characters of the terminal."""
    from ..render.rails import print_drawing
    from ..render.screen import screen

    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    print_drawing(result, screen())


def drawn(result: Report, form: str, collapse: "Collapse") -> str | bytes:
    """The report in a format."""
    from ..drawing import diagram, picture

    found = diagram(result, collapse)
    if form == "html":
        from ..render.html import page

        return page(found, picture(found, all_names=True))
    return in_format(found, form)


def in_format(found: "Drawn", form: str) -> str | bytes:
    """A diagram in any format but that of a page."""
    from ..drawing import picture

    if form == "dot":
        from ..render.dot import dot

        return dot(found)
    if form == "mermaid":
        from ..render.mermaid import mermaid

        return mermaid(found)
    if form == "png":
        from ..render.png import png

        return png(picture(found))
    if form == "tikz":
        from ..render.tikz import tikz

        return tikz(picture(found))
    from ..render.svg import svg

    return svg(picture(found))
