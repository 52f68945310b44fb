"""`backprop eval` and `backprop gradcheck` over arrays: tables, JSON, files, warnings, errors."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any
from unittest import mock

import jsonschema
import numpy as np
import pytest
from commandline import ROOT, Result, backprop, process
from learning import RANDOM

from backprop_cli.render.array_text import summary_text, whole_text
from backprop_cli.tensors.running.evaluation import ArrayRun
from backprop_cli.tensors.running.reporting import summary

SAMPLES = ROOT / "samples" / "learning"
SCORES = (
    "-f", str(SAMPLES / "scores.txt"),
    "W=[[0.2,-0.5,0.1,2],[1.5,1.3,2.1,0],[0,0.25,0.2,-0.3]]", "b=[1.1,3.2,-1.2]",
    "x=[56,231,24,2]", "y=0",
)  # fmt: skip
SVM = (
    "-f", str(SAMPLES / "svm.txt"), "W=0.01*normal(10,64; seed=1)", "b=zeros(10)",
    f"X=@{SAMPLES}/digits.npz", f"y=@{SAMPLES}/digits.npz",
)  # fmt: skip
RNN = (
    "-f", str(SAMPLES / "rnn.txt"), "U=0.1*normal(10,4; seed=1)", "W=0.1*normal(10,10; seed=2)",
    "b=zeros(10)", "V=0.1*normal(4,10; seed=3)", "c=zeros(4)", "x=[0,1,2,2]", "y=[1,2,2,3]",
)  # fmt: skip
SMALL: dict[str, tuple[str, ...]] = {
    "whole array": ("sum(x^2)", "x=[1,2,3]"),
    "vector result": ("W @ x + b", "W=[[1,2],[3,4]]", "x=[1,2]", "b=1"),
    "vector of the formula": ("[1,2]*x", "x=3"),
    "recurrence": ("h[0] = 1; h[t] = h[t-1]*w for t in 1..T; h[T]", "w=2", "T=5"),
    "not finite": ("L[i] = log(x[i]); sum[i] L[i]", "x=[1,0,3,-1]"),
    "single precision": ("sum(x/3)", "x=ones(3; dtype=float32)"),
    "axis of one": ("sum(x*[2,3])", "x=[7,]"),
    "network": ("sum(relu(W @ x))", "W=[[1,-1],[-1,1]]", "x=[1,1]"),
    "functions": (
        "cosine(u, v) = dot(u, v)/(norm(u)*norm(v)); c = cosine(a, b); minimize 1 - c",
        "a=[1,2]", "b=[2,1]",
    ),
}  # fmt: skip


def evaluated(*words: str) -> dict[str, Any]:
    """The JSON of an evaluation, which must fit the schema."""
    result = backprop("eval", *words, "--json")
    assert result.code == 0, result.err
    found: dict[str, Any] = json.loads(result.out)
    jsonschema.validate(found, json.loads(backprop("schema", "eval").out))
    return found


def shown(*words: str, columns: int = 80) -> Result:
    """What a person sees."""
    result = backprop("eval", *words, env={"COLUMNS": str(columns)})
    assert result.code == 0, result.err
    return result


def refused(*words: str) -> str:
    """The message of a command that must be refused, which is no fault of ours."""
    result = backprop(*words)
    assert result.code in (2, 3) and result.out == "", result
    return result.err


# ------------------------------------------------------------------------------------------- tables


def test_the_classic_example_is_shown_whole_at_80_columns() -> None:
    """Scores and SVM loss of one picture: every number of every small array, and the loss."""
    out = shown(*SCORES).out
    assert out.startswith("L = 694.2\n")
    for line in (
        "W      param        3×4     [[0.2, −0.5, 0.1,    2],   [[−112, −462, −48, −4],",
        "x      data         4               [56, 231, 24, 2]    [1.1, 2.55, 2.1, −4.3]",
        "y      data                                        0                         –",
        "C = 3, D = 4",
    ):
        assert line in out
    assert "C×D = 3×4" in shown(*SCORES, columns=200).out


@pytest.mark.parametrize("columns", [40, 60, 80, 100, 130, 200])
@pytest.mark.parametrize("program", [SCORES, SVM, RNN], ids=["scores", "svm", "rnn"])
def test_nothing_is_cut_at_any_width(program: tuple[str, ...], columns: int) -> None:
    """Every line but formulas fits, and no number is shortened: each array is there whole, or by
    its summary.
    """
    out = shown(*program, columns=columns).out
    lines = [line for line in out.split("\n") if " = " not in line]
    assert max(map(len, lines)) <= columns and "…" not in out
    there = set(numbers_in(out))
    for node in evaluated(*program)["nodes"]:
        for part in ("value", "gradient"):
            if isinstance(node[part], list):
                array = np.asarray(node[part], float)
                texts = whole_text(array, 10_000) or "", summary_text(array).split("\n")[-1]
                assert any(there.issuperset(numbers_in(text)) for text in texts), node["title"]


def numbers_in(text: str) -> list[str]:
    """The numerals of a text."""
    return re.findall(r"−?\d[\d.]*(?:e−?\d+)?", text)


def test_an_array_reads_back() -> None:
    """What `--full` prints in brackets is an array of the language, in any shape and width."""
    random = np.random.default_rng(3)
    for shape in [(1,), (7,), (3, 4), (1, 1), (2, 3, 2), (2, 1, 2, 3), (30, 2), (2, 30)]:
        array = np.round(random.standard_normal(shape), 2)
        for width in (24, 60, 200):
            text = whole_text(array, width)
            assert text is not None and max(map(len, text.split("\n"))) <= width
            plain = text.replace("−", "-").replace("\n", " ")
            assert np.array_equal(np.asarray(json.loads(plain)), array)
            if array.size > 1:  # [7] is the number 7
                assert evaluated("sum(x)", f"x={plain}")["bindings"]["x"] == array.tolist()


def test_full_shows_every_number() -> None:
    """A matrix that is summarised otherwise."""
    words = ("sum(W)", "W=range(40)")
    assert "17" not in shown(*words).out
    out = shown(*words, "--full").out
    assert all(f"{k}" in out for k in range(40)) and "W   (40 numbers)" in out


def test_a_recurrence_is_one_row() -> None:
    """All steps in one array, with the gradient that each step has from all later ones."""
    words = SMALL["recurrence"]
    out = shown(*words).out
    assert re.search(r"h\[t\] +\[0\]: 1 +6 +\[1, 2, 4, 8, 16, 32\] +\[0, 16, 8, 4, 2, 1\]", out)
    found = evaluated(*words)
    nodes = {node["name"]: node for node in found["nodes"]}
    assert found["bindings"] == {"w": 2, "T": 5} and found["gradient"]["T"] == 0
    # ∂h[5]/∂h[t] = w^(5 - t); h[0] is a constant, which gets none
    assert nodes["h"]["gradient"] == [0, 16, 8, 4, 2, 1]
    assert nodes["w"]["gradient"] == 5 * 2**4


def test_single_precision_is_said() -> None:
    """Arrays of float32 are computed in float32."""
    assert "single precision (float32)" in shown(*SMALL["single precision"]).out
    found = evaluated(*SMALL["single precision"])
    assert found["numbers"] == "float32"
    assert found["gradient"]["x"] == [0.33333334] * 3


def test_no_colour_and_ascii() -> None:
    """NO_COLOR and a locale without the signs: look-alikes, and no escape sequences."""
    run = process("eval", *SCORES, env={"PYTHONIOENCODING": "ascii", "NO_COLOR": "1"})
    assert run.returncode == 0 and b"\x1b" not in run.stdout
    assert run.stdout.isascii() and b"[0.2, -0.5, 0.1," in run.stdout


# --------------------------------------------------------------------------------------------- JSON


@pytest.mark.parametrize("words", SMALL.values(), ids=SMALL.keys())
def test_json_fits_the_schema(words: tuple[str, ...]) -> None:
    """Each program's object is valid, and its nodes refer to nodes that are there."""
    found = evaluated(*words)
    ids = {node["id"] for node in found["nodes"]}
    for node in found["nodes"]:
        assert set(node["inputs"]) <= ids - {node["id"]} | ids
        assert len(node["shape"]) == len(node["axes"]) == len(node["first"])
        assert list(np.shape(node["value"])) == node["shape"]


