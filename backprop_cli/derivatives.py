"""Derivatives as formulas: partial derivatives of any order and the Hessian, as plain data.

A derivative of higher order is the derivative of the simplified one before it. Each formula parses
back; where it stands on definitions (the user's, or names given to shared parts), `program` has
them in front.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from .bindings import Bound
from .errors import refuse
from .evaluation import Evaluation, evaluate
from .findings import Finding
from .formulas import titles
from .graph import Graph
from .limits import DEFAULT_LIMITS, Limits, over_limit
from .lowering import CONSTANTS, Lowered, lower
from .namespaces.graphs import differentiate
from .operations import FUNCTIONS
from .simplify import Simplified, copied, simplify, sizes
from .simplify.naming import (
    Definition,
    Names,
    names_in,
    own_length,
    shared_names,
)
from .simplify.printing import formula_text
from .syntax import parse
from .syntax.printer import print_program
from .syntax.tree import Program
from .variables import listed, unknown_variables

MOST_ORDER = 100
MOST_DERIVATIVES = 2_000
LONGEST_OUTPUT = 500_000  # nodes of all formulas together


class Derivative(NamedTuple):
    """One partial derivative.

    variables    by which it is taken, one after the other.
    graph, node  the formula; the nodes in `names` stand by their name.
    definitions  what it stands on, each after those that it needs itself.
    length       the nodes of its formula written out in full.
    simplified   whether it was; otherwise it is as back-propagation made it.
    value        at the point, None without one.
    """

    variables: tuple[str, ...]
    graph: Graph
    node: int
    names: Mapping[int, str]
    definitions: tuple[Definition, ...]
    length: int
    simplified: bool
    value: Any = None

    @property
    def formula(self) -> str:
        """The formula in the language."""
        return formula_text(self.graph, self.node, self.names)

    @property
    def program(self) -> str:
        """The formula with its definitions, which parses back by itself."""
        lines = [f"{definition.name} = {definition.formula}" for definition in self.definitions]
        return "; ".join([*lines, self.formula])


class Derivatives(NamedTuple):
    """What `backprop diff` shows; `evaluation` is None unless every variable has a value."""

    source: str
    parsed: str
    name: str
    inputs: tuple[str, ...]
    order: int
    hessian: bool
    derivatives: tuple[Derivative, ...]
    evaluation: Evaluation | None
    warnings: tuple[Finding, ...]

    @property
    def definitions(self) -> tuple[Definition, ...]:
        """All definitions that any of the formulas needs, each once."""
        found = {
            definition.name: definition
            for derivative in self.derivatives
            for definition in derivative.definitions
        }
        return tuple(found.values())


class Question(NamedTuple):
    """What is to be differentiated, by what, how often."""

    program: Program
    bindings: Mapping[str, Bound]
    wrt: tuple[str, ...] = ()  # none: every variable
    order: int = 1
    hessian: bool = False
    define: bool = False
    exact: bool = False
    digits: int | None = None
    limits: Limits = DEFAULT_LIMITS


def derive(question: Question, options: Mapping[str, bool] | None = None) -> Derivatives:
    """Derivatives of a program's output. Raises BackpropError for unknown variables and limits."""
    program = question.program
    lowered = lower(program, question.bindings, question.limits)
    inputs = list(lowered.graph.input_nodes())
    unknown = [name for name in question.bindings if name not in inputs]
    if unknown:
        unbound = [name for name in inputs if name not in question.bindings]
        raise unknown_variables(unknown, inputs, unbound, options or {})
    wrt = chosen(question, inputs, set(lowered.graph.names.values()))
    check_size(question, len(wrt))
    bound = bool(inputs) and all(name in question.bindings for name in inputs)
    evaluation = None
    if bound:
        evaluation = evaluate(
            program,
            question.bindings,
            exact=question.exact,
            digits=question.digits,
            limits=question.limits,
        )
    found, ties = all_derivatives(question, lowered, wrt)
    if evaluation is not None:
        found = [with_value(derivative, question, evaluation) for derivative in found]
    warnings = [*notes(lowered, question, inputs, found, ties)]
    warnings += evaluation.warnings if evaluation else ()
    return Derivatives(
        program.source,
        print_program(program),
        output_name(lowered),
        tuple(inputs),
        2 if question.hessian else question.order,
        question.hessian,
        tuple(found),
        evaluation,
        tuple(dict.fromkeys(warnings)),
    )


