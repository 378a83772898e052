"""Writes the results of AdaHessian, Sophia-H, Prodigy, D-Adapt Adam and the schedule-free optimizers.

Run from the root of the repository:

    python scripts/golden/optim_extra_adaptive.py

Each class is written from the paper's equations in the form of the authors'
code; numbers of a group, such as Prodigy's d, are plain double-precision
numbers. What Optax computes alike is compared with Optax first. Products with
the Hessian are those of torch.autograd, with signs from a torch.Generator.
"""

import json
import math

import jax
import jax.numpy as jnp
import numpy
import optax
import torch

import trajectories

jax.config.update("jax_enable_x64", True)


class Base(torch.optim.Optimizer):
    """Groups and state; a step of all parameters that have gradients."""

    extra = {}

    def __init__(self, params, **options):
        unknown = set(options) - set(self.options) - set(self.extra)
        assert not unknown, unknown
        self.own = {**self.extra, **{k: v for k, v in options.items() if k in self.extra}}
        defaults = {**self.options, **{k: v for k, v in options.items() if k in self.options}}
        super().__init__(params, defaults)

    @torch.no_grad()
    def step(self):
        self.before()
        for group in self.param_groups:
            params = [p for p in group["params"] if p.grad is not None]
            if params:
                self.step_group(params, group)

    def before(self):
        pass

    def signed(self, p, group):
        return -p.grad.detach() if group["maximize"] else p.grad.detach()


class Hutchinson(Base):
    """Means of z * (H z) over vectors z of signs."""

    needs_graph = True
    extra = {"seed": None, "num_samples": 1}
    generator = None

    def before(self):
        if self.generator is None:
            self.generator = torch.Generator()
            if self.own["seed"] is not None:
                self.generator.manual_seed(self.own["seed"])
        self.curvature = {}
        params = [p for group in self.param_groups for p in group["params"]]
        due = any(
            self.state[p].get("step", 0) % group.get("update_period", 1) == 0
            for group in self.param_groups for p in group["params"])
        if not due:
            return
        for _ in range(self.own["num_samples"]):
            signs = [
                torch.randint(0, 2, p.shape, generator=self.generator, dtype=p.dtype) * 2 - 1
                for p in params
            ]
            products = torch.autograd.grad(
                [p.grad for p in params], params, grad_outputs=signs, retain_graph=True)
            for p, z, hz in zip(params, signs, products):
                term = z * hz / self.own["num_samples"]
                self.curvature[p] = self.curvature.get(p, 0) + term


class AdaHessian(Hutchinson):
    options = dict(lr=0.15, betas=(0.9, 0.999), eps=1e-4, weight_decay=0, hessian_power=1,
                   maximize=False)

    def step_group(self, params, group):
        lr, (beta1, beta2), k = group["lr"], group["betas"], group["hessian_power"]
        for p in params:
            state = self.state[p]
            if not state:
                state.update(step=0, exp_avg=torch.zeros_like(p),
                             exp_hessian_diag_sq=torch.zeros_like(p))
            state["step"] += 1
            d = self.curvature[p].abs()
            if p.ndim > 2:
                d = d.mean(dim=tuple(range(2, p.ndim)), keepdim=True)
            g = self.signed(p, group)
            state["exp_avg"] = m = beta1 * state["exp_avg"] + (1 - beta1) * g
            state["exp_hessian_diag_sq"] = v = \
                beta2 * state["exp_hessian_diag_sq"] + (1 - beta2) * d * d
            c1, c2 = 1 - beta1 ** state["step"], 1 - beta2 ** state["step"]
            denominator = v.sqrt() ** k / math.sqrt(c2) ** k + group["eps"]
            p.sub_(lr * (m / c1 / denominator + group["weight_decay"] * p))


