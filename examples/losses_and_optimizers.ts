/** Losses as functions and as modules, and what an optimizer does to a model's parameters. */

import { noGrad } from "@gradus/autograd";
import {
  BCELoss,
  binaryCrossEntropy,
  crossEntropy,
  CrossEntropyLoss,
  klDiv,
  KLDivLoss,
  MSELoss,
  mseLoss,
  NLLLoss,
  nllLoss,
} from "@gradus/loss";
import { Linear } from "@gradus/nn";
import { Adam } from "@gradus/optim";
import { manualSeed, rand, randn, tensor } from "@gradus/tensor";

manualSeed(1);
const prediction = randn([4, 3]), target = randn([4, 3]);
const classes = tensor([0, 2, 1, 2]);
const probability = rand([4]),
  truth = tensor([0, 1, 1, 0], { dtype: "float32" });
const logProbability = prediction.logSoftmax(1),
  distribution = target.softmax(1);

const pairs = {
  mse: [mseLoss(prediction, target), new MSELoss().forward(prediction, target)],
  bce: [
    binaryCrossEntropy(probability, truth),
    new BCELoss().forward(probability, truth),
  ],
  nll: [
    nllLoss(logProbability, classes),
    new NLLLoss().forward(logProbability, classes),
  ],
  kl: [
    klDiv(logProbability, distribution, { reduction: "sum" }),
    new KLDivLoss({ reduction: "sum" }).forward(logProbability, distribution),
  ],
  crossEntropy: [
    crossEntropy(prediction, classes),
    new CrossEntropyLoss().forward(prediction, classes),
  ],
};
for (const [name, [fn, module]] of Object.entries(pairs)) {
  console.log(name, await fn!.item(), await module!.item());
}
for (const reduction of ["mean", "sum", "none"] as const) {
  console.log(reduction, mseLoss(prediction, target, { reduction }));
}

// One linear layer, one data point.
const data = tensor([[-1.2, 0.7, 0.4]]);
const model = new Linear(3, 1);
noGrad(() => {
  model.weight.copy_(tensor([[-0.0385, 0.1412, -0.5436]]));
  model.bias!.copy_(tensor([-0.195]));
});
const optimizer = new Adam(model.parameters(), { lr: 0.01 });
console.log(String(optimizer));

const show = (when: string) => {
  for (const [name, p] of model.namedParameters()) {
    console.log(when, name, p.detach());
  }
};
show("at first");
const result = model.forward(data);
result.backward();
show("after backward");
optimizer.step();
show("after step");
console.log(
  "the optimizer holds the model's own tensors:",
  optimizer.paramGroups[0]!.params[0] === model.weight,
);
