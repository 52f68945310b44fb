"""Texts that are meant to hang, crash, deceive or escape: each is answered or refused, in time."""

from __future__ import annotations

import gc
import json
import re
import time
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pytest
from commandline import Result, backprop
from hypothesis import HealthCheck, given, settings

from backprop_cli.limits import DEFAULT_LIMITS, FLAGS

PATIENCE = 20.0  # seconds on the slowest machine; a tenth of that is the aim


def answered(*words: str, stdin: str = "") -> Result:
    """Run a command that must end in time, with a status of ours and in our words."""
    start = time.monotonic()
    result = backprop(*words, stdin=stdin)
    assert time.monotonic() - start < PATIENCE
    assert result.code in (0, 2, 3, 4, 5), result.err[:500]
    assert "Traceback" not in result.err and "error[bug]" not in result.err
    for text in (result.out, result.err):
        assert_harmless(text)
    return result


def assert_harmless(text: str) -> None:
    """Nothing that a terminal would obey."""
    for character in set(text) - {"\n"}:
        kind = unicodedata.category(character)
        assert kind not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp"), f"U+{ord(character):04X}"


@pytest.fixture(autouse=True, scope="module")
def short_lives() -> Iterator[None]:
    """As in a process of the command line, nothing is collected while a command runs."""
    gc.disable()
    yield
    gc.enable()


@pytest.fixture(autouse=True)
def tidy() -> Iterator[None]:
    """Between two tests there is time to."""
    yield
    if gc.get_count()[0] > 500_000:
        gc.collect()


def code(result: Result) -> str:
    return result.err.partition("[")[2].partition("]")[0]


# ------------------------------------------------------------------------------------------- limits

OVER = [
    # limit, flag's value, formula
    ("characters", "10", "x + x + x + x"),
    ("tokens", "5", "x + x + x + x"),
    ("depth", "3", "((((x))))"),
    ("depth", "3", "|sin({[x]})|"),
    ("nodes", "3", "x + x + x + x + x"),
]


@pytest.mark.parametrize(("limit", "most", "formula"), OVER)
def test_each_limit_has_a_name_and_a_flag(limit: str, most: str, formula: str) -> None:
    """Over the limit: exit status 4, the limit's name, and the flag that raises it, which works."""
    result = answered("eval", formula, "--x", "1", FLAGS[limit], most)
    assert (
        result.code == 4 and f"(the limit '{limit}')" in result.err and FLAGS[limit] in result.err
    )
    assert answered("eval", formula, "--x", "1", FLAGS[limit], "1000").code == 0


def test_limits_without_a_flag() -> None:
    """Long names, long numbers and many values."""
    assert "'name_length'" in answered("eval", "x" * 251, "--json").out
    assert answered("eval", "x" * 250, f"{'x' * 250}=1").code == 0
    assert code(answered("eval", "1" * 1001)) == "number"
    assert code(answered("eval", "x" + "⁹" * 1001, "--x", "2")) == "number"
    values = json.dumps({f"x{i}": 1 for i in range(DEFAULT_LIMITS.bindings + 1)})
    assert "'bindings'" in answered("eval", "x", "--bindings", "-", stdin=values).err


# ------------------------------------------------------------------------------------ a mebibyte of

MIB = 1 << 20
GARBAGE = {
    "nothing": " ", "lines": "\n", "returns": "\r", "tabs": "\t", "comments": "#\n", "hashes": "#",
    "semicolons": ";", "digits": "1", "letters": "a", "dots": ".", "ones and dots": "1.",
    "exponents": "1e", "brackets": "(", "closers": ")", "braces": "{", "squares": "[",
    "pairs": "()", "bars": "|", "barred": "|x", "minus": "-", "plus": "+", "stars": "*",
    "double stars": "x**", "powers": "x^", "roots": "√", "superscripts": "²", "commas": ",",
    "equals": "=", "chains": "x=", "bangs": "!", "names": "x ", "sums": "x+", "quotients": "x/",
    "comparisons": "x<", "calls": "sin(", "powered": "sin^2(", "almost powered": "sin^2 ",
    "conditions": "if(x>0,", "ands": " and ", "mods": "x mod ", "latex": "\\frac{", "zeros": "\0",
    "emoji": "😀", "combining": "x\u0301", "wide": "変", "subscripts": "x₀", "bidi": "\u202e",
    "escapes": "\x1b[31m", "params": "param x\n", "definitions": "a=1;", "uncertain": "±",
    "primes": "x'", "underscores": "x_", "spaces": "\u3000",
}  # fmt: skip


