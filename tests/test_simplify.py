"""The algebra on derivatives: equal, never longer, and as a person writes it."""

from __future__ import annotations

import os
import random
import statistics
import subprocess
import sys
import time
from typing import Any

import pytest
from commandline import ROOT
from flint import ctx

from backprop_cli import Graph, Run, differentiate, lower, parse
from backprop_cli.namespaces import balls
from backprop_cli.operations import FUNCTIONS, Operation
from backprop_cli.run import run
from backprop_cli.simplify import simplify, sizes
from backprop_cli.simplify.printing import formula_text

VARIABLES = ("x", "y", "z")
RELATIONS = ("<", "<=", ">", ">=")
# What an argument is wrapped into, so that it stays in the operation's domain.
POSITIVE = "(0.3 + ({})^2)"
UNIT = "(0.8*tanh({}))"
ONE_ARGUMENT = {
    POSITIVE: "sqrt rsqrt log log2 log10 gamma lgamma digamma entropy cbrt reciprocal log1p",
    UNIT: "asin acos atanh erfinv tan sec exp exp2 expm1 sinh cosh sech erfcx",
    "(0.5 + 0.4*tanh({}))": "logit normal_quantile",
    "(1.2 + ({})^2)": "asec acsc acosh",
    "(0.4 + 0.9*sigmoid({}))": "csc cot csch coth acot sinc",
}
WRAPPED: dict[str, tuple[str, ...]] = {
    **{name: (wrap,) for wrap, names in ONE_ARGUMENT.items() for name in names.split()},
    "log_base": (POSITIVE, "(2 + ({})^2)"),
    "power": (POSITIVE, UNIT),
    "xlogy": ("({})", POSITIVE),
    "xlog1py": ("({})", POSITIVE),
    "beta": (POSITIVE, POSITIVE),
    "lbeta": (POSITIVE, POSITIVE),
    "divide": ("({})", POSITIVE),
    "mod": ("({})", POSITIVE),
    "clamp": ("({})", "(-1 - ({})^2)", "(0.5 + ({})^2)"),
    "huber": ("({})", POSITIVE),
    "elu": ("({})", POSITIVE),
    "leaky_relu": ("({})", UNIT),
}

SEED = int(os.environ.get("SEED", "20"))
UNUSED = {"factorial", "polygamma"}  # wholes only: no derivative to compare inside a formula
ROWS = [
    row
    for row in dict.fromkeys(FUNCTIONS.values())
    if row.name not in UNUSED and row.name not in ("whole_power", "add", "square")
]


def random_formula(generator: random.Random, depth: int, top: Operation | None = None) -> str:
    """A formula over the table of operations whose arguments are inside the domains."""
    if depth == 0:
        if generator.random() < 0.8:
            return generator.choice(VARIABLES)
        return generator.choice(("2", "3", "0.5", "1/3", "pi"))
    kind = generator.random() if top is None else 1.0
    if kind < 0.45:
        a, b = (random_formula(generator, depth - 1) for _ in range(2))
        return f"({a}) {generator.choice('+-*')} ({b})"
    if kind < 0.55:
        return f"({random_formula(generator, depth - 1)})^{generator.choice((2, 3))}"
    row = top or generator.choice(ROWS)
    if row.name == "polygamma":
        return f"polygamma(1, {POSITIVE.format(random_formula(generator, depth - 1))})"
    count = generator.randrange(1, 4) if row.variadic else len(row.signature()[0])
    arguments = [random_formula(generator, depth - 1) for _ in range(count)]
    if row.name == "where":
        left, relation = generator.choice(VARIABLES), generator.choice(RELATIONS)
        return f"if({left} {relation} {arguments[0]}, {arguments[1]}, {arguments[2]})"
    wrapped = WRAPPED.get(row.name, ("({})",) * count)
    arguments = [wrap.format(a) for wrap, a in zip(wrapped, arguments, strict=True)]
    return f"{'log' if row.name == 'log_base' else row.name}({', '.join(arguments)})"


def point(generator: random.Random) -> dict[str, str]:
    return {name: f"{generator.uniform(-2, 2):.6f}" for name in VARIABLES}


def derived(text: str) -> tuple[Graph, dict[str, int], Any]:
    """The derivative graph of a formula, its gradient's nodes, and the same simplified."""
    lowered = lower(parse(text))
    graph, gradient = differentiate(lowered.graph, lowered.output)
    return graph, gradient, simplify(graph, list(gradient.values()), len(lowered.graph))


def printed(text: str) -> dict[str, str]:
    """The partial derivatives of a formula as text."""
    _, gradient, result = derived(text)
    return {
        name: formula_text(result.graph, node)
        for name, node in zip(gradient, result.outputs, strict=True)
    }


