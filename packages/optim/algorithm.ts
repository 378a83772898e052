/** The mathematics of an optimizer, apart from what drives it. */

import { enableGrad } from "@gradus/autograd";
import { compile, type Compiled, Tensor } from "@gradus/tensor";
import { capture, guard, showShape } from "@gradus/tensor/internal";
import { checkDomains, type Domains, withDefaults } from "./domains.ts";
import { type HyperAccess, hyperAccess } from "./hyper.ts";
import {
  applyRule,
  copyState,
  type GroupStep,
  modifierDomains,
  modifierNames,
  type Modifiers,
  type OptionsOf,
  type RuleStep,
} from "./modifiers.ts";
import { type Closure, Optimizer } from "./optimizer.ts";
import type { ParamGroup, Params } from "./param_groups.ts";
import type { OptimizerStateDict, ParamState } from "./state_dict.ts";
import { isEmpty, States, structureOf } from "./states.ts";

/** For tests: whether steps compile themselves, and what they compiled. */
export const stepMode: {
  compiled: boolean;
  readonly steps: WeakMap<object, Compiled<[readonly Tensor[]], void>>;
} = { compiled: true, steps: new WeakMap() };

/** A learning rate: a number, or a tensor with one element, which may be changed in place. */
export type LearningRate = number | Tensor;

/** What a rule works with: one parameter and all that belongs to it. */
export interface Update<Hyper, State> extends HyperAccess<Hyper> {
  /** The parameter. Not to be read after the first write to `target`. */
  readonly param: Tensor;
  /** Its gradient, not to be written to. */
  readonly grad: Tensor;
  /** What the rule remembers between steps: its tensors are overwritten in place (`mul_`, `add_`, `copy_`), never replaced. */
  readonly state: Readonly<State>;
  /** A bool of 0 dims: whether this is the step for which the state was made. */
  readonly first: () => Tensor;
  /**
   * What the change of the parameter is added to: the parameter itself, or
   * zeros for those who want the change alone. Never read.
   */
  readonly target: Tensor;
  /** Decoupled decay: adds `-amount * param` to what `target` stands for. To be called before `target` is written to. */
  readonly shrink: (amount: Tensor) => void;
  /**
   * An estimate of the diagonal of the Hessian of this parameter, `z * (H z)`
   * with signs z drawn at random, in the steps for which an optimizer made one.
   */
  readonly curvature?: Tensor;
  /** The rows that the gradient is about, as `sparseRows` gives them, where the optimizer asks for them. */
  readonly rows?: Tensor;
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
   * Runs before the updates of a step, with those of all parameters that have
   * gradients, by group: for what goes over many parameters, such as a norm.
   * What it finds it leaves in the states.
   */
  readonly prepare?: (
    groups: readonly (readonly Update<Hyper, State>[])[],
  ) => void;
  /**
   * One step for one parameter, without recording. It runs once, and what it
   * did is done again in every later step. So it is made of operations on
   * tensors alone: it reads no value and keeps nothing outside of `state`. It
   * does not run for parameters without elements.
   */
  readonly update: (update: Update<Hyper, State>) => void;
}

/**
 * Throws unless the hyper-parameters suit the algorithm.
 *
 * @throws {TypeError} if one has the wrong type, {RangeError} if one is out of range.
 */
function checkHyper<Hyper extends object, State extends ParamState>(
  { name, domains, check }: Algorithm<Hyper, State>,
  hyper: Readonly<Hyper>,
): void {
  checkDomains(name, { ...domains, ...modifierDomains(hyper) }, hyper);
  check?.(hyper);
}

