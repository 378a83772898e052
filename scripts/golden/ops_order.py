"""Samples of what rearranges, sorts and accumulates elements, and of functions made of other operations."""

import torch

from ops_reduce import CUBE, CUBE32, HARD, INTS, LONG, STEP, TIES, TURNED
from ops_samples import T, inf, nan, pool

EMPTY = T([]).view(2, 0, 3)
ZEROS = pool("zeros", T([[2.0, 0.0, -1.5, 0.5], [0.0, 3.0, 0.0, -2.0], [1.5, -0.5, 2.5, 4.0]]))


def order(table):
    rearranged(table)
    accumulated(table)
    ordered(table)


def rearranged(table):
    flip = lambda x, dims: x.flip(dims)
    for x, dims in ((CUBE, [0]), (CUBE, [1, -1]), (CUBE, [0, 1, 2]), (CUBE, []), (TURNED, [2]), (TURNED, [0, 1]), (STEP, [1]),
                    (CUBE32, [2]), (T(1.5), []), (T(1.5), [0]), (T([2.5]), [0]), (EMPTY, [0, 2]), (CUBE, [0, 0]), (CUBE, [3])):
        table.add("flip", flip, x, dims=dims)
    for c in INTS:
        table.add("flip", flip, INTS[c], dims=[1])
    roll = lambda x, shifts, dims: x.roll(shifts, dims)
    for x, shifts, dims in ((CUBE, [1], [1]), (CUBE, [-1, 2], [0, 2]), (CUBE, [7], []), (CUBE, [1, 1], [2, 2]), (CUBE, [0], [0]), (TURNED, [-5], [-1]),
                            (TURNED, [3], []), (STEP, [2], [1]), (CUBE32, [1], [0]), (T(1.5), [2], []), (T(1.5), [2], [0]), (EMPTY, [1], [0]),
                            (CUBE, [1], [0, 1]), (CUBE, [1, 2], []), (CUBE, [1], [3])):
        table.add("roll", roll, x, shifts=shifts, dims=dims)
    for c in INTS:
        table.add("roll", roll, INTS[c], shifts=[1], dims=[-1])
    for op, fn in (("tril", lambda x, diagonal=0: x.tril(diagonal)), ("triu", lambda x, diagonal=0: x.triu(diagonal))):
        for x in (CUBE, TURNED, STEP, CUBE[0].t(), CUBE32, EMPTY, T([[1.5]])):
            table.add(op, fn, x)
        for diagonal in (1, -1, 2, -2, 9, -9):
            table.add(op, fn, CUBE, diagonal=diagonal)
        for c in INTS:
            table.add(op, fn, INTS[c])
        table.add(op, fn, HARD, grad=False, diagonal=1)
        table.add(op, fn, T([1.5, 2.5]))
        table.add(op, fn, T(1.5))


def accumulated(table):
    along = (0, 1, -1)
    for op, fn in (("cumsum", lambda x, dim: x.cumsum(dim)), ("cumprod", lambda x, dim: x.cumprod(dim))):
        for x in (CUBE, TURNED, STEP, ZEROS):
            for dim in along:
                table.add(op, fn, x, dim=dim)
        table.add(op, fn, CUBE32, dim=1)
        table.add(op, fn, CUBE32, dim=-1)
        table.add(op, fn, T(1.5), dim=0)
        table.add(op, fn, T([2.5]), dim=0)
        table.add(op, fn, EMPTY, dim=0)
        table.add(op, fn, EMPTY, dim=1)
        table.add(op, fn, CUBE, dim=3)
        table.add(op, fn, HARD, grad=False, dim=1)
        for c in INTS:
            table.add(op, fn, INTS[c], dim=0)
            table.add(op, fn, INTS[c], dim=1)
        table.add(op, fn, T([-0.0, -0.0, 1.0], "f32"), dim=0)
    table.add("cumsum", lambda x, dim: x.cumsum(dim), LONG["f32"][:1, :600].clone(), dim=1)
    table.add("cumsum", lambda x, dim: x.cumsum(dim), T([2**62, 2**62, 5], "i64"), dim=0)
    table.add("cumprod", lambda x, dim: x.cumprod(dim), T([0.0, 0.0, 2.0]), dim=0)
    for op, fn in (("cummax", lambda x, dim: x.cummax(dim)), ("cummin", lambda x, dim: x.cummin(dim))):
        for x in (CUBE, TURNED, STEP):
            for dim in along:
                table.add(op, fn, x, dim=dim)
        table.add(op, fn, TIES, smooth=False, dim=1)
        table.add(op, fn, HARD, grad=False, dim=1)
        table.add(op, fn, HARD, grad=False, dim=0)
        table.add(op, fn, CUBE32, dim=0)
        table.add(op, fn, T(1.5), dim=0)
        table.add(op, fn, EMPTY, dim=2)
        table.add(op, fn, CUBE, dim=-4)
        for c in INTS:
            table.add(op, fn, INTS[c], dim=1)


