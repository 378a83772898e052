/**
 * What optimizers of other packages are built from, and programs do not need:
 * the domains of hyper-parameters and what the equations of many algorithms
 * share. It may change with any version.
 *
 * @module
 */

export { stepMode } from "./algorithm.ts";
export * from "./algorithms/shared.ts";
export * from "./domains.ts";
export { leavesOf } from "./transformations/tree.ts";
