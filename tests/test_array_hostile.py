"""Array programs and training runs that ask for too much, or for what would destroy a file.

Every one is refused by a named limit before memory is taken, or by an error that says what to do.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from commandline import ROOT, Result, backprop

LINE = "param a, b; data x[N], y[N]; minimize mean[i] (a*x[i]+b-y[i])^2"


@pytest.fixture
def points(tmp_path: Path) -> str:
    """A file with four points."""
    path = tmp_path / "points.csv"
    path.write_text("x,y\n1,3\n2,5\n3,7.1\n4,9\n")
    return str(path)


def indices(count: int, last: int) -> str:
    return ", ".join(f"i{k} in 0..{last}" for k in range(count))


# ------------------------------------------------------------------------------------------ limits

TOO_MUCH = {
    "an index": ("sum[i in 0..10^12] i", "elements"),
    "an index beyond any address": ("v[i] = i for i in 0..10^40; v[3]", "elements"),
    "a table of two indices": ("sum[i in 0..10^5, j in 0..10^5] sin(i*j)", "elements"),
    "a condition": ("sum[i in 0..10^5, j in 0..10^5, i == j] 1", "elements"),
    "an extreme of a constant": ("max[i in 0..10^12] 5", "elements"),
    "an outer product": ("sum(outer(u, u))", "elements"),
    "windows": ("sum[i in 0..10^4, j in 0..10^5] max(u[mod(i + j, 9)], 0)", "elements"),
    "a border": ("sum(conv(c, k, 1, 10^9))", "elements"),
    "sums of products": (
        "sum[i in 0..4*10^4, j in 0..4*10^4, l in 0..4*10^4] u[i+j]*u[j+l]*u[l+i]", "elements",
    ),
    "windows that meet": (
        "sum[i in 0..10^6, j in 0..10^6] w[i+j]*w[i]*w[j]", "products",
    ),
    "a determinant": ("det(outer(w2, w2))", "products"),
    "an inverse": ("sum(inverse(outer(w2, w2)))", "products"),
    "steps": ("h[0]=1; h[t]=h[t-1]*0.5 for t in 1..10^9; h[3]", "nodes"),
    "steps along two axes": (
        "h[0,0]=1; h[i,j]=h[i-1,j]+h[i,j-1] for i in 0..10^4, j in 0..10^4; h[3,3]", "nodes",
    ),
    "many terms of large arrays": (f"sum({'+'.join(['u'] * 4000)})", "elements"),
    "many axes": (f"sum[{indices(70, 0)}] sin({'+'.join(f'i{k}' for k in range(70))})", "axes"),
}  # fmt: skip
VALUES = {
    "u": "range(100000)", "w": "range(2000001)", "w2": "range(8000)", "c": "ones(1, 4, 4)",
    "k": "ones(1, 1, 2, 2)",
}  # fmt: skip


@pytest.mark.parametrize("kind", TOO_MUCH)
def test_too_much_is_refused_by_name(kind: str) -> None:
    """A limit with its name and flag, at once, with the place in the formula."""
    text, limit = TOO_MUCH[kind]
    words = text.replace("(", " ").replace("[", " ").replace(",", " ").replace(")", " ")
    given = [f"{name}={value}" for name, value in VALUES.items() if name in words.split()]
    if kind == "many terms of large arrays":
        given = ["u=range(100000)"]
    began = time.monotonic()
    result = backprop("eval", text, *given)
    assert result.code == 4 and "error[limit]" in result.err, result.err
    assert f"(the limit '{limit}')" in result.err
    if limit != "axes":
        assert f"--max-{limit} N" in result.err
    assert "^" in result.err
    assert time.monotonic() - began < 10


def test_limits_can_be_raised_and_lowered() -> None:
    """The flags move the limits; a sum without arrays needs none of them."""
    product = ("eval", "sum(outer(x, x))", "x=range(100)")
    assert backprop(*product).code == 0
    assert backprop(*product, "--max-elements", "9999").code == 4
    assert backprop(*product, "--max-elements", "20000").code == 0
    squares = ("eval", "sum[i, j] x[i]*x[j]*A[i,j]", "x=range(2100)", "A=ones(2100,2100)")
    assert backprop(*squares, "--max-products", "1000000").code == 4
    assert backprop(*squares).code == 0
    assert backprop("eval", "sum[i in 0..10^12] 1").code == 0


def test_a_product_of_many_factors() -> None:
    """More indices than einsum_path has letters: each factor is summed on its own."""
    text = f"sum[{indices(70, 1)}] {'*'.join(f'(i{k} + 1)' for k in range(70))}"
    result = backprop("eval", text, "--json")
    assert json.loads(result.out)["value"] == pytest.approx(3.0**70)


@pytest.mark.parametrize(
    "call",
    ["conv(c, k, 0)", "conv(c, k, 1, -1)", "maxpool(c, 0)", "maxpool(c, -1)", "avgpool(c, 2, 0)",
     "maxpool(c, 10^30)"],
)  # fmt: skip
def test_windows_that_are_none(call: str) -> None:
    """Strides, borders and windows that no array has are refused with their numbers."""
    given = [f"c={VALUES['c']}", *([f"k={VALUES['k']}"] if "k)" in call or "k," in call else [])]
    result = backprop("eval", f"sum({call})", *given)
    assert result.code == 3 and "error[shape]" in result.err, result.err


@pytest.mark.parametrize("value", ["1e30", "-1e30", "1e400", "2^63", "2^64 + 2^12"])
def test_subscripts_beyond_any_integer(value: str) -> None:
    """They are out of range as what they are, not as what is left of them."""
    result = backprop("eval", "x[y]", "x=range(10)", f"y={value}")
    assert result.code == 3 and "922337" not in result.err.replace("9.22337", ""), result.err


def test_an_empty_sum_is_a_value() -> None:
    """A result that is a constant is shown like any other."""
    assert "= 0" in backprop("eval", "sum[i in 0..-5] x[i]", "x=[1, 2]").out


def test_steps_count_as_ten_nodes() -> None:
    """Recurrences are written out step by step, which takes its time: so many and no more."""
    text = "h[0]=1; h[t]=h[t-1] + 1 for t in 1..100; h[100]"
    assert backprop("eval", text, "--max-nodes", "1000").code == 4
    assert backprop("eval", text, "--max-nodes", "2000").code == 0


def test_long_recurrences() -> None:
    """A step costs the same however many there are: a thousand well below the limit in time."""
    began = time.monotonic()
    result = backprop("eval", "h[0]=1; h[t]=h[t-1]*0.999 for t in 1..1000; h[1000]", "--json")
    assert json.loads(result.out)["value"] == pytest.approx(0.999**1000)
    assert time.monotonic() - began < 10


# ---------------------------------------------------------------------------------------- training


def train(*words: str) -> Result:
    return backprop("train", *words, "--lr", "0.01", "--until", "steps=2")


@pytest.mark.parametrize(
    ("size", "code"), [("-1", 3), ("0", 3), ("100000, 100000", 4), ("10^30", 4), ("2.5", 3)]
)
def test_sizes_of_parameters(size: str, code: int) -> None:
    """A size that is none, or too large, is refused before the start is drawn."""
    result = train(f"param W[{size}]; minimize sum(W^2)")
    assert result.code == code and "W[" in result.err, result.err


@pytest.mark.parametrize("method", ["sgd", "lbfgs", "least-squares"])
def test_parameters_that_the_loss_does_not_use(method: str, points: str) -> None:
    """They keep their start, and a note says so."""
    formula = LINE.replace("a, b", "a, b, q")
    result = backprop("train", formula, "--data", points, "--method", method, "--json", "q=7")
    assert result.code == 0, result.err
    assert json.loads(result.out)["parameters"]["q"]["value"] == 7
    assert "does not depend on the parameter 'q'" in result.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--column", "z=x"), "--column names 'z'"),
        (("--column", "x=y", "--column", "x=y"), "--column has 'x' twice"),
        (("--column", "x=y", "--column", "x=x"), "--column has 'x' twice"),
        (("--validation", "1.0"), "a part of the data"),
        (("--validation", "0"), "a part of the data"),
        (("--validation", "-0.5"), "a part of the data"),
        (("--validation", "120%"), "a part of the data"),
    ],
)
def test_options_that_would_do_nothing(words: tuple[str, ...], said: str, points: str) -> None:
    """Nothing that was asked for is dropped in silence."""
    result = train(LINE, "--data", points, *words)
    assert result.code == 2 and said in result.err, result.err


def test_a_column_that_is_missing(points: str) -> None:
    """The help names the variable, not the column that is not there."""
    assert "--column x=NAME" in train(LINE, "--data", points, "--column", "x=q").err
    assert f"@{points}:x" in backprop("eval", "sum(W)", f"W=@{points}:q").err


def test_results_never_overwrite_the_data(points: str, tmp_path: Path) -> None:
    """No output is written over an input, nor over another output, by whatever path."""
    before = Path(points).read_bytes()
    link = tmp_path / "link.csv"
    link.symlink_to(points)
    for words in (("--log", points), ("--save", str(link)), ("--log", str(link))):
        result = train(LINE, "--data", points, *words)
        assert result.code == 2 and "are one file" in result.err
    other = str(tmp_path / "run.npz")
    assert train(LINE, "--data", points, "--save", other, "--log", other).code == 2
    assert Path(points).read_bytes() == before and not Path(other).exists()


def test_a_folder_that_nothing_can_be_written_to(points: str) -> None:
    """Said before the run, not after it."""
    if not Path("/proc").is_dir():
        pytest.skip("no /proc")
    for option, name in (("--save", "/proc/run.npz"), ("--plot", "/proc/loss.svg")):
        result = train(LINE, "--data", points, option, name)
        assert result.code == 5 and "could not be written" in result.err and not result.out


@pytest.mark.parametrize("option", ["--save", "--plot"])
def test_a_disk_that_is_full_at_the_end(option: str, points: str, tmp_path: Path) -> None:
    """The result is shown all the same; the error and the exit code say what is missing."""
    name = str(tmp_path / ("run.npz" if option == "--save" else "loss.svg"))
    code = (
        "import os, sys, errno\n"
        "def full(*_): raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))\n"
        "os.fsync = full\n"
        "from backprop_cli.__main__ import main\n"
        f"sys.argv = ['backprop', 'train', {LINE!r}, '--data', {points!r}, {option!r}, {name!r},"
        " '--until', 'steps=3', '--json']\n"
        "main()\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 5 and "no space left" in ended.stderr
    assert json.loads(ended.stdout)["steps"] == 3
    assert not Path(name).exists()
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


BROKEN = {
    "a state without its step": lambda arrays, state: state["scalars"].pop("step"),
    "a text for a number": lambda arrays, state: state["scalars"].update(step="x"),
    "a negative step": lambda arrays, state: state["scalars"].update(step=-5),
    "a list for a number": lambda arrays, state: state["scalars"].update(quiet=[1]),
    "a step that was never made": lambda arrays, state: state["scalars"].update(step=10**30),
    "another shape": lambda arrays, state: arrays.update(a=np.zeros(5)),
    "a parameter less": lambda arrays, state: arrays.pop("a"),
    "a parameter more": lambda arrays, state: arrays.update(c=np.zeros(2)),
    "a parameter of texts": lambda arrays, state: arrays.update(a=np.array("abc")),
    "a complex parameter": lambda arrays, state: arrays.update(a=np.array(1j)),
    "a square history": lambda arrays, state: arrays.update(
        {"backprop.train/history": np.zeros((2, 2))}
    ),
    "a list of what must be the same": lambda arrays, state: state.update(fingerprint=[1]),
    "a number for a setting": lambda arrays, state: state["fingerprint"].update({"--lr": 3}),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_saved_runs_that_are_none(kind: str, points: str, tmp_path: Path) -> None:
    """A file that was changed by hand is refused as damaged, whatever was changed."""
    saved = str(tmp_path / "run.npz")
    words = (LINE, "--data", points)
    assert train(*words, "--save", saved).code == 0
    arrays = dict(np.load(saved))
    state = json.loads(arrays["backprop.train/state"].tobytes())
    BROKEN[kind](arrays, state)
    arrays["backprop.train/state"] = np.frombuffer(json.dumps(state).encode(), np.uint8)
    np.savez(saved, **arrays)
    result = train(*words, "--resume", saved)
    assert result.code == 5 and "or is damaged" in result.err, result.err


def test_going_on_from_a_device(points: str) -> None:
    """The error is about reading, not about writing."""
    result = train(LINE, "--data", points, "--resume", "/dev/zero")
    assert result.code == 5 and "error[file]" in result.err
