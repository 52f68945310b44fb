"""How texts are read: the reading table, and properties that hold for every tree and every text."""

from __future__ import annotations

import math
import pickle
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from backprop_cli import BackpropError, bind, evaluate, parse
from backprop_cli.errors import Span
from backprop_cli.operations import FUNCTIONS
from backprop_cli.syntax.homework import HOMEWORK
from backprop_cli.syntax.parser import EXPRESSION, parse_binding, parser
from backprop_cli.syntax.printer import print_program
from backprop_cli.syntax.tables import Language
from backprop_cli.syntax.tree import (
    Call,
    Comparison,
    Definition,
    Name,
    Number,
    Operator,
    Program,
    Result,
    Vector,
)

E = math.e
POINT = {"x": "3", "y": "5", "z": "2", "a": "7", "b": "4", "c": "1.5", "n": "4"}


def value(text: str, **given: str) -> float:
    """The value of a formula at `POINT`, of which it takes the names it has."""
    program = parse(text)
    from backprop_cli import lower

    names = lower(program, given).graph.input_nodes()
    values = {**{name: POINT[name] for name in names if name in POINT}, **given}
    return float(evaluate(program, bind(values.items())).run.values[-1])


def read(text: str) -> str:
    """How a formula is read."""
    return print_program(parse(text))


def code(text: str, **given: str) -> str:
    """The code of a formula's refusal."""
    with pytest.raises(BackpropError) as caught:
        value(text, **given)
    return caught.value.diagnostic.code


# -------------------------------------------------------------------------------- the reading table

