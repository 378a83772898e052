"""Writes packages/optim-extra/testdata/*.json of elementwise and layer-wise optimizers.

Run from the root of the repository:

    python scripts/golden/optim_extra_elementwise.py [file ...]

Each algorithm is written down from its paper (or, where noted, as its authors'
code has it). Where Optax has all of the algorithm it is Optax that runs: the
class is made by `from_optax`. Where Optax has a part of it, that part is
compared with Optax before anything is written.
"""

import inspect
import math
import sys

import jax
import jax.numpy as jnp
import numpy
import optax
import torch

from trajectories import run, write

jax.config.update("jax_enable_x64", True)
OPTAX = f"optax {optax.__version__}"


class Rule(torch.optim.Optimizer):
    """An optimizer of which only the defaults, the state and one update are to be written."""

    defaults = {}

    def __init__(self, params, **options):
        super().__init__(params, {**self.defaults, "maximize": False, **options})

    def init(self, p, group):
        return {}

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                g = -p.grad if group["maximize"] else p.grad.clone()
                if p not in self.state:
                    self.state[p] = self.init(p, group)
                self.update(p, g, self.state[p], group)


def from_optax(make, states, defaults=()):
    """A class that runs an Optax transformation on each parameter alone.

    `make` takes the hyper-parameters of a group; `states` finds tensors in the
    state of the transformation.
    """

    class FromOptax(torch.optim.Optimizer):
        def __init__(self, params, **options):
            super().__init__(params, {**dict(defaults), "maximize": False, **options})
            self.inner = {}

        @torch.no_grad()
        def step(self):
            for group in self.param_groups:
                for p in group["params"]:
                    values = {k: v for k, v in group.items() if k not in ("params", "maximize")}
                    own = jnp.asarray(p.numpy())
                    if p not in self.inner:
                        solver = make(**values)
                        self.inner[p] = [jax.jit(solver.update), solver.init(own)]
                    update, state = self.inner[p]
                    grad = jnp.asarray((-p.grad if group["maximize"] else p.grad).detach().numpy())
                    change, state = update(grad, state, own)
                    self.inner[p][1] = state
                    p.copy_(torch.from_numpy(numpy.array(optax.apply_updates(own, change))))
                    self.state[p] = {
                        name: torch.from_numpy(numpy.array(value))
                        for name, value in states(state).items()
                    }

    return FromOptax


def agree(rule, make, cases):
    """Asserts that a rule moves as Optax does in the cases whose options Optax has."""
    known = {*inspect.signature(make).parameters, "maximize"}
    count = 0
    for case in cases:
        given = [case["options"], *(case["groups"] or [])]
        if any(name not in known for options in given for name in options):
            continue
        own, other = (
            run(kind, case, torch.float64)["positions"]
            for kind in (rule, from_optax(make, lambda state: {}, defaults_of(make)))
        )
        for step, positions in own.items():
            for x, y in zip(positions, other[step]):
                numpy.testing.assert_allclose(x, y, rtol=1e-11, atol=1e-12, err_msg=f"{case} at {step}")
        count += 1
    assert count > 1


def defaults_of(make):
    return {name: parameter.default for name, parameter in inspect.signature(make).parameters.items()}


def find(state, *names):
    """Fields of the first record in a state that has them all."""
    if all(hasattr(state, name) for name in names):
        return [getattr(state, name) for name in names]
    if isinstance(state, tuple):
        for inner in state:
            found = find(inner, *names)
            if found is not None:
                return found
    return None


def named(**names):
    """Looks up states of these names under the names that Optax gives them."""
    return lambda state: dict(zip(names, find(state, *names.values())))


def on(problem, *options, groups=None):
    return [dict(options=o, problem=problem, groups=groups) for o in options]


# Lion: arXiv:2302.06675, algorithm 2.

def lion(lr=1e-4, betas=(0.9, 0.99), weight_decay=0.0):
    return optax.lion(lr, b1=betas[0], b2=betas[1], weight_decay=weight_decay)


def lion_cases():
    return [
        *on("vector", {}, dict(lr=0.03)),
        *on("noisy", dict(lr=0.1), dict(lr=0.1, weight_decay=0.1),
            dict(lr=0.01, betas=(0.5, 0.6), maximize=True, weight_decay=0.05)),
        *on("groups", dict(lr=0.05), groups=[dict(lr=0.02), dict(weight_decay=0.5, betas=(0.8, 0.7))]),
    ]


