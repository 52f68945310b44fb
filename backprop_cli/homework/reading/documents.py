"""The bytes of a hand-in → a sheet, or the reason why it is none: a PDF, a picture, a notebook.
"""

from __future__ import annotations

import html
import re

from ...errors import refuse
from ..limits import LARGEST_FILE
from ..marks import Remark
from .responses import (
    Responses,
    has_answers_below,
    json_responses,
    lines_of,
    table_responses,
)
from .sheets import Sheet, read_record, read_sheet
from .spreadsheets import spreadsheet

PAGE = re.compile(r"\s*(?:<!doctype html|<html|<\?xml|<(?:div|p|body|span|table|ul|ol)[ >])", re.I)

SIGNATURES = [  # how a file starts, and what it is
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a Word, Excel or zip file"),
    (b"PK\x05\x06", "an empty zip file"),
    (b"\xd0\xcf\x11\xe0", "a Word or Excel file"),
    (b"{\\rtf", "a rich-text file"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"RIFF", "a picture or recording"),
    (b"\x1f\x8b", "a compressed file"),
    (b"7z\xbc\xaf", "a compressed file"),
    (b"Rar!\x1a", "a compressed file"),
    (b"bplist", "a web archive"),
    (b"\x7fELF", "a program"),
]
TAG = re.compile(r"[A-Za-z/!?]")
SILENT = frozenset({"script", "style", "head", "template", "title"})
CELLS = frozenset({"td", "th"})
BLOCKS = frozenset(
    {"p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "table", "ul", "ol"}
    | {"blockquote", "section", "article", "hr", "body", "tbody", "thead"}
)
ENCODINGS = [  # byte-order marks
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
]
OLD_NOTE = Remark("note", 0, "the file is not UTF-8; some characters are guessed")
TABLES = (".csv", ".tsv")
PAGES = (".html", ".htm")
OBJECTS = (".json", ".jsonl", ".ndjson")


def sheet_of(data: bytes, file: str = "") -> Sheet:
    """The sheet that a file holds; its name tells tables and pages from text.

    Raises BackpropError with the reason where it holds none, or those of several students.
    """
    text, remarks = sheet_text(data, file)
    ending = file.lower()
    if ending.endswith(OBJECTS) or text.lstrip()[:1] == "{":
        sheet = only(json_responses(text))
    elif ending.endswith(TABLES):
        sheet = sheet_of_table(text)
    else:
        sheet = read_sheet(text)
    return sheet._replace(remarks=(*remarks, *sheet.remarks))


def sheet_text(data: bytes, file: str) -> tuple[str, tuple[Remark, ...]]:
    """The text of a sheet, and remarks on how it was read; of a page, without its tags."""
    text, remarks = text_of(data)
    if file.lower().endswith(PAGES) or PAGE.match(text):
        text = text_of_page(text)
    return text, remarks


def responses_of(data: bytes, file: str, largest: int = LARGEST_FILE) -> Responses:
    """The records of a CSV or JSON file of at most so many bytes."""
    text, remarks = text_of(data, largest)
    found = (
        table_responses(spreadsheet(text))
        if file.lower().endswith(TABLES)
        else json_responses(text)
    )
    return found._replace(remarks=(*remarks, *found.remarks))


def is_one_sheet(data: bytes, file: str) -> bool:
    """Whether a CSV is one student's, with an answer on each row."""
    if not file.lower().endswith(TABLES):
        return False
    return has_answers_below(spreadsheet(text_of(data, len(data))[0]))


def only(found: Responses) -> Sheet:
    """The sheet of a file with a single record."""
    if len(found.records) != 1:
        help = "to mark a whole class from one file, give backprop check that file"
        message = f"it holds {len(found.records)} sheets instead of one"
        raise refuse("file-content", message, help=help)
    sheet = read_record(found.records[0])
    return sheet._replace(remarks=(*found.remarks, *sheet.remarks))


def sheet_of_table(text: str) -> Sheet:
    """The sheet of a CSV: one row with a column for each answer, or one answer on each row."""
    table = spreadsheet(text)
    return read_sheet(lines_of(table)) if has_answers_below(table) else only(table_responses(table))


# --------------------------------------------------------------------------------------------- text


def text_of(data: bytes, largest: int = LARGEST_FILE) -> tuple[str, tuple[Remark, ...]]:
    """Bytes as text: UTF-8, or UTF-16 with its mark. A line that is neither is read as
    Windows-1252, so that one odd character costs no more than itself.

    Raises BackpropError for what is no text at all.
    """
    if len(data) > largest:
        raise refuse("file", f"it is larger than {largest >> 20} MiB")
    for start, kind in SIGNATURES:
        if data.startswith(start):
            help = "hand in the sheet as plain text"
            raise refuse("file-content", f"it is {kind}, not text", help=help)
    if data[4:8] == b"ftyp":
        raise refuse("file-content", "it is a picture or film, not text")
    for mark, encoding in ENCODINGS:
        if data.startswith(mark):
            text = data.decode(encoding, "replace")
            return text, (OLD_NOTE,) if "\ufffd" in text else ()
    try:
        return data.decode("utf-8-sig"), ()
    except UnicodeDecodeError:
        lines = data.removeprefix(b"\xef\xbb\xbf").split(b"\n")
        return "\n".join(map(guessed, lines)), (OLD_NOTE,)


def guessed(line: bytes) -> str:
    """A line as UTF-8, or where it is not, as Windows-1252."""
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("cp1252", "replace")


def text_of_page(text: str) -> str:
    """The text of a simple HTML page, such as an online text: blocks on lines of their own, a tab
    between cells.

    Takes one look at each character, whatever the page; the library's parser needs a minute for
    some of 30 KiB.
    """
    first, *pieces = text.split("<")
    said, hidden = [first], ""  # inside what, up to which text
    for piece in pieces:
        if piece.startswith("!--") and not hidden:
            hidden = "-->"
        inside, closed, behind = piece.partition(">")
        if hidden == "-->":
            _, ended, behind = piece.partition("-->")
            hidden = "" if ended else hidden
            said.append(behind)
            continue
        if hidden:
            if inside.lower().startswith(hidden):
                hidden = ""
                said.append(behind)
            continue
        if not closed or not TAG.match(inside):
            said.append(f"<{piece}")
            continue
        name = inside.rstrip("/ ").partition(" ")[0].lower()
        if name in SILENT:
            hidden = f"/{name}"
            continue
        said.append("\t" if name in CELLS else "\n" if name.removeprefix("/") in BLOCKS else "")
        said.append(behind)
    return html.unescape("".join(said))
