"""The numbers that the examples must print, from PyTorch. Writes examples/testdata/examples.json."""

import json
import pathlib

import torch
import torch.nn.functional as F


def problem():
    torch.manual_seed(1)
    x = torch.randn(100, 3)
    y = x[:, 0, None] * 0.2 - x[:, 1, None] * 1.3 - x[:, 2, None] * 0.5 + torch.randn(100, 1)
    return x, y


def network_by_hand():
    x, y = problem()
    w1 = torch.randn(3, 32, requires_grad=True)
    w2 = torch.randn(32, 1, requires_grad=True)
    b1 = torch.zeros(1, 32, requires_grad=True)
    b2 = torch.zeros(1, 1, requires_grad=True)
    losses = []
    for t in range(1, 201):
        loss = (x.mm(w1).add(b1).clamp(min=0).mm(w2).add(b2) - y).pow(2).sum()
        if t % 10 == 0:
            losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            for w in (w1, w2, b1, b2):
                w -= 1e-4 * w.grad
                w.grad.zero_()
    return losses


def network():
    x, y = problem()
    model = torch.nn.Sequential(torch.nn.Linear(3, 32), torch.nn.ReLU(), torch.nn.Linear(32, 1))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.08)
    losses = []
    for t in range(1, 201):
        loss = F.mse_loss(model(x), y, reduction="sum")
        if t % 10 == 0:
            losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return losses


def losses():
    torch.manual_seed(1)
    prediction, target = torch.randn(4, 3), torch.randn(4, 3)
    classes = torch.tensor([0, 2, 1, 2])
    probability, truth = torch.rand(4), torch.tensor([0.0, 1, 1, 0])
    log_probability, distribution = prediction.log_softmax(1), target.softmax(1)
    return {
        "mse": F.mse_loss(prediction, target).item(),
        "bce": F.binary_cross_entropy(probability, truth).item(),
        "nll": F.nll_loss(log_probability, classes).item(),
        "kl": F.kl_div(log_probability, distribution, reduction="sum").item(),
        "crossEntropy": F.cross_entropy(prediction, classes).item(),
    }


def flower(x, y):
    return (x.square() + y.square()).sqrt() + (4 * torch.atan2(y, x)).sin()


def flower_end(make, steps):
    p = [torch.tensor(20.0, requires_grad=True), torch.tensor(20.0, requires_grad=True)]
    optimizer = make(p)

    def closure():
        optimizer.zero_grad()
        loss = flower(*p)
        loss.backward()
        return loss

    for _ in range(steps):
        optimizer.step(closure)
    return [p[0].item(), p[1].item()]


def flower_ends():
    ends = {}
    for lr, steps in [(0.01, 200), (0.1, 200), (0.7, 200), (0.1, 300), (0.1, 700), (0.1, 900), (0.1, 1300)]:
        ends[f"adamw_{lr}_{steps}"] = flower_end(lambda p: torch.optim.AdamW(p, lr=lr), steps)
    for steps in (3, 10):
        ends[f"lbfgs_{steps}"] = flower_end(
            lambda p: torch.optim.LBFGS(p, line_search_fn="strong_wolfe"), steps)
    return ends


out = pathlib.Path(__file__).parents[2] / "examples" / "testdata" / "examples.json"
out.write_text(json.dumps({
    "torch": torch.__version__,
    "networkByHand": network_by_hand(),
    "network": network(),
    "losses": losses(),
    "flower": flower_ends(),
}, indent=1) + "\n")
