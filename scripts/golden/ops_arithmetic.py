"""Samples of arithmetic, comparison and logic."""

import torch

from ops_pointwise import EMPTY, INTS, KINKS, SPECIALS, unary
from ops_samples import T, inf, nan, pool

# Every special value meets every other.
GRID = [0.0, -0.0, 1.0, -1.0, 2.5, -2.5, inf, -inf, nan]
GRID_A = pool("grid.a", T([a for a in GRID for _ in GRID]))
GRID_B = pool("grid.b", T([b for _ in GRID for b in GRID]))
GRID_A32 = pool("grid.a32", GRID_A.float())
GRID_B32 = pool("grid.b32", GRID_B.float())
A = pool("pair.a", T([[0.7, 2.3, 1.1], [3.7, 0.2, 1.9]]))
B = pool("pair.b", T([[1.9, 0.4, 2.2], [0.6, 5.3, 1.9]]))
A32 = pool("pair.a32", T([0.7, 2.3, 1.1, 3.7, 0.2, 1.9, 4.4], "f32"))
B32 = pool("pair.b32", T([1.9, 0.4, 2.2, 0.6, 5.3, 1.9, 0.3], "f32"))
WIDE_A = pool("broad.a", T([[[0.7, 2.3, 1.1]], [[3.7, 0.2, 1.9]]]))
WIDE_B = pool("broad.b", T([[1.9], [0.4], [2.2], [0.6]]))
STEP = pool("pair.step", T([9.0, 0.7, 9.0, 2.3, 9.0, 1.1, 9.0, 3.7, 9.0, 0.2, 9.0, 1.9]).view(2, 6)[:, 1::2])
TURNED = pool("pair.t", T([[1.9, 0.6], [0.4, 5.3], [2.2, 1.8]]).t())
ZERO_D = pool("pair.0d", T(1.3))
INT_A = {c: pool(f"int.a.{c}", T([7, -7, 7, -7, 5, 0, 100], c)) for c in ("i32", "i64")}
INT_B = {c: pool(f"int.b.{c}", T([2, 2, -2, -2, 5, 3, 7], c)) for c in ("i32", "i64")}
INT_A["u8"] = pool("int.a.u8", T([7, 200, 255, 1, 5, 0, 100], "u8"))
INT_B["u8"] = pool("int.b.u8", T([2, 100, 2, 255, 5, 3, 7], "u8"))
INT_A["b"] = pool("int.a.b", T([True, True, False, False], "b"))
INT_B["b"] = pool("int.b.b", T([True, False, True, False], "b"))


def binary(table, op, fn, ints=("i32", "i64", "u8", "b"), numbers=(2, 2.5), ties=True, **args):
    """Where equal operands make a kink, `ties` is false."""
    add = lambda a, b, smooth=True: table.add(op, fn, a, b, smooth=smooth, **args)
    for a, b in ((A, B), (A32, B32), (WIDE_A, WIDE_B), (TURNED, A), (ZERO_D, ZERO_D)):
        add(a, b, ties)
    for a, b in ((STEP, TURNED), (A, ZERO_D), (ZERO_D, A), (ZERO_D, T(2.9)), (EMPTY, EMPTY), (EMPTY, ZERO_D)):
        add(a, b)
    add(GRID_A, GRID_B, False)
    add(GRID_A32, GRID_B32)
    add(A, B32[:3])
    for number in numbers:
        add(A, number)
        add(A32, number)
    for code in ints:
        add(INT_A[code], INT_B[code])
        for number in numbers:
            add(INT_A[code], number)
    if "i64" in ints:
        add(INT_A["i32"], INT_B["i64"])
        add(INT_A["u8"], INT_B["i32"])
        add(INT_A["i64"], B32)
        add(A32, INT_B["i64"])


