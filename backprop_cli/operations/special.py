"""The special functions: error functions, the normal distribution, gamma and its relatives.

Where float64 would lose digits, a row asks for `xp.precisely(formula, …)`: floats then run the
formula in ball arithmetic until the result is certain to the last bit; other namespaces run it as
it is.
"""

from __future__ import annotations

from functools import reduce

from .row import Operation, Value, Where

UNIT_OPEN = Where("-1 < x < 1", lambda x: -1 < x < 1)
PROBABILITY = Where("0 < p < 1", lambda p: 0 < p < 1)
NO_POLE = Where("x is not 0, -1, -2, …", lambda x: x > 0 or x != x // 1)


def normal_cdf(b: Value, x: Value) -> Value:
    return b.divide(b.erfc(-b.divide(x, b.sqrt(b.constant("2")))), 2)


def erfinv_slope(xp: Value, out: Value, x: Value) -> Value:
    def slope(b: Value, u: Value) -> Value:
        return b.divide(b.exp(b.square(b.erfinv(u))), b.two_over_root_pi)

    return (xp.choose(xp.is_infinite(out), lambda: abs(out), lambda: xp.precisely(slope, x)),)


def normal_quantile_slope(xp: Value, out: Value, p: Value) -> Value:
    def slope(b: Value, u: Value) -> Value:
        return b.divide(1, b.normal_density(b.normal_quantile(u)))

    return (xp.choose(xp.is_infinite(out), lambda: abs(out), lambda: xp.precisely(slope, p)),)


def erfcx_slope(xp: Value, out: Value, x: Value) -> Value:
    def slope(b: Value, u: Value) -> Value:
        return 2 * u * b.erfcx(u) - b.two_over_root_pi

    return (xp.choose(xp.less(x, -27), lambda: slope(xp, x), lambda: xp.precisely(slope, x)),)


def normal_density_slope(xp: Value, out: Value, x: Value) -> Value:
    def slope(b: Value, u: Value) -> Value:
        return u * b.normal_density(u)

    return (-xp.in_range(xp.damp(x, out), slope, x),)


def gamma_slope(xp: Value, out: Value, x: Value) -> Value:
    return (
        xp.choose(
            xp.equal(x, 0),
            lambda: xp.constant("-inf"),
            lambda: xp.precisely(lambda b, u: b.gamma(u) * b.digamma(u), x),
        ),
    )


def inner(xp: Value, x: Value, y: Value) -> Value:
    """Whether neither argument is 0 or infinite; there beta and its relatives have limits."""
    ends = [xp.is_infinite(x), xp.is_infinite(y), xp.equal(x, 0), xp.equal(y, 0)]
    return xp.no(reduce(xp.either, ends))


def beta(xp: Value, x: Value, y: Value) -> Value:
    """gamma(x)*gamma(y)/gamma(x + y); 0 at infinity and infinite at 0."""

    def inside(b: Value, u: Value, v: Value) -> Value:
        return b.gamma(u) * b.gamma(v) * b.reciprocal_gamma(u + v)

    return xp.choose(
        inner(xp, x, y),
        lambda: xp.precisely(inside, x, y),
        lambda: xp.exp(xp.lbeta(x, y)),
    )


def beta_slope(xp: Value, x: Value, y: Value) -> Value:
    """The slope along x: beta(x, y)*(digamma(x) - digamma(x + y)), and its limits."""

    def inside(b: Value, u: Value, v: Value) -> Value:
        return b.beta(u, v) * (b.digamma(u) - b.digamma(u + v))

    return xp.choose(
        inner(xp, x, y),
        lambda: xp.precisely(inside, x, y),
        lambda: xp.choose(
            xp.equal(y, 0),
            lambda: -xp.polygamma(1, x),
            lambda: -xp.divide(beta(xp, x, y), abs(x)),
        ),
    )


def lbeta(xp: Value, x: Value, y: Value) -> Value:
    """log(beta(x, y)); -inf at infinity and inf at 0."""

    def inside(b: Value, u: Value, v: Value) -> Value:
        return b.lgamma(u) + b.lgamma(v) - b.lgamma(u + v)

    return xp.choose(
        inner(xp, x, y),
        lambda: xp.precisely(inside, x, y),
        lambda: -xp.log(x) - xp.log(y),
    )


def lbeta_slope(xp: Value, x: Value, y: Value) -> Value:
    """The slope along x: digamma(x) - digamma(x + y); at the ends, about -y/x."""

    def inside(b: Value, u: Value, v: Value) -> Value:
        return b.digamma(u) - b.digamma(u + v)

    return xp.choose(
        inner(xp, x, y),
        lambda: xp.precisely(inside, x, y),
        lambda: -xp.divide(y, abs(x)),
    )


BOTH_POSITIVE = Where("x > 0 and y > 0", lambda x, y: x > 0 and y > 0)

SPECIAL = (
    Operation(
        "erf", "x",
        lambda xp, x: xp.erf(x),
        lambda xp, out, x: (xp.two_over_root_pi * xp.exp_negative_square(x),),
        "the slope of erf is 2/sqrt(pi)*exp(-x^2)",
        flat="saturated",
        source="DLMF 7.2.1",
    ),
    Operation(
        "erfc", "x",
        lambda xp, x: xp.erfc(x),
        lambda xp, out, x: (-(xp.two_over_root_pi * xp.exp_negative_square(x)),),
        "the slope of erfc is -2/sqrt(pi)*exp(-x^2)",
        flat="saturated",
        positive=True,
        source="DLMF 7.2.2",
    ),
    Operation(
        "erfinv", "x",
        lambda xp, x: xp.erfinv(x),
        erfinv_slope,
        "the slope of erfinv is sqrt(pi)/2*exp(erfinv(x)^2)",
        textbook=lambda xp, out, x: (
            xp.divide(xp.sqrt(xp.constant("pi")), 2) * xp.exp(xp.square(out)),
        ),
        domain=UNIT_OPEN,
        source="DLMF 7.17",
    ),
    Operation(
        "erfcx", "x",
        lambda xp, x: xp.erfcx(x),
        erfcx_slope,
        "erfcx(x) is exp(x^2)*erfc(x): its slope is 2*x*erfcx(x) - 2/sqrt(pi)",
        textbook=lambda xp, out, x: (2 * x * out - xp.two_over_root_pi,),
        positive=True,
        source="DLMF 7.7.1",
    ),
    Operation(
        "normal_density", "x",
        lambda xp, x: xp.divide(xp.exp_negative_half_square(x), xp.root_two_pi),
        normal_density_slope,
        "the slope of the normal density phi(x) is -x*phi(x)",
        textbook=lambda xp, out, x: (-(x * out),),
        positive=True,
        source="DLMF 7.1",
        aliases=("φ", "normal_pdf"),
    ),
    Operation(
        "normal_cdf", "x",
        lambda xp, x: xp.precisely(normal_cdf, x),
        lambda xp, out, x: (xp.divide(xp.exp_negative_half_square(x), xp.root_two_pi),),
        "the slope of the normal distribution Phi(x) is its density phi(x)",
        textbook=lambda xp, out, x: (xp.normal_density(x),),
        flat="saturated",
        positive=True,
        source="DLMF 7.18.1",
        aliases=("Φ", "Phi"),
    ),
    Operation(
        "normal_quantile", "p",
        lambda xp, p: xp.normal_quantile(p),
        normal_quantile_slope,
        "the slope of the normal quantile is 1/phi(quantile)",
        textbook=lambda xp, out, p: (xp.divide(1, xp.normal_density(out)),),
        domain=PROBABILITY,
        aliases=("probit",),
    ),
    Operation(
        "gamma", "x",
        lambda xp, x: xp.gamma(x),
        gamma_slope,
        "the slope of gamma is gamma(x)*digamma(x)",
        textbook=lambda xp, out, x: (out * xp.digamma(x),),
        domain=NO_POLE,
        positive=True,
        source="DLMF 5.2.2",
        aliases=("Γ",),
    ),
    Operation(
        "lgamma", "x",
        lambda xp, x: xp.lgamma(x),
        lambda xp, out, x: (xp.digamma(x),),
        "lgamma(x) is log(|gamma(x)|): its slope is digamma(x)",
        domain=NO_POLE,
        source="DLMF 5.2.2",
        aliases=("loggamma",),
    ),
    Operation(
        "digamma", "x",
        lambda xp, x: xp.digamma(x),
        lambda xp, out, x: (xp.polygamma(1, x),),
        "the slope of digamma is trigamma, polygamma(1, x)",
        domain=NO_POLE,
        source="DLMF 5.2.2, 5.15.1",
        aliases=("ψ",),
    ),
    Operation(
        "polygamma", "n, x",
        lambda xp, n, x: xp.polygamma(n, x),
        lambda xp, out, n, x: (None, xp.polygamma(n + 1, x)),
        "the slope of polygamma(n, x) is polygamma(n + 1, x); n gets nothing",
        domain=Where(
            "n = 0, 1, 2, … 1000 and x is not 0, -1, -2, …",
            lambda n, x: n >= 0 and n == n // 1 and n <= 1000 and (x > 0 or x != x // 1),
        ),
        source="DLMF 5.15",
    ),
    Operation(
        "beta", "x, y",
        beta,
        lambda xp, out, x, y: (
            beta_slope(xp, x, y),
            beta_slope(xp, y, x),
        ),
        "beta: x gets beta(x, y)*(digamma(x) - digamma(x + y)), y likewise",
        textbook=lambda xp, out, x, y: (
            out * (xp.digamma(x) - xp.digamma(x + y)),
            out * (xp.digamma(y) - xp.digamma(x + y)),
        ),
        domain=BOTH_POSITIVE,
        positive=True,
        source="DLMF 5.12.1",
    ),
    Operation(
        "lbeta", "x, y",
        lbeta,
        lambda xp, out, x, y: (
            lbeta_slope(xp, x, y),
            lbeta_slope(xp, y, x),
        ),
        "lbeta: x gets digamma(x) - digamma(x + y), y likewise",
        textbook=lambda xp, out, x, y: (
            xp.digamma(x) - xp.digamma(x + y),
            xp.digamma(y) - xp.digamma(x + y),
        ),
        domain=BOTH_POSITIVE,
        source="DLMF 5.12.1",
    ),
)  # fmt: skip
