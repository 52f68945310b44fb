"""What a user should know about a run over arrays: where the first number that is none begins, and
which kinks were met. One warning for a node, however many of its elements it is about.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ...errors import Span
from ...findings import Finding, limited
from ...graph import Graph
from ...numerals import short
from ...operations import EVERYWHERE, OPERATIONS, Operation
from .evaluation import ArrayRun

if TYPE_CHECKING:
    from .reporting import ArrayRow

Array = Any
LONGEST_TEXT = 60  # characters of a formula in a message
RELATIONS = ("<", "<=", ">", ">=", "==", "!=")
TIED = ("max", "min")
AT_ZERO = ("norm", "std")  # reductions with a kink where their value is 0


def array_findings(run: ArrayRun, rows: Sequence[ArrayRow]) -> tuple[Finding, ...]:
    """Everything worth a warning, in the order of evaluation."""
    notes = [Finding(note.code, note.message, None, note.span) for note in run.lowered.notes]
    with np.errstate(all="ignore"):
        found = first_not_finite(run, rows)
        said = {finding.span for finding in found}
        found += [finding for finding in kinks(run) if finding.span not in said]
    if np.shape(run.value):
        found.append(no_gradient(run))
    return tuple(limited([*notes, *found]))


def no_gradient(run: ArrayRun) -> Finding:
    shape = "×".join(map(str, np.shape(run.value)))
    what = f"{shape} numbers" if len(np.shape(run.value)) == 1 else f"an array of {shape}"
    return Finding(
        "no-gradient",
        f"the result is {what}, so there is no gradient",
        run.lowered.output.node,
        None,
        "a gradient is that of a single number: sum(…), mean(…), or an element such as [0]",
    )


# ------------------------------------------------------------------------------------- not a number


def first_not_finite(run: ArrayRun, rows: Sequence[ArrayRow]) -> list[Finding]:
    """The first array that has NaN or an infinity, and where that comes from; if all values are
    finite, the same for the gradients.
    """
    for row in sorted(rows, key=lambda each: (bool(each.equations), each.node)):
        bad = ~np.isfinite(row.value)
        if bad.any():
            return [where_it_begins(run, row, bad)]
    for row in rows:
        if row.gradient is not None and not np.isfinite(row.gradient).all():
            return [where_a_slope_fails(run, row)]
    return []


def element(row: ArrayRow, position: Sequence[int]) -> str:
    """An element as the formulas write it: `L[3]`."""
    name = row.name or row.title
    at = [str(int(k) + first) for k, first in zip(position, row.firsts, strict=True)]
    return f"{name}[{', '.join(at)}]" if at else name


def others(bad: Array) -> str:
    """How many more elements are like the first one."""
    count = int(np.count_nonzero(bad)) - 1
    return f" (and {count:,} more of {bad.size:,} elements)" if count else ""


def where_it_begins(run: ArrayRun, row: ArrayRow, bad: Array) -> Finding:
    position = tuple(np.argwhere(bad)[0]) if bad.ndim else ()
    value = short(float(row.value[position]))
    said = f"{element(row, position)} is {value}{others(bad)}"
    span = run.lowered.graph.spans.get(row.node) or row.span
    if not row.equations:
        return Finding("not-finite", f"{said}: so it was given", row.node, span)
    node = origin(run, row.node)
    code, reason = cause(run, node, bool(np.isnan(row.value[position])))
    return Finding(code, f"{said}: {reason}", row.node, run.lowered.graph.spans.get(node) or span)


def origin(run: ArrayRun, node: int) -> int:
    """The node, on the way back from one that is not finite, where that begins."""
    graph = run.lowered.graph
    while True:
        sources = [i for i in used_inputs(run, node) if not finite(run.values[i])]
        inner = [i for i in sources if graph.inputs[i] or i in graph.names]
        if not inner:
            return node
        node = inner[0]


def used_inputs(run: ArrayRun, node: int) -> Iterable[int]:
    """The inputs of a node, but for branches of `if` that are finite wherever they are taken."""
    graph = run.lowered.graph
    inputs = graph.inputs[node]
    if graph.operations[node].name != "where":
        return inputs
    condition, then, otherwise = inputs
    holds = np.asarray(run.values[condition])
    used = []
    for branch, taken in ((then, holds), (otherwise, ~holds)):
        if not np.isfinite(np.where(taken, run.values[branch], 0)).all():
            used.append(branch)
    return used


def finite(value: Array) -> bool:
    return bool(np.isfinite(value).all())


def cause(run: ArrayRun, node: int, nan: bool) -> tuple[str, str]:
    """Why the value of a node is not finite: a code and the reason. It is about an element that is
    NaN if there is one and that is what is to be explained.
    """
    graph = run.lowered.graph
    operation, inputs = graph.operations[node], graph.inputs[node]
    out = np.asarray(run.values[node])
    text = formula(run, node)
    if not inputs:
        return "not-finite", f"{text} was given so"
    values = [run.values[i] for i in inputs]
    bad = np.isnan(out) if nan and np.isnan(out).any() else ~np.isfinite(out)
    position = tuple(np.argwhere(bad)[0]) if out.ndim else ()
    nan = bool(np.isnan(out[position]))
    met = [] if operation.shape is not None else elements(values, out.shape, position)
    if met and not operation.domain.holds(*met):
        where = "outside" if nan else "at the edge of"
        shown = ", ".join(short(value) for value in met)
        return "domain", f"in {text}, {shown} is {where} the domain ({operation.domain.text})"
    if nan:
        where = "" if operation.domain is EVERYWHERE else f" (its domain: {operation.domain.text})"
        return "not-finite", f"{text} is not a number there{where if not met else ''}"
    return "overflow", f"{text} is larger than any {run.lowered.dtype} there"


def elements(values: list[Array], shape: tuple[int, ...], position: tuple[Any, ...]) -> list[float]:
    """The numbers that an elementwise operation meets at a position; none for other operations."""
    found = []
    for value in values:
        array = np.asarray(value)
        if array.shape not in ((), shape):
            return []
        found.append(float(array[position] if array.ndim else array))
    return found


def where_a_slope_fails(run: ArrayRun, row: ArrayRow) -> Finding:
    """The gate that hands back a gradient that is not finite, having got one that is."""
    graph = run.lowered.graph
    gradient = np.asarray(row.gradient)
    bad = ~np.isfinite(gradient)
    position = tuple(np.argwhere(bad)[0]) if bad.ndim else ()
    value = short(float(gradient[position]))
    said = f"the gradient at {element(row, position)} is {value}{others(bad)}"
    for node in range(run.lowered.output.node, -1, -1):
        adjoint = run.adjoints[node]
        if adjoint is None or finite(adjoint) or node == run.lowered.output.node:
            continue
        for user in range(node + 1, len(graph)):
            above = run.adjoints[user]
            if node in graph.inputs[user] and above is not None and finite(above):
                met = met_at(run, node, adjoint)
                reason = f"no finite slope passes back through {formula(run, user)}{met}"
                return Finding("domain", f"{said}: {reason}", user, graph.spans.get(user))
    return Finding("not-finite", said, row.node, graph.spans.get(row.node))


def met_at(run: ArrayRun, node: int, adjoint: Array) -> str:
    """What the gate met where its slope is not finite."""
    value, adjoint = np.asarray(run.values[node]), np.asarray(adjoint)
    if adjoint.shape != value.shape:
        return ""
    bad = ~np.isfinite(adjoint)
    return f" at {short(float(value[bad].flat[0]))}"


# ------------------------------------------------------------------------------------------- kinks


class Met(NamedTuple):
    """Elements at a kink, of all nodes that were written at one place of the formula."""

    node: int
    elements: int
    size: int
    text: str
    says: str


def kinks(run: ArrayRun) -> list[Finding]:
    """Places of the formula that a gradient passes at a kink, each with how many of its elements
    are there, in all steps of a recurrence together.
    """
    graph = run.lowered.graph
    found: dict[Any, Met] = {}
    for node, operation in enumerate(graph.operations):
        if not graph.inputs[node] or not run.adjoints or operation.symbol in RELATIONS:
            continue
        adjoint = run.adjoints[node]
        if adjoint is None:
            continue
        met = at_kink(operation, graph, node, run.values)
        if met is None:
            continue
        where, text, says = met
        passes = (np.asarray(adjoint) != 0) & np.isfinite(adjoint)
        where = np.broadcast_to(where, np.shape(run.values[node])) & passes
        place = graph.spans.get(node, node)
        earlier = found.get(place, Met(node, 0, 0, text, says))
        count = earlier.elements + int(np.count_nonzero(where))
        found[place] = earlier._replace(elements=count, size=earlier.size + where.size)
    return [kink_finding(run, met) for met in found.values() if met.elements]


def kink_finding(run: ArrayRun, met: Met) -> Finding:
    many = f"{met.elements:,} of {met.size:,} elements" if met.size > 1 else "it"
    verb = "are" if met.elements > 1 else "is"
    said = f"{formula(run, met.node)}: {many} {verb} at a kink ({met.text}); {met.says}"
    return Finding("kink", said, met.node, run.lowered.graph.spans.get(met.node))


def at_kink(
    operation: Operation, graph: Graph, node: int, values: Sequence[Array]
) -> tuple[Array, str, str] | None:
    """Where a node's elements are at a kink, what kink that is, and the convention; None if it has
    none.
    """
    inputs = [values[i] for i in graph.inputs[node]]
    out = values[node]
    tie = ("a tie", "the tied ones share the gradient equally")
    if operation.name in TIED and len(inputs) == 1 and np.ndim(inputs[0]) > np.ndim(out):
        axes = tuple(range(np.ndim(out), np.ndim(inputs[0])))
        equal = inputs[0] == np.expand_dims(out, axes)
        return (np.count_nonzero(equal, axes) > 1) & np.isfinite(out), *tie
    if operation.name in TIED:
        count = sum((np.asarray(value) == out).astype(np.int64) for value in inputs)
        return (count > 1) & np.isfinite(out), *tie
    row = OPERATIONS.get(operation.name)
    if operation.name in AT_ZERO and np.ndim(inputs[0]) > np.ndim(out) and row and row.kink:
        return np.asarray(out) == 0, row.kink.text, row.kink.says
    kink = operation.kink
    if kink is None:
        return None
    return holds(kink.holds, inputs), kink.text, kink.says


def holds(test: Any, inputs: Sequence[Array]) -> Array:
    """A test on plain numbers, on each element of arrays: at once if it can be, or one by one."""
    finite_inputs = np.logical_and.reduce(
        np.broadcast_arrays(*(np.isfinite(value) for value in inputs))
    )
    if not np.shape(finite_inputs):
        return bool(finite_inputs) and bool(test(*(float(value) for value in inputs)))
    try:
        found = np.asarray(test(*inputs))
    except (ValueError, TypeError, AttributeError):
        found = np.asarray(False)
    if found.shape != np.shape(finite_inputs):
        found = np.frompyfunc(lambda *x: bool(test(*x)), len(inputs), 1)(*inputs).astype(bool)
    return found & finite_inputs


# -------------------------------------------------------------------------------------------- texts


def formula(run: ArrayRun, node: int) -> str:
    """The text that a node was written as."""
    graph = run.lowered.graph
    span: Span | None = graph.spans.get(node)
    if span is None:
        return graph.names.get(node) or graph.operations[node].name
    text = " ".join(run.program.source[span.start : span.end].split())
    return text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 1]}…"
