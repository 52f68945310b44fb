"""Index equations against PyTorch, JAX, autograd and NumPy by hand.

    python benchmarks/tensors.py            all of it, a few minutes
    python benchmarks/tensors.py svm        one of svm, logistic, alexnet
    python benchmarks/tensors.py --small    small sizes, to see that it runs

One thread each. Medians of interleaved rounds, and ratios of neighbours in one run; the values and
gradients of all are compared before anything is timed. A peer that is not installed is left out.
Memory is the peak of a process of its own. Ends with 1 if a goal is missed; a stretch is no goal.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from measure import Goal, interleaved_calls, ratio, table

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

Arrays = dict[str, np.ndarray]
Result = tuple[float, Arrays]
Peer = Callable[[], Result]
ROUNDS = 15
OURS = "backprop"
MOST_MEMORY = 4096  # MiB that AlexNet may take
ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
    "JAX_ENABLE_X64": "1",
}  # read by the libraries when they are imported

SVM = """
param W[C,D]
data X[N,D], y[N]
s[i,j] = sum[d] W[j,d]*X[i,d]
L[i]   = sum[j != y[i]] max(0, s[i,j] - s[i,y[i]] + 1)
R      = sum[j,d] W[j,d]^2
minimize mean[i] L[i] + 0.1*R
"""
LOGISTIC = """
param w[D], b
data X[N,D], y[N]
z[i] = sum[d] w[d]*X[i,d] + b
minimize mean[i] (softplus(z[i]) - y[i]*z[i])
"""


def trainable(text: str, parameters: Arrays, data: Arrays) -> Any:
    """A program with its data as what `backprop train` makes small."""
    from backprop_cli.syntax import parse
    from backprop_cli.tensors.running.objective import program_objective

    return program_objective(parse(text), {}, data, parameters)


def evaluated(text: str, parameters: Arrays, data: Arrays) -> Peer:
    """The loss of a program and its gradient, read and lowered once."""
    objective = trainable(text, parameters, data)

    def call() -> Result:
        loss, gradient = objective.evaluate(parameters, None)
        return loss, dict(gradient)

    return call


def descended(text: str, start: Arrays, data: Arrays, rate: float, steps: int) -> Peer:
    """Gradient descent as `backprop train` does it: the last step's loss, and the parameters."""
    from backprop_cli.training import (
        METHODS,
        SOLVERS,
        Criteria,
        Descent,
        Plan,
        read_rate,
        read_setting,
    )

    objective = trainable(text, start, data)
    method = read_setting("sgd", "--method", {**METHODS, **SOLVERS})
    criteria = Criteria(gradient=None, change=None, steps=steps)

    def call() -> Result:
        plan = Plan(method, read_rate(str(rate), steps), criteria)
        trained = Descent(objective, start, plan).run()
        return trained.history[steps - 1], trained.parameters

    return call


def same(results: dict[str, Result], within: float) -> None:
    """Stop unless all results agree with the first."""
    (first, (loss, gradients)), *others = results.items()
    for name, (value, found) in others:
        assert abs(value - loss) <= within * abs(loss), f"{first} {loss}, {name} {value}"
        for key, gradient in gradients.items():
            off = abs(np.asarray(found[key]) - gradient).max() / abs(gradient).max()
            assert off <= within, f"d/d{key}: {first} and {name} differ by {off:.1e}"


def show(title: str, times: dict[str, list[float]], goals: tuple[Goal, ...], small: bool) -> bool:
    """Median, least, and our time over that of each; whether the goals are met. They are goals for
    full sizes.
    """
    rows = [
        [
            name,
            f"{statistics.median(seconds) * 1e3:.1f}",
            f"{min(seconds) * 1e3:.1f}",
            f"{ratio(times[OURS], seconds):.2f}",
        ]
        for name, seconds in times.items()
    ]
    print(f"\n{title}\n")
    print(table(["", "median ms", "least ms", "backprop / this"], rows), "\n")
    met = [goal.judged(OURS, times) for goal in goals if not small]
    return all(met)


