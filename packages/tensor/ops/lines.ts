/** What scans and sorts share: a tensor as lines along one dim, in the memory of the CPU. */

import { commonDevice } from "./allocate.ts";
import { countOf, normalizeDim } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import type { Lines } from "../wasm/scan.ts";

/** A tensor whose lines can be walked. */
export interface LinedUp {
  /** The elements in row-major order. */
  readonly t: Tensor;
  /** The dim that the lines run along. */
  readonly dim: number;
  /** Where the lines are. */
  readonly lines: Lines;
}

/**
 * Lays `input` out for a walk along `dim`; `action` goes before "a tensor" in messages.
 *
 * @throws {TypeError} if it is not on the CPU, {RangeError} if it has no such dim.
 */
export function lineUp(action: string, input: Tensor, dim: number): LinedUp {
  if (commonDevice(action, [input]).name !== "cpu") {
    throw new TypeError(
      `Cannot ${action} a tensor on WebGPU, which has no kernel for it: use device "cpu"`,
    );
  }
  const d = normalizeDim(dim, input.ndim, `${action} a tensor`);
  const lines = {
    outer: countOf(input.shape.slice(0, d)),
    size: input.shape[d] ?? 1,
    inner: countOf(input.shape.slice(d + 1)),
  };
  return { t: input.detach().contiguous(), dim: d, lines };
}
