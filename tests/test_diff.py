"""`backprop diff`: derivatives as formulas, in the terminal, as LaTeX and as JSON."""

from __future__ import annotations

import json
import math
import re
from typing import Any

import jsonschema
import pytest
from commandline import ROOT, backprop, process

from backprop_cli.render.derivative import folded

SCHEMA = json.loads((ROOT / "backprop_cli/schemas/diff-1.json").read_text(encoding="utf-8"))

SMOOTH = (
    "x^2*y + y^3",
    "sin(x*y)",
    "exp(x)*cos(y)",
    "log(x^2 + y^2)",
    "x/y",
    "sqrt(x^2 + y^2)",
    "atan(y/x)",
    "x^y",
    "exp(-(x^2 + y^2)/2)",
    "tanh(2*x + y)",
    "1/(1 + exp(-x*y))",
    "x*y/(x + y)",
    "asinh(x)*sinh(y)",
    "cos(x)/(1 + y^2)",
)


def found(*words: str) -> Any:
    """The JSON of a run, checked against its schema."""
    result = backprop("diff", *words, "--json")
    assert result.code == 0, result.out
    parsed = json.loads(result.out)
    jsonschema.validate(parsed, SCHEMA)
    return parsed


def formulas(*words: str) -> dict[str, str]:
    return {entry["label"]: entry["program"] for entry in found(*words)["derivatives"]}


def value(program: str, **values: float) -> float:
    """What `backprop eval` makes of a printed formula."""
    inputs = [f"{name}={v!r}" for name, v in values.items() if re.search(rf"\b{name}\b", program)]
    result = backprop("eval", program, *inputs, "--json")
    assert result.code == 0, result.out
    return float(json.loads(result.out)["value"])


# ----------------------------------------------------------------------------- what is worked out


@pytest.mark.parametrize("text", SMOOTH)
def test_hessian_against_sympy(text: str) -> None:
    """Every second partial derivative is SymPy's at a point; the mixed ones stand there once."""
    import sympy

    x, y = sympy.symbols("x y")
    formula = sympy.sympify(text.replace("^", "**"))
    at = {"x": 0.7, "y": 1.3}
    expected = {
        "d2f/dx2": sympy.diff(formula, x, 2),
        "d2f/dx dy": sympy.diff(formula, x, y),
        "d2f/dy2": sympy.diff(formula, y, 2),
    }
    printed = formulas(text, "--hessian", "--wrt", "x,y")
    assert list(printed) == list(expected)
    for label, program in printed.items():
        wanted = float(expected[label].evalf(30, subs={x: at["x"], y: at["y"]}))
        assert math.isclose(value(program, **at), wanted, rel_tol=1e-12, abs_tol=1e-14), program


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sin(x)*exp(x)", "2*exp(x)*(cos(x) - sin(x))"),
        ("x^5", "60*x^2"),
        ("tanh(x)", "8*tanh(x)^2 - 6*tanh(x)^4 - 2"),
    ],
)
def test_third_order(text: str, expected: str) -> None:
    """Third derivatives to the letter, and SymPy's value."""
    import sympy

    printed = formulas(text, "--order", "3")
    assert printed == {"d3f/dx3": expected}
    formula = sympy.diff(sympy.sympify(text.replace("^", "**")), sympy.Symbol("x"), 3)
    wanted = float(formula.evalf(30, subs={"x": 0.7}))
    assert math.isclose(value(expected, x=0.7), wanted, rel_tol=1e-12)


def test_high_orders() -> None:
    """Any order up to the limit, in seconds."""
    assert formulas("sin(x)*exp(x)", "--order", "20") == {"d20f/dx20": "-1024*exp(x)*sin(x)"}
    assert formulas("x^5", "--order", "6") == {"d6f/dx6": "0"}
    assert formulas("exp(2*x)", "--order", "60") == {"d60f/dx60": f"{2**60}*exp(2*x)"}


def test_orders_and_variables() -> None:
    """--wrt chooses the variables and their order, --order N is by one variable each."""
    assert list(formulas("x*y*z", "--wrt", "z, x")) == ["df/dz", "df/dx"]
    assert formulas("x^3*y^2", "--order", "2") == {"d2f/dx2": "6*x*y^2", "d2f/dy2": "2*x^3"}
    assert formulas("w₀*x", "--wrt", "w₀") == {"df/dw0": "x"}


