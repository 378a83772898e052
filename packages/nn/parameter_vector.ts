/** All parameters as one vector. */

import { noGrad } from "@gradus/autograd";
import { cat, type Tensor } from "@gradus/tensor";

/**
 * The elements of all parameters in order, as one vector, through which
 * gradients flow.
 *
 * @example
 * ```ts
 * import { Linear, parametersToVector } from "@gradus/nn";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parametersToVector(new Linear(3, 2).parameters()).shape, [8]);
 * ```
 */
export function parametersToVector(parameters: Iterable<Tensor>): Tensor {
  return cat([...parameters].map((p) => p.reshape([p.numel])));
}

/**
 * Copies the elements of a vector into the parameters in order.
 *
 * @throws {TypeError} if `vector` does not have as many elements as the parameters together.
 *
 * @example
 * ```ts
 * import { Linear, vectorToParameters } from "@gradus/nn";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const layer = new Linear(2, 1);
 * vectorToParameters(tensor([1, 2, 3]), layer.parameters());
 * assertEquals(layer.weight.arraySync(), [[1, 2]]);
 * assertEquals(layer.bias?.arraySync(), [3]);
 * ```
 */
export function vectorToParameters(
  vector: Tensor,
  parameters: Iterable<Tensor>,
): void {
  const list = [...parameters];
  const total = list.reduce((count, p) => count + p.numel, 0);
  if (vector.ndim !== 1 || vector.numel !== total) {
    throw new TypeError(
      `Cannot set parameters: expected a vector of ${total} elements, got shape [${
        vector.shape.join(", ")
      }]`,
    );
  }
  noGrad(() => {
    let at = 0;
    for (const p of list) {
      // Copied, not shared: views of one vector would count each other's changes as their own.
      p.copy_(vector.narrow(0, at, p.numel).reshape(p.shape));
      at += p.numel;
    }
  });
}
