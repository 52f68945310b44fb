"""Training: update rules, rates, starts, batches, stopping, divergence, going on, standard errors.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from objectives import Broken, Line, Network, Quadratic

from backprop_cli.errors import BackpropError
from backprop_cli.training import (
    METHODS,
    SOLVERS,
    Criteria,
    Descent,
    Plan,
    StandardErrors,
    Step,
    Trained,
    read_checkpoint,
    read_criteria,
    read_rate,
    read_setting,
    read_starts,
    solve,
    standard_errors,
    write_checkpoint,
)
from backprop_cli.training.batches import Batches, held_out
from backprop_cli.training.checkpoints import resumable
from backprop_cli.training.starts import fans, start_values

NEVER = {"change": None, "gradient": None}


def plan(method: str = "sgd", lr: str = "0.1", batch: int | None = None, **criteria: Any) -> Plan:
    """A plan that stops by `criteria` alone."""
    until = Criteria(**{**NEVER, **criteria})
    return Plan(read_setting(method, "--method", METHODS), read_rate(lr, until.steps), until, batch)


def trained(objective: Any, start: dict[str, Any], *words: Any, **more: Any) -> Trained:
    return Descent(objective, start, plan(*words, **more)).run()


def refused(work: Callable[[], object]) -> Any:
    """The diagnostic that some work ends with."""
    with pytest.raises(BackpropError) as caught:
        work()
    return caught.value.diagnostic


# ------------------------------------------------------------------------------------- update rules


def by_hand(method: str, steps: int) -> float:
    """w after some steps on (w − 3)²·2/2 from 0, at rate 0.1, by the papers' formulas."""
    w = v = m = s = 0.0
    for step in range(1, steps + 1):
        g = 2 * (w - 3)
        if method == "sgd":
            w -= 0.1 * g
        elif method == "momentum":
            v = 0.9 * v + g
            w -= 0.1 * v
        elif method == "nesterov":
            v = 0.9 * v + g
            w -= 0.1 * (g + 0.9 * v)
        elif method == "rmsprop":
            s = 0.9 * s + 0.1 * g**2
            w -= 0.1 * g / (s**0.5 + 1e-8)
        else:
            m = 0.9 * m + 0.1 * g
            s = 0.999 * s + 0.001 * g**2
            w -= 0.1 * (m / (1 - 0.9**step)) / ((s / (1 - 0.999**step)) ** 0.5 + 1e-8)
    return w


@pytest.mark.parametrize("steps", [1, 2, 3, 40])
@pytest.mark.parametrize("method", METHODS)
def test_rules_by_hand(method: str, steps: int) -> None:
    """Each rule makes the steps of its paper's formula."""
    found = trained(Quadratic([2.0], [3.0]), {"w": [0.0]}, method, steps=steps)
    assert found.parameters["w"][0] == pytest.approx(by_hand(method, steps), rel=1e-12, abs=1e-13)
    assert found.steps == steps and found.stopped_by == "steps"


