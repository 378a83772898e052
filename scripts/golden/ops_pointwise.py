"""Samples of the ops that compute each element from elements at the same place."""

import numpy as np
import torch
import torch.nn.functional as F

from ops_samples import POOL, T, inf, nan, pool

REAL = [-2.3, -1.1, -0.4, 0.3, 0.9, 1.7, 2.6]
INTS = {
    "i32": T([-7, -1, 0, 1, 2, 9], "i32"),
    "i64": T([-7, -1, 0, 1, 2, 9], "i64"),
    "u8": T([0, 1, 2, 9, 200, 255], "u8"),
    "b": T([False, True, True], "b"),
}
for code, x in INTS.items():
    pool(f"ints.{code}", x)

# Where a function is defined, and places inside.
DOMAINS = {
    "real": REAL,
    "positive": [0.01, 0.3, 0.9, 1.0, 1.7, 5.5, 42.0],
    "unit": [-0.95, -0.5, -0.1, 0.05, 0.3, 0.7, 0.99],
    "above1": [1.01, 1.3, 2.0, 3.7, 10.0, 55.0, 1234.5],
    "aboveMinus1": [-0.99, -0.5, -1e-5, 1e-9, 0.3, 2.0, 100.0],
    "wide": [-30.5, -9.0, -0.7, 1e-3, 0.5, 4.2, 33.0],
}
SPECIAL = [0.0, -0.0, 1.0, -1.0, inf, -inf, nan]
HALVES = [-3.0, -2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 3.0, 6.0]


def layouts(name, data):
    """The inputs that every unary op gets, by name."""
    n = len(data)
    two = [data, [v * 0.9 if abs(v) < 1 else v * 1.1 for v in data]]
    square = [[data[(3 * i + j) % n] for j in range(3)] for i in range(5)]
    pool(f"{name}.f64", T(two))
    pool(f"{name}.f32", T(data[::-1] + data, "f32"))
    pool(f"{name}.t", T(square).t())
    pool(f"{name}.step", T([data[i % n] for i in range(12)]).view(3, 4)[1:, ::2])
    pool(f"{name}.t32", T(square, "f32").t())
    pool(f"{name}.0d", T(data[1]))
    return [f"{name}.{k}" for k in ("f64", "f32", "t", "step", "t32", "0d")]


POOLED = {name: layouts(name, data) for name, data in DOMAINS.items()}
EMPTY = pool("empty", T([]).reshape(0, 3))
SPECIALS = [pool("special.f64", T(SPECIAL)), pool("special.f32", T(SPECIAL, "f32"))]
KINKS = pool("halves", T(HALVES))


def unary(table, op, fn, domain="real", more=(), ints=("i32", "i64", "u8", "b"), specials=SPECIALS, **args):
    for name in POOLED[domain]:
        table.add(op, fn, POOL[name], **args)
    table.add(op, fn, EMPTY, **args)
    for x in specials:
        table.add(op, fn, x, smooth=False, **args)
    table.add(op, fn, KINKS, smooth=False, **args)
    for data in more:
        table.add(op, fn, T(data), smooth=False, **args)
        table.add(op, fn, T(data, "f32"), **args)
    for code in ints:
        table.add(op, fn, INTS[code], **args)


class Cbrt(torch.autograd.Function):
    """PyTorch has none: the values are NumPy's, the derivative is that of the power 1/3."""

    @staticmethod
    def forward(ctx, x):
        x = x if x.is_floating_point() else x.to(torch.float32)
        y = torch.empty_like(x).copy_(torch.from_numpy(np.asarray(np.cbrt(x.detach().numpy()))))
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, g):
        (y,) = ctx.saved_tensors
        return g / (3 * y * y)


def elementary(table):
    t = torch
    rounding = [[0.49999999999999994, -0.49999999999999994, 4503599627370497.5, 1e300, -7.999999999999999]]
    unary(table, "neg", t.neg)
    unary(table, "abs", t.abs)
    unary(table, "sign", t.sign)
    unary(table, "square", t.square)
    unary(table, "reciprocal", t.reciprocal, "positive")
    unary(table, "sqrt", t.sqrt, "positive")
    unary(table, "rsqrt", t.rsqrt, "positive")
    unary(table, "cbrt", Cbrt.apply, "real", [[1e-300, 1e-40, -8.0, -1e30, 1e300]])
    for name in ("floor", "ceil", "trunc", "round", "frac"):
        unary(table, name, getattr(t, name), "real", rounding)
    large = [[-745.5, -709.0, -20.0, 1e-10, 20.0, 88.5, 709.5]]
    unary(table, "exp", t.exp, "wide", large)
    unary(table, "exp2", t.exp2, "wide", large)
    unary(table, "expm1", t.expm1, "wide", large)
    near1 = [[0.99999, 1.00001, 1e-300, 1e-30, 1e30, 1e300]]
    unary(table, "log", t.log, "positive", near1)
    unary(table, "log2", t.log2, "positive", near1)
    unary(table, "log10", t.log10, "positive", near1)
    unary(table, "log1p", t.log1p, "aboveMinus1", [[1e-12, -1e-12, 1e10, 1e-40]])
    angles = [[3.141592653589793, 1.5707963267948966, 100.0, 1e5, 1e22, -12345.678]]
    unary(table, "sin", t.sin, "wide", angles)
    unary(table, "cos", t.cos, "wide", angles)
    unary(table, "tan", t.tan, "wide", angles)
    for name in ("asin", "acos", "atanh"):
        unary(table, name, getattr(t, name), "unit")
    unary(table, "atan", t.atan, "wide", [[1e10, -1e-10]])
    for name in ("sinh", "cosh"):
        unary(table, name, getattr(t, name), "wide", [[1e-10, 88.9, 710.0, -0.3]])
    unary(table, "tanh", t.tanh, "wide", [[1e-10, 20.0, 1e-3, -9.5]])
    unary(table, "asinh", t.asinh, "wide", [[1e-10, 1e10, 1e200, -1e30]])
    unary(table, "acosh", t.acosh, "above1", [[1.0000001, 1e10, 1e200]])
    unary(table, "erf", t.erf, "real", [[1e-10, 5.9, -0.84375, 3.5]])
    unary(table, "erfc", t.erfc, "real", [[1e-10, 5.9, 9.0, 26.0, -6.0]])
    unary(table, "sigmoid", t.sigmoid, "wide", [[-745.0, -100.0, 40.0, 1e-9]])
    unary(table, "isnan", t.isnan)
    unary(table, "isinf", t.isinf)
    unary(table, "isfinite", t.isfinite)
    unary(table, "clone", t.clone)
    for name in ("float32", "float64", "int32", "int64", "uint8", "bool"):
        conversions(table, name, getattr(t, name))


