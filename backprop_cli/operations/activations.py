"""The functions of neural networks and of their losses."""

from __future__ import annotations

from .row import Operation, Value, Where

AT_ZERO = "x = 0"
UNIT_OPEN = Where("0 < p < 1", lambda p: 0 < p < 1)


def is_zero(x: Value, *rest: Value) -> Value:
    return x == 0


def sigmoid(xp: Value, x: Value) -> Value:
    """1/(1 + exp(-x)), by exp of a negative number on both sides."""
    e = xp.exp(-abs(x))
    return xp.choose(xp.less(x, 0), lambda: xp.divide(e, 1 + e), lambda: xp.divide(1, 1 + e))


def sigmoid_slope(xp: Value, out: Value, x: Value) -> Value:
    e = xp.exp(-abs(x))
    return (xp.divide(e, (1 + e) * (1 + e)),)


def logit(xp: Value, p: Value) -> Value:
    """log(p/(1 - p)); around 1/2, where it is near 0, by log1p."""
    middle = xp.both(xp.less(1, 4 * p), xp.less(4 * p, 3))
    return xp.choose(
        middle,
        lambda: xp.log1p(xp.divide(2 * p - 1, 1 - p)),
        lambda: xp.log(xp.divide(p, 1 - p)),
    )


def softplus(xp: Value, x: Value) -> Value:
    """log(1 + exp(x)) without overflow."""
    tail = xp.log1p(xp.exp(-abs(x)))
    return xp.choose(xp.less(x, 0), lambda: tail, lambda: x + tail)


def elu(xp: Value, x: Value, alpha: Value) -> Value:
    return xp.choose(xp.less(0, x), lambda: x, lambda: alpha * xp.expm1(x))


def elu_slopes(xp: Value, out: Value, x: Value, alpha: Value) -> Value:
    def falling(b: Value, u: Value, scale: Value) -> Value:
        return scale * b.exp(u)

    below = xp.no(xp.less(0, x))
    return (
        xp.choose(
            below, lambda: xp.in_range(falling(xp, x, alpha), falling, x, alpha), lambda: xp.one
        ),
        xp.gate(below, xp.expm1(x)),
    )


SELU_SCALE = "1.0507009873554804934193349852946"
SELU_ALPHA = "1.6732632423543772848170429916717"


def selu(xp: Value, x: Value) -> Value:
    return xp.constant(SELU_SCALE) * elu(xp, x, xp.constant(SELU_ALPHA))


def selu_slope(xp: Value, out: Value, x: Value) -> Value:
    return (xp.constant(SELU_SCALE) * elu_slopes(xp, out, x, xp.constant(SELU_ALPHA))[0],)


def silu_slope(b: Value, x: Value) -> Value:
    s = b.sigmoid(x)
    return s + x * s * b.sigmoid(-x)


def mish(xp: Value, x: Value) -> Value:
    """x*tanh(log(1 + exp(x))) by exp of a negative number, without the logarithm."""
    e = xp.exp(-abs(x))
    negative = xp.less(x, 0)
    top = xp.choose(negative, lambda: e * (e + 2), lambda: 1 + 2 * e)
    bottom = xp.choose(negative, lambda: 2 + e * (e + 2), lambda: 1 + 2 * e + 2 * e * e)
    return xp.in_range(xp.damp(x, xp.divide(top, bottom)), lambda b, u: b.mish(u), x)


def mish_slope(b: Value, x: Value) -> Value:
    t = b.tanh(b.softplus(x))
    return t + x * (1 - t * t) * b.sigmoid(x)


def softsign_slope(xp: Value, out: Value, x: Value) -> Value:
    width = 1 + abs(x)
    return (xp.divide(xp.divide(1, width), width),)


def huber(xp: Value, x: Value, delta: Value) -> Value:
    size = abs(x)
    return xp.choose(
        xp.less_equal(size, delta),
        lambda: x * xp.divide(x, 2),
        lambda: delta * (size - xp.divide(delta, 2)),
    )


