"""Roots, exponentials, logarithms, trigonometric and hyperbolic functions.

Slopes are written so that they keep their digits in float64; where that is not the form of the
textbooks, the row has both. A slope that is infinite at the left end 0 of a domain takes abs(x), so
that -0 is the same end.

Sources: DLMF, the NIST Digital Library of Mathematical Functions.
"""

from __future__ import annotations

from .row import Operation, Value, Where

POSITIVE = Where("x > 0", lambda x: x > 0)
NOT_NEGATIVE = Where("x >= 0", lambda x: x >= 0)
NOT_ZERO = Where("x is not 0", lambda x: x != 0)
UNIT = Where("-1 <= x <= 1", lambda x: -1 <= x <= 1)
UNIT_ENDS = Where("x = -1 or x = 1", lambda x: x in (-1, 1), "the slope there is infinite")
OUTSIDE_UNIT = Where("x <= -1 or x >= 1", lambda x: x <= -1 or x >= 1)


def one_minus_square(x: Value) -> Value:
    """1 - x^2 without cancellation near 1."""
    return (1 - x) * (1 + x)


def outer_root(xp: Value, x: Value) -> Value:
    """sqrt(x^2 - 1) for x >= 1, without cancellation near 1 or overflow."""

    def root(b: Value, u: Value) -> Value:
        return b.sqrt((u - 1) * (u + 1))

    return xp.in_range(root(xp, x), root, x)


def atan_slope(xp: Value, out: Value, x: Value) -> Value:
    """1/(1 + x^2), without overflow: for large x by way of 1/x."""

    def large() -> Value:
        r = xp.divide(1, x)
        return xp.divide(r, x + r)

    return (xp.choose(xp.less(1, abs(x)), large, lambda: xp.divide(1, 1 + x * x)),)


def sech(xp: Value, x: Value) -> Value:
    """1/cosh(x); where cosh may overflow by exp of a negative number."""

    def tail() -> Value:
        e = xp.exp(-abs(x))
        return xp.divide(2 * e, 1 + e * e)

    return xp.choose(xp.less(abs(x), 700), lambda: xp.divide(1, xp.cosh(x)), tail)


def csch(xp: Value, x: Value) -> Value:
    """1/sinh(x); where sinh may overflow by exp of a negative number."""

    def tail() -> Value:
        size = abs(x)
        return xp.copysign(xp.divide(2 * xp.exp(-size), -xp.expm1(-2 * size)), x)

    return xp.choose(xp.less(abs(x), 700), lambda: xp.divide(1, xp.sinh(x)), tail)


def coth_slope(xp: Value, out: Value, x: Value) -> Value:
    """-1/sinh(x)^2 as -4e/(1 - e)^2 with e = exp(-2|x|)."""
    e = xp.exp(-2 * abs(x))
    rest = xp.expm1(-2 * abs(x))
    return (-xp.divide(xp.divide(4 * e, rest), rest),)


def tanh_slope(xp: Value, out: Value, x: Value) -> Value:
    """1 - tanh(x)^2 as 4e/(1 + e)^2 with e = exp(-2|x|): no digit is lost in the tails."""
    e = xp.exp(-2 * abs(x))
    return (xp.divide(4 * e, (1 + e) * (1 + e)),)


def asec(xp: Value, x: Value) -> Value:
    size = abs(x)
    angle = xp.atan(outer_root(xp, size))
    return xp.choose(xp.less(x, 0), lambda: xp.constant("pi") - angle, lambda: angle)


def asec_slope(xp: Value, x: Value) -> Value:
    size = abs(x)
    return xp.divide(xp.divide(1, size), outer_root(xp, size))


def acot_slope(xp: Value, out: Value, x: Value) -> Value:
    return (-atan_slope(xp, out, x)[0],)