READINGS = [
    ("-2^2", "-2^2", -4), ("2^3^2", "2^3^2", 512), ("2^-1", "2^-1", 0.5), ("2**3", "2^3", 8),
    ("x²", "x^2", 9), ("x⁻²", "x^-2", 1 / 9), ("x¹⁰", "x^10", 59049), ("(-x)^2", "(-x)^2", 9),
    ("(2^3)^2", "(2^3)^2", 64), ("2^-x", "2^-x", 0.125), ("2^+x", "2^x", 8), ("-x²", "-x^2", -9),
    ("2^-2^2", "2^-2^2", 2**-4), ("x^2.0", "x^2.0", 9), ("x^0", "x^0", 1), ("2^x!", "2^x!", 64),
    ("x−y", "x - y", -2), ("x – y", "x - y", -2), ("x·y", "x * y", 15), ("x × y", "x * y", 15),
    ("x⋅y", "x * y", 15), ("x ∙ y", "x * y", 15), ("x÷y", "x / y", 0.6), ("x∕y", "x / y", 0.6),
    ("3*-2", "3 * -2", -6), ("x+-5", "x + -5", -2), ("x--5", "x - -5", 8), ("+x", "x", 3),
    ("--x", "--x", 3), ("x/-y", "x / -y", -0.6), ("-x*y", "-x * y", -15), ("-x y", "-x * y", -15),
    ("x-y-z", "x - y - z", -4), ("x/y/z", "x / y / z", 0.3), ("x/y*z", "x / y * z", 1.2),
    ("x-(y-z)", "x - (y - z)", 0), ("x/(y/z)", "x / (y / z)", 1.2), ("x*y/z", "x * y / z", 7.5),
    ("x*(y/z)", "x * (y / z)", 7.5), ("x+y*z", "x + y * z", 13), ("(x+y)*z", "(x + y) * z", 16),
    ("a mod b", "a mod b", 3), ("mod(a, b)", "mod(a, b)", 3), ("a mod b * z", "a mod b * z", 6),
    ("a * b mod x", "a * b mod x", 1), ("-a mod b", "-a mod b", 1), ("2x", "2 * x", 6),
    ("2 x", "2 * x", 6), ("x y", "x * y", 15), ("2(x+1)", "2 * (x + 1)", 8),
    ("(x)(y)", "x * y", 15), ("x sin(y)", "x * sin(y)", 3 * math.sin(5)),
    ("2π", "2 * π", 2 * math.pi), ("(x+1)(x-1)", "(x + 1) * (x - 1)", 8), ("2x^2", "2 * x^2", 18),
    ("x^2 y", "x^2 * y", 45), ("x^2y", "x^2 * y", 45), ("2x*3y", "2 * x * 3 * y", 90),
    ("(x+1)y", "(x + 1) * y", 20), ("2√x", "2 * sqrt(x)", 12**0.5), ("2x y z", "2 * x * y * z", 60),
    ("x²y", "x^2 * y", 45), ("x!y", "x! * y", 30), ("2x/y", "2 * x / y", 1.2),
    ("x^2(y)", "x^2 * y", 45), ("x² (y)", "x^2 * y", 45), ("{x+1}*2", "(x + 1) * 2", 8),
    ("[x+1]*2", "[x + 1] * 2", 8), ("((x))", "x", 3), ("2[x+{y}]", "2 * [x + y]", 16),
    ("sin^2(x)", "sin(x)^2", math.sin(3) ** 2), ("sin²(x)", "sin(x)^2", math.sin(3) ** 2),
    ("sin^2(x)cos(x)", "sin(x)^2 * cos(x)", math.sin(3) ** 2 * math.cos(3)),
    ("max^2(x, y)", "max(x, y)^2", 25), ("log(x, y)", "log(x, y)", math.log(3) / math.log(5)),
    ("log(x)", "log(x)", math.log(3)), ("ln(x)", "ln(x)", math.log(3)), ("σ(0)", "σ(0)", 0.5),
    ("sin (x)", "sin(x)", math.sin(3)), ("log2(8)", "log2(8)", 3), ("max(x)", "max(x)", 3),
    ("|x-y|", "abs(x - y)", 2), ("2|x-y|", "2 * abs(x - y)", 4), ("|x||y|", "abs(x) * abs(y)", 15),
    ("|x| + |y|", "abs(x) + abs(y)", 8), ("|-x|^2", "abs(-x)^2", 9), ("|x|y", "abs(x) * y", 15),
    ("|(x-|y|)|", "abs(x - abs(y))", 2), ("|x|(|y|)", "abs(x) * abs(y)", 15),
    ("√x", "sqrt(x)", 3**0.5), ("√(x+1)", "sqrt(x + 1)", 2), ("∛8", "cbrt(8)", 2),
    ("√√16", "sqrt(sqrt(16))", 2), ("√|x|", "sqrt(abs(x))", 3**0.5), ("√(x)^2", None, None),
    ("2e", "2 * e", 2 * E), ("1.e", "1. * e", E), ("2e3", "2e3", 2000), ("2e-3", "2e-3", 0.002),
    ("2E3", "2E3", 2000), ("1e−3", "1e-3", 0.001), ("2e−x", "2 * e - x", 2 * E - 3),
    ("2e+x", "2 * e + x", 2 * E + 3), ("1.e1", "1.e1", 10), ("e^x", "e^x", E**3),
    ("2 e", "2 * e", 2 * E), ("tau", "tau", math.tau), ("τ/2", "τ / 2", math.pi), ("5!", "5!", 120),
    ("n!", "n!", 24), ("2n!", "2 * n!", 48), ("-3!", "-3!", -6), ("(n)!", "n!", 24),
    ("2^3!", "2^3!", 64), ("x != y", None, None), (".5", ".5", 0.5), ("1.", "1.", 1),
    ("1e-3", "1e-3", 0.001), ("1.5x", "1.5 * x", 4.5), ("if(x > 0, x, -x)", "if(x > 0, x, -x)", 3),
    ("where(x < 0, 1, 2)", "if(x < 0, 1, 2)", 2),
    ("if(1 < x <= 3, 1, 0)", "if(1 < x <= 3, 1, 0)", 1), ("if(x ≠ 3, 1, 0)", "if(x != 3, 1, 0)", 0),
    ("if(x ≤ 2 or y ≥ 5, 1, 0)", "if(x <= 2 or y >= 5, 1, 0)", 1),
    ("if(x>9 and y>9 or z>0, 1, 0)", "if(x > 9 and y > 9 or z > 0, 1, 0)", 1),
    ("if(x>9 and (y>9 or z>0), 1, 0)", "if(x > 9 and (y > 9 or z > 0), 1, 0)", 0),
    ("if(not x > 9, 1, 0)", "if(not x > 9, 1, 0)", 1), ("if(¬(x>9 ∧ y>9), 1, 0)", None, 1),
    ("if((x > 0), 1, 0)", "if(x > 0, 1, 0)", 1), ("if(x == 3, 1, 0)", "if(x == 3, 1, 0)", 1),
    ("q = x + y; q*z", "q = x + y; q * z", 16), ("q = x + y\nf = q*z", "q = x + y; f = q * z", 16),
    ("q; q = x + y", None, None), ("s(u) = 1/(1+u); s(x)", "s(u) = 1 / (1 + u); s(x)", 0.25),
    ("s(u) = u^2; t(u) = s(u) + u; t(s(x))", None, 90), ("x # the input", "x", 3),
    ("# a comment\nx\n# another", "x", 3), ("x;", "x", 3), (";;x;;", "x", 3), ("x\r\n", "x", 3),
    ("(x +\n y)", "x + y", 8), ("x +\n y", "x + y", 8), ("max(x,\n\n y)", "max(x, y)", 5),
    ("q = x\r\nq*2", "q = x; q * 2", 6), ("q = x\rq*2", "q = x; q * 2", 6),
    ("x +  # c\n y", "x + y", 8), ("param x; data y; x*y", "param x; data y; x * y", 15),
    ("minimize x^2", "minimize x^2", 9), ("param x, y\nx*y", "param x, y; x * y", 15),
]  # fmt: skip


