"""The explanations: what a student reads, in every form of output.

`python tests/test_explain.py` writes the expected texts anew; read them before you commit.
"""

from __future__ import annotations

import json
import math
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import jsonschema
import pytest
from commandline import ROOT, backprop, process
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from test_samples import RUNS

from backprop_cli import bind, evaluate, parse, report
from backprop_cli.explanation import MOST_GATES, explain
from backprop_cli.explanation.remarks import REMARKS
from backprop_cli.graph import Graph
from backprop_cli.namespaces import floats
from backprop_cli.numerals import short
from backprop_cli.operations import OPERATIONS
from backprop_cli.render.explain_latex import document
from backprop_cli.render.latex import Latex, latex_name, latex_text
from backprop_cli.render.markdown import Markdown, markdown
from backprop_cli.reporting import Report
from backprop_cli.run import run

TEXTS = sorted((ROOT / "tests" / "explain").glob("*.txt"))
MOCKUP = ROOT / "tests" / "explain" / "mockup.md"
SCHEMA = json.loads((ROOT / "backprop_cli" / "schemas" / "explain-1.json").read_text("utf-8"))
FORMATS = ("--json", "--markdown", "--latex")


@pytest.fixture(autouse=True)
def at_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands name the samples from the top of the repository."""
    monkeypatch.chdir(ROOT)


def explained(*words: str, columns: int = 80) -> str:
    """What `backprop explain` prints; the command must succeed."""
    found = backprop("explain", *words, env={"COLUMNS": str(columns)})
    assert found.code == 0, found.err
    return found.out


def screen(path: Path) -> str:
    """A file of expected text as it should be: its command, and what that prints."""
    command = path.read_text("utf-8").partition("\n")[0]
    words = shlex.split(command.removeprefix("$ backprop explain "))
    return f"{command}\n{explained(*words)}"


def commands() -> list[list[str]]:
    """The words of every command in the expected texts and in the samples."""
    lines = [path.read_text("utf-8").partition("\n")[0] for path in TEXTS]
    found = [shlex.split(line.removeprefix("$ backprop explain ")) for line in lines]
    return found + [shlex.split(command.removeprefix("eval ")) for _, command, _ in RUNS]


# ------------------------------------------------------------------------------------------- texts


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_texts(path: Path) -> None:
    """Each command prints the text that was read and found good."""
    assert screen(path) == path.read_text("utf-8")


def equations(text: str) -> set[str]:
    """The equations of a text, without blanks and brackets, no side twice in a row."""
    found = set()
    for line in text.replace("+=", "=").splitlines():
        for part in re.split(r"\s{3,}|^ *\d+\. | with ", re.sub(r"\s+(?==)", " ", line)):
            sides = [re.sub(r"[\s()]", "", side) for side in part.partition(": ")[0].split("=")]
            kept = [s for place, s in enumerate(sides) if not place or s != sides[place - 1]]
            if len(kept) > 1:
                found.add("=".join(kept))
    return found


def test_agrees_with_the_mockups() -> None:
    """Every equation of the three designed texts stands in ours, in the same order of steps."""
    for block in MOCKUP.read_text("utf-8").split("```")[1::2]:
        command, _, text = block.strip().partition("\n")
        ours = explained(*shlex.split(command.removeprefix("$ backprop explain ")), columns=200)
        missing = equations(text) - equations(ours)
        assert not missing, missing
        steps = re.compile(r"^ *(\d+)\. (.*?) +=", re.MULTILINE)
        assert steps.findall(text) == steps.findall(ours)
        for reading in re.findall(r"\w+ up 0.01 → \w+ (?:up|down) about [0-9.]+", text):
            assert reading in ours


@pytest.mark.parametrize("words", commands(), ids=" ".join)
@pytest.mark.parametrize("columns", [80, 120])
def test_fits_the_width(words: list[str], columns: int) -> None:
    """No line is wider than the screen."""
    assert all(len(line) <= columns for line in explained(*words, columns=columns).splitlines())


# Where each confusion arises, and what the text says there.
CONFUSIONS = [
    ("x*y", "x=2 y=3", "the start: f changes exactly as fast as f itself"),
    ("sin(x*y)", "x=2 y=3", "Why multiply?"),
    ("sin(x*y)", "x=2 y=3", "is the gradient at this gate’s output"),
    ("x*x", "x=3", "x stands in this gate twice: two edges, two shares"),
    ("x^2", "x=3", "a square is one gate with one edge; as x·x it has two edges"),
    ("x*y + x", "x=3 y=1", "+= because x is used twice: each use adds its share"),
    ("x + 1", "x=3", "the constant 1 gets no line: it cannot change"),
    ("max(x, y)", "x=3 y=1", "y gets 0: it was not chosen here"),
    ("max(x, y)", "x=1 y=1", "a kink (a tie); the tied inputs share the gradient equally"),
    ("relu(x)", "x=-1", "dead at −1: no gradient passes"),
    ("tanh(x)", "x=30", "saturated at 30"),
    ("x^2", "x=0", "a gradient of 0 is a result, not an error"),
    ("param w; x", "x=1 w=2", "w gets 0: no path leads from it to f"),
    ("x*floor(y)", "x=1 y=2.5", "y gets 0: each path from it to f is blocked"),
    ("-x", "x=1", "minus flips the sign"),
    ("x/y", "x=1 y=2", "the numerator gets 1/y, the denominator −x/y²"),
    ("sigmoid(x)", "x=1", "the slopes of the four gates multiply to f·(1 − f)"),
    ("1/(1 + exp(-x))", "x=1", "v1, v2, v3, f together are sigmoid(x)"),
    ("sqrt(x)", "x=0", "the slope at 0 is infinite"),
    ("log(x)", "x=-1", "−1 is outside the domain (x > 0)"),
    ("x*sqrt(x)", "x=0", "0 · inf has no value: the result is NaN"),
    ("if(x > 0, x, 0)", "x=1", "the condition v1 only chooses"),
    ("a = x*y; a*a", "x=1 y=2", "is complete here: both uses have sent their share"),
    ("abs(x)", "x=0", "x: no forecast, f does not follow this gradient here"),
]


@pytest.mark.parametrize(("formula", "values", "says"), CONFUSIONS)
def test_answers_where_the_question_arises(formula: str, values: str, says: str) -> None:
    """The answer stands in the text, once."""
    text = " ".join(explained(formula, *values.split()).split())
    assert text.count(says) == 1


def test_remarks_are_said_once() -> None:
    """A long formula does not repeat a remark."""
    text = " ".join(explained("+".join(["x*x*3*y"] * 20), "x=2", "y=3").split())
    for words in ("Why multiply?", "the constant 3 gets no line", "two edges", "+= because"):
        assert text.count(words) == 1


# --------------------------------------------------------------------------------- agrees with eval

LEAVES = st.sampled_from(["x", "y", "z", "2", "0.5", "3"])
UNARY = ("sin", "cos", "exp", "tanh", "sigmoid", "sqrt", "log", "abs", "relu", "floor", "atan", "-")
BINARY = ("+", "-", "*", "/", "max", "min", "hypot", "if")


def applied(parts: tuple[str, str, str]) -> str:
    """An operation on one or two formulas."""
    operation, a, b = parts
    if operation in ("+", "-", "*", "/"):
        return f"(({a}) {operation} ({b}))"
    return f"if(({a}) > ({b}), {a}, {b})" if operation == "if" else f"{operation}({a}, {b})"


FORMULAS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(UNARY), inner).map(lambda part: f"{part[0]}({part[1]})"),
        st.tuples(st.sampled_from(BINARY), inner, inner).map(applied),
        inner.map(lambda text: f"({text})^2"),
        inner.map(lambda text: f"({text})^3"),
    ),
    max_leaves=9,
)
VALUES = st.sampled_from([-3.0, -1.0, -0.25, 0.0, 0.1, 1.0, 2.0, 2.5, 30.0, 1e-5, 12345.678])
FORWARD = re.compile(r"^ *\d+\. (\S+) += .* = (\S+)$")
SHARE = re.compile(r"^        ∂\w+/∂(\S+) \+?= (.+)$")


def explained_report(formula: str, x: float, y: float, z: float) -> Report:
    """The report of a random formula; those over x, y, z that do not evaluate are passed over."""
    names = [name for name in "xyz" if re.search(rf"\b{name}\b", formula)]
    values = {"x": x, "y": y, "z": z}
    return report(evaluate(parse(formula), bind([(name, repr(values[name])) for name in names])))


@settings(max_examples=150, deadline=None)
@given(FORMULAS, VALUES, VALUES, VALUES)
def test_numbers_are_those_of_eval(formula: str, x: float, y: float, z: float) -> None:
    """Each value, gradient and slope in the text is the one that eval has for that node."""
    found = explained_report(formula, x, y, z)
    words = [formula, *[f"{name}={found.bindings[name]!r}" for name in found.bindings]]
    assume(found.numbers == "float64")
    shown = json.loads(backprop("eval", *words, "--json").out)
    nodes = {node["title"].replace("-", "−"): node for node in shown["nodes"]}

    def text(value: object) -> str:
        special = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
        number = special.get(value, value) if isinstance(value, str) else value
        return short(float(number) if not isinstance(number, bool) else number)

    forward, _, backward = explained(*words, columns=2000).partition("BACKWARD")
    gate: dict[str, object] = {}
    for line in forward.splitlines():
        match = FORWARD.match(line)
        if match:
            assert match[2] == text(nodes[match[1]]["value"])
    for line in backward.splitlines():
        step = re.match(r"^ *\d+\. (\S+) = .*:", line)
        gate = nodes[step[1]] if step else gate
        share = SHARE.match(line)
        if not share or line.lstrip().startswith("– "):
            continue
        sides = share[2].split(" = ")
        if len(sides) == 1:
            assert sides == ["0"]
            continue
        upstream, slope = sides[-2].split(" · ")
        local = [text(value) for value in gate["local"]]
        assert upstream == text(gate["gradient"])
        assert slope.strip("()") in local
    for name, value in shown["gradient"].items():
        output = shown["nodes"][int(shown["output"][1:])]["title"]
        output = "f" if not shown["nodes"][int(shown["output"][1:])]["inputs"] else output
        assert f"∂{output}/∂{name} = {text(value)}" in backward


@settings(max_examples=150, deadline=None)
@given(FORMULAS, VALUES, VALUES, VALUES)
def test_shares_add_up(formula: str, x: float, y: float, z: float) -> None:
    """A share is (gradient at the output) · (local slope); a node's shares are its gradient."""
    found = explained_report(formula, x, y, z)
    assume(found.numbers == "float64")
    sums: dict[int, float] = {}
    for step in explain(found).backward:
        for item in step.contributions:
            assert item.upstream == found.rows[step.node].gradient or math.isnan(item.upstream)
            if item.slope is None:
                assert item.result == 0
            else:
                product = item.upstream * item.slope
                assert item.result == product or math.isnan(product)
            sums[item.source] = sums.get(item.source, 0.0) + item.result
    for node, total in sums.items():
        gradient = found.rows[node].gradient
        assert total == pytest.approx(gradient, rel=1e-12, abs=1e-300, nan_ok=True)