# Signum: arXiv:1802.04434, algorithm 2, with the two kinds of decay of its code in MXNet.

class Signum(Rule):
    defaults = dict(lr=0.01, momentum=0.9, weight_decay=0, decoupled_weight_decay=False)

    def init(self, p, group):
        return {"momentum_buffer": torch.zeros_like(p)} if group["momentum"] else {}

    def update(self, p, g, state, group):
        decay = group["weight_decay"]
        if not group["decoupled_weight_decay"]:
            g = g + decay * p
        m = g
        if group["momentum"]:
            m = group["momentum"] * state["momentum_buffer"] + (1 - group["momentum"]) * g
            state["momentum_buffer"] = m
        shrunk = p * (1 - group["lr"] * decay) if group["decoupled_weight_decay"] else p
        p.copy_(shrunk - group["lr"] * m.sign())


def signum_cases():
    return [
        *on("vector", {}, dict(lr=0.03, momentum=0)),
        *on("noisy", dict(lr=0.1), dict(lr=0.1, momentum=0.5, weight_decay=0.1),
            dict(lr=0.1, weight_decay=0.1, decoupled_weight_decay=True),
            dict(lr=0.01, maximize=True, weight_decay=0.05)),
        *on("groups", dict(lr=0.05), groups=[dict(lr=0.02, momentum=0), dict(weight_decay=0.5)]),
    ]


# LAMB: arXiv:1904.00962, algorithm 2.

class LAMB(Rule):
    defaults = dict(lr=1e-3, betas=(0.9, 0.999), eps=1e-6, weight_decay=0, clamp_value=None,
                    debias=True, adaptive=True)

    def init(self, p, group):
        return {"step": 0, "exp_avg": torch.zeros_like(p), "exp_avg_sq": torch.zeros_like(p)}

    def update(self, p, g, state, group):
        beta1, beta2 = group["betas"]
        state["step"] += 1
        m = state["exp_avg"] = beta1 * state["exp_avg"] + (1 - beta1) * g
        v = state["exp_avg_sq"] = beta2 * state["exp_avg_sq"] + (1 - beta2) * g ** 2
        if group["debias"]:
            m = m / (1 - beta1 ** state["step"])
            v = v / (1 - beta2 ** state["step"])
        r = m / (v.sqrt() + group["eps"]) + group["weight_decay"] * p
        ratio = 1
        if group["adaptive"] and p.norm() > 0 and r.norm() > 0:
            size = p.norm()
            if group["clamp_value"] is not None:
                size = size.clamp(max=group["clamp_value"])
            ratio = size / r.norm()
        p.sub_(group["lr"] * ratio * r)


def lamb_cases():
    return [
        *on("vector", {}, dict(lr=0.05)),
        *on("noisy", dict(lr=0.05, weight_decay=0.1), dict(lr=0.05, debias=False),
            dict(lr=0.05, clamp_value=2, betas=(0.8, 0.9)), dict(lr=0.05, adaptive=False, weight_decay=0.1),
            dict(lr=0.01, eps=1e-3, maximize=True, weight_decay=0.05)),
        *on("tensor", dict(lr=0.02, weight_decay=0.1)),
        *on("groups", dict(lr=0.05), groups=[dict(lr=0.02, weight_decay=0.5), dict(adaptive=False)]),
    ]


def lamb_optax(lr=1e-3, betas=(0.9, 0.999), eps=1e-6, weight_decay=0.0):
    return optax.lamb(lr, b1=betas[0], b2=betas[1], eps=eps, weight_decay=weight_decay)


# LARS: arXiv:1708.03888, algorithm 1.

class LARS(Rule):
    defaults = dict(lr=1, momentum=0.9, weight_decay=0, trust_coefficient=1e-3, eps=0,
                    nesterov=False, adaptive=True)

    def init(self, p, group):
        return {"momentum_buffer": torch.zeros_like(p)} if group["momentum"] else {}

    def update(self, p, g, state, group):
        decay, momentum = group["weight_decay"], group["momentum"]
        rate = group["lr"]
        if group["adaptive"] and p.norm() > 0 and g.norm() > 0:
            whole = g.norm() + decay * p.norm() + group["eps"]
            rate = rate * (group["trust_coefficient"] * p.norm() / whole)
        step = rate * (g + decay * p)
        if momentum:
            buffer = state["momentum_buffer"] = momentum * state["momentum_buffer"] + step
            step = step + momentum * buffer if group["nesterov"] else buffer
        p.sub_(step)


