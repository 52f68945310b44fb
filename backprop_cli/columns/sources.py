"""Where data come from: a regular file or standard input, whole or compressed, within limits."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any, NamedTuple

from ..errors import BackpropError, reason_of, refuse
from ..limits import over_limit

LARGEST_DATA = 1 << 30  # the limit 'data-bytes', also for what compressed data unfold to
PIECE = 1 << 20

FORMATS = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".ndjson": "ndjson",
    ".jsonl": "ndjson",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".arrow": "arrow",
    ".ipc": "arrow",
    ".feather": "arrow",
    ".npz": "npz",
    ".npy": "npy",
}
COMPRESSED = (".gz", ".bz2", ".xz", ".zst")
BEGINNINGS = {
    b"PAR1": "parquet",
    b"ARROW1": "arrow",
    b"\x93NUMPY": "npy",
    b"PK\x03\x04": "npz",
}
KNOWN = ", ".join(dict.fromkeys(FORMATS.values()))


class Source(NamedTuple):
    """Data that may be read.

    path    the file; "-" for standard input.
    format  one of the values of FORMATS.
    data    the bytes, unfolded; None for a file that is read from its path.
    """

    path: str
    format: str
    data: bytes | None

    @property
    def file(self) -> str:
        """What messages call it."""
        return "standard input" if self.path == "-" else f"'{self.path}'"

    def opened(self) -> Any:
        """A readable, seekable binary file."""
        import io

        return open(self.path, "rb") if self.data is None else io.BytesIO(self.data)


def data_format(path: str) -> str | None:
    """The format that a file's name says, None if it says none."""
    return FORMATS.get(os.path.splitext(uncompressed(path))[1].lower())


def uncompressed(path: str) -> str:
    """A file's name without the ending of its compression."""
    name, ending = os.path.splitext(path)
    return name if ending.lower() in COMPRESSED else path


def open_source(path: str, format: str | None) -> Source:
    """The data at a path, or of standard input.

    Raises BackpropError for what is no regular file, cannot be read, is too large, or of no known
    format.
    """
    if format is not None and format not in FORMATS.values():
        raise refuse("usage", f"'{format}' is no format of data", help=f"formats: {KNOWN}")
    if path == "-":
        data = standard_input()
        return Source(path, format or sniffed(data, "standard input"), data)
    start = beginning(path)
    known = format or data_format(path)
    ending = os.path.splitext(path)[1].lower()
    if ending in COMPRESSED:
        data = unfolded(path, ending)
        return Source(path, known or sniffed(data, f"'{path}'"), data)
    known = known or sniffed(start, f"'{path}'")
    if known in ("parquet", "arrow", "npz", "npy"):
        return Source(path, known, None)
    return Source(path, known, content(path))


def beginning(path: str) -> bytes:
    """The first bytes of a regular file."""
    try:
        if os.path.exists(path) and not os.path.isfile(path):
            raise refuse(
                "file",
                f"the data, '{path}', are not in a regular file",
                help="for data from a pipe, write --data - and feed standard input",
            )
        with open(path, "rb") as file:
            return file.read(64)
    except (OSError, ValueError) as error:
        raise refuse(
            "file",
            f"the data, '{path}', cannot be read: {reason_of(error)}",
            help="check the path",
        ) from None


def standard_input() -> bytes:
    if sys.stdin is None or sys.stdin.closed:
        raise refuse("file", "the data should come from standard input, which is closed")
    return limited(sys.stdin.buffer.read, "standard input")


def content(path: str) -> bytes:
    """All bytes of a regular file."""
    with open(path, "rb") as file:
        if os.fstat(file.fileno()).st_size > LARGEST_DATA:
            raise over_limit("data-bytes", LARGEST_DATA, f"bytes in '{path}'")
        return file.read()


