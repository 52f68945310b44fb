"""Sums of products over axes, plans by rows, objectives: what runs below the index equations."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backprop_cli.errors import BackpropError
from backprop_cli.syntax import parse
from backprop_cli.tensors import evaluate_arrays, lower_arrays
from backprop_cli.tensors.kernels import contraction
from backprop_cli.tensors.kernels.contraction import Contraction, Operand, View
from backprop_cli.tensors.running import execution
from backprop_cli.tensors.running.evaluation import given_of
from backprop_cli.tensors.running.execution import Plan, RowPlan, plan_by_rows
from backprop_cli.tensors.running.objective import program_objective

Array = Any


# ----------------------------------------------------------------------------------- contractions


@st.composite
def products(draw: Any) -> tuple[list[tuple[int, ...]], tuple[int, ...], dict[int, int]]:
    """The labels of some operands, those of the result, and the length of each."""
    sizes = {label: draw(st.integers(1, 4)) for label in range(5)}
    operands = [
        tuple(draw(st.lists(st.integers(0, 4), unique=True, max_size=4)))
        for _ in range(draw(st.integers(1, 4)))
    ]
    used = sorted({label for operand in operands for label in operand})
    out = tuple(draw(st.permutations([label for label in used if draw(st.booleans())])))
    return operands, out, sizes


@settings(max_examples=200, deadline=None, derandomize=True)
@given(products(), st.integers(0, 10**6))
def test_a_contraction_is_the_einsum(product: Any, seed: int) -> None:
    """Any sum of products, and the gradient at each factor, is what numpy.einsum says."""
    labels, out, sizes = product
    random = np.random.default_rng(seed)
    arrays = [random.standard_normal([sizes[k] for k in operand]) for operand in labels]
    used = {label: sizes[label] for operand in labels for label in operand}
    spec = Contraction(tuple(map(Operand, labels)), out, tuple(sorted(used.items())))
    pairs = [part for pair in zip(arrays, labels, strict=True) for part in (pair[0], list(pair[1]))]
    expected = np.einsum(*pairs, list(out))
    assert spec(*arrays) == pytest.approx(expected, rel=1e-12, abs=1e-12)
    assert spec.ready()(*arrays) == pytest.approx(expected, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("slab", [1, 7, 100, 1 << 22])
def test_windows_in_slabs(slab: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A convolution and both its gradients do not depend on the size of the slabs."""
    monkeypatch.setattr(contraction, "SLAB", slab)
    random = np.random.default_rng(1)
    x, kernel = random.standard_normal((2, 3, 7, 6)), random.standard_normal((4, 3, 3, 2))
    text = "r[n,f,i,j] = sum[c,p,q] K[f,c,p,q]*x[n,c,2*i+p,j+q]; sum[n,f,i,j] r[n,f,i,j]^2"
    run = evaluate_arrays(parse(text), {"x": x, "K": kernel})
    expected = np.zeros((2, 4, 3, 5))
    for i in range(3):
        for j in range(5):
            patch = x[:, :, 2 * i : 2 * i + 3, j : j + 2]
            expected[:, :, i, j] = np.einsum("ncpq,fcpq->nf", patch, kernel)
    assert run.value == pytest.approx((expected**2).sum(), rel=1e-13)
    slopes = {"x": np.zeros_like(x), "K": np.zeros_like(kernel)}
    for i in range(3):
        for j in range(5):
            at = (slice(None), slice(None), slice(2 * i, 2 * i + 3), slice(j, j + 2))
            upstream = 2 * expected[:, :, i, j]
            slopes["x"][at] += np.einsum("nf,fcpq->ncpq", upstream, kernel)
            slopes["K"] += np.einsum("nf,ncpq->fcpq", upstream, x[at])
    for name, slope in slopes.items():
        assert run.gradient[name] == pytest.approx(slope, rel=1e-11, abs=1e-11)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.data())
