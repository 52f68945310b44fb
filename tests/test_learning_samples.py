"""samples/learning: each program means what its textbook says, and learns what it should.

Three independent witnesses: bare loops over single numbers (`loops`), PyTorch (`peers`, where it is
installed) and central differences. The commands of the folder's README are run, and the fits are
compared with results that others have published.
"""

from __future__ import annotations

import json
import re
import runpy
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from commandline import ROOT, backprop
from learning import RANDOM, SAMPLES, Arrays, directional_difference, loss_and_gradients
from loops import value_of

from backprop_cli.syntax import parse
from backprop_cli.tensors.running.evaluation import evaluate_arrays

NAMES = sorted(RANDOM)
COUNTING = {"svm-right"}  # no loss but a share, without a gradient
LARGE = {"alexnet"}  # too large for the ordinary tests in double precision
NOT_BY_LOOPS = {"alexnet", "lenet", "lenet-blocks", "two-layer-matrix"}  # large, or whole arrays
SCREEN = re.compile(r"^```text\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^\$ backprop (train|eval|explain) ((?:.*\\\n)*.*)", re.MULTILINE)


@pytest.fixture
def reference() -> Callable[[str, Arrays, Arrays], tuple[float, Arrays]]:
    """The same loss and gradients from PyTorch, on one thread."""
    torch = pytest.importorskip("torch")
    from peers import torch_losses

    torch.set_num_threads(1)
    return torch_losses.loss_and_gradients


def ours(name: str, parameters: Arrays, data: Arrays) -> tuple[float, Arrays]:
    return loss_and_gradients(SAMPLES / f"{name}.txt", {**parameters, **data})


def agree(found: tuple[float, Arrays], wanted: tuple[float, Arrays], within: float) -> None:
    """Loss and every gradient, each array relative to its own largest element."""
    assert abs(found[0] - wanted[0]) <= within * abs(wanted[0])
    assert set(found[1]) == set(wanted[1])
    for name, gradient in wanted[1].items():
        assert found[1][name].shape == gradient.shape, name
        assert abs(found[1][name] - gradient).max() <= within * abs(gradient).max(), name


def check_directions(
    name: str, parameters: Arrays, data: Arrays, step: float, within: float
) -> None:
    """The gradient against central differences along itself and along a random direction."""
    random = np.random.default_rng(7)
    _, gradient = ours(name, parameters, data)
    noise = {key: random.standard_normal(value.shape) for key, value in parameters.items()}
    for along in (gradient, noise):
        length = np.sqrt(sum(float((value**2).sum()) for value in along.values()))
        direction = {key: value / length for key, value in along.items()}
        slope = sum(float((gradient[key] * direction[key]).sum()) for key in parameters)
        difference = directional_difference(
            lambda at: ours(name, at, data)[0], parameters, direction, step
        )
        size = np.sqrt(sum(float((value**2).sum()) for value in gradient.values()))
        assert abs(difference - slope) <= within * size


# ----------------------------------------------------------------------------- values and gradients


def test_every_sample_is_here() -> None:
    """No program stands in the folder without a test, and none of the tests without a program."""
    assert {path.stem for path in SAMPLES.glob("*.txt")} == {*NAMES, *COUNTING}


@pytest.mark.parametrize("name", [name for name in NAMES if name not in NOT_BY_LOOPS])
def test_means_what_the_equations_say(name: str) -> None:
    """The loss is what loops over single numbers make of the same text, to 1e-13."""
    parameters, data = RANDOM[name].values(seed=2)
    program = parse((SAMPLES / f"{name}.txt").read_text(encoding="utf-8"))
    expected = value_of(program, {**parameters, **data})
    assert ours(name, parameters, data)[0] == pytest.approx(expected, rel=1e-13)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in LARGE])
