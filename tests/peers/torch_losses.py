"""The losses of samples/learning once more, by hand in PyTorch, which differentiates them itself.

Written from the same textbooks and papers, not from the samples: with `torch.nn.functional` where
it has the layer, on whole arrays. Each function takes tensors by the names of the sample's
parameters and data and returns the loss.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

Named = Mapping[str, Tensor]


def scores(a: Named) -> Tensor:
    s = a["W"] @ a["x"] + a["b"]
    return F.multi_margin_loss(s, a["y"]) * len(s)  # PyTorch divides by the number of classes


def svm(a: Named) -> Tensor:
    s = F.linear(a["X"], a["W"], a["b"])
    return F.multi_margin_loss(s, a["y"]) * s.shape[1] + 0.001 * a["W"].square().sum()


def softmax(a: Named) -> Tensor:
    s = F.linear(a["X"], a["W"], a["b"])
    return F.cross_entropy(s, a["y"]) + 0.0001 * a["W"].square().sum()


def two_layer(a: Named) -> Tensor:
    h = F.relu(F.linear(a["X"], a["W"], a["b"]))
    s = F.linear(h, a["V"], a["c"])
    weights = a["W"].square().sum() + a["V"].square().sum()
    return F.cross_entropy(s, a["y"]) + 0.0001 * weights


def logistic(a: Named) -> Tensor:
    z = a["X"] @ a["w"] + a["b"]
    eight = (a["y"] == 8).to(z.dtype)
    return F.binary_cross_entropy_with_logits(z, eight) + 0.0001 * a["w"] @ a["w"]


def challenger(a: Named) -> Tensor:
    z = a["a"] + a["b"] * (a["temperature"] - 70) / 10
    return F.binary_cross_entropy_with_logits(z, a["damage"].to(z.dtype), reduction="sum")


def perceptron(a: Named) -> Tensor:
    z = torch.stack([a["sepal"], a["petal"]], 1) @ torch.stack([a["u"], a["v"]]) + a["b"]
    return F.relu(-a["t"] * z).mean()


def rnn(a: Named) -> Tensor:
    """The recurrent layer by PyTorch's own cell, on letters as unit vectors."""
    h = torch.zeros(1, a["W"].shape[0], dtype=a["W"].dtype)
    letters = F.one_hot(a["x"], a["U"].shape[1]).to(h.dtype)
    states = []
    for letter in letters:
        h = torch.rnn_tanh_cell(letter[None], h, a["U"], a["W"], a["b"])
        states.append(h)
    return F.cross_entropy(F.linear(torch.cat(states), a["V"], a["c"]), a["y"])


def lenet(a: Named) -> Tensor:
    x = F.interpolate(a["X"].reshape(-1, 1, 8, 8), scale_factor=4, mode="nearest")
    x = F.avg_pool2d(torch.tanh(F.conv2d(x, a["K1"].reshape(6, 1, 5, 5), a["b1"].flatten())), 2)
    x = F.avg_pool2d(torch.tanh(F.conv2d(x, a["K3"], a["b3"].flatten())), 2)
    x = torch.tanh(F.conv2d(x, a["K5"], a["b5"])).flatten(1)
    x = torch.tanh(F.linear(x, a["W6"], a["b6"]))
    return F.cross_entropy(F.linear(x, a["W7"], a["b7"]), a["y"])


def alexnet(a: Named) -> Tensor:
    """In the layout of the usual one-card AlexNet: grouped convolutions over joined halves."""

    def normalised(x: Tensor) -> Tensor:
        halves = x.unflatten(1, (2, -1)).flatten(0, 1)
        done = F.local_response_norm(halves, 5, alpha=5 * 0.0001, beta=0.75, k=2)
        return done.unflatten(0, (-1, 2)).flatten(1, 2)

    bias = [a[f"b{k}"].flatten() for k in range(1, 6)]
    x = F.relu(F.conv2d(a["X"], a["K1"].flatten(0, 1), bias[0], stride=4))
    x = F.max_pool2d(normalised(x), 3, 2)
    x = F.relu(F.conv2d(x, a["K2"].flatten(0, 1), bias[1], padding=2, groups=2))
    x = F.max_pool2d(normalised(x), 3, 2)
    x = F.relu(F.conv2d(x, a["K3"].flatten(0, 1).flatten(1, 2), bias[2], padding=1))
    x = F.relu(F.conv2d(x, a["K4"].flatten(0, 1), bias[3], padding=1, groups=2))
    x = F.relu(F.conv2d(x, a["K5"].flatten(0, 1), bias[4], padding=1, groups=2))
    x = F.max_pool2d(x, 3, 2).flatten(1)
    x = F.relu(F.linear(x, a["W6"].flatten(1), a["b6"]))
    x = F.relu(F.linear(x, a["W7"], a["b7"]))
    return F.cross_entropy(F.linear(x, a["W8"], a["b8"]), a["y"])


