"""The special functions: error functions, the normal distribution, gamma and its relatives.

Where float64 would lose digits, a row asks for `xp.precisely(formula, …)`: floats then run the formula in ball
arithmetic until the result is certain to the last bit; other namespaces run it as it is.
"""

from __future__ import annotations

from .row import Operation, Where

UNIT_OPEN = Where("-1 < x < 1", lambda x: -1 < x < 1)
PROBABILITY = Where("0 < p < 1", lambda p: 0 < p < 1)
NO_POLE = Where("x is not 0, -1, -2, …", lambda x: x > 0 or x != x // 1)


def normal_cdf(b, x):  # type: ignore[no-untyped-def]
    return b.divide(b.erfc(-b.divide(x, b.sqrt(b.constant("2")))), 2)


def erfcx(xp, x):  # type: ignore[no-untyped-def]
    """exp(x^2)*erfc(x); beyond 1e9 its first asymptotic term is exact to 18 digits (DLMF 7.12.1)."""
    return xp.choose(
        xp.less(1_000_000_000, x),
        lambda: xp.divide(1, x * xp.sqrt(xp.constant("pi"))),
        lambda: xp.precisely(lambda b, u: b.exp(u * u) * b.erfc(u), x),
    )


def erfcx_slope(xp, out, x):  # type: ignore[no-untyped-def]
    def middle(b, u):  # type: ignore[no-untyped-def]
        return 2 * u * b.exp(u * u) * b.erfc(u) - b.divide(2, b.sqrt(b.constant("pi")))

    return (
        xp.choose(
            xp.less(1_000_000_000, x),
            lambda: -xp.divide(xp.divide(1, x * xp.sqrt(xp.constant("pi"))), x),
            lambda: xp.precisely(middle, x),
        ),
    )


def beta(b, x, y):  # type: ignore[no-untyped-def]
    return b.gamma(x) * b.gamma(y) * b.reciprocal_gamma(x + y)


def beta_slope(b, x, y):  # type: ignore[no-untyped-def]
    return beta(b, x, y) * (b.digamma(x) - b.digamma(x + y))


def lbeta(b, x, y):  # type: ignore[no-untyped-def]
    return b.lgamma(x) + b.lgamma(y) - b.lgamma(x + y)


def lbeta_slope(b, x, y):  # type: ignore[no-untyped-def]
    return b.digamma(x) - b.digamma(x + y)


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
        lambda xp, x: xp.precisely(lambda b, u: b.erfinv(u), x),
        lambda xp, out, x: (
            xp.precisely(
                lambda b, u: b.divide(b.sqrt(b.constant("pi")), 2) * b.exp(b.erfinv(u) * b.erfinv(u)), x
            ),
        ),
        "the slope of erfinv is sqrt(pi)/2*exp(erfinv(x)^2)",
        textbook=lambda xp, out, x: (
            xp.divide(xp.sqrt(xp.constant("pi")), 2) * xp.exp(xp.square(out)),
        ),
        domain=UNIT_OPEN,
        source="DLMF 7.17",
    ),
    Operation(
        "erfcx", "x",
        erfcx,
        erfcx_slope,
        "erfcx(x) is exp(x^2)*erfc(x): its slope is 2*x*erfcx(x) - 2/sqrt(pi)",
        textbook=lambda xp, out, x: (2 * x * out - xp.two_over_root_pi,),
        positive=True,
        source="DLMF 7.7.1",
    ),
    Operation(
        "normal_density", "x",
        lambda xp, x: xp.divide(xp.exp_negative_half_square(x), xp.root_two_pi),
        lambda xp, out, x: (-(x * out),),
        "the slope of the normal density phi(x) is -x*phi(x)",
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
        lambda xp, p: xp.precisely(lambda b, u: b.normal_quantile(u), p),
        lambda xp, out, p: (
            xp.precisely(
                lambda b, u: b.divide(1, b.normal_density(b.normal_quantile(u))), p
            ),
        ),
        "the slope of the normal quantile is 1/phi(quantile)",
        textbook=lambda xp, out, p: (xp.divide(1, xp.normal_density(out)),),
        domain=PROBABILITY,
        aliases=("probit",),
    ),
    Operation(
        "gamma", "x",
        lambda xp, x: xp.gamma(x),
        lambda xp, out, x: (xp.precisely(lambda b, u: b.gamma(u) * b.digamma(u), x),),
        "the slope of gamma is gamma(x)*digamma(x)",
        textbook=lambda xp, out, x: (out * xp.digamma(x),),
        domain=NO_POLE,
        positive=True,
        source="DLMF 5.2.2",
        aliases=("Γ",),
    ),
    Operation(
        "lgamma", "x",
        lambda xp, x: xp.precisely(lambda b, u: b.lgamma(u), x),
        lambda xp, out, x: (xp.precisely(lambda b, u: b.digamma(u), x),),
        "lgamma(x) is log(|gamma(x)|): its slope is digamma(x)",
        textbook=lambda xp, out, x: (xp.digamma(x),),
        domain=NO_POLE,
        source="DLMF 5.2.2",
        aliases=("loggamma",),
    ),
    Operation(
        "digamma", "x",
        lambda xp, x: xp.precisely(lambda b, u: b.digamma(u), x),
        lambda xp, out, x: (xp.precisely(lambda b, u: b.polygamma(1, u), x),),
        "the slope of digamma is trigamma, polygamma(1, x)",
        textbook=lambda xp, out, x: (xp.polygamma(1, x),),
        domain=NO_POLE,
        source="DLMF 5.2.2, 5.15.1",
        aliases=("ψ",),
    ),
    Operation(
        "polygamma", "n, x",
        lambda xp, n, x: xp.precisely(lambda b, u: b.polygamma(n, u), x),
        lambda xp, out, n, x: (None, xp.precisely(lambda b, u: b.polygamma(n + 1, u), x)),
        "the slope of polygamma(n, x) is polygamma(n + 1, x); n gets nothing",
        textbook=lambda xp, out, n, x: (None, xp.polygamma(n + 1, x)),
        domain=Where(
            "n = 0, 1, 2, … and x is not 0, -1, -2, …",
            lambda n, x: n >= 0 and n == n // 1 and n <= 1000 and (x > 0 or x != x // 1),
        ),
        source="DLMF 5.15",
    ),
    Operation(
        "beta", "x, y",
        lambda xp, x, y: xp.precisely(beta, x, y),
        lambda xp, out, x, y: (
            xp.precisely(beta_slope, x, y),
            xp.precisely(beta_slope, y, x),
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
        lambda xp, x, y: xp.precisely(lbeta, x, y),
        lambda xp, out, x, y: (
            xp.precisely(lbeta_slope, x, y),
            xp.precisely(lbeta_slope, y, x),
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
