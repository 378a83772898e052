/**
 * What the packages above build on and programs do not need: the op table, the
 * door to it, and the grad mode. It may change with any version.
 *
 * @module
 */

export { capture, guard, refuseInCapture, uncaptured } from "./capture.ts";
export type { Recorder } from "./capture.ts";
export {
  type Attrs,
  defineOp,
  dispatch,
  dispatchAll,
  dispatchInto,
  type Input,
  noAttrs,
  type Op,
  opTable,
} from "./dispatch.ts";
export type { Device, Storage } from "./device.ts";
export { firstLook } from "./first_look.ts";
export { gradMode } from "./grad_mode.ts";
export { type AutogradHooks, setAutogradHooks } from "./hooks.ts";
export { asNumber, hostValue } from "./host_value.ts";
export * as adjointOps from "./ops/adjoint.ts";
export * as indexOps from "./ops/index.ts";
export { type Eigen, eigenOf, qrOf } from "./linalg_functions.ts";
export { linalgEigh, linalgQr, linalgSolveTriangular } from "./ops/linalg.ts";
export * as lossOps from "./ops/loss_ops.ts";
export * as nllOps from "./ops/nll_loss.ts";
export * as nnOps from "./ops/nn_ops.ts";
export { checkOptions } from "./options.ts";
export { describe } from "./check.ts";
export {
  broadcastShapes,
  countOf,
  normalizeDim,
  normalizeDims,
  rowMajor,
  sameShape,
  showShape,
} from "./shape.ts";
export { type Drawn, drawWhen } from "./random/from_state.ts";
export { uniformWhere } from "./random/into.ts";
export * as mersenneTwister from "./random/mt19937.ts";
export { heap } from "./wasm/heap.ts";
export { breathe } from "./wasm/turn.ts";