FULL = ("nothing", "lines", "hashes", "spaces", "letters", "digits", "names", "escapes", "comments")


@pytest.mark.parametrize("kind", GARBAGE)
def test_a_mebibyte_of_anything(kind: str, tmp_path: Path) -> None:
    """Answered or refused in time, by the limits that stand for everybody; a tenth of it for kinds
    that meet the same limit on tokens.
    """
    path = tmp_path / "formula"
    size = MIB if kind in FULL else MIB // 20
    text = (GARBAGE[kind] * size).encode()[: size - 4].decode("utf-8", "ignore")
    path.write_text(text + "x", encoding="utf-8", newline="")
    answered("eval", "-f", str(path), "--x", "1.5", "--json")


LARGE = {
    "a long sum": "+".join(["x"] * 12_000),
    "a long product": "x " * 24_000,
    "a tower": "x^" * 20_000 + "1",
    "many minus": "-" * 45_000 + "x",
    "many arguments": "max(" + ",".join(["x"] * 22_000) + ")",
    "a deviation": "std(" + ",".join(["x"] * 22_000) + ")",
    "a long comparison": "if(" + "<".join(["x"] * 15_000) + ", 1, x)",
    "many conditions": "if(" + " and ".join(["x > 0"] * 10_000) + ", 1, x)",
    "a chain backwards": "; ".join(f"a{i} = a{i + 1}" for i in range(12_000)) + "; a12000 = x; a0",
    "unused lines": "; ".join(f"a{i} = {i}" for i in range(12_000)) + "; x",
    "many inputs": "+".join(f"x{i}" for i in range(20_000)),
    "many long inputs": "+".join("a" * 200 + f"{i}" for i in range(4_000)),
    "a long name often": f"f(u) = {'+'.join(['u'] * 20_000)}; f({'x' * 240})",
    "single brackets": "+".join(["[x]"] * 20_000),
    "functions as variables": "+".join(["beta" + " " * 15] * 20_000),
    "many kinks": "+".join(["abs(x - 1.5)"] * 12_000),
    "far apart": "x" + " " * 1_000_000 + "(",
    "lost in a long sum": "exp(800)/exp(800) + " + "+".join(["gamma(x)"] * 3_000),
    "zero in a long sum": f"({'+'.join(['gamma(x)'] * 2_000)})*(sin(x)^2 + cos(x)^2 - 1)",
}


@pytest.mark.parametrize("kind", LARGE)
def test_large_formulas(kind: str, tmp_path: Path) -> None:
    """As large as the limits allow, as JSON and as a table."""
    path = tmp_path / "formula"
    path.write_text(LARGE[kind], encoding="utf-8")
    answered("eval", "-f", str(path), "--x", "1.5", "--json" if kind.startswith("a") else "--tree")


def nested(first: str, step: str, last: str, count: int = 60) -> str:
    """A program of `count` definitions, each of which uses the one before twice."""
    lines = [first, *[step.format(i + 1, i) for i in range(count)], last.format(count)]
    return "; ".join(lines)


BOMBS = {
    "sums": (nested("a0 = x", "a{0} = a{1} + a{1}", "a{0}"), 0),
    "functions": (nested("f0(u) = u + 1", "f{0}(u) = f{1}(f{1}(u))", "f{0}(x)"), 4),
    "functions of sums": (nested("f0(u) = u + 1", "f{0}(u) = f{1}(u) + f{1}(u)", "f{0}(x)"), 4),
    "functions that do nothing": (nested("f0(u) = u", "f{0}(u) = f{1}(f{1}(u))", "f{0}(x)"), 4),
    "functions of nothing": (nested("f0() = 1", "f{0}() = max(f{1}(), f{1}())", "f{0}()"), 4),
    "brackets in functions": (nested("f0(u) = [[[u]]]", "f{0}(u) = [f{1}(f{1}(u))]", "f{0}(x)"), 4),
}


