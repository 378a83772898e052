/**
 * The simple network without layers or optimizers: two weight matrices, two
 * biases, autograd for the gradients and plain gradient descent.
 */

import { noGrad } from "@gradus/autograd";
import { manualSeed, randn, zeros } from "@gradus/tensor";

const [dIn, dHidden, dOut, n] = [3, 32, 1, 100];
const learningRate = 1e-4;

manualSeed(1);
const x = randn([n, dIn]);
const y = x.at(":", 0, null).mul(0.2)
  .sub(x.at(":", 1, null).mul(1.3))
  .sub(x.at(":", 2, null).mul(0.5))
  .add(randn([n, dOut]));

const w1 = randn([dIn, dHidden], { requiresGrad: true });
const w2 = randn([dHidden, dOut], { requiresGrad: true });
const b1 = zeros([1, dHidden], { requiresGrad: true });
const b2 = zeros([1, dOut], { requiresGrad: true });

for (let t = 1; t <= 200; t++) {
  const yPred = x.mm(w1).add(b1).clamp({ min: 0 }).mm(w2).add(b2);
  const loss = yPred.sub(y).pow(2).sum();
  if (t % 10 === 0) console.log(`Epoch: ${t}   Loss: ${await loss.item()}`);
  loss.backward();
  noGrad(() => {
    for (const w of [w1, w2, b1, b2]) {
      w.sub_(w.grad!.mul(learningRate));
      w.grad!.zero_(); // gradients add up until they are cleared
    }
  });
}
