"""Writes packages/loss/testdata/loss.json: losses and their derivatives by PyTorch.

Run from the root of the repository:

    python scripts/golden/loss.py

A case names a function of @gradus/loss, its arguments and its options, and
gives the value, the gradients of the floating arguments and, where the loss is
smooth, a second derivative: that of `sum(gradient * direction)` with respect to
the input. The gradients are those of `sum(value * direction)`. The direction of
a tensor of n elements is 1/n, 2/n, ..., 1. All is float64. Tensors in arguments
and options are named, so that each is written once; derivatives are the elements
in row-major order.
"""

import json
import math
import pathlib
import warnings

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
warnings.simplefilter("ignore")
inf, nan = math.inf, math.nan
cases = []
tensors = []

PYTHON_NAMES = {
    "ignoreIndex": "ignore_index",
    "labelSmoothing": "label_smoothing",
    "posWeight": "pos_weight",
    "logTarget": "log_target",
    "logInput": "log_input",
}


def number(v):
    """JSON has no infinities and no NaN."""
    return v if isinstance(v, int) or math.isfinite(v) else str(v)


def elements(t):
    return [number(v) for v in t.flatten().tolist()]


def encode(t):
    if not isinstance(t, torch.Tensor):
        return t
    out = {"shape": list(t.shape), "dtype": str(t.dtype).removeprefix("torch."),
           "data": elements(t)}
    if out not in tensors:
        tensors.append(out)
    return f"tensor {tensors.index(out)}"


def direction(t):
    n = t.numel()
    return (torch.arange(n, dtype=t.dtype) + 1).div(n).reshape(t.shape)


def case(name, function, *args, smooth=False, constant=(), second=None, **options):
    """Adds a case. `second` is the loss in terms that PyTorch differentiates exactly."""
    inputs = [
        a.clone().requires_grad_() if isinstance(a, torch.Tensor)
        and a.is_floating_point() and i not in constant else a
        for i, a in enumerate(args)
    ]
    settings = {PYTHON_NAMES.get(k, k): v for k, v in options.items()}
    value = function(*inputs, **settings)
    wanted = [i for i, a in enumerate(inputs) if getattr(a, "requires_grad", False)]
    objective = (value * direction(value)).sum()
    grads = torch.autograd.grad(objective, [inputs[i] for i in wanted], retain_graph=True)
    entry = {
        "name": name,
        "args": [encode(a) for a in args],
        "options": {k: encode(v) for k, v in options.items()},
        "shape": list(value.shape),
        "value": elements(value),
        "grads": {str(i): elements(g) for i, g in zip(wanted, grads)},
    }
    if smooth:
        value = (second or function)(*inputs, **settings)
        objective = (value * direction(value)).sum()
        first, = torch.autograd.grad(objective, inputs[0], create_graph=True)
        again, = torch.autograd.grad((first * direction(first)).sum(), inputs[0])
        entry["second"] = elements(again)
    cases.append(entry)


T = torch.tensor


def floats(*values):
    return T(values, dtype=torch.float64)


reductions = ("none", "mean", "sum")

# Real numbers: kinks at 0 and at distances of 0.5, 1 and 2.
u = floats([0.0, 0.5, 1.0], [2.0, -3.0, -0.7])
v = floats([0.0, 0.0, 0.0], [0.0, 0.0, 1.3])
w = floats([0.5, 1.0, 2.0], [0.0, 3.0, 0.25])
for r in reductions:
    case("mseLoss", F.mse_loss, u, v, smooth=True, reduction=r)
    case("mseLoss", F.mse_loss, u, v, smooth=True, reduction=r, weight=w)
    case("l1Loss", F.l1_loss, u, v, reduction=r)
    case("l1Loss", F.l1_loss, u, v, reduction=r, weight=w)
    case("huberLoss", F.huber_loss, u, v, smooth=True, reduction=r)
    case("huberLoss", F.huber_loss, u, v, smooth=True, reduction=r, delta=2.0)
    case("huberLoss", F.huber_loss, u, v, smooth=True, reduction=r, delta=0.5, weight=w)
    case("smoothL1Loss", F.smooth_l1_loss, u, v, smooth=True, reduction=r)
    case("smoothL1Loss", F.smooth_l1_loss, u, v, smooth=True, reduction=r, beta=0.5)
    case("smoothL1Loss", F.smooth_l1_loss, u, v, reduction=r, beta=0.0)
    nothing = torch.zeros(0, 3)
    case("mseLoss", F.mse_loss, nothing, nothing, reduction=r)
    case("l1Loss", F.l1_loss, nothing, nothing, reduction=r)
    case("huberLoss", F.huber_loss, nothing, nothing, reduction=r)
    case("smoothL1Loss", F.smooth_l1_loss, nothing, nothing, reduction=r)
