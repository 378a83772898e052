/** Runs kernels at addresses in the heap; compiles them on first use. */

import { itemSize } from "../dtype.ts";
import type { Kernel, Space } from "../kernel.ts";
import { emitKernel } from "./emit.ts";
import {
  type Access,
  contiguous,
  scalarOffset,
  splat,
  strided,
  type Variant,
} from "./walk.ts";
import { features as ownFeatures } from "./features.ts";
import { heap } from "./heap.ts";
import type { Features } from "./lower.ts";

/** A compiled kernel; see {@linkcode emitKernel}. */
export type Run = (args: number, begin: number, end: number) => void;

/** Compiled code per kernel and variant. */
const compiled = new WeakMap<Kernel, Map<number, Run>>();

/** Links an assembled module to the heap. */
export function instantiate(bytes: Uint8Array<ArrayBuffer>): Run {
  const module = new WebAssembly.Module(bytes);
  const instance = new WebAssembly.Instance(module, {
    env: { memory: heap.memory },
  });
  return instance.exports.run as Run;
}

/** Whether lanes run along the folded axes: if those are long enough and lie next to each other in memory. */
function lanesAlongFold(space: Space, kept: number): boolean {
  const { shape, strides } = space;
  let folded = 1;
  for (let a = kept; a < shape.length; a++) folded *= shape[a]!;
  const last = shape.length - 1;
  if (kept === 0 || shape[kept - 1]! < 4) return true;
  return folded >= 16 &&
    (strides[0]![last] === 1 || strides[0]![kept - 1] !== 1);
}

/** Runs `kernel` with operands at `addresses` (bytes), inputs before stores. */
export function launch(
  kernel: Kernel,
  space: Space,
  addresses: readonly number[],
  scalars: readonly (number | bigint)[] = [],
): void {
  const run = prepare(kernel, space, addresses, scalars);
  run(heap.args, 0, space.shape.length === space.reduced ? 1 : space.shape[0]!);
}

/** Writes the arguments of `kernel` and returns its code, which is compiled on first use. */
export function prepare(
  kernel: Kernel,
  space: Space,
  addresses: readonly number[],
  scalars: readonly (number | bigint)[],
  features: Features = ownFeatures,
): Run {
  const { shape, reduced } = space;
  const realKept = shape.length - reduced;
  const kept = Math.max(1, realKept);
  const rank = kept + reduced;
  const count = kernel.inputs.length + kernel.stores.length;
  const lanesFold = reduced > 0 && lanesAlongFold(space, realKept);
  const laneAxis = lanesFold ? shape.length - 1 : realKept - 1;

  const words = heap.i32;
  let at = heap.args >> 2;
  // A kernel always has a kept axis; a missing one has size 1.
  if (realKept === 0) words[at++] = 1;
  for (let a = 0; a < shape.length; a++) words[at++] = shape[a]!;
  let code = (kept * 16 + reduced) * 2 + (lanesFold ? 1 : 0);
  for (let o = 0; o < count; o++) {
    const strides = space.strides[o]!;
    const dtype = o < kernel.inputs.length
      ? kernel.inputs[o]!
      : kernel.stores[o - kernel.inputs.length]!.dtype;
    const size = itemSize[dtype];
    words[at++] = addresses[o]!;
    if (realKept === 0) words[at++] = 0;
    for (let a = 0; a < shape.length; a++) words[at++] = strides[a]! * size;
    const along = laneAxis < 0 ? 0 : strides[laneAxis]!;
    code = code * 3 +
      (along === 0 ? splat : along === 1 ? contiguous : strided);
  }
  if (scalars.length > 0) {
    writeScalars(kernel, heap.args + scalarOffset(rank, count), scalars);
  }
  let variants = compiled.get(kernel);
  if (!variants) compiled.set(kernel, variants = new Map());
  let run = variants.get(code);
  if (!run) {
    const access = accessOf(code, count);
    const variant: Variant = { kept, folded: reduced, lanesFold, access };
    run = instantiate(emitKernel(kernel, variant, features, heap.shared));
    variants.set(code, run);
  }
  return run;
}

/** The accesses of `count` operands, which are the last digits of a code. */
function accessOf(code: number, count: number): Access[] {
  const access = new Array<Access>(count);
  for (let o = count - 1; o >= 0; o--) {
    access[o] = code % 3 as Access;
    code = Math.floor(code / 3);
  }
  return access;
}

function writeScalars(
  kernel: Kernel,
  at: number,
  scalars: readonly (number | bigint)[],
): void {
  for (let s = 0; s < scalars.length; s++) {
    const where = at + 8 * s, value = scalars[s]!;
    switch (kernel.scalars[s]) {
      case "f32":
        heap.f32[where >> 2] = Number(value);
        break;
      case "f64":
        heap.f64[where >> 3] = Number(value);
        break;
      case "i64": {
        const bits = typeof value === "bigint"
          ? value
          : BigInt(Math.trunc(value));
        heap.i32[where >> 2] = Number(BigInt.asIntN(32, bits));
        heap.i32[(where >> 2) + 1] = Number(BigInt.asIntN(32, bits >> 32n));
        break;
      }
      case "bool":
        heap.i32[where >> 2] = value ? -1 : 0;
        break;
      default:
        heap.i32[where >> 2] = Number(value);
    }
  }
}