def test_values() -> None:
    """With all bindings every derivative has its value: doubles, fractions, certified digits."""
    entries = found("x^3*y", "--x", "2", "--y", "1/3", "--hessian", "--exact")["derivatives"]
    assert [entry["value"] for entry in entries] == [4, 12, 0]
    digits = found("exp(x)", "--x", "1", "--digits", "30", "--order", "2")
    assert digits["numbers"] == "balls"
    text = backprop("diff", "exp(x)", "--x", "1", "--digits", "30").out
    assert text == "df/dx = exp(x) = 2.71828182845904523536028747135\n"
    assert backprop("diff", "w*x + b", "w=2", "x=3", "b=1").out == (
        "df/dw = x = 3\ndf/dx = w = 2\ndf/db = 1\n"
    )


def test_values_are_those_of_eval() -> None:
    """The values are eval's gradient, also where doubles lose it on the way."""
    words = ("1/(1 + exp(-x))", "--x", "-1000")
    gradient = re.search(r'"gradient":\{"x":([^}]*)\}', backprop("eval", *words, "--json").out)
    assert gradient is not None and gradient[1].endswith("e-435")
    assert f'"value":{gradient[1]}}}]' in backprop("diff", *words, "--json").out


def test_open_variables() -> None:
    """A variable without a value is no error; a note says why no values are shown."""
    result = backprop("diff", "x*y", "--x", "2")
    assert result.code == 0 and result.out == "df/dx = y\ndf/dy = x\n"
    assert result.err == "warning[unbound-variable]: no values are shown, since 'y' has none\n"


def test_ties_are_noted() -> None:
    """The rule at a tie that the formula leaves out is said on standard error."""
    result = backprop("diff", "max(x, y)^2")
    assert "warning[tie]: at a tie of max(x, y)" in result.err
    assert "if(x >= y, " in result.out
    assert backprop("diff", "relu(x)").err == ""


# ----------------------------------------------------------------------------- definitions


def test_definitions_of_the_user() -> None:
    """A definition is kept where that is shorter, and written out where it is not."""
    result = backprop("diff", "z = w0*x0 + w1*x1 + b; f = 1/(1 + exp(-z))", "--wrt", "w0,b")
    assert result.out == (
        "z      = w0*x0 + w1*x1 + b\n"
        "df/dw0 = x0*exp(-z)/(1 + exp(-z))^2\n"
        "df/db  = exp(-z)/(1 + exp(-z))^2\n"
    )
    assert backprop("diff", "q = x + y; f = q*z", "--wrt", "x,z").out == (
        "df/dx = z\ndf/dz = x + y\n"
    )
    own = backprop("diff", "s(u) = 1/(1 + exp(-u)); y = s(x)^2").out
    assert own == "dy/dx = 2*exp(-x)/(1 + exp(-x))^3\n"


def test_programs_stand_alone() -> None:
    """With its definitions in front each formula is a program that eval reads."""
    text = "p = x^2 + y^2 + 1; q = sin(p)*p; f = q^2/(1 + q^2)"
    at = {"x": 0.3, "y": -0.8}
    words = [f"{name}={v}" for name, v in at.items()]
    for extra in ((), ("--define",)):
        for entry in found(text, *words, *extra)["derivatives"]:
            assert math.isclose(value(entry["program"], **at), entry["value"], rel_tol=1e-12)


def test_define() -> None:
    """--define names what occurs twice, by names that are free."""
    out = backprop("diff", "sin(t1*x^2)^2*exp(sin(t1*x^2)) + t2", "--define", "--wrt", "x").out
    lines = dict(line.split(" = ") for line in re.sub(r" +=", " =", out).splitlines())
    assert lines.keys() >= {"t3", "df/dx"} and not lines.keys() & {"t1", "t2"}


def test_long_formulas_get_names() -> None:
    """A formula too long to be read is written with names, and says so."""
    text = "g(u) = tanh(u*w + b); " + "g(" * 60 + "x" + ")" * 60 + "^2"
    result = backprop("diff", text, "--wrt", "x")
    assert result.code == 0 and "warning[named-parts]" in result.err
    assert len(result.out) < 20_000
    entry = found(text, "--wrt", "x", "x=0.3", "w=1.2", "b=0.1")["derivatives"][0]
    assert math.isclose(value(entry["program"], x=0.3, w=1.2, b=0.1), entry["value"], rel_tol=1e-9)


# ----------------------------------------------------------------------------- how it is shown


def test_lines_are_aligned() -> None:
    """The equals signs of all lines stand below each other; nothing is cut when piped."""
    long = "+".join(f"sin(alpha{i}*x)" for i in range(30))
    out = backprop("diff", long).out
    assert len({line.index(" = ") for line in out.splitlines()}) == 1
    assert max(map(len, out.splitlines())) > 300