def test_json_of_the_classic_example() -> None:
    """Values, gradients, sizes and what uses what."""
    found = evaluated(*SCORES)
    assert found["value"] == 694.25 and found["sizes"] == {"C": 3, "D": 4}
    assert list(found["gradient"]) == ["W", "b", "x", "y"]
    assert found["gradient"]["W"][0] == [-112, -462, -48, -4]
    nodes = {node["name"]: node for node in found["nodes"]}
    assert nodes["s"]["axes"] == ["j"] and nodes["W"]["axes"] == ["C", "D"]
    assert nodes["s"]["inputs"] == sorted(
        (nodes[name]["id"] for name in ("W", "x", "b")), key=lambda each: int(each[1:])
    )
    assert nodes["W"]["role"] == "param" and nodes["y"]["role"] == "data"
    assert nodes["y"]["gradient"] is None and found["gradient"]["y"] == 0


def test_large_arrays_are_summarised() -> None:
    """More than 10,000 numbers: shape, root mean square, range; --full has all of them."""
    found = evaluated("sum(x)/4", "x=range(20000)")
    assert found["bindings"]["x"] == {
        "shape": [20000], "rms": pytest.approx(11546.57, rel=1e-6), "min": 0, "max": 19999,
        "nan": 0, "infinite": 0,
    }  # fmt: skip
    assert found["gradient"]["x"]["rms"] == 0.25
    assert evaluated("sum(x)/4", "x=range(20000)", "--full")["bindings"]["x"][-1] == 19999


