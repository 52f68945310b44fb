"""An explanation of a program over arrays as Markdown, and as a LaTeX document."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..equations import Equations, Written
from ..explanation.arrays import ArrayExplanation, ArrayStep, ShareTable, Shown
from ..gradient_equations import Line
from ..numerals import MINUS
from .explain_latex import COMMAND as SILENT
from .explain_latex import LONGEST, PREAMBLE, display, equation, remark, section
from .headings import ARRAYS_BACKWARD, ARRAYS_FORWARD, sentence_of_steps
from .latex import Latex, latex_text
from .markdown import Markdown, capital, code, indent

TITLES = {"sum": r"\sum", "prod": r"\prod", "max": r"\max", "min": r"\min"}
BETWEEN, COMMA = r",\,", r",\ "


class MarkdownEquations(Equations, Markdown):
    """Formulas in code spans, index equations as on a blackboard."""


class LatexEquations(Latex, Equations):
    """Index equations in LaTeX's mathematics: s_{i,j} = Σ_d W_{j,d} · X_{i,d}."""

    def element(self, name: str, subscripts: list[str]) -> str:
        base = f"{{{name}}}" if "_" in name else name
        return f"{base}_{{{','.join(subscripts)}}}"

    def reduction(self, name: str, binders: list[str], body: str) -> str:
        sign = TITLES.get(name) or rf"\operatorname{{{latex_text(name)}}}"
        return f"{sign}_{{{BETWEEN.join(binders)}}} {body}"

    def values(self, index: str, first: str, last: str) -> str:
        return rf"{index} = {first} \dots {last}"

    def relation(self, name: str) -> str:
        from .latex import SIGNS

        sign = super().relation(name)
        plain = {" ≤ ": " <= ", " ≥ ": " >= ", " ≠ ": " != "}.get(sign, sign)
        return SIGNS.get(plain, plain)

    def vector(self, items: list[str]) -> str:
        return rf"\left[{COMMA.join(items)}\right]"

    def grouped(self, text: str) -> str:
        return self.bracketed(text)

    def percent(self, text: str) -> str:
        return rf"${text.replace(MINUS, '-')}\,\%$"

    def operation(self, name: str, operands: list[Written]) -> Written:
        if name == "matmul":
            return "".join(text for text, _ in operands), super().operation(name, operands)[1]
        return super().operation(name, operands)


# ---------------------------------------------------------------------------------------- Markdown


def shown_text(shown: Shown, mark: Callable[[str], str]) -> str:
    """The shape and the numbers of an array."""
    shape = [f"shape {mark(shown.shape)}"] if shown.shape else []
    return ": ".join([*shape, *([mark(shown.numbers)] if shown.numbers else [])])


def markdown(explanation: ArrayExplanation) -> str:
    """The steps as Markdown (CommonMark)."""
    lines = [f"# {code('; '.join(line.text for line in explanation.title))}", ""]
    if explanation.functions:
        lines += [f"with {', '.join(code(each.text) for each in explanation.functions)}", ""]
    for given in explanation.inputs:
        role = f"{given.role} " if given.role else ""
        shown = shown_text(given.shown, code)
        lines.append(f"- {role}{code(given.name)}{f': {shown}' if shown else ''}")
    lines += ["", "## Forward", "", f"{capital(ARRAYS_FORWARD)}", ""]
    for step in explanation.forward:
        lines += markdown_step(step)
    if explanation.seed is not None:
        lines += ["", "## Backward", "", f"{capital(ARRAYS_BACKWARD)}", ""]
        lines += [f"with {code(each.text)}\n" for each in explanation.helpers]
        for step in (explanation.seed, *explanation.backward):
            lines += markdown_step(step)
    for table in explanation.tables:
        lines += ["", f"## Steps: {code(table.title)}", "", *markdown_table(table)]
    lines += ["", "## Gradient", ""]
    lines += [f"- {code(left)}: {shown_text(shown, code)}" for left, shown in explanation.gradient]
    for note in explanation.notes:
        lines += ["", capital(note)]
    return "\n".join([*lines, ""])


