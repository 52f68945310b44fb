"""What `backprop draw` shows in a terminal: every drawing is read back, and says what the graph
says.

`python tests/test_terminal_drawing.py` writes tests/drawings/ anew; look at them before you commit.
"""

from __future__ import annotations

import io
import re
import time
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from circuits import MOCKUP, POINT, SAMPLES, Case, random_case
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from backprop_cli.circuit import Gate, circuit
from backprop_cli.drawing import diagram
from backprop_cli.drawing.metrics import cut
from backprop_cli.render.plain import width
from backprop_cli.render.rails import (
    COMMUTING,
    MOST_NODES,
    circuit_lines,
    from_output,
    print_drawing,
    rail_lines,
)
from backprop_cli.reporting import Report

FOLDER = Path(__file__).parent / "drawings"
WIDE = 10_000

MOCKUPS = [
    Case("first-circuit", "q = x + y; f = q*z", {"x": "-2", "y": "5", "z": "-4"}),
    Case("shared-node", "e = (a + b)*(b + 1)", {"a": "2", "b": "1"}),
    Case("sigmoid-neuron", "s = w0*x0 + w1*x1 + w2; f = 1/(1 + exp(-s))", POINT),
    Case("regularised-neuron", MOCKUP, POINT),
]
OTHERS = [
    Case("order", "(a - b)/(b - a)*(a + b)", {"a": "1", "b": "2"}),
    Case("twice", "x*x*x + x", {"x": "3"}),
    Case("conditions", "if(x > 0, x*y, y - x) + clamp(x, 0, 1)", {"x": "3", "y": "2"}),
    Case("constant", "2*3 + sin(1)", {}),
    Case("variable", "x", {"x": "0.00001"}),
    Case("unread", "g = x + z; f = 2*y", {"x": "1", "y": "2", "z": "3"}),
    Case("wide-names", "重み*入力 + é̃", {"重み": "2", "入力": "-1.5", "é̃": "1"}),
]


# ------------------------------------------------------------------------------ circuits, read back

Cell = tuple[int, int]
Said = tuple[object, ...]  # sign or input, name, value, gradient, and the same of each source
OPEN = {  # the sides to which a character of a line is open
    "─": "LR", "│": "UD", "╮": "LD", "╯": "LU", "╭": "RD", "╰": "RU", "├": "UDR", "┤": "UDL",
    "┴": "ULR", "┬": "DLR", "┼": "UDLR", "●": "UDLR",
}  # fmt: skip


