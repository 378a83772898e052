"""Writes packages/optim/testdata/optim.json: what torch.optim does on small problems.

Run from the root of the repository:

    python scripts/golden/optim.py

A problem is a list of parameters with the gradient `curvature * parameter`.
A run gives the positions after some steps and the state after the third; each
case runs in float32 and float64. LBFGS runs on functions whose gradients are
computed by the same double-precision formulas here and in the test. Names of
options and of state are in camel case; tensors are flat lists.
"""

import importlib
import json
import math
import re

import numpy
import torch

STEPS = (1, 2, 3, 10, 50)
STATE_STEP = 3

PROBLEMS = {
    "vector": {
        "shapes": [[3]],
        "start": [[1, -2, 3]],
        "curvature": [[1, 10, 0.1]],
    },
    "groups": {
        "shapes": [[2, 3], [2]],
        "start": [[1, -2, 0.5, 3, 0.25, -1], [0.5, -1.5]],
        "curvature": [[1, 10, 0.1, 2, 0.5, 5], [3, 0.7]],
    },
    "matrices": {
        "shapes": [[2, 3], [3, 2]],
        "start": [[1, -2, 0.5, 3, 0.25, -1], [0.5, -1.5, 2, 1, -0.75, 0.25]],
        "curvature": [[1, 10, 0.1, 2, 0.5, 5], [3, 0.7, 1, 0.2, 4, 2]],
    },
    "batch": {
        "shapes": [[2, 2, 3]],
        "start": [[1, -2, 0.5, 3, 0.25, -1, 0.5, -1.5, 2, 1, -0.75, 0.25]],
        "curvature": [[1, 10, 0.1, 2, 0.5, 5, 3, 0.7, 1, 0.2, 4, 2]],
    },
}

# On which problems an optimizer runs, with what their groups have of their own.
RUNS = [("vector", [{}]), ("groups", [dict(lr=0.02), dict(weight_decay=0.05)])]
RUNS_OF = {
    "Adafactor": [*RUNS, ("batch", [{}])],
    "Muon": [("matrices", [dict(), dict(lr=0.02, nesterov=False)])],
    "Rprop": [("vector", [{}]), ("groups", [dict(lr=0.02), dict(etas=(0.25, 1.5))])],
}

CASES = {
    "SGD": [
        dict(),
        dict(lr=0.03),
        dict(lr=0.03, momentum=0.9),
        dict(lr=0.03, momentum=0.9, dampening=0.5, weight_decay=0.01),
        dict(lr=0.03, momentum=0.9, nesterov=True, weight_decay=0.01),
        dict(lr=0.01, maximize=True, weight_decay=0.05),
        dict(lr=0.01, momentum=0.5, maximize=True),
    ],
    "Adam": [
        dict(),
        dict(lr=0.1),
        dict(lr=0.1, weight_decay=0.1),
        dict(lr=0.1, amsgrad=True, betas=(0.5, 0.6)),
        dict(lr=0.1, weight_decay=0.1, decoupled_weight_decay=True),
        dict(lr=0.01, maximize=True, eps=1e-3, weight_decay=0.05),
    ],
    "AdamW": [
        dict(),
        dict(lr=0.1),
        dict(lr=0.1, betas=(0.8, 0.9), weight_decay=0),
        dict(lr=0.1, amsgrad=True, maximize=True, weight_decay=0.1),
    ],
    "RMSprop": [
        dict(),
        dict(lr=0.02, alpha=0.9, eps=1e-3),
        dict(lr=0.02, momentum=0.5),
        dict(lr=0.01, centered=True, momentum=0.9, weight_decay=0.1),
        dict(lr=0.01, centered=True),
        dict(lr=0.01, maximize=True, weight_decay=0.05),
    ],
    "Adadelta": [
        dict(),
        dict(lr=0.5, rho=0.8, eps=1e-3, weight_decay=0.1),
        dict(lr=0.5, rho=0.5, eps=0.01, maximize=True, weight_decay=0.05),
    ],
    "Adafactor": [
        dict(),
        dict(lr=0.1, weight_decay=0.1),
        dict(lr=0.5, beta2_decay=-0.5, eps=(1e-3, 0.5), d=2),
        dict(lr=0.05, maximize=True, eps=(None, 0.01)),
    ],
    "Adagrad": [
        dict(),
        dict(lr=0.1),
        dict(lr=0.1, lr_decay=0.5, initial_accumulator_value=0.1, weight_decay=0.1),
        dict(lr=0.1, eps=0.5, maximize=True, weight_decay=0.05),
    ],
    "Adamax": [
        dict(),
        dict(lr=0.1),
        dict(lr=0.1, betas=(0.8, 0.5), eps=0.1, weight_decay=0.1),
        dict(lr=0.01, maximize=True, weight_decay=0.05),
    ],
    "ASGD": [
        dict(),
        dict(lr=0.05, t0=5),
        dict(lr=0.05, lambd=0.1, alpha=0.5, t0=0.5, weight_decay=0.1),
        dict(lr=0.01, lambd=0.01, t0=2, maximize=True, weight_decay=0.05),
    ],
    "Muon": [
        dict(),
        dict(lr=0.1),
        dict(lr=0.1, nesterov=False, adjust_lr_fn="match_rms_adamw", weight_decay=0),
        dict(lr=0.05, momentum=0.5, ns_steps=3, adjust_lr_fn="original", eps=8),
        dict(lr=0.05, momentum=0.8, ns_coefficients=(2, -1.5, 0.5), weight_decay=0.2),
    ],
    "NAdam": [
        dict(),
        dict(lr=0.1),
        dict(lr=0.1, betas=(0.8, 0.9), momentum_decay=0.5, weight_decay=0.1),
        dict(lr=0.1, eps=0.1, weight_decay=0.1, decoupled_weight_decay=True),
        dict(lr=0.01, momentum_decay=0, maximize=True, weight_decay=0.05),
    ],
    "RAdam": [
        dict(),
        dict(lr=0.1),
        dict(lr=0.1, betas=(0.9, 0.9), eps=0.01, weight_decay=0.1),
        dict(lr=0.1, weight_decay=0.1, decoupled_weight_decay=True),
        dict(lr=0.01, betas=(0.5, 0.5), maximize=True, weight_decay=0.05),
    ],
    "Rprop": [
        dict(),
        dict(lr=0.1),
        dict(lr=0.1, etas=(0.75, 1.5), step_sizes=(0.05, 0.25)),
        dict(lr=0.01, maximize=True, step_sizes=(1e-3, 0.1)),
    ],
}

