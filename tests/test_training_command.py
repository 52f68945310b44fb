"""`backprop train`: what it prints, writes and refuses, and how it ends when it is stopped.

The objective is written by hand here, so that these tests are about the command alone.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import xml.dom.minidom
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from commandline import ROOT, Result, Stream, backprop
from objectives import Broken, Line, Network

from backprop_cli.commands import train_task
from backprop_cli.commands.train_data import TrainingData
from backprop_cli.render.training_curve import curve
from backprop_cli.training import Step
from backprop_cli.training.outcome import REASONS

FORMULA = "minimize mean[i] (y[i] - a*x[i] - b)^2"
SCHEMA = json.loads(backprop("schema", "train").out)


def line_over(asked: Any, data: TrainingData | None) -> Line:
    """The line's loss over the data of the command."""
    line = Line()
    if data is not None:
        line.x, line.y, line.rows = data.arrays["x"], data.arrays["y"], data.rows
    return line


@pytest.fixture(autouse=True)
def by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(train_task, "objective_for", line_over)


@pytest.fixture
def points(tmp_path: Path) -> str:
    """A file with the points of the line."""
    line = Line()
    path = tmp_path / "points.csv"
    rows = [f"{x!r},{y!r}" for x, y in zip(line.x.tolist(), line.y.tolist(), strict=True)]
    path.write_text("\n".join(["x,y", *rows]) + "\n")
    return str(path)


def train(*words: str) -> Result:
    return backprop("train", FORMULA, *words)


def as_json(*words: str) -> Any:
    """The JSON of a run, which keeps to the schema."""
    result = train(*words, "--json")
    assert result.code == 0, result.err
    found = json.loads(result.out)
    jsonschema.validate(found, SCHEMA)
    return found


# ------------------------------------------------------------------------------------------ results


def test_piped_output(points: str) -> None:
    """Sparse lines, then the parameters with their errors, the loss and what stopped the run."""
    result = train("--data", points, "--lr", "0.1")
    assert result.code == 0 and result.err == ""
    steps = re.findall(r"^step (\d+) ", result.out, re.MULTILINE)
    assert steps == ["0", "1", "2", "5", "10", "20", "50"]
    assert re.search(r"a +1\.988 +0\.0158\d +zeros", result.out)
    assert "83 steps of sgd at rate 0.1" in result.out
    assert "stopped by change: the loss changed by at most 1e−9" in result.out
    assert "48 degrees of freedom" in result.out and "correlations: a, b: −0.14" in result.out


@pytest.mark.parametrize(
    "words",
    [
        ("--lr", "0.1"),
        ("--method", "adam(beta1=0.8)", "--lr", "cosine(0.1, 50)", "--until", "steps=50"),
        ("--method", "least-squares"),
        ("--method", "lbfgs"),
        ("--batch", "8", "--until", "epochs=3", "--validation", "0.2"),
        ("--until", "steps=0",),
        ("a=3", "--init", "b=normal(sd=2)", "--seed", "4"),
    ],
)  # fmt: skip
def test_json(points: str, words: tuple[str, ...]) -> None:
    """Each kind of run prints one object of the schema, the same bytes each time."""
    found = as_json("--data", points, *words)
    assert found["expression"] == FORMULA
    assert train("--data", points, *words, "--json").out == train(
        "--data", points, *words, "--json"
    ).out
    assert found["history"][0] == [0, found["first_loss"]]


def test_starts_are_said(points: str) -> None:
    """Where each parameter started is part of the result."""
    found = as_json("--data", points, "a=3", "--init", "b=normal(sd=2)", "--seed", "4")
    assert found["starts"] == {"a": "given", "b": "normal(mean=0, sd=2), seed 4"}


