/**
 * Optimizers with PyTorch's names, defaults and semantics.
 *
 * @example
 * ```ts
 * import { Adam } from "@gradus/optim";
 * import { tensor } from "@gradus/tensor";
 * import { assert } from "@std/assert";
 *
 * const w = tensor([1.5, -2.5], { requiresGrad: true });
 * const optimizer = new Adam([w], { lr: 0.1 });
 * for (let t = 1; t <= 100; t++) {
 *   optimizer.zeroGrad();
 *   const loss = w.square().sum();
 *   loss.backward();
 *   optimizer.step();
 * }
 * assert(await w.abs().max().item() < 0.1);
 * ```
 *
 * @module
 */

export { Adam, type AdamOptions, AdamW, type AdamWOptions } from "./adam.ts";
export {
  type Algorithm,
  AlgorithmOptimizer,
  type LearningRate,
  type Update,
} from "./algorithm.ts";
export type { AdamHyper, AdamState } from "./algorithms/adam.ts";
export type { RMSpropHyper, RMSpropState } from "./algorithms/rmsprop.ts";
export type { SGDHyper, SGDState } from "./algorithms/sgd.ts";
export type { Domain, Domains } from "./domains.ts";
export type {
  HyperAccess,
  HyperValue,
  HyperValues,
  NumberName,
} from "./hyper.ts";
export {
  type OptimizerHook,
  registerOptimizerStepPostHook,
  registerOptimizerStepPreHook,
  type StateDictHook,
  type StateDictHookOptions,
  type StepArguments,
  type StepPostHook,
  type StepPreHook,
} from "./hooks.ts";
export { LBFGS, type LBFGSHyper, type LBFGSOptions } from "./lbfgs.ts";
export {
  type Closure,
  type HasLearningRate,
  Optimizer,
  type ZeroGradOptions,
} from "./optimizer.ts";
export {
  type Defaults,
  type Parameters,
  type ParamGroup,
  type ParamGroupInit,
  type Params,
  required,
} from "./param_groups.ts";
export { RMSprop, type RMSpropOptions } from "./rmsprop.ts";
export { SGD, type SGDOptions } from "./sgd.ts";
export type {
  OptimizerStateDict,
  PackedGroup,
  ParamState,
} from "./state_dict.ts";
