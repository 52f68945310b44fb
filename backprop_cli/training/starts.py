"""Where the parameters start: given values, zeros, or random numbers by a seed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from math import prod, sqrt
from typing import NamedTuple

import numpy as np

from ..errors import refuse, similar
from .batches import generator
from .objective import Array
from .settings import Setting, parts, read_setting

# The usual settings of each way to start.
#   he      normal with sd = √(2/inputs), for relu (He, Zhang, Ren & Sun 2015)
#   glorot  uniform between ±√(6/(inputs + outputs)), for tanh and sigmoid (Glorot & Bengio 2010)
STARTS: dict[str, dict[str, float]] = {
    "zeros": {},
    "constant": {"value": 1.0},
    "normal": {"mean": 0.0, "sd": 0.01},
    "uniform": {"low": -0.1, "high": 0.1},
    "he": {},
    "glorot": {},
}
RANDOM = ("normal", "uniform", "he", "glorot")
GIVEN = "given"
ASSIGNMENT = re.compile(r"\s*([^\W\d]\w*)\s*=(?!=)(.*)", re.DOTALL)


class Starts(NamedTuple):
    """How to start: each parameter by its name, and the others; None where nothing is said.

    Where nothing is said, numbers and vectors (biases, coefficients) start at zero, and arrays of
    two axes and more by `glorot`: all of them at zero would leave every unit of a network the same
    for ever.
    """

    by_name: Mapping[str, Setting]
    others: Setting | None


def read_starts(texts: list[str]) -> Starts:
    """What `W=normal(sd=0.01), b=zeros` or `he` says. Raises BackpropError for anything else."""
    by_name: dict[str, Setting] = {}
    others: Setting | None = None
    for text in texts:
        for part in parts(text):
            named = ASSIGNMENT.fullmatch(part)
            setting = read_setting(named[2] if named else part, "--init", STARTS)
            if setting.values.get("sd", 1.0) < 0:
                raise refuse("usage", "--init normal: sd cannot be negative")
            if named is None:
                if others is not None:
                    raise refuse("usage", "--init is given twice for all parameters")
                others = setting
            elif named[1] in by_name:
                raise refuse("usage", f"--init is given twice for '{named[1]}'")
            else:
                by_name[named[1]] = setting
    return Starts(by_name, others)


def start_values(
    shapes: Mapping[str, tuple[int, ...]], given: Mapping[str, Array], starts: Starts, seed: int
) -> tuple[dict[str, Array], dict[str, str]]:
    """The parameters at the start, and in words where each comes from.

    `given` are values of the user's own; a single number fills an array. The random numbers of a
    parameter depend on the seed and its name, not on which others there are.
    """
    check_names(shapes, given, starts)
    values: dict[str, Array] = {}
    said: dict[str, str] = {}
    for name, shape in shapes.items():
        if name in given:
            values[name] = fitting(name, np.asarray(given[name]), shape)
            said[name] = GIVEN
            continue
        setting = starts.by_name.get(name) or starts.others
        setting = setting or Setting("glorot" if len(shape) > 1 else "zeros", {})
        values[name] = drawn(setting, name, shape, seed)
        said[name] = f"{setting}, seed {seed}" if setting.name in RANDOM else str(setting)
    return values, said


def check_names(
    shapes: Mapping[str, tuple[int, ...]], given: Mapping[str, Array], starts: Starts
) -> None:
    """Refuse a start of something that is no parameter, or two starts of one."""
    for name in starts.by_name:
        if name not in shapes:
            near = similar(name, list(shapes))
            help = f"did you mean {near[0]}?" if near else f"there are {', '.join(shapes)}"
            raise refuse("usage", f"--init names '{name}', which is no parameter", help=help)
        if name in given:
            raise refuse(
                "usage", f"'{name}' has a given value and --init {name}={starts.by_name[name]}",
                help="leave one of them out",
            )  # fmt: skip


def fitting(name: str, array: Array, shape: tuple[int, ...]) -> Array:
    """A given value in a parameter's shape: as it is, or one number for all elements."""
    kind = np.float32 if array.dtype == np.float32 else np.float64
    if array.shape == shape:
        return array.astype(kind)
    if array.ndim == 0:
        return np.full(shape, array, kind)
    raise refuse(
        "bad-value", f"'{name}' is {spelled(shape)}, and its value {spelled(array.shape)}",
        help=f"give it {spelled(shape)}, or one number for all",
    )  # fmt: skip


def spelled(shape: tuple[int, ...]) -> str:
    """A shape in words: `10 × 64`."""
    return " × ".join(map(str, shape)) if shape else "one number"


def fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """How many inputs and outputs a unit of a parameter has.

    For `W[out, in]` in W·x and `K[out, in, p, q]` of a convolution, a window of p·q; a vector is
    one row.
    """
    if len(shape) < 2:
        return prod(shape), 1
    window = prod(shape[2:])
    return shape[1] * window, shape[0] * window


def drawn(setting: Setting, name: str, shape: tuple[int, ...], seed: int) -> Array:
    """An array of starting values."""
    values = setting.values
    random = generator(seed, f"start {name}")
    inputs, outputs = fans(shape)
    if setting.name == "zeros":
        return np.zeros(shape)
    if setting.name == "constant":
        return np.full(shape, values["value"])
    if setting.name == "normal":
        return np.asarray(random.normal(values["mean"], values["sd"], shape))
    if setting.name == "uniform":
        return np.asarray(random.uniform(values["low"], values["high"], shape))
    if setting.name == "he":
        return np.asarray(random.normal(0.0, sqrt(2 / max(inputs, 1)), shape))
    bound = sqrt(6 / max(inputs + outputs, 1))
    return np.asarray(random.uniform(-bound, bound, shape))
