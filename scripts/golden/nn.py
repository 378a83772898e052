"""Writes packages/nn/testdata/nn.json: what modules of PyTorch compute, draw and print.

Run from the root of the repository, with torch and safetensors installed:

    python scripts/golden/nn.py

Elements are in row-major order. Random numbers are the bytes of the elements
in hexadecimal, or their SHA-256 where there are many. Inputs of layers are
multiples of 1/64, which float32 holds exactly; results are float64. Gradients
are those of `sum(output * direction)`, where the direction of n elements is
1/n, 2/n, ..., 1.
"""

import hashlib
import json
import pathlib

import safetensors
import safetensors.torch
import torch
from torch import nn

path = pathlib.Path(__file__).parents[2] / "packages/nn/testdata/nn.json"
F64 = torch.float64


def raw(t):
    return t.detach().contiguous().numpy().tobytes()


def bits(t):
    data = raw(t)
    return data.hex() if len(data) <= 2048 else hashlib.sha256(data).hexdigest()


def numbers(t):
    return None if t is None else t.detach().contiguous().view(-1).tolist()


def direction(shape):
    n = torch.Size(shape).numel()
    return (torch.arange(1, n + 1, dtype=F64) / n).view(shape)


def initial():
    """Parameters of fresh modules, one after the other after one seed."""
    out = []
    for seed in (0, 1234):
        for dtype in ("float32", "float64"):
            torch.manual_seed(seed)
            kw = {"dtype": getattr(torch, dtype)}
            modules = [
                nn.Linear(3, 1, **kw),
                nn.Linear(5, 7, bias=False, **kw),
                nn.Linear(0, 2, **kw),
                nn.Linear(300, 40, **kw),
                nn.Embedding(3, 2, **kw),
                nn.Embedding(9, 5, padding_idx=-2, **kw),
                nn.Linear(20, 3, **kw),
            ]
            values = [bits(p) for m in modules for p in m.parameters()]
            out.append({"seed": seed, "dtype": dtype, "parameters": values})
    return out


def initialisers():
    i = nn.init
    cases = {
        "uniform_": lambda t: i.uniform_(t, -2, 3),
        "normal_": lambda t: i.normal_(t, 0.5, 0.1),
        "xavierUniform_": lambda t: i.xavier_uniform_(t, gain=1.7),
        "xavierNormal_": lambda t: i.xavier_normal_(t),
        "kaimingUniform_": lambda t: i.kaiming_uniform_(t, mode="fan_out", nonlinearity="relu"),
        "kaimingUniform_ tanh": lambda t: i.kaiming_uniform_(t, nonlinearity="tanh"),
        "kaimingNormal_": lambda t: i.kaiming_normal_(t, a=0.2),
        "kaimingNormal_ selu": lambda t: i.kaiming_normal_(t, nonlinearity="selu"),
        "truncNormal_": lambda t: i.trunc_normal_(t, std=0.5, a=-0.6, b=0.7),
        "truncNormal_ tail": lambda t: i.trunc_normal_(t, mean=0.1, std=0.5, a=1.1, b=1.6),
        "truncNormal_ narrow": lambda t: i.trunc_normal_(t, std=1.5, a=-0.2, b=0.3),
        "eye_": i.eye_,
        "sparse_": lambda t: i.sparse_(t, 0.4, std=0.2) if t.dim() == 2 else None,
    }
    out = []
    for name, fill in cases.items():
        for shape in ((4, 3), (5, 8), (3, 2, 5)):
            for dtype in ("float32", "float64"):
                if len(shape) == 3 and name in ("eye_", "sparse_"):
                    continue
                t = torch.zeros(shape, dtype=getattr(torch, dtype))
                torch.manual_seed(7)
                fill(t)
                after = torch.rand(1)
                out.append({"name": name, "shape": shape, "dtype": dtype, "bits": bits(t), "after": bits(after)})
    # The memory of a transposed matrix is filled in its own order.
    t = torch.zeros(6, 4).t()
    torch.manual_seed(7)
    i.trunc_normal_(t, std=0.5, a=-0.6, b=0.7)
    out.append({"name": "truncNormal_ transposed", "shape": (4, 6), "dtype": "float32", "bits": bits(t), "after": bits(torch.rand(1))})
    gains = {
        "linear": i.calculate_gain("linear"),
        "sigmoid": i.calculate_gain("sigmoid"),
        "conv2d": i.calculate_gain("conv2d"),
        "tanh": i.calculate_gain("tanh"),
        "relu": i.calculate_gain("relu"),
        "leakyRelu": i.calculate_gain("leaky_relu"),
        "selu": i.calculate_gain("selu"),
    }
    return {"cases": out, "gains": gains, "slope": i.calculate_gain("leaky_relu", 0.3)}