def arithmetic(table):
    t = torch
    binary(table, "add", t.add)
    table.add("add", t.add, A, B, alpha=0.3)
    table.add("add", t.add, A32, B32, alpha=-2)
    table.add("add", t.add, A, T([1, 2, 3], "i64"), alpha=0.3)
    table.add("add", t.add, INT_A["i32"], INT_B["i32"], alpha=3)
    table.add("add", t.add, INT_A["i64"], INT_B["i64"], alpha=0.5)
    table.add("add", t.add, T([2**62, -(2**63), 2**53 + 1], "i64"), T([2**62, -1, 2**53], "i64"))
    table.add("add", t.add, T([2**31 - 1, -(2**31)], "i32"), T([1, -1], "i32"))
    binary(table, "sub", t.sub)
    table.add("sub", t.sub, A, B, alpha=0.3)
    table.add("sub", lambda a, b, reverse: t.rsub(a, b), A, B, reverse=True)
    table.add("sub", lambda a, b, reverse: t.rsub(a, b), A, 1.5, reverse=True)
    table.add("sub", lambda a, b, reverse: t.rsub(a, b), INT_A["u8"], 1, reverse=True)
    binary(table, "mul", t.mul)
    table.add("mul", t.mul, T([2**40 + 3, -(2**40) + 1], "i64"), T([2**30 + 1, 2**31 - 1], "i64"))
    table.add("mul", t.mul, T([70000, -70001], "i32"), T([70003, 70007], "i32"))
    binary(table, "div", t.div)
    far = T([1e100, 1e-300, 5.0, 7.0, -7.0, 1e17, 0.3]), T([3.0, 3e-310, 0.1, 0.1, 0.1, 3.0, 0.1])
    far32 = T([1e30, 1e-30, 5.0, 7.0, -7.0, 0.3], "f32"), T([3.0, 3e-38, 0.1, 0.1, 0.1, 0.1], "f32")
    for op, mode in (("floorDivide", "floor"), ("truncDivide", "trunc")):
        fn = lambda a, b, mode=mode: t.div(a, b, rounding_mode=mode)
        binary(table, op, fn, ints=("i32", "i64", "u8"), ties=False)
        table.add(op, fn, *far, smooth=False)
        table.add(op, fn, *far32)
        table.add(op, fn, T([-(2**63), 2**63 - 1, 2**53 + 1], "i64"), T([2, -3, 5], "i64"))
    table.add("floorDivide", lambda a, b, method: t.floor_divide(a, b), A, B, grad=False, method=True)
    for op, fn in (("remainder", t.remainder), ("fmod", t.fmod)):
        binary(table, op, fn, ints=("i32", "i64", "u8"), ties=False)
        table.add(op, fn, *far, smooth=False)
        table.add(op, fn, T([-(2**63), 2**63 - 1, 2**53 + 1], "i64"), T([3, -7, 10], "i64"))
    binary(table, "pow", t.pow, ints=(), numbers=(2, 3, -1, 0.5, 0, -2, 1, -0.5, 2.5))
    for code in ("i32", "i64", "u8"):
        table.add("pow", t.pow, INT_A[code], abs(INT_B["i64"]).to(INT_A[code].dtype))
        for number in (0, 1, 2, 5, 0.5):
            table.add("pow", t.pow, INT_A[code], number)
    table.add("pow", t.pow, T([1, -1, 3, 2, 10, 2], "i64"), T([40, 41, 39, 62, 18, 63], "i64"))
    table.add("pow", t.pow, T([3, 2], "i64"), -1)
    table.add("pow", t.pow, T([3, 2, 0], "i64"), T([0.5, -1.0, 2.0], "f32"))
    table.add("pow", t.pow, T([0.0, -0.0, -2.0, 2.0, inf, -inf, nan]), 2)
    # PyTorch takes the square root, which is NaN at -inf, while C's pow gives inf.
    table.add("pow", t.pow, T([0.0, -2.0, 2.0, inf, nan]), 0.5)
    table.add("pow", t.pow, T([0.0, -0.0, -2.0, 2.0, inf, -inf, nan]), 0)
    table.add("pow", t.pow, T([0.0, -0.0, -2.0, 2.0, inf, -inf, nan]), 3)
    for op, fn in (("maximum", t.maximum), ("minimum", t.minimum)):
        binary(table, op, fn, numbers=(), ties=False)
    binary(table, "atan2", t.atan2, numbers=())
    binary(table, "hypot", t.hypot, ints=(), numbers=())
    table.add("hypot", t.hypot, T([1e300, 1e-300, 3e200]), T([1e300, 1e-300, 4e-200]), smooth=False)
    table.add("hypot", t.hypot, T([1e30, 1e-30], "f32"), T([1e30, 1e-30], "f32"))
    binary(table, "copysign", t.copysign)
    table.add("copysign", t.copysign, T([0.0, -0.0, 2.0, -2.0, nan, 1.0]), T([-1.0, 1.0, -0.0, -1.0, 1.0, nan]))
    binary(table, "xlogy", t.xlogy)
    binary(table, "logaddexp", t.logaddexp, ints=(), numbers=())
    table.add("logaddexp", t.logaddexp, T([1000.0, -1000.0, 30.0]), T([1000.5, -1001.0, -30.0]))
    for op in ("eq", "ne", "lt", "le", "gt", "ge"):
        binary(table, op, getattr(t, op))
        table.add(op, getattr(t, op), T([2**53 + 1, 2**53], "i64"), T([2**53, 2**53], "i64"))
        table.add(op, getattr(t, op), INT_A["b"], True)
    for op, fn in (("logicalAnd", t.logical_and), ("logicalOr", t.logical_or), ("logicalXor", t.logical_xor)):
        binary(table, op, fn, numbers=())
    unary(table, "logicalNot", t.logical_not)
    for op, fn in (("bitwiseAnd", t.bitwise_and), ("bitwiseOr", t.bitwise_or), ("bitwiseXor", t.bitwise_xor)):
        for code in INT_A:
            table.add(op, fn, INT_A[code], INT_B[code])
            table.add(op, fn, INT_A[code], 6)
        table.add(op, fn, INT_A["i32"], INT_B["i64"])
        table.add(op, fn, INT_A["i64"].view(1, 7), INT_B["i64"].view(7, 1)[:2])
        table.add(op, fn, T([2**60 + 5, -3], "i64"), T([2**60 + 6, 2**40], "i64"))
        table.add(op, fn, A, B)
    for code in INTS:
        table.add("bitwiseNot", t.bitwise_not, INTS[code])
    table.add("bitwiseNot", t.bitwise_not, A)
    ternary(table)


