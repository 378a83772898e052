"""Writes the results of the optimizers of R's torchopt, and of some of their relatives.

Run from the root of the repository:

    python scripts/golden/optim_extra_torchopt.py

Each class below is written from the equations of its paper and what the
authors' code adds to them. Before anything is written, they are compared with
the known results in testdata/torchopt.json, with Optax where it has the same
algorithm, and with PyTorch where a special case is one of its optimizers.
"""

import json
import math
import re

import jax
import numpy
import optax
import torch
from torch.optim import Optimizer

from trajectories import FOLDER, write

jax.config.update("jax_enable_x64", True)


class Rule(Optimizer):
    """An optimizer whose subclass says in `move` what happens to one parameter."""

    defaults_of = {}

    def __init__(self, params, **options):
        super().__init__(params, {"maximize": False, **self.defaults_of, **options})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    g = -p.grad if group["maximize"] else p.grad.clone()
                    self.move(p, g, self.state[p], group)


def corrections(group, t):
    b1, b2 = group["betas"]
    return 1 - b1**t, 1 - b2**t


def moments(state, p, g, group):
    """Counts the step and updates m and v; returns t, m and v."""
    b1, b2 = group["betas"]
    if not state:
        state.update(step=0, exp_avg=torch.zeros_like(p), exp_avg_sq=torch.zeros_like(p))
    state["step"] += 1
    m = state["exp_avg"] = b1 * state["exp_avg"] + (1 - b1) * g
    v = state["exp_avg_sq"] = b2 * state["exp_avg_sq"] + (1 - b2) * g * g
    return state["step"], m, v


def largest(state, name, value):
    state[name] = torch.maximum(state[name], value) if name in state else value.clone()
    return state[name]


class AdaBelief(Rule):
    defaults_of = dict(
        lr=1e-3, betas=(0.9, 0.999), eps=1e-16, weight_decay=0, weight_decouple=True,
        fixed_decay=False, rectify=True, degenerated_to_sgd=True, amsgrad=False)

    def move(self, p, g, state, group):
        lr, (b1, b2), eps, decay = (group[k] for k in ("lr", "betas", "eps", "weight_decay"))
        if group["weight_decouple"]:
            p.mul_(1 - (decay if group["fixed_decay"] else lr * decay))
        else:
            g = g + decay * p
        if not state:
            state.update(step=0, exp_avg=torch.zeros_like(p), exp_avg_var=torch.zeros_like(p))
        state["step"] += 1
        t = state["step"]
        m = state["exp_avg"] = b1 * state["exp_avg"] + (1 - b1) * g
        s = state["exp_avg_var"] = b2 * state["exp_avg_var"] + (1 - b2) * (g - m)**2 + eps
        if group["amsgrad"]:
            s = largest(state, "max_exp_avg_var", s)
        c1, c2 = corrections(group, t)
        if not group["rectify"]:
            p.sub_(lr / c1 * m / (s.sqrt() / math.sqrt(c2) + eps))
            return
        rho_inf = 2 / (1 - b2) - 1
        rho = rho_inf - 2 * t * b2**t / c2
        if rho >= 5:
            r = math.sqrt((rho - 4) * (rho - 2) * rho_inf / ((rho_inf - 4) * (rho_inf - 2) * rho))
            p.sub_(lr * r * math.sqrt(c2) / c1 * m / (s.sqrt() + eps))
        elif group["degenerated_to_sgd"]:
            p.sub_(lr / c1 * m)


class AdaBound(Rule):
    defaults_of = dict(
        lr=1e-3, betas=(0.9, 0.999), final_lr=0.1, gamma=1e-3, eps=1e-8, weight_decay=0,
        amsbound=False)

    def __init__(self, params, **options):
        super().__init__(params, **options)
        for group in self.param_groups:
            group.setdefault("base_lr", group["lr"])

    def move(self, p, g, state, group):
        t, m, v = moments(state, p, g + group["weight_decay"] * p, group)
        if group["amsbound"]:
            v = largest(state, "max_exp_avg_sq", v)
        c1, c2 = corrections(group, t)
        final = group["final_lr"] * group["lr"] / group["base_lr"]
        lower = final * (1 - 1 / (group["gamma"] * t + 1))
        upper = final * (1 + 1 / (group["gamma"] * t))
        rate = group["lr"] * math.sqrt(c2) / c1 / (v.sqrt() + group["eps"])
        p.sub_(rate.clamp(lower, upper) * m)


