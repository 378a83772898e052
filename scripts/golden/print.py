"""Writes packages/tensor/testdata/print.json: tensors and the text PyTorch prints.

Run from the root of the repository, then format what it wrote:

    python scripts/golden/print.py
    deno fmt packages/tensor/testdata/print.json

A case gives a dtype, a shape, the elements in row-major order as one string
(repeated from the start where the shape needs more), whatever else was set,
and the text. The text differs from PyTorch's in two ways: `torch.` before the
name of a type is taken out, and `device='cpu'` becomes `device='gpu'`.
"""

import json
import math

import numpy
import torch

inf, nan = math.inf, math.nan
cases = []

PYTHON_NAMES = {
    "precision": "precision",
    "threshold": "threshold",
    "edgeItems": "edgeitems",
    "lineWidth": "linewidth",
    "profile": "profile",
    "sciMode": "sci_mode",
}


def case(group, values, dtype="float32", shape=None, *, options=None, grad=None,
         op=None, device=False, default="float32"):
    """Adds a case; `op` is applied to a tensor that requires a gradient."""
    shape = [len(values)] if shape is None else shape
    count = math.prod(shape)
    full = [values[i % len(values)] for i in range(count)]
    x = torch.tensor(full, dtype=getattr(torch, dtype)).reshape(shape)
    entry = {"group": group, "dtype": dtype, "shape": shape}
    # NumPy writes the fewest digits that tell an element from its neighbors.
    stored = x.flatten()[: len(values)].numpy()
    entry["values"] = " ".join(str(v) for v in stored)

    torch.set_default_dtype(getattr(torch, default))
    if default != "float32":
        entry["defaultDtype"] = default
    if grad:
        x.requires_grad_()
        entry["requiresGrad"] = True
    if op:
        # The functions here return their argument's values.
        y = op(x.requires_grad_())
        assert torch.equal(y, x)
        x = y
        entry["gradFn"] = type(x.grad_fn).__name__

    torch.set_printoptions(profile="default")
    if options:
        entry["options"] = options
        torch.set_printoptions(**{PYTHON_NAMES[k]: v for k, v in options.items()})
    # PyTorch names a device that is not the default one.
    default_device = torch._C._get_default_device
    if device:
        entry["device"] = "gpu"
        torch._C._get_default_device = lambda: "cuda"
    text = repr(x)
    torch._C._get_default_device = default_device
    torch.set_default_dtype(torch.float32)

    text = text.replace("dtype=torch.", "dtype=")
    entry["text"] = text.replace("device='cpu'", "device='gpu'")
    cases.append(entry)


