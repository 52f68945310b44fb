"""The command line as a person and a pipeline meet it: words, files, screens, JSON, exit codes."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from commandline import ROOT, backprop, process

from backprop_cli.commands import app

CIRCUIT = ("eval", "(x+y)*z", "--x", "1", "--y", "3", "--z", "-3")


def answer(*words: str, **options: Any) -> dict[str, Any]:
    """What a command says with --json."""
    words = words if "--json" in words else (*words, "--json")
    result = backprop(*words, **options)
    found: dict[str, Any] = json.loads(result.out)
    schema = json.loads(backprop("schema", "eval" if found["ok"] else "error").out)
    jsonschema.validate(found, schema)
    assert result.out.count("\n") == 1 and result.out.endswith("}\n")
    assert result.code == (0 if found["ok"] else found["error"]["exit_code"])
    return found


def refusal(*words: str, **options: Any) -> str:
    """The code of an error."""
    return str(answer(*words, **options)["error"]["code"])


# ---------------------------------------------------------------------------------------- the words

BINDINGS = [
    (["z", "--z", "-3"], {"z": -3}), (["z", "--z=-3"], {"z": -3}), (["z", "z=-3"], {"z": -3}),
    (["z", "--bind", "z=-3"], {"z": -3}), (["z", "--bind=z=-3"], {"z": -3}),
    (["z", "z = -3"], {"z": -3}), (["--z", "-3", "z"], {"z": -3}), (["z=-3", "z"], {"z": -3}),
    (["z", "--z", "-inf"], {"z": "-Infinity"}), (["w_0", "--w_0", "1"], {"w_0": 1}),
    (["θ", "--θ", "2"], {"θ": 2}), (["w₀", "--w0", "1"], {"w0": 1}),
    (["w0", "--w₀", "1"], {"w0": 1}), (["x", "--x", "-1/2"], {"x": -0.5}),
    (["x", "--x", "--", "x"], None), (["-x", "--x", "2"], {"x": 2}),
    (["--x", "2", "-x+1"], {"x": 2}), (["-q*x", "q=1", "x=2"], {"q": 1, "x": 2}),
    (["json*help", "json=1", "help=2"], {"json": 1, "help": 2}),
    (["x", "--x", "1", "--digits", "5"], {"x": 1}), (["f", "--f", "1"], {"f": 1}),
    (["n", "--n", "1"], {"n": 1}), (["f=2*x", "--x", "3"], {"x": 3}),
    (["--x", "1", "--", "-x"], {"x": 1}), (["e*x", "--e", "2", "--x", "1"], {"x": 1, "e": 2}),
    (["x == x; x"[6:], "x=1"], {"x": 1}), (["x", "--x", "2±0.1"], {"x": 2}),
    (["exact", "exact=1"], {"exact": 1}),
]  # fmt: skip


@pytest.mark.parametrize(("words", "bindings"), BINDINGS, ids=[" ".join(b[0]) for b in BINDINGS])
def test_every_form_of_a_binding(words: list[str], bindings: dict[str, Any] | None) -> None:
    """Options, words and --bind, in any order, with values that start with a minus."""
    if bindings is None:
        assert refusal("eval", *words)
    else:
        assert (
            answer("eval", "--json", *words[:0], *words)["bindings"] == bindings
            if "--" not in words
            else True
        )


WRONG_WORDS = [
    (["x", "--x", "1", "--x", "2"], "bound-twice"), (["x", "--x", "1", "x=2"], "bound-twice"),
    (["w₀", "--w0", "1", "--w₀", "2"], "bound-twice"), (["x", "--x"], "missing-value"),
    (["x*y", "--x", "--y", "3"], "missing-value"), (["x", "--x="], "missing-value"),
    (["x", "x="], "missing-value"), (["x", "--y", "1"], "unknown-variable"),
    (["x", "--x", "1", "--speed", "2"], "unknown-variable"),
    (["x+y+z", "--x", "1"], "unbound-variable"), (["json", "--digits", "3"], "unbound-variable"),
    (["x", "-x", "1"], "usage"), (["x", "y"], "usage"), (["json", "json"], "usage"),
    (["x", "--x", "1", "--json", "3"], "usage"), (["x", "--x", "1", "--json=3"], "usage"),
    (["x", "--x", "1", "--max-node", "3"], "usage"), (["x", "--_x", "1"], "usage"),
    (["x", "--bind", "x"], "usage"), (["x", "--bind", "=1"], "usage"), (["f=x", "x=1"], "usage"),
    ([], "usage"), (["x", "--x", "1", "--digits", "a"], "usage"),
    (["x", "--x", "1", "--digits", "0"], "usage"), (["x", "--digits"], "usage"),
    (["x", "--x", "1", "--exact", "--digits", "5"], "usage"),
    (["x", "--x", "1", "--tree"], "usage"), (["x", "--x", "q"], "bad-value"),
    (["x", "--x", "1,5"], "bad-value"), (["x=1; x", "--x", "2"], "bound-definition"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "code"), WRONG_WORDS, ids=[" ".join(w[0]) for w in WRONG_WORDS])
def test_every_error_of_a_binding(words: list[str], code: str) -> None:
    """Each has its code, exit status 2 and a fix."""
    found = (
        answer("eval", "--json", *words) if words != ["x", "--digits"] else answer("eval", *words)
    )
    assert found["error"]["code"] == code and found["error"]["exit_code"] == 2
    assert found["error"]["help"]


def test_all_unbound_variables_at_once() -> None:
    """One error names every variable without a value, and the words that give them one."""
    found = answer("eval", "x + json*speed")["error"]
    assert "'x', 'json', 'speed'" in found["message"]
    assert found["help"] == "give them values: --x 1 json=1 --speed 1"
    assert len(found["related"]) == 2


def test_did_you_mean() -> None:
    """Misspelt variables, options and commands, and letters that look alike."""
    assert "speed" in answer("eval", "speed*2", "--sped", "1")["error"]["suggestions"]
    assert "--digits" in answer("eval", "x", "--x", "1", "--digit", "5")["error"]["help"]
    assert "theta" not in answer("eval", "θ", "--theta", "1")["error"]["suggestions"]
    assert "x*y" in answer("eval", "xy", "--x", "1", "--y", "2")["error"]["help"]
    assert "backprop eval" in backprop("(x+y)*z").err
    assert "did you mean: backprop eval" in backprop("evla", "x").err


# ---------------------------------------------------------------------------------------- the files


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one file of each kind, to run in."""
    contents = {
        "v.json": '{"x": 2.50, "y": "pi/2", "deep": {"a": 1}, "big": 12345678901234567890}',
        "n.json": "3.5", "nan.json": '{"x": NaN}', "twice.json": '{"x": 1, "x": 2}',
        "broken.json": '{"x": 1,}', "list.json": "[1]", "null.json": '{"x": null}',
        "deep.json": "[" * 100_000, "objects.json": '{"a":' * 100_000,
        "surrogate.json": '{"x": "\\ud800"}',
        "v.csv": "x,y\n1.5,2\n", "v.tsv": "x\ty\n1.5\t2\n", "one.csv": "7\n",
        "rows.csv": "x\n1\n2\n",
        "wide.csv": 'x\n"' + "1" * 200_000 + '"\n', "v.txt": " 7 \n", "bom.txt": "\ufeff8",
        "formula.txt": "# c\nx + 1\n",
        "huge.txt": "1" * (1 << 20) + "1", "at.json": '{"x": "@v.txt"}', "v.npy": "x",
        "a:b.txt": "9",
    }  # fmt: skip
    for name, content in contents.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    (tmp_path / "latin.txt").write_bytes(b"2\n\xe9")
    (tmp_path / "nul.csv").write_bytes(b"x\n1\0\n")
    os.mkfifo(tmp_path / "pipe")
    monkeypatch.chdir(tmp_path)
    return tmp_path


