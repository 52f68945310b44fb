"""What a user should know about a run: kinks, domain edges, overflow, dead gates, lost digits.

A finding names the node and says why. Nothing here changes a result.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any, NamedTuple

from .errors import Span
from .formulas import formulas, titles
from .graph import Graph
from .numerals import is_ball, is_finite, is_number, plain, short
from .run import Run

SATURATED = 1e-6  # a slope smaller than this stops learning
EPSILON = 2.0**-52
MOST_OF_A_KIND = 10


class Finding(NamedTuple):
    """One warning: a stable code, the sentence, and the node and place it is about."""

    code: str
    message: str
    node: int | None = None
    span: Span | None = None
    help: str = ""


LOSSES = frozenset({"overflow", "underflow", "cancellation"})


def live_nodes(run: Run) -> bytearray:
    """1 for each node that the output's value depends on, counting only the branches that were
    taken.
    """
    live = bytearray(len(run.graph))
    live[run.output] = 1
    operations, inputs, values = run.graph.operations, run.graph.inputs, run.values
    for node in range(run.output, -1, -1):
        if not live[node] or not inputs[node]:
            continue
        sources = inputs[node]
        if operations[node].name == "where":
            condition, then, otherwise = sources
            sources = (condition, then if values[condition] is True else otherwise)
        for source in sources:
            live[source] = 1
    return live


def findings(run: Run) -> list[Finding]:
    """Everything worth a warning in a run on floats or balls, in the order of evaluation."""
    live = live_nodes(run)
    found: list[Finding] = []
    subject = Subject(run)
    for node, operation in enumerate(run.graph.operations):
        inputs = run.graph.inputs[node]
        if not live[node] or not inputs:
            continue
        values = [run.values[i] for i in inputs]
        for check in CHECKS:
            result = check(run, node, operation, values)
            if result is None:
                continue
            code, sentence = result
            found.append(
                Finding(code, f"{subject(node)}: {sentence}", node, run.graph.spans.get(node))
            )
            break
    return limited(found)


def limited(found: list[Finding]) -> list[Finding]:
    """At most `MOST_OF_A_KIND` findings of each code, and one that counts the rest."""
    kept: list[Finding] = []
    counts: dict[str, int] = {}
    for finding in found:
        counts[finding.code] = counts.get(finding.code, 0) + 1
        if counts[finding.code] <= MOST_OF_A_KIND:
            kept.append(finding)
    for code, count in counts.items():
        if count > MOST_OF_A_KIND:
            kept.append(Finding(code, f"{count - MOST_OF_A_KIND} more nodes with the same warning"))
    return kept


class Subject:
    """How messages name the nodes of a run: `f = log(x)`. The texts are made when the first is
    asked for.
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        self.titles: list[str] = []
        self.texts: list[str] = []

    def __call__(self, node: int) -> str:
        graph = self.run.graph
        if not self.titles:
            self.titles = titles(graph, self.run.output)
            self.texts = formulas(graph, self.titles)
        return f"{self.titles[node]} = {self.texts[node]}"


def at(values: list[Any]) -> str:
    """The values that a gate received."""
    shown = [short(value) for value in values[:4]]
    return ", ".join(shown) + (", …" if len(values) > 4 else "")


# ------------------------------------------------------------------------------------------- checks
# Each looks at one live node:
# (run, node, operation, values of its inputs) -> (code, sentence) or None.


def not_a_number(run: Run, node: int, operation: Any, values: list[Any]) -> tuple[str, str] | None:
    """NaN or an infinity that begins at this node."""
    out = run.values[node]
    if is_finite(out) or not is_number(out) or not all(map(is_finite, values)):
        return None
    nan = is_ball(out) or out != out
    if not operation.domain.holds(*map(plain, values)):
        where = "outside" if nan else "at the edge of"
        sentence = f"{at(values)} is {where} the domain ({operation.domain.text})"
        if operation.name == "power" and values[0] < 0:
            sentence += "; for a cube root write cbrt"
        return "domain", sentence
    if nan:
        return "not-finite", "the result is not a number"
    return "overflow", "the result is larger than any double (1.8e308)"


def underflow(run: Run, node: int, operation: Any, values: list[Any]) -> tuple[str, str] | None:
    """A zero that is none: smaller than any double."""
    if (
        not isinstance(run.values[node], float)
        or run.values[node] != 0
        or not all(map(is_finite, values))
    ):
        return None
    product = operation.name in ("multiply", "square", "prod", "power", "whole_power")
    quotient = operation.name in ("divide", "reciprocal")
    if operation.positive or (product and all(values)) or (quotient and values[0] != 0):
        return "underflow", "the result is smaller than any double (4.9e-324) and became 0"
    return None


def cancellation(run: Run, node: int, operation: Any, values: list[Any]) -> tuple[str, str] | None:
    """A sum whose terms cancel to the last digits, so that rounding errors are all that is left."""
    if operation.name not in ("add", "subtract", "sum") or not isinstance(run.values[node], float):
        return None
    inputs = run.graph.inputs[node]
    out = abs(run.values[node])
    largest = max(map(abs, values))
    if not (out <= 8 * EPSILON * largest < math.inf) or largest == 0:
        return None
    if not any(run.graph.inputs[i] for i in inputs) or len(set(inputs)) < len(inputs):
        return None
    if all(value == int(value) and abs(value) < 2**53 for value in values):
        return None
    return "cancellation", f"{at(values)} cancel to the last digit of a double"


