"""A right formula is equal however it is written; a wrong one is refused with a point that proves
it; nothing that a student can write hangs, crashes or gives a name another meaning.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from fractions import Fraction
from itertools import islice
from typing import Any

import pytest
import sympy
from flint import ctx
from hypothesis import given, settings
from hypothesis import strategies as st

from backprop_cli import bind, evaluate, parse
from backprop_cli.errors import BackpropError
from backprop_cli.homework.asking.key import Question, read_key
from backprop_cli.homework.limits import TimeUp
from backprop_cli.homework.marking import comparing
from backprop_cli.homework.marking.comparing import Comparison, Target, compare, true_formula
from backprop_cli.homework.marking.sampling import Point, neighbour, points
from backprop_cli.syntax.homework import parse_answer

VERDICTS = {"equal", "different", "undecided", "unreadable"}


def question(formula: str, ask: str = "df/dx", *more: str) -> Question:
    """A question with one formula answer; `more` are further lines of the key."""
    lines = [f"Q1 f = {formula}", *more, f"ask {ask}"]
    return read_key("\n".join(lines) + "\n").questions[0]


def verdict(asked: Question, answer: str, seed: str = "42") -> Comparison:
    line = f"dx = {answer}"
    expression = parse_answer(line).written.expression  # type: ignore[union-attr]
    assert expression is not None
    return compare(asked, asked.items[0].elements[0], expression, line, seed)


# Function of x (and y), its derivative along x in several forms, and wrong answers.
TEXTBOOK: list[tuple[str, list[str], list[str]]] = [
    ("7", ["0", "x - x"], ["7", "1"]),
    ("x", ["1", "x/x", "x^0"], ["x", "0"]),
    ("3x - 5", ["3", "6/2"], ["-2", "3x"]),
    ("x^2", ["2x", "x + x", "2*x^2/x"], ["x", "x^2", "2", "2*|x|"]),
    ("x^3", ["3x^2", "3*x*x"], ["3x^3", "x^2", "3*x*|x|"]),
    ("x^7 - 4x^5", ["7x^6 - 20x^4", "x^4*(7x^2 - 20)"], ["7x^6 - 4x^4", "7x^7 - 20x^5"]),
    ("(x + 1)^2", ["2(x + 1)", "2x + 2"], ["2x", "2x + 1", "(x + 1)"]),
    ("(2x + 1)^5", ["10*(2x + 1)^4"], ["5*(2x + 1)^4", "10*(2x + 1)^5"]),
    ("(x^2 + 1)^3", ["6x*(x^2 + 1)^2", "6x^5 + 12x^3 + 6x"], ["3*(x^2 + 1)^2", "6x*(x^2 + 1)"]),
    ("1/x", ["-1/x^2", "-x^(-2)", "-(1/x)^2"], ["1/x^2", "-1/x", "log(x)", "-1/(x*|x|)"]),
    ("1/x^2", ["-2/x^3", "-2x^(-3)"], ["-2/x", "2/x^3", "-2/|x|^3"]),
    ("1/(1 + x^2)", ["-2x/(1 + x^2)^2", "-2x*f^2"], ["2x/(1 + x^2)^2", "-2x/(1 + x^2)", "atan(x)"]),
    ("x/(1 + x)", ["1/(1 + x)^2", "1/(x^2 + 2x + 1)", "(1 - f)/(1 + x)"], ["1", "-1/(1 + x)^2"]),
    ("(x - 1)/(x + 1)", ["2/(x + 1)^2"], ["-2/(x + 1)^2", "2/(x + 1)", "2x/(x + 1)^2"]),
    ("sqrt(x)", ["1/(2sqrt(x))", "0.5*x^(-1/2)", "f/(2x)"],
     ["1/sqrt(x)", "sqrt(x)/2", "2/sqrt(x)"]),
    ("sqrt(1 + x^2)", ["x/sqrt(1 + x^2)", "x/f"], ["1/(2sqrt(1 + x^2))", "2x/f", "|x|/f"]),
    ("cbrt(x)", ["1/(3cbrt(x)^2)", "f/(3x)"], ["1/(3cbrt(x))", "cbrt(x)/3"]),
    ("x^(2/3)", ["2/(3*x^(1/3))", "2/3*x^(-1/3)"], ["3/2*x^(-1/3)", "2/3*x^(1/3)"]),
    ("x*sqrt(x)", ["1.5sqrt(x)", "3/2*x^0.5"], ["1.5*x", "2/3*sqrt(x)"]),
    ("exp(x)", ["exp(x)", "e^x", "f", "exp(x/2)^2"], ["x*exp(x - 1)", "exp(x - 1)", "exp(-x)"]),
    ("exp(-x)", ["-exp(-x)", "-1/e^x"], ["exp(-x)", "-exp(x)"]),
    ("exp(3x + 1)", ["3exp(3x + 1)", "3e*e^(3x)"], ["exp(3x + 1)", "(3x + 1)exp(3x)"]),
    ("exp(-x^2)", ["-2x*exp(-x^2)", "-2*x*f"], ["exp(-x^2)", "2x*exp(-x^2)", "-2*|x|*f"]),
    ("x*exp(x)", ["(1 + x)exp(x)", "f + exp(x)", "f*(1 + 1/x)"],
     ["exp(x)", "x*exp(x)", "1 + exp(x)"]),
    ("2^x", ["2^x*log(2)", "log(2)*exp(x*log(2))"], ["x*2^(x - 1)", "2^x", "2^x*0.6931472"]),
    ("x^x", ["x^x*(log(x) + 1)", "f*(1 + ln(x))"], ["x*x^(x - 1)", "x^x*log(x)"]),
    ("log(x)", ["1/x", "x^(-1)"], ["log(x)/x", "-1/x", "1/x^2"]),
    ("log(3x)", ["1/x", "3/(3x)"], ["1/(3x)", "3/x"]),
    ("log(x^2)", ["2/x", "2x/x^2"], ["1/x^2", "2/|x|", "2x"]),
    ("log(1 + x^2)", ["2x/(1 + x^2)", "2/(x + 1/x)"], ["1/(1 + x^2)", "2x", "2*|x|/(1 + x^2)"]),
    ("x*log(x) - x", ["log(x)", "ln(x)", "2log(sqrt(x))"], ["log(x) - 1", "1/x - 1"]),
    ("log10(x)", ["1/(x*log(10))", "log10(e)/x"], ["1/x", "log(10)/x"]),
    ("log(|x|)", ["1/x", "sign(x)/|x|"], ["1/|x|", "sign(x)"]),
    ("log(x + sqrt(x^2 + 1))", ["1/sqrt(x^2 + 1)"], ["1/(x + sqrt(x^2 + 1))"]),
    ("sin(x)", ["cos(x)", "sin(x + pi/2)", "1 - 2*sin(x/2)^2"], ["-cos(x)", "sin(x)", "|cos(x)|"]),
    ("cos(x)", ["-sin(x)", "cos(x + pi/2)"], ["sin(x)", "-cos(x)"]),
    ("sin(2x)", ["2cos(2x)", "2 - 4*sin(x)^2"], ["cos(2x)", "2cos(x)", "4cos(x)"]),
    ("sin(x^2)", ["2x cos(x^2)", "cos(x^2)*x*2"],
     ["cos(x^2)", "2x*sin(x^2)", "cos(2x)", "2|x|cos(x^2)"]),
    ("sin(x)^2", ["2sin(x)cos(x)", "sin(2x)"], ["2sin(x)", "cos(x)^2", "2cos(x)"]),
    ("sin(x)^2 + cos(x)^2", ["0", "sin(x)^2 + cos(x)^2 - 1"], ["1", "1e-300", "4sin(x)cos(x)"]),
    ("sin(x)*cos(x)", ["cos(2x)", "cos(x)^2 - sin(x)^2"], ["-sin(x)cos(x)", "sin(2x)"]),
    ("tan(x)", ["1/cos(x)^2", "1 + tan(x)^2", "1 + f^2", "sec(x)^2"], ["1/cos(x)", "1 - tan(x)^2"]),
    ("x*sin(x)", ["sin(x) + x cos(x)"], ["cos(x)", "sin(x) - x*cos(x)"]),
    ("sin(x)/x", ["(x cos(x) - sin(x))/x^2", "(cos(x) - f)/x"],
     ["cos(x)", "cos(x)/x", "(cos(x) + f)/x"]),
    ("sin(cos(x))", ["-sin(x)cos(cos(x))"], ["cos(cos(x))", "cos(-sin(x))"]),
    ("exp(sin(x))", ["cos(x)exp(sin(x))", "f*cos(x)"], ["exp(cos(x))", "exp(sin(x))"]),
    ("asin(x)", ["1/sqrt(1 - x^2)", "1/cos(asin(x))", "(1 - x^2)^(-1/2)"],
     ["1/(1 - x^2)", "acos(x)"]),
    ("acos(x)", ["-1/sqrt(1 - x^2)"], ["1/sqrt(1 - x^2)"]),
    ("atan(x)", ["1/(1 + x^2)", "cos(atan(x))^2"], ["1/(1 - x^2)", "-1/(1 + x^2)"]),
    ("atan(x/2)", ["2/(4 + x^2)", "0.5/(1 + x^2/4)"], ["1/(1 + x^2/4)", "1/(4 + x^2)"]),
    ("sinh(x)", ["cosh(x)", "(e^x + e^-x)/2"], ["-cosh(x)", "sinh(x)"]),
    ("tanh(x)", ["1 - tanh(x)^2", "1 - f^2", "1/cosh(x)^2", "4/(e^x + e^-x)^2"],
     ["1 - tanh(x)", "1 + f^2"]),
    ("1/(1 + exp(-x))", ["f*(1 - f)", "exp(-x)/(1 + exp(-x))^2", "σ(x)*σ(-x)"],
     ["f", "f*(1 + f)", "-f*(1 - f)"]),
    ("log(1 + exp(x))", ["1/(1 + exp(-x))", "exp(x)/(1 + exp(x))", "sigmoid(x)"],
     ["1/(1 + exp(x))"]),
    ("relu(x)", ["if(x > 0, 1, 0)", "step(x)", "(1 + sign(x))/2", "f/x"],
     ["1", "0", "x", "sign(x)"]),
    ("relu(2.9 - x)", ["-step(2.9 - x)", "if(x < 2.9, -1, 0)"], ["-1", "0", "step(2.9 - x)"]),
    ("|x|", ["sign(x)", "x/|x|", "if(x > 0, 1, -1)", "|x|/x"], ["1", "|x|", "x"]),
    ("x*|x|", ["2|x|", "2*sqrt(x^2)", "2x*sign(x)"], ["2x", "|x|", "2x^2"]),
    ("|x^2 - 1|", ["2x*sign(x^2 - 1)", "if(x^2 > 1, 2x, -2x)"], ["2x", "|2x|"]),
    ("max(x, x^2)", ["if(x > x^2, 1, 2x)"], ["1", "2x", "max(1, 2x)"]),
    ("floor(x)*x", ["floor(x)", "x - x mod 1"], ["x", "round(x)", "ceil(x)"]),
    ("clamp(x, -1, 1)", ["if(|x| < 1, 1, 0)"], ["1", "x", "if(x < 1, 1, 0)"]),
    ("erf(x)", ["2/sqrt(pi)*exp(-x^2)"], ["exp(-x^2)", "2/sqrt(pi)*exp(x^2)"]),
    ("gamma(x)", ["gamma(x)*digamma(x)"], ["digamma(x)", "gamma(x + 1)"]),
    ("x*y", ["y", "f/x", "x*y/x"], ["x", "1", "|y|", "x*y"]),
    ("x^2*y^3", ["2x*y^3", "2f/x"], ["6x*y^2", "2x*3y^2", "2x*y^2*|y|"]),
    ("x/y", ["1/y", "y^-1"], ["-x/y^2", "y", "1/|y|"]),
    ("y/x", ["-y/x^2", "-f/x"], ["1/x", "y/x^2", "-y/(x*|x|)"]),
    ("x^y", ["y*x^(y - 1)", "f*y/x"], ["x^y*log(x)", "y*x^y", "(y - 1)*x^y"]),
    ("y^x", ["y^x*log(y)", "f ln(y)"], ["x*y^(x - 1)", "y^x"]),
    ("sqrt(x^2 + y^2)", ["x/sqrt(x^2 + y^2)", "x/hypot(x, y)", "x/f"],
     ["1", "2x/f", "|x|/f", "(x + y)/f"]),
    ("sin(x*y)", ["y*cos(x*y)"], ["cos(x*y)", "x*cos(x*y)", "|y|cos(x*y)"]),
    ("exp(x - y)*cos(y)", ["f", "exp(x)/exp(y)*cos(y)"], ["exp(x - y)", "-f"]),
    ("log(x/y)", ["1/x"], ["y/x", "1/y", "1/(x*y)"]),
    ("(x - y)^2", ["2(x - y)", "2x - 2y", "-2(y - x)"], ["-2(x - y)", "x - y", "2|x - y|"]),
    ("1/(1 + exp(-(x*y + 1)))", ["y*f*(1 - f)"], ["f*(1 - f)", "x*f*(1 - f)"]),
    ("max(x, y)", ["if(x > y, 1, 0)", "step(x - y)", "(1 + sign(x - y))/2"], ["1", "0", "1/2"]),
    ("log(exp(x) + exp(y))", ["exp(x)/(exp(x) + exp(y))", "sigmoid(x - y)"],
     ["1", "sigmoid(y - x)"]),
    ("atan2(x, y)", ["y/(x^2 + y^2)"], ["-x/(x^2 + y^2)", "1/(x^2 + y^2)"]),
]  # fmt: skip
EQUAL = [(formula, answer) for formula, right, _ in TEXTBOOK for answer in right]
WRONG = [(formula, answer) for formula, _, wrong in TEXTBOOK for answer in wrong]
ALMOST = ["({})*1.0001", "({}) + 1e-9", "({})*(1 + 1e-12)", "({})*(1 + 1e-30)", "({})*(1 - 1e-200)",
          "-({})", "2*({})"]  # fmt: skip
NOT_ZERO = [(formula, right[0]) for formula, right, _ in TEXTBOOK if right[0] != "0"]


def of_x(formula: str) -> Question:
    """The question for df/dx; x comes to a formula without it as 0*x."""
    return question(formula if "x" in formula.replace("max", "") else f"{formula} + 0*x")


def test_the_table_is_large() -> None:
    """At least sixty functions, some of two inputs."""
    assert len(TEXTBOOK) >= 60
    assert sum("y" in formula for formula, _, _ in TEXTBOOK) >= 10


@pytest.mark.parametrize(("formula", "answer"), EQUAL)
def test_right_however_written(formula: str, answer: str) -> None:
    """Every way to write the derivative is equal to it."""
    found = verdict(of_x(formula), answer)
    assert found.verdict == "equal", found.reason
    assert not found.reason and not found.witness


def check_witness(found: Comparison, asked: Question) -> None:
    """The witness has a numeral in the range for every input, and the sentence says the point."""
    assert [name for name, _ in found.witness] == list(asked.names.inputs)
    for name, numeral in found.witness:
        low, high = asked.accept.get(name, (Fraction(-3), Fraction(3)))
        assert low <= Fraction(numeral) <= high
        assert f"{name} = {numeral.replace('-', '−')}" in found.reason


@pytest.mark.parametrize(("formula", "answer"), WRONG)
def test_wrong_is_refused_with_a_witness(formula: str, answer: str) -> None:
    """A wrong formula is different, and in doubles, too, the two differ at the witness."""
    asked = of_x(formula)
    found = verdict(asked, answer)
    assert found.verdict == "different", found
    check_witness(found, asked)
    at = bind(found.witness)
    true = evaluate(parse(asked.formula), at).run.gradient()["x"]
    yours = evaluate(parse(f"{asked.formula}; 0*f + ({answer})"), at).run
    assert "1e-" in answer or yours.values[yours.output] != pytest.approx(float(true), rel=1e-9)


@pytest.mark.parametrize("change", ALMOST)
@pytest.mark.parametrize(("formula", "answer"), NOT_ZERO)
def test_almost_right_is_wrong(formula: str, answer: str, change: str) -> None:
    """However close the factor is to 1, or the summand to 0, there is a witness, and the sentence
    says two different numbers or by how much they differ.
    """
    asked = of_x(formula)
    found = verdict(asked, change.format(answer))
    assert found.verdict == "different", found
    check_witness(found, asked)
    said = re.search(r"yours is (.+), the derivative is (.+)", found.reason)
    assert said is None or said[1] != said[2]
    assert said is not None or "differ by" in found.reason


@pytest.mark.parametrize("formula", [row[0] for row in TEXTBOOK])
def test_the_expected_formula_is_equal_to_itself(formula: str) -> None:
    """What is shown as the true derivative is one."""
    asked = of_x(formula)
    shown = true_formula(asked, asked.items[0].elements[0])
    found = verdict(asked, shown)
    assert found.verdict == "equal" and found.expected == shown


# ----------------------------------------------------------------------------- equal forms by SymPy

X, Y = sympy.symbols("x y", real=True)
OUTER = [sympy.sin, sympy.cos, sympy.exp, sympy.tanh, sympy.atan,
         lambda u: sympy.log(1 + u**2), lambda u: sympy.sqrt(1 + u**2), lambda u: 1 / (2 + u**2),
         lambda u: u**3, lambda u: u**2]  # fmt: skip
REWRITINGS = [sympy.expand, sympy.factor, sympy.expand_trig, sympy.together, sympy.powsimp,
              lambda u: sympy.expand(u.subs(X, 2 * X), trig=True).subs(X, X / 2),
              lambda u: u.replace(sympy.cos, lambda a: 1 - 2 * sympy.sin(a / 2) ** 2),
              lambda u: u.replace(sympy.tanh, lambda a: 1 - 2 / (1 + sympy.exp(2 * a))),
              ]  # fmt: skip


def random_formula(rolls: random.Random) -> Any:
    """A smooth formula of x and y that is defined everywhere."""
    leaves = [X, Y, X + Y, X * Y, 2 * X - 1, X - Y / 2]
    inner = rolls.choice(OUTER)(rolls.choice(leaves))
    return inner * rolls.choice(leaves) + rolls.choice(OUTER)(rolls.choice([X, X * Y, X + 1]))


def in_the_language(formula: Any) -> str:
    return re.sub(r"\bE\b", "e", str(formula))


@pytest.mark.parametrize("number", range(60))
def test_rewritten_by_another_system(number: int) -> None:
    """What SymPy makes of a derivative is equal to it, and wrong with a summand or factor more."""
    rolls = random.Random(number)
    formula = random_formula(rolls)
    asked = question(in_the_language(formula) + " + 0*x")
    derivative = sympy.diff(formula, X)
    for rewriting in rolls.sample(REWRITINGS, 3):
        form = rewriting(derivative)
        found = verdict(asked, in_the_language(form))
        assert found.verdict == "equal", (formula, form, found.reason)
    for wrong in (form * sympy.Rational(10001, 10000), form + 1, form + X / 1000):
        found = verdict(asked, in_the_language(wrong))
        assert found.verdict == "different", (formula, wrong, found)


# ------------------------------------------------------------------------------ where it is defined

UNDEFINED = "yours is undefined in a part of the range"
ALSO = "yours is also defined where f is not"
DOMAINS = [
    # formula, what is asked, answer, the note
    ("log(x^2)", "f", "2log(x)", UNDEFINED),
    ("log(x^2)", "df/dx", "2/sqrt(x)^2", UNDEFINED),
    ("log(x^2)", "df/dx", "2/x", ""),
    ("log(x)", "df/dx", "1/x", ALSO),
    ("log(x)", "df/dx", "1/sqrt(x^2)", ALSO),
    ("2log(x)", "f", "log(x^2)", ALSO),
    ("x^(1/3)", "df/dx", "1/(3cbrt(x)^2)", ALSO),
    ("sqrt(x)", "df/dx", "1/(2sqrt(|x|))", ALSO),
    ("asin(x)", "df/dx", "1/sqrt(|1 - x^2|)", ALSO),
    ("x^3/x", "df/dx", "2x", ""),  # f is undefined at 0 alone
    ("x^2", "df/dx", "2x^2/x", ""),
    ("x^2", "df/dx", "2x + 0*log(x)", UNDEFINED),
    ("x^2", "df/dx", "2x + 0/(x - 1.5)", ""),  # so is the answer at 1.5
    ("x^2", "df/dx", "if(x == 1, 0, 2x)", ""),
    ("if(x > 0, log(x), x)", "df/dx", "if(x > 0, 1/x, 1)", ""),
]


@pytest.mark.parametrize(("formula", "ask", "answer", "note"), DOMAINS)
def test_domains(formula: str, ask: str, answer: str, note: str) -> None:
    """Equal where both are defined is equal; where only one is, over more than a point, a note says
    so with a point where it is.
    """
    found = verdict(question(formula, ask), answer)
    assert found.verdict == "equal", found.reason
    assert [said.partition(", such as at x = ")[0] for said in found.notes] == [note] * bool(note)


def test_a_formula_is_not_asked_beyond_its_range() -> None:
    """`accept` decides where |x| is x, and where log(x) has no other side."""
    assert verdict(question("x^2", "df/dx", "accept x in 0..3"), "2|x|").verdict == "equal"
    assert verdict(question("x^2", "df/dx", "accept x in -1..3"), "2|x|").verdict == "different"
    assert verdict(question("log(x)", "df/dx", "accept x in 1..9"), "1/x").notes == ()


# ---------------------------------------------------------------------------------------- undecided

OPEN = [
    ("x^2", "inf", "yours is undefined at 200"),
    ("x^2", "sqrt(-1 - x^2)", "yours is undefined at 200"),
    ("x^2", "2x*floor(x/x)", "a number is too large or a case undecided"),
    ("sqrt(x - 2.995)", "1/(2sqrt(x - 2.995))", "f has no derivative"),
    ("sqrt(-1 - x^2)", "1", "none of 200 points could be compared: f has no derivative at 200"),
    ("n!", "1", "f has no derivative"),
]


@pytest.mark.parametrize(("formula", "answer", "reason"), OPEN)
def test_too_few_points_decide_nothing(formula: str, answer: str, reason: str) -> None:
    """Where hardly any point can be compared a human is asked, and told why."""
    found = verdict(question(formula, "df/dn" if formula == "n!" else "df/dx"), answer)
    assert found.verdict == "undecided" and reason in found.reason


STEPS = [f"1e-{digits}" for digits in (1, 20, 80, 120, 200, 290, 305, 400)]


@pytest.mark.parametrize("step", STEPS)
def test_a_difference_quotient_is_no_derivative(step: str) -> None:
    """With no step, however small, does a difference quotient pass for the derivative."""
    asked = question("s(x) + x", "df/dx", "let s(u) = sin(u^2)")
    for answer in (
        f"(s(x + {step}) - s(x))/{step} + 1",
        f"(s(x + {step}) - s(x - {step}))/(2*{step}) + 1",
        f"(8s(x + {step}) - 8s(x - {step}) - s(x + 2*{step}) + s(x - 2*{step}))/(12*{step}) + 1",
    ):
        assert verdict(asked, answer).verdict in ("different", "undecided")


BOMBS = [
    "2^10^10^10",
    "9^9^9^9^9^9",
    "x^x^x^x^x^x^x^x",
    "100!^100",
    "gamma(10^9)",
    "gamma(10^9*x) - gamma(10^9*x)",
    "lgamma(1e300*x)",
    "exp(exp(exp(exp(exp(10*x)))))",
    "sin(exp(exp(exp(3*x))))",
    "cos(1e300000*x)",
    "polygamma(1000, -30.3*x)",
    "polygamma(2^70000, x)",
    "polygamma(2^90000000, x)",
    "polygamma(x, x)",
    "erfcx(-1e9*x) + erfinv(x/3) + normal_quantile(1e-300000)",
    "1e-999999^999 + 1e999999^999",
    "(1 + 1e-300000)^(1e300000)",
    "floor(2^10^9) + round(exp(10^9)) + (2^10^9 mod 3)",
    "logsumexp(2^10^9, x) + softplus(10^99999) + tanh(10^99999)",
    "x" + "*x" * 2_400,
    "+".join(["polygamma(1000, -30.3*x)"] * 300),
    "(" * 190 + "x" + ")" * 190,
    "-" * 150 + "x",
    "sin(" * 150 + "x" + ")" * 150,
    "exp(" * 150 + "x" + ")" * 150,
    "s(" * 150 + "x" + ")" * 150,
    "t(t(t(t(t(t(t(t(t(x)))))))))",
    "9" * 190 + "^x",
]


@pytest.mark.parametrize("bomb", BOMBS, ids=[bomb[:40] for bomb in BOMBS])
def test_bombs_get_a_verdict(bomb: str) -> None:
    """What is cheap to write and dear to compute gets a verdict, and never the wrong one."""
    asked = question("t(s(x))", "df/dx", "let s(u) = u*u", "let t(u) = s(u)*s(u)*s(u)*s(u)")
    found = verdict(asked, bomb)
    assert found.verdict in VERDICTS - {"equal"} and found.reason
    assert len(found.reason) < 300


def test_time_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes longer than an answer may take is left to a human, and the next is as always."""
    monkeypatch.setattr(comparing, "ANSWER_SECONDS", 0.05)
    asked = question("x^2")
    slow = verdict(asked, "+".join(["polygamma(1000, -30.3*x - 1)"] * 300))
    assert (slow.verdict, slow.reason) == ("undecided", "the formula takes too long to compute")
    assert slow.expected == "2*x"
    monkeypatch.undo()
    assert verdict(asked, "2x").verdict == "equal"


