"""Writes packages/tensor/testdata/random.json: random numbers as PyTorch draws them.

Run from the root of the repository, then format what it wrote:

    python scripts/golden/tensor_random.py
    deno fmt packages/tensor/testdata/random.json

Fractions in float32 are 8 hexadecimal digits each (their bits) without a gap,
all other numbers are decimal and separated by spaces. Seeds are strings, as some exceed
2^53.

PyTorch draws `bernoulli_(p)`, dropout and `exponential_` from Intel's MKL where it
was built with that library and runs on an Intel processor. Those are other
numbers than everywhere else, and not the ones wanted here: the script checks
that it does not run on such a machine.

The file is not called random.py, for Python would then import it instead of its
own module of that name.
"""

import base64
import fractions
import hashlib
import json
import random
import struct
import warnings

import torch

warnings.filterwarnings("ignore", message=".*out of bounds.*")

SEEDS = [0, 1234, 2**40 + 5, -1]
SIZES = {
    torch.float32: [1, 2, 5, 15, 16, 17, 33, 100],
    torch.float64: [1, 2, 15, 16, 17, 33],
}

torch.manual_seed(0)
assert torch.empty(10).bernoulli_(0.3).tolist() == [0, 0, 0, 0, 0, 0, 1, 0, 0, 1], (
    "bernoulli_ draws from MKL: run on a processor that is not Intel's"
)


def encode(tensor):
    """The elements as one string."""
    if tensor.dtype == torch.float32:
        return "".join(f"{bits & 0xFFFFFFFF:08x}" for bits in tensor.view(torch.int32).tolist())
    return " ".join(repr(value) for value in tensor.tolist())


def flags(tensor):
    """Zeros and ones as one string."""
    return "".join("1" if value else "0" for value in tensor.tolist())


def integers(tensor):
    """The elements, which are integers of whatever type, as one string."""
    return " ".join(str(int(value)) for value in tensor.tolist())


def digest(tensor):
    """The SHA-256 of the elements' bytes."""
    return hashlib.sha256(tensor.numpy().tobytes()).hexdigest()


def name(dtype):
    return str(dtype).removeprefix("torch.")


golden = {"torch": torch.__version__.split("+")[0]}


def table(key, rows):
    golden[key] = list(rows)


def seeded(seed):
    torch.manual_seed(seed)
    return str(seed)


def words():
    for seed in SEEDS + [2**63 + 11, 2**64 - 1, -(2**63)]:
        text = seeded(seed)
        initial = str(torch.initial_seed())
        drawn = torch.empty(3, dtype=torch.int64).random_(-(2**63), None)
        yield {"seed": text, "initialSeed": initial,
               "uint64": " ".join(str(v % 2**64) for v in drawn.tolist())}


def uniform():
    bounded = [(33, -0.1234, 0.777), (5, -0.7, 1.3), (5, 3.5, 3.5), (5, -1e38, 2e38)]
    for seed in SEEDS:
        for dtype in SIZES:
            for size, low, high in [(size, 0, 1) for size in SIZES[dtype]] + bounded:
                text = seeded(seed)
                yield {"seed": text, "dtype": name(dtype), "from": low, "to": high, "size": size,
                       "values": encode(torch.empty(size, dtype=dtype).uniform_(low, high))}


def normal():
    scaled = [(5, 1.5, 0.3, False), (33, 1.5, 0.3, False), (33, -0.1, 0.7, True), (16, 2.5, 0, False)]
    for seed in SEEDS:
        for dtype in SIZES:
            for size, mean, std, sequential in [(size, 0, 1, False) for size in SIZES[dtype]] + scaled:
                text = seeded(seed)
                # Every second element of a matrix with two columns is not contiguous.
                out = torch.empty(size, 2, dtype=dtype)[:, 0] if sequential else torch.empty(size, dtype=dtype)
                yield {"seed": text, "dtype": name(dtype), "mean": mean, "std": std, "size": size,
                       "sequential": sequential, "values": encode(out.normal_(mean, std).contiguous())}


