/** Numbers in memory. */

import { capture } from "./capture.ts";
import { tensor } from "./data.ts";
import type { Tensor } from "./tensor.ts";

/**
 * What `read` gives, as a float64 tensor of 0 dims on the CPU. While a function
 * is captured it stands for what `read` gives at the start of each run.
 */
export function hostValue(read: () => number): Tensor {
  return asNumber(
    capture.recorder?.hostValue(read) ?? tensor(read(), { dtype: "float64" }),
  );
}

/**
 * The one element of `t` as a tensor of 0 dims that counts as a number where
 * types are promoted, and so does what is computed from such tensors alone: a
 * float64 one leaves float32 tensors of 0 dims in their type.
 */
export function asNumber(t: Tensor): Tensor {
  const number = t.view([]);
  number.countsAsNumber = true;
  return number;
}