@pytest.mark.parametrize("kind", BOMBS)
def test_definitions_that_double(kind: str) -> None:
    """A few hundred bytes that would be 2^60 nodes meet the limit at once; shared nodes do not."""
    text, expected = BOMBS[kind]
    result = answered("eval", text, "--x", "1", "--tree")
    assert result.code == expected
    if expected:
        assert code(result) == "limit" and "--max-nodes" in result.err


DEEP = ("({})", "[{}]", "|({})|", "sin({})", "√({})", "-({})", "1/({})", "if(x>0, {}, 1)", "({})^2",
        "2^({})", "({})!", "max({}, x)", "{{{}}}", "if((x>{}), 1, 2)", "sin^2({})")  # fmt: skip


@pytest.mark.parametrize("construct", DEEP)
@pytest.mark.parametrize("depth", [400, 900, 20_000])
def test_deep_nesting(construct: str, depth: int) -> None:
    """Every construct, nested beyond Python's own depth and beyond our limit."""
    before, after = construct.format("\0").split("\0")
    text = before * depth + "x" + after * depth
    result = answered("eval", "-", "--x", "0.5", "--json", stdin=text)
    assert depth < 1_000 or code(result) == "limit"


# ------------------------------------------------------------------------------------- huge numbers

HUGE = [
    "10^10^10", "10^(10^10)*x", "factorial(1e9)", "1000000000!", "2^(2^(2^x))", "1e999999*x",
    "x^1e15", "1e-999999*x", "(1 + 1e-15)^1e15*x", "9^9^9^9*x", "0.1^1e9*x", "exp(exp(exp(x)))",
    "gamma(1e10)*x", "lgamma(-1e300)*x", "sin(1e300)*x", "sin(1e999999)*x", "sin(10^10^6)*x",
    "polygamma(1000, x)", "floor(1e99999)", "polygamma(1e9, x)", "erfinv(1 - 1e-300)*x",
    "mod(1e999999, 3)", "round(1e300000)", "beta(1e300, 1e300)*x", "(1/3)^200000*x",
    "sqrt(2)^1000000*x", "atan2(1e999999, 1e-999999)", "erfc(1e10)", "x^x^x^x^x^x",
    "1e250000/3+x/7", "mod(x, 1e-999999)", "cosh(1e9)*x", "std(1e999999, 1e-999999, x)",
    "if(1e999999 > 10^999999, x, 1)", "logsumexp(1e999999, x)", "softplus(1e999999*x)",
    "tan(1e99999)", "Φ(-1e9)*x", "erfcx(-1e9)*x", "normal_quantile(1e-99999)", "hypot(1e999999, x)",
    "1e999999!", "digamma(-1e15)*x", "x/(1e-999999)^1e9",
]  # fmt: skip


@pytest.mark.parametrize("formula", HUGE)
@pytest.mark.parametrize("mode", ["", "--exact", "--digits"])
def test_huge_numbers(formula: str, mode: str) -> None:
    """No power, factorial or exponent takes long, in any kind of number."""
    words = ["eval", formula, *(["--x", "5.5"] if "x" in re.sub(r"exp|max", "", formula) else [])]
    words += {"": [], "--exact": ["--exact"], "--digits": ["--digits", "5"]}[mode]
    result = answered(*words, "--json")
    found: dict[str, Any] = json.loads(result.out, parse_float=str, parse_int=str)
    assert found["ok"] or found["error"]["code"]
    answered(*words)


# ---------------------------------------------------------------------------- what a terminal obeys

EVIL = [
    "\x1b[31mred\x1b[0m", "\x1b]0;title\x07", "\x9b31m", "\u202etxt\u202c", "\u2066a\u2069",
    "a\x00b", "\x07", "\x7f", "\u200b", "\ufeff", "\u2028", "\x85", "\ud800", "\udcff",
    "[red]x[/red]", "[link=http://e]x[/link]", ":smile:", "%s%n{0}{x}", "\U000e0041", "\u061c",
    "</script>", "\\u001b[31m", "\x1bP$q\x1b\\",
]  # fmt: skip