def matrices():
    """Fills whose numbers follow from a decomposition, and kernels of ones and zeros."""
    i = nn.init
    orthogonal = []
    for shape, gain, seed in (
        ((4, 3), 1, 0),
        ((3, 5), 2**0.5, 7),
        ((6, 6), 1, 1),
        ((17, 12), 5 / 3, 7),
        ((12, 17), -0.5, 123),
        ((2, 3, 2, 2), 0.1, 7),
        ((9, 2, 1, 3), 1, 42),
        ((2, 4, 2), 1, 3),
        ((4, 1), 1, 7),
        ((1, 4), 3, 7),
        ((1, 1), 2, 2),
    ):
        for dtype in ("float32", "float64"):
            for transposed in (False, True) if shape == (3, 5) else (False,):
                order = tuple(range(len(shape)))[::-1] if transposed else tuple(range(len(shape)))
                t = torch.zeros([shape[d] for d in order], dtype=getattr(torch, dtype)).permute(order)
                torch.manual_seed(seed)
                i.orthogonal_(t, gain)
                case = {"shape": shape, "gain": gain, "seed": seed, "dtype": dtype, "transposed": transposed}
                orthogonal.append(case | {"values": numbers(t), "after": bits(torch.rand(1))})
    dirac = [
        {"shape": shape, "groups": groups, "values": numbers(i.dirac_(torch.full(shape, 9, dtype=torch.uint8), groups))}
        for shape, groups in (
            ((3, 2, 3), 1),
            ((2, 3, 4), 1),
            ((4, 2, 1), 2),
            ((6, 3, 2), 3),
            ((6, 1, 3), 2),
            ((2, 2, 3, 2), 1),
            ((4, 1, 2, 3), 4),
            ((3, 2, 2, 3, 1), 1),
            ((4, 3, 1, 2, 3), 2),
        )
    ]
    return {"orthogonal": orthogonal, "dirac": dirac}


def draws():
    """Dropout and randomized slopes."""
    out = []
    for seed, shape, p, dtype, transposed in (
        (0, (4,), 0.5, "float32", False),
        (3, (7, 5), 0.3, "float32", False),
        (3, (7, 5), 0.3, "float64", False),
        (3, (5, 7), 0.3, "float32", True),
        (11, (2, 3, 4), 0.9, "float32", False),
        (5, (6,), 1.0, "float32", False),
        (5, (6,), 0.0, "float32", False),
    ):
        t = torch.ones(shape, dtype=getattr(torch, dtype))
        if transposed:
            t = torch.ones(shape[::-1]).t()
        torch.manual_seed(seed)
        y = nn.Dropout(p)(t)
        out.append({"seed": seed, "shape": shape, "p": p, "dtype": dtype, "transposed": transposed, "bits": bits(y), "after": bits(torch.rand(1))})
    slopes = []
    for dtype in ("float32", "float64"):
        x = torch.arange(-8, 4, dtype=getattr(torch, dtype)).view(3, 4)
        torch.manual_seed(2)
        slopes.append({"dtype": dtype, "bits": bits(nn.RReLU(0.1, 0.4)(x)), "after": bits(torch.rand(1))})
    return {"dropout": out, "rrelu": slopes}


