"""`backprop train`: the parameters of a formula changed until its loss is small."""

import gc
import sys
from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import EXIT_DONE, BackpropError
from . import options
from .train_files import Interrupt, Saver, interruptible, open_log
from .train_task import Task, Wanted, check_files, prepared

if TYPE_CHECKING:
    from ..training import RunReport, Step, Trained

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)

Data = Annotated[
    str | None,
    typer.Option("--data", metavar="FILE", help="CSV, NDJSON, Parquet or npz (-: stdin)."),
]
Column = Annotated[
    list[str] | None,
    typer.Option("--column", metavar="X=x0:x63", help="Columns as an array, or renamed."),
]
SkipBad = Annotated[bool, typer.Option("--skip-bad", help="Leave out bad rows, and count them.")]
Method = Annotated[
    str,
    typer.Option(
        "--method",
        metavar="NAME",
        help="sgd, momentum, nesterov, rmsprop, adam, lbfgs or least-squares;"
        " 'adam(beta1=0.95)'.",
    ),
]
Rate = Annotated[
    str | None,
    typer.Option("--lr", metavar="RATE", help="A number or a formula: '0.1*0.99^step'."),
]
Init = Annotated[
    list[str] | None,
    typer.Option(
        "--init",
        metavar="START",
        help="zeros, normal(sd=0.01), uniform, he or glorot; W=he for one parameter.",
    ),
]
Seed = Annotated[int, typer.Option("--seed", metavar="N", min=0, help="Of all random numbers.")]
Batch = Annotated[
    str | None, typer.Option("--batch", metavar="N", help="Data points of a step (all).")
]
NoShuffle = Annotated[
    bool, typer.Option("--no-shuffle", help="Batches in the order of the file.")
]
Until = Annotated[
    list[str] | None,
    typer.Option(
        "--until",
        metavar="WHEN",
        help="steps=100, epochs=10, seconds=60, gradient<1e-6, change<1e-9, loss<0.1 or"
        " patience=10.",
    ),
]
Validation = Annotated[
    str | None,
    typer.Option("--validation", metavar="FILE", help="Other data, or 0.2 of these."),
]
LogFile = Annotated[
    str | None, typer.Option("--log", metavar="FILE", help="Write a JSON line for each step.")
]
Save = Annotated[
    str | None,
    typer.Option("--save", metavar="FILE", help="Write the parameters and the run (.npz)."),
]
SaveEvery = Annotated[
    int | None, typer.Option("--save-every", metavar="N", min=1, help="Save every N steps.")
]
Resume = Annotated[
    str | None, typer.Option("--resume", metavar="FILE", help="Go on with a saved run.")
]
Plot = Annotated[
    str | None, typer.Option("--plot", metavar="FILE", help="Draw the loss over the steps (SVG).")
]
Full = Annotated[bool, typer.Option("--full", help="Every element of every parameter.")]


@options.formula_command(app)
def train_(
    asked: options.Request,
    data: Data = None,
    column: Column = None,
    skip_bad: SkipBad = False,
    method: Method = "sgd",
    lr: Rate = None,
    init: Init = None,
    seed: Seed = 0,
    batch: Batch = None,
    no_shuffle: NoShuffle = False,
    until: Until = None,
    validation: Validation = None,
    log: LogFile = None,
    save: Save = None,
    save_every: SaveEvery = None,
    resume: Resume = None,
    plot: Plot = None,
    full: Full = False,
    json: options.Json = False,
) -> int:
    """Gradient descent: change the parameters until the loss is small.

    \b
    backprop train "(x-3)^2 + (y+1)^2" --x 0 --y 0 --lr 0.1
    backprop train -f line.txt --data points.csv --method least-squares
    backprop train -f net.txt --data digits.csv --batch 32 --lr "cosine(0.1, 500)"
        --validation 0.2 --save run.npz

    NAME=VALUE gives a parameter its start. Without a start, numbers and vectors begin at zero,
    matrices at random (glorot): all at zero would keep the units of a network alike. Rates may be
    formulas in step, epoch and steps; constant(r), exponential(r, factor), decay(r, factor, every),
    inverse(r, length), cosine(r, length) and warmup(r, length) are ready. Ends with 4 if training
    diverges.
    """
    wanted = Wanted(
        data, column or [], skip_bad, method, lr, init or [], seed, batch, not no_shuffle,
        until or [], validation, log, save or resume, save_every, resume, plot, full, json,
    )  # fmt: skip
    check_files(wanted)
    task = prepared(asked, wanted)
    gc.enable()  # off for short lives; this one may be long
    with interruptible() as interrupt:
        trained, failed = run(task, wanted, interrupt)
    show(report_of(asked, wanted, task, trained), wanted)
    if failed is not None:
        raise failed
    return tell_interrupted(wanted, interrupt, task.rate is not None)