# ---------------------------------------------------------------------------------------- the names

PARTS = ("let q = x + y", "let s(u) = u^2")
NAMES = [
    # asked, answer, verdict
    ("df/dq", "2q*z", "equal"),
    ("df/dq", "2*(x + y)*z", "equal"),
    ("df/dq", "2f/q", "equal"),
    ("df/dq", "2*s(q)*z/q", "equal"),
    ("df/dq", "2*s(x + y)*z/(y + x)", "equal"),
    ("df/dq", "2q", "different"),
    ("df/dz", "s(q)", "equal"),
    ("df/dz", "q^2", "equal"),
    ("df/dx", "2q z", "equal"),
    ("df/df", "1", "equal"),
    ("dq/dx", "1", "equal"),
    ("dq/dz", "0", "equal"),
    ("dq/dz", "1e-300", "different"),
    ("q", "y + x", "equal"),
    ("q", "f/(q*z)", "undecided"),  # by itself
    ("f", "s(q)*z", "equal"),
    ("f", "f", "undecided"),
    ("f", "q*z", "different"),
]


@pytest.mark.parametrize(("ask", "answer", "expected"), NAMES)
def test_the_names_of_the_question(ask: str, answer: str, expected: str) -> None:
    """Parts, the output and the key's functions stand in an answer for what they are."""
    assert verdict(question("s(x + y)*z", ask, *PARTS), answer).verdict == expected


