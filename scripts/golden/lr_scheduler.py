"""Writes packages/optim/testdata/lr_scheduler.json: what torch's schedulers do.

Run from the root of the repository:

    python scripts/golden/lr_scheduler.py

A case is a scheduler, an optimizer with groups, and the learning rates of the
groups when the scheduler was made and after each step, with their momenta where
the scheduler changes them. Names of options are in camel case. Functions of the
user are given by name; the test has the same ones.
"""

import json
import re
import warnings

import torch
from torch.optim import lr_scheduler, swa_utils

warnings.simplefilter("ignore")

FUNCTIONS = {
    "decay": lambda t: 0.9 ** t,
    "nine tenths": lambda t: 0.9,
    "inverse": lambda t: 1 / (t + 1),
    "half in cycle": lambda x: 0.5 ** (x - 1),
    "fading": lambda x: 1 / (1 + 0.1 * x),
}

# Options by the names that they have in Gradus, where camel case is not enough.
CAMEL = {"T_max": "tMax", "T_0": "t0", "T_mult": "tMult"}

ONE = [dict(lr=0.1)]
TWO = [dict(lr=0.1), dict(lr=0.02)]


def camel(name):
    return CAMEL.get(name) or re.sub(r"_(\w)", lambda match: match[1].upper(), name)


def spec(name, schedulers=None, fn=None, **options):
    """A scheduler as data."""
    out = {"name": name}
    if schedulers is not None:
        out["schedulers"] = schedulers
    if fn is not None:
        out["fn"] = fn
    return out | {"options": options}