POINTS = {
    "asec": [1.4], "acsc": [1.4], "acosh": [1.4], "polygamma": [1.0, 0.3], "factorial": [3.0],
    "whole_power": [0.4, 3.0], "where": [True, 0.3, 0.2], "and": [True, False], "or": [True, False],
    "not": [True],
}  # fmt: skip


@pytest.mark.parametrize("name", [name for name, row in OPERATIONS.items() if row.parameters])
def test_every_operation_has_slopes_in_symbols(name: str) -> None:
    """Inside its domain each operation's local slopes are shown as formulas, from its row alone."""
    from backprop_cli.explanation.lecture import LECTURE
    from backprop_cli.explanation.slopes import Operand, slope_formulas

    row = OPERATIONS[name]
    count = 3 if row.variadic else len(row.signature()[0])
    values = POINTS.get(name, [0.4, 0.3, 0.7][:count])
    out = row.forward(floats, *values)
    slopes = row.slopes(floats, out, *values)
    operands = [Operand("abc"[place], value) for place, value in enumerate(values)]
    found = slope_formulas(name, operands, Operand("f", out), slopes, floats, LECTURE)
    assert [slope is None for slope in found.along] == [slope is None for slope in slopes]


# ------------------------------------------------------------------------------------ other formats


def check_latex(text: str) -> None:
    """The document is ASCII, its braces and environments are balanced, and it ends once."""
    assert text.isascii()
    bare = re.sub(r"\\[\\{}$&%#_]", "", text)
    assert bare.count("{") == bare.count("}") and bare.count("$") % 2 == 0
    opened: list[str] = []
    for kind, name in re.findall(r"\\(begin|end)\{([a-z*]+)\}", text):
        if kind == "begin":
            opened.append(name)
        else:
            assert opened.pop() == name
    assert not opened and text.count(r"\end{document}") == 1
    assert text.count(r"\left") - text.count(r"\leftarrow") == text.count(r"\right")


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_every_format(words: list[str]) -> None:
    """JSON validates and has eval's numbers; Markdown numbers the same steps; LaTeX is balanced."""
    out = {form: explained(*words, form) for form in FORMATS}
    found = json.loads(out["--json"])
    jsonschema.validate(found, SCHEMA)
    shown = json.loads(backprop("eval", *words, "--json").out)
    for key in ("value", "gradient", "bindings", "warnings", "expression", "numbers"):
        assert found[key] == shown[key]
    steps = re.findall(r"^ *(\d+)\. ", explained(*words), re.MULTILINE)
    assert re.findall(r"^(\d+)\. ", out["--markdown"], re.MULTILINE) == steps
    assert [str(step["step"]) for step in found["forward"] + found["backward"]] == steps
    check_latex(out["--latex"])


