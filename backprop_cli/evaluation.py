"""A formula and its bindings → a run in the right kind of numbers, with what the user should know
about it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from .bindings import Bound, number
from .errors import BackpropError, refuse
from .findings import LOSSES, Finding, Subject, findings, limited, stable_form
from .formulas import formulas, titles
from .graph import Graph
from .ledger import Charging, Ledger
from .limits import DEFAULT_LIMITS, Limits, over_limit
from .lowering import Lowered, lower
from .numerals import is_ball, is_finite, is_number, plain, short
from .run import Run, run
from .syntax.tree import Program
from .variables import check_names

MOST_DIGITS = 10_000
BITS_PER_DIGIT = math.log2(10)
LEAST_LAST = 12_288  # bits that are always tried before giving up
MOST_BITS = 50_000  # a precision that is doubled only once beyond
# Nodes times the square of the bits: a second or two for the slowest functions.
REPEATED = 10**10
CERTIFIED = 10**12
AFFORDABLE = 20_000  # nodes up to which a run is repeated in balls
AGREES = 1e-9
NOT_FINITE = re.compile(r"inf|nan|∞", re.IGNORECASE)
NOT_ZERO = re.compile(r"[1-9]|[^\W\d]{2}")  # a text that may say something else than 0


class Evaluation(NamedTuple):
    """A formula evaluated.

    numbers        "float64", "exact" or "balls".
    digits         how many certified digits were asked for, if any.
    bindings       the value of each input, in the namespace's numbers.
    uncertainties  the standard uncertainty of each input that has one.
    """

    program: Program
    lowered: Lowered
    run: Run
    numbers: str
    digits: int | None
    bindings: dict[str, Any]
    uncertainties: dict[str, Any]
    warnings: tuple[Finding, ...]


def evaluate(
    program: Program,
    bindings: Mapping[str, Bound],
    *,
    exact: bool = False,
    digits: int | None = None,
    limits: Limits = DEFAULT_LIMITS,
    options: Mapping[str, bool] | None = None,
) -> Evaluation:
    """Evaluate a program at a point, with every gradient.

    exact    in fractions; an error names the first node that is none.
    digits   that many certified digits, in ball arithmetic.
    options  the names of the command's options and whether each is set: only for better error
             messages.
    """
    lowered = lower(program, bindings, limits)
    check_names(program, lowered, bindings, options or {})
    if exact:
        return in_fractions(program, lowered, bindings, limits)
    if digits is not None:
        return in_balls(program, lowered, bindings, digits)
    return in_floats(program, lowered, bindings)


# ------------------------------------------------------------------------------------------- values


def values_of(bindings: Mapping[str, Bound], xp: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The bound values and the uncertainties, as numbers of the namespace `xp`."""
    values = {name: number(bound.value, xp) for name, bound in bindings.items()}
    uncertainties = {}
    for name, bound in bindings.items():
        if bound.uncertainty is None:
            continue
        size = uncertainties[name] = number(bound.uncertainty, xp)
        if is_number(size) and not (is_finite(size) and size >= 0):
            raise refuse(
                "bad-value",
                f"the uncertainty of '{name}' is negative or no number",
                help=f"write {name}='2±0.1'",
            )
    return values, uncertainties


def check_factorials(program: Program, graph: Graph, values: Mapping[str, Any]) -> None:
    """`n!` is only read where n is whole."""
    for node, operation in enumerate(graph.operations):
        if operation.name != "factorial":
            continue
        name = graph.names.get(graph.inputs[node][0], "")
        if name in values and not operation.domain.holds(plain(values[name])):
            raise refuse(
                "factorial",
                f"'{name}!' needs a whole number, not {short(values[name])}",
                graph.spans.get(node),
                f"write gamma({name} + 1) for other numbers",
            ).located(program.source)


def notes(lowered: Lowered) -> list[Finding]:
    """What was noted while the formula was read."""
    return limited([Finding(note.code, note.message, None, note.span) for note in lowered.notes])


# ------------------------------------------------------------------------------------------- floats


def in_floats(program: Program, lowered: Lowered, bindings: Mapping[str, Bound]) -> Evaluation:
    """IEEE doubles; where they lose the result on the way, balls."""
    from .namespaces import floats

    values, uncertainties = values_of(bindings, floats)
    graph = lowered.graph
    check_factorials(program, graph, values)
    plain = run(graph, floats, values, lowered.output)
    found = findings(plain)
    beyond = out_of_range(plain, bindings)
    inputs = graph.input_nodes()
    infinite = any(not is_finite(v) and inputs[name] not in beyond for name, v in values.items())
    if len(graph) <= AFFORDABLE and not infinite:
        lost = {loss.node for loss in found if loss.code in LOSSES and loss.node is not None}
        lost |= vanished(plain) | beyond | not_finite(plain)
        if lost:
            repeated = repeat_in_balls(lowered, bindings)
            if repeated is not None and not same_results(plain, repeated):
                return rescued(program, lowered, bindings, plain, repeated, lost)
            if repeated is not None:
                found = [finding for finding in found if finding.code not in LOSSES]
    warnings = (*notes(lowered), *found)
    return Evaluation(program, lowered, plain, "float64", None, values, uncertainties, warnings)