def ternary(table):
    t = torch
    mask = pool("mask", T([[True, False, True], [False, True, True]], "b"))
    w = lambda c, a, b: t.where(c, a, b)
    table.add("where", w, mask, A, B)
    table.add("where", w, mask, STEP, TURNED)
    table.add("where", w, mask, A, 2.5)
    table.add("where", w, mask, -1.0, B)
    table.add("where", w, mask, A, T([1.0, 2.0, 3.0], "f32"))
    table.add("where", w, mask.t(), T([1.5, 2.5]), T([[3.0], [4.0], [5.0]]))
    table.add("where", w, mask, T([1, 2, 3], "i32"), T([4.5, 5.5, 6.5], "f32"))
    table.add("where", w, mask, T([1, 2, 3], "i32"), T(7, "i64"))
    table.add("where", w, mask, T([1, 2, 2**60 + 1], "i64"), T([4, 5, 6], "i64"))
    table.add("where", w, mask, T([1, 2, 3], "u8"), T([4, 5, 6], "u8"))
    table.add("where", w, mask, T([True, True, False], "b"), T(False, "b"))
    table.add("where", w, T(True, "b"), A, B)
    table.add("where", w, mask[:0], A[:0], B[:0])
    table.add("where", w, mask, T([nan, inf, 1.0]), T([0.0, nan, -inf]))
    lerp = t.lerp
    for args in ((A, B, 0.25), (A, B, 0.75), (A, B, A - B), (A32, B32, 0.5), (WIDE_A, WIDE_B, ZERO_D),
                 (STEP, TURNED, B), (A32, B32, B32), (EMPTY, EMPTY, 0.3), (ZERO_D, ZERO_D, ZERO_D)):
        table.add("lerp", lerp, *args)
    table.add("lerp", lerp, T([1.0, inf, 0.0, nan]), T([2.0, 1.0, inf, 1.0]), 1.0)
    table.add("lerp", lerp, T([1.0, inf, 0.0, nan]), T([2.0, 1.0, inf, 1.0]), 0.0)
    for op, fn in (("addcmul", t.addcmul), ("addcdiv", t.addcdiv)):
        c = pool("pair.c", T([[0.9, 1.4, 2.6], [2.1, 0.8, 3.3]]))
        table.add(op, fn, A, B, c)
        table.add(op, fn, A, B, c, value=0.37)
        table.add(op, fn, A32, B32, A32, value=-2.5)
        table.add(op, fn, WIDE_A, WIDE_B, c[:, None])
        table.add(op, fn, STEP, TURNED, A, value=2)
        table.add(op, fn, EMPTY, EMPTY, EMPTY)
        table.add(op, fn, ZERO_D, A, B)
        table.add(op, fn, T([0.0, 1.0, inf, nan]), T([1.0, inf, 1.0, 1.0]), T([0.0, 0.0, -0.0, 2.0]))
    table.add("addcmul", t.addcmul, INT_A["i64"], INT_B["i64"], INT_A["i64"], value=3)
    table.add("addcdiv", t.addcdiv, INT_A["i64"], INT_B["i64"], INT_B["i64"])
    clamp = t.clamp
    for x in (KINKS, SPECIALS[0], SPECIALS[1], A32, STEP, TURNED, EMPTY, ZERO_D):
        for bounds in (dict(min=-0.5, max=2.5), dict(min=0.9), dict(max=0)):
            table.add("clamp", clamp, x, smooth=x is not KINKS and x is not SPECIALS[0], **bounds)
    table.add("clamp", clamp, KINKS, smooth=False, min=2, max=1)
    table.add("clamp", clamp, SPECIALS[0], min=nan)
    for code in ("i32", "i64", "u8"):
        for bounds in (dict(min=1, max=5), dict(min=1), dict(max=5), dict(min=1.5)):
            table.add("clamp", clamp, INT_A[code], **bounds)
    tensor_clamp = lambda x, low, high: t.clamp(x, low, high)
    low, high = T([-1.0, 0.0, 1.0]), T([0.5, 1.5, 2.5])
    table.add("clamp", tensor_clamp, T([[-1.0, 0.75, 3.0], [0.5, 1.5, 1.0]]), low, high, smooth=False)
    table.add("clamp", tensor_clamp, T([[-1.5, 0.75, 3.0], [0.75, 1.25, 0.25]]), low, high)
    table.add("clamp", tensor_clamp, T([0.1, 0.6]), T([1.0, -2.0]), T([0.5, -3.0]))
    table.add("clamp", lambda x, low: t.clamp(x, min=low), T([[-1.0, 0.75, 3.0], [0.5, 0.0, 1.0]]), low, smooth=False)
    table.add("clamp", tensor_clamp, T([1.0, 2.0, nan, 1.0]), T([3.0, nan, 0.0, 3.0]), T([2.0, 1.0, 1.0, nan]))
    table.add("clamp", tensor_clamp, T([1, 2, 3], "i64"), T([2, 2, 2], "i32"), T([3, 3, 2], "i32"))
    table.add("copy", lambda a, b: a.clone().copy_(b), A, B, grad=True)
    table.add("copy", lambda a, b: a.clone().copy_(b), A, T([1.0, 2.0, 3.0]))
    table.add("copy", lambda a, b: a.clone().copy_(b), A32, T(7, "i64"))
    table.add("copy", lambda a, b: a.clone().copy_(b), T([1, 2], "i64"), T([1.7, -1.7]))
    table.add("copy", lambda a, b: a.clone().copy_(b), T([True, True], "b"), T([0.0, -0.5]))
    table.add("copy", lambda a, value: a.clone().fill_(value), A, value=2.5)
    table.add("copy", lambda a, value: a.clone().fill_(value), T([1, 2], "i64"), value=-2.5)
    table.add("copy", lambda a, value: a.clone().fill_(value), T([1, 2], "i32"), value=-2.5)
    table.add("copy", lambda a, value: a.clone().fill_(value), T([1, 2], "u8"), value=7)
    table.add("copy", lambda a, value: a.clone().fill_(value), T([True, False], "b"), value=2)
