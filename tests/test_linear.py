"""Operations on whole arrays: their values, their pullbacks, their shapes, singular matrices.

Values come from 50 digits by mpmath, pullbacks from central differences, both for random batches.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from mpmath import mp, mpf

from backprop_cli.namespaces import arrays
from backprop_cli.operations import Operation
from backprop_cli.operations.linear import LINEAR
from backprop_cli.operations.row import Pullback

ROWS = {row.name: row for row in LINEAR}
CLASSES = 5


@pytest.fixture(autouse=True)
def no_warnings() -> Iterator[None]:
    """Work as a run does, and fail if anything warns."""
    with arrays.quiet(), warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def inputs(name: str, batch: tuple[int, ...], seed: int = 0) -> list[Any]:
    """Random inputs of a row, with the axes of a batch first."""
    random = np.random.default_rng(seed)
    if name == "cross_entropy":
        scores = random.normal(size=(*batch, CLASSES))
        return [scores, random.integers(0, CLASSES, size=batch).astype(float)]
    if name in ("softmax", "log_softmax", "argmax", "cumsum"):
        return [random.normal(size=(*batch, CLASSES))]
    a = random.normal(size=(*batch, 4, 4))
    return [a, random.normal(size=(*batch, 4, 2))] if name == "solve" else [a]


def cases() -> Iterator[Any]:
    """Every row on one array, on a batch, and on a batch of two axes; solve also with vectors."""
    for name in ROWS:
        for batch in ((), (3,), (2, 3)):
            yield pytest.param(ROWS[name], inputs(name, batch), batch, id=f"{name}-{batch}")
            if name == "solve":
                a, b = inputs(name, batch)
                yield pytest.param(ROWS[name], [a, b[..., 0]], batch, id=f"solve-vector-{batch}")


every = pytest.mark.parametrize(("row", "x", "batch"), list(cases()))


# ------------------------------------------------------------------------------- values and shapes


def exact_scores(v: Any) -> tuple[list[Any], Any]:
    """exp(v) and the sum, to 50 digits."""
    terms = [mp.exp(mpf(float(u))) for u in v]
    return terms, sum(terms)


def exact_softmax(v: Any) -> list[Any]:
    terms, total = exact_scores(v)
    return [term / total for term in terms]


def exact_inverse(a: Any) -> Any:
    return (mp.matrix(a.tolist()) ** -1).tolist()


def exact_solution(a: Any, b: Any) -> Any:
    found = mp.matrix(a.tolist()) ** -1 * mp.matrix(b.tolist())
    return found.tolist() if b.ndim == 2 else [u[0] for u in found.tolist()]


EXACT: dict[str, Callable[..., Any]] = {
    "softmax": exact_softmax,
    "log_softmax": lambda v: [mp.log(p) for p in exact_softmax(v)],
    "cross_entropy": lambda s, y: -mp.log(exact_softmax(s)[int(y)]),
    "argmax": lambda v: v.tolist().index(max(v)),
    "cumsum": lambda v: [mp.fsum(map(mpf, v[: i + 1].tolist())) for i in range(len(v))],
    "trace": lambda a: mp.fsum(map(mpf, a.diagonal().tolist())),
    "det": lambda a: mp.det(mp.matrix(a.tolist())),
    "logdet": lambda a: mp.log(abs(mp.det(mp.matrix(a.tolist())))),
    "inverse": exact_inverse,
    "solve": exact_solution,
}


@every
def test_values(row: Operation, x: list[Any], batch: tuple[int, ...]) -> None:
    """Each array of a batch has the value of 50 digits, to 1e-12 of its size."""
    value = row.forward(arrays, *x)
    with mp.workdps(50):
        for place in np.ndindex(batch):
            exact = EXACT[row.name](*[u[place] for u in x])
            expected = np.array(exact, dtype=object).astype(float)
            np.testing.assert_allclose(value[place], expected, rtol=1e-12, atol=1e-13)


@every
def test_shapes(row: Operation, x: list[Any], batch: tuple[int, ...]) -> None:
    """The shape that a row foretells from the trailing shapes is that of its value."""
    assert row.shape is not None
    trailing = [u.shape[len(batch) :] for u in x]
    value = row.forward(arrays, *x)
    assert np.shape(value) == (*batch, *row.shape(*trailing))


@pytest.mark.parametrize("batch", [(3,), (2, 3), (0,)])
@pytest.mark.parametrize("name", ["softmax", "log_softmax", "cross_entropy", "argmax", "cumsum"])
def test_matrices_are_taken_row_by_row(name: str, batch: tuple[int, ...]) -> None:
    """Of a whole matrix these rows foretell, and give, what they give of each of its rows."""
    row, x = ROWS[name], inputs(name, batch)
    assert row.shape is not None
    value = row.forward(arrays, *x)
    assert np.shape(value) == row.shape(*map(np.shape, x))
    for place in np.ndindex(batch):
        each = row.forward(arrays, *[u[place] for u in x])
        np.testing.assert_allclose(value[place], each, rtol=1e-15)
    received = row.vjp(arrays, np.ones_like(value), value, *x)[0]
    assert received is None if name == "argmax" else received.shape == x[0].shape


def test_small_shares_keep_their_digits() -> None:
    """Shares of 1e-300 are right to 4 ulp, and so are losses of 1e-20."""
    scores = np.array([0.3, -690.123456, -45.6789, 690.1 - 690.4, -30.1])
    with mp.workdps(50):
        terms, total = exact_scores(scores)
        expected = np.array([float(term / total) for term in terms])
        loss = [float(mp.log1p(mp.fsum(terms[1:]) / terms[0])) for terms in [terms]]
        logs = np.array([float(mp.log(term / total)) for term in terms])
    np.testing.assert_array_max_ulp(arrays.softmax_last(scores), expected, 4)
    np.testing.assert_array_max_ulp(arrays.log_softmax_last(scores), logs, 4)
    np.testing.assert_array_max_ulp(arrays.cross_entropy_last(scores, 0.0), loss[0], 4)
    sure = np.array([50.0, 0.0])
    assert arrays.cross_entropy_last(sure, 0.0) == pytest.approx(np.exp(-50), rel=1e-15)
    [slope, _] = ROWS["cross_entropy"].slopes(arrays, None, sure, 0.0)
    assert slope.pull(1.0) == pytest.approx(np.array([-1, 1]) * np.exp(-50), rel=1e-15)


def test_large_scores() -> None:
    """No overflow; infinite scores share equally."""
    large = np.array([[1e300, 1e300], [1000.0, -1000.0], [np.inf, 0.0], [-np.inf, -np.inf]])
    assert arrays.softmax_last(large).tolist() == [[0.5, 0.5], [1, 0], [1, 0], [0.5, 0.5]]
    assert arrays.log_softmax_last(large[:2]).tolist() == [[-np.log(2)] * 2, [0, -2000]]
    assert arrays.cross_entropy_last(large[1], 1.0) == 2000
    assert arrays.log_softmax_last(large[2:]).tolist() == [[0, -np.inf], [-np.log(2)] * 2]


def test_class_numbers() -> None:
    """What is no class number has the loss NaN, and sends NaN back; whole numbers may be int."""
    scores = np.zeros((5, 3))
    classes = np.array([0.0, 3.0, -1.0, 0.5, np.nan])
    loss = arrays.cross_entropy_last(scores, classes)
    assert np.isnan(loss).tolist() == [False, True, True, True, True]
    received = arrays.pull_cross_entropy(np.ones(5), scores, classes)
    assert np.isnan(received).all(-1).tolist() == [False, True, True, True, True]
    assert arrays.cross_entropy_last(scores, np.array([0, 1, 2, 0, 1])) == pytest.approx(np.log(3))


# ---------------------------------------------------------------------------------------- pullbacks


@every
def test_pullbacks(row: Operation, x: list[Any], batch: tuple[int, ...]) -> None:
    """What a pullback hands to each input is the central difference of upstream · value."""
    value = np.asarray(row.forward(arrays, *x))
    upstream = np.random.default_rng(7).normal(size=value.shape)
    copies = [u.copy() for u in (*x, value, upstream)]
    for place, received in enumerate(row.vjp(arrays, upstream, value, *x)):
        if received is None:
            assert row.name in ("argmax", "cross_entropy")
            continue
        assert received.shape == x[place].shape
        for index in np.ndindex(x[place].shape):
            sides = []
            for step in (1e-6, -1e-6):
                moved = [u.copy() for u in x]
                moved[place][index] += step
                sides.append(np.sum(upstream * row.forward(arrays, *moved)))
            expected = (sides[0] - sides[1]) / 2e-6
            assert received[index] == pytest.approx(expected, rel=1e-5, abs=1e-6), (place, index)
    for u, copy in zip((*x, value, upstream), copies, strict=True):
        assert np.array_equal(u, copy)


@every
def test_pullbacks_are_linear(row: Operation, x: list[Any], batch: tuple[int, ...]) -> None:
    """Twice the gradient sends back twice as much."""
    value = np.asarray(row.forward(arrays, *x))
    upstream = np.random.default_rng(7).normal(size=value.shape)
    once, twice = (row.vjp(arrays, u, value, *x) for u in (upstream, 2 * upstream))
    for a, b in zip(once, twice, strict=True):
        assert a is None or np.allclose(2 * a, b, rtol=1e-13, atol=0)


@every
def test_checker_would_catch_a_wrong_pullback(
    row: Operation, x: list[Any], batch: tuple[int, ...]
) -> None:
    """Pullbacks are no elementwise factors: every row but argmax has one along its first input."""
    slopes = row.slopes(arrays, row.forward(arrays, *x), *x)
    assert isinstance(slopes[0], Pullback) is (row.name != "argmax")


@every
def test_single_precision(row: Operation, x: list[Any], batch: tuple[int, ...]) -> None:
    """float32 stays float32, in values and in gradients."""
    single = [u.astype(np.float32) for u in map(np.asarray, x)]
    value = row.forward(arrays, *single)
    assert value.dtype == np.float32
    np.testing.assert_allclose(value, row.forward(arrays, *x), rtol=2e-2, atol=1e-3)
    for received in row.vjp(arrays, np.ones_like(value), value, *single):
        assert received is None or received.dtype == np.float32


# -------------------------------------------------------------------------------- singular matrices


def test_singular_matrices() -> None:
    """det is 0 with the right cofactors, log|det| is -inf, inverse and solve are NaN; nothing
    raises, and the regular matrices of the batch have their results.
    """
    a = np.array([[[1.0, 2.0], [2.0, 4.0]], [[2.0, 0.0], [0.0, 4.0]]])
    assert arrays.det_of(a).tolist() == pytest.approx([0, 8])
    assert arrays.pull_det(np.ones(2), a) == pytest.approx(
        np.array([[[4, -2], [-2, 1]], [[4, 0], [0, 2]]])
    )
    assert arrays.logdet_of(a).tolist() == [-np.inf, np.log(8)]
    inverse = arrays.inverse_of(a)
    assert np.isnan(inverse[0]).all() and inverse[1].tolist() == [[0.5, 0], [0, 0.25]]
    found = arrays.solve_vector(a, np.array([[1.0, 1.0], [1.0, 1.0]]))
    assert np.isnan(found[0]).all() and found[1].tolist() == [0.5, 0.25]
    assert np.isnan(arrays.pull_logdet(np.ones(2), a)[0]).all()
    zero = np.zeros((3, 3))
    assert arrays.pull_det(1.0, zero).tolist() == zero.tolist()


@pytest.mark.parametrize("odd", [np.nan, np.inf])
def test_numbers_that_are_not_finite(odd: float) -> None:
    """NaN and infinity go through every row, forward and back, without an exception, and leave the
    other arrays of a batch as they are.
    """
    for row in LINEAR:
        x = inputs(row.name, (2,))
        alone = [u[1:] for u in x]
        x[0][0, ..., 0] = odd
        value, right = row.forward(arrays, *x), row.forward(arrays, *alone)
        np.testing.assert_allclose(value[1:], right, rtol=1e-12)
        found = row.vjp(arrays, np.ones_like(value), value, *x)
        expected = row.vjp(arrays, np.ones_like(right), right, *alone)
        for gradient, other in zip(found, expected, strict=True):
            assert (gradient is None) == (other is None)
            if gradient is not None:
                np.testing.assert_allclose(gradient[1:], other, rtol=1e-12, atol=1e-14)


# ----------------------------------------------------------------------------------- shape mistakes

MISTAKES = [
    ("softmax", [()], "softmax(v) takes a vector, not a number"),
    ("log_softmax", [(0,)], "log_softmax(v) takes a vector with at least one element"),
    ("cumsum", [(2, 3, 0)], "cumsum(v) takes rows with at least one element"),
    ("argmax", [()], "argmax(v) takes a vector, not a number"),
    ("det", [(2, 3)], "det(a) takes a square matrix, not a 2x3 matrix"),
    ("logdet", [(3,)], "logdet(a) takes a square matrix, not a vector of 3"),
    ("inverse", [()], "inverse(a) takes a square matrix, not a number"),
    ("trace", [(4, 2)], "trace(a) takes a square matrix, not a 4x2 matrix"),
    (
        "cross_entropy",
        [(3,), (3,)],
        "cross_entropy(s, y) takes one class number y for each row of scores, not a vector of 3",
    ),
    (
        "cross_entropy",
        [(2, 3), (3,)],
        "cross_entropy(s, y) takes one class number y for each row of scores (a vector of 2), "
        "not a vector of 3",
    ),
    ("cross_entropy", [(), ()], "cross_entropy(s, y) takes a vector, not a number"),
    ("solve", [(3, 3), ()], "solve(a, b) takes a vector or a matrix b, not a number"),
    (
        "solve",
        [(3, 3), (2,)],
        "solve(a, b) takes as many rows of b as a has: a is 3x3, b has 2",
    ),
    ("solve", [(3, 2), (3,)], "solve(a, b) takes a square matrix, not a 3x2 matrix"),
]


@pytest.mark.parametrize(("name", "shapes", "message"), MISTAKES)
def test_shapes_that_do_not_fit(name: str, shapes: list[tuple[int, ...]], message: str) -> None:
    """A ValueError says what the row takes and what it was given."""
    shape = ROWS[name].shape
    assert shape is not None
    with pytest.raises(ValueError) as caught:
        shape(*shapes)
    assert str(caught.value) == message
