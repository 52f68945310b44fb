"""Every variable has a value and every value a variable; what to say where that is not so."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Mapping

from .bindings import Bound
from .errors import BackpropError, Label, Span, refuse, similar
from .lowering import CONSTANTS, Lowered
from .operations import FUNCTIONS
from .syntax.tree import Program

MOST_HINTS = 10  # names that are compared with others


def check_names(
    program: Program, lowered: Lowered, bindings: Mapping[str, Bound], options: Mapping[str, bool]
) -> None:
    """Every input has a value and every value an input; otherwise one error names all that have
    not.
    """
    inputs = lowered.graph.input_nodes()
    unbound = [name for name in inputs if name not in bindings]
    unknown = [name for name in bindings if name not in inputs]
    if unknown:
        raise unknown_variables(unknown, list(inputs), unbound, options)
    if unbound:
        spans = {name: lowered.graph.spans.get(inputs[name]) for name in unbound}
        raise unbound_variables(program, spans, list(bindings), options)


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
    given = frozenset(unknown)
    product = next(filter(None, (split_name(other, given) for other in unbound[:MOST_HINTS])), None)
    call = next(filter(None, (split_call(other, given) for other in unbound[:MOST_HINTS])), None)
    if product:
        help = f"write {'*'.join(product)} for a product"
    elif call:
        help = f"write {call[0]}({call[1]})"
    elif suggestions:
        help = f"did you mean {' or '.join(suggestions)}?"
    elif inputs:
        help = f"its variables are {listed(inputs)}"
    else:
        help = "it has no variables"
    return refuse(
        "unknown-variable",
        f"the formula has no variable {listed(unknown)}",
        help=help,
        suggestions=suggestions,
    )


def unbound_variables(
    program: Program,
    where: Mapping[str, Span] | Mapping[str, Span | None],
    bound: list[str],
    options: Mapping[str, bool],
) -> BackpropError:
    """The error for variables without a value; `where` says where each stands first."""
    unbound, spans = list(where), list(where.values())
    values = " ".join(
        f"--{name} 1" if not options.get(name) else f"{name}=1" for name in unbound[:10]
    )
    help = f"give {'it a value' if len(unbound) == 1 else 'them values'}: {values}"
    known = frozenset(bound) | frozenset(CONSTANTS)
    for name in unbound[:MOST_HINTS]:
        product = split_name(name, known)
        other = greek(name, bound)
        function = name in FUNCTIONS
        call = split_call(name, known)
        if call:
            help = f"write {call[0]}({call[1]}), or give '{name}' a value"
        elif product:
            help = f"write {'*'.join(product)} for a product, or give '{name}' a value"
        elif other:
            help = f"did you mean '{other[0]}'? Names are told apart letter by letter"
        elif function:
            help += f"; the function is written {name}(…)"
        if call or product or other or function:
            break
    plural = "s" if len(unbound) > 1 else ""
    return refuse(
        "unbound-variable",
        f"the variable{plural} {listed(unbound)} {'have' if plural else 'has'} no value",
        spans[0],
        help,
        related=tuple(Label(span, "and here") for span in spans[1:4] if span is not None),
    ).located(program.source)


def split_name(name: str, known: Collection[str]) -> list[str]:
    """`xy` as [x, y], if it is made of known names."""
    for cut in range(1, len(name)):
        if name[:cut] in known and name[cut:] in known:
            return [name[:cut], name[cut:]]
    return []


def split_call(name: str, known: Collection[str]) -> list[str]:
    """`sinx` as [sin, x], if it is made of a function and a known name or a number."""
    for cut in range(2, len(name)):
        if name[:cut] in FUNCTIONS and (name[cut:] in known or name[cut:].isdecimal()):
            return [name[:cut], name[cut:]]
    return []


GREEK_LETTERS = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau"
    " upsilon phi chi psi omega"
)
GREEK = dict(zip("αβγδεζηθικλμνξπρστυφχψω", GREEK_LETTERS.split(), strict=True))
CYRILLIC = {"ha": "x", "ie": "e", "er": "p", "es": "c"}  # named after their sounds


def letters(name: str) -> str:
    """A name with each letter as a Latin one, or as what it is called: α is alpha, Cyrillic х is
    x.
    """
    if name.isascii():
        return name
    spelled = []
    for letter in name:
        called = unicodedata.name(letter, letter).split(" LETTER ")[-1].lower()
        plain = letter if letter.isascii() else CYRILLIC.get(called, called)
        spelled.append(GREEK.get(letter, plain))
    return "".join(spelled)


def greek(name: str, known: Iterable[str]) -> list[str]:
    """The names among `known` that are `name` in letters of another alphabet."""
    same = letters(name)
    return [other for other in known if other != name and letters(other) == same]
