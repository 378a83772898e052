"""Samples of products, views, joins and indexing."""

import torch

from ops_reduce import CUBE, CUBE32, INTS, STEP, TIES, TURNED
from ops_samples import T, nan, inf, pattern, pool


def structure(table):
    products(table)
    views(table)
    joins(table)
    places(table)
    table.add("random", seeded(lambda x, a, b: x.uniform_(a, b)), T([0.0] * 7), kind="uniform", a=-1, b=3)
    table.add("random", seeded(lambda x, a, b: x.normal_(a, b)), T([0.0] * 17, "f32"), kind="normal", a=1, b=2)
    table.add("random", seeded(lambda x, a, b: x.normal_(a, b)), T([0.0] * 6).view(2, 3).t(), kind="normal", a=0, b=1)
    table.add("random", seeded(lambda x, a, b: x.random_(a, b)), T([0] * 7, "i64"), kind="random", a=-5, b=90)
    table.add("random", seeded(lambda x, a: x.bernoulli_(a)), T([0] * 9, "u8"), kind="bernoulli", a=0.3)
    table.add("random", seeded(lambda x, a: x.exponential_(a)), T([0.0] * 5), kind="exponential", a=2)


def seeded(fn):
    def run(x, kind, **args):
        torch.manual_seed(7)
        return fn(x.clone(), **args)
    return run


def products(table):
    t = torch
    m23, m34 = CUBE[0, :2, :3].contiguous(), CUBE[1].contiguous()
    table.add("mm", t.mm, m23, m34)
    table.add("mm", t.mm, m23, TURNED[1])
    table.add("mm", t.mm, STEP.t(), STEP)
    table.add("mm", t.mm, m23.float(), m34.float())
    for c in ("i32", "i64", "u8", "b"):
        table.add("mm", t.mm, INTS[c], INTS[c].t())
    table.add("mm", t.mm, m23[:0], m34)
    table.add("mm", t.mm, m23[:, :0], m34[:0])
    table.add("mm", t.mm, m23, m34[:2])
    table.add("mm", t.mm, m23, m34.float())
    table.add("mm", t.mm, CUBE, m34)
    for c in ("f32", "f64"):
        big_a = pool(f"big.a.{c}", pattern(c, 37, 41))
        big_b = pool(f"big.b.{c}", pattern(c, 41, 35))
        table.add("mm", t.mm, big_a, big_b, grad=False)
        table.add("mm", lambda a, b, turn: t.mm(a.t(), b.t()), pattern(c, 41, 33), pattern(c, 34, 41), grad=False, turn=True)
    table.add("bmm", t.bmm, CUBE, TURNED.mT)
    table.add("bmm", t.bmm, CUBE32, CUBE32.mT.contiguous())
    table.add("bmm", t.bmm, CUBE[:, :2, :2], CUBE[:, 1:, 2:])
    table.add("bmm", t.bmm, CUBE[:0], CUBE[:0].mT)
    table.add("bmm", t.bmm, CUBE[:1], CUBE.mT)
    table.add("mv", t.mv, m34, T([0.5, -1.5, 2.0, 3.25]))
    table.add("mv", t.mv, STEP, TIES[0])
    table.add("mv", t.mv, m34.float(), T([0.5, -1.5, 2.0, 3.25], "f32"))
    table.add("mv", t.mv, m34, T([0.5, -1.5, 2.0]))
    table.add("dot", t.dot, TIES[0], CUBE[0, 1])
    table.add("dot", t.dot, STEP[:, 1], CUBE[0, :, 2])
    table.add("dot", t.dot, INTS["i64"][0], INTS["i64"][1])
    table.add("dot", t.dot, T([]), T([]))
    table.add("dot", t.dot, T([1.0, 2.0]), T([1.0, 2.0, 3.0]))
    addmm = lambda c, a, b, beta=1, alpha=1: t.addmm(c, a, b, beta=beta, alpha=alpha)
    table.add("addmm", addmm, CUBE[0, :2], m23, m34)
    table.add("addmm", addmm, T([1.5, 2.5, 3.5, -1.0]), m23, m34)
    table.add("addmm", addmm, T(1.5), m23, m34, beta=0.5, alpha=-2)
    table.add("addmm", addmm, T([[1.5], [2.5]]), m23, TURNED[1], beta=2)
    table.add("addmm", addmm, T([1.5, 2.5, 3.5, -1.0], "f32"), m23.float(), m34.float(), alpha=0.5)
    table.add("addmm", addmm, T([1, 2], "i64"), INTS["i64"], INTS["i64"].t(), beta=3, alpha=2)
    table.add("addmm", addmm, T([nan, nan, inf, 1.0]), m23, m34, beta=0)
    for a, b in ((CUBE, CUBE.mT), (CUBE[:, None], TURNED.mT), (CUBE, m34.t()), (CUBE, TIES[0]), (T([0.5, 1.5, -1.0]), CUBE),
                 (m23, m34), (TIES[0], TIES[1]), (m34, TIES[0]), (TIES[:, 0], m34), (CUBE32, CUBE32.mT),
                 (INTS["i64"].expand(2, 2, 3), INTS["i64"].t()), (CUBE[:, :, :0], CUBE[:, :, :0].mT),
                 (CUBE, CUBE), (T(1.0), CUBE), (CUBE, T(2.0))):
        table.add("matmul", t.matmul, a, b)


