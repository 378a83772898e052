/**
 * Functions to test optimizers on, and the tool that runs optimizers on them
 * and keeps what they did. Pictures are drawn by `@gradus/testfns/plot`.
 *
 * @example
 * ```ts
 * import { AdamW } from "@gradus/optim";
 * import { flower, testOptim } from "@gradus/testfns";
 * import { assert } from "@std/assert";
 *
 * const trace = await testOptim(AdamW, {
 *   fn: flower,
 *   start: [20, 20],
 *   steps: 200,
 *   options: { lr: 0.1 },
 * });
 * assert(Math.hypot(...trace.params.at(-1)!) < 3);
 * ```
 *
 * @module
 */

export * from "./functions/mod.ts";
export {
  logisticRegression,
  type LogisticRegressionOptions,
} from "./problems/logistic_regression.ts";
export {
  matrixFactorization,
  type MatrixFactorizationOptions,
} from "./problems/matrix_factorization.ts";
export {
  noisyQuadratic,
  type NoisyQuadraticOptions,
} from "./problems/noisy_quadratic.ts";
export {
  type ParamType,
  type Problem,
  problemOf,
  randomPoint,
} from "./problems/problem.ts";
export { spirals, type SpiralsOptions } from "./problems/spirals.ts";
export type {
  Competitor,
  CompetitorOptions,
  OptimizerCompetitor,
  RaceFactory,
  RaceTransformation,
  SearchSpace,
  TransformationCompetitor,
} from "./race/competitor.ts";
export type { RaceConfig } from "./race/config.ts";
export type { Progress } from "./race/progress.ts";
export { race, type RaceResult } from "./race/race.ts";
export { raceFromJson, raceToJson } from "./race/race_json.ts";
export type { RaceOptions, RaceSettings } from "./race/race_options.ts";
export {
  type RaceCell,
  type RaceRow,
  raceRows,
  raceTable,
} from "./race/race_table.ts";
export { performanceProfile, type RaceRun } from "./race/score.ts";
export type { ProfileCurve, SensitivityCurve } from "./race_types.ts";
export { evaluateGrid, type TestFunction } from "./test_function.ts";
export {
  testFunction,
  type TestFunctionName,
  testFunctions,
} from "./test_functions.ts";
export type {
  OptimizerClass,
  OptimizerFactory,
  OptimizerSource,
} from "./resolve_optimizer.ts";
export type { StopOptions, StopRule, TraceRow } from "./stop.ts";
export {
  type SchedulerLike,
  testOptim,
  type TestOptimOptions,
} from "./test_optim.ts";
export * from "./trace.ts";
