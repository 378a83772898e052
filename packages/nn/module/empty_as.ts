/** Tensors laid out as others. */

import { emptyLike, type Tensor } from "@gradus/tensor";

/**
 * A tensor with unspecified elements that lie in memory in the order of those
 * of `t`: random numbers are drawn in that order.
 */
export function emptyAs(t: Tensor): Tensor {
  return t.isContiguous() ? emptyLike(t) : t.detach().clone();
}
