"""When to stop: the criteria, how they are written, and how each is said."""

from __future__ import annotations

import re
from typing import NamedTuple

from ..errors import refuse, similar
from ..numerals import short
from .settings import constant, parts

IN_A_ROW = 10  # steps (or epochs) of little change that count as a standstill
CRITERION = re.compile(r"\s*([^\W\d]\w*)\s*(?:<=|<|=)(.*)", re.DOTALL)
OFF = ("none", "off", "never")
WHOLE = ("steps", "epochs", "patience")


class Criteria(NamedTuple):
    """The criteria of a run; None for one that is off.

    gradient  the 2-norm of the gradient is at most this (full batch only).
    change    ten steps in a row each changed the loss by at most this part of itself; with
              batches, ten epochs and the mean loss of each.
    loss      the loss is at most this (full batch only).
    steps     so many changes of the parameters.
    epochs    so many passes through the data.
    seconds   so much time has passed, earlier parts of a run that goes on included.
    patience  so many epochs in a row without a new best loss on the validation data.
    """

    gradient: float | None = 1e-6
    change: float | None = 1e-9
    loss: float | None = None
    steps: int | None = None
    epochs: int | None = None
    seconds: float | None = None
    patience: int | None = None

    def lasting(self) -> dict[str, str]:
        """The criteria that a run which goes on must share, by name."""
        named = self._asdict()
        return {name: str(named[name]) for name in ("gradient", "change", "loss", "patience")}


DEFAULT_STEPS = 10_000  # with a full batch
DEFAULT_EPOCHS = 100  # with batches
DEFAULT_PATIENCE = 10  # with validation data
LENGTHS = ("steps", "epochs", "seconds")


def read_criteria(texts: list[str], batches: bool, validation: bool) -> Criteria:
    """The criteria that texts such as `steps=100, gradient<1e-8` say, and the usual others.

    `batches` says whether a step sees only a part of the data, `validation` whether there are data
    to validate on. Raises BackpropError for what is no criterion, or none for this run.
    """
    given: dict[str, float | None] = {}
    for text in texts:
        for part in parts(text):
            name, value = read_criterion(part)
            if name in given:
                raise refuse("usage", f"--until has '{name}' twice", help="leave one of them out")
            given[name] = value
    if batches:
        for name in ("gradient", "loss"):
            if given.get(name) is not None:
                raise refuse(
                    "usage", f"--until {name} needs the {name} over all data, and --batch a part",
                    help="leave out --batch, or stop by change, epochs or patience",
                )  # fmt: skip
        given.setdefault("gradient", None)
    if given.get("patience") is not None and not validation:
        raise refuse(
            "usage", "--until patience needs validation data",
            help="add --validation FILE, or --validation 0.2 to hold out a fifth of the data",
        )  # fmt: skip
    if validation:
        given.setdefault("patience", DEFAULT_PATIENCE)
    if not any(name in given for name in LENGTHS):
        given["epochs" if batches else "steps"] = DEFAULT_EPOCHS if batches else DEFAULT_STEPS
    return Criteria(**given)  # type: ignore[arg-type]


def read_criterion(text: str) -> tuple[str, float | None]:
    """One criterion: its name, and its value or None for `none`."""
    known = Criteria._fields
    found = CRITERION.fullmatch(text)
    name = found[1] if found else text.strip()
    if found is None or name not in known:
        near = similar(name, list(known))
        chosen = (near or ["steps"])[0]
        raise refuse(
            "usage", f"--until does not know '{text.strip()}'",
            help=f"write --until {chosen}=100; it knows {', '.join(known)}",
            suggestions=tuple(near),
        )  # fmt: skip
    if found[2].strip().lower() in OFF:
        return name, None
    value = constant(found[2], f"--until {name}")
    if name in WHOLE:
        if value != int(value) or value < (1 if name == "patience" else 0):
            raise refuse(
                "usage", f"--until {name} takes a whole number, not {found[2].strip()}",
                help=f"write --until {name}=100",
            )  # fmt: skip
        return name, int(value)
    if value < 0 and name != "loss":
        raise refuse("usage", f"--until {name} cannot be negative", help=f"write {name}=1e-6")
    return name, value


def said(name: str, criteria: Criteria, value: float, batches: bool) -> str:
    """Why a run stopped, in words: `value` is what met the criterion."""
    limit = criteria._asdict().get(name)
    unit = "epochs" if batches else "steps"
    return {
        "gradient": f"the gradient's norm is at most {short(limit or 0.0)}",
        "change": f"the loss changed by at most {short(limit or 0.0)} of itself in each of the last"
        f" {IN_A_ROW} {unit}",
        "loss": f"the loss {short(value)} is at most {short(limit or 0.0)}",
        "steps": f"the limit of {plural(limit, 'step')}",
        "epochs": f"the limit of {plural(limit, 'epoch')}",
        "seconds": f"the limit of {short(limit or 0.0)} seconds",
        "patience": f"no better loss on the validation data in {plural(limit, 'epoch')}",
        "interrupt": "interrupted",
    }[name]


def plural(count: float | None, unit: str) -> str:
    """A number with its unit."""
    return f"{count or 0:,g} {unit}" if count == 1 else f"{int(count or 0):,} {unit}s"