def layer_cases():
    """Layers by the name that the test knows them by, with the shape of the input."""
    signed = [-8, -3, -2, -1, -0.5, 0, 0.5, 1, 2, 3, 6, 8]
    act = {
        "ReLU": nn.ReLU(),
        "ReLU6": nn.ReLU6(),
        "LeakyReLU": nn.LeakyReLU(),
        "LeakyReLU 0.2": nn.LeakyReLU(0.2),
        "PReLU": nn.PReLU(),
        "RReLU eval": nn.RReLU().eval(),
        "ELU": nn.ELU(1.5),
        "CELU": nn.CELU(1.5),
        "SELU": nn.SELU(),
        "GELU": nn.GELU(),
        "GELU tanh": nn.GELU("tanh"),
        "SiLU": nn.SiLU(),
        "Mish": nn.Mish(),
        "Sigmoid": nn.Sigmoid(),
        "Tanh": nn.Tanh(),
        "LogSigmoid": nn.LogSigmoid(),
        "Hardsigmoid": nn.Hardsigmoid(),
        "Hardswish": nn.Hardswish(),
        "Hardtanh": nn.Hardtanh(-2, 3),
        "Softplus": nn.Softplus(2, 5),
        "Softshrink": nn.Softshrink(),
        "Hardshrink": nn.Hardshrink(),
        "Softsign": nn.Softsign(),
        "Tanhshrink": nn.Tanhshrink(),
        "Threshold": nn.Threshold(0.5, 20),
        "GLU": nn.GLU(),
        "Softmax": nn.Softmax(1),
        "Softmax 0": nn.Softmax(0),
        "Softmin": nn.Softmin(1),
        "LogSoftmax": nn.LogSoftmax(1),
        "Flatten": nn.Flatten(0),
        "Unflatten": nn.Unflatten(1, (2, -1)),
        "Identity": nn.Identity(),
    }
    kinks = torch.tensor(signed, dtype=F64).view(3, 4)
    for name, module in act.items():
        yield name, module, kinks
    torch.manual_seed(5)
    grid = lambda *shape: torch.randint(-128, 128, shape).to(F64) / 64
    yield "PReLU 3", nn.PReLU(3), grid(2, 3, 2)
    yield "Linear 1-D", nn.Linear(4, 3), grid(4)
    yield "Linear 2-D", nn.Linear(4, 3), grid(2, 4)
    yield "Linear 3-D", nn.Linear(4, 3), grid(2, 3, 4)
    yield "Linear without bias", nn.Linear(4, 3, bias=False), grid(2, 4)
    yield "Linear without bias 3-D", nn.Linear(4, 3, bias=False), grid(2, 1, 4)
    yield "LayerNorm", nn.LayerNorm(6), grid(3, 6)
    yield "LayerNorm 2-D", nn.LayerNorm([2, 3]), grid(4, 2, 3)
    yield "LayerNorm eps", nn.LayerNorm(6, eps=0.5), grid(3, 6)
    yield "LayerNorm without bias", nn.LayerNorm(6, bias=False), grid(3, 6)
    yield "LayerNorm plain", nn.LayerNorm(6, elementwise_affine=False), grid(3, 6)
    yield "RMSNorm", nn.RMSNorm(6), grid(3, 6)
    yield "RMSNorm 2-D", nn.RMSNorm([2, 3], eps=0.1), grid(4, 2, 3)
    yield "RMSNorm plain", nn.RMSNorm(6, elementwise_affine=False), grid(3, 6)


def layers():
    out = []
    for name, module, x in layer_cases():
        module.double()
        values = {}
        with torch.no_grad():
            for key, p in module.named_parameters():
                n = p.numel()
                p.copy_(((torch.arange(n, dtype=F64) * 37 % 29 - 11) / 16).view(p.shape))
                values[key] = numbers(p)
        x = x.clone().requires_grad_()
        y = module(x)
        (y * direction(y.shape)).sum().backward()
        if name == "Hardsigmoid":
            # PyTorch multiplies by 1/6 rounded to float32, whatever the type.
            x.grad = direction(y.shape) * ((x > -3) & (x < 3)) / 6
        out.append({
            "name": name,
            "input": numbers(x),
            "shape": list(x.shape),
            "parameters": values,
            "output": numbers(y),
            "outputShape": list(y.shape),
            "gradInput": numbers(x.grad),
            "grads": {key: numbers(p.grad) for key, p in module.named_parameters()},
        })
    return out


