"""An explanation as a LaTeX document: a derivation to print, or to copy from."""

from __future__ import annotations

import re

from ..explanation import BackwardStep, Explanation
from .headings import BACKWARD, FORKS, forward_says
from .latex import latex_text

LONGEST = 80  # signs in one line of a display
COMMAND = re.compile(r"\\[A-Za-z]+|[{}_^ ]")

PREAMBLE = r"""\documentclass[11pt]{article}
\usepackage[a4paper,margin=25mm]{geometry}
\usepackage{amsmath}
\allowdisplaybreaks
\setlength{\parindent}{0pt}
\setlength{\parskip}{4pt}
\newcommand{\remark}[1]{\par{\small\itshape #1}\par}
\begin{document}
"""


def document(explanation: Explanation) -> str:
    """The whole document, from an explanation in the notation `Latex`."""
    parts = [f"{PREAMBLE}$\\displaystyle {' = '.join(explanation.title)}$"]
    parts += [f"with {listing(explanation.definitions)}"] if explanation.definitions else []
    parts += [f"at {listing(explanation.point)}"] if explanation.point else []
    if explanation.forward:
        parts.append(section("Forward", forward_says(explanation)))
        parts.append(forward(explanation))
    parts.append(section("Backward", BACKWARD))
    parts += [backward(step) for step in (explanation.seed, *explanation.backward)]
    if explanation.unreached:
        parts.append(remark(explanation.unreached))
    if explanation.forks:
        parts.append(section("Forks", FORKS))
        parts.append(display([equation(fork.sides) for fork in explanation.forks]))
    parts.append(section("Gradient", ""))
    parts += closing(explanation)
    return "\n\n".join([*parts, "\\end{document}\n"])


def inline(sides: tuple[str, ...]) -> str:
    """An equation in a line of text, where it may break."""
    return f"${' = '.join(sides)}$"


def listing(equations: tuple[tuple[str, ...], ...]) -> str:
    return ", ".join(map(inline, equations))


def section(title: str, says: str) -> str:
    """A heading, and a sentence below it."""
    sentence = f"\n{latex_text(says[0].upper() + says[1:])}." if says else ""
    return f"\\subsection*{{{title}}}{sentence}"


def remark(text: str) -> str:
    return f"\\remark{{{text[0].upper() if text[0].isalpha() else text[0]}{text[1:]}.}}"


def display(equations: list[str]) -> str:
    """Equations below each other, aligned at the first sign."""
    return "\\begin{align*}\n" + " \\\\\n".join(equations) + "\n\\end{align*}"


def equation(sides: tuple[str, ...], sign: str = "=", margin: str = "") -> str:
    """An equation of a display; a long one in several lines. `margin` stands before each line."""
    relation = "\\mathrel{+}=" if sign == "+=" else "="
    first, second, *others = sides
    signs = sum(len(COMMAND.sub("", side)) for side in sides)
    joint = f" \\\\\n{margin} &= " if signs > LONGEST else " = "
    return joint.join([f"{first} &{relation} {second}", *others])


def forward(explanation: Explanation) -> str:
    """The numbered values, with the remarks between them."""
    parts: list[str] = []
    lines: list[str] = []
    for place, step in enumerate(explanation.forward):
        lines.append(f"\\text{{{step.number}.}}\\quad && {equation(step.sides, margin=' &&')}")
        if step.notes or place == len(explanation.forward) - 1:
            rows = " \\\\\n".join(lines)
            parts.append(f"\\begin{{alignat*}}{{2}}\n{rows}\n\\end{{alignat*}}")
            parts += map(remark, step.notes)
            lines = []
    return "\n".join(parts)


def backward(step: BackwardStep) -> str:
    """A backward step with what each input receives."""
    says = f": {step.pattern}" if step.pattern else ""
    parts = [f"\\medskip\n\\textbf{{{step.number}.}}\\enspace {inline(step.equation)}{says}"]
    if step.arrived:
        parts.append(remark(step.arrived))
    if step.contributions:
        parts.append(display([equation(item.sides, item.sign) for item in step.contributions]))
    return "\n".join([*parts, *map(remark, step.notes)])


def closing(explanation: Explanation) -> list[str]:
    """The gradient and how to read it."""
    parts = [display([equation(item.sides) for item in explanation.gradient])]
    if not explanation.gradient:
        parts = [f"None: ${explanation.output}$ has no variable."]
    parts += map(remark, explanation.notes)
    if explanation.reading_texts:
        parts.append("; ".join(explanation.reading_texts) + ".")
    parts += explanation.uncertainty
    return [*parts, *map(remark, explanation.warnings)]