@pytest.mark.parametrize(
    ("method", "name", "settings"),
    [
        ("sgd", "SGD", {}),
        ("momentum(momentum=0.8)", "SGD", {"momentum": 0.8}),
        ("nesterov(momentum=0.8)", "SGD", {"momentum": 0.8, "nesterov": True}),
        ("rmsprop(decay=0.95, epsilon=1e-6)", "RMSprop", {"alpha": 0.95, "eps": 1e-6}),
        ("adam(beta1=0.8, beta2=0.99)", "Adam", {"betas": (0.8, 0.99)}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_rules_against_pytorch(method: str, name: str, settings: dict[str, Any]) -> None:
    """Fifty steps on a small network end where PyTorch's optimiser ends, to 1e-12."""
    torch = pytest.importorskip("torch")
    network = Network()
    random = np.random.default_rng(5)
    start = {key: random.normal(size=shape) for key, shape in network.parameters.items()}
    found = trained(network, start, method, "0.01", steps=50).parameters
    theirs = {key: torch.tensor(value, requires_grad=True) for key, value in start.items()}
    optimiser = getattr(torch.optim, name)(theirs.values(), lr=0.01, **settings)
    for _ in range(50):
        values = {key: value.detach().numpy() for key, value in theirs.items()}
        _, slopes = network.evaluate(values, None)
        for key, value in theirs.items():
            value.grad = torch.tensor(slopes[key])
        optimiser.step()
    for key, value in theirs.items():
        np.testing.assert_allclose(found[key], value.detach().numpy(), rtol=1e-12, atol=1e-13)


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A vector longer than a block is updated as if it were one."""
    size = 1000
    targets = np.random.default_rng(0).normal(size=size)
    quadratic = Quadratic(np.full(size, 1.0), targets)
    whole = trained(quadratic, {"w": np.zeros(size)}, "adam", steps=7).parameters["w"]
    monkeypatch.setattr("backprop_cli.training.optimisers.BLOCK", 64)
    cut = trained(quadratic, {"w": np.zeros(size)}, "adam", steps=7).parameters["w"]
    assert np.array_equal(whole, cut)


def test_clip_bounds_the_gradient() -> None:
    """With clip=1 a step has the length of the rate, in the gradient's direction."""
    found = trained(Quadratic([1.0, 1.0], [30.0, 40.0]), {"w": [0, 0]}, "sgd(clip=1)", steps=1)
    np.testing.assert_allclose(found.parameters["w"], [0.06, 0.08], rtol=1e-12)


def test_single_precision_stays() -> None:
    """Parameters that start in float32 are trained in float32."""
    start = {"w": np.zeros(2, np.float32)}
    for method in METHODS:
        found = trained(Quadratic([1.0, 1.0], [1.0, 2.0]), start, method, steps=3)
        assert found.parameters["w"].dtype == np.float32
    assert not start["w"].any(), "the start is copied"


@pytest.mark.parametrize("text", ["adam(beta1=1)", "momentum(momentum=-0.1)", "sgd(clip=-1)"])
def test_settings_out_of_range(text: str) -> None:
    """A setting that no rule can work with is refused."""
    assert refused(lambda: trained(Line(), {"a": 0, "b": 0}, text)).code == "usage"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("adm", "did you mean adam?"),
        ("adam(beta=0.9)", "it has beta1"),
        ("adam(beta1=0.9, beta1=0.8)", "once is enough"),
        ("adam(beta1=x)", "write a number"),
        ("adam(beta1=)", ""),
        ("adam(0.9)", "it has beta1"),
        ("", "choose one of sgd"),
    ],
)
def test_unknown_methods(text: str, said: str) -> None:
    """A method that is misspelt is refused with a fix."""
    found = refused(lambda: read_setting(text, "--method", METHODS))
    assert found.code == "usage" and said in found.help


# -------------------------------------------------------------------------------------------- rates


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.1", [0.1, 0.1, 0.1, 0.1]),
        ("1/8", [0.125] * 4),
        ("0.1*0.5^step", [0.1, 0.05, 0.025, 0.0125]),
        ("0.1/(1+epoch)", [0.1, 0.1, 0.05, 0.05]),
        ("constant(0.3)", [0.3] * 4),
        ("exponential(0.1, 0.5)", [0.1, 0.05, 0.025, 0.0125]),
        ("decay(0.1, 0.5, 2)", [0.1, 0.1, 0.05, 0.05]),
        ("inverse(0.1, 1)", [0.1, 0.05, 0.1 / 3, 0.025]),
        ("cosine(0.2, 4)", [0.2, 0.1 * (1 + 0.5**0.5), 0.1, 0.1 * (1 - 0.5**0.5)]),
        ("cosine(0.2, steps)", [0.2, 0.1 * (1 + 0.5**0.5), 0.1, 0.1 * (1 - 0.5**0.5)]),
        ("warmup(0.2, 4)", [0.05, 0.1, 0.15, 0.2]),
        ("cosine(r) = r*2; cosine(0.1)", [0.2] * 4),
        ("if(step < 2, 0.1, 0.01)", [0.1, 0.1, 0.01, 0.01]),
    ],
)
def test_rates(text: str, expected: list[float]) -> None:
    """A rate is a formula of our own language in step, epoch and steps."""
    rate = read_rate(text, 4)
    found = [rate(step, step // 2, 4) for step in range(4)]
    assert found == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "cannot be read"),
        ("0.1*", "cannot be read"),
        ("rate*2", "has the variable 'rate'"),
        ("-0.1", "is -0.1"),
        ("0", "is 0"),
        ("1/0", "is inf"),
        ("0.1*steps", "no limit"),
        ("0.1*log(epoch)", "at step 0"),
        ("costine(0.1, 5)", "cannot be read"),
    ],
)
def test_bad_rates(text: str, message: str) -> None:
    """A rate that is no positive number, or no formula, is refused before the first step."""
    found = refused(lambda: read_rate(text))
    assert found.code == "usage" and message in found.message