def cases():
    def simple(name, steps=12, fn=None, groups=TWO, **options):
        yield case(spec(name, fn=fn, **options), steps, groups)
        # From a step in the middle, as if the learning rates had been saved.
        for last in (2, 6):
            resumed = [dict(g, initial_lr=2 * g["lr"]) for g in groups]
            yield case(spec(name, fn=fn, **options, last_epoch=last), steps, resumed)
        if name not in ("CyclicLR", "OneCycleLR"):
            yield case(spec(name, fn=fn, **options), [3, 1, 7, 5, 0, 11], groups)

    def case(scheduler, steps, groups=ONE, optimizer="SGD", **more):
        return dict(scheduler=scheduler, optimizer=optimizer, groups=groups,
                    steps=steps, **more)

    for fn in ("decay", ["decay", "inverse"]):
        yield from simple("LambdaLR", fn=fn)
    for fn in ("nine tenths", ["inverse", "nine tenths"]):
        yield from simple("MultiplicativeLR", fn=fn)
    yield from simple("StepLR", step_size=3, gamma=0.5)
    yield from simple("StepLR", step_size=4)
    yield from simple("MultiStepLR", milestones=[2, 5, 5], gamma=0.1)
    yield from simple("MultiStepLR", milestones=[7, 3])
    yield from simple("ConstantLR", factor=0.5, total_iters=3)
    yield from simple("ConstantLR")
    yield from simple("LinearLR")
    yield from simple("LinearLR", start_factor=0.25, end_factor=0.75, total_iters=4)
    yield from simple("LinearLR", start_factor=1, end_factor=0.1, total_iters=6)
    yield from simple("LinearLR", start_factor=0.7, end_factor=0, total_iters=7)
    yield from simple("ExponentialLR", gamma=0.9)
    yield from simple("PolynomialLR", total_iters=5, power=2)
    yield from simple("PolynomialLR")
    yield from simple("PolynomialLR", total_iters=8, power=0.5)
    yield from simple("CosineAnnealingLR", steps=25, T_max=5, eta_min=0.01)
    yield from simple("CosineAnnealingLR", T_max=8)
    yield from simple("CosineAnnealingLR", T_max=1, eta_min=0.002)

    restarts = "CosineAnnealingWarmRestarts"
    for options in (dict(T_0=3, T_mult=2, eta_min=0.01), dict(T_0=4), dict(T_0=2, T_mult=3)):
        yield case(spec(restarts, **options), 30, TWO)
        yield case(spec(restarts, **options), [0, 0.25, 0.5, 0.75, 1, 2.5, 3.5, 8.75, 10, 1, 25.5],
                   TWO)
        yield case(spec(restarts, **options), [2.5, None, None, 7, None, None, None, 0, None], TWO)

    cyclic = [
        dict(base_lr=0.01, max_lr=0.1, step_size_up=4),
        dict(base_lr=0.01, max_lr=0.1, step_size_up=2, step_size_down=3, mode="triangular2"),
        dict(base_lr=0.01, max_lr=0.1, step_size_up=2, mode="exp_range", gamma=0.9),
        dict(base_lr=[0.01, 0.002], max_lr=[0.1, 0.05], step_size_up=3, base_momentum=0.7,
             max_momentum=0.95),
        dict(base_lr=0.01, max_lr=0.1, step_size_up=3, cycle_momentum=False),
        dict(base_lr=0.01, max_lr=0.1, step_size_up=2, base_momentum=[0.7, 0.8],
             max_momentum=[0.9, 0.99], mode="triangular2"),
        dict(base_lr=0.01, max_lr=0.1, step_size_up=2, scale_fn="half in cycle"),
        dict(base_lr=0.01, max_lr=0.1, step_size_up=2, scale_fn="fading",
             scale_mode="iterations"),
        dict(base_lr=0.01, max_lr=0.1),
    ]
    one_cycle = [
        dict(max_lr=0.1, total_steps=10),
        dict(max_lr=0.1, total_steps=10, anneal_strategy="linear", three_phase=True),
        dict(max_lr=0.1, epochs=3, steps_per_epoch=5, pct_start=0.4),
        dict(max_lr=[0.1, 0.05], total_steps=12, base_momentum=0.8, max_momentum=0.9),
        dict(max_lr=0.1, total_steps=12, div_factor=10, final_div_factor=100,
             anneal_strategy="linear"),
        dict(max_lr=0.1, total_steps=14, pct_start=0.25, three_phase=True, cycle_momentum=False),
        dict(max_lr=0.1, total_steps=9, base_momentum=[0.7, 0.8], max_momentum=[0.9, 0.99]),
        dict(max_lr=0.1, total_steps=9, pct_start=0.0),
    ]
    for optimizer in ("SGD", "Adam"):
        for options in cyclic:
            yield case(spec("CyclicLR", **options), 17, TWO, optimizer)
        for options in one_cycle:
            steps = options.get("total_steps", 15)
            yield case(spec("OneCycleLR", **options), steps, TWO, optimizer)

    for optimizer in ("SGD", "Adam"):
        swa = [dict(swa_lr=0.05, anneal_epochs=4),
               dict(swa_lr=0.05, anneal_epochs=4, anneal_strategy="linear"),
               dict(swa_lr=0.05, anneal_epochs=0),
               dict(swa_lr=[0.05, 0.2])]
        for options in swa:
            yield case(spec("SWALR", **options), 14, TWO, optimizer)

    def exp(gamma=0.9):
        return spec("ExponentialLR", gamma=gamma)

    def sequential(*schedulers, milestones):
        return spec("SequentialLR", list(schedulers), milestones=milestones)

    constant = spec("ConstantLR", factor=0.1, total_iters=2)
    linear = spec("LinearLR", start_factor=0.1, total_iters=3)
    cosine = spec("CosineAnnealingLR", T_max=4)
    step = spec("StepLR", step_size=2, gamma=0.5)
    for scheduler in (
        sequential(constant, exp(), milestones=[2]),
        sequential(linear, cosine, milestones=[3]),
        sequential(linear, step, exp(), milestones=[3, 7]),
        sequential(exp(), linear, spec("PolynomialLR", total_iters=4), milestones=[2, 6]),
        sequential(linear, spec("CosineAnnealingWarmRestarts", T_0=2, T_mult=2), milestones=[3]),
        sequential(linear, spec("MultiplicativeLR", fn="nine tenths"), milestones=[3]),
        sequential(linear, spec("LambdaLR", fn="inverse"), milestones=[4]),
        sequential(exp(), spec("SWALR", swa_lr=0.05, anneal_epochs=3), milestones=[4]),
        sequential(linear, spec("MultiStepLR", milestones=[1, 3]), milestones=[2]),
        sequential(linear, exp(), milestones=[0]),
        sequential(exp(), milestones=[]),
        spec("ChainedScheduler", [constant, exp()]),
        spec("ChainedScheduler", [linear, step, exp(0.95)]),
        spec("ChainedScheduler", [cosine, exp()]),
        spec("ChainedScheduler", [spec("MultiplicativeLR", fn="nine tenths"), linear]),
        spec("ChainedScheduler", [exp()]),
    ):
        yield case(scheduler, 16, TWO)

    plateau = "ReduceLROnPlateau"
    one = [1] * 9
    wave = [1, 0.9, 0.95, 0.94, 0.93, 0.89, 0.9, 0.9, 0.9, 0.7, 0.71, 0.72, 0.7, 0.69, 0.8, 0.9]
    yield case(spec(plateau, patience=1, factor=0.5), [1] * 5 + [.5] * 4)
    yield case(spec(plateau, patience=0, factor=0.5, cooldown=2, min_lr=0.03), one)
    yield case(spec(plateau, mode="max", threshold_mode="abs", threshold=0.1, patience=1),
               [1, 1.05, 1.1, 1.2, 1.2, 1.2])
    yield case(spec(plateau, patience=0, factor=0.5), [float("nan")] * 3)
    yield case(spec(plateau), [1] * 26, TWO)
    yield case(spec(plateau, patience=2, factor=0.3, cooldown=1), wave * 2, TWO)
    yield case(spec(plateau, patience=1, mode="max", factor=0.3), wave, TWO)
    yield case(spec(plateau, patience=1, threshold=0.1, threshold_mode="abs"), wave, TWO)
    yield case(spec(plateau, patience=1, min_lr=[0.03, 0.001], factor=0.5), one, TWO)
    yield case(spec(plateau, patience=0, factor=0.5, eps=0.01), one, TWO)


