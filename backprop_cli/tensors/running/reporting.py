"""A run over arrays as plain rows: one for each input and each definition, and the output's."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from ...errors import Span
from ...findings import Finding
from ...syntax.printer import print_expression, print_program
from ...syntax.tree import (
    Declaration,
    Definition,
    Indexed,
    Name,
    Program,
    Range,
    Reduction,
    Result,
    parts,
)
from ..lowering.names import step_line
from ..lowering.scope import Unrolled
from .evaluation import ArrayRun
from .warnings import array_findings

Array = Any
BLOCK = 1 << 16  # elements


class Summary(NamedTuple):
    """A large array in a few numbers: of its finite elements the root mean square and the range
    (NaN if there are none), and how many are NaN or infinite.
    """

    rms: float
    least: float
    greatest: float
    nan: int
    infinite: int


class ArrayRow(NamedTuple):
    """One array.

    title     what a person calls it: `W`, `s[i, j]`, f for an output without a name.
    role      "param", "data", "input", "definition" or "output".
    equations the formula behind each left side: ("", body), or for a definition by cases
              ("[0, i]", body) and so on; empty for inputs.
    axes      the name of each axis: a size of the declaration, or an index; "" where it has none.
    firsts    the first value of each axis's index.
    gradient  None where the output does not depend on it, or no gradient was asked for.
    whole     whether it was given as whole numbers, such as labels.
    """

    node: int
    title: str
    name: str | None
    role: str
    operation: str
    equations: tuple[tuple[str, str], ...]
    span: Span | None
    inputs: tuple[int, ...]
    axes: tuple[str, ...]
    firsts: tuple[int, ...]
    value: Array
    gradient: Array | None
    whole: bool = False

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(np.shape(self.value))


class ArrayReport(NamedTuple):
    """A whole evaluation over arrays.

    gradient  by input, in its shape; zeros where no path leads. Empty where the output is no single
              number.
    wanted    the inputs whose gradients were asked for.
    output    the number of the output's node; `rows` need not have a row of its own for it.
    """

    source: str
    parsed: str
    numbers: str
    sizes: dict[str, int]
    value: Array
    gradient: dict[str, Array]
    wanted: tuple[str, ...]
    output: int
    output_name: str | None
    headline: str
    rows: tuple[ArrayRow, ...]
    warnings: tuple[Finding, ...]

    @property
    def finite(self) -> bool:
        """Whether the value and every gradient are finite numbers."""
        return all(bool(np.isfinite(a).all()) for a in (self.value, *self.gradient.values()))

    @property
    def scalar(self) -> bool:
        """Whether the output is a single number, so that there are gradients."""
        return not np.shape(self.value)


def summary(array: Array) -> Summary:
    """The summary of an array of any size; no square of an element overflows."""
    flat = np.asarray(array).reshape(-1)
    if flat.dtype.kind != "f":
        flat = flat.astype(np.float64)
    count = nan = 0
    least, greatest = math.inf, -math.inf
    for block in blocks(flat):
        kept = block[np.isfinite(block)]
        count += kept.size
        nan += int(np.count_nonzero(np.isnan(block)))
        least = min(least, float(kept.min(initial=math.inf)))
        greatest = max(greatest, float(kept.max(initial=-math.inf)))
    if not count:
        return Summary(math.nan, math.nan, math.nan, nan, flat.size - nan)
    top = max(abs(least), abs(greatest))
    total = 0.0
    for block in blocks(flat) if top else ():
        scaled = block[np.isfinite(block)].astype(np.float64) / top
        total += float(np.dot(scaled, scaled))
    rms = top * math.sqrt(total / count)
    return Summary(rms, least, greatest, nan, flat.size - count - nan)


def blocks(flat: Array) -> Iterator[Array]:
    """Parts of a long vector that stay in the cache."""
    for start in range(0, flat.size, BLOCK):
        yield flat[start : start + BLOCK]


# --------------------------------------------------------------------------------------------- rows


def report_arrays(
    run: ArrayRun,
    given: Mapping[str, Array],
    whole: Collection[str] = (),
    wanted: Collection[str] | None = None,
) -> ArrayReport:
    """The report of a run.

    given   the values of all inputs, also of those that only say sizes and subscripts and have no
            node; theirs are numbers behind those of all nodes.
    whole   the inputs that were given as arrays of whole numbers.
    wanted  the inputs whose gradients were asked for; None for all.
    """
    lowered, program = run.lowered, run.program
    taken = {*given, *lowered.defined, *lowered.roles}
    rows = [*input_rows(run, given, whole), *definition_rows(run)]
    output = lowered.output.node
    last = program.statements[-1]
    headline = lowered.output_name or ""
    if isinstance(last, Result):
        headline = headline or print_expression(last.body)
        if not isinstance(last.body, Name) or last.body.name not in taken:
            rows.append(output_row(run, last, taken))
    ids = {row.name: row.node for row in rows if row.name}
    linked = tuple(row._replace(inputs=sources(program, row, ids)) for row in rows)
    inputs = [row for row in linked if not row.equations and row.name]
    names = tuple(str(row.name) for row in inputs) if wanted is None else tuple(wanted)
    slopes = run.gradient
    gradient = {
        str(row.name): slopes.get(str(row.name), np.zeros(row.shape))
        for row in inputs
        if row.name in names and np.ndim(run.value) == 0
    }
    return ArrayReport(
        program.source, print_program(program), lowered.dtype, dict(lowered.sizes), run.value,
        gradient, names, output, lowered.output_name, headline, linked,
        array_findings(run, linked),
    )  # fmt: skip


def input_rows(
    run: ArrayRun, values: Mapping[str, Array], whole: Collection[str]
) -> Iterator[ArrayRow]:
    """Parameters, then data, then other inputs, each in the order of their first use."""
    declared = {
        name.name: sizes
        for statement in run.program.statements
        if isinstance(statement, Declaration)
        for name, sizes in zip(statement.names, statement.sizes, strict=True)
    }
    order = {"param": 0, "data": 1}
    roles, graph = run.lowered.roles, run.lowered.graph
    nodes = {name: value.node for name, value in run.lowered.inputs.items()}
    nodes |= {name: len(graph) + k for k, name in enumerate(n for n in values if n not in nodes)}
    listed = [name for name in declared if name in nodes]
    listed += [name for name in nodes if name not in declared]
    for name in sorted(listed, key=lambda each: order.get(roles.get(each, ""), 2)):
        node = nodes[name]
        sizes = declared.get(name)
        axes = tuple(s.name if isinstance(s, Name) else "" for s in sizes or ())
        given = np.asarray(run.inputs[name] if node < len(graph) else values[name])
        yield ArrayRow(
            node, name, name, roles.get(name, "input"), "input", (), graph.spans.get(node), (),
            axes or ("",) * given.ndim, (0,) * given.ndim, given, adjoint_of(run, node),
            name in whole,
        )  # fmt: skip


def definition_rows(run: ArrayRun) -> Iterator[ArrayRow]:
    """The definitions that were worked out, in the order of evaluation."""
    lowered = run.lowered
    steps = lowered.steps
    found: list[tuple[int, ArrayRow]] = []
    for name, equations in definitions(run.program).items():
        if name in steps and steps[name].parts:
            made = steps[name]
            value, gradient, firsts = gathered(run, made)
            node = max(part.node for part in made.parts.values())
        elif name in lowered.defined:
            stored = lowered.defined[name].value
            node, firsts = stored.node, stored.starts
            value, gradient = np.asarray(run.values[node]), adjoint_of(run, node)
        else:
            continue
        title, axes, texts = written(name, equations, np.ndim(value))
        row = ArrayRow(
            node, title, name, "definition", lowered.graph.operations[node].name, texts,
            equations[0].span, (), axes, firsts, value, gradient,
        )  # fmt: skip
        found.append((node, row))
    yield from (row for _, row in sorted(found, key=lambda pair: pair[0]))


def output_row(run: ArrayRun, statement: Result, taken: Collection[str]) -> ArrayRow:
    """The output that no definition names."""
    output = run.lowered.output
    value = np.asarray(run.values[output.node])
    title = next(letter for letter in ("f", "output", "result", "f(…)") if letter not in taken)
    return ArrayRow(
        output.node, title, None, "output", run.lowered.graph.operations[output.node].name,
        (("", print_expression(statement.body)),), statement.span, (), ("",) * value.ndim,
        output.starts, value, adjoint_of(run, output.node),
    )  # fmt: skip


def adjoint_of(run: ArrayRun, node: int) -> Array | None:
    """The gradient at a node in the node's shape; None where none arrives."""
    if node >= len(run.adjoints) or run.adjoints[node] is None:
        return None
    return np.broadcast_to(np.asarray(run.adjoints[node]), np.shape(run.values[node]))