class AMSBound(AdaBound):
    defaults_of = {**AdaBound.defaults_of, "amsbound": True}


class TorchoptAdamW(Rule):
    defaults_of = dict(lr=0.01, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-6)

    def move(self, p, g, state, group):
        t, m, v = moments(state, p, g, group)
        c1, c2 = corrections(group, t)
        p.mul_(1 - group["lr"] * group["weight_decay"])
        p.sub_(group["lr"] * math.sqrt(c2) / c1 * m / (v.sqrt() + group["eps"]))


class MADGRAD(Rule):
    defaults_of = dict(lr=1e-2, momentum=0.9, weight_decay=0, eps=1e-6, decouple_decay=False)

    def move(self, p, g, state, group):
        decay, eps, momentum = group["weight_decay"], group["eps"], group["momentum"]
        rate = group["lr"] + eps
        if not state:
            state.update(step=0, grad_sum_sq=torch.zeros_like(p), s=torch.zeros_like(p),
                         x0=p.detach().clone())
        state["step"] += 1
        weight = rate * math.sqrt(state["step"])
        old = p.clone()
        if not group["decouple_decay"]:
            g = g + decay * p
        state["grad_sum_sq"] = state["grad_sum_sq"] + weight * g * g
        state["s"] = state["s"] + weight * g
        root = state["grad_sum_sq"].pow(1 / 3) + eps
        z = state["x0"] - torch.where(root == 0, 0, state["s"] / root)
        p.copy_(momentum * p + (1 - momentum) * z)
        if group["decouple_decay"]:
            p.sub_(rate * decay * old)


class QHAdam(Rule):
    defaults_of = dict(
        lr=1e-3, betas=(0.9, 0.999), nus=(1, 1), eps=1e-8, weight_decay=0,
        decouple_weight_decay=False)

    def move(self, p, g, state, group):
        lr, (b1, b2), (nu1, nu2) = group["lr"], group["betas"], group["nus"]
        if group["decouple_weight_decay"]:
            p.mul_(1 - lr * group["weight_decay"])
        else:
            g = g + group["weight_decay"] * p
        if not state:
            state.update(beta1_weight=0.0, beta2_weight=0.0, exp_avg=torch.zeros_like(p),
                         exp_avg_sq=torch.zeros_like(p))
        w1 = state["beta1_weight"] = 1 + b1 * state["beta1_weight"]
        w2 = state["beta2_weight"] = 1 + b2 * state["beta2_weight"]
        m = state["exp_avg"] = (1 - 1 / w1) * state["exp_avg"] + g / w1
        v = state["exp_avg_sq"] = (1 - 1 / w2) * state["exp_avg_sq"] + g * g / w2
        p.sub_(lr * (nu1 * m + (1 - nu1) * g)
               / ((nu2 * v + (1 - nu2) * g * g).sqrt() + group["eps"]))


class QHM(Rule):
    defaults_of = dict(lr=1e-3, momentum=0.999, nu=0.7, weight_decay=0, weight_decay_type="grad")

    def move(self, p, g, state, group):
        lr, momentum, nu, decay = (group[k] for k in ("lr", "momentum", "nu", "weight_decay"))
        if group["weight_decay_type"] == "direct":
            p.mul_(1 - lr * decay)
        else:
            g = g + decay * p
        if not state:
            state["momentum_buffer"] = torch.zeros_like(p)
        b = state["momentum_buffer"] = momentum * state["momentum_buffer"] + (1 - momentum) * g
        p.sub_(lr * (nu * b + (1 - nu) * g))