class SophiaH(Hutchinson):
    options = dict(lr=1e-3, betas=(0.96, 0.99), eps=1e-12, gamma=0.01, clip_threshold=1,
                   update_period=10, weight_decay=1e-2, maximize=False)

    def step_group(self, params, group):
        lr, (beta1, beta2), c = group["lr"], group["betas"], group["clip_threshold"]
        for p in params:
            state = self.state[p]
            if not state:
                state.update(step=0, exp_avg=torch.zeros_like(p), hessian=torch.zeros_like(p))
            due = state["step"] % group["update_period"] == 0
            state["step"] += 1
            state["exp_avg"] = m = beta1 * state["exp_avg"] + (1 - beta1) * self.signed(p, group)
            if due:
                h = -self.curvature[p] if group["maximize"] else self.curvature[p]
                state["hessian"] = beta2 * state["hessian"] + (1 - beta2) * h
            p.mul_(1 - lr * group["weight_decay"])
            h = (group["gamma"] * state["hessian"]).clamp(min=group["eps"])
            p.sub_(lr * (m / h).clamp(-c, c))


def correction(group, t):
    beta1, beta2 = group["betas"]
    if not group["use_bias_correction"]:
        return 1
    return math.sqrt(1 - beta2 ** t) / (1 - beta1 ** t)


class Free(Base):
    """What Prodigy and D-Adaptation have in common: one d, of all groups.

    What d is computed with is that of the first group, with the largest
    learning rate. A group with a learning rate of 0 takes no part.
    """

    @torch.no_grad()
    def step(self):
        groups = [([p for p in group["params"] if p.grad is not None], group)
                  for group in self.param_groups]
        groups = [(params, group) for params, group in groups if params]
        for params, group in groups:
            for p in params:
                if not self.state[p]:
                    self.state[p].update(step=0, d_lr=0.0, **self.begin(p, group))
        first = groups[0][1]
        known = self.state[groups[0][0][0]]
        t = known["step"] + 1
        factor = known["d"] * correction(first, t)
        largest = factor * max(group["lr"] for _, group in groups)
        moving = [(params, group, factor * group["lr"]) for params, group in groups
                  if group["lr"] > 0]
        numbers = self.adapt(moving, first, dict(known), largest)
        for params, group in groups:
            for p in params:
                self.state[p].update(dict(numbers, step=t) if numbers else {}, d_lr=0.0)
        for params, group, d_lr in moving if numbers else []:
            for p in params:
                self.state[p]["d_lr"] = d_lr
                if group["weight_decay"] != 0 and group["decouple"]:
                    p.sub_(d_lr * group["weight_decay"] * p)
                self.move(p, group, d_lr)

    def gradient(self, p, group):
        g = self.signed(p, group)
        if group["weight_decay"] != 0 and not group["decouple"]:
            g = g + group["weight_decay"] * p
        return g


class Prodigy(Free):
    options = dict(lr=1.0, betas=(0.9, 0.999), beta3=None, eps=1e-8, weight_decay=0, decouple=True,
                   use_bias_correction=False, safeguard_warmup=False, d0=1e-6, d_coef=1.0,
                   growth_rate=None, slice_p=1, maximize=False)

    def begin(self, p, group):
        every, d0 = group["slice_p"], group["d0"]
        return dict(
            p0=p.detach().flatten()[::every].clone(), s=torch.zeros_like(p).flatten()[::every],
            exp_avg=torch.zeros_like(p), exp_avg_sq=torch.zeros_like(p), d=d0, d_max=d0,
            d_numerator=0.0)

    def adapt(self, groups, first, known, largest):
        beta3 = math.sqrt(first["betas"][1]) if first["beta3"] is None else first["beta3"]
        growth = math.inf if first["growth_rate"] is None else first["growth_rate"]
        d, d_max, d0 = known["d"], known["d_max"], first["d0"]
        numerator, denominator = beta3 * known["d_numerator"], 0.0
        for params, group, _ in groups:
            (beta1, beta2), every = group["betas"], group["slice_p"]
            for p in params:
                state, g = self.state[p], self.gradient(p, group)
                part = g.flatten()[::every]
                distance = state["p0"] - p.flatten()[::every]
                numerator += d / d0 * largest * torch.dot(part, distance).item()
                state["exp_avg"] = beta1 * state["exp_avg"] + (1 - beta1) * d * g
                state["exp_avg_sq"] = beta2 * state["exp_avg_sq"] + (1 - beta2) * d * d * g * g
                factor = d / d0 * (d if group["safeguard_warmup"] else largest)
                state["s"] = beta3 * state["s"] + factor * part
                denominator += state["s"].abs().sum().item()
        if denominator == 0:
            return None
        d_hat = first["d_coef"] * numerator / denominator
        new = max(d, d_hat) if d == d0 else d
        d_max = max(d_max, d_hat)
        return dict(d=min(d_max, new * growth), d_max=d_max, d_numerator=numerator)

    def move(self, p, group, d_lr):
        state = self.state[p]
        p.sub_(d_lr * state["exp_avg"] / (state["exp_avg_sq"].sqrt() + state["d"] * group["eps"]))


