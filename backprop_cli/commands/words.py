"""The words of a command line, sorted before the parser sees them.

`--x 1`, `--x=1` and `x=1` bind variables, unless `--x` is an option of the command; what is left is
the formula. A parser told to ignore unknown options would take `--x` for the formula, eat `-inf`,
and pass over typing errors.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..errors import BackpropError, refuse, similar
from .misplaced import advice

NAME = r"[^\W\d_](?:[\w\u0300-\u036f₀-₉])*"
BINDING = re.compile(rf"({NAME})\s*=(?!=)(.*)", re.DOTALL)
OPTION = re.compile(rf"--({NAME})(?:=(.*))?", re.DOTALL)
SHORT = re.compile(rf"-({NAME})")
NOT_A_NAME = re.compile(r"--(_\w*|[^\W\d_]\w*(-\w+)+)(=.*)?", re.DOTALL)
NUMBER = re.compile(r"[-+−]?[.\d].*|[-+−]?(pi|π|e|inf)\b.*", re.DOTALL)


def sort_words(words: list[str], options: Mapping[str, bool]) -> list[str]:
    """The same words as options, `--bind=name=value`, and behind `--` the formula.

    `options` are the command's own, each with whether it takes a value.
    """
    own: list[str] = []
    bound: list[tuple[str, str, str]] = []  # name, value, the word it came from
    formulas: list[str] = []
    behind: list[tuple[str, str]] = []  # options without a value, and the words behind them
    position = 0
    while position < len(words):
        word = words[position]
        position += 1
        if word == "--":
            formulas += words[position:]
            break
        option, equals, value = word.partition("=")
        if option in options and equals and not options[option]:
            raise takes_no_value(option, value)
        if option in options:
            if not options[option] and position < len(words):
                behind.append((option, words[position]))
            own.append(word)
            if options[option] and not equals and position < len(words):
                own.append(words[position])
                position += 1
            elif options[option] and not equals:
                raise refuse("usage", f"{word} needs a value", help=f"write {word} VALUE")
            continue
        if NOT_A_NAME.fullmatch(word):
            following = words[position] if position < len(words) else ""
            raise not_an_option(option, value if equals else following, list(options))
        named = OPTION.fullmatch(word)
        if named:
            name, value = named[1], named[2]
            if value is None:
                if position == len(words) or OPTION.fullmatch(words[position]):
                    raise missing_value(name, options)
                value = words[position]
                position += 1
            bound.append((name, value, word))
            continue
        given = BINDING.fullmatch(word)
        if given and not has_statements(word):
            bound.append((given[1], given[2], word))
        else:
            formulas.append(word)
    if not formulas and not takes_file(own):
        formulas, bound = formula_among(bound)
    check_formulas(formulas, behind)
    return [*own, *[f"--bind={name}={value}" for name, value, _ in bound], "--", *formulas]


def dashed_names(words: list[str], options: Mapping[str, bool]) -> list[tuple[str, str]]:
    """The names that words such as `--x 1` bind, with their values."""
    found: list[tuple[str, str]] = []
    for place, word in enumerate(words):
        named = OPTION.fullmatch(word)
        if named and f"--{named[1]}" not in options:
            following = words[place + 1] if place + 1 < len(words) else ""
            found.append((named[1], following if named[2] is None else named[2]))
    return found


def has_statements(word: str) -> bool:
    """Whether a word has several statements; `normal(3; seed=1)` is one value."""
    outside = re.sub(r"\([^()]*\)", "", word)
    return ";" in outside or "\n" in word


def takes_file(own: list[str]) -> bool:
    return any(word in ("-f", "--file") or word.startswith("--file=") for word in own)


def formula_among(
    bound: list[tuple[str, str, str]],
) -> tuple[list[str], list[tuple[str, str, str]]]:
    """`f=x*y` is the formula if there is no other, and exactly one word is written like that."""
    written = [binding for binding in bound if not binding[2].startswith("--")]
    if len(written) > 1:
        raise refuse(
            "usage",
            "there is no formula: every word is a value",
            help=f'write the formula behind --: backprop eval {written[1][2]} -- "{written[0][2]}"',
        )
    if not written:
        return [], bound
    return [written[0][2]], [binding for binding in bound if binding is not written[0]]


def missing_value(name: str, options: Mapping[str, bool]) -> BackpropError:
    near = [
        option
        for option in options
        if option.lstrip("-") in similar(name, [o.lstrip("-") for o in options])
    ]
    help = f"write --{name} 2, or --{name}=2"
    if near:
        help += f"; or did you mean {near[0]}?"
    return refuse("missing-value", f"--{name} has no value", help=help, suggestions=tuple(near))


def takes_no_value(option: str, value: str) -> BackpropError:
    name = option.lstrip("-")
    help = f"to give a variable '{name}' its value, write {name}={value}"
    return refuse("usage", f"{option} takes no value", help=help)


def not_an_option(option: str, value: str, options: list[str]) -> BackpropError:
    near = similar(option, options)
    help = "write a formula that starts with -- behind --"
    meant = advice(option.lstrip("-"), value, options)
    if meant and not meant.startswith("did you mean"):
        help, near = meant, []
    elif near:
        help = f"did you mean {near[0]}?"
    elif option.startswith("--_"):
        help = "a name starts with a letter"
    return refuse(
        "usage", f"{option} is no option, and no name", help=help, suggestions=tuple(near)
    )


def check_formulas(formulas: list[str], behind: list[tuple[str, str]]) -> None:
    """There is one formula; more are a formula without quotation marks, `-x 1`, or `--json 1`."""
    if len(formulas) < 2:
        return
    for option, word in behind:
        if NUMBER.fullmatch(word) and word in formulas:
            raise takes_no_value(option, word)
    for place, word in enumerate(formulas):
        name = SHORT.fullmatch(word)
        if name:
            value = formulas[place + 1] if place + 1 < len(formulas) else "2"
            raise refuse(
                "usage",
                f"'{word}' is not an option",
                help=f"write --{name[1]} {value} to give a value",
            )
    shown = " ".join(formulas)
    if len(shown) > 60:
        shown = shown[:57] + "…"
    raise refuse(
        "usage",
        f"there are {len(formulas)} formulas, or one without quotation marks",
        help=f'write the formula as one word: backprop eval "{shown}"',
    )