def limited(read: Callable[[int], bytes], file: str) -> bytes:
    """All that `read` gives, piece by piece; raises BackpropError beyond the limit."""
    pieces: list[bytes] = []
    total = 0
    while piece := read(PIECE):
        total += len(piece)
        if total > LARGEST_DATA:
            raise over_limit("data-bytes", LARGEST_DATA, f"bytes in {file}")
        pieces.append(piece)
    return b"".join(pieces)


def sniffed(data: bytes, file: str) -> str:
    """The format that the first bytes tell: of text, NDJSON and CSV."""
    for magic, format in BEGINNINGS.items():
        if data.startswith(magic):
            return format
    text = data[:64].removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"{"):
        return "ndjson"
    if file == "standard input":
        return "csv"
    raise refuse(
        "file-content",
        f"{file} has a name that does not say what it holds",
        help="give it an ending that says so: .csv, .tsv, .ndjson, .parquet, .arrow, .npz or .npy",
    )


# ----------------------------------------------------------------------------------- compression


def unfolded(path: str, ending: str) -> bytes:
    """The content of a compressed file, refused beyond the limit before memory is filled."""
    import bz2
    import gzip
    import lzma
    import zlib

    file = f"'{path}'"
    if ending == ".zst":
        return unfolded_zstandard(path)
    opener: Any = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}[ending]
    try:
        with opener(path, "rb") as stream:
            return limited(stream.read, file)
    except (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError):
        raise damaged(file, f"{ending[1:]} file") from None


def damaged(file: str, kind: str, reason: str = "") -> BackpropError:
    """The error for a file that does not hold what its name or beginning says."""
    because = f": {reason}" if reason else ""
    return refuse(
        "file-content",
        f"{file} is no {kind}, or a damaged one{because}",
        help="make the file again, or copy it again",
    )


def unfolded_zstandard(path: str) -> bytes:
    """The content of a .zst file of text.

    Python has no Zstandard before 3.14. polars has, inside its CSV reader: so lines are read as
    a column of texts, and no quotation mark means anything.
    """
    import polars as pl

    folded = content(path)
    most = largest_content(folded)
    if most is None:
        raise damaged(f"'{path}'", "zst file")
    if most > LARGEST_DATA:
        raise over_limit("data-bytes", LARGEST_DATA, f"bytes in '{path}'")
    if not most:
        return b""
    try:
        lines = pl.read_csv(
            folded,
            has_header=False,
            separator="\x00",
            quote_char=None,
            schema={"line": pl.String},
            raise_if_empty=False,
            truncate_ragged_lines=False,
        )
    except (pl.exceptions.PolarsError, OSError, pl.exceptions.PanicException):
        raise damaged(f"'{path}'", "zst file of text") from None
    texts: list[str | None] = lines["line"].to_list()
    return "\n".join([text or "" for text in texts] + [""]).encode()


def largest_content(data: bytes) -> int | None:
    """How much a Zstandard file may unfold to, from the headers of its blocks (RFC 8878, 3.1.1);
    None if they are not in order.
    """
    place, total = 0, 0
    while place < len(data):
        magic = int.from_bytes(data[place : place + 4], "little")
        place += 4
        if 0x184D2A50 <= magic <= 0x184D2A5F:  # a frame to skip
            place += 4 + int.from_bytes(data[place : place + 4], "little")
            continue
        if magic != 0xFD2FB528 or place >= len(data):
            return None
        descriptor = data[place]
        single = descriptor >> 5 & 1
        place += 1 + (1 - single) + (0, 1, 2, 4)[descriptor & 3]
        place += (single, 2, 4, 8)[descriptor >> 6]
        last = False
        while not last:
            header = data[place : place + 3]
            if len(header) < 3:
                return None
            block = int.from_bytes(header, "little")
            last, kind, size = bool(block & 1), block >> 1 & 3, block >> 3
            # Raw and repeated blocks say their size; a compressed one unfolds to 128 KiB at most.
            total += size if kind < 2 else 1 << 17
            place += 3 + (1 if kind == 1 else size)
        place += 4 * (descriptor >> 2 & 1)
    return total if place == len(data) else None
