"""Evaluations: doubles that are repeated where they lose, fractions, certified digits, findings."""

from __future__ import annotations

import math
import random
from fractions import Fraction
from typing import Any

import hypothesis.strategies as st
import mpmath
import pytest
from hypothesis import HealthCheck, given, settings

from backprop_cli import BackpropError, Evaluation, bind, evaluate, lower, parse, report
from backprop_cli.limits import Limits
from backprop_cli.numerals import is_finite, token


def run(text: str, *, exact: bool = False, digits: int | None = None, **values: str) -> Evaluation:
    """A formula evaluated at a point."""
    return evaluate(parse(text), bind(values.items()), exact=exact, digits=digits)


def results(found: Evaluation) -> tuple[float, dict[str, float]]:
    """Value and gradient as floats."""
    gradient = {name: float(slope) for name, slope in found.run.gradient().items()}
    return float(found.run.values[found.run.output]), gradient


def codes(found: Evaluation) -> set[str]:
    return {finding.code for finding in found.warnings}


# -------------------------------------------------------------------- doubles that lose, and balls


def test_the_classroom_sigmoid_is_rescued() -> None:
    """1/(1+exp(-x)) at -1000 overflows in doubles, and has its true value and gradient."""
    found = run("1/(1+exp(-x))", x="-1000")
    assert found.numbers == "balls"
    shown = token(found.run.values[found.run.output])
    assert shown == "5.0759588975494568e-435"
    assert token(found.run.gradient()["x"]).startswith("5.07595889754945")
    (warning,) = [w for w in found.warnings if w.code == "lost-in-doubles"]
    assert "exp(-x)" in warning.message and warning.help == "write sigmoid(x)"
    assert found.run.graph[warning.node or 0].operation.name == "exp"
    wide = run("1/(1+exp(-x))", x="-1000", digits=20)
    assert token(wide.run.values[wide.run.output], 20) == "5.0759588975494567653e-435"


LOST = [
    # formula, point, value, gradient at x
    ("(1e20+x)-1e20", "1", "1", "1"),  # cancellation
    ("exp(x)/exp(x)", "1000", "1", "0"),  # overflow in both
    ("log(exp(x))", "1000", "1000", "1"),
    ("log(exp(-x))", "1000", "-1000", "-1"),  # underflow
    ("x^200/x^199", "1e10", "1e10", "1"),
    ("sqrt(x^2)", "1e200", "1e200", "1"),
    ("sqrt(x*x*1e300)*1e-150", "1e-160", "1e-160", "1"),
    ("log(1+exp(x))", "800", "800", "1"),
    ("x*1e400", "1e-400", "1", "1e400"),  # constants that are no doubles
    ("x", "1e400", "1e400", "1"),
    ("1e-200*(1e-200*x)*1e300", "1", "1e-100", "1e-100"),
    ("1/(1-x)", "0.99999999999999999999", "1e20", "1e40"),
    ("n!/x", "1e300", None, None),
]


@pytest.mark.parametrize(("text", "x", "value", "slope"), LOST)
def test_lost_results_are_found_again(
    text: str, x: str, value: str | None, slope: str | None
) -> None:
    """Overflow, underflow and cancellation on the way: repeated in balls, with a warning."""
    found = run(text, x=x, **({"n": "200"} if "n" in text else {}))
    assert found.numbers == "balls" and "lost-in-doubles" in codes(found)
    if value is not None and slope is not None:
        with mpmath.workdps(30):
            assert mpmath.almosteq(
                mpmath.mpf(token(found.run.values[found.run.output])), value, 1e-15
            )
            assert mpmath.almosteq(mpmath.mpf(token(found.run.gradient()["x"])), slope, 1e-15)


def test_a_gradient_lost_on_the_way_back_is_found_again() -> None:
    """The value is fine in doubles, and only a product of slopes leaves their range."""
    found = run("sqrt(x^2/1e300)*1e150", x="1e-150")
    assert results(found)[1]["x"] == pytest.approx(1, rel=1e-12)
    found = run("(x*1e-200)*1e-200*0 + y", x="1", y="2")
    assert results(found) == (2, {"x": 0, "y": 1})


