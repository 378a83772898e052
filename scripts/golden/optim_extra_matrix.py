"""Writes packages/optim-extra/testdata/{sm3,came,adam_mini,shampoo,soap,kron}.json.

Run from the root of the repository:

    python scripts/golden/optim_extra_matrix.py

SM3 is Optax's. The others are derived here from the equations of their papers,
with the conventions of their authors' code, in plain PyTorch operations.
"""

import math

import jax
import numpy
import optax
import torch

from ops_linalg import steady
from trajectories import PROBLEMS, write

jax.config.update("jax_enable_x64", True)


class SM3(torch.optim.Optimizer):
    """Optax's transformation, a step at a time."""

    def __init__(self, params, lr=0.1, momentum=0.9, beta2=1.0, eps=1e-30, weight_decay=0.0, maximize=False):
        super().__init__(params, dict(lr=lr, momentum=momentum, beta2=beta2, eps=eps, weight_decay=weight_decay, maximize=maximize))
        self.inner = {}

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            rule = optax.chain(
                optax.scale(-1.0 if group["maximize"] else 1.0),
                optax.add_decayed_weights(group["weight_decay"]),
                optax.scale_by_sm3(group["momentum"], group["beta2"], group["eps"]),
                optax.scale(-group["lr"]),
            )
            for p in group["params"]:
                theta = jax.numpy.asarray(p.detach().numpy())
                if p not in self.inner:
                    self.inner[p] = rule.init(theta)
                updates, self.inner[p] = rule.update(jax.numpy.asarray(p.grad.numpy()), self.inner[p], theta)
                p.add_(torch.from_numpy(numpy.array(updates)))
                sm3 = self.inner[p][2]
                for axis, mu in enumerate(sm3.mu):
                    self.state[p][f"accumulator{axis}"] = torch.from_numpy(numpy.array(mu))
                if group["momentum"]:
                    self.state[p]["momentum"] = torch.from_numpy(numpy.array(sm3.nu))


def rank_one(rows, columns):
    """The matrix of rank 1 whose row means are `rows` and whose column means are `columns`."""
    return rows[..., :, None] * columns[..., None, :] / rows.mean(-1)[..., None, None]


def rms(x):
    return (x * x).mean().sqrt()


class CAME(torch.optim.Optimizer):
    def __init__(self, params, lr=2e-4, betas=(0.9, 0.999, 0.9999), eps=(1e-30, 1e-16), clip_threshold=1.0, weight_decay=0.0, maximize=False):
        super().__init__(params, dict(lr=lr, betas=betas, eps=eps, clip_threshold=clip_threshold, weight_decay=weight_decay, maximize=maximize))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            beta1, beta2, beta3 = group["betas"]
            for p in group["params"]:
                state = self.state[p]
                g = -p.grad if group["maximize"] else p.grad

                def average(name, x, beta):
                    state[name] = beta * state.get(name, torch.zeros_like(x)) + (1 - beta) * x
                    return state[name]

                def factored(name, x, beta):
                    return rank_one(average(f"exp_avg_{name}_row", x.mean(-1), beta), average(f"exp_avg_{name}_col", x.mean(-2), beta))

                squares = g * g + group["eps"][0]
                v = factored("sq", squares, beta2) if g.dim() > 1 else average("exp_avg_sq", squares, beta2)
                u = g / v.sqrt()
                u = u / torch.clamp(rms(u) / group["clip_threshold"], min=1)
                m = average("exp_avg", u, beta1)
                if g.dim() > 1:
                    s = factored("res", (u - m) ** 2 + group["eps"][1], beta3)
                    m = m / s.sqrt()
                p.copy_(p - group["lr"] * group["weight_decay"] * p - group["lr"] * m)


