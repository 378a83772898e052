import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { arange, canCast, Tensor, tensor } from "@gradus/tensor";
import { dispatchInto, opTable } from "@gradus/tensor/internal";
import { isClose } from "../tensor/testing/op_samples_assert_testing.ts";
import { isElementwise } from "../tensor/testing/op_samples_kinds_testing.ts";
import {
  indexingSamples,
  opSamples,
  readAssigned,
  readIndex,
  type Sample,
  type SampleInput,
  sampleWeights,
} from "../tensor/testing/op_samples_testing.ts";
import { grad } from "./mod.ts";

/** Makes the float64 tensors among inputs require gradients and returns them. */
function leavesOf(inputs: readonly SampleInput[]): Tensor[] {
  const leaves = inputs.filter((x) =>
    x instanceof Tensor && x.dtype === "float64"
  ) as Tensor[];
  return leaves.map((t) => t.requiresGrad_());
}

/** Asserts that the gradients of the weighted result are the stored ones. */
function assertGradients(
  result: Tensor,
  leaves: readonly Tensor[],
  sample: Sample,
  tolerance = 1e-12,
): void {
  const grads = grad(result, leaves, {
    gradOutputs: [sampleWeights(result.shape)],
    allowUnused: true,
  });
  grads.forEach((g, k) => {
    const golden = sample.grad![k] ??
      new Array<number>(leaves[k]!.numel).fill(0);
    const found = g ? [...g.dataSync()].map(Number) : golden.map(() => 0);
    golden.forEach((v, i) =>
      assert(
        isClose(found[i]!, v, "float64", { absolute: tolerance }),
        `${sample.title}, input ${k}: expected ${v} at ${i}, got ${found[i]}`,
      )
    );
  });
}

/** What an activation takes beside its input if the sample says nothing. */
const settings: Readonly<Record<string, readonly number[]>> = {
  leakyRelu: [0.01],
  elu: [1, 1, 1],
  softplus: [1, 20],
  hardtanh: [-1, 1],
  softshrink: [0.5],
  hardshrink: [0.5],
  addcmul: [1],
  addcdiv: [1],
};

/** Samples whose op can run in place, with the inputs of the op. */
function* inPlaceSamples(): Generator<[string, Sample, (Tensor | number)[]]> {
  for (const [op, samples] of opSamples) {
    if (!isElementwise(op) || !opTable.get(op)?.runInto) continue;
    if (op === "copy" || op === "clamp" || op.startsWith("toCopy.")) continue;
    for (const sample of samples) {
      if (!sample.grad || Object.keys(sample.args).length > 0) continue;
      const inputs = [
        ...sample.inputs(),
        ...settings[op] ?? [],
      ] as (Tensor | number)[];
      const [first] = inputs, out = sample.out![0]!;
      if (!(first instanceof Tensor) || first.dtype !== "float64") continue;
      if (String(first.shape) !== String(out.shape)) continue;
      if (canCast(out.dtype, first.dtype)) yield [op, sample, inputs];
    }
  }
}

/** Runs every sample in place on what `through` makes of its first input. */
function assertInPlace(
  through: (x: Tensor) => [base: Tensor, target: Tensor],
): void {
  let count = 0;
  for (const [name, sample, inputs] of inPlaceSamples()) {
    const op = opTable.get(name)!, leaves = leavesOf(inputs);
    const first = inputs[0] as Tensor;
    const [base, target] = through(first);
    assertStrictEquals(
      dispatchInto(op, target, [target, ...inputs.slice(1)]),
      target,
    );
    // PyTorch has a constant of this one in single precision.
    const tolerance = name === "hardsigmoid" ? 1e-7 : 1e-12;
    assertGradients(base.view(first.shape), leaves, sample, tolerance);
    count++;
  }
  assert(count > 300, String(count));
}

Deno.test("dispatchInto() gives the gradients of the form out of place", () => {
  assertInPlace((x) => {
    const own = x.mul(1);
    return [own, own];
  });
});

Deno.test("dispatchInto() through a view gives the gradients to its base", () => {
  assertInPlace((x) => {
    const base = x.mul(1).contiguous().view(-1);
    return [base, base.view(x.shape)];
  });
});

Deno.test("at() has the gradients that PyTorch computes", () => {
  for (const sample of indexingSamples.get("at")!) {
    if (!sample.grad) continue;
    const inputs = sample.inputs(), leaves = leavesOf(inputs);
    const [t, ...rest] = inputs as [Tensor, ...Tensor[]];
    assertGradients(t.at(...readIndex(sample.args, rest)), leaves, sample);
  }
});

Deno.test("setAt() has the gradients that PyTorch computes", () => {
  for (const sample of indexingSamples.get("setAt")!) {
    if (!sample.grad) continue;
    const inputs = sample.inputs(), leaves = leavesOf(inputs);
    const [value, rest] = readAssigned(sample, inputs);
    const own = (inputs[0] as Tensor).clone();
    own.setAt(readIndex(sample.args, rest), value);
    assertGradients(own, leaves, sample);
  }
});

Deno.test("add_() of an overlapping source has the gradient of the values before", () => {
  const x = arange(5, { dtype: "float64", requiresGrad: true });
  const y = x.mul(1);
  y.slice(0, 1).add_(y.slice(0, 0, 4));
  assertEquals(y.detach().arraySync(), [0, 1, 3, 5, 7]);
  const [g] = grad(y, [x], {
    gradOutputs: [tensor([1, 10, 100, 1000, 10000], { dtype: "float64" })],
  });
  assertEquals(g!.arraySync(), [11, 110, 1100, 11000, 10000]);
});