class Drawing:
    """The circuit that a reader makes out: `gates` with what stands in and around each, and their
    sources from the top.
    """

    def __init__(self, text: str) -> None:
        self.rows = [list(cells(line)) for line in text.split("\n\n∂")[0].split("\n")]
        self.boxes = {box[:2]: box[2] for row in range(len(self.rows)) for box in self.find(row)}
        self.ends = {
            (row, column + end): (row, column)
            for (row, column), sign in self.boxes.items()
            for end in [width(sign) - 1]
        }
        self.known: dict[Cell, Said] = {}

    def at(self, row: int, column: int) -> str:
        inside = 0 <= row < len(self.rows) and 0 <= column < len(self.rows[row])
        return self.rows[row][column] if inside else " "

    def find(self, row: int) -> Iterator[tuple[int, int, str]]:
        """The gates of a row, with brackets, and the input's name at its beginning."""
        cells = self.rows[row]
        column = 0
        if cells and cells[0] not in {" ", *OPEN}:
            while self.at(row, column) != "─":
                column += 1
            yield row, 0, "".join(cells[:column])
        while column < len(cells):
            if cells[column] == "(" and self.at(row, column - 1) == "─":
                start, depth = column, 0
                while True:
                    depth += {"(": 1, ")": -1}.get(cells[column], 0)
                    if not depth:
                        break
                    column += 1
                yield row, start, "".join(cells[start : column + 1])
            column += 1

    def sources(self, row: int, column: int) -> list[Cell]:
        """Against the current from a place on a wire: the gates and inputs that it comes from."""
        while True:
            if (row, column) in self.ends:
                return [self.ends[row, column]]
            if self.at(row, column) not in "─│":
                return self.gathered(row, column)
            column -= 1  # a wire that a vertical line cuts goes on behind it

    def gathered(self, row: int, column: int) -> list[Cell]:
        """What comes in from the left on a vertical line that a wire leaves to the right, from the
        top. At a dot that is one wire, and what is behind it belongs to other branches.
        """
        sign = self.at(row, column)
        if sign == "●" and self.enters(row, column):
            return self.sources(row, column - 1)
        rows = [row] if sign in "┬┴┼" else []
        for side in "UD":
            if side in OPEN[sign]:
                rows += self.entries(row, column, side)
        return [self.only(at, column - 1) for at in sorted(rows)]

    def entries(self, row: int, column: int, side: str) -> Iterator[int]:
        """The rows above or below a place on a vertical line where something comes in."""
        while side in OPEN[self.at(row, column)]:
            row += {"U": -1, "D": 1}[side]
            sign = self.at(row, column)
            if {"U": "D", "D": "U"}[side] not in OPEN.get(sign, ""):
                return  # above or below a dot without a line on this side
            if sign in "┤╮╯" or (sign == "●" and self.enters(row, column)):
                yield row
            if sign == "●" and self.enters(row, column):
                return

    def enters(self, row: int, column: int) -> bool:
        return self.at(row, column - 1) == "─"

    def only(self, row: int, column: int) -> Cell:
        (found,) = self.sources(row, column)
        return found

    def tokens(self, row: int, first: int) -> list[tuple[int, str]]:
        """The words of a row of labels from a column on, with their columns."""
        text = "".join(c or "\0" for c in (self.rows[row] if 0 <= row < len(self.rows) else []))
        words = re.finditer(r"[^\s─│╮╯╭╰├┤┴┬┼●]+", text[first:])
        return [(first + word.start(), word[0].replace("\0", "")) for word in words]

    def gate(self, cell: Cell) -> Said:
        """(sign or input, name, value, gradient, sources)."""
        if cell in self.known:
            return self.known[cell]
        row, column = cell
        sign = self.boxes[cell]
        end = column + width(sign)
        name = ""
        above = self.tokens(row - 1, 0)
        if column:
            over = [w for at, w in above if at < end and at + width(w) > column]
            name = over[0] if over else ""
        right, value = next(
            (at + width(word), word) for at, word in above if at >= end and word != name
        )
        under = self.tokens(row + 1, end)
        below = next((word for at, word in under if at + width(word) == right), "")
        reads = self.sources(row, column - 1) if column else []
        self.known[cell] = (sign, name, value, below, *[self.gate(source) for source in reads])
        return self.known[cell]

    def outputs(self) -> Counter[tuple[str, Said]]:
        """What stands at the right end of wires, and where that comes from."""
        found: Counter[tuple[str, Said]] = Counter()
        for row, cells in enumerate(self.rows):
            end = re.search(r"─ (\S+)$", "".join(c or "\0" for c in cells))
            if end:
                found[end[1].replace("\0", ""), self.gate(self.only(row, end.start()))] += 1
        return found


def cells(line: str) -> Iterator[str]:
    """A character for each column; what a wide one covers is empty."""
    previous = ""
    for character in line:
        size = width(character)
        if not size:
            previous += character
            continue
        if previous:
            yield previous
            if width(previous) == 2:
                yield ""
        previous = character
    if previous:
        yield previous


def stated(report: Report) -> tuple[Counter[Said], Counter[tuple[str, Said]]]:
    """What the circuit of a report should say: its gates, and its ends."""
    found = diagram(report)
    commuting = {gate.node for gate in found.circuit.gates if gate.operation in COMMUTING}
    known: list[Said] = []
    ends: Counter[tuple[str, Said]] = Counter()
    counts = found.use_counts()
    for place, vertex in enumerate(found.vertices):
        reads = [known[source] for source in vertex.sources]
        if vertex.node in commuting:
            reads.sort(key=repr)
        at_end = place == found.output or not counts[place]
        has_name = vertex.named or counts[place] > 1
        name = vertex.title if vertex.sign and has_name and not at_end else ""
        sign = f"({vertex.sign})" if vertex.sign else vertex.title
        known.append((sign, name, vertex.value, vertex.gradient, *reads))
        if at_end:
            ends[vertex.title, known[-1]] += 1
    return Counter(known), ends


def commuted(gate: Said, signs: set[str]) -> Said:
    """A gate as it was read, with its inputs sorted where their order does not count."""
    sign, name, value, gradient, *reads = gate
    inner = [commuted(read, signs) for read in reads if isinstance(read, tuple)]
    if sign in signs:
        inner.sort(key=repr)
    return (sign, name, value, gradient, *inner)


