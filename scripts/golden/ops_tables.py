"""Result types of operations, strides of views and results, and Python's brackets."""

import random

import torch

from ops_samples import CODES, T, TYPES, Table, encode, nan
from ops_structure import key

NAMES = ["b", "u8", "i32", "i64", "f32", "f64"]


def verdict(fn):
    """The type of the result, or "error"."""
    try:
        return CODES[fn().dtype]
    except (RuntimeError, TypeError, IndexError):
        return "error"


def grid(fn):
    """A row of words per type of the first operand."""
    return [" ".join(verdict(lambda: fn(TYPES[a], TYPES[b])) for b in NAMES) for a in NAMES]


def promotion():
    one = lambda dtype, shape: torch.ones(shape, dtype=dtype)
    numbers = [True, 2, 2.5]
    per_number = lambda fn: [
        " ".join(verdict(lambda: fn(TYPES[a], n)) for n in numbers) for a in NAMES
    ]
    data = {
        "types": NAMES,
        "numbers": numbers,
        "promoteTypes": [" ".join(CODES[torch.promote_types(TYPES[a], TYPES[b])] for b in NAMES) for a in NAMES],
        "canCast": [" ".join(str(int(torch.can_cast(TYPES[a], TYPES[b]))) for b in NAMES) for a in NAMES],
        "tensorTensor": grid(lambda a, b: one(a, 2) * one(b, 2)),
        "tensorZeroDim": grid(lambda a, b: one(a, 2) * one(b, ())),
        "zeroDimTensor": grid(lambda a, b: one(a, ()) * one(b, 2)),
        "zeroDimZeroDim": grid(lambda a, b: one(a, ()) * one(b, ())),
        "tensorNumber": per_number(lambda a, n: one(a, 2) * n),
        "zeroDimNumber": per_number(lambda a, n: one(a, ()) * n),
        "divide": grid(lambda a, b: one(a, 2) / one(b, 2)),
        "divideNumber": per_number(lambda a, n: one(a, 2) / n),
        "whereZeroDim": grid(lambda a, b: torch.where(one(torch.bool, 2), one(a, 2), one(b, ()))),
        "cat": grid(lambda a, b: torch.cat([one(a, 2), one(b, 2)])),
        "multiplyInPlace": grid(lambda a, b: one(a, 2).mul_(one(b, 2))),
        "multiplyInPlaceNumber": per_number(lambda a, n: one(a, 2).mul_(n)),
        "copyInPlace": grid(lambda a, b: one(a, 2).copy_(one(b, 2))),
    }
    torch.set_default_dtype(torch.float64)
    data["tensorNumberFloat64"] = per_number(lambda a, n: one(a, 2) * n)
    data["divideFloat64"] = grid(lambda a, b: one(a, 2) / one(b, 2))
    torch.set_default_dtype(torch.float32)
    return data


def geometry(rng, rank=None):
    """A tensor of some sizes and strides: permuted, stepped, repeated."""
    rank = rng.randrange(5) if rank is None else rank
    sizes = [rng.choice([1, 1, 2, 2, 3, 4]) for _ in range(rank)]
    if rank and rng.random() < 0.05:
        sizes[rng.randrange(rank)] = 0
    step = [rng.choice([1, 1, 1, 2]) for _ in sizes]
    x = torch.arange(float(torch.Size([a * b for a, b in zip(sizes, step)]).numel()), dtype=torch.float64)
    x = x.view([a * b for a, b in zip(sizes, step)])
    x = x[tuple(slice(rng.randrange(s), None, s) for s in step)] if rank else x
    if rng.random() < 0.7:
        x = x.permute(rng.sample(range(rank), rank))
    if rng.random() < 0.3:
        x = x.expand([s * rng.choice([1, 2]) if s == 1 else s for s in x.shape])
    return x


def factors(rng, count):
    """Random sizes with product `count`."""
    sizes, rest = [], count
    while rest > 1 and rng.random() < 0.8:
        d = rng.choice([d for d in range(2, rest + 1) if rest % d == 0])
        sizes.append(d)
        rest //= d
    sizes += [rest] if rest > 1 else []
    for _ in range(rng.choice([0, 0, 1])):
        sizes.insert(rng.randrange(len(sizes) + 1), 1)
    return sizes