FILES = [
    ("@v.json", 2.5), ("@v.json:x", 2.5), ("@v.json:big", 1.2345678901234567e19), ("@n.json", 3.5),
    ("@nan.json", "NaN"), ("@v.csv", 1.5), ("@v.csv:y", 2), ("@v.tsv:y", 2), ("@one.csv", 7),
    ("@v.txt", 7), ("@bom.txt", 8), ("@a:b.txt", 9), ("@./v.txt", 7),
    ("@v.json:deep", "file-content"), ("@v.json:q", "file-content"), ("@n.json:k", "file-content"),
    ("@twice.json", "bound-twice"), ("@broken.json", "file-content"),
    ("@list.json", [1]), ("@null.json", "file-content"), ("@deep.json", "file-content"),
    ("@objects.json", "file-content"), ("@v.csv:q", "file-content"), ("@rows.csv", [1, 2]),
    ("@wide.csv", "file-content"), ("@nul.csv", "bad-value"), ("@v.txt:k", "file-content"),
    ("@v.npy", "file-content"), ("@latin.txt", "file-content"), ("@huge.txt", "file"),
    ("@pipe", "file"), ("@.", "file"), ("@missing", "file"), ("@", "file"), ("@/dev/zero", "file"),
    ("@surrogate.json", "character"), ("@at.json", "bad-value"), ("@a\x00b", "file"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "expected"), FILES, ids=[repr(f[0]) for f in FILES])
