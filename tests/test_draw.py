"""`backprop draw`: every format, whole files, hostile texts, and what is refused."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from html.parser import HTMLParser
from pathlib import Path

import pytest
from circuits import BOXED, POINT, SAMPLES, Case, random_case
from commandline import backprop, process

from backprop_cli.drawing import Diagram, Picture, diagram, picture
from backprop_cli.errors import BackpropError
from backprop_cli.render.dot import dot
from backprop_cli.render.html import page
from backprop_cli.render.mermaid import mermaid
from backprop_cli.render.svg import svg
from backprop_cli.render.tikz import tikz

FLAGS = ("--svg", "--html", "--dot", "--mermaid", "--tikz")
SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = [
    "</svg><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "--!><!--<script>",
    "]]><b>&amp;",
    "'\"`${x}{{y}}",
    "\\input{/etc/passwd}",
    "$x$ %y ^^41 \\end{document}",
    "\u202eevil\u2066\u200f",
    "a\nb\rc\x1b[31m\x00",
    '"]; n0 -> n1 [URL="javascript:alert(1)"',
    "end\n  click n0 callback",
    "\\\\N \\G #quot;",
]


def texts(element: ElementTree.Element) -> list[str]:
    return [found.text or "" for found in element.iter(f"{SVG}text")]


def numbers(text: str) -> list[str]:
    """Every number as a person reads it."""
    return re.findall(r"−?\d+(?:\.\d+)?(?:e−?\d+)?", text)


# ---------------------------------------------------------------------------------------- formats


@pytest.mark.parametrize("case", SAMPLES, ids=lambda case: case.name)
def test_every_sample_runs_through_every_format(case: Case) -> None:
    for flag in FLAGS:
        found = backprop("draw", *case.words(), flag)
        assert found.code == 0 and found.out and not found.err, (flag, found.err)


@pytest.mark.parametrize("case", SAMPLES, ids=lambda case: case.name)
def test_an_svg_says_everything_in_words_and_is_small(case: Case) -> None:
    """role, title and description with every number of the picture; no scripts, nothing loaded."""
    text = backprop("draw", *case.words(), "--svg").out
    root = ElementTree.fromstring(text)
    assert root.get("role") == "img" and root.get("aria-labelledby") == "t d"
    description = root.find(f"{SVG}desc")
    assert description is not None and root.find(f"{SVG}title") is not None
    said = set(numbers(description.text or ""))
    classes = {"v", "d", "c"}
    drawn = [found.text or "" for found in root.iter(f"{SVG}text") if found.get("class") in classes]
    assert drawn and set(drawn) <= said
    assert "prefers-color-scheme:dark" in text
    assert not re.search(r"<script|href|@import|@font-face|url\((?!#)", text)
    assert len(text.encode()) < 8_000


def test_the_numbers_are_those_of_eval() -> None:
    """Values and gradients in the description, against eval --json, to the shown decimals."""
    for case in SAMPLES:
        drawn = picture(case.diagram()).description
        found = json.loads(backprop("eval", *case.words(), "--json").out)
        for node in found["nodes"]:
            said = re.search(rf"(?:^|; ){node['title']} = ([^,;]+), gradient ([^ ;]+)", drawn)
            if node["op"] in ("input",) or node["name"]:
                assert said, node["title"]
            if said:
                for text, value in zip(
                    said.groups(), (node["value"], node["gradient"]), strict=True
                ):
                    assert abs(float(text.replace("−", "-")) - value) <= 0.00501, node


def test_files_by_their_ending(tmp_path: Path) -> None:
    starts = {"svg": "<svg", "html": "<!DOCTYPE", "dot": "digraph", "mmd": "flowchart",
              "tex": "\\documentclass"}  # fmt: skip
    for ending, start in starts.items():
        path = tmp_path / f"circuit.{ending}"
        found = backprop("draw", "(x+y)*z", "x=1", "y=3", "z=-3", "-o", str(path))
        assert found == (0, "", "")
        assert path.read_text(encoding="utf-8").startswith(start)
    assert sorted(os.listdir(tmp_path)) == sorted(f"circuit.{ending}" for ending in starts)


def test_png_is_a_picture_of_twice_the_size(tmp_path: Path) -> None:
    pytest.importorskip("resvg_py", reason="resvg-py is not installed")
    path = tmp_path / "circuit.png"
    found = backprop("draw", "(x+y)*z", "x=1", "y=3", "z=-3", "-o", str(path))
    if "needs a font" in found.err:
        pytest.skip("this system has no font")
    data = path.read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
    drawn = picture(Case("", "(x+y)*z", {"x": "1", "y": "3", "z": "-3"}).diagram())
    assert abs(width - 2 * drawn.width) <= 2 and abs(height - 2 * drawn.height) <= 2
    piped = process("draw", "(x+y)*z", "x=1", "y=3", "z=-3", "--png")
    assert piped.stdout == data


def test_png_without_the_library_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    found = backprop("draw", "x", "x=1", "--png")
    assert found.code == 5 and "pip install" in found.err and "Traceback" not in found.err


def test_png_to_a_terminal_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from commandline import Stream

    monkeypatch.setattr(Stream, "isatty", lambda self: True)
    found = backprop("draw", "x", "x=1", "--png")
    assert found.code == 2 and not found.out and "-o circuit.png" in found.err


def test_an_existing_file_keeps_its_rights_or_its_content(tmp_path: Path) -> None:
    """A file is replaced whole and keeps its permissions; what fails leaves it alone."""
    path = tmp_path / "circuit.svg"
    path.write_text("before", encoding="utf-8")
    path.chmod(0o640)
    assert backprop("draw", "x*y", "x=1", "-o", str(path)).code == 2
    assert path.read_text(encoding="utf-8") == "before"
    link = tmp_path / "link.svg"
    link.symlink_to(path)
    assert backprop("draw", "x*y", "x=1", "y=2", "-o", str(link)).code == 0
    assert link.is_symlink() and path.read_text(encoding="utf-8").startswith("<svg")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert sorted(os.listdir(tmp_path)) == ["circuit.svg", "link.svg"]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--svg", "--dot"], 2, "two formats"),
        (["-o", "circuit"], 2, ".svg, .png, .html"),
        (["-o", "circuit.jpeg"], 2, ".svg, .png, .html"),
        (["-o", "/nowhere/at/all.svg"], 5, "could not be written"),
        (["--svg", "--depth", "0"], 2, "--depth 5"),
        (["--svg", "--top", "-1"], 2, "--top 5"),
        (["--depth", "3"], 2, "--svg"),
        (["--collapse"], 2, "--svg"),
        (["--svg", "--svgg", "1"], 2, "svgg"),
    ],
)
def test_what_is_refused(words: list[str], code: int, said: str) -> None:
    found = backprop("draw", "x*y", "x=1", "y=2", *words)
    assert found.code == code and said in found.err and not found.out


def test_a_directory_is_no_file(tmp_path: Path) -> None:
    path = tmp_path / "folder.svg"
    path.mkdir()
    found = backprop("draw", "x", "x=1", "-o", str(path))
    assert found.code == 5 and "is no file" in found.err


def test_nothing_heavy_is_imported_unless_asked_for() -> None:
    """eval loads nothing of drawing; --svg loads neither pages, rich nor the PNG library."""
    script = (
        "import sys; from backprop_cli.__main__ import status; status(sys.argv[1:]);"
        "print(*sys.modules, file=sys.stderr)"
    )

    def loaded(*words: str) -> set[str]:
        found = subprocess.run(
            [sys.executable, "-c", script, *words], capture_output=True, text=True, check=True
        )
        return set(found.stderr.split())

    point = ["x*y", "x=1", "y=2"]
    assert not [name for name in loaded("eval", *point, "--json") if "drawing" in name]
    modules = loaded("draw", *point, "--svg")
    assert "backprop_cli.drawing" in modules
    assert not {"rich", "resvg_py", "backprop_cli.render.html", "backprop_cli.render.png"} & modules


def test_certified_digits_and_fractions_are_drawn() -> None:
    assert "0.142371729792263667" in backprop("draw", "sin(1/7 + 0*x)", "x=0", "--svg",
                                              "--digits", "18").out  # fmt: skip
    assert ">7/27<" in backprop("draw", "x^3/(1+y)", "x=2/3", "y=1/7", "--svg", "--exact").out
    assert "e−435" in backprop("draw", "1/(1 + exp(-x))", "x=-1000", "--svg").out


def test_what_has_no_gate_is_drawn_too() -> None:
    """A mere input, a mere constant, an input without a path, an infinite value."""
    cases: list[tuple[str, list[str]]] = [
        ("x", ["x=2"]),
        ("2 + 3", []),
        ("7", []),
        ("data y\nx + 1", ["x=1", "y=2"]),
        ("1/x", ["x=0"]),
        ("log(x)", ["x=-1"]),
    ]
    for formula, values in cases:
        for flag in FLAGS:
            found = backprop("draw", formula, *values, flag)
            assert found.code == 0 and found.out, (formula, flag, found.err)
            assert bool(found.err) == (formula in ("1/x", "log(x)")), found.err


# -------------------------------------------------------------------------------- hostile texts


def spoilt(text: str) -> tuple[Diagram, Picture]:
    """A diagram and its picture with a hostile text wherever a user's text may stand."""
    found = diagram(Case("", BOXED, POINT).report())
    vertices = tuple(
        v._replace(title=text, sign=text, value=text, gradient=text, shares=(text,) * len(v.shares),
                   named=True) for v in found.vertices
    )  # fmt: skip
    rows = tuple(row._replace(formula=text, title=text) for row in found.report.rows)
    hostile = found._replace(
        vertices=vertices,
        output_title=text,
        regions=tuple(region._replace(label=text) for region in found.regions),
        report=found.report._replace(rows=rows, parsed=f"{text}\n{text}"),
    )
    return hostile, picture(hostile, all_names=True)