def sinc(xp: Value, x: Value) -> Value:
    def elsewhere() -> Value:
        return xp.choose(xp.is_infinite(x), lambda: xp.zero, lambda: xp.divide(xp.sin(x), x))

    return xp.choose(xp.equal(x, 0), lambda: xp.one, elsewhere)


def sinc_slope(xp: Value, out: Value, x: Value) -> Value:
    return (
        xp.choose(
            xp.either(xp.equal(x, 0), xp.is_infinite(x)),
            lambda: xp.zero,
            lambda: xp.precisely(lambda b, u: b.divide(u * b.cos(u) - b.sin(u), u * u), x),
        ),
    )


def atan2_slopes(xp: Value, out: Value, y: Value, x: Value) -> Value:
    """The direction over the distance."""

    def slope(b: Value, u: Value, v: Value) -> Value:
        return b.divide(b.direction(u, v)[0], b.hypot(u, v))

    return (xp.in_range(slope(xp, x, y), slope, x, y), -xp.in_range(slope(xp, y, x), slope, y, x))


def log_base_slopes(xp: Value, out: Value, x: Value, base: Value) -> Value:
    """1/(x*log(base)), and -log(x)/(base*log(base)^2), whose six roundings can add up to 5 ulp."""

    def along_base(b: Value, u: Value, v: Value) -> Value:
        return -b.divide(b.divide(b.log(u), b.square(b.log(v))), v)

    inside = xp.both(xp.less(0, x), xp.less(0, base))
    finite = xp.no(xp.either(xp.is_infinite(x), xp.is_infinite(base)))
    return (
        xp.divide(xp.divide(1, xp.log(base)), abs(x)),
        xp.choose(
            xp.both(xp.both(inside, finite), xp.not_equal(base, 1)),
            lambda: xp.precisely(along_base, x, base),
            lambda: along_base(xp, x, base),
        ),
    )


ROOTS = (
    Operation(
        "sqrt", "x",
        lambda xp, x: xp.sqrt(x),
        lambda xp, out, x: (xp.divide(1, 2 * abs(out)),),
        "the slope of a square root is 1/(2*sqrt(x)): steep near 0",
        textbook=lambda xp, out, x: (xp.divide(1, 2 * out),),
        domain=NOT_NEGATIVE,
        kink=Where("x = 0", lambda x: x == 0, "the slope at 0 is infinite"),
        source="DLMF 4.2.26",
    ),
    Operation(
        "rsqrt", "x",
        lambda xp, x: xp.divide(1, xp.sqrt(x)),
        lambda xp, out, x: (-xp.divide(out, 2 * x),),
        "the slope of 1/sqrt(x) is -1/(2*x*sqrt(x))",
        domain=POSITIVE,
        positive=True,
    ),
    Operation(
        "cbrt", "x",
        lambda xp, x: xp.cbrt(x),
        lambda xp, out, x: (xp.divide(1, 3 * out * out),),
        "the slope of a cube root is 1/(3*cbrt(x)^2)",
        kink=Where("x = 0", lambda x: x == 0, "the slope at 0 is infinite"),
    ),
    Operation(
        "hypot", "x, y",
        lambda xp, x, y: xp.hypot(x, y),
        lambda xp, out, x, y: xp.direction(x, y),
        "hypot: each input gets its share x/hypot(x, y), the cosine of its angle",
        textbook=lambda xp, out, x, y: (
            xp.choose(xp.equal(out, 0), lambda: xp.zero, lambda: xp.divide(x, out)),
            xp.choose(xp.equal(out, 0), lambda: xp.zero, lambda: xp.divide(y, out)),
        ),
        kink=Where(
            "x = 0 and y = 0",
            lambda x, y: x == 0 and y == 0,
            "both slopes at the origin are taken as 0",
        ),
    ),
)  # fmt: skip