def installed(makers: Mapping[str, Callable[[], Peer]]) -> dict[str, Peer]:
    """The peers that can be imported."""
    found = {}
    for name, make in makers.items():
        try:
            found[name] = make()
        except ImportError as missing:
            print(f"without {name}: {missing}")
    return found


# -------------------------------------------------------------------------------------- (a) the SVM


def svm(small: bool) -> bool:
    """Multiclass SVM loss with regularisation, one value and gradient, float64."""
    count, size, classes = (500, 100, 10) if small else (10_000, 3_073, 10)
    random = np.random.default_rng(1)
    w = 0.01 * random.standard_normal((classes, size))
    x = random.standard_normal((count, size))
    y = random.integers(0, classes, count)
    rows = np.arange(count)

    def by_numpy() -> Peer:
        def call() -> Result:
            s = x @ w.T
            margins = s - s[rows, y][:, None] + 1
            margins[rows, y] = 0
            np.maximum(margins, 0, out=margins)
            slope = (margins > 0) / count
            slope[rows, y] = -slope.sum(1)
            loss = margins.sum() / count + 0.1 * float((w * w).sum())
            return loss, {"W": slope.T @ x + 0.2 * w}

        return call

    def by_torch() -> Peer:
        import torch
        import torch.nn.functional as F

        torch.set_num_threads(1)
        weights = torch.tensor(w, requires_grad=True)
        pictures, labels = torch.tensor(x), torch.tensor(y)

        def call() -> Result:
            s = F.linear(pictures, weights)
            loss = classes * F.multi_margin_loss(s, labels) + 0.1 * weights.square().sum()
            (gradient,) = torch.autograd.grad(loss, weights)
            return loss.item(), {"W": gradient.numpy()}

        return call

    def by_jax() -> Peer:
        import jax
        import jax.numpy as jnp

        places = jnp.arange(count)

        def loss(weights, pictures, labels):  # type: ignore[no-untyped-def]
            s = pictures @ weights.T
            margins = jnp.maximum(0, s - s[places, labels][:, None] + 1)
            margins = margins.at[places, labels].set(0)
            return margins.sum() / count + 0.1 * (weights**2).sum()

        compiled = jax.jit(jax.value_and_grad(loss))
        given = [jnp.asarray(w), jnp.asarray(x), jnp.asarray(y)]

        def call() -> Result:
            value, gradient = compiled(*given)
            return float(value), {"W": np.asarray(gradient)}

        return call

    def by_autograd() -> Peer:
        import autograd.numpy as anp
        from autograd import value_and_grad

        wrong = np.ones((count, classes))
        wrong[rows, y] = 0

        def loss(weights):  # type: ignore[no-untyped-def]
            s = anp.dot(x, weights.T)
            margins = anp.maximum(0, s - s[rows, y][:, None] + 1) * wrong
            return anp.sum(margins) / count + 0.1 * anp.sum(weights**2)

        both = value_and_grad(loss)

        def call() -> Result:
            value, gradient = both(w)
            return float(value), {"W": gradient}

        return call

    peers = {
        OURS: evaluated(SVM, {"W": w}, {"X": x, "y": y}),
        **installed({"PyTorch": by_torch, "JAX": by_jax, "autograd": by_autograd}),
    }
    same({"NumPy by hand": by_numpy()(), **{name: call() for name, call in peers.items()}}, 1e-9)
    title = f"Multiclass SVM loss and gradient, N={count:,}, D={size:,}, C={classes}, float64"
    times = interleaved_calls(peers, 3 if small else ROUNDS)
    return show(title, times, (Goal(("PyTorch", "JAX", "autograd"), 1.1),), small)


# -------------------------------------------------------------------------- (b) logistic regression


