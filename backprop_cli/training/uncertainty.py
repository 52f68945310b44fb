"""How well the data determine the parameters of a fit.

At the minimum of Σ r², with N residuals, P parameters and the Jacobian J of the residuals, the
covariance of the parameters is s²·(JᵀJ)⁻¹ with s² = Σ r²/(N − P): exactly for a linear model with
independent errors of one size, to first order for others (Seber & Wild 1989, chapter 2).
"""

from __future__ import annotations

from collections.abc import Mapping
from math import nan, sqrt
from typing import NamedTuple

import numpy as np

from ..errors import BackpropError
from .objective import Array, Objective
from .vector import ParameterVector

MOST_PARAMETERS = 500
MOST_ELEMENTS = 20_000_000  # of the Jacobian


class StandardErrors(NamedTuple):
    """Standard errors of the parameters.

    errors       of each parameter, in its shape; NaN for one that the data do not determine.
    correlation  of the P parameters, of shape (P, P).
    places       how a formula writes each of them.
    sigma        the residuals' standard deviation s.
    freedom      N − P.
    undetermined parameters that the data do not determine, alone or together with others.
    """

    errors: Mapping[str, Array]
    correlation: Array
    places: tuple[str, ...]
    sigma: float
    freedom: int
    undetermined: tuple[str, ...]


def standard_errors(
    objective: Objective, parameters: Mapping[str, Array]
) -> StandardErrors | str | None:
    """The standard errors at `parameters`; None where the loss is no sum of squares, and a text
    where there is another reason that there are none.
    """
    vector = ParameterVector(parameters)
    size = len(vector.values)
    if size > MOST_PARAMETERS or size * (objective.rows or 1) > MOST_ELEMENTS:
        return None
    try:
        with np.errstate(all="ignore"):
            residuals, jacobian = objective.residuals(vector.views)
    except BackpropError:
        return None
    residuals = np.asarray(residuals, np.float64)
    jacobian = np.asarray(jacobian, np.float64)
    freedom = len(residuals) - size
    if freedom <= 0:
        return f"{len(residuals)} data points say nothing about the errors of {size} parameters"
    if not (np.isfinite(residuals).all() and np.isfinite(jacobian).all()):
        return "the residuals' derivatives are not finite"
    return computed(vector, residuals, jacobian, freedom)


def computed(
    vector: ParameterVector, residuals: Array, jacobian: Array, freedom: int
) -> StandardErrors:
    """The covariance from the singular values of J, its columns scaled to length 1 first."""
    lengths = np.sqrt((jacobian * jacobian).sum(axis=0))
    scale = np.where(lengths > 0, lengths, 1.0)
    _, singular, directions = np.linalg.svd(jacobian / scale, full_matrices=False)
    floor = max(jacobian.shape) * np.finfo(np.float64).eps * singular.max(initial=0.0)
    sound = singular > floor
    lost = (directions[~sound] ** 2).sum(axis=0) > 1e-8
    factors = directions[sound] / singular[sound][:, None]
    covariance = factors.T @ factors / np.outer(scale, scale)
    size = np.sqrt(np.diag(covariance))
    correlation = covariance / np.outer(*2 * [np.where(size > 0, size, 1.0)])
    np.fill_diagonal(correlation, 1.0)
    sigma = sqrt(float(residuals @ residuals) / freedom)
    errors = np.where(lost, nan, sigma * size)
    correlation[lost, :] = correlation[:, lost] = nan
    places = tuple(vector.place(index) for index in range(len(errors)))
    return StandardErrors(
        {name: array.copy() for name, array in vector.cut(errors)},
        correlation, places, sigma, freedom,
        tuple(place for place, out in zip(places, lost, strict=True) if out),
    )  # fmt: skip