EXPECTED = [
    ("df/dq", "2*q*z"), ("df/dx", "2*z*(x + y)"), ("df/dz", "(x + y)^2"), ("df/df", "1"),
    ("dq/dz", "0"), ("q", "x + y"), ("f", "(x + y)^2*z"),
]  # fmt: skip


@pytest.mark.parametrize(("ask", "expected"), EXPECTED)
def test_the_true_formula(ask: str, expected: str) -> None:
    """A derivative along a part is shown with that part's name, a value as its own formula."""
    asked = question("s(x + y)*z", ask, *PARTS)
    assert true_formula(asked, asked.items[0].elements[0]) == expected


def test_a_true_formula_that_nobody_could_read_is_not_shown() -> None:
    """A derivative of thousands of signs is left out; answers are compared all the same."""
    asked = question("*".join(f"sin(x + {n})" for n in range(60)))
    found = verdict(asked, "1")
    assert found.verdict == "different" and found.expected == ""


UNREADABLE = [
    ("p*2", "'p' means nothing here; the question has x, y, z, q, s, f"),
    ("xy", "'xy' means nothing here; write x*y for a product"),
    ("sinx", "'sinx' means nothing here; write sin(x)"),
    ("xsin(x)", "'xsin' means nothing here; write x*sin(…) for a product"),
    ("sin x", "'sin' is a function and needs brackets; write sin(x)"),
    ("sine(x)", "'sine' means nothing here; did you mean sin or"),
    ("X*2", "did you mean x?"),
    ("χ", "'χ' means nothing here"),
    ("dq/dx*2", "'dq' means nothing here; an answer is a formula, without gradients in it"),
    ("2*df", "'df' means nothing here; an answer is a formula, without gradients in it"),
    ("gamma*2", "'gamma' is a function; write gamma(…)"),
    ("s*2", "'s' is a function; write s(…)"),
    ("s(x, y)", "'s' takes 1 argument, not 2"),
    ("q(x)", "'q' is not a function"),
    ("sin(x, y, z)", "'sin' takes 1 argument, not 3"),
    ("[x, y]", "a vector of 2 numbers"),
    ("(x + 1)!", "'!' is only read behind a whole number or an input"),
    ("s(" * 100 + "x" + ")" * 100 + "+ zz", "'zz' means nothing here"),
]


