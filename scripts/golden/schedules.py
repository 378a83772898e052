"""Writes packages/optim/testdata/schedules.json: what Optax's schedules give.

Run from the root of the repository:

    python scripts/golden/schedules.py
"""

import json

import jax

jax.config.update("jax_enable_x64", True)

import jax.numpy as jnp  # noqa: E402
import optax  # noqa: E402

COUNTS = list(range(0, 16))


def camel(name):
    head, *rest = name.split("_")
    return head + "".join(part.title() for part in rest)


CASES = [
    ("polynomialSchedule", optax.polynomial_schedule,
     dict(init_value=1, end_value=0.1, power=2, transition_steps=10, transition_begin=2)),
    ("polynomialSchedule", optax.polynomial_schedule,
     dict(init_value=0.5, end_value=2, power=0.5, transition_steps=7)),
    ("linearSchedule", optax.linear_schedule,
     dict(init_value=1, end_value=0, transition_steps=5)),
    ("linearSchedule", optax.linear_schedule,
     dict(init_value=0.25, end_value=2, transition_steps=8, transition_begin=3)),
    ("exponentialDecay", optax.exponential_decay,
     dict(init_value=1, transition_steps=10, decay_rate=0.5)),
    ("exponentialDecay", optax.exponential_decay,
     dict(init_value=1, transition_steps=3, decay_rate=0.5, staircase=True)),
    ("exponentialDecay", optax.exponential_decay,
     dict(init_value=1, transition_steps=4, decay_rate=0.5, transition_begin=5, end_value=0.3)),
    ("exponentialDecay", optax.exponential_decay,
     dict(init_value=1, transition_steps=4, decay_rate=0.5, end_value=2)),
    ("exponentialDecay", optax.exponential_decay,
     dict(init_value=0.1, transition_steps=2, decay_rate=1.5, end_value=1)),
    ("cosineDecaySchedule", optax.cosine_decay_schedule,
     dict(init_value=1, decay_steps=10, alpha=0.1)),
    ("cosineDecaySchedule", optax.cosine_decay_schedule,
     dict(init_value=2, decay_steps=10, exponent=2)),
    ("warmupCosineDecaySchedule", optax.warmup_cosine_decay_schedule,
     dict(init_value=0, peak_value=1, warmup_steps=4, decay_steps=12, end_value=0.1)),
    ("warmupCosineDecaySchedule", optax.warmup_cosine_decay_schedule,
     dict(init_value=0.5, peak_value=1, warmup_steps=0, decay_steps=6, exponent=2)),
]


def values(schedule):
    return [float(schedule(jnp.asarray(count, jnp.float64))) for count in COUNTS]


def main():
    cases = [
        {
            "name": name,
            "options": {camel(key): value for key, value in options.items()},
            "values": values(function(**options)),
        }
        for name, function, options in CASES
    ]
    cases.append({
        "name": "piecewiseConstantSchedule",
        "initValue": 1,
        "boundariesAndScales": {"2": 0.5, "4": 0.1},
        "values": values(optax.piecewise_constant_schedule(1.0, {2: 0.5, 4: 0.1})),
    })
    data = {"optax": optax.__version__, "counts": COUNTS, "cases": cases}
    with open("packages/optim/testdata/schedules.json", "w", encoding="utf-8") as file:
        json.dump(data, file, indent=1)
        file.write("\n")


main()