special = floats(inf, -inf, nan, 1e15)
for name, function in (("mseLoss", F.mse_loss), ("l1Loss", F.l1_loss),
                       ("huberLoss", F.huber_loss), ("smoothL1Loss", F.smooth_l1_loss)):
    case(name, function, special, floats(0, 1, 2, 3), reduction="none")
    case(name, function, T(2.5), T(-1.0))


# Probabilities of two classes.
def plain_bce(x, y, weight=None, reduction="mean"):
    loss = -(y * x.log() + (1 - y) * torch.log1p(-x))
    loss = loss if weight is None else loss * weight
    return {"none": loss, "mean": loss.mean(), "sum": loss.sum()}[reduction]


p = floats([0.1, 0.5, 0.9], [0.3, 0.9375, 0.015625])
q = floats([0.0, 1.0, 0.6], [0.25, 1.0, 0.0])
z = floats([-2.0, 0.0, 0.7], [1.5, -30.0, 12.0])
rows, column = floats([2.0], [0.5]), floats(1.0, 0.0, 3.0)
for r in reductions:
    case("binaryCrossEntropy", F.binary_cross_entropy, p, q, smooth=True, second=plain_bce, reduction=r)
    case("binaryCrossEntropy", F.binary_cross_entropy, p, q, smooth=True, second=plain_bce, reduction=r,
         weight=w)
    case("binaryCrossEntropy", F.binary_cross_entropy, p, q, smooth=True, second=plain_bce, reduction=r,
         weight=column)
    case("binaryCrossEntropy", F.binary_cross_entropy, floats(0, 1, 0, 1, 0.3), floats(1, 0, 0, 1, 0.6),
         reduction=r)
    name, function = "binaryCrossEntropyWithLogits", F.binary_cross_entropy_with_logits
    case(name, function, z, q, smooth=True, reduction=r)
    case(name, function, z, q, smooth=True, reduction=r, weight=rows)
    case(name, function, z, q, smooth=True, reduction=r, posWeight=column)
    case(name, function, z, q, smooth=True, reduction=r, weight=w, posWeight=T(3.0))
    case(name, function, floats(-100, 0, 100, 0.7, 100, -100), floats(1, 0.5, 0, 1, 1, 0), reduction=r)
    case(name, function, floats(-100, 0, 100, 0.7), floats(1, 0.5, 0, 1), reduction=r, posWeight=floats(3))
    case(name, function, torch.zeros(0), torch.zeros(0), reduction=r)
    case("binaryCrossEntropy", F.binary_cross_entropy, torch.zeros(0), torch.zeros(0), reduction=r)
# At other infinite logits PyTorch gives NaN, and Gradus the limits.
case(name, function, floats(inf, nan), floats(0, 1), reduction="none")

