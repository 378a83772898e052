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

export { Adadelta, adadelta, type AdadeltaOptions } from "./adadelta.ts";
export { Adafactor, adafactor, type AdafactorOptions } from "./adafactor.ts";
export { Adagrad, adagrad, type AdagradOptions } from "./adagrad.ts";
export {
  Adam,
  adam,
  type AdamOptions,
  AdamW,
  adamw,
  type AdamWOptions,
} from "./adam.ts";
export { Adamax, adamax, type AdamaxOptions } from "./adamax.ts";
export {
  type Algorithm,
  AlgorithmOptimizer,
  type LearningRate,
  type Update,
} from "./algorithm.ts";
export type { AdadeltaHyper, AdadeltaState } from "./algorithms/adadelta.ts";
export type { AdafactorHyper, AdafactorState } from "./algorithms/adafactor.ts";
export type { AdagradHyper, AdagradState } from "./algorithms/adagrad.ts";
export type { AdamHyper, AdamState } from "./algorithms/adam.ts";
export type { AdamaxHyper, AdamaxState } from "./algorithms/adamax.ts";
export type { ASGDHyper, ASGDState } from "./algorithms/asgd.ts";
export type { MuonHyper, MuonState } from "./algorithms/muon.ts";
export type { NAdamHyper, NAdamState } from "./algorithms/nadam.ts";
export type { RAdamHyper, RAdamState } from "./algorithms/radam.ts";
export type { RMSpropHyper, RMSpropState } from "./algorithms/rmsprop.ts";
export type { RpropHyper, RpropState } from "./algorithms/rprop.ts";
export type { SGDHyper, SGDState } from "./algorithms/sgd.ts";
export type {
  SparseAdamHyper,
  SparseAdamState,
} from "./algorithms/sparse_adam.ts";
export { ASGD, asgd, type ASGDOptions } from "./asgd.ts";
export type { Domain, Domains } from "./domains.ts";
/** The values that hyper-parameters may have, for algorithms of your own. */
export * as domains from "./domains.ts";
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
export type { Modifiers, OptionsOf } from "./modifiers.ts";
export * from "./lr_scheduler/mod.ts";
export { LBFGS, type LBFGSHyper, type LBFGSOptions } from "./lbfgs.ts";
export { Muon, muon, type MuonOptions } from "./muon.ts";
export { NAdam, nadam, type NAdamOptions } from "./nadam.ts";
export {
  type Closure,
  type HasLearningRate,
  Optimizer,
  type OptimizerLike,
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
export { RAdam, radam, type RAdamOptions } from "./radam.ts";
export { RMSprop, rmsprop, type RMSpropOptions } from "./rmsprop.ts";
export { Rprop, rprop, type RpropOptions } from "./rprop.ts";
export { SGD, sgd, type SGDOptions } from "./sgd.ts";
export {
  SparseAdam,
  sparseAdam,
  type SparseAdamOptions,
} from "./sparse_adam.ts";
export type {
  OptimizerStateDict,
  PackedGroup,
  ParamState,
} from "./state_dict.ts";
export * from "./transformations/mod.ts";
