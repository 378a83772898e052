"""Writes packages/optim/testdata/modifiers.json: cautious and centralized steps.

Run from the root of the repository:

    python scripts/golden/optim_modifiers.py

The rules are PyTorch's own optimizers. Around each step, gradients lose their
mean over all dims but the first (Yong et al. 2020), or the change, less what
decoupled decay does, is masked where it goes with the gradient and scaled by
the inverse of the share that is left, at least 1e-3 (Liang et al. 2024 and
their code).
"""

import json
import re

import torch

STEPS = (1, 2, 3, 10, 50)
START = [[1, -2, 0.5], [3, 0.25, -1]]
CURVATURE = [[1, 4, 0.1], [2, 0.5, 3]]
NOISE = [
    [[0.5, -1, 0.25], [0, 1, -0.5]],
    [[-0.5, 0.5, 0.75], [1, -1, 0.25]],
    [[-1, 2, -0.5], [-3, 0.5, 1]],
]
CASES = [
    ("Adam", dict(lr=0.1), True, False),
    ("Adam", dict(lr=0.1, maximize=True), True, False),
    ("AdamW", dict(lr=0.1, weight_decay=0.1), True, False),
    ("SGD", dict(lr=0.05, momentum=0.9, weight_decay=0.1), True, False),
    ("SGD", dict(lr=0.05, momentum=0.9), False, True),
    ("Adam", dict(lr=0.1), False, True),
    ("AdamW", dict(lr=0.1), True, True),
]


def camel(name):
    return re.sub(r"_(\w)", lambda match: match[1].upper(), name)


def run(name, options, cautious, centralize):
    param = torch.tensor(START, dtype=torch.float64)
    curvature = torch.tensor(CURVATURE, dtype=torch.float64)
    optimizer = getattr(torch.optim, name)([param], **options)
    positions = {}
    for t in range(1, max(STEPS) + 1):
        g = curvature * param + torch.tensor(NOISE[(t - 1) % len(NOISE)], dtype=torch.float64)
        if centralize:
            g = g - g.mean(dim=1, keepdim=True)
        before = param.clone()
        param.grad = g
        optimizer.step()
        if cautious:
            decay = 1 - options.get("lr") * options.get("weight_decay", 0.01) \
                if name == "AdamW" else 1
            change = param - before * decay
            up = -g if options.get("maximize") else g
            mask = (change * up < 0).to(param.dtype)
            scale = mask / mask.mean().clamp(min=1e-3)
            param.copy_(before * decay + change * scale)
        if t in STEPS:
            positions[t] = param.flatten().tolist()
    return positions


def main():
    cases = [
        {
            "optimizer": name,
            "options": {
                **{camel(key): value for key, value in options.items()},
                **({"cautious": True} if cautious else {}),
                **({"gradientCentralization": True} if centralize else {}),
            },
            "positions": run(name, options, cautious, centralize),
        }
        for name, options, cautious, centralize in CASES
    ]
    data = {
        "torch": torch.__version__,
        "start": START,
        "curvature": CURVATURE,
        "noise": NOISE,
        "cases": cases,
    }
    with open("packages/optim/testdata/modifiers.json", "w", encoding="utf-8") as file:
        file.write(re.sub(r"\n\s{3,}", " ", json.dumps(data, indent=1)) + "\n")


main()
