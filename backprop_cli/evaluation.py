"""A formula and its bindings → a run in the right kind of numbers, with what the user should know about it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from .bindings import Bound, number
from .errors import BackpropError, Label, refuse, similar
from .findings import LOSSES, Finding, Subject, findings, stable_form
from .formulas import formulas, titles
from .graph import Graph
from .limits import DEFAULT_LIMITS, Limits, over_limit
from .lowering import CONSTANTS, Lowered, lower
from .numerals import is_ball, is_finite
from .operations import FUNCTIONS
from .run import Run, run
from .syntax.tree import Program

MOST_DIGITS = 10_000
BITS_PER_DIGIT = math.log2(10)
AFFORDABLE = 20_000  # nodes up to which a run is repeated in balls
AGREES = 1e-9


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
    options  the names of the command's options and whether each is set: only for better error messages.
    """
    lowered = lower(program, bindings, limits)
    check_names(program, lowered, bindings, options or {})
    if exact:
        return in_fractions(program, lowered, bindings)
    if digits is not None:
        return in_balls(program, lowered, bindings, digits)
    return in_floats(program, lowered, bindings)


# ------------------------------------------------------------------------------------------- bindings


def check_names(
    program: Program, lowered: Lowered, bindings: Mapping[str, Bound], options: Mapping[str, bool]
) -> None:
    """Every input has a value and every value an input; otherwise one error names all that have not."""
    inputs = lowered.graph.input_nodes()
    unbound = [name for name in inputs if name not in bindings]
    unknown = [name for name in bindings if name not in inputs]
    if unknown:
        raise unknown_variables(unknown, list(inputs), unbound, options)
    if unbound:
        raise unbound_variables(program, lowered.graph, unbound, list(bindings), options)


def listed(names: list[str]) -> str:
    """Names for a message: at most ten of them."""
    shown = ", ".join(f"'{name}'" for name in names[:10])
    return shown if len(names) <= 10 else f"{shown} and {len(names) - 10} more"


def unknown_variables(
    unknown: list[str], inputs: list[str], unbound: list[str], options: Mapping[str, bool]
) -> BackpropError:
    name = unknown[0]
    near = similar(name, unbound or inputs) or greek(name, inputs)
    flags = [f"--{option}" for option in similar(name, list(options))]
    suggestions = tuple(near + flags)
    products = [split_name(other, unknown) for other in unbound]
    if any(products):
        help = f"write {'*'.join(next(filter(None, products)))} for a product"
    elif suggestions:
        help = f"did you mean {' or '.join(suggestions)}?"
    elif inputs:
        help = f"its variables are {listed(inputs)}"
    else:
        help = "it has no variables"
    return refuse("unknown-variable", f"the formula has no variable {listed(unknown)}", help=help, suggestions=suggestions)


def unbound_variables(
    program: Program, graph: Graph, unbound: list[str], bound: list[str], options: Mapping[str, bool]
) -> BackpropError:
    nodes = graph.input_nodes()
    spans = [graph.spans.get(nodes[name]) for name in unbound]
    values = " ".join(f"--{name} 1" if not options.get(name) else f"{name}=1" for name in unbound[:10])
    help = f"give {'it a value' if len(unbound) == 1 else 'them values'}: {values}"
    known = [*bound, *CONSTANTS]
    for name in unbound:
        product = split_name(name, known)
        other = greek(name, bound)
        function = name in FUNCTIONS
        if product:
            help = f"write {'*'.join(product)} for a product, or give '{name}' a value"
        elif other:
            help = f"did you mean '{other[0]}'? Names are told apart letter by letter"
        elif function:
            help += f"; the function is written {name}(…)"
        if product or other or function:
            break
    plural = "s" if len(unbound) > 1 else ""
    return refuse(
        "unbound-variable",
        f"the variable{plural} {listed(unbound)} {'have' if plural else 'has'} no value",
        spans[0],
        help,
        related=tuple(Label(span, "and here") for span in spans[1:4] if span is not None),
    ).located(program.source)


