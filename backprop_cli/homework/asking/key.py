"""The key: what a teacher asks, as graphs. Text → `Key`, or an error that says where and why.

The teacher types no answers. Each question is a program of the language; what its answers are
follows from the graph.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple

from ...bindings import Bound, bind_one
from ...errors import EXIT_USAGE, BackpropError, Span, refuse, similar
from ...graph import Graph
from ...lowering import lower
from ...syntax import homework_tree as tree
from ...syntax.homework import parse_key
from ...syntax.printer import print_program
from ...syntax.tree import Expression, Name, Program, Vector
from ..limits import LIMITS
from ..misconceptions import TITLES
from ..quantities import Item, Names
from .draws import Draw, decimal, draw_of, drawn
from .parts import named_parts

MOST_POINTS = 10_000


class Rule(NamedTuple):
    """How numbers are compared, and what later work earns.

    tolerance  relative, or absolute if `absolute`; None for intervals at the precision written.
    figures    significant figures that must agree; None likewise.
    carry      the share of the points that consistent work behind an error earns, 0 to 1.
    """

    tolerance: Fraction | None = None
    absolute: bool = False
    figures: int | None = None
    carry: Fraction = Fraction(1)


class Question(NamedTuple):
    """One question.

    label    Q1. formula: f = (x + y) * z, as it is shown. program: with the definitions.
    graph    its graph; `output` the node asked about, `name` its name.
    points   what it can earn.
    items    what is asked, in the teacher's order; each has its share of the points.
    at       the inputs' values that are the same for everybody.
    draws    those of which each student has numbers of their own.
    accept   the range of each input for comparing formulas, low and high.
    numeric  whether numbers are asked for; otherwise formulas.
    """

    label: str
    formula: str
    program: Program
    graph: Graph
    output: int
    name: str
    points: Fraction
    items: tuple[Item, ...]
    at: Mapping[str, Bound]
    draws: tuple[Draw, ...]
    accept: Mapping[str, tuple[Fraction, Fraction]]
    rule: Rule
    hint: Mapping[str, str]
    names: Names
    span: Span

    @property
    def numeric(self) -> bool:
        return bool(self.at or self.draws)

    def inputs(self, seed: str, id: str, attempt: int = 0) -> dict[str, Bound]:
        """One student's numbers: those that all share, and their own; in the order of the key.

        Another attempt draws others, for draws where the formula has no gradient.
        """
        own = drawn(self.draws, seed, id, self.label, attempt)
        return {**self.at, **{name: numeral(name, text) for name, text in own.items()}}


def numeral(name: str, text: str) -> Bound:
    """A drawn number as an input's value."""
    graph = Graph()
    graph.constant(text)
    return Bound(name, text, graph, None)


class Key(NamedTuple):
    """A whole key. `fingerprint` changes with its text; `seed` is for the draws."""

    title: str
    seed: str
    questions: tuple[Question, ...]
    source: str
    fingerprint: str

    @property
    def points(self) -> Fraction:
        """What all questions together can earn."""
        return sum((question.points for question in self.questions), Fraction(0))


def read_key(text: str, origin: str = "the key") -> Key:
    """The key that a text says.

    Raises BackpropError, with exit status 2, for whatever is wrong with it.
    """
    try:
        return _Reader(text).key()
    except BackpropError as error:
        found = error.located(text, origin).diagnostic
        if found.code == "limit":
            found = found._replace(help="")  # no flag raises the limits of a key
        raise BackpropError(found._replace(origin=origin, status=EXIT_USAGE)) from None