@pytest.mark.parametrize("seed", [1, 2])
def test_agrees_with_pytorch(name: str, seed: int, reference: Any) -> None:
    """Loss and every parameter's gradient to 1e-10 relative, in float64."""
    parameters, data = RANDOM[name].values(seed)
    agree(ours(name, parameters, data), reference(name, parameters, data), 1e-10)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in LARGE])
def test_gradient_is_the_slope(name: str) -> None:
    """Central differences along the gradient and along a random direction."""
    parameters, data = RANDOM[name].values(seed=3)
    check_directions(name, parameters, data, step=1e-4, within=1e-7)


def test_two_spellings_of_a_network() -> None:
    """Explicit indices and whole arrays give the same loss and gradients."""
    parameters, data = RANDOM["two-layer"].values(seed=4)
    agree(ours("two-layer-matrix", parameters, data), ours("two-layer", parameters, data), 1e-13)


def test_indices_and_blocks() -> None:
    """LeNet by index equations and by the network blocks: the same loss and gradients."""
    parameters, data = RANDOM["lenet-blocks"].values(seed=4)
    loss, gradients = ours("lenet-blocks", parameters, data)
    shapes = RANDOM["lenet"].parameters
    plain = {name: value.reshape(shapes[name]) for name, value in parameters.items()}
    found, slopes = ours("lenet", plain, data)
    assert found == pytest.approx(loss, rel=1e-13)
    for name, gradient in gradients.items():
        off = abs(slopes[name].ravel() - gradient.ravel()).max()
        assert off <= 1e-12 * abs(gradient).max(), name


def test_alexnet_has_its_real_size() -> None:
    """60,965,224 parameters, as in the paper's "60 million"."""
    assert sum(int(np.prod(shape)) for shape in RANDOM["alexnet"].parameters.values()) == 60_965_224


def one_picture() -> tuple[Arrays, Arrays]:
    parameters, data = RANDOM["alexnet"].values(seed=1)
    return parameters, {name: value[:1] for name, value in data.items()}


def test_alexnet_in_single_precision() -> None:
    """One forward and backward pass in float32: as sure of each class as of any other (a loss near
    log 1000), a finite gradient for every parameter, in its shape and precision.
    """
    parameters, data = (
        {name: value.astype(np.float32) if value.dtype.kind == "f" else value
         for name, value in arrays.items()}
        for arrays in one_picture()
    )  # fmt: skip
    loss, gradients = ours("alexnet", parameters, data)
    assert abs(loss - np.log(1000)) < 0.5
    for name, value in parameters.items():
        assert gradients[name].shape == value.shape and gradients[name].dtype == np.float32
        assert np.isfinite(gradients[name]).all() and gradients[name].any(), name


def test_alexnet_agrees_with_pytorch(slow: None, reference: Any) -> None:
    """Loss and every gradient to 1e-10 relative, in float64."""
    parameters, data = RANDOM["alexnet"].values(seed=1)  # two pictures
    agree(ours("alexnet", parameters, data), reference("alexnet", parameters, data), 1e-10)


def test_alexnet_gradient_is_the_slope(slow: None) -> None:
    """Central differences; a step of 1e-6, since 1.6 million units and maxima have their kinks."""
    check_directions("alexnet", *one_picture(), step=1e-6, within=1e-4)


# ----------------------------------------------------------------------------------- what was typed


def test_the_classic_picture_of_a_cat() -> None:
    """The scores sample states its result, which is that of the lecture notes worked by hand:
    scores -96.8, 437.9 and 60.75, margins 535.7 and 158.55.
    """
    text = (SAMPLES / "scores.txt").read_text(encoding="utf-8")
    command = text.split("# $ backprop ")[1].split("\n")[0]
    found = json.loads(backprop(*shlex.split(command), "--json").out)
    assert found["value"] == pytest.approx(535.7 + 158.55, rel=1e-14)
    assert "L = 694.25" in text


