/** Tensors as a PyTorch lecture introduces them; every random number is PyTorch's. */

import { gradOf, hessian, jacobian } from "@gradus/autograd";
import {
  linspace,
  manualSeed,
  ones,
  rand,
  setPrintOptions,
  type Tensor,
  tensor,
  zeros,
} from "@gradus/tensor";

setPrintOptions({ precision: 5 });

console.log(zeros([3]), ones([3, 2]));
manualSeed(1234);
console.log(rand([2, 2, 2, 2]));

// Typed arrays are copied on the way in and on the way out.
const doubles = tensor(new Float64Array([1, 0, 0, 1])).view(2, 2);
console.log(doubles, doubles.dtype);
const c = rand([2, 3]);
console.log(await c.data());
const d = ones([2, 2], { dtype: "int64" });
console.log(await d.data());

// Names that end in _ change the tensor itself.
const a = rand([2, 2]);
console.log(a.exp());
console.log(a);
a.exp_();
console.log(a);
const b = rand([2, 2]);
const unit = ones([2, 2]);
console.log(unit.add(b));
unit.add_(b);
console.log(unit);

// A view shares memory; reshape copies where a view cannot be.
const x = zeros([3, 2]);
const view = x.view(2, 3);
x.fill_(1);
console.log(view);
const grid = zeros([3, 2]);
const turned = grid.t();
try {
  turned.view(6);
} catch (error) {
  console.log((error as Error).message);
}
const copy = turned.reshape(6);
grid.fill_(1);
console.log(turned, copy);
console.log(grid.unsqueeze(0).shape, grid.unsqueeze(0).squeeze().shape);

// Gradients: as in JAX, and as in PyTorch.
console.log(gradOf((v: typeof x) => v.mul(3).add(2).sum())(linspace(0, 2, 21)));
const line = linspace(0, 2, 21, { requiresGrad: true });
line.mul(3).add(2).sum().backward();
console.log(line.grad!);

const p = linspace(2, 1, 11, { requiresGrad: true });
const q = linspace(1, 2, 11, { requiresGrad: true });
const z = p.mul(q).log();
console.log(z);
console.log(z.gradFn!.name, z.gradFn!.nextFunctions[0]![0]!.name);
console.log(
  z.gradFn!.nextFunctions[0]![0]!.nextFunctions.map(([node]) => node!.name),
);
const out = z.sum();
out.backward();
console.log(out, q.grad!, p.grad!, z.grad);

const n = 21;
const u = linspace(0, 2, n, { requiresGrad: true });
const m = rand([n], { requiresGrad: true });
m.mul(u).add(2).backward(ones([n]));
console.log(u.grad!, m.grad!);

const f = (...[x, y]: Tensor[]) =>
  x!.mul(3).add(1).add(y!.pow(2).mul(2)).add(x!.mul(y!));
for (const i of [0, 1]) {
  for (const j of [0, 1]) {
    const at = [
      tensor([i], { dtype: "float32" }),
      tensor([j], { dtype: "float32" }),
    ];
    console.log(`x = ${i}, y = ${j}`, jacobian(f, at), hessian(f, at));
  }
}