def looked_at(
    memory: Tensor,
    before: Tensor,
    key: Tensor,
    strength: Tensor,
    gate: Tensor,
    shift: Tensor,
    power: Tensor,
) -> Tensor:
    """The weights of heads by content and place: section 3.3 of Graves et al. (2014).

    memory (…, R, K), before (…, R), key (…, K), shift (…, 3) with shares that add up to 1;
    strength, gate and power (…).
    """  # fmt: skip
    like = F.cosine_similarity(key.unsqueeze(-2), memory, dim=-1, eps=0)
    content = torch.softmax(strength.unsqueeze(-1) * like, -1)
    mixed = torch.lerp(before, content, gate.unsqueeze(-1))
    moved = sum(shift[..., k, None] * torch.roll(mixed, k - 1, -1) for k in range(3))
    return F.normalize(moved.pow(power.unsqueeze(-1)), p=1, dim=-1)


def ntm_head(a: Named) -> Tensor:
    w = looked_at(
        a["M"], a["before"], a["key"], F.softplus(a["strength"]), torch.sigmoid(a["gate"]),
        torch.softmax(a["shift"], 0), 1 + F.softplus(a["sharpness"]),
    )  # fmt: skip
    written = a["M"] * (1 - torch.outer(w, torch.sigmoid(a["erase"]))) + torch.outer(w, a["add"])
    wrong = F.mse_loss(w @ a["M"], a["wanted"], reduction="sum")
    return wrong + F.mse_loss(written, a["after"], reduction="sum")


def ntm(a: Named) -> Tensor:
    """One step of the machine after the other, for all sequences at once."""
    x, y = a["x"], a["y"]
    count, steps, _ = x.shape
    memory = a["M0"].expand(count, -1, -1)
    look = torch.softmax(a["w0"], -1).expand(count, -1, -1)
    seen = a["z0"].expand(count, -1)
    answers = []
    for t in range(steps):
        h = torch.tanh(F.linear(x[:, t], a["U"], a["b"]) + F.linear(seen, a["Q"]))
        look = looked_at(
            memory.unsqueeze(1),
            look,
            torch.tanh(torch.einsum("uki,ni->nuk", a["Wk"], h) + a["bk"]),
            F.softplus(F.linear(h, a["Wβ"], a["bβ"])),
            torch.sigmoid(F.linear(h, a["Wg"], a["bg"])),
            torch.softmax(torch.einsum("uoi,ni->nuo", a["Ws"], h) + a["bs"], -1),
            1 + F.softplus(F.linear(h, a["Wγ"], a["bγ"])),
        )
        place = look[:, 1].unsqueeze(2)
        erase = torch.sigmoid(F.linear(h, a["We"], a["be"])).unsqueeze(1)
        add = torch.tanh(F.linear(h, a["Wa"], a["ba"])).unsqueeze(1)
        memory = memory * (1 - place @ erase) + place @ add
        seen = (look[:, :1] @ memory).squeeze(1)
        if t >= steps - y.shape[1]:
            answers.append(F.linear(h, a["V"]) + F.linear(seen, a["P"], a["c"]))
    logits = torch.stack(answers, 1)
    return F.binary_cross_entropy_with_logits(logits, y.to(logits.dtype))


def line(a: Named) -> Tensor:
    return F.mse_loss(a["a"] + a["b"] * a["x"], a["y"], reduction="sum")


def exponential(a: Named) -> Tensor:
    return F.mse_loss(-a["a"] * torch.expm1(-a["b"] * a["x"]), a["y"], reduction="sum")


LOSSES: dict[str, Callable[[Named], Tensor]] = {
    "scores": scores,
    "svm": svm,
    "softmax": softmax,
    "two-layer": two_layer,
    "two-layer-matrix": two_layer,
    "logistic": logistic,
    "challenger": challenger,
    "perceptron": perceptron,
    "rnn": rnn,
    "lenet": lenet,
    "lenet-blocks": lenet,
    "alexnet": alexnet,
    "ntm-head": ntm_head,
    "ntm": ntm,
    "line": line,
    "exponential": exponential,
}


def loss_and_gradients(
    sample: str, parameters: Mapping[str, np.ndarray], data: Mapping[str, np.ndarray]
) -> tuple[float, dict[str, np.ndarray]]:
    """The loss of a sample and its gradient with respect to each parameter."""
    leaves = {name: torch.tensor(value, requires_grad=True) for name, value in parameters.items()}
    loss = LOSSES[sample]({**leaves, **{name: torch.as_tensor(v) for name, v in data.items()}})
    found = torch.autograd.grad(loss, list(leaves.values()))
    return loss.item(), {name: g.numpy() for name, g in zip(leaves, found, strict=True)}