def nodes(text: str) -> int:
    """The length of a formula: the nodes of its tree."""
    lowered = lower(parse(text))
    return sizes(lowered.graph)[lowered.output]


def in_balls(text: str, values: dict[str, str]) -> Run:
    """A formula's run at a point, in balls of 300 bits."""
    lowered = lower(parse(text))
    with ctx.workprec(300):
        given = {name: balls.constant(value) for name, value in values.items()}
        return run(lowered.graph, balls, given, lowered.output)


def random_cases(count: int) -> list[tuple[str, dict[str, str]]]:
    """Formulas with a point each where the derivative is finite; every row comes first."""
    generator = random.Random(20)
    found: list[tuple[str, dict[str, str]]] = []
    while len(found) < count:
        row = ROWS[len(found) % len(ROWS)]
        text = random_formula(generator, generator.choice((1, 2, 2, 3)), row)
        values = point(generator)
        try:
            found_run = in_balls(text, values)
        except ArithmeticError:
            continue
        results = [found_run.values[found_run.output], *found_run.gradient().values()]
        if results[1:] and all(abs(float(result)) < 1e8 for result in results):
            found.append((text, values))
    return found


@pytest.mark.parametrize(("text", "values"), random_cases(240))
def test_equals_the_gradient(text: str, values: dict[str, str]) -> None:
    """Printed, read back and evaluated, a derivative is eval's gradient to 1e-12, and no longer
    than it was before it was simplified.
    """
    graph, gradient, result = derived(text)
    expected = in_balls(text, values).gradient()
    before, after = sizes(graph), sizes(result.graph)
    for (name, old), new in zip(gradient.items(), result.outputs, strict=True):
        formula = formula_text(result.graph, new)
        again = in_balls(formula, values)
        found, wanted = again.values[again.output], expected[name]
        assert abs(found - wanted) <= 1e-12 * abs(wanted) or abs(found - wanted) < 1e-20, formula
        assert after[new] <= before[old], formula
        assert nodes(formula) == after[new], formula