class Yogi(Rule):
    defaults_of = dict(
        lr=1e-2, betas=(0.9, 0.999), eps=1e-3, initial_accumulator=1e-6, weight_decay=0)

    def move(self, p, g, state, group):
        b1, b2 = group["betas"]
        g = g + group["weight_decay"] * p
        if not state:
            begin = group["initial_accumulator"]
            state.update(step=0, exp_avg=torch.full_like(p, begin),
                         exp_avg_sq=torch.full_like(p, begin))
        state["step"] += 1
        m = state["exp_avg"] = b1 * state["exp_avg"] + (1 - b1) * g
        v = state["exp_avg_sq"]
        v = state["exp_avg_sq"] = v - (1 - b2) * torch.sign(v - g * g) * g * g
        c1, c2 = corrections(group, state["step"])
        p.sub_(group["lr"] / c1 * m / ((v / c2).sqrt() + group["eps"]))


class SWATS(Rule):
    """The phase belongs to the group, whose parameters all have gradients here."""

    defaults_of = dict(
        lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, nesterov=False, amsgrad=False)

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            group.setdefault("scaling", 0.0)
            group.setdefault("sgd", None)
            found = group["sgd"]
            lr, b1, b2 = group["lr"], *group["betas"]
            length = product = 0.0
            for p in group["params"]:
                g = -p.grad if group["maximize"] else p.grad
                g = g + group["weight_decay"] * p
                state = self.state[p]
                if found is not None:
                    state["step"] += 1
                    u = b1 * state["momentum_buffer"] + g
                    state["momentum_buffer"] = u
                    p.sub_((1 - b1) * found * (g + b1 * u if group["nesterov"] else u))
                    continue
                t, m, v = moments(state, p, g, group)
                state["momentum_buffer"] = torch.zeros_like(p)
                if group["amsgrad"]:
                    v = largest(state, "max_exp_avg_sq", v)
                c1, c2 = corrections(group, t)
                q = -lr * math.sqrt(c2) / c1 * m / (v.sqrt() + group["eps"])
                p.add_(q)
                length += float((q * q).sum())
                product += float((q * g).sum())
            if found is None and product != 0:
                gamma = length / -product
                group["scaling"] = b2 * group["scaling"] + (1 - b2) * gamma
                rate = group["scaling"] / c2
                if t > 1 and abs(rate - gamma) <= 1e-8 + 1e-6 * abs(gamma) and rate > 0:
                    group["sgd"] = rate
            for p in group["params"]:
                self.state[p].update(
                    exp_avg2=group["scaling"], sgd_lr=group["sgd"] or 0.0,
                    adam_lr=lr if group["sgd"] else 0.0, phase=float(group["sgd"] is not None))


class DiffGrad(Rule):
    defaults_of = dict(lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0)

    def move(self, p, g, state, group):
        g = g + group["weight_decay"] * p
        last = state.get("previous_grad", torch.zeros_like(p))
        state.pop("previous_grad", None)
        t, m, v = moments(state, p, g, group)
        state["previous_grad"] = g.clone()
        c1, c2 = corrections(group, t)
        friction = 1 / (1 + torch.exp(-(last - g).abs()))
        p.sub_(group["lr"] * math.sqrt(c2) / c1 * friction * m / (v.sqrt() + group["eps"]))


class Padam(Rule):
    defaults_of = dict(
        lr=0.1, betas=(0.9, 0.999), eps=1e-8, partial=0.25, weight_decay=0, amsgrad=True)

    def move(self, p, g, state, group):
        t, m, v = moments(state, p, g + group["weight_decay"] * p, group)
        if group["amsgrad"]:
            v = largest(state, "max_exp_avg_sq", v)
        c1, c2 = corrections(group, t)
        denominator = (v.sqrt() + group["eps"]) ** (2 * group["partial"])
        p.sub_(group["lr"] * math.sqrt(c2) / c1 * m / denominator)