def views(table):
    base = pool("view.base", T([i + 0.5 for i in range(24)]).view(2, 3, 4))
    turned = pool("view.t", base.permute(2, 0, 1))
    spread = pool("view.expand", T([[1.0], [2.0], [3.0]]).expand(3, 4))
    ones = pool("view.ones", T([[[1.0], [2.0]]]).view(1, 2, 1))
    ints = pool("view.i64", T(list(range(12)), "i64").view(3, 4)[:, 1:])
    add = lambda op, fn, x, **args: table.add(op, fn, x, view=True, **args)
    view = lambda x, shape: x.view(shape)
    for x, shapes in (
        (base, ([24], [-1, 6], [6, 4], [2, 3, 2, 2], [1, 2, 1, 12], [5, 5], [-1, -1], [-1, 7])),
        (turned, ([4, 6], [2, 2, 6], [4, 2, 3, 1], [24], [8, 3], [1, 4, 1, 6])),
        (spread, ([12], [3, 2, 2], [1, 3, 4])),
        (ints, ([9], [3, 3, 1], [1, 3, 3])),
        (T(1.5), ([1], [1, 1], [], [2])),
        (T([]).view(0, 3), ([0], [3, 0], [0, 3], [-1, 3], [-1, 0])),
    ):
        for shape in shapes:
            add("view", view, x, shape=shape)
    for x, shape in ((turned, [24]), (turned, [8, -1]), (spread, [12]), (ints, [9]), (STEP, [2, 6])):
        table.add("unsafeView", lambda x, shape: x.reshape(shape), x, shape=shape)
    for x in (turned, spread, ints, STEP, T([]).view(3, 0).t(), T([True, False, True, True], "b")[::2]):
        add("contiguous", lambda x: x.contiguous(), x)
        table.add("toDevice", torch.clone, x)
    for x, dims in ((base, [2, 0, 1]), (base, [-1, 0, -2]), (base, [0, 1]), (base, [0, 1, 1]), (base, [0, 1, 3]),
                    (T(1.0), []), (ints, [1, 0]), (base, [0, 1, 2])):
        add("permute", lambda x, dims: x.permute(dims), x, dims=dims)
    for x, a, b in ((base, 0, 2), (base, -1, -2), (base, 1, 1), (base, 0, 3), (T(1.0), 0, -1), (ints, 0, 1)):
        add("transpose", lambda x, a, b: x.transpose(a, b), x, a=a, b=b)
    for x in (ints, STEP, T([1.0, 2.0]), T(1.0), base):
        add("t", lambda x: x.t(), x)
    for x, shape in ((ones, [3, 2, 4]), (ones, [5, 1, 2, -1]), (ones, [-1, 2, 3]), (ones, [1, 3, 1]), (ones, [2, 1]), (T(1.5), [2, 3]),
                     (T(1.5), []), (ones, [0, 2, 1]), (T([1.0]), [0]), (T([1.0]), [-1, 1]), (base, [2, 3, 4]), (T([]).view(0, 1), [0, 3])):
        add("expand", lambda x, shape: x.expand(shape), x, shape=shape)
    for x, dim in ((base, 0), (base, 1), (base, 3), (base, -1), (base, -4), (base, 4), (T(1.5), 0), (T(1.5), -1), (turned, 1), (T([]), 0)):
        add("unsqueeze", lambda x, dim: x.unsqueeze(dim), x, dim=dim)
    for x, dim in ((ones, None), (ones, 0), (ones, -1), (ones, 1), (ones, [0, 2]), (ones, 3), (T(1.5), None), (T(1.5), 0), (base, None), (T([2.0]), 0)):
        args = {} if dim is None else {"dim": dim}
        add("squeeze", lambda x, dim=None: x.squeeze() if dim is None else x.squeeze(dim), x, **args)
    for x, dim, i in ((base, 0, 1), (base, 1, -1), (base, -1, 2), (base, 0, 2), (base, 0, -3), (base, 3, 0), (T(1.0), 0, 0), (turned, 2, 1), (ints, 1, 0), (T([]).view(0, 3), 1, 2)):
        add("select", lambda x, dim, index: x.select(dim, index), x, dim=dim, index=i)
    big = 2**63 - 1
    for x, dim, start, end, step in ((base, 0, 0, 1, 1), (base, 1, 1, big, 1), (base, 2, 0, big, 2), (base, 2, 1, 4, 3), (base, -1, -3, -1, 1), (base, 2, 3, 1, 1),
                                     (base, 2, -100, 100, 1), (base, 1, 5, 9, 1), (turned, 0, 1, 4, 2), (ints, 1, 1, big, 2), (T([1.0, 2.0]), 0, 2, 2, 1)):
        add("slice", lambda x, dim, start, end, step: torch.ops.aten.slice(x, dim, start, end, step), x, dim=dim, start=start, end=end, step=step)
    for x, offset, a, b in ((base[0], 0, 0, 1), (base[0], 1, 0, 1), (base[0], -2, 0, 1), (base[0], 4, 0, 1), (base[0], -9, 0, 1), (base, 0, 0, 2), (base, 1, -1, 0), (base, 0, 1, 1),
                            (turned, 0, 0, 1), (ints, 1, 0, 1), (T([1.0]), 0, 0, 1)):
        add("diagonal", lambda x, offset, a, b: x.diagonal(offset, a, b), x, offset=offset, a=a, b=b)
    for x, shape, strides, offset in ((base, [2, 2], [1, 2], 3), (base, [3, 3], [1, 1], 0), (base, [], [], 5), (base, [2], [24], 0), (base, [4], [-1], 5), (base, [2], [1], -1),
                                      (base, [2, 2], [1], 0), (base, [5, 2], [0, 3], 20), (base, [0, 2], [7, 30], 0), (turned, [6], [4], 1), (ints, [2, 2], [4, 1], 1)):
        add("asStrided", lambda x, shape, strides, offset: x.as_strided(shape, strides, offset), x, shape=shape, strides=strides, offset=offset)
    for x in (turned, ints, T(1.5)):
        add("detach", lambda x: x.detach(), x)
    g = T([[1.5, -2.0], [0.5, 3.0]])
    for args in (dict(shape=[2, 5], dim=1, start=1, end=5, step=3), dict(shape=[2, 2], dim=0, start=0, end=big, step=1), dict(shape=[4, 2], dim=0, start=1, end=4, step=2)):
        table.add("sliceBackward", lambda g, shape, dim, start, end, step: torch.ops.aten.slice_backward(g, shape, dim, start, end, step), g, **args)
    table.add("sliceBackward", lambda g, shape, dim, start, end, step: torch.ops.aten.slice_backward(g, shape, dim, start, end, step), g.float().t(), shape=[2, 3], dim=1, start=0, end=2, step=1)
    for args in (dict(shape=[2, 3, 2], dim=1, index=2), dict(shape=[2, 2, 4], dim=2, index=0), dict(shape=[2, 2, 2], dim=0, index=1)):
        table.add("selectBackward", lambda g, shape, dim, index: torch.ops.aten.select_backward(g, shape, dim, index), g, **args)
    for shape, strides, offset, vshape, vstrides, voffset in (([2, 3], [3, 1], 0, [2, 2], [1, 1], 2), ([3, 2], [1, 3], 1, [2, 2], [2, 1], 1), ([6], [1], 0, [2, 2], [0, 2], 1)):
        table.add("asStridedBackward", strided_backward, g, storageSize=8, shape=shape, strides=strides, offset=offset, viewShape=vshape, viewStrides=vstrides, viewOffset=voffset)


