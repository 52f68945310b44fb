"""The inputs of a program over arrays: which names need a value, and their values as arrays."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from ...bindings import Bound, number
from ...errors import BackpropError, Label, Span, refuse
from ...namespaces import floats
from ...syntax.tree import Declaration, Definition, Name, Program, Range, Reduction, parts
from ...variables import listed, unbound_variables, unknown_variables
from ..lowering.names import Names
from .evaluation import number_type

Array = Any


def check_inputs(
    program: Program, bindings: Mapping[str, Bound], options: Mapping[str, bool]
) -> None:
    """Every input has a value and every value an input; otherwise one error names all that have
    not. `options` are the command's, for better error messages.
    """
    try:
        names = Names(program, bindings)
        bare = Names(program, [name for name in bindings if name not in indices_of(program)])
    except BackpropError as error:
        raise error.located(program.source) from None
    refuse_indices(program, bindings, bare)
    needed = needed_inputs(program, names)
    known = [*names.free, *names.size_names]
    unknown = [name for name in bindings if name not in known]
    unbound = {name: span for name, span in needed.items() if name not in bindings}
    if unknown:
        raise unknown_variables(unknown, list(needed), list(unbound), options)
    if unbound:
        refusal = unbound_variables(program, unbound, list(bindings), options)
        raise with_index_help(program, refusal, list(unbound))


def needed_inputs(program: Program, names: Names) -> dict[str, Span]:
    """The names that need a value, where each stands first: all but sizes that can be read off."""
    sizes = named_sizes(program)
    found = {**names.size_names, **names.free}
    if "T" in found and not stands_alone(program, "T", exponents):
        del found["T"]  # x^T is a transposed matrix
    return {
        name: span
        for name, span in found.items()
        if name not in sizes and name not in names.equations
    }


def with_index_help(program: Program, error: BackpropError, unbound: list[str]) -> BackpropError:
    """The error for unbound names, with what to do if one of them is meant as an index: it stands
    in subscripts alone.
    """
    bound = indices_of(program)
    for name in unbound:
        found = error.diagnostic
        if name in bound:
            help = f"a reduction over '{name}' ends before the next + or -: write sum[{name}] (…)"
            return BackpropError(found._replace(help=help))
        if stands_alone(program, name, lambda node: getattr(node, "subscripts", ())):
            continue
        help = f"to make '{name}' an index, bind it: sum[{name}] …, or on a left side: s[{name}] ="
        return BackpropError(found._replace(help=f"{found.help}; {help}"))
    return error


def indices_of(program: Program) -> dict[str, Span]:
    """The names that are bound as indices: on a left side, by `for`, in a reduction."""
    found: dict[str, Span] = {}
    for statement in program.statements:
        if isinstance(statement, Declaration):
            continue
        if isinstance(statement, Definition):
            for subscript in statement.subscripts or ():
                if isinstance(subscript, Name):
                    found.setdefault(subscript.name, subscript.span)
            for each in statement.ranges:
                found.setdefault(each.index.name, each.index.span)
        for node in everything(statement.body):
            for binder in node.binders if isinstance(node, Reduction) else ():
                index = binder.index if isinstance(binder, Range) else binder
                if isinstance(index, Name):
                    found.setdefault(index.name, index.span)
    return found


def refuse_indices(program: Program, bindings: Mapping[str, Bound], bare: Names) -> None:
    """Refuse values for indices. A name that formulas use otherwise, too, is none."""
    places = indices_of(program)
    wrong = [name for name in bindings if name in places and name not in bare.free]
    wrong = [name for name in wrong if name not in bare.size_names]
    if not wrong:
        return
    several = len(wrong) > 1
    raise refuse(
        "unknown-variable",
        f"{listed(wrong)} {'are indices' if several else 'is an index'} of the formula and"
        f" {'take' if several else 'takes'} no value",
        places[wrong[0]],
        "leave it out: an index runs over the subscripts that fit; for other values write"
        f" {wrong[0]} in 0..9",
        related=tuple(Label(places[name], "and here") for name in wrong[1:4]),
    ).located(program.source)


def named_sizes(program: Program) -> set[str]:
    """The names that declarations give to the lengths of axes: `N` in `data X[N]`."""
    return {
        size.name
        for statement in program.statements
        if isinstance(statement, Declaration)
        for sizes in statement.sizes
        for size in sizes or ()
        if isinstance(size, Name)
    }


def exponents(node: Any) -> tuple[Any, ...]:
    """The exponent of a power."""
    return node.operands[1:] if getattr(node, "operation", "") == "power" else ()


def stands_alone(
    program: Program, name: str, places: Callable[[Any], tuple[Any, ...]]
) -> bool:
    """Whether a name stands anywhere but in some `places` of the expressions around it."""
    for statement in program.statements:
        if isinstance(statement, Declaration):
            if any(declared.name == name for declared in statement.names):
                return True
            roots: list[Any] = [size for sizes in statement.sizes for size in sizes or ()]
        else:
            roots = [statement.body]
        if isinstance(statement, Definition):
            roots += [*(statement.subscripts or ()), *statement.ranges]
        for root in roots:
            inside: set[int] = set()
            for node in everything(root):
                for place in places(node):
                    inside.update(map(id, everything(place)))
                if isinstance(node, Name) and node.name == name and id(node) not in inside:
                    return True
    return False


def everything(root: Any) -> Iterator[Any]:
    """An expression and all that is inside of it; whatever holds another one comes first."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, Reduction):
            waiting += [node.body, *node.binders]
        elif isinstance(node, Range):
            waiting += [node.first, node.last]
        waiting.extend(parts(node))


def input_values(bindings: Mapping[str, Bound]) -> dict[str, Array]:
    """The values of bindings as NumPy arrays of one type of numbers.

    Whole numbers become numbers of that type, so that they have gradients; where they would lose
    digits, they stay whole. Raises BackpropError for a value with an uncertainty.
    """
    found: dict[str, Array] = {}
    for name, bound in bindings.items():
        if bound.uncertainty is not None:
            raise refuse(
                "bad-value",
                f"'{name}' has an uncertainty, and formulas over arrays have none",
                help=f"write {name}={bound.text.partition('±')[0].strip() or '2'}",
            )
        found[name] = number(bound.value, floats) if bound.array is None else bound.array
    kind = number_type(found)
    return {name: in_type(np.asarray(value), kind) for name, value in found.items()}


def in_type(array: Array, kind: str) -> Array:
    if array.dtype.kind not in "iu":
        return array
    converted = array.astype(kind)
    return converted if np.array_equal(converted, array) else array


def whole_inputs(bindings: Mapping[str, Bound]) -> tuple[str, ...]:
    """The bindings that were given as arrays of whole numbers."""
    return tuple(
        name
        for name, bound in bindings.items()
        if bound.array is not None and bound.array.dtype.kind in "iu"
    )
