"""Data files: every format, every kind of bad cell with its place, limits, and no silent loss."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import random
import struct
import sys
import zipfile
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from backprop_cli.columns import gather, open_table, read_columns
from backprop_cli.columns import sources as columns_sources
from backprop_cli.columns import table as columns_table
from backprop_cli.errors import BackpropError

np = pytest.importorskip("numpy")
pl = pytest.importorskip("polars")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own for each test."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(content: str | bytes, name: str) -> str:
    data = content.encode() if isinstance(content, str) else content
    Path(name).write_bytes(data)
    return name


def refusal(path: str, **options: Any) -> tuple[str, str]:
    """The code and the message with which a file is refused."""
    with pytest.raises(BackpropError) as caught:
        read_columns(path, **options)
    found = caught.value.diagnostic
    return found.code, found.message.replace(f"'{path}'", "FILE")


def as_lists(path: str, **options: Any) -> dict[str, Any]:
    return {name: array.tolist() for name, array in read_columns(path, **options).arrays.items()}


# ------------------------------------------------------------------------------------------- CSV

GOOD = [
    ("a,b\n1,2\n3,4.5\n", {"a": [1, 3], "b": [2.0, 4.5]}),
    ("a,b\r\n1,2\r\n3,4\r\n\r\n\n", {"a": [1, 3], "b": [2, 4]}),
    ("\ufeffa\n1", {"a": [1]}),
    ("a\r1\r2\r", {"a": [1, 2]}),
    (' a ,"b\nc"\n"1"," 2"\n-3,+4\n', {"a": [1, -3], "b\nc": [2, 4]}),
    ('a,b\n"1\n",2\n', {"a": [1], "b": [2]}),
    ("a\n7 \n\t8\n−3\n", {"a": [7.0, 8.0, -3.0]}),
    ("a\n.5\n5.\n1E5\n1e-400\n-0\n", {"a": [0.5, 5.0, 1e5, 0.0, 0.0]}),
    ("a\n1e300\n9007199254740992\n1e22\n", {"a": [1e300, 9007199254740992.0, 1e22]}),
    ("a\n" + "1\n" * 40_000 + "2.5\n", {"a": [1.0] * 40_000 + [2.5]}),
]


@pytest.mark.parametrize(("text", "expected"), GOOD, ids=range(len(GOOD)))
def test_good_tables(text: str, expected: dict[str, list[float]]) -> None:
    """Line ends, a byte-order mark, quotation marks, spaces and all spellings of numbers."""
    assert as_lists(written(text, "d.csv")) == expected


BAD_CELLS = [
    ("x", "'x' is not a number"),
    ("", "the cell is empty"),
    (" ", "the cell is empty"),
    ("NaN", "'NaN' is a missing value, not a number"),
    ("NA", "'NA' is a missing value, not a number"),
    ("null", "'null' is a missing value, not a number"),
    ("inf", "'inf' is infinite"),
    ("-Infinity", "'-Infinity' is infinite"),
    ("1e400", "'1e400' is too large for a double"),
    ('"1,5"', "'1,5' has a decimal comma; write 1.5"),
    ("true", "'true' is true or false, not a number; write 1 or 0"),
    ("9007199254740993", "'9007199254740993' is a whole number beyond 2^53,"),
    ("123456789012345678901234", "is a whole number beyond 2^53,"),
    ("1_000", "'1_000' is not a number"),
    ("0x10", "'0x10' is not a number"),
    ("1d5", "'1d5' is not a number"),
    ("٣", "'٣' is not a number"),
    ("=1+1", "'=1+1' is not a number"),
    ("1\x00", "is not a number"),
    ("9" * 400, "is too large for a double"),
]


@pytest.mark.parametrize(("cell", "reason"), BAD_CELLS, ids=[repr(c[0][:9]) for c in BAD_CELLS])
@pytest.mark.parametrize("first", ["1", "1.5"], ids=["whole", "real"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_bad_cells_are_named_and_may_be_skipped(
    cell: str, reason: str, first: str, ending: str
) -> None:
    """File, line, column, text and reason; with skip_bad the other rows, and a count."""
    text = ending.join(["a,b", f"{first},2", f"{cell},4", f"{first},6", ""])
    path = written(text, "d.csv")
    code, message = refusal(path)
    assert code == "file-content"
    assert message.startswith("FILE, line 3, column 'a': ") and reason in message
    found = read_columns(path, skip_bad=True)
    assert {name: array.tolist() for name, array in found.arrays.items()} == {
        "a": [float(first)] * 2,
        "b": [2, 6],
    }
    assert (found.rows, found.skipped, found.bad[0].line, found.bad[0].column) == (2, 1, 3, "a")
    assert found.arrays["a"].dtype.kind == ("i" if first == "1" else "f")


def test_lines_are_those_of_the_file() -> None:
    """Line ends within quotation marks count, also those of earlier cells of the same row."""
    path = written('"a\nb",c\n1,"2\n"\n"3\n\n",x\n', "d.csv")
    assert refusal(path)[1] == "FILE, line 7, column 'c': 'x' is not a number"
    path = written("a\n" + "1\n" * 50_000 + "x\n" + "1\n" * 10, "d.csv")
    assert refusal(path)[1] == "FILE, line 50002, column 'a': 'x' is not a number"


WRONG_TABLES = [
    ("", "FILE is empty"),
    ("\n \n", "FILE is empty"),
    ("a,b\n", "FILE has no rows below its header"),
    ("a,b", "FILE has no rows below its header"),
    ("1,2\n3,4\n", "FILE has no header: its first line holds numbers only"),
    ("a;b\n1;2\n", "FILE has semicolons between its names, not commas"),
    ("a\tb\n1\t2\n", "FILE has tabs between its names, not commas"),
    ("a,a\n1,2\n", "two columns of FILE are called 'a': 1 and 2"),
    (",b\n1,2\n", "column 1 of FILE has no name"),
    ("a,b\n1,2,3\n4,5\n", "FILE, line 2: 3 cells where the first line has 2; is there a"),
    ("a,b\n1,2\n3\n", "FILE, line 3: 1 cell where the first line has 2"),
    ("a,b\n1\n2,3,4\n", "FILE, line 2: 1 cell where the first line has 2 (and 1 more"),
    ("a,b\n1,2\n\n3,4\n", "FILE, line 3: an empty line"),
    ("a\n1\n\n2\n", "FILE, line 3, column 'a': the cell is empty"),
    ('a,b\n1,"2\n3,4\n', "FILE, line 2: a quotation mark opens a cell and is never closed"),
    ('a,b\n1,2"3\n4,5"\n', "FILE, line 2: a quotation mark within a cell"),
    ('a,b\n1,2\n"3"4,5\n', "FILE, line 3: a quotation mark within a cell"),
    ("a\n1\n".encode("utf-16"), "FILE is UTF-16 text"),
    ("é,b\n1,2\n".encode("latin-1"), "FILE is not UTF-8 text (line 1)"),
    ("a\né\n".encode("latin-1"), "FILE, line 2, column 'a': '�' is not a number"),
]


@pytest.mark.parametrize(("text", "message"), WRONG_TABLES, ids=range(len(WRONG_TABLES)))
def test_wrong_tables(text: str | bytes, message: str) -> None:
    """Headers, shapes, quotation marks and encodings that are refused as a whole."""
    code, found = refusal(written(text, "d.csv"))
    assert code == "file-content" and found.startswith(message)


def test_rows_of_another_length_are_never_cut_or_filled() -> None:
    """Also where only some of the columns are read, and where too long and too short balance."""
    path = written("a,b,c\n1,2,3\n4,5\n6,7,8,9\n1,1,1\n", "d.csv")
    for wanted in (["a"], ["a", "c"], None):
        assert refusal(path, wanted=wanted)[1].startswith("FILE, line 3: 2 cells")
        found = read_columns(path, wanted=wanted, skip_bad=True)
        assert found.arrays["a"].tolist() == [1, 1]
        assert [one.line for one in found.bad] == [3, 4]


def test_only_wanted_columns_are_looked_at() -> None:
    """Names, texts and equal names in other columns do no harm; a missing one gets a hint."""
    path = written('speed,name,n,n\n1,"Bob, x",,\n2,é,,\n', "d.csv")
    assert as_lists(path, wanted=["speed"]) == {"speed": [1, 2]}
    with pytest.raises(BackpropError, match="no column 'sped'; it has") as caught:
        read_columns(path, wanted=["sped"])
    assert caught.value.diagnostic.help == "did you mean 'speed'?"
    assert "are called 'n'" in refusal(path, wanted=["n"])[1]


def test_every_row_bad() -> None:
    """No rows are no data, even with skip_bad."""
    path = written("a\n" + "x\n" * 3, "d.csv")
    assert refusal(path, skip_bad=True)[1].startswith("every row is bad; FILE, line 2")


def test_bad_rows_are_all_counted_and_the_first_listed() -> None:
    """The list has an end, the count has none."""
    path = written("a\n" + "1\nx\n" * 12_000, "d.csv")
    found = read_columns(path, skip_bad=True)
    assert (found.rows, found.skipped, len(found.bad)) == (12_000, 12_000, 10_000)
    assert "(and 11,999 more bad rows)" in refusal(path)[1]


def test_doubles_are_read_to_the_last_bit() -> None:
    """The nearest double, as Python's float gives it, for random bits and many digits."""
    chance = random.Random(5)
    bits = [struct.unpack("d", chance.randbytes(8))[0] for _ in range(3000)]
    cells = [repr(x) for x in bits if abs(x) < float("inf")]
    cells += [f"{chance.random():.30f}" for _ in range(500)]
    found = read_columns(written("a\n" + "\n".join(cells), "d.csv")).arrays["a"]
    assert found.tolist() == [float(cell) for cell in cells]


