/**
 * Trains the simple network, as it is and compiled, and prints its last losses:
 * the same program for Deno, Node and browsers.
 */

import { mseLoss } from "@gradus/loss";
import { Linear, ReLU, Sequential } from "@gradus/nn";
import { Adam } from "@gradus/optim";
import {
  compile,
  type DType,
  manualSeed,
  randn,
  setNumThreads,
} from "@gradus/tensor";

/** A training step, ready to be run. */
function training(dtype: DType) {
  manualSeed(1);
  const x = randn([100, 3], { dtype });
  const y = x.at(":", 0, null).mul(0.2)
    .sub(x.at(":", 1, null).mul(1.3))
    .sub(x.at(":", 2, null).mul(0.5))
    .add(randn([100, 1], { dtype }));
  const model = new Sequential(
    new Linear(3, 32),
    new ReLU(),
    new Linear(32, 1),
  ).to(dtype);
  const optimizer = new Adam(model.parameters(), { lr: 0.08 });
  return () => {
    const loss = mseLoss(model.forward(x), y, { reduction: "sum" });
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    return loss;
  };
}

/** Trains twice, and returns the last loss. */
async function lossAfter(steps: number, dtype: DType): Promise<number> {
  const eager = training(dtype), compiled = compile(training(dtype));
  let last = NaN;
  for (let t = 1; t <= steps; t++) {
    last = await eager().item();
    const other = await compiled().item();
    if (!(Math.abs(other - last) <= 1e-5 * last)) {
      throw new Error(`Compiled step ${t} has loss ${other}, expected ${last}`);
    }
  }
  return last;
}

setNumThreads(2);
// Training magnifies rounding: machines with and without fused multiply-add
// stay together for so many steps.
const loss = await lossAfter(200, "float64") + await lossAfter(20, "float32");
// Large enough to be shared by threads, where there are any.
const big = randn([600, 500]), product = big.matmul(big.t());
const alone = big.at(0).mul(big.at(1)).sum().itemSync();
if (!(Math.abs(product.at(0, 1).itemSync() - alone) < 1e-3)) {
  throw new Error(`Shared work gave ${product.at(0, 1)}, expected ${alone}`);
}
console.log(`loss ${loss}`);