def exponential():
    for seed in SEEDS:
        for dtype in SIZES:
            for rate in (1, 2.5):
                text = seeded(seed)
                yield {"seed": text, "dtype": name(dtype), "lambda": rate, "size": 20,
                       "values": encode(torch.empty(20, dtype=dtype).exponential_(rate))}


def bernoulli():
    for seed in SEEDS:
        for dtype in (torch.float32, torch.float64, torch.int32, torch.int64, torch.uint8):
            for p in (0.3, 0.75):
                text = seeded(seed)
                yield {"seed": text, "dtype": name(dtype), "p": p,
                       "values": flags(torch.empty(40, dtype=dtype).bernoulli_(p))}


def bernoulli_from():
    for seed in SEEDS:
        for dtype in SIZES:
            text = seeded(seed)
            probabilities = (torch.arange(41) / 40).to(dtype)
            yield {"seed": text, "dtype": name(dtype), "values": flags(torch.bernoulli(probabilities))}


def dropout():
    for seed in SEEDS:
        for p in (0.25, 0.5, 0.9):
            text = seeded(seed)
            yield {"seed": text, "p": p,
                   "values": flags(torch.nn.functional.dropout(torch.ones(40), p, True) != 0)}


def randint():
    cases = [
        ("int64", 0, 10), ("int64", -3, 100), ("int64", 0, 2**28 - 1), ("int64", 0, 2**28),
        ("int64", 0, 2**31 - 1), ("int64", 0, 2**40), ("int64", -(2**53) + 1, 2**53 - 2),
        ("int64", 2**52, 2**52 + 9), ("int32", -5, 5), ("int32", -(2**31), 2**31),
        ("uint8", 0, 256), ("float32", -7, 1000), ("float32", 0, 2**24 + 1),
        ("float32", -(2**53) + 1, 2**53 - 1), ("float64", 0, 2**20), ("float64", 0, 2**50),
        ("float64", -(2**53) + 1, 2**53 - 1),
        # Bounds that PyTorch adjusts, as they are not numbers of the type.
        ("float32", 2**25 + 1, 2**25 + 2**20 - 1), ("float32", -(2**25) - 2**20 + 1, -(2**25) - 1),
        ("float32", 2**50 + 2**26, 2**51), ("float32", -(2**51), -(2**50) - 2**26 + 1),
        ("float32", 2**50 + 2**26 - 1, 2**50 + 2**30 + 2**26 + 2),
    ]
    for seed in SEEDS:
        for dtype, low, high in cases:
            text = seeded(seed)
            yield {"seed": text, "dtype": dtype, "low": str(low), "high": str(high),
                   "values": integers(torch.randint(low, high, (4,), dtype=getattr(torch, dtype)))}


def unbounded():
    for seed in SEEDS:
        for dtype in ("bool", "uint8", "int32", "int64", "float32", "float64"):
            text = seeded(seed)
            drawn = torch.empty(6, dtype=getattr(torch, dtype)).random_()
            yield {"seed": text, "dtype": dtype,
                   "values": integers(drawn)}


def randperm():
    for seed in SEEDS:
        for dtype, n in (("int64", 0), ("int64", 1), ("int64", 2), ("int64", 10), ("int64", 33),
                         ("int64", 100), ("int32", 10), ("float32", 10), ("float64", 10)):
            text = seeded(seed)
            yield {"seed": text, "dtype": dtype, "n": n,
                   "values": integers(torch.randperm(n, dtype=getattr(torch, dtype)))}


def digests():
    """Long draws: enough elements to meet rare roundings."""
    draws = {
        "uniform": lambda: torch.empty(200_000).uniform_(-0.1234, 0.777),
        "normal": lambda: torch.empty(400_000).normal_(),
        "normalScaled": lambda: torch.empty(200_007).normal_(1.5, 0.3),
        "normalSequential": lambda: torch.empty(50_000, 2)[:, 0].normal_(1.5, 0.3).contiguous(),
        "exponential": lambda: torch.empty(50_000).exponential_(2.5),
        "randperm": lambda: torch.randperm(50_000),
        "randint": lambda: torch.randint(0, 2**28 - 3, (50_000,)),
    }
    for kind, draw in draws.items():
        text = seeded(99)
        yield {"kind": kind, "seed": text, "sha256": digest(draw())}


