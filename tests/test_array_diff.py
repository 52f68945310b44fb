"""Gradients of index equations as index equations: equal to those of `eval`, and readable."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import jsonschema
import learning
import numpy as np
import pytest
from commandline import ROOT, backprop
from hypothesis import HealthCheck, assume, given, settings
from index_programs import Made, programs

from backprop_cli.errors import BackpropError
from backprop_cli.syntax import parse
from backprop_cli.tensors import evaluate_arrays
from backprop_cli.tensors.adjoints.equations import adjoint_equations, differentiated
from backprop_cli.tensors.adjoints.program import derivative_program, program_statements, written

SCHEMA = json.loads((ROOT / "backprop_cli/schemas/diff-1.json").read_text(encoding="utf-8"))
RELAXED = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
SLOW = {"alexnet"}  # its convolutions backwards are sums over conditions: for reading, not running


def lines(text: str, **shapes: tuple[int, ...]) -> list[str]:
    """The gradient of a program as it is shown."""
    return [written(line) for _, line in adjoint_equations(parse(text), shapes)]


def worst(text: str, inputs: Mapping[str, Any], by_shapes: bool = True) -> float:
    """The largest relative difference between the gradients of eval and those of the derivative
    programs.
    """
    program = parse(text)
    values = {name: np.asarray(value) for name, value in inputs.items()}
    run = evaluate_arrays(program, values)
    shapes = {name: value.shape for name, value in values.items()} if by_shapes else {}
    found = differentiated(program, shapes)
    wanted = [name for name in found.wanted if name in run.lowered.inputs]
    statements = [*map(written, program_statements(found)), found.adjoints[-1].name]
    derived = evaluate_arrays(parse("\n".join(statements)), values)
    most = 0.0
    for adjoint in found.adjoints:
        if adjoint.of not in wanted:
            continue
        value = np.asarray(derived.values[derived.lowered.defined[adjoint.name].value.node])
        expected = run.gradient[adjoint.of]
        assert value.shape == expected.shape, adjoint.name
        scale = 1e-12 + np.max(np.abs(expected), initial=0)
        most = max(most, float(np.max(np.abs(value - expected), initial=0) / scale))
    return most


# ------------------------------------------------------------------------------------------- values


@pytest.mark.parametrize("name", [name for name in learning.RANDOM if name not in SLOW])
def test_samples(name: str) -> None:
    """Each sample's gradient as equations computes what eval computes: NTM, RNN, LeNet and all,
    with sizes as letters.
    """
    parameters, data = learning.RANDOM[name].values(seed=5)
    if name.startswith("lenet"):  # its pooled convolutions backwards are large
        data = {label: value[:1] for label, value in data.items()}
    text = (learning.SAMPLES / f"{name}.txt").read_text(encoding="utf-8")
    assert worst(text, {**parameters, **data}, by_shapes=False) < 1e-10


def test_alexnet_can_be_written() -> None:
    """The largest sample has its equations too."""
    text = (learning.SAMPLES / "alexnet.txt").read_text(encoding="utf-8")
    found = lines(text)
    assert "dW7[k, l] = sum[n, h7[n, k] > 0] dh7[n, k]*h6[n, l]" in found


R = np.random.default_rng(3)
A, B, M = R.normal(size=(3, 4)), R.normal(size=(4, 2)), R.normal(size=(4, 4))
U, V, K = R.normal(size=4), R.normal(size=4), R.normal(size=3)
IMAGE, FILTERS = R.normal(size=(2, 6, 6)), R.normal(size=(3, 2, 3, 3))
P = np.abs(U) + 0.5
CHOICE = np.array([2, 0, 3, 0])
PROGRAMS: list[tuple[str, dict[str, Any]]] = [
    ("sum[i] u[i]*v[i]", {"u": U, "v": V}),
    ("s[i,j] = sum[k] A[i,k]*B[k,j]; sum[i,j] s[i,j]^2", {"A": A, "B": B}),
    ("sum[i,j,k] A[i,j]*A[i,k]*M[j,k]", {"A": A, "M": M}),
    ("sum((A @ B)^2)", {"A": A, "B": B}),
    ("dot(u, M @ v)", {"u": U, "v": V, "M": M}),
    ("sum(tanh(A + u))", {"A": A, "u": U}),
    ("norm(M @ u) + mean(A)", {"M": M, "A": A, "u": U}),
    ("sum(softmax(u)*v)", {"u": U, "v": V}),
    ("logsumexp(M @ u)", {"M": M, "u": U}),
    ("sum(log_softmax(u)^2)", {"u": U}),
    ("p[i] = softmax(A[i]); sum(p*p)", {"A": A}),
    ("sum[i] cross_entropy(A[i], y[i])", {"A": A, "y": np.array([1, 0, 3])}),
    ("mean(cross_entropy(A, y))", {"A": A, "y": np.array([1, 0, 3])}),
    ("sum(softmax(A)^2) + sum(log_softmax(A)*cumsum(A))", {"A": A}),
    ("trace(M @ M)", {"M": M}),
    ("sum(outer(u, v)*M)", {"u": U, "v": V, "M": M}),
    ("sum(A^T @ A)", {"A": A}),
    ("sum(concat(u, v)^2)", {"u": U, "v": V}),
    ("sum(cumsum(u)^2)", {"u": U}),
    ("var(u) + std(v)", {"u": U, "v": V}),
    ("sum(conv(x, K)^2)", {"x": IMAGE, "K": FILTERS}),
    ("sum(conv(x, K, 2)^3)", {"x": IMAGE, "K": FILTERS}),
    ("sum(maxpool(x, 2)^2) + sum(avgpool(x, 3))", {"x": IMAGE}),
    ("y = flat(x); sum[i] y[i]*i", {"x": IMAGE}),
    ("r[i] = sum[p] w[p]*u[i+p]; sum[i] relu(r[i])^2", {"w": K[:2], "u": U}),
    ("d[i] = u[i+1] - u[i]; sum[i] d[i]^4", {"u": U}),
    ("sum[i] u[y[i]]^2", {"u": U, "y": CHOICE}),
    ("s[c] = sum[i, y[i] == c] u[i] for c in 0..3; sum[c] s[c]^3", {"u": U, "y": CHOICE}),
    ("c[i] = sum[j in 0..i] u[j] for i in 0..3; prod[i] c[i]", {"u": U}),
    ("prod[i] u[i]", {"u": np.array([0.0, 2.0, 3.0])}),
    ("m = max[i] u[i]*v[i]; m^2 + min[i] (u[i] - v[i])", {"u": U, "v": V}),
    ("mean[i, u[i] > 0] u[i]^2", {"u": U}),
    ("h[0] = a; h[t] = tanh(w*h[t-1] + u[t-1]) for t in 1..4; h[4]", {"a": 0.3, "w": 0.7, "u": U}),
    ("h[3] = a; h[t] = h[t+1]^2 + u[t]*h[3] for t in 0..2; h[0]", {"a": 0.4, "u": U}),
    ("f[0] = a; f[1] = b; f[n] = f[n-1]*f[n-2] for n in 2..6; f[6]", {"a": 1.1, "b": 0.9}),
    ("h[0,i] = u[i]; h[t,i] = tanh(sum[j] M[i,j]*h[t-1,j]) for t in 1..3; sum[i] h[3,i]",
     {"u": U, "M": M}),
    ("g(u, v) = dot(u, v)/(norm(u)*norm(v)); s[i] = g(A[i], v); sum[i] s[i]^2", {"A": A, "v": V}),
    ("q[i] = if(i > 0, u[i-1]*u[i], u[3]) for i in 0..3; sum[i] q[i]^2", {"u": U}),
    ("sum[i] u[(i+1) mod 4]*u[i]^2", {"u": U}),
    ("sum[i] p[i]^u[i] + sum[i] p[i]*log(p[i])", {"p": P, "u": U}),
    ("sum(x*[1, 2, 3, 4])", {"x": U}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "inputs"), PROGRAMS, ids=[text[:40] for text, _ in PROGRAMS])
def test_small_programs(text: str, inputs: dict[str, Any]) -> None:
    """Contractions, whole-array functions, windows, gathers, conditions, choices, recurrences."""
    assert worst(text, inputs) < 1e-10


@settings(max_examples=60, deadline=None, suppress_health_check=RELAXED)
@given(programs())
def test_random_programs(made: Made) -> None:
    """Whatever index equations say, their gradient can be said in index equations."""
    assume(not made.tied)
    program = parse(made.text)
    run = evaluate_arrays(program, made.inputs)
    found = differentiated(program, {name: v.shape for name, v in made.inputs.items()})
    for name in found.wanted:
        if name in run.lowered.inputs:
            text = derivative_program(found, name)
            derived = np.asarray(evaluate_arrays(parse(text), made.inputs).value)
            expected = run.gradient[name]
            assert derived.shape == expected.shape, text
            assert np.allclose(derived, expected, rtol=1e-8, atol=1e-8), text


# ------------------------------------------------------------------------------------------ reading


def test_a_contraction_reads_as_on_paper() -> None:
    """Scores and their gradient, with the letters of the formula."""
    declared = "param W[C,D], b[C]; data X[N,D]"
    text = "s[i,j] = sum[d] W[j,d]*X[i,d] + b[j]; sum[i,j] s[i,j]^2"
    assert lines(f"{declared}; {text}") == [
        "ds[i, j] = 2*s[i, j]",
        "dW[j, d] = sum[i] ds[i, j]*X[i, d]",
        "db[j] = sum[i] ds[i, j]",
    ]


def test_backpropagation_through_time_is_a_recurrence() -> None:
    """The steps of an RNN go backwards; shared weights add up every step's share."""
    found = lines((learning.SAMPLES / "rnn.txt").read_text(encoding="utf-8"))
    assert found[2:6] == [
        "dh[0, i] = sum[j] dh[1, j]*W[j, i]*(1 - h[1, j]^2)",
        "dh[t, i] = sum[j] dh[t + 1, j]*W[j, i]*(1 - h[t + 1, j]^2)"
        " + sum[k] ds[t - 1, k]*V[k, i] for t in 1..T - 1",
        "dh[T, i] = sum[k] ds[T - 1, k]*V[k, i]",
        "dU[i, j] = sum[t, x[t - 1] == j] dh[t, i]*(1 - h[t, i]^2) for j in 0..3",
    ]


