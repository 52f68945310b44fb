"""`backprop train` before it begins: the options understood, the data read, the starts drawn."""

import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import refuse
from . import options
from .train_data import (
    TrainingData,
    data_names,
    declared,
    digest,
    fraction,
    read_data,
    size_names,
    split,
)

if TYPE_CHECKING:
    from ..training import Criteria, Objective, Rate, Setting


class Wanted(NamedTuple):
    """What was asked for: the options of the command, as they were written."""

    data: str | None
    columns: list[str]
    skip_bad: bool
    method: str
    lr: str | None
    init: list[str]
    seed: int
    batch: str | None
    shuffled: bool
    until: list[str]
    validation: str | None
    log: str | None
    save: str | None
    save_every: int | None
    resume: str | None
    plot: str | None
    full: bool
    json: bool


class Task(NamedTuple):
    """A run that can begin: everything is read and understood."""

    objective: "Objective"
    validation: "Objective | None"
    start: Mapping[str, Any]
    starts: Mapping[str, str]
    fixed: Mapping[str, str]
    method: "Setting"
    rate: "Rate | None"
    criteria: "Criteria"
    batch: int | None
    fingerprint: Mapping[str, str]


def objective_for(asked: options.Request, data: TrainingData | None) -> "Objective":
    """The loss of the formula over some data."""
    from ..tensors.running.objective import parameter_names, program_objective

    arrays = {} if data is None else dict(data.arrays)
    given = {name: given_value(asked, name) for name in asked.bindings}
    parameters = parameter_names(asked.program, arrays, given)
    # One number fills a parameter of any shape, so that it says none.
    starts = {
        name: value for name, value in given.items() if name in parameters and not is_single(value)
    }
    constants = {name: value for name, value in given.items() if name not in parameters}
    return program_objective(
        asked.program, constants, arrays, starts, asked.limits, parameters
    )


def check_values(asked: options.Request, data: TrainingData | None) -> None:
    """Refuse values of names that the formula has not, and data without values."""
    from ..tensors.lowering.names import Names
    from ..tensors.running.inputs import needed_inputs
    from ..variables import listed, unknown_variables

    arrays = {} if data is None else data.arrays
    names = Names(asked.program, {**arrays, **asked.bindings})
    known = {**names.free, **names.size_names, **names.roles, **names.equations}
    unknown = [name for name in asked.bindings if name not in known]
    if unknown:
        inputs = list(needed_inputs(asked.program, names))
        unbound = [name for name in inputs if name not in arrays]
        raise unknown_variables(unknown, inputs, unbound, {})
    expected = data_names(asked.program)
    twice = [name for name in expected if name in arrays and name in asked.bindings]
    if twice:
        raise refuse(
            "bound-twice", f"'{twice[0]}' has a value, and is in the data", help="leave it out"
        )
    missing = [name for name in expected if name not in arrays and name not in asked.bindings]
    if missing:
        raise refuse(
            "unbound-variable", f"the formula's data have no values: {listed(missing)}",
            help="add --data FILE",
        )  # fmt: skip


def check_files(wanted: Wanted) -> None:
    """Refuse files that could not be written, and options without what they belong to, before the
    work begins.
    """
    from ..training.checkpoints import check_saved
    from ..whole_files import check_folder, check_place

    if wanted.resume is not None:
        check_saved(wanted.resume)
    check_apart(wanted)
    for path in (wanted.save, wanted.plot):
        if path is not None:
            check_place(path)
            check_folder(path)
    if wanted.save_every is not None and wanted.save is None:
        raise refuse("usage", "--save-every goes with --save", help="add --save run.npz")
    if wanted.data is None:
        needing = {
            "--validation": wanted.validation is not None,
            "--batch": wanted.batch is not None,
            "--column": bool(wanted.columns),
            "--skip-bad": wanted.skip_bad,
        }
        for name, is_given in needing.items():
            if is_given:
                raise refuse("usage", f"{name} goes with data", help="add --data FILE")
    if wanted.data == wanted.validation == "-":
        raise refuse("usage", "the data and the validation data cannot both be standard input")
    if wanted.plot is not None and not wanted.plot.lower().endswith(".svg"):
        raise refuse("usage", "--plot writes SVG", help="end the file's name with .svg")


