"""How time and memory grow with the size of a formula, a nesting or a graph.

    python benchmarks/growth.py

For each kind: seconds at sizes a factor of ten apart, and the exponent between the last two (1 is
linear). The chain is compared with a floor in the same run: the same arithmetic in a bare Python
loop over lists.
"""

from __future__ import annotations

import gc
import math
import subprocess
import sys
from collections.abc import Callable

from measure import best_of, table

from backprop_cli import Graph, Limits, backward, forward, lower, parse
from backprop_cli.namespaces import floats
from backprop_cli.operations import OPERATIONS

LIMITS = Limits(characters=1 << 26, tokens=10_000_000, depth=1_000_000, nodes=10_000_000)


def gradient_of(text: str) -> float:
    """Text to gradient: parse, lower, forward, backward; returns seconds."""

    def once() -> None:
        lowered = lower(parse(text, LIMITS), ["x"], LIMITS)
        values = forward(lowered.graph, floats, {"x": 0.5})
        backward(lowered.graph, values, floats, lowered.output)

    return best_of(once)


def terms(size: int) -> float:
    """x + x + … with `size` terms."""
    return gradient_of("+".join(["x"] * size))


def parentheses(size: int) -> float:
    """((((x)))) with `size` brackets."""
    return gradient_of("(" * size + "x" + ")" * size)


def calls(size: int) -> float:
    """sin(sin(…(x)))."""
    return gradient_of("sin(" * size + "x" + ")" * size)


def build(size: int) -> Graph:
    """A chain of `size` multiplications and additions of two inputs, through the Python API."""
    graph = Graph()
    x, y = graph.input("x"), graph.input("y")
    multiply, add, append = OPERATIONS["multiply"], OPERATIONS["add"], graph.append
    node = x
    for _ in range(size // 2):
        node = append(multiply, (node, y))
        node = append(add, (node, x))
    return graph


def chain(size: int) -> float:
    """Build, forward and backward."""

    def once() -> None:
        graph = build(size)
        values = forward(graph, floats, {"x": 0.5, "y": 0.9})
        backward(graph, values, floats)

    return best_of(once, 2)


def floor(size: int) -> float:
    """The same arithmetic in a bare loop over lists: what Python itself costs."""

    def once() -> None:
        x, y = 0.5, 0.9
        values = [x]
        for _ in range(size // 2):
            values.append(values[-1] * y)
            values.append(values[-1] + x)
        adjoints = [0.0] * len(values)
        adjoints[-1] = 1.0
        dx = dy = 0.0
        for node in range(len(values) - 1, 0, -2):
            upstream = adjoints[node]
            dx += upstream
            adjoints[node - 1] += upstream
            upstream = adjoints[node - 1]
            dy += upstream * values[node - 2]
            adjoints[node - 2] += upstream * y

    return best_of(once, 2)


def bytes_per_node(size: int) -> float:
    """Peak memory of a process that builds and runs a chain, less that of one with a short chain
    (Linux).
    """
    code = (
        "import sys; sys.path[:0] = sys.argv[2:]\n"
        "from growth import build; from backprop_cli import backward, forward\n"
        "from backprop_cli.namespaces import floats\n"
        "graph = build(int(sys.argv[1])); values = forward(graph, floats, {'x': 0.5, 'y': 0.9})\n"
        "backward(graph, values, floats)\n"
        "print(next(line.split()[1] for line in open('/proc/self/status') if 'VmHWM' in line))"
    )
    peaks = []
    for count in (1_000, size):
        command = [sys.executable, "-c", code, str(count), *sys.path]
        peaks.append(
            int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        )
    return 1024 * (peaks[1] - peaks[0]) / size


def rows_of(name: str, measure: Callable[[int], float], sizes: list[int]) -> list[list[str]]:
    """One row a size; the last has the growth exponent."""
    seconds = []
    rows = []
    for size in sizes:
        gc.collect()
        seconds.append(measure(size))
        exponent = ""
        if len(seconds) > 1:
            growth = math.log(seconds[-1] / seconds[-2])
            exponent = f"{growth / math.log(size / sizes[len(seconds) - 2]):.2f}"
        rows.append(
            [name, f"{size:,}", f"{seconds[-1]:.4f}", f"{1e6 * seconds[-1] / size:.2f}", exponent]
        )
    return rows


def main() -> None:
    """Measure and print."""
    gc.disable()
    rows = rows_of("terms x + x + …", terms, [1_000, 10_000, 100_000])
    rows += rows_of("nested brackets", parentheses, [100, 1_000, 10_000, 100_000])
    rows += rows_of("nested calls sin(…)", calls, [100, 1_000, 10_000, 100_000])
    rows += rows_of("chain by the API", chain, [10_000, 100_000, 1_000_000])
    rows += rows_of("floor: bare Python loop", floor, [10_000, 100_000, 1_000_000])
    print(table(["what", "size", "seconds", "µs each", "exponent"], rows))
    memory = bytes_per_node(1_000_000)
    print(
        f"\na chain of 1,000,000 nodes with values and gradients: {memory:.0f} bytes a node"
    )


if __name__ == "__main__":
    main()