def test_schema_is_printed() -> None:
    """`backprop schema explain` prints the schema."""
    assert json.loads(backprop("schema", "explain").out) == SCHEMA


def test_one_kind_of_output() -> None:
    """Two kinds of output at once are refused."""
    found = backprop("explain", "x", "x=1", "--latex", "--markdown")
    assert found.code == 2 and "choose one of them" in found.err


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="there is no pdflatex to compile with")
def test_latex_compiles(tmp_path: Path) -> None:
    """Each of the documents goes through TeX without an error."""
    for number, words in enumerate(commands()):
        (tmp_path / f"{number}.tex").write_text(explained(*words, "--latex"), "ascii")
    (tmp_path / "hostile.tex").write_text(document(explain(hostile(), Latex())), "ascii")
    for path in sorted(tmp_path.glob("*.tex")):
        run_tex = subprocess.run(
            [
                "pdflatex",
                "-interaction=nonstopmode",
                "-halt-on-error",
                "-no-shell-escape",
                path.name,
            ],
            cwd=tmp_path,
            capture_output=True,
            timeout=120,
            check=False,
        )
        assert run_tex.returncode == 0, run_tex.stdout.decode("latin-1")[-2000:]


# -------------------------------------------------------------------------------- names and limits

HOSTILE = [
    "a_b_c", "x_", "<b>", "`tick`", "a|b", r"\input{x}", "$x$", "{", "}}", "100%", "x&y", "#1", "~",
    "x^2", "[link](http://x)", "*bold*", "__init__",
    "\x1b[31mred", "\u202eabc", "ж", "名前", "é", "θ̂",
]  # fmt: skip