def ordered(table):
    # Only a stable sort says where equal elements go; it has another node, so it is used where no node is made.
    sort = lambda x, dim=-1, descending=False: x.sort(dim, descending) if x.requires_grad else x.sort(dim=dim, descending=descending, stable=True)
    for x in (CUBE, TURNED, STEP):
        table.add("sort", sort, x)
        table.add("sort", sort, x, dim=0)
        table.add("sort", sort, x, dim=1, descending=True)
    for x in (CUBE32, T(1.5), T([2.5]), EMPTY, *INTS.values()):
        table.add("sort", sort, x)
        table.add("sort", sort, x, descending=True)
    table.add("sort", sort, TIES, smooth=False)
    table.add("sort", sort, TIES, smooth=False, descending=True)
    table.add("sort", sort, HARD, grad=False)
    table.add("sort", sort, HARD, grad=False, descending=True)
    table.add("sort", sort, HARD, grad=False, dim=0, descending=True)
    table.add("sort", sort, T([2**60 + 1, 2**60, -(2**63), 2**63 - 1], "i64"))
    table.add("sort", sort, LONG["i64"][:1, :300].clone())
    table.add("sort", sort, LONG["i64"][:1, :300].float(), descending=True)
    table.add("sort", sort, CUBE, dim=3)
    # Which of equal elements PyTorch finds is not defined, so there are none here.
    topk = lambda x, k, dim=-1, largest=True: x.topk(k, dim, largest=largest)
    for x, k, args in ((CUBE, 2, {}), (CUBE, 1, {"dim": 0}), (CUBE, 3, {"dim": 1, "largest": False}), (TURNED, 2, {"dim": -2}), (TURNED, 4, {}),
                       (STEP, 3, {"largest": False}), (CUBE32, 2, {}), (CUBE, 0, {}), (T(1.5), 1, {}), (T(1.5), 0, {}), (CUBE, 5, {}), (CUBE, -1, {}),
                       (CUBE, 1, {"dim": 3}), (EMPTY, 1, {"dim": 0}), (INTS["i64"], 2, {}), (INTS["i32"], 2, {"largest": False}), (INTS["u8"], 1, {})):
        table.add("topk", topk, x, k=k, **args)
    table.add("topk", topk, T([1.0, nan, inf, -inf]), grad=False, k=3)
    table.add("topk", topk, T([1.0, nan, inf, -inf]), grad=False, k=3, largest=False)
    kth = lambda x, k, dim=-1, keepdim=False: x.kthvalue(k, dim, keepdim)
    for x, k, args in ((CUBE, 2, {}), (CUBE, 1, {"dim": 0}), (CUBE, 3, {"dim": 1, "keepdim": True}), (TURNED, 4, {}), (STEP, 3, {"dim": 0}), (CUBE32, 2, {}),
                       (T(1.5), 1, {}), (T(1.5), 2, {}), (CUBE, 0, {}), (CUBE, 5, {}), (EMPTY, 1, {"dim": 1}), (EMPTY, 1, {"dim": 0}), (CUBE, 1, {"dim": 5}),
                       (INTS["i64"], 3, {}), (INTS["u8"], 1, {"keepdim": True})):
        table.add("kthvalue", kth, x, k=k, **args)
    table.add("kthvalue", kth, T([1.0, nan, inf, -inf]), grad=False, k=4)
    median = lambda x, dim, keepdim=False: x.median(dim, keepdim)
    for x, args in ((CUBE, {"dim": 0}), (CUBE, {"dim": 1}), (CUBE, {"dim": -1}), (CUBE, {"dim": 2, "keepdim": True}), (TURNED, {"dim": 0, "keepdim": True}), (TURNED, {"dim": 1}),
                    (STEP, {"dim": 1}), (CUBE32, {"dim": 1}), (T(1.5), {"dim": 0}), (EMPTY, {"dim": 1}), (EMPTY, {"dim": 0}), (CUBE, {"dim": 4}), (INTS["i64"], {"dim": 1}), (INTS["i32"], {"dim": 0})):
        table.add("median", median, x, **args)
    table.add("median", median, T([[1.0, nan, inf, -inf], [3.0, 1.0, nan, 5.0]]), grad=False, dim=1)
    for x in (CUBE, TURNED, STEP, CUBE32, T(1.5), T([1.0, 4.0, 2.0, 3.0]), INTS["i64"], INTS["u8"], EMPTY, EMPTY.float(), T([])):
        table.add("medianAll", lambda x: x.median(), x)
    table.add("medianAll", lambda x: x.median(), TIES, smooth=False)
    table.add("medianAll", lambda x: x.median(), HARD, grad=False)


