"""Prints the polynomial coefficients of packages/tensor/math.

Each row is a minimax fit (Remez exchange in multiple precision) whose
coefficients are then rounded to their type; the error is given after that.

Run: python scripts/golden/math_coefficients.py [NAME...]   (needs mpmath, numpy)
"""

import sys

import mpmath as mp
import numpy as np

mp.mp.dps = 60


def solve(function, weight, powers, nodes):
    """Coefficients and the levelled error at `nodes` (one more than powers)."""
    rows = mp.matrix(len(nodes), len(powers) + 1)
    right = mp.matrix(len(nodes), 1)
    for i, x in enumerate(nodes):
        for j, p in enumerate(powers):
            rows[i, j] = x**p
        rows[i, len(powers)] = (-1) ** i / weight(x)
        right[i] = function(x)
    solution = mp.lu_solve(rows, right)
    return [solution[j] for j in range(len(powers))], abs(solution[len(powers)])


def remez(function, weight, low, high, powers, rounds=12, density=24):
    """Minimises max |weight * (function - sum c_j x^powers_j)| on [low, high]."""
    count = len(powers) + 1
    low, high = mp.mpf(low), mp.mpf(high)
    middle, half = (low + high) / 2, (high - low) / 2
    # Weights vanish at zero, so no node may lie there.
    away = lambda x: x if abs(x) > half / 1000 else half / 1000
    nodes = [away(middle - half * mp.cos(mp.pi * i / (count - 1))) for i in range(count)]
    grid = [
        away(middle - half * mp.cos(mp.pi * i / (count * density)))
        for i in range(count * density + 1)
    ]
    values = [function(x) for x in grid]
    weights = [weight(x) for x in grid]
    for _ in range(rounds):
        coefficients, level = solve(function, weight, powers, nodes)
        errors = [
            w * (v - sum(c * x**p for c, p in zip(coefficients, powers)))
            for x, v, w in zip(grid, values, weights)
        ]
        # The extremum of every run of equal signs is a node of the next round.
        extrema = []
        for i, e in enumerate(errors):
            if extrema and (e > 0) == (errors[extrema[-1]] > 0):
                if abs(e) > abs(errors[extrema[-1]]):
                    extrema[-1] = i
            else:
                extrema.append(i)
        while len(extrema) > count:
            first, last = abs(errors[extrema[0]]), abs(errors[extrema[-1]])
            extrema.pop(0 if first < last else -1)
        worst = max(abs(e) for e in errors)
        if len(extrema) < count or worst < level * mp.mpf("1.0005"):
            break
        nodes = [grid[i] for i in extrema]
    return coefficients, worst


def rounded(value, kind):
    return float(np.float32(float(value))) if kind == "f32" else float(value)


def fit(name, kind, function, weight, low, high, powers):
    """Prints a fit with coefficients rounded to `kind`, and its error after rounding."""
    powers = list(powers)
    exact, _ = remez(function, weight, low, high, powers)
    known = [rounded(c, kind) for c in exact]
    grid = [mp.mpf(low) + (mp.mpf(high) - low) * i / 1999 for i in range(1, 1999)]
    worst = max(
        abs(weight(x) * (function(x) - sum(c * x**p for c, p in zip(known, powers))))
        for x in grid
    )
    span = f"[{mp.nstr(mp.mpf(low), 6)}, {mp.nstr(mp.mpf(high), 6)}]"
    print(f"{name} {kind} on {span}: error 2^{float(mp.log(worst, 2)):.2f}")
    text = [repr(c) if kind == "f64" else f"{c:.9g}" for c in reversed(known)]
    print("  " + ", ".join(text), flush=True)


def series(function, terms, at_zero):
    """`function` away from zero, a Taylor polynomial close to it."""
    taylor = mp.taylor(at_zero, 0, terms) if callable(at_zero) else at_zero
    return lambda x: mp.polyval(taylor[::-1], x) if abs(x) < mp.mpf(2) ** -12 else function(x)


rows = {}


def row(function):
    rows[function.__name__] = function
    return function