def split_name(name: str, known: list[str]) -> list[str]:
    """`xy` as [x, y], if it is made of known names."""
    for cut in range(1, len(name)):
        if name[:cut] in known and name[cut:] in known:
            return [name[:cut], name[cut:]]
    return []


GREEK = dict(
    zip(
        "αβγδεζηθικλμνξπρστυφχψω",
        "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi chi"
        " psi omega".split(),
        strict=True,
    )
)


def greek(name: str, known: list[str]) -> list[str]:
    """The names among `known` that are `name` with a letter of another alphabet: α for alpha, Cyrillic х for x."""
    import unicodedata

    def plain(text: str) -> str:
        letters = []
        for letter in text:
            named = unicodedata.name(letter, "").split(" LETTER ")[-1].lower() if not letter.isascii() else letter
            letters.append(GREEK.get(letter, {"ha": "x", "ie": "e", "er": "p", "es": "c"}.get(named, named)))
        return "".join(letters)

    return [other for other in known if other != name and plain(other) == plain(name)]


def values_of(bindings: Mapping[str, Bound], xp: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The bound values and the uncertainties, as numbers of the namespace `xp`."""
    values = {name: number(bound.value, xp) for name, bound in bindings.items()}
    uncertainties = {}
    for name, bound in bindings.items():
        if bound.uncertainty is None:
            continue
        size = uncertainties[name] = number(bound.uncertainty, xp)
        if not is_finite(size) or size < 0:
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
        name = graph.names.get(graph.inputs[node][0])
        if name in values and not operation.domain.holds(values[name]):
            raise refuse(
                "factorial",
                f"'{name}!' needs a whole number, not {values[name]}",
                graph.spans.get(node),
                f"write gamma({name} + 1) for other numbers",
            ).located(program.source)


def notes(lowered: Lowered) -> list[Finding]:
    """What was noted while the formula was read."""
    return [Finding(note.code, note.message, None, note.span) for note in lowered.notes]


# --------------------------------------------------------------------------------------------- floats


def in_floats(program: Program, lowered: Lowered, bindings: Mapping[str, Bound]) -> Evaluation:
    """IEEE doubles; where they lose the result on the way, balls."""
    from .namespaces import floats

    values, uncertainties = values_of(bindings, floats)
    check_factorials(program, lowered.graph, values)
    plain = run(lowered.graph, floats, values, lowered.output)
    found = findings(plain)
    if all(map(is_finite, values.values())) and len(lowered.graph) <= AFFORDABLE:
        lost = {finding.node for finding in found if finding.code in LOSSES} | vanished(plain)
        lost.discard(None)
        if lost:
            repeated = repeat_in_balls(lowered, bindings)
            if repeated is not None and not same_results(plain, repeated):
                return rescued(program, lowered, bindings, plain, repeated, lost)
            if repeated is not None:
                found = [finding for finding in found if finding.code not in LOSSES]
    warnings = (*notes(lowered), *found)
    return Evaluation(program, lowered, plain, "float64", None, values, uncertainties, warnings)


def vanished(plain: Run) -> set[int]:
    """Nodes whose gradient became 0 or infinite although neither factor of it is."""
    lost: set[int] = set()
    for node, slopes in enumerate(plain.slopes):
        upstream = plain.adjoints[node]
        if slopes is None or not upstream or not is_finite(upstream):
            continue
        for slope in slopes:
            if slope and is_finite(slope) and (upstream * slope == 0 or not is_finite(upstream * slope)):
                lost.add(node)
            elif slope is not None and not slope and plain.graph.operations[node].flat == "saturated":
                lost.add(node)
    return lost


def repeat_in_balls(lowered: Lowered, bindings: Mapping[str, Bound]) -> Run | None:
    """The run again in balls, with enough bits for every result; None where that is not possible."""
    from flint import ctx

    from .namespaces import balls

    for precision in balls.PRECISIONS:
        with ctx.workprec(precision):
            try:
                values, _ = values_of(bindings, balls)
                repeated = run(lowered.graph, balls, values, lowered.output)
            except balls.Undecided:
                continue
            if all(certain(result, 64) for result in results(repeated)):
                return repeated
            last = precision == balls.PRECISIONS[-1]
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
        if isinstance(true, int) or not is_ball(true):
            continue
        if not (abs(true - rough) <= AGREES * abs(true)) and not (rough == 0 and true.contains(0)):
            return False
    return True


def rescued(
    program: Program, lowered: Lowered, bindings: Mapping[str, Bound], plain: Run, repeated: Run, lost: set[int]
) -> Evaluation:
    """The evaluation with the results of the balls, and a warning that says what the doubles lost and where."""
    from flint import ctx

    from .namespaces import balls

    with ctx.workprec(balls.PRECISIONS[-1]):
        values, uncertainties = values_of(bindings, balls)
    first = min(lost)
    graph = lowered.graph
    advice = stable_form(graph, lost)
    finding = Finding(
        "lost-in-doubles",
        f"doubles lose the result at {Subject(plain)(first)}, so the run was repeated in ball arithmetic",
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


# ------------------------------------------------------------------------------------- exact and balls


def in_fractions(program: Program, lowered: Lowered, bindings: Mapping[str, Bound]) -> Evaluation:
    """Fractions; raises BackpropError where the output or a gradient is none."""
    from .namespaces import exact

    values, uncertainties = values_of(bindings, exact)
    for name, value in {**values, **uncertainties}.items():
        if isinstance(value, exact.NotFraction):
            raise refuse("not-exact", f"the value of '{name}' is no fraction: {value.reason}", help="leave out --exact")
    check_factorials(program, lowered.graph, values)
    result = run(lowered.graph, exact, values, lowered.output)
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
            isinstance(result.values[node], NotFraction) and result.values[node].reason == found.reason
        ):
            message = f"{what} is no fraction: {found.reason}, at {Subject(result)(node)}"
            return refuse(
                "not-exact", message, graph.spans.get(node), "leave out --exact, or use --digits 30"
            ).located(program.source)
    return refuse("not-exact", f"{what} is no fraction: {found.reason}", help="leave out --exact, or use --digits 30")


def in_balls(program: Program, lowered: Lowered, bindings: Mapping[str, Bound], digits: int) -> Evaluation:
    """Balls, with more and more bits until `digits` digits of every result are certain."""
    from flint import ctx

    from .namespaces import balls

    if not 1 <= digits <= MOST_DIGITS:
        raise over_limit("digits", MOST_DIGITS, "digits") if digits > 0 else refuse(
            "usage", "--digits takes a positive whole number", help="write --digits 30"
        )
    bits = int(digits * BITS_PER_DIGIT) + 8
    start = bits + 64
    result, values, uncertainties = None, {}, {}
    for precision in (start, 2 * start, 4 * start, 8 * start, 16 * start, max(32 * start, balls.PRECISIONS[-1])):
        with ctx.workprec(precision):
            try:
                values, uncertainties = values_of(bindings, balls)
                check_factorials(program, lowered.graph, values)
                reached: list[Any] = []
                result = run(lowered.graph, balls, values, lowered.output, reached)
            except balls.Undecided:
                continue
            if all(certain(found, bits) for found in results(result)):
                break
    if result is None:
        node = min(len(reached), len(lowered.graph) - 1)
        raise refuse(
            "not-certified",
            f"{formulas(lowered.graph, titles(lowered.graph, lowered.output))[node]} compares numbers too close to tell apart with"
            f" {precision:,} bits",
            lowered.graph.spans.get(node),
            "leave out --digits",
        ).located(program.source)
    warnings = [*notes(lowered), *findings(result)]
    for name, found in (("the result", result.values[lowered.output]), *result.gradient().items()):
        if certain(found, bits):
            continue
        what = name if name == "the result" else f"the gradient of '{name}'"
        if is_finite(found) and found.contains(0):
            warnings.append(Finding("not-certified", f"{what} is shown as 0: it cannot be told from 0 with {precision} bits"))
        elif is_finite(found):
            warnings.append(Finding("not-certified", f"{what} is certain to fewer than {digits} digits"))
    return Evaluation(program, lowered, result, "balls", digits, values, uncertainties, tuple(warnings))