def embeddings():
    out = []
    indices = torch.tensor([[1, 0, 3], [3, 2, 3]])
    weight = (torch.arange(12, dtype=F64) * 37 % 29 - 11).view(4, 3) / 16
    for name, kw in (
        ("plain", {}),
        ("paddingIdx", {"padding_idx": 3}),
        ("scaleGradByFreq", {"scale_grad_by_freq": True}),
        ("both", {"padding_idx": 0, "scale_grad_by_freq": True}),
        ("maxNorm", {"max_norm": 0.6}),
        ("maxNorm 1", {"max_norm": 1.0, "norm_type": 1.0}),
    ):
        module = nn.Embedding.from_pretrained(weight.clone(), freeze=False, **kw)
        y = module(indices)
        (y * direction(y.shape)).sum().backward()
        out.append({"name": name, "output": numbers(y), "weight": numbers(module.weight), "grad": numbers(module.weight.grad)})
    return {"indices": indices.tolist(), "weight": numbers(weight), "cases": out}


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(1, 1), nn.Linear(1, 1), nn.ReLU()])
        self.register_buffer("count", torch.zeros(1))
        self.scale = nn.Parameter(torch.ones(2))
        self.head = nn.ModuleDict({"a": nn.Linear(2, 1, bias=False), "b": nn.Sequential(nn.Tanh(), nn.Linear(1, 2))})
        self.register_buffer("scratch", torch.zeros(1), persistent=False)
        self.extra = nn.ParameterList([torch.ones(2, 3), torch.ones(1)])


def texts():
    net = Net()
    tied = nn.Linear(2, 2)
    return {
        "net": repr(net),
        "netKeys": list(net.state_dict()),
        "netParameters": [n for n, _ in net.named_parameters()],
        "netBuffers": [n for n, _ in net.named_buffers()],
        "netModules": [n for n, _ in net.named_modules()],
        "tiedKeys": list(nn.Sequential(tied, nn.ReLU(), tied).state_dict()),
        "tiedParameters": [n for n, _ in nn.Sequential(tied, nn.ReLU(), tied).named_parameters()],
        "slicedKeys": list(nn.Sequential(nn.Linear(1, 1), nn.ReLU(), nn.Linear(1, 1))[1:].state_dict()),
        "parameter": repr(nn.Parameter(torch.tensor([[1.0, 2.5]]))),
        "one": [
            repr(m)
            for m in (
                nn.Linear(2, 3),
                nn.Linear(2, 3, bias=False),
                nn.ReLU(),
                nn.ReLU6(),
                nn.LeakyReLU(),
                nn.PReLU(3),
                nn.RReLU(),
                nn.ELU(),
                nn.CELU(),
                nn.SELU(),
                nn.GELU(),
                nn.GELU("tanh"),
                nn.SiLU(),
                nn.Mish(),
                nn.Sigmoid(),
                nn.Tanh(),
                nn.LogSigmoid(),
                nn.Hardsigmoid(),
                nn.Hardswish(),
                nn.Hardtanh(),
                nn.Softplus(),
                nn.Softshrink(),
                nn.Hardshrink(),
                nn.Softsign(),
                nn.Tanhshrink(),
                nn.Threshold(0.1, 20),
                nn.GLU(),
                nn.Softmax(1),
                nn.Softmin(0),
                nn.LogSoftmax(-1),
                nn.Dropout(),
                nn.Dropout(1e-5),
                nn.Identity(),
                nn.Flatten(),
                nn.Unflatten(1, (2, 2)),
                nn.Embedding(3, 4),
                nn.Embedding(3, 4, padding_idx=-1, max_norm=1.0, norm_type=1.0, scale_grad_by_freq=True),
                nn.LayerNorm(4),
                nn.LayerNorm((4, 2), bias=False),
                nn.RMSNorm(4),
                nn.RMSNorm(4, eps=1e-3, elementwise_affine=False),
                nn.Sequential(),
                nn.ModuleList(),
                nn.ParameterList([torch.ones(2)]),
            )
        ],
    }


def training():
    out = []
    for dtype in ("float32", "float64"):
        for dropout in (False, True):
            torch.set_default_dtype(getattr(torch, dtype))
            torch.manual_seed(1)
            x = torch.randn(100, 3)
            y = x[:, 0, None] * 0.2 - x[:, 1, None] * 1.3 - x[:, 2, None] * 0.5 + torch.randn(100, 1)
            middle = [nn.ReLU(), nn.Dropout(0.2)] if dropout else [nn.ReLU()]
            model = nn.Sequential(nn.Linear(3, 32), *middle, nn.Linear(32, 1))
            losses = []
            for _ in range(100):
                loss = (model(x) - y).square().mean()
                losses.append(loss.item())
                model.zero_grad()
                loss.backward()
                with torch.no_grad():
                    for p in model.parameters():
                        p -= 0.1 * p.grad
            out.append({"dtype": dtype, "dropout": dropout, "losses": losses})
    torch.set_default_dtype(torch.float32)
    return out