class A2Grad(Rule):
    """The sequences of the paper, from which the parameter follows."""

    defaults_of = dict(lr=1, beta=10, lips=10, rho=0.5, variant="uni")

    def move(self, p, g, state, group):
        if not state:
            state.update(step=0, avg_grad=torch.zeros_like(p), v_k=torch.zeros_like(p),
                         x_k=p.detach().clone())
            self.sums = getattr(self, "sums", {})
            # The sum of gradients, and the averaged sequence of the paper.
            self.sums[p] = [torch.zeros_like(p), p.detach().clone()]
        k = state["step"]
        state["step"] += 1
        total, averaged = self.sums[p]
        total = total + g
        state["avg_grad"] = total / (k + 1)
        square = (g - state["avg_grad"])**2
        if group["variant"] == "uni":
            h = state["v_k"] = state["v_k"] + square
        elif group["variant"] == "inc":
            h = state["v_k"] = (k / (k + 1))**2 * state["v_k"] + square
        else:
            before = state.get("v_kk", torch.zeros_like(p))
            state["v_kk"] = group["rho"] * before + (1 - group["rho"]) * square
            state["v_k"] = torch.maximum(state["v_k"], state["v_kk"])
            h = (k + 1) * state["v_k"]
        inverse = 2 * group["lips"] / (k + 1) + group["beta"] * h.sqrt()
        x = state["x_k"] = state["x_k"] - group["lr"] * g / inverse
        alpha, after = 2 / (k + 2), 2 / (k + 3)
        averaged = (1 - alpha) * averaged + alpha * x
        p.copy_((1 - after) * averaged + after * x)
        self.sums[p] = [total, averaged]


class AdaShift(Rule):
    defaults_of = dict(
        lr=1e-3, betas=(0.9, 0.999), keep_num=10, reduce_func="max", eps=1e-10)

    def move(self, p, g, state, group):
        (b1, b2), n = group["betas"], group["keep_num"]
        if not state:
            own = p if group["reduce_func"] is None else p.new_zeros(())
            state.update(step=0, exp_avg_sq=torch.zeros_like(own), beta2_power=torch.ones_like(own))
            self.all = getattr(self, "all", {})
            self.all[p] = []
        past = self.all[p]
        past.append(g.clone())
        state["step"] += 1
        t = state["step"]
        if t > n:
            square = past[t - n - 1]**2
            reduce = {"max": torch.max, "mean": torch.mean, None: lambda x: x}[group["reduce_func"]]
            state["exp_avg_sq"] = b2 * state["exp_avg_sq"] + (1 - b2) * reduce(square)
        started = (state["exp_avg_sq"] > 0) | (state["beta2_power"] < 1)
        state["beta2_power"] = torch.where(started, b2 * state["beta2_power"], 1)
        weights = [b1**i for i in range(n)]
        m = sum(w * x for w, x in zip(weights, reversed(past))) / sum(weights)
        state["exp_avg"] = m
        corrected = state["exp_avg_sq"] / (1 - state["beta2_power"]).clamp(min=1e-8)
        p.sub_(torch.where(started, group["lr"] * m / (corrected.sqrt() + group["eps"]), 0))


# --- Comparison with known results --------------------------------------------------------

KNOWN = json.loads((FOLDER / "torchopt.json").read_text(encoding="utf-8"))
GRADIENTS = [tuple(g) for g in KNOWN["gradients"]]


def snake_keys(values):
    return {re.sub("[A-Z]", lambda m: "_" + m[0].lower(), k): v for k, v in values.items()}


def check_known():
    """The runs whose results are known, of the optimizers above."""
    for known in KNOWN["runs"]:
        optimizer_class = globals().get(known["optimizer"])
        if optimizer_class is None:
            continue
        p = torch.tensor([1, -2], dtype=torch.float64, requires_grad=True)
        optimizer = optimizer_class([{"params": [p]}], **snake_keys(known["options"]))
        for t in range(10):
            p.grad = torch.tensor(GRADIENTS[t % 5], dtype=torch.float64)
            optimizer.step()
            expected = known["positions"].get(str(t + 1))
            if expected:
                error = numpy.abs(p.detach().numpy() - expected).max()
                assert error < 1e-12, (known["optimizer"], known["options"], t + 1, error)


