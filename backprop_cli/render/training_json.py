"""A training run as JSON: `backprop.train/1`, and a line of its log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..numerals import token
from ..tensors.running.reporting import summary
from ..training import RunReport, StandardErrors, Step
from .array_json import array_json
from .json import write_list, write_object, write_text

if TYPE_CHECKING:
    import numpy as np

MOST_ELEMENTS = 1_000  # of an array that is written out without --full
MOST_POINTS = 200  # of the history


def log_line(step: Step) -> str:
    """A step as one line of the log."""
    members = {
        "step": str(step.step),
        "epoch": str(step.epoch),
        "loss": token(step.loss),
        "gradient_norm": token(step.norm),
    }
    if step.rate is not None:
        members["rate"] = token(step.rate)
    if step.validation is not None:
        members["validation"] = token(step.validation)
    return write_object(members)


def parameter_json(array: np.ndarray[Any, Any], full: bool) -> str:
    """A parameter: its shape, and its value or a summary."""
    whole = full or array.size <= MOST_ELEMENTS
    members = {
        "shape": write_list(list(map(str, array.shape))),
        "value": array_json(array, True) if whole else "null",
    }
    if array.shape and array.size:
        found = summary(array)
        members |= {
            "rms": token(found.rms),
            "min": token(found.least),
            "max": token(found.greatest),
        }
    return write_object(members)


def run_json(report: RunReport) -> str:
    """`backprop.train/1`."""
    trained, errors = report.trained, report.errors
    parameters = {
        name: parameter_json(array, report.full) for name, array in trained.parameters.items()
    }
    members = {
        "schema": '"backprop.train/1"',
        "ok": "true",
        "expression": write_text(report.expression),
        "parameters": write_object(parameters),
        "loss": token(trained.loss),
        "first_loss": token(trained.first),
        "gradient_norm": "null" if trained.norm is None else token(trained.norm),
        "steps": str(trained.steps),
        "epochs": str(trained.epochs),
        "converged": "true" if trained.converged else "false",
        "stopped_by": write_text(trained.stopped_by),
        "reason": write_text(trained.reason),
        "best_step": "null" if trained.best_step is None else str(trained.best_step),
        "method": write_text(report.method),
        "rate": write_text(report.rate),
        "rows": "null" if report.rows is None else str(report.rows),
        "batch": "null" if report.batch is None else str(report.batch),
        "seed": str(report.seed),
        "starts": write_object({name: write_text(text) for name, text in report.starts.items()}),
        "fixed": write_object({name: write_text(text) for name, text in report.fixed.items()}),
        "history": points_json(list(enumerate(trained.history))),
        "validation": points_json(trained.validations) if trained.validations else "null",
        "standard_errors": "null",
        "standard_errors_note": write_text(report.note),
        "warnings": write_list([write_text(warning) for warning in trained.warnings]),
    }
    if isinstance(errors, StandardErrors):
        members["standard_errors"] = errors_json(errors)
    return write_object(members)


def points_json(points: Sequence[tuple[int, float]]) -> str:
    """Pairs of a step and its loss: all, or some evenly between the first and the last."""
    last = len(points) - 1
    count = min(len(points), MOST_POINTS)
    if count > 1:
        points = [points[place * last // (count - 1)] for place in range(count)]
    return write_list([write_list([str(step), token(loss)]) for step, loss in points])


def errors_json(errors: StandardErrors) -> str:
    return write_object(
        {
            "parameters": write_object(
                {name: array_json(array, True) for name, array in errors.errors.items()}
            ),
            "sigma": token(errors.sigma),
            "degrees_of_freedom": str(errors.freedom),
            "places": write_list(list(map(write_text, errors.places))),
            "correlation": array_json(errors.correlation, True),
            "undetermined": write_list(list(map(write_text, errors.undetermined))),
        }
    )
