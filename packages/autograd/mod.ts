/**
 * Automatic differentiation for `@gradus/tensor`: importing this package makes
 * `backward()` work.
 *
 * @example
 * ```ts
 * import "@gradus/autograd";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const x = tensor([1, 2, 3], { dtype: "float32", requiresGrad: true });
 * x.square().sum().backward();
 * assertEquals(x.grad?.arraySync(), [2, 4, 6]);
 * ```
 *
 * @module
 */

import "./record.ts";
import "./rules/all.ts";

export {
  type AnomalyOptions,
  detectAnomaly,
  isAnomalyEnabled,
  setDetectAnomaly,
} from "./anomaly.ts";
export * from "./backward.ts";
export * from "./checkpoint.ts";
export {
  Function,
  type FunctionClass,
  type FunctionContext,
} from "./function.ts";
export * from "./functional.ts";
export * from "./gradcheck.ts";
export * from "./modes.ts";
export { sparseRows } from "./sparse_rows.ts";
