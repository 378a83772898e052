import torch
from torch.nn import functional as F

import data

# Whether programs go through torch.compile.
compiled = False


def start(threads):
    torch.set_num_threads(threads)
    return {"version": torch.__version__, "threads": str(threads)}


def maybe_compiled(function):
    return torch.compile(function) if compiled else function


class Operation:
    def __init__(self, op):
        self.how = "torch.compile" if compiled else "eager"
        self.op = maybe_compiled(op)
        self.result = None

    def run(self, times):
        op = self.op
        with torch.inference_mode():
            for _ in range(times):
                self.result = op()

    def answer(self):
        return self.result.flatten()[data.ANSWER_AT].item()


class Descent:
    """Steps of an optimizer down a loss."""

    def __init__(self, loss_of, optimizer):
        self.how = "torch.compile" if compiled else "eager"
        self.loss_of = maybe_compiled(loss_of)
        self.optimizer = optimizer
        self.update = maybe_compiled(lambda: optimizer.step())
        self.loss = None

    def run(self, times):
        for _ in range(times):
            self.optimizer.zero_grad()
            loss = self.loss_of()
            loss.backward()
            self.update()
        self.loss = loss.detach()

    def answer(self):
        return self.loss.item()


class Adam:
    """Steps of Adam with known gradients."""

    def __init__(self, work):
        self.how = "torch.compile" if compiled else "eager"
        self.parameter = vector(work["size"], 1).requires_grad_()
        self.parameter.grad = vector(work["size"], 2)
        optimizer = torch.optim.Adam([self.parameter], lr=work["lr"])
        self.update = maybe_compiled(lambda: optimizer.step())

    def run(self, times):
        for _ in range(times):
            self.update()

    def answer(self):
        return self.parameter[data.ANSWER_AT].item()


def prepare(work, mode):
    return PROGRAMS[work["kind"]](work)


def add(work):
    x, y = vector(work["size"], 1), vector(work["size"], 2)
    return Operation(lambda: x + y)


def exp(work):
    x = vector(work["size"], 1)
    return Operation(lambda: x.exp())


def matmul(work):
    size = work["size"]
    x, y = matrix(size, size, 1), matrix(size, size, 2)
    return Operation(lambda: x @ y)


def softmax(work):
    x = matrix(*work["shape"], 1)
    return Operation(lambda: x.softmax(-1))


def layer_norm(work):
    rows, width = work["shape"]
    x = matrix(rows, width, 1)
    weight, bias = vector(width, 2), vector(width, 3)
    return Operation(lambda: F.layer_norm(x, (width,), weight, bias))


def flower(work):
    x, y = (torch.tensor(20.0, requires_grad=True) for _ in range(2))

    def loss_of():
        return torch.sqrt(x * x + y * y) + torch.sin(4 * torch.atan2(y, x))

    optimizer = torch.optim.AdamW(
        [x, y], lr=work["lr"], weight_decay=work["weightDecay"]
    )
    return Descent(loss_of, optimizer)


def train(work):
    modules = []
    for weight, bias in data.layers(work):
        linear = torch.nn.Linear(weight.shape[1], weight.shape[0])
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(weight))
            linear.bias.copy_(torch.from_numpy(bias))
        modules += [torch.nn.ReLU(), linear]
    model = torch.nn.Sequential(*modules[1:])
    x = torch.from_numpy(data.inputs(work))
    target = torch.from_numpy(data.targets(work))

    def loss_of():
        if work["loss"] == "squares":
            return F.mse_loss(model(x), target, reduction="sum")
        return F.cross_entropy(model(x), target)

    return Descent(loss_of, torch.optim.Adam(model.parameters(), lr=work["lr"]))


def vector(size, seed):
    return torch.from_numpy(data.uniform(size, seed))


def matrix(rows, columns, seed):
    return torch.from_numpy(data.matrix(rows, columns, seed))


PROGRAMS = {
    "add": add,
    "exp": exp,
    "matmul": matmul,
    "softmax": softmax,
    "layerNorm": layer_norm,
    "flower": flower,
    "train": train,
    "adam": Adam,
}
