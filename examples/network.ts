/** The simple network, final version: layers, a loss and an optimizer. */

import { mseLoss } from "@gradus/loss";
import { Linear, ReLU, Sequential } from "@gradus/nn";
import { Adam } from "@gradus/optim";
import { manualSeed, randn } from "@gradus/tensor";

manualSeed(1); // the same stream of numbers as torch.manual_seed(1)
const x = randn([100, 3]);
const y = x.at(":", 0, null).mul(0.2)
  .sub(x.at(":", 1, null).mul(1.3))
  .sub(x.at(":", 2, null).mul(0.5))
  .add(randn([100, 1]));

const model = new Sequential(new Linear(3, 32), new ReLU(), new Linear(32, 1));
const optimizer = new Adam(model.parameters(), { lr: 0.08 });

for (let t = 1; t <= 200; t++) {
  const loss = mseLoss(model.forward(x), y, { reduction: "sum" });
  if (t % 10 === 0) console.log(`Epoch: ${t}   Loss: ${await loss.item()}`);
  optimizer.zeroGrad();
  loss.backward();
  optimizer.step();
}
