"""Writes packages/tensor/testdata/math.json: elementary functions to 200 bits.

Run from the root of the repository:

    python scripts/golden/math_values.py        (needs mpmath)

Inputs are spread evenly over the bit patterns of their type, over the range in
which a function is interesting, and around the places where functions lose
accuracy: log near 1, expm1 near 0, sin near multiples of pi/2, the ends of the
domains, subnormal results. Numbers are stored as base64 of little-endian
arrays. For f32 the expected values are rounded to f64, for f64 they are
a double and, as f32, what it leaves, in units of its last place.
"""

import base64
import json
import random
import struct

import mpmath as mp

from math_worst import WORST

mp.mp.prec = 200
random.seed(20240229)

TYPES = {
    "f32": {"code": "f", "bits": "I", "digits": 24, "least": -149, "most": 128},
    "f64": {"code": "d", "bits": "Q", "digits": 53, "least": -1074, "most": 1024},
}


def rounded(value, kind):
    """`value`, a float, as a number of the type."""
    return struct.unpack("<f", struct.pack("<f", value))[0] if kind == "f32" else value


def pattern(kind):
    """A positive number, all bit patterns being equally likely."""
    t = TYPES[kind]
    infinity = ((1 << (32 if kind == "f32" else 64)) >> 1) - (1 << (t["digits"] - 1))
    return struct.unpack("<" + t["code"], struct.pack("<" + t["bits"], random.randrange(infinity)))[0]


def uniform(low, high):
    return lambda kind: random.uniform(low[kind], high[kind]) if isinstance(low, dict) else random.uniform(low, high)


def near(center, reach=0.25):
    """Numbers at all distances from `center`."""
    def draw(kind):
        distance = reach * 2.0 ** -random.uniform(0, TYPES[kind]["digits"] + 4)
        return center + random.choice((-1, 1)) * distance
    return draw


def quarters(most):
    """Numbers next to multiples of pi/4, up to `most` of them."""
    def draw(kind):
        n = random.randrange(1, most)
        angle = float(n * mp.pi / 4)
        return rounded(angle, kind) * (1 + random.choice((-1, 0, 1)) * 2.0 ** -(TYPES[kind]["digits"] - 1))
    return draw


def both(draw):
    return lambda kind: random.choice((-1, 1)) * draw(kind)


positive = pattern
anything = both(pattern)
exp_range = uniform({"f32": -104.5, "f64": -746}, {"f32": 89, "f64": 710})
exp_small = uniform({"f32": -104, "f64": -745.2}, {"f32": -87, "f64": -708})
sinh_range = uniform({"f32": -90, "f64": -711}, {"f32": 90, "f64": 711})
erfc_range = uniform({"f32": -5, "f64": -6}, {"f32": 10.1, "f64": 27.3})
trigonometric = [
    (anything, 0.3), (quarters(64), 0.2), (quarters(400000), 0.3), (uniform(-7, 7), 0.2),
]
logarithmic = [(positive, 0.4), (near(1.0), 0.3), (uniform(0.4, 3), 0.3)]
unit = [(anything, 0.2), (uniform(-1, 1), 0.4), (near(1.0), 0.2), (near(-0.5), 0.2)]
by_exp = [(anything, 0.2), (exp_range, 0.3), (near(0.0, 1), 0.2), (uniform(-2, 2), 0.3)]


def inverse_root(x):
    return 1 / mp.sqrt(x)


def sigmoid(x):
    return 1 / (1 + mp.exp(-x))


def asinh(x):
    return mp.sign(x) * mp.log1p(abs(x) + x * x / (1 + mp.sqrt(1 + x * x)))


def acosh(x):
    return mp.log1p(x - 1 + mp.sqrt((x - 1) * (x + 1)))


def atanh(x):
    return mp.log1p(2 * x / (1 - x)) / 2


def logarithm(base):
    return lambda x: mp.log(x) / mp.log(base)


def odd(function, slope=1):
    """`function`, but a line where the argument is so small that it is one."""
    return lambda x: slope * x if abs(x) < mp.mpf(2) ** -100 else function(x)


# Name: the function, where to draw from and how often, where it is defined.
ONE = {
    "exp": (mp.exp, by_exp[:2] + [(exp_small, 0.2), (uniform(-2, 2), 0.3)]),
    "exp2": (lambda x: mp.mpf(2) ** x, by_exp),
    "expm1": (odd(mp.expm1), by_exp),
    "log": (mp.log, logarithmic),
    "log2": (logarithm(2), logarithmic),
    "log10": (logarithm(10), logarithmic),
    "log1p": (odd(mp.log1p), [(positive, 0.2), (near(0.0), 0.3), (uniform(-1, 3), 0.4), (near(-1.0), 0.1)]),
    "sin": (odd(mp.sin), trigonometric),
    "cos": (mp.cos, trigonometric),
    "tan": (odd(mp.tan), trigonometric),
    "asin": (odd(mp.asin), unit),
    "acos": (mp.acos, unit),
    "atan": (odd(mp.atan), [(anything, 0.4), (uniform(-3, 3), 0.6)]),
    "sinh": (odd(mp.sinh), [(anything, 0.2), (sinh_range, 0.3), (uniform(-2, 2), 0.5)]),
    "cosh": (mp.cosh, [(anything, 0.2), (sinh_range, 0.3), (uniform(-6, 6), 0.5)]),
    "tanh": (odd(mp.tanh), [(anything, 0.3), (uniform(-22, 22), 0.2), (uniform(-1, 1), 0.5)]),
    "asinh": (odd(asinh), [(anything, 0.4), (uniform(-3, 3), 0.6)]),
    "acosh": (acosh, [(positive, 0.3), (near(1.0), 0.2), (uniform(1, 3), 0.5)]),
    "atanh": (odd(atanh), unit),
    "erf": (odd(mp.erf, 2 / mp.sqrt(mp.pi)), [(anything, 0.2), (uniform(-6, 6), 0.3), (uniform(-1.5, 1.5), 0.5)]),
    "erfc": (mp.erfc, [(anything, 0.1), (erfc_range, 0.5), (uniform(0.4, 2), 0.4)]),
    "sigmoid": (sigmoid, [(anything, 0.1), (exp_range, 0.3), (uniform(-6, 6), 0.6)]),
    "rsqrt": (inverse_root, [(positive, 0.5), (uniform(0.25, 4), 0.5)]),
}