EXPONENTIALS = (
    Operation(
        "exp", "x",
        lambda xp, x: xp.exp(x),
        lambda xp, out, x: (out,),
        "exp's slope is its own value",
        positive=True,
        source="DLMF 4.2.22",
    ),
    Operation(
        "exp2", "x",
        lambda xp, x: xp.exp2(x),
        lambda xp, out, x: (out * xp.ln2,),
        "the slope of 2^x is 2^x*log(2)",
        positive=True,
    ),
    Operation(
        "expm1", "x",
        lambda xp, x: xp.expm1(x),
        lambda xp, out, x: (xp.exp(x),),
        "the slope of exp(x) - 1 is exp(x)",
    ),
    Operation(
        "log", "x",
        lambda xp, x: xp.log(x),
        lambda xp, out, x: (xp.divide(1, abs(x)),),
        "the slope of log(x) is 1/x",
        textbook=lambda xp, out, x: (xp.divide(1, x),),
        domain=POSITIVE,
        source="DLMF 4.2.16",
        aliases=("ln",),
    ),
    Operation(
        "log_base", "x, base",
        lambda xp, x, base: xp.log_base(x, base),
        log_base_slopes,
        "the slope of log(x, base) is 1/(x*log(base))",
        textbook=lambda xp, out, x, base: (
            xp.divide(1, x * xp.log(base)),
            -xp.divide(out, base * xp.log(base)),
        ),
        domain=Where("x > 0 and base > 0, not 1", lambda x, base: x > 0 and base > 0 and base != 1),
    ),
    Operation(
        "log2", "x",
        lambda xp, x: xp.log2(x),
        lambda xp, out, x: (xp.divide(xp.divide(1, xp.ln2), abs(x)),),
        "the slope of log2(x) is 1/(x*log(2))",
        textbook=lambda xp, out, x: (xp.divide(1, x * xp.ln2),),
        domain=POSITIVE,
    ),
    Operation(
        "log10", "x",
        lambda xp, x: xp.log10(x),
        lambda xp, out, x: (xp.divide(xp.divide(1, xp.ln10), abs(x)),),
        "the slope of log10(x) is 1/(x*log(10))",
        textbook=lambda xp, out, x: (xp.divide(1, x * xp.ln10),),
        domain=POSITIVE,
    ),
    Operation(
        "log1p", "x",
        lambda xp, x: xp.log1p(x),
        lambda xp, out, x: (xp.divide(1, 1 + x),),
        "the slope of log(1 + x) is 1/(1 + x)",
        domain=Where("x > -1", lambda x: x > -1),
    ),
)  # fmt: skip

TRIGONOMETRIC = (
    Operation(
        "sin", "x",
        lambda xp, x: xp.sin(x),
        lambda xp, out, x: (xp.cos(x),),
        "the slope of sin is cos",
        source="DLMF 4.20.1",
    ),
    Operation(
        "cos", "x",
        lambda xp, x: xp.cos(x),
        lambda xp, out, x: (-xp.sin(x),),
        "the slope of cos is -sin",
        source="DLMF 4.20.2",
    ),
    Operation(
        "tan", "x",
        lambda xp, x: xp.tan(x),
        lambda xp, out, x: (xp.divide(1, xp.square(xp.cos(x))),),
        "the slope of tan is 1/cos^2",
        source="DLMF 4.20.3",
    ),
    Operation(
        "sec", "x",
        lambda xp, x: xp.divide(1, xp.cos(x)),
        lambda xp, out, x: (out * xp.tan(x),),
        "the slope of sec is sec*tan",
        positive=True,
        source="DLMF 4.20.5",
    ),
    Operation(
        "csc", "x",
        lambda xp, x: xp.divide(1, xp.sin(x)),
        lambda xp, out, x: (-xp.divide(out, xp.tan(x)),),
        "the slope of csc is -csc*cot",
        domain=NOT_ZERO,
        positive=True,
        source="DLMF 4.20.4",
    ),
    Operation(
        "cot", "x",
        lambda xp, x: xp.divide(1, xp.tan(x)),
        lambda xp, out, x: (-xp.divide(1, xp.square(xp.sin(x))),),
        "the slope of cot is -1/sin^2",
        domain=NOT_ZERO,
        source="DLMF 4.20.6",
    ),
    Operation(
        "sinc", "x",
        sinc,
        sinc_slope,
        "sinc(x) is sin(x)/x, and 1 at 0: its slope is (cos(x) - sinc(x))/x",
        textbook=lambda xp, out, x: (
            xp.choose(xp.equal(x, 0), lambda: xp.zero, lambda: xp.divide(xp.cos(x) - out, x)),
        ),
    ),
)  # fmt: skip

