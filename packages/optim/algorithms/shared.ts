/** What the equations of many algorithms share. */

import { getDefaultDtype, type Tensor, zeros } from "@gradus/tensor";
import { asNumber } from "@gradus/tensor/internal";
import type { Algorithm } from "../algorithm.ts";
import type { Domains } from "../domains.ts";
import type { ParamState } from "../state_dict.ts";

/**
 * The properties of both, those of `changes` in place of others. Unlike a
 * spread, a call can be marked as pure, so that bundlers leave out algorithms
 * that nobody uses.
 */
export function extended<A extends object, B extends object>(
  base: A,
  changes: B,
): Omit<A, keyof B> & B {
  return { ...base, ...changes };
}

/** What tells an algorithm from one that it is a variant of. */
export interface Variant<Hyper> {
  /** Its name in messages. */
  readonly name: string;
  /** Defaults that are others. */
  readonly defaults: Partial<Hyper>;
  /** Domains that are others. */
  readonly domains: Partial<Domains<Hyper>>;
}

/** An algorithm with another name, and with other defaults and domains where `variant` has some. */
export function variantOf<Hyper extends object, State extends ParamState>(
  base: Algorithm<Hyper, State>,
  { name, defaults, domains }: Variant<Hyper>,
): Algorithm<Hyper, State> {
  return {
    ...base,
    name,
    defaults: { ...base.defaults, ...defaults },
    domains: { ...base.domains, ...domains },
  };
}

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
  return numberOf(state.step.add_(1));
}

/** A number of a state as rules compute with it: in float64 where the device has that. */
export function numberOf(stored: Tensor): Tensor {
  return asNumber(stored.device === "cpu" ? stored.to("float64") : stored);
}

/** A number rounded as PyTorch does to keep it in a state: to the default type. */
export function rounded(x: Tensor): Tensor {
  return numberOf(x.to(getDefaultDtype()));
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