@pytest.mark.parametrize(("answer", "reason"), UNREADABLE)
def test_unreadable(answer: str, reason: str) -> None:
    """What means nothing here is told with what may have been meant."""
    found = verdict(question("s(x + y)*z", "df/dx", *PARTS), answer)
    assert found.verdict == "unreadable" and reason in found.reason
    assert found.expected == "2*z*(x + y)"


@pytest.mark.parametrize(
    "answer",
    ["f = 2", "q := 3", "q = 1; 2*q", "s(u) = u; s(x)", "f'(x)", "∂f/∂x", "x > 0", "x == 2",
     "x > 0 and y > 0", "not x", "x = 2 = q\nq = 3"],
)  # fmt: skip
def test_an_answer_defines_nothing(answer: str) -> None:
    """A definition, an equation, a condition or a prime is no answer, or only its last part is."""
    try:
        read: Any = parse_answer(f"dx = {answer}")
    except BackpropError:
        return
    assert read.written.chain and verdict(question("x^2"), answer).verdict == "different"


def test_parts_of_the_key_do_not_mix_with_the_text_of_the_answer() -> None:
    """Places in the key mean nothing in an answer: unused parts and minus signs raise no note."""
    lines = ("let p = x*y", "let q = -p + z", "let r = q^2")
    asked = question("-r + p", "df/dz", *lines)
    for answer in ("-2q", "-2(z - p)", "-2*z + 2*x*y", "2p-2z"):
        line = f"dz = {answer}"
        expression = parse_answer(line).written.expression  # type: ignore[union-attr]
        assert expression is not None
        for source in (line, "", "-", "+++ ---"):
            element = asked.items[0].elements[0]
            assert compare(asked, element, expression, source, "1").verdict == "equal"


