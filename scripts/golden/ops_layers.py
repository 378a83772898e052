"""Samples of the ops behind losses and layers."""

import torch
import torch.nn.functional as F

from ops_samples import T, inf, nan

X = T([[0.3, -1.2, 2.0], [1.0, 0.0, -0.5]])
Y = T([[0.1, -1.2, 3.5], [-1.0, 1.25, 0.0]])
TURNED = T([[0.3, 1.0], [-1.2, 0.0], [2.0, -0.5]]).t()
PROBABILITIES = T([[0.3, 0.0, 1.0], [0.999, 1e-9, 0.5]])
TARGETS = T([[0.0, 0.0, 1.0], [1.0, 0.25, 0.5]])
EMPTY = T([]).view(0, 3)


def layers(table):
    elementwise_losses(table)
    class_losses(table)
    for w in (T([0.25]), T([0.25, -0.5, 2.0]), X * 0.1):
        table.add("preluKernel", torch._prelu_kernel, X, w, smooth=False)
        table.add("preluKernel", torch._prelu_kernel, X + 0.1, w)
    table.add("preluKernel", torch._prelu_kernel, TURNED, T([0.25, 1.5]).view(2, 1), smooth=False)
    table.add("preluKernel", torch._prelu_kernel, T([0.0, -0.0, inf, -inf, nan], "f32"), T([0.25], "f32"))
    table.add("preluKernel", torch._prelu_kernel, EMPTY, T([0.25]))
    table.add("clampVariance", clamp_variance, T([0.0, 1e-9, 0.5, 2.0]), 1e-6, smooth=False)
    table.add("clampVariance", clamp_variance, T([0.25, 2.0]), 1e-6)
    table.add("clampVariance", clamp_variance, T([0.0, 1e-9, 0.5, 2.0], "f32"), 1e-6)
    table.add("clampVariance", clamp_variance, T([-0.5]), 1e-6)
    weight = T([[0.5, 1.5], [2.5, 3.5], [4.5, 5.5]])
    indices = T([[0, 2, 1], [2, 2, 0]], "i64")
    for args in ({}, {"paddingIdx": 2}, {"scaleGradByFreq": True}, {"paddingIdx": 0, "scaleGradByFreq": True}):
        table.add("embedding", embedding, weight, smooth=not args, indices=indices, **args)
    table.add("embedding", embedding, weight.t().contiguous().t(), indices=indices.t())
    table.add("embedding", embedding, weight.float(), indices=T([1, 0], "i32"))
    table.add("embedding", embedding, weight, indices=T(1, "i64"))
    table.add("embedding", embedding, weight, indices=T([], "i64"))
    table.add("embedding", embedding, weight, indices=T([3], "i64"))
    table.add("embedding", embedding, weight, indices=T([-1], "i64"))
    table.add("embedding", embedding, weight, indices=T([1.0]))
    cube = torch.stack([X, Y, X * Y - 1.5, Y + 0.25 * X])
    scale, shift = T([1.5, -0.5, 2.0]), T([0.25, 0.0, -1.0])
    for x, w, b, shape in ((X, 1, 0, [3]), (X, scale, 0, [3]), (X, 1, shift, [3]), (TURNED, scale, shift, [3]), (cube, scale, shift, [3]),
                           (cube, X * 0.5, Y, [2, 3]), (cube.float(), scale.float(), shift.float(), [3]), (EMPTY, scale, shift, [3]), (X, 1, 0, [2])):
        table.add("nativeLayerNorm", layer_norm, x, w, b, normalizedShape=shape, eps=1e-5)
    table.add("nativeLayerNorm", layer_norm, X + 1000, scale, shift, normalizedShape=[3], eps=1e-5)


def embedding(weight, indices, paddingIdx=None, scaleGradByFreq=False):
    return F.embedding(indices, weight, paddingIdx, scale_grad_by_freq=scaleGradByFreq)


def clamp_variance(x, eps):
    if (x < 0).any():
        raise ValueError
    out = x.clone()
    with torch.no_grad():
        out.clamp_(min=eps)
    return out


def layer_norm(x, weight, bias, normalizedShape, eps):
    present = lambda t: t if isinstance(t, torch.Tensor) else None
    return F.layer_norm(x, normalizedShape, present(weight), present(bias), eps)