def composites(table):
    rearrangements(table)
    comparisons(table)
    combinations(table)
    sums(table)


def rearrangements(table):
    i64 = lambda v: T(v, "i64")
    row, column = T([1.0, 2.0, 3.0]), T([[1.5], [2.5]])
    movedim = lambda x, source, destination: x.movedim(source, destination)
    for x, source, destination in ((CUBE, 0, 2), (CUBE, -1, 0), (CUBE, [0, 1], [2, 0]), (CUBE, [0, 1, 2], [1, 2, 0]), (TURNED, 1, 1), (T(1.5), 0, -1),
                                   (CUBE, [0, 1], [2]), (CUBE, [0, 0], [1, 2]), (CUBE, 3, 0)):
        table.add("movedim", movedim, x, view=True, source=source, destination=destination)
    table.add("swapaxes", lambda x, a, b: x.swapaxes(a, b), CUBE, view=True, a=0, b=-1)
    tile = lambda x, counts: x.tile(counts)
    for x, counts in ((row, [2]), (row, [2, 2]), (CUBE, [2]), (CUBE, [2, 1, 3, 1]), (CUBE, []), (T(1.5), [2, 2]), (T(1.5), []), (column, [0, 2])):
        table.add("tile", tile, x, counts=counts)
    for op, fn in (("hstack", torch.hstack), ("vstack", torch.vstack)):
        joined = lambda *x, fn=fn: fn(x)
        for x in ((row, row), (row, T([4.0])), (column, CUBE[0, :2, :2]), (CUBE, CUBE), (CUBE[:, :1], CUBE), (CUBE[:1], CUBE), (T(1.5), T(2.5)), (T(1.5), row),
                  (row, row.long()), (row, column), (row[:0], row)):
            table.add(op, joined, *x)
    grid = lambda *x, indexing="ij": torch.meshgrid(*x, indexing=indexing)
    for x in ((row, T([5.0, 6.0])), (row,), (T(1.5), row), (row, row[:0]), (row, T([5.0, 6.0]), T([7.0, 8.0])), (i64([1, 2]), i64([3])), (row, i64([1])), (row, column)):
        table.add("meshgrid", grid, *x, view=True)
        table.add("meshgrid", grid, *x, view=True, indexing="xy")
    logspace = lambda start, end, steps, base=10, dtype="f32": torch.logspace(start, end, steps, base=base, dtype={"f32": torch.float32, "f64": torch.float64}[dtype])
    for args in ((0, 3, 4), (-2, 2, 9), (0.1, 1.0, 5), (2, -1, 7), (1, 2, 1), (1, 2, 0), (1, 2, -1)):
        table.add("logspace", logspace, *args)
        table.add("logspace", logspace, *args, dtype="f64")
    table.add("logspace", logspace, 0, 8, 9, base=2)
    table.add("logspace", logspace, -1, 1, 4, base=0.5, dtype="f64")
    hot = lambda x, numClasses=-1: torch.nn.functional.one_hot(x, numClasses)
    for x in (i64([0, 2, 1]), i64([[1, 0], [3, 3]]), i64(2), i64([]), i64([-1, 2]), T([1.0])):
        table.add("oneHot", hot, x)
        table.add("oneHot", hot, x, numClasses=4)
        table.add("oneHot", hot, x, numClasses=2)