ACTIVATIONS = (
    Operation(
        "sigmoid", "x",
        sigmoid,
        sigmoid_slope,
        "the slope of a sigmoid s is s*(1 - s): at most 1/4, almost 0 once saturated",
        textbook=lambda xp, out, x: (out * (1 - out),),
        flat="saturated",
        positive=True,
        aliases=("σ", "expit", "logistic"),
    ),
    Operation(
        "logit", "p",
        logit,
        lambda xp, out, p: (xp.divide(xp.divide(1, abs(p)), 1 - p),),
        "the slope of logit is 1/(p*(1 - p))",
        textbook=lambda xp, out, p: (xp.divide(1, p * (1 - p)),),
        domain=UNIT_OPEN,
    ),
    Operation(
        "softplus", "x",
        softplus,
        lambda xp, out, x: (sigmoid(xp, x),),
        "the slope of softplus is the sigmoid",
        textbook=lambda xp, out, x: (xp.sigmoid(x),),
        positive=True,
    ),
    Operation(
        "logsigmoid", "x",
        lambda xp, x: -softplus(xp, -x),
        lambda xp, out, x: (sigmoid(xp, -x),),
        "the slope of log(sigmoid(x)) is sigmoid(-x)",
        textbook=lambda xp, out, x: (xp.sigmoid(-x),),
        positive=True,
    ),
    Operation(
        "logaddexp", "x, y",
        lambda xp, x, y: xp.logsumexp(x, y),
        lambda xp, out, x, y: xp.softmax(x, y),
        "logaddexp shares the gradient like a softmax: exp(x)/(exp(x) + exp(y))",
        textbook=lambda xp, out, x, y: (xp.sigmoid(x - y), xp.sigmoid(y - x)),
    ),
    Operation(
        "relu", "x",
        lambda xp, x: xp.maximum(x, xp.zero),
        lambda xp, out, x: (xp.gate(xp.less(0, x), xp.one),),
        "relu passes the gradient where its input is positive and blocks it elsewhere",
        kink=Where(AT_ZERO, is_zero, "the slope at 0 is taken as 0"),
        flat="dead",
    ),
    Operation(
        "leaky_relu", "x, slope=0.01",
        lambda xp, x, slope: xp.choose(xp.less(0, x), lambda: x, lambda: slope * x),
        lambda xp, out, x, slope: (
            xp.choose(xp.less(0, x), lambda: xp.one, lambda: slope),
            xp.gate(xp.no(xp.less(0, x)), x),
        ),
        "leaky_relu passes the gradient where its input is positive, a small part of it elsewhere",
        kink=Where(AT_ZERO, is_zero, "the slope at 0 is taken as that of the negative side"),
    ),
    Operation(
        "elu", "x, alpha=1",
        elu,
        elu_slopes,
        "elu passes the gradient where its input is positive, and alpha*exp(x) of it elsewhere",
        kink=Where(
            "x = 0 and alpha not 1",
            lambda x, alpha: x == 0 and alpha != 1,
            "the slope at 0 is taken as that of the negative side",
        ),
        flat="saturated",
    ),
    Operation(
        "selu", "x",
        selu,
        selu_slope,
        "selu passes 1.0507 times the gradient where its input is positive, "
        "and 1.7581*exp(x) of it elsewhere",
        kink=Where(AT_ZERO, is_zero, "the slope at 0 is taken as that of the negative side"),
        flat="saturated",
        source="Klambauer et al., Self-Normalizing Neural Networks, 2017",
    ),
    Operation(
        "gelu", "x",
        lambda xp, x: xp.in_range(xp.damp(x, xp.normal_cdf(x)), lambda b, u: b.gelu(u), x),
        lambda xp, out, x: (
            xp.precisely(lambda b, u: b.normal_cdf(u) + u * b.normal_density(u), x),
        ),
        "gelu(x) is x*Phi(x): its slope is Phi(x) + x*phi(x)",
        textbook=lambda xp, out, x: (xp.normal_cdf(x) + x * xp.normal_density(x),),
        source="Hendrycks and Gimpel, Gaussian Error Linear Units, 2016 (the exact form)",
    ),
    Operation(
        "silu", "x",
        lambda xp, x: xp.in_range(xp.damp(x, sigmoid(xp, x)), lambda b, u: b.silu(u), x),
        lambda xp, out, x: (xp.precisely(silu_slope, x),),
        "silu(x) is x*sigmoid(x): its slope is s + x*s*(1 - s)",
        textbook=lambda xp, out, x: (silu_slope(xp, x),),
        aliases=("swish",),
    ),
    Operation(
        "mish", "x",
        mish,
        lambda xp, out, x: (xp.precisely(mish_slope, x),),
        "mish(x) is x*tanh(softplus(x))",
        textbook=lambda xp, out, x: (mish_slope(xp, x),),
        source="Misra, Mish: A Self Regularized Non-Monotonic Activation Function, 2019",
    ),
    Operation(
        "softsign", "x",
        lambda xp, x: xp.choose(
            xp.is_infinite(x), lambda: xp.sign(x), lambda: xp.divide(x, 1 + abs(x))
        ),
        softsign_slope,
        "the slope of softsign is 1/(1 + |x|)^2",
        flat="saturated",
    ),
    Operation(
        "hard_tanh", "x",
        lambda xp, x: xp.minimum(xp.maximum(x, -xp.one), xp.one),
        lambda xp, out, x: (xp.gate(xp.less(abs(x), 1), xp.one),),
        "hard_tanh passes the gradient between -1 and 1 and blocks it elsewhere",
        kink=Where("x = -1 or x = 1", lambda x: x in (-1, 1), "the slope there is taken as 0"),
        flat="saturated",
    ),
    Operation(
        "huber", "x, delta=1",
        huber,
        lambda xp, out, x, delta: (
            xp.minimum(xp.maximum(x, -delta), delta),
            xp.gate(xp.less(delta, abs(x)), abs(x) - delta),
        ),
        "huber's slope is x, but never more than delta in size",
        domain=Where("delta > 0", lambda x, delta: delta > 0),
        source="Huber, Robust Estimation of a Location Parameter, 1964",
    ),
    Operation(
        "xlogy", "x, y",
        lambda xp, x, y: xp.choose(xp.equal(x, 0), lambda: xp.zero, lambda: x * xp.log(y)),
        lambda xp, out, x, y: (
            xp.log(y),
            xp.choose(xp.equal(x, 0), lambda: xp.zero, lambda: xp.divide(x, abs(y))),
        ),
        "xlogy(x, y) is x*log(y), and 0 where x = 0: x gets log(y), y gets x/y",
        textbook=lambda xp, out, x, y: (
            xp.log(y),
            xp.choose(xp.equal(x, 0), lambda: xp.zero, lambda: xp.divide(x, y)),
        ),
        domain=Where("y > 0, or x = 0 and y = 0", lambda x, y: y > 0 or (x == 0 and y == 0)),
        kink=Where(
            "x = 0 and y = 0",
            lambda x, y: x == 0 and y == 0,
            "the slope along x is infinite",
        ),
    ),
    Operation(
        "xlog1py", "x, y",
        lambda xp, x, y: xp.choose(xp.equal(x, 0), lambda: xp.zero, lambda: x * xp.log1p(y)),
        lambda xp, out, x, y: (
            xp.log1p(y),
            xp.choose(xp.equal(x, 0), lambda: xp.zero, lambda: xp.divide(x, 1 + y)),
        ),
        "xlog1py(x, y) is x*log(1 + y), and 0 where x = 0: x gets log(1 + y), y gets x/(1 + y)",
        domain=Where("y > -1, or x = 0 and y = -1", lambda x, y: y > -1 or (x == 0 and y == -1)),
        kink=Where(
            "x = 0 and y = -1",
            lambda x, y: x == 0 and y == -1,
            "the slope along x is infinite",
        ),
    ),
    Operation(
        "entropy", "x",
        lambda xp, x: xp.choose(xp.equal(x, 0), lambda: xp.zero, lambda: -(x * xp.log(x))),
        lambda xp, out, x: (
            xp.choose(
                xp.both(xp.less(0.2, x), xp.less(x, 0.6)),
                lambda: xp.precisely(lambda b, u: -b.log(u) - 1, x),  # near its zero at 1/e
                lambda: -xp.log(x) - 1,
            ),
        ),
        "entropy(x) is -x*log(x), and 0 at 0: its slope is -log(x) - 1",
        textbook=lambda xp, out, x: (-xp.log(x) - 1,),
        domain=Where("x >= 0", lambda x: x >= 0),
        kink=Where(AT_ZERO, is_zero, "the slope at 0 is infinite"),
    ),
)  # fmt: skip
