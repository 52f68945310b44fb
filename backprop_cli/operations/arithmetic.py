"""Leaves, and the operations that are written with signs."""

from __future__ import annotations

from .row import Operation, Value, Where

NONZERO_DIVISOR = Where("y is not 0", lambda x, y: y != 0)


def is_whole(x: object) -> bool:
    """Whether a plain number is an integer."""
    return x == x and abs(x) != float("inf") and x == x // 1  # type: ignore[operator,arg-type]


def divide_slopes(xp: Value, out: Value, x: Value, y: Value) -> Value:
    return (
        xp.divide(1, y),
        -xp.in_range(xp.divide(out, y), lambda b, u, v: b.divide(b.divide(u, v), v), x, y),
    )


def power_slopes(xp: Value, out: Value, x: Value, y: Value) -> Value:
    """x^y: the slope along x, and along y (none for a negative base).

    Away from 0 and infinity by way of x^y, since the rounding of y - 1 can cost hundreds of ulp.
    """

    def at_an_end() -> Value:
        return xp.damp(y, xp.power(x, y - 1))

    def between() -> Value:
        slope = xp.damp(y, xp.divide(out, x))
        return xp.in_range(slope, lambda b, u, v: v * b.power(u, v - 1), x, y)

    end = xp.either(xp.equal(x, 0), xp.is_infinite(x))
    return (
        xp.choose(xp.equal(y, 0), lambda: xp.zero, lambda: xp.choose(end, at_an_end, between)),
        xp.choose(
            xp.equal(x, 0),
            lambda: xp.choose(xp.less(y, 0), lambda: xp.constant("-inf"), lambda: xp.zero),
            lambda: xp.in_range(
                xp.damp(xp.log(x), out), lambda b, u, v: b.power(u, v) * b.log(u), x, y
            ),
        ),
    )


def whole_power_slopes(xp: Value, out: Value, x: Value, n: Value) -> Value:
    def slope(b: Value, u: Value, m: Value) -> Value:
        return m * b.power(u, m - 1)

    return (
        xp.choose(
            xp.equal(n, 0), lambda: xp.zero, lambda: xp.in_range(slope(xp, x, n), slope, x, n)
        ),
        None,
    )


def mod_slopes(xp: Value, out: Value, x: Value, y: Value) -> Value:
    """1 and -floor(x/y): the whole number next to (x - out)/y, since x/y may round up to one."""
    return (
        1,
        xp.choose(
            xp.is_infinite(out),  # y is infinite, of the other sign: x/y is just below 0
            lambda: xp.one,
            lambda: -xp.round(xp.divide(x, y) - xp.divide(out, y)),
        ),
    )


LEAVES = (
    Operation(
        "input", "", lambda xp: None, lambda xp, out: (),
        "an input: its gradient is the sum of what all its uses send back",
    ),
    Operation(
        "constant", "", lambda xp: None, lambda xp, out: (),
        "a constant: it receives a gradient and has no use for it",
    ),
)  # fmt: skip

ARITHMETIC = (
    Operation(
        "add", "x, y",
        lambda xp, x, y: x + y,
        lambda xp, out, x, y: (1, 1),
        "add copies the gradient to both inputs",
        symbol="+",
    ),
    Operation(
        "subtract", "x, y",
        lambda xp, x, y: x - y,
        lambda xp, out, x, y: (1, -1),
        "minus copies the gradient to the first input and flips its sign for the second",
        symbol="-",
    ),
    Operation(
        "multiply", "x, y",
        lambda xp, x, y: x * y,
        lambda xp, out, x, y: (y, x),
        "multiply swaps: each input gets the gradient times the other one's value",
        symbol="*",
    ),
    Operation(
        "divide", "x, y",
        lambda xp, x, y: xp.divide(x, y),
        divide_slopes,
        "divide: the numerator gets 1/y, the denominator -x/y^2",
        textbook=lambda xp, out, x, y: (xp.divide(1, y), -xp.divide(x, xp.square(y))),
        domain=NONZERO_DIVISOR,
        symbol="/",
    ),
    Operation(
        "negate", "x",
        lambda xp, x: -x,
        lambda xp, out, x: (-1,),
        "minus flips the sign",
        symbol="-",
    ),
    Operation(
        "power", "x, y",
        lambda xp, x, y: xp.power(x, y),
        power_slopes,
        "power: the base gets y*x^(y-1), the exponent x^y*log(x)",
        textbook=lambda xp, out, x, y: (y * xp.power(x, y - 1), out * xp.log(x)),
        domain=Where(
            "x > 0, or y a whole number (not negative where x is 0)",
            lambda x, y: x > 0 or (is_whole(y) and (x != 0 or y >= 0)) or (x == 0 and y > 0),
        ),
        kink=Where(
            "x = 0 and y = 0",
            lambda x, y: x == 0 and y == 0,
            "both slopes at 0^0 are taken as 0",
        ),
        symbol="^",
        source="DLMF 4.2.26",
        aliases=("pow",),
    ),
    Operation(
        "whole_power", "x, n",
        lambda xp, x, n: xp.power(x, n),
        whole_power_slopes,
        "power rule: n*x^(n-1); the fixed exponent n gets nothing",
        textbook=lambda xp, out, x, n: (n * xp.power(x, n - 1), None),
        domain=Where("x is not 0 where n < 0", lambda x, n: x != 0 or n >= 0),
        symbol="^",
    ),
    Operation(
        "square", "x",
        lambda xp, x: x * x,
        lambda xp, out, x: (2 * x,),
        "square: twice its input",
        symbol="^2",
    ),
    Operation(
        "reciprocal", "x",
        lambda xp, x: xp.divide(1, x),
        lambda xp, out, x: (-(out * out),),
        "the slope of 1/x is -1/x^2",
        textbook=lambda xp, out, x: (-xp.divide(1, xp.square(x)),),
        domain=Where("x is not 0", lambda x: x != 0),
    ),
    Operation(
        "factorial", "n",
        lambda xp, n: xp.factorial(n),
        lambda xp, out, n: (xp.precisely(lambda b, m: b.gamma(m + 1) * b.digamma(m + 1), n),),
        "n! is gamma(n + 1): its slope is n!*digamma(n + 1)",
        textbook=lambda xp, out, n: (out * xp.digamma(n + 1),),
        domain=Where("n = 0, 1, 2, …", lambda n: is_whole(n) and n >= 0),
        positive=True,
        symbol="!",
        source="DLMF 5.4.1, 5.2.2",
    ),
    Operation(
        "mod", "x, y",
        lambda xp, x, y: xp.mod(x, y),
        mod_slopes,
        "mod is x - y*floor(x/y): x passes unchanged, y gets -floor(x/y)",
        textbook=lambda xp, out, x, y: (1, -xp.floor(xp.divide(x, y))),
        domain=NONZERO_DIVISOR,
        kink=Where(
            "x/y a whole number",
            lambda x, y: y != 0 and is_whole(x / y),
            "mod jumps there; the slopes are those of the right-hand side",
        ),
        symbol="mod",
    ),
)  # fmt: skip
