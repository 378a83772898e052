/**
 * Automatic differentiation step by step: what a tensor knows about how it was
 * made, and what `backward()` leaves behind.
 */

import "@gradus/autograd";
import { type GradNode, ones, tensor } from "@gradus/tensor";

// One operation: the mean of four elements.
const x = ones([2, 2], { requiresGrad: true });
const mean = x.mean();
console.log(mean.gradFn?.name);
mean.backward();
console.log(x.grad!);

// A chain of them. Intermediate gradients are kept only where asked for.
const x1 = ones([2, 2], { requiresGrad: true });
const x2 = tensor(1.1, { requiresGrad: true });
const y = x1.mul(x2.add(2));
const z = y.pow(2).mul(3);
const out = z.mean();
y.retainGrad();
z.retainGrad();

function show(node: GradNode, depth: number): void {
  console.log(`${"  ".repeat(depth)}${node.name}`);
  for (const [next] of node.nextFunctions) if (next) show(next, depth + 1);
}
show(out.gradFn!, 0);

out.backward();
console.log("z.grad", z.grad!);
console.log("y.grad", y.grad!);
console.log("x2.grad", x2.grad!);
console.log("x1.grad", x1.grad!);
