"""`backprop train` on formulas: from the text and a file to parameters, by every way through."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from commandline import ROOT, Result, backprop

pytest.importorskip("scipy")

DECAY = "minimize mean[i] (y[i] - A*exp(-k*t[i]))^2"
LOGISTIC = """
param w[D], b
data X[N,D], y[N]
z[i] = sum[d] w[d]*X[i,d] + b
minimize mean[i] (softplus(z[i]) - y[i]*z[i])
"""


def write_table(path: Path, columns: dict[str, Any]) -> str:
    rows = zip(*(np.asarray(column).tolist() for column in columns.values()), strict=True)
    lines = [",".join(columns), *(",".join(map(repr, row)) for row in rows)]
    path.write_text("\n".join(lines) + "\n")
    return str(path)


@pytest.fixture
def decay(tmp_path: Path) -> str:
    """A table of t and y with y ≈ 3·exp(−0.7·t)."""
    random = np.random.default_rng(0)
    t = np.linspace(0, 4, 40)
    return write_table(
        tmp_path / "decay.csv", {"t": t, "y": 3 * np.exp(-0.7 * t) + 0.02 * random.normal(size=40)}
    )


@pytest.fixture
def classes(tmp_path: Path) -> str:
    """A table of x0 to x3 and a label, 0 or 1."""
    random = np.random.default_rng(1)
    x = random.normal(size=(200, 4))
    label = (x @ [1, -2, 0.5, 0] + random.normal(size=200) > 0).astype(int)
    columns = {f"x{i}": x[:, i] for i in range(4)}
    return write_table(tmp_path / "classes.csv", {**columns, "label": label})


def as_json(*words: str) -> Any:
    result = backprop("train", *words, "--json")
    assert result.code == 0, result.err
    return json.loads(result.out)


def test_without_data() -> None:
    """A formula without data: the parameters that it declares go to its minimum."""
    found = as_json("param x, y; (x - 3)^2 + (y + 1)^2", "x=0", "y=5", "--lr", "0.1")
    values = [found["parameters"][name]["value"] for name in ("x", "y")]
    assert values == pytest.approx([3, -1], abs=1e-5)
    assert found["stopped_by"] == "gradient" and found["starts"] == {"x": "given", "y": "given"}


def test_curve_fitting(decay: str) -> None:
    """An exponential with its standard errors, as SciPy's curve_fit has them; by other methods the
    same minimum.
    """
    from scipy.optimize import curve_fit

    t, y = np.loadtxt(decay, delimiter=",", skiprows=1).T
    values, covariance = curve_fit(lambda t, a, k: a * np.exp(-k * t), t, y, p0=(1, 1))
    found = as_json(DECAY, "--data", decay, "--init", "constant", "--method", "least-squares")
    ours = [found["parameters"][name]["value"] for name in ("A", "k")]
    assert ours == pytest.approx(list(values), rel=1e-6)
    errors = [found["standard_errors"]["parameters"][name] for name in ("A", "k")]
    assert errors == pytest.approx(list(np.sqrt(np.diag(covariance))), rel=1e-5)
    for words in (("--method", "lbfgs"), ("--method", "nesterov", "--lr", "0.1")):
        again = as_json(DECAY, "--data", decay, "--init", "constant", *words)
        assert again["loss"] == pytest.approx(found["loss"], rel=1e-6), words
        assert again["standard_errors"]["sigma"] == pytest.approx(
            found["standard_errors"]["sigma"], rel=1e-6
        )


def test_descent_is_the_loop_of_the_textbook(classes: str) -> None:
    """Twenty steps of w ← w − η·gradient over columns of a file are those written by hand."""
    table = np.loadtxt(classes, delimiter=",", skiprows=1)
    x, y = table[:, :4], table[:, 4]
    w, b = np.zeros(4), 0.0
    for _ in range(20):
        away = 1 / (1 + np.exp(-(x @ w + b))) - y
        w, b = w - 0.5 * x.T @ away / 200, b - 0.5 * away.mean()
    columns = ("--column", "X=x0:x3", "--column", "y=label")
    found = as_json(
        LOGISTIC, "--data", classes, *columns, "--lr", "0.5", "--until", "steps=20, change=none"
    )
    assert found["parameters"]["w"]["value"] == pytest.approx(w.tolist(), rel=1e-10)
    assert found["parameters"]["b"]["value"] == pytest.approx(b, rel=1e-10)


@pytest.mark.parametrize("text", ["2", "[1, 2, 3, 4]"])
def test_given_arrays(classes: str, text: str) -> None:
    """A start may be an array, or one number for all its elements."""
    columns = ("--column", "X=x0:x3", "--column", "y=label")
    found = as_json(LOGISTIC, "--data", classes, *columns, f"w={text}", "--until", "steps=0")
    expected = [2, 2, 2, 2] if text == "2" else [1, 2, 3, 4]
    assert found["parameters"]["w"]["value"] == expected


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ((DECAY, "q=3", "--data", "DECAY"), 2, "no variable 'q'"),
        ((LOGISTIC,), 2, "add --data FILE"),
        ((LOGISTIC, "--data", "CLASSES"), 5, "no column 'X'"),
        ((DECAY, "--data", "CLASSES"), 5, "no column of"),
        ((LOGISTIC, "X=1", "--data", "CLASSES", "--column", "X=x0:x3", "--column", "y=label"), 2,
         "'X' has a value, and is in the data"),
        (("2 + 3",), 2, "nothing to train"),
        (("param x; x^2 +", "x=3"), 3, "missing-operand"),
        (("param x; log(-1 - x^2)", "x=3", "--until", "steps=0"), 4, "at the start is NaN"),
    ],
)  # fmt: skip
def test_refusals(
    decay: str, classes: str, words: tuple[str, ...], code: int, said: str
) -> None:
    """What is missing or too much is said before the first step."""
    paths = {"DECAY": decay, "CLASSES": classes}
    result = backprop("train", *(paths.get(word, word) for word in words))
    assert result.code == code and said in result.err and result.out == "", result.err


def test_killed_and_resumed(classes: str, tmp_path: Path) -> None:
    """A process that is interrupted from outside goes on to the bytes of one that is not."""
    columns = ["--column", "X=x0:x3", "--column", "y=label", "--data", classes]
    path = str(tmp_path / "run.npz")
    words = [LOGISTIC, *columns, "--batch", "5", "--method", "adam", "--save", path]
    command = [sys.executable, "-m", "backprop_cli", "train", *words]
    log = tmp_path / "log.jsonl"
    long = [*command, "--until", "epochs=1000000, change=none", "--log", str(log)]
    with subprocess.Popen(long, cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.PIPE) as run:
        deadline = time.monotonic() + 60
        while not (log.exists() and log.stat().st_size > 3000) and time.monotonic() < deadline:
            time.sleep(0.02)
        os.kill(run.pid, signal.SIGINT)
        _, err = run.communicate(timeout=60)
    assert run.returncode == 130 and b"--resume" in err, err
    reached = len(log.read_bytes().splitlines())
    until = ("--until", f"epochs={reached // 40 + 2}, change=none", "--json")

    def finished(*more: str) -> Result:
        return backprop("train", *words[:-2], *until, *more)

    once = finished()
    assert once.code == 0
    assert finished("--resume", path).out == once.out


def test_given_numbers_and_arrays_are_starts() -> None:
    """Where all names have a value and none is declared, all are parameters; W^T has no variable
    T.
    """
    found = as_json("sum((W^T @ W - c)^2)", "W=[[1,2],[3,4]]", "c=1", "--until", "steps=0")
    assert set(found["parameters"]) == {"W", "c"}