def session():
    """One stream in which the second normal value of a pair waits for its turn."""
    seeded(42)
    yield {"op": "randn", "dtype": "float32", "size": 1, "values": encode(torch.randn(1))}
    yield {"op": "rand", "dtype": "float32", "size": 3, "values": encode(torch.rand(3))}
    yield {"op": "randn", "dtype": "float32", "size": 20, "values": encode(torch.randn(20))}
    yield {"op": "randperm", "dtype": "int64", "size": 4, "values": encode(torch.randperm(4))}
    yield {"op": "randn", "dtype": "float64", "size": 2, "values": encode(torch.randn(2, dtype=torch.float64))}
    yield {"op": "rand", "dtype": "float64", "size": 2, "values": encode(torch.rand(2, dtype=torch.float64))}
    yield {"op": "randn", "dtype": "float32", "size": 2, "values": encode(torch.randn(2))}


def states():
    for seed, draws in ((7, 0), (-1, 623), (1234, 624)):
        text = seeded(seed)
        torch.rand(draws)
        yield {"seed": text, "draws": draws, "sha256": digest(torch.get_rng_state())}


def state_with_normal():
    """A state with a cached normal value, whole, and what is drawn next."""
    seed = seeded(2**40 + 5)
    torch.rand(3)
    torch.randn(1)
    state = torch.get_rng_state().numpy().tobytes()
    return {"seed": seed, "draws": 3, "base64": base64.b64encode(state).decode(),
            "nextNormal": torch.randn(1, dtype=torch.float64).item(),
            "nextUniform": torch.rand(1, dtype=torch.float64).item()}


def fused():
    """a, b, c and a * b + c rounded once, as bits; every second case is next to the middle of two results."""
    source = random.Random(1)

    def bits(value, size):
        return struct.pack(">f" if size == 32 else ">d", value).hex()

    def to_float32(exact):
        """Rounds a fraction to 24 bits, to even between two."""
        if exact == 0:
            return 0.0
        exponent = 0
        while abs(exact) * fractions.Fraction(2) ** exponent < 2**23:
            exponent += 1
        while abs(exact) * fractions.Fraction(2) ** exponent >= 2**24:
            exponent -= 1
        return float(round(exact * fractions.Fraction(2) ** exponent) / fractions.Fraction(2) ** exponent)

    for size, digits in ((32, 24), (64, 53)):
        rows = []
        unit = 2.0 ** (1 - digits)
        for i in range(60):
            if i % 2 == 0:
                a, b, c = (source.choice((-1, 1)) * (2**(digits - 1) + source.getrandbits(digits - 1)) *
                           2.0 ** (source.randint(-12, 12) - digits) for _ in range(3))
                if i % 8 == 0:
                    c = -(struct.unpack(">f", struct.pack(">f", a * b))[0] if size == 32 else a * b)
            else:
                scale = 2.0 ** source.randint(-5, 5)
                a = source.choice((-1, 1)) * (1 + source.choice((-1, 1, 2)) * unit) * scale
                b = source.choice((-1, 1)) * (1 + source.choice((-1, 1, 2)) * unit) * unit / 2
                c = source.choice((-1, 1)) * (1 + source.randrange(8) * unit) * scale
            exact = fractions.Fraction(a) * fractions.Fraction(b) + fractions.Fraction(c)
            result = to_float32(exact) if size == 32 else float(exact)
            rows.append(" ".join(bits(v, size) for v in (a, b, c, result)))
        golden[f"fma{size}"] = rows


table("words", words())
table("uniform", uniform())
table("normal", normal())
table("exponential", exponential())
table("bernoulli", bernoulli())
table("bernoulliFrom", bernoulli_from())
table("dropout", dropout())
table("randint", randint())
table("random", unbounded())
table("randperm", randperm())
table("digests", digests())
table("session", session())
table("states", states())
golden["stateWithNormal"] = state_with_normal()
fused()

path = "packages/tensor/testdata/random.json"
with open(path, "w") as file:
    json.dump(golden, file)
print(path, {key: len(value) for key, value in golden.items()})
