"""Writes packages/autograd/testdata/autograd.json: gradients through changes in place.

Run from the root of the repository:

    python scripts/golden/autograd.py

Each case computes a number from two vectors x and w of six elements. Stored are
its first derivatives with respect to both, and those of the sum of their squares,
so that second derivatives are compared, too. packages/autograd/record_test.ts has
the same cases in TypeScript.
"""

import json
import pathlib

import torch

torch.set_default_dtype(torch.float64)

CASES = {}


def case(f):
    CASES[f.__name__] = f
    return f


@case
def whole(x, w):
    b = x * w
    b.mul_(x)
    b.div_(w * w + 1)
    b.exp_()
    return (b * b).sum()


@case
def saved_results(x, w):
    b = (x * w).sigmoid_()
    c = (b * 2).tanh_()
    d = (c + 1).sqrt_()
    return (d * w).sum()


@case
def slice_of_product(x, w):
    b = x * 1
    b[1:3].mul_(w[1:3])
    return (b * b).sum()


@case
def several_slices(x, w):
    b = x * w
    b[0:2].mul_(3)
    b.add_(w)
    b[1:4].exp_()
    return (b * b * w).sum()


@case
def chain_of_views(x, w):
    b = x * 2
    b.view(2, 3)[1][0:2].mul_(w[0:2])
    return (b**3).sum()


@case
def transposed(x, w):
    b = x * 2
    v = b.view(2, 3).t()
    v[1].copy_(w[0:2] * w[4:6])
    return v.sin().sum() + (b * b).sum()


@case
def other_view(x, w):
    b = x * 2
    first, second = b[0:3], b[2:5]
    first.mul_(w[0:3])
    return (second * second).sum() + (b**3).sum()


@case
def assigned(x, w):
    b = x * 1
    b[2:4] = w[2:4] * x[0:2]
    b[0] = 5
    return (b * b).sum()


@case
def base_changed(x, w):
    b = x * 1
    v = b[1:4]
    b.mul_(w)
    return (v**3).sum() + v.sum()


@case
def view_of_buffer(x, w):
    b = torch.zeros(6)
    b[0:3] = x[0:3] * w[0:3]
    b[3:6] = b[0:3].clone().exp()
    return (b * b).sum()


@case
def recurrence(x, w):
    b = x * 1
    for i in range(1, 6):
        b[i] = b[i].clone() * b[i - 1].clone().sin() + w[i]
    return (b * b).sum()


@case
def strided(x, w):
    b = x * 1
    b.as_strided((2, 2), (3, 1), 1).mul_(w[0:4].view(2, 2))
    return (b * b).sum()


@case
def strided_over_transposed(x, w):
    # The memory is in column order, which gradients need not be.
    b = x.view(2, 3).t() * 1
    v = b.as_strided((2, 2), (3, 1), 1)
    v.mul_(w[0:4].view(2, 2))
    return (b * b * w.view(3, 2)).sum() + v.sin().sum()


@case
def expanded(x, w):
    b = x.view(1, 6) * 1
    b.expand(3, 6)[0].mul_(w)
    return (b * b).sum()


@case
def diagonal(x, w):
    b = x[0:4].view(2, 2) * 1
    b.diagonal().mul_(w[0:2])
    return (b @ b).sum()


@case
def permuted(x, w):
    b = (x * w).view(1, 2, 3)
    c = b * 1
    c.permute(2, 0, 1).unsqueeze(1).squeeze(2)[1].mul_(w[0:2])
    return (c**3).sum()


@case
def masked(x, w):
    b = x * w
    b[1:5].masked_fill_(torch.tensor([True, False, False, True]), 0.5)
    return (b * b * b).sum()


@case
def indexed(x, w):
    b = x * 1
    b[1:5].index_put_((torch.tensor([3, 0]),), w[0:2] * x[0:2])
    return (b * b * w).sum()


@case
def power(x, w):
    b = x.abs() + 1
    b[3:6].pow_(2)
    b[0:3].pow_(w[0:3])
    return b.sum()


@case
def weighted(x, w):
    b = x * 1
    b[0:3].lerp_(w[0:3], 0.25)
    b[3:6].addcmul_(x[0:3], w[3:6], value=2)
    return (b * b).sum()


golden = {"torch": torch.__version__.split("+")[0]}
golden["x"] = [0.5, -1.25, 0.75, 1.5, -0.5, 0.25]
golden["w"] = [1.5, 0.5, -0.75, 1.25, 2.0, -0.5]
golden["cases"] = {}
for name, f in CASES.items():
    x = torch.tensor(golden["x"], requires_grad=True)
    w = torch.tensor(golden["w"], requires_grad=True)
    value = f(x, w)
    first = torch.autograd.grad(value, [x, w], create_graph=True, materialize_grads=True)
    squares = sum((g * g).sum() for g in first)
    second = torch.autograd.grad(squares, [x, w], materialize_grads=True)
    golden["cases"][name] = {
        "value": value.item(),
        "first": [g.tolist() for g in first],
        "second": [g.tolist() for g in second],
    }

path = pathlib.Path("packages/autograd/testdata/autograd.json")
path.parent.mkdir(exist_ok=True)
path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