def test_nan_and_infinity_in_json() -> None:
    """The strings of the scalar schema, and finite: false."""
    found = evaluated(*SMALL["not finite"])
    assert found["finite"] is False and found["value"] == "NaN"
    assert found["gradient"]["x"] == [1, "Infinity", pytest.approx(1 / 3), "NaN"]


def test_a_vector_has_no_gradient() -> None:
    """Its values are shown, without a column for gradients, and a note says what to do."""
    result = shown(*SMALL["vector result"])
    assert result.out.startswith("W @ x + b = [6, 12]\n") and "gradient" not in result.out
    assert "warning[no-gradient]" in result.err and "sum(…)" in result.err
    found = evaluated(*SMALL["vector result"])
    assert found["gradient"] == {} and found["finite"] is True
    assert all(node["gradient"] is None for node in found["nodes"])


def test_the_summary_of_extremes() -> None:
    """Root mean squares do not overflow; what is not finite is counted apart; empty arrays."""
    assert summary(np.array([1e300, -1e300])).rms == pytest.approx(1e300)
    assert summary(np.array([1e-300])).rms == pytest.approx(1e-300)
    mixed = summary(np.array([3.0, math.nan, math.inf, -4.0]))
    assert (mixed.rms, mixed.least, mixed.greatest, mixed.nan, mixed.infinite) == (
        pytest.approx(math.sqrt(12.5)), -4, 3, 1, 1,
    )  # fmt: skip
    assert math.isnan(summary(np.zeros(0)).rms) and summary(np.zeros(3)).rms == 0


# ------------------------------------------------------------------------------------- wrt and save