class AdamMini(torch.optim.Optimizer):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0, blocks="row", heads=1, maximize=False):
        super().__init__(params, dict(lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, blocks=blocks, heads=heads, maximize=maximize))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            for p in group["params"]:
                count = {"row": p.shape[0], "head": group["heads"], "tensor": 1, "element": p.numel()}[group["blocks"]]
                state = self.state[p]
                if not state:
                    state.update(step=0, m=torch.zeros_like(p), vmean=torch.zeros(count, dtype=p.dtype))
                g = -p.grad if group["maximize"] else p.grad
                t = state["step"] = state["step"] + 1
                state["m"] = beta1 * state["m"] + (1 - beta1) * g
                # Block by block, as the paper has it.
                means = torch.stack([(b * b).mean() for b in g.flatten().chunk(count)])
                state["vmean"] = beta2 * state["vmean"] + (1 - beta2) * means
                v = state["vmean"].repeat_interleave(p.numel() // count).view_as(p) / (1 - beta2**t)
                m = state["m"] / (1 - beta1**t)
                p.copy_(p - group["lr"] * group["weight_decay"] * p - group["lr"] * m / (v.sqrt() + group["eps"]))


class Shampoo(torch.optim.Optimizer):
    def __init__(self, params, lr=0.1, momentum=0.0, weight_decay=0.0, epsilon=1e-4, alpha=0.5, update_freq=1, max_precondition_dim=768, maximize=False):
        super().__init__(params, dict(lr=lr, momentum=momentum, weight_decay=weight_decay, epsilon=epsilon, alpha=alpha, update_freq=update_freq,
                                      max_precondition_dim=max_precondition_dim, maximize=maximize))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                state = self.state[p]
                k = p.dim()
                t = state["step"] = state.get("step", 0) + 1
                g = (-p.grad if group["maximize"] else p.grad) + group["weight_decay"] * p
                m = g
                if group["momentum"]:
                    m = state["momentum_buffer"] = group["momentum"] * state.get("momentum_buffer", torch.zeros_like(p)) + (1 - group["momentum"]) * g
                for axis, n in enumerate(p.shape):
                    others = [a for a in range(k) if a != axis]
                    h = torch.tensordot(g, g, (others, others))
                    full = n <= group["max_precondition_dim"]
                    h = state[f"precond{axis}"] = state.get(f"precond{axis}", 0) + (h if full else h.diagonal())
                    if not full:
                        root = torch.diag((h + group["epsilon"]) ** (-group["alpha"] / k))
                    elif (t - 1) % group["update_freq"] == 0:
                        w, v = torch.linalg.eigh(h.double() + group["epsilon"] * torch.eye(n, dtype=torch.float64))
                        root = state[f"inv_precond{axis}"] = (v * w ** (-group["alpha"] / k) @ v.T).to(p.dtype)
                    else:
                        root = state[f"inv_precond{axis}"]
                    m = torch.tensordot(m, root, ([0], [0]))
                p.sub_(group["lr"] * m)


def along(x, matrix, axis):
    """`x` with `matrix` applied to every line along an axis."""
    return torch.tensordot(x, matrix, ([axis], [1])).movedim(-1, axis)


class SOAP(torch.optim.Optimizer):
    """As the authors' code, with the average of gradients in the axes of the parameter and the signs of `eigh` and `qr` fixed."""

    def __init__(self, params, lr=3e-3, betas=(0.95, 0.95), shampoo_beta=None, eps=1e-8, weight_decay=0.01, precondition_frequency=10,
                 max_precondition_dim=10000, merge_dims=False, precondition1d=False, normalize_grads=False, correct_bias=True, maximize=False):
        super().__init__(params, dict(lr=lr, betas=betas, shampoo_beta=shampoo_beta, eps=eps, weight_decay=weight_decay,
                                      precondition_frequency=precondition_frequency, max_precondition_dim=max_precondition_dim, merge_dims=merge_dims,
                                      precondition1d=precondition1d, normalize_grads=normalize_grads, correct_bias=correct_bias, maximize=maximize))

    @staticmethod
    def sizes(p, group):
        if p.dim() < 2 or not group["merge_dims"]:
            return list(p.shape)
        sizes, size = [], 1
        for n in p.shape:
            if size * n <= group["max_precondition_dim"]:
                size *= n
            else:
                sizes += [size] if size > 1 else []
                size = n
        return sizes + [size]

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            beta3 = beta2 if group["shampoo_beta"] is None else group["shampoo_beta"]
            for p in group["params"]:
                state, sizes = self.state[p], self.sizes(p, group)
                turned = [] if p.dim() == 1 and not group["precondition1d"] else [a for a, n in enumerate(sizes) if n <= group["max_precondition_dim"]]
                g = (-p.grad if group["maximize"] else p.grad).reshape(sizes)
                if not state:
                    state.update(step=0, exp_avg=torch.zeros_like(p), exp_avg_sq=torch.zeros_like(p))
                    for a in turned:
                        others = [b for b in range(len(sizes)) if b != a]
                        state[f"gg{a}"] = (1 - beta3) * torch.tensordot(g, g, (others, others))
                        state[f"q{a}"] = steady(torch.linalg.eigh(state[f"gg{a}"].double())[1].flip(1)).to(p.dtype)
                    continue

                def turn(x, back=False):
                    for a in turned:
                        q = state[f"q{a}"]
                        x = along(x, q if back else q.T, a)
                    return x

                t = state["step"] = state["step"] + 1
                m = state["exp_avg"] = beta1 * state["exp_avg"] + (1 - beta1) * g.reshape(p.shape)
                v = beta2 * state["exp_avg_sq"].reshape(sizes) + (1 - beta2) * turn(g) ** 2
                update = turn(turn(m.reshape(sizes)) / (v.sqrt() + group["eps"]), back=True)
                if group["normalize_grads"]:
                    update = update / (1e-30 + rms(update))
                c = ((1 - beta2**t) ** 0.5 / (1 - beta1**t)) if group["correct_bias"] else 1
                p.sub_(group["lr"] * c * update.reshape(p.shape))
                p.sub_(group["lr"] * group["weight_decay"] * p)
                for a in turned:
                    others = [b for b in range(len(sizes)) if b != a]
                    h = state[f"gg{a}"] = beta3 * state[f"gg{a}"] + (1 - beta3) * torch.tensordot(g, g, (others, others))
                    if t % group["precondition_frequency"] == 0:
                        q = state[f"q{a}"]
                        order = torch.argsort(torch.diag(q.T @ h @ q), descending=True)
                        v = v.index_select(a, order)
                        q, r = torch.linalg.qr((h @ q[:, order]).double())
                        state[f"q{a}"] = (q * r.diagonal().sign()).to(p.dtype)
                state["exp_avg_sq"] = v.reshape(p.shape)


def norm_lower_bound(a):
    """Of a symmetric matrix: its largest column, one step of a power iteration, the growth in the next."""
    size = a.abs().max()
    if size == 0:
        return size
    a = a / size
    x = a @ a[:, (a * a).sum(0).argmax()]
    return size * torch.linalg.vector_norm(a @ (x / torch.linalg.vector_norm(x)))


class Kron(torch.optim.Optimizer):
    """PSGD Kron with whitening noise, each parameter with a generator of its own."""

    def __init__(self, params, lr=1e-3, momentum=0.9, weight_decay=0.0, max_probability=1.0, min_probability=0.03, probability_decay=0.001, flat_start=500,
                 max_size_triangular=8192, min_ndim_triangular=2, memory_save_mode=None, momentum_into_precond_update=True, precond_lr=0.1,
                 precond_init_scale=1.0, balance_probability=0.01, clip_rms=1.1, seed=0, maximize=False):
        options = dict(locals())
        for name in ("self", "params", "__class__"):
            del options[name]
        super().__init__(params, options)
        self.generators = {}

    @staticmethod
    def diagonals(p, group):
        shape, mode = list(p.shape), group["memory_save_mode"]
        diagonal = [n == 1 or n > group["max_size_triangular"] or len(shape) < group["min_ndim_triangular"] or mode == "allDiag" for n in shape]
        longest = len(shape) - 1 - shape[::-1].index(max(shape))
        if mode == "oneDiag" or mode == "smartOneDiag" and len(shape) > 1 and shape.count(max(shape)) == 1:
            diagonal[longest] = True
        return diagonal

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                state, k = self.state[p], p.dim()
                diagonal = self.diagonals(p, group)
                if not state:
                    self.generators[p] = torch.Generator().manual_seed(group["seed"])
                    state.update(step=0, update_counter=0)
                    scale = group["precond_init_scale"] ** (1 / k)
                    for a, n in enumerate(p.shape):
                        state[f"q{a}"] = scale * (torch.ones(n, dtype=p.dtype) if diagonal[a] else torch.eye(n, dtype=p.dtype))
                qs = [state[f"q{a}"] for a in range(k)]
                full = lambda q: torch.diag(q) if q.dim() < 2 else q
                g = -p.grad if group["maximize"] else p.grad
                t = state["step"] = state["step"] + 1
                x = g
                if group["momentum"]:
                    m = state["momentum_buffer"] = group["momentum"] * state.get("momentum_buffer", torch.zeros_like(p)) + (1 - group["momentum"]) * g
                    x = m / (1 - group["momentum"] ** t)
                share = group["max_probability"] * math.exp(-group["probability_decay"] * (t - 1 - group["flat_start"]))
                share = min(max(share, group["min_probability"]), group["max_probability"])
                state["update_counter"] += 1
                if state["update_counter"] >= 1 / share:
                    state["update_counter"] = 0
                    generator = self.generators[p]
                    balance = torch.rand((), dtype=torch.float64, generator=generator) < group["balance_probability"]
                    noise = torch.randn(p.shape, dtype=p.dtype, generator=generator)
                    if balance and k > 1:
                        sizes = torch.stack([q.abs().max() for q in qs])
                        qs = [q * s for q, s in zip(qs, sizes.prod() ** (1 / k) / sizes)]
                    a, b = (x if group["momentum_into_precond_update"] else g), noise
                    for axis, q in enumerate(qs):
                        a = along(a, full(q), axis)
                        b = along(b, torch.linalg.inv(full(q).double()).T.to(p.dtype), axis)
                    for axis, q in enumerate(qs):
                        others = [i for i in range(k) if i != axis]
                        left, right = torch.tensordot(a, a, (others, others)), torch.tensordot(b, b, (others, others))
                        if q.dim() < 2:
                            left, right = left.diagonal(), right.diagonal()
                            change = (left - right) * q / ((left + right).abs().max() + 2.0**-126)
                        else:
                            change = torch.triu(left - right) / (norm_lower_bound(left + right) + 2.0**-126) @ q
                        state[f"q{axis}"] = q - group["precond_lr"] * change
                    qs = [state[f"q{a}"] for a in range(k)]
                u = x
                for axis, q in enumerate(qs):
                    u = along(u, full(q).T @ full(q), axis)
                u = u * torch.clamp(group["clip_rms"] / (rms(u) + 1e-6), max=1.0)
                if k >= 2:
                    u = u + group["weight_decay"] * p
                p.sub_(group["lr"] * u)


def on(problem, *option_sets):
    return [dict(options=options, problem=problem) for options in option_sets]


def sm3():
    write("sm3", "SM3", f"optax {optax.__version__}", SM3, [
        *on("vector", {}, dict(lr=0.5, momentum=0.0)),
        *on("noisy", dict(lr=1.0), dict(lr=0.3, momentum=0.5, eps=0.01), dict(lr=0.3, maximize=True, weight_decay=0.1)),
        *on("groups", {}, dict(lr=0.3, momentum=0.0, beta2=0.9), dict(lr=0.2, weight_decay=0.1)),
        *on("tensor", dict(lr=0.3), dict(momentum=0.7, beta2=0.5, eps=1e-8, maximize=True)),
        dict(options=dict(lr=0.2), groups=[dict(momentum=0.0), dict(lr=0.05, beta2=0.95, weight_decay=0.2)], problem="groups"),
    ])


def came():
    write("came", "CAME", "Luo et al. 2023, arXiv:2307.02047", CAME, [
        *on("vector", {}, dict(lr=0.1)),
        *on("noisy", dict(lr=0.1, clip_threshold=0.5), dict(lr=0.05, weight_decay=0.3, maximize=True)),
        *on("groups", {}, dict(lr=0.01), dict(lr=0.02, betas=(0.8, 0.9, 0.95), eps=(1e-4, 1e-3)), dict(lr=0.01, weight_decay=0.3)),
        *on("tensor", {}, dict(lr=0.01, clip_threshold=0.3, maximize=True), dict(lr=0.01, betas=(0.0, 0.99, 0.999), clip_threshold=10.0)),
        dict(options=dict(lr=0.01), groups=[dict(betas=(0.7, 0.95, 0.99)), dict(lr=0.1, weight_decay=0.2)], problem="groups"),
    ])


def adam_mini():
    write("adam_mini", "AdamMini", "Zhang et al. 2024, arXiv:2406.16793", AdamMini, [
        *on("vector", {}, dict(lr=0.1, blocks="tensor"), dict(lr=0.1, blocks="element")),
        *on("noisy", dict(lr=0.1, blocks="head", heads=2), dict(lr=0.05, weight_decay=0.3, maximize=True, blocks="tensor")),
        *on("groups", {}, dict(lr=0.1), dict(lr=0.1, blocks="tensor", betas=(0.8, 0.9), eps=1e-3), dict(lr=0.1, weight_decay=0.3)),
        *on("tensor", dict(lr=0.1), dict(lr=0.1, blocks="head", heads=2), dict(lr=0.1, blocks="head", maximize=True)),
        dict(options=dict(lr=0.1), groups=[dict(blocks="element", weight_decay=0.1), dict(blocks="tensor", lr=0.02)], problem="groups"),
    ])


# A square matrix with gradients that are far from singular.
PROBLEMS["square"] = {
    "shapes": [[3, 3]],
    "start": [[1, -2, 0.5, 3, 0.25, -1, 0.5, 2, -0.75]],
    "curvature": [[1, 2, 0.5, 4, 3, 1, 0.25, 2, 1]],
    "noise": [
        [[0.5, -1, 0.25, 0, 1, -0.5, 0.25, 0.5, -0.75]],
        [[-0.5, 0.5, 0.75, 1, -1, 0.25, -1, 0.75, 0.5]],
        [[1, 0.25, -0.5, -0.75, 0.5, 1, 0.5, -1, 0.25]],
    ],
}


def shampoo():
    write("shampoo", "Shampoo", "Gupta, Koren and Singer 2018, arXiv:1802.09568", Shampoo, [
        *on("square", {}, dict(lr=0.5, momentum=0.9), dict(lr=0.5, update_freq=4), dict(epsilon=0.1, alpha=1.0, weight_decay=0.1),
            dict(lr=0.2, maximize=True, update_freq=3, momentum=0.5)),
        *on("groups", dict(lr=0.3, epsilon=0.1), dict(lr=0.3, max_precondition_dim=2), dict(lr=0.3, max_precondition_dim=1)),
        *on("tensor", dict(lr=0.3), dict(lr=0.3, update_freq=10, weight_decay=0.2, max_precondition_dim=2)),
        dict(options=dict(lr=0.2, epsilon=0.05), groups=[dict(update_freq=5, momentum=0.8), dict(lr=0.05, epsilon=0.5, alpha=0.25)], problem="groups"),
    ])


def soap():
    write("soap", "SOAP", "Vyas et al. 2024, arXiv:2409.11321", SOAP, [
        *on("vector", {}, dict(lr=0.1)),
        *on("square", {}, dict(lr=0.1, precondition_frequency=1), dict(lr=0.1, precondition_frequency=2, betas=(0.9, 0.8), weight_decay=0.0),
            dict(lr=0.05, precondition_frequency=3, shampoo_beta=0.7, maximize=True), dict(lr=0.1, normalize_grads=True, weight_decay=0.2),
            dict(lr=0.02, correct_bias=False, eps=1e-3)),
        *on("groups", dict(lr=0.05), dict(lr=0.05, precondition1d=True, precondition_frequency=5), dict(lr=0.05, max_precondition_dim=2, precondition_frequency=2)),
        *on("tensor", dict(lr=0.05), dict(lr=0.05, merge_dims=True, max_precondition_dim=4, precondition_frequency=4)),
        dict(options=dict(lr=0.05, precondition_frequency=2), groups=[dict(betas=(0.8, 0.9), shampoo_beta=0.5), dict(lr=0.1, weight_decay=0.3, precondition_frequency=5)], problem="groups"),
    ])


def kron():
    write("kron", "Kron", "Li 2018, arXiv:1512.04202; Pooladzandi and Li 2024, arXiv:2402.04553", Kron, [
        *on("noisy", {}, dict(lr=0.1, precond_init_scale=0.5, min_ndim_triangular=1)),
        *on("square", {}, dict(lr=0.1, seed=7), dict(lr=0.1, momentum=0.0, balance_probability=0.5, precond_lr=0.3),
            dict(lr=0.05, flat_start=5, probability_decay=0.1, weight_decay=0.2, clip_rms=0.5), dict(lr=0.05, maximize=True, max_probability=0.5)),
        *on("groups", dict(lr=0.1), dict(lr=0.1, memory_save_mode="oneDiag", balance_probability=1.0), dict(lr=0.1, max_size_triangular=2, weight_decay=0.2),
            dict(lr=0.05, momentum_into_precond_update=False, memory_save_mode="allDiag")),
        *on("tensor", dict(lr=0.1, precond_init_scale=2.0), dict(lr=0.1, memory_save_mode="smartOneDiag", max_probability=0.4, min_probability=0.2, flat_start=0, probability_decay=0.05)),
        dict(options=dict(lr=0.1), groups=[dict(momentum=0.5, seed=3, weight_decay=0.1), dict(lr=0.02, precond_lr=0.05)], problem="groups"),
    ])


if __name__ == "__main__":
    sm3()
    came()
    adam_mini()
    shampoo()
    soap()
    kron()
