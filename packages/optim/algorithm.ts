/** The mathematics of an optimizer, apart from what drives it. */

import { compile, type Compiled, Tensor } from "@gradus/tensor";
import { capture, guard, showShape } from "@gradus/tensor/internal";
import { checkDomains, type Domains, withDefaults } from "./domains.ts";
import { type HyperAccess, hyperAccess } from "./hyper.ts";
import { type Closure, Optimizer } from "./optimizer.ts";
import type { Params } from "./param_groups.ts";
import type { OptimizerStateDict, ParamState } from "./state_dict.ts";
import { isEmpty, States, structureOf } from "./states.ts";

/** For tests: whether steps compile themselves, and what they compiled. */
export const stepMode: {
  compiled: boolean;
  readonly steps: WeakMap<object, Compiled<[], void>>;
} = { compiled: true, steps: new WeakMap() };

/** A learning rate: a number, or a tensor with one element, which may be changed in place. */
export type LearningRate = number | Tensor;

/** What a rule works with: one parameter and all that belongs to it. */
export interface Update<Hyper, State> extends HyperAccess<Hyper> {
  /** The parameter. Not to be read after the first write to `target`. */
  readonly param: Tensor;
  /** Its gradient, not to be written to. */
  readonly grad: Tensor;
  /** What the rule remembers between steps: its tensors are overwritten in place. */
  readonly state: State;
  /** A bool of 0 dims: whether this is the step for which the state was made. */
  readonly first: () => Tensor;
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
  /** The state before the first step. What it lacks for other hyper-parameters is made when those are set. */
  readonly init: (param: Tensor, hyper: Readonly<Hyper>) => State;
  /**
   * One step for one parameter, without recording. It runs once, and what it
   * did is done again in every later step. So it is made of operations on
   * tensors alone: it reads no value and keeps nothing outside of `state`.
   */
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
  readonly #states: States<Hyper, State> = new States(this.state);

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
    if (capture.recorder || !stepMode.compiled || !this.#onCpu()) {
      this.#updateAll();
    } else {
      let step = stepMode.steps.get(this);
      if (!step) {
        step = compile(() => this.#updateAll());
        stepMode.steps.set(this, step);
      }
      step();
    }
    return loss;
  }

  /** Takes over what {@linkcode Optimizer.stateDict} gave, and forgets the programs that worked on other state. */
  override loadStateDict(dict: OptimizerStateDict): void {
    super.loadStateDict(dict);
    stepMode.steps.get(this)?.clear();
  }

  /** Throws unless `state` has what the algorithm begins with, in the same shapes. */
  protected override checkState(
    param: Tensor,
    state: ParamState,
    hyper: Readonly<Hyper>,
  ): void {
    if (isEmpty(state)) return;
    const { name, init, defaults } = this.algorithm;
    const always = init(param, defaults);
    for (const [key, expected] of Object.entries(init(param, hyper))) {
      const found = state[key];
      // What only some options need is made where it is missing.
      if (found === undefined && !(key in always)) continue;
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

  #onCpu(): boolean {
    for (const { params } of this.paramGroups) {
      for (const { device } of params) if (device !== "cpu") return false;
    }
    return true;
  }

  /**
   * The update of all parameters: what is captured. Guards cover all that
   * decides which operations run.
   */
  #updateAll(): void {
    const { defaults, init, update } = this.algorithm;
    const names = Object.keys(defaults);
    guardList(() => this.paramGroups);
    for (const group of this.paramGroups) {
      guardList(() => group.params);
      const access = hyperAccess<Hyper>(group, names);
      const structure = structureOf(group, names);
      for (const param of group.params) {
        const { grad } = param;
        if (grad === null) continue;
        this.#states.use(init, param, group, structure, (step) => {
          update({ ...access, ...step, param, grad, target: param });
        });
      }
    }
  }
}

/** Guards the elements of a list. */
function guardList(read: () => readonly unknown[]): void {
  const seen = [...read()];
  guard(() => {
    const now = read();
    return now.length === seen.length && seen.every((x, i) => x === now[i]);
  });
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