def hostile() -> Report:
    """A report whose names no formula could have: as if they came from somewhere else."""
    graph = Graph()
    total = graph.input(HOSTILE[0])
    for name in HOSTILE[1:]:
        total = graph.apply("multiply", total, graph.input(name))
    values = dict.fromkeys(HOSTILE, 2.0)
    plain = evaluate(parse("x"), bind([("x", "2")]))
    lowered = plain.lowered._replace(graph=graph, output=total, output_name=None)
    made = plain._replace(lowered=lowered, run=run(graph, floats, values, total), bindings=values)
    return report(made)


def test_hostile_names_in_markdown() -> None:
    """Outside of code spans every sign with a meaning in Markdown is escaped."""
    text = markdown(explain(hostile(), Markdown()))
    assert "\x1b" not in text and "\u202e" not in text
    prose = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", text)
    for sign in "`<|$[{~":
        assert not re.search(rf"(?<!\\){re.escape(sign)}", prose), sign


def test_hostile_names_in_latex() -> None:
    """No name can leave its place in the document."""
    text = document(explain(hostile(), Latex()))
    check_latex(text)
    assert r"\input" not in text


def test_hostile_names_in_json() -> None:
    """Names are JSON strings whatever they hold."""
    from backprop_cli.render.explain_json import explanation_json

    jsonschema.validate(json.loads(explanation_json(explain(hostile()))), SCHEMA)