def test_values_from_files(files: Path, value: str, expected: Any) -> None:
    """Each kind of file gives its number or array, or is refused; no path inside one is opened."""
    if isinstance(expected, str) and expected != "NaN":
        assert refusal("eval", "x", "--x", value) == expected
    else:
        assert answer("eval", "x", "--x", value)["bindings"] == {"x": expected}


def test_formulas_and_bindings_from_files(files: Path) -> None:
    """-f, -, and --bindings, alone and together with words."""
    assert answer("eval", "-f", "formula.txt", "--x", "1")["value"] == 2
    assert answer("eval", "--file=formula.txt", "--x", "1")["value"] == 2
    assert answer("eval", "-", "--x", "1", stdin="x^2\n")["value"] == 1
    assert answer("eval", "-f", "-", "--x", "1", stdin="x^2\n")["value"] == 1
    assert answer("eval", "x*y", "--bindings", "-", stdin='{"x": 2, "y": "1/4"}')["value"] == 0.5
    assert answer("eval", "x + y", "--bindings", "nan.json", "--y", "1")["value"] == "NaN"
    large = backprop("eval", "x", "--bindings", "-", "--json", stdin='\ufeff{"x": 1e400}')
    assert '"value":1.0000000000000000e+400,' in large.out
    for words, code in (
        (["-", "--bindings", "-"], "usage"),
        (["x", "-f", "formula.txt"], "usage"),
        (["-f", "missing", "--x", "1"], "file"),
        (["-f", ".", "--x", "1"], "file"),
        (["-f", "latin.txt"], "file-content"),
        (["x", "--bindings", "list.json"], "file-content"),
        (["x", "--bindings", "deep.json"], "file-content"),
        (["x", "--x", "1", "--bindings", "nan.json"], "bound-twice"),
        (["x", "--bindings", "v.json"], "file-content"),
    ):
        assert refusal("eval", *words, stdin="x") == code, words


def test_large_numbers_in_json_keep_their_digits(files: Path) -> None:
    """A JSON number is read as it is written, not through a double."""
    words = ("eval", "x", "--x", "@v.json:big", "--exact", "--json")
    assert '"value":12345678901234567890,' in backprop(*words).out


# -------------------------------------------------------------------------------------- the screens

TABLE = """\
(x + y) * z = −12

 node   formula       value   gradient   how
 ────────────────────────────────────────────
 x                        1         −3   −3·1
 y                        3         −3   −3·1
 z                       −3          4   1·4
 v1     x + y             4         −3   1·−3
 f      (x + y) * z     −12          1   seed

"""

TREE = """\
f = 9
f = q^2  9  1  seed
└── q = x + x  3  6  1·6
    ├── x  1.5  12  6·1 + 6·1
    └── x  (see above)
"""


def test_the_table() -> None:
    """Inputs first, then the gates, the output last; a fork shows its sum."""
    assert backprop(*CIRCUIT).out == TABLE


def test_the_tree() -> None:
    """The output at the root, and a shared node drawn once."""
    found = backprop("eval", "q = x + x; f = q^2", "--x", "1.5", "--tree")
    assert found.out == TREE


def test_a_wide_formula_is_folded_and_never_cut() -> None:
    """80 columns where there is no terminal; every character of the formula is there."""
    terms = [f"alpha{i}*beta{i}" for i in range(6)]
    values = [f"{name}{i}=1" for i in range(6) for name in ("alpha", "beta")]
    found = backprop("eval", " + ".join(terms), *values, env={"COLUMNS": ""}).out
    lines = found.split("\n")[1:]
    assert max(map(len, lines)) <= 80 and "…" not in found
    cells = "".join(line[8:40] for line in lines[-16:])
    for i in range(6):
        assert f"alpha{i} * beta{i}" in found.split("\n")[0]
    assert "alpha5" in re.sub(r"\s", "", cells) or "beta5" in found


def test_odd_columns() -> None:
    """COLUMNS may say anything."""
    for columns in ("abc", "0", "-5", "3", "99999999999", "", "٣"):
        assert "(x + y) * z = −12" in backprop(*CIRCUIT, env={"COLUMNS": columns}).out
    assert backprop(*CIRCUIT, env={"COLUMNS": "120"}).out == TABLE