def noise(count, scale=1.0, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return (torch.randn(count, generator=generator) * scale).tolist()


def counting(count, start=0, step=1):
    return [start + step * i for i in range(count)]


g = "scalars"
case(g, [math.pi], shape=[])
case(g, [3.0], shape=[])
case(g, [-0.0], shape=[])
case(g, [nan], shape=[])
case(g, [-inf], shape=[])
case(g, [1e-5], shape=[])
case(g, [1e8], shape=[])
case(g, [1.5e8], shape=[])
case(g, [math.e], "float64", shape=[])
case(g, [3], "int64", shape=[])
case(g, [-7], "int32", shape=[])
case(g, [255], "uint8", shape=[])
case(g, [True], "bool", shape=[])
case(g, [2.5], shape=[], grad=True)
case(g, [2.5], shape=[], options={"threshold": 0})

g = "tensors without elements"
case(g, [0], shape=[0])
case(g, [0], shape=[2, 0])
case(g, [0], "float64", shape=[0])
case(g, [0], "float64", shape=[2, 0], grad=True)
case(g, [0], "int64", shape=[0])
case(g, [0], "int64", shape=[0, 3, 4])
case(g, [0], "bool", shape=[0])
case(g, [0], "uint8", shape=[0, 1])
case(g, [0], "int32", shape=[2, 0], options={"lineWidth": 42})
case(g, [0], "int32", shape=[2, 0], options={"lineWidth": 43})
case(g, [0], "int32", shape=[2, 0], options={"lineWidth": 23})
case(g, [0], "float32", shape=[0], default="float64")

g = "integers and booleans"
case(g, [1, -20, 300], "int64")
case(g, [1, 2], "int32")
case(g, [0, 7, 255], "uint8")
case(g, [True, False], "bool")
case(g, [True, True, True, True], "bool", shape=[2, 2])
case(g, [False, True, True], "bool", shape=[5, 3])
case(g, [-(2**63), 2**63 - 1, 0], "int64")
case(g, [-(2**31), 2**31 - 1], "int32")
case(g, [2**53 + 1, 1], "int64", shape=[2, 1])
case(g, counting(12), "int64", shape=[2, 2, 3])
case(g, counting(60, -30), "int64")
case(g, counting(40), "uint8", shape=[2, 20])
case(g, [True, False], "bool", shape=[30])

g = "floats in integer style"
case(g, [1.0, 2.0, 3.0])
case(g, [1.0, 1000.0])
case(g, [0.0, -0.0])
case(g, [-0.0, 12.0, 0.0])
case(g, [nan, inf, -inf, 1.0])
case(g, [nan, 100000.0, -inf, 500.0])
case(g, [nan] * 40)
case(g, [0.0], shape=[50])
case(g, [1e8, 2e6], "float64")
case(g, counting(30, -15.0), "float32", shape=[2, 15])
case(g, [1.0, 2.0], "float64", shape=[2, 1, 2])

g = "floats with a fraction"
case(g, [1.5, 2.0, 300.25])
case(g, [nan, inf, 1.5])
case(g, [-inf, nan, 1234.5, 2.0])
case(g, [-0.0, 1.5, 0.0])
case(g, [-0.5, 0.25])
case(g, [0.03125, 0.09375, -0.03125, 0.15625])
case(g, [0.0001, 0.1], "float64")
case(g, [0.001, 1.0])
case(g, [0.99995, 0.999951, 0.99994999], "float64")
case(g, noise(20))
case(g, noise(24, 10), shape=[4, 6])
case(g, noise(12, 3), "float64", shape=[2, 3, 2])
case(g, [i / 19 for i in range(20)])

g = "floats with an exponent"
case(g, [1e-5, 1.0])
case(g, [1.0, 1001.0])
case(g, [0.0001, 0.1])
case(g, [1e8 + 8.0])
case(g, [100000001.0], "float64")
case(g, [0.0, -0.0, nan, -inf, 1e-10, -2.5])
case(g, [1e-40, 1.0])
case(g, [3.4028234663852886e38, 1.401298464324817e-45])
case(g, [5e-324, 1.7976931348623157e308, -1e-100], "float64")
case(g, [99999.5, 0.5, 1e10], "float64")
case(g, [1.00005e4 + 0.0, 1e-9], "float64")
case(g, [100005.0, 100015.0, 1000050.0, 1000150.0, -1e9], "float64")
case(g, [2.0**-20, 3.0 * 2.0**-20, 5.0 * 2.0**-18, 1.0], "float64",
     options={"precision": 13})
case(g, [10.0 ** (i - 12) * (1.1 + i) for i in range(24)], "float64")
case(g, [2.0**i for i in range(-30, 100, 7)], shape=[19])
case(g, noise(6, 1e-6), shape=[3, 2])

g = "summaries"
case(g, counting(1001), "int64")
case(g, [0.0], shape=[1001])
case(g, [0.5, 1.25, -3.0], shape=[40, 40])
case(g, [0.0], shape=[1, 1001])
case(g, [0.0], shape=[1001, 1])
case(g, [1, 2, 3, 4, 5, 6, 7], "int32", shape=[6, 200])
case(g, [True, False, False], "bool", shape=[1002])
case(g, counting(210), "int64", shape=[7, 3, 10], options={"threshold": 100})
case(g, counting(256), "int64", shape=[4, 4, 4, 4],
     options={"threshold": 10, "edgeItems": 1})
case(g, noise(200), shape=[10, 20], options={"threshold": 100})
case(g, noise(9), shape=[9], options={"threshold": 5, "edgeItems": 2})
case(g, [1.0, 1.0, 1.0, 1e9, 0.5, 1.0, 1.0, 1.0],
     options={"threshold": 7})
case(g, [1000, 2, 3, 1234567890, 5, 6, 7, 8, 9], "int64", options={"threshold": 8})
case(g, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], shape=[6], options={"threshold": 5})
case(g, noise(40), shape=[40], options={"threshold": 10, "edgeItems": 9})
case(g, [1.0], "float64", shape=[2, 2000], grad=True)
case(g, counting(10), "int64", options={"threshold": 5, "edgeItems": 0})
case(g, [1.0], "float64", shape=[2, 3], options={"threshold": 5, "edgeItems": 0})
case(g, [1.0, 2.0], options={"edgeItems": 0})