class DAdaptAdam(Free):
    options = dict(lr=1.0, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, decouple=False,
                   use_bias_correction=False, d0=1e-6, growth_rate=None, maximize=False)

    def begin(self, p, group):
        return dict(s=torch.zeros_like(p), exp_avg=torch.zeros_like(p),
                    exp_avg_sq=torch.zeros_like(p), d=group["d0"], numerator_weighted=0.0)

    def adapt(self, groups, first, known, largest):
        growth = math.inf if first["growth_rate"] is None else first["growth_rate"]
        root, d = math.sqrt(first["betas"][1]), known["d"]
        products, size = 0.0, 0.0
        for params, group, d_lr in groups:
            (beta1, beta2), eps = group["betas"], group["eps"]
            for p in params:
                state, g = self.state[p], self.gradient(p, group)
                weighted = state["s"] / (state["exp_avg_sq"].sqrt() + eps)
                products += d_lr * (g * weighted).sum().item()
                state["exp_avg"] = beta1 * state["exp_avg"] + (1 - beta1) * d_lr * g
                state["exp_avg_sq"] = beta2 * state["exp_avg_sq"] + (1 - beta2) * g * g
                state["s"] = root * state["s"] + (1 - root) * largest * g
                size += state["s"].abs().sum().item()
        if size == 0:
            return None
        numerator = root * known["numerator_weighted"] + (1 - root) * products
        d_hat = numerator / ((1 - root) * size)
        return dict(d=max(d, min(d_hat, d * growth)), numerator_weighted=numerator)

    def move(self, p, group, d_lr):
        state = self.state[p]
        p.sub_(state["exp_avg"] / (state["exp_avg_sq"].sqrt() + group["eps"]))


class ScheduleFree(Base):
    """Keeps x as well, which Gradus computes from y and z."""

    shared = dict(weight_decay=0, warmup_steps=0, r=0.0, weight_lr_power=2.0, maximize=False)

    def step_group(self, params, group):
        for p in params:
            if not self.state[p]:
                self.state[p].update(step=0, z=p.detach().clone(), weight_sum=0.0, lr_max=0.0)
                self.begin(p)
        first = self.state[params[0]]
        t = first["step"] + 1
        beta = self.beta(group)
        lr = group["lr"] * min(1, t / max(1, group["warmup_steps"]))
        lr_max = max(lr, first["lr_max"])
        weight = t ** group["r"] * lr_max ** group["weight_lr_power"]
        weight_sum = first["weight_sum"] + weight
        share = weight / weight_sum if weight_sum > 0 else 0
        for p in params:
            state = self.state[p]
            x = p + (1 - 1 / beta) * (state["z"] - p)
            g = self.direction(p, group, t)
            state["z"] = state["z"] - lr * g
            x = (1 - share) * x + share * state["z"]
            p.copy_((1 - beta) * state["z"] + beta * x)
            state.update(step=t, weight_sum=weight_sum, lr_max=lr_max)

    def begin(self, p):
        pass


class ScheduleFreeSGD(ScheduleFree):
    options = dict(lr=1.0, momentum=0.9, **ScheduleFree.shared)

    def beta(self, group):
        return group["momentum"]

    def direction(self, p, group, t):
        return self.signed(p, group) + group["weight_decay"] * p