def test_random_tables_agree_with_the_csv_module() -> None:
    """Quoting, line ends and lengths of rows: the same cells and lines as Python's own reader."""
    import csv

    chance = random.Random(7)
    cells = ["1", "-2.5", "x", "", '"3"', '"4\n"', '"a""b"', '"5,6"', '"\r\n7"', " 8"]
    for _ in range(300):
        rows = [
            ",".join(chance.choices(cells, k=chance.choice((2, 2, 2, 2, 1, 3)))) or '""'
            for _ in range(chance.randrange(1, 8))
        ]
        text = "a,b\n" + chance.choice(("\n", "\r\n")).join(rows) + chance.choice(("\n", ""))
        reader = csv.reader(io.StringIO(text, ""))
        next(reader)
        good, bad = [], 0
        for row in reader:
            values = [columns_table.read_number(cell) for cell in row]
            if len(row) == 2 and not any(reason for _, reason in values):
                good.append([value for value, _ in values])
            else:
                bad += 1
        path = written(text, "d.csv")
        if not good:
            assert refusal(path, skip_bad=True)[1].startswith("every row is bad")
            continue
        found = read_columns(path, skip_bad=True)
        assert np.column_stack([found.arrays["a"], found.arrays["b"]]).tolist() == good, text
        assert found.skipped == bad