def lars_cases():
    return [
        *on("vector", {}, dict(lr=10)),
        *on("noisy", dict(lr=10, weight_decay=0.1), dict(lr=10, nesterov=True), dict(lr=20, momentum=0),
            dict(lr=1, trust_coefficient=0.02, momentum=0.5, eps=0.1),
            dict(lr=0.01, adaptive=False, weight_decay=0.1),
            dict(lr=1, maximize=True, weight_decay=0.05)),
        *on("tensor", dict(lr=10, weight_decay=0.1)),
        *on("groups", dict(lr=10), groups=[dict(lr=5, weight_decay=0.5), dict(lr=0.02, adaptive=False)]),
    ]


def lars_optax(lr=1.0, momentum=0.9, trust_coefficient=1e-3, eps=0.0, nesterov=False):
    return optax.lars(lr, momentum=momentum, trust_coefficient=trust_coefficient, eps=eps, nesterov=nesterov)


# Adan: arXiv:2208.06677, algorithm 1, with the betas and the two decays of the authors' code.

class Adan(Rule):
    defaults = dict(lr=1e-3, betas=(0.98, 0.92, 0.99), eps=1e-8, weight_decay=0, no_prox=False)

    def init(self, p, group):
        return {"step": 0, **{name: torch.zeros_like(p) for name in ("exp_avg", "exp_avg_diff", "exp_avg_sq", "pre_grad")}}

    def update(self, p, g, state, group):
        beta1, beta2, beta3 = group["betas"]
        state["step"] += 1
        t = state["step"]
        diff = g - state["pre_grad"] if t > 1 else torch.zeros_like(g)
        m = state["exp_avg"] = beta1 * state["exp_avg"] + (1 - beta1) * g
        v = state["exp_avg_diff"] = beta2 * state["exp_avg_diff"] + (1 - beta2) * diff
        n = state["exp_avg_sq"] = beta3 * state["exp_avg_sq"] + (1 - beta3) * (g + beta2 * diff) ** 2
        state["pre_grad"] = g
        eta = group["lr"] / ((n / (1 - beta3 ** t)).sqrt() + group["eps"])
        step = eta * (m / (1 - beta1 ** t) + beta2 * v / (1 - beta2 ** t))
        decay = group["lr"] * group["weight_decay"]
        p.copy_((1 - decay) * p - step if group["no_prox"] else (p - step) / (1 + decay))


def adan_optax(lr=1e-3, betas=(0.98, 0.92, 0.99), eps=1e-8, weight_decay=0.0, no_prox=True):
    # Optax looks ahead by 1 - beta2, so only 0.5 means the same.
    assert betas[1] == 0.5 and no_prox
    return optax.adan(lr, b1=betas[0], b2=betas[1], b3=betas[2], eps=eps, eps_root=0, weight_decay=weight_decay)


def adan_cases():
    return [
        *on("vector", {}, dict(lr=0.05)),
        *on("noisy", dict(lr=0.05, weight_decay=0.1), dict(lr=0.05, weight_decay=0.1, no_prox=True),
            dict(lr=0.05, betas=(0.9, 0.8, 0.95)),
            dict(lr=0.01, eps=1e-3, maximize=True, weight_decay=0.05)),
        *on("groups", dict(lr=0.05), groups=[dict(lr=0.02, weight_decay=0.5), dict(betas=(0.5, 0.6, 0.7))]),
    ]


# NovoGrad: arXiv:1905.11286, algorithm 1, with the flags of the authors' code.

class NovoGrad(Rule):
    defaults = dict(lr=1e-3, betas=(0.95, 0.98), eps=1e-8, weight_decay=0, grad_averaging=False, amsgrad=False)

    def update(self, p, g, state, group):
        beta1, beta2 = group["betas"]
        norm = (g ** 2).sum()
        v = beta2 * state["exp_avg_sq"] + (1 - beta2) * norm if state else norm
        state["exp_avg_sq"] = v
        if group["amsgrad"]:
            v = state["max_exp_avg_sq"] = torch.maximum(state.get("max_exp_avg_sq", v), v)
        step = g / (v.sqrt() + group["eps"]) + group["weight_decay"] * p
        if group["grad_averaging"]:
            step = (1 - beta1) * step
        m = beta1 * state.get("exp_avg", torch.zeros_like(p)) + step
        state["exp_avg"] = m
        p.sub_(group["lr"] * m)