def test_rates_change_the_steps() -> None:
    """The rate of each step is the one that is used."""
    seen: list[Step] = []
    schedule = plan("sgd", "decay(0.1, 0.1, 2)", steps=4)
    Descent(Quadratic([1.0], [1.0]), {"w": [0.0]}, schedule, watch=seen.append).run()
    assert [step.rate for step in seen] == pytest.approx([0.1, 0.1, 0.01, 0.01])


# ------------------------------------------------------------------------------------------- starts

SHAPES = {"W": (10, 64), "b": (10,), "k": ()}


def test_starts_without_a_word() -> None:
    """Numbers and vectors start at zero, matrices by glorot; each says where it comes from."""
    values, said = start_values(SHAPES, {}, read_starts([]), 3)
    assert not values["b"].any() and values["k"] == 0 and said["b"] == "zeros"
    assert said["W"] == "glorot, seed 3"
    assert 0 < np.abs(values["W"]).max() <= (6 / 74) ** 0.5


def test_starts_are_drawn_by_name_and_seed() -> None:
    """The same seed gives the same bytes; another parameter beside it changes nothing."""
    first, _ = start_values(SHAPES, {}, read_starts(["normal"]), 3)
    again, _ = start_values({"new": (2,), **SHAPES}, {}, read_starts(["normal"]), 3)
    other, _ = start_values(SHAPES, {}, read_starts(["normal"]), 4)
    assert first["W"].tobytes() == again["W"].tobytes() != other["W"].tobytes()
    assert abs(first["W"].std() - 0.01) < 0.001


@pytest.mark.parametrize(
    ("text", "spread"),
    [("W=normal(sd=2)", 2.0), ("W=uniform(low=-3, high=3)", 3**0.5), ("W=he", (2 / 64) ** 0.5),
     ("W=glorot, b=constant(value=1)", (2 / 74) ** 0.5)],
)  # fmt: skip
def test_random_starts(text: str, spread: float) -> None:
    """Each way to start has the spread that its paper says."""
    values, _ = start_values(SHAPES, {}, read_starts([text]), 0)
    assert values["W"].std() == pytest.approx(spread, rel=0.1)


def test_given_starts() -> None:
    """A given value is used as it is; one number fills an array; another shape is refused."""
    given = {"W": 0.5, "b": np.arange(10)}
    values, said = start_values(SHAPES, given, read_starts([]), 0)
    assert (values["W"] == 0.5).all() and values["W"].shape == (10, 64)
    assert values["b"].tolist() == list(range(10)) and said["b"] == "given"
    found = refused(lambda: start_values(SHAPES, {"b": np.zeros(3)}, read_starts([]), 0))
    assert found.code == "bad-value" and "'b' is 10, and its value 3" in found.message


@pytest.mark.parametrize("texts", [["Q=he"], ["he", "glorot"], ["b=he", "b=zeros"], ["W=huh"]])
def test_bad_starts(texts: list[str]) -> None:
    """A start of something unknown, or two of one parameter, are refused."""
    assert refused(lambda: start_values(SHAPES, {}, read_starts(texts), 0)).code == "usage"


def test_fans() -> None:
    """Inputs and outputs of a vector, a matrix and a convolution's kernels."""
    assert [fans(shape) for shape in ((), (7,), (10, 64), (6, 3, 5, 5))] == [
        (1, 1), (7, 1), (64, 10), (75, 150),
    ]  # fmt: skip


# ------------------------------------------------------------------------------------------ batches