@row
def exp():
    """(e^r - 1 - r) / r^2, relative to e^r - 1."""
    bound = mp.log(2) / 2 * mp.mpf("1.001")
    f = series(lambda x: (mp.expm1(x) - x) / x**2, 20, [1 / mp.factorial(k + 2) for k in range(20)])
    weight = abs
    fit("exp", "f32", f, weight, -bound, bound, range(6))
    fit("exp", "f64", f, weight, -bound, bound, range(11))


@row
def log():
    """(log(1 + r) - r + r^2 / 2) / r^3, relative to log(1 + r)."""
    taylor = [mp.mpf(-1) ** k / (k + 3) for k in range(20)]
    f = series(lambda x: (mp.log1p(x) - x + x * x / 2) / x**3, 20, taylor)
    weight = lambda x: abs(x**3 / mp.log1p(x))
    fit("log", "f32", f, weight, mp.sqrt(mp.mpf(1) / 2) - 1, mp.sqrt(2) - 1, range(9))


@row
def log_ratio():
    """(2 artanh(s) - 2 s) / s as a polynomial in s^2 without constant, s = f / (2 + f)."""
    bound = (3 - 2 * mp.sqrt(2)) ** 2 * mp.mpf("1.001")
    taylor = [0] + [mp.mpf(2) / (2 * k + 3) for k in range(20)]
    g = lambda z: (2 * mp.atanh(mp.sqrt(z)) / mp.sqrt(z) - 2) / z
    fit("log_ratio", "f64", g, lambda z: z / 2, mp.mpf(0), bound, range(7))


@row
def acosh():
    """(acosh(1 + t) / sqrt(2 t) - 1) / t for t up to 1/2."""
    f = lambda t: (mp.acosh(1 + t) / mp.sqrt(2 * t) - 1) / t
    fit("acosh", "f32", f, lambda t: t, mp.mpf(0), mp.mpf("0.5"), range(5))
    fit("acosh", "f64", f, lambda t: t, mp.mpf(0), mp.mpf("0.5"), range(12))


@row
def sin():
    """(sin(r) - r) / r^3 in z = r^2."""
    bound = (mp.pi / 4) ** 2 * mp.mpf("1.002")
    g = lambda z: (mp.sin(mp.sqrt(z)) / mp.sqrt(z) - 1) / z
    weight = lambda z: z
    fit("sin", "f32", g, weight, mp.mpf(0), bound, range(3))
    fit("sin", "f64", g, weight, mp.mpf(0), bound, range(6))


@row
def cos():
    """(cos(r) - 1 + r^2 / 2) / r^4 in z = r^2."""
    bound = (mp.pi / 4) ** 2 * mp.mpf("1.002")
    g = lambda z: (mp.cos(mp.sqrt(z)) - 1 + z / 2) / z**2
    weight = lambda z: z * z
    fit("cos", "f32", g, weight, mp.mpf(0), bound, range(3))
    fit("cos", "f64", g, weight, mp.mpf(0), bound, range(6))


@row
def tan():
    """(tan(r) - r) / r^3 in z = r^2."""
    bound = (mp.pi / 4) ** 2 * mp.mpf("1.002")
    g = lambda z: (mp.tan(mp.sqrt(z)) / mp.sqrt(z) - 1) / z
    fit("tan", "f32", g, lambda z: z, mp.mpf(0), bound, range(7))
    fit("tan", "f64", g, lambda z: z, mp.mpf(0), bound, range(15))


@row
def tanh():
    """(tanh(x) - x) / x^3 in z = x^2 up to 0.625."""
    g = lambda z: (mp.tanh(mp.sqrt(z)) / mp.sqrt(z) - 1) / z
    fit("tanh", "f32", g, lambda z: z, mp.mpf(0), mp.mpf("0.625") ** 2, range(5))
    fit("tanh", "f64", g, lambda z: z, mp.mpf(0), mp.mpf("0.625") ** 2, range(12))


@row
def sinh():
    """(sinh(x) - x) / x^3 in z = x^2 up to 1."""
    g = lambda z: (mp.sinh(mp.sqrt(z)) / mp.sqrt(z) - 1) / z
    fit("sinh", "f32", g, lambda z: z, mp.mpf(0), mp.mpf(1), range(4))
    fit("sinh", "f64", g, lambda z: z, mp.mpf(0), mp.mpf(1), range(7))


