"""Writes packages/optim-extra/testdata/wrappers.json: what is wrapped around optimizers.

Run from the root of the repository:

    python scripts/golden/optim_extra_wrappers.py

Wrappers are written from their papers in the form of the authors' code, around
the optimizers of torch.optim. The loss in step t is that of PROBLEM with the
noise of that step; gradients are those of torch.autograd.
"""

import json

import torch

from trajectories import FOLDER, STEPS, camel_keys, plain

PROBLEM = {
    "shapes": [[2, 3], [2]],
    "start": [[1, -2, 0.5, 3, 0.25, -1], [0.5, -1.5]],
    "curvature": [[1, 4, 0.1, 2, 0.5, 3], [3, 0.7]],
    "noise": [
        [[0.5, -1, 0.25, 0, 1, -0.5], [0.25, 0.5]],
        [[-0.5, 0.5, 0.75, 1, -1, 0.25], [-1, 0.75]],
        [[0.25, 0.25, -1, -0.5, 0.5, 1], [0.5, -0.25]],
    ],
}


class Wrapper:
    def __init__(self, inner, **options):
        self.inner = inner
        self.params = [p for group in inner.param_groups for p in group["params"]]
        self.t = 0
        self.own = {**self.options, **options}

    def norm(self, tensors):
        return torch.sqrt(sum((t * t).sum() for t in tensors))


class Lookahead(Wrapper):
    options = dict(k=5, alpha=0.8, pullback_momentum="none")

    def momentum(self, p):
        state = self.inner.state[p]
        return state.get("momentum_buffer", state.get("exp_avg"))

    def step(self, closure):
        if self.t == 0:
            self.slow = [p.detach().clone() for p in self.params]
            self.past = [torch.zeros_like(p) for p in self.params]
        closure()
        self.inner.step()
        self.t += 1
        if self.t % self.own["k"]:
            return
        alpha = self.own["alpha"]
        with torch.no_grad():
            for p, slow, past in zip(self.params, self.slow, self.past):
                slow.add_(alpha * (p - slow))
                p.copy_(slow)
                if self.own["pullback_momentum"] == "reset":
                    self.momentum(p).zero_()
                elif self.own["pullback_momentum"] == "pullback":
                    past.add_(alpha * (self.momentum(p) - past))
                    self.momentum(p).copy_(past)


class SAM(Wrapper):
    options = dict(rho=0.05, adaptive=False)

    def step(self, closure):
        closure()
        places = [p.detach().clone() for p in self.params]
        first = [p.grad.clone() for p in self.params]
        with torch.no_grad():
            scale = [p.abs() if self.own["adaptive"] else torch.ones_like(p) for p in self.params]
            norm = self.norm([s * g for s, g in zip(scale, first)])
            for p, s, g in zip(self.params, scale, first):
                p.add_(s * s * g * (self.own["rho"] / (norm + 1e-12)))
        closure()
        with torch.no_grad():
            for p, place in zip(self.params, places):
                p.copy_(place)
            self.turn(first)
        self.inner.step()

    def turn(self, first):
        pass


class GSAM(SAM):
    options = dict(rho=0.05, adaptive=False, alpha=0.4)

    def turn(self, first):
        second = [p.grad for p in self.params]
        product = sum((g * h).sum() for g, h in zip(first, second))
        g_norm, h_norm = self.norm(first), self.norm(second)
        cosine = product / (g_norm * h_norm + 1e-12)
        for p, g, h in zip(self.params, first, second):
            across = g - cosine * g_norm * h / (h_norm + 1e-12)
            p.grad = h - self.own["alpha"] * across


class Grokfast(Wrapper):
    options = dict(filter="ema", alpha=0.98, lamb=None, window_size=100, filter_type="mean", warmup=True)

    def step(self, closure):
        closure()
        lamb = self.own["lamb"]
        if lamb is None:
            lamb = 2 if self.own["filter"] == "ema" else 5
        grads = [p.grad.clone() for p in self.params]
        if self.own["filter"] == "ema":
            if self.t == 0:
                self.slow = grads
            alpha = self.own["alpha"]
            self.slow = [alpha * mu + (1 - alpha) * g for mu, g in zip(self.slow, grads)]
            extra = self.slow
        else:
            self.window = ([] if self.t == 0 else self.window)[1 - self.own["window_size"]:]
            if self.own["window_size"] == 1:
                self.window = []
            self.window = [*self.window, grads]
            count = len(self.window)
            share = 1 / count if self.own["filter_type"] == "mean" else 1
            if self.own["warmup"] and count < self.own["window_size"]:
                share = 0
            extra = [sum(g[i] for g in self.window) * share for i in range(len(grads))]
        self.t += 1
        for p, g, mu in zip(self.params, grads, extra):
            p.grad = g + lamb * mu
        self.inner.step()


