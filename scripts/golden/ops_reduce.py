"""Samples of reductions and softmax."""

import torch

from ops_samples import T, inf, nan, pattern, pool

CUBE = pool("cube", T([[[(7 * (12 * i + 4 * j + k) % 29 - 14.3) / 8 for k in range(4)] for j in range(3)] for i in range(2)]))
CUBE32 = pool("cube.32", CUBE.float())
TURNED = pool("cube.t", CUBE.permute(2, 0, 1).contiguous().permute(1, 2, 0))
STEP = pool("cube.step", T([[(7 * (9 * i + j) % 37 - 18.1) / 9 for j in range(9)] for i in range(4)])[1:, 1::2])
TIES = pool("ties", T([[1.0, 3.0, 3.0, -2.0], [0.0, -0.0, 0.0, -1.0], [5.0, 5.0, 5.0, 5.0]]))
HARD = pool("hard", T([[1.0, nan, 2.0], [inf, 1.0, -inf], [inf, inf, 3.0], [-inf, -inf, -inf], [nan, inf, nan]]))
INTS = {c: pool(f"mat.{c}", T([[3, 0, 7], [1, 7, 2]], c)) for c in ("i32", "i64", "u8")}
INTS["b"] = pool("mat.b", T([[True, False, True], [True, True, True]], "b"))
LONG = {
    "f32": pool("long.f32", pattern("f32", 3, 5000)),
    "f64": pool("long.f64", pattern("f64", 3, 5000)),
    "tall": pool("long.t", pattern("f32", 1201, 5)),
    "i64": pool("long.i64", pattern("i64", 2, 700)),
}
ALL_DIMS = ({}, {"dim": 0}, {"dim": 1}, {"dim": -1}, {"dim": [0, 2]}, {"dim": [0, 1, 2], "keepdim": True},
            {"dim": -2, "keepdim": True})


def folds(table, op, fn, ints=("i32", "i64", "u8", "b"), whole=True, hard=True, long=True, empty=True, **more):
    """`fn(x, dim=None, keepdim=False)`"""
    dims = [d for d in ALL_DIMS if whole or isinstance(d.get("dim"), int)]
    if whole == "only":
        dims = [{}]
    one = {} if whole else {"dim": -1}
    rows = {} if whole == "only" else {"dim": 1}
    for d in dims:
        table.add(op, fn, CUBE, **d, **more)
        if d.get("dim") != [0, 1, 2]:
            table.add(op, fn, TURNED, **d, **more)
    table.add(op, fn, CUBE32, **one, **more)
    table.add(op, fn, CUBE32, **(rows | {"dim": 0} if rows else {}), **more)
    table.add(op, fn, STEP, **rows, **more)
    table.add(op, fn, STEP, **(rows and {"dim": 0, "keepdim": True}), **more)
    table.add(op, fn, TIES, smooth=False, **rows, **more)
    table.add(op, fn, T(-1.3), **one, **more)
    table.add(op, fn, T([2.5]), **one, **more)
    if hard:
        table.add(op, fn, HARD, grad=False, **rows, **more)
    if long:
        for x in (LONG["f32"], LONG["f64"]):
            table.add(op, fn, x, grad=False, **rows, **more)
        table.add(op, fn, LONG["tall"], **(rows and {"dim": 0}), **more)
        if "i64" in ints:
            table.add(op, fn, LONG["i64"], **rows, **more)
    if empty:
        table.add(op, fn, T([]).view(0, 3), **rows, **more)
        table.add(op, fn, T([]).view(2, 0), **rows, **more)
    for code in ints:
        table.add(op, fn, INTS[code], **one, **more)
        table.add(op, fn, INTS[code], **(rows and {"dim": 0}), **more)


def plain(fn):
    """`fn` with `dim` left out if it is."""
    return lambda x, dim=None, keepdim=False, **more: fn(x, **more) if dim is None else fn(x, dim, keepdim, **more)


