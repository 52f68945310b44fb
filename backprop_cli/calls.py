"""What a call must look like: brackets, number of arguments, and where a condition may stand."""

from __future__ import annotations

import re

from .errors import BackpropError, refuse
from .operations import Operation
from .syntax.tree import Call, Comparison, Indexed, Name, Operator, Reduction

LOGIC = ("and", "or", "not")
OTHER_NAMES = {  # what other languages call a function
    "maximum": "max", "minimum": "min", "average": "mean", "avg": "mean", "power": "pow",
    "transpose": "A^T", "size": "", "len": "", "length": "", "shape": "",
}  # fmt: skip
MOST_PARAMETERS = 8  # that a message lists
BLANKS = re.compile(r"[ \t]*")
WORD = re.compile(r"(?:[^\W_¹²³⁰-⁹]|\.[0-9])[\w.]*")
ENDS = ("", " ", "\n", "+", "-", ")", ",", ";")  # what can stand behind a whole argument
RAISED = re.compile(r"[ \t]*(?:(?:\^|\*\*)[ \t]*[0-9]+|[¹²³⁰⁴-⁹]+)")


def check_brackets(node: Name, source: str) -> None:
    """Refuse `sin x`: a function's name with its argument behind it."""
    raised = RAISED.match(source, node.span.end)  # sin² x
    power = raised[0] if raised else ""
    start = node.span.end + len(power)
    start = BLANKS.match(source, start).end()  # type: ignore[union-attr]
    word = WORD.match(source, start)
    following = source[start : start + 1] or " "
    if (word is None and following not in "|√∛{[") or (word is not None and word[0] == "mod"):
        return
    argument = word[0] if word else ""
    if not word or source[word.end() : word.end() + 1] not in ENDS:
        argument += "…"
    raise refuse(
        "function-without-brackets",
        f"'{node.name}' is a function and needs brackets",
        node.span,
        f"write {node.name}{power.strip()}({argument})",
    )


def check_count(node: Call, names: list[str], optional: int, variadic: bool) -> None:
    """The number of arguments; the last `optional` of the parameters `names` have defaults."""
    given = len(node.arguments)
    if (given >= 1) if variadic else (len(names) - optional <= given <= len(names)):
        return
    wanted = (
        "at least 1 argument" if variadic else f"{len(names)} argument{'s' * (len(names) != 1)}"
    )
    if optional:
        wanted = f"{len(names) - optional} to {len(names)} arguments"
    parameters = ", ".join(names[:MOST_PARAMETERS]) + ", …" * (len(names) > MOST_PARAMETERS)
    if variadic:
        parameters = "x1, x2, …"
    raise refuse(
        "arguments",
        f"'{node.function}' takes {wanted}, not {given}",
        node.span,
        f"write {node.function}({parameters})",
    )


def check_conditions(node: Call, operation: Operation | None) -> None:
    """A condition stands as the first argument of `if`, and nowhere else."""
    chooses = operation is not None and operation.name == "where"
    for place, argument in enumerate(node.arguments):
        condition = isinstance(argument, Comparison) or (
            isinstance(argument, Operator) and argument.operation in LOGIC
        )
        if condition and not (chooses and place == 0):
            raise refuse(
                "comparison",
                "a condition has no value of its own",
                argument.span,
                "write if(condition, 1, 0) for a number",
            )
        if chooses and place == 0 and not condition:
            raise refuse(
                "condition",
                f"'{node.function}' chooses by a condition",
                argument.span,
                f"compare it with something, such as {node.function}(x > 0, a, b)",
            )


def not_a_function(
    node: Call, source: str, known: bool, in_table: bool, near: list[str]
) -> BackpropError:
    """The refusal of a call of something else.

    known    whether the name means a value here.
    in_table whether the table has a function of that name, too.
    near     functions that the name may be a slip of.
    """
    name = node.function
    power, bracket, argument = source[node.name_span.end : node.span.end].strip().partition("(")
    argument = bracket + argument
    shown = argument if len(argument) <= 20 and argument.isprintable() else "(…)"
    other = None if known or in_table else OTHER_NAMES.get(name)
    if other is not None and (not other.islower() or len(node.arguments) > 0):
        return other_name(node, other, shown)
    advice = []
    if len(node.arguments) == 1:
        advice.append(f"write {name}{power.rstrip()}*{shown} for a product")
    if known and in_table:
        advice.append(f"to call the function {name}, give the variable another name")
    elif not known and near:
        advice.append(f"did you mean {near[0]}{shown}?")
    elif not known:
        parameters = ", ".join("uvwabcd"[: len(node.arguments)])
        advice.append(f"define {name}({parameters}) = …")
    help = ", or ".join(advice)
    code, message = "unknown-function", f"'{name}' is not a function"
    return refuse(code, message, node.name_span, help, suggestions=tuple(near))


def other_name(node: Call, other: str, shown: str) -> BackpropError:
    """The refusal of a function that is called otherwise here; "" stands for a size."""
    name = node.function
    help = f"did you mean {other}{shown}?"
    if not other:
        help = "the size of an array is a name: declare data x[N], and write N"
    elif not other.islower():
        help = f"write {other}"
    suggestions = (other,) if other.islower() else ()
    message = f"'{name}' is not a function"
    return refuse("unknown-function", message, node.name_span, help, suggestions=suggestions)


def needs_arrays(node: Indexed | Reduction | Operator) -> BackpropError:
    """The refusal of what only index equations can say, where every name is one number."""
    if isinstance(node, Indexed):
        said = f"'{node.name}[…]' is an element of an array; here every name is a single number"
        help = f"write {node.name}*(…) for a product, or a name of its own such as {node.name}0"
        return refuse("not-scalar", said, node.span, help)
    sign = f"{node.operation}[…]" if isinstance(node, Reduction) else "@"
    said = f"'{sign}' works on arrays; here every name is a single number"
    return refuse("not-scalar", said, node.span)