class _Block(NamedTuple):
    """A question's line and those below it."""

    question: tree.Question
    lines: list[tree.KeyLine]


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.title = ""
        self.seed = ""
        self.hints: dict[str, str] = {}
        self.rule = Rule()

    def key(self) -> Key:
        blocks: list[_Block] = []
        for line in parse_key(self.text, LIMITS).lines:
            if isinstance(line, tree.Question):
                if any(block.question.label == line.label for block in blocks):
                    raise refuse("key", f"question {line.label} stands twice", line.span)
                blocks.append(_Block(line, []))
            elif isinstance(line, tree.Field) and not line.word.startswith("hint"):
                self.field(line)
            elif blocks:
                blocks[-1].lines.append(line)
            elif isinstance(line, tree.Field):
                self.hints[line.word.removeprefix("hint ")] = line.text
            elif isinstance(line, tree.Rule):
                self.rule = with_rule(self.rule, line)
            else:
                raise refuse(
                    "key", "this line stands before the first question", line.span,
                    "write a question first: Q1 [6 pts] f = (x+y)*z",
                )  # fmt: skip
        if not blocks:
            raise refuse("key", "the key has no question", help="write Q1 [6 pts] f = (x+y)*z")
        questions = tuple(map(self.question, blocks))
        for question in questions:
            check_hints(question)
        fingerprint = hashlib.sha256(self.text.encode("utf-8", "replace")).hexdigest()[:16]
        return Key(self.title, self.seed, questions, self.text, fingerprint)

    def field(self, line: tree.Field) -> None:
        if line.word == "title":
            self.title = line.text
        elif line.word == "seed":
            if not line.text:
                raise refuse("key", "the seed is empty", line.span, "write seed: 42")
            self.seed = line.text
        else:
            raise refuse(
                "key", f"'{line.word}:' belongs on a sheet, not in a key", line.span,
                "a key has title:, seed: and hint …:",
            )  # fmt: skip

    def question(self, block: _Block) -> Question:
        asked = block.question
        if asked.definition.parameters is not None:
            raise refuse(
                "key", "a question needs a formula with a name, not a function",
                asked.definition.name_span, "write f = …, and functions below as let s(u) = …",
            )  # fmt: skip
        lets = [line.definition for line in block.lines if isinstance(line, tree.Let)]
        program = named_parts(asked.definition, lets, self.text)
        settings = settings_of(block)
        lowered = lower(program, {*settings, *drawn_names(block)}, LIMITS)
        names = Names(lowered.graph, lowered.output, asked.definition.name)
        at, draws = inputs_of(block, settings, names, self.text)
        if draws and not self.seed:
            span = next(line.span for line in block.lines if isinstance(line, tree.Draw))
            raise refuse(
                "key", "numbers are drawn, and the key has no seed", span,
                "add a line such as seed: 42, and keep it: another seed gives other numbers",
            )  # fmt: skip
        items = self.items(block, names)
        points = points_of(asked, len(items))
        rule, hints = self.rule, dict(self.hints)
        for line in block.lines:
            if isinstance(line, tree.Rule):
                rule = with_rule(rule, line)
            elif isinstance(line, tree.Field):
                hints[line.word.removeprefix("hint ")] = line.text
        return Question(
            asked.label,
            print_program(Program((asked.definition,), self.text)),
            program,
            lowered.graph,
            lowered.output,
            asked.definition.name,
            points,
            tuple(item._replace(points=points / len(items)) for item in items),
            at,
            draws,
            accepted(block, names, bool(at or draws)),
            rule,
            hints,
            names,
            asked.span,
        )

    def items(self, block: _Block, names: Names) -> list[Item]:
        """What is asked, in the teacher's order."""
        asked = [line for line in block.lines if isinstance(line, tree.Ask)]
        if not asked:
            label = block.question.label
            raise refuse(
                "key", f"question {label} asks for nothing", block.question.span,
                "add a line such as ask f df/dx",
            )  # fmt: skip
        items: list[Item] = []
        for wanted in (item for line in asked for item in line.items):
            if isinstance(wanted, tree.Named):
                found = names.array(wanted.name, wanted.array)
                help = "rows of equal length, of single numbers that the question has"
            else:
                found = names.find(wanted)
                near = names.near(wanted)
                help = f"did you mean {' or '.join(near)}?" if near else listed(names)
            if found is None:
                said = self.text[wanted.span.start : wanted.span.end]
                raise refuse("key", f"'{said}' is nothing in this question", wanted.span, help)
            if any(found.name == item.name for item in items):
                raise refuse("key", f"'{found.name}' is asked twice", wanted.span)
            if isinstance(wanted, tree.Named) and wanted.name in names.nodes:
                raise refuse("key", f"'{wanted.name}' is a number of the formula", wanted.span)
            items.append(found)
        return items


def check_hints(question: Question) -> None:
    """A hint belongs to a kind of error, or to a number of the question."""
    for word in question.hint:
        named = any(word in (item.name, *item_names(item)) for item in question.items)
        if not named and not any(word in kind for kind in TITLES):
            near = similar(word, list(TITLES))
            raise refuse(
                "key", f"no error of the catalogue, and no answer, is called '{word}'",
                help=f"did you mean {' or '.join(near)}?" if near
                else "write, for example, hint fork: …, hint sign: …, or hint df/dx: …",
            )  # fmt: skip


def item_names(item: Item) -> list[str]:
    """The names of an item's elements."""
    return [item.element_name(position) for position in range(len(item.elements))]


def listed(names: Names) -> str:
    """What can be asked in a question, for a message."""
    title = names.title[names.output]
    known = [name for name in names.nodes if name != title][:8]
    return (
        f"it has {', '.join([title, *known])}, and gradients such as d{title}/d{known[0]}"
        if known
        else f"it has {title}"
    )


def points_of(asked: tree.Question, items: int) -> Fraction:
    """The points of a question: as written, or one for each answer."""
    if asked.points is None:
        return Fraction(items)
    points = Fraction("".join(c for c in asked.points if c.isdigit() or c == "."))
    if not 0 < points <= MOST_POINTS:
        raise refuse("key", f"points go from above 0 to {MOST_POINTS:,}", asked.span)
    return points