class ScheduleFreeAdamW(ScheduleFree):
    options = dict(lr=0.0025, betas=(0.9, 0.999), eps=1e-8, **ScheduleFree.shared)

    def begin(self, p):
        self.state[p]["exp_avg_sq"] = torch.zeros_like(p)

    def beta(self, group):
        return group["betas"][0]

    def direction(self, p, group, t):
        state, beta2, g = self.state[p], group["betas"][1], self.signed(p, group)
        state["exp_avg_sq"] = beta2 * state["exp_avg_sq"] + (1 - beta2) * g * g
        corrected = state["exp_avg_sq"] / (1 - beta2 ** t)
        return g / (corrected.sqrt() + group["eps"]) + group["weight_decay"] * p


def assert_like_optax(optimizer_class, options, transformation, steps, params_of=None):
    """Compares positions on f = sum(c w^2) / 2, in double precision."""
    curvature = numpy.array([1, 10, 0.1])
    start = numpy.array([1.0, -2, 3])
    w = torch.tensor(start, requires_grad=True)
    optimizer = optimizer_class([w], **options)
    params = jnp.asarray(start)
    state = transformation.init(params)
    for t in range(steps):
        w.grad = torch.tensor(curvature) * w
        optimizer.step()
        extra = {"obj_fn": lambda x: jnp.sum(jnp.asarray(curvature) * x * x) / 2} \
            if optimizer_class is SophiaH else {}
        updates, state = transformation.update(jnp.asarray(curvature) * params, state, params, **extra)
        params = optax.apply_updates(params, updates)
        error = numpy.abs(w.detach().numpy() - numpy.asarray(params)).max()
        assert error < 1e-11, (optimizer_class, options, t, error)


def check_against_optax():
    for options, other in [
        (dict(), dict()),
        (dict(lr=0.5, beta3=0.9, d_coef=2.0, d0=1e-3, weight_decay=0.1),
         dict(learning_rate=0.5, beta3=0.9, estim_lr_coef=2.0, estim_lr0=1e-3, weight_decay=0.1)),
        (dict(safeguard_warmup=True), dict(safeguard_warmup=True)),
    ]:
        assert_like_optax(Prodigy, dict(use_bias_correction=True, **options),
                          optax.contrib.prodigy(**other), 60)
    for options, other in [
        (dict(), dict()),
        (dict(lr=0.5, d0=1e-3, weight_decay=0.1),
         dict(learning_rate=0.5, estim_lr0=1e-3, weight_decay=0.1)),
    ]:
        assert_like_optax(DAdaptAdam, dict(use_bias_correction=True, decouple=True, **options),
                          optax.contrib.dadapt_adamw(**other), 60)
    for options, other in [
        (dict(lr=0.1), dict(learning_rate=0.1)),
        (dict(lr=0.05, momentum=0.8, weight_decay=0.1, weight_lr_power=1.0),
         dict(learning_rate=0.05, b1=0.8, weight_decay=0.1, weight_lr_power=1.0)),
    ]:
        assert_like_optax(ScheduleFreeSGD, options, optax.contrib.schedule_free_sgd(**other), 60)
    for options, other in [
        (dict(), dict()),
        (dict(lr=0.1, betas=(0.8, 0.95), eps=1e-3, weight_decay=0.1, weight_lr_power=1.0),
         dict(learning_rate=0.1, b1=0.8, b2=0.95, eps=1e-3, weight_decay=0.1, weight_lr_power=1.0)),
    ]:
        assert_like_optax(ScheduleFreeAdamW, options, optax.contrib.schedule_free_adamw(**other), 60)
    # Steps that are all cut to the learning rate do not show which h was used.
    assert_like_optax(
        SophiaH, dict(lr=0.001, gamma=1e-9, weight_decay=1e-4, betas=(0.965, 0.99)),
        optax.contrib.sophia(0.001, gamma=1e-9, weight_decay=1e-4), 60)


def cases(table, groups=(), tensor=()):
    return [
        *(dict(options=options, problem="vector") for options in table[:2]),
        *(dict(options=options, problem="noisy") for options in table),
        *(dict(options=options, problem="groups", groups=list(own)) for options, own in groups),
        *(dict(options=options, problem="tensor") for options in tensor),
    ]