def check_apart(wanted: Wanted) -> None:
    """Refuse to write two things to one file, or anything over the data."""
    read = {"--data": wanted.data, "--validation": wanted.validation}
    written = {"--log": wanted.log, "--save": wanted.save, "--plot": wanted.plot}
    seen: dict[str, str] = {}
    for option, path in (*read.items(), *written.items()):
        if path is None or path == "-" or (os.path.exists(path) and not os.path.isfile(path)):
            continue
        place = os.path.realpath(path)
        if option in written and place in seen:
            raise refuse(
                "usage", f"{option} and {seen[place]} are one file, '{path}'",
                help=f"give {option} a file of its own",
            )  # fmt: skip
        seen[place] = option


def prepared(asked: options.Request, wanted: Wanted) -> Task:
    """Read the data, and understand every option."""
    from ..training import METHODS, SOLVERS, read_criteria, read_setting, read_starts
    from ..training.optimisers import check_method
    from ..training.starts import start_values

    method = read_setting(wanted.method, "--method", {**METHODS, **SOLVERS})
    check_method(method)
    batch = batch_size(wanted.batch)
    validates = wanted.validation is not None
    starts = read_starts(wanted.init)
    criteria = read_criteria(wanted.until, batch is not None, validates)
    rate = None
    if method.name in METHODS:
        rate = rate_for(method, wanted, criteria)
    else:
        check_solver(method, wanted)
    data, held = data_for(asked, wanted)
    if batch is not None and data is not None and batch >= data.rows:
        batch = None  # one batch of all: the same as none, and said so in the result
        criteria = read_criteria(wanted.until, False, validates)
    check_values(asked, data)
    objective = objective_for(asked, data)
    note_unused(objective)
    fixed = fixed_values(asked, objective)
    note_fixed(asked, objective, fixed)
    validation = None if held is None else objective_for(asked, held)
    shapes = objective.parameters
    given = {name: given_value(asked, name) for name in shapes if name in asked.bindings}
    start, said = start_values(shapes, given, starts, wanted.seed)
    if getattr(objective, "kind", "") == "float32":  # data in float32 are computed with as such
        start = {name: array.astype("float32") for name, array in start.items()}
    print_of_run = fingerprint(asked, wanted, method, rate, criteria, (data, held), objective)
    return Task(
        objective, validation, start, said, fixed, method, rate, criteria, batch, print_of_run
    )  # fmt: skip


def batch_size(text: str | None) -> int | None:
    """The data points of a step; None for all."""
    if text is None or text.strip().lower() == "all":
        return None
    if not text.strip().isdecimal() or int(text) == 0:
        raise refuse(
            "usage", f"--batch takes a positive whole number or all, not '{text}'",
            help="write --batch 32",
        )  # fmt: skip
    return int(text)


def rate_for(method: "Setting", wanted: Wanted, criteria: "Criteria") -> "Rate":
    from ..training import DEFAULT_RATES, read_rate

    text = f"{DEFAULT_RATES[method.name]:g}" if wanted.lr is None else wanted.lr
    return read_rate(text, criteria.steps)


def check_solver(method: "Setting", wanted: Wanted) -> None:
    """Refuse what has no meaning for a method that chooses its steps itself."""
    given = {
        "--lr": wanted.lr is not None,
        "--batch": batch_size(wanted.batch) is not None,
        "--resume": wanted.resume is not None,
        "--save-every": wanted.save_every is not None,
    }
    reasons = {
        "--lr": "chooses its steps itself",
        "--batch": "sees all data in each step",
        "--resume": "cannot go on: its inner state cannot be saved",
        "--save-every": "saves at its end",
    }
    for name, is_given in given.items():
        if is_given:
            raise refuse(
                "usage", f"--method {method.name} {reasons[name]}: {name} has no meaning",
                help=f"leave out {name}",
            )  # fmt: skip


def data_for(
    asked: options.Request, wanted: Wanted
) -> tuple[TrainingData | None, TrainingData | None]:
    """The data to train on, and those to validate on."""
    if wanted.data is None:
        return None, None
    data = read_data(wanted.data, asked.program, asked.bindings, wanted.columns, wanted.skip_bad)
    note_skipped(data, wanted.data)
    if wanted.validation is None:
        return data, None
    part = fraction(wanted.validation)
    if part is not None:
        return split(data, part, wanted.seed)
    held = read_data(
        wanted.validation, asked.program, asked.bindings, wanted.columns, wanted.skip_bad
    )
    note_skipped(held, wanted.validation)
    return data, held