def test_data_can_be_made_again() -> None:
    """The arrays in the npz files, and the irises, are those that make_data.py makes."""
    pytest.importorskip("sklearn")
    made = runpy.run_path(str(SAMPLES / "make_data.py"))
    for name, arrays in {**made["digits"](), **made["copies"]()}.items():
        with np.load(SAMPLES / name, allow_pickle=False) as stored:
            assert set(stored.files) == set(arrays)
            for key, array in arrays.items():
                assert stored[key].dtype == array.dtype and (stored[key] == array).all(), key
    assert (SAMPLES / "iris.csv").read_text(encoding="utf-8") == made["irises"]()
    assert sum(path.stat().st_size for path in SAMPLES.iterdir()) < 300_000


# ----------------------------------------------------------------------------------------- training


class Claim(NamedTuple):
    """What a run of the README must reach: a loss, perhaps a loss on the data held back, the
    parameters and their standard errors if they are known from elsewhere.
    """

    loss: float
    validation: float | None = None
    parameters: dict[str, float] = {}  # noqa: RUF012
    errors: dict[str, float] = {}  # noqa: RUF012
    slow: bool = False


CLAIMS = {
    "svm": Claim(0.161),
    "softmax": Claim(0.263, validation=0.482),
    "two-layer": Claim(0.08, validation=0.38),
    "two-layer-matrix": Claim(0.06),
    "logistic": Claim(0.08123),
    # maximum likelihood: intercept 15.0429, slope -0.2322 per °F (Dalal, Fowlkes & Hoadley 1989)
    "challenger": Claim(10.1576, parameters={"a": 15.0429 - 70 * 0.232163, "b": -2.32163}),
    "perceptron": Claim(0.0),
    "rnn": Claim(0.0035),
    "lenet": Claim(0.08, validation=0.36),
    "alexnet": Claim(6.78, slow=True),  # from log 1000 = 6.908
    "ntm": Claim(0.002, validation=0.002, slow=True),
    # certified by NIST, StRD: Norris and Misra1a
    "line": Claim(
        26.6173985294224,
        parameters={"a": -0.262323073774029, "b": 1.00211681802045},
        errors={"a": 0.232818234301152, "b": 0.000429796848199937},
    ),
    "exponential": Claim(
        0.12455138894,
        parameters={"a": 238.94212918, "b": 5.5015643181e-4},
        errors={"a": 2.7070075241, "b": 7.2668688436e-6},
    ),
}


def readme_commands() -> list[list[str]]:
    text = (SAMPLES / "README.md").read_text(encoding="utf-8")
    return [
        shlex.split(f"{kind} {rest}".replace("\\\n", " ")) for kind, rest in COMMAND.findall(text)
    ]


def sample_of(words: list[str]) -> str:
    """The sample that a command runs."""
    (path,) = (word for word in words if word.startswith("samples/learning/") and ".txt" in word)
    return path.removeprefix("samples/learning/").removesuffix(".txt")


TRAINING = {sample_of(words): words for words in readme_commands() if words[0] == "train"}


def test_every_claim_is_in_the_readme() -> None:
    """Each training run of the README has a claim, and each sample that can learn is run."""
    assert set(TRAINING) == set(CLAIMS)
    assert set(NAMES) - set(CLAIMS) == {"scores", "lenet-blocks", "ntm-head"}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A working folder that has the samples and takes what is saved."""
    (tmp_path / "samples").symlink_to(ROOT / "samples")
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("name", sorted(CLAIMS))
def test_learns(name: str, request: pytest.FixtureRequest, folder: None) -> None:
    """The README's command reaches the loss, the parameters and the errors that are claimed."""
    claim = CLAIMS[name]
    if claim.slow:
        request.getfixturevalue("slow")
    ran = backprop(*TRAINING[name], "--json")
    assert ran.code == 0, ran.out + ran.err
    found = json.loads(ran.out)
    assert found["loss"] <= claim.loss * (1 + 1e-5)
    if claim.validation is not None:
        assert min(loss for _, loss in found["validation"]) <= claim.validation
    for parameter, value in claim.parameters.items():
        assert found["parameters"][parameter]["value"] == pytest.approx(value, rel=1e-4)
    for parameter, value in claim.errors.items():
        error = found["standard_errors"]["parameters"][parameter]
        assert error == pytest.approx(value, rel=1e-5)


