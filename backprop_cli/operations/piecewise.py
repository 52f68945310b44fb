"""Choices and steps: operations that pass a gradient along one input and nothing along the others.

The rule at each kink is stated in the row and warned of when a run meets it.
"""

from __future__ import annotations

from .row import Operation, Value, Where


def shared(xp: Value, out: Value, xs: Value) -> Value:
    """The slopes of max and min: whoever equals the result shares the gradient equally."""
    ties = [xp.equal(x, out) for x in xs]
    count = sum(xp.choose(tie, lambda: xp.one, lambda: xp.zero) for tie in ties)
    return tuple(xp.gate(tie, xp.divide(1, count)) for tie in ties)


def tied(*xs: Value) -> Value:
    """Whether the largest of some plain numbers stands there twice."""
    return len(xs) > 1 and xs.count(max(xs)) > 1


def tied_low(*xs: Value) -> Value:
    return len(xs) > 1 and xs.count(min(xs)) > 1


def step(xp: Value, x: Value) -> Value:
    """0 or 1; of NaN neither."""
    return xp.choose(
        xp.less(x, 0),
        lambda: xp.zero,
        lambda: xp.choose(xp.less_equal(0, x), lambda: xp.one, lambda: x),
    )


JUMPS = Where("x a whole number", lambda x: x == x // 1, "it jumps there; the slope is taken as 0")

PIECEWISE = (
    Operation(
        "abs", "x",
        lambda xp, x: abs(x),
        lambda xp, out, x: (xp.sign(x),),
        "abs passes the gradient with the sign of its input",
        kink=Where("x = 0", lambda x: x == 0, "the slope at 0 is taken as 0"),
    ),
    Operation(
        "sign", "x",
        lambda xp, x: xp.sign(x),
        lambda xp, out, x: (None,),
        "sign is flat: no gradient passes",
        kink=Where("x = 0", lambda x: x == 0, "sign(0) is 0 and the slope there is taken as 0"),
        flat="flat",
    ),
    Operation(
        "max", "*x",
        lambda xp, *x: xp.maximum(*x),
        lambda xp, out, *x: shared(xp, out, x),
        "max routes: the largest input gets the whole gradient, the others nothing",
        kink=Where("a tie", tied, "the tied inputs share the gradient equally"),
    ),
    Operation(
        "min", "*x",
        lambda xp, *x: xp.minimum(*x),
        lambda xp, out, *x: shared(xp, out, x),
        "min routes: the smallest input gets the whole gradient, the others nothing",
        kink=Where("a tie", tied_low, "the tied inputs share the gradient equally"),
    ),
    Operation(
        "clamp", "x, low, high",
        lambda xp, x, low, high: xp.minimum(xp.maximum(x, low), high),
        lambda xp, out, x, low, high: (
            xp.gate(xp.both(xp.less_equal(low, x), xp.less_equal(x, high)), xp.one),
            xp.gate(xp.both(xp.less(x, low), xp.less_equal(low, high)), xp.one),
            xp.gate(xp.either(xp.less(high, x), xp.less(high, low)), xp.one),
        ),
        "clamp routes: x gets the gradient inside the bounds, otherwise the bound that was hit",
        domain=Where("low <= high", lambda x, low, high: low <= high),
        kink=Where(
            "x at a bound",
            lambda x, low, high: x in (low, high),
            "x still gets the whole gradient there",
        ),
        flat="dead",
        aliases=("clip",),
    ),
    Operation(
        "where", "condition, a, b",
        lambda xp, condition, a, b: xp.choose(condition, lambda: a, lambda: b),
        lambda xp, out, condition, a, b: (
            None,
            xp.gate(condition, xp.one),
            xp.gate(xp.no(condition), xp.one),
        ),
        "if routes: the branch that was taken gets the gradient, the other is not differentiated",
        aliases=("if",),
    ),
    Operation(
        "floor", "x",
        lambda xp, x: xp.floor(x),
        lambda xp, out, x: (None,),
        "floor is flat between its jumps: no gradient passes",
        kink=JUMPS,
        flat="flat",
    ),
    Operation(
        "ceil", "x",
        lambda xp, x: xp.ceil(x),
        lambda xp, out, x: (None,),
        "ceil is flat between its jumps: no gradient passes",
        kink=JUMPS,
        flat="flat",
    ),
    Operation(
        "round", "x",
        lambda xp, x: xp.round(x),
        lambda xp, out, x: (None,),
        "round is flat between its jumps: no gradient passes (halves go to the even neighbour)",
        kink=Where(
            "x half-way between whole numbers",
            lambda x: x + x == (x + x) // 1 and x != x // 1,
            "it jumps there; the slope is taken as 0",
        ),
        flat="flat",
    ),
    Operation(
        "trunc", "x",
        lambda xp, x: xp.trunc(x),
        lambda xp, out, x: (None,),
        "trunc is flat between its jumps: no gradient passes",
        kink=Where("x a whole number but 0", lambda x: x == x // 1 and x != 0, JUMPS.says),
        flat="flat",
    ),
    Operation(
        "step", "x",
        step,
        lambda xp, out, x: (None,),
        "step is flat on both sides: no gradient passes",
        kink=Where("x = 0", lambda x: x == 0, "step(0) is 1 and the slope there is taken as 0"),
        flat="flat",
        aliases=("heaviside",),
    ),
    Operation(
        "copysign", "x, y",
        lambda xp, x, y: xp.copysign(x, y),
        lambda xp, out, x, y: (
            xp.choose(xp.equal(x, 0), lambda: xp.zero, lambda: xp.sign(x) * xp.sign(out)),
            None,
        ),
        "copysign passes the gradient to x, with its sign flipped where x and y disagree",
        kink=Where("x = 0", lambda x, y: x == 0, "the slope at 0 is taken as 0"),
    ),
    Operation(
        "stop_gradient", "x",
        lambda xp, x: x,
        lambda xp, out, x: (None,),
        "stop_gradient lets the value through and no gradient back",
        flat="flat",
    ),
)  # fmt: skip


def relation(name: str, symbol: str, pattern: str) -> Operation:
    """A comparison of two numbers: it chooses, and passes no gradient."""
    return Operation(
        name, "x, y",
        lambda xp, x, y: getattr(xp, name)(x, y),
        lambda xp, out, x, y: (None, None),
        pattern,
        kink=Where("x = y", lambda x, y: x == y, "the condition is at its edge"),
        symbol=symbol,
    )  # fmt: skip


CHOOSES = "a condition chooses and passes no gradient"

CONDITIONS = (
    relation("less", "<", CHOOSES),
    relation("less_equal", "<=", CHOOSES),
    relation("greater", ">", CHOOSES),
    relation("greater_equal", ">=", CHOOSES),
    relation("equal", "==", CHOOSES),
    relation("not_equal", "!=", CHOOSES),
    Operation(
        "and", "a, b",
        lambda xp, a, b: xp.both(a, b),
        lambda xp, out, a, b: (None, None),
        CHOOSES,
        symbol="and",
    ),
    Operation(
        "or", "a, b",
        lambda xp, a, b: xp.either(a, b),
        lambda xp, out, a, b: (None, None),
        CHOOSES,
        symbol="or",
    ),
    Operation(
        "not", "a",
        lambda xp, a: xp.no(a),
        lambda xp, out, a: (None,),
        CHOOSES,
        symbol="not",
    ),
)  # fmt: skip