def not_finite(plain: Run) -> set[int]:
    """The first node whose value or slope is not finite, if a result is not: 1/(1 - x) may be so
    for want of digits only.
    """
    if all(map(is_finite, results(plain))):
        return set()
    for node, value in enumerate(plain.values):
        if not all(
            map(is_finite, (value, *(s for s in plain.slopes[node] or () if s is not None)))
        ):
            return {node}
    return set()


def out_of_range(plain: Run, bindings: Mapping[str, Bound]) -> set[int]:
    """Constants and inputs that are finite numbers, and no doubles: 1e400, 1e-400."""
    graph = plain.graph
    written = [(node, literal) for node, literal in graph.literals.items()]
    written += [
        (node, bound.text)
        for name, node in graph.input_nodes().items()
        if (bound := bindings.get(name)) is not None
    ]
    return {
        node
        for node, text in written
        if (not is_finite(plain.values[node]) and not NOT_FINITE.search(text))
        or (plain.values[node] == 0 and NOT_ZERO.search(text))
    }


def vanished(plain: Run) -> set[int]:
    """Nodes whose gradient became 0 or infinite although neither factor of it is."""
    lost: set[int] = set()
    for node, slopes in enumerate(plain.slopes):
        upstream = plain.adjoints[node]
        if slopes is None or not upstream or not is_finite(upstream):
            continue
        for slope in slopes:
            if (
                slope
                and is_finite(slope)
                and (upstream * slope == 0 or not is_finite(upstream * slope))
            ) or (
                slope is not None and not slope and plain.graph.operations[node].flat == "saturated"
            ):
                lost.add(node)
    return lost


def repeat_in_balls(lowered: Lowered, bindings: Mapping[str, Bound]) -> Run | None:
    """The run again in balls, with enough bits for every result; None if that is impossible."""
    from flint import ctx

    from .namespaces import balls

    affordable = [bits for bits in balls.PRECISIONS if len(lowered.graph) * bits * bits <= REPEATED]
    for precision in affordable:
        with ctx.workprec(precision):
            try:
                values, _ = values_of(bindings, balls)
                repeated = run(lowered.graph, balls, values, lowered.output)
            except balls.Undecided:
                continue
            if all(certain(result, 64) for result in results(repeated)):
                return repeated
            last = precision == affordable[-1]
            if last and all(is_finite(result) for result in results(repeated)):
                return repeated
    return None


def results(run: Run) -> list[Any]:
    """The output's value and every input's gradient."""
    return [run.values[run.output], *run.gradient().values()]


def certain(value: Any, bits: int) -> bool:
    """Whether a ball is known to so many bits."""
    return not is_ball(value) or bool(value.is_finite() and value.rel_accuracy_bits() >= bits)


def same_results(plain: Run, repeated: Run) -> bool:
    """Whether doubles and balls agree, so that nothing of importance was lost."""
    for rough, true in zip(results(plain), results(repeated), strict=True):
        if not is_finite(rough):
            return False
        if not is_ball(true):
            if rough != true:
                return False
        elif not (abs(true - rough) <= AGREES * abs(true)) and not (
            rough == 0 and true.contains(0)
        ):
            return False
    return True


def rescued(
    program: Program,
    lowered: Lowered,
    bindings: Mapping[str, Bound],
    plain: Run,
    repeated: Run,
    lost: set[int],
) -> Evaluation:
    """The evaluation with the results of the balls, and a warning that says what the doubles lost
    and where.
    """
    from flint import ctx

    from .namespaces import balls

    with ctx.workprec(balls.PRECISIONS[-1]):
        values, uncertainties = values_of(bindings, balls)
    first = min(lost)
    graph = lowered.graph
    advice = stable_form(graph, lost)
    subject = Subject(plain)
    lose = f"lose the result at {subject(first)}"
    if not graph.inputs[first]:
        lose = f"cannot hold {subject.titles[first]}"
    finding = Finding(
        "lost-in-doubles",
        f"doubles {lose}, so the run was repeated in ball arithmetic",
        first,
        graph.spans.get(first),
        f"write {advice}" if advice else "--digits 20 does so from the start",
    )
    others = [other for other in findings(repeated) if other.code not in LOSSES]
    return Evaluation(
        program,
        lowered,
        repeated,
        "balls",
        None,
        values,
        uncertainties,
        (*notes(lowered), finding, *others),
    )


# ---------------------------------------------------------------------------------- exact and balls


