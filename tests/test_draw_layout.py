"""The layout: nothing on top of anything else, no needless crossing, everything in its place."""

from __future__ import annotations

import time
from itertools import permutations, product

import pytest
from circuits import (
    BOXED,
    MOCKUP,
    NESTED,
    POINT,
    SAMPLES,
    Box,
    Case,
    contains,
    gate_box,
    inside,
    overlap,
    points,
    random_case,
    text_box,
)

from backprop_cli.drawing import Collapse, Diagram, Picture, diagram, picture
from backprop_cli.drawing.decimals import uniform
from backprop_cli.drawing.layers import layers, region_path
from backprop_cli.drawing.picture import CAPTION, SIGN
from backprop_cli.drawing.placement import Hop, Placement, place
from backprop_cli.drawing.shapes import shapes
from backprop_cli.errors import BackpropError

RANDOM = [random_case(seed) for seed in range(200)]


def collisions(drawn: Picture) -> list[tuple[str, ...]]:
    """Everything that is on top of something else."""
    found: list[tuple[str, ...]] = []
    texts = [(text, text_box(text)) for text in drawn.texts]
    whole = (0.0, 0.0, drawn.width, drawn.height)
    frames = [(f.x, f.y, f.x + f.width, f.y + f.height) for f in drawn.frames]
    for place_, (text, box) in enumerate(texts):
        if not contains(whole, box):
            found.append(("outside", text.text))
        found += [
            ("texts", text.text, other.text)
            for other, theirs in texts[place_ + 1 :]
            if overlap(box, theirs)
        ]
        for gate in drawn.gates:
            own = text.role == SIGN and text.vertex == gate.vertex
            if own and not contains(gate_box(gate), box):
                found.append(("sign", text.text))
            if not own and overlap(gate_box(gate), box):
                found.append(("gate", text.text))
        if text.role != CAPTION:
            found += [
                ("frame", text.text) for f in frames if overlap(f, box) and not contains(f, box)
            ]
    found += [
        ("gates",)
        for place_, gate in enumerate(drawn.gates)
        for other in drawn.gates[place_ + 1 :]
        if overlap(gate_box(gate), gate_box(other))
    ]
    return found + wires_in_the_way(drawn, [box for _, box in texts])


def wires_in_the_way(drawn: Picture, texts: list[Box]) -> list[tuple[str, ...]]:
    """Wires that run through a text or a gate."""
    found = []
    for wire in drawn.wires:
        for point in points(wire):
            if any(inside(point, box) for box in texts):
                found.append(("wire through text", str(wire.vertex)))
            for gate in drawn.gates:
                left, top, right, bottom = gate_box(gate)
                if gate.is_circle:
                    reach = (point[0] - gate.x) ** 2 + (point[1] - gate.y) ** 2
                    hit = reach < (gate.width / 2 - 1) ** 2
                else:
                    hit = inside(point, (left + 1, top + 1, right - 1, bottom - 1))
                if hit:
                    found.append(("wire through gate", str(wire.vertex)))
    return found


@pytest.mark.parametrize("case", [*SAMPLES, Case("nested", NESTED, {"x": "0.5", "y": "2"})],
                         ids=lambda case: case.name)  # fmt: skip
@pytest.mark.parametrize("all_names", [False, True])
def test_nothing_collides_in_the_samples(case: Case, all_names: bool) -> None:
    assert not collisions(picture(case.diagram(), all_names))


def test_nothing_collides_in_random_formulas() -> None:
    """200 programs over all operations, whole and collapsed in one of three ways."""
    ways = (Collapse(definitions=True), Collapse(depth=2), Collapse(top=3))
    for place_, case in enumerate(RANDOM):
        found = case.report()
        for collapse in (None, ways[place_ % 3]):
            drawn = picture(diagram(found, collapse), all_names=collapse is None)
            assert not collisions(drawn), (case.formula, collapse)


def test_a_region_has_its_gates_inside_and_all_others_outside() -> None:
    """In 200 random programs and a nested one."""
    frames = 0
    for case in [*RANDOM, Case("nested", NESTED, {"x": "0.5", "y": "2"})]:
        found = case.diagram()
        drawn = picture(found)
        for region, frame in enumerate(reversed(drawn.frames)):
            box = (frame.x, frame.y, frame.x + frame.width, frame.y + frame.height)
            frames += 1
            for gate in drawn.gates:
                member = region in region_path(found, found.vertices[gate.vertex].region)
                assert contains(box, gate_box(gate)) == member, case.formula
                assert member or not overlap(box, gate_box(gate)), case.formula
    assert frames > 100


# ------------------------------------------------------------------------------------- crossings


def placed(found: Diagram) -> Placement:
    return place(found, layers(found), shapes(found))


def by_gap(placement: Placement) -> dict[int, list[Hop]]:
    found: dict[int, list[Hop]] = {}
    for hop in placement.hops:
        found.setdefault(placement.stops[hop.left].column, []).append(hop)
    return found