@pytest.mark.parametrize(("text", "printed", "expected"), READINGS, ids=[r[0] for r in READINGS])
def test_reading(text: str, printed: str | None, expected: float | None) -> None:
    """Each row of the reading table has its value and its printed form."""
    if expected is None:
        code(text)
        return
    assert value(text) == pytest.approx(expected, rel=1e-14)
    if printed is not None:
        assert read(text) == printed


REFUSED = [
    ("1/2x", "ambiguous-division"), ("a/b c", "ambiguous-division"),
    ("a mod b c", "ambiguous-division"), ("1/2(x)", "ambiguous-division"),
    ("a/-b c", "ambiguous-division"), ("1/√2x", "ambiguous-root"), ("x(1+2)", "unknown-function"),
    ("x (y)", "unknown-function"), ("2 3", "implied-number"), ("x 2", "implied-number"),
    ("x2 3", "implied-number"), ("(x)2", "implied-number"), ("sin^-1(x)", "inverse-function"),
    ("sin⁻¹(x)", "inverse-function"), ("sin x", "function-without-brackets"),
    ("2 sin x", "function-without-brackets"), ("sin 2x", "function-without-brackets"),
    ("||x|-1|", "nested-bars"), ("|x|y|", "nested-bars"), ("|x|(y)|z|", "nested-bars"),
    ("|x", "unbalanced"), ("√2x", "ambiguous-root"), ("√x^2", "ambiguous-root"),
    ("√x²", "ambiguous-root"), ("√x!", "ambiguous-root"), ("√(x)^2", "ambiguous-root"),
    ("e^2x", "ambiguous-power"), ("2^3x", "ambiguous-power"), ("x²³^2", "ambiguous-power"),
    ("2e3x", "ambiguous-power"), ("x^2^", "missing-operand"), ("x!!", "factorial"),
    ("(x+1)!", "factorial"), ("2.5!", "factorial"), ("pi!", "factorial"), ("x'", "character"),
    ("50%", "character"), ("x > 0", "comparison"), ("1 + (x > 0)", "comparison"),
    ("max(x > 0, 1)", "comparison"), ("if(x, 1, 2)", "condition"), ("x ? 1 : 2", "character"),
    ("\\frac{1}{2}", "latex"), ("$x$", "latex"), ("0x1F", "number"), ("1_000", "number"),
    ("1,000", "syntax"), ("007", "number"), ("1..2", "number"), ("0..", "number"),
    ("1.2.3", "implied-number"), ("٣x", "number"), ("x_", "character"), ("α_{1}", "character"),
    ("_x", "character"), ("ｘ", "character"), ("𝑥", "character"), ("xⁿ", "character"),
    ("½x", "character"), ("x\u200by", "character"), ("x\u2028y", "character"),
    ("x\u1160", "character"), ("a\u034fb", "character"), ("x\vy", "character"),
    ("[x, y]", "not-scalar"), ("x[1]", "not-scalar"), ("[[1,2],[3,4]]", "not-scalar"),
    ("f = x\n + y", "unused-statement"), ("f = x\n − y", "unused-statement"),
    ("x\ny", "unused-statement"), ("f = x\n * y", "missing-operand"),
    ("x = 1; x = 2", "defined-twice"), ("q = q + 1", "cycle"),
    ("f(u) = g(u); g(u) = f(u); f(x)", "cycle"), ("x = y; y = x", "cycle"),
    ("f(u) = u", "bad-definition"), ("x + 1 = 2", "bad-definition"),
    ("f(x, x) = x; f(1, 2)", "bad-definition"), ("f(2) = 3", "bad-definition"),
    ("param x", "bad-definition"), ("x = 1; param x; x", "defined-twice"),
    ("for = 2", "reserved-word"), ("data*x", "reserved-word"), ("param", "reserved-word"),
    ("gamma*x + gamma(x)", "unknown-function"), ("gamma(x) + gamma", "unknown-function"),
    ("f(u) = u; f*x", "function-without-brackets"), ("f(u) = u; f(x, y)", "arguments"),
    ("sin()", "arguments"), ("a = b = c", "syntax"), ("(x = 1)", "syntax"), ("x, y", "syntax"),
    ("2 ± 1", "syntax"), ("", "empty"), ("  # only this", "empty"), ("x)", "unbalanced"),
    ("(x]", "unbalanced"), ("(x; y)", "unbalanced"), ("+", "missing-operand"),
    ("2*(3+*4)", "missing-operand"), ("()", "missing-operand"), ("sin(,)", "missing-operand"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), REFUSED, ids=[repr(r[0]) for r in REFUSED])