def test_the_hinge_counts_the_margins() -> None:
    """The gradient of the SVM loss at the right class is the number of violated margins."""
    found = lines((learning.SAMPLES / "svm.txt").read_text(encoding="utf-8"))
    assert found[2] == (
        "ds[i, j] = if(j != y[i], if(s[i, j] - s[i, y[i]] + 1 > 0, dL[i], 0),"
        " -dL[i]*(sum[k, k != y[i], s[i, k] - s[i, y[i]] + 1 > 0] 1))"
    )


def test_activations_are_said_by_their_values() -> None:
    """1 - h^2 for tanh, h > 0 for relu: not the formula within once more."""
    assert lines("h[i] = tanh(2*u[i]); sum[i] h[i]")[-1] == "du[i] = 2*dh[i]*(1 - h[i]^2)"
    assert lines("h[i] = relu(2*u[i]); sum[i] h[i]")[-1] == "du[i] = if(h[i] > 0, 2*dh[i], 0)"


def test_sizes_that_nothing_says_get_a_name() -> None:
    """Without declarations and values a length has a letter, which is declared."""
    result = backprop("diff", "mean[i] x[i]^2")
    assert result.out == "data x[x1]\ndx[i] = 2*x[i]/x1\n"
    assert backprop("diff", "mean[i] x[i]^2", "x=[1,2,3]").out == "dx[i] = 2*x[i]/3\n"