# What a person would write, the derivative by x of each formula.
WRITTEN = {
    "x^3 - 4*x^2 + 6*x - 1": "3*x^2 - 8*x + 6",
    "5*x^4 - 3*x^2 + 7": "20*x^3 - 6*x",
    "(2*x + 1)^5": "10*(2*x + 1)^4",
    "(x^2 + 1)^3": "6*x*(x^2 + 1)^2",
    "(x^2 + 1)*(x^3 - 2)": "5*x^4 + 3*x^2 - 4*x",
    "(x - 1)*(x + 2)*(x + 3)": "3*x^2 + 8*x + 1",
    "1/x": "-1/x^2",
    "1/x^2": "-2/x^3",
    "1/(x^2 + 1)": "-2*x/(x^2 + 1)^2",
    "x/(x + 1)": "1/(x + 1)^2",
    "x/(x^2 + 1)": "(1 - x^2)/(x^2 + 1)^2",
    "(x^2 + 1)/(x - 1)": "(x^2 - 2*x - 1)/(x - 1)^2",
    "(2*x - 3)/(x^2 + 4)": "2*(4 + 3*x - x^2)/(x^2 + 4)^2",
    "(x^2 - 1)/(x^2 + 1)": "4*x/(x^2 + 1)^2",
    "((x - 1)/(x + 1))^2": "4*(x - 1)/(x + 1)^3",
    "sqrt(x)": "1/(2*sqrt(x))",
    "sqrt(x^2 + 1)": "x/sqrt(x^2 + 1)",
    "x*sqrt(1 - x^2)": "(1 - 2*x^2)/sqrt(1 - x^2)",
    "1/sqrt(x)": "-1/(2*x^(3/2))",
    "sqrt(x)*(x + 1)": "(3*x + 1)/(2*sqrt(x))",
    "x^(2/3)": "2/(3*x^(1/3))",
    "x/sqrt(x^2 + 1)": "1/(x^2 + 1)^(3/2)",
    "sqrt(1 + sqrt(x))": "1/(4*sqrt(x)*sqrt(1 + sqrt(x)))",
    "sin(x^2)": "2*x*cos(x^2)",
    "sin(x)^2": "2*sin(x)*cos(x)",
    "x*sin(x)": "x*cos(x) + sin(x)",
    "x^2*cos(x)": "x*(2*cos(x) - x*sin(x))",
    "sin(x)*cos(x)": "cos(x)^2 - sin(x)^2",
    "sin(3*x + 1)": "3*cos(3*x + 1)",
    "tan(x)": "1/cos(x)^2",
    "sin(x)/x": "(x*cos(x) - sin(x))/x^2",
    "sin(x)/(1 + cos(x))": "1/(1 + cos(x))",
    "1/cos(x)": "sin(x)/cos(x)^2",
    "cos(sqrt(x))": "-sin(sqrt(x))/(2*sqrt(x))",
    "x - sin(x)*cos(x)": "2*sin(x)^2",
    "A*sin(omega*x + phi)": "A*omega*cos(omega*x + phi)",
    "exp(-x^2)": "-2*x*exp(-x^2)",
    "x*exp(x)": "(x + 1)*exp(x)",
    "x^2*exp(-x)": "x*(2 - x)*exp(-x)",
    "exp(x)*sin(x)": "exp(x)*(sin(x) + cos(x))",
    "exp(-x)*cos(2*x)": "-exp(-x)*(cos(2*x) + 2*sin(2*x))",
    "exp(sin(x))": "exp(sin(x))*cos(x)",
    "exp(x)/x": "(x - 1)*exp(x)/x^2",
    "exp(x)/(1 + exp(x))": "exp(x)/(1 + exp(x))^2",
    "1/(1 + exp(-x))": "exp(-x)/(1 + exp(-x))^2",
    "exp(-x^2/2)/sqrt(2*pi)": "-x*exp(-x^2/2)/sqrt(2*pi)",
    "2^x": "2^x*log(2)",
    "log(x)": "1/x",
    "x*log(x)": "log(x) + 1",
    "log(x)/x": "(1 - log(x))/x^2",
    "log(x^2 + 1)": "2*x/(x^2 + 1)",
    "log(cos(x))": "-tan(x)",
    "log(log(x))": "1/(x*log(x))",
    "log(x)^2": "2*log(x)/x",
    "log((1 + x)/(1 - x))": "2/(1 - x^2)",
    "log(x + sqrt(x^2 + 1))": "1/sqrt(x^2 + 1)",
    "x^2*log(x) - x^2/2": "2*x*log(x)",
    "x^x": "x^x*(log(x) + 1)",
    "sinh(x)": "cosh(x)",
    "cosh(2*x)": "2*sinh(2*x)",
    "tanh(x)": "1 - tanh(x)^2",
    "asin(x)": "1/sqrt(1 - x^2)",
    "acos(x/2)": "-1/sqrt(4 - x^2)",
    "x*atan(x)": "atan(x) + x/(x^2 + 1)",
    "atan(1/x)": "-1/(x^2 + 1)",
    "x*asin(x) + sqrt(1 - x^2)": "asin(x)",
}
ALSO_WRITTEN = {
    "0.1*x^3/3": "0.1*x^2",
    "2.50*x^2": "5*x",
    "1e-9*x^2": "2e-9*x",
    "x^0.5": "0.5/x^0.5",
    "m*x^2/2": "m*x",
    "e^(x^2)": "2*x*e^(x^2)",
    "x^n": "n*x^(n - 1)",
    "abs(x)": "sign(x)",
    "x*abs(x)": "2*abs(x)",
    "sqrt(x^2)": "sign(x)",
    "relu(x)": "if(x > 0, 1, 0)",
    "max(0, x)": "if(x > 0, 1, 0)",
    "max(x, y)": "if(x >= y, 1, 0)",
    "max(x^2, x)": "if(x^2 >= x, 2*x, 1)",
    "min(x, y, 1)": "if(x <= y and x <= 1, 1, 0)",
    "clamp(x, -1, 1)": "if(x >= -1 and x <= 1, 1, 0)",
    "if(x > 0, x^2, -x)": "if(x > 0, 2*x, -1)",
    "if(x > 0, log(x), 0)": "if(x > 0, 1/x, 0)",
    "if(x > 2, x^3, if(x > 0, x^2, -x))": "if(x > 2, 3*x^2, if(x > 0, 2*x, -1))",
    "if(x > 0 and y > 0, x*y, x - y)": "if(x > 0 and y > 0, y, 1)",
    "relu(x) + relu(2 - x)": "if(2 - x > 0, -1, 0) + if(x > 0, 1, 0)",
    "leaky_relu(x)": "if(x > 0, 1, 0.01)",
    "sinc(x)": "if(x == 0, 0, (cos(x) - sinc(x))/x)",
    "floor(x) + step(x) + round(x)": "0",
    "floor(x)*x": "floor(x)",
    "sigmoid(x)": "sigmoid(x)*(1 - sigmoid(x))",
    "var(x, y)": "x - mean(x, y)",
    "erf(x)": "2*exp(-x^2)/sqrt(pi)",
    "cbrt(x)": "1/(3*cbrt(x)^2)",
    "x!": "x!*digamma(x + 1)",
    "stop_gradient(x)*x": "stop_gradient(x)",
    "x^2/x": "1",
}