def test_wrt_limits_the_gradients() -> None:
    """Only those asked for; the values are the same."""
    found = evaluated(*SCORES, "--wrt", "b")
    assert list(found["gradient"]) == ["b"] and found["gradient"]["b"] == [-2, 1, 1]
    nodes = {node["name"]: node for node in found["nodes"]}
    assert nodes["W"]["gradient"] is None and nodes["s"]["gradient"] == [-2, 1, 1]
    assert "did you mean W?" in refused("eval", *SCORES, "--wrt", "w")


def test_save(tmp_path: Path) -> None:
    """The value, each gradient and each definition, as NumPy reads them; twice the same bytes."""
    path, again = tmp_path / "run.npz", tmp_path / "again.npz"
    shown(*SCORES, "--save", str(path))
    shown(*SCORES, "--save", str(again))
    assert path.read_bytes() == again.read_bytes()
    with np.load(path) as saved:
        assert set(saved) == {
            "value", "gradient/W", "gradient/b", "gradient/x", "gradient/y", "node/s",
            "node-gradient/s", "node/L", "node-gradient/L",
        }  # fmt: skip
        assert saved["value"] == 694.25 and saved["node/s"] == pytest.approx([-96.8, 437.9, 60.75])
        assert saved["gradient/W"].shape == (3, 4)


def test_save_whole_or_not_at_all(tmp_path: Path) -> None:
    """A formula that fails leaves the old file; so does a folder that cannot be written to."""
    path = tmp_path / "run.npz"
    path.write_bytes(b"old")
    assert "out-of-range" in refused("eval", "x[5]", "x=[1,2]", "--save", str(path))
    assert path.read_bytes() == b"old" and len(list(tmp_path.iterdir())) == 1
    result = backprop("eval", "sum(x)", "x=[1,2]", "--save", str(tmp_path / "no" / "run.npz"))
    assert result.code == 5 and "could not be written" in result.err
    assert ".npz" in refused("eval", "sum(x)", "x=[1,2]", "--save", str(tmp_path / "run.csv"))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("sum(x)", "x=[1,2]", "--exact"), "--exact: arrays are computed in floating point"),
        (("sum(x)", "x=[1,2]", "--digits", "30"), "--digits: arrays are computed in floating"),
        (("sum(x)", "x=[1,2]", "--tree"), "--tree"),
        (("x*y", "x=1", "y=2", "--save", "a.npz"), "--save is for formulas over arrays"),
        (("x*y", "x=1", "y=2", "--wrt", "x"), "--wrt is for formulas over arrays"),
        (("sum(x)*y", "x=[1,2]", "y=2±0.1"), "'y' has an uncertainty"),
    ],
)
def test_options_that_do_not_fit(words: tuple[str, ...], said: str) -> None:
    """Each is refused with its reason."""
    assert said in refused("eval", *words)


# -------------------------------------------------------------------------------------------- names


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("sum[i] W[i]*x[i]",), "the variables 'W', 'x' have no value"),
        (("s[i] = weight[i]", "wieght=[1,2]"), "did you mean weight?"),
        (("sum[i] x[i]*W[i,j]", "x=[1]", "W=[[1,2],[3,4]]"), "to make 'j' an index, bind it"),
        (("s[j] = sum[i] W[i,j]", "W=[[1,2],[3,4]]", "i=3"), "'i' is an index of the formula"),
        (("param W[C,D]; sum(W)*H", "W=[[1,2],[3,4]]"), "the variable 'H' has no value"),
        (("h[0] = 1; h[t] = 2*h[t-1] for t in 1..T; h[T]",), "the variable 'T' has no value"),
        (("sum(x^T @ x)", "y=1"), "no variable 'y'"),
    ],
)
def test_names(words: tuple[str, ...], said: str) -> None:
    """All names without a value at once, slips, and indices that someone gives a value."""
    assert said in refused("eval", *words)


def test_names_that_need_no_value() -> None:
    """Sizes of declarations and ^T need none; a size may be given and must agree."""
    program = "param W[C,D]; sum(W @ W^T)/(C*D)"
    assert evaluated(program, "W=[[1,2],[3,4]]")["value"] == 13
    assert evaluated(program, "W=[[1,2],[3,4]]", "C=2")["value"] == 13
    found = evaluated("h[T] = 1; h[t] = 2*h[t+1] for t in 0..T-1; h[0]", "T=3")
    assert found["value"] == 8


