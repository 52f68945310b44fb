"""What a wrong number looks like: the catalogue of errors, each worked out from the graph.

A row says what somebody would get who makes one particular error at one gate; `diagnosis` tries
them. No row knows a derivative: each works with the slopes of the table of operations.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from flint import arb

from ..namespaces import intervals
from ..operations import OPERATIONS, Operation

Guess = Any  # a ball, a number, or None where the error cannot be made


class Gate(NamedTuple):
    """One way back into a node, as the catalogue sees it.

    argument   which of the gate's inputs the node is, from 0.
    own        the value of the node itself; `out` that of the gate.
    arguments  the values of all its inputs.
    """

    operation: Operation
    argument: int
    upstream: Any
    slope: Any
    own: Any
    out: Any
    arguments: tuple[Any, ...]

    @property
    def named(self) -> str:
        return self.operation.name


class Misconception(NamedTuple):
    """One row of the catalogue.

    kind   its name.
    title  what it is, for a count of a class.
    guess  what somebody gets who makes the error.
    says   a sentence about it, with the fields node, gate, upstream, slope, own, out.
    """

    kind: str
    title: str
    guess: Callable[..., Guess]
    says: str


# -------------------------------------------------------------------------- at one gate, going back

SUMS = ("add", "subtract", "sum", "mean")
ROUTERS = ("max", "min", "relu", "clamp", "where", "leaky_relu")
LINEAR = (*SUMS, "negate", "multiply", "divide")


def applied(name: str, *arguments: Any) -> Any:
    """The operation of the table called `name`, in a student's numbers."""
    return OPERATIONS[name].forward(intervals, *arguments)


def swapped(gate: Gate) -> Guess:
    return gate.upstream * gate.own if gate.named == "multiply" else None


def split(gate: Gate) -> Guess:
    if gate.named not in ("add", "subtract", "sum"):
        return None
    return gate.upstream * gate.slope / len(gate.arguments)


def at_the_output(gate: Gate) -> Guess:
    if len(gate.arguments) != 1 or gate.named in LINEAR:
        return None
    out = gate.operation.forward(intervals, gate.out)
    return gate.upstream * gate.operation.textbook(intervals, out, gate.out)[0]


def function_itself(gate: Gate) -> Guess:
    if gate.named in LINEAR or gate.named in ROUTERS or gate.argument:
        return None
    return gate.upstream * gate.out


def power_rule(gate: Gate) -> Guess:
    """x·e^(x-1) for e^x, and the same for 2^x."""
    if gate.named == "exp":
        return gate.upstream * gate.own * applied("exp", gate.own - 1)
    if gate.named == "power" and gate.argument == 1:
        base = gate.arguments[0]
        return gate.upstream * gate.own * applied("power", base, gate.own - 1)
    return None


def without_square(gate: Gate) -> Guess:
    if gate.named == "divide" and gate.argument == 1:
        return -gate.upstream * gate.out
    if gate.named == "reciprocal":
        return -gate.upstream * gate.out
    return None


def without_sign(gate: Gate) -> Guess:
    below = gate.named == "divide" and gate.argument == 1
    return -gate.upstream * gate.slope if below or gate.named == "reciprocal" else None


def exponent_of(gate: Gate) -> Any:
    if gate.named == "square":
        return arb(2)
    whole = gate.named in ("whole_power", "power") and not gate.argument
    return gate.arguments[1] if whole else None


def not_lowered(gate: Gate) -> Guess:
    exponent = exponent_of(gate)
    return None if exponent is None else gate.upstream * exponent * gate.out


def without_factor(gate: Gate) -> Guess:
    exponent = exponent_of(gate)
    return None if exponent is None else gate.upstream * gate.slope / exponent


def routed_wrong(gate: Gate) -> Guess:
    """The loser of a max gets the gradient, or the winner nothing."""
    if gate.named not in ROUTERS:
        return None
    return gate.upstream if gate.slope is None or gate.slope == 0 else arb(0)


def proper(compute: Callable[[Gate], Guess]) -> Callable[[Gate], Guess]:
    """A guess that is only made where the gate lets a gradient pass."""
    return lambda gate: None if gate.slope is None else compute(gate)


