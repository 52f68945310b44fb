"""The loss over the steps as SVG: one file with its style, no scripts, dark where the screen is."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor, log10

from ..numerals import short
from .svg import escape, number
from .training_curve import buckets, is_logarithmic, limits

WIDTH, HEIGHT = 720.0, 420.0
LEFT, RIGHT, TOP, BOTTOM = 76.0, 20.0, 40.0, 48.0
MOST_POINTS = 600
MOST_TICKS = 7
FONT = '"DejaVu Sans","Segoe UI",Helvetica,Arial,sans-serif'
STYLE = (
    f"text{{font:13px {FONT};fill:#1b1b1b}}.t{{font-size:15px}}.y{{text-anchor:end}}"
    ".x{text-anchor:middle}.b{fill:#fff}.f{stroke:#ddd}.m{fill:none;stroke:#007a55;stroke-width:2}"
    ".r{fill:#007a55;opacity:.18}.v{fill:none;stroke:#b84300;stroke-width:2;stroke-dasharray:6 4}"
    ".p{fill:#007a55}.q{fill:#b84300}"
    "@media(prefers-color-scheme:dark){text{fill:#eee}.b{fill:#16191d}.f{stroke:#333a42}"
    ".m{stroke:#4fd6a8}.r,.p{fill:#4fd6a8}.v{stroke:#ff9a66}.q{fill:#ff9a66}}"
)

Point = tuple[float, float]


class Scale:
    """Steps and losses as coordinates of the picture."""

    def __init__(self, steps: int, losses: Sequence[float]) -> None:
        self.steps = max(steps, 1)
        self.logarithmic = is_logarithmic(losses)
        low, high = limits(losses)
        if low > high:
            low, high = 0.0, 1.0
        if self.logarithmic:
            low, high = log10(low), log10(high)
        margin = (high - low) * 0.04 or abs(high) * 0.04 or 1.0
        self.low, self.high = low - margin, high + margin

    def x(self, step: float) -> float:
        return LEFT + step / self.steps * (WIDTH - LEFT - RIGHT)

    def y(self, loss: float) -> float:
        value = log10(loss) if self.logarithmic else loss
        return TOP + (self.high - value) / (self.high - self.low) * (HEIGHT - TOP - BOTTOM)

    def ticks(self) -> list[float]:
        """Losses for the lines across: powers of ten, or round numbers."""
        if self.logarithmic:
            first, last = ceil(self.low), floor(self.high)
            every = max(1, ceil((last - first + 1) / MOST_TICKS))
            return [10.0**power for power in range(first, last + 1, every)]
        return round_numbers(self.low, self.high)


def round_numbers(low: float, high: float) -> list[float]:
    """At most seven multiples of 1, 2 or 5 times a power of ten between two numbers."""
    rough = (high - low) / (MOST_TICKS - 1)
    power = 10.0 ** floor(log10(rough))
    every = next(digit * power for digit in (1, 2, 5, 10) if digit * power >= rough)
    return [place * every for place in range(ceil(low / every), floor(high / every) + 1)]


def loss_plot(
    history: Sequence[float], validations: Sequence[tuple[int, float]], title: str
) -> str:
    """The picture: the mean loss of each group of steps, a band from its least to its largest, and
    the loss on the validation data dashed.
    """
    groups = buckets(history, MOST_POINTS)
    shown = [loss for group in groups for loss in group] + [loss for _, loss in validations]
    steps = max(len(history) - 1, validations[-1][0] if validations else 0)
    scale = Scale(steps, shown)
    width = max(len(history), 1) / max(len(groups), 1)
    xs = [
        scale.x(min(max((place + 0.5) * width - 0.5, 0.0), steps)) for place in range(len(groups))
    ]
    if len(groups) > 1:
        xs[0], xs[-1] = scale.x(0), scale.x(len(history) - 1)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {number(WIDTH)} {number(HEIGHT)}"'
        f' width="{number(WIDTH)}" height="{number(HEIGHT)}" role="img" aria-labelledby="t">'
        f'<title id="t">{escape(title)}</title><style>{STYLE}</style>',
        f'<rect class="b" width="{number(WIDTH)}" height="{number(HEIGHT)}"/>',
        *frame(scale),
    ]
    if width > 1:
        upper = [(x, scale.y(high)) for x, (_, _, high) in zip(xs, groups, strict=True)]
        lower = [(x, scale.y(low)) for x, (_, low, _) in zip(xs, groups, strict=True)]
        lines.append(f'<path class="r" d="{path([*upper, *reversed(lower)])}Z"/>')
    means = [(x, scale.y(mean)) for x, (mean, _, _) in zip(xs, groups, strict=True)]
    lines.append(f'<path class="m" d="{path(means)}"/>')
    if validations:
        every = max(1, len(validations) // MOST_POINTS)
        thinned = [*validations[:-1:every], validations[-1]]
        checked = [(scale.x(step), scale.y(loss)) for step, loss in thinned if loss == loss]
        lines.append(f'<path class="v" d="{path(checked)}"/>')
    return "\n".join([*lines, *captions(bool(validations), title)]) + "\n</svg>\n"


def frame(scale: Scale) -> list[str]:
    """The lines across with their losses, and the steps below."""
    lines = []
    for loss in scale.ticks():
        y = number(scale.y(loss))
        lines.append(f'<path class="f" d="M{number(LEFT)} {y}H{number(WIDTH - RIGHT)}"/>')
        label = short(round(loss, 12))
        lines.append(f'<text class="y" x="{number(LEFT - 8)}" y="{y}" dy="4">{label}</text>')
    for step in round_numbers(0, scale.steps):
        if step == int(step):
            x, y = number(scale.x(step)), number(HEIGHT - BOTTOM + 20)
            lines.append(f'<text class="x" x="{x}" y="{y}">{int(step):,}</text>')
    return lines


def captions(validated: bool, title: str) -> list[str]:
    """The title, the name of the axis, and which line is which."""
    middle = number((LEFT + WIDTH - RIGHT) / 2)
    lines = [
        f'<text class="t" x="{number(LEFT)}" y="24">{escape(title)}</text>',
        f'<text class="x" x="{middle}" y="{number(HEIGHT - 10)}">step</text>',
    ]
    if validated:
        right = number(WIDTH - RIGHT)
        lines.append(
            f'<text class="y" x="{right}" y="24"><tspan class="p">training</tspan>'
            '<tspan class="q" dx="14">validation</tspan></text>'
        )
    return lines


def path(points: Sequence[Point]) -> str:
    """Points as path data."""
    return "M" + "L".join(f"{number(x)} {number(y)}" for x, y in points) if points else ""
