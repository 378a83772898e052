/** The tensor class. */

import { TensorIndexing } from "./tensor/indexing.ts";

/**
 * An n-dimensional array of numbers of one type on one device.
 *
 * Several tensors can look into the same memory: `view`, `t`, slices and their
 * like share it, and methods whose names end in `_` change it for all of them.
 * Nothing has to be freed.
 *
 * @example
 * ```ts
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const x = tensor([[1, 2], [3, 4]]);
 * assertEquals(await x.mul(x).add(1).array(), [[2, 5], [10, 17]]);
 * ```
 */
export class Tensor extends TensorIndexing {}