class Ranger(Lookahead):
    """RAdam in Lookahead; centralizes gradients of two and more dims."""

    options = dict(k=6, alpha=0.5, pullback_momentum="none")

    def __init__(self, params, k=6, alpha=0.5, gradient_centralization=True, **options):
        options = {"betas": (0.95, 0.999), "eps": 1e-5, **options}
        super().__init__(torch.optim.RAdam(params, decoupled_weight_decay=True, **options), k=k, alpha=alpha)
        self.centralizes = gradient_centralization

    def step(self, closure):
        def centralized():
            closure()
            for p in self.params:
                if self.centralizes and p.ndim > 1:
                    p.grad = p.grad - p.grad.mean(dim=tuple(range(1, p.ndim)), keepdim=True)
        super().step(centralized)


SGD = ("SGD", dict(lr=0.01, momentum=0.9))
ADAM = ("Adam", dict(lr=0.1))
CASES = [
    *((c, options, inner) for inner in (SGD, ADAM) for c, options in [
        (Lookahead, dict()), (Lookahead, dict(k=3, alpha=0.5)), (Lookahead, dict(k=1, alpha=0.25)),
        (Lookahead, dict(k=4, alpha=0.5, pullback_momentum="reset")),
        (Lookahead, dict(k=4, alpha=0.5, pullback_momentum="pullback")),
        (SAM, dict()), (SAM, dict(rho=0.5, adaptive=True)), (SAM, dict(rho=0.3)),
        (GSAM, dict()), (GSAM, dict(rho=0.3, adaptive=True, alpha=0.7)),
        (Grokfast, dict()), (Grokfast, dict(alpha=0.9, lamb=0.5)),
        (Grokfast, dict(filter="ma", window_size=4, lamb=1)),
        (Grokfast, dict(filter="ma", window_size=7, warmup=False, lamb=0.5)),
        (Grokfast, dict(filter="ma", window_size=3, filter_type="sum", lamb=0.1)),
    ]),
    (Ranger, dict(), None), (Ranger, dict(lr=0.1, weight_decay=0.1, k=4, alpha=0.7), None),
    (Ranger, dict(lr=0.05, gradient_centralization=False, betas=(0.9, 0.99), eps=1e-3), None),
]


def run(case, dtype):
    wrapper, options, inner = case

    def make(values):
        return [torch.tensor(v, dtype=dtype).reshape(s) for v, s in zip(values, PROBLEM["shapes"])]

    params, curvature = make(PROBLEM["start"]), make(PROBLEM["curvature"])
    noise = [make(values) for values in PROBLEM["noise"]]
    for p in params:
        p.requires_grad_()
    groups = [{"params": [params[0]]}, {"params": [params[1]], "lr": 0.02}]
    if inner is None:
        made = wrapper(groups, **options)
    else:
        made = wrapper(getattr(torch.optim, inner[0])(groups, **inner[1]), **options)
    positions = {}
    for t in range(1, max(STEPS) + 1):
        def closure():
            for p in params:
                p.grad = None
            loss = sum(
                (c * p * p).sum() / 2 + (n * p).sum() + (p ** 4).sum() / 20
                for p, c, n in zip(params, curvature, noise[(t - 1) % len(noise)]))
            loss.backward()
        made.step(closure)
        if t in STEPS:
            positions[t] = [plain(p) for p in params]
    return positions


def main():
    data = {
        "torch": torch.__version__,
        "problem": PROBLEM,
        "cases": [
            {
                "wrapper": case[0].__name__,
                "options": camel_keys(case[1]),
                "inner": case[2] and {"optimizer": case[2][0], "options": case[2][1]},
                "float32": run(case, torch.float32),
                "float64": run(case, torch.float64),
            }
            for case in CASES
        ],
    }
    text = json.dumps(data, separators=(",", ":"), allow_nan=False).replace('},{"wrapper"', '},\n{"wrapper"')
    (FOLDER / "wrappers.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