def novograd_cases():
    return [
        *on("vector", {}, dict(lr=0.02)),
        *on("noisy", dict(lr=0.02, weight_decay=0.1), dict(lr=0.1, grad_averaging=True, weight_decay=0.1),
            dict(lr=0.02, amsgrad=True, betas=(0.5, 0.6)), dict(lr=0.02, betas=(0.9, 0.25), eps=1e-6),
            dict(lr=0.01, eps=1e-3, maximize=True, weight_decay=0.05)),
        *on("groups", dict(lr=0.02), groups=[dict(lr=0.01, weight_decay=0.5), dict(betas=(0.5, 0.6))]),
    ]


def novograd_optax(lr=1e-3, betas=(0.95, 0.98), eps=1e-8, weight_decay=0.0):
    return optax.novograd(lr, b1=betas[0], b2=betas[1], eps=eps, weight_decay=weight_decay)


# AggMo: arXiv:1804.00325, equation 2.

class AggMo(Rule):
    defaults = dict(lr=0.1, betas=(0, 0.9, 0.99), weight_decay=0)

    def init(self, p, group):
        return {f"momentum_buffer{i}": torch.zeros_like(p) for i in range(len(group["betas"]))}

    def update(self, p, g, state, group):
        g = g + group["weight_decay"] * p
        for i, beta in enumerate(group["betas"]):
            state[f"momentum_buffer{i}"] = beta * state[f"momentum_buffer{i}"] + g
        p.sub_(group["lr"] / len(state) * sum(state.values()))


def aggmo_cases():
    return [
        *on("vector", dict(lr=0.02)),
        *on("noisy", {}, dict(lr=0.05, weight_decay=0.1), dict(lr=0.05, betas=(0.5,)),
            dict(lr=0.02, betas=(0, 0.9, 0.99, 0.999)),
            dict(lr=1e-3, maximize=True, weight_decay=0.05)),
        *on("groups", dict(lr=0.02), groups=[dict(lr=0.01, weight_decay=0.5), dict(betas=(0.5, 0.6))]),
    ]


# PID: An et al. (CVPR 2018), equations 12 and 13, with the gains of the authors' code.

class PID(Rule):
    defaults = dict(lr=1e-3, momentum=0.9, dampening=0, integral=5, derivative=10, weight_decay=0)

    def update(self, p, g, state, group):
        alpha = group["momentum"]
        g = g + group["weight_decay"] * p
        step = g
        if alpha:
            first = not state
            i = alpha * state.get("i_buffer", 0) + (1 if first else 1 - group["dampening"]) * g
            change = torch.zeros_like(g) if first else g - state["grad_buffer"]
            d = alpha * state.get("d_buffer", 0) + (1 - alpha) * change
            state.update(i_buffer=i, d_buffer=d, grad_buffer=g)
            step = g + group["integral"] * i + group["derivative"] * d
        p.sub_(group["lr"] * step)


def pid_cases():
    return [
        *on("vector", {}, dict(lr=0.005)),
        *on("noisy", dict(lr=0.01, weight_decay=0.1), dict(lr=0.01, dampening=0.5),
            dict(lr=0.02, momentum=0.5, integral=1, derivative=2), dict(lr=0.02, momentum=0),
            dict(lr=1e-4, maximize=True, weight_decay=0.05)),
        *on("groups", dict(lr=0.005), groups=[dict(lr=0.002, weight_decay=0.5), dict(derivative=0, momentum=0.7)]),
    ]


# AdEMAMix: arXiv:2409.03137, algorithm 1 with the schedulers of section 3 and of the authors' code.

class AdEMAMix(Rule):
    defaults = dict(lr=1e-3, betas=(0.9, 0.999, 0.9999), alpha=5, beta3_warmup=0, alpha_warmup=0,
                    eps=1e-8, weight_decay=0)

    def init(self, p, group):
        return {"step": 0, **{name: torch.zeros_like(p) for name in ("exp_avg_fast", "exp_avg_slow", "exp_avg_sq")}}

    def update(self, p, g, state, group):
        beta1, beta2, beta3 = group["betas"]
        state["step"] += 1
        t = state["step"]
        if t < group["beta3_warmup"]:
            low, high = (math.log(0.5) / math.log(beta + 1e-8) - 1 for beta in (beta1, beta3))
            part = t / group["beta3_warmup"]
            beta3 = 0.5 ** (1 / ((1 - part) * low + part * high + 1))
        alpha = group["alpha"]
        if t < group["alpha_warmup"]:
            alpha *= t / group["alpha_warmup"]
        fast = state["exp_avg_fast"] = beta1 * state["exp_avg_fast"] + (1 - beta1) * g
        slow = state["exp_avg_slow"] = beta3 * state["exp_avg_slow"] + (1 - beta3) * g
        v = state["exp_avg_sq"] = beta2 * state["exp_avg_sq"] + (1 - beta2) * g ** 2
        root = (v / (1 - beta2 ** t)).sqrt() + group["eps"]
        step = (fast / (1 - beta1 ** t) + alpha * slow) / root
        p.sub_(group["lr"] * (step + group["weight_decay"] * p))