/** The hyper-parameters with defaults for those that are not given, all checked. */
export function completeHyper<Hyper extends object, State extends ParamState>(
  algorithm: Algorithm<Hyper, State>,
  options: OptionsOf<Hyper>,
): Hyper & Modifiers {
  const hyper: Hyper & Modifiers = withDefaults(
    algorithm.name,
    algorithm.defaults,
    options,
    modifierNames,
  );
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
  /** The parameters with a curvature in this step. */
  #curved: readonly Tensor[] = [];
  /** The parameters whose gradients are about known rows in this step. */
  #sparse: readonly Tensor[] = [];

  /**
   * An optimizer of `params` by `algorithm`.
   *
   * @throws {TypeError} if an option is unknown or has the wrong type, {RangeError} if one is out of range.
   */
  constructor(
    algorithm: Algorithm<Hyper, State>,
    params: Params<Hyper>,
    options: OptionsOf<Hyper> = {},
  ) {
    super(
      params,
      completeHyper(algorithm, options),
      (hyper) => checkHyper(algorithm, hyper),
    );
    this.algorithm = algorithm;
  }

  /** One step for every parameter that has a gradient. */
  protected override performStep(closure: Closure | undefined): unknown {
    const loss = closure && this.evaluate(closure);
    const curvatures = this.curvatures(), rows = this.gradientRows();
    this.#curved = [...curvatures.keys()];
    this.#sparse = [...rows.keys()];
    const values = [...curvatures.values(), ...rows.values()];
    if (capture.recorder || !this.#compiles()) {
      this.#updateAll(values);
    } else {
      let step = stepMode.steps.get(this);
      if (!step) {
        step = compile((values: readonly Tensor[]) => this.#updateAll(values));
        stepMode.steps.set(this, step);
      }
      step(values);
    }
    return loss;
  }

  /** The curvature by parameter that {@linkcode Update.curvature} gives to the rule in this step. Called after the closure. */
  protected curvatures(): ReadonlyMap<Tensor, Tensor> {
    return new Map();
  }

  /** The rows by parameter that {@linkcode Update.rows} gives to the rule in this step. Called after the closure. */
  protected gradientRows(): ReadonlyMap<Tensor, Tensor> {
    return new Map();
  }

  /** Takes over what {@linkcode Optimizer.stateDict} gave, and forgets the programs that worked on other state. */
  override loadStateDict(dict: OptimizerStateDict): void {
    super.loadStateDict(dict);
    stepMode.steps.get(this)?.clear();
  }

  /** What the algorithm begins with. */
  protected override begin(
    param: Tensor,
    hyper: Readonly<Hyper>,
  ): ParamState {
    return this.algorithm.init(param, hyper);
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

  /** Whether a step is a program: what is differentiable is recorded as it runs. */
  #compiles(): boolean {
    return stepMode.compiled &&
      this.paramGroups.every((group) =>
        !(group as Modifiers).differentiable &&
        group.params.every(({ device }) => device === "cpu")
      );
  }

  /**
   * The update of all parameters: what is captured. Guards cover all that
   * decides which operations run.
   */
  #updateAll(values: readonly Tensor[]): void {
    guardList(() => this.paramGroups);
    guardList(() => this.#curved);
    guardList(() => this.#sparse);
    const count = this.#curved.length;
    const curved = new Map(this.#curved.map((p, i) => [p, values[i]!]));
    const rows = new Map(this.#sparse.map((p, i) => [p, values[count + i]!]));
    applyRule(
      this.algorithm,
      this.paramGroups.map((group) => {
        guardList(() => group.params);
        guardList(() => modifierNames.map((name) => group[name]));
        if (!(group as Modifiers).differentiable) {
          return this.#groupStep(group, curved, rows);
        }
        capture.recorder?.fallBack("differentiable steps keep their graph");
        return enableGrad(() => this.#groupStep(group, curved, rows));
      }),
    );
  }

  /** What the rule works with in a group. */
  #groupStep(
    group: ParamGroup<Hyper>,
    curved: ReadonlyMap<Tensor, Tensor>,
    sparse: ReadonlyMap<Tensor, Tensor>,
  ): GroupStep<Hyper, State> {
    const names = Object.keys(this.algorithm.defaults);
    const structure = structureOf(group, names);
    const { init } = this.algorithm;
    const steps: RuleStep<Hyper, State>[] = [];
    for (const param of group.params) {
      const { grad } = param;
      if (grad === null) continue;
      const own = this.#states.enter(init, param, group, structure);
      // The graph of earlier steps needs the values of their time.
      if ((group as Modifiers).differentiable) {
        Object.assign(own.state, copyState(own.state));
      }
      const curvature = curved.get(param), rows = sparse.get(param);
      steps.push({
        ...own,
        param,
        grad,
        target: param,
        ...(curvature ? { curvature } : {}),
        ...(rows ? { rows } : {}),
      });
    }
    const access = hyperAccess<Hyper>(group, names);
    return { access, steps, modifiers: group as Modifiers };
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
