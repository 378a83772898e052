/**
 * Optimizers beyond torch.optim: those of the R package torchopt and the best
 * of the rest of the literature, each as a class with PyTorch's interface and
 * as a transformation with Optax's.
 *
 * @example
 * ```ts
 * import { Lion } from "@gradus/optim-extra";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const w = tensor([1.5, -2.5], { requiresGrad: true });
 * const optimizer = new Lion([w], { lr: 0.5 });
 * w.square().sum().backward();
 * optimizer.step();
 * assertEquals(w.arraySync(), [1, -2]);
 * ```
 *
 * @module
 */

export {
  A2Grad,
  a2grad,
  type A2GradHyper,
  type A2GradOptions,
  type A2GradState,
} from "./a2_grad.ts";
export {
  AdEMAMix,
  ademamix,
  type AdEMAMixHyper,
  type AdEMAMixOptions,
  type AdEMAMixState,
} from "./ad_ema_mix.ts";
export {
  AdaBelief,
  adabelief,
  type AdaBeliefHyper,
  type AdaBeliefOptions,
  type AdaBeliefState,
} from "./ada_belief.ts";
export {
  AdaBound,
  adabound,
  type AdaBoundHyper,
  type AdaBoundOptions,
  type AdaBoundState,
  AMSBound,
  amsbound,
  type AMSBoundOptions,
} from "./ada_bound.ts";
export {
  AdaHessian,
  adaHessian,
  type AdaHessianHyper,
  type AdaHessianOptions,
  type AdaHessianState,
} from "./ada_hessian.ts";
export {
  AdaShift,
  adashift,
  type AdaShiftHyper,
  type AdaShiftOptions,
  type AdaShiftState,
} from "./ada_shift.ts";
export {
  AdamMini,
  adamMini,
  type AdamMiniBlocks,
  type AdamMiniHyper,
  type AdamMiniOptions,
  type AdamMiniState,
} from "./adam_mini.ts";
export {
  Adan,
  adan,
  type AdanHyper,
  type AdanOptions,
  type AdanState,
} from "./adan.ts";
export {
  ADOPT,
  adopt,
  type ADOPTHyper,
  type ADOPTOptions,
  type ADOPTState,
} from "./adopt.ts";
export {
  AggMo,
  aggmo,
  type AggMoHyper,
  type AggMoOptions,
  type AggMoState,
} from "./agg_mo.ts";
export {
  Amos,
  amos,
  type AmosHyper,
  type AmosOptions,
  type AmosState,
} from "./amos.ts";
export {
  Apollo,
  apollo,
  type ApolloHyper,
  type ApolloOptions,
  type ApolloState,
} from "./apollo.ts";
export {
  CAME,
  came,
  type CAMEHyper,
  type CAMEOptions,
  type CAMEState,
} from "./came.ts";
export {
  DAdaptAdam,
  dAdaptAdam,
  type DAdaptAdamHyper,
  type DAdaptAdamOptions,
  type DAdaptAdamState,
} from "./d_adapt_adam.ts";
export {
  DiffGrad,
  diffgrad,
  type DiffGradHyper,
  type DiffGradOptions,
  type DiffGradState,
} from "./diff_grad.ts";
export {
  Fromage,
  fromage,
  type FromageHyper,
  type FromageOptions,
  type FromageState,
} from "./fromage.ts";
export {
  Grokfast,
  type GrokfastHyper,
  type GrokfastOptions,
} from "./grokfast.ts";
export { GSAM, type GSAMHyper, type GSAMOptions } from "./gsam.ts";
export {
  Kron,
  kron,
  type KronHyper,
  type KronMemorySaveMode,
  type KronOptions,
  type KronState,
} from "./kron.ts";
export {
  LAMB,
  lamb,
  type LAMBHyper,
  type LAMBOptions,
  type LAMBState,
} from "./lamb.ts";
export {
  LARS,
  lars,
  type LARSHyper,
  type LARSOptions,
  type LARSState,
} from "./lars.ts";
export {
  Lion,
  lion,
  type LionHyper,
  type LionOptions,
  type LionState,
} from "./lion.ts";
export {
  Lookahead,
  type LookaheadHyper,
  type LookaheadOptions,
} from "./lookahead.ts";
export {
  MADGRAD,
  madgrad,
  type MADGRADHyper,
  type MADGRADOptions,
  type MADGRADState,
} from "./madgrad.ts";
export {
  MARS,
  mars,
  type MARSHyper,
  type MARSOptions,
  type MARSState,
} from "./mars.ts";
export {
  NovoGrad,
  novograd,
  type NovoGradHyper,
  type NovoGradOptions,
  type NovoGradState,
} from "./novo_grad.ts";
export {
  Padam,
  padam,
  type PadamHyper,
  type PadamOptions,
  type PadamState,
} from "./padam.ts";
export {
  PID,
  pid,
  type PIDHyper,
  type PIDOptions,
  type PIDState,
} from "./pid.ts";
export {
  Prodigy,
  prodigy,
  type ProdigyHyper,
  type ProdigyOptions,
  type ProdigyState,
} from "./prodigy.ts";
export {
  QHAdam,
  qhadam,
  type QHAdamHyper,
  type QHAdamOptions,
  type QHAdamState,
} from "./qh_adam.ts";
export {
  QHM,
  qhm,
  type QHMHyper,
  type QHMOptions,
  type QHMState,
} from "./qhm.ts";
export { Ranger, type RangerOptions } from "./ranger.ts";
export {
  SAM,
  type SAMHyper,
  type SAMOptions,
  type SAMStepOptions,
  type TwoPoints,
} from "./sam.ts";
export {
  type ScheduleFree,
  ScheduleFreeAdamW,
  scheduleFreeAdamw,
  type ScheduleFreeAdamWOptions,
  scheduleFreeEvalParams,
  ScheduleFreeSGD,
  scheduleFreeSgd,
  type ScheduleFreeSGDOptions,
} from "./schedule_free.ts";
export {
  Shampoo,
  shampoo,
  type ShampooHyper,
  type ShampooOptions,
  type ShampooState,
} from "./shampoo.ts";
export {
  Signum,
  signum,
  type SignumHyper,
  type SignumOptions,
  type SignumState,
} from "./signum.ts";
export {
  SM3,
  sm3,
  type SM3Hyper,
  type SM3Options,
  type SM3State,
} from "./sm3.ts";
export {
  SOAP,
  soap,
  type SOAPHyper,
  type SOAPOptions,
  type SOAPState,
} from "./soap.ts";
export {
  SophiaH,
  sophiaH,
  type SophiaHHyper,
  type SophiaHOptions,
  type SophiaHState,
} from "./sophia_h.ts";
export {
  SWATS,
  swats,
  type SWATSHyper,
  type SWATSOptions,
  type SWATSState,
} from "./swats.ts";
export {
  Tiger,
  tiger,
  type TigerHyper,
  type TigerOptions,
  type TigerState,
} from "./tiger.ts";
export {
  TorchoptAdamW,
  torchoptAdamw,
  type TorchoptAdamWHyper,
  type TorchoptAdamWOptions,
  type TorchoptAdamWState,
} from "./torchopt_adam_w.ts";
export { type Memory } from "./wrapper_state_dict.ts";
export {
  Yogi,
  yogi,
  type YogiHyper,
  type YogiOptions,
  type YogiState,
} from "./yogi.ts";
export type { HutchinsonOptimizer, HutchinsonOptions } from "./hutchinson.ts";
export type { OptimizerWrapper, WrapperKind } from "./wrapper.ts";
export type {
  ScheduleFreeAdamWHyper,
  ScheduleFreeAdamWState,
  ScheduleFreeHyper,
  ScheduleFreeSGDHyper,
  ScheduleFreeSGDState,
} from "./schedule_free_rules.ts";