def test_held_fixed(points: str) -> None:
    """Without a param line a value holds its name fixed: the result says so, and what to declare.
    """
    formula = "mean[i] (y[i] - a*x[i] - b*k)^2"
    result = backprop("train", formula, "--data", points, "k=1", "--json")
    assert json.loads(result.out)["fixed"] == {"k": "1"}
    assert "a, b; held fixed: k = 1 (declare param k to train it)" in result.err
    declared = backprop("train", f"param a, b; {formula}", "--data", points, "k=1", "--json")
    assert declared.err == "" and json.loads(declared.out)["fixed"] == {"k": "1"}


def test_a_validation_file(points: str, tmp_path: Path) -> None:
    """Other data may come from a file; the result is the best on them."""
    other = tmp_path / "other.csv"
    other.write_text("x,y\n0,0.4\n1,1.2\n")
    found = as_json("--data", points, "--validation", str(other), "--lr", "0.02")
    assert found["stopped_by"] == "patience" and found["best_step"] is not None
    losses = [loss for _, loss in found["validation"]]
    assert min(losses) < losses[0] and min(losses) < losses[-1]


def test_the_fraction_held_out(points: str) -> None:
    """A part of the data is held out, by the seed."""
    first = as_json("--data", points, "--validation", "20%", "--lr", "0.1", "--seed", "1")
    other = as_json("--data", points, "--validation", "20%", "--lr", "0.1", "--seed", "2")
    assert first["rows"] == 40 and first["loss"] != other["loss"]


def test_columns_by_other_names(tmp_path: Path) -> None:
    """--column gives columns other names; columns that the formula does not name are not read."""
    path = tmp_path / "points.csv"
    path.write_text("name,t,y\nfirst,0,1\nsecond,1,3\nthird,2,5\n")
    found = as_json("--data", str(path), "--column", "x=t", "--method", "least-squares")
    assert found["parameters"]["a"]["value"] == pytest.approx(2)
    result = train("--data", str(path), "--column", "x")
    assert result.code == 2 and "write --column X=x0:x63" in result.err


def test_bad_rows(tmp_path: Path) -> None:
    """A bad row is an error with its place; with --skip-bad it is left out and counted."""
    path = tmp_path / "points.csv"
    path.write_text("x,y\n0,1\n1,oops\n2,5\n3,7\n")
    result = train("--data", str(path))
    assert result.code == 5 and "line 3" in result.err and "'y'" in result.err
    result = train("--data", str(path), "--skip-bad", "--method", "least-squares", "--json")
    assert result.code == 0 and json.loads(result.out)["rows"] == 3
    assert "1 row of" in result.err and "line 3" in result.err