def test_what_a_view_reads_it_adds_back(data: Any) -> None:
    """<read(x), y> = <x, add(y)> for any affine subscripts: adding is the transpose of reading."""
    rank = data.draw(st.integers(1, 3))
    labels = data.draw(st.integers(1, 3))
    lengths = tuple(data.draw(st.integers(1, 3)) for _ in range(labels))
    steps = tuple(tuple(data.draw(st.integers(0, 2)) for _ in range(rank)) for _ in range(labels))
    start = tuple(data.draw(st.integers(0, 2)) for _ in range(rank))
    shape = tuple(
        start[axis] + sum(steps[k][axis] * (lengths[k] - 1) for k in range(labels)) + 1
        for axis in range(rank)
    )
    view = View(shape, start, steps, lengths)
    random = np.random.default_rng(3)
    x, y = random.standard_normal(shape), random.standard_normal(lengths)
    target = np.zeros(shape)
    view.add(target, y)
    assert np.vdot(view.read(x), y) == pytest.approx(np.vdot(x, target), rel=1e-12, abs=1e-12)


def test_no_product_is_built_for_a_convolution() -> None:
    """A convolution whose products would take 1.5 GB needs less than a tenth of it, both ways."""
    random = np.random.default_rng(2)
    x = random.standard_normal((16, 8, 34, 34))
    kernel = random.standard_normal((64, 8, 5, 5))
    products_bytes = 16 * 64 * 30 * 30 * 8 * 5 * 5 * x.itemsize
    program = parse(
        "r[n,f,i,j] = sum[c,p,q] K[f,c,p,q]*x[n,c,i+p,j+q]; sum[n,f,i,j] r[n,f,i,j]^2"
    )
    lowered = lower_arrays(program, given_of({"x": x, "K": kernel}))
    plan = Plan(lowered, ["x", "K"])
    tracemalloc.start()
    plan.evaluate({"x": x, "K": kernel})
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < products_bytes / 10


# ------------------------------------------------------------------------------------ plans by rows

BY_ROWS = {
    "svm": "s[i,j] = sum[d] W[j,d]*X[i,d]; L[i] = sum[j != y[i]] max(0, s[i,j] - s[i,y[i]] + 1);"
    "minimize mean[i] L[i] + 0.1*(sum[j,d] W[j,d]^2)",
    "logistic": "z[i] = sum[d] w[d]*X[i,d] + b; minimize mean[i] (softplus(z[i]) - t[i]*z[i])",
    "matrix": "h = tanh(X @ W^T); minimize sum(h^2) - 3*sum(W)",
    "softmax": "s[i,j] = sum[d] W[j,d]*X[i,d];"
    "minimize mean[i] (log(sum[j] exp(s[i,j])) - s[i,y[i]]) + b^2",
    "picked": "minimize mean[i] W[y[i],1]*X[i,0]*b",
    "shared": "v = exp(b)*w; minimize sum[i,d] v[d]*X[i,d]^2 / 7 - sum(v)",
}
ACROSS_ROWS = {
    "centred": "m = mean[i] t[i]; minimize sum[i] (t[i] - b*m)^2",
    "root": "minimize sqrt(mean[i] (t[i] - b)^2)",
    "neighbours": "minimize sum[i] b*t[i]*t[i+1]",
    "index": "minimize sum[i] b*i*t[i]",
    "largest": "minimize max[i] b*t[i]",
}
ROWS = 1000


def inputs() -> dict[str, Array]:
    random = np.random.default_rng(7)
    return {
        "W": random.standard_normal((4, 3)),
        "w": random.standard_normal(3),
        "b": np.asarray(0.3),
        "X": random.standard_normal((ROWS, 3)),
        "y": random.integers(0, 4, ROWS).astype(float),
        "t": random.integers(0, 2, ROWS).astype(float),
    }


def plans(text: str, monkeypatch: pytest.MonkeyPatch) -> tuple[Plan, RowPlan | None, Any]:
    """A program's plan, its plan by rows of 128, and its inputs."""
    monkeypatch.setattr(execution, "MOST_ROWS", 128)
    program = parse(text)
    all_inputs = inputs()
    lowered = lower_arrays(program, given_of(all_inputs))
    used = {name: all_inputs[name] for name in lowered.inputs}
    plan = Plan(lowered, [name for name in used if name in "Wwb"])

    def lower(count: int) -> Any:
        cut = {n: v[:count] if n in "Xyt" else v for n, v in used.items()}
        return lower_arrays(program, given_of(cut))

    data = {name: used[name] for name in used if name in "Xyt"}
    return plan, plan_by_rows(plan, lower, data, ROWS), used