def ademamix_cases():
    return [
        *on("vector", {}, dict(lr=0.05)),
        *on("noisy", dict(lr=0.05, weight_decay=0.1), dict(lr=0.05, betas=(0.8, 0.9, 0.95), alpha=2),
            dict(lr=0.05, alpha_warmup=20), dict(lr=0.05, beta3_warmup=20),
            dict(lr=0.05, alpha=8, alpha_warmup=70, beta3_warmup=60, weight_decay=0.1),
            dict(lr=0.05, betas=(0, 0.999, 0.99), beta3_warmup=30),
            dict(lr=0.01, eps=1e-3, maximize=True, weight_decay=0.05)),
        *on("groups", dict(lr=0.05, alpha_warmup=5),
            groups=[dict(lr=0.02, weight_decay=0.5), dict(alpha=1, alpha_warmup=0)]),
    ]


def ademamix_optax(lr=1e-3, betas=(0.9, 0.999, 0.9999), alpha=5.0, eps=1e-8, weight_decay=0.0):
    return optax.contrib.ademamix(
        lr, b1=betas[0], b2=betas[1], b3=betas[2], alpha=alpha, eps=eps, weight_decay=weight_decay)


# Tiger: https://kexue.fm/archives/9512, with what the author's code tells from names told from dims.

class Tiger(Rule):
    defaults = dict(lr=1e-3, beta=0.965, weight_decay=0.01, adaptive=True, rowwise=False,
                    grad_accum_steps=1, shrink_ratio=0.99)

    def init(self, p, group):
        return {"step": 0, "exp_avg": torch.zeros_like(p)}

    def update(self, p, g, state, group):
        beta, k = group["beta"], group["grad_accum_steps"]
        state["step"] += 1
        t = state["step"]
        assert not g.isnan().any()
        m = (beta if (t - 1) % k == 0 else 1) * state["exp_avg"] + (1 - beta) / k * g
        state["exp_avg"] = m
        if t % k:
            return
        lr, decay = group["lr"], group["weight_decay"]
        if group["adaptive"] and p.ndim > 1:
            square = (p ** 2).mean(-1, keepdim=True) if group["rowwise"] else (p ** 2).mean()
            lr = lr * square.sqrt()
        elif group["adaptive"]:
            lr, decay = lr / 2, 0
        p.copy_((1 - lr * decay) * p - lr * m.sign())


def tiger_cases():
    return [
        *on("vector", {}, dict(lr=0.03)),
        *on("noisy", dict(lr=0.1), dict(lr=0.1, adaptive=False, weight_decay=0.1, beta=0.5),
            dict(lr=0.1, grad_accum_steps=3, adaptive=False),
            dict(lr=0.01, maximize=True, adaptive=False, weight_decay=0)),
        *on("tensor", dict(lr=0.05), dict(lr=0.05, rowwise=True, weight_decay=0.2), dict(lr=0.05, grad_accum_steps=4)),
        *on("groups", dict(lr=0.05), groups=[dict(lr=0.02, weight_decay=0.5), dict(beta=0.5)]),
    ]


# ADOPT: arXiv:2411.02853, algorithm 2 with the clipping of section 3.3, t counted as in the authors' code.

class ADOPT(Rule):
    defaults = dict(lr=1e-3, betas=(0.9, 0.9999), eps=1e-6, clip_exponent=0.25, weight_decay=0,
                    decoupled_weight_decay=False)

    def init(self, p, group):
        return {"step": 0, "exp_avg": torch.zeros_like(p), "exp_avg_sq": torch.zeros_like(p)}

    def update(self, p, g, state, group):
        beta1, beta2 = group["betas"]
        decay, decoupled = group["weight_decay"], group["decoupled_weight_decay"]
        if not decoupled:
            g = g + decay * p
        t = state["step"]
        state["step"] += 1
        if t == 0:
            state["exp_avg_sq"] = g ** 2
            return
        scaled = g / state["exp_avg_sq"].sqrt().clamp(min=group["eps"])
        if group["clip_exponent"] is not None:
            bound = t ** group["clip_exponent"]
            scaled = scaled.clamp(-bound, bound)
        m = state["exp_avg"] = beta1 * state["exp_avg"] + (1 - beta1) * scaled
        state["exp_avg_sq"] = beta2 * state["exp_avg_sq"] + (1 - beta2) * g ** 2
        p.copy_((1 - group["lr"] * decay) * p - group["lr"] * m if decoupled else p - group["lr"] * m)