INVERSE_TRIGONOMETRIC = (
    Operation(
        "asin", "x",
        lambda xp, x: xp.asin(x),
        lambda xp, out, x: (xp.divide(1, xp.sqrt(one_minus_square(x))),),
        "the slope of asin is 1/sqrt(1 - x^2): steep near -1 and 1",
        textbook=lambda xp, out, x: (xp.divide(1, xp.sqrt(1 - xp.square(x))),),
        domain=UNIT,
        kink=UNIT_ENDS,
        source="DLMF 4.24.7",
        aliases=("arcsin",),
    ),
    Operation(
        "acos", "x",
        lambda xp, x: xp.acos(x),
        lambda xp, out, x: (-xp.divide(1, xp.sqrt(one_minus_square(x))),),
        "the slope of acos is -1/sqrt(1 - x^2): steep near -1 and 1",
        textbook=lambda xp, out, x: (-xp.divide(1, xp.sqrt(1 - xp.square(x))),),
        domain=UNIT,
        kink=UNIT_ENDS,
        source="DLMF 4.24.8",
        aliases=("arccos",),
    ),
    Operation(
        "atan", "x",
        lambda xp, x: xp.atan(x),
        atan_slope,
        "the slope of atan is 1/(1 + x^2)",
        textbook=lambda xp, out, x: (xp.divide(1, 1 + xp.square(x)),),
        flat="saturated",
        source="DLMF 4.24.9",
        aliases=("arctan",),
    ),
    Operation(
        "atan2", "y, x",
        lambda xp, y, x: xp.atan2(y, x),
        atan2_slopes,
        "atan2(y, x): y gets x/(x^2 + y^2), x gets -y/(x^2 + y^2)",
        textbook=lambda xp, out, y, x: (
            xp.divide(x, xp.square(x) + xp.square(y)),
            -xp.divide(y, xp.square(x) + xp.square(y)),
        ),
        domain=Where("x and y not both 0", lambda y, x: x != 0 or y != 0),
        source="DLMF 4.23(ii)",
        aliases=("arctan2",),
    ),
    Operation(
        "asec", "x",
        asec,
        lambda xp, out, x: (asec_slope(xp, x),),
        "asec(x) is acos(1/x): its slope is 1/(|x|*sqrt(x^2 - 1))",
        textbook=lambda xp, out, x: (xp.divide(1, abs(x) * xp.sqrt(xp.square(x) - 1)),),
        domain=OUTSIDE_UNIT,
        kink=UNIT_ENDS,
        source="DLMF 4.24.12",
        aliases=("arcsec",),
    ),
    Operation(
        "acsc", "x",
        lambda xp, x: xp.copysign(xp.atan(xp.divide(1, outer_root(xp, abs(x)))), x),
        lambda xp, out, x: (-asec_slope(xp, x),),
        "acsc(x) is asin(1/x): its slope is -1/(|x|*sqrt(x^2 - 1))",
        textbook=lambda xp, out, x: (-xp.divide(1, abs(x) * xp.sqrt(xp.square(x) - 1)),),
        domain=OUTSIDE_UNIT,
        kink=UNIT_ENDS,
        source="DLMF 4.24.11",
        aliases=("arccsc",),
    ),
    Operation(
        "acot", "x",
        lambda xp, x: xp.atan(xp.divide(1, x)),
        acot_slope,
        "acot(x) is atan(1/x), between -pi/2 and pi/2: its slope is -1/(1 + x^2)",
        textbook=lambda xp, out, x: (-xp.divide(1, 1 + xp.square(x)),),
        domain=NOT_ZERO,
        flat="saturated",
        source="DLMF 4.23.9, 4.24.13",
        aliases=("arccot",),
    ),
)  # fmt: skip