def test_tsv_and_formats_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tabs, --format for odd names, and standard input told from its first byte."""
    assert as_lists(written("a\tb\n1\t2\n", "d.tsv")) == {"a": [1], "b": [2]}
    assert as_lists(written("a\n1\n", "d.dat"), format="csv") == {"a": [1]}
    assert refusal("d.dat")[1].startswith("FILE has a name that does not say what it holds")
    assert refusal("d.dat", format="xls")[0] == "usage"
    for text in (b"a\n1\n", b' {"a": 1}\n'):
        stream = mock.Mock(buffer=io.BytesIO(text), closed=False)
        monkeypatch.setattr(sys, "stdin", stream)
        assert as_lists("-") == {"a": [1]}


def test_without_a_header() -> None:
    """Columns by position, and lines counted as in the file."""
    path = written("1,2\n3,4\n", "d.csv")
    found = read_columns(open_table(path, header=False))
    assert {k: v.tolist() for k, v in found.arrays.items()} == {"0": [1, 3], "1": [2, 4]}
    written("1,2\n3,x\n", "d.csv")
    with pytest.raises(BackpropError, match="line 2, column '1'"):
        read_columns(open_table(path, header=False))


# ------------------------------------------------------------------------------------- wide tables

WIDE = "y,x0,x2,x1,xray,p,q\n1,2,4,3,9,5,6\n"


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("x*", [2, 3, 4]), ("x0:x2", [2, 3, 4]), ("x1:x2", [3, 4]), ("y:x2", [1, 2, 4]),
        ("p,q,x*", [5, 6, 2, 3, 4]), ("x0:x0", [2]), ("xray:q", [9, 5, 6]),
        ("*", [1, 2, 4, 3, 9, 5, 6]),
    ],
)  # fmt: skip
def test_columns_side_by_side(pattern: str, expected: list[float]) -> None:
    """By number, by place, one after the other; the same from `gather`."""
    path = written(WIDE, "d.csv")
    assert as_lists(path, wanted=["X"], rename={"X": pattern}) == {"X": [expected]}
    assert gather(read_columns(path), pattern).tolist() == [expected]


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("x0:x3", "has no column 'x3'"), ("z*", "has no column 'z0'"), ("q:p", "says no column"),
        ("x0:x999999999999", "has no column 'x999999999999'"), ("x0,x0", "'x0' twice"),
        ("nix:p", "has no column 'nix'"), ("x2:x1", "says no column"), (",", "has no column ''"),
    ],
)  # fmt: skip
def test_wrong_patterns(pattern: str, message: str) -> None:
    """Each says which column is missing."""
    path = written(WIDE, "d.csv")
    code, found = refusal(path, wanted=["X"], rename={"X": pattern})
    assert code == "file-content" and message in found


def test_a_gap_and_subscripts() -> None:
    """x0, x2 without x1 is an error; X[0], X[1] are X without more words."""
    assert (
        "no column 'x1', but 'x2'"
        in refusal(written("x0,x2\n1,2\n", "d.csv"), wanted=["X"], rename={"X": "x*"})[1]
    )
    path = written("X[1],y,X[0]\n1,2,3\n", "d.csv")
    assert as_lists(path, wanted=["X", "y"]) == {"X": [[3, 1]], "y": [2]}


# ---------------------------------------------------------------------------------------- NDJSON

NDJSON_BAD = [
    ('{"a":"3"}', "column 'a': '3' is a text, not a number"),
    ('{"a":true}', "column 'a': 'true' is true or false, not a number; write 1 or 0"),
    ('{"a":null}', "column 'a': 'null' is a missing value, not a number"),
    ('{"a":NaN}', "column 'a': 'NaN' is a missing value, not a number"),
    ("{}", "column 'a': the cell is missing: the object has no such key"),
    ('{"a":[1]}', "column 'a': '[…]' is a list"),
    ('{"a":{"b":1}}', "column 'a': '{…}' is an object"),
    ('{"a":1,"a":2}', "the key 'a' stands twice"),
    ('{"a":1,"\\u0061":2}', "the key 'a' stands twice"),
    ("", "an empty line"),
    ("[1]", "no JSON object"),
    ('{"a":1}{"a":2}', "no JSON: extra data (column 8)"),
    ('{"a":1', "no JSON: "),
    ('{"a":9007199254740993}', "column 'a': '9007199254740993' is a whole number beyond 2^53"),
    ('{"a":1e400}', "column 'a': '1e400' is too large for a double"),
    ('{"a":' * 10_000, "an object that nests too deeply"),
]


@pytest.mark.parametrize(("line", "reason"), NDJSON_BAD, ids=[c[0][:14] for c in NDJSON_BAD])
def test_bad_lines_of_ndjson(line: str, reason: str) -> None:
    """Each with its line; the others are kept with skip_bad, and whole numbers stay whole."""
    path = written(f'{{"a":1,"b":"text"}}\n{line}\n{{"a":3}}\n', "d.ndjson")
    code, message = refusal(path, wanted=["a"])
    assert code == "file-content" and message.startswith("FILE, line 2")
    assert reason.replace("'3'", "'\"3\"'") in message
    found = read_columns(path, wanted=["a"], skip_bad=True)
    assert found.arrays["a"].tolist() == [1, 3] and found.skipped == 1
    assert found.arrays["a"].dtype == np.int64


def test_good_ndjson_is_read_alike_by_both_readers() -> None:
    """polars where nothing is in doubt, Python otherwise: the same numbers and types."""
    lines = [f'{{"a": {k}, "b": {k / 7!r}}}' for k in range(500)]
    fast = read_columns(written("\n".join(lines), "d.ndjson"))
    slow = read_columns(written("\r\n".join(lines) + "\n\n", "d.jsonl"))
    table = open_table("d.ndjson")
    assert table.by_polars(["a", "b"], 500) is not None  # type: ignore[attr-defined]
    third = table.by_python(["a", "b"])  # type: ignore[attr-defined]
    for name in "ab":
        for other in (slow.arrays[name], third.arrays[name]):
            assert fast.arrays[name].dtype == other.dtype
            assert fast.arrays[name].tolist() == other.tolist()
    assert read_columns(written('{"a":1}\n{"a":1.5}\n', "d.ndjson")).arrays["a"].dtype == float


# ----------------------------------------------------------------------------------- compression


def zstandard(data: bytes) -> bytes:
    """A frame with one raw block."""
    head = (0xFD2FB528).to_bytes(4, "little") + b"\xa0" + len(data).to_bytes(4, "little")
    return head + (len(data) << 3 | 1).to_bytes(3, "little") + data


@pytest.mark.parametrize(
    ("ending", "fold"),
    [(".gz", gzip.compress), (".bz2", bz2.compress), (".xz", lzma.compress), (".zst", zstandard)],
)
def test_compressed_files(ending: str, fold: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unfolded, with the lines of the text; cut ones and bombs are refused."""
    path = written(fold(b'a,b\r\n"1",2\r\n3,x\r\n'), f"d.csv{ending}")
    assert refusal(path)[1] == "FILE, line 3, column 'b': 'x' is not a number"
    assert as_lists(path, wanted=["a"]) == {"a": [1, 3]}
    cut = written(Path(path).read_bytes()[:-6], f"cut.csv{ending}")
    assert "is no" in refusal(cut)[1]
    assert "is no" in refusal(written(b"junk", f"junk.csv{ending}"))[1]
    monkeypatch.setattr(columns_sources, "LARGEST_DATA", 10)
    assert refusal(path)[0] == "limit"