def test_names_of_gradients_do_not_clash() -> None:
    """`dx` of the user's stays what it is."""
    found = lines("dx[i] = x[i]^2; sum[i] dx[i]")
    assert found == ["ddx[i] = 1 for i in 0..x1 - 1", "dx_[i] = 2*ddx[i]*x[i]"]


# -------------------------------------------------------------------------------------- the command


def test_json_has_whole_programs() -> None:
    """Each derivative is a program that eval takes with the same values."""
    result = backprop("diff", "s = W @ x; sum(s^2)", "--wrt", "W", "W=[[1,2],[3,4]]", "x=[1,-1]",
                      "--json")  # fmt: skip
    assert result.code == 0
    found = json.loads(result.out)
    jsonschema.validate(found, SCHEMA)
    (derivative,) = found["derivatives"]
    assert derivative["variables"] == ["W"]
    again = backprop("eval", derivative["program"], "W=[[1,2],[3,4]]", "x=[1,-1]", "--json")
    assert json.loads(again.out)["value"] == [[-2, 2], [-2, 2]]


def test_latex_can_be_pasted() -> None:
    """An align* block with sums and indices."""
    result = backprop("diff", "sum[i] w[i]*x[i]", "--wrt", "w", "--latex")
    assert result.out == (
        "\\begin{align*}\n  \\frac{\\partial f}{\\partial w_{i}} &= x_{i}\n\\end{align*}\n"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("det(A)", "the derivative of det cannot be written as index equations"),
        ("s[i] = x[i]^2", "the output is an array"),
        ("W @ x", "'@' takes vectors and matrices"),
    ],
)
def test_refusals_say_why(text: str, said: str) -> None:
    """What cannot be differentiated is refused with its name."""
    with pytest.raises(BackpropError) as caught:
        differentiated(parse(text))
    assert said in caught.value.diagnostic.message