def conversions(table, name, dtype):
    op, fn = f"toCopy.{name}", lambda x: x.to(dtype)
    pos = [0.0, 0.5, 1.0, 1.9, 3.0, 200.7]
    cases = [T(pos), T(pos, "f32"), T(pos).view(2, 3).t(), T(2.5), T([]).view(0, 2)]
    cases += [INTS[c] for c in INTS]
    if dtype.is_floating_point or dtype == torch.bool:
        cases += SPECIALS + [T([1e-40, 1.0000000001, 1e300, -1e-300])]
    elif dtype != torch.uint8:
        cases += [T([-1.9, -0.5, 1e9, -2147483648.0]), T([-1.9, 1e9], "f32")]
    cases += [T([2**40 + 5, -(2**33) + 3, 2**53 + 1], "i64")]
    for x in cases:
        if x.dtype != dtype:
            table.add(op, fn, x)


def activation(table):
    tails = [[-100.0, -20.0, -5.5, 19.9, 20.1, 100.0]]
    float_ints = ("i64", "b")
    unary(table, "relu", F.relu, ints=("i32", "i64", "u8", "b"))
    unary(table, "leakyRelu", F.leaky_relu, ints=float_ints)
    unary(table, "leakyRelu", lambda x, slope: F.leaky_relu(x, slope), slope=0.2, ints=())
    unary(table, "elu", F.elu, more=tails, ints=float_ints)
    unary(table, "elu", lambda x, alpha: F.elu(x, alpha), alpha=1.7, ints=())
    unary(table, "elu", lambda x, kind: F.selu(x), kind="selu", ints=())
    unary(table, "elu", lambda x, kind, alpha: F.celu(x, alpha), kind="celu", alpha=0.5, ints=())
    # In float32 PyTorch makes NaN of inf.
    tails_of_gelu = [[-5.0, 6.0, 12.0]]
    unary(table, "gelu", F.gelu, more=tails_of_gelu, ints=float_ints, specials=SPECIALS[:1])
    unary(table, "geluTanh", lambda x: F.gelu(x, approximate="tanh"), more=[[-5.0, 6.0, 12.0]], ints=float_ints)
    unary(table, "silu", F.silu, more=tails, ints=float_ints)
    unary(table, "mish", F.mish, more=tails, ints=float_ints)
    unary(table, "softplus", F.softplus, more=tails, ints=float_ints)
    unary(
        table, "softplus", lambda x, beta, threshold: F.softplus(x, beta, threshold),
        more=tails, ints=(), beta=2.5, threshold=1.25,
    )
    unary(table, "logSigmoid", F.logsigmoid, more=tails, ints=float_ints)
    unary(table, "hardtanh", F.hardtanh, ints=("i64", "b"))
    unary(table, "hardtanh", lambda x, min, max: F.hardtanh(x, min, max), ints=(), min=-0.5, max=2.5)
    unary(table, "hardtanh", lambda x, kind: F.relu6(x), ints=(), kind="relu6")
    unary(table, "hardsigmoid", F.hardsigmoid, ints=float_ints)
    unary(table, "hardswish", F.hardswish, ints=float_ints)
    unary(table, "softshrink", F.softshrink, ints=float_ints)
    unary(table, "softshrink", lambda x, bound: F.softshrink(x, bound), ints=(), bound=1.5)
    unary(table, "hardshrink", F.hardshrink, ints=float_ints)
    unary(table, "hardshrink", lambda x, bound: F.hardshrink(x, bound), ints=(), bound=1.5)
    unary(
        table, "threshold", lambda x, limit, value: F.threshold(x, limit, value),
        limit=0.5, value=-7.0, ints=(),
    )
    table.add("threshold", lambda x, limit, value: F.threshold(x, limit, value), INTS["i64"], limit=1, value=20)
