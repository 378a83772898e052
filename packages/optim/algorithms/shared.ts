/** What the equations of many algorithms share. */

import { type Tensor, zeros } from "@gradus/tensor";
import type { LearningRate } from "../algorithm.ts";

/** Hyper-parameters that change the gradient before an algorithm sees it. */
export interface GradientHyper {
  /** Climbs instead of descending. */
  maximize: boolean;
  /** Factor of the parameter in the penalty; 0 for none. */
  weightDecay: number;
  /** Decay shrinks the parameter itself and stays out of the gradient. */
  decoupledWeightDecay?: boolean;
}

/**
 * The gradient of the objective with its penalty: `g + weightDecay * param`,
 * with `-g` in place of g to maximize. It is `grad` itself where nothing is
 * to be done, otherwise a new tensor that the caller disposes of.
 */
export function penalized(
  grad: Tensor,
  param: Tensor,
  hyper: Readonly<GradientHyper>,
): Tensor {
  const { maximize, weightDecay } = hyper;
  if (weightDecay === 0 || hyper.decoupledWeightDecay) {
    return maximize ? grad.neg() : grad;
  }
  const penalty = param.mul(weightDecay);
  return maximize ? penalty.sub_(grad) : penalty.add_(grad);
}

/** Adds `-amount * param` to `target`, which may be `param`. */
export function shrink(target: Tensor, param: Tensor, amount: number): void {
  if (target === param) target.mul_(1 - amount);
  else addScaled(target, param, -amount);
}

/** Adds `factor * x` to `target` and leaves no garbage. */
export function addScaled(target: Tensor, x: Tensor, factor: number): void {
  const scaled = x.mul(factor);
  target.add_(scaled);
  scaled.dispose();
}

/** The value of a learning rate. */
export function rate(lr: LearningRate): number {
  return typeof lr === "number" ? lr : lr.itemSync();
}

/** A step counter at 0: a 0-d tensor on the CPU in the default type, as PyTorch keeps it. */
export function counter(): Tensor {
  return zeros([]);
}

/** Counts a step and returns its number, from 1. */
export function countStep(state: { readonly step: Tensor }): number {
  return state.step.add_(1).itemSync();
}

/** `1 - beta^t`: what a running average that began at 0 lacks after t steps. */
export function biasCorrection(beta: number, t: number): number {
  return 1 - beta ** t;
}
