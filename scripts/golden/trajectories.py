"""What the golden scripts of packages/optim-extra share: problems, runs, files.

A problem is a list of parameters with the gradient `curvature * parameter +
noise[(t - 1) % len(noise)]` in step t, so that gradients change their signs
now and then. A run gives the positions after some steps and the state after
the third, in float32 and float64. A case is

    dict(options={...}, groups=[{...}, ...], problem="vector")

with PyTorch's spelling of options; groups give hyper-parameters of their own,
one group per parameter. Names are in camel case in the file.

An optimizer is a class with the interface of torch.optim.Optimizer: made from
groups and options, `step()`, `state`.
"""

import json
import pathlib
import re

import torch

STEPS = (1, 2, 3, 10, 50)
STATE_STEP = 3
FOLDER = pathlib.Path("packages/optim-extra/testdata")

PROBLEMS = {
    # Like the first problem of torch.optim's results: no noise, very different curvatures.
    "vector": {
        "shapes": [[3]],
        "start": [[1, -2, 3]],
        "curvature": [[1, 10, 0.1]],
        "noise": [[[0, 0, 0]]],
    },
    "noisy": {
        "shapes": [[4]],
        "start": [[1, -2, 0.5, 3]],
        "curvature": [[1, 4, 0.5, 0.125]],
        "noise": [[[0.5, -1, 0.25, 0.125]], [[-0.25, 2, -1, 0.5]], [[0.75, 0.5, 0.5, -1]]],
    },
    "groups": {
        "shapes": [[2, 3], [2]],
        "start": [[1, -2, 0.5, 3, 0.25, -1], [0.5, -1.5]],
        "curvature": [[1, 10, 0.1, 2, 0.5, 5], [3, 0.7]],
        "noise": [
            [[0.5, -1, 0.25, 0, 1, -0.5], [0.25, 0.5]],
            [[-0.5, 0.5, 0.75, 1, -1, 0.25], [-1, 0.75]],
        ],
    },
    "tensor": {
        "shapes": [[2, 2, 3]],
        "start": [[1, -2, 0.5, 3, 0.25, -1, 2, -0.75, 1.5, -3, 0.125, 1.25]],
        "curvature": [[1, 2, 0.5, 4, 3, 1, 0.25, 2, 1, 0.5, 3, 2]],
        "noise": [
            [[0.5, -1, 0.25, 0, 1, -0.5, 0.25, 0.5, -0.75, 1, -0.25, 0.75]],
            [[-0.5, 0.5, 0.75, 1, -1, 0.25, -1, 0.75, 0.5, -0.5, 1, 0.25]],
        ],
    },
}


def camel(name):
    return re.sub(r"_(\w)", lambda match: match[1].upper(), name)


def camel_keys(values):
    return {camel(name): value for name, value in values.items()}


def plain(value):
    """A tensor as numbers with the fewest digits that tell their type's values apart."""
    if not torch.is_tensor(value):
        return value
    if value.dtype == torch.bool or not value.is_floating_point():
        return value.tolist()
    flat = [float(str(v)) for v in value.detach().numpy().flatten()]
    return flat[0] if value.ndim == 0 else flat


def run(optimizer_class, case, dtype):
    problem = PROBLEMS[case["problem"]]
    shapes = problem["shapes"]

    def make(values):
        return [torch.tensor(v, dtype=dtype).reshape(s) for v, s in zip(values, shapes)]

    params, curvature = make(problem["start"]), make(problem["curvature"])
    noise = [make(values) for values in problem["noise"]]
    for param in params:
        param.requires_grad_()
    groups = case.get("groups") or [{} for _ in params]
    optimizer = optimizer_class(
        [{"params": [p], **group} for p, group in zip(params, groups)], **case["options"])
    result = {"positions": {}}
    for step in range(1, max(STEPS) + 1):
        for param, c, n in zip(params, curvature, noise[(step - 1) % len(noise)]):
            # With a graph, for those that differentiate twice.
            param.grad = c * param + n if getattr(optimizer_class, "needs_graph", False) \
                else c * param.detach() + n
        optimizer.step()
        if step in STEPS:
            result["positions"][step] = [plain(p) for p in params]
        if step == STATE_STEP:
            result["state"] = [
                camel_keys({k: plain(v) for k, v in optimizer.state[p].items()})
                for p in params
            ]
    return result


def write(file, optimizer, source, optimizer_class, cases):
    """Writes packages/optim-extra/testdata/FILE.json.

    `optimizer` is the name of the class in Gradus, `source` says where the
    numbers come from: "optax 0.2.8", or the paper that was followed.
    States may leave out entries; what they have is compared.
    """
    results = []
    for case in cases:
        groups = case.get("groups") or [{} for _ in PROBLEMS[case["problem"]]["shapes"]]
        results.append({
            "options": camel_keys(case["options"]),
            "groups": [camel_keys(group) for group in groups],
            "problem": case["problem"],
            "float32": run(optimizer_class, case, torch.float32),
            "float64": run(optimizer_class, case, torch.float64),
        })
    used = {case["problem"] for case in cases}
    data = {
        "optimizer": optimizer,
        "source": source,
        "torch": torch.__version__,
        "problems": {name: PROBLEMS[name] for name in sorted(used)},
        "cases": results,
    }
    FOLDER.mkdir(parents=True, exist_ok=True)
    with open(FOLDER / f"{file}.json", "w", encoding="utf-8") as out:
        # One line per case keeps differences readable.
        text = json.dumps(data, indent=1)
        out.write(re.sub(r"\n\s{3,}", " ", text) + "\n")
