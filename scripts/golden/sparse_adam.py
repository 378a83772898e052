"""Writes packages/optim/testdata/sparse_adam.json: torch.optim.SparseAdam on real sparse gradients.

Run from the root of the repository:

    python scripts/golden/sparse_adam.py

Two tables are looked up in by formulas that the test has too: the first twice in
a step, with rows that come up several times, the second once. Results are the
tables after some steps and the state after two of them.
"""

import json
import re

import torch

STEPS = (1, 2, 3, 10, 50)
STATE_STEPS = (3, 50)
ROWS, COLUMNS = 7, 3

CASES = [
    (dict(), [{}, {}], None),
    (dict(lr=0.1), [{}, {}], None),
    (dict(lr=0.1), [{}, {}], 2),
    (dict(lr=0.05, betas=(0.5, 0.6)), [{}, {}], None),
    (dict(lr=0.05, eps=0.01), [{}, {}], 0),
    (dict(lr=0.02, maximize=True), [{}, {}], None),
    (dict(lr=0.02), [dict(betas=(0.8, 0.9)), dict(lr=0.2, eps=1e-3)], 1),
]


def start(k):
    return [((5 * i + 3 * k) % 13 - 6) / 4 for i in range(ROWS * COLUMNS)]


def lookups(t):
    return (
        [[3 * t % ROWS, (3 * t + 1) % ROWS], [3 * t % ROWS, t * t % ROWS]],
        [(5 * t + 2) % ROWS, t * t % ROWS],
        [t % ROWS, (t + 3) % ROWS, t % ROWS],
    )


def loss_of(first, second, t):
    a, b, c = (torch.tensor(i) for i in lookups(t))
    return (first(a).square().sum() / 2 + first(b).sum() * 0.25
            + second(c).pow(3).sum() / 3)


def camel(values):
    return {re.sub(r"_(\w)", lambda m: m[1].upper(), k): v for k, v in values.items()}


def plain(value):
    if not torch.is_tensor(value):
        return value
    return [float(str(v)) for v in value.detach().flatten().numpy()]


def run(options, groups, padding, dtype):
    tables = []
    for k in range(2):
        table = torch.nn.Embedding(ROWS, COLUMNS, padding_idx=padding, sparse=True, dtype=dtype)
        with torch.no_grad():
            table.weight.copy_(torch.tensor(start(k)).reshape(ROWS, COLUMNS))
        tables.append(table)
    params = [t.weight for t in tables]
    optimizer = torch.optim.SparseAdam(
        [{"params": [p], **g} for p, g in zip(params, groups)], **options)
    out = {"positions": {}, "states": {}}
    for t in range(1, max(STEPS) + 1):
        optimizer.zero_grad()
        loss_of(*tables, t).backward()
        assert all(p.grad.is_sparse for p in params)
        optimizer.step()
        if t in STEPS:
            out["positions"][t] = [plain(p) for p in params]
        if t in STATE_STEPS:
            out["states"][t] = [
                camel({k: plain(v) for k, v in optimizer.state[p].items()}) for p in params]
    return out


def main():
    cases = [
        {
            "options": camel(options),
            "groups": [camel(g) for g in groups],
            "paddingIdx": padding,
            "float32": run(options, groups, padding, torch.float32),
            "float64": run(options, groups, padding, torch.float64),
        }
        for options, groups, padding in CASES
    ]
    printed = str(torch.optim.SparseAdam([torch.zeros(1, requires_grad=True)], lr=0.25))
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    version = torch.__version__.split("+")[0]
    with open("packages/optim/testdata/sparse_adam.json", "w") as file:
        file.write('{"versions":{"torch":"%s"},\n"text":%s,\n"cases":[\n%s\n]}\n'
                   % (version, json.dumps(printed), lines))


if __name__ == "__main__":
    main()
