// How cost grows with size: `deno bench bench/growth_bench.ts`. On a machine
// with other work to do only medians of several runs mean anything.

import { crossEntropy } from "@gradus/loss";
import { Linear, Parameter, ReLU, Sequential } from "@gradus/nn";
import { Adam } from "@gradus/optim";
import {
  compile,
  manualSeed,
  randint,
  randn,
  type Tensor,
} from "@gradus/tensor";

manualSeed(1);

for (let size = 16; size <= 2048; size *= 2) {
  const a = randn([size, size]), b = randn([size, size]);
  Deno.bench({ name: `${size} x ${size}`, group: "matrix product" }, () => {
    a.mm(b).dispose();
  });
}

/** Returns a training step of a 784-256-10 network on one batch. */
function trainingStep(batch: number): () => Tensor {
  const model = new Sequential(
    new Linear(784, 256),
    new ReLU(),
    new Linear(256, 10),
  );
  const optimizer = new Adam(model.parameters(), { lr: 1e-4 });
  const x = randn([batch, 784]), y = randint(0, 10, [batch]);
  return () => {
    const loss = crossEntropy(model.forward(x), y);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    return loss;
  };
}

for (let batch = 1; batch <= 4096; batch *= 4) {
  const group = `a step of 784-256-10, batch ${batch}`;
  const eager = trainingStep(batch), compiled = compile(trainingStep(batch));
  Deno.bench({ name: "eager", group, baseline: true }, () => {
    eager();
  });
  Deno.bench({ name: "compiled", group }, () => {
    compiled();
  });
}

for (let exponent = 3; exponent <= 7; exponent++) {
  const parameter = new Parameter(randn([10 ** exponent]));
  parameter.grad = randn([10 ** exponent]);
  const optimizer = new Adam([parameter]);
  const name = `10^${exponent} parameters`;
  Deno.bench({ name, group: "a step of Adam" }, () => {
    optimizer.step();
  });
}