def make(data, optimizer):
    options = {
        name: FUNCTIONS[value] if name == "scale_fn" else value
        for name, value in data["options"].items()
    }
    module = swa_utils if data["name"] == "SWALR" else lr_scheduler
    cls = getattr(module, data["name"])
    if "schedulers" in data:
        inner = [make(s, optimizer) for s in data["schedulers"]]
        if data["name"] == "ChainedScheduler":
            return cls(inner)
        return cls(optimizer, inner, **options)
    if "fn" in data:
        fn = data["fn"]
        fns = [FUNCTIONS[f] for f in fn] if isinstance(fn, list) else FUNCTIONS[fn]
        return cls(optimizer, fns, **options)
    return cls(optimizer, **options)


def camel_spec(data):
    out = dict(data, options={camel(k): v for k, v in data["options"].items()})
    if "schedulers" in data:
        out["schedulers"] = [camel_spec(s) for s in data["schedulers"]]
    return out


def run(case):
    groups = [{"params": [torch.zeros(1, requires_grad=True)], **g} for g in case["groups"]]
    optimizer = getattr(torch.optim, case["optimizer"])(groups)
    scheduler = make(case["scheduler"], optimizer)
    key = "betas" if case["optimizer"] == "Adam" else "momentum"
    lrs, momenta = [], []

    def note():
        lrs.append([g["lr"] for g in optimizer.param_groups])
        values = [g[key] for g in optimizer.param_groups]
        momenta.append([v[0] if key == "betas" else v for v in values])
        assert scheduler.get_last_lr() == lrs[-1]

    note()
    steps = case["steps"]
    for value in steps if isinstance(steps, list) else [None] * steps:
        optimizer.step()
        scheduler.step() if value is None else scheduler.step(value)
        note()
    cycles = any(row != momenta[0] for row in momenta)
    return lrs, momenta if cycles else None


def main():
    out = []
    for case in cases():
        lrs, momenta = run(case)
        steps = case["steps"]
        if isinstance(steps, list):
            # JSON has no NaN.
            steps = ["NaN" if v != v else v for v in steps]
        out.append({
            "scheduler": camel_spec(case["scheduler"]),
            "optimizer": case["optimizer"],
            "groups": [{camel(k): v for k, v in g.items()} for g in case["groups"]],
            "steps": steps,
            "lrs": lrs,
            **({"momenta": momenta} if momenta else {}),
        })
    lines = ",\n".join(json.dumps(case, separators=(",", ":"), allow_nan=False) for case in out)
    version = torch.__version__.split("+")[0]
    with open("packages/optim/testdata/lr_scheduler.json", "w") as file:
        file.write('{"versions":{"torch":"%s"},\n"cases":[\n%s\n]}\n' % (version, lines))


if __name__ == "__main__":
    main()
