"""The numerical gradient confirms a right gradient, catches a wrong one, and knows a kink."""

from __future__ import annotations

import json
import math

import jsonschema
import pytest
from commandline import backprop

from backprop_cli import bind, evaluate, parse
from backprop_cli.gradcheck import FAILED, JUMP, KINK, PASSED, UNDEFINED, Check, gradcheck

SMOOTH = [
    ("(x+y)*z", {"x": "1", "y": "3", "z": "-3"}),
    ("1/(1+exp(-(w0*x0+w1*x1+w2)))", {"w0": "2", "x0": "-1", "w1": "-3", "x1": "-2", "w2": "-3"}),
    ("tanh(x)*sin(y)/z^3 + exp(-x*y)", {"x": "0.3", "y": "0.001", "z": "-2"}),
    ("x^2", {"x": "1e8"}),
    ("sqrt(x)", {"x": "1e-9"}),
    ("sin(1000*x)", {"x": "2"}),
    ("x^y", {"x": "2.5", "y": "-1.5"}),
    ("gamma(x) + erf(x) + log(x)", {"x": "1.7"}),
    ("relu(x)*3 + floor(y)", {"x": "-1", "y": "2.5"}),
    ("x*0 + y", {"x": "3", "y": "0"}),
    ("if(x > 0, log(x), 0)", {"x": "-1"}),
]


def checks(formula: str, values: dict[str, str], factor: float = 1.0) -> dict[str, Check]:
    """The checks of a formula's gradient, multiplied by `factor`, by variable."""
    found = evaluate(parse(formula), bind(values.items()))
    gradient = {name: factor * float(slope) for name, slope in found.run.gradient().items()}
    numbers = {name: float(value) for name, value in found.bindings.items()}
    return {
        check.variable: check
        for check in gradcheck(found.run.graph, found.run.output, numbers, gradient)
    }


@pytest.mark.parametrize(("formula", "values"), SMOOTH, ids=[case[0] for case in SMOOTH])
def test_right_gradients_pass(formula: str, values: dict[str, str]) -> None:
    """Every variable of a smooth formula passes, and the relative error is small."""
    for check in checks(formula, values).values():
        assert check.verdict == PASSED, check
        assert check.error < 1e-6


@pytest.mark.parametrize(("formula", "values"), SMOOTH[:8], ids=[case[0] for case in SMOOTH[:8]])
def test_wrong_gradients_fail(formula: str, values: dict[str, str]) -> None:
    """A gradient that is off by 0.1 % fails for every variable that has one."""
    for check in checks(formula, values, 1.001).values():
        assert check.verdict == FAILED, check


@pytest.mark.parametrize("formula", ["max(x, 1)", "abs(x - 1)", "relu(x - 1)", "clamp(x, 0, 1)"])
def test_kinks_are_known(formula: str) -> None:
    """At a kink the one-sided slopes are shown, and a gradient between them is no failure; one
    outside is.
    """
    (check,) = checks(formula, {"x": "1"}).values()
    assert check.verdict == KINK and check.left is not None and check.right is not None
    assert min(check.left, check.right) <= check.analytic <= max(check.left, check.right)
    found = evaluate(parse(formula), bind([("x", "1")]))
    (wrong,) = gradcheck(found.run.graph, found.run.output, {"x": 1.0}, {"x": 1.5})
    assert wrong.verdict == FAILED


def test_jumps_and_poles() -> None:
    """A jump has no slope to compare; a value that is not finite is not confirmed."""
    assert checks("floor(x)", {"x": "2"})["x"].verdict == JUMP
    assert checks("log(x)", {"x": "0"})["x"].verdict == UNDEFINED
    assert checks("1/x", {"x": "0"})["x"].verdict == UNDEFINED


def test_uses_no_derivative_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    """The numeric slope comes from values alone: it is right even where a rule is wrong."""
    from backprop_cli.operations import OPERATIONS

    monkeypatch.setattr(OPERATIONS["sin"], "slopes", lambda xp, out, x: (out,))
    check = checks("sin(x)", {"x": "0.5"})["x"]
    assert check.verdict == FAILED
    assert math.isclose(check.numeric, math.cos(0.5), rel_tol=1e-9)


def test_command() -> None:
    """The command shows a verdict, ends with 1 where a gradient is not confirmed, and prints valid
    JSON.
    """
    good = backprop("gradcheck", "(x+y)*z", "--x", "1", "--y", "3", "--z", "-3")
    assert good.code == 0 and "agrees with central differences" in good.out
    bad = backprop("gradcheck", "log(x)", "--x", "0")
    assert bad.code == 1 and "not confirmed for x" in bad.out
    schema = json.loads(backprop("schema", "gradcheck").out)
    for words in (("max(x, y)", "--x", "2", "--y", "2"), ("log(x)", "--x", "0")):
        result = backprop("gradcheck", *words, "--json")
        found = json.loads(result.out)
        jsonschema.validate(found, schema)
        assert found["passed"] is (result.code == 0)