# Drawn after all others, so that those have the numbers they had before.
LATER = {
    "cbrt": (lambda x: mp.sign(x) * mp.cbrt(abs(x)), [(anything, 0.5), (uniform(1, 8), 0.5)]),
}

DOMAIN = {
    "log": (0, None), "log2": (0, None), "log10": (0, None), "rsqrt": (0, None),
    "log1p": (-1, None), "acosh": (1, None),
    "asin": (-1, 1), "acos": (-1, 1), "atanh": (-1, 1),
}
# Beyond these the result is infinite, zero or a constant; mpmath would take long to find that out.
CALM = {"exp": 800, "exp2": 1200, "expm1": 800, "sinh": 800, "cosh": 800, "sigmoid": 800, "erf": 30, "erfc": 30, "tanh": 400}


def pow_points(kind):
    t = TYPES[kind]
    choice = random.random()
    x = pattern(kind) if choice < 0.4 else random.uniform(0.3, 3) if choice < 0.7 else near(1.0)(kind)
    x = rounded(x, kind)
    if x in (0, 1):
        return None
    y = random.uniform(t["least"] - 2, t["most"] + 1) / float(mp.log(x, 2))
    if random.random() < 0.3:
        y = random.uniform(-4, 4)
    if random.random() < 0.2:
        x, y = -x, float(round(min(max(y, -1e9), 1e9)))
    return x, rounded(y, kind) if abs(y) < 1e38 else None


def power(x, y):
    size = mp.power(2, y * mp.log(abs(x), 2))
    return -size if x < 0 and int(y) % 2 else size


def plane_points(kind):
    x = both(pattern)(kind) if random.random() < 0.4 else random.uniform(-3, 3)
    y = both(pattern)(kind) if random.random() < 0.4 else x * random.uniform(-2, 2)
    return x, y


TWO = {
    "pow": (power, pow_points),
    "atan2": (mp.atan2, plane_points),
    "hypot": (lambda x, y: mp.sqrt(x * x + y * y), plane_points),
}


def expected(value, kind):
    """The stored result, or None where it lies too close to overflow to say."""
    t = TYPES[kind]
    value = mp.mpf(value)
    border = mp.mpf(2) ** t["most"]
    if abs(value) >= border:
        return (float(mp.sign(value)) * float("inf"), 0.0)
    if abs(value) > border * (1 - mp.mpf(2) ** (3 - t["digits"])):
        return None
    near = float(value)
    if kind == "f32":
        return (near, 0.0)
    exponent = max(mp.frexp(value)[1] - 1, -1022) if value else -1022
    return (near, float((value - mp.mpf(near)) / mp.mpf(2) ** (exponent - 52)))


def points(name, kind, count):
    """Tuples of arguments and results."""
    rows = []
    worst = list(WORST.get(name, {}).get(kind, []))
    while len(rows) < count:
        if worst:
            function, args = {**ONE, **LATER}[name][0], (worst.pop(),)
        elif name in TWO:
            function, draw = TWO[name]
            args = draw(kind)
        else:
            function, sources = {**ONE, **LATER}[name]
            draw = random.choices([s for s, _ in sources], [w for _, w in sources])[0]
            args = (draw(kind),)
        if args is None or None in args or any(abs(a) > 3.4e38 for a in args) and kind == "f32":
            continue
        args = tuple(rounded(a, kind) for a in args)
        low, high = DOMAIN.get(name, (None, None))
        x = args[0]
        if low is not None and x <= low or high is not None and x >= high:
            continue
        if any(a == 0 for a in args):
            continue
        calm = CALM.get(name)
        if calm is not None and abs(x) > calm:
            x = calm if x > 0 else -calm
            result = expected(function(mp.mpf(x)), kind)
        else:
            result = expected(function(*(mp.mpf(a) for a in args)), kind)
        if result is not None:
            rows.append((args, result))
    return rows


def packed(numbers, code):
    data = struct.pack(f"<{len(numbers)}{code}", *numbers)
    return base64.b64encode(data).decode()


def table(name, kind, count):
    rows = points(name, kind, count)
    code = TYPES[kind]["code"]
    arity = len(rows[0][0])
    out = {
        "inputs": [packed([args[i] for args, _ in rows], code) for i in range(arity)],
        "expected": packed([result for _, (result, _) in rows], "d"),
    }
    if kind == "f64":
        out["rest"] = packed([rest for _, (_, rest) in rows], "f")
    return out


if __name__ == "__main__":
    data = {
        "mpmath": mp.__version__,
        "functions": {
            name: {kind: table(name, kind, 320 if kind == "f32" else 240) for kind in TYPES}
            for name in [*ONE, *TWO, *LATER]
        },
    }
    with open("packages/tensor/testdata/math.json", "w") as file:
        json.dump(data, file, indent=1)
        file.write("\n")
