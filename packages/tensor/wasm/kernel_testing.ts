/** Running emitted kernels over typed arrays, for tests. */

import { arrayOf, type DType, itemSize, type TypedArray } from "../dtype.ts";
import type { Kernel, Space } from "../kernel.ts";
import { heapView } from "./device.ts";
import { features as ownFeatures } from "./features.ts";
import { heap } from "./heap.ts";
import { prepare } from "./launch.ts";
import type { Features } from "./lower.ts";

/** A kernel and what it runs on. */
export interface Trial {
  readonly kernel: Kernel;
  readonly space: Space;
  /** Contents of the inputs and of the outputs before the run. */
  readonly arrays: readonly TypedArray[];
  /** First elements; 0 if left out. */
  readonly offsets?: readonly number[];
  readonly scalars?: readonly (number | bigint)[];
  readonly features?: Features;
  /** Ranges of the first kept axis; all of it if left out. */
  readonly ranges?: readonly (readonly [number, number])[];
}

/** The type of operand `o`. */
export function operandType(kernel: Kernel, o: number): DType {
  return o < kernel.inputs.length
    ? kernel.inputs[o]!
    : kernel.stores[o - kernel.inputs.length]!.dtype;
}

/** Runs a kernel and returns the outputs. */
export function runKernel(trial: Trial): TypedArray[] {
  const { kernel, space, arrays, offsets = [], scalars = [] } = trial;
  heap.tick();
  const blocks = arrays.map((a) => heap.allocate(a.byteLength));
  const dtypes = arrays.map((_, o) => operandType(kernel, o));
  const at = (o: number) =>
    heapView(dtypes[o]!, blocks[o]!.address, arrays[o]!.length);
  arrays.forEach((a, o) => at(o).set(a as never));
  const addresses = blocks.map((b, o) =>
    b.address + (offsets[o] ?? 0) * itemSize[dtypes[o]!]
  );
  const run = prepare(
    kernel,
    space,
    addresses,
    scalars,
    trial.features ?? ownFeatures,
  );
  const whole = space.shape.length === space.reduced ? 1 : space.shape[0]!;
  for (const [begin, end] of trial.ranges ?? [[0, whole]]) {
    run(heap.args, begin, end);
  }
  const outputs = arrays.map((a, o) => {
    const copy = arrayOf(dtypes[o]!, a.length);
    copy.set(at(o) as never);
    return copy;
  }).slice(kernel.inputs.length);
  blocks.forEach((b) => heap.free(b));
  return outputs;
}
