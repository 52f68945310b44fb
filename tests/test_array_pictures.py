"""`draw` of index equations: each definition is one box, a recurrence is drawn once."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import learning
import pytest
from circuits import Box, contains, gate_box, inside, overlap, points, text_box
from commandline import backprop, process

from backprop_cli.drawing import Picture, picture
from backprop_cli.drawing.definition_steps import definition_steps
from backprop_cli.drawing.definitions import Sketch, sketch
from backprop_cli.drawing.picture import EQUATION, LOOP, NAME, Along, Curve, Wire
from backprop_cli.syntax import parse
from backprop_cli.tensors import evaluate_arrays
from backprop_cli.tensors.outlines.outline import Item, Outline, outline

SAMPLES = Path(__file__).parent.parent / "samples" / "learning"
NAMES = sorted(path.stem for path in SAMPLES.glob("*.txt"))
RUN = [name for name in learning.RANDOM if name != "alexnet"]  # which takes a while

STEPPED = """
param W[H,H], v[H]; data x[T]
h[0,i] = 0
h[t,i] = tanh(sum[j] W[i,j]*h[t-1,j] + v[i]*x[t-1]) for t in 1..T
minimize sum[i] h[T,i]^2
"""


def shapes_of(name: str) -> Sketch:
    """A sample without values."""
    return sketch(outline(parse((SAMPLES / f"{name}.txt").read_text(encoding="utf-8"))))


def values_of(name: str) -> Sketch:
    """A sample with random values."""
    program = parse((SAMPLES / f"{name}.txt").read_text(encoding="utf-8"))
    parameters, data = learning.RANDOM[name].values(1)
    run = evaluate_arrays(program, parameters | data)
    return sketch(outline(program, run, parameters | data))


def items(text: str) -> dict[str, Item]:
    """The items of a program by name."""
    return {item.name: item for item in outline(parse(text)).items}


# ----------------------------------------------------------------------------------------- outlines


def test_the_outline_of_a_recurrent_network() -> None:
    """Inputs, definitions and the output, with what each reads now and of the step before."""
    found = items(STEPPED)
    assert list(found) == ["W", "v", "x", "h", "f"]
    assert found["h"].reads == ("W", "h", "v", "x")
    assert (found["h"].now, found["h"].before) == (("W", "v", "x"), ("h",))
    assert found["f"].reads == ("h",)
    assert [found[name].role for name in "Wxh"] == ["param", "data", ""]


@pytest.mark.parametrize(
    ("text", "name", "sizes"),
    [
        (STEPPED, "h", ("T+1", "H")),
        (STEPPED, "W", ("H", "H")),
        ("data X[N,D]; s[i] = sum[d] X[i,d]; sum[i] s[i]", "s", ("N",)),
        ("s[i] = sum[d] X[i,d]; sum[i] s[i]", "s", ("i",)),
        ("a[i] = i for i in 2..9; sum[i] a[i]", "a", ("8",)),
        ("param W[5,D], x[D]; y = W @ x; sum(y)", "y", ("5",)),
        ("param W[5,D]; data X[N,D]; y = X @ W^T; sum(y)", "y", ("N", "5")),
        ("data x[N,K]; y[n] = softmax(x[n]); sum(y)", "y", ("N", "K")),
        ("a[0] = 1; a[1] = 2; a[t] = a[t-1] + a[t-2] for t in 2..9; a[9]", "a", ("10",)),
        ("data u[N], v[M]; A = outer(u, v); minimize sum(A)", "A", ("N", "M")),
        ("data u[N], v[M]; A = concat(u, v); minimize sum(A)", "A", ("·",)),
        ("data Q[N, N]; A = inv(Q); minimize sum(A)", "A", ("N", "N")),
    ],
)
def test_sizes_by_name(text: str, name: str, sizes: tuple[str, ...]) -> None:
    """Without values shapes are told by the names of sizes, as far as the text says them."""
    assert items(text)[name].sizes == sizes


@pytest.mark.parametrize("name", RUN)
def test_named_sizes_fit_the_values(name: str) -> None:
    """What the text alone says of shapes has the right rank and the right numbers."""
    named = {item.name: item.sizes for item in shapes_of(name).items}
    for item in values_of(name).items:
        sizes = named[item.name]
        if sizes is None:
            continue
        assert len(sizes) == len(item.value.shape), item.name
        for said, length in zip(sizes, item.value.shape, strict=True):
            assert not said.isdecimal() or int(said) == length, item.name


def test_a_recurrence_of_several_definitions() -> None:
    """The head of a memory: what goes on to the next step is told from what stays in it."""
    found = shapes_of("ntm").outline
    assert [one.indices for one in found.recurrences] == [("t",)]
    assert found.item("w").before == ("sharp",)
    assert set(found.item("M").before) == {"M", "erase", "add"}
    assert "w" in found.item("M").now
    members = found.recurrences[0].members
    for name in members:  # in the order of one step
        inside_ = [each for each in found.item(name).now if each in members]
        assert all(members.index(each) < members.index(name) for each in inside_)


def test_a_table_that_is_filled_in_two_directions() -> None:
    """Two indices move where neither alone orders the steps."""
    found = outline(
        parse(
            "D[0,0] = 0; D[i,0] = D[i-1,0] + a[i] for i in 1..3\n"
            "D[0,j] = D[0,j-1] + a[j] for j in 1..3\n"
            "D[i,j] = D[i,j-1] + D[i-1,j] for i in 1..3, j in 1..3\nD[3,3]"
        )
    )
    assert found.recurrences[0].indices == ("i", "j")


# ----------------------------------------------------------------------------------------- pictures


def collisions(drawn: Picture) -> list[tuple[str, ...]]:
    """Everything that is on top of something else."""
    found: list[tuple[str, ...]] = []
    texts = [(text, text_box(text)) for text in drawn.texts]
    whole = (0.0, 0.0, drawn.width, drawn.height)
    for place, (text, box) in enumerate(texts):
        if not contains(whole, box):
            found.append(("outside", text.text))
        found += [
            ("texts", text.text, other.text)
            for other, theirs in texts[place + 1 :]
            if overlap(box, theirs)
        ]
        for gate in drawn.gates:
            own = text.role in (NAME, EQUATION) and text.vertex == gate.vertex
            if own and not contains(gate_box(gate), box):
                found.append(("title", text.text))
            if not own and overlap(gate_box(gate), box):
                found.append(("box", text.text))
    gates = [gate_box(gate) for gate in drawn.gates]
    found += [
        ("boxes", str(place))
        for place, gate in enumerate(gates)
        for other in gates[place + 1 :]
        if overlap(gate, other)
    ]
    names = [(text, box) for text, box in texts if text.role != LOOP]
    for wire in drawn.wires:
        ways = way_back(wire) if wire.later else points(wire)
        found += [("wire", text.text) for p in ways for text, box in names if inside(p, box)]
        found += [("wire in a box",) for p in ways for gate in gates if inside(p, smaller(gate))]
    return found


def way_back(wire: Wire) -> list[tuple[float, float]]:
    """Points along the arrow to a next step."""
    x, y = wire.x, wire.y
    found: list[tuple[float, float]] = []
    for piece in wire.pieces:
        if isinstance(piece, Along):
            ends = (x, y, piece.x, y, piece.x, y)
        else:
            assert isinstance(piece, Curve)
            ends = piece
        for step in range(101):
            t = step / 100
            a, b, c, d = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
            across = a * x + b * ends[0] + c * ends[2] + d * ends[4]
            found.append((across, a * y + b * ends[1] + c * ends[3] + d * ends[5]))
        x, y = ends[4], ends[5]
    return found


def smaller(box: Box) -> Box:
    return box[0] + 1, box[1] + 1, box[2] - 1, box[3] - 1


@pytest.mark.parametrize("name", NAMES)
def test_nothing_collides_in_shapes(name: str) -> None:
    """Every sample is drawn without values, with nothing on top of anything else."""
    assert collisions(picture(shapes_of(name))) == []


@pytest.mark.parametrize("name", RUN)
def test_nothing_collides_in_values(name: str) -> None:
    """Every sample is drawn with values, with nothing on top of anything else."""
    assert collisions(picture(values_of(name))) == []


def later(drawn: Picture) -> list[Wire]:
    """The arrows to next steps."""
    return [wire for wire in drawn.wires if wire.later]


def test_a_recurrence_is_one_box_with_an_arrow() -> None:
    """Whatever the number of steps: one box, and an arrow with the index that moves."""
    found = picture(sketch(outline(parse(STEPPED))))
    assert len(found.gates) == 2
    assert len(later(found)) == 1
    assert [text.text for text in found.texts if text.role == LOOP] == ["t = 1..T"]
    box = gate_box(next(gate for gate in found.gates if gate.vertex == 3))
    arrow = later(found)[0]
    assert arrow.y == box[1]
    assert box[0] < arrow.x < box[2]


def test_what_goes_on_to_the_next_step_leads_back_below() -> None:
    """Arrows back start at their box's wire and end below the box that reads them; the frame has
    all members of the recurrence and no definition that only reads its result.
    """
    sketched = shapes_of("ntm")
    drawn = picture(sketched)
    place = {item.name: at for at, item in enumerate(sketched.items)}
    boxes = {gate.vertex: gate_box(gate) for gate in drawn.gates}
    ends: Any = {(wire.vertex, round(wire.pieces[-1].y)) for wire in later(drawn)}
    for source, target in (("sharp", "w"), ("erase", "M"), ("add", "M")):
        assert (place[source], round(boxes[place[target]][3])) in ends
    frame = drawn.frames[0]
    inside_ = (frame.x, frame.y, frame.x + frame.width, frame.y + frame.height)
    members = sketched.outline.recurrences[0].members
    for name, at in place.items():
        if at in boxes:
            assert contains(inside_, boxes[at]) == (name in members), name


def test_the_numbers_are_those_of_eval() -> None:
    """Shapes, root mean squares and whole values stand at the wires."""
    found = backprop(
        "draw", "--svg", "s[j] = sum[d] W[j,d]*x[d]; sum[j] s[j]^2",
        "W=[[3,4],[0,0]]", "x=[1,1]",
    )  # fmt: skip
    assert found.code == 0, found.err
    texts = [each.text for each in ElementTree.fromstring(found.out).iter() if each.text]
    assert {"2×2", "rms 2.5", "rms 4.95", "49", "s[j]", "sum[d] W[j,d]·x[d]", "sum[j] s[j]²"} < set(
        texts
    )


def test_numbers_that_are_none_are_counted() -> None:
    """A root mean square of the rest would hide them."""
    found = backprop("draw", "s[i] = log(x[i]); sum[i] s[i]", "x=[0,1,-2]")
    assert "1 NaN, 1 ∞" in found.out


def test_labels_show_their_range() -> None:
    """Whole numbers have no mean that anybody wants to know."""
    found = backprop("draw", "sum[i] x[y[i]]", "x=[0.5,1,2]", "y=[0,2,2]")
    assert "0…2" in found.out


def test_inputs_stand_next_to_what_reads_them() -> None:
    """A weight of the last layer is not drawn at the left edge."""
    drawn = picture(shapes_of("rnn"))
    at = {text.text: text.x for text in drawn.texts}
    assert at["V"] > at["W"]


# ------------------------------------------------------------------------------------------ formats

SVM = str(SAMPLES / "svm.txt")


@pytest.mark.parametrize("form", ["svg", "png", "html", "dot", "mermaid", "tikz"])
@pytest.mark.parametrize("name", ["rnn", "ntm", "svm"])
def test_every_format(form: str, name: str, tmp_path: Path) -> None:
    """Every format draws arrays, with their shapes alone and the loops of recurrences."""
    ending = {"mermaid": "mmd", "tikz": "tex"}.get(form, form)
    file = tmp_path / f"picture.{ending}"
    found = backprop("draw", "-f", str(SAMPLES / f"{name}.txt"), "-o", str(file))
    assert found.code == 0, found.err
    content = file.read_bytes()
    loops = {"svg": b'class="w r"', "html": b'class="w r"', "dot": b"style=dashed",
             "mermaid": b"-.->", "tikz": b"later, arrow"}  # fmt: skip
    if form == "png":
        assert content.startswith(b"\x89PNG")
    else:
        assert (loops[form] in content) == (name != "svm")


def test_rails_in_the_terminal() -> None:
    """One line for each definition, from the output to the inputs."""
    found = backprop("draw", "-f", SVM)
    assert found.out == (
        "●     f                     mean[i] L[i] + 0.001·R\n"
        "├─╮\n"
        "│ ●   R                     sum[j,d] W[j,d]²\n"
        "● │   L[i]     N            sum[j ≠ y[i]] max(0, s[i,j] − s[i,y[i]] + 1)\n"
        "├─│─╮\n"
        "● │ │ y        N            data\n"
        "  │ ● s[i,j]   N×10         sum[d] W[j,d]·X[i,d] + b[j]\n"
        "╭─│─┤\n"
        "│ ├─┤\n"
        "│ ● │ W        10×D         param\n"
        "│   ● X        N×D          data\n"
        "●     b        10           param\n"
    )


@pytest.mark.parametrize("columns", [40, 80, 200])
@pytest.mark.parametrize("name", NAMES)
def test_the_terminal_in_any_width(name: str, columns: int) -> None:
    """Each definition and input has its line; where rails find no room it says what it reads."""
    found = backprop("draw", "-f", str(SAMPLES / f"{name}.txt"), env={"COLUMNS": str(columns)})
    assert found.code == 0, found.err
    assert found.out.count("●") == len(shapes_of(name).vertices)
    if columns == 200:
        assert "reads" not in found.out


def test_the_terminal_in_ascii() -> None:
    """No sign that the output cannot show."""
    found = process("draw", "-f", str(SAMPLES / "rnn.txt"), env={"PYTHONIOENCODING": "ascii"})
    assert found.returncode == 0
    assert "(T+1)x10" in found.stdout.decode("ascii")


def test_pages_step_through_both_passes() -> None:
    """Inputs, forward, the start, and the gradient of each definition and input as its equation."""
    told = definition_steps(values_of("svm"))
    phases = [step.phase for step in told]
    assert phases == ["Inputs", *["Forward"] * 4, *["Backward"] * 7]
    assert any("∂f/∂W[j,d] = 2·∂f/∂R·W[j,d] + sum[i] ∂f/∂s[i,j]·X[i,d]" in s.text for s in told)
    shown = [key for step in told for key in step.shows]
    assert len(shown) == len(set(shown))


# ----------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["sum[i] x[i]", "--depth", "2", "--svg"], 2, "each definition is one box already"),
        (["sum[i] x[i]", "--digits", "30"], 2, "arrays are computed in floating point"),
        (["q = r; r = q; q + x[1]"], 3, "defined by itself"),
        (["sum[i] x[i]*y[i]", "x=[1,2]"], 2, "'y' has no value"),
    ],
)
def test_what_is_refused(words: list[str], code: int, said: str) -> None:
    """Options without a meaning here, circles, and values of some variables only."""
    found = backprop("draw", *words)
    assert (found.code, found.out) == (code, "")
    assert said in found.err


def test_too_many_definitions_are_refused() -> None:
    """More boxes than anybody can look at."""
    text = "; ".join(f"a{k}[i] = a{k - 1}[i]" for k in range(1, 302)) + "; sum[i] a301[i]"
    found = backprop("draw", text, "--svg")
    assert found.code == 4
    assert "too many to draw" in found.err


def test_hostile_names_stay_texts() -> None:
    """Signs of SVG in an equation do not become elements."""
    found = backprop("draw", "--svg", "sum[i, i < 2] x[i]*y[i]")
    assert found.code == 0, found.err
    assert "i &lt; 2" in found.out
    ElementTree.fromstring(found.out)
    assert re.search(r"<script", found.out) is None


def test_an_outline_needs_no_numbers() -> None:
    """An outline is made of the text alone."""
    found = outline(parse(STEPPED))
    assert isinstance(found, Outline)
    assert all(item.value is None and item.gradient is None for item in found.items)