# ---------------------------------------------------------------------------------------- execution


def run(
    task: Task, wanted: Wanted, interrupt: Interrupt
) -> "tuple[Trained, BackpropError | None]":
    """Train, and keep what was asked for on the way; with the error if the result could not be
    saved.
    """
    from ..training import Descent, Plan, read_checkpoint, solve
    from ..training.checkpoints import foreign, resumable

    saver = None
    if wanted.save is not None:
        saver = Saver(wanted.save, task.fingerprint, wanted.save_every)
    with ExitStack() as stack:
        if task.rate is None:
            watch = watchers(wanted, 1, 0, stack)
            trained = solve(
                task.objective, task.start, task.method, task.criteria, task.validation, watch,
                interrupt,
            )  # fmt: skip
            if saver is not None:
                saver.write(None, trained.parameters)
            return trained, None if saver is None else saver.failed
        plan = Plan(task.method, task.rate, task.criteria, task.batch, wanted.shuffled, wanted.seed)
        descent = Descent(
            task.objective, task.start, plan, task.validation, None, interrupt
        )
        if wanted.resume is not None:
            found = read_checkpoint(wanted.resume)
            try:
                descent.restore(resumable(wanted.resume, found, task.fingerprint))
            except (KeyError, ValueError):
                raise foreign(wanted.resume) from None
        descent.watch = watchers(wanted, descent.per_epoch, descent.step, stack)
        trained = descent.run(saver)
        if saver is not None:
            saver.write(descent, trained.parameters)
        return trained, None if saver is None else saver.failed


def watchers(
    wanted: Wanted, per_epoch: int, first: int, stack: ExitStack
) -> "Callable[[Step], None] | None":
    """Everything that is told of each step, as one function; None where nothing is."""
    found: list[Callable[[Step], None]] = []
    if wanted.log is not None:
        from ..render.training_json import log_line

        found.append(stack.enter_context(open_log(wanted.log, log_line, first)))
    if not wanted.json and not sys.stdout.isatty():
        from ..render.training import SparseLines

        found.append(SparseLines(per_epoch))
    if sys.stderr.isatty():
        from ..render.training_live import is_watched, live_curve

        if is_watched():
            found.append(stack.enter_context(live_curve()))
    if len(found) < 2:
        return found[0] if found else None

    def all_of_them(step: "Step") -> None:
        for watch in found:
            watch(step)

    return all_of_them


def report_of(
    asked: options.Request, wanted: Wanted, task: Task, trained: "Trained"
) -> "RunReport":
    """The run with what is said of it."""
    from ..training import METHODS, SOLVERS, RunReport, standard_errors

    usual = {**METHODS, **SOLVERS}[task.method.name]
    return RunReport(
        asked.program.source, trained, str(task.method.unusual(usual)),
        None if task.rate is None else task.rate.text, task.objective.rows, task.batch, wanted.seed,
        task.starts, task.fixed, standard_errors(task.objective, trained.parameters), wanted.full,
    )  # fmt: skip


def show(report: "RunReport", wanted: Wanted) -> None:
    """Write the result, the warnings and the plot."""
    trained = report.trained
    if wanted.json:
        from ..render.training_json import run_json

        options.write_utf8(run_json(report) + "\n")
    else:
        from ..render.screen import screen
        from ..render.training import print_run

        sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
        print_run(report, screen(), sys.stdout.isatty())
    sys.stdout.flush()
    for warning in trained.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    if wanted.plot is not None:
        from ..render.training_plot import loss_plot
        from ..whole_files import write_whole

        drawn = loss_plot(trained.history, trained.validations, f"Loss, {report.method}")
        write_whole(wanted.plot, drawn)


def tell_interrupted(wanted: Wanted, interrupt: Interrupt, descends: bool) -> int:
    """After Ctrl-C: how to go on, and the status that says so."""
    if not interrupt():
        return EXIT_DONE
    if wanted.save is None:
        said = "interrupted, and nothing is saved: --save run.npz keeps a run that can go on"
    elif descends:
        said = f"interrupted and saved: repeat the command with --resume {wanted.save} to go on"
    else:
        said = f"interrupted; the parameters so far are in {wanted.save}"
    from ..render.plain import safe

    print(safe(said), file=sys.stderr)
    return 128 + interrupt.signal
