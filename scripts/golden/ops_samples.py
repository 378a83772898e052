"""Samples of ops: the pool of inputs, how tensors are written, and running PyTorch."""

import math

import torch

inf, nan = math.inf, math.nan
CODES = {
    torch.float64: "f64",
    torch.float32: "f32",
    torch.int64: "i64",
    torch.int32: "i32",
    torch.uint8: "u8",
    torch.bool: "b",
}
TYPES = {code: dtype for dtype, code in CODES.items()}

# Inputs by name, so that a sample can refer to one.
POOL = {}
# Tensors of `pattern`, which are written `~` instead of their elements.
PATTERNS = []


def number(value, dtype):
    """The fewest digits that tell the element from its neighbors."""
    if dtype == torch.bool:
        return "1" if value else "0"
    if not dtype.is_floating_point:
        return str(value)
    if math.isnan(value):
        return "nan"
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    if dtype == torch.float32:
        text = str(torch.tensor(value, dtype=dtype).numpy())
    else:
        text = repr(value)
    return text[:-2] if text.endswith(".0") else text


def values(t):
    """The elements in row-major order as text."""
    return " ".join(number(v, t.dtype) for v in t.detach().contiguous().flatten().tolist())


def encode(t, layout=True):
    """A tensor as text; with `layout`, its strides and its whole storage."""
    sizes = "x".join(map(str, t.shape))
    head = f"{CODES[t.dtype]}:{sizes}"
    if any(t is p for p in PATTERNS):
        return head + " ~"
    plain = torch.empty(t.shape).stride() == t.stride() and t.storage_offset() == 0
    if not layout or plain:
        return f"{head} {values(t)}"
    strides = "x".join(map(str, t.stride()))
    storage = torch.empty(0, dtype=t.dtype).set_(t.untyped_storage())
    return f"{head}:{strides}:{t.storage_offset()} {values(storage)}"


def T(data, dtype="f64"):
    return torch.tensor(data, dtype=TYPES[dtype])


def pattern(dtype, *shape):
    """Numbers that need no storing: `(37 i mod 101 - 50) / 16`, without the division for integers."""
    n = torch.arange(math.prod(shape)) * 37 % 101 - 50
    x = (n if dtype[0] == "i" else n / 16).to(TYPES[dtype]).reshape(shape)
    PATTERNS.append(x)
    return x


def pool(name, tensor):
    POOL[name] = tensor
    return tensor


def weights(shape):
    count = math.prod(shape)
    w = [((7 * i) % 11 - 4.5) / 4 for i in range(count)]
    return torch.tensor(w, dtype=torch.float64).reshape(shape)


class Table:
    """Rows of samples by op."""

    def __init__(self):
        self.rows = {}
        self.used = set()

    def _input(self, x):
        if isinstance(x, list):
            return [self._input(v) for v in x]
        if not isinstance(x, torch.Tensor):
            # JSON has no NaN and infinities.
            return str(x) if isinstance(x, float) and not math.isfinite(x) else x
        for name, known in POOL.items():
            if known is x:
                self.used.add(name)
                return "@" + name
        return encode(x)

    def add(self, op, fn, *inputs, grad=True, smooth=True, view=False, **args):
        """
        A sample of `op`, which PyTorch computes by `fn(*inputs, **args)`. It is not
        smooth if finite differences there do not lead to what counts as derivative.
        """
        sample = {"in": [self._input(x) for x in inputs]}
        if not smooth:
            sample["smooth"] = False
        if args:
            sample["args"] = {k: self._input(v) for k, v in args.items()}
        samples = self.rows.setdefault(op, [])
        samples.append(sample)
        leaves = [
            x.detach().requires_grad_()
            if grad and isinstance(x, torch.Tensor) and x.dtype == torch.float64
            else x
            for x in inputs
        ]
        try:
            out = fn(*leaves, **args)
        except (RuntimeError, IndexError, TypeError, ValueError):
            sample["out"] = "error"
            return
        outs = list(out) if isinstance(out, (tuple, list)) else [out]
        sample["out"] = [encode(o, layout=False) for o in outs]
        if view:
            sample["view"] = [
                f"{'x'.join(map(str, o.stride()))}:{o.storage_offset()}" for o in outs
            ]
        if not grad or not any(o.requires_grad for o in outs):
            return
        wanted = [x for x in leaves if isinstance(x, torch.Tensor) and x.requires_grad]
        total = sum(
            (o * weights(o.shape).to(o.dtype)).sum() for o in outs if o.requires_grad
        )
        grads = torch.autograd.grad(total, wanted, allow_unused=True)
        if outs[0].grad_fn is not None:
            sample["node"] = type(outs[0].grad_fn).__name__
        sample["grad"] = [None if g is None else values(g) for g in grads]