# Rounding errors grow fast where the line search changes its mind, so the
# comparison ends earlier in float32.
LBFGS_CASES = [
    dict(fn="quadratic", start=[1, -2, 3], steps=(3, 3), options=dict(max_iter=4)),
    dict(fn="quadratic", start=[1, -2, 3], steps=(3, 3),
         options=dict(max_iter=4, line_search_fn="strong_wolfe")),
    dict(fn="quadratic", start=[1, -2, 3], steps=(3, 3),
         options=dict(lr=0.5, max_iter=6, history_size=2)),
    dict(fn="quadratic", start=[1, -2, 3], steps=(2, 2),
         options=dict(tolerance_grad=0.25, line_search_fn="strong_wolfe")),
    dict(fn="quadratic", start=[1, -2, 3], steps=(2, 2),
         options=dict(lr=0.5, tolerance_change=0.05)),
    dict(fn="quadratic", start=[1, -2, 3], steps=(2, 2),
         options=dict(lr=0.01, tolerance_change=0.05)),
    dict(fn="quadratic", start=[1, -2, 3], steps=(3, 3),
         options=dict(max_eval=3, line_search_fn="strong_wolfe")),
    dict(fn="quadratic", start=[1, -2, 3], steps=(3, 3), options=dict(max_eval=3)),
    dict(fn="rosenbrock", start=[-1.2, 1], steps=(3, 3), options=dict(lr=1e-3)),
    dict(fn="rosenbrock", start=[-1.2, 1], steps=(1, 3),
         options=dict(max_iter=10, line_search_fn="strong_wolfe")),
    dict(fn="rosenbrock", start=[-1.2, 1], steps=(2, 5),
         options=dict(max_iter=4, history_size=3, line_search_fn="strong_wolfe")),
    dict(fn="rosenbrock", start=[-1.2, 1], steps=(0, 1),
         options=dict(line_search_fn="strong_wolfe")),
    dict(fn="flower", start=[20, 20], steps=(3, 3), options=dict(lr=0.1)),
    dict(fn="flower", start=[20, 20], steps=(1, 3),
         options=dict(max_iter=4, line_search_fn="strong_wolfe")),
    dict(fn="flower", start=[20, 20], steps=(0, 1),
         options=dict(line_search_fn="strong_wolfe")),
]

# Ways to run the same mathematics, and what Gradus shows only where it is given.
ABSENT = ("foreach", "fused", "capturable", "differentiable")


def camel(name):
    if name == "H_diag":
        return "hDiag"
    return re.sub(r"_(\w)", lambda match: match[1].upper(), name)


def camel_keys(values):
    return {camel(name): value for name, value in values.items()}


def plain(value):
    """A tensor as numbers with the fewest digits that tell their type's values apart."""
    if not torch.is_tensor(value):
        return value
    array = value.detach().numpy()
    flat = [float(str(v)) for v in array.flatten()]
    return flat[0] if array.ndim == 0 else flat


