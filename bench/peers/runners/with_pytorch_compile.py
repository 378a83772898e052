"""PyTorch with torch.compile, which needs a C++ compiler."""

import with_pytorch

start = with_pytorch.start


def prepare(work, mode):
    with_pytorch.torch._dynamo.reset()
    with_pytorch.compiled = True
    return with_pytorch.prepare(work, mode)
