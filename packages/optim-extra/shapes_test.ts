import { type Tensor, tensor, zeros } from "@gradus/tensor";
import { assert, assertEquals } from "@std/assert";
import {
  assertNear,
  dtypes,
  numbers,
  type OptimizerClass,
  optimizers,
  type Options,
} from "./_testing.ts";

/** Options with which an optimizer treats shapes otherwise than by default. */
const variants: Readonly<Record<string, readonly Options[]>> = {
  A2Grad: [{ variant: "exp" }],
  AdamMini: [{ blocks: "tensor" }, { blocks: "element" }],
  Amos: [{ reduction: "rows" }, { reduction: "tensor" }],
  Apollo: [{ rebound: "belief" }],
  Kron: [{ minNdimTriangular: 1 }],
  MARS: [{ marsType: "shampoo", optimize1d: true }],
  Shampoo: [{ maxPreconditionDim: 1 }],
  SOAP: [
    { precondition1d: true, preconditionFrequency: 1 },
    { mergeDims: true, preconditionFrequency: 1 },
  ],
  Tiger: [{ rowwise: true }],
};

const cases = [...optimizers].flatMap(([name, optimizerClass]) =>
  [{}, ...variants[name] ?? []].map((options) => ({
    title: `${name}(${JSON.stringify(options)})`,
    optimizerClass,
    options,
  }))
);

/** Steps for a function with a minimum that moves: as many as AdaShift waits, and one more. */
function run(
  { optimizerClass, options }: {
    optimizerClass: OptimizerClass;
    options: Options;
  },
  params: readonly Tensor[],
): void {
  for (const param of params) param.requiresGrad = true;
  const optimizer = new optimizerClass(params, options);
  const createGraph = optimizerClass.needsGraph ?? false;
  for (let t = 1; t <= 11; t++) {
    optimizer.zeroGrad();
    params
      .map((param) => param.square().sum().add(param.sum().mul(0.25 * (t % 4))))
      .reduce((sum, loss) => sum.add(loss))
      .backward(undefined, { createGraph });
    optimizer.step();
  }
}

function matrix(): Tensor {
  return tensor([[1, -2], [3, 0.5], [1.5, 2]], { dtype: "float64" });
}

for (const given of cases) {
  Deno.test(`${given.title} moves numbers and parameters with dims of size 1`, () => {
    for (const dtype of dtypes) {
      const params = [
        tensor(2, { dtype }),
        tensor([2], { dtype }),
        tensor([[[1, -2]], [[3, 0.5]]], { dtype }),
      ];
      const before = params.map(numbers);
      run(given, params);
      params.forEach((param, i) => {
        const after = numbers(param);
        assert(after.every(Number.isFinite), `${after}`);
        // A d that grows from 1e-6 is too small for float32 to see.
        if (dtype === "float64") assert(String(after) !== String(before[i]));
      });
    }
  });

  Deno.test(`${given.title} leaves parameters without elements alone`, () => {
    const w = matrix(), alone = matrix();
    const empty = [[0], [0, 3], [2, 2, 0]]
      .map((shape) => zeros(shape, { dtype: "float64" }));
    run(given, [w, ...empty]);
    run(given, [alone]);
    assertEquals(numbers(w), numbers(alone));
  });

  Deno.test(`${given.title} moves transposed parameters as others`, () => {
    const w = matrix().t(), other = matrix().t().contiguous();
    assert(!w.isContiguous() && other.isContiguous());
    run(given, [w]);
    run(given, [other]);
    const found = numbers(w.detach().contiguous());
    assertNear(found, numbers(other), 1e-12, 1, "Position");
  });
}
