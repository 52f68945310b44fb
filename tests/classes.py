"""A class of made-up marks with every verdict, for the tests of what is shown of them."""

from __future__ import annotations

from fractions import Fraction

from backprop_cli.homework.asking.key import Key, read_key
from backprop_cli.homework.marks import Mark, QuestionMarks, Remark, SheetMarks, Suspicion

KEY_TEXT = """title: HW3 backprop by hand
seed: 42
Q1 [6 pts]  f = (x+y)*z
  let q = x+y
  at x=-2 y=5 z=-4
  hint swapped-multiply: see slide 14
  ask q f df/dq df/dx df/dy df/dz
Q2 [4 pts]  g = sin(x^2)
  ask dg/dx
  accept x in -3..3
Q3 [6 pts]  e = (a+b)*(b+1)
  let c = a+b
  let d = b+1
  draw a,b in 1..9
  ask c d e de/dc de/dd de/da de/db
"""
ONE = Fraction(1)
SHARE = Fraction(6, 7)
SWAPPED = Suspicion(
    "swapped-multiply",
    "df/dq took its own value 3 at f = q * z; multiply hands each input the other one’s",
)
Q1 = (("q", "value", "n2", "3"), ("f", "value", "n4", "−12"), ("df/dq", "gradient", "n2", "−4"),
      ("df/dx", "gradient", "n0", "−4"), ("df/dy", "gradient", "n1", "−4"),
      ("df/dz", "gradient", "n3", "3"))  # fmt: skip


def key() -> Key:
    return read_key(KEY_TEXT)


def mark(
    place: tuple[str, str, str, str], verdict: str, written: str | None, **more: object
) -> Mark:
    name, kind, node, expected = place
    most = SHARE if node.startswith("m") else ONE
    earned = most if verdict in ("right", "carried") else Fraction(0)
    return Mark(
        name, kind, node.replace("m", "n"), written, verdict, earned, most, expected,
        **more,  # type: ignore[arg-type]
    )  # fmt: skip


def first(verdicts: dict[str, tuple[str, str | None]], **more: dict[str, object]) -> QuestionMarks:
    """Q1 with the verdicts and answers that differ from right ones."""
    marks = []
    for line, place in enumerate(Q1, 3):
        verdict, written = verdicts.get(place[0], ("right", place[3]))
        marks.append(mark(place, verdict, written, line=line, **more.get(place[0], {})))
    wrong = next((found.name for found in marks if found.verdict == "wrong"), None)
    return QuestionMarks(
        "Q1", "f = (x + y) * z", (("x", "-2"), ("y", "5"), ("z", "-4")), tuple(marks), 6 * ONE,
        wrong, "see slide 14" if wrong else "",
    )  # fmt: skip


def formula(verdict: str, written: str | None, **more: object) -> QuestionMarks:
    """Q2."""
    place = ("dg/dx", "formula", "n0", "2*x*cos(x^2)")
    found = mark(place, verdict, written, line=11, **more)
    found = found._replace(most=4 * ONE, points=4 * found.points)
    start = "dg/dx" if verdict == "wrong" else None
    return QuestionMarks("Q2", "g = sin(x^2)", (), (found,), 4 * ONE, start)


def drawn(a: int, b: int, verdicts: dict[str, tuple[str, str | None]]) -> QuestionMarks:
    """Q3 with a student's own numbers."""
    c, d = a + b, b + 1
    truth = (("c", "value", "m2", c), ("d", "value", "m4", d), ("e", "value", "m5", c * d),
             ("de/dc", "gradient", "m2", d), ("de/dd", "gradient", "m4", c),
             ("de/da", "gradient", "m0", d), ("de/db", "gradient", "m1", c + d))  # fmt: skip
    marks = []
    for name, kind, node, number in truth:
        verdict, written = verdicts.get(name, ("right", str(number)))
        marks.append(mark((name, kind, node, str(number)), verdict, written))
    wrong = next((found.name for found in marks if found.verdict == "wrong"), None)
    return QuestionMarks(
        "Q3", "e = (a + b) * (b + 1)", (("a", str(a)), ("b", str(b))), tuple(marks), 6 * ONE, wrong
    )


