"""An explanation as Markdown (CommonMark)."""

from __future__ import annotations

import re

from ..explanation import BackwardStep, Explanation, Lecture
from .headings import BACKWARD, FORKS, forward_says
from .plain import safe

SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~$&!])")


class Markdown(Lecture):
    """Formulas in code spans; sentences with every sign of Markdown's own escaped."""

    def inline(self, text: str) -> str:
        return code(text)

    def prose(self, text: str) -> str:
        return SPECIAL.sub(r"\\\1", safe(text))


def code(text: str) -> str:
    """A code span; more backticks around one that has some."""
    text = safe(text)
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", text)), default=0))
    space = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{space}{text}{space}{fence}"


def markdown(explanation: Explanation) -> str:
    """The steps as Markdown (CommonMark), from an explanation in the notation `Markdown`."""
    lines = [f"# {code(' = '.join(explanation.title))}", ""]
    for word, equations in (("with", explanation.definitions), ("at", explanation.point)):
        if equations:
            lines += [f"{word} {', '.join(code(' = '.join(sides)) for sides in equations)}", ""]
    if explanation.forward:
        lines += ["## Forward", "", capital(forward_says(explanation)), ""]
        for step in explanation.forward:
            lines.append(f"{step.number}. {code(' = '.join(step.sides))}")
            lines += [f"{indent(step.number)}- {note}" for note in step.notes]
        lines.append("")
    lines += ["## Backward", "", capital(BACKWARD), ""]
    for back in (explanation.seed, *explanation.backward):
        lines += step_lines(back)
    if explanation.unreached:
        lines += ["", capital(explanation.unreached)]
    if explanation.forks:
        lines += ["", "## Forks", "", capital(FORKS), ""]
        lines += [f"- {code(' = '.join(fork.sides))}" for fork in explanation.forks]
    return "\n".join([*lines, "", *closing(explanation), ""])


def step_lines(step: BackwardStep) -> list[str]:
    """One item of the list, with what each input receives below it."""
    says = f": {step.pattern}" if step.pattern else ""
    lines = [f"{step.number}. {code(' = '.join(step.equation))}{says}"]
    inner = indent(step.number)
    if step.arrived:
        lines.append(f"{inner}- {step.arrived}")
    for item in step.contributions:
        first, *others = item.sides
        lines.append(f"{inner}- {code(f'{first} {item.sign} ' + ' = '.join(others))}")
    return [*lines, *[f"{inner}- {note}" for note in step.notes]]


def closing(explanation: Explanation) -> list[str]:
    """The gradient and how to read it."""
    lines = ["## Gradient", ""]
    lines += [f"- {code(' = '.join(item.sides))}" for item in explanation.gradient]
    if not explanation.gradient:
        lines.append(f"None: {code(explanation.output)} has no variable.")
    readings = [f"- {text}" for text in explanation.reading_texts]
    for extra in (map(capital, explanation.notes), readings, explanation.uncertainty):
        for text in (texts := list(extra)):
            lines += ["", text] if text is texts[0] or text[0] != "-" else [text]
    for warning in explanation.warnings:
        lines += ["", capital(warning)]
    return lines


def indent(number: int) -> str:
    return " " * (len(str(number)) + 2)


def capital(text: str) -> str:
    """A sentence from a remark."""
    return f"{text[:1].upper()}{text[1:]}."
