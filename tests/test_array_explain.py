"""`explain` of index equations: equations of gradients, the rules behind them, and what each step
of a recurrence adds.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import jsonschema
import learning
import numpy as np
import pytest
from commandline import backprop

from backprop_cli.equations import BLACKBOARD
from backprop_cli.explanation.array_rules import rules
from backprop_cli.explanation.arrays import ArrayExplanation, explain_arrays
from backprop_cli.render.explain_arrays import TerminalEquations
from backprop_cli.render.explain_arrays_text import LatexEquations, document
from backprop_cli.syntax import parse
from backprop_cli.syntax.tree import Definition, Result
from backprop_cli.tensors import evaluate_arrays
from backprop_cli.tensors.outlines.outline import Outline, outline
from backprop_cli.tensors.outlines.shares import StepShares, part_of_total, step_shares

ROOT = Path(__file__).parent.parent
SAMPLES = ROOT / "samples" / "learning"
SCHEMA = json.loads((ROOT / "backprop_cli" / "schemas" / "explain-1.json").read_text("utf-8"))
RUN = [name for name in learning.RANDOM if name != "alexnet"]  # which takes a while
NAMES = sorted(path.stem for path in SAMPLES.glob("*.txt"))

CAT = [
    "-f", str(SAMPLES / "scores.txt"), "W=[[0.2,-0.5,0.1,2],[1.5,1.3,2.1,0],[0,0.25,0.2,-0.3]]",
    "b=[1.1,3.2,-1.2]", "x=[56,231,24,2]", "y=0",
]  # fmt: skip
STEPPED = """
param w, v; data x[T]
h[0] = 0
h[t] = w*h[t-1] + v*x[t-1] for t in 1..T
minimize h[T]^2 + 0.1*w^2
"""


def outlined(name: str) -> Outline:
    """A sample with random values."""
    program = parse((SAMPLES / f"{name}.txt").read_text(encoding="utf-8"))
    parameters, data = learning.RANDOM[name].values(1)
    return outline(program, evaluate_arrays(program, parameters | data), parameters | data)


def explained(name: str) -> ArrayExplanation:
    """A sample explained for a terminal."""
    return explain_arrays(outlined(name), TerminalEquations())


def stepped(**values: float) -> Outline:
    """The recurrence above, at w = 2, v = 3 and two inputs unless `values` say otherwise."""
    program = parse(STEPPED)
    given = {"w": 2.0, "v": 3.0, "x": [1.0, 5.0]} | values
    return outline(program, evaluate_arrays(program, {k: np.asarray(v) for k, v in given.items()}))


# ---------------------------------------------------------------------------------------- equations


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("sum[j,d] W[j,d]^2", "sum[j,d] W[j,d]²"),
        ("sum[j != y[i]] max(0, s[i,j] - s[i,y[i]] + 1)",
         "sum[j ≠ y[i]] max(0, s[i,j] − s[i,y[i]] + 1)"),
        ("max[p in 0..1, q in 0..1] r[2*i+p,2*j+q]", "max[p in 0..1, q in 0..1] r[2·i+p,2·j+q]"),
        ("exp(s[i])/(sum[k] exp(s[k]))", "exp(s[i])/(sum[k] exp(s[k]))"),
        ("(x[i] - 1)^2", "(x[i] − 1)²"),
        ("sum[i] (a[i] + b)*c", "sum[i] (a[i] + b)·c"),
        ("-(a*b)", "−(a·b)"),
        ("W^T @ x", "W^T @ x"),
        ("w[(i - 1) mod N]", "w[(i−1) mod N]"),
    ],
)  # fmt: skip
def test_index_equations_on_a_blackboard(text: str, written: str) -> None:
    """Subscripts close together, products by dots, squares as such."""
    statement = parse(text).statements[0]
    assert isinstance(statement, Result)
    assert BLACKBOARD.expression(statement.body) == written


def test_long_equations_need_no_recursion() -> None:
    """Ten thousand terms are written like two."""
    text = " + ".join(["x[1]"] * 10_000)
    statement = parse(text).statements[0]
    assert isinstance(statement, Result)
    assert BLACKBOARD.expression(statement.body) == text


def test_latex() -> None:
    """Subscripts, sums with their indices, partial derivatives of elements."""
    style = LatexEquations()
    style.adjoints, style.output = {"ds": "s"}, "f"
    statement = parse("dW[j,d] = sum[i, i < 3] ds[i,j]*X[i,d]; dW[0,0]").statements[0]
    assert isinstance(statement, Definition)
    assert style.expression(statement.body) == (
        r"\sum_{i,\,i < 3} \frac{\partial f}{\partial s_{i,j}} \cdot X_{i,d}"
    )


# ----------------------------------------------------------------------------------------- the text


def test_the_classic_cat() -> None:
    """Scores and the SVM loss, forward and backward, with all numbers."""
    found = backprop("explain", *CAT)
    assert (found.code, found.err) == (0, "")
    assert "   1. s[j] = sum[d] W[j,d]·x[d] + b[j]\n        = [−96.8, 437.9, 60.75]\n" in found.out
    assert "   5. ∂L/∂W[j,d] = ∂L/∂s[j]·x[d]\n" in found.out
    assert "max routes" in found.out
    assert "GRADIENT  ∂L/∂W = [[−112, −462, −48, −4]" in found.out


def test_the_support_vector_machine_without_values() -> None:
    """Equations and shapes by name need no numbers."""
    found = backprop("explain", "-f", str(SAMPLES / "svm.txt"))
    assert (found.code, found.err) == (0, "")
    assert "∂f/∂W[j,d] = 2·∂f/∂R·W[j,d] + sum[i] ∂f/∂s[i,j]·X[i,d]\n        shape 10×D" in found.out
    assert "used in s[i,j], R: the gradients of all uses add up" in found.out
    assert "∂f/∂L[i] = 1/N for i in 0..N−1" in found.out


@pytest.mark.parametrize("name", RUN)
def test_every_sample(name: str) -> None:
    """Each definition forward, each gradient backward with its equation; the values are those of
    the run.
    """
    found = explained(name)
    computed = [item for item in found.outline.items if item.kind != "input"]
    assert [step.name for step in found.forward] == [item.name for item in computed]
    parameters = [item.name for item in found.outline.items if item.role == "param"]
    assert [step.name for step in found.backward][-len(parameters) :] == parameters
    assert all(step.lines for step in found.backward)
    assert [step.number for step in found.forward] == list(range(1, len(computed) + 1))
    gradient = found.outline.run.gradient if found.outline.run else {}
    for step in found.backward[-len(parameters) :]:
        np.testing.assert_array_equal(step.value, gradient[step.name])


@pytest.mark.parametrize("columns", ["40", "80", "200"])
@pytest.mark.parametrize("name", NAMES)
def test_any_width(name: str, columns: str) -> None:
    """The text is folded; only what has no blank stands across the edge."""
    found = backprop("explain", "-f", str(SAMPLES / f"{name}.txt"), env={"COLUMNS": columns})
    assert found.code == 0, found.err
    for line in found.out.split("\n"):
        widest = max(map(len, line.split()), default=0)
        assert len(line) <= int(columns) or widest > int(columns) // 3, line


def test_where_no_equation_says_the_gradient() -> None:
    """Then there are the numbers, and where they come from."""
    found = backprop("explain", "A2[i,j] = A[i,j]*2; det(A2)", "A=[[2,1],[1,3]]")
    assert found.code == 0, found.err
    assert "it comes from f" in found.out
    assert "∂f/∂A = [[12, −4], [−4, 8]]" in found.out


def test_an_output_that_is_no_number_has_no_gradient() -> None:
    """It says so, and how to get one."""
    found = backprop("explain", "s[i] = 2*x[i]", "x=[1,2]")
    assert found.code == 0, found.err
    assert "BACKWARD" not in found.out
    assert "sum(…) makes" in found.out


def test_numbers_that_are_none() -> None:
    """NaN and infinities are shown; then there is no forecast, but a warning."""
    found = backprop("explain", "s[i] = log(x[i]); sum[i] s[i]", "x=[0,1,-2]")
    assert found.code == 0
    assert "= [−inf, 0, NaN]" in found.out
    assert "downhill" not in found.out
    assert "warning[" in found.err


def test_downhill() -> None:
    """The forecast of a small step along the gradient."""
    found = backprop("explain", "sum[i] x[i]^2", "x=[3,4]")
    assert "downhill by 0.001 times the gradient: f falls by about 0.1" in found.out


# -------------------------------------------------------------------------------------------- rules


@pytest.mark.parametrize(
    ("text", "name", "keys"),
    [
        ("s[i,j] = sum[d] W[j,d]*X[i,d]; sum[i,j] s[i,j]", "W", {"product"}),
        ("s[i] = x[i] + b; sum[i] s[i]", "b", {"copied i"}),
        ("s[i] = x[y[i]]; sum[i] s[i]", "x", {"looked-up"}),
        ("s[i] = max[p in 0..1] x[i+p]; sum[i] s[i]", "x", {"max", "windows"}),
        ("s[i] = tanh(mean[j] A[i,j]); sum[i] s[i]", "A", {"tanh", "mean"}),
        ("s[i] = prod[j] A[i,j]; sum[i] s[i]", "A", {"prod"}),
        ("s[i] = if(x[i] > 0, x[i], 0); sum[i] s[i]", "x", {"if"}),
        ("s = A @ x; sum(s)", "x", {"matmul"}),
        ("s[i] = x[i]; sum[i] s[i]", "x", set()),
    ],
)
def test_rules(text: str, name: str, keys: set[str]) -> None:
    """What an equation does to the gradient of an array that stands in it."""
    reader = outline(parse(text)).item("s")
    assert {key for key, _ in rules(name, reader)} == keys


def test_a_rule_is_said_once() -> None:
    """Of ten sums of products the first one is explained."""
    text = backprop("explain", "-f", str(SAMPLES / "lenet.txt")).out
    assert len(re.findall("its gradient is again", text.replace("\n          ", " "))) == 1


# -------------------------------------------------------------------------------------------- steps


def test_each_steps_share_by_hand() -> None:
    """h1 = v·x0 = 3, h2 = w·h1 + v·x1 = 21, f = h2² + 0.1·w²: ∂f/∂w = 42·h1 from step 2 and 0.4
    from the penalty; ∂f/∂v = 42·w·x0 from step 1 and 42·x1 from step 2.
    """
    found = {each.name: each for each in step_shares(stepped())}
    assert set(found) == {"w", "v"}
    assert {k: float(x) for k, x in found["w"].steps.items()} == {(1,): 0.0, (2,): 126.0}
    assert float(found["w"].rest) == pytest.approx(0.4, rel=1e-15)  # type: ignore[arg-type]
    assert {k: float(x) for k, x in found["v"].steps.items()} == {(1,): 84.0, (2,): 210.0}
    assert found["v"].rest is None
    assert float(found["v"].total) == 294.0


@pytest.mark.parametrize("name", ["rnn", "ntm"])
def test_the_shares_add_up_to_the_gradient(name: str) -> None:
    """To rounding errors, for every weight that the steps share; parts add up to 1."""
    found = step_shares(outlined(name))
    expected = {"U", "W", "b"} if name == "rnn" else {"U", "Q", "b", "Wk", "be", "Wγ"}
    assert expected <= {each.name for each in found}
    for shares in found:
        together = sum(shares.steps.values()) + (0 if shares.rest is None else shares.rest)
        np.testing.assert_allclose(together, shares.total, rtol=0, atol=1e-14)
        parts = [part_of_total(share, shares.total) for share in shares.steps.values()]
        assert sum(parts) == pytest.approx(1, abs=1e-12)


def test_the_share_of_a_step_is_the_slope_by_that_steps_weight() -> None:
    """Central differences, the weight changed in one step only."""

    def loss(weights: list[float]) -> float:
        h = 0.0
        for w, x in zip(weights, (1.0, 5.0, -2.0), strict=True):
            h = np.tanh(w * h + 0.3 * x)
        return float(h * h)

    text = "h[0] = 0; h[t] = tanh(w*h[t-1] + 0.3*x[t-1]) for t in 1..3; h[3]^2"
    program = parse(text)
    given = {"w": np.asarray(0.7), "x": np.asarray([1.0, 5.0, -2.0])}
    shares: StepShares = step_shares(outline(program, evaluate_arrays(program, given)))[0]
    for step in range(3):
        up, down = [0.7] * 3, [0.7] * 3
        up[step] += 1e-6
        down[step] -= 1e-6
        slope = (loss(up) - loss(down)) / 2e-6
        assert float(shares.steps[step + 1,]) == pytest.approx(slope, abs=1e-9)


def test_what_each_step_reads_for_itself_is_no_shared_weight() -> None:
    """Of an array of which each step reads another element there is no table."""
    text = "h[0] = 0; h[t] = a*h[t-1] + x[t-1] for t in 1..4; h[4]"
    program = parse(text)
    given = {"a": np.asarray(0.5), "x": np.asarray([1.0, 2.0, 3.0, 4.0])}
    found = step_shares(outline(program, evaluate_arrays(program, given)))
    assert [each.name for each in found] == ["a"]


def test_the_table() -> None:
    """Single numbers by their values, with what comes from elsewhere."""
    found = backprop("explain", STEPPED, "w=2", "v=3", "x=[1,5]")
    assert found.code == 0, found.err
    assert (
        "STEPS     what each step adds to ∂f/∂w, which all steps share\n"
        "          step        share      part\n"
        "          t = 1           0     0.0 %\n"
        "          t = 2         126    99.7 %\n"
        "          elsewhere     0.4     0.3 %\n"
        "          together    126.4   100.0 %\n"
    ) in found.out


def test_a_long_table_is_cut_in_the_middle() -> None:
    """Sixteen steps are shown of a hundred; --json has all."""
    text = "h[0] = 1; h[t] = w*h[t-1] for t in 1..100; h[100]"
    found = backprop("explain", text, "w=1.01")
    assert "… 84 more; --json has all" in found.out
    assert len(re.findall(r"\n +t = \d+ ", found.out)) == 16
    data = json.loads(backprop("explain", text, "w=1.01", "--json").out)
    assert len(data["steps"][0]["steps"]) == 100


# ------------------------------------------------------------------------------------------ formats


@pytest.mark.parametrize("words", [CAT, ["-f", str(SAMPLES / "rnn.txt")], [STEPPED, "w=2", "v=3",
                                   "x=[1,5]"], ["s[i] = 2*x[i]", "x=[1,2]"]])  # fmt: skip
def test_json(words: list[str]) -> None:
    """One object that fits its schema."""
    found = backprop("explain", "--json", *words)
    assert (found.code, found.err) == (0, "")
    jsonschema.validate(json.loads(found.out), SCHEMA)


def test_json_has_the_numbers_of_eval() -> None:
    """The same ids, values and gradients."""
    found = json.loads(backprop("explain", "--json", *CAT).out)
    other = json.loads(backprop("eval", "--json", *CAT).out)
    for key in ("value", "gradient", "bindings", "warnings", "parsed"):
        assert found[key] == other[key]
    nodes = {node["id"]: node for node in other["nodes"]}
    for step in found["forward"]:
        assert step["value"] == nodes[step["id"]]["value"]
    for step in found["backward"][1:]:
        assert step["gradient"] == nodes[step["id"]]["gradient"]


def test_markdown() -> None:
    """Equations in code spans, steps as a table."""
    found = backprop("explain", "--markdown", STEPPED, "w=2", "v=3", "x=[1,5]")
    assert found.code == 0, found.err
    assert found.out.startswith("# `f = h[T]² + 0.1·w²`\n")
    assert "| `t = 2` | 126 | 99.7 % |" in found.out


@pytest.mark.parametrize("name", ["rnn", "ntm", "ntm-head"])
def test_latex_documents_are_balanced(name: str) -> None:
    """Brackets and environments are closed; nothing but ASCII comes out."""
    text = document(explain_arrays(outlined(name), LatexEquations()))
    assert text.isascii()
    assert text.count("{") - text.count(r"\{") == text.count("}") - text.count(r"\}")
    assert sorted(re.findall(r"\\begin{(\w+\*?)}", text)) == sorted(
        re.findall(r"\\end{(\w+\*?)}", text)
    )
    assert text.count(r"\left") == text.count(r"\right")


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="there is no LaTeX")
def test_latex_compiles(tmp_path: Path) -> None:
    """The whole document of a small network."""
    text = document(explain_arrays(outlined("rnn"), LatexEquations()))
    (tmp_path / "x.tex").write_text(text, encoding="utf-8")
    words = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "x.tex"]
    assert subprocess.run(words, cwd=tmp_path, capture_output=True).returncode == 0


def test_scalars_are_explained_as_ever() -> None:
    """A formula of single numbers has the steps of its gates."""
    found = backprop("explain", "(x+y)*z", "x=-2", "y=5", "z=-4")
    assert "multiply swaps" in found.out