def crossings(hops: list[Hop], left: dict[int, float], right: dict[int, float]) -> int:
    """How many pairs of wires between two columns cross."""
    return sum(
        (left[a.left] - left[b.left]) * ((right[a.right] - right[b.right]) or a.port - b.port) < 0
        for at, a in enumerate(hops)
        for b in hops[at + 1 :]
    )


def drawn_crossings(placement: Placement) -> int:
    height = {at: stop.height for at, stop in enumerate(placement.stops)}
    return sum(crossings(hops, height, height) for hops in by_gap(placement).values())


def fewest_crossings(placement: Placement, tallest: int = 6) -> int | None:
    """The best of all orders of all columns, by trying them; None where one has more than `tallest`
    things in it.
    """
    columns: dict[int, list[int]] = {}
    for at, stop in enumerate(placement.stops):
        columns.setdefault(stop.column, []).append(at)
    if max(map(len, columns.values())) > tallest:
        return None
    gaps = by_gap(placement)
    before: list[tuple[dict[int, float], int]] = [({}, 0)]
    for column in sorted(columns):
        orders = [
            {stop: float(at) for at, stop in enumerate(order)}
            for order in permutations(columns[column])
        ]
        hops = gaps.get(column - 1, [])
        starts = sorted({hop.left for hop in hops})
        distinct: dict[tuple[int, ...], int] = {}
        for order, cost in before:
            key = tuple(sorted(starts, key=order.__getitem__))
            distinct[key] = min(distinct.get(key, cost), cost)
        before = [
            (
                order,
                min(
                    cost + crossings(hops, {stop: float(at) for at, stop in enumerate(key)}, order)
                    for key, cost in distinct.items()
                ),
            )
            for order in orders
        ]
    return min(cost for _, cost in before)


@pytest.mark.parametrize("case", SAMPLES, ids=lambda case: case.name)
def test_no_crossing_in_the_samples_that_another_order_would_avoid(case: Case) -> None:
    """Against every order of every column; the order of arguments at each gate is kept."""
    placement = placed(case.diagram())
    assert drawn_crossings(placement) == fewest_crossings(placement)


def test_hardly_a_crossing_in_random_circuits_that_another_order_would_avoid() -> None:
    """At least 97 of 100 random circuits have the fewest crossings, none many more."""
    tried = worse = 0
    for case in RANDOM:
        found = case.diagram()
        placement = placed(found)
        if found.regions:
            continue  # a region keeps other wires out, which may cost a crossing
        fewest = fewest_crossings(placement, 5)
        if fewest is not None:
            tried += 1
            worse += drawn_crossings(placement) > fewest
            assert drawn_crossings(placement) <= fewest + 2, case.formula
    assert tried > 30
    assert worse <= 0.03 * tried


def test_the_crossings_are_counted_right() -> None:
    """Two wires that swap their order cross, two from one fork do not."""
    hops = [Hop(0, 2, 0), Hop(1, 2, 1), Hop(1, 3, 0)]
    for (a, b), (c, d) in product([(0.0, 1.0), (1.0, 0.0)], repeat=2):
        found = crossings(hops, {0: a, 1: b}, {2: c, 3: d})
        assert found == {(0.0, 0.0): 0, (0.0, 1.0): 1, (1.0, 0.0): 2, (1.0, 1.0): 1}[a, c]


def test_the_order_of_arguments_is_kept() -> None:
    """x/y has x on top, y/x has y on top; a − (b − c) reads from top to bottom."""
    for formula, first, second in (("x/y", "x", "y"), ("y/x", "y", "x")):
        found = Case("", formula, {"x": "1", "y": "2"}).diagram()
        gate = found.vertices[found.output]
        assert [found.vertices[source].title for source in gate.sources] == [first, second]
        height = {t.text: t.y for t in picture(found).texts if t.role == "input"}
        assert height[first] < height[second]


# --------------------------------------------------------------------------------------- contents


def test_the_mockup_has_its_numbers() -> None:
    """The values and gradients of the regularised neuron, with two decimals each."""
    drawn = picture(Case("", BOXED, POINT).diagram())
    numbers = {role: [t.text for t in drawn.texts if t.role == role] for role in ("value", "share")}
    assert {"2", "−3", "13", "1.30", "0.73", "2.03"} <= set(numbers["value"])
    assert sorted(numbers["share"]) == sorted(["0.40", "−0.20", "−0.60", "−0.39"])
    assert [t.text for t in drawn.texts if t.role == CAPTION] == ["sg(s)"]
    assert len(drawn.dots) == 2 and len(drawn.frames) == 1
    assert "w1 = −3, gradient −0.99 (−0.39 from v2, −0.60 from v8)" in drawn.description


def test_constants_are_folded_into_gates() -> None:
    values = {"x": "0.5", "y": "2"}
    formula = "2*x + y/4 - 3 + clamp(x, 0, 1) + log(y, 2) + if(x > 0, x, 7) + 1/x + x^5"
    signs = {vertex.sign for vertex in Case("", formula, values).diagram().vertices}
    wanted = {"×2", "÷4", "−3", "clamp(x, 0, 1)", "log(x, 2)", "x > 0", "if(·, ·, 7)", "x^5"}
    assert wanted <= signs


