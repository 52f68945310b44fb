"""Index equations mean what their loops say: random small programs against single numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from index_programs import Made, along, programs

from backprop_cli.syntax import parse
from backprop_cli.syntax.printer import print_program
from backprop_cli.tensors import evaluate_arrays

RELAXED = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]


def close(found: float, expected: float) -> bool:
    return math.isclose(found, expected, rel_tol=1e-9, abs_tol=1e-9)


@settings(max_examples=250, deadline=None, suppress_health_check=RELAXED)
@given(programs())
def test_whole_arrays_compute_what_loops_compute(made: Made) -> None:
    """The value and the derivative along a random direction: ranges, windows, gathers, conditions,
    recurrences up and down, functions, one number at a time and by whole arrays.
    """
    run = evaluate_arrays(parse(made.text), made.inputs)
    assert close(float(run.value), made.value.value), made.text
    assert close(along(run.gradient, made.direction), made.value.slope), made.text


@settings(max_examples=40, deadline=None, suppress_health_check=RELAXED)
@given(programs())
def test_the_gradient_is_what_small_changes_do(made: Made) -> None:
    """Central differences along a direction, of this project's own values."""
    program = parse(made.text)
    run = evaluate_arrays(program, made.inputs)
    found = along(run.gradient, made.direction)

    def moved(by: float) -> float:
        inputs = {
            name: value + by * made.direction[name] if name in made.direction else value
            for name, value in made.inputs.items()
        }
        return float(evaluate_arrays(program, inputs).value)

    slopes = [(moved(h) - moved(-h)) / (2 * h) for h in (1e-4, 1e-5)]
    scale = 1 + abs(found) + abs(float(run.value))
    if abs(slopes[0] - slopes[1]) > 1e-5 * scale:
        return  # a kink or a steep place in between
    assert abs(slopes[1] - found) < 1e-4 * scale, made.text


@settings(max_examples=100, deadline=None, suppress_health_check=RELAXED)
@given(programs())
def test_what_is_printed_means_the_same(made: Made) -> None:
    """The printed program parses back, and has the same value."""
    program = parse(made.text)
    again = parse(print_program(program))
    assert print_program(again) == print_program(program)
    one, other = (evaluate_arrays(each, made.inputs).value for each in (program, again))
    assert np.array_equal(one, other)


X = np.arange(5.0) + 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("y[i] = sum[p in 0..2] x[i+p]; sum[i] y[i]", sum(X[i : i + 3].sum() for i in range(3))),
        ("y[i] = x[i+1] - x[i]; sum[i] y[i]^2", 4.0),
        ("y[i] = x[2*i+1]; sum[i] y[i]", 2.0 + 4.0),
        ("sum[i, j, i + j == 2] x[i]*x[j]", 3.0 + 4.0 + 3.0),
        ("y[i] = sum[j, j <= i] x[j]*x[i-j] for i in 0..4; sum[i] y[i]", 70.0),
        ("y[i] = sum[j in 0..i] x[j] for i in 0..4; y[4] - y[3]", 5.0),
        ("y[i] = if(i > 0, x[i-1], 10) for i in 0..4; sum[i] y[i]", 20.0),
        ("y[i] = x[(i+1) mod 5] for i in 0..4; sum[i] y[i]*x[i]", 2.0 + 6 + 12 + 20 + 5),
        ("f[0] = 1; f[1] = 1; f[n] = f[n-1] + f[n-2] for n in 2..8; f[8]*x[0]", 34.0),
        ("h[4] = 1; h[t] = 2*h[t+1] for t in 0..3; h[0]*x[0]", 16.0),
        ("h[0] = h[1] + 1; h[1] = 1; h[0]*x[1]", 4.0),
        ("a[i,j] = 1 for i in 0..2, j in 0..1; a[i,j] = 2 for i in 0..2, j in 2..3;"
         " sum[i,j] a[i,j]", 18.0),
        ("mean[i, x[i] > 2] x[i]", 4.0),
        ("max[i] x[i] - min[i] x[i]", 4.0),
        ("prod[i] x[i]", 120.0),
        ("sum[i] 2*x[i] + 1", 31.0),
        ("g(u) = sum[k] u[k]^2; g(x)", 55.0),
        ("sum[i in 0..-1] x[i]", 0.0),
    ],
)  # fmt: skip
def test_small_programs_have_their_textbook_value(text: str, expected: float) -> None:
    """Windows, strides, conditions, moving ends, recurrences and reductions worked by hand."""
    assert evaluate_arrays(parse(text), {"x": X}).value == pytest.approx(expected, rel=1e-14)