def gathered(run: ArrayRun, made: Unrolled) -> tuple[Array, Array | None, tuple[int, ...]]:
    """A recurrence as one array, with its axes in the order of its subscripts: value, gradient,
    first values.

    The gradient of a step is that of its own node, which the later steps have added to.
    """
    lengths = tuple(high - low + 1 for low, high in made.domain)
    inner = next(iter(made.parts.values()))
    kind = np.result_type(*(run.values[part.node] for part in made.parts.values()))
    values = np.full((*lengths, *inner.shape), np.nan, kind)
    slopes = np.zeros(values.shape, kind)
    reached = False
    for position, part in made.parts.items():
        at = tuple(p - low for p, (low, _) in zip(position, made.domain, strict=True))
        values[at] = run.values[part.node]
        gradient = adjoint_of(run, part.node)
        if gradient is not None:
            slopes[at] = gradient
            reached = True
    rank = values.ndim
    others = [axis for axis in range(rank) if axis not in made.axes]
    place = {axis: k for k, axis in enumerate((*made.axes, *others))}
    order = [place[axis] for axis in range(rank)]
    firsts = (*(low for low, _ in made.domain), *inner.starts)
    return (
        values.transpose(order),
        slopes.transpose(order) if reached else None,
        tuple(firsts[k] for k in order),
    )


