/** What the tests of gradients on samples share. */

import { Tensor } from "@gradus/tensor";
import type { Call } from "../tensor/testing/op_samples_calls_testing.ts";
import type {
  Sample,
  SampleInput,
} from "../tensor/testing/op_samples_testing.ts";

/** The results of a call as a list. */
export function run(
  call: Call,
  inputs: readonly SampleInput[],
  sample: Sample,
): Tensor[] {
  const out = call(inputs, sample.args);
  return out instanceof Tensor ? [out] : [...out];
}

/** Makes the float64 tensors among inputs require gradients and returns them. */
export function leavesOf(inputs: readonly SampleInput[]): Tensor[] {
  const leaves = inputs.filter((x) =>
    x instanceof Tensor && x.dtype === "float64"
  ) as Tensor[];
  return leaves.map((t) => t.requiresGrad_());
}