def adopt_cases():
    return [
        *on("vector", {}, dict(lr=0.05)),
        *on("noisy", dict(lr=0.05, weight_decay=0.1), dict(lr=0.05, weight_decay=0.1, decoupled_weight_decay=True),
            dict(lr=0.05, clip_exponent=None, betas=(0.8, 0.9)), dict(lr=0.05, clip_exponent=0),
            dict(lr=0.01, eps=0.5, maximize=True, weight_decay=0.05)),
        *on("groups", dict(lr=0.05), groups=[dict(lr=0.02, weight_decay=0.5), dict(betas=(0.5, 0.6))]),
    ]


def adopt_optax(lr=1e-3, betas=(0.9, 0.9999), eps=1e-6):
    return optax.contrib.adopt(lr, b1=betas[0], b2=betas[1], eps=eps)


# Fromage: arXiv:2002.03432, algorithm 1. Optax takes norms below 1e-6 for 1e-6, which do not occur here.

def fromage(lr=0.01):
    return optax.fromage(lr)


def fromage_cases():
    return [
        *on("vector", {}, dict(lr=0.1)),
        *on("noisy", dict(lr=0.05), dict(lr=0.01, maximize=True)),
        *on("tensor", dict(lr=0.05)),
        *on("groups", dict(lr=0.05), groups=[dict(lr=0.02), {}]),
    ]


# Amos: arXiv:2210.11693, algorithm 1, and for the finetune rate the authors' code.

class Amos(Rule):
    defaults = dict(lr=1e-3, eta=None, beta=0.999, zeta=0.25, finetune_rate=1, momentum=0, reduction=None,
                    eps=2.0 ** -125)

    def update(self, p, g, state, group):
        xi, beta, zeta, rate = (group[name] for name in ("lr", "beta", "zeta", "finetune_rate"))
        state["step"] = state.get("step", 0) + 1
        shared = {None: [], "rows": list(range(1, p.ndim)), "tensor": list(range(p.ndim))}[group["reduction"]]
        square = (g ** 2).mean(shared, keepdim=True) if shared else g ** 2
        v = beta * state.get("v", torch.zeros_like(square)) + (1 - beta) * square
        b = state.get("b", torch.zeros_like(square))
        v_hat = v.clamp(min=group["eps"]) / (1 - beta ** state["step"])
        eta = group["eta"]
        if eta is None:
            eta = 0.5 if p.ndim < 2 else math.sqrt(p.shape[0] / p.numel())
        c = 1 / (1 + zeta * math.sqrt(xi) * b).sqrt()
        d = 1 / (1 + zeta * math.sqrt(xi * eta) * b)
        gamma = math.sqrt(rate) * c * xi ** 2 * square / v_hat
        step = rate * d * (xi * eta * g / v_hat.sqrt() + gamma / 2 * p)
        state.update(v=v, b=b + gamma * (rate + b))
        if group["momentum"]:
            step = group["momentum"] * state.get("exp_avg", 0) + (1 - group["momentum"]) * step
            state["exp_avg"] = step
        p.sub_(step)


def amos_cases():
    return [
        *on("vector", {}, dict(lr=0.1, eta=1)),
        *on("noisy", dict(lr=0.2, eta=0.7, beta=0.9), dict(lr=0.1, momentum=0.9), dict(lr=0.1, finetune_rate=0.5),
            dict(lr=0.3, zeta=2, beta=0.99), dict(lr=0.1, reduction="tensor", eps=1e-3),
            dict(lr=0.01, maximize=True)),
        *on("tensor", dict(lr=0.1), dict(lr=0.1, reduction="rows"), dict(lr=0.1, reduction="tensor", momentum=0.5)),
        *on("groups", dict(lr=0.1, reduction="rows"), groups=[dict(lr=0.05, zeta=1), dict(eta=1, reduction=None)]),
    ]


