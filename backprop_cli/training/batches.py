"""Which data points belong to which step, by the seed alone.

The order of an epoch depends on the seed and the epoch's number and on nothing before, so that a
run that goes on in the middle sees the same batches.
"""

from __future__ import annotations

import numpy as np

from .objective import Array


class Batches:
    """Batches of `size` of `rows` data points, every point once in each epoch.

    The last batch of an epoch is smaller where the size does not divide the number.
    """

    __slots__ = ("epoch", "order", "per_epoch", "rows", "seed", "shuffled", "size")

    def __init__(self, rows: int, size: int, seed: int, shuffled: bool = True) -> None:
        self.rows = rows
        self.size = size
        self.seed = seed
        self.shuffled = shuffled
        self.per_epoch = -(-rows // size)
        self.epoch = -1
        self.order = np.arange(rows)

    def __getitem__(self, step: int) -> Array:
        """The indices of a step's data points."""
        epoch, place = divmod(step, self.per_epoch)
        if epoch != self.epoch:
            self.epoch = epoch
            if self.shuffled:
                self.order = generator(self.seed, "batches", epoch).permutation(self.rows)
        return self.order[place * self.size : (place + 1) * self.size]


def generator(seed: int, purpose: str, number: int = 0) -> np.random.Generator:
    """Random numbers of their own for each purpose of a seed (PCG64).

    The same for one version of NumPy; NumPy does not promise it across versions (NEP 19).
    """
    words = [seed, number, *purpose.encode("utf-8")]
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(words)))


def held_out(rows: int, fraction: float, seed: int) -> tuple[Array, Array]:
    """The indices of the rows to train on and of those kept for validation, both in order.

    At least one row goes to either side; `rows` must be 2 or more.
    """
    count = min(max(round(rows * fraction), 1), rows - 1)
    order = generator(seed, "validation").permutation(rows)
    return np.sort(order[count:]), np.sort(order[:count])