def comparisons(table):
    a = T([1.0, 2.0, inf, inf, nan, 0.0, 1e-9, -1.0])
    b = T([1.00001, 2.1, inf, -inf, nan, 1e-8, 0.0, 1.0])
    close = lambda a, b, **args: torch.isclose(a, b, **named(args))
    all_close = lambda a, b, **args: torch.tensor(torch.allclose(a, b, **named(args)))
    named = lambda args: {"equal_nan" if k == "equalNan" else k: v for k, v in args.items()}
    pairs = ((a, b), (a.float(), b.float()), (CUBE, CUBE[:, :1]), (INTS["i64"], INTS["i64"] + 1), (INTS["u8"], INTS["u8"]), (INTS["b"], ~INTS["b"]),
             (a, b.float()), (a, b[:3]), (T([]), T([])), (T([100000], "i64"), T([100001], "i64")))
    for x, y in pairs:
        for args in ({}, {"rtol": 0, "atol": 0}, {"rtol": 0.1, "equalNan": True}, {"rtol": 0, "atol": 1}, {"rtol": -1}):
            table.add("isclose", close, x, y, grad=False, **args)
            if args.get("rtol") != 0:
                table.add("allclose", all_close, x, y, grad=False, **args)
    equal = lambda a, b: torch.tensor(torch.equal(a, b))
    for x, y in ((CUBE, CUBE.clone()), (CUBE, TURNED), (CUBE, CUBE[:1]), (CUBE, CUBE[:, :1]), (a, a.clone()), (T([]), T([])), (T(1.5), T([1.5])), (T([]).view(0, 2), T([]).view(2, 0)), (INTS["b"], INTS["b"]), (a, a.float())):
        table.add("equal", equal, x, y, grad=False)
    count = lambda x, **args: torch.count_nonzero(x, **args)
    for x in (CUBE, TIES, a, INTS["b"], INTS["u8"], INTS["i64"], EMPTY, T(0.0)):
        table.add("countNonzero", count, x, grad=False)
    for dim in (0, [0, 1], -1, 2):
        table.add("countNonzero", count, TIES, grad=False, dim=dim)
    number = lambda x, **args: torch.nan_to_num(x, **args)
    for x in (HARD, HARD.float(), INTS["i64"], INTS["b"]):
        table.add("nanToNum", number, x)
        table.add("nanToNum", number, x, nan=1.5, posinf=7, neginf=-7.5)