NOT_LOST = [
    ("1 + exp(-1000) + x", {"x": "1"}),
    ("relu(x)", {"x": "-3"}),
    ("x-3", {"x": "3"}),
    ("x*y", {"x": "0", "y": "5"}),
    ("exp(-x) + x", {"x": "800"}),
    ("0.1+0.2-0.3+x", {"x": "1"}),
    ("sigmoid(x)", {"x": "3"}),
    ("max(x, 0)", {"x": "-1"}),
    ("x/y", {"x": "0", "y": "3"}),
    ("floor(x)", {"x": "2.5"}),
    ("log(x)", {"x": "0"}),
    ("sqrt(x)", {"x": "0"}),
    ("x/0", {"x": "1"}),
    ("x", {"x": "inf"}),
    ("x + y", {"x": "nan", "y": "1"}),
    ("exp(x)", {"x": "-inf"}),
    ("x^0", {"x": "0"}),
]


@pytest.mark.parametrize(("text", "values"), NOT_LOST, ids=[n[0] for n in NOT_LOST])
def test_what_doubles_hold_is_not_repeated(text: str, values: dict[str, str]) -> None:
    """A result that doubles have right, and one that nobody has, stays a double without a loss."""
    found = run(text, **values)
    assert found.numbers == "float64" and "lost-in-doubles" not in codes(found)


NUMBERS = st.one_of(
    st.floats(allow_nan=True, allow_infinity=True).map(repr),
    st.sampled_from(["0", "-0.0", "1e308", "-1e308", "5e-324", "1e-310", "0.5", "-1", "2", "inf"]),
)
GATES = (
    "{0}+{1}", "{0}-{1}", "{0}*{1}", "{0}/{1}", "({0})^({1})", "mod({0}, {1})", "exp({0})",
    "log({0})", "sqrt({0})", "tan({0})", "gamma({0})", "lgamma({0})", "atan2({0}, {1})",
    "hypot({0}, {1})", "if({0} > {1}, {0}, {1})", "max({0}, {1})", "asin({0})", "acosh({0})",
    "erf({0})", "floor({0})", "sigmoid({0})", "digamma({0})", "logit({0})", "cosh({0})", "({0})^3",
    "({0})^-1", "round({0})", "clamp({0}, {1}, 3)", "softplus({0})", "log({0}, {1})",
    "logsumexp({0}, {1})", "std({0}, {1})",
)  # fmt: skip
GATED = st.recursive(
    st.sampled_from(["x", "y"]),
    lambda inner: st.builds(
        lambda gate, a, b: gate.format(a, b), st.sampled_from(GATES), inner, inner
    ),
    max_leaves=4,
)


@given(GATED, NUMBERS, NUMBERS)
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
def test_doubles_never_raise(text: str, x: str, y: str) -> None:
    """Any formula at any point has an evaluation and a report, whose numbers are JSON."""
    program = parse(text)
    values = {"x": x, "y": y}
    names = lower(program).graph.input_nodes()
    found = report(evaluate(program, bind((name, values[name]) for name in names)))
    for row in found.rows:
        token(row.value)
        token(row.gradient)


# --------------------------------------------------------------------------------------- fractions

EXACT = [
    ("1/3 + x", {"x": "1/6"}, "1/2", {"x": "1"}),
    ("x^3/3", {"x": "1/2"}, "1/24", {"x": "1/4"}),
    ("(x+y)*z", {"x": "1", "y": "3", "z": "-3"}, "-12", {"x": "-3", "y": "-3", "z": "4"}),
    ("sqrt(x)", {"x": "9/4"}, "3/2", {"x": "1/3"}),
    ("x^-2", {"x": "2/3"}, "9/4", {"x": "-27/4"}),
    ("0.1 + 0.2 + x", {"x": "0"}, "3/10", {"x": "1"}),
    ("if(x > 0, x, pi)", {"x": "1/3"}, "1/3", {"x": "1"}),
    ("if(x > 0, x^2, sqrt(x))", {"x": "2"}, "4", {"x": "4"}),
    ("mod(x, 3) + floor(x)", {"x": "-7/2"}, "-3/2", {"x": "1"}),
    ("max(x, y)", {"x": "1", "y": "1"}, "1", {"x": "1/2", "y": "1/2"}),
    ("20! / 18! * x", {"x": "1"}, "380", {"x": "380"}),
]


