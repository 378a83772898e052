/** Which rows of a gradient can be other than zero. */

import { cat, type Tensor } from "@gradus/tensor";

interface Mark {
  readonly rows: Tensor;
  /** The version of the gradient for which this holds. */
  readonly version: number;
}

const marks = new WeakMap<Tensor, Mark>();
/** Most programs have no such gradients and need not look. */
let used = false;

/**
 * The numbers of the rows that a gradient is about, int32 or int64 of shape
 * [n], each as often as it was looked up; null if it may be about all rows.
 * The gradient of a table that was only looked up in with `sparse` has them.
 * There is no other layout behind it: in the other rows the gradient is zero.
 *
 * What changes the gradient in place makes its rows unknown, and so does a
 * compiled function outside of which one asks.
 *
 * @example
 * ```ts
 * import { sparseRows } from "@gradus/autograd";
 * import { embedding } from "@gradus/nn";
 * import { ones, tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const table = ones([4, 2], { requiresGrad: true });
 * embedding(tensor([3, 1, 3]), table, { sparse: true }).sum().backward();
 * assertEquals(sparseRows(table.grad!)?.arraySync(), [3, 1, 3]);
 * ```
 */
export function sparseRows(grad: Tensor): Tensor | null {
  const mark = used ? marks.get(grad) : undefined;
  return mark?.version === grad.version ? mark!.rows : null;
}

/** Says that only `rows` of `grad` can be other than zero; says nothing if they are null. */
export function markRows(grad: Tensor, rows: Tensor | null): void {
  if (rows === null) return;
  used = true;
  marks.set(grad, { rows, version: grad.version });
}

/** The rows of the sum of two gradients. To be asked before they are added. */
export function rowsOfSum(a: Tensor, b: Tensor): Tensor | null {
  const first = sparseRows(a), second = first && sparseRows(b);
  if (!first || !second) return null;
  const { dtype } = first;
  return cat([first, dtype === second.dtype ? second : second.to(dtype)]);
}