def logistic(small: bool) -> bool:
    """A hundred steps of gradient descent over all data, float64, the way `backprop train` does
    them.
    """
    count, size, steps, rate = (1_000, 20, 10, 0.5) if small else (100_000, 20, 100, 0.5)
    random = np.random.default_rng(2)
    x = random.standard_normal((count, size))
    y = (x @ random.standard_normal(size) + random.logistic(size=count) > 0).astype(np.int64)
    given = {"w": np.zeros(size), "b": np.zeros(())}

    def by_us() -> Peer:
        return descended(LOGISTIC, given, {"X": x, "y": y}, rate, steps)

    def by_numpy() -> Peer:
        target = y.astype(float)

        def call() -> Result:
            w, b = np.zeros(size), 0.0
            loss = 0.0
            for _ in range(steps):
                z = x @ w + b
                loss = float(np.mean(np.logaddexp(0, z) - target * z))
                slope = (1 / (1 + np.exp(-z)) - target) / count
                w -= rate * (slope @ x)
                b -= rate * slope.sum()
            return loss, {"w": w, "b": np.array(b)}

        return call

    def by_numpy_lean() -> Peer:
        """With one exponential and no array made twice: what a careful person writes."""
        target = y.astype(float)
        z, share, logs = np.empty(count), np.empty(count), np.empty(count)

        def call() -> Result:
            w, b = np.zeros(size), 0.0
            loss = 0.0
            for _ in range(steps):
                np.dot(x, w, out=z)
                np.add(z, b, out=z)
                np.exp(-np.abs(z, out=share), out=share)  # e^-|z|
                np.log1p(share, out=logs)
                loss = float((logs.sum() + np.maximum(z, 0).sum() - target @ z) / count)
                sigmoid = np.where(z >= 0, 1, share) / (1 + share)
                sigmoid -= target
                w -= rate / count * (sigmoid @ x)
                b -= rate / count * sigmoid.sum()
            return loss, {"w": w, "b": np.array(b)}

        return call

    def by_torch() -> Peer:
        import torch
        import torch.nn.functional as F

        torch.set_num_threads(1)
        points, target = torch.tensor(x), torch.tensor(y, dtype=torch.float64)

        def call() -> Result:
            w = torch.zeros(size, dtype=torch.float64, requires_grad=True)
            b = torch.zeros((), dtype=torch.float64, requires_grad=True)
            descent = torch.optim.SGD([w, b], lr=rate)
            loss = torch.zeros(())
            for _ in range(steps):
                descent.zero_grad()
                loss = F.binary_cross_entropy_with_logits(points @ w + b, target)
                loss.backward()
                descent.step()
            return loss.item(), {"w": w.detach().numpy(), "b": b.detach().numpy()}

        return call

    peers = {
        OURS: by_us(),
        "NumPy by hand": by_numpy(),
        "NumPy, lean": by_numpy_lean(),
        **installed({"PyTorch": by_torch}),
    }
    same({name: call() for name, call in peers.items()}, 1e-9)
    title = f"Logistic regression, {count:,} × {size}, {steps} full-batch steps, float64"
    times = interleaved_calls(peers, 3 if small else ROUNDS)
    goals = (Goal(("NumPy by hand",), 1.0), Goal(("PyTorch",), 0.6, stretch=True))
    return show(title, times, goals, small)


# -------------------------------------------------------------------------------------- (c) AlexNet


def alexnet_values(pictures: int) -> tuple[Arrays, Arrays]:
    """Random parameters and pictures of AlexNet, float32; made small, so that nothing overflows."""
    from learning import RANDOM

    sample = RANDOM["alexnet"]
    random = np.random.default_rng(1)
    parameters = {
        name: random.standard_normal(shape, np.float32) * np.float32(sample.spread)
        for name, shape in sample.parameters.items()
    }
    x = random.standard_normal((pictures, *sample.data["X"][1:]), np.float32)
    return parameters, {"X": x, "y": random.integers(0, 1000, pictures)}


