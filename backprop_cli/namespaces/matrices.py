"""Operations on whole arrays for the namespace `arrays`: on their last axis or last two axes, with
any number of axes (a batch) before those. Like `arrays`, they never raise, and keep the dtype.

A singular matrix has the determinant 0; its inverse, and what is solved with it, is NaN throughout.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .elementwise import two_sum

Array = Any


# -------------------------------------------------------------------------------- scores of classes


def terms_of(scores: Array, top: Array) -> Array:
    """exp(scores - top), with the rounding of the difference made good."""
    terms, error = two_sum(scores, -top)
    np.exp(terms, out=terms)
    error *= terms
    terms += error
    return terms


def softmax_last(scores: Array) -> Array:
    """exp(s)/sum(exp(s)) along the last axis; infinite scores share equally."""
    top = scores.max(-1, keepdims=True)
    if np.isfinite(top).all():
        terms = terms_of(np.maximum(scores, -np.finfo(scores.dtype).max), top)
    else:
        ends = np.where(top > 0, scores == top, np.ones_like(scores, bool))
        terms = np.where(np.isinf(top), ends.astype(scores.dtype), np.exp(scores - top))
    terms /= terms.sum(-1, keepdims=True)
    return terms


def log_softmax_last(scores: Array) -> Array:
    """s - log(sum(exp(s))) along the last axis, without overflow; by log1p of the sum without the
    largest, so that a result next to 0 keeps its digits.
    """
    top = scores.max(-1, keepdims=True)
    if not np.isfinite(top).all():
        return np.log(softmax_last(scores))
    below = scores - top
    terms = np.exp(below)
    np.put_along_axis(terms, scores.argmax(-1)[..., None], 0, -1)
    below -= np.log1p(terms.sum(-1, keepdims=True))
    return below


def pull_softmax(upstream: Array, shares: Array) -> Array:
    """p·(u - sum(u·p)) along the last axis."""
    inner = np.einsum("...i,...i->...", upstream, shares)[..., None]
    return shares * (upstream - inner)


def pull_log_softmax(upstream: Array, out: Array) -> Array:
    """u - p·sum(u) along the last axis, p = exp(out)."""
    return upstream - np.exp(out) * upstream.sum(-1, keepdims=True)


def places(classes: Array, count: int) -> tuple[Array, Array]:
    """Class numbers as indices along a new last axis, and whether they are numbers of classes."""
    classes = np.asarray(classes)
    valid = (classes >= 0) & (classes < count) & (classes == np.floor(classes))
    return np.where(valid, classes, 0).astype(np.intp)[..., None], valid


def cross_entropy_last(scores: Array, classes: Array) -> Array:
    """log(sum(exp(s))) - s[y] along the last axis; NaN where y is no class number.

    Written as log1p of the other classes' sum where y has the largest score, so that a small loss
    keeps its digits.
    """
    place, valid = places(classes, scores.shape[-1])
    below = scores - scores.max(-1, keepdims=True)
    chosen = np.take_along_axis(below, place, -1)[..., 0]
    terms = np.exp(below)
    np.put_along_axis(terms, scores.argmax(-1)[..., None], 0, -1)
    loss = np.log1p(terms.sum(-1)) - chosen
    return loss if valid.all() else np.where(valid, loss, np.nan)


def pull_cross_entropy(upstream: Array, scores: Array, classes: Array) -> Array:
    """u·(p - 1 at y) along the last axis; of the class itself, minus the sum of the others."""
    place, valid = places(classes, scores.shape[-1])
    shares = softmax_last(scores)
    np.put_along_axis(shares, place, 0, -1)
    np.put_along_axis(shares, place, -shares.sum(-1, keepdims=True), -1)
    if not valid.all():
        shares[~valid] = np.nan
    shares *= np.asarray(upstream)[..., None]
    return shares


def argmax_last(scores: Array) -> Array:
    """The number of the largest element along the last axis, from 0; the first of equal ones."""
    return scores.argmax(-1).astype(scores.dtype)


# --------------------------------------------------------------------------------------------- sums


def cumsum_last(x: Array) -> Array:
    """The running sums along the last axis."""
    return x.cumsum(-1)


def pull_cumsum(upstream: Array) -> Array:
    """The running sums from the end."""
    return upstream[..., ::-1].cumsum(-1)[..., ::-1]


def trace_last(a: Array) -> Array:
    """The sum of the diagonal of the last two axes."""
    return a.trace(axis1=-2, axis2=-1)


def pull_trace(upstream: Array, a: Array) -> Array:
    """The gradient on the diagonal."""
    return np.asarray(upstream)[..., None, None] * np.eye(a.shape[-1], dtype=a.dtype)


# ----------------------------------------------------------------------------------- linear systems


def transposed(a: Array) -> Array:
    """The last two axes exchanged."""
    return a.swapaxes(-1, -2)


def solved(a: Array, b: Array) -> Array:
    """The X with A·X = B, for matrices in the last two axes; NaN where A is singular or not finite.

    One singular matrix of a batch leaves the others' results as they are.
    """
    try:
        found = np.linalg.solve(a, b)
    except np.linalg.LinAlgError:
        singular = np.linalg.slogdet(a)[0] == 0
        healthy = np.where(singular[..., None, None], np.eye(a.shape[-1], dtype=a.dtype), a)
        found = np.where(singular[..., None, None], np.nan, np.linalg.solve(healthy, b))
    return found.astype(a.dtype, copy=False)


def solve_vector(a: Array, b: Array) -> Array:
    """The x with A·x = b for vectors in the last axis of b."""
    return solved(a, b[..., None])[..., 0]


def pull_solve(upstream: Array, a: Array, x: Array) -> tuple[Array, Array]:
    """Along A: -(A^-T·U)·X^T, along B: A^-T·U; for matrices X and U."""
    along_b = solved(transposed(a), upstream)
    return -(along_b @ transposed(x)), along_b


def inverse_of(a: Array) -> Array:
    """A^-1."""
    return solved(a, np.broadcast_to(np.eye(a.shape[-1], dtype=a.dtype), a.shape))


def pull_inverse(upstream: Array, out: Array) -> Array:
    """-A^-T·U·A^-T."""
    turned = transposed(out)
    return -(turned @ upstream @ turned)


def det_of(a: Array) -> Array:
    """The determinant."""
    return np.linalg.det(a).astype(a.dtype)


def logdet_of(a: Array) -> Array:
    """log|det A|; -inf where A is singular."""
    return np.linalg.slogdet(a)[1].astype(a.dtype)


def pull_logdet(upstream: Array, a: Array) -> Array:
    """u·A^-T."""
    return np.asarray(upstream)[..., None, None] * transposed(inverse_of(a))


def cofactors(a: Array) -> Array:
    """The matrix of cofactors, det(A)·A^-T where A is regular; right for singular matrices, too.

    From A = U·S·V^T: det(U)·det(V)·U·(the products of all other singular values)·V^T.
    """
    usable = np.isfinite(a).all((-1, -2), keepdims=True)  # LAPACK may run forever on infinities
    try:
        u, s, vt = np.linalg.svd(np.where(usable, a, 0))
    except np.linalg.LinAlgError:  # it did not converge
        return np.full_like(a, np.nan)
    ones = np.ones((*s.shape[:-1], 1), s.dtype)
    before = np.concatenate([ones, s[..., :-1]], -1).cumprod(-1)
    after = np.concatenate([ones, s[..., :0:-1]], -1).cumprod(-1)[..., ::-1]
    sign = np.linalg.det(u) * np.linalg.det(vt)
    found = np.rint(sign)[..., None, None] * (u * (before * after)[..., None, :]) @ vt
    return np.where(usable, found, np.nan).astype(a.dtype)


def pull_det(upstream: Array, a: Array) -> Array:
    """u times the cofactors (Jacobi's formula)."""
    return np.asarray(upstream)[..., None, None] * cofactors(a)
