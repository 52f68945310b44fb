"""The values that a user gives to the variables of a formula.

A value is a constant expression of our own language, kept as a syntax tree, so that every namespace
computes it with its own precision: `--x pi/2 --digits 50` knows 50 digits of it. Arrays are made
in `values`, which is imported only where a text or a file may hold one.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from typing import Any, NamedTuple, Union

from .errors import BackpropError, reason_of, refuse
from .graph import Graph
from .limits import DEFAULT_LIMITS, Limits, over_limit
from .lowering import lower
from .run import forward
from .syntax import parse_binding
from .syntax.tree import Expression, Program, Result

LARGEST_FILE = 1 << 20
LARGEST_JSON = 1 << 26  # it may hold arrays
NAMED_NUMBERS = {"NaN": "nan", "Infinity": "inf", "-Infinity": "-inf"}


# What a text with an array has; most texts with it are none.
MAY_BE_ARRAY = re.compile(r"\[|\b(?:normal|uniform|zeros|ones|identity|range)\s*\(")

# Where a list without commas wants them: [1 2 3], [[1, 2] [3, 4]].
BETWEEN_NUMBERS = re.compile(r"(?<=[0-9.])\s+(?=[-+]?[0-9.])")
BETWEEN_ROWS = re.compile(r"\]\s*\[")

# The first line of a file without a header.
DIGITS = re.compile(r"[-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?")


class Bound(NamedTuple):
    """One variable's value.

    value        a graph without inputs that says the number; None for an array.
    uncertainty  the same for its standard uncertainty, if it has one.
    array        the NumPy array (int64, float32 or float64) of a value that is one.
    """

    name: str
    text: str
    value: Graph | None
    uncertainty: Graph | None
    array: Any = None


class FromFile(NamedTuple):
    """An array that a file holds, and the text that refers to it."""

    text: str
    array: Any


Content = Union[str, FromFile]


def bind(pairs: Iterable[tuple[str, Content]], limits: Limits = DEFAULT_LIMITS) -> dict[str, Bound]:
    """The values of (name, text) pairs, each text a constant expression such as `pi/2` or `2±0.1`,
    or an array such as `[1, 2, 3]` or `normal(3; seed=1)`.

    Raises BackpropError for a name that stands twice and for a text that is neither.
    """
    bound: dict[str, Bound] = {}
    for name, content in pairs:
        text = content if isinstance(content, str) else content.text
        if name in bound:
            raise refuse(
                "bound-twice",
                f"'{name}' is given twice: {bound[name].text} and {text}",
                help="leave one of them out",
            )
        if len(bound) >= limits.bindings:
            raise over_limit("bindings", limits.bindings, "bindings")
        array = array_in(name, text, limits) if isinstance(content, str) else content.array
        bound[name] = (
            bind_one(name, text, limits) if array is None else Bound(name, text, None, None, array)
        )
    return bound


def array_in(name: str, text: str, limits: Limits) -> Any:
    """The array that a text says; None if it says a single number, or nothing."""
    if not MAY_BE_ARRAY.search(text):
        return None
    from .values import array_value

    try:
        return array_value(name, text, limits)
    except BackpropError as error:
        help = list_help(name, text)
        if error.diagnostic.code != "bad-value" or not help:
            raise
        raise BackpropError(error.diagnostic._replace(help=help)) from None


def bind_one(name: str, text: str, limits: Limits = DEFAULT_LIMITS) -> Bound:
    """One variable's value, which is a single number."""
    text = text.strip()
    origin = f"the value of {name}"
    if not text:
        raise refuse(
            "missing-value", f"'{name}' has no value", help=f"write {name}=2 or --{name} 2"
        )
    try:
        written = parse_binding(NAMED_NUMBERS.get(text, text), limits)
        value = constant_graph(name, text, written.value)
        uncertainty = written.uncertainty and constant_graph(name, text, written.uncertainty)
    except BackpropError as error:
        raise bad_value(name, text, error).located(text, origin) from None
    return Bound(name, text, value, uncertainty)


