/** Making results and running kernels on the device of the inputs. */

import { describe } from "../check.ts";
import type { Device } from "../device.ts";
import { type DType, itemSize } from "../dtype.ts";
import type { Input } from "../dispatch.ts";
import type { Kernel } from "../kernel.ts";
import {
  broadcastStrides,
  countOf,
  isRowMajor,
  rowMajor,
  sameShape,
} from "../shape.ts";
import { Tensor } from "../tensor.ts";
import { cpu } from "../wasm/device.ts";

/** A tensor with unspecified contents; row-major unless `strides` are given. */
export function allocate(
  device: Device,
  dtype: DType,
  shape: readonly number[],
  strides: readonly number[] = rowMajor(shape),
): Tensor {
  device.check(dtype);
  const storage = device.allocate(countOf(shape) * itemSize[dtype]);
  return new Tensor(storage, dtype, shape, strides);
}

/** A fresh result with other sizes; unlike a view it has no base. */
export function reshaped(t: Tensor, shape: readonly number[]): Tensor {
  return new Tensor(t.storage, t.dtype, shape, rowMajor(shape), t.offset);
}

/**
 * The device that all tensors of an operation are on; the CPU if there are none.
 *
 * @throws {TypeError} if they are on different ones, {Error} if one was disposed.
 */
export function commonDevice(action: string, inputs: readonly Input[]): Device {
  let device: Device | undefined;
  for (let i = 0; i < inputs.length; i++) {
    const input = inputs[i]!;
    if (typeof input === "number" || typeof input === "boolean") continue;
    // Types do not bind programs in JavaScript.
    const storage = (input as Tensor | null | undefined)?.storage;
    if (storage === undefined) {
      throw new TypeError(
        `Cannot ${action} ${describe(input)}: expected a tensor or a number`,
      );
    }
    if (storage.disposed) {
      throw new Error(`Cannot ${action} a tensor that was disposed`);
    }
    const own = storage.device;
    if (device && device !== own) {
      throw new TypeError(
        `Cannot ${action} tensors on different devices: got ${device.name} and ${own.name}; move one with to()`,
      );
    }
    device = own;
  }
  return device ?? cpu;
}

/**
 * Gapless strides for a result of `shape`, with the dims in the order of the
 * inputs' strides. Which dim is further in is decided, as in PyTorch's
 * TensorIterator, by the first input whose strides along two dims differ and
 * are not 0.
 */
export function resultStrides(
  inputs: readonly Input[],
  shape: readonly number[],
): readonly number[] {
  let plain = true;
  for (let i = 0; i < inputs.length && plain; i++) {
    const t = inputs[i]!;
    plain = typeof t !== "object" || isRowMajor(t.shape, t.strides);
  }
  if (plain) return rowMajor(shape);
  const strides: (readonly number[])[] = [];
  for (let i = 0; i < inputs.length; i++) {
    const t = inputs[i]!;
    if (typeof t === "object") {
      strides.push(broadcastStrides(t.shape, t.strides, shape));
    }
  }
  return gapless(shape, dimsFromInside(shape, strides));
}

/** Whether dim `a` is further out than dim `b`: 1 if so, -1 if not, 0 if nothing tells. */
function comparePlaces(
  a: number,
  b: number,
  shape: readonly number[],
  strides: readonly (readonly number[])[],
): number {
  for (const s of strides) {
    if (s[a] === 0 || s[b] === 0) continue;
    if (s[a] !== s[b]) return s[a]! < s[b]! ? -1 : 1;
    if (shape[a]! > shape[b]!) return 1;
  }
  return 0;
}

/** Insertion sort, as the comparison is no order: dims that nothing tells apart are passed over. */
function dimsFromInside(
  shape: readonly number[],
  strides: readonly (readonly number[])[],
): number[] {
  const order = shape.map((_, i) => shape.length - 1 - i);
  for (let i = 1; i < order.length; i++) {
    let at = i;
    for (let inner = i - 1; inner >= 0; inner--) {
      const places = comparePlaces(order[inner]!, order[at]!, shape, strides);
      if (places < 0) break;
      if (places === 0) continue;
      [order[inner], order[at]] = [order[at]!, order[inner]!];
      at = inner;
    }
  }
  return order;
}

/** Strides without gaps for dims from the innermost out. */
function gapless(shape: readonly number[], order: readonly number[]): number[] {
  const out = new Array<number>(shape.length);
  let step = 1;
  for (const dim of order) {
    out[dim] = step;
    step *= Math.max(1, shape[dim]!);
  }
  return out;
}

/** Runs `kernel` for every element of `shape`; operands broadcast to it. */
export function runOver(
  device: Device,
  kernel: Kernel,
  shape: readonly number[],
  operands: readonly Tensor[],
  scalars: readonly (number | bigint)[] = [],
): void {
  const count = countOf(shape);
  if (count === 0) return;
  let flat = true, numbers = false;
  for (let o = 0; o < operands.length; o++) {
    const t = operands[o]!;
    if (t.shape.length === 0 && shape.length > 0) numbers = true;
    else if (!sameShape(t.shape, shape) || !isRowMajor(shape, t.strides)) {
      flat = false;
      break;
    }
  }
  // One axis, so that what runs over the same elements can become one kernel.
  if (flat) {
    const strides = numbers
      ? operands.map((t) => t.shape.length === 0 ? zeroStride : unitStride)
      : unitStrides(operands.length);
    const space = { shape: [count], reduced: 0, strides };
    return device.run(kernel, space, operands, scalars);
  }
  const strides = operands.map((t) =>
    broadcastStrides(t.shape, t.strides, shape)
  );
  device.run(
    kernel,
    { shape, reduced: 0, strides },
    operands,
    scalars,
  );
}

const unitStride: readonly number[] = [1], zeroStride: readonly number[] = [0];
/** By the number of operands, as most launches need them. */
const units: (readonly (readonly number[])[])[] = [];

/** The strides of so many operands that lie without gaps. */
function unitStrides(operands: number): readonly (readonly number[])[] {
  return units[operands] ??= new Array(operands).fill(unitStride);
}