HYPERBOLIC = (
    Operation(
        "sinh", "x",
        lambda xp, x: xp.sinh(x),
        lambda xp, out, x: (xp.cosh(x),),
        "the slope of sinh is cosh",
        source="DLMF 4.34.1",
    ),
    Operation(
        "cosh", "x",
        lambda xp, x: xp.cosh(x),
        lambda xp, out, x: (xp.sinh(x),),
        "the slope of cosh is sinh",
        positive=True,
        source="DLMF 4.34.2",
    ),
    Operation(
        "tanh", "x",
        lambda xp, x: xp.tanh(x),
        tanh_slope,
        "the slope of tanh is 1 - tanh(x)^2: 1 in the middle, almost 0 once saturated",
        textbook=lambda xp, out, x: (1 - xp.square(out),),
        flat="saturated",
        source="DLMF 4.34.3",
    ),
    Operation(
        "sech", "x",
        sech,
        lambda xp, out, x: (-(out * xp.tanh(x)),),
        "the slope of sech is -sech*tanh",
        positive=True,
        source="DLMF 4.34.5",
    ),
    Operation(
        "csch", "x",
        csch,
        lambda xp, out, x: (-xp.divide(out, xp.tanh(x)),),
        "the slope of csch is -csch*coth",
        domain=NOT_ZERO,
        positive=True,
        source="DLMF 4.34.4",
    ),
    Operation(
        "coth", "x",
        lambda xp, x: xp.divide(1, xp.tanh(x)),
        coth_slope,
        "the slope of coth is -1/sinh^2",
        textbook=lambda xp, out, x: (1 - xp.square(out),),
        domain=NOT_ZERO,
        flat="saturated",
        source="DLMF 4.34.6",
    ),
    Operation(
        "asinh", "x",
        lambda xp, x: xp.asinh(x),
        lambda xp, out, x: (xp.divide(1, xp.hypot(xp.one, x)),),
        "the slope of asinh is 1/sqrt(1 + x^2)",
        textbook=lambda xp, out, x: (xp.divide(1, xp.sqrt(1 + xp.square(x))),),
        source="DLMF 4.38.9",
        aliases=("arcsinh", "arsinh"),
    ),
    Operation(
        "acosh", "x",
        lambda xp, x: xp.acosh(x),
        lambda xp, out, x: (xp.divide(1, outer_root(xp, x)),),
        "the slope of acosh is 1/sqrt(x^2 - 1)",
        textbook=lambda xp, out, x: (xp.divide(1, xp.sqrt(xp.square(x) - 1)),),
        domain=Where("x >= 1", lambda x: x >= 1),
        kink=Where("x = 1", lambda x: x == 1, "the slope at 1 is infinite"),
        source="DLMF 4.38.10",
        aliases=("arccosh", "arcosh"),
    ),
    Operation(
        "atanh", "x",
        lambda xp, x: xp.atanh(x),
        lambda xp, out, x: (xp.divide(1, one_minus_square(x)),),
        "the slope of atanh is 1/(1 - x^2)",
        textbook=lambda xp, out, x: (xp.divide(1, 1 - xp.square(x)),),
        domain=Where("-1 < x < 1", lambda x: -1 < x < 1),
        source="DLMF 4.38.11",
        aliases=("arctanh", "artanh"),
    ),
)  # fmt: skip

ELEMENTARY = (*ROOTS, *EXPONENTIALS, *TRIGONOMETRIC, *INVERSE_TRIGONOMETRIC, *HYPERBOLIC)