def check_circuit(report: Report, columns: int = WIDE) -> bool:
    """Whether there is a circuit; if there is, it says what the report says."""
    lines = circuit_lines(report, columns, "utf-8")
    if lines is None:
        return False
    assert all(line.cell_len <= columns for line in lines)
    drawing = Drawing("\n".join(line.plain for line in lines))
    gates, ends = stated(report)
    commuting = {gate.node for gate in circuit(report).gates if gate.operation in COMMUTING}
    signs = {f"({v.sign})" for v in diagram(report).vertices if v.node in commuting}
    assert Counter(commuted(drawing.gate(cell), signs) for cell in drawing.boxes) == gates
    read_ends = drawing.outputs().elements()
    assert Counter((title, commuted(gate, signs)) for title, gate in read_ends) == ends
    return True


@pytest.mark.parametrize("case", [*SAMPLES, *MOCKUPS, *OTHERS], ids=lambda case: case.name)
def test_circuit_says_what_the_graph_says(case: Case) -> None:
    """Gates, their labels, and what leads where in which order, for samples and mockups."""
    assert check_circuit(case.report())


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.integers(0, 10**6))
def test_random_circuits_say_what_the_graph_says(seed: int) -> None:
    """The same for random programs over all operations, at a usual width and without limit."""
    found = random_case(seed).report()
    check_circuit(found)
    check_circuit(found, 100)


@pytest.mark.parametrize(
    ("text", "most", "shown"),
    [
        ("mean(x, long_na…, long_na…)", 26, "mean(x, long_na…, long_n…)"),
        ("f(g(h(abc)), d)", 14, "f(g(h(abc)),…)"),
        ("f(g(h(abc)), d)", 12, "f(g(h(ab…)))"),
        ("f(g(h(abc)), d)", 3, "f…"),
        ("(x)", 1, "…"),
        ("long_name", 8, "long_na…"),
        ("f(x)", 4, "f(x)"),
    ],
)
def test_a_cut_label_closes_its_brackets(text: str, most: int, shown: str) -> None:
    """Whatever is cut away, a label has no half of a pair of brackets, and no more characters."""
    assert cut(text, most) == shown and len(shown) <= most


# --------------------------------------------------------------------------------- rails, read back


def rail_edges(text: str) -> Counter[tuple[str, str]]:
    """(reader, what it reads), as the rails say."""
    rails: dict[int, list[str]] = {}
    edges: Counter[tuple[str, str]] = Counter()
    reader, own = "", -1
    lines = text.split("\n")
    for place, line in enumerate(lines):
        rail = re.match(r"[ │─╭╮╰╯├┤┬●┊]*", line)[0]  # type: ignore[index]
        if "┊" in rail:
            break
        if "●" in rail:
            own = rail.index("●")
            reader = line[len(rail) :].split()[0]
            edges.update((user, reader) for user in rails.pop(own, []))
            below = lines[place + 1] if place + 1 < len(lines) else ""
            if below[own : own + 1] not in ("", " "):
                rails[own] = [reader]
        elif "─" in rail:
            for column in range(0, len(rail), 2):
                sign = rail[column]
                if column == own or sign in " │─":
                    continue
                if sign in "┬╮╭":
                    rails[column] = [reader]
                elif sign in "╯╰":
                    rails[own] += rails.pop(column)
                elif rail[own] in "╰╯":
                    rails[column] += rails.pop(own)
                else:
                    rails[column].append(reader)
    return edges


def graph_edges(report: Report, most: int = MOST_NODES) -> Counter[tuple[str, str]]:
    """The same from the report's circuit."""
    found = circuit(report)
    shown = list(from_output(report, found).items())[:most]
    return Counter(
        (item.title, found.titles[source])
        for _, item in shown
        if isinstance(item, Gate)
        for source in item.sources
    )


def rails_text(report: Report, columns: int = WIDE) -> str:
    return "\n".join(line.plain for line in rail_lines(report, columns, "utf-8"))


@pytest.mark.parametrize("case", [*SAMPLES, *MOCKUPS, *OTHERS], ids=lambda case: case.name)
def test_rails_say_what_the_graph_says(case: Case) -> None:
    """Each edge is there, twice if it is there twice; also where lines are folded."""
    found = case.report()
    for columns in (WIDE, 80, 40):
        assert rail_edges(rails_text(found, columns)) == graph_edges(found)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.integers(0, 10**6))
def test_random_rails_say_what_the_graph_says(seed: int) -> None:
    """The same for random programs over all operations."""
    found = random_case(seed).report()
    assert rail_edges(rails_text(found)) == graph_edges(found)