GATES = (
    Misconception(
        "local-slope-only", "the local slope alone, without the gradient from above",
        proper(lambda gate: gate.slope),
        "{node} is the local slope {slope} at {gate} alone, without the gradient {upstream}"
        " from above",
    ),
    Misconception(
        "upstream-passed-through", "the gradient from above, without the local slope",
        proper(lambda gate: gate.upstream),
        "{node} is the gradient {upstream} at {gate}, passed on without the local slope {slope}",
    ),
    Misconception(
        "added-instead-of-multiplied", "local slope and gradient added instead of multiplied",
        proper(lambda gate: gate.upstream + gate.slope),
        "{node} is {upstream} + {slope} at {gate}; the chain rule multiplies them",
    ),
    Misconception(
        "sign", "a sign lost",
        proper(lambda gate: -(gate.upstream * gate.slope)),
        "{node} has the wrong sign at {gate}",
    ),
    Misconception(
        "swapped-multiply", "own value at a multiply gate instead of the other one’s",
        proper(swapped),
        "{node} took its own value {own} at {gate}; multiply hands each input the other one’s",
    ),
    Misconception(
        "split-at-add", "the gradient split at an add gate",
        proper(split),
        "{node} got only a share of the gradient {upstream} at {gate}; add gives all of it to each",
    ),
    Misconception(
        "slope-at-output", "the slope taken at the gate’s output",
        proper(at_the_output),
        "{node} has the slope of {gate} at its output {out} instead of its input {own}",
    ),
    Misconception(
        "function-instead-of-derivative", "the function instead of its derivative",
        proper(function_itself),
        "{node} has the value {out} of {gate} where its derivative belongs",
    ),
    Misconception(
        "power-rule-on-exp", "the power rule used on an exponential",
        proper(power_rule),
        "{node} has the power rule at {gate}; the exponential is its own derivative",
    ),
    Misconception(
        "quotient-without-square", "a quotient’s derivative without the square",
        proper(without_square),
        "{node} lacks the square below at {gate}: the slope is −a/b², or −1/x²",
    ),
    Misconception(
        "quotient-without-sign", "a quotient’s derivative without the minus sign",
        proper(without_sign),
        "{node} lacks the minus sign at {gate}: the slope is −a/b², or −1/x²",
    ),
    Misconception(
        "power-not-lowered", "the power rule without lowering the exponent",
        proper(not_lowered),
        "{node} keeps the exponent at {gate}; it is one less in the derivative",
    ),
    Misconception(
        "power-without-factor", "the power rule without the factor in front",
        proper(without_factor),
        "{node} lacks the factor that the exponent becomes at {gate}",
    ),
    Misconception(
        "routed-wrong", "a gradient routed to the wrong input",
        routed_wrong,
        "{node} is routed wrongly at {gate}: the input that was chosen gets all, the other nothing",
    ),
)  # fmt: skip

# ---------------------------------------------------------------------- of the sum of several paths


def product(parts: list[Any]) -> Guess:
    found = parts[0]
    for part in parts[1:]:
        found = found * part
    return found if len(parts) > 1 else None


def mean(parts: list[Any]) -> Guess:
    return sum(parts[1:], parts[0]) / len(parts) if len(parts) > 1 else None


FORKS = (
    Misconception(
        "fork-product", "the paths of a fork multiplied",
        product, "{node} is the product of its paths; a fork adds them up",
    ),
    Misconception(
        "fork-mean", "the mean of a fork’s paths",
        mean, "{node} is the mean of its paths; a fork adds them up",
    ),
)  # fmt: skip
ONE_PATH = Misconception(
    "fork-one-path", "only some of a fork’s paths",
    lambda parts: None, "{node} has only some of its paths: a fork adds up what all bring back",
)  # fmt: skip
VALUE_COPIED = Misconception(
    "value-copied", "the value copied as the gradient",
    lambda value: value, "{node} is the value {own} of the forward pass, not a gradient",
)  # fmt: skip
SEED = Misconception(
    "seed-not-one", "the backward pass not started with 1",
    lambda total, top: total * top,
    "{node} is what comes out if the backward pass starts with {out} instead of 1",
)  # fmt: skip

# ------------------------------------------------------------------------- of values, going forward

FACTOR = arb.pi() / 180


def operand_signs(operation: Operation, arguments: tuple[Any, ...]) -> Iterator[Guess]:
    for place in range(len(arguments)):
        changed = [-u if i == place else u for i, u in enumerate(arguments)]
        yield operation.forward(intervals, *changed)


def other_operation(
    name: str, other: str
) -> Callable[[Operation, tuple[Any, ...]], Iterator[Guess]]:
    """What comes out if somebody takes one operation for another."""

    def guess(operation: Operation, arguments: tuple[Any, ...]) -> Iterator[Guess]:
        if operation.name == name:
            yield applied(other, *arguments)

    return guess


