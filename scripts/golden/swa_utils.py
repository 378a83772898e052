"""Writes packages/optim/testdata/swa_utils.json: averages by torch.optim.swa_utils.

Run from the root of the repository:

    python scripts/golden/swa_utils.py

A model has two parameters, a buffer of numbers and one of integers; its values
at each step come from a formula that the test has too. A case holds the averages
after each step.
"""

import json

import torch
from torch.optim import swa_utils

STEPS = 6


class Model(torch.nn.Module):
    def __init__(self, dtype):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(2, 3, dtype=dtype))
        self.bias = torch.nn.Parameter(torch.zeros(2, dtype=dtype))
        self.register_buffer("mean", torch.zeros(2, dtype=dtype))
        self.register_buffer("count", torch.zeros(2, dtype=torch.int64))

    def set(self, step):
        with torch.no_grad():
            for k, t in enumerate([self.weight, self.bias, self.mean]):
                values = [((7 * i + 5 * k + 3 * step * step) % 11 - 4) / 4 + 0.1 * step
                          for i in range(t.numel())]
                t.copy_(torch.tensor(values, dtype=torch.float64).reshape(t.shape))
            self.count.copy_(torch.tensor([5 * step, 100 - 7 * step]))


CASES = [
    dict(),
    dict(use_buffers=True),
    dict(avg_fn=["ema", 0.9]),
    dict(avg_fn=["ema", 0.999], use_buffers=True),
    dict(avg_fn=["swa"]),
    dict(multi_avg_fn=["ema", 0.75]),
    dict(multi_avg_fn=["ema", 0.25], use_buffers=True),
    dict(multi_avg_fn=["swa"]),
]
CAMEL = {"use_buffers": "useBuffers", "avg_fn": "avgFn", "multi_avg_fn": "multiAvgFn"}


def function(key, kind, *args):
    multi = "multi_" if key == "multi_avg_fn" else ""
    average = getattr(swa_utils, f"get_{kind}_{multi}avg_fn")(*args)
    # From a count that is a tensor PyTorch makes a weight in float32, whatever the averages are.
    return lambda averaged, current, n: average(averaged, current, n.item())


def plain(t):
    return [float(str(v)) for v in t.detach().flatten().numpy()]


def run(options, dtype):
    options = {k: function(k, *v) if k.endswith("fn") else v for k, v in options.items()}
    model = Model(dtype)
    averaged = swa_utils.AveragedModel(model, **options)
    out = []
    for step in range(1, STEPS + 1):
        model.set(step)
        averaged.update_parameters(model)
        assert averaged.n_averaged.item() == step
        own = averaged.module
        out.append([plain(t) for t in (own.weight, own.bias, own.mean, own.count)])
    return out


def main():
    cases = [
        {
            "options": {CAMEL[k]: v for k, v in options.items()},
            "float32": run(options, torch.float32),
            "float64": run(options, torch.float64),
        }
        for options in CASES
    ]
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    version = torch.__version__.split("+")[0]
    with open("packages/optim/testdata/swa_utils.json", "w") as file:
        file.write('{"versions":{"torch":"%s"},\n"cases":[\n%s\n]}\n' % (version, lines))


if __name__ == "__main__":
    main()