def run(name, options, groups, problem, dtype):
    shapes = problem["shapes"]
    params, curvature = (
        [torch.tensor(v, dtype=dtype).reshape(s) for v, s in zip(problem[key], shapes)]
        for key in ("start", "curvature")
    )
    for param in params:
        param.requires_grad_()
    optimizer = getattr(torch.optim, name)(
        [{"params": [p], **group} for p, group in zip(params, groups)], **options)
    result = {"positions": {}}
    for step in range(1, max(STEPS) + 1):
        for param, c in zip(params, curvature):
            param.grad = c * param.detach()
        optimizer.step()
        if step in STEPS:
            result["positions"][step] = [plain(p) for p in params]
        if step == STATE_STEP:
            result["state"] = [
                camel_keys({k: plain(v) for k, v in optimizer.state[p].items()})
                for p in params
            ]
    return result


def both(make):
    return {
        str(dtype).removeprefix("torch."): make(dtype)
        for dtype in (torch.float32, torch.float64)
    }


def evaluate(fn, w):
    """Value and gradient in double precision."""
    if fn == "quadratic":
        c = PROBLEMS["vector"]["curvature"][0]
        return sum(0.5 * a * v * v for a, v in zip(c, w)), [a * v for a, v in zip(c, w)]
    x, y = w
    if fn == "rosenbrock":
        a, b = 1 - x, y - x * x
        return a * a + 100 * b * b, [-2 * a - 400 * b * x, 200 * b]
    r, angle = math.sqrt(x * x + y * y), 4 * math.atan2(y, x)
    bend = 4 * math.cos(angle) / (r * r)
    return r + math.sin(angle), [x / r - bend * y, y / r + bend * x]


def run_lbfgs(case, dtype):
    w = torch.tensor(case["start"], dtype=dtype).requires_grad_()
    optimizer = torch.optim.LBFGS([w], **case["options"])

    def closure():
        loss, grad = evaluate(case["fn"], w.tolist())
        w.grad = torch.tensor(grad, dtype=dtype)
        return torch.tensor(loss, dtype=dtype)

    result = []
    for _ in range(case["steps"][dtype == torch.float64]):
        loss = optimizer.step(closure)
        state = optimizer.state[w]
        result.append({
            "loss": plain(loss),
            "w": plain(w),
            "nIter": state["n_iter"],
            "funcEvals": state["func_evals"],
        })
    return result


def search(pieces, first, max_iterations):
    """What the line search of LBFGS does on a line of pieces.

    A piece says up to where it goes, value and rise of the objective from its
    beginning, and the slope that is reported, which need not be the rise: so a
    few pieces lead the search into each of its corners.
    """
    search_line = importlib.import_module("torch.optim.lbfgs")._strong_wolfe
    tried = []

    def evaluate(_, t, __):
        begin = 0
        for end, value, rise, slope in pieces:
            if t < end:
                break
            begin = end
        tried.append(t)
        loss = value + rise * (t - begin)
        return loss, torch.tensor([slope], dtype=torch.float64)

    direction = torch.ones(1, dtype=torch.float64)
    loss, grad = evaluate(None, 0, direction)
    slope = grad.dot(direction)
    tried.clear()
    loss, _, t, count = search_line(
        evaluate, None, first, direction, loss, grad, slope, max_ls=max_iterations)
    assert count == len(tried)
    tried = [float(t) for t in tried]
    return {"pieces": pieces, "first": first, "maxIterations": max_iterations,
            "tried": tried, "t": float(t), "loss": float(loss)}