def test_refusal(text: str, expected: str) -> None:
    """What has two readings, or none, is refused with its code, and a fix stands beside it."""
    with pytest.raises(BackpropError) as caught:
        value(text)
    found = caught.value.diagnostic
    assert found.code == expected
    assert found.help or found.related


FIXES = [
    ("1/2x", "1/(2*x)"), ("a/b c", "(a/b)*c"), ("x(1+2)", "x*(1+2)"), ("x 2", "x*2"),
    ("sin x", "sin(x)"), ("sin^-1(x)", "1/sin("), ("√2x", "√(2*x)"), ("e^2x", "e^(2*x)"),
    ("2e3x", "2e3*x"), ("007", "7"), ("½", "(1/2)"), ("𝑥", "x"), ("٣", "3"), ("sinn(x)", "sin(x)"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "fix"), FIXES, ids=[f[0] for f in FIXES])
def test_the_fix_is_said_and_read(text: str, fix: str) -> None:
    """The help of a refusal holds its fix, and the fix itself is read."""
    with pytest.raises(BackpropError) as caught:
        value(text)
    assert fix in caught.value.diagnostic.help
    if not fix.endswith("("):
        value(fix)


# -------------------------------------------------------------------------------------------- names

SAME = [("w₀", "w0"), ("w₁₂", "w12"), ("é", "e\u0301"), ("µ", "μ"), ("Ω", "Ω"), ("K", "K")]
DIFFERENT = [("α", "alpha"), ("w_0", "w0"), ("x", "х"), ("X", "x"), ("φ2", "Φ2")]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_one_name_in_two_spellings(one: str, other: str) -> None:
    """Subscript digits, composed accents and the micro sign do not make another name."""
    assert value(f"{one} - {other} + 1", **{read(one): "7"}) == 1


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_two_names(one: str, other: str) -> None:
    """Letters of different alphabets, case and underscores make different names."""
    assert value(f"{one} - {other}", **{one: "7", other: "4"}) == 3


def test_a_definition_or_value_wins_over_a_constant_and_says_so() -> None:
    """`e = 2` and `--e 2` replace the constant, with a note; so does a function of the user."""
    for text, values, expected in (
        ("e = 2; e*x", {}, 6),
        ("e*x", {"e": "2"}, 6),
        ("exp(u) = u; exp(x)", {}, 3),
    ):
        found = evaluate(parse(text), bind({"x": "3", **values}.items()))
        assert found.run.values[found.run.output] == expected
        assert {note.code for note in found.lowered.notes} & {"constant", "function"}


def test_parameters_hide_everything() -> None:
    """A parameter wins over a definition, an input, a constant and a function of the table."""
    assert value("f(e) = e^2; f(x)") == 9
    assert value("f(sin) = sin + 1; f(x)") == 4
    assert value("q = 100; f(q) = q; f(x)") == 3
    assert value("f(x) = 2*x; f(y)") == 10


def test_functions_are_written_out_where_they_are_called() -> None:
    """A body sees the definitions of the program, and each call makes nodes of its own."""
    assert value("k = 2; f(u) = k*u; f(x) + f(y)") == 16
    nodes = evaluate(parse("f(u) = u*u; f(x) + f(x)"), bind([("x", "3")])).run.graph
    assert sum(node.operation.name == "multiply" for node in nodes) == 2


# --------------------------------------------------------------------------------------- properties