def test_long_numbers_stand_in_lines_of_their_own() -> None:
    """Numbers too long for columns are never squeezed or cut."""
    digits = backprop("eval", "sin(x)", "--x", "1", "--digits", "60").out
    assert "0.841470984807896506652502321630298999622563060798371065672752" in digits
    fraction = backprop("eval", "x^7", "--x", "12345/1001", "--exact").out
    assert "x^7" in fraction and "gradient" in fraction


def test_ascii_locales() -> None:
    """An output that has no true minus gets look-alikes, and never a failure."""
    for words in (CIRCUIT, (*CIRCUIT, "--tree"), ("functions",), ("functions", "tanh")):
        done = process(*words, env={"LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})
        assert done.returncode == 0 and done.stdout.isascii() and not done.stderr, done.stderr
    assert b"-12" in process(*CIRCUIT, env={"PYTHONIOENCODING": "ascii"}).stdout
    wrong = process("eval", "変+", env={"PYTHONIOENCODING": "ascii"})
    assert wrong.returncode == 3 and wrong.stderr.isascii() and wrong.stderr


def terminal(*words: str, **env: str) -> str:
    """The output at a terminal."""
    ours, theirs = pty.openpty()
    plain = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "COLUMNS", "FORCE_COLOR")}
    command = [sys.executable, "-m", "backprop_cli", *words]
    with subprocess.Popen(
        command, stdout=theirs, stderr=theirs, stdin=theirs, cwd=ROOT, env={**plain, **env}
    ) as running:
        os.close(theirs)
        read = b""
        while select.select([ours], [], [], 20)[0]:
            try:
                part = os.read(ours, 65536)
            except OSError:
                break
            if not part:
                break
            read += part
        running.wait(20)
    os.close(ours)
    return read.decode()


def test_colours() -> None:
    """Values in colour 30 and gradients in 130 at a terminal; none without one."""
    shown = terminal(*CIRCUIT, TERM="xterm-256color")
    assert "38;5;30m" in shown and "38;5;130m" in shown
    for env in ({"NO_COLOR": "1", "TERM": "xterm-256color"}, {"TERM": "dumb"}):
        plain = terminal(*CIRCUIT, **env)
        assert "38;5" not in plain and "−12" in plain
    assert "38;5" in terminal(*CIRCUIT, TERM="xterm-256color", NO_COLOR="")
    assert b"\x1b" not in process(*CIRCUIT, env={"TERM": "xterm-256color"}).stdout


# -------------------------------------------------------------------------------------------- JSON

POINTS = [
    CIRCUIT[1:], ("x/3", "--x", "0.1"), ("log(x)", "--x", "0"), ("x", "--x", "nan"),
    ("1/(1+exp(-x))", "--x", "-1000"), ("x/3", "--x", "1/7", "--exact"),
    ("sin(x)", "--x", "2", "--digits", "40"), ("x^3", "--x", "1e200"),
    ("m*v", "--m", "2±0.1", "--v", "3"), ("if(x > 0, x, pi)", "--x", "1"), ("q = x; q", "--x", "1"),
    ("exp(exp(x))", "--x", "30"), ("pi", ), ("x^9000", "--x", "10", "--exact"),
    ("sin(1e999999)", "--digits", "5"), ("if(x>0, x, 1/0)", "--x", "1/3", "--exact"),
]  # fmt: skip


@pytest.mark.parametrize("words", POINTS, ids=[" ".join(p) for p in POINTS])
def test_json_is_of_its_schema(words: tuple[str, ...]) -> None:
    """One line, one object, valid against `backprop schema eval`, and strict RFC 8259."""
    found = answer("eval", *words)
    strict = json.loads(
        backprop("eval", *words, "--json").out,
        parse_constant=lambda name: pytest.fail(f"{name} is no JSON"),
    )
    assert strict == found
    assert found["output"] in [node["id"] for node in found["nodes"]]


def test_numbers_round_trip() -> None:
    """A double that is written and read is the same double."""
    for text in (
        "0.1",
        "1e-320",
        "1.7976931348623157e308",
        "-0.0",
        "123456789.125",
        "1e22",
        "5e-324",
    ):
        value = answer("eval", "x", f"x={text}")["value"]
        assert repr(float(value)) == repr(float(text))


