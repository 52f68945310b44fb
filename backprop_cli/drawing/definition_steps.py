"""Both passes through a program of index equations as steps of its picture."""

from __future__ import annotations

from ..equations import Equations
from ..gradient_equations import gradient_equations
from .definitions import Sketch, equations_of
from .diagram import EQUATIONS, INPUT
from .metrics import cut
from .steps import LONGEST, Step

MOST_LINES = 4


def definition_steps(sketch: Sketch) -> list[Step]:
    """The inputs, each definition forward, the start, and what each definition and each input
    receives, from the last back to the first.
    """
    steps = [given(sketch)]
    steps += [forward(sketch, at) for at, v in enumerate(sketch.vertices) if v.kind == EQUATIONS]
    if sketch.outline.run is not None and not sketch.vertices[sketch.output].gradient:
        return steps
    title = sketch.output_title
    text = f"start with ∂{title}/∂{title} = 1: {title} changes as fast as itself"
    at = sketch.output
    steps.append(Step("Backward", text, (f"d{at}",), (f"g{at}", f"w{at}")))
    lines = gradient_equations(sketch.outline, Equations()).lines
    order = [at for at, v in enumerate(sketch.vertices) if v.kind == EQUATIONS][::-1]
    order += [at for at, v in enumerate(sketch.vertices) if v.kind == INPUT]
    for at in order:
        vertex = sketch.vertices[at]
        if at == sketch.output or (sketch.outline.run is not None and not vertex.gradient):
            continue
        own = lines.get(sketch.items[at].name, ())
        steps.append(backward(sketch, at, [line.text for line in own]))
    return steps


def given(sketch: Sketch) -> Step:
    """What the program starts from."""
    inputs = [at for at, vertex in enumerate(sketch.vertices) if vertex.kind == INPUT]
    texts = [described(sketch, at) for at in inputs]
    keys = tuple(f"v{at}" for at in inputs)
    return Step("Inputs", "; ".join(texts) or "none", keys, tuple(f"w{at}" for at in inputs))


def described(sketch: Sketch, at: int) -> str:
    """`W 10×9, rms 0.42`."""
    vertex = sketch.vertices[at]
    value = f" = {vertex.value}" if vertex.value and not vertex.lengths else ""
    size = f" {vertex.lengths}" if vertex.lengths else ""
    more = f", {vertex.value}" if vertex.value and vertex.lengths else ""
    return f"{vertex.title}{size}{value}{more}"


def forward(sketch: Sketch, at: int) -> Step:
    """A definition is worked out."""
    vertex = sketch.vertices[at]
    item = sketch.items[at]
    texts = [cut(text.replace("\u00a0", " "), LONGEST) for text in equations_of(item)]
    one = len(item.equations) < 2
    said = f"{vertex.title} = {texts[0]}" if one else "; ".join(texts)
    size = ", ".join(filter(None, (vertex.lengths, vertex.value)))
    loop = f", step by step ({vertex.loop})" if vertex.loop else ""
    marks = (f"g{at}", *(f"w{source}" for source in vertex.sources))
    return Step("Forward", said + loop + (f": {size}" if size else ""), (f"v{at}",), marks)


def backward(sketch: Sketch, at: int, lines: list[str]) -> Step:
    """What a definition or an input receives from those that read it."""
    vertex = sketch.vertices[at]
    readers = [k for k, other in enumerate(sketch.vertices) if at in other.sources]
    names = ", ".join(sketch.vertices[reader].title for reader in readers)
    shown = [cut(line, 2 * LONGEST) for line in lines[:MOST_LINES]]
    text = "; ".join(shown) or f"∂{sketch.output_title}/∂{vertex.title} comes from {names}"
    text += f": {vertex.gradient}" if vertex.gradient else ""
    marks = (f"w{at}", *(f"g{reader}" for reader in readers))
    return Step("Backward", text, (f"d{at}",), marks)


__all__ = ["definition_steps"]
