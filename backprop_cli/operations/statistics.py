"""Reductions of any number of inputs to one."""

from __future__ import annotations

from .row import Operation, Where


def products_of_others(xp, out, *x):  # type: ignore[no-untyped-def]
    """For each input the product of all others, by running products from both ends: right at zeros too."""
    before = [xp.one]
    for factor in x[:-1]:
        before.append(before[-1] * factor)
    after = xp.one
    slopes = []
    for factor, product in zip(reversed(x), reversed(before), strict=True):
        slopes.append(product * after)
        after = after * factor
    return tuple(reversed(slopes))


def mean(xp, *x):  # type: ignore[no-untyped-def]
    return xp.divide(xp.sum(*x), len(x))


def deviation(b, u, *x):  # type: ignore[no-untyped-def]
    """How far u is from the mean of x."""
    return u - b.divide(b.sum(*x), len(x))


def variance(b, *x):  # type: ignore[no-untyped-def]
    return b.divide(b.sum(*[b.square(deviation(b, u, *x)) for u in x]), len(x))


def var_slopes(xp, out, *x):  # type: ignore[no-untyped-def]
    n = len(x)
    return tuple(xp.precisely(lambda b, u, *x: b.divide(2 * deviation(b, u, *x), n), u, *x) for u in x)


def std_slopes(xp, out, *x):  # type: ignore[no-untyped-def]
    n = len(x)

    def slope(b, u, *x):  # type: ignore[no-untyped-def]
        return b.divide(deviation(b, u, *x), n * b.sqrt(variance(b, *x)))

    return tuple(
        xp.choose(xp.equal(out, 0), lambda: xp.zero, lambda u=u: xp.precisely(slope, u, *x)) for u in x
    )


def textbook_std_slopes(xp, out, *x):  # type: ignore[no-untyped-def]
    n = len(x)
    centre = mean(xp, *x)
    return tuple(xp.divide(u - centre, n * out) for u in x)


def norm_slopes(xp, out, *x):  # type: ignore[no-untyped-def]
    return tuple(xp.choose(xp.equal(out, 0), lambda: xp.zero, lambda u=u: xp.divide(u, out)) for u in x)


ALL_EQUAL = Where("all inputs equal", lambda *x: min(x) == max(x), "the slopes there are taken as 0")

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
        lambda xp, *x: xp.precisely(variance, *x),
        var_slopes,
        "var (of a population: divided by n) gives each input 2*(x - mean)/n",
        textbook=lambda xp, out, *x: tuple(xp.divide(2 * (u - mean(xp, *x)), len(x)) for u in x),
    ),
    Operation(
        "std", "*x",
        lambda xp, *x: xp.precisely(lambda b, *x: b.sqrt(variance(b, *x)), *x),
        std_slopes,
        "std (of a population: divided by n) gives each input (x - mean)/(n*std)",
        textbook=textbook_std_slopes,
        kink=ALL_EQUAL,
    ),
    Operation(
        "norm", "*x",
        lambda xp, *x: xp.norm(*x),
        norm_slopes,
        "norm gives each input its share x/norm",
        textbook=lambda xp, out, *x: tuple(xp.divide(u, out) for u in x),
        kink=Where("all inputs 0", lambda *x: not any(x), "the slopes of the zero vector are taken as 0"),
    ),
    Operation(
        "logsumexp", "*x",
        lambda xp, *x: xp.logsumexp(*x),
        lambda xp, out, *x: xp.softmax(*x),
        "logsumexp shares the gradient among its inputs like a softmax",
        textbook=lambda xp, out, *x: tuple(xp.exp(u - out) for u in x),
    ),
)  # fmt: skip