@pytest.mark.parametrize(("text", "values", "value", "gradient"), EXACT, ids=[e[0] for e in EXACT])
def test_fractions(text: str, values: dict[str, str], value: str, gradient: dict[str, str]) -> None:
    """--exact gives fractions, and a branch that is not taken may hold anything."""
    found = run(text, exact=True, **values)
    assert found.run.values[found.run.output] == Fraction(value)
    assert found.run.gradient() == {name: Fraction(slope) for name, slope in gradient.items()}


NO_FRACTION = [
    ("x + sin(x)", "sin(x)", "1"),
    ("sqrt(x) + 1", "sqrt(x)", "2"),
    ("x*pi", "pi", "1"),
    ("q = x/y; q + 1", "x / y", "1"),
    ("x^0.5 * 2", "x^0.5", "3"),
]


@pytest.mark.parametrize(("text", "node", "x"), NO_FRACTION)
def test_no_fraction(text: str, node: str, x: str) -> None:
    """Where a result is no fraction, the error names the node where that began."""
    values = {"x": x, **({"y": "0"} if "y" in text else {})}
    with pytest.raises(BackpropError) as caught:
        run(text, exact=True, **values)
    found = caught.value.diagnostic
    assert found.code == "not-exact" and node in found.message and found.span is not None
    assert found.exit_code == 4


def test_a_value_that_is_no_fraction() -> None:
    """A binding, or its uncertainty, that is irrational is refused by its name."""
    for text in ("pi/2", "2±pi", "sqrt(2)"):
        with pytest.raises(BackpropError) as caught:
            run("x^2", exact=True, x=text)
        assert caught.value.diagnostic.code == "not-exact"
        assert "'x'" in caught.value.diagnostic.message


def test_long_fractions_meet_a_limit() -> None:
    """Repeated squaring, and long sums of long fractions, are refused in time."""
    for text in (
        "; ".join(["a0 = x", *[f"a{i + 1} = a{i}*a{i}" for i in range(60)], "a60"]),
        "k = (x/3)^100000; " + "+".join(["k*(1/7)"] * 3000),
    ):
        with pytest.raises(BackpropError) as caught:
            run(text, exact=True, x="7/5")
        assert caught.value.diagnostic.code == "limit" and caught.value.diagnostic.span is not None


def test_a_fraction_of_any_length_is_written() -> None:
    """Beyond Python's own 4,300 digits, in full for machines and in four digits for people."""
    found = report(run("x + 1", exact=True, x="10^9000"))
    assert token(found.value) == '"1' + "0" * 8999 + '1/1"'
    small = report(run("x/3", exact=True, x="10^-9000"))
    assert token(small.value) == '"1/3' + "0" * 9000 + '"'


# --------------------------------------------------------------------------------- certified digits

CERTIFIED = [
    ("exp(x)", "pi", lambda x: mpmath.exp(x)),
    ("sin(x)^2", "1e22", lambda x: mpmath.sin(x) ** 2),
    ("log(x)/log(2)", "3", lambda x: mpmath.log(x) / mpmath.log(2)),
    ("gamma(x)", "1/3", lambda x: mpmath.gamma(x)),
    ("erf(x)*tanh(x)", "0.1", lambda x: mpmath.erf(x) * mpmath.tanh(x)),
    ("x^x", "sqrt(2)", lambda x: x**x),
    ("(1+1/x)^x", "1e6", lambda x: (1 + 1 / x) ** x),
    ("cos(x) - 1", "1e-30", lambda x: mpmath.cos(x) - 1),
    ("sqrt(x+1) - sqrt(x)", "1e40", lambda x: mpmath.sqrt(x + 1) - mpmath.sqrt(x)),
    ("atan(x) - asin(x)", "1e-10", lambda x: mpmath.atan(x) - mpmath.asin(x)),
    ("1/(1+exp(-x))", "-1000", lambda x: 1 / (1 + mpmath.exp(-x))),
    ("exp(exp(x))", "10", lambda x: mpmath.exp(mpmath.exp(x))),
]