@pytest.mark.parametrize("name", BY_ROWS)
def test_rows_in_blocks_give_the_same(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A loss that is a sum over rows has the same value and gradient in blocks of rows, the last
    of which is shorter.
    """
    plan, by_rows, used = plans(BY_ROWS[name], monkeypatch)
    assert by_rows is not None
    value, gradient = plan.evaluate(used)
    block_value, block_gradient = by_rows.evaluate(used)
    assert block_value == pytest.approx(value, rel=1e-12)
    assert list(block_gradient) == list(gradient)
    for parameter in gradient:
        assert block_gradient[parameter] == pytest.approx(gradient[parameter], rel=1e-10)


@pytest.mark.parametrize("name", ACROSS_ROWS)
def test_what_mixes_rows_is_not_cut(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that needs other rows for a row, or is no linear function of its sums over rows,
    has no plan by rows.
    """
    assert plans(ACROSS_ROWS[name], monkeypatch)[1] is None


def test_an_axis_as_long_as_the_rows_is_not_taken_for_them() -> None:
    """Where a parameter happens to have as many elements as there are rows, nothing is cut."""
    program = parse("minimize sum[i,j] W[j]*X[i]")
    given_inputs = {"W": np.ones(600), "X": np.ones(600)}
    plan = Plan(lower_arrays(program, given_of(given_inputs)), ["W"])
    assert plan_by_rows(plan, lambda n: plan.lowered, {"X": np.ones(600)}, 600) is None


# --------------------------------------------------------------------------------------- objectives


def test_the_jacobian_is_that_of_each_residual() -> None:
    """All residuals at once, for single numbers, and one by one, for arrays, are right."""
    random = np.random.default_rng(5)
    x, y = random.standard_normal(20), random.standard_normal(20)
    single = program_objective(
        parse("param a, b; data x[N], y[N]; minimize mean[i] (y[i] - a*exp(b*x[i]))^2"),
        {}, {"x": x, "y": y}, {},
    )  # fmt: skip
    at = {"a": np.asarray(1.3), "b": np.asarray(0.4)}
    residuals, jacobian = single.residuals(at)
    assert residuals == pytest.approx(y - 1.3 * np.exp(0.4 * x))
    assert jacobian[:, 0] == pytest.approx(-np.exp(0.4 * x))
    assert jacobian[:, 1] == pytest.approx(-1.3 * x * np.exp(0.4 * x))
    several = program_objective(
        parse("param w[2]; data x[N], y[N]; minimize sum[i] (y[i] - w[0]*exp(w[1]*x[i]))^2"),
        {}, {"x": x, "y": y}, {},
    )  # fmt: skip
    found, columns = several.residuals({"w": np.array([1.3, 0.4])})
    assert found == pytest.approx(residuals)
    assert columns == pytest.approx(jacobian)


@pytest.mark.parametrize(
    "text", ["sum(a*x)", "mean((y - a*x)^2) + a^2", "1/mean((y - a*x)^2)", "sum((y - a*x)^4)"]
)
def test_other_losses_have_no_residuals(text: str) -> None:
    """What is no sum or mean of squares is refused, not approximated."""
    objective = program_objective(
        parse(text), {}, {"x": np.ones(3), "y": np.arange(3.0)}, {}
    )
    with pytest.raises(BackpropError, match="no sum or mean of squares"):
        objective.residuals({"a": np.asarray(0.5)})


def test_float32_stays_float32() -> None:
    """Where all arrays are float32, so are values and gradients, whatever literals do."""
    x = np.linspace(-1, 1, 8, dtype=np.float32)
    text = "t[i] = if(x[i] > 0, 1, 0); h[i] = tanh(2*x[i] + 0.5) - t[i]*i; mean[i] h[i]^2"
    run = evaluate_arrays(parse(text), {"x": x})
    assert run.gradient["x"].dtype == np.float32
    floats = [v for v in run.values if isinstance(v, np.ndarray) and v.dtype.kind == "f"]
    assert {v.dtype for v in floats} == {np.dtype(np.float32)}


def test_whole_numbers_have_gradients() -> None:
    """Whole numbers are numbers: 3 and 3.0 give the same value and the same gradient."""
    whole = evaluate_arrays(parse("sum(x^2)/2"), {"x": np.array([1, 2, 3])})
    assert whole.value == 7
    assert list(whole.gradient["x"]) == [1, 2, 3]
