"""A student's formula as a graph, with the names that its question has."""

from __future__ import annotations

from collections.abc import Iterator

from ...errors import BackpropError, refuse, similar
from ...graph import Graph
from ...lowering import CONSTANTS, lower
from ...operations import FUNCTIONS
from ...syntax.tree import Call, Definition, Expression, Name, Program, Result
from ...variables import greek, split_call, split_name
from ..asking.key import Question
from ..asking.parts import children_of
from ..limits import LIMITS

MOST_LISTED = 8


def answer_graph(question: Question, answer: Expression, source: str) -> tuple[Graph, int]:
    """The graph of an answer and its output node; its inputs are those of the question.

    The key's parts and functions keep their meaning, and nothing that a student writes can give
    them another: an answer is an expression. Raises BackpropError for what means nothing here.
    """
    definitions = {
        statement.name: statement
        for statement in question.program.statements
        if isinstance(statement, Definition)
    }
    known = [*question.names.inputs, *definitions]
    for word in words(answer):
        if word.name not in known and word.name not in CONSTANTS and word.name not in FUNCTIONS:
            raise unknown(word, known)
    # Only the definitions that the answer needs: of others it would be noted that nothing uses
    # them, with places in another text.
    result = Result(answer, False, answer.span)
    program = Program((*needed(answer, definitions), result), source)
    lowered = lower(program, question.names.inputs, LIMITS)
    for name, node in lowered.graph.input_nodes().items():
        if name not in question.names.inputs:
            span = lowered.graph.spans.get(node)
            raise refuse("function-without-brackets", f"'{name}' is a function", span,
                         f"write {name}(…)")  # fmt: skip
    return lowered.graph, lowered.output


def words(root: Expression) -> Iterator[Name]:
    """The names in an expression, those of functions too."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Name):
            yield node
        elif isinstance(node, Call):
            yield Name(node.function, node.name_span)
        waiting.extend(reversed(children_of(node)))


def needed(answer: Expression, definitions: dict[str, Definition]) -> list[Definition]:
    """The definitions that an expression uses, also by way of others."""
    found: dict[str, Definition] = {}
    waiting = [word.name for word in words(answer)]
    while waiting:
        name = waiting.pop()
        if name in found or name not in definitions:
            continue
        definition = found[name] = definitions[name]
        own = {parameter.name for parameter in definition.parameters or ()}
        waiting += [word.name for word in words(definition.body) if word.name not in own]
    return list(found.values())


def unknown(word: Name, known: list[str]) -> BackpropError:
    """The refusal of a name that means nothing here, with what may have been meant."""
    name = word.name
    product = split_name(name, {*known, *CONSTANTS, *FUNCTIONS})
    call = split_call(name, known)
    near = greek(name, known) or similar(name, [*known, *FUNCTIONS])
    if name[0] in "d∂" and name[1:] in known:
        help = "an answer is a formula, without gradients in it"
    elif call:
        help = f"write {call[0]}({call[1]})"
    elif product and product[0] not in FUNCTIONS:
        help = f"write {'*'.join(product)}{'(…)' * (product[1] in FUNCTIONS)} for a product"
    elif near:
        help = f"did you mean {' or '.join(near)}?"
    else:
        rest = ", …" if len(known) > MOST_LISTED else ""
        help = f"the question has {', '.join(known[:MOST_LISTED])}{rest}"
    return refuse("unknown-variable", f"'{name}' means nothing here", word.span, help)
