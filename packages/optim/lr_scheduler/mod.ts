/**
 * Learning-rate schedulers with PyTorch's names, defaults and semantics.
 *
 * @module
 */

export {
  ChainedScheduler,
  type ChainedSchedulerOptions,
} from "./chained_scheduler.ts";
export { CompositeScheduler } from "./composite_scheduler.ts";
export { ConstantLR, type ConstantLROptions } from "./constant_lr.ts";
export {
  CosineAnnealingLR,
  type CosineAnnealingLROptions,
} from "./cosine_annealing_lr.ts";
export {
  CosineAnnealingWarmRestarts,
  type CosineAnnealingWarmRestartsOptions,
} from "./cosine_annealing_warm_restarts.ts";
export {
  CyclicLR,
  type CyclicLROptions,
  type ScaleFunction,
} from "./cyclic_lr.ts";
export { ExponentialLR, type ExponentialLROptions } from "./exponential_lr.ts";
export { FunctionLR } from "./function_lr.ts";
export { LambdaLR, type LambdaLROptions, type LRLambda } from "./lambda_lr.ts";
export { LinearLR, type LinearLROptions } from "./linear_lr.ts";
export { LRScheduler } from "./lr_scheduler.ts";
export { MultiStepLR, type MultiStepLROptions } from "./multi_step_lr.ts";
export {
  MultiplicativeLR,
  type MultiplicativeLROptions,
} from "./multiplicative_lr.ts";
export { OneCycleLR, type OneCycleLROptions } from "./one_cycle_lr.ts";
export { PolynomialLR, type PolynomialLROptions } from "./polynomial_lr.ts";
export {
  ReduceLROnPlateau,
  type ReduceLROnPlateauOptions,
} from "./reduce_lr_on_plateau.ts";
export {
  type ScheduledGroup,
  Scheduler,
  type SchedulerStateDict,
} from "./scheduler.ts";
export { SequentialLR, type SequentialLROptions } from "./sequential_lr.ts";
export type { LastEpochOption, PerGroup } from "./settings.ts";
export { StepLR, type StepLROptions } from "./step_lr.ts";
export { SWALR, type SWALROptions } from "./swa_lr.ts";
