"""Samples of decompositions and triangular systems."""

import torch

from ops_reduce import CUBE
from ops_samples import T, nan

SMALL = T([[2.0, -1.0], [0.5, 1.5]])
SQUARE = T([[1.5, -2.0, 0.5], [2.5, 1.0, -1.5], [0.25, 3.0, 2.0]])
TALL = T([[1.0, 2.0], [-0.5, 1.5], [2.0, -1.0], [0.25, 0.75]])
LARGE = torch.arange(49.0, dtype=torch.float64).mul(37).remainder(101).sub(50).div(16).view(7, 7)
EMPTY = T([]).view(0, 0)


def steady(vectors):
    """Eigenvectors with the first element that is at least half as large as the largest made positive."""
    size = vectors.detach().abs()
    first = (size >= size.amax(0) / 2).int().argmax(0)
    return vectors * vectors.detach().gather(0, first[None]).sign()


def eigh(x, lower=False):
    values, vectors = torch.linalg.eigh(x if lower else x + x.mT)
    return values, steady(vectors) if vectors.numel() else vectors


def qr(x):
    q, r = torch.linalg.qr(x)
    sign = r.detach().diagonal().sign()
    return q * sign, r * sign[:, None]


def solve(a, b, upper, left=True, unitriangular=False):
    return torch.linalg.solve_triangular(a, b, upper=upper, left=left, unitriangular=unitriangular)


def linalg(table):
    for x in (SMALL, SQUARE, SQUARE.t(), T([[2.5]]), SQUARE.float()):
        table.add("linalgEigh", eigh, x)
    table.add("linalgEigh", eigh, LARGE, smooth=False)
    table.add("linalgEigh", eigh, SQUARE.tril() + T([[0.0, nan, nan], [0.0, 0.0, nan], [0.0, 0.0, 0.0]]), grad=False, lower=True)
    table.add("linalgEigh", eigh, EMPTY, lower=True)
    for x in (TALL[:3], CUBE[:, :, 0], T([1.0, 2.0]), T(1.5), T([[1, 2], [2, 1]], "i64")):
        table.add("linalgEigh", eigh, x, lower=True)
    for x in (SMALL, SQUARE, TALL, TALL.t(), TALL[:, :1], SQUARE.t(), TALL.float(), SQUARE[:2].float()):
        table.add("linalgQr", qr, x)
    table.add("linalgQr", qr, LARGE, smooth=False)
    for x in (T([1.0, 2.0]), T(1.5), T([[1, 2], [2, 1]], "i64")):
        table.add("linalgQr", qr, x)
    right = T([[1.0, -2.0], [0.5, 3.0], [-1.5, 0.25]])
    for upper in (True, False):
        table.add("linalgSolveTriangular", solve, SQUARE, right, upper=upper)
        table.add("linalgSolveTriangular", solve, SQUARE.t(), right.t().contiguous().t(), upper=upper)
        table.add("linalgSolveTriangular", solve, SQUARE, right.t(), upper=upper, left=False)
        table.add("linalgSolveTriangular", solve, SQUARE, right, upper=upper, unitriangular=True)
        table.add("linalgSolveTriangular", solve, SMALL, T([[1.0], [2.0]]), upper=upper)
        table.add("linalgSolveTriangular", solve, SQUARE.float(), right.float(), upper=upper)
        table.add("linalgSolveTriangular", solve, LARGE, LARGE[:, :2], smooth=False, upper=upper)
    table.add("linalgSolveTriangular", solve, EMPTY, T([]).view(0, 2), upper=True)
    for a, b in ((SQUARE, right[:2]), (TALL, TALL), (right, right.t()), (SQUARE, T([1.0, 2.0, 3.0])), (SQUARE.long(), right.long())):
        table.add("linalgSolveTriangular", solve, a, b, upper=True)