def shown(x):
    return f"{'x'.join(map(str, x.shape))}:{'x'.join(map(str, x.stride()))}"


def views(count):
    """`geometry|sizes|strides of the view, or no`"""
    rng, lines = random.Random(5), []
    while len(lines) < count:
        x = geometry(rng)
        if x.numel() == 0:
            continue
        sizes = factors(rng, x.numel())
        try:
            found = "x".join(map(str, x.view(sizes).stride()))
        except RuntimeError:
            found = "no"
        lines.append(f"{shown(x)}|{'x'.join(map(str, sizes))}|{found}")
    return lines


def results(count):
    """`geometry|strides of -x|strides of a clone`"""
    rng, lines = random.Random(6), []
    for _ in range(count):
        x = geometry(rng)
        lines.append(f"{shown(x)}|{'x'.join(map(str, (-x).stride()))}|{'x'.join(map(str, x.clone().stride()))}")
    return lines


def pairs(count):
    """`geometry|geometry of equal sizes|strides of the sum`"""
    rng, lines = random.Random(7), []
    while len(lines) < count:
        x, y = geometry(rng, 3), geometry(rng, 3)
        y = y.permute(rng.sample(range(3), 3))
        if x.shape != y.shape:
            continue
        lines.append(f"{shown(x)}|{shown(y)}|{'x'.join(map(str, (x + y).stride()))}")
    return lines