# Classes.
x = floats([1.0, 2.0, -1.0], [0.5, -0.3, 0.8])
t = T([2, 0])
classes = floats(0.5, 1.0, 2.0)
P = floats([0.2, 0.3, 0.5], [0.6, 0.1, 0.3])
deep = torch.arange(12.0).mul(0.7).sin().mul(3).reshape(2, 3, 2)
wide = T([[0, 1], [2, -1]])
grid = deep.reshape(1, 3, 2, 2)
ignored = T([-100, -100])
for r in reductions:
    for weight in ({}, {"weight": classes}):
        o = {"reduction": r, **weight}
        case("nllLoss", F.nll_loss, x.log_softmax(1), t, smooth=False, **o)
        case("nllLoss", F.nll_loss, deep, wide, ignoreIndex=-1, **o)
        case("nllLoss", F.nll_loss, x[0], T(1), **o)
        case("nllLoss", F.nll_loss, x, ignored, **o)
        case("nllLoss", F.nll_loss, torch.zeros(0, 3), T([], dtype=torch.int64), **o)
        case("crossEntropy", F.cross_entropy, x[0], T(1), smooth=True, **o)
        case("crossEntropy", F.cross_entropy, x[0], P[0], smooth=True, **o)
        for smoothing in (0.0, 0.1):
            if smoothing:
                o["labelSmoothing"] = smoothing
            case("crossEntropy", F.cross_entropy, x, t, smooth=True, **o)
            case("crossEntropy", F.cross_entropy, x, T([2, -100]), smooth=True, **o)
            case("crossEntropy", F.cross_entropy, x, T([2, 0]), ignoreIndex=0, **o)
            case("crossEntropy", F.cross_entropy, x, ignored, **o)
            case("crossEntropy", F.cross_entropy, x, P, smooth=True, **o)
            case("crossEntropy", F.cross_entropy, deep, wide, smooth=True, ignoreIndex=-1, **o)
            case("crossEntropy", F.cross_entropy, deep, deep.softmax(1).flip(0), **o)
            case("crossEntropy", F.cross_entropy, grid, wide.reshape(1, 2, 2), ignoreIndex=-1, **o)
case("crossEntropy", F.cross_entropy, floats([inf, 0, 1], [-inf, 0, 1000], [-1000, 0, 1000]), T([1, 1, 0]),
     reduction="none")
case("crossEntropy", F.cross_entropy, torch.zeros(0, 3), torch.zeros(0, 3))
case("crossEntropy", F.cross_entropy, x, t.to(torch.uint8))

# Distributions.
logs = P.log()
Q = floats([0.0, 0.5, 0.5], [0.2, 0.2, 0.6])
for r in (*reductions, "batchmean"):
    case("klDiv", F.kl_div, logs, Q, constant=(1,), reduction=r)
    case("klDiv", F.kl_div, logs, Q[1:], reduction=r)
    case("klDiv", F.kl_div, logs, x.log_softmax(1), reduction=r, logTarget=True)
case("klDiv", F.kl_div, T(-1.0), T(0.5), reduction="batchmean")
case("klDiv", F.kl_div, floats(-inf, 0, 1), floats(0, -1, nan), constant=(1,), reduction="none")
case("klDiv", F.kl_div, floats(-1, 0), floats(-inf, 0), constant=(1,), reduction="none", logTarget=True)

rates, counts = floats([0.5, 1.0], [2.0, 0.25]), floats([1.0, 3.0], [0.0, 2.5])
for r in reductions:
    for full in (False, True):
        case("poissonNllLoss", F.poisson_nll_loss, rates, counts, smooth=True, constant=(1,) if full else (),
             reduction=r, full=full)
        case("poissonNllLoss", F.poisson_nll_loss, rates, counts, smooth=True, constant=(1,),
             reduction=r, full=full, logInput=False)
case("poissonNllLoss", F.poisson_nll_loss, T([0.0]), T([1.0]), logInput=False, eps=0.5)

means = floats([1.0, 2.0, -0.5], [0.0, 3.0, 0.25])
measured = floats([0.0, 0.0, 1.0], [0.5, -1.0, 0.25])
variance = floats([1.0, 4.0, 0.3], [0.0, 1e-9, 2.0])
for r in reductions:
    for full in (False, True):
        o = {"reduction": r, "full": full}
        case("gaussianNllLoss", F.gaussian_nll_loss, means, measured, variance, smooth=True, eps=0.01, **o)
        case("gaussianNllLoss", F.gaussian_nll_loss, means, measured, variance[:, 0], **o)
        case("gaussianNllLoss", F.gaussian_nll_loss, means, measured, variance[:1], **o)
        case("gaussianNllLoss", F.gaussian_nll_loss, means, measured, 0.5, **o)
case("gaussianNllLoss", F.gaussian_nll_loss, means, measured, 0.0)

path = pathlib.Path("packages/loss/testdata/loss.json")
path.parent.mkdir(exist_ok=True)


def lines(entries):
    return ",\n".join(json.dumps(e, separators=(",", ":")) for e in entries)


version = torch.__version__.split("+")[0]
path.write_text(f'''{{"torch":"{version}","tensors":[
{lines(tensors)}
],"cases":[
{lines(cases)}
]}}
''')