@pytest.mark.parametrize("rows, size", [(10, 3), (12, 4), (5, 1)])
def test_every_point_once_in_an_epoch(rows: int, size: int) -> None:
    """Each epoch has every point once, in an order of its own; a run may begin at any step."""
    batches = Batches(rows, size, seed=1)
    per_epoch = -(-rows // size)
    epochs = [[batches[e * per_epoch + i].tolist() for i in range(per_epoch)] for e in range(3)]
    for epoch in epochs:
        assert sorted(point for batch in epoch for point in batch) == list(range(rows))
    assert epochs[0] != epochs[1]
    late = Batches(rows, size, seed=1)
    assert late[per_epoch + 1].tolist() == epochs[1][1]
    plain = Batches(rows, size, seed=1, shuffled=False)
    assert plain[0].tolist() == list(range(size))


def test_held_out() -> None:
    """A fraction is held out, at least one row on either side, none on both."""
    for rows, part, count in ((10, 0.2, 2), (2, 0.01, 1), (3, 0.99, 2)):
        kept, out = held_out(rows, part, 7)
        assert len(out) == count and sorted([*kept, *out]) == list(range(rows))


# ----------------------------------------------------------------------------------------- stopping


@pytest.mark.parametrize(
    ("until", "name"),
    [
        ({"gradient": 1e-3}, "gradient"),
        ({"change": 1e-3}, "change"),
        ({"loss": 0.5}, "loss"),
        ({"steps": 3}, "steps"),
        ({"epochs": 3}, "epochs"),
        ({"seconds": 0.0}, "seconds"),
    ],
)
def test_each_criterion_says_that_it_stopped(until: dict[str, Any], name: str) -> None:
    """A run stops by the criterion that is met, and names it; loss and parameters agree."""
    line = Line()
    found = trained(line, {"a": 0.0, "b": 0.0}, "sgd", "0.1", **until)
    assert found.stopped_by == name and found.reason
    assert found.loss == line.loss(found.parameters)
    assert found.converged == (name in ("gradient", "change", "loss"))
    assert len(found.history) == found.steps + 1


def test_patience_keeps_the_best() -> None:
    """With validation data the result is the best on them, and patience ends the run."""
    line, other = Line(), Line(seed=1)
    other.y = other.x * 1.0 + 0.5  # the best is on the way
    run = Descent(line, {"a": 0.0, "b": 0.0}, plan("sgd", "0.02", patience=5), other)
    found = run.run()
    losses = [loss for _, loss in found.validations]
    best = int(np.argmin(losses))
    assert found.stopped_by == "patience" and found.best_step == best > 0
    assert found.steps == best + 5
    assert other.loss(found.parameters) == losses[best]
    assert found.loss == line.loss(found.parameters)


def test_solvers_heed_the_criteria() -> None:
    """L-BFGS and least squares stop by our criteria, and find the minimum."""
    line = Line()
    exact = np.polyfit(line.x, line.y, 1)
    for name in SOLVERS:
        setting = read_setting(name, "--method", SOLVERS)
        found = solve(line, {"a": 0.0, "b": 0.0}, setting, read_criteria([], False, False))
        assert found.stopped_by == "gradient"
        assert [float(found.parameters["a"]), float(found.parameters["b"])] == pytest.approx(
            exact, rel=1e-6
        )
        short = solve(line, {"a": 0.0, "b": 0.0}, setting, Criteria(steps=1))
        assert short.stopped_by == "steps" and short.steps == 1
        assert short.loss == line.loss(short.parameters)
        assert len(short.history) == 2
        stopped = solve(
            line, {"a": 0.0, "b": 0.0}, setting, Criteria(steps=99), interrupted=lambda: True
        )
        assert stopped.stopped_by == "interrupt"


def test_least_squares_needs_squares() -> None:
    """A loss that is no sum of squares is refused by the objective."""
    setting = read_setting("least-squares", "--method", SOLVERS)
    with pytest.raises(BackpropError):
        solve(Network(), start_of(Network()), setting, Criteria(steps=9))


def test_lbfgs_survives_an_infinite_trial() -> None:
    """A trial step into a place without a finite loss is taken back."""

    class Barrier(Quadratic):
        def evaluate(self, parameters: Any, rows: Any) -> Any:
            w = parameters["w"]
            return float((1e3 * w - np.log(w)).sum()), {"w": 1e3 - 1 / w}

    setting = read_setting("lbfgs", "--method", SOLVERS)
    found = solve(Barrier([1.0], [0.0]), {"w": [0.5]}, setting, Criteria(steps=100))
    assert found.parameters["w"][0] == pytest.approx(1e-3, rel=1e-4)


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ([], Criteria(steps=10_000)),
        (["steps=5"], Criteria(steps=5)),
        (["steps=5, gradient<1e-3", "change=none"], Criteria(1e-3, None, None, 5)),
        (["seconds=2*60"], Criteria(seconds=120.0)),
    ],
)
def test_criteria_as_written(texts: list[str], expected: Criteria) -> None:
    """What is written replaces the usual; any length replaces the usual length."""
    assert read_criteria(texts, False, False) == expected


