/**
 * Functions to test optimizers on, and the tool that runs optimizers on them
 * and keeps what they did. Pictures are drawn by `@gradus/testfns/plot`.
 *
 * @example
 * ```ts
 * import { AdamW } from "@gradus/optim";
 * import { flower, testOptim } from "@gradus/testfns";
 *
 * const trace = await testOptim(AdamW, {
 *   fn: flower,
 *   start: [20, 20],
 *   steps: 200,
 *   options: { lr: 0.1 },
 * });
 * console.log(trace.params.at(-1), trace.loss.at(-1));
 * ```
 *
 * @module
 */

export { beale } from "./beale.ts";
export { flower } from "./flower.ts";
export { evaluateGrid, type TestFunction } from "./test_function.ts";
export {
  type OptimizerClass,
  testOptim,
  type TestOptimOptions,
} from "./test_optim.ts";
export * from "./trace.ts";