def strided_backward(g, storageSize, shape, strides, offset, viewShape, viewStrides, viewOffset):
    x = torch.zeros(storageSize, dtype=g.dtype).as_strided(shape, strides, offset).requires_grad_()
    return torch.autograd.grad(x.as_strided(viewShape, viewStrides, viewOffset), x, g, create_graph=True)[0]


def joins(table):
    cat = lambda *xs, dim: torch.cat(xs, dim)
    stack = lambda *xs, dim: torch.stack(xs, dim)
    a, b = CUBE[0], CUBE[1]
    for xs, dim in (((a, b), 0), ((a, b), 1), ((a, b[:, :1]), -1), ((TURNED[0], b.mT.contiguous().mT), 0), ((a,), 0), ((a, a[:0], b), 0), ((T([]), a), 1),
                    ((a, b[:2]), 1), ((T(1.0), T(2.0)), 0), ((a, b[0]), 0), ((CUBE, CUBE), 3), ((T([]), T([])), 0)):
        table.add("cat", cat, *xs, dim=dim)
    for xs in ((T([1, 2], "i64"), T([3.5], "f32")), (T([1], "i32"), T([2], "i64"), T([True], "b")), (T([1.5], "f32"), T([2.5])), (T([200], "u8"), T([True], "b"))):
        table.add("cat", cat, *xs, dim=0)
    for xs, dim in (((a, b), 0), ((a, b), 1), ((a, b), -1), ((a, b, a), 2), ((TURNED[0], a), 1), ((T(1.0), T(2.0)), 0), ((a, b), 3), ((a, b[:2]), 0), ((a[:0], b[:0]), 1),
                    ((T([1, 2], "i64"), T([0.5, 1.5], "f32")), 1)):
        table.add("stack", stack, *xs, dim=dim)


