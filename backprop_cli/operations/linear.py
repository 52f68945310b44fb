"""Operations on whole arrays: on the last axis or the last two, any axes (a batch) before those.

Their slopes are no factors but linear maps (`Pullback`). Only the namespace of arrays runs them.

Sources of the pullbacks: Petersen and Pedersen, The Matrix Cookbook, 2012 (det 46, log|det| 57,
inverse 59); Giles, An Extended Collection of Matrix Derivative Results, 2008 (solve, 2.3.1).
"""

from __future__ import annotations

from .row import Operation, Pullback, Value, Where

Shape = tuple[int, ...]
REGULAR = Where("a matrix whose determinant is not 0", lambda *x: True)
CLASS_NUMBER = Where("y = 0, 1, 2, …, one less than the number of scores", lambda *x: True)


# ------------------------------------------------------------------------------------------- shapes


def written(shape: Shape) -> str:
    """A shape in words: "3x4", "a number"."""
    return "x".join(map(str, shape)) if shape else "a number"


def rows(what: str, shape: Shape) -> None:
    """Raise ValueError unless a shape is that of a vector with elements, or of rows of them."""
    if not shape:
        raise ValueError(f"{what} takes a vector, not a number")
    if not shape[-1]:
        row = "rows" if len(shape) > 1 else "a vector"
        raise ValueError(f"{what} takes {row} with at least one element")


def described(shape: Shape) -> str:
    """What kind of array has a shape: "a 3x4 matrix"."""
    if len(shape) < 2:
        return f"a vector of {shape[0]}" if shape else "a number"
    return f"{'a' if len(shape) == 2 else 'an array of'} {written(shape)}" + (
        " matrix" if len(shape) == 2 else ""
    )


def square_matrix(what: str, shape: Shape) -> int:
    """The order of a square matrix; raises ValueError for any other shape."""
    if len(shape) != 2 or shape[0] != shape[1]:
        raise ValueError(f"{what} takes a square matrix, not {described(shape)}")
    return shape[0]


def same_rows(what: str) -> Value:
    """(…, n) -> (…, n): from a vector to a vector, row by row."""

    def shape(v: Shape) -> Shape:
        rows(what, v)
        return v

    return shape


def number_of_rows(what: str) -> Value:
    """(…, n) -> (…): from a vector to a number, row by row."""

    def shape(v: Shape) -> Shape:
        rows(what, v)
        return v[:-1]

    return shape


def number_of_matrix(what: str) -> Value:
    """The shape of a row from a square matrix to a number."""

    def shape(a: Shape) -> Shape:
        square_matrix(what, a)
        return ()

    return shape


def same_matrix(what: str) -> Value:
    """The shape of a row from a square matrix to one of the same order."""

    def shape(a: Shape) -> Shape:
        square_matrix(what, a)
        return a

    return shape


def cross_entropy_shape(s: Shape, y: Shape) -> Shape:
    """(…, C), (…) -> (…): a score for each class, the number of the right one, the loss; row by
    row.
    """
    rows("cross_entropy(s, y)", s)
    if y != s[:-1]:
        wanted = f" ({described(s[:-1])})" if len(s) > 1 else ""
        raise ValueError(
            f"cross_entropy(s, y) takes one class number y for each row of scores{wanted}, "
            f"not {described(y)}"
        )
    return y


def solve_shape(a: Shape, b: Shape) -> Shape:
    """(n, n), (n) -> (n) and (n, n), (n, k) -> (n, k)."""
    order = square_matrix("solve(a, b)", a)
    if len(b) not in (1, 2):
        raise ValueError(f"solve(a, b) takes a vector or a matrix b, not {described(b)}")
    if b[0] != order:
        raise ValueError(
            f"solve(a, b) takes as many rows of b as a has: a is {written(a)}, b has {b[0]}"
        )
    return b


# ------------------------------------------------------------------------------------------- slopes


def solve(xp: Value, a: Value, b: Value) -> Value:
    """A vector b has one axis less than the matrix."""
    return xp.solve_vector(a, b) if b.ndim < a.ndim else xp.solved(a, b)


