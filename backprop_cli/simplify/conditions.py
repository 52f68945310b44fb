"""Conditions and choices: `if(x > 0, a, b)` as people write it.

Comparisons stand with the number on the right. What a branch may take for granted is used in it:
inside if(x > 0, …) the condition x > 0 is true and x <= 0 is false.
"""

from __future__ import annotations

import operator

from . import numbers
from .algebra import Algebra
from .numbers import ONE, Num

# A comparison as the set of cases in which it holds: less, equal, greater.
CASES = {
    "less": "<", "less_equal": "<=", "greater": ">", "greater_equal": "=>",
    "equal": "=", "not_equal": "<>",
}  # fmt: skip
NAMES = {"".join(sorted(cases)): name for name, cases in CASES.items()}
FLIPPED = str.maketrans("<>", "><")
SAID = {
    "less": operator.lt, "less_equal": operator.le, "greater": operator.gt,
    "greater_equal": operator.ge, "equal": operator.eq, "not_equal": operator.ne,
}  # fmt: skip
MOST_CASES = 20  # of a sum of choices that is written as one inside the other
LARGEST_BRANCH = 400  # nodes up to which a branch is searched for conditions that are known in it


class Conditions(Algebra):
    """Comparisons, logic and `if`; true and false are calls without arguments."""

    def __init__(self) -> None:
        super().__init__()
        self.true = self.intern("call", ("true", ()))
        self.sides: set[tuple[int, int]] = set()  # of the comparisons made, as they stand
        self.false = self.intern("call", ("false", ()))

    # --------------------------------------------------------------------------------- conditions

    def compare(self, name: str, a: int, b: int) -> int:
        """A comparison of two terms."""
        m, n = self.value(a), self.value(b)
        if m is not None and n is not None:
            return self.true if SAID[name](m.value, n.value) else self.false
        if a == b:
            return self.true if "=" in CASES[name] else self.false
        if m is not None or (b, a) in self.sides:
            a, b = b, a
            name = NAMES["".join(sorted(CASES[name].translate(FLIPPED)))]
        self.sides.add((a, b))
        return self.intern("call", (name, (a, b)))

    def negation(self, condition: int) -> int:
        """The condition that holds where this one does not."""
        if condition in (self.true, self.false):
            return self.false if condition == self.true else self.true
        name, arguments = self.data[condition]
        if name == "not":
            return int(arguments[0])
        if name in CASES:
            cases = "".join(sorted(set("<=>") - set(CASES[name])))
            return self.intern("call", (NAMES[cases], arguments))
        return self.intern("call", ("not", (condition,)))

    def logic(self, name: str, conditions: list[int]) -> int:
        """`and` or `or` of conditions, each once."""
        neutral, decisive = (self.true, self.false) if name == "and" else (self.false, self.true)
        parts: dict[int, None] = {}
        for condition in conditions:
            found = self.data[condition]
            for part in found[1] if found[0] == name else [condition]:
                if part == decisive or self.negation(part) in parts:
                    return decisive
                if part != neutral:
                    parts[part] = None
        if not parts:
            return neutral
        return next(iter(parts)) if len(parts) == 1 else self.intern("call", (name, tuple(parts)))

    # ------------------------------------------------------------------------------------ choices

    def choose(self, condition: int, a: int, b: int) -> int:
        """if(condition, a, b)."""
        if condition in (self.true, self.false):
            return a if condition == self.true else b
        a, b = self.assuming(a, condition), self.assuming(b, self.negation(condition))
        return self.chosen(condition, a, b)

    def chosen(self, condition: int, a: int, b: int) -> int:
        """The same of branches that take the condition for granted already."""
        if condition in (self.true, self.false):
            return a if condition == self.true else b
        if a == b:
            return a
        name, parts = self.data[condition]
        if name == "not":
            return self.chosen(parts[0], b, a)
        if a == self.zero and name in CASES and name != "equal":
            return self.chosen(self.negation(condition), b, a)
        if b == self.zero and name == "or" and self.covered(a, parts):
            return a
        inner = self.choice(a)
        if inner is not None and inner[2] == b:
            return self.chosen(self.logic("and", [condition, inner[0]]), inner[1], b)
        return self.intern("call", ("where", (condition, a, b)))

    def choice(self, term: int) -> tuple[int, int, int] | None:
        """(condition, a, b) of an `if`, None for anything else."""
        if self.kinds[term] == "call" and self.data[term][0] == "where":
            condition, a, b = self.data[term][1]
            return condition, a, b
        return None

    def covered(self, term: int, conditions: tuple[int, ...]) -> bool:
        """Whether a term is 0 wherever none of the conditions holds: every way through its choices
        to something else passes all parts of one of them.
        """
        wanted = [frozenset(self.literals(condition)) for condition in conditions]
        waiting: list[tuple[int, frozenset[int]]] = [(term, frozenset())]
        while waiting:
            part, passed = waiting.pop()
            found = self.choice(part)
            if found is not None:
                condition, a, b = found
                literals = self.literals(condition)
                failed = {self.negation(condition)} if len(literals) == 1 else set()
                waiting += [(a, passed.union(literals)), (b, passed.union(failed))]
            elif self.kinds[part] == "sum":
                waiting += [(inner, passed) for inner in self.parts(part)]
            elif part != self.zero:
                self.spend(len(wanted))
                if not any(path <= passed for path in wanted):
                    return False
        return True

    def merge_choices(self, collected: dict[int, Num]) -> dict[int, Num]:
        """if(c, a, 0) + if(c, b, 0) is if(c, a + b, 0), and the same for opposite conditions."""
        merged: dict[int, tuple[int, int]] = {}
        rest: dict[int, Num] = {}
        count = 0
        for term, coefficient in collected.items():
            found = self.choice(term)
            if found is None:
                rest[term] = coefficient
                continue
            count += 1
            condition = found[0]
            a, b = (self.scale(branch, coefficient) for branch in found[1:])
            other = self.negation(condition)
            if other in merged and other < condition:
                condition, a, b = other, b, a
            elif other in merged:
                merged[condition] = merged.pop(other)[::-1]
            earlier = merged.get(condition)
            if earlier is not None:
                a, b = self.plus(earlier[0], a), self.plus(earlier[1], b)
            merged[condition] = a, b
        terms = [self.choose(c, a, b) for c, (a, b) in merged.items()]
        if len(merged) < count or len(terms) > 1:
            paths = self.paths(terms)
            joined = self.nested(paths)
            if joined != paths:
                terms = [self.choose(c, a, self.zero) for c, a in joined]
        if terms == [term for term in collected if self.choice(term)]:
            return collected
        return self.collected([*rest.items(), *[(term, ONE) for term in terms]])

    def paths(self, terms: list[int]) -> list[tuple[int, int]]:
        """Every way through the choices of a sum to something else than 0, as (condition, value);
        none if there are too many.
        """
        found: list[tuple[int, int]] = []
        waiting = [(self.true, term) for term in reversed(terms)]
        while waiting:
            condition, term = waiting.pop()
            chosen = self.choice(term)
            if chosen is not None:
                inner, a, b = chosen
                waiting.append((self.logic("and", [condition, self.negation(inner)]), b))
                waiting.append((self.logic("and", [condition, inner]), a))
            elif term != self.zero:
                found.append((condition, term))
            if len(found) + len(waiting) > MOST_CASES:
                return []
        return found

    def nested(self, cases: list[tuple[int, int]]) -> list[tuple[int, int]]:
        """if(c, a, 0) + if(not c and d, b, 0) is if(c, a, if(d, b, 0)); of (condition, value).

        Splits by a condition that every case has, or its opposite. What is left of a case without
        conditions is (true, value).
        """
        paths = [(self.literals(condition), value) for condition, value in cases]
        if len(paths) < 2:
            return cases
        self.spend(sum(len(path) for path, _ in paths))
        for literal in paths[0][0]:
            other = self.negation(literal)
            if not all(literal in path or other in path for path, _ in paths):
                continue
            key = min(literal, other)
            sides = []
            for side in (key, self.negation(key)):
                inside = [
                    (self.logic("and", [part for part in path if part != side]), value)
                    for path, value in paths
                    if side in path
                ]
                parts = [self.choose(c, value, self.zero) for c, value in self.nested(inside)]
                sides.append(self.sum_of(self.collected([(part, ONE) for part in parts])))
            if self.zero in sides:
                return [(key if sides[1] == self.zero else self.negation(key), max(sides))]
            return [(self.true, self.choose(key, *sides))]
        return cases

    def literals(self, condition: int) -> tuple[int, ...]:
        """The conditions that `and` joins; none for true."""
        if condition == self.true:
            return ()
        name, parts = self.data[condition]
        return tuple(parts) if name == "and" else (condition,)

    def collected(self, items: list[tuple[int, Num]]) -> dict[int, Num]:
        """Terms added up, without a second look at choices."""
        found: dict[int, Num] = {}
        while items:
            term, coefficient = items.pop(0)
            if self.kinds[term] == "sum" and coefficient == ONE:
                items = [*self.data[term], *items]
                continue
            own, rest = self.split(term)
            total = numbers.times(coefficient, own)
            earlier = found.get(rest)
            if total is not None and earlier is not None:
                total = numbers.plus(earlier, total)
            if total is None:
                raise numbers.TooLarge
            found[rest] = total
        return {term: c for term, c in found.items() if c.value != 0}

    def into_choice(self, coefficient: Num, gathered: dict[int, int]) -> int | None:
        """A product with one `if` as an `if` of products: beside a branch 0, or beside numbers."""
        chosen = [base for base, x in gathered.items() if x == self.one and self.choice(base)]
        if len(chosen) != 1:
            return None
        found = self.choice(chosen[0])
        assert found is not None
        condition, a, b = found
        others = [(base, x) for base, x in gathered.items() if base != chosen[0]]
        if others and self.zero not in (a, b):
            return None
        a, b = (self.multiply(coefficient, [(branch, self.one), *others]) for branch in (a, b))
        return self.choose(condition, a, b)

    # -------------------------------------------------------------------------------- assumptions

    def assuming(self, term: int, condition: int) -> int:
        """The term where a condition is known to hold."""
        if not self.chooses[term] or self.sizes[term] > LARGEST_BRANCH:
            return term
        name, parts = self.data[condition]
        facts = list(parts) if name == "and" else [condition]
        if name == "not" and self.data[parts[0]][0] == "or":
            facts = [self.negation(part) for part in self.data[parts[0]][1]]
        rebuilt: dict[int, int] = {}
        waiting = [term]
        while waiting:
            node = waiting[-1]
            todo = [part for part in self.parts(node) if self.chooses[part] and part not in rebuilt]
            if node not in rebuilt and todo:
                waiting += todo
                continue
            waiting.pop()
            if node not in rebuilt:
                rebuilt[node] = self.rebuild(node, rebuilt, facts)
        return rebuilt[term]

    def rebuild(self, term: int, parts: dict[int, int], facts: list[int]) -> int:
        """A term with some of its parts replaced, and conditions that are known decided."""
        kind, data = self.kinds[term], self.data[term]
        chooses = kind == "call" and data[0] == "where"
        if not chooses and all(parts.get(part, part) == part for part in self.parts(term)):
            return term
        if kind == "sum":
            return self.add([(parts.get(part, part), c) for part, c in data])
        if kind == "product":
            return self.multiply(data[0], [(parts.get(b, b), parts.get(x, x)) for b, x in data[1]])
        arguments = tuple(parts.get(part, part) for part in data[1])
        if chooses:
            condition = self.decided(arguments[0], facts)
            if (condition, *arguments[1:]) == data[1]:
                return term
            return self.chosen(condition, arguments[1], arguments[2])
        return self.call(data[0], arguments)

    def decided(self, condition: int, facts: list[int]) -> int:
        """A condition, or true or false where the facts say so."""
        if condition in (self.true, self.false):
            return condition
        name, arguments = self.data[condition]
        if name in ("and", "or"):
            return self.logic(name, [self.decided(part, facts) for part in arguments])
        if name == "not":
            return self.negation(self.decided(arguments[0], facts))
        cases = set("<=>")
        for fact in facts:
            found, sides = self.data[fact]
            if found in CASES and sides == arguments:
                cases &= set(CASES[found])
        wanted = set(CASES[name])
        if cases <= wanted:
            return self.true
        return condition if cases & wanted else self.false