def key(indices, tensors):
    """Python's brackets for a list as `at` takes it; `$k` is `tensors[k]`."""
    parsed = []
    for i in indices:
        if i == "...":
            parsed.append(...)
        elif isinstance(i, str) and i[0] == "$":
            parsed.append(tensors[int(i[1:])])
        elif isinstance(i, str):
            parsed.append(slice(*(int(p) if p.strip() else None for p in i.split(":"))))
        else:
            parsed.append(i)
    return tuple(parsed)


def places(table):
    i64 = lambda v: T(v, "i64")
    index = lambda x, *ts, at: x[key(at, ts)]
    rows, turned = i64([1, 0, 1, -1]), i64([[0, 2], [1, -1], [2, 2]])
    for x in (CUBE, TURNED, CUBE32, pool("cube.i64", (CUBE * 10).long()), pool("cube.b", CUBE > 0), pool("cube.u8", (CUBE * 4 + 20).to(torch.uint8))):
        table.add("index", index, x, rows, at=["$0"])
        table.add("index", index, x, turned, at=[":", "$0"])
        table.add("index", index, x, rows, at=["...", "$0"])
    table.add("index", index, CUBE, rows, i64([0, 1, 2, -1]), at=["$0", "$1"])
    table.add("index", index, CUBE, rows, i64([0, 1, 2, -1]), at=["$0", ":", "$1"])
    table.add("index", index, CUBE, i64([[0], [1]]), i64([0, 2]), i64(3), at=["$0", "$1", "$2"])
    table.add("index", index, CUBE, T([1, 0], "i32"), at=["1:", "$0"])
    table.add("index", index, CUBE, CUBE > 0, at=["$0"])
    table.add("index", index, CUBE, rows, at=[1, "$0"]) 
    table.add("index", index, CUBE, i64([2]), at=["$0"])
    table.add("index", index, CUBE, T([0.0]), at=["$0"])
    table.add("index", index, CUBE, i64([]), at=[":", "$0"])
    select = lambda x, i, dim: x.index_select(dim, i)
    for dim in (0, 1, -1):
        table.add("index", select, CUBE, i64([1, 0, 1]), dim=dim)
    table.add("index", select, TURNED, T([2, 0], "i32"), dim=1)
    put = lambda x, v, *ts, at: put_at(x, v, key(at, ts))
    one = T([0.5, 1.5, 2.5, 3.5])
    table.add("indexPut", put, CUBE, one, i64([1, 0]), at=["$0"])
    table.add("indexPut", put, CUBE, one[:2, None], i64([2, 0]), at=[0, "$0"])
    table.add("indexPut", put, CUBE, T(7.5), CUBE > 0, at=["$0"])
    table.add("indexPut", put, TURNED, one[:2], i64([1, 0]), i64([3, 2]), at=["$0", ":", "$1"])
    table.add("indexPut", put, INTS["i64"], i64([70, 80]), i64([2, 0]), at=[":", "$0"])
    table.add("indexPut", put, CUBE, one[:3], i64([1, 0]), at=["$0"])
    table.add("indexPut", put, CUBE, one, i64([2, 0]), at=["$0"])
    accumulate = lambda x, v, i, dim, accumulate: torch.ops.aten.index_put(x, [None] * dim + [i], v, accumulate)
    table.add("indexPut", accumulate, CUBE, CUBE[:, :2, :].contiguous(), i64([1, 1]), dim=1, accumulate=True)
    table.add("indexPut", accumulate, INTS["i32"], T([[5], [6]], "i32"), i64([2, 2]), dim=1, accumulate=True)
    table.add("indexPut", accumulate, INTS["u8"], T([[250], [6]], "u8"), i64([2, 2]), dim=1, accumulate=True)
    add = lambda x, v, i, dim, add: x.index_add(dim, i, v)
    table.add("indexPut", add, CUBE, T([[[1.5] * 4] * 4] * 2), i64([1, 0, 1, 1]), dim=1, add=True)
    gather = lambda x, i, dim: x.gather(dim, i)
    for x in (CUBE, TURNED, CUBE32):
        table.add("gather", gather, x, i64([[[0, 1, 0, 1]] * 3]), dim=0)
        table.add("gather", gather, x, i64([[[2, 1], [0, 0]], [[1, 1], [0, 2]]]), dim=1)
        table.add("gather", gather, x, i64([[[3, 1, 1]], [[0, 0, 2]]]), dim=-1)
    table.add("gather", gather, INTS["b"], i64([[2], [0]]), dim=1)
    table.add("gather", gather, INTS["i64"], i64([[3], [0]]), dim=1)
    table.add("gather", gather, CUBE, i64([[0]]), dim=1)
    table.add("gather", gather, CUBE, i64([[[0]] * 3] * 3), dim=1)
    table.add("gather", gather, CUBE, i64([]).view(0, 3, 4), dim=1)
    table.add("gather", gather, T(1.5), i64(0), dim=0)
    scatter = lambda x, src, i, dim: x.scatter(dim, i, src)
    scatter_add = lambda x, src, i, dim: x.scatter_add(dim, i, src)
    spots = i64([[[2, 1, 0, 0], [0, 2, 1, 1]], [[1, 1, 2, 0], [0, 0, 0, 2]]])
    for op, fn in (("scatter", scatter), ("scatterAdd", scatter_add)):
        # PyTorch itself fails to differentiate a source that is larger than the index.
        table.add(op, fn, CUBE, CUBE.flip(0) * 2, spots, grad=False, dim=1)
        table.add(op, fn, CUBE, (CUBE.flip(0) * 2)[:, :2].contiguous(), spots, dim=1)
        table.add(op, fn, TURNED, TURNED[:, :1, :3] + 0.5, spots[:, :1, :3], dim=1)
        table.add(op, fn, T([0.0] * 5), T([1.5, 2.5, 3.5]), i64([4, 0, 2]), dim=0)
        table.add(op, fn, T([0] * 5, "i64"), i64([1, 2, 3]), i64([4, 0, 2]), dim=0)
        table.add(op, fn, T([0.0] * 5), T([1.5, 2.5]), i64([4, 0, 2]), dim=0)
        table.add(op, fn, T([0.0] * 5), T([1.5, 2.5, 3.5]), i64([4, 5, 2]), dim=0)
        table.add(op, fn, T([0.0] * 5), T([1.5, 2.5], "f32"), i64([4, 0]), dim=0)
    table.add("scatter", lambda x, i, dim, value: x.scatter(dim, i, value), CUBE, spots, dim=1, value=9.5)
    table.add("scatterAdd", scatter_add, T([0.0] * 3), T([1.5, 2.5, 3.5, 4.5]), i64([1, 1, 2, 1]), dim=0)
    table.add("scatterAdd", scatter_add, T([250, 1], "u8"), T([10, 2], "u8"), i64([0, 0]), dim=0)


def put_at(x, value, key):
    out = x.clone()
    out[key] = value
    return out
