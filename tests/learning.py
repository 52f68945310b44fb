"""What the tests of samples/learning share: random values for each sample's names, the loss and the
gradients that this project finds, and central differences.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

SAMPLES = Path(__file__).parent.parent / "samples" / "learning"
Arrays = dict[str, np.ndarray]


def prepared(text: str, bindings: Mapping[str, np.ndarray]) -> Callable[[], tuple[float, Arrays]]:
    """A program, read and lowered once, as a function that gives its value and its gradient with
    respect to each `param`.
    """
    from backprop_cli.syntax import parse
    from backprop_cli.tensors import lower_arrays, run_arrays
    from backprop_cli.tensors.running.evaluation import given_of, number_type

    program = parse(text)
    lowered = lower_arrays(program, given_of(bindings), dtype=number_type(bindings))
    parameters = [name for name in lowered.inputs if lowered.roles.get(name) == "param"]

    def call() -> tuple[float, Arrays]:
        run = run_arrays(program, lowered, bindings, parameters)
        gradient = run.gradient
        return float(run.value), {name: gradient[name] for name in parameters}

    return call


def loss_and_gradients(path: Path, bindings: Mapping[str, np.ndarray]) -> tuple[float, Arrays]:
    """The value of a program and its gradient with respect to each `param`."""
    return prepared(path.read_text(encoding="utf-8"), bindings)()


class Sample(NamedTuple):
    """The shapes of a program's parameters and data for a test, each array with a spread.

    whole   the data that are whole numbers below a bound (labels, letters): name -> (shape, bound).
    shares  the data that are positive and add up to 1.
    signs   the data that are -1 or 1.
    """

    parameters: dict[str, tuple[int, ...]]
    data: dict[str, tuple[int, ...]]
    whole: dict[str, tuple[tuple[int, ...], int]]
    shares: tuple[str, ...] = ()
    signs: tuple[str, ...] = ()
    spread: float = 0.5

    def values(self, seed: int) -> tuple[Arrays, Arrays]:
        """Random parameters and data, float64 and int64, the same ones for the same seed."""
        random = np.random.default_rng(seed)
        parameters = {
            name: self.spread * random.standard_normal(shape)
            for name, shape in self.parameters.items()
        }
        data: Arrays = {name: random.standard_normal(shape) for name, shape in self.data.items()}
        data |= {
            name: random.integers(0, bound, shape) for name, (shape, bound) in self.whole.items()
        }
        data |= {name: np.abs(data[name]) / np.abs(data[name]).sum() for name in self.shares}
        data |= {name: np.copysign(1.0, data[name]) for name in self.signs}
        return parameters, data


PICTURES: dict[str, tuple[int, ...]] = {"X": (7, 9)}
DIGITS: dict[str, tuple[tuple[int, ...], int]] = {"y": ((7,), 10)}
TWO_LAYERS = Sample({"W": (32, 9), "b": (32,), "V": (10, 32), "c": (10,)}, PICTURES, DIGITS)
CURVE = Sample({"a": (), "b": ()}, {"x": (8,), "y": (8,)}, {})

RANDOM: dict[str, Sample] = {
    "scores": Sample({"W": (4, 6), "b": (4,)}, {"x": (6,)}, {"y": ((), 4)}, spread=0.1),
    "svm": Sample({"W": (10, 9), "b": (10,)}, PICTURES, DIGITS),
    "softmax": Sample({"W": (10, 9), "b": (10,)}, PICTURES, DIGITS),
    "two-layer": TWO_LAYERS,
    "two-layer-matrix": TWO_LAYERS,
    "logistic": Sample({"w": (9,), "b": ()}, PICTURES, {"y": ((7,), 10)}),
    "challenger": Sample({"a": (), "b": ()}, {"temperature": (8,)}, {"damage": ((8,), 2)}),
    "perceptron": Sample(
        {"u": (), "v": (), "b": ()}, {"sepal": (8,), "petal": (8,), "t": (8,)}, {}, signs=("t",)
    ),
    "rnn": Sample(
        {"U": (10, 4), "W": (10, 10), "b": (10,), "V": (4, 10), "c": (4,)},
        {},
        {"x": ((6,), 4), "y": ((6,), 4)},
    ),
    "lenet": Sample(
        {
            "K1": (6, 5, 5), "b1": (6,), "K3": (16, 6, 5, 5), "b3": (16,),
            "K5": (120, 16, 5, 5), "b5": (120,), "W6": (84, 120), "b6": (84,),
            "W7": (10, 84), "b7": (10,),
        },
        {"X": (3, 64)},
        {"y": ((3,), 10)},
        spread=0.2,
    ),
    "lenet-blocks": Sample(
        {
            "K1": (6, 1, 5, 5), "b1": (6, 1, 1), "K3": (16, 6, 5, 5), "b3": (16, 1, 1),
            "K5": (120, 16, 5, 5), "b5": (120,), "W6": (84, 120), "b6": (84,),
            "W7": (10, 84), "b7": (10,),
        },
        {"X": (3, 64)},
        {"y": ((3,), 10)},
        spread=0.2,
    ),
    "alexnet": Sample(
        {
            "K1": (2, 48, 3, 11, 11), "b1": (2, 48), "K2": (2, 128, 48, 5, 5), "b2": (2, 128),
            "K3": (2, 192, 2, 128, 3, 3), "b3": (2, 192), "K4": (2, 192, 192, 3, 3),
            "b4": (2, 192), "K5": (2, 128, 192, 3, 3), "b5": (2, 128),
            "W6": (4096, 2, 128, 6, 6), "b6": (4096,), "W7": (4096, 4096), "b7": (4096,),
            "W8": (1000, 4096), "b8": (1000,),
        },
        {"X": (2, 3, 227, 227)},
        {"y": ((2,), 1000)},
        spread=0.02,
    ),
    "ntm-head": Sample(
        {
            "key": (4,), "strength": (), "gate": (), "shift": (3,), "sharpness": (),
            "erase": (4,), "add": (4,),
        },
        {"M": (6, 4), "before": (6,), "wanted": (4,), "after": (6, 4)},
        {},
        shares=("before",),
        spread=1.0,
    ),
    "ntm": Sample(
        {
            "U": (24, 5), "Q": (24, 6), "b": (24,), "Wk": (2, 6, 24), "bk": (2, 6),
            "Wβ": (2, 24), "bβ": (2,), "Wg": (2, 24), "bg": (2,), "Ws": (2, 3, 24),
            "bs": (2, 3), "Wγ": (2, 24), "bγ": (2,), "We": (6, 24), "be": (6,),
            "Wa": (6, 24), "ba": (6,), "V": (3, 24), "P": (3, 6), "c": (3,),
            "M0": (8, 6), "w0": (2, 8), "z0": (6,),
        },
        {"x": (3, 7, 5)},
        {"y": ((3, 2, 3), 2)},
    ),
    "line": CURVE,
    "exponential": CURVE,
}  # fmt: skip


def directional_difference(
    loss: Callable[[Arrays], float], at: Arrays, direction: Arrays, step: float = 1e-4
) -> float:
    """The slope of `loss` along `direction`, by central differences of the fourth order (their
    error is of the size of step⁴; Abramowitz and Stegun 25.3.21).
    """

    def moved(steps: int) -> float:
        return loss({name: value + steps * step * direction[name] for name, value in at.items()})

    return (8 * (moved(1) - moved(-1)) - (moved(2) - moved(-2))) / (12 * step)