@pytest.mark.parametrize(
    ("text", "batches"),
    [("stesp=5", False), ("steps", False), ("steps=2.5", False), ("steps=-1", False),
     ("patience=3", False), ("gradient<1e-3", True), ("steps=5, steps=6", False),
     ("change<x", False), ("patience=0", False)],
)  # fmt: skip
def test_bad_criteria(text: str, batches: bool) -> None:
    """A criterion that is none, or none for this run, is refused."""
    assert refused(lambda: read_criteria([text], batches, False)).code == "usage"


def test_usual_criteria() -> None:
    """Batches stop by epochs, validation by patience, unless something else is said."""
    assert read_criteria([], True, False) == Criteria(None, epochs=100)
    assert read_criteria([], False, True).patience == 10


def test_a_flat_start_is_explained() -> None:
    """A gradient of exactly zero at the start is no success in silence."""
    network = Network()
    network.y[:] = network.y - network.y.mean()
    zero = {name: np.zeros(shape) for name, shape in network.parameters.items()}
    found = trained(network, zero, gradient=1e-6, steps=5)
    assert found.steps == 0 and "--init normal" in found.warnings[0]


# --------------------------------------------------------------------------------------- divergence


@pytest.mark.parametrize("method", ["sgd", "momentum", "nesterov"])
def test_divergence_is_found_at_once(method: str) -> None:
    """A rate that is too large is found within ten steps, and the rate advised converges."""
    line = Line()
    start = {"a": 0.0, "b": 0.0}
    found = refused(lambda: trained(line, start, method, "2", steps=1000))
    assert found.code == "diverged" and found.exit_code == 4
    assert int(found.message.split(" in ")[1].split(" ")[0]) <= 10
    advised = found.help.split("--lr ")[1].split(" ")[0]
    assert trained(line, start, method, advised, steps=1000).loss < 0.011


def test_divergence_of_batches() -> None:
    """With batches the numbers break, or the epochs' mean grows: either is found."""
    found = refused(lambda: trained(Line(), {"a": 0, "b": 0}, "sgd", "3", 5, epochs=1000))
    assert found.code == "diverged" and "try a smaller rate: --lr 0.3" in found.help


@pytest.mark.parametrize("batch", [None, 7])
def test_the_bad_row_is_named(batch: int | None) -> None:
    """A loss that is not finite at the start names the data point."""
    start = {"a": 0.0, "b": 0.0}
    found = refused(lambda: trained(Broken(31), start, "sgd", "0.1", batch, epochs=9))
    assert "in data point 31 (counted from 0)" in found.message
    assert "at the start is NaN" in found.message


def test_the_bad_row_later() -> None:
    """So does one that breaks on the way, with the step."""
    found = refused(lambda: trained(Broken(31, 0.5), {"a": 0.0, "b": 0.0}, steps=100))
    assert "data point 31" in found.message and "step" in found.message


def test_a_broken_gradient_is_named() -> None:
    """A gradient that is not finite names its element."""

    class Root(Quadratic):
        def evaluate(self, parameters: Any, rows: Any) -> Any:
            return 0.0, {"w": np.array([[1.0, np.inf]])}

    found = refused(lambda: trained(Root([[1.0, 1.0]], [0.0]), {"w": [[0.0, 0.0]]}, steps=3))
    assert "the gradient of w[0, 1] is not finite" in found.message


def test_a_slow_rise_is_no_divergence() -> None:
    """A momentum that overshoots, and adam at a large rate, are let go on."""
    quadratic = Quadratic([1.0, 100.0], [1.0, 1.0])
    start = {"w": [0.0, 0.0]}
    assert trained(quadratic, start, "momentum", "0.01", steps=2000).loss < 1e-9
    assert trained(quadratic, start, "adam", "1", steps=200).stopped_by == "steps"