@pytest.mark.parametrize(("text", "x", "function"), CERTIFIED, ids=[c[0] for c in CERTIFIED])
@pytest.mark.parametrize("digits", [5, 30, 200])
def test_every_digit_is_right(text: str, x: str, function: Any, digits: int) -> None:
    """--digits N: N digits of the value and the gradient, each of them right to one of the last."""
    found = run(text, digits=digits, x=x)
    names = {"pi": mpmath.pi, "sqrt": mpmath.sqrt}
    with mpmath.workdps(digits + 120):
        point = (
            mpmath.mpf(1) / 3
            if x == "1/3"
            else names["sqrt"](2)
            if "sqrt" in x
            else names.get(x, x)
        )
        point = +mpmath.mpf(point)
        expected = (
            function(point),
            mpmath.diff(function, point, h=mpmath.mpf(10) ** -(digits // 2 + 50) * point),
        )
        shown = token(found.run.values[found.run.output], digits)
        slope = token(found.run.gradient()["x"], digits)
        for text, true, slack in ((shown, expected[0], 1), (slope, expected[1], 2)):
            mantissa = text.partition("e")[0].replace(".", "").lstrip("-0")
            assert len(mantissa) <= digits
            if slack == 1 or digits <= 30:
                assert abs(mpmath.mpf(text) - true) <= abs(true) * mpmath.mpf(10) ** (1 - digits)
    assert "not-certified" not in codes(found)


def test_zero_cannot_be_certified_and_is_said_to_be_shown() -> None:
    """A result that is 0, and not so by its formula alone, is 0 with a warning."""
    found = run("sin(x)^2 + cos(x)^2 - 1", digits=10, x="1")
    assert token(found.run.values[found.run.output], 10) == "0" and "not-certified" in codes(found)
    assert token(run("x - x", digits=10, x="pi").run.values[-1], 10) == "0"
    assert "not-certified" not in codes(run("3*x - 3*x", digits=10, x="2"))


def test_ties_and_open_comparisons() -> None:
    """Equal inputs are a tie; numbers that are equal by no rule are refused at their node."""
    found = run("max(x, y)", digits=10, x="2", y="2")
    assert results(found) == (2, {"x": 0.5, "y": 0.5})
    assert results(run("max(x, x)", digits=10, x="pi"))[1] == {"x": 1}
    with pytest.raises(BackpropError) as caught:
        run("max(sqrt(x)^2, 2)", digits=10, x="2")
    assert caught.value.diagnostic.code == "not-certified"
    assert caught.value.diagnostic.span == (0, 17)
    with pytest.raises(BackpropError) as caught:
        run("x", digits=10, x="if(sqrt(2)^2 > 2, 1, 0)")
    assert caught.value.diagnostic.code == "not-certified"


def test_digits_has_its_bounds() -> None:
    """No digits, and too many, are refused."""
    for digits, code in ((0, "usage"), (-3, "usage"), (10_001, "limit")):
        with pytest.raises(BackpropError) as caught:
            run("x", digits=digits, x="1")
        assert caught.value.diagnostic.code == code
    with mpmath.workdps(10_010):
        expected = mpmath.nstr(+mpmath.pi, 10_000)
    assert token(run("pi*x", digits=10_000, x="1").run.values[-1], 10_000) == expected


# ----------------------------------------------------------------------------------------- findings

FINDINGS = [
    ("abs(x)", {"x": "0"}, "kink", "abs(x)"),
    ("relu(x) + 1", {"x": "0"}, "kink", "relu(x)"),
    ("max(x, y)", {"x": "1", "y": "1"}, "kink", "max(x, y)"),
    ("log(x)", {"x": "-1"}, "domain", "log(x)"),
    ("1 + log(x)", {"x": "0"}, "domain", "log(x)"),
    ("asin(x)", {"x": "2"}, "domain", "asin(x)"),
    ("x^0.5", {"x": "-1"}, "domain", "x^0.5"),
    ("1/x", {"x": "0"}, "domain", "1 / x"),
    ("exp(exp(exp(exp(x))))", {"x": "5"}, "overflow", "exp(exp("),
    ("relu(x)", {"x": "-3"}, "dead", "relu(x)"),
    ("sigmoid(x)", {"x": "40"}, "saturated", "sigmoid(x)"),
    ("tanh(x)*2", {"x": "30"}, "saturated", "tanh(x)"),
    ("floor(x)*y", {"x": "2.5", "y": "1"}, "flat", "floor(x)"),
    ("sign(x)*y", {"x": "2.5", "y": "1"}, "flat", "sign(x)"),
    ("std(x, y)", {"x": "1", "y": "1"}, "kink", "std(x, y)"),
]


@pytest.mark.parametrize(("text", "values", "code", "node"), FINDINGS, ids=[f[0] for f in FINDINGS])
def test_findings_name_their_node(text: str, values: dict[str, str], code: str, node: str) -> None:
    """A kink, an edge, an overflow and a gate without gradient: a warning at the right node."""
    found = [w for w in run(text, **values).warnings if w.code == code]
    assert found and node in found[0].message and found[0].node is not None
    assert found[0].span is not None and text[slice(*found[0].span)]


def test_a_branch_that_is_not_taken_is_not_warned_about() -> None:
    """What does not matter is not mentioned."""
    assert not run("if(x > 0, x, log(x))", x="2").warnings
    assert not run("if(x > 0, 1/x, abs(x))", x="2").warnings


def test_warnings_of_a_kind_are_counted() -> None:
    """A thousand warnings of one kind are ten, and a count."""
    for text in ("+".join(["abs(x)"] * 1000), "; ".join(f"a{i} = {i}" for i in range(999)) + "; x"):
        found = run(text, x="0").warnings
        assert len(found) < 15 and "more nodes" in found[-1].message


def test_without_influence_the_gradient_is_zero() -> None:
    """A variable that the value does not depend on has gradient 0, in every kind of number."""
    for asked in ({}, {"exact": True}, {"digits": 10}):
        options: dict[str, Any] = dict(asked)
        found = run("x*0 + y - y + floor(z)", x="2", y="3", z="1/2", **options)
        assert results(found)[1] == {"x": 0, "y": 0, "z": 0}
    assert results(run("data x; param w; w*2", x="1", w="3"))[1] == {"x": 0, "w": 2}


ADVICE = [
    ("log(exp(v) + exp(u))", {"u": "1000", "v": "999"}, "logaddexp(v, u)"),
    ("exp(a*b)/(1+exp(a*b))", {"a": "1000", "b": "1"}, "sigmoid(a * b)"),
    ("log(1 + e^x)", {"x": "800"}, "softplus(x)"),
]


@pytest.mark.parametrize(("text", "values", "advice"), ADVICE, ids=[a[0] for a in ADVICE])
def test_advice_is_a_formula_of_the_same_value(
    text: str, values: dict[str, str], advice: str
) -> None:
    """The stable form that a warning suggests is read, and has the value that doubles lost."""
    found = run(text, **values)
    (warning,) = [w for w in found.warnings if w.code == "lost-in-doubles"]
    assert warning.help == f"write {advice}"
    assert results(run(advice, **values))[0] == pytest.approx(results(found)[0], rel=1e-15)


# ------------------------------------------------------------------------------------ uncertainties


def test_uncertainty_by_hand() -> None:
    """The kinetic energy of 2±0.1 kg at 3±0.2 m/s, by JCGM 100:2008, 5.1.2."""
    found = report(run("m*v^2/2", m="2±0.1", v="3±0.2")).uncertainty
    assert found is not None
    parts = {"m": 4.5 * 0.1, "v": 6 * 0.2}
    total = math.hypot(*parts.values())
    assert float(found.output) == pytest.approx(total, rel=1e-14)
    for name, part in parts.items():
        assert float(found.shares[name]) == pytest.approx((part / total) ** 2, rel=1e-14)
    assert report(run("m*v", m="2", v="3")).uncertainty is None


@pytest.mark.parametrize("options", [{}, {"exact": True}, {"digits": 20}], ids=str)
def test_shares_add_up(options: dict[str, Any]) -> None:
    """The shares of the variance are parts of a whole, and zero where nothing is uncertain."""
    found = report(run("x*y/z + x", x="2±0.1", y="3±1/5", z="-4+/-0.5", **options)).uncertainty
    assert found is not None
    assert sum(map(float, found.shares.values())) == pytest.approx(1, rel=1e-14)
    none = report(run("x*0 + y", x="2±0.1", y="3", **options)).uncertainty
    assert none is not None and float(none.output) == 0 and float(none.shares["x"]) == 0


def test_uncertainty_against_monte_carlo() -> None:
    """100,000 draws of nearly linear formula have the standard deviation that is propagated."""
    text, means, sizes = "a*sin(b)/c", (3.0, 0.5, 2.0), (0.02, 0.005, 0.01)
    values = {name: f"{m}±{u}" for name, m, u in zip("abc", means, sizes, strict=True)}
    found = report(run(text, **values)).uncertainty
    assert found is not None
    draw = random.Random(1).gauss
    drawn = []
    for _ in range(100_000):
        a, b, c = (draw(m, u) for m, u in zip(means, sizes, strict=True))
        drawn.append(a * math.sin(b) / c)
    mean = sum(drawn) / len(drawn)
    deviation = math.sqrt(sum((x - mean) ** 2 for x in drawn) / len(drawn))
    assert float(found.output) == pytest.approx(deviation, rel=0.01)


def test_the_uncertainty_of_long_fractions() -> None:
    """Beyond the range of doubles, an exact uncertainty is still a number."""
    found = report(run("x^3", exact=True, x="10^200±1")).uncertainty
    assert found is not None and found.output == 3 * 10**400 and found.shares == {"x": 1}


# ----------------------------------------------------------------------------------------- bindings

VALUES = [
    ("2", 2), ("-3", -3), ("1e-3", 0.001), ("pi/2", math.pi / 2), ("sqrt(2)", 2**0.5), (" 4 ", 4),
    ("2*3+1", 7), ("-2^2", -4), ("5!", 120), ("if(1 > 2, 3, 4)", 4), ("inf", math.inf), ("−5", -5),
    ("-inf", -math.inf), ("Infinity", math.inf), ("-Infinity", -math.inf), ("½"[:0] + "1/2", 0.5),
    ("∞", math.inf), ("e", math.e), ("2e", 2 * math.e), ("[7]", 7), ("(1+2)*3", 9), ("2 ± 0.1", 2),
    ("2+/-0.1", 2), ("2+-0.1", 2), ("√2", 2**0.5), ("1e400/1e399", 10),
]  # fmt: skip


@pytest.mark.parametrize(("text", "value"), VALUES, ids=[v[0] for v in VALUES])
def test_values_are_constant_formulas(text: str, value: float) -> None:
    """Every form of a value."""
    assert results(run("x", x=text))[0] == pytest.approx(value, rel=1e-15)


BAD_VALUES = [
    ("", "missing-value"), ("y", "bad-value"), ("1,5", "bad-value"), ("2 3", "bad-value"),
    ("x", "bad-value"), ("2+", "bad-value"), ("[1,2]", "not-scalar"), ("1 > 2", "bad-value"),
    ("2±-1", "bad-value"), ("2±inf", "bad-value"), ("2±x", "bad-value"), ("a=2", "bad-value"),
    ("2;3", "bad-value"), ("sin 2", "bad-value"), ("2±1±1", "bad-value"), ("nano", "bad-value"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "code"), BAD_VALUES, ids=[repr(v[0]) for v in BAD_VALUES])
def test_bad_values(text: str, code: str) -> None:
    """A value that is not one number is refused, with its own text as the source."""
    with pytest.raises(BackpropError) as caught:
        run("x", x=text)
    found = caught.value.diagnostic
    assert found.code == code and found.help
    if found.span is not None and found.source:
        assert found.source == text and found.span.end <= len(text)


def test_nan_is_a_value() -> None:
    """NaN can be given, and stays what it is."""
    value, gradient = results(run("x + y", x="NaN", y="1"))
    assert math.isnan(value) and set(gradient) == {"x", "y"}
    assert not is_finite(run("x", x="nan").run.values[0])


def test_limits_of_the_library() -> None:
    """The limits hold for callers of the library, too."""
    with pytest.raises(BackpropError) as caught:
        lower(parse("x+x+x"), limits=Limits(nodes=2))
    assert caught.value.diagnostic.code == "limit"
    with pytest.raises(BackpropError) as caught:
        bind([(f"x{i}", "1") for i in range(11)], Limits(bindings=10))
    assert caught.value.diagnostic.code == "limit"
