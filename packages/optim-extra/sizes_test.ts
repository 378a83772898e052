import * as optim from "@gradus/optim";
import { type Tensor, tensor } from "@gradus/tensor";
import { assertEquals } from "@std/assert";
import { dtypes, type Float, numbers, type Options } from "./_testing.ts";
import * as extra from "./mod.ts";

// Kernels treat elements many at a time, and what is left over in other ways:
// an element must not notice which of them treats it.

const cases: [string, Options][] = [
  ["Adadelta", { lr: 1 }],
  ["Adam", { lr: 0.1, amsgrad: true, weightDecay: 0.1 }],
  ["AdamW", { lr: 0.1 }],
  ["NAdam", { lr: 0.1 }],
  ["RAdam", { lr: 0.1 }],
  ["RMSprop", { lr: 0.1, centered: true, momentum: 0.9 }],
  ["Rprop", { lr: 0.1 }],
  ["SGD", { lr: 0.1, momentum: 0.9, nesterov: true }],
  ["AdaBound", { lr: 0.1 }],
  ["Adan", { lr: 0.1 }],
  ["AdEMAMix", { lr: 0.1 }],
  ["ADOPT", { lr: 0.1 }],
  ["DiffGrad", { lr: 0.1 }],
  ["Lion", { lr: 0.1, weightDecay: 0.1 }],
  ["MADGRAD", { lr: 0.1 }],
  ["Padam", { lr: 0.1 }],
  ["QHAdam", { lr: 0.1 }],
  ["Yogi", { lr: 0.1 }],
];

type Class = new (params: Tensor[], options: Options) => optim.Optimizer;

function classOf(name: string): Class {
  return ({ ...optim, ...extra } as unknown as Record<string, Class>)[name]!;
}

/** Positions after steps, of parameters with these numbers of elements. */
function run(
  name: string,
  options: Options,
  dtype: Float,
  sizes: readonly number[],
): number[] {
  let at = 0;
  const params = sizes.map((size) => {
    const values = Array.from({ length: size }, () => Math.sin(7 * at++) * 3);
    return tensor(values, { dtype, requiresGrad: true });
  });
  const optimizer = new (classOf(name))(params, options);
  for (let t = 1; t <= 6; t++) {
    at = 0;
    for (const param of params) {
      const noise = Array.from(
        { length: param.numel },
        () => Math.cos(3 * at++ + t),
      );
      param.grad = param.detach().mul(2).add(tensor(noise, { dtype }));
    }
    optimizer.step();
  }
  return params.flatMap(numbers);
}

const total = 43;
const cuts = [
  [43],
  [20, 23],
  [1, 2, 3, 4, 5, 6, 7, 8, 7],
  [15, 16, 12],
];
for (const [name, options] of cases) {
  for (const dtype of dtypes) {
    Deno.test(`${name}(${JSON.stringify(options)}) moves an element alike in parameters of all sizes in ${dtype}`, () => {
      const single = run(name, options, dtype, Array(total).fill(1));
      for (const sizes of cuts) {
        assertEquals(run(name, options, dtype, sizes), single, sizes.join());
      }
    });
  }
}
