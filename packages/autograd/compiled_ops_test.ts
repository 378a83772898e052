import { assertEquals } from "@std/assert";
import { compile, manualSeed, Tensor } from "@gradus/tensor";
import {
  type Call,
  opCalls,
} from "../tensor/testing/op_samples_calls_testing.ts";
import { textsOf } from "../tensor/testing/compiled_testing.ts";
import { compositeCalls } from "../tensor/testing/composite_calls_testing.ts";
import {
  compositeSamples,
  opSamples,
  type Sample,
  sampleWeights,
} from "../tensor/testing/op_samples_testing.ts";
import { grad } from "./mod.ts";
import { leavesOf, run } from "./samples_testing.ts";

/** The results of a sample and the gradients of its inputs; null where there is none. */
function compute(
  call: Call,
  sample: Sample,
  tensors: readonly Tensor[],
): (Tensor | null)[] {
  let next = 0;
  const inputs = sample.inputs().map((x) =>
    x instanceof Tensor ? tensors[next++]!.clone() : x
  );
  const leaves = leavesOf(inputs);
  const all = run(call, inputs, sample);
  const outs = all.filter((o) => o.requiresGrad);
  const grads = outs.length === 0 ? [] : grad(outs, leaves, {
    gradOutputs: outs.map((o) => sampleWeights(o.shape).to(o.dtype)),
    allowUnused: true,
  });
  return [...all.map((o) => o.detach()), ...grads];
}

/** Runs `fn` from one seed. */
function outcome(fn: () => readonly (Tensor | null)[]): unknown {
  manualSeed(3);
  return fn().map((t) => t && textsOf(t));
}

/** Ops of which some samples need to know a value, which `compile` refuses. */
const refused: ReadonlySet<string> = new Set([
  "allclose",
  "equal",
  "index",
  "oneHot",
  "toDevice",
]);

function testSamples(
  name: string,
  call: Call,
  samples: readonly Sample[],
): void {
  Deno.test(`compile() computes ${name}() and its gradients as the function does`, () => {
    let refusals = 0;
    for (const sample of samples) {
      // What PyTorch refuses is for other tests.
      if (!sample.out) continue;
      const tensors = sample.inputs().filter((x) => x instanceof Tensor);
      const expected = outcome(() => compute(call, sample, tensors));
      const compiled = compile((...x: Tensor[]) => compute(call, sample, x));
      try {
        for (let i = 0; i < 2; i++) {
          assertEquals(
            outcome(() => compiled(...tensors)),
            expected,
            sample.title,
          );
        }
      } catch (error) {
        const { message } = error as Error;
        if (!/ inside compile as nothing has been computed/.test(message)) {
          throw error;
        }
        refusals++;
      }
    }
    assertEquals(refusals > 0, refused.has(name));
  });
}

for (const [name, samples] of opSamples) {
  testSamples(name, opCalls.get(name)!, samples);
}
for (const [name, samples] of compositeSamples) {
  testSamples(name, compositeCalls.get(name)!, samples);
}
