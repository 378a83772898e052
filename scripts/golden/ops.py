"""Writes packages/tensor/testdata/ops_*.json: what PyTorch computes for every op.

Run from the root of the repository:

    python scripts/golden/ops.py

Each op has a list of samples. A sample gives the inputs, the arguments, the
results and, for float64 inputs, the gradients of `sum(out * w)` with respect
to them, where `w[i] = (7 i mod 11 - 4.5) / 4` in row-major order. `"error"`
stands for results that PyTorch refuses to compute.

A tensor is a string: type, sizes, strides and offset where it is not row-major,
then the elements of its storage: `f64:2x3:1x2:0 1 2 3 4 5 6`. Inputs that are
used often are in the pool and are written `@name`.
"""

import json
import pathlib
import warnings

import torch

import ops_arithmetic
import ops_layers
import ops_linalg
import ops_order
import ops_pointwise
import ops_reduce
import ops_structure
import ops_tables
from ops_samples import POOL, Table, encode

warnings.filterwarnings("ignore")
FOLDER = pathlib.Path("packages/tensor/testdata")


SOURCE = f"PyTorch {torch.__version__.split('+')[0]}"


def save(name, parts):
    """Writes an object with a line per entry of its lists."""
    lines = [f'"source":{json.dumps(SOURCE)}']
    for key, value in parts.items():
        if isinstance(value, list) and len(value) > 6:
            rows = ",\n".join(json.dumps(v, separators=(",", ":")) for v in value)
            lines.append(f"{json.dumps(key)}:[\n{rows}\n]")
        else:
            lines.append(f"{json.dumps(key)}:{json.dumps(value)}")
    path = FOLDER / f"ops_{name}.json"
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    print(path, path.stat().st_size)


def save_table(name, rows, pool=()):
    """Writes samples, a line each."""
    ops = []
    for op, samples in rows.items():
        text = ",\n".join(json.dumps(s, separators=(",", ":")) for s in samples)
        ops.append(f"{json.dumps(op)}:[\n{text}\n]")
    inputs = {k: encode(v) for k, v in POOL.items() if k in pool}
    path = FOLDER / f"ops_{name}.json"
    path.write_text(
        f'{{\n"source":{json.dumps(SOURCE)},\n"pool":{json.dumps(inputs)},\n"ops":{{\n'
        + ",\n".join(ops) + "\n}\n}\n"
    )
    print(path, path.stat().st_size, sum(map(len, rows.values())))


if __name__ == "__main__":
    for name, fill in (
        ("elementary", ops_pointwise.elementary),
        ("activation", ops_pointwise.activation),
        ("arithmetic", ops_arithmetic.arithmetic),
        ("reduce", ops_reduce.reduce),
        ("structure", ops_structure.structure),
        ("layers", ops_layers.layers),
        ("linalg", ops_linalg.linalg),
        ("order", ops_order.order),
        ("composites", ops_order.composites),
    ):
        table = Table()
        fill(table)
        save_table(name, table.rows, table.used)
    save_table("indexing", ops_tables.brackets())
    save("promotion", ops_tables.promotion())
    save("create", ops_tables.creation())
    save(
        "geometry",
        {
            "views": ops_tables.views(400),
            "results": ops_tables.results(200),
            "pairs": ops_tables.pairs(150),
        },
    )