# ------------------------------------------------------------------------------ the same every time

PIECES = st.sampled_from(
    ["x", "y", "q", "f", "2", "0.5", "1e9", "pi", "e", "inf", "+", "-", "*", "/", "^", "(", ")",
     "sin(", "log(", "max(", "if(", ",", "|", "!", ">", "s(", "gamma(", "d", "∂", "'", "=", " ",
     "polygamma(", "floor(", "√", "²", "mod", "[", "]"]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=14).map("".join))
def test_whatever_can_be_read_gets_a_verdict(answer: str) -> None:
    """No text of the language raises, and the verdict has its reason, its witness or neither."""
    try:
        read: Any = parse_answer(f"dx = {answer}")
    except BackpropError:
        return
    if getattr(read, "written", None) is None or read.written.expression is None:
        return
    asked = question("s(x + y)*y", "df/dx", *PARTS)
    found = compare(asked, asked.items[0].elements[0], read.written.expression, read.source, "7")
    assert found.verdict in VERDICTS
    assert bool(found.reason) == (found.verdict != "equal")
    assert bool(found.witness) == (found.verdict == "different")


def test_the_same_every_time() -> None:
    """The verdict depends on key, seed and answer alone, not on what was asked before; another seed
    takes other points.
    """
    asked = question("sin(x*y)")
    first = verdict(asked, "cos(x*y)")
    target = Target(asked, asked.items[0].elements[0], "42")
    for answer in ("y*cos(x*y)", "2^10^10^10", "log(x)", "cos(x*y)"):
        line = f"dx = {answer}"
        expression = parse_answer(line).written.expression  # type: ignore[union-attr]
        assert expression is not None
        again = target.compare(expression, line)
        assert again == target.compare(expression, line) == verdict(asked, answer)
    assert again == first
    assert verdict(asked, "cos(x*y)", "43").witness != first.witness