def wrong_way_round(operation: Operation, arguments: tuple[Any, ...]) -> Iterator[Guess]:
    if operation.name in ("subtract", "divide", "power", "atan2", "mod"):
        yield operation.forward(intervals, *reversed(arguments))


def doubled(operation: Operation, arguments: tuple[Any, ...]) -> Iterator[Guess]:
    if operation.name == "square":
        yield 2 * arguments[0]
    if operation.name in ("power", "whole_power"):
        yield arguments[0] * arguments[1]


def smaller(operation: Operation, arguments: tuple[Any, ...]) -> Iterator[Guess]:
    other = {"max": "min", "min": "max"}.get(operation.name)
    if other:
        yield applied(other, *arguments)
    if operation.name == "relu":
        yield arguments[0]
        yield arb(0)


def other_base(operation: Operation, arguments: tuple[Any, ...]) -> Iterator[Guess]:
    if operation.name == "log":
        yield applied("log10", arguments[0])
        yield applied("log2", arguments[0])


def degrees(operation: Operation, arguments: tuple[Any, ...]) -> Iterator[Guess]:
    if operation.name in ("sin", "cos", "tan"):
        yield operation.forward(intervals, arguments[0] * FACTOR)


def exponent_sign(operation: Operation, arguments: tuple[Any, ...]) -> Iterator[Guess]:
    if operation.name in ("exp", "exp2"):
        yield operation.forward(intervals, -arguments[0])


def left_out(operation: Operation, arguments: tuple[Any, ...]) -> Iterator[Guess]:
    if operation.symbol and len(arguments) == 2:
        yield from arguments


def not_applied(operation: Operation, arguments: tuple[Any, ...]) -> Iterator[Guess]:
    if len(arguments) == 1:
        yield arguments[0]


def negated(operation: Operation, arguments: tuple[Any, ...]) -> Iterator[Guess]:
    yield -operation.forward(intervals, *arguments)


VALUES = (
    Misconception("sign", "a sign lost", negated, "{node} has the wrong sign at {gate}"),
    Misconception(
        "operand-sign", "the sign of an operand lost",
        lambda operation, arguments: operand_signs(operation, arguments),
        "{node} took one number at {gate} with the other sign",
    ),
    Misconception(
        "added-instead-of-multiplied", "added instead of multiplied",
        other_operation("multiply", "add"), "{node} adds at {gate} where it multiplies",
    ),
    Misconception(
        "multiplied-instead-of-added", "multiplied instead of added",
        other_operation("add", "multiply"), "{node} multiplies at {gate} where it adds",
    ),
    Misconception(
        "wrong-way-round", "a difference or quotient the wrong way round",
        wrong_way_round, "{node} has {gate} the wrong way round",
    ),
    Misconception(
        "doubled-instead-of-squared", "the base times the exponent instead of the power",
        doubled, "{node} multiplies by the exponent at {gate} instead of taking the power",
    ),
    Misconception(
        "smaller-taken", "the smaller number at a max, or the larger at a min",
        smaller, "{node} took the other number at {gate}",
    ),
    Misconception("log-base", "a logarithm to another base", other_base,
                  "{node} has a logarithm to another base at {gate}; log is natural"),
    Misconception("degrees", "degrees instead of radians", degrees,
                  "{node} took the angle at {gate} in degrees; it is in radians"),
    Misconception("exponent-sign", "the sign of an exponent lost", exponent_sign,
                  "{node} lost the sign of the exponent at {gate}"),
    Misconception("left-out", "an operand left out", left_out,
                  "{node} left out one of the numbers at {gate}"),
    Misconception("not-applied", "a function not applied", not_applied,
                  "{node} is the number before {gate} was applied"),
)  # fmt: skip

# --------------------------------------------------------------------------------- slips of the pen

SLIPS = (
    ("cut-off", "digits cut off instead of rounded",
     "{node} is cut off after its last digit; it should be rounded"),
    ("factor-ten", "the decimal point in the wrong place",
     "{node} is right but for the place of the decimal point"),
    ("digits-swapped", "two digits swapped", "{node} is right but for two digits that are swapped"),
)  # fmt: skip

TITLES = {
    row.kind: row.title for row in (*VALUES, *GATES, *FORKS, ONE_PATH, VALUE_COPIED, SEED)
} | {kind: title for kind, title, _ in SLIPS}
