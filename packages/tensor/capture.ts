/**
 * The slot through which `compile` listens. While a function is captured, the
 * devices hand what they are told to do to the recorder instead of doing it;
 * at all other times the slot is empty and costs one look.
 */

import type {
  Binding,
  MatrixBinding,
  ProductShape,
  Storage,
} from "./device.ts";
import type { DType, TypedArray } from "./dtype.ts";
import type { Kernel, Space } from "./kernel.ts";
import type { Tensor } from "./tensor.ts";

/** Who listens. */
export interface Recorder {
  /** A storage that stands for memory of the program. */
  allocate(bytes: number): Storage;
  /** A kernel that would have run. */
  launch(
    kernel: Kernel,
    space: Space,
    bindings: readonly Binding[],
    scalars: readonly (number | bigint)[],
  ): void;
  /** A matrix product that would have run. */
  product(
    dtype: DType,
    shape: ProductShape,
    a: MatrixBinding,
    b: MatrixBinding,
    out: Binding,
  ): void;
  /** Data that would have been copied to a storage. */
  write(
    storage: Storage,
    dtype: DType,
    offset: number,
    data: TypedArray,
  ): void;
  /** Work of JavaScript on the memory of tensors, to be done at this place in every run. */
  host(
    name: string,
    reads: readonly Tensor[],
    writes: readonly Tensor[],
    run: () => void,
  ): void;
  /** A bool that must be true in every run; `fail` throws, and may read `tensors`. */
  assert(
    holds: Tensor,
    tensors: readonly Tensor[],
    fail: () => never,
  ): void;
  /** A number that JavaScript supplies anew for every run, as a float64 tensor of 0 dims. */
  hostValue(read: () => number): Tensor;
  /** A condition under which what was recorded is right; looked at before every run. */
  guard(holds: () => boolean): void;
  /** What puts back a flag of JavaScript that the function changed while it was captured. */
  undoes(action: () => void): void;
  /** Throws: the function needs to know a value, and none exists yet. */
  refuse(action: string): never;
  /** Gives up: the function can only run uncompiled, for `reason`. */
  fallBack(reason: string): never;
  /** The gradient of `owner` as the captured function sees it. */
  gradOf(owner: Tensor, found: Tensor | null): Tensor | null;
  /** Says that the gradient of `owner` is about to be replaced. */
  replacesGrad(owner: Tensor): void;
  /** The gradient that a backward pass adds to; a missing one counts as zeros, so that later runs are the same. */
  accumulatesInto(owner: Tensor): void;
  /** Says that an op looked at `t`. */
  sees(t: Tensor): void;
  /** Whether the function made `t`. */
  isInside(t: Tensor): boolean;
  /** Says that `t` was made. */
  makes(t: Tensor): void;
  /** Says that `requiresGrad` of `t` is about to be set. */
  setsFlag(t: Tensor): void;
  /** Says that `t` is about to look at other memory. */
  replacesData(t: Tensor): void;
  /** Says that the elements of `t` are about to be changed in place. */
  changes(t: Tensor): void;
}

/** The recorder of the capture that runs, if any. */
export const capture: { recorder: Recorder | null } = { recorder: null };

/** Runs `action` for real, even while a function is captured. */
export function uncaptured<T>(action: () => T): T {
  const { recorder } = capture;
  capture.recorder = null;
  try {
    return action();
  } finally {
    capture.recorder = recorder;
  }
}

/** Throws while a function is captured, as values do not exist then. */
export function refuseInCapture(action: string): void {
  capture.recorder?.refuse(action);
}

/** Says that what is captured is right only where `holds` gives true before a run. */
export function guard(holds: () => boolean): void {
  capture.recorder?.guard(holds);
}