@pytest.mark.parametrize(
    ("name", "latex"),
    [
        ("x", "x"), ("θ", r"\theta"), ("theta", r"\theta"), ("w0", "w_{0}"), ("w_1", "w_{1}"),
        ("v12", "v_{12}"), ("loss", r"\mathrm{loss}"), ("λ", r"\lambda"), ("Ω", r"\Omega"),
        ("data_loss", r"\mathrm{data}_{\mathrm{loss}}"), ("é", r"\acute{e}"),
        ("x_", r"\mathrm{x\_}"),
        ("ж", r"\mathrm{U0436}"), ("σ_x", r"\sigma_{x}"), ("x̂", r"\hat{x}"),
    ],
)  # fmt: skip
def test_latex_names(name: str, latex: str) -> None:
    """Names read as in print, and no sign keeps a meaning of its own."""
    assert latex_name(name) == latex


@given(st.text(max_size=30))
def test_latex_text_is_inert(text: str) -> None:
    """Any text becomes balanced ASCII without an active sign."""
    for written in (latex_text(text), latex_name(text)):
        assert written.isascii() and written.isprintable()
        bare = re.sub(r"\\[\\{}$&%#_]", "", written)
        assert bare.count("{") == bare.count("}")
        assert not set(bare) & set("$&%#~") - {"~"}


def test_too_many_gates() -> None:
    """Beyond what anybody reads there is an error that says what to do."""
    formula = "+".join(["x"] * (MOST_GATES + 2))
    found = backprop("explain", formula, "x=1")
    assert found.code == 4 and "error[limit]" in found.err and "backprop eval" in found.err
    wide = backprop("explain", f"sum({','.join(['x'] * 10_001)})", "x=1")
    assert wide.code == 4 and "edges" in wide.err


def test_three_hundred_gates() -> None:
    """A long formula is explained gate by gate, in every format."""
    formula = "+".join(f"x*{count}" for count in range(2, 152))
    for form in ("", *FORMATS):
        assert len(explained(formula, "x=3", *filter(None, [form]))) > 10_000


def test_ascii_screen() -> None:
    """Where a screen has ASCII only, every sign has a look-alike, and columns stay aligned."""
    found = process(
        "explain",
        "-f",
        "-",
        "x=3",
        stdin="x² + π*x - |x|".encode(),
        env={"PYTHONIOENCODING": "ascii"},
    )
    text = found.stdout.decode("ascii")
    assert found.returncode == 0 and "\\x" not in text and "\\u" not in text
    assert "df/dx" in text and "pi*x" in text and "->" in text
    forward = text.partition("BACKWARD")[0]
    gates = [line for line in forward.splitlines() if re.match(r" +\d\. v\d = ", line)]
    assert len({[sign.start() for sign in re.finditer(" = ", line)][1] for line in gates}) == 1


def test_no_colour_in_a_pipe() -> None:
    """No escape sequence leaves the program where there is no terminal."""
    assert "\x1b" not in explained("x*y", "x=1", "y=2")


def test_every_remark_is_used() -> None:
    """No remark stands in the table without a place in a text."""
    package = ROOT / "backprop_cli" / "explanation"
    code = "".join(path.read_text("utf-8") for path in package.glob("*.py"))
    for key in REMARKS:
        assert len(re.findall(f"[\"']{key}[\"']", code)) >= 2, key


if __name__ == "__main__":
    for path in TEXTS:
        path.write_text(screen(path), "utf-8")
