"""Reductions of any number of inputs to one."""

from __future__ import annotations

from functools import reduce

from .row import Operation, Value, Where


def products_of_others(xp: Value, out: Value, *x: Value) -> Value:
    """The product of all other inputs, by running products from both ends: right at zeros."""
    factors = [xp.wide(u) for u in x]
    before = [xp.wide(xp.one)]
    for factor in factors[:-1]:
        before.append(before[-1] * factor)
    after = xp.wide(xp.one)
    slopes = []
    for factor, product in zip(reversed(factors), reversed(before), strict=True):
        slopes.append(xp.narrow(product * after))
        after = after * factor
    return tuple(reversed(slopes))


def plain_mean(xp: Value, *x: Value) -> Value:
    return xp.divide(xp.sum(*x), len(x))


def mean(xp: Value, *x: Value) -> Value:
    return xp.in_range(plain_mean(xp, *x), plain_mean, *x)


def deviations(b: Value, *x: Value) -> list[Value]:
    """n times how far each is from the mean: without a division, so that 0 is exactly 0."""
    n, total = len(x), b.sum(*x)
    return [n * u - total for u in x]


def variance(b: Value, *x: Value) -> Value:
    return b.divide(b.sum(*[b.square(u) for u in deviations(b, *x)]), len(x) ** 3)


def deviation(b: Value, *x: Value) -> Value:
    return b.sqrt(variance(b, *x))


def var_slopes(xp: Value, out: Value, *x: Value) -> Value:
    def slopes(b: Value, *x: Value) -> Value:
        return tuple(b.divide(2 * u, len(x) ** 2) for u in deviations(b, *x))

    return xp.precisely_each(slopes, *x)


def std_slopes(xp: Value, out: Value, *x: Value) -> Value:
    def slopes(b: Value, *x: Value) -> Value:
        scale = len(x) ** 2 * deviation(b, *x)
        constant = b.equal(scale, 0)
        return tuple(
            b.choose(constant, lambda: b.zero, lambda u=u: b.divide(u, scale))
            for u in deviations(b, *x)
        )

    return xp.precisely_each(slopes, *x)


def textbook_std_slopes(xp: Value, out: Value, *x: Value) -> Value:
    n = len(x)
    centre = mean(xp, *x)
    return tuple(xp.divide(u - centre, n * out) for u in x)


def spread(xp: Value, formula: Value, *x: Value) -> Value:
    """var or std; with infinite inputs infinite, unless they are on the same side."""
    return xp.choose(
        reduce(xp.either, map(xp.is_infinite, x)),
        lambda: abs(xp.maximum(*x) - xp.minimum(*x)),
        lambda: xp.precisely(formula, *x),
    )


ALL_EQUAL = Where(
    "all inputs equal", lambda *x: min(x) == max(x), "the slopes there are taken as 0"
)

STATISTICS = (
    Operation(
        "sum", "*x",
        lambda xp, *x: xp.sum(*x),
        lambda xp, out, *x: (1,) * len(x),
        "sum copies the gradient to every input",
    ),
    Operation(
        "mean", "*x",
        mean,
        lambda xp, out, *x: (xp.divide(1, len(x)),) * len(x),
        "mean passes 1/n of the gradient to each of its n inputs",
    ),
    Operation(
        "prod", "*x",
        lambda xp, *x: xp.prod(*x),
        products_of_others,
        "prod gives each input the gradient times the product of all others",
    ),
    Operation(
        "var", "*x",
        lambda xp, *x: spread(xp, variance, *x),
        var_slopes,
        "var (of a population: divided by n) gives each input 2*(x - mean)/n",
        textbook=lambda xp, out, *x: tuple(
            xp.divide(2 * (u - mean(xp, *x)), len(x)) for u in x
        ),
    ),
    Operation(
        "std", "*x",
        lambda xp, *x: spread(xp, deviation, *x),
        std_slopes,
        "std (of a population: divided by n) gives each input (x - mean)/(n*std)",
        textbook=textbook_std_slopes,
        kink=ALL_EQUAL,
    ),
    Operation(
        "norm", "*x",
        lambda xp, *x: xp.norm(*x),
        lambda xp, out, *x: xp.direction(*x),
        "norm gives each input its share x/norm",
        textbook=lambda xp, out, *x: tuple(xp.divide(u, out) for u in x),
        kink=Where(
            "all inputs 0",
            lambda *x: not any(x),
            "the slopes of the zero vector are taken as 0",
        ),
    ),
    Operation(
        "logsumexp", "*x",
        lambda xp, *x: xp.logsumexp(*x),
        lambda xp, out, *x: xp.softmax(*x),
        "logsumexp shares the gradient among its inputs like a softmax",
        textbook=lambda xp, out, *x: tuple(xp.exp(u - out) for u in x),
    ),
)  # fmt: skip
