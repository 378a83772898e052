"""The numbers of data.ts, made with NumPy."""

import numpy as np

# Which element of a result its answer is.
ANSWER_AT = 7

# How many steps a call makes in mode "repeat".
REPEATS = 1000


def uniform(count, seed, scale=1.0):
    x = np.arange(count, dtype=np.uint32)
    x += np.uint32(seed * 0x9E3779B9 % 2**32)
    for shift, factor in ((16, 0x7FEB352D), (15, 0x846CA68B)):
        x ^= x >> np.uint32(shift)
        x *= np.uint32(factor)
    x ^= x >> np.uint32(16)
    return (scale * (x / 2**31 - 1)).astype(np.float32)


def matrix(rows, columns, seed):
    return uniform(rows * columns, seed).reshape(rows, columns)


def layers(work):
    """Returns a pair for each layer: a weight [outputs, inputs] and a bias."""
    widths = work["widths"]
    pairs = []
    for i, (inputs, outputs) in enumerate(zip(widths, widths[1:])):
        scale = inputs**-0.5
        weight = uniform(inputs * outputs, 10 + 2 * i, scale)
        bias = uniform(outputs, 11 + 2 * i, scale)
        pairs.append((weight.reshape(outputs, inputs), bias))
    return pairs


def inputs(work):
    return matrix(work["batch"], work["widths"][0], 1)


def targets(work):
    """Returns numbers for squared errors, classes for cross entropy."""
    classes = work["widths"][-1]
    if work["loss"] == "squares":
        return matrix(work["batch"], classes, 2)
    u = uniform(work["batch"], 3).astype(np.float64)
    return (np.floor((u + 1) / 2 * classes) % classes).astype(np.int64)
