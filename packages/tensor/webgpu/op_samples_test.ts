import { assert, assertEquals } from "@std/assert";
import { type DType, Tensor } from "../mod.ts";
import { opCalls } from "../testing/op_samples_calls_testing.ts";
import {
  opSamples,
  type Sample,
  type SampleInput,
} from "../testing/op_samples_testing.ts";
import { assertAgrees, gpuTest, onGpu, type Slack } from "./compare_testing.ts";

/** The 32-bit types that stand in for 64-bit ones. */
const narrow: Partial<Record<DType, DType>> = {
  float64: "float32",
  int64: "int32",
};

/** Ops whose terms may cancel, so that these bound the error and not the result. */
const sums = new Set(
  `sum mean var std logsumexp linalgVectorNorm logSoftmax mm bmm mv dot addmm
  matmul nativeLayerNorm`.split(/\s+/),
);

/** Ops that need 64-bit types for their most remote cases. */
const remote = new Set("floorDivide fmod remainder sin cos tan".split(" "));

/** Ops that a GPU refuses, or that give int64 or float64 whatever they get. */
const wide = new Set(
  `argmax argmin max min toCopy.float64 toCopy.int64 cumsum cumprod cummax
  cummin sort topk kthvalue median medianAll linalgEigh linalgQr
  linalgSolveTriangular`.split(/\s+/),
);

/** Ops that samples call in a way that stays on the CPU. */
const unsampled = new Set(["embedding", "toDevice"]);

/** Why an op may refuse on a GPU what it accepts on the CPU. */
const reasons = [
  /on WebGPU, which has no 64-bit types: use device "cpu"$/,
  /on WebGPU, which has no kernel for it: use device "cpu"$/,
  /^Cannot read a tensor on the GPU at once: /,
];

/** A sample's input in a type that a GPU has, with its layout. */
function narrowed(input: SampleInput): SampleInput {
  if (!(input instanceof Tensor)) return input;
  const dtype = narrow[input.dtype];
  if (!dtype) return input;
  const size = input.storage.bytes / input.itemSize;
  return new Tensor(input.storage, input.dtype, [size], [1]).to(dtype)
    .asStrided(input.shape, input.strides, input.offset).detach();
}

/** Whether a GPU may take an element for 0. */
function isSubnormal(input: SampleInput): boolean {
  return input instanceof Tensor && input.dtype === "float32" &&
    input.dataSync().some((x) => x !== 0 && Math.abs(Number(x)) < 2 ** -126);
}

/** The results of an op, or why it refused. */
function call(
  op: string,
  inputs: readonly SampleInput[],
  sample: Sample,
): readonly Tensor[] | Error {
  try {
    const out = opCalls.get(op)!(inputs, sample.args);
    return out instanceof Tensor ? [out] : out;
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
}

for (const [op, samples] of opSamples) {
  if (unsampled.has(op)) continue;
  gpuTest(`webgpu ${op} gives on its samples what the CPU gives`, async () => {
    const slack: Slack = sums.has(op)
      ? { ulps: 8, absolute: 1e-5 }
      : { ulps: 8, nan: remote.has(op) };
    const comparisons: Promise<void>[] = [];
    for (const sample of samples) {
      const inputs = sample.inputs().map(narrowed);
      if (inputs.some(isSubnormal)) continue;
      const copies = inputs.map((i) => i instanceof Tensor ? onGpu(i) : i);
      const expected = call(op, inputs, sample);
      const found = call(op, copies, sample);
      if (found instanceof Error) {
        assert(
          expected instanceof Error ||
            reasons.some((r) => r.test(found.message)),
          `${sample.title}: ${found.message}`,
        );
        continue;
      }
      // Only values that the CPU looks at can be accepted here and refused there.
      if (expected instanceof Error) {
        assert(
          expected instanceof RangeError,
          `${sample.title}: ${expected}`,
        );
        continue;
      }
      assertEquals(found.length, expected.length, sample.title);
      found.forEach((gpu, i) =>
        comparisons.push(
          assertAgrees(gpu, expected[i]!, slack, sample.title),
        )
      );
    }
    assertEquals(comparisons.length === 0, wide.has(op), "nothing compared");
    await Promise.all(comparisons);
  });
}