# ------------------------------------------------------------------------------------------- texts


def definitions(program: Program) -> dict[str, list[Definition]]:
    """The equations of each name that is no function, in order."""
    found: dict[str, list[Definition]] = {}
    for statement in program.statements:
        if isinstance(statement, Definition) and statement.parameters is None:
            found.setdefault(statement.name, []).append(statement)
    return found


def written(
    name: str, equations: list[Definition], rank: int
) -> tuple[str, tuple[str, ...], tuple[tuple[str, str], ...]]:
    """The title of a definition, the names of its axes, and the texts of its equations."""
    lefts = [[print_expression(s) for s in equation.subscripts or ()] for equation in equations]
    axes = [""] * rank
    for equation in equations:
        for axis, subscript in enumerate(equation.subscripts or ()):
            if isinstance(subscript, Name) and axis < rank:
                axes[axis] = axes[axis] or subscript.name
    left = [print_expression(s) for s in step_line(equations).subscripts or ()]
    title = f"{name}[{', '.join(left)}]" if left else name
    if len(equations) == 1:
        return title, tuple(axes), (("", print_expression(equations[0].body)),)
    texts = tuple(
        (f"[{', '.join(left)}]", print_expression(equation.body))
        for left, equation in zip(lefts, equations, strict=True)
    )
    return title, tuple(axes), texts


def sources(program: Program, row: ArrayRow, ids: Mapping[str, int]) -> tuple[int, ...]:
    """The nodes of the rows that a row's formulas name, by way of functions too."""
    if row.role not in ("definition", "output"):
        return ()
    functions = {
        statement.name: statement.body
        for statement in program.statements
        if isinstance(statement, Definition) and statement.parameters is not None
    }
    if row.name:
        bodies: list[Any] = [equation.body for equation in definitions(program)[row.name]]
    else:
        bodies = [program.statements[-1].body]  # type: ignore[union-attr]
    found: dict[int, None] = {}
    entered: set[str] = set()
    for body in bodies:
        waiting = [body]
        while waiting:
            node = waiting.pop()
            name = getattr(node, "name", "") if isinstance(node, (Name, Indexed)) else ""
            if name in ids:
                found[ids[name]] = None
            called = getattr(node, "function", "")
            if called in functions and called not in entered:
                entered.add(called)
                waiting.append(functions[called])
            if isinstance(node, Reduction):
                waiting += [node.body, *node.binders]
            elif isinstance(node, Range):
                waiting += [node.first, node.last]
            waiting.extend(parts(node))
    return tuple(sorted(found))


__all__ = ["ArrayReport", "ArrayRow", "Summary", "report_arrays", "summary"]
