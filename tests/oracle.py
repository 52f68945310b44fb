"""The oracle of the table of operations: 60 certified digits by the same row in ball arithmetic.

`sample` draws arguments from a row's own domain, `reference` computes value and slopes to 60
digits, `check` says by how many units in the last place (ulp) doubles miss them. What `balls`
themselves compute is checked elsewhere, against definitions written independently in mpmath.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from typing import Any, NamedTuple

from flint import arb, ctx

from backprop_cli.namespaces import balls, floats
from backprop_cli.operations import OPERATIONS, Operation

DIGITS_60 = 200  # bits
# cos(1e300) alone needs 1,000 bits more than its result.
PRECISIONS = (256, 512, 1280, 2600, 6000, 14000)
LARGEST = math.ldexp(1 - 2**-53, 1024)
LAST_PLACE = 2.0**971  # the unit in the last place of the largest double
BEYOND = arb(2) ** 1024  # the number that rounding takes an infinity for
HALF_SMALLEST = arb(2) ** -1075

CONDITIONS = ("and", "or", "not")
LEAVES = ("input", "constant")
NUMERIC = [row for row in OPERATIONS.values() if row.name not in (*LEAVES, *CONDITIONS)]

# Parameters that are not just any real number: row -> parameter -> what to draw for it.
DRAWN = {
    "where": {"condition": "condition"},
    "whole_power": {"n": "exponent"},
    "factorial": {"n": "count"},
    "polygamma": {"n": "order"},
    "and": {"a": "condition", "b": "condition"},
    "or": {"a": "condition", "b": "condition"},
    "not": {"a": "condition"},
}


class Unavailable(ArithmeticError):
    """No 60 digits at the highest precision: the value is not finite, or beyond 10^(10^18)."""


# ----------------------------------------------------------------------------------------- sampling


def real(random: random.Random) -> float:
    """A double from a mixture that dwells where rules go wrong."""
    sign = random.choice((1, -1))
    match random.randrange(9):
        case 0 | 1 | 2:
            return random.uniform(-5, 5)
        case 3:
            return random.uniform(0, 1)
        case 4:
            return sign * 10 ** random.uniform(-300, 300)
        case 5:
            return sign * 10 ** random.uniform(-20, 0)
        case 6:
            return sign * 10 ** random.uniform(1, 3)
        case 7:
            near = random.randrange(-12, 13) / random.choice((1, 1, 2))
            return near + sign * 10 ** random.uniform(-16, -1)
        case _:
            near = random.choice((0.0, 0.5, 1.0, -1.0, 2.0, 1e300, LARGEST, 2.0**-1022))
            for _ in range(random.randrange(1, 4)):
                near = math.nextafter(near, random.choice((-math.inf, math.inf, 0.5)))
            return near


def draw(random: random.Random, kind: str) -> Any:
    """One argument of the given kind."""
    if kind == "condition":
        return random.random() < 0.5
    if kind == "exponent":
        return float(random.choice((random.randrange(-8, 9), random.randrange(-400, 400))))
    if kind == "count":
        return float(random.randrange(0, 175))
    if kind == "order":
        return float(random.choice((0, 1, 2, 3, random.randrange(30))))
    return real(random)


def arguments(row: Operation, random: random.Random) -> tuple[Any, ...]:
    """Arguments in a row's domain or not; often close together, for rows that subtract."""
    if row.variadic:
        count = random.randrange(1, 6)
        if random.random() < 0.5:
            return tuple(real(random) for _ in range(count))
        first = real(random)
        near = (first, first * (1 + random.uniform(-1e-9, 1e-9)), random.uniform(-5, 5))
        return first, *[random.choice(near) for _ in range(count - 1)]
    kinds = DRAWN.get(row.name, {})
    names, _ = row.signature()
    x = [draw(random, kinds.get(name, "real")) for name in names]
    if len(x) == 2 and not kinds and random.random() < 0.2:
        x[1] = x[0] * random.choice((1, -1)) * (1 + random.choice((0, 1e-15, 1e-6, 0.3)))
    return tuple(x)


def is_inside(row: Operation, x: tuple[Any, ...]) -> bool:
    """Whether x is in the row's domain and no kink."""
    if not all(map(math.isfinite, x)) or any(u == 0 and math.copysign(1, u) < 0 for u in x):
        return False  # balls have no -0
    return row.domain.holds(*x) and not (row.kink is not None and row.kink.holds(*x))


def sample(row: Operation, seed: object = 0) -> Iterator[tuple[Any, ...]]:
    """Arguments in the row's domain, without end; the same for the same seed."""
    generator = random.Random(f"{row.name} {seed}")
    while True:
        x = arguments(row, generator)
        if is_inside(row, x):
            yield x


