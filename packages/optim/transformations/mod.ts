/**
 * The composable face of optimizers: transformations of gradients, and
 * schedules as learning rates.
 *
 * @module
 */

export * from "./chain.ts";
export {
  cosineDecaySchedule,
  type CosineDecayScheduleOptions,
  exponentialDecay,
  type ExponentialDecayOptions,
  linearSchedule,
  type LinearScheduleOptions,
  polynomialSchedule,
  type PolynomialScheduleOptions,
  warmupCosineDecaySchedule,
  type WarmupCosineDecayScheduleOptions,
} from "./decays.ts";
export {
  constantSchedule,
  joinSchedules,
  type NamedSchedule,
  piecewiseConstantSchedule,
  type ScalarOrSchedule,
  type Schedule,
} from "./schedule.ts";
export {
  applyUpdates,
  type GradientTransformation,
  type RuleState,
  transformationOf,
  type UpdateExtra,
} from "./transformation.ts";