TABLES = [
    ("ada_hessian", AdaHessian, "Yao et al. 2021, arXiv:2006.00719, in float tensors of torch", cases(
        [
            dict(), dict(lr=0.05), dict(hessian_power=0.5, weight_decay=0.1),
            dict(lr=0.1, hessian_power=0.75, betas=(0.5, 0.9), eps=1e-2),
            dict(lr=0.01, hessian_power=0), dict(lr=0.02, maximize=True),
        ],
        groups=[(dict(), ({}, {})),
                (dict(), (dict(lr=0.05, hessian_power=0.5), dict(weight_decay=0.1)))],
        tensor=[dict(), dict(hessian_power=0.5)])),
    ("sophia_h", SophiaH, "Liu et al. 2024, arXiv:2305.14342, in float tensors of torch", cases(
        [
            dict(), dict(lr=0.05), dict(lr=0.02, gamma=1.0, update_period=1, weight_decay=0),
            dict(lr=0.1, gamma=2.0, update_period=3, betas=(0.5, 0.9), clip_threshold=2),
            dict(lr=0.02, gamma=1.0, eps=0.02),
            dict(lr=0.01, maximize=True, update_period=2),
        ],
        groups=[(dict(lr=0.02), ({}, {})),
                (dict(gamma=1.0), (dict(lr=0.05, update_period=2), dict(lr=0.1, weight_decay=0)))],
        tensor=[dict(lr=0.05, gamma=1.0)])),
    ("prodigy", Prodigy,
     "Mishchenko and Defazio 2024, arXiv:2306.06101, in float tensors of torch; as Optax "
     + optax.__version__ + " where that has the same", cases(
        [
            dict(), dict(use_bias_correction=True, lr=0.5),
            dict(weight_decay=0.1, d0=1e-2), dict(weight_decay=0.1, decouple=False, d0=1e-2),
            dict(beta3=0.9, d_coef=0.5, safeguard_warmup=True, d0=1e-3),
            dict(growth_rate=1.02, d0=1e-2), dict(slice_p=2, betas=(0.8, 0.9), d0=1e-2, eps=1e-4),
            dict(maximize=True, d0=1e-4, lr=0.1),
        ],
        groups=[
            (dict(d0=1e-2, use_bias_correction=True),
             (dict(weight_decay=0.1), dict(betas=(0.8, 0.95), eps=1e-4))),
            (dict(d0=1e-2), (dict(weight_decay=0.1, betas=(0.5, 0.9), growth_rate=1.1),
                             dict(weight_decay=0.2, decouple=False, d0=1, d_coef=3, slice_p=2))),
            (dict(d0=1e-2, weight_decay=0.1), (dict(lr=0), dict(lr=0.5))),
            (dict(d0=1e-2, weight_decay=0.1), (dict(beta3=0.9), dict(lr=0))),
            (dict(d0=1e-1), (dict(), dict(lr=0.5, safeguard_warmup=True, weight_decay=0.05))),
        ],
        tensor=[dict(d0=1e-3, slice_p=3)])),
    ("d_adapt_adam", DAdaptAdam,
     "Defazio and Mishchenko 2023, arXiv:2301.07733, in float tensors of torch; as Optax "
     + optax.__version__ + " where that has the same", cases(
        [
            dict(), dict(use_bias_correction=True, lr=0.5),
            dict(weight_decay=0.1, d0=1e-2), dict(weight_decay=0.1, decouple=True, d0=1e-2),
            dict(growth_rate=1.1, d0=1e-2, betas=(0.8, 0.99), eps=1e-4),
            dict(maximize=True, d0=1e-4, lr=0.1),
        ],
        groups=[
            (dict(d0=1e-2, use_bias_correction=True),
             (dict(weight_decay=0.1), dict(betas=(0.8, 0.95), eps=1e-4))),
            (dict(d0=1e-2), (dict(weight_decay=0.1, betas=(0.5, 0.9), growth_rate=1.1),
                             dict(weight_decay=0.2, decouple=True, d0=1))),
            (dict(d0=1e-2, weight_decay=0.1, decouple=True), (dict(lr=0), dict(lr=0.5))),
            (dict(d0=1e-2, weight_decay=0.1, decouple=True), (dict(), dict(lr=0))),
            (dict(d0=1e-2), (dict(), dict(lr=0.5, weight_decay=0.05))),
        ])),
    ("schedule_free_sgd", ScheduleFreeSGD,
     "Defazio et al. 2024, arXiv:2405.15682, in float tensors of torch; as Optax "
     + optax.__version__ + " where that has the same", cases(
        [
            dict(lr=0.1), dict(lr=0.05, warmup_steps=10),
            dict(lr=0.05, momentum=0.5, weight_decay=0.1),
            dict(lr=0.1, r=1.5, weight_lr_power=1, warmup_steps=5),
            dict(lr=0.01, maximize=True, weight_lr_power=0),
        ],
        groups=[(dict(lr=0.05), ({}, {})),
                (dict(lr=0.05), (dict(momentum=0.8, warmup_steps=3), dict(weight_decay=0.1, r=1)))])),
    ("schedule_free_adam_w", ScheduleFreeAdamW,
     "Defazio et al. 2024, arXiv:2405.15682, in float tensors of torch; as Optax "
     + optax.__version__ + " where that has the same", cases(
        [
            dict(), dict(lr=0.1, warmup_steps=10), dict(lr=0.1, weight_decay=0.1, eps=1e-4),
            dict(lr=0.1, r=2, betas=(0.95, 0.9), weight_lr_power=1),
            dict(lr=0.01, maximize=True, betas=(0.5, 0.99)),
        ],
        groups=[(dict(lr=0.1), ({}, {})),
                (dict(), (dict(lr=0.1, warmup_steps=3), dict(lr=0.05, weight_decay=0.1, r=1)))])),
]


