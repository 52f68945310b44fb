"""Arrays that are made by a word: normal, uniform, zeros, ones, identity, range."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any, NamedTuple

from ..columns.table import MOST_CELLS
from ..errors import refuse
from ..limits import Limits, over_limit
from .parts import MOST_AXES, Array, Part, constant

LARGEST_SEED = 1 << 64
OPTION = re.compile(r"\s*([^\W\d]\w*)\s*=(?!=)(.*)", re.DOTALL)
FORM = re.compile(r"(?<![\w.])(normal|uniform|zeros|ones|identity|range)\s*\(")


def form_value(form: Part, limits: Limits) -> Array:
    """The array of one named form, such as `zeros(3)`.

    Raises BackpropError for sizes and options that are none, and for more cells than the limit.
    """
    match = FORM.match(form.text)
    assert match
    word = match[1]
    inside = Part(form.text[match.end() : -1], form.start + match.end())
    sizes, options = arguments(inside, form, word, limits)
    return FORMS[word](Request(word, form, sizes, options))


class Request(NamedTuple):
    """A named form: its word, its place, its sizes, and its options with their parts."""

    word: str
    form: Part
    sizes: list[int]
    options: dict[str, tuple[float, Part]]

    def option(self, name: str, otherwise: float) -> float:
        return self.options[name][0] if name in self.options else otherwise

    def dtype(self) -> Any:
        """The kind of numbers."""
        import numpy as np

        return np.float32 if self.option("dtype", 64) == 32 else np.float64


OPTIONS = {
    "normal": ("seed", "mean", "sd", "dtype"),
    "uniform": ("seed", "low", "high", "dtype"),
    "zeros": ("dtype",),
    "ones": ("dtype",),
    "identity": ("dtype",),
    "range": (),
}
DTYPES = {"float32": 32.0, "float64": 64.0}


def arguments(
    inside: Part, form: Part, word: str, limits: Limits
) -> tuple[list[int], dict[str, tuple[float, Part]]]:
    """The sizes of a named form, and behind them its options."""
    sizes: list[int] = []
    options: dict[str, tuple[float, Part]] = {}
    for part in split(inside):
        written = OPTION.fullmatch(part.text)
        if written:
            name, text = written[1], Part(written[2], part.start + written.start(2))
            if name not in OPTIONS[word]:
                known = ", ".join(OPTIONS[word])
                help = f"options: {known}" if known else "leave it out"
                raise refuse("bad-value", f"{word}(…) has no option '{name}'", part.span, help)
            if name in options:
                raise refuse("bad-value", f"'{name}' stands twice", part.span, "leave one out")
            options[name] = (option_value(name, text, limits), text)
        elif options:
            raise refuse("bad-value", "a size behind an option", part.span, "write sizes first")
        elif not part.text.strip():
            raise refuse("bad-value", f"{word}(…) needs a size", form.span, f"write {SHOWN[word]}")
        else:
            sizes.append(size_of(part, limits))
    if word in ("identity", "range") and len(sizes) != 1:
        raise refuse("bad-value", f"{word}(…) takes one size", form.span, f"write {SHOWN[word]}")
    if not sizes or len(sizes) > MOST_AXES:
        raise refuse("bad-value", f"{word}(…) needs its sizes", form.span, f"write {SHOWN[word]}")
    cells = math.prod(sizes) ** (2 if word == "identity" else 1)
    if cells > MOST_CELLS:
        raise over_limit("cells", MOST_CELLS, f"cells in {word}(…)")
    return sizes, options


def split(inside: Part) -> list[Part]:
    """The text between the brackets of a form, cut at its own commas and semicolons."""
    found: list[Part] = []
    start = depth = 0
    for place, sign in enumerate(inside.text):
        depth += (sign in "([{") - (sign in ")]}")
        if sign in ",;" and not depth:
            found.append(Part(inside.text[start:place], inside.start + start))
            start = place + 1
    return [*found, Part(inside.text[start:], inside.start + start)]


def size_of(part: Part, limits: Limits) -> int:
    """A size: a whole number of at least 1."""
    value = constant(part, limits)
    if not (value >= 1 and value == math.floor(value) and value < LARGEST_SEED):
        shown = part.text.strip()
        raise refuse("bad-value", f"{shown} is no size", part.span, "write a whole number, 1 or up")
    return int(value)


def option_value(name: str, part: Part, limits: Limits) -> float:
    """The value of an option."""
    text = part.text.strip()
    if name == "dtype":
        if text not in DTYPES:
            raise refuse(
                "bad-value", f"'{text}' is no dtype", part.span, "write float32 or float64"
            )
        return DTYPES[text]
    if name == "seed":
        if not re.fullmatch("[0-9]{1,20}", text) or int(text) >= LARGEST_SEED:
            raise refuse(
                "bad-value", "a seed is a whole number from 0 to 2^64 - 1", part.span, "seed=1"
            )
        return int(text)
    if not text:
        raise refuse("bad-value", f"'{name}' has no value", part.span, f"write {name}=1")
    value = constant(part, limits)
    if not math.isfinite(value) or (name == "sd" and value < 0):
        raise refuse("bad-value", f"{name}={text} is out of range", part.span, "write a number")
    return value


SHOWN = {
    "normal": "normal(10, 3; seed=1)",
    "uniform": "uniform(10, 3; seed=1)",
    "zeros": "zeros(10, 3)",
    "ones": "ones(10, 3)",
    "identity": "identity(3)",
    "range": "range(5)",
}


def generator(request: Request) -> Any:
    """NumPy's generator for a random form; refuses one without a seed."""
    from numpy.random import PCG64, Generator

    if "seed" not in request.options:
        text = request.form.text
        raise refuse(
            "bad-value",
            f"{request.word}(…) needs a seed, so that the same command gives the same numbers",
            request.form.span,
            f"write {text[:-1].rstrip(' ,;')}{', ' if request.options else '; '}seed=1)",
        )
    return Generator(PCG64(int(request.options["seed"][0])))


def normal(request: Request) -> Array:
    numbers = generator(request).standard_normal(request.sizes, dtype=request.dtype())
    sd, mean = request.option("sd", 1), request.option("mean", 0)
    if sd != 1:
        numbers *= request.dtype()(sd)
    if mean:
        numbers += request.dtype()(mean)
    return numbers


def uniform(request: Request) -> Array:
    low, high = request.option("low", 0), request.option("high", 1)
    if not low < high:
        part = request.options.get("high", request.options.get("low", (0, request.form)))[1]
        raise refuse("bad-value", "'low' is not below 'high'", part.span, "exchange them")
    numbers = generator(request).random(request.sizes, dtype=request.dtype())
    if (low, high) != (0, 1):
        numbers *= request.dtype()(high - low)
        numbers += request.dtype()(low)
    return numbers


def zeros(request: Request) -> Array:
    import numpy as np

    return np.zeros(request.sizes, request.dtype())


def ones(request: Request) -> Array:
    import numpy as np

    return np.ones(request.sizes, request.dtype())


def identity(request: Request) -> Array:
    import numpy as np

    return np.eye(request.sizes[0], dtype=request.dtype())


def counted(request: Request) -> Array:
    import numpy as np

    return np.arange(request.sizes[0], dtype=np.int64)


FORMS: dict[str, Callable[[Request], Array]] = {
    "normal": normal,
    "uniform": uniform,
    "zeros": zeros,
    "ones": ones,
    "identity": identity,
    "range": counted,
}
