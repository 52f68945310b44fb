"""Keys: what a teacher's text asks, and what is refused."""

from __future__ import annotations

from fractions import Fraction

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from backprop_cli.errors import BackpropError
from backprop_cli.homework.asking.draws import drawn
from backprop_cli.homework.asking.key import Key, Rule, read_key
from backprop_cli.homework.asking.truth import chosen_inputs
from backprop_cli.syntax.homework import parse_answer
from backprop_cli.syntax.homework_tree import Answer

WORKED = """
title: HW3 backprop by hand
seed: 42
hint fork: see slide 14
Q1 [6 pts]  f = (x+y)*z
  let q = x+y
  at x=-2 y=5 z=-4      # a comment
  ask q f df/dq df/dx
  ask df/dy, df/dz
Q2 [4 pts]  g = sin(x^2)
  ask dg/dx
  accept x in -3..3
"""


def key_of(question: str, head: str = "seed: 1\n") -> Key:
    return read_key(f"{head}{question}\n")


def test_the_worked_key_is_read() -> None:
    """Titles, points, values, named parts, what is asked and where formulas are compared."""
    key = read_key(WORKED)
    first, second = key.questions
    assert (key.title, key.seed, key.points) == ("HW3 backprop by hand", "42", 10)
    assert first.formula == "f = (x + y) * z"
    assert [item.name for item in first.items] == ["q", "f", "df/dq", "df/dx", "df/dy", "df/dz"]
    given = {name: bound.text for name, bound in first.at.items()}
    assert given == {"x": "-2", "y": "5", "z": "-4"}
    assert all(item.points == 1 for item in first.items)
    assert dict(first.hint) == {"fork": "see slide 14"}
    assert first.numeric and not second.numeric
    assert second.accept == {"x": (-3, 3)}


@pytest.mark.parametrize(
    ("formula", "lets", "nodes"),
    [
        ("f = (x+y)*z", ["q = x+y"], 5),
        ("f = (x+y)*z", ["q = y+x"], 5),  # in either order
        ("f = q*z", ["q = x+y"], 5),  # by its name
        ("f = (x+y)*(x+y)", ["q = x+y"], 4),  # one node, used twice
        ("f = sin((x+y)*2)^2", ["q = x+y", "p = 2*(x+y)", "s = sin(p)"], 7),
        ("f = s(x+y)", ["s(u) = 1/(1+exp(-u))", "q = x+y"], 8),
    ],
)
def test_a_let_names_a_part(formula: str, lets: list[str], nodes: int) -> None:
    """The part has one node, with the name, wherever the formula has it."""
    lines = "\n".join(f" let {let}" for let in lets)
    (question,) = key_of(f"Q1 {formula}\n{lines}\n ask f").questions
    named = {let.split("=")[0].strip() for let in lets if "(" not in let.split("=")[0]}
    assert named <= set(question.names.nodes)
    assert len(question.graph) == nodes


@pytest.mark.parametrize(
    ("written", "means"),
    [
        ("q", "q"),
        ("dq", "df/dq"),
        ("df/dq", "df/dq"),
        ("∂f/∂q", "df/dq"),
        ("∂f / ∂q", "df/dq"),
        ("q.grad", "df/dq"),
        ("dfdq", "df/dq"),
        ("df_dq", "df/dq"),
        ("∂q", "df/dq"),
        ("dq/dx", "dq/dx"),
        ("f", "f"),
        ("w", "w"),
        ("dw", "df/dw"),
        ("df/dw", "df/dw"),
        ("df/dw1", "df/dw1"),
        ("dW", "df/dW"),
        ("nothing", None),
        ("df/dnothing", None),
        ("dg/dq", None),
    ],
)
def test_names_of_answers(written: str, means: str | None) -> None:
    """All the ways in which students write what they answer."""
    formula = "f = (x+y)*z + w0*w1 + W00*W01 + W10*W11"
    (question,) = key_of(f"Q1 {formula}\n let q = x+y\n ask f").questions
    answer = parse_answer(f"{written} = 1")
    assert isinstance(answer, Answer)
    found = question.names.find(answer.quantity)
    assert (found and found.name) == means