def alexnet_peer(name: str, parameters: Arrays, data: Arrays) -> Peer:
    if name == OURS:
        text = (ROOT / "samples" / "learning" / "alexnet.txt").read_text(encoding="utf-8")
        return evaluated(text, parameters, data)
    import torch
    from peers.torch_losses import alexnet as loss_of

    torch.set_num_threads(1)
    leaves = {key: torch.from_numpy(value).requires_grad_() for key, value in parameters.items()}
    given = {**leaves, **{key: torch.from_numpy(value) for key, value in data.items()}}

    def call() -> Result:
        loss = loss_of(given)
        found = torch.autograd.grad(loss, list(leaves.values()))
        return loss.item(), {key: g.numpy() for key, g in zip(leaves, found, strict=True)}

    return call


def peak_megabytes() -> float:
    """The most memory that this process has had. What the system's call says begins with that of
    the process that started this one, so Linux is asked elsewhere.
    """
    status = Path("/proc/self/status")
    if status.exists():
        (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / (1 << 10)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 10)


def alexnet_memory(name: str, pictures: int) -> None:
    """In a process of its own: print the peak of one forward and backward pass as JSON."""
    parameters, data = alexnet_values(pictures)
    if name == "PyTorch":
        import torch  # noqa: F401
    before = peak_megabytes()
    call = alexnet_peer(name, parameters, data)
    start = time.perf_counter()
    call()
    seconds = time.perf_counter() - start
    print(json.dumps({"before": before, "peak": peak_megabytes(), "first": seconds}))


def alexnet(small: bool) -> bool:
    """One forward and backward pass, float32; time in turn, memory each in its own process."""
    pictures = 1 if small else 4
    parameters, data = alexnet_values(pictures)
    peers = installed(
        {
            name: lambda name=name: alexnet_peer(name, parameters, data)  # type: ignore[misc]
            for name in (OURS, "PyTorch")
        }
    )
    same({name: call() for name, call in peers.items()}, 2e-3)  # single precision
    times = interleaved_calls(peers, 2 if small else 7)
    title = f"AlexNet forward and backward, {pictures} pictures, float32"
    met = show(title, times, (Goal(("PyTorch",), 3.0),), small)
    rows, peaks = [], {}
    for name in peers:
        command = [sys.executable, __file__, "alexnet-memory", name, str(pictures)]
        run = subprocess.run(command, check=True, stdout=subprocess.PIPE)
        found = json.loads(run.stdout)
        peaks[name] = found["peak"]
        cells = (found["before"], found["peak"], found["peak"] - found["before"])
        rows.append([name, *(f"{cell:,.0f}" for cell in cells), f"{found['first']:.2f}"])
    print("\nMemory in MiB: with parameters, at the peak, between them\n")
    print(table(["", "before", "peak", "more", "first pass s"], rows), "\n")
    fits = peaks[OURS] <= MOST_MEMORY
    print(f"goal {MOST_MEMORY:,} MiB: {peaks[OURS]:,.0f}, {'met' if fits else 'missed'}")
    return met and fits


PARTS = {"svm": svm, "logistic": logistic, "alexnet": alexnet}


def main(words: list[str]) -> int:
    """Run the parts that are asked for; the exit status says whether all goals are met."""
    if words[:1] == ["alexnet-memory"]:
        alexnet_memory(words[1], int(words[2]))
        return 0
    small = "--small" in words
    met = [PARTS[name](small) for name in [word for word in words if word in PARTS] or PARTS]
    return 0 if all(met) else 1


if __name__ == "__main__":
    if os.environ.items() >= ONE_THREAD.items():
        sys.exit(main(sys.argv[1:]))
    command = [sys.executable, *sys.argv]
    sys.exit(subprocess.run(command, env={**os.environ, **ONE_THREAD}, check=False).returncode)