def with_rule(rule: Rule, line: tree.Rule) -> Rule:
    """A rule with what one line of the key changes."""
    number = decimal(line.number, line.span)
    share = number / 100 if line.percent else number
    if line.word == "carry":
        if share > 1:
            raise refuse("key", "carry is at most 100%", line.span)
        return rule._replace(carry=share)
    if line.word == "tol":
        if not 0 < share < 1:
            raise refuse("key", "a tolerance lies between 0 and 1", line.span, "write tol 1%")
        return rule._replace(tolerance=share, absolute=not line.percent, figures=None)
    if number.denominator != 1 or not 1 <= number <= 15:
        raise refuse("key", "sf takes a whole number from 1 to 15", line.span, "write sf 3")
    return rule._replace(figures=int(number), tolerance=None)


# ----------------------------------------------------------------------------------------- inputs


def settings_of(block: _Block) -> dict[str, tuple[Name, Expression]]:
    """What the `at` lines set, by name."""
    settings: dict[str, tuple[Name, Expression]] = {}
    for line in block.lines:
        if not isinstance(line, tree.At):
            continue
        for name, expression in line.settings:
            if name.name in settings:
                raise refuse("key", f"'{name.name}' is given twice", name.span)
            settings[name.name] = name, expression
    return settings


def drawn_names(block: _Block) -> list[str]:
    """The names that the `draw` lines draw."""
    lines = [line for line in block.lines if isinstance(line, tree.Draw)]
    return [name.name for line in lines for name in line.names]


def inputs_of(
    block: _Block, settings: Mapping[str, tuple[Name, Expression]], names: Names, source: str
) -> tuple[dict[str, Bound], tuple[Draw, ...]]:
    """The inputs' values that all students share, and the draws; checks that none is missing."""
    at: dict[str, Bound] = {}
    for name, expression in settings.values():
        for member, part in members(name, expression, names):
            text = source[part.span.start : part.span.end]
            try:
                at[member] = bind_one(member, text, LIMITS)
            except BackpropError as error:
                found = error.diagnostic
                raise refuse("key", found.message, part.span, found.help) from None
    draws = tuple(draw_of(line) for line in block.lines if isinstance(line, tree.Draw))
    spans = {
        name.name: name.span
        for line in block.lines
        if isinstance(line, tree.Draw)
        for name in line.names
    }
    spans |= {name: found[0].span for name, found in settings.items()}
    given = [*at, *drawn_names(block)]
    for input in given:
        span = spans.get(input, block.question.span)
        if given.count(input) > 1:
            raise refuse("key", f"'{input}' gets its value twice", span)
        if input not in names.inputs:
            near = similar(input, list(names.inputs))
            help = f"did you mean {' or '.join(near)}?" if near else "leave it out"
            raise refuse("key", f"the formula has no input '{input}'", span, help)
    missing = [name for name in names.inputs if name not in given]
    if given and missing:
        raise refuse(
            "key", f"no value for {', '.join(missing)}", block.question.span,
            f"add it to the at line ({missing[0]}=2), or draw it",
        )  # fmt: skip
    if not names.inputs:
        raise refuse("key", "the formula has no inputs", block.question.span)
    return at, draws


def members(name: Name, expression: Expression, names: Names) -> list[tuple[str, Expression]]:
    """`w=[2, -3]` as w0 and w1; a number stays itself."""
    if not isinstance(expression, Vector):
        return [(name.name, expression)]
    rows = expression.items
    shape: tuple[int, ...] = (len(rows),)
    parts = list(rows)
    if all(isinstance(row, Vector) for row in rows):
        cells = [row.items for row in rows if isinstance(row, Vector)]
        shape = (len(cells), len(cells[0]))
        parts = [part for row in cells for part in row]
    family = names.family(name.name)
    if family is None or family[0] != shape or len(parts) != len(family[1]):
        size = "×".join(map(str, family[0] if family else shape))
        help = (
            f"it is {size} here" if family
            else f"the formula has no {name.name}0, {name.name}1, …"
        )  # fmt: skip
        raise refuse("key", f"'{name.name}' is not of this shape", expression.span, help)
    return list(zip(family[1], parts, strict=True))


def accepted(block: _Block, names: Names, numeric: bool) -> dict[str, tuple[Fraction, Fraction]]:
    """Where formulas are compared: the range of each input that has one."""
    ranges: dict[str, tuple[Fraction, Fraction]] = {}
    for line in block.lines:
        if not isinstance(line, tree.Accept):
            continue
        if numeric:
            raise refuse(
                "key", "'accept' is for formulas, and this question asks for numbers", line.span,
                "leave out accept, or the values",
            )  # fmt: skip
        for name, low, high in line.ranges:
            if name.name not in names.inputs:
                raise refuse("key", f"the formula has no input '{name.name}'", name.span)
            ends = decimal(low, name.span), decimal(high, name.span)
            if ends[0] >= ends[1]:
                raise refuse("key", "the range is empty", name.span, "write accept x in -3..3")
            ranges[name.name] = ends
    return ranges