def test_folded_lines_are_read_as_one() -> None:
    """A formula folded at a terminal ends each line with a sign, so that it still parses."""
    formula = " + ".join(f"alpha{i}*cos(alpha{i}*x)" for i in range(30))
    lines = folded(formula, 70)
    assert len(lines) > 5 and max(map(len, lines)) <= 70
    values = {f"alpha{i}": 1 + i / 7 for i in range(30)}
    assert value("\n".join(lines), x=0.4, **values) == value(formula, x=0.4, **values)
    assert folded(formula, 0) == [formula]


@pytest.mark.parametrize(
    "text",
    [
        *SMOOTH,
        "max(x, y, 0)*abs(x)",
        "if(x > 0 and y != 1, x^2, x mod 3)",
        "α_β*θ + x_under_score*w0",
        "log(x, 2) + floor(x)*cbrt(y) + 1e-9*x^(3/2)",
        "beta(x, y) + normal_cdf(x) + leaky_relu(x)",
        "-(x - 2)*(-3)^x - -y",
    ],
)
def test_latex_is_balanced(text: str) -> None:
    """Brackets, \\left and \\right and environments come in pairs; names are escaped."""
    for extra in ((), ("--hessian",), ("--define",)):
        result = backprop("diff", text, "--latex", *extra)
        assert result.code == 0 and result.out.isascii()
        latex = result.out
        assert latex.startswith("\\begin{align*}\n") and latex.endswith("\\end{align*}\n")
        assert latex.count(r"\left") == latex.count(r"\right")
        assert latex.count(r"\begin{cases}") == latex.count(r"\end{cases}")
        depth = 0
        for sign in re.sub(r"\\[{}]", "", latex):
            depth += (sign == "{") - (sign == "}")
            assert depth >= 0
        assert depth == 0
        assert not re.search(r"(?<![A-Za-z\\}\])0-9])_", latex.replace(r"\_", ""))


def test_latex_texts() -> None:
    """Fractions, roots, side-by-side factors and partial signs as in a textbook."""
    assert backprop("diff", "sin(x^2)", "--latex").out == (
        "\\begin{align*}\n"
        "  \\frac{\\mathrm{d} f}{\\mathrm{d}x} &= 2 x \\cos\\left(x^{2}\\right)\n"
        "\\end{align*}\n"
    )
    entries = found("exp(-x/y)*sqrt(y)", "--wrt", "x")["derivatives"]
    assert [entry["latex"] for entry in entries] == [r"-\frac{e^{-\frac{x}{y}}}{\sqrt{y}}"]
    assert r"\frac{\partial^{2} f}{\partial x \, \partial y} &= 2 x" in (
        backprop("diff", "x^2*y", "--hessian", "--latex").out
    )


def test_schema_is_listed() -> None:
    """`backprop schema diff` prints the schema that the JSON keeps to."""
    assert json.loads(backprop("schema", "diff").out) == SCHEMA


def test_colour_and_encoding() -> None:
    """No escape sequences when piped or with NO_COLOR; any locale can show the result."""
    words = ("diff", "x*θ", "x=-2", "θ=-1.5")
    for env in ({}, {"NO_COLOR": "1"}, {"LC_ALL": "C", "PYTHONIOENCODING": "ascii"}):
        run = process(*words, env=env)
        assert run.returncode == 0 and b"\x1b" not in run.stdout
    assert run.stdout.isascii()


# ----------------------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["x*y", "--wrt", "q"], 2, "has no variable 'q'"),
        (["q = 2*x; q*y", "--wrt", "q"], 2, "'q' is defined by the formula"),
        (["x*y", "--wrt", "x,,y"], 2, "--wrt takes names"),
        (["x*y", "--u", "2"], 2, "has no variable 'u'"),
        (["x", "--order", "0"], 2, "--order takes a whole number"),
        (["x", "--order", "101"], 4, "--order takes a whole number"),
        (["x", "--order", "2", "--hessian"], 2, "--hessian has the second derivatives"),
        (["x", "--json", "--latex"], 2, "two kinds of output"),
        (["x", "--exact", "--digits", "5"], 2, "two kinds of numbers"),
        (["1/2x"], 3, "two readings"),
        (["+".join(f"x{i}^2" for i in range(80)), "--hessian"], 4, "the limit 'derivatives'"),
        (["*".join(f"x{i}" for i in range(1500))], 4, "the limit 'output'"),
        (["tanh(tanh(x))", "--max-nodes", "5"], 4, "the limit 'nodes'"),
    ],
)
def test_refusals(words: list[str], code: int, says: str) -> None:
    """Each with its exit status and its reason."""
    result = backprop("diff", *words)
    assert result.code == code, result.err
    assert says in result.err and ("--json" in words or result.out == "")
    again = json.loads(backprop("diff", *words, "--json").out or "{}")
    assert again["ok"] is False
