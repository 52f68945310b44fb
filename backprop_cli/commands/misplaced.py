"""Options that are taken for variables: slips, other programs' names, and those of other commands.

`--NAME VALUE` binds a variable where NAME is no option of the command. Where that fails and the
formula has no such name, an option was meant.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from ..errors import BackpropError, refuse, similar

# What other programs call the options of `backprop train`; {} stands for the value.
OTHER_NAMES = {
    "epochs": "--until epochs={}", "epoch": "--until epochs={}",
    "steps": "--until steps={}", "iterations": "--until steps={}", "iters": "--until steps={}",
    "max-iter": "--until steps={}", "max-steps": "--until steps={}", "max-epochs":
    "--until epochs={}", "seconds": "--until seconds={}", "patience": "--until patience={}",
    "learning-rate": "--lr {}", "rate": "--lr {}", "step-size": "--lr {}",
    "batch-size": "--batch {}", "optimizer": "--method {}", "optimiser": "--method {}",
    "solver": "--method {}", "test": "--validation {}", "valid": "--validation {}",
    "output": "--save {}", "checkpoint": "--save {}",
}  # fmt: skip
OF_TRAIN = (
    "--data", "--column", "--skip-bad", "--method", "--lr", "--init", "--seed", "--batch",
    "--no-shuffle", "--until", "--validation", "--log", "--save", "--save-every", "--resume",
    "--plot",
)  # fmt: skip
OF_DATA = ("--data", "--column", "--validation")
WORD = re.compile(r"[^\W\d]\w*")
CODES = ("bad-value", "unknown-variable", "missing-value", "file", "file-content")


def advice(name: str, value: str, options: Collection[str]) -> str:
    """What to write in place of `--name value` for a command with these options; "" where the name
    is like none.
    """
    option = f"--{name}"
    trains = "--until" in options
    plain = name.replace("_", "-").lower()
    meant = OTHER_NAMES.get(plain, "")
    if meant and trains:
        return f"write {meant.format(value or 'VALUE')}"
    if not trains and (option in OF_TRAIN or meant):
        belongs = f"{option} belongs to backprop train"
        if option not in OF_TRAIN:
            belongs = f"{meant.split(maxsplit=1)[0]} belongs to backprop train"
        return belongs + ("; to bind an array write X=@FILE" if option in OF_DATA else "")
    near = similar(f"--{plain}", sorted(options)) if len(name) > 2 else []
    return f"did you mean {near[0]}?" if near else ""


def explained(
    error: BackpropError,
    dashed: Sequence[tuple[str, str]],
    options: Collection[str],
    formula: str,
) -> BackpropError:
    """The error of a command whose words bind `dashed`, pairs of a name and its value; a better one
    if one of the names is an option that does not exist, and no name of the formula.
    """
    found = error.diagnostic
    if found.code not in CODES or "did you mean" in found.help:
        return error
    known = set(WORD.findall(formula))
    for name, value in dashed:
        if name in known:
            continue
        said = advice(name, value, options)
        if said:
            message = f"--{name} is no option of this command, and no variable of the formula"
            return refuse("usage", message, help=said)
    return error