def solve_slopes(xp: Value, out: Value, a: Value, b: Value) -> Value:
    """Each input's part of xp.pull_solve, which both run on their own."""

    def pull(upstream: Value, place: int) -> Value:
        if b.ndim == a.ndim:
            return xp.pull_solve(upstream, a, out)[place]
        found = xp.pull_solve(upstream[..., None], a, out[..., None])[place]
        return found[..., 0] if place else found

    return Pullback(lambda upstream: pull(upstream, 0)), Pullback(
        lambda upstream: pull(upstream, 1)
    )


LINEAR = (
    Operation(
        "softmax", "v",
        lambda xp, v: xp.softmax_last(v),
        lambda xp, out, v: (Pullback(lambda upstream: xp.pull_softmax(upstream, out)),),
        "softmax gives each element its share p times (its gradient - the mean gradient under p);"
        " a matrix row by row",
        positive=True,
        shape=same_rows("softmax(v)"),
    ),
    Operation(
        "log_softmax", "v",
        lambda xp, v: xp.log_softmax_last(v),
        lambda xp, out, v: (Pullback(lambda upstream: xp.pull_log_softmax(upstream, out)),),
        "log_softmax takes from each element's gradient its share p of all gradients;"
        " a matrix row by row",
        shape=same_rows("log_softmax(v)"),
    ),
    Operation(
        "cross_entropy", "s, y",
        lambda xp, s, y: xp.cross_entropy_last(s, y),
        lambda xp, out, s, y: (
            Pullback(lambda upstream: xp.pull_cross_entropy(upstream, s, y)), None,
        ),
        "cross_entropy gives each score its share p, less 1 for the right class y: p - y;"
        " a matrix s row by row, with a vector y",
        domain=CLASS_NUMBER,
        shape=cross_entropy_shape,
    ),
    Operation(
        "argmax", "v",
        lambda xp, v: xp.argmax_last(v),
        lambda xp, out, v: (None,),
        "argmax is a place, counted from 0: no gradient passes; a matrix row by row",
        flat="flat",
        shape=number_of_rows("argmax(v)"),
    ),
    Operation(
        "cumsum", "v",
        lambda xp, v: xp.cumsum_last(v),
        lambda xp, out, v: (Pullback(xp.pull_cumsum),),
        "cumsum gives each element the sum of the gradients from its place on;"
        " a matrix row by row",
        shape=same_rows("cumsum(v)"),
    ),
    Operation(
        "trace", "a",
        lambda xp, a: xp.trace_last(a),
        lambda xp, out, a: (Pullback(lambda upstream: xp.pull_trace(upstream, a)),),
        "trace copies the gradient to the diagonal",
        shape=number_of_matrix("trace(a)"),
    ),
    Operation(
        "det", "a",
        lambda xp, a: xp.det_of(a),
        lambda xp, out, a: (Pullback(lambda upstream: xp.pull_det(upstream, a)),),
        "det gives each element the gradient times its cofactor",
        shape=number_of_matrix("det(a)"),
    ),
    Operation(
        "logdet", "a",
        lambda xp, a: xp.logdet_of(a),
        lambda xp, out, a: (Pullback(lambda upstream: xp.pull_logdet(upstream, a)),),
        "logdet is log(|det(a)|): its slope is the transpose of the inverse",
        domain=REGULAR,
        shape=number_of_matrix("logdet(a)"),
    ),
    Operation(
        "inverse", "a",
        lambda xp, a: xp.inverse_of(a),
        lambda xp, out, a: (Pullback(lambda upstream: xp.pull_inverse(upstream, out)),),
        "inverse sends back -A^-T*U*A^-T for a gradient U",
        domain=REGULAR,
        shape=same_matrix("inverse(a)"),
        aliases=("inv",),
    ),
    Operation(
        "solve", "a, b",
        solve,
        solve_slopes,
        "solve gives b the solution with the transpose, w = A^-T*u, and A gives -w*x^T",
        domain=REGULAR,
        shape=solve_shape,
    ),
)  # fmt: skip