def coupled(dtype):
    """A matrix that couples all of 15 elements."""
    i = torch.arange(15)
    near = 1 / (1 + (i[:, None] - i[None]).abs()).to(torch.float64)
    signs = torch.where((i[:, None] + i[None]) % 3 == 0, -1, 1)
    return (near * signs + 2 * torch.eye(15, dtype=torch.float64)).to(dtype)


def run_coupled(optimizer_class, options, dtype):
    """A function whose Hessian is not diagonal, of a vector and a parameter of three dims."""
    matrix = coupled(dtype)
    w = torch.tensor([1, -2, 0.5], dtype=dtype, requires_grad=True)
    k = (torch.arange(12, dtype=dtype) / 8 - 0.5).reshape(2, 2, 3).requires_grad_()
    optimizer = optimizer_class([{"params": [w]}, {"params": [k], "lr": 0.02}], **options)
    out = []
    for _ in range(6):
        optimizer.zero_grad()
        x = torch.cat([w, k.flatten()])
        loss = (x @ (matrix @ x)) / 2 + (x ** 4).sum() / 12
        loss.backward(create_graph=True)
        optimizer.step()
        out.append([trajectories.plain(w), trajectories.plain(k)])
    return out


def write_coupled():
    runs = [
        dict(optimizer=c.__name__, options=trajectories.camel_keys(options),
             float32=run_coupled(c, options, torch.float32),
             float64=run_coupled(c, options, torch.float64))
        for c, options in [
            (AdaHessian, dict()), (AdaHessian, dict(seed=7, lr=0.05)),
            (AdaHessian, dict(seed=7, lr=0.05, num_samples=3)),
            (SophiaH, dict(lr=0.05, gamma=1.0, seed=11, update_period=1)),
            (SophiaH, dict(lr=0.05, gamma=1.0, update_period=3, num_samples=2)),
        ]
    ]
    data = {"torch": torch.__version__, "matrix": coupled(torch.float64).flatten().tolist(), "runs": runs}
    path = trajectories.FOLDER / "hutchinson.json"
    path.write_text(json.dumps(data, separators=(",", ":")).replace("},{", "},\n{") + "\n")


def main():
    check_against_optax()
    for file, optimizer_class, source, table in TABLES:
        trajectories.write(file, optimizer_class.__name__, source, optimizer_class, table)
    write_coupled()


if __name__ == "__main__":
    main()