def test_an_alarm_costs_one_answer() -> None:
    """Where the time is up while a point is drawn, the answers behind it have all points again."""

    def alarm() -> Iterator[Point]:
        raise TimeUp
        yield

    asked, line = question("x^2"), "dx = 3x"
    expression = parse_answer(line).written.expression  # type: ignore[union-attr]
    assert expression is not None
    target = Target(asked, asked.items[0].elements[0], "42")
    target.drawn = alarm()
    assert target.compare(expression, line).verdict == "undecided"
    assert target.compare(expression, line) == verdict(asked, "3x")


@pytest.mark.parametrize("answer", ["2x", "3x", "1 + 1e-300", "log(x)", "polygamma(30, -x)", "zz"])
def test_leaves_the_precision_alone(answer: str) -> None:
    """python-flint's settings are afterwards what they were."""
    before = ctx.prec, ctx.cap
    verdict(question("x^2"), answer)
    assert (ctx.prec, ctx.cap) == before


RANGES = st.tuples(st.fractions(-1000, 1000), st.fractions(Fraction(1, 10**6), 1000)).map(
    lambda low_width: (low_width[0], low_width[0] + low_width[1])
)


@settings(max_examples=60)
@given(st.lists(RANGES, min_size=1, max_size=6), st.text(max_size=5))
def test_points_lie_in_their_ranges(ranges: list[tuple[Fraction, Fraction]], seed: str) -> None:
    """Points and their neighbours keep to the ranges, and their numerals are exact."""
    named = {f"x{i}": reach for i, reach in enumerate(ranges)}
    for point in islice(points(named, seed), 40):
        for close in (point, neighbour(point)):
            for coordinate in close:
                low, high = named[coordinate.name]
                value = Fraction(coordinate.numeral)
                assert value == Fraction(coordinate.steps, 10**coordinate.decimals)
                assert low <= value <= high
        assert neighbour(point) != point