def test_large_parameters_are_summed_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A large array is a line with shape, size and range; --full shows each element."""
    monkeypatch.setattr(train_task, "objective_for", lambda *_: Network())
    words = ("--lr", "0.05", "--until", "steps=5")
    short, full = train(*words).out, train(*words, "--full").out
    assert re.search(r"^ ?W +5 × 3: rms 0\.\d+, −\S+ to \S+ +glorot, seed 0", short, re.MULTILINE)
    assert "v[4]" in short and "W[4, 2]" in full and "rms" not in full
    assert "(not converged)" in short and "standard error" not in short


def test_scalar_commands_stay_light() -> None:
    """NumPy is not imported by a scalar evaluation, nor by the help of train."""
    code = (
        "import sys; from backprop_cli.__main__ import status; status(sys.argv[1:]);"
        "sys.exit(any(name in sys.modules for name in ('numpy', 'scipy', 'polars')))"
    )
    for words in (["eval", "x^2", "--x", "3"], ["train", "--help"]):
        result = subprocess.run([sys.executable, "-c", code, *words], cwd=ROOT, capture_output=True)
        assert result.returncode == 0, words


# ---------------------------------------------------------------------------------------- the curve


def test_the_curve() -> None:
    """A falling loss falls from the upper left to the lower right, in any characters."""
    losses = [1 / (1 + step) for step in range(200)]
    for ascii_only in (False, True):
        lines = curve(losses, 30, 5, ascii_only)
        assert len(lines) == 5 and max(map(len, lines)) <= 30 + 12
        first, last = (re.split(r"[│|]", line)[1] for line in (lines[0], lines[-1]))
        assert first.startswith(first.strip()) and len(first.strip()) < 6
        assert len(last) == 30
        assert not ascii_only or "".join(lines).isascii()
    assert curve([1.0], 30, 5) == [] and curve([], 30, 5) == []
    assert len(curve([2.0, 2.0, float("nan"), float("inf")], 30, 5)) == 5


def test_the_live_curve(monkeypatch: pytest.MonkeyPatch) -> None:
    """At a terminal the curve and the state of the run are drawn on standard error, and gone at
    the end; a long run keeps a bounded number of losses.
    """
    from backprop_cli.render import training_live

    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(training_live, "PATIENCE", 0.0)
    monkeypatch.setattr(training_live, "BETWEEN", 0.0)
    assert training_live.is_watched()
    with training_live.live_curve() as watch:
        for step in range(30):
            watch(Step(step, step, 1 / (step + 1), 0.5, 0.1, None))
    text = stream.text()
    assert "step 29   loss 0.03333   gradient 0.5   rate 0.1   Ctrl-C stops" in text
    assert "\x1b[2K" in text[-60:]  # gone at the end
    trail = training_live.LossTrail()
    for step in range(50_000):
        trail.add(float(step))
    assert len(trail.losses) <= training_live.MOST
    assert trail.losses == sorted(trail.losses)
    monkeypatch.setenv("TERM", "dumb")
    assert not training_live.is_watched()


class Terminal(Stream):
    """A standard stream that is a terminal."""

    def isatty(self) -> bool:
        return True


# -------------------------------------------------------------------------------------------- files


def test_the_log(points: str, tmp_path: Path) -> None:
    """A line for each step, in numbers that are read back exactly."""
    path = tmp_path / "log.jsonl"
    found = as_json("--data", points, "--lr", "0.1", "--until", "steps=20", "--log", str(path))
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [line["step"] for line in lines] == list(range(20))
    assert lines[0]["loss"] == found["first_loss"]
    assert set(lines[3]) == {"step", "epoch", "loss", "gradient_norm", "rate"}


def test_the_schema_lists_every_reason() -> None:
    """Why a run can have stopped is the same list in the code and in the schema."""
    assert SCHEMA["properties"]["stopped_by"]["enum"] == list(REASONS)


def test_the_plot(points: str, tmp_path: Path) -> None:
    """The plot is well-formed SVG without scripts, for one step as for many."""
    path = tmp_path / "loss.svg"
    for words in (
        ("--until", "steps=0"),
        ("--until", "steps=300", "--until", "change=none"),
        ("--batch", "4", "--validation", "0.2", "--until", "epochs=200"),
        ("--method", "least-squares"),
    ):
        result = train("--data", points, *words, "--plot", str(path))
        assert result.code == 0, result.err
        text = path.read_text()
        drawn = xml.dom.minidom.parseString(text)
        assert drawn.documentElement.tagName == "svg" and "script" not in text
        assert "nan" not in text and "inf" not in text


WHOLE = ("--until", "steps=60, change=none", "--lr", "0.1*0.99^step", "--method", "momentum")


@pytest.mark.parametrize("batch", ["all", "8"])
def test_resume(points: str, tmp_path: Path, batch: str) -> None:
    """A run in two parts has the bytes of one in one: result, parameters and log."""
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    whole.mkdir()
    parts.mkdir()

    def go(folder: Path, *words: str) -> Result:
        files = ("--save", str(folder / "run.npz"), "--log", str(folder / "log.jsonl"))
        result = train("--data", points, "--batch", batch, *files, *words, "--json")
        assert result.code == 0, result.err
        return result

    once = go(whole, *WHOLE)
    half = ("--until", "steps=23, change=none", *WHOLE[2:])
    go(parts, *half)
    twice = go(parts, *WHOLE, "--resume", str(parts / "run.npz"))
    assert once.out == twice.out
    assert (whole / "log.jsonl").read_bytes() == (parts / "log.jsonl").read_bytes()
    with np.load(whole / "run.npz") as one, np.load(parts / "run.npz") as other:
        assert one["a"].tobytes() == other["a"].tobytes()


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (("--lr", "0.2"), "--lr is not the same: 0.1 in the file, 0.2 now"),
        (("--seed", "1"), "--seed is not the same"),
        (("--batch", "8"), "--batch is not the same"),
        (("--method", "adam"), "--method is not the same"),
        (("a=2",), "the list of given values is not the same"),
        (("--until", "steps=9, gradient<1e-3"), "--until gradient is not the same"),
    ],
)
def test_resume_refuses_what_has_changed(
    points: str, tmp_path: Path, change: tuple[str, ...], named: str
) -> None:
    """Whatever would make it another run is refused by its name."""
    path = str(tmp_path / "run.npz")
    words = ["--data", points, "--until", "steps=5"]
    assert train(*words, "--lr", "0.1", "--save", path).code == 0
    if change[0] != "--lr":
        words += ["--lr", "0.1"]
    if change[0] == "--until":
        words = words[:2] + words[4:]
    result = train(*words, *change, "--resume", path)
    assert result.code == 2 and named in result.err


def test_resume_refuses_other_data(points: str, tmp_path: Path) -> None:
    """Other data under the same name are noticed."""
    path = str(tmp_path / "run.npz")
    assert train("--data", points, "--until", "steps=5", "--save", path).code == 0
    text = Path(points).read_text()
    Path(points).write_text(text + "1,1\n")
    result = train("--data", points, "--until", "steps=9", "--resume", path)
    assert result.code == 2 and "the data is not the same" in result.err
    assert f"other data than it was saved with (--data {points})" in result.err
    held = ("--data", points, "--validation", "0.2", "--until", "steps=5", "--save", path)
    assert train(*held).code == 0
    result = train("--data", points, "--until", "steps=9", "--resume", path)
    assert "saved with --validation 0.2, now without" in result.err


@pytest.fixture
def stopping(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An objective that sends the process a signal in its seventh evaluation."""

    class Stopping(Line):
        calls = 0

        def evaluate(self, parameters: Any, rows: Any) -> Any:
            self.calls += 1
            if self.calls == 7:
                os.kill(os.getpid(), STOPPED_BY[0])
            return super().evaluate(parameters, rows)

    monkeypatch.setattr(train_task, "objective_for", lambda *_: Stopping())
    before = signal.getsignal(signal.SIGINT)
    yield
    assert signal.getsignal(signal.SIGINT) is before
    STOPPED_BY[0] = signal.SIGINT


