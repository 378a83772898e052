import { clipGradNorm, Linear, ReLU, Sequential } from "@gradus/nn";
import {
  compile,
  manualSeed,
  randn,
  type Tensor,
  tensor,
} from "@gradus/tensor";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { leaf, numbers, optimizerClass, type Options } from "./_testing.ts";
import { LBFGS, SGD } from "./mod.ts";

interface Training {
  readonly params: Tensor[];
  /** A forward and a backward pass, clipping, and a step; gives loss and norm. */
  readonly step: () => Tensor[];
  /** Sets the learning rate. */
  readonly setRate: (lr: number) => void;
}

function training(name: string, options: Options): Training {
  manualSeed(5);
  const model = new Sequential(new Linear(3, 8), new ReLU(), new Linear(8, 1));
  const x = randn([16, 3]), y = randn([16, 1]);
  const params = [...model.parameters()];
  const optimizer = new (optimizerClass(name))(params, options);
  return {
    params,
    setRate: (lr) => optimizer.paramGroups[0]!.lr = lr,
    step() {
      optimizer.zeroGrad();
      const loss = model.forward(x).sub(y).square().mean();
      loss.backward();
      const norm = clipGradNorm(params, 0.5);
      optimizer.step();
      return [loss.detach(), norm];
    },
  };
}

const cases: [string, Options][] = [
  ["SGD", {}],
  ["SGD", { momentum: 0.9, dampening: 0.5, weightDecay: 0.1 }],
  ["Adam", { amsgrad: true }],
  ["AdamW", {}],
  ["RMSprop", { centered: true, momentum: 0.5 }],
];
for (const [name, options] of cases) {
  Deno.test(`compile() takes a whole training step with ${name}(${JSON.stringify(options)})`, () => {
    const eager = training(name, options), compiled = training(name, options);
    const step = compile(compiled.step);
    for (let t = 1; t <= 10; t++) {
      for (const { setRate } of [eager, compiled]) setRate(0.1 / t);
      const expected = eager.step().map(numbers);
      const actual = step().map(numbers);
      assertEquals(actual, expected, `Loss and norm of step ${t}`);
      assertEquals(
        compiled.params.map(numbers),
        eager.params.map(numbers),
        `Step ${t}`,
      );
    }
    assertEquals(step.cacheInfo().captures, 1);
  });
}

Deno.test("compile() finds norms that are not finite in every run", () => {
  const w = leaf([1, 2]), factor = tensor([1, 1], { dtype: "float64" });
  const optimizer = new SGD([w], { lr: 0.5 });
  const step = compile(() => {
    optimizer.zeroGrad();
    w.mul(factor).sum().backward();
    clipGradNorm([w], 10, { errorIfNonfinite: true });
    optimizer.step();
  });
  step();
  assertEquals(numbers(w), [0.5, 1.5]);
  factor.fill_(Infinity);
  assertThrows(step, RangeError, "expected a finite norm of order 2, got Inf");
  assertEquals(numbers(w), [0.5, 1.5]);
  factor.fill_(1);
  step();
  assertEquals(numbers(w), [0, 1]);
});

Deno.test("compile() runs LBFGS as it is and says so", () => {
  const prepare = () => {
    const w = leaf([3, -2]), scale = tensor([1, 10], { dtype: "float64" });
    const optimizer = new LBFGS([w], { lineSearchFn: "strongWolfe" });
    const step = () =>
      void optimizer.step(() => {
        optimizer.zeroGrad();
        const loss = w.square().mul(scale).sum();
        loss.backward();
        return loss;
      });
    return { w, step };
  };
  const eager = prepare(), compiled = prepare();
  const step = compile(compiled.step);
  const texts: string[] = [];
  const { warn } = console;
  console.warn = (text: string) => void texts.push(text);
  try {
    step();
    step();
  } finally {
    console.warn = warn;
  }
  eager.step();
  eager.step();
  assertEquals(numbers(compiled.w), numbers(eager.w));
  assert(numbers(eager.w).every((x) => Math.abs(x) < 1e-4));
  const reason = "LBFGS chooses its steps by the losses that it reads";
  assertEquals(step.cacheInfo().fallback, reason);
  assertEquals(texts, [`A compiled function runs uncompiled: ${reason}`]);
});