def clipping():
    grads = [torch.tensor([3.0, -4.0, 0.5], dtype=F64), torch.tensor([[1.5], [-2.0]], dtype=F64)]
    out = []
    for max_norm, norm_type in ((1.0, 2.0), (100.0, 2.0), (2.0, 1.0), (1.5, float("inf")), (1.0, 3.0)):
        params = [nn.Parameter(torch.zeros_like(g)) for g in grads]
        for p, g in zip(params, grads):
            p.grad = g.clone()
        total = nn.utils.clip_grad_norm_(params, max_norm, norm_type)
        out.append({
            "maxNorm": max_norm,
            "normType": norm_type,
            "total": total.item(),
            "grads": [numbers(p.grad) for p in params],
        })
    return {"grads": [g.tolist() for g in grads], "cases": out}


def hooks():
    """What full backward hooks of a layer see, and what comes of their changing it."""
    torch.manual_seed(0)
    layer = nn.Linear(2, 2).double()
    with torch.no_grad():
        layer.weight.copy_(torch.tensor([[1.0, 2.0], [3.0, 4.0]]))
        layer.bias.zero_()
    x = torch.tensor([[0.5, -1.0]], dtype=F64, requires_grad=True)
    seen = {}

    def pre(_, grad_out):
        seen["pre"] = numbers(grad_out[0])
        return (grad_out[0] * 10,)

    def post(_, grad_in, grad_out):
        seen["in"], seen["out"] = numbers(grad_in[0]), numbers(grad_out[0])
        return (grad_in[0] + 1,)

    layer.register_full_backward_pre_hook(pre)
    layer.register_full_backward_hook(post)
    layer(x * 3).sum().backward()
    seen["x"], seen["weight"] = numbers(x.grad), numbers(layer.weight.grad)
    return seen


def files():
    tensors = {
        "b": torch.tensor([1.5, -2.0]),
        "a.weight": torch.arange(6, dtype=F64).view(2, 3),
        "10": torch.tensor([True, False, True]),
        "9": torch.tensor([7, -8], dtype=torch.int64),
        "u": torch.tensor([1, 255], dtype=torch.uint8),
        "i": torch.tensor(-5, dtype=torch.int32),
        "none": torch.zeros(0, 3),
        'quoted "\u00e9"': torch.tensor([0.25]),
    }
    wide = {
        "f16": torch.tensor([1.5, -65504.0, 6e-8, float("inf"), float("nan"), -0.0], dtype=torch.float16),
        "bf16": torch.tensor([1.5, -3e38, 1e-40, float("-inf"), float("nan")], dtype=torch.bfloat16),
        "i8": torch.tensor([-128, 127], dtype=torch.int8),
        "i16": torch.tensor([-32768, 32767], dtype=torch.int16),
        "u16": torch.tensor([0, 65535], dtype=torch.uint16),
        "u32": torch.tensor([0, 4294967295], dtype=torch.uint32),
    }
    return {
        "plain": safetensors.torch.save(tensors, {"format": "pt"}).hex(),
        "wide": safetensors.torch.save(wide).hex(),
        "u64": safetensors.torch.save({"x": torch.tensor([1], dtype=torch.uint64)}).hex(),
        "halves": numbers(wide["f16"].float()[:4]),
        "brainFloats": numbers(wide["bf16"].float()[:3]),
    }


path.parent.mkdir(parents=True, exist_ok=True)
result = {
    "versions": {"torch": torch.__version__, "safetensors": safetensors.__version__},
    "initial": initial(),
    "initialisers": initialisers(),
    "matrices": matrices(),
    "draws": draws(),
    "layers": layers(),
    "embeddings": embeddings(),
    "texts": texts(),
    "training": training(),
    "clipping": clipping(),
    "hooks": hooks(),
    "files": files(),
}


def named(value):
    """JSON has no names for what is not finite."""
    if isinstance(value, dict):
        return {k: named(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [named(v) for v in value]
    if isinstance(value, float) and value != value:
        return "NaN"
    if isinstance(value, float) and abs(value) == float("inf"):
        return "Infinity" if value > 0 else "-Infinity"
    return value


# A line for each part, so that changes show where they are.
lines = [f"{json.dumps(k)}: {json.dumps(named(v))}" for k, v in result.items()]
path.write_text("{\n" + ",\n".join(lines) + "\n}\n")