def test_many_nodes() -> None:
    """300 lines for nodes, a hint at what follows below, how many are not shown; in linear time."""
    formula = " + ".join(f"sin({i}*x + y)" for i in range(1, 6_001))
    found = Case("long", formula, {"x": "0.5", "y": "2"}).report()
    start = time.perf_counter()
    text = rails_text(found, 80)
    assert time.perf_counter() - start < 10
    assert text.count("●") == MOST_NODES
    assert text.splitlines()[-1].endswith("nodes are not shown; eval --json has them all")
    assert any("┊" in line for line in text.splitlines()[-4:])
    assert circuit_lines(found, WIDE, "utf-8") is None


def test_too_many_rails() -> None:
    """Where rails would fill the screen, each line names what its node reads."""
    names = [f"x{i}" for i in range(60)]
    found = Case("broad", f"sum({', '.join(names)})", dict.fromkeys(names, "1")).report()
    lines = rails_text(found, 80).splitlines()
    assert all(width(line) <= 80 for line in lines)
    assert re.findall(r"x\d+", " ".join(lines[: len(lines) - 60])) == names
    assert "│" not in "".join(lines)


# --------------------------------------------------------------------------------------- as a whole


def screens(case: Case) -> str:
    """The circuit and the rails of a case, as they stand in tests/drawings/."""
    found = case.report()
    drawn = circuit_lines(found, WIDE, "utf-8")
    parts = [drawn or [], rail_lines(found, 80, "utf-8")]
    return "\n\n".join("\n".join(line.plain.rstrip() for line in part) for part in parts) + "\n"


@pytest.mark.parametrize("case", [*MOCKUPS, *OTHERS], ids=lambda case: case.name)
def test_whole_text(case: Case) -> None:
    """The drawing is the one that was looked at."""
    assert screens(case) == (FOLDER / f"{case.name}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("case", [*SAMPLES, *MOCKUPS, *OTHERS], ids=lambda case: case.name)
@pytest.mark.parametrize("columns", [40, 60, 80, 100, 200])
def test_fits(case: Case, columns: int, capsys: pytest.CaptureFixture[str]) -> None:
    """A circuit that fits into the console is drawn, and no line of it is wider."""
    found = case.report()
    print_drawing(found, Console(width=columns, file=io.StringIO()))
    printed = capsys.readouterr().out.splitlines()
    is_circuit = not any("seed" in line for line in printed)
    widest = max(line.cell_len for line in circuit_lines(found, WIDE, "utf-8") or [])
    if is_circuit:
        assert all(width(line) <= columns for line in printed)
    assert is_circuit or widest > columns


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp437"])
@pytest.mark.parametrize("case", [*SAMPLES, *MOCKUPS, *OTHERS], ids=lambda case: case.name)
def test_encodings(case: Case, encoding: str) -> None:
    """What an output cannot show is replaced before anything is aligned."""
    found = case.report()
    for lines in (circuit_lines(found, WIDE, encoding), rail_lines(found, 80, encoding)):
        assert lines
        "\n".join(line.plain for line in lines).encode(encoding)
        if case.name != "wide-names":
            assert "\\" not in "".join(line.plain for line in lines)


def ascii_texts() -> dict[str, str]:
    """Two drawings with - | + o and *."""
    found = MOCKUPS[1].report()
    parts = {
        "ascii-circuit.txt": circuit_lines(found, 80, "ascii"),
        "ascii-rails.txt": rail_lines(MOCKUPS[3].report(), 80, "ascii"),
    }
    return {
        name: "\n".join(line.plain.rstrip() for line in part or []) for name, part in parts.items()
    }


@pytest.mark.parametrize("name", ["ascii-circuit.txt", "ascii-rails.txt"])
def test_ascii_lines(name: str) -> None:
    """Lines of plain characters, for an output that has no others."""
    assert ascii_texts()[name] + "\n" == (FOLDER / name).read_text(encoding="ascii")


def test_columns_of_wide_names() -> None:
    """A name of wide characters moves nothing behind it: every value ends in the same column."""
    case = next(case for case in OTHERS if case.name == "wide-names")
    lines = [line for line in rails_text(case.report()).splitlines() if "●" in line]
    ends = {len(list(cells(line[: line.index("·")]))) for line in lines if "·" in line}
    assert len(lines) == 5 and len(ends) <= 2
    assert any(unicodedata.east_asian_width(c) == "W" for c in "".join(lines))


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, text in ascii_texts().items():
        (FOLDER / name).write_text(text + "\n", encoding="utf-8")
    for one in [*MOCKUPS, *OTHERS]:
        (FOLDER / f"{one.name}.txt").write_text(screens(one), encoding="utf-8")
    print("".join(f"{path.name}\n{path.read_text()}\n" for path in sorted(FOLDER.glob("*"))))
