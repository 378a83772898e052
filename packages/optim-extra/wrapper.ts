/** What is wrapped around optimizers. */

import { enableGrad, noGrad } from "@gradus/autograd";
import type {
  Closure,
  OptimizerLike,
  OptimizerStateDict,
  ZeroGradOptions,
} from "@gradus/optim";
import {
  checkDomains,
  type Domains,
  stepMode,
  withDefaults,
} from "@gradus/optim/internal";
import { compile, type Compiled, type Tensor, zerosLike } from "@gradus/tensor";
import { capture, guard, hostValue, uncaptured } from "@gradus/tensor/internal";
import {
  hyperIn,
  memoriesIn,
  type Memory,
  withMemories,
} from "./wrapper_state_dict.ts";

/** What tells the kinds of wrappers apart. */
export interface WrapperKind<Hyper extends object> {
  /** Its name in messages. */
  readonly name: string;
  /** Hyper-parameters that are not given. */
  readonly defaults: Readonly<Hyper>;
  /** The values that each hyper-parameter may have. */
  readonly domains: Domains<Hyper>;
}

/**
 * Something that steps by means of an optimizer: it shares the groups of that
 * optimizer, and its state dictionaries are those of the optimizer with its own
 * entries among them.
 */
export abstract class OptimizerWrapper<Hyper extends object>
  implements OptimizerLike {
  /** The optimizer within. */
  readonly optimizer: OptimizerLike;
  /** The hyper-parameters of the wrapper; a change takes effect with the next step. */
  readonly hyper: Hyper;
  readonly #kind: WrapperKind<Hyper>;
  readonly #memories = new Map<Tensor, Memory>();
  readonly #programs = new Map<string, Compiled<[], void>>();
  readonly #buffers = new Map<string, WeakMap<Tensor, Tensor>>();

  /**
   * A wrapper around `optimizer`.
   *
   * @throws {TypeError} if an option is unknown or has the wrong type.
   * @throws {RangeError} if an option is out of range, or the optimizer is in such a wrapper already.
   */
  constructor(
    kind: WrapperKind<Hyper>,
    optimizer: OptimizerLike,
    options: Partial<Hyper>,
  ) {
    const { name, defaults, domains } = kind;
    let inner: OptimizerLike | undefined = optimizer;
    while (inner instanceof OptimizerWrapper) {
      if (inner.#kind.name === name) {
        throw new RangeError(
          `Cannot make ${name}: the optimizer is in a ${name} already`,
        );
      }
      inner = inner.optimizer;
    }
    if (typeof inner?.step !== "function") {
      throw new TypeError(`Cannot make ${name}: expected an optimizer`);
    }
    const hyper = withDefaults(name, defaults, options);
    checkDomains(name, domains, hyper);
    this.#kind = kind;
    this.optimizer = optimizer;
    this.hyper = hyper;
  }

  /** Hyper-parameters of groups that do not set their own: those of the optimizer. */
  get defaults(): OptimizerLike["defaults"] {
    return this.optimizer.defaults;
  }
  /** The groups of the optimizer. */
  get paramGroups(): OptimizerLike["paramGroups"] {
    return this.optimizer.paramGroups;
  }
  /** What the optimizer remembers about each parameter. */
  get state(): OptimizerLike["state"] {
    return this.optimizer.state;
  }

  /** Adds parameters to the optimizer. */
  addParamGroup(
    group: Parameters<OptimizerLike["addParamGroup"]>[0],
  ): void {
    this.optimizer.addParamGroup(group);
  }

  /** Forgets the gradients of all parameters. */
  zeroGrad(options: ZeroGradOptions = {}): void {
    this.optimizer.zeroGrad(options);
  }

  /**
   * Moves the parameters once.
   *
   * @param closure Computes loss and gradients; called with recording on.
   * @returns The loss that the closure returned first.
   */
  step<Loss>(closure: Closure<Loss>): Loss;
  /** Moves the parameters once, with the gradients that they have. */
  step(): undefined;
  /** Moves the parameters once. */
  step(closure?: Closure): unknown {
    checkDomains(this.#kind.name, this.#kind.domains, this.hyper);
    return this.performStep(closure);
  }

  /** The step itself. */
  protected abstract performStep(closure: Closure | undefined): unknown;

  /** What is remembered about a parameter at first, and saved; nothing if left as it is. */
  protected freshMemory(_param: Tensor, _hyper: Readonly<Hyper>): Memory {
    return {};
  }

  /** Calls the closure with recording on. */
  protected evaluate(closure: Closure): unknown {
    const loss = enableGrad(closure);
    if (loss instanceof Promise) {
      throw new TypeError(
        `Cannot step ${this.#kind.name} as the closure returned a promise: gradients must be there when it returns`,
      );
    }
    return loss;
  }

  /** All parameters, each once. */
  protected params(): Tensor[] {
    const list = () => [
      ...new Set(this.paramGroups.flatMap(({ params }) => params)),
    ];
    return guarded(list);
  }

  /** The parameters that have gradients. */
  protected withGradients(): Tensor[] {
    return this.params().filter(({ grad }) => grad !== null);
  }

  /** The memory of a parameter. It is made outside of a capture, as every run goes on from it. */
  protected memory(param: Tensor): Memory {
    let known = this.#memories.get(param);
    if (known === undefined) {
      known = uncaptured(() =>
        noGrad(() => this.freshMemory(param, this.hyper))
      );
      this.#memories.set(param, known);
    }
    const found = known;
    guard(() => this.#memories.get(param) === found);
    return found;
  }

  /** A number from the hyper-parameters as rules of algorithms get it: in memory. */
  protected number(read: (hyper: Readonly<Hyper>) => number): Tensor {
    return hostValue(() => read(this.hyper));
  }

  /** A hyper-parameter that decides which operations run. */
  protected constant<Name extends keyof Hyper>(name: Name): Hyper[Name] {
    const now = this.hyper[name];
    guard(() => this.hyper[name] === now);
    return now;
  }

  /** Does `work`, which must always be the same for a `name`, as a program where that can be. */
  protected run(name: string, work: () => void): void {
    const eager = capture.recorder !== null || !stepMode.compiled ||
      this.params().some(({ device }) => device !== "cpu");
    let program = this.#programs.get(name);
    if (!eager && program === undefined) {
      program = compile(work);
      this.#programs.set(name, program);
    }
    noGrad(eager ? work : program!);
  }

  /** Memory of the shape of a parameter that is made once and not saved. */
  protected buffer(name: string, param: Tensor): Tensor {
    const known = this.#buffers.get(name) ?? new WeakMap<Tensor, Tensor>();
    this.#buffers.set(name, known);
    let found = known.get(param);
    if (found === undefined) {
      found = uncaptured(() => zerosLike(param.detach()));
      known.set(param, found);
    }
    return found;
  }

  /**
   * Steps the optimizer along what `work` writes, under the name `direction`,
   * into the buffers of all parameters that have gradients. Afterwards they
   * have the gradients from before.
   */
  protected stepAlong(work: () => void): void {
    this.run("direction", work);
    const params = this.withGradients();
    const grads = params.map(({ grad }) => grad);
    for (const param of params) param.grad = this.buffer("direction", param);
    try {
      this.optimizer.step();
    } finally {
      params.forEach((param, i) => param.grad = grads[i]!);
    }
  }

  /**
   * State and hyper-parameters as data, for saving: those of the optimizer, in
   * the state of each parameter what the wrapper remembers about it, and in the
   * first group the hyper-parameters of the wrapper under its name.
   */
  stateDict(): OptimizerStateDict {
    const dict = this.optimizer.stateDict();
    const { name } = this.#kind;
    return withMemories(
      dict,
      this.paramGroups,
      this.#memories,
      name,
      this.hyper,
    );
  }

  /**
   * Takes over what {@linkcode OptimizerWrapper.stateDict} gave, or what the
   * optimizer itself gave, in which case the wrapper begins anew.
   *
   * @throws {TypeError} if `dict` has another form, or state that does not fit.
   * @throws {RangeError} if numbers of groups or parameters differ, or a saved
   * hyper-parameter is not valid. Nothing changes then.
   */
  loadStateDict(dict: OptimizerStateDict): void {
    const { name, domains } = this.#kind;
    const hyper: Hyper = { ...this.hyper, ...hyperIn(dict, name) };
    checkDomains(name, domains, hyper);
    const found = noGrad(() =>
      memoriesIn(
        dict,
        this.paramGroups,
        (param) => this.freshMemory(param, hyper),
        name,
      )
    );
    this.optimizer.loadStateDict(found.rest);
    this.#memories.clear();
    for (const [param, own] of found.memories) this.#memories.set(param, own);
    Object.assign(this.hyper, hyper);
    this.#programs.clear();
  }

  /** The wrapper and its hyper-parameters, then the optimizer as it prints itself. */
  toString(): string {
    const hyper = Object.entries(this.hyper)
      .map(([key, value]) => `${key}: ${value}`).join(", ");
    return `${this.constructor.name} (${hyper}) of ${this.optimizer}`;
  }
  /** What `console.log` shows in Deno. */
  [Symbol.for("Deno.customInspect")](): string {
    return this.toString();
  }
  /** What `console.log` shows in Node. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

/** A list that what is captured depends on. */
function guarded<T>(list: () => T[]): T[] {
  const seen = list();
  guard(() => {
    const now = list();
    return now.length === seen.length && seen.every((x, i) => x === now[i]);
  });
  return seen;
}