# ----------------------------------------------------------------------------------------- going on


def start_of(objective: Any) -> dict[str, Any]:
    return start_values(objective.parameters, {}, read_starts(["normal(sd=0.3)"]), 0)[0]


@pytest.mark.parametrize("batch", [None, 7])
@pytest.mark.parametrize("method", METHODS)
def test_going_on_is_as_never_having_stopped(
    method: str, batch: int | None, tmp_path: Path
) -> None:
    """A run that is saved and goes on has every bit, loss and log of one that was not."""
    network, other = Network(), Network(seed=2)
    seen: list[Step] = []
    lr = "cosine(0.05, 60)"

    def go(steps: int, resume: bool, log: list[Step]) -> tuple[Descent, Trained]:
        run = Descent(network, start_of(network), plan(method, lr, batch, steps=steps), other)
        if resume:
            found = read_checkpoint(str(tmp_path / "run.npz"))
            run.restore(resumable("run.npz", found, {"the seed": "0"}))
        run.watch = log.append
        return run, run.run()

    _, whole = go(40, False, seen)
    parts: list[Step] = []
    for steps in (13, 14, 27, 40):
        run, found = go(steps, steps > 13, parts)
        path = str(tmp_path / "run.npz")
        write_checkpoint(path, found.parameters, run.saved(), {"the seed": "0"})
    assert parts == seen
    assert found.history == whole.history and found.validations == whole.validations
    assert found.loss == whole.loss and found.best_step == whole.best_step
    for name, array in whole.parameters.items():
        assert array.tobytes() == found.parameters[name].tobytes()


@pytest.mark.parametrize("batch", [None, 7])
def test_going_on_from_the_middle(batch: int | None, tmp_path: Path) -> None:
    """A state that is kept while the run goes on, as before a power cut, leads to the same end:
    the same patience, best parameters and validations, each computed once.
    """
    network, other = Network(), Network(seed=2)
    path = str(tmp_path / "run.npz")
    until = plan("adam", "0.1", batch, patience=4)

    def keep(run: Descent) -> None:
        if run.step == at:
            write_checkpoint(path, run.vector.copies(), run.saved(), {})

    at, seen = -1, []
    whole = Descent(network, start_of(network), until, other, seen.append).run(keep)
    assert whole.stopped_by == "patience" and whole.best_step
    per_epoch = 1 if batch is None else 9
    told = [step.step for step in seen if step.validation is not None]
    assert told == list(range(0, whole.steps, per_epoch))
    for at in (whole.best_step, whole.best_step + 2 * per_epoch, whole.steps - 1):
        Descent(network, start_of(network), until, other).run(keep)
        later: list[Step] = []
        run = Descent(network, start_of(network), until, other, later.append)
        run.restore(resumable(path, read_checkpoint(path), {}))
        found = run.run()
        assert later == seen[at:]
        assert found._replace(parameters={}) == whole._replace(parameters={})
        for name, array in whole.parameters.items():
            assert array.tobytes() == found.parameters[name].tobytes()


def test_a_checkpoint_is_for_everybody_to_read(tmp_path: Path) -> None:
    """The parameters stand in the file under their names, even odd ones; the bytes are the same
    each time.
    """
    path = tmp_path / "run.npz"
    parameters = {"file": np.arange(3.0), "allow_pickle": np.array(2.0)}
    write_checkpoint(str(path), parameters, None, {})
    first = path.read_bytes()
    with np.load(path) as archive:
        assert archive["file"].tolist() == [0, 1, 2] and archive["allow_pickle"].shape == ()
    write_checkpoint(str(path), parameters, None, {})
    assert path.read_bytes() == first and list(tmp_path.iterdir()) == [path]