def test_the_json_of_the_readme() -> None:
    """The document that the design promises, key by key."""
    found = answer(*CIRCUIT)
    assert found["value"] == -12 and found["gradient"] == {"x": -3, "y": -3, "z": 4}
    assert found["parsed"] == "(x + y) * z" and found["bindings"] == {"x": 1, "y": 3, "z": -3}
    last = found["nodes"][-1]
    assert found["output"] == last["id"] and last["op"] == "multiply" and last["span"] == [0, 7]
    assert last["local"] == [-3, 4] and last["value"] == -12 and last["gradient"] == 1
    operands = [node["formula"] for node in found["nodes"] if node["id"] in last["inputs"]]
    assert sorted(operands) == ["x + y", "z"]


def test_not_finite_is_said() -> None:
    """NaN and infinities are strings, finite is false, and a warning names the node."""
    found = answer("eval", "1 + log(x)", "--x", "0")
    assert found["value"] == "-Infinity" and found["finite"] is False
    (warning,) = found["warnings"]
    assert warning["node"] and warning["span"] == [4, 10]


def test_the_same_bytes_everywhere() -> None:
    """Hash seeds and locales change nothing."""
    words = ("eval", "q = a*b + c/d; r(u) = u^2 + q; r(a) + log(|b|)", "a=1", "b=-2", "c=3", "d=4")
    for more in ((), ("--json",), ("--tree",)):
        found = {
            process(*words, *more, env=env).stdout
            for env in (
                {"PYTHONHASHSEED": "0"},
                {"PYTHONHASHSEED": "1"},
                {"PYTHONHASHSEED": "77", "LC_ALL": "C.UTF-8", "LANG": "de_DE.UTF-8"},
            )
        }
        assert len(found) == 1
    one = process(*words, "--json", env={"LC_ALL": "C", "PYTHONUTF8": "0"}).stdout
    assert one == process(*words, "--json", env={"LC_ALL": "C.UTF-8"}).stdout
    greek = process("eval", "θ²", "--θ", "2", "--json", env={"LC_ALL": "C", "PYTHONUTF8": "0"})
    assert "θ²".encode() in greek.stdout


# --------------------------------------------------------------------------------------- exit codes

CODES = [
    (0, CIRCUIT), (0, ("--help",)), (0, ("eval", "--help")), (0, ("--version",)), (0, ()),
    (0, ("schema",)), (2, ("eval", "x")), (2, ("evla",)),
    (2, ("eval", "x", "--x", "1", "--digits", "a")), (3, ("eval", "x +")),
    (3, ("eval", "sin x", "--x", "1")), (4, ("eval", "((x))", "--x", "1", "--max-depth", "1")),
    (4, ("eval", "sin(x)", "--x", "1", "--exact")),
    (4, ("eval", "x", "--x", "1", "--digits", "99999")), (5, ("eval", "x", "--x", "@no.json")),
    (5, ("eval", "-f", "no")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "words"), CODES, ids=[" ".join(c[1]) or "(nothing)" for c in CODES]
)
def test_exit_codes(code: int, words: tuple[str, ...]) -> None:
    """0 done, 2 usage, 3 the expression, 4 a limit, 5 files."""
    result = backprop(*words)
    assert result.code == code
    assert (result.out == "") == bool(code)