class Tags(HTMLParser):
    """The tags, attributes and texts of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_stay_texts_in_svg_and_html(text: str) -> None:
    """The same elements and attributes as without them, and the text itself is still to be read."""
    plain, drawn = spoilt("wide enough")
    hostile, bad = spoilt(text)
    elements = [found.tag for found in ElementTree.fromstring(svg(drawn)).iter()]
    root = ElementTree.fromstring(svg(bad))
    assert [found.tag for found in root.iter()] == elements
    assert not [c for c in svg(bad) if not c.isprintable() and c != "\n"]
    expected, found = Tags(), Tags()
    expected.feed(page(plain, drawn))
    found.feed(page(hostile, bad))
    assert found.tags == expected.tags and found.attributes == expected.attributes
    shown = text.replace("\n", " ").replace("\r", " ")
    shown = "".join(c if c.isprintable() else "\ufffd" for c in shown)
    assert shown[:20] in found.text


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_stay_texts_in_dot_mermaid_and_tikz(text: str) -> None:
    """As many lines and statements as without them."""
    plain, drawn = spoilt("wide enough")
    hostile, bad = spoilt(text)
    for write in (dot, mermaid):
        assert write(hostile).count("\n") == write(plain).count("\n")
    outside = re.sub(r'"(?:[^"\\]|\\.)*"|<<.*?>>(?=[],])', "S", dot(hostile))
    assert outside == re.sub(r'"(?:[^"\\]|\\.)*"|<<.*?>>(?=[],])', "S", dot(plain))
    assert re.sub(r'"[^"]*"|accTitle.*', "S", mermaid(hostile)) == re.sub(
        r'"[^"]*"|accTitle.*', "S", mermaid(plain)
    )
    written = tikz(bad)
    assert written.count("\n") == tikz(drawn).count("\n")
    assert "\\input" not in written and written.count("\\end{document}") == 1
    for line in written.split("\n"):
        if line.startswith("\\node"):
            bare = line.replace("\\{", "").replace("\\}", "").replace("\\%", "")
            assert bare.count("{") == bare.count("}") and bare.endswith("};") and "%" not in bare


# -------------------------------------------------------------------------- other people's programs


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
def test_graphviz_draws_it() -> None:
    for found in (*(case.diagram() for case in SAMPLES), *(spoilt(text)[0] for text in HOSTILE),
                  *(random_case(seed).diagram() for seed in range(10))):  # fmt: skip
        run = subprocess.run(["dot", "-Tsvg"], input=dot(found).encode(), capture_output=True)
        assert run.returncode == 0 and b"syntax error" not in run.stderr, run.stderr
        root = ElementTree.fromstring(run.stdout)
        assert not list(root.iter(f"{SVG}script")) and not list(root.iter(f"{SVG}a"))


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_latex_compiles_it(tmp_path: Path) -> None:
    pictures = [picture(case.diagram()) for case in (*SAMPLES[:4], random_case(7))]
    pictures += [spoilt(text)[1] for text in HOSTILE]
    theta = Case("", "θ = 2w₀; √(θ)*x² + ∛x", {"w0": "2", "x": "3"})
    for place, drawn in enumerate([*pictures, picture(theta.diagram())]):
        path = tmp_path / f"{place}.tex"
        path.write_text(tikz(drawn).replace("\ufffd", "?"), encoding="utf-8")
        words = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", path.name]
        run = subprocess.run(words, cwd=tmp_path, capture_output=True)
        if b"standalone.cls' not found" in run.stdout:
            pytest.skip("the LaTeX class standalone is not installed")
        assert run.returncode == 0, run.stdout[-1500:]


def test_the_limit_is_one_of_the_command_line_too() -> None:
    formula = "+".join(f"sin({place}*x)" for place in range(200))
    found = backprop("draw", formula, "x=1", "--svg")
    assert found.code == 4 and "--depth 4" in found.err and "--top 20" in found.err
    assert backprop("draw", formula, "x=1", "--svg", "--top", "20").code == 0
    assert backprop("draw", formula, "x=1", "--svg", "--depth", "4").code == 0
    with pytest.raises(BackpropError):
        Case("", formula, {"x": "1"}).diagram()
