import { AlgorithmOptimizer } from "./algorithm.ts";
import {
  type MuonHyper,
  muonRule,
  type MuonState,
  noMatrix,
} from "./algorithms/muon.ts";
import type { OptionsOf } from "./modifiers.ts";
import type { ParamGroupInit, Params } from "./param_groups.ts";
import type { ScalarOrSchedule } from "./transformations/schedule.ts";
import {
  type GradientTransformation,
  transformationOf,
} from "./transformations/transformation.ts";

/** Options of {@linkcode Muon}. */
export type MuonOptions = OptionsOf<MuonHyper>;

/**
 * Muon: the average of gradients of a matrix with all its singular values made
 * about equal. For the weights of hidden layers; other parameters need another
 * optimizer.
 *
 * State per parameter: `momentumBuffer`.
 *
 * @example
 * ```ts
 * import { Muon } from "@gradus/optim";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const w = tensor([[3, 0], [0, 5]], { dtype: "float64", requiresGrad: true });
 * const optimizer = new Muon([w], { lr: 0.5, weightDecay: 0 });
 * w.square().sum().backward();
 * optimizer.step(); // by lr times a matrix with singular values of about 1
 * assertAlmostEquals(w.at(0, 0).itemSync(), 2.5, 0.2);
 * assertAlmostEquals(w.at(1, 1).itemSync(), 4.5, 0.2);
 * assertAlmostEquals(w.at(0, 1).itemSync(), 0, 1e-3);
 * ```
 */
export class Muon extends AlgorithmOptimizer<MuonHyper, MuonState> {
  /**
   * Muon on `params`.
   *
   * @throws {TypeError} if an option is unknown or has the wrong type.
   * @throws {RangeError} if `lr`, `weightDecay`, `momentum` or `eps` is below 0, another
   * option out of range, or a parameter not a matrix.
   */
  constructor(params: Params<MuonHyper>, options: MuonOptions = {}) {
    super(muonRule, params, options);
  }

  /**
   * Adds parameters, as in every optimizer.
   *
   * @throws {RangeError} also if one is no matrix. Nothing changes then.
   */
  override addParamGroup(group: ParamGroupInit<MuonHyper>): void {
    super.addParamGroup(group);
    const wrong = this.paramGroups.at(-1)!.params.find((p) => p.ndim !== 2);
    if (wrong === undefined) return;
    this.paramGroups.pop();
    throw noMatrix(wrong);
  }
}

/**
 * The composable face of {@linkcode Muon}.
 *
 * @param learningRate A number, a tensor of one element, or a schedule.
 * @param options The options of {@linkcode Muon} but `lr`.
 * @throws {TypeError} if an option is unknown or has the wrong type.
 * @throws {RangeError} if one is out of range.
 *
 * @example
 * ```ts
 * import { applyUpdates, muon } from "@gradus/optim";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * let params = { w: tensor([[3, 0], [0, 5]], { dtype: "float64" }) };
 * const optimizer = muon(0.5, { weightDecay: 0 });
 * let state = optimizer.init(params), updates;
 * for (let t = 1; t <= 2; t++) {
 *   const grads = { w: params.w.mul(2) };
 *   [updates, state] = optimizer.update(grads, state, params);
 *   params = applyUpdates(params, updates);
 * }
 * assertAlmostEquals(params.w.at(0, 0).itemSync(), 2, 0.4);
 * ```
 */
export function muon(
  learningRate: ScalarOrSchedule,
  options: Omit<MuonOptions, "lr"> = {},
): GradientTransformation {
  return transformationOf(muonRule, learningRate, options);
}