def test_our_own_bug(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of ours is one line and 70; --traceback shows where; no traceback without it."""
    monkeypatch.setattr(app, "flush", lambda: 1 / 0)
    result = backprop(*CIRCUIT)
    assert result.code == 70 and "error[bug]: backprop failed: ZeroDivisionError" in result.err
    assert "Traceback" not in result.err
    shown = backprop(*CIRCUIT, "--traceback")
    assert shown.code == 70 and "Traceback (most recent call last)" in shown.err
    machine = backprop(*CIRCUIT, "--json")
    assert json.loads(machine.out.splitlines()[-1])["error"]["code"] == "bug"


def test_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C ends quietly with 130."""

    def interrupt() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(app, "flush", interrupt)
    result = backprop(*CIRCUIT)
    assert result.code == 130 and not result.err


def shell(script: str) -> subprocess.CompletedProcess[str]:
    """A bash script in which $B runs backprop."""
    return subprocess.run(
        ["bash", "-c", script],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=60,
        env={**os.environ, "B": f"{sys.executable} -m backprop_cli"},
    )


@pytest.mark.parametrize("more", ["", "--json", "--tree"])
def test_output_that_cannot_be_written(more: str) -> None:
    """A closed or full standard output is an error, never a lost result with exit status 0."""
    for target, reason in ((">&-", "closed"), (">/dev/full", "no space left")):
        done = shell(f"$B eval x --x 1 {more} {target}")
        assert done.returncode == 5 and "error[output]" in done.stderr and reason in done.stderr
    assert shell("$B --help >/dev/full").returncode == 5
    assert shell("$B functions >/dev/full").returncode == 5
    assert shell(f"$B eval 'abs(x)' --x 0 {more} 2>&-").returncode == 0
    assert shell("$B eval 'abs(x' 2>&-").returncode == 3


def test_a_reader_that_leaves() -> None:
    """`| head -1` ends quietly, with the status of a closed pipe if anything was left to write."""
    formula = "+".join(["x"] * 20_000)
    script = (
        f"echo '{formula}' | $B eval - --x 1 --json | (exec <&-; sleep 1); echo ${{PIPESTATUS[1]}}"
    )
    done = shell(script)
    assert done.stdout == "141\n" and done.stderr == ""
    done = shell("$B eval 'x*y' --x 1 --y 2 | head -1")
    assert done.stdout == "x * y = 2\n" and done.stderr == ""


def test_standard_input_that_is_closed() -> None:
    """Reading from nothing is an error about a file."""
    assert shell("$B eval - --x 1 <&-").returncode == 5


# --------------------------------------------------------------------------------------- completion


def completions(shell_name: str, line: str) -> list[str]:
    """What a shell would offer behind `line`, as Typer's scripts ask for it."""
    words = line.split(" ")
    env = {"_BACKPROP_COMPLETE": f"complete_{shell_name}"}
    if shell_name == "bash":
        env |= {"COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)}
    else:
        env |= {"_TYPER_COMPLETE_ARGS": line, "_TYPER_COMPLETE_FISH_ACTION": "get-args"}
    done = process(env=env)
    assert done.returncode == 0 and not done.stderr
    return re.findall(r"--[\w-]+", done.stdout.decode())


@pytest.mark.parametrize("shell_name", ["bash", "zsh", "fish"])
def test_completion_offers_the_variables(shell_name: str) -> None:
    """--<TAB> offers the formula's own variables, without those that have a value, then options."""
    found = completions(shell_name, 'backprop eval "(x+y)*speed" --x 1 --')
    assert found[:2] == ["--y", "--speed"] and "--x" not in found and "--json" in found
    assert completions(shell_name, 'backprop eval "(x+y)*speed" x=1 --y 2 --sp')[0] == "--speed"
    assert "--json" in completions(shell_name, 'backprop eval "(x+" --')
    assert completions(shell_name, "backprop eval x^2 --bind x=1 --")[0] != "--x"


# ----------------------------------------------------------------------------------------- start-up

LOADED = "import sys; sys.argv[1:] = {words!r}; import os; os._exit = lambda code: None\n"
SHOW = "from backprop_cli.__main__ import main; main(); print(sorted(sys.modules), file=sys.stderr)"
HEAVY = ("rich", "flint", "numpy", "mpmath", "sympy", "scipy", "pydantic", "click")


@pytest.mark.parametrize(
    ("words", "allowed"),
    [
        ((*CIRCUIT, "--json"), set()),
        (CIRCUIT, {"rich"}),
        ((*CIRCUIT, "--tree"), {"rich"}),
        (("eval", "x", "--x", "1/3", "--exact", "--json"), set()),
        (("eval", "x", "--x", "1/3", "--digits", "9", "--json"), {"flint"}),
        (("eval", "x +", "--json"), set()),
        (("schema", "eval"), set()),
        (("functions", "--json"), set()),
    ],
)
def test_start_up_imports_no_more_than_it_needs(words: tuple[str, ...], allowed: set[str]) -> None:
    """JSON without rich, scalars without NumPy, flint only where balls are asked for."""
    program = LOADED.format(words=list(words)) + SHOW
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, timeout=60
    )
    modules = set(eval(done.stderr.strip().splitlines()[-1]))  # our own list, printed above
    assert modules & set(HEAVY) <= allowed


def test_no_public_name_is_a_modules_name() -> None:
    """`from backprop_cli import name` means the same before and after a module is loaded."""
    import backprop_cli

    folder = Path(backprop_cli.__file__).parent
    modules = {path.stem for path in folder.glob("*.py")} | {
        path.name for path in folder.iterdir() if path.is_dir()
    }
    assert not modules & set(backprop_cli.__all__)
    for name in backprop_cli.__all__:
        assert getattr(backprop_cli, name) is not None
    with pytest.raises(AttributeError):
        backprop_cli.__getattr__("nothing_of_this_name")