def test_completion_offers_inputs_and_no_indices() -> None:
    """--<TAB> behind index equations: arrays without a value, and nothing that is an index or a
    size.
    """
    line = 'backprop eval "data X[N,D]; s[i] = sum[j] W[j]*X[i,j]/N; sum(s)" --W 1 --'
    env = {"_BACKPROP_COMPLETE": "complete_zsh", "_TYPER_COMPLETE_ARGS": line}
    found = re.findall(r"--[\w-]+", process(env=env).stdout.decode())
    assert found[0] == "--X" and not {"--i", "--j", "--N", "--D", "--W"} & set(found)


def test_scalar_formulas_stay_scalar() -> None:
    """No NumPy for brackets that group, words before brackets, functions of one's own."""
    for formula in ("[x + 1]*2", "if(not (x > 0), x mod (2), x)", "s(u) = 1/u; s(x) + max(x, 2)"):
        code = (
            "import sys; from backprop_cli.__main__ import status;"
            f"status(['eval', {formula!r}, 'x=3', '--json']); assert 'numpy' not in sys.modules"
        )
        run = process_of_python(code)
        assert run == 0


def process_of_python(code: str) -> int:
    import subprocess
    import sys

    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=False
    ).returncode


# ---------------------------------------------------------------------------------------- warnings


@pytest.mark.parametrize("name", sorted(set(RANDOM) - {"alexnet"}))
def test_every_sample_is_shown(name: str, tmp_path: Path) -> None:
    """Each program of samples/learning with random values: a table that fits 80 columns, valid JSON
    with the gradient of each parameter, no warning.
    """
    parameters, data = RANDOM[name].values(1)
    np.savez(tmp_path / "v.npz", **parameters, **data)  # type: ignore[arg-type]
    given = [f"{each}=@{tmp_path}/v.npz:{each}" for each in (*parameters, *data)]
    words = ("-f", str(SAMPLES / f"{name}.txt"), *given)
    result = shown(*words)
    assert max(len(line) for line in result.out.split("\n") if " = " not in line) <= 80
    assert result.err == ""
    found = evaluated(*words)
    for each, value in parameters.items():
        assert np.shape(found["gradient"][each]) == value.shape or value.size > 10_000


def test_many_steps_give_one_warning() -> None:
    """A kink in each of a thousand steps is one warning, which counts them."""
    err = shown("h[0] = 0; h[t] = relu(w*h[t-1]) + h[t-1] for t in 1..T; h[T]", "w=1", "T=1000").err
    assert err.count("warning") == 1 and "1,000 of 1,000 elements are at a kink" in err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ("L[i] = log(x[i]); sum[i] L[i]", "x=[1,0,3]"),
            "warning[domain]: L[1] is −inf: in log(x[i]), 0 is at the edge of the domain (x > 0)",
        ),
        (
            ("L[i,j] = sqrt(x[i] - y[j]); sum[i,j] L[i,j]", "x=[5,2]", "y=[1,3]"),
            "L[1, 1] is NaN: in sqrt(x[i] - y[j]), −1 is outside the domain (x >= 0)",
        ),
        (
            ("a[i] = exp(x[i]); sum[i] a[i]", "x=[1,1000,2000]"),
            "warning[overflow]: a[1] is inf (and 1 more of 3 elements): exp(x[i]) is larger",
        ),
        (("sum(x)", "x=[1,inf]"), "x[1] is inf: so it was given"),
        (
            ("L[i] = sqrt(x[i]); sum[i] L[i]", "x=[1,0,4]"),
            "the gradient at x[1] is inf: no finite slope passes back through sqrt(x[i]) at 0",
        ),
        (
            ("sum[i] relu(x[i])", "x=[0,1,0,-1]"),
            "warning[kink]: relu(x[i]): 2 of 4 elements are at a kink (x = 0); the slope at 0",
        ),
        (
            ("m[i] = max[j] X[i,j]; sum[i] m[i]", "X=[[1,1],[1,2]]"),
            "max[j] X[i,j]: 1 of 2 elements is at a kink (a tie)",
        ),
        (("sum[i] std(X[i])", "X=[[1,1],[1,2]]"), "std(X[i]): 1 of 2 elements is at a kink (all "),
        (("max(x)", "x=[2,2,1]"), "max(x): it is at a kink (a tie); the tied ones share"),
        (("sum(x/norm(x))", "x=[0,0]"), "0, 0 is outside the domain (y is not 0)"),
        (("sum(clamp(x, 0, 1))", "x=[0.5,1,0]"), "2 of 3 elements are at a kink (x at a bound)"),
    ],
)
def test_warnings(words: tuple[str, ...], said: str) -> None:
    """Each names the array, the element and the reason; kinks are counted."""
    err = shown(*words).err
    assert said in err, err
    assert err.count("warning[") == 1