def test_a_node_called_dx_wins_over_the_gradient() -> None:
    """A formula may have a variable dx of its own."""
    (question,) = key_of("Q1 f = dx*x\n ask f").questions
    answer = parse_answer("dx = 1")
    assert isinstance(answer, Answer)
    found = question.names.find(answer.quantity)
    assert found is not None and found.elements[0].of is None


def test_primes_are_for_one_input() -> None:
    """f'(x) and f' are the derivative where there is only one variable."""
    (question,) = key_of("Q1 g = sin(x^2)\n ask g").questions
    for text in ("g' = 1", "g'(x) = 1", "g’(x) = 1"):
        answer = parse_answer(text)
        assert isinstance(answer, Answer)
        found = question.names.find(answer.quantity)
        assert found is not None and found.name == "dg/dx"


def test_vectors_and_matrices() -> None:
    """Families of inputs are set and asked as one; other vectors are spelled out."""
    (question,) = key_of(
        "Q1 s = w0*x0 + w1*x1 + W00*W01*W10*W11\n"
        " at w=[2,-3] x0=1 x1=2 W=[[1,2],[3,4]]\n ask ds/dw ds/dW v = [ds/dx0, ds/dx1]"
    ).questions
    assert question.at["w1"].text == "-3" and question.at["W10"].text == "3"
    assert [item.shape for item in question.items] == [(2,), (2, 2), (2,)]
    assert question.items[1].element_name(2) == "ds/dW[1,0]"


@pytest.mark.parametrize(
    ("lines", "rule"),
    [
        ([], Rule()),
        (["tol 1%"], Rule(tolerance=Fraction(1, 100))),
        (["tol 0.05"], Rule(tolerance=Fraction(1, 20), absolute=True)),
        (["sf 3"], Rule(figures=3)),
        (["carry 50%"], Rule(carry=Fraction(1, 2))),
        (["sf 3", "carry 0%"], Rule(figures=3, carry=Fraction(0))),
    ],
)
def test_rules_of_the_key_and_of_a_question(lines: list[str], rule: Rule) -> None:
    """A rule above the questions holds for all, one below a question for that alone."""
    text = "\n".join(lines)
    above = read_key(f"{text}\nQ1 f = x*y\n at x=1 y=2\n ask f\n".lstrip())
    below = read_key(f"Q1 f = x*y\n at x=1 y=2\n ask f\n{text}\nQ2 g = x\n ask g\n")
    assert above.questions[0].rule == below.questions[0].rule == rule
    assert below.questions[1].rule == Rule()


REFUSED = {
    "": "the key is empty",
    "title: nothing\n": "no question",
    "Q1 f = x\n": "asks for nothing",
    "Q1 f = x\n ask f\nQ1 g = x\n ask g\n": "stands twice",
    "Q1 f = (x+*y)\n ask f\n": "expected a number",
    "Q1 f = x*y\n at x=1\n ask f\n": "no value for y",
    "Q1 f = x*y\n at x=1 y=2 z=3\n ask f\n": "no input 'z'",
    "Q1 f = x*y\n at x=1 x=2 y=3\n ask f\n": "given twice",
    "Q1 f = x*y\n at x=1 y=q\n ask f\n": "is a name",
    "Q1 f = x*y\n at x=1 y=2\n draw x in 1..2\n ask f\n": "its value twice",
    "Q1 f = x*y\n draw x,y in 1..9\n ask f\n": "no seed",
    "seed: 1\nQ1 f = x*y\n draw x,y in 5..1\n ask f\n": "nothing to draw",
    "seed: 1\nQ1 f = x*y\n draw x,y in 0..0 nonzero\n ask f\n": "nothing to draw",
    "seed: 1\nQ1 f = x*y\n draw x,y in 1..1 distinct\n ask f\n": "nothing to draw",
    "seed:\nQ1 f = x\n ask f\n": "the seed is empty",
    "Q1 f = x\n let q = y+1\n ask f\n": "no part of f",
    "Q1 f = x\n let q = x\n ask f\n": "only another name",
    "Q1 f = (x+y)*(x+y)\n let q = x+y\n let p = y+x\n ask f\n": "the same part",
    "Q1 f = x\n ask g\n": "'g' is nothing in this question",
    "Q1 f = x\n ask f f\n": "asked twice",
    "Q1 f = x*y\n ask v = [f, g]\n": "is nothing in this question",
    "Q1 f = x*y\n ask v = [[f, x], [y]]\n": "is nothing in this question",
    "Q1 f = x*y\n ask x = [f, y]\n": "a number of the formula",
    "Q1 f = x\n at x=1\n ask f\n accept x in 1..2\n": "'accept' is for formulas",
    "Q1 f = x\n ask f\n accept y in 1..2\n": "no input 'y'",
    "Q1 f = x\n ask f\n accept x in 2..1\n": "the range is empty",
    "Q1 f = x\n ask f\n tol 200%\n": "between 0 and 1",
    "Q1 f = x\n ask f\n carry 200%\n": "at most 100%",
    "Q1 f = x\n ask f\n accept x in 0..1e9\n": "without an exponent",
    "Q1 f = x\n ask f\n tol 1e-9\n": "without an exponent",
    "seed: 1\nQ1 f = x\n draw x in 0..1e99\n ask f\n": "without an exponent",
    "Q1 f = x\n let s(u) = u^2\n ask g\n": "is nothing in this question",
    "Q1 f = x\n ask f\nhint frok: see slide 14\n": "is called 'frok'",
    "Q1 f = x\n ask f\n sf 0\n": "from 1 to 15",
    "Q1 f(x) = x\n ask f\n": "not a function",
    "Q1 f = 3\n ask f\n": "no inputs",
    "ask f\nQ1 f = x\n": "before the first question",
    "id: me\nQ1 f = x\n ask f\n": "belongs on a sheet",
    "nonsense\n": "a line that a key does not have",
    "Q1 f = x\n ask f +\n": "'ask' line cannot be read",
    "Q1 [6 pts]\n": "has no formula",
    "Q1 [0 pts] f = x\n ask f\n": "points",
    "Q1 f = w0 + w1\n at w=[1,2,3]\n ask f\n": "not of this shape",
    "Q1 f = " + "(" * 300 + "x" + ")" * 300 + "\n ask f\n": "nested brackets",
}