def test_ntm_begins_to_learn(folder: None) -> None:
    """Sixty steps of the copy task take the loss well below that of a coin (log 2)."""
    words = [word if word != "steps=300" else "steps=60" for word in TRAINING["ntm"]]
    assert words != TRAINING["ntm"]
    found = json.loads(backprop(*words, "--json").out)
    assert found["loss"] < 0.6


@pytest.mark.parametrize(
    "words",
    [w for w in readme_commands() if w[0] != "train"],
    ids=lambda words: " ".join(words[:3]),
)
def test_readme_runs(words: list[str], folder: None) -> None:
    """The README's other commands run, on what the training before them saved."""
    if any("two-layer.npz" in word for word in words):
        backprop(*TRAINING["two-layer"])
    ran = backprop(*words)
    assert ran.code == 0, ran.err


def test_shares_of_the_steps(folder: None) -> None:
    """The README shows the table of `explain`, and its parts add up to the whole."""
    (words,) = (words for words in readme_commands() if words[0] == "explain")
    (table,) = SCREEN.findall((SAMPLES / "README.md").read_text(encoding="utf-8"))
    assert table in backprop(*words).out
    *parts, whole = (float(part) for part in re.findall(r"([\d.]+) %", table))
    assert sum(parts) == pytest.approx(whole, abs=0.2)


def test_right_answers_of_the_svm() -> None:
    """The share that the program counts is that of an argmax by NumPy."""
    parameters, data = RANDOM["svm"].values(seed=5)
    program = parse((SAMPLES / "svm-right.txt").read_text(encoding="utf-8"))
    best = (data["X"] @ parameters["W"].T + parameters["b"]).argmax(1)
    for y in (data["y"], best):
        run = evaluate_arrays(program, {**parameters, "X": data["X"], "y": y})
        assert run.value == pytest.approx((best == y).mean(), rel=1e-14)


def test_right_answers(folder: None) -> None:
    """The README's program for the share of right answers counts what an argmax by NumPy counts."""
    backprop(*TRAINING["two-layer"])
    (words,) = (words for words in readme_commands() if "argmax" in words[1])
    found = json.loads(backprop(*words, "--json").out)["value"]
    with np.load("two-layer.npz") as learnt, np.load(SAMPLES / "digits-held-back.npz") as held:
        hidden = np.maximum(held["X"] @ learnt["W"].T + learnt["b"], 0)
        digits = (hidden @ learnt["V"].T + learnt["c"]).argmax(1)
        assert found == pytest.approx((digits == held["y"]).mean(), rel=1e-12)
    assert found > 0.91


def test_arrays_of_a_file_as_values(folder: None) -> None:
    """--bindings takes .npz files, several of them, and not what a run keeps for itself; what
    stands in two of them, or has no place in the formula, is refused.
    """
    backprop(*TRAINING["two-layer"])
    held = "samples/learning/digits-held-back.npz"
    formula = "sum(W)*0 + sum(b)*0 + sum(V)*0 + sum(c)*0 + mean(X) + mean(y)"
    ran = backprop("eval", formula, "--bindings", "two-layer.npz", "--bindings", held, "--json")
    with np.load(SAMPLES / "digits-held-back.npz") as arrays:
        expected = arrays["X"].mean() + arrays["y"].mean()
    assert json.loads(ran.out)["value"] == pytest.approx(expected, rel=1e-12)
    twice = backprop("eval", formula, "--bindings", held, "--bindings", held)
    assert twice.code == 2 and "bound-twice" in twice.err
    unknown = backprop("eval", "mean(X)", "--bindings", held)
    assert unknown.code == 2 and "'y'" in unknown.err
