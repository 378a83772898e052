/**
 * Averages of the parameters that a model has had. Apart from the optimizers,
 * as it takes what models are made of along.
 *
 * @module
 */

export { AveragedModel, type AveragedModelOptions } from "./averaged_model.ts";
export { SWALR, type SWALROptions } from "../lr_scheduler/swa_lr.ts";
export {
  type AveragingFunction,
  getEmaAvgFn,
  getEmaMultiAvgFn,
  getSwaAvgFn,
  getSwaMultiAvgFn,
  type MultiAveragingFunction,
} from "./averaging.ts";
