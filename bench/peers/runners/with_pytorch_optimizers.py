"""Steps of the optimizers of torch.optim, as bench/optimizers.ts has them."""

import re

import torch

import data
from with_pytorch import start  # noqa: F401, what serve.py asks for


def snake(name):
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def vectors(shapes, seed):
    """Tensors of these shapes, all of which begin with the same numbers."""
    return [
        torch.from_numpy(data.uniform(torch.Size(shape).numel(), seed)).view(shape)
        for shape in shapes
    ]


class Steps:
    how = "step"

    def __init__(self, name, shapes, options):
        self.params = [p.requires_grad_() for p in vectors(shapes, 1)]
        gradients = vectors(shapes, 2)
        self.gradients = [gradients, [-g for g in gradients]]
        self.turn = 0
        options = {snake(key): value for key, value in options.items()}
        self.optimizer = getattr(torch.optim, name)(self.params, **options)
        self.loss = torch.tensor(1.0)
        self.closure = self.bowl if name == "LBFGS" else None

    def assign(self):
        self.turn = 1 - self.turn
        for p, g in zip(self.params, self.gradients[self.turn]):
            p.grad = g

    def bowl(self):
        self.assign()
        with torch.no_grad():
            for p in self.params:
                p.grad = p.grad.add(p, alpha=0.5)
        return self.loss

    def run(self, times):
        for _ in range(times):
            if self.closure is None:
                self.assign()
            self.optimizer.step(self.closure)

    def answer(self):
        return self.params[0].flatten()[1].item()


def prepare(work, mode):
    return Steps(work["name"], work["shapes"], work["options"])
