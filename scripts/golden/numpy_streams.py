"""Writes packages/data/testdata/numpy.json: streams of NumPy and scikit-learn.

Run from the root of the repository, with numpy, scikit-learn and mpmath:

    python scripts/golden/numpy_streams.py
"""

import json
import pathlib
import struct

import mpmath
import numpy as np
import sklearn
from sklearn.datasets import make_regression

OUT = "packages/data/testdata/numpy.json"
SEEDS = [0, 1, 1234, 2**32 - 1]
EDGE = 3.6541528853610088  # where the ziggurat's tail begins


def checksum(array):
    """Sum of (i + 1) * bits[i] modulo 2^64, as a string."""
    bits = array.view(f"u{array.itemsize}").astype(np.uint64).ravel()
    weights = np.arange(1, bits.size + 1, dtype=np.uint64)
    return str((bits * weights).sum(dtype=np.uint64))


def strings(array):
    return [str(v) for v in array]


def shuffled(rng, n):
    array = np.arange(n)
    rng.shuffle(array)
    return array.tolist()


def ziggurat():
    """The tables are compiled into the static library that NumPy comes with."""
    folder = pathlib.Path(np.random.__file__).parent
    library = (folder / "lib" / "libnpyrandom.a").read_bytes()

    def table(first, second):
        start = struct.pack("<dd", first, second)
        assert library.count(start) == 1
        return np.frombuffer(library, "<f8", 256, library.index(start))

    widths = table(8.683627060801306e-16, 4.779330175727737e-17)
    densities = table(1.0, 0.9771017012676716)
    start = struct.pack("<QQ", 0x0EF33D8025EF6A, 0)
    assert library.count(start) == 1
    insides = np.frombuffer(library, "<u8", 256, library.index(start))
    return {
        "widths": checksum(widths),
        "insides": checksum(insides),
        "densities": checksum(densities),
    }


def mt19937(seed):
    raw = np.random.RandomState(seed)._bit_generator.random_raw(2000)
    return {
        "raw": raw[:3].tolist(),
        "checksum": checksum(raw.astype(np.uint32)),
    }


def random_state(seed):
    """Draws in the order in which the test draws them."""
    rng = np.random.RandomState(seed)
    return {
        "seed": seed,
        "randomSample": rng.random_sample(5).tolist(),
        "randomSampleChecksum": checksum(rng.random_sample(2000)),
        "standardNormal": rng.standard_normal(5).tolist(),
        "normal": rng.normal(2, 3, 4).tolist(),  # begins with the cached one
        "uniform": rng.uniform(-2, 3, 5).tolist(),
        "randintNarrow": rng.randint(-5, 10, 20).tolist(),
        "randint32": rng.randint(-5, 2**32 - 5, 5).tolist(),
        "randint33": rng.randint(-5, 2**32 - 4, 5).tolist(),
        "randint54": rng.randint(-(2**53) + 1, 2**53 - 1, 5).tolist(),
        "randint63": strings(rng.randint(-(2**62), 2**62 + 77, 5)),
        "randint64": strings(rng.randint(-(2**63), 2**63, 5)),
        "randintOne": rng.randint(7, 8, 3).tolist(),
        "permutation": rng.permutation(12).tolist(),
        "shuffle": shuffled(rng, 9),
        "choice": rng.choice(10, 8).tolist(),
        "choiceWithout": rng.choice(10, 8, replace=False).tolist(),
        "last": rng.random_sample(1).tolist(),
    }


def default_rng(seed):
    """Draws in the order in which the test draws them."""
    rng = np.random.default_rng(seed)
    result = {
        "seed": seed,
        "random": rng.random(5).tolist(),
        "randomChecksum": checksum(rng.random(2000)),
        "standardNormal": rng.standard_normal(5).tolist(),
        "normal": rng.normal(2, 3, 4).tolist(),
        "uniform": rng.uniform(-2, 3, 5).tolist(),
        # An odd number of 32-bit draws leaves half of 64 bits in the buffer,
        # which must outlive the draw of a double.
        "integersNarrow": rng.integers(-5, 10, 21).tolist(),
        "buffered": rng.random(2).tolist(),
        "integersRejecting": rng.integers(0, 3 * 10**9, 20).tolist(),
        "integers32": rng.integers(-5, 2**32 - 5, 5).tolist(),
        "integers33": rng.integers(-5, 2**32 - 4, 5).tolist(),
        "integers54": rng.integers(-(2**53) + 1, 2**53 - 1, 5).tolist(),
        "integers63": strings(rng.integers(-(2**62), 2**62 + 77, 5)),
        "integers64": strings(rng.integers(-(2**63), 2**63, 5)),
        "integersOne": rng.integers(7, 8, 3).tolist(),
        "permutation": rng.permutation(12).tolist(),
        "shuffle": shuffled(rng, 9),
    }
    # All layers of the ziggurat; the tail depends on the C library's logarithm.
    normals = rng.standard_normal(20000)
    normals[np.abs(normals) > EDGE] = 0
    result["normalsChecksum"] = checksum(normals)
    result["last"] = rng.random(1).tolist()
    return result