@pytest.mark.parametrize("text", REFUSED, ids=lambda text: repr(text)[:60])
def test_what_is_wrong_with_a_key(text: str) -> None:
    """Each fault is named, and ends a command with status 2."""
    with pytest.raises(BackpropError) as caught:
        read_key(text, "hw.key")
    found = caught.value.diagnostic
    assert REFUSED[text] in found.message
    assert found.exit_code == 2
    assert found.origin == "hw.key"


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_a_key_or_refused(text: str) -> None:
    """Nothing but our own error comes out of any text."""
    try:
        read_key(text)
    except BackpropError as error:
        assert error.diagnostic.exit_code == 2


# ------------------------------------------------------------------------------------------- draws


def test_draws_never_change() -> None:
    """The numbers of a seed and id are the same on every machine and in every version."""
    lines = "draw x,y in -9..9 nonzero distinct\n draw z in 0..1 step 0.25"
    key = key_of(f"Q1 f = x*y*z\n {lines}\n ask f")
    (question,) = key.questions
    texts = {
        id: [bound.text for bound in question.inputs("42", id).values()] for id in ("ada", "bob")
    }
    assert texts == {"ada": DRAWN["ada"], "bob": DRAWN["bob"]}


DRAWN = {"ada": ["1", "-6", "1"], "bob": ["-3", "5", "0.25"]}


@settings(deadline=None)
@given(st.text(max_size=20), st.integers(0, 5))
def test_draws_keep_to_their_line(id: str, attempt: int) -> None:
    """Every drawn number is one of the line's, not 0 and not twice where that was said."""
    line = "draw a,b,c in -1..2 step 0.5 nonzero distinct"
    (question,) = key_of(f"Q1 f = a*b*c\n {line}\n ask f").questions
    values = [Fraction(text) for text in drawn(question.draws, "s", id, "Q1", attempt).values()]
    assert len(set(values)) == 3
    assert all(value in question.draws[0].values() for value in values)


def test_draws_at_a_kink_are_made_again() -> None:
    """No student gets numbers where a gradient is a matter of convention or not finite."""
    key = key_of("Q1 f = max(x, y)/z\n draw x,y,z in -1..1\n ask f dx")
    (question,) = key.questions
    for student in range(60):
        values = {n: int(b.text) for n, b in chosen_inputs(key, question, str(student)).items()}
        assert values["x"] != values["y"] and values["z"]