def test_a_zstandard_bomb_is_refused_by_its_headers() -> None:
    """80 kB that would unfold to 2.6 GB."""
    repeated = (1 << 17 << 3 | 2).to_bytes(3, "little") + b"1"
    last = (1 << 3 | 3).to_bytes(3, "little") + b"\n"
    bomb = (0xFD2FB528).to_bytes(4, "little") + b"\x00\x58" + repeated * 20_000 + last
    assert refusal(written(bomb, "d.csv.zst"))[0] == "limit"


# ---------------------------------------------------------------------------------- binary files


@pytest.mark.parametrize("name", ["d.parquet", "d.arrow"])
def test_parquet_and_arrow(name: str) -> None:
    """Numbers as they are; nulls, NaN and other types are refused or skipped by row."""
    frame = pl.DataFrame(
        {
            "a": [1.0, 2, 3, 4],
            "k": pl.Series([1, 2, 3, 4], dtype=pl.UInt8),
            "b": [1, None, 3, 4],
            "e": [1.0, float("nan"), float("inf"), 2.0],
            "c": ["x"] * 4,
            "t": [True] * 4,
            "big": pl.Series([1, 2, 3, 2**64 - 1], dtype=pl.UInt64),
        }
    )
    (frame.write_parquet if name.endswith("parquet") else frame.write_ipc)(name)
    found = read_columns(name, wanted=["a", "k"])
    assert [found.arrays[n].dtype.name for n in "ak"] == ["float64", "int64"]
    for wanted, message in (
        (["c"], "the column 'c' of FILE holds texts, not real numbers"),
        (["t"], "the column 't' of FILE holds true and false, not real numbers"),
        (["a", "b"], "FILE, row 2, column 'b': the cell is empty"),
        (["big"], "FILE, row 4, column 'big':"),
        (["e"], "FILE, row 2, column 'e': 'nan' is a missing value, not a number (and 1 more"),
        (None, "the column 'c'"),
    ):
        assert refusal(name, wanted=wanted)[1].startswith(message)
    found = read_columns(name, wanted=["a", "b", "e", "big"], skip_bad=True)
    assert (found.rows, found.skipped) == (1, 3)
    data = Path(name).read_bytes()
    for part in (b"", data[:-30], data[: len(data) // 2]):
        assert "or a damaged one" in refusal(written(part, f"cut{name[1:]}"))[1]


@pytest.mark.parametrize("name", ["d.parquet", "d.arrow"])
def test_many_rows_in_a_small_file(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The number of rows is known from the metadata, and limited before anything is read."""
    frame = pl.DataFrame({"a": pl.zeros(5_000_000, eager=True)})
    if name.endswith("parquet"):
        frame.write_parquet(name)
    else:
        frame.write_ipc(name, compression="zstd")
    assert os.path.getsize(name) < 100_000
    monkeypatch.setattr(columns_table, "MOST_CELLS", 1_000_000)
    with mock.patch.object(pl.LazyFrame, "select", autospec=True) as select:
        select.side_effect = lambda self, what: mock.DEFAULT
        select.return_value.collect.return_value.item.return_value = 5_000_000
        assert refusal(name)[0] == "limit"
        assert select.call_count == 1, "the rows were read"


def test_npz_and_npy() -> None:
    """Arrays of more axes by rows; float32 stays; rows must agree; NaN with its subscripts."""
    np.savez(
        "d.npz",
        X=np.arange(12.0).reshape(3, 2, 2),
        y=np.array([0, 1, 2], np.uint8),
        f=np.ones(3, np.float32),
        z=np.array([[1.0, 2], [3, np.nan], [np.inf, 2]]),
        s=np.ones(4),
        n=np.array(3.0),
    )
    found = read_columns("d.npz", wanted=["X", "y", "f"])
    assert found.arrays["X"].shape == (3, 2, 2) and found.rows == 3
    assert [found.arrays[n].dtype.name for n in "Xyf"] == ["float64", "int64", "float32"]
    assert refusal("d.npz", wanted=["z"])[1].startswith("FILE, row 2, column 'z[1]': 'nan' is")
    assert as_lists("d.npz", wanted=["z", "y"], skip_bad=True) == {"z": [[1, 2]], "y": [0]}
    assert "'X' has 3 and 's' 4" in refusal("d.npz", wanted=["X", "s"])[1]
    assert "single number" in refusal("d.npz", wanted=["n"])[1]
    np.save("d.npy", np.arange(6.0).reshape(3, 2))
    assert as_lists("d.npy") == {"0": [0, 2, 4], "1": [1, 3, 5]}
    both = as_lists("d.npy", wanted=["X", "y"], rename={"X": "0:1", "y": "1"})
    assert both == {"X": [[0, 1], [2, 3], [4, 5]], "y": [1, 3, 5]}
    np.save("d.npy", np.ones((2, 2, 2)))
    assert "3 axes" in refusal("d.npy")[1]


def npy(header: str, body: bytes = b"") -> bytes:
    head = header.ljust(117).encode() + b"\n"
    return b"\x93NUMPY\x01\x00" + len(head).to_bytes(2, "little") + head + body


NPY_WRONG = [
    (npy("{'descr': '<f8', 'fortran_order': False, 'shape': (10**12,), }"), "damaged"),
    (npy("{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,), }"), "cells"),
    (npy("{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }", b"12345678"), "disagree"),
    (npy("{'descr': '<f8', 'fortran_order': False, 'shape': (-1,), }"), "damaged"),
    (npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }"), "Python objects"),
    (npy("{'descr': '<c16', 'fortran_order': False, 'shape': (1,), }"), "complex numbers"),
    (npy("{'descr': '|b1', 'fortran_order': False, 'shape': (1,), }"), "true and false"),
    (npy("{'descr': '<U3', 'fortran_order': False, 'shape': (1,), }"), "texts"),
    (npy("{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,), }"), "records"),
    (npy("{'descr': '<f16', 'fortran_order': False, 'shape': (1,), }"), "128 bits"),
    (npy("__import__('os')"), "damaged"),
    (b"\x93NUMPY\x07\x00junk", "damaged"),
    (b"", "damaged"),
]


@pytest.mark.parametrize(("data", "message"), NPY_WRONG, ids=range(len(NPY_WRONG)))
def test_wrong_numpy_files(data: bytes, message: str) -> None:
    """Pickles, bombs and types that are no real numbers, alone and in an archive."""
    assert message in refusal(written(data, "d.npy"))[1]
    with zipfile.ZipFile("d.npz", "w") as archive:
        archive.writestr("X.npy", data)
    assert message in refusal("d.npz")[1]


def test_wrong_archives() -> None:
    """What is no archive, an empty one, and one that unfolds to more than the limit."""
    assert "no npz file" in refusal(written(b"PK\x03\x04junk", "d.npz"))[1]
    with zipfile.ZipFile("d.npz", "w") as archive:
        archive.writestr("readme.txt", "x")
    assert "it holds no arrays" in refusal("d.npz")[1]
    np.savez_compressed("d.npz", X=np.zeros(1000))
    data = bytearray(Path("d.npz").read_bytes())
    data[60] ^= 0xFF
    assert "damaged" in refusal(written(bytes(data), "d.npz"))[1]
    with mock.patch.object(columns_table, "MOST_CELLS", 900):
        np.savez_compressed("d.npz", X=np.zeros(1000))
        assert refusal("d.npz")[0] == "limit"


# ------------------------------------------------------------------------------------- the places


def test_places_that_are_no_files() -> None:
    """Folders, pipes, devices and nothing at all; a link to a file is one."""
    os.mkfifo("pipe.csv")
    for path in (".", "pipe.csv", "missing.csv", "/dev/zero", "a\0b", ""):
        assert refusal(path)[0] == "file", path
    written("a\n1\n", "d.csv")
    os.symlink("d.csv", "link.csv")
    assert as_lists("link.csv") == {"a": [1]}


def test_a_name_with_signs_is_only_a_name() -> None:
    """polars would read * and ? in a path as a pattern."""
    for name in ("a*.parquet", "b=1?.parquet"):
        pl.DataFrame({"a": [1]}).write_parquet(name)
        assert as_lists(name) == {"a": [1]}
    assert refusal("*.parquet")[0] == "file"


def test_a_large_text_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    """By bytes before it is read, and by cells before they are parsed."""
    path = written("a\n" + "1\n" * 100, "d.csv")
    monkeypatch.setattr(columns_sources, "LARGEST_DATA", 100)
    assert refusal(path)[0] == "limit"
    monkeypatch.setattr(columns_sources, "LARGEST_DATA", 1000)
    monkeypatch.setattr(columns_table, "MOST_CELLS", 50)
    assert refusal(path)[0] == "limit"