def in_fractions(
    program: Program, lowered: Lowered, bindings: Mapping[str, Bound], limits: Limits
) -> Evaluation:
    """Fractions; raises BackpropError where the output or a gradient is none."""
    from .namespaces import exact

    values, uncertainties = values_of(bindings, exact)
    for name, value in {**values, **uncertainties}.items():
        if isinstance(value, exact.NotFraction):
            raise refuse(
                "not-exact",
                f"the value of '{name}' is no fraction: {value.reason}",
                help="leave out --exact",
            )
    check_factorials(program, lowered.graph, values)
    ledger = Ledger(limits.work)
    try:
        result = run(lowered.graph, Charging(exact, ledger), values, lowered.output, ledger)
    except BackpropError as error:
        where = lowered.graph.spans.get(min(len(ledger), len(lowered.graph) - 1))
        raise BackpropError(error.diagnostic._replace(span=where)).located(program.source) from None
    for name, found in (("the result", result.values[lowered.output]), *result.gradient().items()):
        if isinstance(found, exact.NotFraction):
            raise not_exact(program, result, name, found)
    warnings = (*notes(lowered), *findings(result))
    return Evaluation(program, lowered, result, "exact", None, values, uncertainties, warnings)


def not_exact(program: Program, result: Run, name: str, found: Any) -> BackpropError:
    """Names the node where the first result stopped being a fraction."""
    from .namespaces.exact import NotFraction

    graph = result.graph
    what = name if name == "the result" else f"the gradient of '{name}'"
    for node in range(len(graph)):
        places = [result.values[node], *(result.slopes[node] or ())]
        if any(place is found for place in places) or (
            isinstance(result.values[node], NotFraction)
            and result.values[node].reason == found.reason
        ):
            message = f"{what} is no fraction: {found.reason}, at {Subject(result)(node)}"
            return refuse(
                "not-exact", message, graph.spans.get(node), "leave out --exact, or use --digits 30"
            ).located(program.source)
    return refuse(
        "not-exact",
        f"{what} is no fraction: {found.reason}",
        help="leave out --exact, or use --digits 30",
    )


def in_balls(
    program: Program, lowered: Lowered, bindings: Mapping[str, Bound], digits: int
) -> Evaluation:
    """Balls, with more and more bits until `digits` digits of every result are certain."""
    from flint import ctx

    from .namespaces import balls

    if not 1 <= digits <= MOST_DIGITS:
        raise (
            over_limit("digits", MOST_DIGITS, "digits")
            if digits > 0
            else refuse("usage", "--digits takes a positive whole number", help="write --digits 30")
        )
    bits = int(digits * BITS_PER_DIGIT) + 8
    start = bits + 64
    result: Run | None = None
    values: dict[str, Any] = {}
    uncertainties: dict[str, Any] = {}
    reached: list[Any] = []
    most = math.isqrt(CERTIFIED // len(lowered.graph))
    if start > max(most, 1_000):
        raise over_limit("digits", int(most / BITS_PER_DIGIT), "digits for so large a formula")
    for precision in precisions(start, most):
        with ctx.workprec(precision):
            reached = []
            try:
                values, uncertainties = values_of(bindings, balls)
                check_factorials(program, lowered.graph, values)
                result = run(lowered.graph, balls, values, lowered.output, reached)
            except balls.Undecided:
                continue
            if all(certain(found, bits) for found in results(result)):
                break
    if result is None:
        raise undecided(program, lowered, values, reached, precision)
    warnings = [*notes(lowered), *findings(result), *uncertain(result, bits, digits, precision)]
    return Evaluation(
        program, lowered, result, "balls", digits, values, uncertainties, tuple(warnings)
    )


def precisions(start: int, most: int) -> list[int]:
    """How many bits to try, one after the other, up to about `most`."""
    last = max(2 * start, min(start << 5, MOST_BITS), LEAST_LAST)
    tried = [start << times for times in range(1, 5)]
    return [start, *[bits for bits in (*tried, last) if bits <= min(last, most)]]


def undecided(
    program: Program, lowered: Lowered, values: Mapping[str, Any], reached: list[Any], bits: int
) -> BackpropError:
    """The refusal where a comparison stays open; `reached` are the values before it."""
    graph = lowered.graph
    if not reached and graph.input_nodes() and not values:
        return refuse(
            "not-certified",
            f"a value compares numbers too close to tell apart with {bits:,} bits",
            help="leave out --digits, or write the value as a number",
        )
    node = min(len(reached), len(graph) - 1)
    formula = formulas(graph, titles(graph, lowered.output))[node]
    return refuse(
        "not-certified",
        f"{formula} compares numbers too close to tell apart with {bits:,} bits",
        graph.spans.get(node),
        "leave out --digits",
    ).located(program.source)


def uncertain(result: Run, bits: int, digits: int, precision: int) -> Iterator[Finding]:
    """A warning for each result that has fewer certain digits than were asked for."""
    for name, found in (("the result", result.values[result.output]), *result.gradient().items()):
        if certain(found, bits) or not is_finite(found):
            continue
        what = name if name == "the result" else f"the gradient of '{name}'"
        if found.contains(0):
            said = f"{what} is shown as 0: it cannot be told from 0 with {precision} bits"
        else:
            said = f"{what} is certain to fewer than {digits} digits"
        yield Finding("not-certified", said)
