"""A picture as a LaTeX document with TikZ: the same coordinates, for handouts. Compiles with any
LaTeX engine; names in other scripts than Latin and Greek need XeLaTeX or LuaLaTeX.
"""

from __future__ import annotations

from ..drawing.picture import (
    CAPTION,
    EQUATION,
    GRADIENT,
    INPUT_NAME,
    LENGTHS,
    LOOP,
    NAME,
    SHARE,
    SIGN,
    VALUE,
    Along,
    Curve,
    Gate,
    Picture,
    Text,
    Wire,
)
from .plain import safe

HEAD = r"""\documentclass[border=2pt]{standalone}
\usepackage{tikz}
\usetikzlibrary{arrows.meta}
\definecolor{value}{HTML}{007A55}
\definecolor{gradient}{HTML}{B84300}
\definecolor{caption}{HTML}{6B5B95}
\definecolor{border}{HTML}{8FB4D9}
\definecolor{later}{HTML}{2C6BA8}
\definecolor{inside}{HTML}{EEF4FB}
\begin{document}
\sffamily
\begin{tikzpicture}[x=0.75pt, y=-0.75pt, line width=0.5pt, every node/.style={inner sep=0pt}]
\tikzset{wire/.style={draw=black!65}, later/.style={draw=later, dashed},
  arrow/.style={-{Latex[length=4.5pt, width=3.5pt]}},
  gate/.style={draw=black, fill=white, line width=0.7pt}}"""
FOOT = "\\end{tikzpicture}\n\\end{document}\n"

STYLES = {
    VALUE: r"\color{value}\bfseries",
    GRADIENT: r"\color{gradient}\itshape",
    SHARE: r"\color{gradient}\itshape",
    NAME: r"\itshape",
    INPUT_NAME: r"\itshape",
    SIGN: "",
    CAPTION: r"\color{caption}",
    LENGTHS: r"\color{caption}",
    EQUATION: r"\color{black!70}",
    LOOP: r"\color{later}\itshape",
}
ANCHORS = {"start": "base west", "middle": "base", "end": "base east"}
POINTS = 0.66  # of type to a pixel; what a picture leaves for DejaVu Sans is enough for any font

GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "varepsilon", "ζ": "zeta",
    "η": "eta", "θ": "theta", "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu",
    "ξ": "xi", "π": "pi", "ρ": "rho", "σ": "sigma", "τ": "tau", "υ": "upsilon", "φ": "varphi",
    "χ": "chi", "ψ": "psi", "ω": "omega", "Γ": "Gamma", "Δ": "Delta", "Θ": "Theta",
    "Λ": "Lambda", "Ξ": "Xi", "Π": "Pi", "Σ": "Sigma", "Υ": "Upsilon", "Φ": "Phi", "Ψ": "Psi",
    "Ω": "Omega",
}  # fmt: skip
SIGNS = {
    **{letter: f"$\\{name}$" for letter, name in GREEK.items()},
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#",
    "%": r"\%", "_": r"\_", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}",
    "<": "$<$", ">": "$>$", "|": "$|$", "−": "$-$", "×": r"$\times$", "÷": r"$\div$",
    "·": r"$\cdot$", "√": r"$\surd$", "∛": r"$\sqrt[3]{}$", "∞": r"$\infty$", "≤": r"$\leq$",
    "≥": r"$\geq$", "≠": r"$\neq$", "²": "$^2$", "³": "$^3$", "…": r"\dots{}", "∂": r"$\partial$",
    "\ufffd": "?",
    **{digit: f"$_{place}$" for place, digit in enumerate("₀₁₂₃₄₅₆₇₈₉")},
}  # fmt: skip


def tikz(picture: Picture) -> str:
    """The picture as a document."""
    lines = [HEAD, f"% {comment(picture.description)}"]
    for frame in picture.frames:
        corner = point(frame.x + frame.width, frame.y + frame.height)
        lines.append(
            f"\\draw[border, dashed, fill=inside, rounded corners=9pt] {point(frame.x, frame.y)}"
            f" rectangle {corner};"
        )
    lines += [wire_path(wire) for wire in picture.wires]
    lines += [
        f"\\fill[black!65] {point(dot.x, dot.y)} circle[radius=2.4pt];" for dot in picture.dots
    ]
    lines += [gate_path(gate) for gate in picture.gates]
    lines += [node(text) for text in picture.texts]
    return "\n".join([*lines, FOOT])


def number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def point(x: float, y: float) -> str:
    return f"({number(x)},{number(y)})"


def wire_path(wire: Wire) -> str:
    """A wire; its bends are the Bézier curves of the picture."""
    x, y = wire.x, wire.y
    style = ("later" if wire.later else "wire") + (", arrow" if wire.arrow else "")
    parts = [f"\\draw[{style}] {point(x, y)}"]
    for piece in wire.pieces:
        if isinstance(piece, Along):
            parts.append(f"-- {point(piece.x, y)}")
        elif isinstance(piece, Curve):
            controls = f"{point(piece.x1, piece.y1)} and {point(piece.x2, piece.y2)}"
            parts.append(f".. controls {controls} .. {point(piece.x, piece.y)}")
            y = piece.y
        else:
            middle = (x + piece.x) / 2
            controls = f"{point(middle, y)} and {point(middle, piece.y)}"
            parts.append(f".. controls {controls} .. {point(piece.x, piece.y)}")
            y = piece.y
        x = piece.x
    return " ".join(parts) + ";"


def gate_path(gate: Gate) -> str:
    if gate.is_circle:
        radius = number(gate.width / 2 * 0.75)
        return f"\\draw[gate] {point(gate.x, gate.y)} circle[radius={radius}pt];"
    first = point(gate.x - gate.width / 2, gate.y - gate.height / 2)
    second = point(gate.x + gate.width / 2, gate.y + gate.height / 2)
    return f"\\draw[gate, rounded corners=8pt] {first} rectangle {second};"


def node(text: Text) -> str:
    """A text on its base line."""
    size = number(text.size * POINTS)
    style = f"\\fontsize{{{size}}}{{{size}}}\\selectfont{STYLES[text.role]}"
    return (
        f"\\node[anchor={ANCHORS[text.anchor]}] at {point(text.x, text.y)}"
        f" {{{style} {escape(text.text)}}};"
    )


def escape(text: str) -> str:
    """A user's text as LaTeX."""
    return "".join(SIGNS.get(character, character) for character in safe(text))


def comment(text: str) -> str:
    """A text on one comment line, without commands."""
    return safe(text).replace("\\", "/")