# Apollo: arXiv:2009.13586, algorithm 1, as the last version of the author's code has it.

class Apollo(Rule):
    defaults = dict(lr=0.01, init_lr=None, warmup=500, beta=0.9, eps=1e-4, rebound="constant", weight_decay=0,
                    weight_decay_type=None)

    def init(self, p, group):
        return {"step": 0, **{name: torch.zeros_like(p) for name in ("exp_avg_grad", "approx_hessian", "update")}}

    def update(self, p, g, state, group):
        beta, eps, decay = group["beta"], group["eps"], group["weight_decay"]
        belief = group["rebound"] == "belief"
        kind = group["weight_decay_type"] or ("decoupled" if belief else "l2")
        t, lr = state["step"], group["lr"]
        if t < group["warmup"]:
            start = lr / 1000 if group["init_lr"] is None else group["init_lr"]
            lr = (lr - start) * t / group["warmup"] + start
        state["step"] += 1
        if kind == "l2":
            g = g + decay * p
        alpha = (1 - beta) / (1 - beta ** (t + 1))
        surprise = g - state["exp_avg_grad"]
        sigma = surprise.abs().max() if belief else 0.01
        m = state["exp_avg_grad"] = state["exp_avg_grad"] + alpha * surprise
        length = (state["update"] ** 4).sum() ** 0.25 + (eps if belief else eps / 0.01)
        d = state["update"] / length
        b = state["approx_hessian"]
        delta = -alpha * (surprise / length * d).sum() - (b * d ** 2).sum()
        b = state["approx_hessian"] = b + delta * d ** 2
        curvature = b.abs().clamp(min=sigma)
        if belief:
            curvature = curvature + eps / alpha
        d = m / curvature
        if kind == "decoupled":
            d = d + decay * p
        elif kind == "stable":
            d = d + decay / curvature.mean() * p
        state["update"] = d
        p.sub_(lr * d)


def apollo_cases():
    return [
        *on("vector", {}, dict(lr=0.05, warmup=20)),
        *on("noisy", dict(lr=0.01, warmup=10, weight_decay=0.1), dict(lr=0.2, rebound="belief", warmup=10, weight_decay=0.1),
            dict(lr=0.01, init_lr=0.002, warmup=30, weight_decay=0.1, weight_decay_type="stable"),
            dict(lr=0.01, warmup=0, beta=0.5, eps=1e-2, weight_decay=0.1, weight_decay_type="decoupled"),
            dict(lr=0.1, rebound="belief", warmup=5, weight_decay=0.1, weight_decay_type="l2"),
            dict(lr=1e-4, warmup=10, maximize=True, weight_decay=0.05)),
        *on("groups", dict(lr=0.002, warmup=10), groups=[dict(lr=0.001, weight_decay=0.5), dict(lr=0.05, rebound="belief")]),
    ]


# MARS: arXiv:2411.10438, algorithms 2 to 4 in the approximate form, as the authors' code has them.

class MARS(Rule):
    defaults = dict(lr=3e-3, betas=(0.95, 0.99), eps=1e-8, weight_decay=0, gamma=0.025, mars_type="adamw",
                    amsgrad=False, optimize1d=False, lr_factor1d=1, betas1d=(0.9, 0.95), weight_decay1d=0.1)

    def update(self, p, g, state, group):
        state["step"] = state.get("step", 0) + 1
        t, lr, matrix = state["step"], group["lr"], p.ndim == 2
        beta1, beta2 = group["betas"]
        decay, kind = group["weight_decay"], group["mars_type"]
        if matrix or group["optimize1d"]:
            last = state.get("last_grad", torch.zeros_like(p))
            state["last_grad"] = g
            g = g + group["gamma"] * beta1 / (1 - beta1) * (g - last)
            if g.norm() > 1:
                g = g / g.norm()
            if kind == "shampoo" and not matrix:
                kind = "adamw"
        else:
            (beta1, beta2), decay, kind = group["betas1d"], group["weight_decay1d"], "adamw"
            lr = lr * group["lr_factor1d"]
        m = state["exp_avg"] = beta1 * state.get("exp_avg", 0) + (1 - beta1) * g
        if kind == "lion":
            step = m.sign()
        elif kind == "shampoo":
            x = m / (1 - beta1)
            x = x / (x.norm() + group["eps"])
            if p.shape[0] > p.shape[1]:
                x = x.T
            for _ in range(5):
                gram = x @ x.T
                x = 3.4445 * x - 4.775 * (gram @ x) + 2.0315 * (gram @ (gram @ x))
            if p.shape[0] > p.shape[1]:
                x = x.T
            step = x * math.sqrt(max(1, p.shape[0] / p.shape[1]))
        else:
            v = state["exp_avg_sq"] = beta2 * state.get("exp_avg_sq", 0) + (1 - beta2) * g ** 2
            if group["amsgrad"]:
                v = state["max_exp_avg_sq"] = torch.maximum(state.get("max_exp_avg_sq", v), v)
            step = m / (1 - beta1 ** t) / ((v / (1 - beta2 ** t)).sqrt() + group["eps"])
        p.sub_(lr * (decay * p + step))