def bad_value(name: str, text: str, error: BackpropError) -> BackpropError:
    """An error inside a value, as an error of the binding."""
    found = error.diagnostic
    if found.code == "limit":
        return error
    code = "missing-value" if found.code == "empty" else "bad-value"
    help = found.help or f"write a number, such as {name}=2 or {name}=pi/2"
    if "," in text and found.code == "syntax":
        help = f"write an array in brackets: {name}=[{text}]"
        if text.count(",") == 1:
            decimal = text.replace(",", ".", 1)
            help = f"write a decimal number with a point: {name}={decimal}; two numbers: [{text}]"
    elif text.startswith("["):
        help = list_help(name, text) or help
    message = f"the value of '{name}' cannot be read: {found.message}"
    return BackpropError(found._replace(code=code, message=message, help=help))


def list_help(name: str, text: str) -> str:
    """How to write a list without commas, `[1 2 3]`; nothing for any other text."""
    commas = BETWEEN_NUMBERS.sub(",", BETWEEN_ROWS.sub("],[", text))
    return f"write commas: {name}={commas}" if commas != text and len(commas) <= 60 else ""


def constant_graph(name: str, text: str, expression: Expression) -> Graph:
    """The graph of an expression that must not have inputs; its last node is the output."""
    lowered = lower(Program((Result(expression, False, expression.span),), text))
    graph = lowered.graph
    for variable, node in graph.input_nodes().items():
        if variable != "nan":
            raise refuse(
                "bad-value",
                f"'{variable}' is a name, not a number",
                graph.spans.get(node),
                "write a number; a value cannot refer to other variables"
                f" (to combine, define: {name} = …)",
            )
    if lowered.output != len(graph) - 1:
        raise refuse("bad-value", "the value is not one number", expression.span)
    return graph


def number(graph: Graph | None, xp: Any) -> Any:
    """The number that a constant graph says, on the namespace `xp`; raises BackpropError for None,
    which stands for an array.
    """
    if graph is None:
        raise refuse(
            "not-scalar",
            "an array stands where a single number is expected",
            help="give one number, or use it in a formula over arrays: sum(x^2)",
        )
    return forward(graph, xp, {"nan": xp.constant("nan")} if graph.input_nodes() else {})[-1]


# -------------------------------------------------------------------------------------------- files


def read_text(path: str, what: str) -> str:
    """The text of a small file; raises BackpropError for anything else."""
    return decoded(read_bytes(path, what), f"{what}, '{path}',")


def read_bytes(path: str, what: str, largest: int = LARGEST_FILE) -> bytes:
    """The bytes of a regular file; raises BackpropError for any other, and for a larger one."""
    try:
        if os.path.exists(path) and not os.path.isfile(path):
            raise refuse("file", f"{what}, '{path}', is not a regular file")
        with open(path, "rb") as file:
            data = file.read(largest + 1)
    except OSError as error:
        raise refuse(
            "file", f"{what}, '{path}', cannot be read: {reason_of(error)}", help="check the path"
        ) from None
    except ValueError:
        raise refuse("file", f"{what} has a path that no file can have") from None
    if len(data) > largest:
        raise refuse("file", f"{what}, '{path}', is larger than {largest >> 20} MiB")
    return data