@row
def asin():
    """(asin(x) - x) / x^3 in z = x^2 up to 0.5."""
    g = lambda z: (mp.asin(mp.sqrt(z)) / mp.sqrt(z) - 1) / z
    fit("asin", "f32", g, lambda z: z, mp.mpf(0), mp.mpf("0.25"), range(5))
    fit("asin", "f64", g, lambda z: z, mp.mpf(0), mp.mpf("0.25"), range(12))


@row
def atan():
    """(atan(t) - t) / t^3 in z = t^2 up to 1."""
    g = lambda z: (mp.atan(mp.sqrt(z)) / mp.sqrt(z) - 1) / z
    fit("atan", "f32", g, lambda z: z, mp.mpf(0), mp.mpf(1), range(9))
    fit("atan", "f64", g, lambda z: z, mp.mpf(0), mp.mpf(1), range(20))


@row
def erf():
    """erf(x) / x - 1 in z = x^2."""
    g = lambda z: mp.erf(mp.sqrt(z)) / mp.sqrt(z) - 1
    one = lambda z: mp.mpf(1)
    fit("erf", "f32", g, one, mp.mpf(0), mp.mpf(1), range(7))
    fit("erf", "f64", g, one, mp.mpf(0), mp.mpf(1), range(12))


@row
def erfc():
    """x e^(x^2) erfc(x) - 1/2 in q = (x - 1.75) / (x + 1.75), for x from 0.75."""
    center = mp.mpf("1.75")
    back = lambda q: center * (1 + q) / (1 - q)
    f = lambda q: back(q) * mp.exp(back(q) ** 2) * mp.erfc(back(q)) - mp.mpf("0.5")
    there = lambda x: (mp.mpf(x) - center) / (mp.mpf(x) + center)
    one = lambda q: mp.mpf(1)
    fit("erfc", "f32", f, one, there("0.74"), there("10.1"), range(10))
    fit("erfc", "f64", f, one, there("0.74"), there("27.5"), range(23))


@row
def erf_log():
    """log erfc(x) from 1 to 4, weighed by what it contributes to erf."""
    f = lambda x: mp.log(mp.erfc(x))
    fit("erf_log", "f32", f, mp.erfc, mp.mpf("0.99"), mp.mpf(4), range(7))


@row
def normal():
    """(u + 3) e^(u^2 / 2) P(Z > u) in q = (u - 3) / (u + 3), relative to itself."""
    center = mp.mpf(3)
    back = lambda q: center * (1 + q) / (1 - q)
    there = lambda u: (mp.mpf(u) - center) / (mp.mpf(u) + center)

    def f(q):
        u = back(q)
        return (u + center) * mp.exp(u * u / 2) * mp.erfc(u / mp.sqrt(2)) / 2

    fit("normal", "f32", f, lambda q: 1 / f(q), there(0), there("14.5"), range(10))


@row
def pow_log():
    """3 (artanh(s) / s - 1 - s^2 / 3) / s^4 in z = s^2."""
    bound = (3 - 2 * mp.sqrt(2)) ** 2 * mp.mpf("1.001")
    f = lambda z: 3 * sum(z**k / (2 * k + 5) for k in range(60))
    fit("pow_log", "f32", f, lambda z: z * z / 3, mp.mpf(0), bound, range(3))
    fit("pow_log", "f64", f, lambda z: z * z / 3, mp.mpf(0), bound, range(8))


@row
def cbrt():
    """(cbrt((1 + s) / (1 - s)) - 1) / s, relative to the cube root, where the first guess errs by up to 3.22%."""
    error = mp.mpf("0.0322")
    bound = ((1 + error) ** 3 - 1) / ((1 + error) ** 3 + 1)
    f = lambda s: (mp.cbrt((1 + s) / (1 - s)) - 1) / s
    fit("cbrt", "f32", f, abs, -bound, bound, range(4))
    fit("cbrt", "f64", f, abs, -bound, bound, range(4))


if __name__ == "__main__":
    for name in sys.argv[1:] or rows:
        rows[name]()
