/** Runs kernels at addresses in the heap. */

import { itemSize } from "../dtype.ts";
import type { Kernel, Space } from "../kernel.ts";
import { fewElements, grainOf } from "./cost.ts";
import { type Cut, cutFold } from "./cut_fold.ts";
import { share } from "./driver.ts";
import { features as ownFeatures } from "./features.ts";
import { block } from "./fold.ts";
import {
  environment,
  type Run,
  runOf,
  scratchAddress,
  slotsOf,
} from "./functions.ts";
import { heap } from "./heap.ts";
import type { Features } from "./lower.ts";
import { pool } from "./threads/pool.ts";
import {
  type Access,
  contiguous,
  lanesAlongFold,
  scalarOffset,
  splat,
  strided,
  type Variant,
} from "./walk.ts";

export type { Run };

/** A compiled function. */
interface Code {
  readonly slot: number;
  readonly run: Run;
}

/** The code of kernels by a number that stands for the form of their spaces. */
const compiled = new WeakMap<Kernel, Map<number, Code>>();
/** As many operands as a code has room for. */
const mostCoded = 20;

/** Links an assembled module to the heap. */
export function instantiate(bytes: Uint8Array<ArrayBuffer>): Run {
  const module = new WebAssembly.Module(bytes);
  const instance = new WebAssembly.Instance(module, { env: environment() });
  return instance.exports.run as Run;
}

/** Whether a fold takes at most one block of steps. */
function isShort(space: Space, kept: number, lanesFold: boolean): boolean {
  const { shape } = space, last = shape.length - 1;
  let steps = lanesFold ? Math.ceil(shape[last]! / 4) : shape[last]!;
  for (let a = kept; a < last; a++) steps *= shape[a]!;
  return steps <= block;
}

/** How many steps the first kept axis has: the range of a compiled kernel is `[0, extent)`. */
export function extentOf(space: Space): number {
  return space.shape.length === space.reduced ? 1 : space.shape[0]!;
}

/** The number of axes of a compiled kernel: a kept one that is missing has size 1. */
function rankOf({ shape, reduced }: Space): number {
  return shape.length === reduced ? reduced + 1 : shape.length;
}

/** Bytes of the arguments of `kernel` over `space`. */
export function argsBytes(kernel: Kernel, space: Space): number {
  const operands = kernel.inputs.length + kernel.stores.length;
  return scalarOffset(rankOf(space), operands) + 8 * kernel.scalars.length;
}

/** Where the arguments of a kernel have the address of operand `o`: the index of the word. */
export function operandWord(space: Space, o: number): number {
  const rank = rankOf(space);
  return rank + o * (rank + 1);
}

/** Where the arguments of a kernel have its first scalar, in bytes; each takes 8. */
export function scalarsAt(kernel: Kernel, space: Space): number {
  const operands = kernel.inputs.length + kernel.stores.length;
  return scalarOffset(rankOf(space), operands);
}

/** Writes arguments of `kernel` to address `at`. */
function writeArgs(
  kernel: Kernel,
  space: Space,
  addresses: readonly number[],
  scalars: readonly (number | bigint)[],
  at: number,
): void {
  const { shape, reduced, strides } = space;
  const { inputs, stores } = kernel;
  const count = inputs.length + stores.length;
  const missing = shape.length === reduced;
  const words = heap.i32;
  let word = at >>> 2;
  // A kernel always has a kept axis; a missing one has size 1.
  if (missing) words[word++] = 1;
  for (let a = 0; a < shape.length; a++) words[word++] = shape[a]!;
  for (let o = 0; o < count; o++) {
    const row = strides[o]!;
    const size = itemSize[
      o < inputs.length ? inputs[o]! : stores[o - inputs.length]!.dtype
    ];
    words[word++] = addresses[o]!;
    if (missing) words[word++] = 0;
    for (let a = 0; a < shape.length; a++) words[word++] = row[a]! * size;
  }
  if (scalars.length > 0) {
    writeScalars(kernel, at + scalarsAt(kernel, space), scalars);
  }
}

/** Runs `kernel` with operands at `addresses` (bytes), inputs before stores. */
export function launch(
  kernel: Kernel,
  space: Space,
  addresses: readonly number[],
  scalars: readonly (number | bigint)[] = [],
): void {
  if (space.shape.length === space.reduced && isLarge(space)) {
    const cut = cutFold(kernel, space);
    if (cut !== null) return launchParts(cut, addresses, scalars);
  }
  launchWhole(kernel, space, addresses, scalars);
}

/** Runs the parts of a fold one after another. */
function launchParts(
  { parts }: Cut,
  addresses: readonly number[],
  scalars: readonly (number | bigint)[],
): void {
  // No fold uses the scratch memory of the thread otherwise.
  const states = scratchAddress();
  for (const part of parts) {
    const sizes = operandSizes(part.kernel);
    const places = part.places.map(({ operand, offset }, o) =>
      (operand < 0 ? states : addresses[operand]!) + offset * sizes[o]!
    );
    launchWhole(part.kernel, part.space, places, scalars);
  }
}