@pytest.mark.parametrize(("text", "expected"), [*WRITTEN.items(), *ALSO_WRITTEN.items()])
def test_as_a_person_writes(text: str, expected: str) -> None:
    """The printed derivative, to the letter."""
    assert printed(text)["x"] == expected


def test_median_against_sympy() -> None:
    """The median length is at most 1.2 times that of SymPy's simplify(diff(…)).

    Both are printed, read by this project's own parser and counted as the same trees: a number or a
    name is 1, an operator of n operands n - 1, a call 1 and its arguments.
    """
    import sympy

    assert len(WRITTEN) >= 60
    ratios = []
    for text in WRITTEN:
        names = {name: sympy.Symbol(name) for name in ("A", "omega", "phi")}
        formula = sympy.sympify(text.replace("^", "**"), locals=names)
        theirs = str(sympy.simplify(sympy.diff(formula, sympy.Symbol("x"))))
        ratios.append(nodes(printed(text)["x"]) / nodes(theirs))
    assert statistics.median(ratios) <= 1.2
    assert statistics.median(ratios) == 1.0  # as measured; a worse one is a step back


@pytest.mark.parametrize(
    "text",
    [
        "sqrt(x^2)",
        "(x^2)^(3/2)",
        "log(x^2)",
        "(x^2)^0.5",
        "sqrt(x*y)",
        "sqrt(x)*sqrt(y)",
        "abs(x^3)",
        "atan(tan(x))",
        "asin(sin(x))",
        "exp(2*log(abs(x)))",
        "(x*y)^(1/3)",
        "cbrt(x^3)",
        "x/abs(x)",
        "hypot(x, y)",
        "(-x)^3",
        "sin(-x)*cos(-y)",
    ],
)
def test_identities_hold_on_the_whole_domain(text: str) -> None:
    """Nothing changes at a point where eval has a gradient, on either side of 0."""
    for values in ((1.5, 2.5), (-1.5, 2.5), (1.5, -2.5), (-1.5, -2.5)):
        point = {name: str(value) for name, value in zip("xyz", values, strict=False)}
        expected = in_balls(text, {**point, "z": "1"}).gradient()
        for name, formula in printed(text).items():
            again = in_balls(formula, {**point, "z": "1"})
            found, wanted = again.values[again.output], expected[name]
            if float(wanted) == float(wanted):
                assert abs(float(found) - float(wanted)) < 1e-12, (formula, values)


def deep(step: str, count: int) -> str:
    """A program of `count` definitions, each from the one before."""
    lines = [step.replace("next", f"v{i}").replace("last", f"v{i - 1}") for i in range(1, count)]
    return "; ".join(["v0 = x", *lines, f"v{count - 1}*2"])


LARGE = {
    "sum": "+".join(f"x{i}^2" for i in range(16_000)),
    "square": "(" + "+".join(f"x{i}" for i in range(16_000)) + ")^2",
    "polynomial": "+".join(f"{i}*x^{i}" for i in range(1, 9_000)),
    "product": "*".join(f"x{i}" for i in range(2_000)),
    "chain": deep("next = tanh(last*w + b)", 5_000),
    "prefixes": deep("next = last + sin(last)*x", 5_000),
    "squares": deep("next = last*last", 3_000),
    "relus": "+".join(f"relu(w{i}*x + b{i})*v{i}" for i in range(100)),
    "choices": "".join(f"if(x > {i}, x^{i + 2}, " for i in range(100)) + "0" + ")" * 100,
    "ties": "max(y, " * 100 + "x" + "*w)" * 100,
    "quotients": deep("next = 1/(1 + last)", 5_000),
}


@pytest.mark.parametrize("name", LARGE)
def test_large_graphs(name: str) -> None:
    """A derivative graph of up to 100,000 nodes is simplified, or returned as it is, in seconds,
    and no formula is longer.
    """
    lowered = lower(parse(LARGE[name]))
    graph, gradient = differentiate(lowered.graph, lowered.output)
    start = time.perf_counter()
    result = simplify(graph, list(gradient.values()), len(lowered.graph))
    assert time.perf_counter() - start < 30  # 1 to 6 seconds where this was written
    before, after = sizes(graph), sizes(result.graph)
    for old, new in zip(gradient.values(), result.outputs, strict=True):
        assert after[new] <= before[old]


def test_same_for_any_hash_seed() -> None:
    """The same bytes come out whatever the seed of Python's hashes."""
    code = (
        "import test_simplify as t\n"
        "for text in [*t.WRITTEN, *t.ALSO_WRITTEN]:\n"
        "    print(t.printed(text))\n"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env={
                **os.environ,
                "PYTHONHASHSEED": seed,
                "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")]),
            },
            stdout=subprocess.PIPE,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(outputs) == 1 and len(outputs.pop()) > 2000