STOPPED_BY = [signal.SIGINT]


def test_interrupt_saves(stopping: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C ends the step, saves, says how to go on and exits with 130; what goes on is the run
    that was not interrupted.
    """
    path = str(tmp_path / "run.npz")
    words = ("--lr", "0.1", "--until", "steps=40")
    result = train(*words, "--save", path, "--json")
    assert result.code == 130
    assert f"repeat the command with --resume {path} to go on" in result.err
    found = json.loads(result.out)
    assert found["stopped_by"] == "interrupt" and found["steps"] == 7
    monkeypatch.setattr(train_task, "objective_for", lambda *_: Line())
    whole = train(*words, "--json").out
    assert train(*words, "--resume", path, "--json").out == whole


def test_interrupt_without_a_file(stopping: None) -> None:
    """Without --save it says that nothing is kept."""
    result = train("--lr", "0.1")
    assert result.code == 130 and "nothing is saved" in result.err
    assert "stopped by interrupt" in result.out


def test_a_polite_kill(stopping: None, tmp_path: Path) -> None:
    """SIGTERM does the same, and exits with 143."""
    STOPPED_BY[0] = signal.SIGTERM
    path = tmp_path / "run.npz"
    assert train("--lr", "0.1", "--save", str(path)).code == 143
    assert path.exists()


def test_save_every(points: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """--save-every writes the file on the way."""
    from backprop_cli.commands.train_files import Saver

    written: list[int] = []
    monkeypatch.setattr(Saver, "write", lambda self, run, parameters: written.append(run.step))
    path = str(tmp_path / "run.npz")
    train("--data", points, "--until", "steps=35", "--save", path, "--save-every", "10")
    assert written == [10, 20, 30, 35]


# ----------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize("json", [(), ("--json",)])
def test_divergence(points: str, json: tuple[str, ...]) -> None:
    """A run that diverges ends with 4 and advice that works."""
    result = train("--data", points, "--lr", "3", *json)
    assert result.code == 4
    assert "error[diverged]: training diverged: the loss went from 4.882" in result.err
    advised = re.search(r"--lr (\S+)", result.err)
    assert advised and train("--data", points, "--lr", advised[1]).code == 0


def test_a_bad_point(monkeypatch: pytest.MonkeyPatch) -> None:
    """A start without a finite loss names the data point."""
    monkeypatch.setattr(train_task, "objective_for", lambda *_: Broken(17))
    result = train("--lr", "0.1")
    assert result.code == 4 and "in data point 17" in result.err


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--batch", "8"), 2, "--batch goes with data"),
        (("--validation", "0.2"), 2, "--validation goes with data"),
        (("--skip-bad",), 2, "--skip-bad goes with data"),
        (("--save-every", "5"), 2, "--save-every goes with --save"),
        (("--plot", "loss.png"), 2, "--plot writes SVG"),
        (("--save", "none/run.npz"), 5, "there is no folder"),
        (("--log", "/"), 5, "could not be written"),
        (("--log", "none/log.jsonl"), 5, "could not be written"),
        (("--method", "lbfgs", "--lr", "1"), 2, "--lr has no meaning"),
        (("--method", "least-squares", "--resume", "x.npz"), 2, "--resume has no meaning"),
        (("--method", "adamm"), 2, "did you mean adam?"),
        (("--lr", "fast"), 2, "has the variable 'fast'"),
        (("--until", "step=5"), 2, "steps"),
        (("--init", "c=he"), 2, "which is no parameter"),
        (("--resume", "none.npz"), 5, "cannot be read"),
        (("--data", "none.csv"), 5, "none.csv"),
        (("--seed", "-1"), 2, "--seed"),
    ],
)
def test_refusals(words: tuple[str, ...], code: int, said: str) -> None:
    """What cannot work is refused before it begins, with a fix."""
    result = train(*words)
    assert result.code == code and said in result.err and result.out == ""


@pytest.mark.parametrize("text", ["0", "-3", "x", "2.5"])
def test_bad_batches(points: str, text: str) -> None:
    """A batch is a positive whole number."""
    result = train("--data", points, "--batch", text)
    assert result.code == 2 and "write --batch 32" in result.err


def test_validation_in_patience(points: str) -> None:
    """A part of the data that is all or nothing is refused."""
    result = train("--data", points, "--validation", "120%")
    assert result.code == 2 and "write --validation 0.2" in result.err


def test_output_to_a_full_disk(points: str) -> None:
    """A log that cannot be written is an error, and no lost log."""
    if not os.path.exists("/dev/full"):
        pytest.skip("no /dev/full")
    result = train("--data", points, "--log", "/dev/full")
    assert result.code == 5 and "could not be written" in result.err


def test_standard_errors_away_from_the_minimum(points: str) -> None:
    """Standard errors at a place that is no minimum say so."""
    words = ("--data", points, "--lr", "0.1", "--until")
    assert as_json(*words, "steps=3")["standard_errors_note"]
    assert as_json(*words, "change<1e-9")["standard_errors_note"] is None
    assert "stopped elsewhere" in train(*words, "steps=3").out
