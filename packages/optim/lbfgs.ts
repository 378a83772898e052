/** Limited-memory BFGS. */

import { Tensor } from "@gradus/tensor";
import { capture } from "@gradus/tensor/internal";
import type { LearningRate } from "./algorithm.ts";
import {
  checkDomains,
  count,
  type Domains,
  learningRate,
  number,
  oneOf,
  withDefaults,
} from "./domains.ts";
import { addScaled, FlatParams } from "./flat_params.ts";
import { type Closure, Optimizer } from "./optimizer.ts";
import type { ParamGroupInit, Params } from "./param_groups.ts";
import { type LinePoint, strongWolfe } from "./strong_wolfe.ts";

/** Hyper-parameters of {@linkcode LBFGS}. */
export interface LBFGSHyper {
  /** First step along a direction, and every step without line search; 1 if left out. */
  lr: LearningRate;
  /** Directions per call of `step`; 20 if left out. */
  maxIter: number;
  /** Evaluations per call of `step`; 5/4 of `maxIter` if left out. */
  maxEval: number;
  /** Ends the step where no derivative is larger; 1e-7 if left out. */
  toleranceGrad: number;
  /** Ends the step where parameters or loss change less; 1e-9 if left out. */
  toleranceChange: number;
  /** Number of past moves that shape the direction; 100 if left out. */
  historySize: number;
  /** How the step along a direction is found; null, the default, takes `lr`. */
  lineSearchFn: "strongWolfe" | "strong_wolfe" | null;
}

/** Options of {@linkcode LBFGS}. */
export type LBFGSOptions = Partial<LBFGSHyper>;

/** What LBFGS remembers, under its first parameter. Vectors go over all parameters. */
type LBFGSState = {
  /** Evaluations so far. */
  funcEvals: number;
  /** Directions so far. */
  nIter: number;
  /** The last direction. */
  d?: Tensor;
  /** The last step along it. */
  t?: number;
  /** Changes of the gradient, y. */
  oldDirs: Tensor[];
  /** Changes of the parameters, s. */
  oldStps: Tensor[];
  /** `1 / (y . s)` */
  ro: number[];
  /** Scale of the first guess of the inverse Hessian. */
  hDiag: number;
  /** Gradient before the last move. */
  prevFlatGrad?: Tensor;
  /** Loss before the last move. */
  prevLoss?: number;
  /** Factors of the first loop of the recursion. */
  al: number[];
};

const defaults: LBFGSHyper = {
  lr: 1,
  maxIter: 20,
  maxEval: 25,
  toleranceGrad: 1e-7,
  toleranceChange: 1e-9,
  historySize: 100,
  lineSearchFn: null,
};

const domains: Domains<LBFGSHyper> = {
  lr: learningRate,
  maxIter: count,
  maxEval: count,
  toleranceGrad: number,
  toleranceChange: number,
  historySize: count,
  lineSearchFn: /* @__PURE__ */ oneOf("strongWolfe", "strong_wolfe", null),
};

function check(hyper: Readonly<LBFGSHyper>): void {
  checkDomains("LBFGS", domains, hyper);
}

function complete(options: LBFGSOptions): LBFGSHyper {
  const hyper = withDefaults("LBFGS", defaults, options);
  if (options.maxEval === undefined) {
    hyper.maxEval = Math.floor(hyper.maxIter * 5 / 4);
  }
  check(hyper);
  return hyper;
}

/** The loss that a closure returned, as a number. */
function valueOf(loss: unknown): number {
  if (loss instanceof Tensor) return loss.itemSync();
  if (typeof loss === "number") return loss;
  throw new TypeError(
    `Cannot step LBFGS: expected the closure to return the loss, got ${typeof loss}`,
  );
}

function largest(x: Tensor): number {
  return x.abs().max().itemSync();
}

/**
 * Limited-memory BFGS (Liu and Nocedal 1989): a quasi-Newton method that
 * models the inverse Hessian by its last moves. For deterministic objectives
 * of any number of parameters.
 *
 * `step` takes a closure, which it calls several times, and makes up to
 * `maxIter` moves. All parameters form one vector, so there is one group. With
 * `lineSearchFn: "strongWolfe"` each move obeys the strong Wolfe conditions;
 * without, it is `lr` long, but for the very first, which is shorter where the
 * gradient is large.
 *
 * State, under the first parameter: `funcEvals`, `nIter`, `d`, `t`, `oldDirs`,
 * `oldStps`, `ro`, `hDiag`, `prevFlatGrad`, `prevLoss`, `al`.
 *
 * @example
 * ```ts
 * import { LBFGS } from "@gradus/optim";
 * import { tensor } from "@gradus/tensor";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const w = tensor([-1.2, 1], { dtype: "float64", requiresGrad: true });
 * const optimizer = new LBFGS([w], { lineSearchFn: "strongWolfe" });
 * for (let i = 0; i < 3; i++) {
 *   optimizer.step(() => {
 *     optimizer.zeroGrad();
 *     const x = w.at(0), y = w.at(1);
 *     const loss = x.rsub(1).square().add(y.sub(x.square()).square().mul(100));
 *     loss.backward();
 *     return loss;
 *   });
 * }
 * assertAlmostEquals(w.at(0).itemSync(), 1, 1e-4);
 * ```
 */
