import { assertThrows } from "@std/assert";
import { ones } from "@gradus/tensor";
import * as losses from "./mod.ts";

const x = ones([1, 2]), y = ones([1, 2]), classes = ones([1]).to("int64");

const calls: Record<string, (options: object) => unknown> = {
  mseLoss: (o) => losses.mseLoss(x, y, o),
  l1Loss: (o) => losses.l1Loss(x, y, o),
  smoothL1Loss: (o) => losses.smoothL1Loss(x, y, o),
  huberLoss: (o) => losses.huberLoss(x, y, o),
  binaryCrossEntropy: (o) => losses.binaryCrossEntropy(x, y, o),
  binaryCrossEntropyWithLogits: (o) =>
    losses.binaryCrossEntropyWithLogits(x, y, o),
  nllLoss: (o) => losses.nllLoss(x, classes, o),
  crossEntropy: (o) => losses.crossEntropy(x, classes, o),
  klDiv: (o) => losses.klDiv(x, y, o),
  poissonNllLoss: (o) => losses.poissonNllLoss(x, y, o),
  gaussianNllLoss: (o) => losses.gaussianNllLoss(x, y, 1, o),
};

const classesOfLosses: Record<string, new (options: object) => unknown> = {
  MSELoss: losses.MSELoss,
  L1Loss: losses.L1Loss,
  SmoothL1Loss: losses.SmoothL1Loss,
  HuberLoss: losses.HuberLoss,
  BCELoss: losses.BCELoss,
  BCEWithLogitsLoss: losses.BCEWithLogitsLoss,
  NLLLoss: losses.NLLLoss,
  CrossEntropyLoss: losses.CrossEntropyLoss,
  KLDivLoss: losses.KLDivLoss,
  PoissonNLLLoss: losses.PoissonNLLLoss,
  GaussianNLLLoss: losses.GaussianNLLLoss,
};

const makers = Object.entries(classesOfLosses).map((
  [name, Loss],
): [string, (options: object) => unknown] => [
  `make ${name}`,
  (o) => new Loss(o),
]);
const functions = Object.entries(calls).map((
  [name, call],
): [string, (options: object) => unknown] => [`compute ${name}`, call]);

for (const [action, call] of [...functions, ...makers]) {
  Deno.test(`loss refuses to ${action} with options that it does not know`, () => {
    assertThrows(
      () => call({ size_average: true }),
      TypeError,
      `Cannot ${action} with an unknown option size_average: expected one of reduction`,
    );
    assertThrows(
      () => call("sum" as unknown as object),
      TypeError,
      `Cannot ${action}: expected options such as { reduction: ... }, got the string "sum"`,
    );
    call({});
  });
}
