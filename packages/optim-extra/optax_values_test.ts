import type { Optimizer } from "@gradus/optim";
import { type Tensor, tensor } from "@gradus/tensor";
import { AdEMAMix } from "./ad_ema_mix.ts";
import { ADOPT } from "./adopt.ts";
import { Fromage } from "./fromage.ts";
import { LAMB } from "./lamb.ts";
import { LARS } from "./lars.ts";
import { Lion } from "./lion.ts";
import { NovoGrad } from "./novo_grad.ts";
import { Signum } from "./signum.ts";
import { assertNear, numbers } from "./_testing.ts";

// Numbers that were measured with Optax in float64, to 12 digits.

type Make = (params: Tensor[]) => Optimizer;

const x0 = [1, 2, 3];

function sphere(w: Tensor): Tensor {
  return w.square().sum();
}

function rosenbrock(w: Tensor): Tensor {
  const x = w.at(0), y = w.at(1);
  return x.rsub(1).square().add(y.sub(x.square()).square().mul(100));
}

/** The position after some steps. */
function moved(
  make: Make,
  loss: (w: Tensor) => Tensor,
  start: number[] | number[][],
  steps: number,
): Tensor {
  const w = tensor(start, { dtype: "float64", requiresGrad: true });
  const optimizer = make([w]);
  for (let t = 0; t < steps; t++) {
    optimizer.zeroGrad();
    loss(w).backward();
    optimizer.step();
  }
  return w.detach();
}

function assertMeasured(
  actual: Tensor,
  expected: readonly number[],
  message: string,
): void {
  const own = numbers(actual).slice(0, expected.length);
  assertNear(own, expected, 1e-11, 0, message);
}

/** Where one step leads from (1, 2, 3) on Σ x², as far as was noted, and the value after five. */
const onSphere: [string, Make, number[], number][] = [
  [
    "Lion",
    (p) => new Lion(p, { lr: 0.003, weightDecay: 1e-3 }),
    [0.996997, 1.996994, 2.996991],
    13.8202587775,
  ],
  [
    "Signum without momentum",
    (p) => new Signum(p, { lr: 0.003, momentum: 0 }),
    [0.997, 1.997, 2.997],
    13.820675,
  ],
  [
    "Signum",
    (p) => new Signum(p, { lr: 0.003 }),
    [0.997, 1.997, 2.997],
    13.820675,
  ],
  [
    "LAMB",
    (p) => new LAMB(p, { lr: 0.003 }),
    [0.993519260562, 1.99351925894, 2.9935192584],
    13.6163979987,
  ],
  [
    "LARS",
    (p) => new LARS(p, { lr: 0.003 }),
    [0.999997, 1.999994, 2.999991],
    13.9988959252,
  ],
  [
    "NovoGrad",
    (p) => new NovoGrad(p, { lr: 0.003, betas: [0.9, 0.25], eps: 1e-6 }),
    [0.999198216381, 1.99839643276, 2.99759464914],
    13.7065586417,
  ],
  [
    "Fromage",
    (p) => new Fromage(p, { lr: 0.003 }),
    [0.99699551353, 1.99399102706, 2.99098654059],
    13.5850135407,
  ],
  [
    "AdEMAMix",
    (p) => new AdEMAMix(p, { lr: 0.01 }),
    [0.98999500005],
    13.4068848754,
  ],
  ["ADOPT", (p) => new ADOPT(p, { lr: 0.003 }), x0, 13.9674531636],
];

for (const [name, make, first, value] of onSphere) {
  Deno.test(`${name} reaches Optax's numbers on the sphere`, () => {
    assertMeasured(moved(make, sphere, x0, 1), first, "Step 1");
    assertMeasured(sphere(moved(make, sphere, x0, 5)), [value], "Value");
  });
}

/** Where ten steps lead from (-1.2, 1) on Rosenbrock's function. */
const onRosenbrock: [string, Make, [number, number]][] = [
  [
    "Lion",
    (p) => new Lion(p, { lr: 0.01, weightDecay: 1e-4 }),
    [-1.09998845005, 1.09998955005],
  ],
  [
    "Signum without momentum",
    (p) => new Signum(p, { lr: 0.1, momentum: 0 }),
    [-1, 1.2],
  ],
  ["Signum", (p) => new Signum(p, { lr: 0.01 }), [-1.1, 1.1]],
  ["LAMB", (p) => new LAMB(p), [-1.18896039391, 1.01104243589]],
  ["LARS", (p) => new LARS(p), [-1.14046774957, 1.02450684176]],
  [
    "NovoGrad",
    (p) => new NovoGrad(p, { betas: [0.9, 0.25], eps: 1e-6 }),
    [-1.16194068776, 1.01562020127],
  ],
  [
    "Fromage",
    (p) => new Fromage(p, { lr: 0.005 }),
    [-1.12850139745, 1.0296212545],
  ],
  ["AdEMAMix", (p) => new AdEMAMix(p), [-1.19000131952, 1.01000097692]],
  [
    "ADOPT",
    (p) => new ADOPT(p, { lr: 0.01 }),
    [-1.16715362565, 1.03298714054],
  ],
];

for (const [name, make, expected] of onRosenbrock) {
  Deno.test(`${name} reaches Optax's numbers on Rosenbrock's function`, () => {
    const found = moved(make, rosenbrock, [-1.2, 1], 10);
    assertMeasured(found, expected, "Step 10");
  });
}

/** Where two steps lead on Σ w² from a matrix. */
const onMatrix: [string, Make, number[]][] = [
  [
    "LAMB",
    (p) => new LAMB(p, { lr: 0.1, weightDecay: 0.01 }),
    [
      0.28381703505,
      1.267128655744,
      2.258127612601,
      3.250220808178,
      4.242647193847,
      5.235214026488,
    ],
  ],
  [
    "NovoGrad",
    (p) =>
      new NovoGrad(p, {
        lr: 0.1,
        betas: [0.9, 0.25],
        eps: 1e-6,
        weightDecay: 0.01,
      }),
    [
      0.966741710296,
      1.933483420593,
      2.900225130889,
      3.866966841186,
      4.833708551482,
      5.800450261778,
    ],
  ],
];

for (const [name, make, expected] of onMatrix) {
  Deno.test(`${name} reaches Optax's numbers on a matrix`, () => {
    const found = moved(make, sphere, [[1, 2, 3], [4, 5, 6]], 2);
    assertMeasured(found, expected, "Step 2");
  });
}
