/** Setting gradients to zero. */

import { noGrad } from "@gradus/autograd";
import type { Tensor } from "@gradus/tensor";

/** A gradient cut off its graph and set to zero, in place. */
export function clearGrad(grad: Tensor): Tensor {
  let out = grad;
  if (!grad.gradFn) grad.requiresGrad = false;
  // A view cannot leave the graph, but another tensor over its memory can.
  else out = grad.base ? grad.detach() : grad.detach_();
  noGrad(() => out.zero_());
  return out;
}
