import { assert, assertEquals } from "@std/assert";
import { manualSeed, Tensor } from "@gradus/tensor";
import { isClose } from "../tensor/testing/op_samples_assert_testing.ts";
import { compositeCalls } from "../tensor/testing/composite_calls_testing.ts";
import {
  compositeSamples,
  type Sample,
  type SampleInput,
  sampleWeights,
} from "../tensor/testing/op_samples_testing.ts";
import { grad, gradcheck, gradgradcheck } from "./mod.ts";
import { leavesOf, run } from "./samples_testing.ts";

function assertGradients(name: string, sample: Sample): void {
  const inputs = sample.inputs(), leaves = leavesOf(inputs);
  const outs = run(compositeCalls.get(name)!, inputs, sample).filter((o) =>
    o.requiresGrad
  );
  const grads = grad(outs, leaves, {
    gradOutputs: outs.map((o) => sampleWeights(o.shape).to(o.dtype)),
    allowUnused: true,
  });
  grads.forEach((g, k) => {
    const found = g ? [...g.dataSync()].map(Number) : null;
    // Neither a gradient of zeros nor none changes anything.
    const golden = sample.grad![k] ?? found?.map(() => 0) ?? [];
    golden.forEach((v, i) => {
      const value = found ? found[i]! : 0;
      assert(
        isClose(value, v, "float64", { absolute: 1e-12 }),
        `${sample.title}, input ${k}: expected ${v} at ${i}, got ${value}`,
      );
    });
    if (g) assertEquals(g.shape, leaves[k]!.shape, sample.title);
  });
}

function isFinite(inputs: readonly SampleInput[]): boolean {
  return inputs.every((x) =>
    !(x instanceof Tensor) || x.isfinite().all().itemSync() === 1
  );
}

/** Compares first and second derivatives with finite differences. */
function assertDerivatives(name: string, sample: Sample): void {
  const inputs = sample.inputs(), leaves = leavesOf(inputs);
  const fn = (...x: Tensor[]) => {
    let k = 0;
    const own = inputs.map((i) => leaves.includes(i as Tensor) ? x[k++]! : i);
    return run(compositeCalls.get(name)!, own, sample).filter((o) =>
      o.dtype === "float64"
    );
  };
  try {
    gradcheck(fn, leaves);
    const size = leaves.reduce((sum, t) => sum + t.numel, 0);
    // Second derivatives of large samples take long.
    if (size <= 24) gradgradcheck(fn, leaves);
  } catch (cause) {
    throw new Error(`${sample.title}: ${cause}`, { cause });
  }
}

for (const [name, all] of compositeSamples) {
  const samples = all.filter((s) => s.grad?.some((g) => g !== null));
  if (samples.length === 0) continue;
  Deno.test(`${name}() has the gradients that PyTorch computes`, () => {
    for (const sample of samples) assertGradients(name, sample);
  });

  const smooth = samples.filter((s) =>
    isFinite(s.inputs()) && s.grad!.some((g) => g && g.length > 0)
  );
  if (smooth.length === 0) continue;
  Deno.test(`${name}() passes gradcheck and gradgradcheck`, () => {
    manualSeed(3);
    for (const sample of smooth) assertDerivatives(name, sample);
  });
}