RIGHT = formula("right", "2x cos(x^2)")
INNER = formula(
    "wrong", "cos(x^2)", witness=(("x", "0.5"),),
    suspicions=(Suspicion("upstream-passed-through", "dg/dx is cos(x^2), passed on without 2·x"),),
)  # fmt: skip
SWAP = {
    "df/dq": ("wrong", "3"), "df/dx": ("carried", "3"), "df/dy": ("carried", "3"),
}  # fmt: skip
SWAP_MORE: dict[str, dict[str, object]] = {"df/dq": {"suspicions": (SWAPPED,)}}
CERTAIN: dict[str, dict[str, object]] = {
    "df/dq": {"suspicions": (SWAPPED._replace(certain=True),)}
}
COPIED = {
    "df/dq": ("wrong", "7"), "df/dx": ("carried", "7"), "df/dy": ("carried", "7"),
    "df/dz": ("wrong", "-5"),
}  # fmt: skip


TRIVIAL = {"q": ("wrong", "0"), "f": ("trivial", "0"), "df/dz": ("trivial", "0")}


def sheet(number: int, *questions: QuestionMarks, **more: object) -> SheetMarks:
    id = f"s{number:02d}"
    human = any(question.human for question in questions)
    found = SheetMarks(
        id, NAMES[number % len(NAMES)], f"{id}/sheet.txt", f"f{number:04x}",
        "human" if human else "graded", questions,
    )  # fmt: skip
    return found._replace(**more)  # type: ignore[arg-type]


NAMES = (
    "Ada Lovelace", "Emmy Noether", "Carl Gauß", "Sofja Kowalewskaja", "Alan Turing", "李善兰",
    "Niels Abel", "Mary Cartwright", "", "Évariste Galois",
)  # fmt: skip


def students(count: int = 30) -> list[SheetMarks]:
    """The class; the same for the same count."""
    found = []
    for number in range(1, count + 1):
        a, b = number % 9 + 1, number * 5 % 9 + 1
        one = (first({}), first(SWAP, **SWAP_MORE), first({"df/dz": ("skipped", None)}),
               first({}), first(SWAP, **CERTAIN))[number % 5]  # fmt: skip
        two = (RIGHT, INNER, RIGHT, formula("skipped", "?"), INNER)[number * 7 % 5]
        three = drawn(a, b, {}) if number % 3 else drawn(
            a, b, {"de/db": ("wrong", str(b + 1))}
        )  # fmt: skip
        found.append(sheet(number, one, two, three))
    special = {
        4: sheet(4, first(COPIED), RIGHT, drawn(2, 3, {})),
        9: sheet(9, first(COPIED), RIGHT, drawn(4, 7, {})),
        11: sheet(
            11, first({"q": ("coarse", "0"), "f": ("wrong", "12")}, f={"follows": "−8"}),
            formula("undecided", "integral(cos)", reason="a function that is not known"),
            drawn(1, 1, {}),
        ),
        14: sheet(14, first(TRIVIAL), INNER, drawn(5, 5, {})),
        17: sheet(17, first({"df/dq": ("unreadable", "-4 or 4"), "df/dz": ("shape", "[3, 3]")}),
                  RIGHT, drawn(6, 2, {})),
        20: sheet(20, status="unreadable", remarks=(Remark("problem", 0, "this is a picture"),)),
        23: sheet(23, status="missing", file=""),
        25: sheet(25, status="missing", file=""),
        26: sheet(26, first({})._replace(override=5 * ONE, comment="no working shown"), RIGHT,
                  drawn(2, 2, {})),
        28: sheet(28, first({}), RIGHT, drawn(3, 2, {}), remarks=(
            Remark("note", 4, "the decimal comma in 0,73 was read as a point"),
            Remark("problem", 9, "'dq = = 3' cannot be read"))),
    }  # fmt: skip
    return [special.get(int(one.id[1:]), one) for one in found]