def test_what_has_changed_is_named(tmp_path: Path) -> None:
    """A run does not go on with another formula, and says what is not the same."""
    path = str(tmp_path / "run.npz")
    run = Descent(Line(), {"a": 0.0, "b": 0.0}, plan(steps=2))
    found = run.run()
    write_checkpoint(path, found.parameters, run.saved(), {"--lr": "0.1", "the data": "abc"})
    changed = {"--lr": "0.2", "the data": "abc"}
    said = refused(lambda: resumable(path, read_checkpoint(path), changed))
    assert "--lr is not the same: 0.1 in the file, 0.2 now" in said.message
    write_checkpoint(path, found.parameters, None, {})
    assert "inner state" in refused(lambda: resumable(path, read_checkpoint(path), {})).message


def test_damaged_and_foreign_files(tmp_path: Path) -> None:
    """A file that is no saved run, or half of one, is refused and never read as one."""
    path = tmp_path / "run.npz"
    run = Descent(Line(), {"a": 0.0, "b": 0.0}, plan(steps=2))
    write_checkpoint(str(path), run.run().parameters, run.saved(), {})
    whole = path.read_bytes()
    for content in (b"", b"PK", whole[:100], whole[:-30], b"\x93NUMPY", whole[:300] + whole[310:]):
        path.write_bytes(content)
        assert refused(lambda: read_checkpoint(str(path))).code == "file-content"
    np.savez(path, a=np.zeros(3))
    assert refused(lambda: read_checkpoint(str(path))).code == "file-content"
    np.savez(path, a=np.array([{}], dtype=object))
    assert refused(lambda: read_checkpoint(str(path))).code == "file-content"
    assert refused(lambda: read_checkpoint(str(tmp_path))).code == "file"
    assert refused(lambda: read_checkpoint(str(tmp_path / "none"))).code == "file"


def test_a_failed_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that fails half-way leaves the earlier file as it was, and nothing beside it."""
    path = tmp_path / "run.npz"
    write_checkpoint(str(path), {"a": np.zeros(2)}, None, {})
    before = path.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    found = refused(lambda: write_checkpoint(str(path), {"a": np.ones(2)}, None, {}))
    assert found.code == "output" and "no space" in found.message
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]


# ---------------------------------------------------------------------------------- standard errors


def test_standard_errors_of_a_line() -> None:
    """The errors and the correlation of a line are those of the closed formula."""
    line = Line(rows=200)
    exact, covariance = np.polyfit(line.x, line.y, 1, cov=True)
    found = standard_errors(line, {"a": exact[0], "b": exact[1]})
    assert isinstance(found, StandardErrors) and found.freedom == 198
    assert float(found.errors["a"]) == pytest.approx(covariance[0, 0] ** 0.5, rel=1e-10)
    assert float(found.errors["b"]) == pytest.approx(covariance[1, 1] ** 0.5, rel=1e-10)
    correlation = covariance[0, 1] / (covariance[0, 0] * covariance[1, 1]) ** 0.5
    assert found.correlation[0, 1] == pytest.approx(correlation, rel=1e-9)
    assert found.places == ("a", "b") and not found.undetermined


def test_what_the_data_do_not_say() -> None:
    """Two parameters that do the same are undetermined; a third is not touched. Too few points,
    and losses that are no squares, have no errors.
    """

    class Twice(Line):
        def residuals(self, parameters: Any) -> Any:
            r, j = super().residuals(parameters)
            return r, np.column_stack([j, j[:, 1]])

    found = standard_errors(Twice(), {"a": 2.0, "b": 1.0, "c": 0.0})
    assert isinstance(found, StandardErrors) and found.undetermined == ("b", "c")
    assert float(found.errors["a"]) > 0 and np.isnan(found.errors["b"])
    assert isinstance(standard_errors(Line(rows=2), {"a": 0.0, "b": 0.0}), str)
    assert standard_errors(Network(), start_of(Network())) is None


# ---------------------------------------------------------------------------------------- overhead


def test_overhead() -> None:
    """A step costs less than 50 µs besides the objective's own work."""

    class Free(Line):
        slopes = {"a": np.array(0.5), "b": np.array(0.1)}  # noqa: RUF012

        def evaluate(self, parameters: Any, rows: Any) -> Any:
            return 1.0, self.slopes

    for method in METHODS:
        times = []
        for _ in range(5):
            run = Descent(Free(), {"a": 0.0, "b": 0.0}, plan(method, "1e-9", steps=2000))
            began = time.perf_counter()
            run.run()
            times.append((time.perf_counter() - began) / 2000)
        assert min(times) < 50e-6, method
