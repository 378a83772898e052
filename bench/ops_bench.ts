// Gradus on its own: `deno bench bench/ops_bench.ts`. On a machine with other
// work to do only medians of several runs mean anything.

import { noGrad } from "@gradus/autograd";
import { mseLoss } from "@gradus/loss";
import { Linear, ReLU, Sequential } from "@gradus/nn";
import { Adam, AdamW } from "@gradus/optim";
import { manualSeed, randn, tensor, zeros } from "@gradus/tensor";
import { flower } from "@gradus/testfns";

manualSeed(1);

const ten = randn([10]), other = randn([10]);
const recorded = randn([10], { requiresGrad: true });

Deno.bench({ name: "add", group: "an op on 10 floats", baseline: true }, () => {
  ten.add(other);
});
Deno.bench({ name: "add, recorded", group: "an op on 10 floats" }, () => {
  recorded.add(other);
});
Deno.bench({ name: "add a number", group: "an op on 10 floats" }, () => {
  ten.add(1);
});
Deno.bench({ name: "add in place", group: "an op on 10 floats" }, () => {
  ten.add_(0);
});
Deno.bench({ name: "exp", group: "an op on 10 floats" }, () => {
  ten.exp();
});
Deno.bench({ name: "sum", group: "an op on 10 floats" }, () => {
  ten.sum();
});

const layer = randn([100, 32]), bias = randn([1, 32]);

Deno.bench({ name: "add", group: "[100, 32]", baseline: true }, () => {
  layer.add(layer);
});
Deno.bench({ name: "add a row", group: "[100, 32]" }, () => {
  layer.add(bias);
});
Deno.bench({ name: "sum", group: "[100, 32]" }, () => {
  layer.sum();
});
Deno.bench({ name: "sum of columns", group: "[100, 32]" }, () => {
  layer.sum(0);
});

const million = randn([1_000_000]);
const square = million.view(1000, 1000);

Deno.bench({ name: "add", group: "10^6 floats", baseline: true }, () => {
  million.add(1).dispose();
});
Deno.bench({ name: "exp", group: "10^6 floats" }, () => {
  million.exp().dispose();
});
Deno.bench({ name: "sum", group: "10^6 floats" }, () => {
  million.sum();
});
Deno.bench({ name: "sum of columns", group: "10^6 floats" }, () => {
  square.sum(0);
});
Deno.bench({ name: "sum of rows", group: "10^6 floats" }, () => {
  square.sum(1);
});

for (const size of [64, 512, 1024]) {
  const a = randn([size, size]), b = randn([size, size]);
  const gigaflop = (2 * size ** 3 / 1e9).toPrecision(3);
  Deno.bench(
    { name: `${size} x ${size} (${gigaflop} GFLOP)`, group: "matrix product" },
    () => {
      a.mm(b).dispose();
    },
  );
}

/** The network with one hidden layer that examples/network_by_hand.ts trains. */
function networkStep(): () => void {
  const x = randn([100, 3]), y = x.sum(1, { keepdim: true });
  const w1 = randn([3, 32], { requiresGrad: true });
  const b1 = zeros([1, 32], { requiresGrad: true });
  const w2 = randn([32, 1], { requiresGrad: true });
  const b2 = zeros([1, 1], { requiresGrad: true });
  return () => {
    const hidden = x.mm(w1).add(b1).clamp({ min: 0 });
    hidden.mm(w2).add(b2).sub(y).pow(2).sum().backward();
    noGrad(() => {
      for (const p of [w1, b1, w2, b2]) {
        p.sub_(p.grad!.mul(1e-4));
        p.grad!.zero_();
      }
    });
  };
}
const train = networkStep();

Deno.bench("a step of the 3-32-1 network by hand, plain descent", () => {
  train();
});

/** The network that examples/network.ts trains. */
function layeredStep(): () => void {
  const x = randn([100, 3]), y = x.sum(1, { keepdim: true });
  const model = new Sequential(
    new Linear(3, 32),
    new ReLU(),
    new Linear(32, 1),
  );
  const optimizer = new Adam(model.parameters(), { lr: 0.08 });
  return () => {
    const loss = mseLoss(model.forward(x), y, { reduction: "sum" });
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
  };
}
const trainLayered = layeredStep();

Deno.bench("a step of the 3-32-1 network, Linear and Adam", () => {
  trainLayered();
});

/** The function that examples/torchopt.ts descends. */
function flowerStep(): () => void {
  const at = () => tensor(20, { dtype: "float32", requiresGrad: true });
  const x = at(), y = at();
  const optimizer = new AdamW([x, y], { lr: 0.1 });
  return () => {
    optimizer.zeroGrad();
    flower.fn(x, y).backward();
    optimizer.step();
  };
}
const descend = flowerStep();

Deno.bench("a step on the flower function with AdamW", () => {
  descend();
});