export class LBFGS extends Optimizer<LBFGSHyper> {
  /**
   * LBFGS on `params`.
   *
   * @throws {TypeError} if an option is unknown or has the wrong type.
   * @throws {RangeError} if `lr` is below 0, a number or `lineSearchFn` is out of range, or there are several groups.
   */
  constructor(params: Params<LBFGSHyper>, options: LBFGSOptions = {}) {
    super(params, complete(options), check);
  }

  /** Refuses a second group: all parameters form one vector. */
  override addParamGroup(group: ParamGroupInit<LBFGSHyper>): void {
    if (this.paramGroups.length > 0) {
      throw new RangeError("Cannot add a second parameter group to LBFGS");
    }
    super.addParamGroup(group);
  }

  /** Moves along up to `maxIter` directions. */
  protected override performStep(closure: Closure | undefined): unknown {
    capture.recorder?.fallBack(
      "LBFGS chooses its steps by the losses that it reads",
    );
    if (closure === undefined) {
      throw new TypeError(
        "Cannot step LBFGS without a closure: it evaluates the loss several times",
      );
    }
    const group = this.paramGroups[0]!;
    const { maxIter, maxEval, toleranceGrad, toleranceChange } = group;
    const lr = typeof group.lr === "number" ? group.lr : group.lr.itemSync();
    const flat = new FlatParams(group.params);
    const evaluate = (): LinePoint & { result: unknown } => {
      const result = this.evaluate(closure);
      return { result, loss: valueOf(result), grad: flat.grad() };
    };
    const first = evaluate();
    const state = this.#state(group.params[0]!);
    let { loss, grad } = first;
    let evaluations = 1;
    state.funcEvals++;
    if (largest(grad) <= toleranceGrad) return first.result;

    for (let iteration = 1; iteration <= maxIter; iteration++) {
      state.nIter++;
      const d = directionOf(state, grad, group.historySize);
      state.d = d;
      state.prevFlatGrad = grad;
      state.prevLoss = loss;
      let t = state.nIter === 1
        ? Math.min(1, 1 / grad.abs().sum().itemSync()) * lr
        : lr;
      state.t = t;
      const slope = grad.dot(d).itemSync();
      if (slope > -toleranceChange) break;

      let used = 0;
      if (group.lineSearchFn === null) {
        flat.move(d, t);
        // The last move is not evaluated: the next call begins with that.
        if (iteration !== maxIter) {
          ({ loss, grad } = evaluate());
          used = 1;
        }
      } else {
        const here = flat.copy();
        const found = strongWolfe({
          evaluate(t) {
            flat.move(d, t);
            const point = evaluate();
            flat.restore(here);
            return point;
          },
          direction: d,
          start: { loss, grad },
          slope,
          t,
          maxIterations: maxEval - evaluations,
        });
        ({ loss, grad, t } = found);
        used = found.evaluations;
        flat.move(d, t);
        state.t = t;
      }
      evaluations += used;
      state.funcEvals += used;

      if (iteration === maxIter || evaluations >= maxEval) break;
      if (largest(grad) <= toleranceGrad) break;
      if (largest(d) * Math.abs(t) <= toleranceChange) break;
      if (Math.abs(loss - state.prevLoss) < toleranceChange) break;
    }
    return first.result;
  }

  #state(param: Tensor): LBFGSState {
    let state = this.state.get(param) as LBFGSState | undefined;
    if (state === undefined) {
      state = {
        funcEvals: 0,
        nIter: 0,
        oldDirs: [],
        oldStps: [],
        ro: [],
        hDiag: 1,
        al: [],
      };
      this.state.set(param, state);
    }
    return state;
  }
}

/**
 * The next direction: minus the gradient times the modelled inverse Hessian,
 * after the last move has entered the model. Two loops over the history do
 * it (Nocedal 1980).
 */
function directionOf(
  state: LBFGSState,
  grad: Tensor,
  historySize: number,
): Tensor {
  const { oldDirs, oldStps, ro, d, t, prevFlatGrad } = state;
  if (d === undefined || t === undefined || prevFlatGrad === undefined) {
    return grad.neg();
  }
  const y = grad.sub(prevFlatGrad), s = d.mul(t);
  const ys = y.dot(s).itemSync();
  // Only moves along which the slope rises keep the model positive definite.
  if (ys > 1e-10) {
    if (oldDirs.length === historySize) {
      for (const list of [oldDirs, oldStps, ro]) list.shift();
    }
    oldDirs.push(y);
    oldStps.push(s);
    ro.push(1 / ys);
    state.hDiag = ys / y.dot(y).itemSync();
  }

  const r = grad.neg();
  const al = state.al = new Array<number>(ro.length);
  for (let i = ro.length - 1; i >= 0; i--) {
    al[i] = oldStps[i]!.dot(r).itemSync() * ro[i]!;
    addScaled(r, oldDirs[i]!, -al[i]!);
  }
  r.mul_(state.hDiag);
  for (let i = 0; i < ro.length; i++) {
    const be = oldDirs[i]!.dot(r).itemSync() * ro[i]!;
    addScaled(r, oldStps[i]!, al[i]! - be);
  }
  return r;
}