def combinations(table):
    for x in (CUBE[0], TURNED[1], STEP, CUBE32[0], INTS["i64"], INTS["u8"], INTS["b"], T([]).view(0, 3), CUBE, T([1.0])):
        table.add("trace", torch.trace, x)
    cross = lambda a, b, dim=-1: torch.linalg.cross(a, b, dim=dim)
    vectors, others = CUBE[:, :, 0].clone(), TURNED[:, :, 2].clone() + 0.5
    for a, b, args in ((vectors, others, {}), (vectors[0], others[1], {}), (CUBE, TURNED.flip(2) * 2, {"dim": 1}), (CUBE, TURNED[:1].flip(2), {"dim": -2}), (vectors.t(), others.t(), {"dim": 0}),
                       (vectors.float(), others.float(), {}), (T([1, 2, 3], "i64"), T([4, 5, 7], "i64"), {}), (CUBE, CUBE, {}), (vectors, others[0], {}), (vectors, others, {"dim": 2})):
        table.add("cross", cross, a, b, **args)
    baddbmm = lambda c, a, b, beta=1, alpha=1: torch.baddbmm(c, a, b, beta=beta, alpha=alpha)
    m = T([[[1.5, -2.0, 0.5], [2.5, 1.0, -1.5], [0.25, 3.0, 2.0]], [[-1.0, 0.5, 2.0], [1.25, -0.75, 1.0], [2.0, 2.0, -3.5]]])
    for c, a, args in ((m, CUBE, {}), (T(1.5), CUBE, {"beta": 0.5, "alpha": -2}), (m[0], CUBE, {"beta": 2}), (T([nan]), CUBE, {"beta": 0}), (m.float(), CUBE32, {}), (m, CUBE[:1], {}), (m.float(), CUBE, {}), (m[:, :2], CUBE, {})):
        table.add("baddbmm", baddbmm, c, a, a.mT.contiguous() + 0.25, **args)
    addmv = lambda c, a, b, beta=1, alpha=1: torch.addmv(c, a, b, beta=beta, alpha=alpha)
    v = T([0.5, -1.5, 2.0, 1.0])
    for c, args in ((T([1.0, 2.0, 3.0]), {}), (T(1.5), {"beta": 0.5, "alpha": -2}), (T([nan]), {"beta": 0}), (T([1.0, 2.0]), {})):
        table.add("addmv", addmv, c, CUBE[0], v, **args)


def sums(table):
    einsum = lambda *x, equation: torch.einsum(equation, *x)
    m, v = CUBE[0, :2].clone(), T([0.5, -1.5, 2.0, 1.0])
    square = T([[1.5, -2.0, 0.5], [2.5, 1.0, -1.5], [0.25, 3.0, 2.0]])
    one = T([[1.5, 2.5, -0.5, 1.0]])
    for equation, *x in (
        ("ij->ji", m), ("ij", m), ("ji", m), ("ij->", m), ("ij->j", m), ("ii", square), ("ii->i", square), ("ijj->i", CUBE[:, :, :3]), ("iij->ji", square[:, :, None] * v),
        ("...ij->...ji", CUBE), ("i...->...", CUBE), ("...", m), ("b...->b", CUBE), ("i,i", v, v), ("i,i->i", v, v), ("i,j->ij", v, v), ("i,j->ji", v, v[:2]), ("i,j", v, v[:2]),
        ("ij,j->i", m, v), ("ij,kj->ik", m, CUBE[1]), ("ik,jk", m, CUBE[1]), ("bij,bkj->bik", CUBE, CUBE), ("bij,kj->bik", CUBE, CUBE[0]), ("bij,bkj->ik", CUBE, CUBE), ("bij,bij->", CUBE, TURNED),
        ("bij,bij->b", CUBE, TURNED), ("ij,jk,kl->il", m, CUBE[1].t(), square), ("i,ij,j->", v[:2], m, v), ("bhid,bhjd->bhij", CUBE[:, None], CUBE[:, None]), ("...ij,...kj->...ik", CUBE, CUBE[:1]),
        ("...i,i->...", CUBE, v), ("...i,...i", CUBE, v), ("bij,...->b...", CUBE, v), ("ij,ij->ij", m, one), ("ij,kj->ik", m, one), ("ij,kl->", m, one), ("ij,ij->j", m[:, :1], m), ("a,b,c->cab", v[:2], v[:3], v),
        (" i j , j -> i ", m, v), ("Ab,bC->AC", m, m.t()), ("bA", m), (",i->i", T(2.5), v), (",", T(2.5), T(1.5)), ("ij,jk->ik", m.float(), m.t().float()), ("ij,jk->ik", INTS["i64"], INTS["i64"].t()),
        ("ij,jk->ik", m[:0], m.t()), ("ij,jk->ik", m[:, :0], m.t()[:0]),
        ("ij,jk->ik", m, m), ("ij->k", m), ("ij->ii", m), ("i->i", m), ("ijk->i", m), ("ij,j->i", m), ("ii->i", m), ("i.j->i", m), ("i1->i", m), ("ij->i->j", m), ("......", m), ("ij,jk->ik", m, m.t().float()),
    ):
        table.add("einsum", einsum, *x, equation=equation)