def reduce(table):
    t = torch
    folds(table, "sum", plain(t.sum))
    folds(table, "mean", plain(t.mean))
    folds(table, "prod", lambda x, dim=None, keepdim=False: prod(x, dim, keepdim), long=False)
    table.add("prod", plain(t.prod), T([[2.0, 0.0, 3.0], [0.0, 0.0, 5.0], [1.5, 2.5, -2.0]]), dim=1)
    table.add("prod", plain(t.prod), T([2.0, 0.0, 3.0]))
    table.add("prod", plain(t.prod), T([3] * 41, "i64"))
    folds(table, "amax", lambda x, dim=(), keepdim=False: t.amax(x, dim, keepdim))
    folds(table, "amin", lambda x, dim=(), keepdim=False: t.amin(x, dim, keepdim))
    folds(table, "maxAll", lambda x: t.max(x), whole="only")
    folds(table, "minAll", lambda x: t.min(x), whole="only")
    for name in ("max", "min"):
        fn = lambda x, dim, keepdim=False, name=name: tuple(getattr(t, name)(x, dim, keepdim))
        folds(table, name, fn, whole=False)
    for name in ("argmax", "argmin"):
        fn = lambda x, dim=None, keepdim=False, name=name: getattr(t, name)(x, dim, keepdim)
        for x in (CUBE, CUBE32, TURNED, STEP, TIES, HARD, *LONG.values(), T(3.5), *INTS.values()):
            table.add(name, fn, x)
            if x.ndim > 0:
                table.add(name, fn, x, dim=0)
                table.add(name, fn, x, dim=-1, keepdim=True)
        table.add(name, fn, T([]).view(0, 3), dim=1)
        table.add(name, fn, T([]).view(2, 0), dim=1)
        table.add(name, fn, T([]).view(2, 0))
    folds(table, "all", plain(t.all))
    folds(table, "any", plain(t.any))
    spread = lambda fn: lambda x, dim=None, keepdim=False, correction=1: fn(x, dim=dim, keepdim=keepdim, correction=correction)
    for op, fn in (("var", spread(t.var)), ("std", spread(t.std))):
        folds(table, op, fn, ints=("i64",))
        table.add(op, fn, CUBE, dim=1, correction=0)
        table.add(op, fn, CUBE, correction=2.5)
        table.add(op, fn, CUBE, grad=False, dim=0, correction=3)
        table.add(op, fn, T([1e8 + 1, 1e8 + 2, 1e8 + 4]), smooth=False)
        table.add(op, fn, T([4096.25, 4097.5, 4098.0], "f32"))
    lse = lambda x, dim=None, keepdim=False: t.logsumexp(x, list(range(x.ndim)) if dim is None else dim, keepdim)
    folds(table, "logsumexp", lse, ints=("i64",))
    table.add("logsumexp", lse, T([[1000.0, 1001.0], [-1000.0, -1003.0]]), dim=1)
    norm = lambda x, p=2, dim=None, keepdim=False: t.linalg.vector_norm(x, float(p), dim, keepdim)
    folds(table, "linalgVectorNorm", norm, ints=("i64",))
    zeros = T([[0.0, 0.0, 0.0], [3.0, 0.0, -4.0], [2.0, -2.0, 1.0]])
    for p in (1, 2, 3, 0, 0.5, -1, "inf", "-inf"):
        table.add("linalgVectorNorm", norm, CUBE, p=p, dim=1)
        table.add("linalgVectorNorm", norm, zeros, smooth=False, p=p, dim=1, keepdim=True)
        table.add("linalgVectorNorm", norm, CUBE32, p=p)
    table.add("linalgVectorNorm", norm, T([nan, 1.0, inf]), p=1)
    for op, fn in (("softmax", t.softmax), ("logSoftmax", t.log_softmax)):
        for x in (CUBE, TURNED, CUBE32, STEP):
            for dim in range(x.ndim):
                table.add(op, fn, x, dim=dim)
        table.add(op, fn, STEP, dim=-2)
        table.add(op, fn, HARD, dim=1)
        table.add(op, fn, T([[1000.0, 1001.0, 999.5], [-1000.0, -1003.0, 0.0]]), dim=1)
        table.add(op, fn, T([[1000.0, 1001.0, 999.5], [-1000.0, -1003.0, 0.0]], "f32"), dim=1)
        table.add(op, fn, T(1.5), dim=0)
        table.add(op, fn, T([]).view(0, 3), dim=1)
        table.add(op, fn, T([]).view(2, 0), dim=1)
        table.add(op, fn, INTS["i64"], dim=1)


def prod(x, dim, keepdim):
    if dim is None:
        return torch.prod(x)
    for d in sorted([dim] if isinstance(dim, int) else dim, key=lambda d: d % max(x.ndim, 1), reverse=True):
        x = torch.prod(x, d, keepdim)
    return x
