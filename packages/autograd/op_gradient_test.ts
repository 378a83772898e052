import { assert, assertEquals } from "@std/assert";
import {
  glu,
  manualSeed,
  softsign,
  tanhshrink,
  Tensor,
  tensor,
} from "@gradus/tensor";
import { opTable } from "@gradus/tensor/internal";
import { isClose } from "../tensor/testing/op_samples_assert_testing.ts";
import { opCalls } from "../tensor/testing/op_samples_calls_testing.ts";
import {
  opSamples,
  type Sample,
  sampleWeights,
} from "../tensor/testing/op_samples_testing.ts";
import { grad, gradcheck, gradgradcheck } from "./mod.ts";
import { leavesOf, run } from "./samples_testing.ts";
import { rules } from "./rule.ts";

/** Ops that PyTorch lacks, divides differently, or names after the function that was called. */
const otherNodes: ReadonlySet<string> = new Set([
  "asStridedBackward",
  "cbrt",
  "copy",
  "elu",
  "index",
  "indexPut",
  "linalgEigh",
  "linalgQr",
  "linalgSolveTriangular",
  "matmul",
  "nllLoss",
  "random",
  "scatter",
  "sub",
  "toDevice",
]);

/** Relative tolerances where PyTorch has a constant in single precision. */
const coarse: Readonly<Record<string, number>> = { hardsigmoid: 1e-7 };

function assertGradient(
  op: string,
  found: Tensor | null,
  golden: readonly number[] | null,
  title: string,
): void {
  const values = found ? [...found.dataSync()].map(Number) : null;
  // Neither a gradient of zeros nor none changes anything.
  const expected = golden ?? values?.map(() => 0) ?? [];
  const tolerance = coarse[op];
  expected.forEach((v, i) => {
    const value = values ? values[i]! : 0;
    const close = isClose(value, v, "float64", { absolute: 1e-12 }) ||
      (tolerance && Math.abs(value - v) <= tolerance * Math.abs(v));
    assert(close, `${title}: expected ${v} at ${i}, got ${value}`);
  });
}

Deno.test("rules has a rule for every differentiable op", () => {
  const missing = [...opTable.values()].filter((op) =>
    op.differentiable && !rules.has(op.name.split(".")[0]!)
  );
  assertEquals(missing.map((op) => op.name), []);
});

/** Whether samples of the op have float64 inputs, which the stored gradients are of. */
function hasGradients(op: string): boolean {
  if (op.startsWith("toCopy.")) return op === "toCopy.float32";
  return opTable.get(op)?.differentiable ?? false;
}

for (const [op, samples] of opSamples) {
  if (!hasGradients(op)) continue;
  Deno.test(`${op}() has the gradients that PyTorch computes`, () => {
    let count = 0;
    for (const sample of samples) {
      if (!sample.grad) continue;
      const inputs = sample.inputs(), leaves = leavesOf(inputs);
      const outs = run(opCalls.get(op)!, inputs, sample).filter((o) =>
        o.requiresGrad
      );
      if (sample.node && !otherNodes.has(op)) {
        assertEquals(outs[0]!.gradFn?.name, sample.node, sample.title);
      }
      const grads = grad(outs, leaves, {
        gradOutputs: outs.map((o) => sampleWeights(o.shape).to(o.dtype)),
        allowUnused: true,
      });
      grads.forEach((g, k) => {
        const title = `${sample.title}, input ${k}`;
        assertGradient(op, g, sample.grad![k]!, title);
        if (g) assertEquals(g.shape, leaves[k]!.shape, title);
      });
      count++;
    }
    assert(count > 0, `${op} has no sample with a gradient`);
  });
}

/** Runs a check and says which sample failed. */
function check(
  fn: typeof gradcheck,
  op: (...x: Tensor[]) => Tensor[],
  leaves: readonly Tensor[],
  title: string,
): void {
  try {
    fn(op, leaves);
  } catch (cause) {
    throw new Error(`${title}: ${cause}`, { cause });
  }
}

/** Whether derivatives of a sample can be compared with finite differences. */
function isSmooth(sample: Sample): boolean {
  const odd = sample.inputs().some((x) =>
    x instanceof Tensor &&
    (x.strides.some((s, d) => s === 0 && x.shape[d]! > 1) ||
      !x.isfinite().all().itemSync())
  );
  return sample.smooth && !odd && sample.grad !== null &&
    sample.grad.some((g) => g !== null && g.length > 0) &&
    sample.grad.every((g) => g === null || g.every(Number.isFinite));
}

function sizeOf(sample: Sample): number {
  return sample.inputs().reduce<number>(
    (sum, x) => sum + (x instanceof Tensor ? x.numel : 0),
    0,
  );
}

