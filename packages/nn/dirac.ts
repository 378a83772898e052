/** Kernels of convolutions that leave channels as they are. */

import { noGrad } from "@gradus/autograd";
import type { Tensor } from "@gradus/tensor";
import { checkOptions, describe, showShape } from "@gradus/tensor/internal";

/** Options of {@linkcode dirac_}. */
export interface DiracOptions {
  /** Number of groups of channels, which must divide the size of dim 0; 1 if left out. */
  groups?: number;
}

/**
 * The kernel of a convolution that leaves channels as they are: in each group,
 * the kernel from input channel `i` to output channel `i` has a 1 in the middle,
 * at half its sizes rounded down. All other elements are 0, also those of
 * channels without a counterpart. Kernels are `[out, in, ...sizes]` with 1 to 3
 * sizes.
 *
 * @throws {TypeError} if there are not 3 to 5 dims, or an option is unknown.
 * @throws {RangeError} if `groups` is no whole number of at least 1 that divides
 * the size of dim 0.
 *
 * @example
 * ```ts
 * import { init } from "@gradus/nn";
 * import { ones } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const weight = init.dirac_(ones([2, 2, 3]));
 * assertEquals(weight.arraySync(), [
 *   [[0, 1, 0], [0, 0, 0]],
 *   [[0, 0, 0], [0, 1, 0]],
 * ]);
 * ```
 */
export function dirac_(t: Tensor, options: DiracOptions = {}): Tensor {
  const action = "fill a tensor by dirac_";
  checkOptions(action, options, ["groups"]);
  const { groups = 1 } = options;
  if (t.ndim < 3 || t.ndim > 5) {
    throw new TypeError(
      `Cannot ${action}: expected 3, 4 or 5 dims, got ${showShape(t.shape)}`,
    );
  }
  const [out, , ...sizes] = t.shape as [number, number, ...number[]];
  if (!(Number.isInteger(groups) && groups >= 1 && out % groups === 0)) {
    throw new RangeError(
      `Cannot ${action}: expected a number of groups that divides the ${out} output channels, got ${
        describe(groups)
      }`,
    );
  }
  if (t.numel === 0) return t;
  const channels = out / groups;
  return noGrad(() => {
    t.zero_();
    const middle = sizes.reduce(
      (kernel, size) => kernel.select(2, Math.floor(size / 2)),
      t,
    );
    for (let group = 0; group < groups; group++) {
      middle.narrow(0, group * channels, channels).diagonal().fill_(1);
    }
    return t;
  });
}
