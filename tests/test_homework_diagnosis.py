"""The catalogue of misconceptions: each is recognised where it is made, and nothing is asserted on
one number alone.
"""

from __future__ import annotations

import pytest

from backprop_cli.homework.asking.key import read_key
from backprop_cli.homework.marking.marker import mark_sheet
from backprop_cli.homework.marks import Mark, SheetMarks
from backprop_cli.homework.misconceptions import TITLES
from backprop_cli.homework.reading.sheets import read_sheet


def marked(key: str, sheet: str) -> SheetMarks:
    return mark_sheet(read_key(key), read_sheet(sheet), id="me")


def wrong(key: str, sheet: str) -> Mark:
    """The mark at which the first error is."""
    question = marked(key, sheet).questions[0]
    return next(mark for mark in question.marks if mark.name == question.first_error)


PRODUCT = "Q1 f = (x+y)*z\n let q = x+y\n at x=-2 y=5 z=-4\n ask q f dq dx dy dz\n"
FORK = "Q1 f = (a+b)*(b+3)\n let p = a+b\n let r = b+3\n at a=4 b=1\n ask p r f dp dr da db\n"
EXP = "Q1 f = 3*e2\n let e2 = exp(x)\n at x=0.5\n ask e2 f df/de2 dx\n"
QUOTIENT = "Q1 f = x/y\n at x=3 y=4\n ask f dx dy\n"
SQUARE = "Q1 f = 5*s\n let s = x^2\n at x=3\n ask s f ds dx\n"
CUBE = "Q1 f = 5*s\n let s = x^3\n at x=2\n ask s f ds dx\n"
MAX = "Q1 f = 2*m\n let m = max(x, y)\n at x=3 y=-1\n ask m f dm dx dy\n"
SIGMOID = "Q1 f = 4*p\n let p = sigmoid(x)\n at x=1.5\n ask p f dp dx\n"
SINE = "Q1 f = sin(x) + log(y)\n let s = sin(x)\n let l = log(y)\n at x=30 y=7\n ask s l f dx dy\n"

# the key, the one wrong answer (what follows is not asked about), and the kind
MADE = [
    (PRODUCT, "dx = 1", "local-slope-only"),
    (PRODUCT, "dq = 1", "upstream-passed-through"),
    (PRODUCT, "dq = -3", "added-instead-of-multiplied"),
    (PRODUCT, "dq = 4", "sign"),
    (PRODUCT, "dz = -4", "swapped-multiply"),
    (PRODUCT, "dx = -2", "split-at-add"),
    (PRODUCT, "q = -10", "multiplied-instead-of-added"),
    (PRODUCT, "f = -1", "added-instead-of-multiplied"),
    (PRODUCT, "f = 12", "sign"),
    (PRODUCT, "q = 7", "operand-sign"),
    (PRODUCT, "q = 5", "left-out"),
    (EXP, "e2 = 1.648\nf = 4.945\ndf/de2 = 3\ndx = 4.945", "cut-off"),
    (PRODUCT, "f = -120", "factor-ten"),
    (PRODUCT, "f = -21", "digits-swapped"),
    (FORK, "db = 4", "fork-one-path"),
    (FORK, "db = 20", "fork-product"),
    (FORK, "db = 4.5", "fork-mean"),
    (FORK, "db = 1", "value-copied"),
    (FORK, "dp = 80", "seed-not-one"),
    (EXP, "dx = 0.91", "power-rule-on-exp"),
    (EXP, "e2 = 0.61", "exponent-sign"),
    (EXP, "e2 = 0.5", "not-applied"),
    (QUOTIENT, "dy = -0.75", "quotient-without-square"),
    (QUOTIENT, "dy = 0.1875", "quotient-without-sign"),
    (QUOTIENT, "f = 1.333", "wrong-way-round"),
    (SQUARE, "dx = 90", "power-not-lowered"),
    (SQUARE, "dx = 45", "function-instead-of-derivative"),
    (SQUARE, "s = 6", "doubled-instead-of-squared"),
    (CUBE, "dx = 20", "power-without-factor"),
    (MAX, "dy = 2", "routed-wrong"),
    (MAX, "dx = 0", "routed-wrong"),
    (MAX, "m = -1", "smaller-taken"),
    (SIGMOID, "dx = 0.850", "slope-at-output"),
    (SINE, "s = 0.5", "degrees"),
    (SINE, "l = 0.845", "log-base"),
]


@pytest.mark.parametrize(("key", "answer", "kind"), MADE, ids=lambda x: x if "\n" not in x else "")
def test_each_error_is_recognised(key: str, answer: str, kind: str) -> None:
    """A number that an error of the catalogue gives is said to be consistent with it."""
    mark = wrong(key, f"Q1\n{answer}\n")
    assert mark.verdict == "wrong"
    assert kind in [suspicion.kind for suspicion in mark.suspicions]
    for suspicion in mark.suspicions:
        assert suspicion.says.strip() and "{" not in suspicion.says


def test_every_kind_is_tried() -> None:
    """Each row of the catalogue has a case above, and no case a kind that the catalogue lacks."""
    assert {kind for _, _, kind in MADE} == set(TITLES)


def test_an_error_is_certain_where_two_numbers_agree() -> None:
    """One wrong number is consistent with an error; two that share one, and only one, assert it."""
    once = wrong(PRODUCT, "Q1\ndq = 1\n")
    assert not any(suspicion.certain for suspicion in once.suspicions)
    two = f"{PRODUCT}{SQUARE.replace('Q1', 'Q2').replace('let s', 'let t').replace('5*s', '5*t')}"
    two = two.replace("ask s f ds dx", "ask t f dt dx")
    sheet = "Q1\nq = 3\nf = -12\ndq = 1\nQ2\nt = 9\nf = 45\ndt = 1\n"
    found = [mark for question in marked(two, sheet).questions for mark in question.marks]
    sure = {s.kind for mark in found for s in mark.suspicions if s.certain}
    assert sure == {"upstream-passed-through"}


def test_an_error_before_the_first_answer_is_found() -> None:
    """Where steps are not asked, the errors that could be made in them are tried as well."""
    key = "Q1 f = 1/(1+exp(-(w*x+b)))\n at w=2 x=-1 b=3\n ask f dw\n"
    mark = wrong(key, "Q1\nf = 0.2689\n")  # the sign of the exponent lost on the way
    assert "exponent-sign" in [suspicion.kind for suspicion in mark.suspicions]


def test_a_guess_is_worked_out_from_own_numbers() -> None:
    """Behind an earlier error the catalogue is tried with what the student had."""
    sheet = "Q1\nq = 7\nf = -28\ndq = -4\ndz = -4\n"  # dz = 7 would follow
    mark = next(m for m in marked(PRODUCT, sheet).questions[0].marks if m.name == "df/dz")
    assert mark.verdict == "wrong" and mark.follows == "7"
    assert "swapped-multiply" in [suspicion.kind for suspicion in mark.suspicions]