@pytest.mark.parametrize("evil", EVIL, ids=ascii)
def test_nothing_of_a_users_text_is_obeyed(evil: str, tmp_path: Path) -> None:
    """In formulas, names, values, options, file names and files: shown harmlessly or not at all."""
    path = tmp_path / "content.json"
    path.write_bytes(json.dumps({"x": evil, evil: 1}).encode())
    for words in (
        ["eval", evil], ["eval", f"x + {evil}", "--x", "1"], ["eval", f"x # {evil}", "--x", "1"],
        ["eval", "x", "--x", evil], ["eval", "x", f"--{evil}", "1"], ["eval", "x", f"{evil}=1"],
        ["eval", "x", f"x={evil}"], ["eval", "x", "--x", f"@{evil}"],
        ["eval", "x", "--x", f"@{path}:{evil}"], ["eval", "x", "--x", f"@{path}"],
        ["eval", "x", "--bindings", str(path)], ["eval", "x", "--bindings", evil],
        ["eval", "-f", evil], [evil], [evil, "x"], ["functions", evil], ["schema", evil],
        ["eval", "x", evil], ["eval", "x", "--digits", evil], ["eval", "x", f"--{evil}"],
        ["eval", "x", "--bind", evil], ["eval", f"f = {evil}; f"],
        ["eval", f"{evil}\n+ x\n{evil}", "--x", "1"],
    ):  # fmt: skip
        answered(*words)
        answered(*words, *(["--json"] if words[0] == "eval" else []))


def test_markup_stays_text() -> None:
    """`[red]` is a bracket around a name, in tables, trees and errors."""
    found = answered("eval", "[red]*2", "--red", "3")
    assert "[red]" in found.err or "red" in found.out
    assert "[bold]" in answered("eval", "[bold]+", "--bold", "1").err


@given(st.text(max_size=40), st.text(max_size=10), st.text(max_size=15))
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_words_are_answered(formula: str, name: str, value: str) -> None:
    """Any formula, name and value, as any word."""
    answered("eval", formula, f"--{name}", value)
    answered("eval", "--json", "--", formula)
    answered("eval", formula, f"{name}={value}")


NAMES = [
    "__class__",
    "__init__",
    "self",
    "None",
    "True",
    "lambda",
    "import",
    "exec",
    "eval",
    "os",
    "print",
    "class",
]


@pytest.mark.parametrize("name", NAMES)
def test_names_of_python_mean_nothing(name: str) -> None:
    """A name is a name: no attribute, no keyword, no builtin of ours."""
    result = answered("eval", f"{name}*2", f"--{name}", "3", "--json")
    if name.startswith("_"):
        assert result.code in (2, 3)
    else:
        assert json.loads(result.out)["gradient"] == {name: 2}
    for text in (f"{name}(x)", f"x.{name}", f"{name}.{name}", f"f'{name}'", f"{name}[0]"):
        assert answered("eval", text, "--x", "1").code in (2, 3)


def test_options_as_values() -> None:
    """A value that looks like an option is a value, or an error; never an option."""
    for value in ("--help", "-h", "--json", "-f", "--"):
        assert answered("eval", "x", f"--x={value}").code == 2
        assert answered("eval", "x", f"x={value}").code == 2
    assert answered("eval", "help", "help=3").out.startswith("help = 3")
    assert answered("eval", "--", "--help").code == 2


JSON_BOMBS = [
    "[" * 200_000, '{"x":' * 100_000, '{"x":1' + "0" * 900_000 + "}", '{"x":1e999999999}', "{" * 10,
    '"' * 100_000, '{"x":"' + "(" * 500_000 + '"}', '{"x": "' + "9^" * 1000 + '9"}',
    '{"x":-' + "0" * 500_000 + "}", "{" + ",".join(f'"k{i}":1' for i in range(60_000)) + "}",
    '{"x":[[[[[[1]]]]]]}', '{"":1}', "nul", "",
]  # fmt: skip


@pytest.mark.parametrize("text", JSON_BOMBS, ids=lambda text: text[:12])
def test_json_bombs(text: str) -> None:
    """Deep, long, broken and huge JSON."""
    answered("eval", "x", "--bindings", "-", stdin=text)