def moderate(row: Operation, count: int, seed: object = 0) -> list[tuple[Any, ...]]:
    """Points of moderate size whose neighbourhood is in the domain and free of kinks."""
    generator = random.Random(f"{row.name} {seed} moderate")
    kinds = DRAWN.get(row.name, {})
    points: list[tuple[Any, ...]] = []
    while len(points) < count:
        names = row.signature()[0]
        if row.variadic:
            names = ["x"] * generator.randrange(1, 5)
        x = tuple(
            generator.uniform(-3, 3)
            if name not in kinds
            else moderate_whole(draw(generator, kinds[name]))
            for name in names
        )
        around = [x, tuple(u + 1e-3 if type(u) is float and u % 1 else u for u in x)]
        around.append(tuple(u - 1e-3 if type(u) is float and u % 1 else u for u in x))
        if all(is_inside(row, u) for u in around):
            points.append(x)
    return points


def moderate_whole(n: Any) -> Any:
    """A whole number of at most 8 in size, a condition as it is."""
    return n if isinstance(n, bool) else math.fmod(n, 9)


# ---------------------------------------------------------------------------------------- reference


class Reference(NamedTuple):
    """What a row gives at one point, to 60 digits."""

    value: Any
    slopes: tuple[Any, ...]


def lift(x: tuple[Any, ...]) -> list[Any]:
    """Doubles as exact balls; conditions stay what they are."""
    return [u if isinstance(u, bool) else arb(u) for u in x]


def settled(ball: Any) -> bool:
    """Whether a result is known to 60 digits, or known to be below all doubles."""
    if ball is None or isinstance(ball, (bool, int)):
        return True
    if not ball.is_finite():
        return False
    return ball.rel_accuracy_bits() >= DIGITS_60 or abs(ball) < HALF_SMALLEST


def reference(row: Operation, x: tuple[Any, ...]) -> Reference:
    """The row in ball arithmetic at as many bits as 60 digits take; raises Unavailable."""
    for precision in PRECISIONS:
        with ctx.workprec(precision):
            inputs = lift(x)
            try:
                value = row.forward(balls, *inputs)
                slopes = row.slopes(balls, value, *inputs)
            except balls.Undecided:
                continue
            if settled(value) and all(map(settled, slopes)):
                return Reference(value, slopes)
    raise Unavailable(f"{row.name}{x}")


# ------------------------------------------------------------------------------------------- checks


def distance(found: Any, expected: Any) -> float:
    """How far a double is from the true number, in ulp of the double nearest to that number."""
    if found is None or expected is None:
        return 0.0 if found is expected else math.inf
    if isinstance(expected, bool):
        return 0.0 if found is expected else math.inf
    if not isinstance(found, (int, float)) or found != found:
        return math.inf
    expected = arb(expected)
    nearest = float(expected.mid())
    if found == nearest and math.isinf(found):
        return 0.0
    ulp = LAST_PLACE if math.isinf(nearest) else math.ulp(nearest)
    with ctx.workprec(256):
        exact = (BEYOND if found > 0 else -BEYOND) if math.isinf(found) else arb(found)
        return float((abs(exact - expected) / ulp).mid())


class Finding(NamedTuple):
    """How far a result of doubles is from the reference: of which operation, which, where."""

    operation: str
    result: str
    point: tuple[Any, ...]
    found: Any
    expected: Any
    ulp: float

    def __str__(self) -> str:
        point = ", ".join(map(repr, self.point))
        expected = self.expected
        if isinstance(expected, arb):
            expected = expected.str(17, radius=False)
        return (
            f"{self.operation}({point}): {self.result} is {self.found!r}, "
            f"not {expected}: {self.ulp:.3g} ulp"
        )


def names_of(row: Operation, count: int) -> list[str]:
    """What to call the slopes: 'slope along x'."""
    names = [f"x{i + 1}" for i in range(count)] if row.variadic else row.signature()[0]
    return [f"slope along {name}" for name in names]


def measure(row: Operation, x: tuple[Any, ...]) -> list[Finding]:
    """How far the value and each slope in doubles are from the reference; raises Unavailable."""
    expected = reference(row, x)
    value = row.forward(floats, *x)
    slopes = row.slopes(floats, value, *x)
    names = ["value", *names_of(row, len(x))]
    right = (expected.value, *expected.slopes)
    return [
        Finding(row.name, name, x, found, true, distance(found, true))
        for name, found, true in zip(names, (value, *slopes), right, strict=True)
    ]


def check(row: Operation, count: int, tolerance: float = 4, seed: object = 0) -> list[Finding]:
    """The worst finding of each result over `count` points; raises AssertionError beyond the
    tolerance.

    The error names the operation, the result (the value, or which slope) and the argument.
    """
    worst: dict[str, Finding] = {}
    points = sample(row, seed)
    checked = tried = 0
    while checked < count:
        x = next(points)
        tried += 1
        try:
            findings = measure(row, x)
        except Unavailable:
            assert tried < 3 * count + 100, f"{row.name}: the reference is unavailable too often"
            continue
        checked += 1
        for finding in findings:
            if finding.result not in worst or finding.ulp > worst[finding.result].ulp:
                worst[finding.result] = finding
    wrong = [finding for finding in worst.values() if not finding.ulp <= tolerance]
    assert not wrong, "\n".join(map(str, wrong))
    return list(worst.values())
