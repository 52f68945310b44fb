"""Reading an array by subscripts: a view where they are affine, else computed positions."""

from __future__ import annotations

from collections.abc import Sequence

from ...errors import BackpropError, refuse
from ...syntax.printer import print_expression
from ...syntax.tree import Expression, Indexed
from ..kernels import families
from ..kernels.contraction import View
from .affine import Affine, Label, plain_key
from .arrays import ArrayGraph, Value, axes_text, ordered


class Access:
    """One subscript list `node` on the array `base`."""

    def __init__(
        self, space: ArrayGraph, node: Indexed, base: Value, guards: Sequence[Value] = ()
    ) -> None:
        self.space = space
        self.guards = guards
        self.node = node
        self.base = base
        self.forms: list[Affine | None] = []

    def read_forms(self, forms: list[Affine | None]) -> list[int]:
        """Take the subscripts as affine forms; the places of those that must be computed."""
        self.forms = forms
        self.check_rank(len(forms))
        return [place for place, form in enumerate(forms) if form is None]

    def check_rank(self, given: int) -> None:
        """Refuse more subscripts than the array has axes."""
        if given > len(self.base.shape):
            raise self.too_many(given, len(self.base.shape))

    def too_many(self, given: int, rank: int) -> BackpropError:
        name = self.node.name
        if rank == 0:
            return refuse(
                "not-scalar",
                f"'{name}' is a single number and takes no subscript",
                self.node.span,
                f"write {name}*(…) for a product, or give '{name}' an array",
            )
        return refuse(
            "shape",
            f"'{name}' has {axes_text(rank)} and {given} subscripts here",
            self.node.span,
            f"write {name}[{', '.join('ijklmnpqrs'[:rank])}]",
        )

    def value(self, computed: list[Value], subscripts: Sequence[Expression]) -> Value:
        """The elements; `computed` are the values of the subscripts that are no affine forms."""
        base = self.base = self.space.read(self.base, self.node.span)
        outside = None
        if self.guards and self.nowhere_inside():
            return self.checked(self.space.constant(0, self.node.span), None)
        if self.guards:
            base, outside = self.surrounded()
        for place, form in enumerate(self.forms):
            if form is not None:
                self.check(place, form, subscripts[place])
        found = self.taken(base, computed, subscripts) if computed else self.viewed(base)
        return found if outside is None else self.checked(found, outside)

    def nowhere_inside(self) -> bool:
        """Whether a subscript is outside of its axis for all values of its indices."""
        for place, form in enumerate(self.forms):
            if form is not None:
                low, high = form.bounds({k: (k.first, k.last) for k, _ in form.terms}) or (0, 0)
                first, length = self.base.starts[place], self.base.shape[place]
                if high < first or low >= first + length:
                    return True
        return False

    def surrounded(self) -> tuple[Value, Value | None]:
        """The base with so many zeros around it that guarded subscripts fit, and where they leave
        it (None if they do not): the guards must fail there.
        """
        widths = [(0, 0)] * len(self.base.full)
        outside = None
        for place, form in enumerate(self.forms):
            if form is None:
                continue
            known = {label: (label.first, label.last) for label, _ in form.terms}
            low, high = form.bounds(known) or (0, 0)
            first, length = self.base.starts[place], self.base.shape[place]
            width = (max(0, first - low), max(0, high - (first + length - 1)))
            if not form.terms or not any(width):
                continue
            widths[len(self.base.labels) + place] = width
            grid = self.grid(form)
            last = self.space.constant(first + length - 1)
            left = self.space.apply("less", grid, self.space.constant(first))
            left = self.space.apply("or", left, self.space.apply("greater", grid, last))
            outside = left if outside is None else self.space.apply("or", outside, left)
        if outside is None:
            return self.base, None
        behind = widths[len(self.base.labels) :]
        span = self.node.span
        full = tuple(n + sum(w) for n, w in zip(self.base.full, widths, strict=True))
        self.space.budget.hold(full, span)
        node = self.space.append(families.pad(tuple(widths)), (self.base.node,), span)
        shape = tuple(n + sum(w) for n, w in zip(self.base.shape, behind, strict=True))
        firsts = tuple(n - w[0] for n, w in zip(self.base.starts, behind, strict=True))
        self.base = Value(node, self.base.labels, shape, None, firsts)
        return self.base, outside

    def checked(self, found: Value, outside: Value | None) -> Value:
        """The elements, refused in the run if one that counts lies outside (None: all do)."""
        space, span = self.space, self.node.span
        wrong = outside
        for guard in self.guards:
            if wrong is None:
                wrong = guard
            elif not guard.shape:
                wrong = space.apply("and", wrong, guard, span=span)
        assert wrong is not None
        found = space.read(found, span)
        text = print_expression(self.node)
        node = space.append(families.inside(text, span), (found.node, wrong.node), span)
        return found._replace(node=node)

    def check(self, place: int, form: Affine, subscript: Expression) -> None:
        """Refuse an affine subscript that leaves its axis."""
        first, length = self.base.starts[place], self.base.shape[place]
        known = {label: (label.first, label.last) for label, _ in form.terms}
        low, high = form.bounds(known) or (0, 0)
        if first <= low and high < first + length:
            return
        value = low if low < first else high
        text = print_expression(subscript)
        at = ", ".join(
            f"{label.name} = {label.first if (by > 0) == (value == low) else label.last}"
            for label, by in form.terms
        )
        name = self.node.name
        axis = f"axis {place + 1} of '{name}'" if len(self.base.shape) > 1 else f"'{name}'"
        here = f"{first}..{first + length - 1}"
        if at:
            said = f"the subscript {text} is {value} at {at}, and {axis} has {here}"
            help = "say where an index stops: i in 0..9 in a sum, for i in 0..9 behind a definition"
        else:
            said = f"{print_expression(self.node)} is out of range: {axis} has {here}"
            help = f"indices start at {first}, so the last one is {first + length - 1}"
        raise refuse("out-of-range", said, subscript.span, help)

    def viewed(self, base: Value) -> Value:
        """All subscripts are affine: a view, which costs nothing."""
        given = len(self.forms)
        labels: list[Label] = list(base.labels)
        for form in self.forms:
            assert form is not None
            labels += [label for label, _ in form.terms if label not in labels]
        shape = base.full
        front = len(base.labels)
        start = [0] * len(shape)
        for place, form in enumerate(self.forms):
            assert form is not None
            at = form.constant - base.starts[place]
            start[front + place] = int(at + sum(by * label.first for label, by in form.terms))
        steps = []
        for label in labels:
            step = [int(label == other) for other in base.labels] + [0] * len(base.shape)
            for place, form in enumerate(self.forms):
                assert form is not None
                step[front + place] = int(dict(form.terms).get(label, 0))
            steps.append(tuple(step))
        rest = range(front + given, len(shape))
        steps += [tuple(int(axis == other) for other in range(len(shape))) for axis in rest]
        lengths = (*(label.size for label in labels), *(shape[axis] for axis in rest))
        view = View(shape, tuple(start), tuple(steps), lengths)
        kept = None if view.identity else view
        return Value(base.node, tuple(labels), base.shape[given:], kept, base.starts[given:])

    def taken(
        self, base: Value, computed: list[Value], subscripts: Sequence[Expression]
    ) -> Value:
        """Some subscripts are computed, such as s[i, y[i]]: positions for all of them."""
        space, span = self.space, self.node.span
        waiting = iter(computed)
        values: list[Value | Label] = list(base.labels)
        for place, form in enumerate(self.forms):
            if form is None:
                value = next(waiting)
                if value.shape:
                    raise refuse(
                        "shape",
                        "a subscript is a single number, not an array",
                        subscripts[place].span,
                        "write its index, too: x[y[i]]",
                    )
                values.append(value)
            else:
                values.append(self.whole_axis(place, form) or self.grid(form))
        labels = ordered(
            label
            for value in values
            for label in ([value] if isinstance(value, Label) else value.labels)
        )
        places = []
        nodes = []
        for axis, each in enumerate(values):
            own = axis - len(base.labels)
            text, at = self.node.name, span
            if own >= 0:
                text = f"{print_expression(subscripts[own])} of '{self.node.name}'"
                at = subscripts[own].span
            first = base.starts[own] if own >= 0 else 0
            if isinstance(each, Label):
                places.append(families.Place(text, first, at, labels.index(each)))
            else:
                around = tuple((label.name, label.first) for label in labels)
                places.append(families.Place(text, first, at, indices=around))
                nodes.append(self.lined_up(each, labels))
        affine_ones = [*base.labels, *self.single_labels()]
        operation = families.take(tuple(places), len(labels), set(labels) <= set(affine_ones))
        given = len(self.forms)
        space.budget.hold((*(label.size for label in labels), *base.shape[given:]), span)
        node = space.append(operation, (base.node, *nodes), span)
        return Value(node, labels, base.shape[given:], None, base.starts[given:])

    def whole_axis(self, place: int, form: Affine) -> Label | None:
        """The label that an affine subscript is, if it runs along its whole axis."""
        label: Label | None = plain_key(form)
        whole = (self.base.starts[place], self.base.shape[place])
        return label if label is not None and (label.first, label.size) == whole else None

    def single_labels(self) -> list[Label]:
        """Labels that alone make a subscript: for different values they read different places."""
        forms = [form for form in self.forms if form is not None and len(form.terms) == 1]
        return [form.terms[0][0] for form in forms]

    def lined_up(self, value: Value, labels: tuple[Label, ...]) -> int:
        """The node of a subscript with an axis of length 1 for each label that it has not."""
        if value.labels == labels or not value.labels:
            return self.space.read(value, self.node.span).node
        own = {label: axis for axis, label in enumerate(value.labels)}
        order = tuple(own.get(label) for label in labels)
        shape = tuple(label.size if label in own else 1 for label in labels)
        return self.space.rearranged(value, order, shape, self.node.span)

    def grid(self, form: Affine) -> Value:
        """The values of an affine subscript."""
        space, span = self.space, self.node.span
        result = space.constant(int(form.constant), span)
        for label, by in form.terms:
            term = space.index(label, span)
            if by != 1:
                term = space.apply("multiply", term, space.constant(int(by), span), span=span)
            result = space.apply("add", result, term, span=span)
        return result