def output_name(lowered: Lowered) -> str:
    """What to call the function: its own name, or f."""
    return lowered.output_name or titles(lowered.graph, lowered.output)[lowered.output]


# ----------------------------------------------------------------------------------------- limits


def chosen(question: Question, inputs: list[str], named: set[str]) -> list[str]:
    """The variables to differentiate by."""
    unknown = [name for name in question.wrt if name not in inputs]
    if unknown and unknown[0] in named:
        raise refuse(
            "unknown-variable",
            f"'{unknown[0]}' is defined by the formula, and no variable",
            help=f"its variables are {listed(inputs)}",
        )
    if unknown:
        raise unknown_variables(unknown, inputs, [], {})
    return list(dict.fromkeys(question.wrt)) or inputs


def check_size(question: Question, variables: int) -> None:
    if not 1 <= question.order <= MOST_ORDER:
        raise refuse(
            "usage" if question.order < 1 else "limit",
            f"--order takes a whole number from 1 to {MOST_ORDER}",
            help="write --order 2",
        )
    wanted = variables * (variables + 1) // 2 if question.hessian else variables
    if wanted > MOST_DERIVATIVES:
        raise refuse(
            "limit",
            f"{wanted:,} derivatives, more than {MOST_DERIVATIVES:,} (the limit 'derivatives')",
            help="choose variables with --wrt x,y",
        )


def too_long(total: int) -> Exception:
    return refuse(
        "limit",
        f"the formulas have {total:,} numbers, names and signs, more than {LONGEST_OUTPUT:,} (the"
        " limit 'output')",
        help="choose variables with --wrt x,y; backprop eval has the numbers",
    )


# ------------------------------------------------------------------------------------ derivatives


def all_derivatives(
    question: Question, lowered: Lowered, wrt: list[str]
) -> tuple[list[Derivative], list[str]]:
    """The derivatives in order, and the max and min whose ties are left out."""
    limits = question.limits
    names = Names({*lowered.graph.names.values(), *CONSTANTS, *FUNCTIONS})
    ties: dict[str, None] = {}
    first, kept = gradient(lowered, wrt, limits, ties, question)
    steps: list[tuple[tuple[str, ...], Simplified, int]] = []
    if question.hessian:
        for place, name in enumerate(wrt):
            rest = wrt[place:]
            row = again(first, place, rest, limits, ties)
            steps += [((name, other), row, i) for i, other in enumerate(rest)]
    else:
        for place, name in enumerate(wrt):
            result, at = first, place
            for _ in range(question.order - 1):
                result, at = again(result, at, [name], limits, ties), 0
            steps.append(((name,) * question.order, result, at))
    results = {id(result): result for _, result, _ in steps}
    named = {key: shared_names(result, names, question.define) for key, result in results.items()}
    lengths = {key: sizes(result.graph, named[key]) for key, result in results.items()}
    total = sum(lengths[id(result)][result.outputs[at]] for _, result, at in steps)
    if total > LONGEST_OUTPUT:
        raise too_long(total)
    found = []
    for variables, result, at in steps:
        key = id(result)
        found.append(finished(variables, result, at, lengths[key], named[key], kept))
    return found, list(ties)


def gradient(
    lowered: Lowered, wrt: list[str], limits: Limits, ties: dict[str, None], question: Question
) -> tuple[Simplified, dict[str, Definition]]:
    """The first derivatives, simplified: with the user's definitions where that is shorter."""
    graph = lowered.graph
    derived, nodes = differentiate(graph, lowered.output)
    check_nodes(derived, limits)
    outputs = [nodes[name] for name in wrt]
    plain = simplify(derived, outputs, len(graph))
    note_ties(derived, plain, ties)
    kept = {
        node: name
        for node, name in graph.names.items()
        if graph.inputs[node] and node != lowered.output
    }
    if not kept or question.order > 1 or question.hessian:
        return plain, {}
    short = simplify(derived, outputs, len(graph), kept)
    used = set(short.graph.input_nodes())
    definitions = {
        name: Definition(name, graph, node, {**kept}) for node, name in sorted(kept.items())
    }
    for definition in reversed(list(definitions.values())):
        if definition.name in used:
            used.update(names_in(definition))
    lengths = sizes(graph, kept)
    cost = sum(
        own_length(graph, definition.node, lengths) + 1
        for definition in definitions.values()
        if definition.name in used
    )
    if total_length(short) + cost < total_length(plain):
        return short, definitions
    return plain, {}