def elementwise_losses(table):
    kinds = {
        "mseLoss": [(F.mse_loss, {})],
        "smoothL1Loss": [(lambda x, y, beta, reduction: F.smooth_l1_loss(x, y, beta=beta, reduction=reduction), {"beta": b}) for b in (1, 0.3)],
        "huberLoss": [(lambda x, y, delta, reduction: F.huber_loss(x, y, delta=delta, reduction=reduction), {"delta": d}) for d in (1, 2.5)],
    }
    for op, forms in kinds.items():
        for fn, args in forms:
            for reduction in ("none", "mean", "sum"):
                for x, y in ((X, Y), (TURNED, Y), (X.float(), Y.float()), (X[0, 0], Y[0, 0]), (EMPTY, EMPTY)):
                    table.add(op, fn, x, y, reduction=reduction, **args)
            table.add(op, fn, X, Y.float(), grad=False, reduction="sum", **args)
            table.add(op, fn, T([0.0, inf, nan]), T([0.0, 1.0, 1.0]), reduction="none", **args)
    weight = T([[0.5, 1.5, 2.0]])
    bce = lambda x, y, w, reduction: F.binary_cross_entropy(x, y, w if isinstance(w, torch.Tensor) else None, reduction=reduction)
    for reduction in ("none", "mean", "sum"):
        table.add("binaryCrossEntropy", bce, PROBABILITIES, TARGETS, 1, grad=False, reduction=reduction)
        table.add("binaryCrossEntropy", bce, PROBABILITIES * 0.8 + 0.1, TARGETS * 0.8 + 0.1, 1, reduction=reduction)
        table.add("binaryCrossEntropy", bce, PROBABILITIES, TARGETS, weight.detach(), grad=False, reduction=reduction)
        table.add("binaryCrossEntropy", bce, PROBABILITIES.float(), TARGETS.float(), 1, reduction=reduction)
        table.add("binaryCrossEntropy", bce, EMPTY, EMPTY, 1, reduction=reduction)
    table.add("binaryCrossEntropy", bce, PROBABILITIES.t().contiguous().t(), TARGETS, 1, grad=False, reduction="none")
    table.add("binaryCrossEntropy", bce, PROBABILITIES + 1, TARGETS, 1, reduction="none")
    present = lambda t: t if isinstance(t, torch.Tensor) else None
    logits = lambda x, y, w, p, reduction: F.binary_cross_entropy_with_logits(
        x, y, present(w), reduction=reduction, pos_weight=present(p)
    )
    big = T([[30.0, -30.0, 800.0], [-800.0, 1e-9, 5.0]])
    for reduction in ("none", "mean", "sum"):
        for x in (X, big):
            table.add("binaryCrossEntropyWithLogits", logits, x, TARGETS, 1, 1, reduction=reduction)
            table.add("binaryCrossEntropyWithLogits", logits, x, TARGETS, weight, T([1.5, 0.5, 3.0]), grad=False, reduction=reduction)
        table.add("binaryCrossEntropyWithLogits", logits, X.float(), TARGETS.float(), 1, 1, reduction=reduction)
        table.add("binaryCrossEntropyWithLogits", logits, EMPTY, EMPTY, 1, 1, reduction=reduction)
    table.add("binaryCrossEntropyWithLogits", logits, TURNED, TARGETS, 1, 1, reduction="none")


def class_losses(table):
    log_probabilities = torch.log_softmax(torch.cat([X, Y]), 1).detach()
    target = T([2, 0, 1, 1], "i64")
    weight = T([0.5, 2.0, 1.25], "f32").double()
    images = torch.log_softmax(torch.stack([X, Y]).view(2, 3, 2), 1).detach()
    places = T([[0, 2], [1, 1]], "i64")
    for reduction in ("none", "mean", "sum"):
        for w in (1, weight):
            args = dict(grad=False) if w is weight else {}
            for x, y, ignored in ((log_probabilities, target, -100), (log_probabilities, target, 1), (images, places, -100), (images, places, 2),
                                  (log_probabilities[0], T(2, "i64"), -100), (log_probabilities.t().contiguous().t(), target, 0)):
                table.add("nllLoss", nll, x, y, w, reduction=reduction, ignoreIndex=ignored, **args)
        table.add("nllLoss", nll, log_probabilities.float(), target, 1, reduction=reduction, ignoreIndex=-100)
        table.add("nllLoss", nll, log_probabilities[:0], target[:0], 1, reduction=reduction, ignoreIndex=-100)
        table.add("nllLoss", nll, log_probabilities, T([2, 0, 3, 1], "i64"), 1, reduction=reduction, ignoreIndex=-100)
        table.add("nllLoss", nll, log_probabilities, T([2, 0, 3, -1], "i64"), 1, reduction=reduction, ignoreIndex=3)
    grads = T([1.5, -0.5, 2.0, 0.25])
    back = lambda g, y, w, total, **args: table.add("nllLossBackward", nll_backward, g, y, w, total, **args)
    back(grads, target, 1, 1, reduction="none", ignoreIndex=-100, shape=[4, 3])
    back(grads, target, 1, 1, reduction="none", ignoreIndex=1, shape=[4, 3])
    back(T(1.5), target, 1, 1, reduction="sum", ignoreIndex=-100, shape=[4, 3])
    back(T(1.5), target, 1, T(4.0), smooth=False, reduction="mean", ignoreIndex=-100, shape=[4, 3])
    back(T(1.5), target, weight, weight[target].sum(), grad=False, reduction="mean", ignoreIndex=-100, shape=[4, 3])
    back(grads.view(2, 2).t(), places, weight, 1, grad=False, reduction="none", ignoreIndex=2, shape=[2, 3, 2])
    back(T(1.5), T(1, "i64"), 1, 1, reduction="sum", ignoreIndex=-100, shape=[3])


def nll(x, target, weight, reduction, ignoreIndex):
    w = weight if isinstance(weight, torch.Tensor) else None
    out = F.nll_loss(x, target, w, ignore_index=ignoreIndex, reduction=reduction)
    if reduction == "none":
        return out
    used = target != ignoreIndex
    each = torch.ones(x.shape[0 if x.ndim == 1 else 1], dtype=x.dtype) if w is None else w
    return out, each[target[used]].sum().detach()


def nll_backward(g, target, weight, total, reduction, ignoreIndex, shape):
    x = torch.zeros(shape, dtype=g.dtype, requires_grad=True)
    w = weight if isinstance(weight, torch.Tensor) else None
    out = F.nll_loss(x, target, w, ignore_index=ignoreIndex, reduction=reduction)
    return torch.autograd.grad(out, x, g, create_graph=True)[0]