NOWHERE = Span(0, 0)
NAMES = st.sampled_from(["x", "y", "w0", "α", "speed", "xy", "N", "beta1", "変"])
NUMBERS = st.one_of(
    st.integers(0, 10**6).map(str),
    st.sampled_from(["1.", ".5", "0", "2e3", "1.5e-7", "3E+2", "1000000000000000000000"]),
)
BINARY = ("add", "subtract", "multiply", "divide", "mod", "power")
ONE_ARGUMENT = ("sin", "exp", "log", "abs", "sqrt", "tanh", "Γ", "σ", "sign")


def operator(name: str, *operands: Any) -> Operator:
    return Operator(name, operands, NOWHERE)


def call(name: str, *arguments: Any) -> Call:
    return Call(name, arguments, NOWHERE, NOWHERE)


def larger(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Expressions made of smaller ones, with every kind of node."""
    comparisons = st.builds(
        lambda relations, operands: Comparison(
            tuple(relations), tuple(operands[: len(relations) + 1]), NOWHERE
        ),
        st.lists(
            st.sampled_from(
                ["less", "less_equal", "greater", "greater_equal", "equal", "not_equal"]
            ),
            min_size=1,
            max_size=2,
        ),
        st.lists(inner, min_size=3, max_size=3),
    )
    conditions = st.recursive(
        comparisons,
        lambda c: st.one_of(
            st.builds(lambda a, b: operator("and", a, b), c, c),
            st.builds(lambda a, b: operator("or", a, b), c, c),
            st.builds(lambda a: operator("not", a), c),
        ),
        max_leaves=3,
    )
    whole = st.one_of(
        st.integers(0, 170).map(lambda n: Number(str(n), NOWHERE)),
        NAMES.map(lambda n: Name(n, NOWHERE)),
    )
    return st.one_of(
        st.builds(operator, st.sampled_from(BINARY), inner, inner),
        st.builds(lambda a: operator("negate", a), inner),
        st.builds(lambda a: operator("factorial", a), whole),
        st.builds(call, st.sampled_from(ONE_ARGUMENT), inner),
        st.builds(call, st.sampled_from(["max", "sum", "hypot", "f"]), inner, inner),
        st.builds(lambda c, a, b: call("if", c, a, b), conditions, inner, inner),
        st.builds(lambda a: Vector((a,), NOWHERE), inner),
        st.builds(lambda a, b: Vector((a, b), NOWHERE), inner, inner),
    )


EXPRESSIONS = st.recursive(
    st.one_of(NAMES.map(lambda n: Name(n, NOWHERE)), NUMBERS.map(lambda n: Number(n, NOWHERE))),
    larger,
    max_leaves=25,
)


def statements(bodies: list[Any]) -> Program:
    made: list[Any] = []
    for place, body in enumerate(bodies[:-1]):
        parameters = (Name("u", NOWHERE), Name("v", NOWHERE))[: place % 3] if place % 3 else None
        made.append(Definition(f"d{place}", parameters, body, NOWHERE, NOWHERE))
    made.append(Result(bodies[-1], len(bodies) % 2 == 0, NOWHERE))
    return Program(tuple(made), "")


PROGRAMS = st.lists(EXPRESSIONS, min_size=1, max_size=4).map(statements)


def bare(node: Any) -> Any:
    """A tree without spans and source, as nested lists."""
    if isinstance(node, Span):
        return None
    if isinstance(node, Program):
        return [bare(statement) for statement in node.statements]
    if isinstance(node, tuple):
        return [type(node).__name__, *[bare(part) for part in node]]
    return node


@given(PROGRAMS)
@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
def test_what_is_printed_parses_to_the_same_tree(program: Program) -> None:
    """Printing and parsing any tree gives it back, but for the spans."""
    printed = print_program(program)
    found = parse(printed)
    assert bare(found) == bare(program)
    assert print_program(found) == printed


def inner_nodes(root: Any) -> list[Any]:
    """All nodes with spans below `root`."""
    found, waiting = [], [root]
    while waiting:
        node = waiting.pop()
        if hasattr(node, "span"):
            found.append(node)
        if isinstance(node, tuple):
            waiting += [
                part for part in node if isinstance(part, tuple) and not isinstance(part, Span)
            ]
    return found


@given(PROGRAMS)
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_span_holds_its_node(program: Program) -> None:
    """The text of a node's span, read alone, is that node; and spans nest as nodes do."""
    text = print_program(program)
    for statement in parse(text).statements:
        for node in inner_nodes(statement):
            for inner in inner_nodes(node):
                assert node.span.start <= inner.span.start <= inner.span.end <= node.span.end
            if isinstance(node, (Name, Number, Call, Vector)):
                alone = parse(text[slice(*node.span)]).statements[0].body
                assert bare(alone) == bare(node)


LARKS_WORDS = (
    "Unexpected",
    "Token(",
    "Expected one of",
    "lark",
    "LALR",
    "terminal",
    "$END",
    "Traceback",
)
ALPHABET = st.text(
    st.sampled_from("xyz fe019.()[]{}|+-*/^=<>!,;#\n\t√²⁻₁π∞±%'_\\$·−∧¬&sincoimdparam"), max_size=40
)
WORDS = (
    "x y sin e 2 .5 1e3 ( ) [ ] { } | + - * / ^ ** = == < ! , ; # \n √ ² ⁻¹ mod and not if param"
    " minimize ± ∞ 1. .. for x' % sin^ sin^-1( sin²("
)
TOKENS = st.lists(
    st.sampled_from(WORDS.split(" ")),
    max_size=25,
).flatmap(lambda parts: st.sampled_from([" ".join(parts), "".join(parts)]))


@given(st.one_of(ALPHABET, TOKENS, st.text(max_size=30)))
@settings(max_examples=1500, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_text_is_read_or_refused_in_our_words(text: str) -> None:
    """Any text is read, or refused with a place inside it and no word of Lark's."""
    for reader in (parse, parse_binding):
        try:
            reader(text)
        except BackpropError as error:
            found = error.diagnostic
            places = [found.span, *[label.span for label in found.related]]
            for place in places:
                assert place is not None and 0 <= place.start <= place.end <= len(text)
            said = f"{found.message} {found.help} {' '.join(found.expected)}"
            for word in LARKS_WORDS:
                assert word not in said or word in text
            assert found.source == text


@given(st.one_of(ALPHABET, TOKENS))
@settings(max_examples=600, deadline=None, suppress_health_check=list(HealthCheck))
def test_what_is_read_is_read_again_as_printed(text: str) -> None:
    """The printed form of any text that is read has the same tree."""
    try:
        program = parse(text)
    except BackpropError:
        return
    assert bare(parse(print_program(program))) == bare(program)


# ------------------------------------------------------------------------------ the parser's tables


@pytest.mark.parametrize("language", [EXPRESSION, HOMEWORK], ids=lambda language: language.name)
def test_the_grammar_has_no_conflict(language: Language) -> None:
    """Lark's strict mode, which refuses every conflict and every pair of colliding terminals."""
    pytest.importorskip("interegular", reason="Lark's strict mode needs interegular")
    language.build(strict=True)


def test_saved_tables_read_as_fresh_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was saved and loaded parses as what was just built."""
    path = tmp_path / "expression.tables"
    EXPRESSION.save(path)
    built = EXPRESSION.build()
    monkeypatch.setattr(Language, "build", lambda self: pytest.fail("the tables were not loaded"))
    loaded = EXPRESSION.load(path)
    for text, *_ in READINGS:
        try:
            assert loaded.parse(text, start="program") == built.parse(text, start="program")
        except Exception as error:
            with pytest.raises(type(error)):
                built.parse(text, start="program")


def test_the_homework_tables_load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The grammar that imports the other one is saved and loaded with it."""
    path = tmp_path / "homework.tables"
    HOMEWORK.save(path)
    monkeypatch.setattr(Language, "build", lambda self: pytest.fail("the tables were not loaded"))
    answer: Any = HOMEWORK.load(path).parse("df/dx = 2*x", start="answer_line")
    assert (answer.quantity.of, answer.quantity.by) == ("f", "x")


@pytest.mark.parametrize("content", [None, b"", b"garbage", b"\x80\x04N.", "stale", "cut"])
def test_bad_tables_cost_time_and_no_truth(content: Any, tmp_path: Path) -> None:
    """A file of tables that is missing, empty, broken, cut or of another grammar is not used."""
    path = tmp_path / "expression.tables"
    if content == "stale":
        path.write_bytes(pickle.dumps(("0.0", "another grammar")))
    elif content == "cut":
        EXPRESSION.save(path)
        path.write_bytes(path.read_bytes()[:-2000])
    elif content is not None:
        path.write_bytes(content)
    program: Any = EXPRESSION.load(path).parse("x+1", start="program")
    assert print_program(program) == "x + 1"


def test_words_of_the_language_are_no_functions() -> None:
    """No function of the table has the name of a word of the language."""
    assert not {"and", "or", "not", "for", "in", "param", "data", "minimize"} & set(FUNCTIONS)
    assert parser() is parser()