def decoded(data: bytes, what: str) -> str:
    """Bytes as text: UTF-8, with or without a byte-order mark."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise refuse(
            "file-content", f"{what} is not UTF-8 text (line {line})", help="save it as UTF-8"
        ) from None


def from_file(name: str, reference: str) -> Content:
    """The value that `@path`, `@path.json:key` or `@path.csv:column` holds: a text, or an array."""
    path, key = split_reference(reference)
    what, ending = f"the file with '{name}'", path.lower()
    if ending.endswith(".json"):
        text = decoded(read_bytes(path, what, LARGEST_JSON), f"{what}, '{path}',")
        return json_value(name, path, key, text)
    if ending.endswith((".csv", ".tsv")) and not larger(path):
        number = csv_value(name, path, key, read_text(path, what))
        return array_of(name, reference, path, key) if number is None else number
    if holds_arrays(ending):
        return array_of(name, reference, path, key)
    text = read_text(path, what)
    if key:
        raise refuse(
            "file-content",
            f"'{path}' has no parts to choose '{key}' from",
            help="use .json or .csv",
        )
    return text.strip()


def split_reference(reference: str) -> tuple[str, str]:
    """The path and the part of `path:x0:x63`: the path is the longest beginning that exists."""
    path, key = reference, ""
    while not os.path.exists(path) and ":" in path:
        path, _, key = path.rpartition(":")
        key = reference[len(path) + 1 :]
    if os.path.exists(path) or ":" not in reference:
        return path, key
    path, _, key = reference.partition(":")
    return path, key


def holds_arrays(path: str) -> bool:
    """Whether the name of a file says that it is one of data."""
    from .columns.sources import COMPRESSED, FORMATS

    return path.endswith((*FORMATS, *COMPRESSED))


def larger(path: str) -> bool:
    """Whether a file is too large to be read as one number."""
    return os.path.isfile(path) and os.path.getsize(path) > LARGEST_FILE


def array_of(name: str, reference: str, path: str, key: str) -> FromFile:
    """The array that a data file holds."""
    from .values import array_from_file

    return FromFile(f"@{reference}", array_from_file(name, path, key))


def json_value(name: str, path: str, key: str, text: str) -> Content:
    values = json_content(text, path)
    wanted = key or name
    if isinstance(values, dict):
        if wanted not in values:
            listed = ", ".join(list(values)[:8]) or "nothing"
            raise refuse(
                "file-content",
                f"'{path}' has no '{wanted}'; it has {listed}",
                help=f"write @{path}:key",
            )
        return json_text(values[wanted], f"'{wanted}' in {path}")
    if key:
        kind = "a list" if isinstance(values, list) else "a single number"
        raise refuse("file-content", f"'{path}' is {kind}, without keys", help=f"write @{path}")
    return json_text(values, path)


def csv_value(name: str, path: str, key: str, text: str) -> str | None:
    """The number of a CSV file with one cell, or one row below a header; None for an array."""
    import csv
    import io

    delimiter = "\t" if path.lower().endswith("tsv") else ","
    try:
        rows = [row for row in csv.reader(io.StringIO(text), delimiter=delimiter) if row]
    except csv.Error as error:
        raise refuse("file-content", f"'{path}' is no table: {error}") from None
    if len(rows) == 1 and len(rows[0]) == 1 and not key:
        return rows[0][0]
    header = [cell.strip() for cell in rows[0]] if rows else []
    wanted = key or name
    if wanted not in header or len(rows) != 2 or all(map(DIGITS.fullmatch, header)):
        return None
    place = header.index(wanted)
    return rows[1][place] if place < len(rows[1]) else ""


def json_pairs(text: str, what: str) -> list[tuple[str, Content]]:
    """The bindings of a JSON object, as (name, text or array) pairs."""
    values = json_content(text, what)
    if not isinstance(values, dict):
        raise refuse(
            "file-content", f"{what} is not a JSON object", help='write {"x": 2, "y": "pi/2"}'
        )
    return [(key, json_text(item, f"'{key}' in {what}")) for key, item in values.items()]


def json_content(text: str, what: str) -> Any:
    """What a JSON text holds, with the numbers as they are written."""
    import json

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        seen: dict[str, Any] = {}
        for key, value in pairs:
            if key in seen:
                raise refuse(
                    "bound-twice", f"'{key}' stands twice in {what}", help="leave one of them out"
                )
            seen[key] = value
        return seen

    try:
        return json.loads(
            text,
            object_pairs_hook=unique,
            parse_int=Numeral,
            parse_float=Numeral,
            parse_constant=lambda name: Numeral(NAMED_NUMBERS[name]),
        )
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        reason = error.msg[:1].lower() + error.msg[1:]
        help = 'write an object such as {"x": 2, "y": "pi/2"}'
        raise refuse("file-content", f"{what} is not JSON: {reason} ({where})", help=help) from None
    except RecursionError:
        raise refuse("file-content", f"{what} nests too deeply", help='write {"x": 2}') from None


class Numeral(str):
    """A JSON number as it is written."""


def json_text(value: Any, what: str) -> Content:
    """One value of a JSON text: a number, a constant expression, or a list of such values."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        from .values import json_array

        return FromFile(f"the list {what}", json_array(value, what))
    kind = {dict: "an object", bool: "true or false"}.get(type(value), "null")
    raise refuse(
        "file-content", f"{what} is {kind}; a variable is a single number", help='write "x": 2'
    )
