/** What the layer-wise optimizers share. */

import { type Tensor, where } from "@gradus/tensor";

/**
 * `numerator / denominator` for the norms of a parameter and of its step: 1
 * where one of the norms is 0, so that parameters that begin at 0 move too.
 */
export function trustRatio(
  paramNorm: Tensor,
  stepNorm: Tensor,
  numerator: Tensor = paramNorm,
  denominator: Tensor = stepNorm,
): Tensor {
  const sound = paramNorm.gt(0).logicalAnd(stepNorm.gt(0));
  return where(sound, numerator.div(denominator), 1);
}