@pytest.mark.parametrize(
    "text",
    [
        "cross_entropy(s, y)", "mean(cross_entropy(s, y))", "cross_entropy(W @ x, y)",
        "sum(softmax(x)^2)", "sum(softmax(W @ x))", "sum(log_softmax(x))", "sum(cumsum(x))",
        "trace(A)", "sum(maxpool(x, 2))", "sum(avgpool(x, 2))", "sum(conv(x, K))",
    ],
)  # fmt: skip
def test_axes_that_nothing_says(text: str) -> None:
    """Functions of whole arrays ask for the axes of inputs with neither axes nor values; explain
    says the same, and draw needs none.
    """
    result = backprop("diff", text)
    assert result.code == 3 and "error[shape]" in result.err
    assert "help: say the axes of the inputs: param W[C,D], or give them values" in result.err
    explained = backprop("explain", text)
    assert explained.code == 0 and "no index equation says the gradient" in explained.out
    assert backprop("draw", text).code == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("sum(conv(x))", "'conv' takes 2 to 4 arguments, not 1"),
        ("sum(softmax(x, y))", "'softmax' takes 1 argument, not 2"),
        ("sum(outer(u))", "'outer' takes 2 arguments, not 1"),
    ],
)
def test_arguments_are_counted(text: str, said: str) -> None:
    """A wrong number of arguments is refused as in eval, before anything is written out."""
    with pytest.raises(BackpropError) as caught:
        differentiated(parse(text))
    assert said in caught.value.diagnostic.message


def test_ties_are_noted() -> None:
    """The formula gives each of several largest elements the whole gradient, and says so."""
    result = backprop("diff", "max[i] x[i]")
    assert "dx[i]" in result.out
    assert "warning[tie]" in result.err


def test_nothing_of_this_runs_for_single_numbers() -> None:
    """A scalar formula's derivative looks as before."""
    assert backprop("diff", "sin(x^2)").out == "df/dx = 2*x*cos(x^2)\n"