@pytest.mark.parametrize(
    "words",
    [
        ("sum[i] if(x[i] > 0, log(x[i]), 0)", "x=[-1,2]"),  # the other branch is not taken
        ("sum[i] max[j != i] X[i,j]", "X=[[1,2],[3,4]]"),  # −inf stands for what is left out
        ("sum[i] w*relu(x[i])", "x=[0,1]", "w=0"),  # no gradient passes the kink
        SCORES,
        RNN,
    ],
)
def test_no_false_warnings(words: tuple[str, ...]) -> None:
    """What never reaches the result is not warned of."""
    assert shown(*words).err == ""


# --------------------------------------------------------------------------------------- gradcheck


def checked(*words: str) -> tuple[int, dict[str, Any]]:
    """The JSON of a gradient check, which must fit the schema."""
    result = backprop("gradcheck", *words, "--json")
    found: dict[str, Any] = json.loads(result.out)
    jsonschema.validate(found, json.loads(backprop("schema", "gradcheck").out))
    return result.code, found


@pytest.mark.parametrize(
    "words",
    [
        SCORES,
        RNN,
        SMALL["whole array"],
        SMALL["recurrence"],
        SMALL["functions"],
        ("sum(relu(W @ x))", "W=normal(40,30; seed=1)", "x=normal(30; seed=2)"),
        ("sum(x^3)", "x=normal(5; seed=1, dtype=float32)"),
    ],
)
def test_gradcheck_confirms(words: tuple[str, ...]) -> None:
    """Every parameter agrees, by elements and along random directions, also of float32 arrays."""
    code, found = checked(*words)
    assert code == 0 and found["passed"] and found["checks"], found


def test_gradcheck_finds_a_wrong_gradient() -> None:
    """One that is off by 0.1 % fails, with exit code 1, and the parameter is named."""
    right = ArrayRun.gradient.fget  # type: ignore[attr-defined]

    def wrong(run: ArrayRun) -> dict[str, Any]:
        found = dict(right(run))
        return {**found, "W": found["W"] * 1.001}

    with mock.patch.object(ArrayRun, "gradient", property(wrong)):
        code, found = checked(*RNN)
        failed = [check["variable"] for check in found["checks"] if check["verdict"] == "failed"]
        assert code == 1 and failed and all(name.startswith("W") for name in failed)
        assert "The gradient is not confirmed for W" in backprop("gradcheck", *RNN).out


def test_gradcheck_says_what_it_cannot_check() -> None:
    """A vector has no gradient; an input that no gradient reaches is named."""
    assert "the result is an array of 2 numbers" in refused("gradcheck", *SMALL["vector result"])
    result = backprop("gradcheck", "x[k]", "x=[1,2,3]", "k=1")
    assert result.code == 0 and "No gradient reaches k." in result.out