def markdown_step(step: ArrayStep) -> list[str]:
    """One item of the list."""
    lines = [f"{step.number}. {'; '.join(code(e.text) for e in step.lines) or step.title}"]
    inner = indent(step.number)
    if step.shown is not None and (step.shown.shape or step.shown.numbers):
        lines.append(f"{inner}- {shown_text(step.shown, code)}")
    return [*lines, *[f"{inner}- {note}" for note in step.notes]]


def markdown_table(table: ShareTable) -> list[str]:
    """A table of steps."""
    rows: list[Sequence[str]] = [("step", table.sizes, "part"), ("---", "---:", "---:")]
    rows += table.rows
    if table.hidden:
        rows.insert(2 + table.gap, (f"… {table.hidden:,} more", "", ""))
    rows.append(table.total)
    return [f"{capital(sentence_of_steps(table))}", "", *(f"| {' | '.join(r)} |" for r in rows)]


# ------------------------------------------------------------------------------------------- LaTeX


def document(explanation: ArrayExplanation) -> str:
    """The whole document, from an explanation in the notation `LatexEquations`."""
    parts = [PREAMBLE + display([latex_line(line) for line in explanation.title])]
    if explanation.functions:
        parts.append("with\n" + display([latex_line(line) for line in explanation.functions]))
    parts += [given_line(given) for given in explanation.inputs]
    parts.append(section("Forward", ARRAYS_FORWARD))
    parts += map(latex_step, explanation.forward)
    if explanation.seed is not None:
        parts.append(section("Backward", ARRAYS_BACKWARD))
        if explanation.helpers:
            parts.append("with\n" + display([latex_line(line) for line in explanation.helpers]))
        parts += map(latex_step, (explanation.seed, *explanation.backward))
    for table in explanation.tables:
        parts += [rf"\subsection*{{Steps: ${table.title}$}}", latex_table(table)]
    parts.append(section("Gradient", ""))
    parts += [f"$\\displaystyle {left}$: {shown_latex(s)}" for left, s in explanation.gradient]
    parts += map(remark, explanation.notes)
    return "\n\n".join([*parts, "\\end{document}\n"])


def given_line(given: Any) -> str:
    shown = shown_latex(given.shown)
    return f"{given.role} ${given.name}${f': {shown}' if shown else ''}".strip()


def shown_latex(shown: Shown) -> str:
    """The shape and the numbers of an array; small arrays as mathematics."""
    shape = [f"shape {latex_text(shown.shape)}"] if shown.shape else []
    numbers = shown.numbers
    if numbers.startswith("rms") or not numbers[:1] or " to " in numbers:
        texts = [numbers] if numbers else []
    else:
        texts = [f"${numbers}$"]
    return ": ".join([*shape, *texts])


def latex_line(line: Line) -> str:
    """An equation of a display, with the values of its indices."""
    text = equation(line.sides)
    values = rf"\quad ({COMMA.join(line.values)})" if line.values else ""
    signs = len(SILENT.sub("", "".join(line.sides)))
    return text + (rf" \\ & {values}" if values and signs > LONGEST else values)


def latex_step(step: ArrayStep) -> str:
    """A step with its remarks."""
    parts = [f"\\medskip\n\\textbf{{{step.number}.}}"]
    if step.lines:
        parts.append(display([latex_line(line) for line in step.lines]))
    else:
        parts.append(f"$\\displaystyle {step.title}$")
    shown = shown_latex(step.shown) if step.shown is not None else ""
    parts += [shown] if shown else []
    return "\n".join([*parts, *map(remark, step.notes)])


def latex_table(table: ShareTable) -> str:
    """A table of steps."""
    rows = list(table.rows)
    if table.hidden:
        rows.insert(table.gap, (f"\\dots\\ {table.hidden:,} more", "", ""))
    lines = [f"{step} & {f'${size}$' if size else ''} & {part} \\\\" for step, size, part in rows]
    step, size, part = table.total
    body = "\n".join([*lines, r"\hline", f"{step} & ${size}$ & {part} \\\\"])
    head = f"step & {table.sizes} & part \\\\ \\hline"
    return f"\\begin{{tabular}}{{lrr}}\n{head}\n{body}\n\\end{{tabular}}"