def test_points_take_all_signs_and_sizes() -> None:
    """Among a dozen points are all signs of two inputs, numbers near 0, and numbers near the ends;
    few digits say each, but for every fourth point.
    """
    found = list(islice(points({"x": (Fraction(-3), Fraction(3)), "y": (Fraction(-3), Fraction(3))},
                               "seed"), 12))  # fmt: skip
    numbers = [tuple(float(coordinate.numeral) for coordinate in point) for point in found]
    assert {(x > 0, y > 0) for x, y in numbers} == {(a, b) for a in (0, 1) for b in (0, 1)}
    for place in (0, 1):
        sizes = sorted(abs(number[place]) for number in numbers)
        assert sizes[0] < 0.03 and sizes[-1] > 2.85 and 0.1 < sizes[6] < 2.8
    digits = [max(len(c.numeral.strip("-0.").replace(".", "")) for c in point) for point in found]
    assert [count > 15 for count in digits] == [False, False, False, True] * 3
    assert all(count <= 5 or count > 15 for count in digits)


@pytest.mark.parametrize(
    ("formula", "answer", "expected"),
    [
        ("relu(x)", "sqrt(x)/sqrt(x)", "undecided"),
        ("relu(x)", "1 + 0*log(x - 2.95)", "undecided"),
        ("x*abs(x)", "2*sqrt(x)^2", "undecided"),
        ("sqrt(x^2)", "x^x/x^x", "undecided"),
        ("cbrt(x)", "x^(-2/3)/3", "undecided"),
        ("relu(x)", "step(x)", "equal"),
        ("log(x^2)", "2/x", "equal"),
        ("x^2", "2*x + sin(pi*10^12*x)", "different"),  # 0 at every short decimal
    ],
)
def test_equal_in_a_part_is_not_equal(formula: str, answer: str, expected: str) -> None:
    """A formula that is undefined where a truth with cases goes on is for a human."""
    assert verdict(question(f"{formula}", "df/dx"), answer).verdict == expected