def at_kink(run: Run, node: int, operation: Any, values: list[Any]) -> tuple[str, str] | None:
    """A gate at a kink: which convention was taken."""
    kink = operation.kink
    if kink is None or not all(map(is_finite, values)) or not kink.holds(*map(plain, values)):
        return None
    if run.adjoints[node] is None and operation.symbol not in ("<", "<=", ">", ">=", "==", "!="):
        return None
    return "kink", f"a kink ({kink.text}); {kink.says}"


def domain_edge(run: Run, node: int, operation: Any, values: list[Any]) -> tuple[str, str] | None:
    """A finite value whose slope does not exist or is infinite."""
    slopes = run.slopes[node]
    if slopes is None or not is_finite(run.values[node]) or not all(map(is_finite, values)):
        return None
    moving = [
        slope
        for slope, i in zip(slopes, run.graph.inputs[node], strict=True)
        if varies(run.graph, i)
    ]
    if all(slope is None or is_finite(slope) or not is_number(slope) for slope in moving):
        return None
    if not operation.domain.holds(*map(plain, values)):
        return "domain", f"{at(values)} is at the edge of the domain ({operation.domain.text})"
    return "not-finite", f"the slope at {at(values)} is not a finite number"


def no_gradient(run: Run, node: int, operation: Any, values: list[Any]) -> tuple[str, str] | None:
    """A gate that stops the gradient: dead, saturated or flat."""
    slopes, upstream = run.slopes[node], run.adjoints[node]
    if (
        not operation.flat
        or slopes is None
        or upstream is None
        or not varies(run.graph, run.graph.inputs[node][0])
    ):
        return None
    slope = slopes[0]
    if slope is not None and not (is_finite(slope) and abs(slope) < SATURATED):
        return None
    if operation.flat == "saturated":
        size = "0" if not slope else short(slope)
        return (
            "saturated",
            f"saturated at {at(values)}: its slope is {size}, so almost no gradient passes",
        )
    if operation.flat == "dead":
        return "dead", f"dead at {at(values)}: no gradient passes"
    return "flat", f"no gradient passes through {operation.name}"


def varies(graph: Graph, node: int) -> bool:
    """Whether a node is anything but a constant."""
    return node not in graph.literals


CHECKS: tuple[Callable[..., tuple[str, str] | None], ...] = (
    not_a_number,
    underflow,
    cancellation,
    at_kink,
    domain_edge,
    no_gradient,
)

# Formulas that lose digits as they are written, and the function that does not; `u` and `v` stand
# for anything.
STABLE_FORMS = (
    ("1/(1+exp(-u))", "sigmoid(u)"),
    ("exp(u)/(1+exp(u))", "sigmoid(u)"),
    ("exp(u)/(exp(u)+1)", "sigmoid(u)"),
    ("log(1+exp(u))", "softplus(u)"),
    ("log(exp(u)+exp(v))", "logaddexp(u, v)"),
    ("(exp(u)-exp(-u))/(exp(u)+exp(-u))", "tanh(u)"),
    ("exp(u)-1", "expm1(u)"),
    ("log(1+u)", "log1p(u)"),
    ("sqrt(u^2+v^2)", "hypot(u, v)"),
    ("u*log(u)", "-entropy(u)"),
    ("u*log(v)", "xlogy(u, v)"),
)


def stable_form(graph: Graph, near: set[int]) -> str:
    """Advice: a stable function for a formula that runs through one of the nodes `near`; "" if none
    is known.
    """
    from .lowering import lower
    from .syntax import parse

    texts = formulas(graph, titles(graph, len(graph) - 1))
    for text, advice in STABLE_FORMS:
        for written in (text, text.replace("exp(", "e^(")):
            pattern = lower(parse(written))
            for node in range(len(graph)):
                matched = match(pattern.graph, pattern.output, graph, node, texts)
                if matched is not None and matched.covered & near:
                    return instantiated(advice, graph, matched.letters, texts)
    return ""


def instantiated(advice: str, graph: Graph, letters: dict[str, int], texts: list[str]) -> str:
    """`sigmoid(u)` with the formula that u stands for."""

    def formula(letter: re.Match[str]) -> str:
        found = letters[letter[0]]
        return graph.names.get(found) or texts[found]

    return re.sub(r"\b[uv]\b", formula, advice)


class Match(NamedTuple):
    """Which nodes the letters of a pattern stand for, and which nodes its operations covered."""

    letters: dict[str, int]
    covered: set[int]


def match(
    pattern: Graph, top: int, graph: Graph, node: int, texts: list[str] | None = None
) -> Match | None:
    """Whether the formula at `node` has the form of `pattern`, its operands in the same order.

    A letter that stands twice must be the same node, or with `texts`, the formulas of the graph's
    nodes, the same formula.
    """
    same = texts or range(len(graph))
    letters: dict[str, int] = {}
    covered: set[int] = set()
    waiting = [(top, node)]
    while waiting:
        wanted, found = waiting.pop()
        name = pattern.names.get(wanted)
        if name is not None:
            if same[letters.setdefault(name, found)] != same[found]:
                return None
            continue
        if wanted in pattern.literals:
            if pattern.literals[wanted] != graph.literals.get(found):
                return None
            continue
        if pattern.operations[wanted] is not graph.operations[found]:
            return None
        covered.add(found)
        waiting.extend(zip(pattern.inputs[wanted], graph.inputs[found], strict=True))
    return Match(letters, covered)