def regression(**options):
    x, y, coef = make_regression(coef=True, **options)
    return {
        "xFirst": x[0].tolist(),
        "xLast": x[-1].tolist(),
        "yFirst": y[:3].ravel().tolist(),
        "yLast": y[-3:].ravel().tolist(),
        "coef": coef.ravel().tolist(),
        "xSum": float(x.sum()),
        "ySum": float(y.sum()),
        # Rounded to float32, so that last digits do not matter.
        "xChecksum": checksum(x.astype(np.float32)),
        "yChecksum": checksum(y.astype(np.float32)),
    }


def correctly_rounded():
    mpmath.mp.prec = 250
    rng = np.random.default_rng(0)
    logs = np.concatenate(
        [
            rng.random(30),
            1 + rng.uniform(-1e-9, 1e-9, 8),
            np.exp(rng.uniform(-700, 700, 8)),
            [0.5, 1 - 2**-53, 1.0, 1 + 2**-52, 2.0],
        ]
    )
    exps = np.concatenate(
        [
            rng.uniform(-7, 0, 30),
            rng.uniform(-1e-9, 1e-9, 8),
            rng.uniform(-700, 700, 8),
            [-1.0, 0.0, 1.0],
        ]
    )
    return {
        "log": [[float(v), float(mpmath.log(float(v)))] for v in logs],
        "exp": [[float(v), float(mpmath.exp(float(v)))] for v in exps],
    }


def main():
    shuffled_10000 = np.arange(10000)
    np.random.default_rng(1234).shuffle(shuffled_10000)
    data = {
        "versions": {
            "numpy": np.__version__,
            "scikit-learn": sklearn.__version__,
            "mpmath": mpmath.__version__,
        },
        "correctlyRounded": correctly_rounded(),
        "ziggurat": ziggurat(),
        "mt19937": [
            {"seed": seed, **mt19937(seed)}
            for seed in [*SEEDS, [1], [1, 2, 3]]
        ],
        # Seeded by [0, 1000003, 2000006, ...], more words than the state has.
        "mt19937LongKey": mt19937([i * 1000003 for i in range(700)]),
        "seedSequence": [
            {
                "seed": strings(np.atleast_1d(np.array(seed, dtype=object))),
                "state": np.random.SeedSequence(seed).generate_state(9).tolist(),
            }
            for seed in [0, 1234, 2**32, 3**90, [1, 2], [2**40, 0, 3**80, 5]]
        ],
        "pcg64": [
            {
                "seed": seed,
                "raw": strings(np.random.PCG64(seed).random_raw(3)),
                "checksum": checksum(np.random.PCG64(seed).random_raw(2000)),
            }
            for seed in SEEDS
        ],
        "randomState": [random_state(seed) for seed in SEEDS],
        "defaultRng": [default_rng(seed) for seed in SEEDS],
        "shuffle10000": {
            "first": shuffled_10000[:20].tolist(),
            "last": shuffled_10000[-20:].tolist(),
            "checksum": checksum(shuffled_10000),
        },
        "makeRegression": {
            "lecture": regression(
                n_samples=10000,
                n_features=20,
                n_informative=4,
                bias=3,
                noise=1,
                random_state=1234,
            ),
            "defaults": regression(random_state=7),
            "unshuffled": regression(
                n_samples=33,
                n_features=5,
                n_targets=3,
                bias=-1,
                shuffle=False,
                random_state=8,
            ),
            "targets": regression(
                n_samples=33,
                n_features=5,
                n_informative=2,
                n_targets=3,
                noise=0.5,
                random_state=9,
            ),
        },
    }
    with open(OUT, "w", encoding="utf-8") as file:
        json.dump(data, file, separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    main()