def note_skipped(data: TrainingData, path: str) -> None:
    """Say how many rows were left out, and the first of them."""
    if not data.skipped:
        return
    from ..render.plain import safe

    rows = "1 row" if data.skipped == 1 else f"{data.skipped:,} rows"
    print(f"note: {rows} of '{safe(path)}' left out", file=sys.stderr)
    for line in data.bad:
        print(f"  {safe(line)}", file=sys.stderr)


def note_unused(objective: "Objective") -> None:
    """Say which parameters cannot change."""
    from ..variables import listed

    unused = getattr(objective, "unused", ())
    if unused:
        what = "parameters" if len(unused) > 1 else "parameter"
        print(f"note: the loss does not depend on the {what} {listed(unused)}", file=sys.stderr)


def fixed_values(asked: options.Request, objective: "Objective") -> dict[str, str]:
    """The names that have a value and are no parameters, with the text of it."""
    held = [name for name in asked.bindings if name not in objective.parameters]
    return {name: asked.bindings[name].text for name in held}


def note_fixed(
    asked: options.Request, objective: "Objective", fixed: Mapping[str, str]
) -> None:
    """Say what is taken for a parameter and what is not, where values are given and no line
    declares it: a value may have been meant as a start.
    """
    if not fixed or declared(asked.program, "param"):
        return
    from ..render.plain import safe

    data, sizes = data_names(asked.program), size_names(asked.program)
    held = [name for name in fixed if name not in data and name not in sizes]
    if not held:
        return
    shown = [f"{name} = {shortened(fixed[name])}" for name in held]
    print(
        safe(
            "note: no 'param' line: the parameters are what is no column of the data and has no"
            f" value: {counted_list(list(objective.parameters))}; held fixed:"
            f" {counted_list(shown)} (declare param {counted_list(held)} to train"
            f" {'it' if len(held) == 1 else 'them'})"
        ),
        file=sys.stderr,
    )


def counted_list(words: list[str]) -> str:
    """Words for a message, at most ten of them."""
    return ", ".join(words[:10]) + (f" and {len(words) - 10} more" if len(words) > 10 else "")


def shortened(text: str) -> str:
    return text if len(text) <= 20 else f"{text[:19]}…"


def is_single(value: Any) -> bool:
    return not getattr(value, "shape", ())


def given_value(asked: options.Request, name: str) -> Any:
    """The value that the user gives to a parameter as its start."""
    from ..bindings import number
    from ..namespaces import floats

    bound = asked.bindings[name]
    return bound.array if bound.value is None else float(number(bound.value, floats))


def described(data: TrainingData | None, source: str | None) -> str:
    """What data hold, and where they come from: the first word is what must be the same."""
    return digest(data) if data is None else f"{digest(data)} {source}"


def fingerprint(
    asked: options.Request,
    wanted: Wanted,
    method: "Setting",
    rate: "Rate | None",
    criteria: "Criteria",
    data: tuple[TrainingData | None, TrainingData | None],
    objective: "Objective",
) -> dict[str, str]:
    """What must be the same in a run that goes on."""
    from ..training.starts import spelled

    if wanted.save is None and wanted.resume is None:
        return {}
    shapes = [f"{name} {spelled(shape)}" for name, shape in objective.parameters.items()]
    values = []
    for name, bound in asked.bindings.items():
        held = None if bound.array is None else TrainingData({name: bound.array}, 0)
        values.append(f"{name}={bound.text if held is None else digest(held)}")
    counted = rate is not None and "steps" in rate.names
    return {
        "the formula": asked.program.source,
        "the validation data": described(data[1], wanted.validation),
        "the data": described(data[0], wanted.data),
        "the list of parameters": ", ".join(shapes),
        "the list of given values": ", ".join(sorted(values)),
        "--method": str(method),
        "--lr": "" if rate is None else rate.text,
        "--init": ", ".join(wanted.init),
        "--seed": str(wanted.seed),
        "--batch": wanted.batch or "all",
        "--no-shuffle": "in order" if not wanted.shuffled else "shuffled",
        **{f"--until {name}": value for name, value in criteria.lasting().items()},
        "--until steps, which the rate counts on,": str(criteria.steps) if counted else "",
    }