g = "suffixes"
case(g, [1.0, 1.0], grad=True)
case(g, [2.0, 2.0], op=lambda x: x * 1)
case(g, [2.0, 2.0], "float64", op=lambda x: x + 0)
case(g, [1.0, 2.0], "float64", grad=True)
case(g, [1.0], default="float64")
case(g, [1.0], "float64", default="float64")
case(g, [1, 2], "int64", default="float64")
case(g, [1, 2], "int32", options={"lineWidth": 33})
case(g, [1, 2], "int32", options={"lineWidth": 34})
case(g, [1.0], "float64", shape=[2, 2], grad=True, options={"lineWidth": 39})
case(g, [1.0], "float64", shape=[2, 2], grad=True, options={"lineWidth": 40})
case(g, [1.0], "float64", shape=[2, 2], grad=True, options={"lineWidth": 59})
case(g, [1.0], "float64", shape=[2, 2], grad=True, options={"lineWidth": 60})
case(g, [1.25], "float64", shape=[5], op=lambda x: x * 1, options={"lineWidth": 46})
case(g, [1.25], "float64", shape=[5], op=lambda x: x * 1, options={"lineWidth": 49})
case(g, [1.25], "float64", shape=[5], op=lambda x: x * 1, options={"lineWidth": 50})
case(g, noise(9), grad=True)
case(g, noise(18), op=lambda x: x.reshape(3, 6).reshape(18))
case(g, noise(7), op=lambda x: x.clone())
case(g, [1.0], shape=[2], device=True)
case(g, [1.0], "float64", shape=[2], device=True, grad=True)
case(g, [0], "int32", shape=[2, 0], device=True)
case(g, noise(7), "float64", device=True, grad=True)
case(g, noise(8), "float64", device=True, grad=True, options={"lineWidth": 40})

g = "print options"
case(g, noise(12), options={"precision": 2})
case(g, noise(8), options={"precision": 10})
case(g, [0.1, 1.0], options={"precision": 20})
case(g, [0.5, 1.5, 2.5, -0.5, 9.5], options={"precision": 0})
case(g, [0.5e-6, 9.5, 1.0, 95.0, 85.0], "float64", options={"precision": 0})
case(g, noise(12), options={"lineWidth": 40})
case(g, noise(3), options={"lineWidth": 5})
case(g, noise(20), options={"lineWidth": 120})
case(g, noise(12), options={"sciMode": True})
case(g, [-1.5, 2.5], options={"sciMode": True})
case(g, [1.0, -20.0, 0.0], options={"sciMode": True})
case(g, [nan, 1.0, inf], options={"sciMode": True})
case(g, [0.0, -0.0], options={"sciMode": True})
case(g, [1, 2], "int64", options={"sciMode": True})
case(g, [1e-9, 1.0], options={"sciMode": False})
case(g, [1e30, 1.0], options={"sciMode": False})
case(g, [1e25, 0.5], "float64", options={"sciMode": False})
case(g, [-1e22, 1e21, 0.125], "float64", options={"sciMode": False, "precision": 2})
case(g, [1e-9, -1e9, 1.5], options={"sciMode": False})
case(g, [1e9 * i + 0.5 for i in range(9)], "float64", options={"sciMode": False})
case(g, noise(24, 5), shape=[1200], options={"profile": "short"})
case(g, [1, 2, 3], "int64", shape=[3, 400], options={"profile": "full"})
case(g, noise(5), options={"profile": "short", "precision": 6})
case(g, counting(20), "int64", shape=[20],
     options={"profile": "short", "threshold": 10})

path = "packages/tensor/testdata/print.json"
with open(path, "w") as file:
    version = torch.__version__.split("+")[0]
    lines = ",\n".join("    " + json.dumps(entry) for entry in cases)
    file.write(f'{{\n  "torch": "{version}",\n  "cases": [\n{lines}\n  ]\n}}\n')
print(f"{len(cases)} cases in {path}")
