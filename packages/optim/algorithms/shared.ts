/** What the equations of many algorithms share. */

import { type Tensor, zeros } from "@gradus/tensor";
import { asNumber } from "@gradus/tensor/internal";

/** `1 - x` */
export function oneMinus(x: Tensor): Tensor {
  return x.rsub(1);
}

/** A step counter at 0: a 0-d tensor on the CPU in the default type, as PyTorch keeps it. */
export function counter(): Tensor {
  return zeros([]);
}

/** Counts a step and returns its number t, from 1, in float64. */
export function countStep(state: { readonly step: Tensor }): Tensor {
  return asNumber(state.step.add_(1).to("float64"));
}

/** `1 - beta^t`: what a running average that began at 0 lacks after t steps. */
export function biasCorrection(beta: Tensor, t: Tensor): Tensor {
  return oneMinus(beta.pow(t));
}

/** What {@linkcode penalized} needs of an update. */
export interface Penalty {
  /** The parameter. */
  readonly param: Tensor;
  /** Its gradient. */
  readonly grad: Tensor;
  /** Hyper-parameters that change the gradient before a rule sees it. */
  readonly hyper: {
    /** Climbs instead of descending. */
    readonly maximize: boolean;
    /** Factor of the parameter in the penalty. */
    readonly weightDecay: Tensor;
    /** Decay shrinks the parameter itself and stays out of the gradient. */
    readonly decoupledWeightDecay?: boolean;
  };
  /** Whether the factor is not 0. */
  readonly uses: (name: "weightDecay") => boolean;
}

/**
 * The gradient of the objective with its penalty: `g + weightDecay * param`,
 * with `-g` in place of g to maximize. It is the gradient itself where nothing
 * is to be done, so it is not to be written to.
 */
export function penalized({ param, grad, hyper, uses }: Penalty): Tensor {
  const g = hyper.maximize ? grad.neg() : grad;
  return uses("weightDecay") && !hyper.decoupledWeightDecay
    ? g.add(param.mul(hyper.weightDecay))
    : g;
}

/** Adds `-amount * param` to `target`, which may be `param`. */
export function shrink(target: Tensor, param: Tensor, amount: Tensor): void {
  if (target === param) target.mul_(oneMinus(amount));
  else target.sub_(param.mul(amount));
}