def again(
    result: Simplified, place: int, wrt: list[str], limits: Limits, ties: dict[str, None]
) -> Simplified:
    """The derivatives of a derivative."""
    alone = copied(result.graph, [result.outputs[place]], {})
    for name in wrt:
        alone.graph.input(name)
    derived, nodes = differentiate(alone.graph, alone.outputs[0])
    check_nodes(derived, limits)
    found = simplify(derived, [nodes[name] for name in wrt], len(alone.graph))
    note_ties(derived, found, ties)
    return found


def check_nodes(graph: Graph, limits: Limits) -> None:
    if len(graph) > limits.nodes:
        raise over_limit("nodes", limits.nodes, "nodes in the graph of the derivative")


def note_ties(graph: Graph, result: Simplified, ties: dict[str, None]) -> None:
    for node in result.ties[:10]:
        if sizes_below(graph, node, 200):
            ties[formula_text(graph, node)] = None
        else:
            ties[f"{graph.operations[node].name}(…)"] = None


def sizes_below(graph: Graph, node: int, most: int) -> bool:
    """Whether a node's formula is short."""
    waiting = [node]
    for _ in range(most):
        if not waiting:
            return True
        waiting.extend(graph.inputs[waiting.pop()])
    return False


def total_length(result: Simplified) -> int:
    lengths = sizes(result.graph)
    return sum(lengths[node] for node in result.outputs)


# ------------------------------------------------------------------------------------------ names


def finished(
    variables: tuple[str, ...],
    result: Simplified,
    place: int,
    lengths: list[int],
    names: Mapping[int, str],
    kept: Mapping[str, Definition],
) -> Derivative:
    """A derivative with the definitions that it needs."""
    graph, node = result.graph, result.outputs[place]
    needed = {node}
    waiting = [node]
    while waiting:
        for source in graph.inputs[waiting.pop()]:
            if source not in needed:
                needed.add(source)
                waiting.append(source)
    inputs = {graph.names[part] for part in needed if part in graph.names}
    definitions = []
    for definition in reversed(list(kept.values())):
        if definition.name in inputs:
            inputs |= names_in(definition)
            definitions.append(definition)
    definitions.reverse()
    definitions += [
        Definition(name, graph, part, names)
        for part, name in names.items()
        if part in needed and part != node
    ]
    return Derivative(
        variables,
        graph,
        node,
        names,
        tuple(definitions),
        lengths[node],
        result.simplified[place],
    )


# ------------------------------------------------------------------------------- values and notes


def with_value(derivative: Derivative, question: Question, evaluation: Evaluation) -> Derivative:
    """A derivative with its value: eval's gradient, and for a higher order its formula's value."""
    if len(derivative.variables) == 1:
        return derivative._replace(value=evaluation.run.gradient()[derivative.variables[0]])
    program = parse(derivative.program, question.limits)
    inputs = lower(program, question.bindings, question.limits).graph.input_nodes()
    given = {name: bound for name, bound in question.bindings.items() if name in inputs}
    found = evaluate(
        program, given, exact=question.exact, digits=question.digits, limits=question.limits
    )
    return derivative._replace(value=found.run.values[found.run.output])


def notes(
    lowered: Lowered,
    question: Question,
    inputs: list[str],
    found: list[Derivative],
    ties: list[str],
) -> list[Finding]:
    """What the user should know about the formulas."""
    notes = [Finding(note.code, note.message, None, note.span) for note in lowered.notes]
    for tie in ties:
        notes.append(
            Finding(
                "tie",
                f"at a tie of {tie} the formula takes the first of the equal arguments; eval lets"
                " them share the gradient equally",
            )
        )
    open_names = [name for name in inputs if name not in question.bindings]
    if question.bindings and open_names:
        notes.append(
            Finding(
                "unbound-variable",
                f"no values are shown, since {listed(open_names)}"
                f" {'have' if len(open_names) > 1 else 'has'} none",
            )
        )
    if not question.define and any(derivative.names for derivative in found):
        notes.append(
            Finding("named-parts", "parts that occur more than once have names, as with --define")
        )
    if not inputs:
        notes.append(Finding("no-variables", "the formula has no variables to differentiate by"))
    if not all(derivative.simplified for derivative in found):
        notes.append(Finding("not-simplified", "some formulas are as back-propagation made them"))
    return notes