def check_optax():
    """The optimizers that Optax has too, over 50 steps."""
    pairs = [
        (AdaBelief, dict(lr=0.03, rectify=False), optax.adabelief(0.03)),
        (AdaBelief, dict(lr=0.03, rectify=False, eps=1e-6, betas=(0.8, 0.9)),
         optax.adabelief(0.03, 0.8, 0.9, 1e-6, 1e-6)),
        (Yogi, {}, optax.yogi(0.01)),
        (Yogi, dict(lr=0.1, betas=(0.8, 0.9), eps=1e-2), optax.yogi(0.1, 0.8, 0.9, 1e-2)),
        (MADGRAD, {}, optax.contrib.madgrad(0.01)),
        (MADGRAD, dict(lr=0.1, momentum=0.5, eps=1e-3),
         optax.contrib.madgrad(0.1, momentum=0.5, eps=1e-3)),
        (MADGRAD, dict(momentum=0), optax.contrib.madgrad(0.01, momentum=0)),
    ]
    curvature = numpy.array([1, 10, 0.1])
    for optimizer_class, options, transformation in pairs:
        p = torch.tensor([1, -2, 3], dtype=torch.float64, requires_grad=True)
        optimizer = optimizer_class([{"params": [p]}], **options)
        x = jax.numpy.array([1.0, -2, 3])
        state = transformation.init(x)
        if optimizer_class is MADGRAD:
            # The root of a count that is an integer would be rounded to float32.
            state = jax.tree.map(lambda value: value.astype(float), state)
        for t in range(50):
            noise = numpy.array(GRADIENTS[t % 5] + (0.5,))
            p.grad = torch.tensor(curvature * p.detach().numpy() + noise)
            optimizer.step()
            updates, state = transformation.update(curvature * x + noise, state, x)
            x = optax.apply_updates(x, updates)
        error = numpy.abs(p.detach().numpy() - numpy.asarray(x)).max()
        assert error < 1e-12, (optimizer_class.__name__, options, error)


def check_swats():
    """A constant gradient has a constant scaling, so that the second step finds it."""
    for known in KNOWN["swats"]:
        p = torch.tensor([1], dtype=torch.float64, requires_grad=True)
        optimizer = SWATS([{"params": [p]}], lr=0.1, nesterov=known["nesterov"])
        for expected in known["positions"]:
            p.grad = torch.tensor([2], dtype=torch.float64)
            optimizer.step()
            assert abs(p.item() - expected) < 1e-12
        assert abs(optimizer.state[p]["sgd_lr"] - 0.0499999932519492) < 1e-15


def check_identities():
    """Special cases that are other algorithms of PyTorch."""
    pairs = [
        (QHM, dict(lr=0.3, momentum=0.9, nu=1), torch.optim.SGD,
         dict(lr=0.03, momentum=0.9, dampening=0)),
        (QHM, dict(lr=0.3, momentum=0.9, nu=0.9), torch.optim.SGD,
         dict(lr=0.03, momentum=0.9, nesterov=True)),
        (QHAdam, dict(lr=0.1), torch.optim.Adam, dict(lr=0.1)),
        (Padam, dict(partial=0.5, eps=0), torch.optim.Adam, dict(lr=0.1, amsgrad=True, eps=0)),
    ]
    for own, own_options, other, other_options in pairs:
        ends = []
        for optimizer_class, options in ((own, own_options), (other, other_options)):
            p = torch.tensor([1, -2], dtype=torch.float64, requires_grad=True)
            optimizer = optimizer_class([{"params": [p]}], **options)
            for t in range(20):
                p.grad = torch.tensor(GRADIENTS[t % 5], dtype=torch.float64)
                optimizer.step()
            ends.append(p.detach().numpy())
        error = numpy.abs(ends[0] - ends[1]).max()
        assert error < 1e-12, (own.__name__, own_options, error)


# --- The cases ------------------------------------------------------------------------------


def cases(*options, groups):
    """One case for each of the options, in turn on problems, and one with two groups."""
    problems = ("vector", "noisy", "tensor")
    made = [
        dict(options=given, problem=problems[i % len(problems)])
        for i, given in enumerate(options)
    ]
    for given in groups:
        made.append(dict(options={}, groups=given, problem="groups"))
    return made