def mars_cases():
    groups = [dict(weight_decay=0.1), dict(lr_factor1d=0.5)]
    return [
        *on("vector", {}, dict(lr=0.05, optimize1d=True)),
        *on("noisy", dict(lr=0.05, betas1d=(0.8, 0.9), weight_decay1d=0.3, lr_factor1d=2),
            dict(lr=0.05, optimize1d=True, weight_decay=0.1, gamma=0.1), dict(lr=0.05, optimize1d=True, mars_type="lion"),
            dict(lr=0.05, optimize1d=True, mars_type="shampoo", amsgrad=True),
            dict(lr=0.01, maximize=True, optimize1d=True, eps=1e-3, weight_decay=0.05)),
        *on("groups", dict(lr=0.05), dict(lr=0.05, mars_type="lion", weight_decay=0.1),
            dict(lr=0.05, mars_type="shampoo", weight_decay=0.1), dict(lr=0.05, amsgrad=True, betas=(0.5, 0.6))),
        *on("groups", dict(lr=0.05, mars_type="shampoo"), groups=groups),
        *on("groups", dict(lr=0.05, amsgrad=True), groups=groups),
    ]


def check():
    agree(LAMB, lamb_optax, lamb_cases())
    agree(LARS, lars_optax, lars_cases())
    agree(NovoGrad, novograd_optax, novograd_cases())
    agree(AdEMAMix, ademamix_optax, ademamix_cases())
    agree(ADOPT, adopt_optax, adopt_cases())
    agree(Adan, adan_optax, [
        *on("noisy", dict(lr=0.05, betas=(0.98, 0.5, 0.99), no_prox=True)),
        *on("vector", dict(lr=0.1, betas=(0.9, 0.5, 0.8), weight_decay=0.1, no_prox=True)),
    ])
    agree(Signum, lambda lr=0.01, momentum=0.9: optax.signum(lr, beta=momentum), signum_cases())


FILES = {
    "lion": ("Lion", OPTAX, from_optax(lion, named(exp_avg="mu")), lion_cases()),
    "signum": ("Signum", f"arXiv:1802.04434, in part {OPTAX}", Signum, signum_cases()),
    "lamb": ("LAMB", f"arXiv:1904.00962, in part {OPTAX}", LAMB, lamb_cases()),
    "lars": ("LARS", f"arXiv:1708.03888, in part {OPTAX}", LARS, lars_cases()),
    "adan": ("Adan", f"arXiv:2208.06677, in part {OPTAX}", Adan, adan_cases()),
    "novo_grad": ("NovoGrad", f"arXiv:1905.11286, in part {OPTAX}", NovoGrad, novograd_cases()),
    "agg_mo": ("AggMo", "arXiv:1804.00325", AggMo, aggmo_cases()),
    "pid": ("PID", "An et al., CVPR 2018", PID, pid_cases()),
    "ad_ema_mix": ("AdEMAMix", f"arXiv:2409.03137, in part {OPTAX}", AdEMAMix, ademamix_cases()),
    "tiger": ("Tiger", "https://kexue.fm/archives/9512", Tiger, tiger_cases()),
    "adopt": ("ADOPT", f"arXiv:2411.02853, in part {OPTAX}", ADOPT, adopt_cases()),
    "fromage": ("Fromage", OPTAX, from_optax(fromage, lambda state: {}), fromage_cases()),
    "amos": ("Amos", "arXiv:2210.11693", Amos, amos_cases()),
    "apollo": ("Apollo", "arXiv:2009.13586", Apollo, apollo_cases()),
    "mars": ("MARS", "arXiv:2411.10438", MARS, mars_cases()),
}


def main():
    check()
    for file in sys.argv[1:] or FILES:
        write(file, *FILES[file])


if __name__ == "__main__":
    main()
