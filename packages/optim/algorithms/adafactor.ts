/** Adafactor. */

import {
  type DType,
  type Tensor,
  type TensorOptions,
  zeros,
  zerosLike,
} from "@gradus/tensor";
import type { Algorithm, LearningRate } from "../algorithm.ts";
import { atLeastZero, type Domain, flag, learningRate } from "../domains.ts";
import { counter, countStep, numberOf } from "./shared.ts";

/** Hyper-parameters of {@linkcode Adafactor}. */
export interface AdafactorHyper {
  /** The largest learning rate; from step `1 / lr²` on it falls with the root of the steps. 1e-2 if left out. */
  lr: LearningRate;
  /** The average of squares gives the newest the weight `t^beta2Decay`; -0.8 if left out. */
  beta2Decay: number;
  /**
   * ε1 keeps denominators away from 0, ε2 the size of steps where a parameter
   * is near 0; null, the distance from 1 to the next number of the parameter's
   * type, and 1e-3 if left out.
   */
  eps: readonly [number | null, number];
  /** What the root of the mean square of a change is held down to; 1 if left out. */
  d: number;
  /** Factor of the decoupled decay, λ; 0 if left out. */
  weightDecay: number;
  /** Climbs instead of descending. */
  maximize: boolean;
}

/** What Adafactor remembers. */
export type AdafactorState = {
  /** Steps so far, t. */
  step: Tensor;
  /** Running average of the mean squares of rows, R, for parameters of 2 and more dims. */
  rowVar?: Tensor;
  /** Running average of the mean squares of columns, C, for parameters of 2 and more dims. */
  colVar?: Tensor;
  /** Running average of squares, V, for other parameters. */
  variance?: Tensor;
};

const atMostZero: Domain = {
  expected: "a number of at most 0",
  type: atLeastZero.type,
  range: (value) => value as number <= 0,
};

const atLeastOne: Domain = {
  expected: "a number of at least 1",
  type: atLeastZero.type,
  range: (value) => value as number >= 1,
};

const epsilons: Domain = {
  expected: "two numbers of at least 0, or null and such a number",
  type: (value) =>
    Array.isArray(value) && value.length === 2 &&
    (value[0] === null || typeof value[0] === "number") &&
    typeof value[1] === "number",
  range: (value) =>
    (value as (number | null)[]).every((eps) => eps === null || eps >= 0),
};

/** The distance from 1 to the next number of a type. */
function machineEpsilon(dtype: DType): number {
  return dtype === "float64" ? 2 ** -52 : 2 ** -23;
}

/** The root of the mean of the squares, as a number. */
function rootMeanSquare(x: Tensor): Tensor {
  return numberOf(x.norm()).div(Math.sqrt(x.numel));
}

/** Shape `shape` with size 1 in the dim that is `fromEnd` from the end. */
function reducedShape(shape: readonly number[], fromEnd: number): number[] {
  return shape.map((size, i) => i === shape.length - fromEnd ? 1 : size);
}

/**
 * Adafactor (Shazeer and Stern 2018, arXiv:1804.04235): divides by the root of
 * an average of squares of which, for a matrix, only means of rows and of
 * columns are kept.
 *
 * ```
 * g = gradient                                (-gradient to maximize)
 * w = t^beta2Decay
 * α = max(ε2, rms(θ)) min(lr, 1 / sqrt(t))    rms(x) = |x| / sqrt(number of elements)
 * R = R + w (mean of g² over columns - R)
 * C = C + w (mean of g² over rows - C)
 * V = R C / max(ε1, mean of R)                for matrices, the last two dims
 * V = V + w (g² - V)                          for fewer dims
 * U = g / sqrt(max(V, ε1²))
 * θ = θ - lr λ θ - α U / max(1, rms(U) / d)
 * ```
 *
 * As in PyTorch: without first moment, and what ε1 guards differs from the
 * paper, which adds it to g². Optax factors only dims of 128 and more.
 */
export const adafactorRule: Algorithm<AdafactorHyper, AdafactorState> = {
  name: "Adafactor",
  defaults: {
    lr: 1e-2,
    beta2Decay: -0.8,
    eps: [null, 1e-3],
    d: 1,
    weightDecay: 0,
    maximize: false,
  },
  domains: {
    lr: learningRate,
    beta2Decay: atMostZero,
    eps: epsilons,
    d: atLeastOne,
    weightDecay: atLeastZero,
    maximize: flag,
  },

  init: (param) => ({
    step: counter(),
    ...(param.ndim > 1
      ? {
        rowVar: zeros(reducedShape(param.shape, 1), like(param)),
        colVar: zeros(reducedShape(param.shape, 2), like(param)),
      }
      : { variance: zerosLike(param) }),
  }),

  update(update) {
    const { param, grad, state, hyper, uses, target } = update;
    const { lr, beta2Decay, eps: [givenEps1, eps2], d, weightDecay } = hyper;
    const eps1 = givenEps1 ?? machineEpsilon(param.dtype);
    const t = countStep(state);
    const g = hyper.maximize ? grad.neg() : grad;
    const w = t.pow(beta2Decay);
    const rho = lr.minimum(t.rsqrt());
    const alpha = rootMeanSquare(param).maximum(eps2).mul(rho);
    if (uses("weightDecay")) update.shrink(lr.mul(weightDecay));

    const squares = g.square();
    let v: Tensor;
    if (g.ndim > 1) {
      const { rowVar, colVar } = state;
      rowVar!.lerp_(squares.mean(-1, { keepdim: true }), w);
      colVar!.lerp_(squares.mean(-2, { keepdim: true }), w);
      const mean = rowVar!.mean(-2, { keepdim: true }).maximum(eps1);
      v = rowVar!.mul(colVar!).div(mean);
    } else {
      v = state.variance!.lerp_(squares, w);
    }
    const least = typeof eps1 === "number" ? eps1 ** 2 : eps1.square();
    const u = g.mul(v.maximum(least).rsqrt());
    const excess = rootMeanSquare(u).div(d).maximum(1);
    target.sub_(u.mul(alpha.div(excess)));
  },
};

/** Options of a tensor of the type and on the device of `t`. */
function like({ dtype, device }: Tensor): TensorOptions {
  return { dtype, device };
}