@pytest.mark.parametrize(
    ("values", "written"),
    [
        ([1.0, 2.0, -12.0], ["1", "2", "−12"]),
        ([0.1966, 13.0, 0.5], ["0.20", "13", "0.50"]),
        ([0.05, 0.25], ["0.050", "0.250"]),
        ([0.009, 12.5], ["0.0090", "12.5000"]),
        ([1e-7, 0.25, 2.5e8], ["1.00e−7", "0.25", "2.50e8"]),
        ([0.30000000000000004, 2.9999999999999996], ["0.30", "3"]),
        ([float("nan"), float("-inf"), -0.0], ["NaN", "−inf", "0"]),
    ],
)
def test_decimals_are_uniform(values: list[float], written: list[str]) -> None:
    """As many decimals as the smallest number needs for two digits; whole numbers have none."""
    assert list(map(uniform(values), values)) == written


def test_same_picture_every_time() -> None:
    """Nothing depends on a clock, a hash or chance."""
    case = Case("", MOCKUP, POINT)
    assert picture(case.diagram()) == picture(case.diagram())


# --------------------------------------------------------------------------------------- collapse


def test_collapse_draws_each_definition_as_one_box() -> None:
    """s, p and f; what goes back to the inputs is the sum over the gates inside."""
    found = Case("", BOXED, POINT).diagram(Collapse(definitions=True))
    gates = {vertex.title: vertex for vertex in found.vertices if vertex.sources}
    assert set(gates) == {"s", "p", "f"}
    assert [found.vertices[at].title for at in gates["f"].sources] == ["p", "w0", "w1"]
    assert gates["f"].shares == ("1", "0.40", "−0.60")


def test_depth_keeps_what_is_near_the_output() -> None:
    found = Case("", MOCKUP, POINT).diagram(Collapse(depth=2))
    kept = [vertex.title for vertex in found.vertices if vertex.kind == "gate"]
    assert kept == ["v6", "p", "v7", "v8", "v9", "v10", "f"] or len(kept) < 10
    assert any(vertex.kind == "box" for vertex in found.vertices)


def test_top_keeps_the_gates_that_matter_most() -> None:
    found = Case("", MOCKUP, POINT).diagram(Collapse(top=4))
    whole = {vertex.node for vertex in found.vertices if vertex.kind == "gate"}
    rows = found.report.rows
    gates = [row for row in rows if row.inputs]
    best = sorted(gates, key=lambda row: -abs(row.gradient * row.value))[:4]
    assert {row.node for row in best} <= whole


@pytest.mark.parametrize("way", [Collapse(definitions=True), Collapse(depth=3), Collapse(top=2)])
def test_the_shares_add_up_to_the_gradient(way: Collapse) -> None:
    """Whatever is boxed, what a vertex's readers send back is its gradient."""
    for case in RANDOM[:60]:
        found = case.diagram(way)
        back: dict[int, list[str]] = {}
        for vertex in found.vertices:
            for source, share in zip(vertex.sources, vertex.shares, strict=True):
                back.setdefault(source, []).append(share)
        for at, shares in back.items():
            gradient = found.vertices[at].gradient
            if len(shares) == 1 and shares[0] and gradient not in ("", "NaN") and shares[0] != "0":
                assert shares[0] == gradient, case.formula


def test_three_hundred_nodes_are_drawn_soon() -> None:
    """The layout takes less than two seconds for the largest circuits, tangled ones too."""
    import random

    chance = random.Random(3)
    names = [f"x{place}" for place in range(10)]
    lines = []
    for number in range(280):
        left, right = chance.choice(names), chance.choice(names)
        names.append(f"z{number}")
        lines.append(f"z{number} = {left} {chance.choice('+-*')} {right}")
    lines.append(f"f = sum({', '.join(names[-120:])})")
    case = Case("", "\n".join(lines), {f"x{place}": "0.5" for place in range(10)})
    found = case.diagram()
    assert len(found.vertices) > 250
    start = time.perf_counter()
    picture(found)
    assert time.perf_counter() - start < 2


def test_more_than_three_hundred_nodes_are_refused_with_a_way_out() -> None:
    terms = "\n".join(f"q{place} = sin({place}*x)" for place in range(400))
    formula = f"{terms}\nf = {' + '.join(f'q{place}' for place in range(400))}"
    case = Case("", formula, {"x": "1"})
    with pytest.raises(BackpropError) as caught:
        case.diagram()
    found = caught.value.diagnostic
    assert found.code == "limit" and found.exit_code == 4
    assert all(flag in found.help for flag in ("--depth", "--top", "--collapse"))
    assert len(case.diagram(Collapse(top=20)).vertices) <= 300
    assert len(case.diagram(Collapse(depth=4)).vertices) <= 300