def main():
    check_known()
    check_optax()
    check_swats()
    check_identities()
    own = "the equations of the paper and the authors' code"
    write("ada_belief", "AdaBelief", f"{own}; without rectification equal to optax 0.2.8", AdaBelief, cases(
        {},
        dict(lr=0.05),
        dict(lr=0.05, rectify=False),
        dict(lr=0.05, rectify=False, amsgrad=True, betas=(0.5, 0.6), eps=1e-8),
        dict(lr=0.05, amsgrad=True, betas=(0.8, 0.9)),
        dict(lr=0.05, degenerated_to_sgd=False, weight_decay=0.1, eps=1e-8),
        dict(lr=0.05, weight_decouple=False, weight_decay=0.1),
        dict(lr=0.05, fixed_decay=True, weight_decay=0.01, rectify=False),
        dict(lr=0.01, maximize=True, weight_decay=0.05, eps=1e-6),
        groups=[[dict(lr=0.02, rectify=False), dict(weight_decay=0.05, amsgrad=True)]],
    ))
    bounded = [
        {},
        dict(lr=0.1),
        dict(lr=0.1, final_lr=0.02, gamma=0.1),
        dict(lr=0.1, final_lr=0.05, gamma=1, betas=(0.8, 0.9), weight_decay=0.1),
        dict(lr=0.05, gamma=0.5, base_lr=0.1, eps=1e-3),
        dict(lr=0.01, maximize=True, weight_decay=0.05),
    ]
    bounded_groups = [[dict(lr=0.02, gamma=0.3), dict(lr=0.05, final_lr=0.3, weight_decay=0.1)]]
    write("ada_bound", "AdaBound", own, AdaBound, cases(
        *bounded, dict(lr=0.1, amsbound=True, gamma=0.1, betas=(0.5, 0.6)), groups=bounded_groups))
    write("ams_bound", "AMSBound", own, AMSBound, cases(
        *bounded, dict(lr=0.1, gamma=0.1, betas=(0.5, 0.6)), groups=bounded_groups))
    write("torchopt_adam_w", "TorchoptAdamW", "the equations of the paper", TorchoptAdamW, cases(
        {},
        dict(lr=0.1),
        dict(lr=0.1, betas=(0.8, 0.9), weight_decay=0, eps=1e-3),
        dict(lr=0.1, weight_decay=0.1),
        dict(lr=0.02, maximize=True, weight_decay=0.05),
        groups=[[dict(lr=0.02), dict(weight_decay=0.05)]],
    ))
    write("madgrad", "MADGRAD", f"{own}; without decay equal to optax 0.2.8", MADGRAD, cases(
        {},
        dict(lr=0.1),
        dict(lr=0.05, momentum=0),
        dict(lr=0.05, eps=0, momentum=0.5),
        dict(lr=0.05, weight_decay=0.1),
        dict(lr=0.05, weight_decay=0.1, decouple_decay=True),
        dict(lr=0.05, weight_decay=0.1, decouple_decay=True, momentum=0, eps=1e-3),
        dict(lr=0.005, maximize=True, weight_decay=0.05),
        groups=[[dict(lr=0.05, momentum=0), dict(weight_decay=0.05, momentum=0.8)]],
    ))
    write("qh_adam", "QHAdam", own, QHAdam, cases(
        {},
        dict(lr=0.1),
        dict(lr=0.1, nus=(0.7, 1), betas=(0.995, 0.999)),
        dict(lr=0.1, nus=(0.7, 0.8), betas=(0.8, 0.9), eps=1e-3),
        dict(lr=0.1, weight_decay=0.1, nus=(0, 1)),
        dict(lr=0.1, weight_decay=0.1, decouple_weight_decay=True),
        dict(lr=0.01, maximize=True, weight_decay=0.05, nus=(0.9, 0.5)),
        groups=[[dict(lr=0.02, nus=(0.7, 1)), dict(weight_decay=0.05)]],
    ))
    write("qhm", "QHM", own, QHM, cases(
        {},
        dict(lr=0.05),
        dict(lr=0.05, momentum=0.9, nu=1),
        dict(lr=0.05, momentum=0.9, nu=0, weight_decay=0.1),
        dict(lr=0.05, momentum=0.9, weight_decay=0.1, weight_decay_type="direct"),
        dict(lr=0.05, momentum=0.9, nu=-0.5),
        dict(lr=0.01, momentum=0.5, maximize=True, weight_decay=0.05),
        groups=[[dict(lr=0.02, nu=0.3), dict(weight_decay=0.05, momentum=0.9)]],
    ))
    write("swats", "SWATS", "the equations of the paper, with another tolerance", SWATS, cases(
        {},
        dict(lr=0.1),
        dict(lr=0.1, betas=(0.8, 0.9), weight_decay=0.1, eps=1e-3),
        dict(lr=0.1, amsgrad=True, betas=(0.5, 0.6)),
        # Without memory in the second average, the criterion holds in step 2.
        dict(lr=0.05, betas=(0.5, 0)),
        dict(lr=0.05, betas=(0.9, 0), nesterov=True, weight_decay=0.1),
        dict(lr=0.01, maximize=True, weight_decay=0.05),
        groups=[[dict(lr=0.02, betas=(0.6, 0), nesterov=True), dict(weight_decay=0.05)]],
    ))
    write("yogi", "Yogi", f"{own}; without decay equal to optax 0.2.8", Yogi, cases(
        {},
        dict(lr=0.1),
        dict(lr=0.1, betas=(0.8, 0.9), eps=1e-6),
        dict(lr=0.1, initial_accumulator=0.1),
        dict(lr=0.1, weight_decay=0.1),
        dict(lr=0.01, maximize=True, weight_decay=0.05, initial_accumulator=0),
        groups=[[dict(lr=0.02), dict(weight_decay=0.05, initial_accumulator=1e-3)]],
    ))
    write("diff_grad", "DiffGrad", own, DiffGrad, cases(
        {},
        dict(lr=0.1),
        dict(lr=0.1, betas=(0.8, 0.9), eps=1e-3),
        dict(lr=0.1, weight_decay=0.1),
        dict(lr=0.01, maximize=True, weight_decay=0.05),
        groups=[[dict(lr=0.02), dict(weight_decay=0.05)]],
    ))
    write("padam", "Padam", own, Padam, cases(
        {},
        dict(lr=0.02),
        dict(partial=0.125, betas=(0.8, 0.9), eps=1e-3),
        dict(partial=0.5, amsgrad=False, weight_decay=0.1),
        dict(lr=0.02, partial=0, betas=(0.5, 0.6)),
        dict(lr=0.05, partial=0.3, betas=(0.8, 0.9)),
        dict(lr=0.005, maximize=True, weight_decay=0.05),
        groups=[[dict(lr=0.02), dict(weight_decay=0.05, partial=0.4)]],
    ))
    write("a2_grad", "A2Grad", "the equations of the paper", A2Grad, cases(
        {},
        dict(lips=2, beta=1),
        dict(lips=5, beta=1, variant="inc"),
        dict(lips=20, variant="exp"),
        dict(lips=5, beta=0.5, variant="exp", rho=0.9),
        dict(lips=20, lr=0.5),
        dict(lips=200, maximize=True, variant="inc"),
        groups=[[dict(lips=20), dict(variant="exp", beta=2)]],
    ))
    write("ada_shift", "AdaShift", own, AdaShift, cases(
        {},
        dict(lr=0.05, keep_num=1),
        dict(lr=0.05, keep_num=3, betas=(0.5, 0.9)),
        dict(lr=0.05, keep_num=2, reduce_func="mean", eps=1e-3),
        dict(lr=0.05, keep_num=2, reduce_func=None),
        dict(lr=0.01, keep_num=2, maximize=True),
        groups=[[dict(lr=0.02, keep_num=4), dict(keep_num=2, reduce_func=None)]],
    ))


if __name__ == "__main__":
    main()