def brackets():
    """Samples of reading and assigning by index."""
    table = Table()
    cube = torch.arange(24.0, dtype=torch.float64).view(2, 3, 4)
    ints = torch.arange(12).view(3, 4) * 10
    line = torch.arange(5.0, dtype=torch.float64) + 0.5
    turned = cube.permute(2, 0, 1)
    wide = torch.arange(48.0, dtype=torch.float64).view(2, 3, 2, 4)
    ones = lambda *sizes: torch.ones(sizes, dtype=torch.float64)
    i64 = lambda v: T(v, "i64")
    yes = lambda *v: T(list(v), "b")
    a, b, c = i64([0, 2, 1]), i64([1, -1, 0]), i64([[0], [1]])
    mask23 = T([[True, False, True], [False, False, True]], "b")
    mask34 = T([[True, False, False, True], [False, False, False, False], [True, True, False, False]], "b")
    forms = [
        (cube, [0]), (cube, [-1]), (cube, [1, 2, 3]), (cube, [1, -3, -4]), (cube, [2]), (cube, [-3]), (cube, [0, 3]),
        (cube, [0, 0, 0, 0]), (cube, []), (cube, ["..."]), (cube, ["...", 1]), (cube, [1, "..."]), (cube, [0, "...", 1]),
        (cube, ["...", 0, 1, 2]), (cube, [0, 1, 2, "..."]), (cube, ["...", 0, 1, 2, 3]),
        (cube, [None]), (cube, [None, 0, None]), (cube, ["...", None]), (cube, [None, "...", None, 1]), (cube, [0, None, ":", 1]),
        (cube, [":"]), (cube, [":", "1:"]), (cube, [":", ":-1"]), (cube, [":", ":", "::2"]), (cube, [":", ":", "1::2"]),
        (cube, [":", ":", "-3:-1"]), (cube, [":", "5:"]), (cube, [":", "2:1"]), (cube, [":", "-9:9"]), (cube, ["1:2", "::3", "3:"]),
        (cube, [":", ":", "::-1"]), (cube, [":", ":", "::0"]), (line, ["1:4:2"]), (line, [3]), (line, [":", None]), (T(1.5, "f32"), []),
        (T(1.5, "f32"), [None]), (T(1.5, "f32"), ["..."]), (T(1.5, "f32"), [0]), (T(1.5, "f32"), [":"]), (turned, ["1:3", 0]), (turned, ["::2", None, ":", 1]),
        (cube, [[1, 0, 1]]), (cube, [":", [0, -1]]), (cube, [0, ":", [1, 1, 2]]), (cube, [[0, 1], [2, 0]]), (cube, [[0, 1], ":", [2, 0]]),
        (cube, [[]]), (cube, [[2]]), (cube, [[[0, 1], [1, 0]]]), (line, [[4, -5]]), (line, [[5]]), (line, [[-6]]),
        (cube, [[0, 1], None, [2, 0]]), (cube, [None, [0, 1], [2, 0]]), (cube, [[0, 1], 1, [2, 0]]), (cube, [[0, 1], "...", [2, 0]]),
        (cube, [":", [0, 1], [2, 0]]), (wide, [":", [0, 1], [1, 0]]), (wide, [":", [0, 1], ":", [1, 0]]), (wide, [[0, 1], ":", 1, [1, 0]]),
        (wide, [0, [0, 1], ":", [1, 0]]), (wide, ["...", [[0], [1]], [1, 0, 3]]), (wide, [[1], [2], [0], [3]]), (wide, [[0, 1], ":", [0, 1], "1:"]),
        (cube, [[0, 1], [0, 1, 2]]), (cube, [[0, 1], [0, 1], [0, 1], [0, 1]]),
    ]
    read = lambda x, *ts, at: x[key(at, ts)]
    for x, at in forms:
        table.add("at", read, x, at=at)
    tensors = [
        (cube, [a % 2], ["$0"]), (cube, [a], [":", "$0"]), (cube, [c, a], ["$0", "$1"]), (cube, [c, a], ["$0", ":", "$1"]), (cube, [c, a], [":", "$0", "$1"]),
        (cube, [a, b], ["...", "$0", "$1"]), (cube, [i64(1)], ["$0"]), (cube, [i64(1), i64(-1)], ["$0", ":", "$1"]), (cube, [i64(-3)], ["$0"]),
        (cube, [c.int()], ["$0", "1:"]), (cube, [T([0.0])], ["$0"]), (cube, [c.t(), a[:, None]], ["$0", "$1"]), (turned, [a, c], ["$0", "$1"]),
        (cube, [i64([]).view(0, 2)], [":", "$0"]), (cube[:0], [i64([])], ["$0"]), (cube[:0], [i64([0])], ["$0"]), (ints, [a, b], ["$0", "$1"]), (ints, [ints // 50], ["$0"]),
        (cube, [yes(True, False)], ["$0"]), (cube, [yes(True, False, True)], [":", "$0"]), (cube, [yes(False, True, True, False)], ["...", "$0"]),
        (cube, [mask23], ["$0"]), (cube, [mask34], [":", "$0"]), (cube, [mask34], ["...", "$0"]), (cube, [cube > 11], ["$0"]), (cube, [cube > 99], ["$0"]),
        (cube, [yes(True, False), yes(True, False, True)], ["$0", "$1"]), (cube, [yes(True, True), i64([1, 2])], ["$0", "$1"]), (cube, [yes(True, True), i64([1, 2])], ["$0", ":", "$1"]),
        (cube, [mask23, i64([0, 1, 3])], ["$0", "$1"]), (cube, [mask23], ["$0", None]), (cube, [mask23], [None, "$0"]), (cube, [mask34], [0, "$0"]), (cube, [mask23.t()], ["$0"]),
        (cube, [yes(True, False, True)], ["$0"]), (cube, [mask34], ["$0"]), (cube, [T(True, "b")], ["$0"]), (cube, [T(False, "b")], ["$0"]), (cube, [T(True, "b")], [0, "$0"]),
        (cube, [T(True, "b"), i64([0, 1])], ["$0", "$1"]), (T(1.5), [T(True, "b")], ["$0"]), (T(1.5), [T(False, "b")], ["$0"]),
        (cube, [cube > 11], ["$0", 0]), (wide, [mask23], ["$0", "...", "1:"]), (turned, [turned > 5], ["$0"]),
    ]
    for x, ts, at in tensors:
        table.add("at", read, x, *ts, at=at)
    assign = lambda x, v, *ts, at: put(x, v, key(at, ts))
    number = lambda x, *ts, at, value: put(x, value, key(at, ts))
    row = T([100.0, 200.0, 300.0, 400.0])
    for x, at in ((cube, [0]), (cube, [":", 1, "::2"]), (cube, []), (cube, ["...", None, 3]), (cube, [[0, 1], [2, 0]]), (ints, [1, "1:3"]), (ints, [[2, 0]]), (turned, [1, 0]), (cube, [5]), (line, [[1, 1]])):
        table.add("setAt", number, x, at=at, value=-7)
    for value in (1.5, -1.5):
        table.add("setAt", number, ints, at=[0, 1], value=value)
        table.add("setAt", number, ints, at=[[0, 1]], value=value)
        table.add("setAt", number, ints > 40, at=[0], value=value)
    table.add("setAt", number, cube, cube > 11, at=["$0"], value=0)
    table.add("setAt", number, cube, mask34, at=[":", "$0"], value=nan)
    for x, v, ts, at in (
        (cube, row, [], [1]), (cube, row, [], [1, 2]), (cube, row[:3, None], [], [0]), (cube, row, [], [0, 0, "::2"]), (cube, row[:2], [], [":", 0, "::2"]), (cube, row[:1], [], ["...", 0]),
        (cube, row[:2], [], [":", 0, "1"]), (cube, ones(1, 1, 4), [], [0, 0]), (cube, ones(2, 3, 4), [], [0]), (cube, ones(0), [], [":", ":", "4:"]),
        (cube, row, [c], ["$0", [2, 0], "..."]), (cube, row[:3], [a], ["...", "$0"]), (cube, row[:1], [cube > 20], ["$0"]), (cube, row[:3], [cube > 20], ["$0"]), (cube, row[:2], [cube > 20], ["$0"]),
        (cube, row[:2], [i64([0, 1]), i64([2, 0])], ["$0", ":", "$1"]), (cube, row[:2, None], [i64([0, 1]), i64([2, 0])], ["$0", ":", "$1"]), (cube, row.long(), [], [0, 0]),
        (ints, row + 0.75, [], [0]), (ints, row[:1] > 0, [], [0]), (turned, row[:2], [i64([1, 3])], ["$0", ":", 1]), (cube, T(5.5), [mask23], ["$0"]),
        (line, row[:2], [i64([3, -5])], ["$0"]), (line, row[:2], [i64([3, 5])], ["$0"]), (cube, row, [mask23.t()], ["$0"]), (cube, ones(3, 1, 4), [i64([1, 0, 1])], [":", "$0"]),
    ):
        table.add("setAt", assign, x, v, *ts, at=at)
    return table.rows


def put(x, value, index):
    out = x.clone()
    out[index] = value
    return out


def creation():
    """What functions make of numbers."""

    def case(fn, args, dtype=None):
        named = {"float64": torch.float64, "float32": torch.float32, "int32": torch.int32, "int64": torch.int64, "uint8": torch.uint8}
        sample = {"args": args} | ({"dtype": dtype} if dtype else {})
        try:
            sample["out"] = encode(fn(*args, dtype=named.get(dtype)))
        except RuntimeError:
            sample["out"] = "error"
        return sample

    ranges = [[5], [0], [2, 7], [7, 2], [7, 2, -1], [1, 10, 3], [0, 1, 0.1], [1, 2, 0.3], [2.5], [-2, 2, 0.5], [5, 5], [0, -3, -0.7], [1, 5, 0], [1, 5, -1], [-5], [0, 3, 7],
              [0, 0.3, 0.1], [1.5, 4.5], [2**53, 2**53 + 6, 2], [0, 11, 1]]
    steps = [[0, 1, 5], [0, 1, 1], [0, 1, 0], [0, 1, 2], [3, -3, 7], [-1, 1, 8], [0.1, 0.7, 11], [2, 2, 3], [0, 1, -1], [1e10, 1e10 + 1, 5], [0, 10, 4]]
    return {
        "arange": [case(torch.arange, a) for a in ranges]
        + [case(torch.arange, a, "float64") for a in ranges] + [case(torch.arange, a, "int32") for a in ranges[:6]],
        "linspace": [case(torch.linspace, a) for a in steps]
        + [case(torch.linspace, a, d) for a in steps for d in ("float64",)]
        + [case(torch.linspace, a, d) for a in steps[:6] + steps[-1:] for d in ("int64", "int32")],
    }