def searches(count):
    random = numpy.random.RandomState(1)
    for i in range(count):
        ends = numpy.cumsum(random.exponential(1.5, 5))
        pieces = [
            [round(float(v), 2) for v in (end, *random.normal(-0.5 * end, [0.5, 1, 1.5]))]
            for end in ends
        ]
        pieces[0][1] = 0
        pieces[0][3] = -1
        pieces[-1][0] = 1e300
        yield search(pieces, [0.5, 1, 2][i % 3], [14, 14, 6][i // 3 % 3])


def meta(name, options, has_lr):
    """Derivatives of a loss after two steps.

    By where they began, by a factor in the loss that they descend on, and, if
    it is a tensor, by the learning rate.
    """
    def leaf(values):
        return torch.tensor(values, dtype=torch.float64, requires_grad=True)

    start, scale, lr = leaf([1, -2, 3]), leaf([1, 0.5, 2]), leaf(0.1)
    w = start.clone()
    optimizer = getattr(torch.optim, name)(
        [w], lr=lr if has_lr else 0.1, differentiable=True, **options)
    if name == "SGD":
        # Without a buffer PyTorch cuts the first gradient off its graph.
        optimizer.state[w]["momentum_buffer"] = torch.zeros_like(w)
    for _ in range(2):
        x = w.clone()
        loss = (0.5 * scale * x.square() + x.sin()).sum()
        w.grad, = torch.autograd.grad(loss, w, create_graph=True)
        optimizer.step()
    grads = torch.autograd.grad(w.square().sum(), [start, scale, *([lr] if has_lr else [])])
    return {
        "optimizer": name,
        "options": camel_keys(options),
        "w": plain(w),
        "grads": [plain(g.flatten()) for g in grads],
    }


# Not every optimizer of PyTorch can be differentiated by its learning rate.
META_CASES = [
    ("SGD", dict(momentum=0.9, weight_decay=0.1), False),
    ("SGD", dict(momentum=0.9, nesterov=True), True),
    ("Adam", dict(), True),
    ("AdamW", dict(weight_decay=0.1), True),
    ("Adagrad", dict(), False),
    ("RAdam", dict(), True),
    ("RMSprop", dict(momentum=0.5), False),
]


def metas():
    # Differentiable steps compute with the step counter, which has the default type.
    torch.set_default_dtype(torch.float64)
    cases = [meta(*case) for case in META_CASES]
    torch.set_default_dtype(torch.float32)
    return cases


def text_of(optimizer):
    """The text that PyTorch prints, with names in camel case and in their order.

    Whole numbers have no fraction, as JavaScript does not tell 1.0 from 1.
    """
    groups = str(optimizer).split("Parameter Group")
    out = [groups[0]]
    for group in groups[1:]:
        number, *lines = group.split("\n")
        kept = sorted(
            "    " + camel(name) + ":" + re.sub(r"\b(\d+)\.0\b", r"\1", value)
            for name, value in (
                line.strip().split(":", 1) for line in lines if line.startswith("    "))
            if name not in ABSENT
        )
        rest = [line for line in lines if not line.startswith("    ")]
        out.append("\n".join([number, *kept, *rest]))
    return "Parameter Group".join(out)


def prints():
    def parameter():
        return torch.zeros(1, 1, requires_grad=True)

    made = [
        ("SGD", dict(lr=0.1, momentum=0.9), [{}]),
        ("SGD", dict(), [{}, dict(lr=1e-5, weight_decay=0.25)]),
        ("Adam", dict(), [{}]),
        ("Adam", dict(eps=2.5e-17, betas=(0.5, 0.75), amsgrad=True), [{}]),
        ("AdamW", dict(), [{}]),
        ("RMSprop", dict(centered=True), [{}]),
        ("Adadelta", dict(), [{}]),
        ("Adafactor", dict(), [{}]),
        ("Adafactor", dict(eps=(1e-30, 0.5), d=1.5), [{}]),
        ("Adagrad", dict(), [{}]),
        ("Adamax", dict(), [{}]),
        ("ASGD", dict(), [{}, dict(t0=1.5)]),
        ("Muon", dict(), [{}]),
        ("Muon", dict(adjust_lr_fn="match_rms_adamw", ns_steps=3), [{}]),
        ("NAdam", dict(), [{}]),
        ("RAdam", dict(), [{}]),
        ("Rprop", dict(), [{}]),
        ("LBFGS", dict(), [{}]),
        ("LBFGS", dict(line_search_fn="strong_wolfe", max_iter=10), [{}]),
    ]
    for name, options, groups in made:
        optimizer = getattr(torch.optim, name)(
            [{"params": [parameter()], **group} for group in groups], **options)
        yield {
            "optimizer": name,
            "options": camel_keys(options),
            "groups": [camel_keys(g) for g in groups],
            "text": text_of(optimizer),
        }


def main():
    cases = [
        {
            "optimizer": name,
            "options": camel_keys(options),
            "problem": problem,
            "groups": [camel_keys(g) for g in groups],
            **both(lambda dtype: run(name, options, groups, PROBLEMS[problem], dtype)),
        }
        for name, table in CASES.items()
        for options in table
        for problem, groups in RUNS_OF.get(name, RUNS)
    ]
    lbfgs = [
        {
            "optimizer": "LBFGS",
            **case,
            "steps": dict(zip(("float32", "float64"), case["steps"])),
            "options": camel_keys(case["options"]),
            **both(lambda dtype: run_lbfgs(case, dtype)),
        }
        for case in LBFGS_CASES
    ]
    parts = {
        "versions": {"torch": torch.__version__.split("+")[0]},
        "problems": PROBLEMS,
        "cases": cases,
        "lbfgs": lbfgs,
        "searches": list(searches(30)),
        "meta": metas(),
        "prints": list(prints()),
    }
    lines = []
    for name, part in parts.items():
        one = lambda value: json.dumps(value, separators=(",", ":"))
        text = (
            "[\n" + ",\n".join(one(case) for case in part) + "\n]"
            if isinstance(part, list) else one(part)
        )
        lines.append(f'"{name}":{text}')
    with open("packages/optim/testdata/optim.json", "w") as file:
        file.write("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
