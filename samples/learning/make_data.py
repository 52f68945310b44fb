"""Makes the larger data files of this folder anew: python samples/learning/make_data.py

Needs scikit-learn for the digits and the irises, which it has from the UCI Machine Learning
Repository; README.md says more about the sources.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

TRAINING = 1500  # digits to learn from; the other 297 are held back, as they come
BITS, LENGTH = 3, 4  # of the copy task
SEED = 1


def digits() -> dict[str, dict[str, np.ndarray]]:
    """8 × 8 pixels in a row of X, the counts 0..16 divided by 16 (exact); the digit in y."""
    from sklearn.datasets import load_digits

    found = load_digits()
    x, y = found.data / 16, found.target.astype(np.int64)
    return {
        "digits.npz": {"X": x[:TRAINING], "y": y[:TRAINING]},
        "digits-held-back.npz": {"X": x[TRAINING:], "y": y[TRAINING:]},
    }


def copies() -> dict[str, dict[str, np.ndarray]]:
    """Sequences for the copy task: x (N, 2·LENGTH + 2, BITS + 2), y (N, LENGTH, BITS).

    The sign for "listen", LENGTH random vectors of bits, the sign for "speak", then silence for
    LENGTH steps, in which the vectors are due. No sequence is in both files.
    """
    every = np.random.default_rng(SEED).permutation(2 ** (BITS * LENGTH))[:640]
    y = (every[:, None] >> np.arange(BITS * LENGTH) & 1).reshape(-1, LENGTH, BITS)
    x = np.zeros((len(y), 2 * LENGTH + 2, BITS + 2))
    x[:, 0, BITS] = 1
    x[:, 1 : LENGTH + 1, :BITS] = y
    x[:, LENGTH + 1, BITS + 1] = 1
    return {
        "copy.npz": {"x": x[:512], "y": y[:512]},
        "copy-held-back.npz": {"x": x[512:], "y": y[512:]},
    }


def irises() -> str:
    """Length of sepal and petal in cm, and -1 for setosa, 1 for versicolor: 100 flowers."""
    from sklearn.datasets import load_iris

    found = load_iris()
    rows = [
        f"{sepal},{petal},{2 * kind - 1}"
        for (sepal, _, petal, _), kind in zip(found.data, found.target, strict=True)
        if kind < 2
    ]
    return "\n".join(["sepal,petal,t", *rows]) + "\n"


def make(folder: Path) -> None:
    """Write all files into a folder."""
    for name, arrays in {**digits(), **copies()}.items():
        np.savez_compressed(folder / name, **arrays)
    (folder / "iris.csv").write_text(irises(), encoding="utf-8")


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