for (const [op, samples] of opSamples) {
  if (!hasGradients(op)) continue;
  Deno.test(`${op}() passes gradcheck and gradgradcheck`, () => {
    manualSeed(1);
    let once = 0, twice = 0;
    for (const sample of samples) {
      if (!isSmooth(sample)) continue;
      const inputs = sample.inputs(), leaves = leavesOf(inputs);
      const fn = (...x: Tensor[]) => {
        let k = 0;
        const own = inputs.map((i) =>
          leaves.includes(i as Tensor) ? x[k++]! : i
        );
        return run(opCalls.get(op)!, own, sample).filter((o) =>
          o.dtype === "float64"
        );
      };
      check(gradcheck, fn, leaves, sample.title);
      once++;
      // Second derivatives of large samples take long.
      if (sizeOf(sample) > 30) continue;
      check(gradgradcheck, fn, leaves, sample.title);
      twice++;
    }
    assert(once > 0 && twice > 0, `${op} has no sample to check`);
  });
}

/** Methods that take a number or a tensor. */
const withNumber: Readonly<
  Record<string, (x: Tensor, y: Tensor | number) => Tensor>
> = {
  add: (x, y) => x.add(y, { alpha: 0.3 }),
  sub: (x, y) => x.sub(y),
  rsub: (x, y) => x.rsub(y),
  mul: (x, y) => x.mul(y),
  div: (x, y) => x.div(y),
  floorDivide: (x, y) => x.floorDivide(y),
  pow: (x, y) => x.pow(y),
  maximum: (x, y) => x.maximum(y),
  minimum: (x, y) => x.minimum(y),
  remainder: (x, y) => x.remainder(y),
  fmod: (x, y) => x.fmod(y),
  atan2: (x, y) => x.atan2(y),
  hypot: (x, y) => x.hypot(y),
  copysign: (x, y) => x.copysign(y),
  xlogy: (x, y) => x.xlogy(y),
  logaddexp: (x, y) => x.logaddexp(y),
  "lerp to": (x, y) => x.lerp(y, 0.25),
  "lerp by": (x, y) => x.lerp(x.square(), y),
  "add times": (x, y) => x.add(x.square(), { alpha: y }),
  "addcmul times": (x, y) => x.addcmul(x, x.square(), { value: y }),
  "addcdiv times": (x, y) => x.addcdiv(x, x.square(), { value: y }),
  "clamp min": (x, y) => x.clamp({ min: y }),
  "clamp max": (x, y) => x.clamp({ max: y }),
  where: (x, y) => x.gt(1).where(x, y),
};

Deno.test("ops have the same gradient for a number as for a tensor", () => {
  const float64 = { dtype: "float64" } as const;
  for (const [name, fn] of Object.entries(withNumber)) {
    for (const y of [2, 1.5, 0.4]) {
      const gradOf = (operand: Tensor | number) => {
        const x = tensor([0.3, 1.5, 2.75], { ...float64, requiresGrad: true });
        const out = fn(x, operand);
        const [first] = grad(out.sum(), [x], { createGraph: true });
        const second = first!.requiresGrad
          ? grad(first!.sum(), [x], { allowUnused: true })[0]
          : null;
        return [out, first, second].map((t) =>
          t?.detach().arraySync() ?? [0, 0, 0]
        );
      };
      const number = gradOf(y), expected = gradOf(tensor(y, float64));
      number.forEach((row, i) =>
        (row as number[]).forEach((v, j) => {
          const e = (expected[i] as number[])[j]!;
          assert(
            isClose(v, e, "float64", { absolute: 1e-12 }),
            `${name}, ${y}: ${v}, ${e}`,
          );
        })
      );
    }
  }
});

Deno.test("functions made of several ops pass gradcheck and gradgradcheck", () => {
  manualSeed(2);
  const mask = tensor([[true, false, true], [false, true, true]]);
  const forms: Record<string, (x: Tensor) => Tensor> = {
    glu: (x) => glu(x, 0),
    softsign,
    tanhshrink,
    outer: (x) => x.select(0, 0).outer(x.select(0, 1)),
    repeat: (x) => x.repeat(2, 1, 2),
    maskedSelect: (x) => x.maskedSelect(mask),
    maskedFill: (x) => x.maskedFill(mask, 2),
    split: (x) =>
      x.split(2, 1)[1]!.mul(x.split(2, 1)[0]!.select(1, 0).unsqueeze(1)),
    unbind: (x) => x.unbind(1)[2]!.mul(x.unbind(1)[0]!),
    matmul: (x) => x.matmul(x.t()).matmul(x),
    "norm 3": (x) => x.norm(3, 1),
    "add times": (x) => x.add(x, { alpha: x.sum() }),
    "addcmul times": (x) => x.addcmul(x, x.square(), { value: x.sum() }),
    "addcdiv times": (x) => x.addcdiv(x, x.square().add(1), { value: x.sum() }),
    "norm 0.5": (x) => x.norm(0.5),
    flatten: (x) => x.t().flatten().mul(x.flatten()),
    unflatten: (x) => x.t().unflatten(0, [3, 1]),
    diagonal: (x) => x.matmul(x.t()).diagonal(),
    scatterAdd: (x) =>
      x.scatterAdd(1, tensor([[0, 0, 2], [1, 1, 1]]), x.square()),
  };
  for (const [name, fn] of Object.entries(forms)) {
    const x = tensor([[0.3, -1.25, 2], [0.75, 0.5, -0.6]], {
      dtype: "float64",
      requiresGrad: true,
    });
    check(gradcheck, (t) => [fn(t!)], [x], name);
    check(gradgradcheck, (t) => [fn(t!)], [x], name);
  }
});
