/** Tensors for tests. */

import { type NestedArray, type Tensor, tensor } from "@gradus/tensor";

/** A float64 leaf that requires a gradient. */
export function leaf(values: NestedArray): Tensor {
  return tensor(values, { dtype: "float64", requiresGrad: true });
}

/** A float64 tensor that does not require a gradient. */
export function constant(values: NestedArray): Tensor {
  return tensor(values, { dtype: "float64" });
}