function launchWhole(
  kernel: Kernel,
  space: Space,
  addresses: readonly number[],
  scalars: readonly (number | bigint)[],
): void {
  writeArgs(kernel, space, addresses, scalars, heap.args);
  const { slot, run } = codeFor(kernel, space), end = extentOf(space);
  if (isLarge(space) && pool.threads > 1) {
    const grain = grainOf(kernel, space, addresses);
    if (grain > 0) return share(slot, heap.args, end, grain);
  }
  run(heap.args, 0, end);
}

/** Bytes of an element of each operand. */
function operandSizes({ inputs, stores }: Kernel): number[] {
  return [...inputs, ...stores.map((s) => s.dtype)].map((d) => itemSize[d]);
}

/** Whether the number of elements is worth a closer look at what they cost. */
function isLarge({ shape }: Space): boolean {
  let count = 1;
  for (let a = 0; a < shape.length; a++) count *= shape[a]!;
  return count >= fewElements;
}

/** Writes the arguments of `kernel` to where {@linkcode launch} has them and returns its code. */
export function prepare(
  kernel: Kernel,
  space: Space,
  addresses: readonly number[],
  scalars: readonly (number | bigint)[],
  features: Features = ownFeatures,
): Run {
  const variant = encode(kernel, space, addresses, scalars, heap.args);
  return runOf(slotsOf([{ kernel, variant }], features)[0]!);
}

/**
 * Writes the arguments of `kernel` to address `at`, which is a multiple of 8
 * and has room for {@linkcode argsBytes}, and returns the form of the code
 * that reads them. `space` is taken as it is: collapse it before.
 */
export function encode(
  kernel: Kernel,
  space: Space,
  addresses: readonly number[],
  scalars: readonly (number | bigint)[],
  at: number,
): Variant {
  writeArgs(kernel, space, addresses, scalars, at);
  return variantOf(kernel, space);
}

/** The form of the code of `kernel` over `space`. */
export function variantOf(kernel: Kernel, space: Space): Variant {
  const { shape, reduced } = space, kept = shape.length - reduced;
  const lanesFold = lanesAlongFold(space);
  return {
    kept: Math.max(1, kept),
    folded: reduced,
    lanesFold,
    short: reduced > 0 && isShort(space, kept, lanesFold),
    access: Array.from(
      { length: kernel.inputs.length + kernel.stores.length },
      (_, o) => accessOf(space, o, lanesFold),
    ),
  };
}

function accessOf(space: Space, o: number, lanesFold: boolean): Access {
  const { shape, reduced, strides } = space;
  const axis = (lanesFold ? shape.length : shape.length - reduced) - 1;
  const along = axis < 0 ? 0 : strides[o]![axis]!;
  return along === 0 ? splat : along === 1 ? contiguous : strided;
}

/** The code of `kernel` over `space`, compiled on first use. */
function codeFor(kernel: Kernel, space: Space): Code {
  const { shape, reduced } = space;
  const kept = shape.length - reduced;
  const count = kernel.inputs.length + kernel.stores.length;
  if (count > mostCoded) return compile(kernel, space);
  const lanesFold = lanesAlongFold(space);
  const short = reduced > 0 && isShort(space, kept, lanesFold);
  let code = (kept * 16 + reduced) * 4 + (lanesFold ? 2 : 0) + (short ? 1 : 0);
  for (let o = 0; o < count; o++) {
    code = code * 3 + accessOf(space, o, lanesFold);
  }
  let variants = compiled.get(kernel);
  if (!variants) compiled.set(kernel, variants = new Map());
  let known = variants.get(code);
  if (!known) variants.set(code, known = compile(kernel, space));
  return known;
}

function compile(kernel: Kernel, space: Space): Code {
  const variant = variantOf(kernel, space);
  const slot = slotsOf([{ kernel, variant }])[0]!;
  return { slot, run: runOf(slot) };
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
        heap.f32[where >>> 2] = Number(value);
        break;
      case "f64":
        heap.f64[where / 8] = Number(value);
        break;
      case "i64": {
        const bits = typeof value === "bigint"
          ? value
          : BigInt(Math.trunc(value));
        heap.i32[where >>> 2] = Number(BigInt.asIntN(32, bits));
        heap.i32[(where >>> 2) + 1] = Number(BigInt.asIntN(32, bits >> 32n));
        break;
      }
      case "bool":
        heap.i32[where >>> 2] = value ? -1 : 0;
        break;
      default:
        heap.i32[where >>> 2] = Number(value);
    }
  }
}
