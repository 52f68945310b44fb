"""Array values of bindings: lists, forms, files and JSON, and what each refuses."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from backprop_cli.bindings import Bound, bind
from backprop_cli.commands.formula import read_bindings
from backprop_cli.errors import BackpropError
from backprop_cli.limits import DEFAULT_LIMITS

np = pytest.importorskip("numpy")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own for each test."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def bound(text: str, name: str = "x") -> Bound:
    """What `--bind name=text` binds."""
    return read_bindings([f"{name}={text}"], [], DEFAULT_LIMITS)[name]


def value(text: str, name: str = "x") -> Any:
    """The array as lists; None for a single number."""
    array = bound(text, name).array
    return None if array is None else array.tolist()


def refused(text: str, name: str = "x") -> tuple[str, str, str, str]:
    """Code, message, the place in the text, and the fix."""
    with pytest.raises(BackpropError) as caught:
        bound(text, name)
    found = caught.value.diagnostic
    place = found.source[found.span.start : found.span.end] if found.span else ""
    return found.code, found.message, place, found.help


LISTS = [
    ("[1, 2, 3]", [1, 2, 3], "int64"),
    ("[1, pi/2, -3e2]", [1, math.pi / 2, -300], "float64"),
    ("[[1,2],[3,4]]", [[1, 2], [3, 4]], "int64"),
    ("[[1],[2.5]]", [[1], [2.5]], "float64"),
    ("[7,]", [7], "int64"),
    ("[-1, −2, +3]", [-1, -2, 3], "int64"),
    ("[max(1, 2), (3+4)*2]", [2, 14], "float64"),
    ("[inf, -inf, 1e-400]", [math.inf, -math.inf, 0], "float64"),
    ("2*[1, 2]", [2, 4], "int64"),
    ("1 - 2*[1, 2]/4", [0.5, 0], "float64"),
    ("-[1, 2]", [-1, -2], "int64"),
    ("[12345678901234567890, 1]", [12345678901234567890.0, 1], "float64"),
]


@pytest.mark.parametrize(("text", "expected", "dtype"), LISTS, ids=[c[0] for c in LISTS])
def test_lists(text: str, expected: Any, dtype: str) -> None:
    """Nested lists of constant expressions; whole numbers make int64."""
    array = bound(text).array
    assert array.tolist() == expected
    if "*" not in text[:2]:  # arithmetic around an array has the type that NumPy gives it
        assert array.dtype == dtype


@pytest.mark.parametrize("text", ["[7]", "[2+3]*4", "max(1,[2])", "|[1]|", "2", "pi/2", "2±0.1"])
def test_single_numbers_stay_graphs(text: str) -> None:
    """Brackets around one expression group it, as in formulas."""
    found = bound(text)
    assert found.array is None and found.value is not None


LIST_ERRORS = [
    ("[[1,2],[3]]", "the list [1] has 1 and the list [0] 2 items", "[[1,2],[3]]"),
    ("[[[1,2],[3,4]],[[5,6],[7]]]", "the list [1][1] has 1 and the list [0][0] 2 items", None),
    ("[[1,2],3]", "a number at [1] and a list at [0]", None),
    ("[1,[2,3]]", "a list at [1] and a number at [0]", None),
    ("[1,,2]", "nothing stands before this ','", ","),
    ("[,1]", "nothing stands before this ','", ","),
    ("[1, x]", "'x' is a name, not a number", "x"),
    ("[1 2, 3]", "two numbers side by side", "1 2"),
    ("[1e999, 2]", "1e999 is too large for a double", "1e999"),
    ("[[1,2] [3,4]]", "two lists without ','", "["),
    ("[[1,2], 3 [4,5]]", "a number and a list side by side", "3"),
    ("[[],[]]", "a list without numbers", None),
    ("[1,2]+[3,4]", "two arrays in one value", "[3,4]"),
    ("exp([1,2])", "'exp' of an array inside a value", "exp([1,2])"),
    ("[1,2]±0.1", "an array has no uncertainty", "[1,2]"),
    ("[1,2±0.1]", "an array has no uncertainties", None),
    ("[1,2]*y", "a value cannot refer to names", None),
    ("[1,2", "'[' is never closed", "["),
    ("[true, 1]", "'true' is a name, not a number", "true"),
]


@pytest.mark.parametrize(("text", "message", "place"), LIST_ERRORS, ids=[c[0] for c in LIST_ERRORS])
def test_wrong_lists(text: str, message: str, place: str | None) -> None:
    """Each says where in the text, and how to mend it."""
    code, found, marked, help = refused(text)
    assert code == "bad-value" and found.startswith("the value of 'x' cannot be read: ")
    assert message in found and help
    assert place is None or marked.strip() == place


def test_random_forms_are_numpys_own() -> None:
    """Generator(PCG64(seed)): the numbers that a reader can make again."""
    make = np.random.Generator(np.random.PCG64(7))
    assert value("normal(3, 2; seed=7)") == make.standard_normal((3, 2)).tolist()
    make = np.random.Generator(np.random.PCG64(7))
    expected = make.standard_normal(3) * 0.1 + 2
    assert value("normal(3; mean=2, sd=0.1, seed=7)") == expected.tolist()
    make = np.random.Generator(np.random.PCG64(7))
    assert value("uniform(4; low=-1, high=1, seed=7)") == (make.random(4) * 2 - 1).tolist()
    assert value("0.01*normal(3; seed=7)") == [0.01 * v for v in value("normal(3, seed=7)")]
    single = bound("normal(5; seed=7, dtype=float32)").array
    assert single.dtype == np.float32
    assert (2 * single).dtype == bound("2*normal(5; seed=7, dtype=float32)").array.dtype


def test_plain_forms() -> None:
    """zeros, ones, identity and range, with sizes that are constant expressions."""
    assert value("zeros(2, 3)") == [[0, 0, 0]] * 2
    assert value("ones(2*2)") == [1] * 4
    assert value("identity(2)") == [[1, 0], [0, 1]]
    assert bound("range(3)").array.dtype == np.int64 and value("range(3)") == [0, 1, 2]
    assert bound("ones(2; dtype=float32)").array.dtype == np.float32


FORM_ERRORS = [
    ("normal(3)", "needs a seed", "write normal(3; seed=1)"),
    ("normal(3; sd=2)", "needs a seed", "write normal(3; sd=2, seed=1)"),
    ("uniform(3)", "needs a seed", "write uniform(3; seed=1)"),
    ("normal(; seed=1)", "needs a size", "write normal(10, 3; seed=1)"),
    ("normal(2.5; seed=1)", "2.5 is no size", "whole number"),
    ("zeros(0)", "0 is no size", "whole number"),
    ("zeros(-1)", "-1 is no size", "whole number"),
    ("zeros(nan)", "nan is no size", "whole number"),
    ("zeros(n)", "'n' is a name, not a number", "number"),
    ("normal(3; sed=1)", "no option 'sed'", "options: seed, mean, sd, dtype"),
    ("normal(3; seed=-1)", "a seed is a whole number", "seed=1"),
    ("normal(3; seed=1, seed=2)", "'seed' stands twice", "leave one out"),
    ("normal(seed=1, 3)", "a size behind an option", "sizes first"),
    ("normal(3; seed=1, sd=-1)", "sd=-1 is out of range", ""),
    ("uniform(3; low=2, seed=1)", "'low' is not below 'high'", ""),
    ("zeros(3; dtype=int8)", "'int8' is no dtype", "float32 or float64"),
    ("range(2, 3)", "range(…) takes one size", "write range(5)"),
    ("zeros(2)*ones(2)", "two arrays in one value", ""),
    ("normal(3; seed=1)^2", "of an array inside a value", "+ - * /"),
]


@pytest.mark.parametrize(("text", "message", "help"), FORM_ERRORS, ids=[c[0] for c in FORM_ERRORS])
def test_wrong_forms(text: str, message: str, help: str) -> None:
    """Each says what is missing and shows the fix."""
    code, found, _, fix = refused(text)
    assert code == "bad-value" and message in found and help in fix


@pytest.mark.parametrize(
    "text", ["zeros(1e9)", "normal(20000, 20000; seed=1)", "identity(20000)", "ones(1e300, 10)"]
)
def test_sizes_are_limited_before_memory_is_taken(text: str) -> None:
    """200 million numbers, the limit 'cells'; whatever cannot be a size is refused as one."""
    code, message, *_ = refused(text)
    assert (code, "cells" in message) in (("limit", True), ("bad-value", False))


# ------------------------------------------------------------------------------------------ files


def test_numpy_files() -> None:
    """.npy whole, .npz by key or by name; types stay, others are refused."""
    np.save("v.npy", np.arange(6, dtype=np.float32).reshape(2, 3))
    assert bound("@v.npy").array.dtype == np.float32 and value("@v.npy") == [[0, 1, 2], [3, 4, 5]]
    np.save("f.npy", np.asfortranarray(np.arange(6.0).reshape(2, 3)))
    assert value("@f.npy") == [[0, 1, 2], [3, 4, 5]]
    np.save("big.npy", np.arange(3, dtype=">i4"))
    assert bound("@big.npy").array.dtype == np.dtype("int64") and value("@big.npy") == [0, 1, 2]
    np.savez("v.npz", x=np.array([1, 2], np.uint8), other=np.array([0.5, math.nan]))
    assert bound("@v.npz").array.dtype == np.int64 and value("@v.npz") == [1, 2]
    assert math.isnan(bound("@v.npz:other").array[1]), "a value may be NaN, as a number may"
    assert refused("@v.npz", "W")[1] == "'v.npz' has no array 'W'; it has x, other"
    assert "without parts" in refused("@v.npy:k")[1]
    for array, message in (
        (np.array([True]), "true and false"),
        (np.array([1j]), "complex numbers"),
        (np.array(["a"]), "texts"),
        (np.array([2**64 - 1], np.uint64), "beyond 2^53"),
    ):
        np.save("w.npy", array)
        assert refused("@w.npy")[0] == "file-content" and message in refused("@w.npy")[1]
    np.save("o.npy", np.array([{}], dtype=object), allow_pickle=True)
    assert "Python objects" in refused("@o.npy")[1]


def test_tables() -> None:
    """A column by name or key, several as a matrix, a file of numbers whole; one row stays one
    number.
    """
    Path("v.csv").write_text("x,b,b1,c\n1,2,3,4\n5,6.5,7,8\n")
    assert value("@v.csv") == [1, 5] and bound("@v.csv").array.dtype == np.int64
    assert value("@v.csv:b") == [2, 6.5]
    assert value("@v.csv:*") == [[1, 2, 3, 4], [5, 6.5, 7, 8]]
    assert value("@v.csv:x:b") == [[1, 2], [5, 6.5]] and "'w.csv'" in refused("@w.csv:x:b")[1]
    assert value("@v.csv:b,c") == [[2, 4], [6.5, 8]]
    assert refused("@v.csv", "W")[1] == "'v.csv' has no column 'W'; it has x, b, b1, c"
    assert refused("@v.csv:q")[0] == "file-content"
    Path("m.csv").write_text("1,2\n3,4\n")
    assert value("@m.csv") == [[1, 2], [3, 4]] and value("@m.csv:1") == [2, 4]
    Path("n.csv").write_text("1\n3.5\n")
    assert value("@n.csv") == [1, 3.5]
    Path("r.csv").write_text("1,2,3\n")
    assert value("@r.csv") == [[1, 2, 3]]
    Path("one.csv").write_text("x,y\n1.5,2\n")
    assert value("@one.csv") is None and bound("@one.csv").text == "1.5"
    Path("bad.csv").write_text("x,y\n1,2\nz,3\n")
    assert refused("@bad.csv")[1] == "'bad.csv', line 3, column 'x': 'z' is not a number"
    Path("v.ndjson").write_text('{"x": 1}\n{"x": 2.5}\n')
    assert value("@v.ndjson") == [1, 2.5]


def test_a_large_table_is_an_array() -> None:
    """Beyond 1 MiB, where a single number is refused."""
    Path("v.csv").write_text("x\n" + "1\n" * 600_000)
    assert bound("@v.csv").array.shape == (600_000,)
    Path("v.txt").write_text("1" * (1 << 20) + "1")
    assert refused("@v.txt")[0] == "file"


def test_json() -> None:
    """Lists in a file, by key, and in --bindings; numbers keep their kind."""
    Path("l.json").write_text('[[1, 2.5], ["pi/2", -3]]')
    assert value("@l.json") == [[1, 2.5], [math.pi / 2, -3]]
    Path("v.json").write_text('{"x": [1, 2], "y": 3, "k": [[1], [2]], "n": [NaN, -Infinity]}')
    assert value("@v.json") == [1, 2] and bound("@v.json").array.dtype == np.int64
    assert value("@v.json:k") == [[1], [2]]
    assert bound("@v.json:n").array[1] == -math.inf
    found = read_bindings(["z=[1,2]"], ["v.json"], DEFAULT_LIMITS)
    assert found["x"].array.tolist() == [1, 2] and found["y"].array is None
    assert found["z"].array.tolist() == [1, 2]
    for text, message in (
        ("[1, [2]]", "l.json: a list at [1] and a number at [0]"),
        ("[]", "l.json: a list without numbers"),
        ("[1, null]", "l.json has null among its numbers"),
        ("[true]", "l.json has true or false among its numbers"),
        ("[{}]", "l.json has an object among its numbers"),
        ("[" * 500 + "1" + "]" * 500, "more than 32 levels"),
        ("[" * 100_000, "nests too deeply"),
    ):
        Path("l.json").write_text(text)
        code, found_message, *_ = refused("@l.json")
        assert code == "file-content" and message in found_message
    Path("l.json").write_text('["x"]')
    assert "'x' is a name" in refused("@l.json")[1]


def test_places_that_are_no_files() -> None:
    """Folders, pipes, devices and nothing at all, for each kind of array file."""
    for ending in (".npy", ".npz", ".csv", ".json", ".parquet", ".csv.gz"):
        os.mkfifo(f"pipe{ending}")
        os.mkdir(f"folder{ending}")
        for path in (f"pipe{ending}", f"folder{ending}", f"missing{ending}"):
            assert refused(f"@{path}")[0] == "file", path
        Path(f"junk{ending}").write_bytes(b"\x80junk")
        assert refused(f"@junk{ending}")[0] == "file-content"
        Path(f"empty{ending}").write_bytes(b"")
        assert refused(f"@empty{ending}")[0] == "file-content"


def test_bindings_of_the_library() -> None:
    """`bind` takes texts; a name twice and an empty text are errors as before."""
    found = bind([("W", "zeros(2,2)"), ("b", "2")])
    assert found["W"].value is None and found["W"].array.shape == (2, 2)
    assert found["b"].array is None
    with pytest.raises(BackpropError, match="'W' is given twice"):
        bind([("W", "zeros(2)"), ("W", "1")])


def test_numpy_is_not_imported_for_numbers() -> None:
    """A scalar binding, also from a file, costs no import of NumPy or polars."""
    Path("v.json").write_text('{"x": 2}')
    Path("v.csv").write_text("x\n2\n")
    program = (
        "import sys, json; from backprop_cli.commands.formula import read_bindings;"
        "from backprop_cli.limits import DEFAULT_LIMITS as limits;"
        "read_bindings(['a=pi/2', 'b=[7]', 'c=2±0.1', 'd=@v.csv:x'], ['v.json'], limits);"
        "print(json.dumps([m for m in ('numpy', 'polars', 'scipy') if m in sys.modules]))"
    )
    root = Path(__file__).parent.parent
    result = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        env={**os.environ, "PYTHONPATH": str(root)},
        check=True,
    )
    assert json.loads(result.stdout) == []
