/** The mathematics of an optimizer, apart from what drives it. */

import { Tensor } from "@gradus/tensor";
import { showShape } from "@gradus/tensor/internal";
import { checkDomains, type Domains, withDefaults } from "./domains.ts";
import { type Closure, Optimizer } from "./optimizer.ts";
import type { Params } from "./param_groups.ts";
import type { ParamState } from "./state_dict.ts";

/** A learning rate: a number, or a tensor with one element, which may be changed in place. */
export type LearningRate = number | Tensor;

/** What a rule works with: one parameter and all that belongs to it. */
export interface Update<Hyper, State> {
  /** The parameter. Not to be read after the first write to `target`. */
  readonly param: Tensor;
  /** Its gradient, not to be written to. */
  readonly grad: Tensor;
  /** What the rule remembers between steps; overwritten with the new state. */
  readonly state: State;
  /** The hyper-parameters. */
  readonly hyper: Readonly<Hyper>;
  /**
   * What the change of the parameter is added to: the parameter itself, or
   * zeros for those who want the change alone. Never read.
   */
  readonly target: Tensor;
}

/**
 * An optimization algorithm: its equations for one parameter, as data. The
 * stateful class and the composable transformation are both made from it, so
 * that the equations are written once.
 */
export interface Algorithm<Hyper extends object, State extends ParamState> {
  /** Its name in messages. */
  readonly name: string;
  /** Hyper-parameters that are not given. */
  readonly defaults: Readonly<Hyper>;
  /** The values that each hyper-parameter may have. */
  readonly domains: Domains<Hyper>;
  /** Throws if hyper-parameters, each fine by itself, do not go together. */
  readonly check?: (hyper: Readonly<Hyper>) => void;
  /** The state before the first step. */
  readonly init: (param: Tensor, hyper: Readonly<Hyper>) => State;
  /** One step for one parameter. Runs without recording. */
  readonly update: (update: Update<Hyper, State>) => void;
}

/**
 * Throws unless the hyper-parameters suit the algorithm.
 *
 * @throws {TypeError} if one has the wrong type, {RangeError} if one is out of range.
 */
function checkHyper<Hyper extends object, State extends ParamState>(
  algorithm: Algorithm<Hyper, State>,
  hyper: Readonly<Hyper>,
): void {
  checkDomains(algorithm.name, algorithm.domains, hyper);
  algorithm.check?.(hyper);
}

/** The hyper-parameters with defaults for those that are not given, all checked. */
function complete<Hyper extends object, State extends ParamState>(
  algorithm: Algorithm<Hyper, State>,
  options: Partial<Hyper>,
): Hyper {
  const hyper = withDefaults(algorithm.name, algorithm.defaults, options);
  checkHyper(algorithm, hyper);
  return hyper;
}

/** An optimizer whose algorithm treats each parameter on its own. */
export abstract class AlgorithmOptimizer<
  Hyper extends object,
  State extends ParamState,
> extends Optimizer<Hyper> {
  /** The equations. */
  readonly algorithm: Algorithm<Hyper, State>;

  /**
   * An optimizer of `params` by `algorithm`.
   *
   * @throws {TypeError} if an option is unknown or has the wrong type, {RangeError} if one is out of range.
   */
  constructor(
    algorithm: Algorithm<Hyper, State>,
    params: Params<Hyper>,
    options: Partial<Hyper> = {},
  ) {
    super(
      params,
      complete(algorithm, options),
      (hyper) => checkHyper(algorithm, hyper),
    );
    this.algorithm = algorithm;
  }

  /** One step for every parameter that has a gradient. */
  protected override performStep(closure: Closure | undefined): unknown {
    const loss = closure && this.evaluate(closure);
    for (const group of this.paramGroups) {
      for (const param of group.params) {
        if (param.grad) this.#updateParam(param, param.grad, group);
      }
    }
    return loss;
  }

  /** Throws unless `state` has what the algorithm begins with, in the same shapes. */
  protected override checkState(
    param: Tensor,
    state: ParamState,
    hyper: Readonly<Hyper>,
  ): void {
    if (isEmpty(state)) return;
    const { name, init } = this.algorithm;
    for (const [key, expected] of Object.entries(init(param, hyper))) {
      const found = state[key];
      if (form(found) === form(expected)) continue;
      throw new TypeError(
        `Cannot load a state dictionary into ${name}: expected ${
          form(expected)
        } as ${key} of a parameter of shape ${showShape(param.shape)}, got ${
          form(found)
        }`,
      );
    }
  }

  #updateParam(param: Tensor, grad: Tensor, hyper: Readonly<Hyper>): void {
    const { algorithm } = this;
    const known = this.state.get(param) as State | undefined;
    const state = known && !isEmpty(known)
      ? known
      : algorithm.init(param, hyper);
    algorithm.update({ target: param, param, grad, state, hyper });
    if (state !== known && !isEmpty(state)) this.state.set(param, state);
  }
}

/** What a value of a state is, in words. */
function form(value: unknown): string {
  return value instanceof Tensor
    ? `a tensor of shape ${showShape(value.shape)}`
    : Array.isArray(value)
    ? "an array"
    : value === null
    ? "null"
    : typeof value;
}

function isEmpty(state: ParamState): boolean {
  for (const _ in state) return false;
  return true;
}
