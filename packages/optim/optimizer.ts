/** What all optimizers have in common. */

import { enableGrad, noGrad } from "@gradus/autograd";
import type { RemovableHandle, Tensor } from "@gradus/tensor";
import { checkOptions } from "@gradus/tensor/internal";
import type { LearningRate } from "./algorithm.ts";
import {
  argumentsAfter,
  globalPostHooks,
  globalPreHooks,
  HookList,
  type OptimizerHook,
  type StateDictHook,
  type StateDictHookOptions,
  type StepArguments,
  type StepPostHook,
  type StepPreHook,
} from "./hooks.ts";
import type { Modifiers } from "./modifiers.ts";
import {
  checkAgainst,
  completeGroup,
  type Defaults,
  isGroup,
  listElements,
  listParams,
  type ParamGroup,
  type ParamGroupInit,
  type Params,
  warnOfRepeats,
} from "./param_groups.ts";
import { showGroups } from "./print.ts";
import {
  checkStateDict,
  type OptimizerStateDict,
  packState,
  type ParamState,
  unpackGroups,
  unpackState,
} from "./state_dict.ts";

/** Computes the loss and its gradients anew: zeroes gradients, runs the model, calls `backward()`, returns the loss. */
export type Closure<Loss = unknown> = () => Loss;

/** The hyper-parameter that practically all optimizers have. */
export interface HasLearningRate {
  /** The learning rate. */
  lr: LearningRate;
}

/**
 * What drives a training loop: an {@linkcode Optimizer}, or what is wrapped
 * around one and shares its groups. Learning-rate schedulers take it.
 */
export type OptimizerLike = Pick<
  Optimizer,
  | "defaults"
  | "paramGroups"
  | "state"
  | "step"
  | "zeroGrad"
  | "stateDict"
  | "loadStateDict"
  | "addParamGroup"
>;

/** Options of {@linkcode Optimizer.zeroGrad}. */
export interface ZeroGradOptions {
  /** Drops gradients, so that steps skip parameters that get no new one; otherwise gradients become zeros. */
  setToNone?: boolean;
}

/**
 * The base of all optimizers: parameter groups, state, hooks and state
 * dictionaries as `torch.optim.Optimizer` has them. A subclass adds
 * {@linkcode Optimizer.performStep}; where the rule treats each parameter on
 * its own, {@linkcode AlgorithmOptimizer} does that too.
 *
 * What PyTorch reports as a `ValueError` is a `RangeError` here. Unlike
 * PyTorch, hyper-parameters of single groups are checked as well, and loading
 * a state dictionary copies its tensors.
 */
export abstract class Optimizer<Hyper extends object = HasLearningRate> {
  /** Hyper-parameters of groups that do not set their own. */
  readonly defaults: Defaults<Hyper>;
  /** The groups; a change of a value in one takes effect with the next step. */
  readonly paramGroups: ParamGroup<Hyper>[] = [];
  /** What the optimizer remembers about each parameter; made in the first step that has a gradient. */
  readonly state: Map<Tensor, ParamState> = new Map();

  // Any object, so that an optimizer of more hyper-parameters is one of fewer.
  readonly #check: (hyper: object) => void;
  #otherState: Record<string, ParamState> = {};
  readonly #stepPreHooks = new HookList<StepPreHook>();
  readonly #stepPostHooks = new HookList<StepPostHook>();
  readonly #savePreHooks = new HookList<OptimizerHook>();
  readonly #savePostHooks = new HookList<StateDictHook>();
  readonly #loadPreHooks = new HookList<StateDictHook>();
  readonly #loadPostHooks = new HookList<OptimizerHook>();

  /**
   * An optimizer of `params`.
   *
   * @param params Tensors, pairs of a name and a tensor, or groups.
   * @param defaults Hyper-parameters for groups without their own; {@linkcode required} marks those that each group must give.
   * @param check Throws if the hyper-parameters of a group are not valid.
   * @throws {TypeError} if `params` is a single tensor or holds anything but tensors.
   * @throws {RangeError} if there are no parameters, or one is not a leaf or in two groups.
   */
  constructor(
    params: Params<Hyper>,
    defaults: Defaults<Hyper>,
    check: (hyper: Readonly<Hyper>) => void = () => {},
  ) {
    this.defaults = defaults;
    this.#check = check as (hyper: object) => void;
    const elements = listElements(params, this.#name);
    const groups = isGroup(elements[0]) ? elements : [{ params: elements }];
    for (const group of groups) {
      this.addParamGroup(group as ParamGroupInit<Hyper>);
    }
  }

  get #name(): string {
    return this.constructor.name;
  }

  /**
   * Adds parameters, with hyper-parameters of their own where `group` gives
   * some. Nothing changes if the group is refused.
   *
   * @throws {TypeError} if `group` is no group or holds anything but tensors.
   * @throws {RangeError} if only some parameters have names, one is not a leaf
   * or is in another group, or a required hyper-parameter is missing.
   *
   * @example
   * ```ts
   * import { SGD } from "@gradus/optim";
   * import { tensor } from "@gradus/tensor";
   * import { assertEquals } from "@std/assert";
   *
   * const body = tensor([1.5, 2.5], { requiresGrad: true });
   * const head = tensor([0.5], { requiresGrad: true });
   * const optimizer = new SGD([body], { lr: 0.1, momentum: 0.9 });
   * optimizer.addParamGroup({ params: [head], lr: 0.01 });
   * assertEquals(optimizer.paramGroups.map((group) => group.lr), [0.1, 0.01]);
   * assertEquals(optimizer.paramGroups[1]!.momentum, 0.9);
   * ```
   */
  addParamGroup(group: ParamGroupInit<Hyper>): void {
    if (!isGroup(group)) {
      throw new TypeError(
        `Cannot add a parameter group to ${this.#name}: expected an object with params`,
      );
    }
    const { differentiable } = { ...this.defaults, ...group } as Modifiers;
    const list = listParams(group.params, this.#name, differentiable === true);
    const { names } = list;
    const values = completeGroup(group, this.defaults, this.#name);
    if (names) values.paramNames = names;
    this.#check(values);
    checkAgainst(this.paramGroups, list, this.#name);
    warnOfRepeats(list, this.#name);
    this.paramGroups.push(
      { ...values, params: list.params } as ParamGroup<Hyper>,
    );
  }

  /**
   * Forgets the gradients of all parameters. Call it before `backward()`,
   * which adds to what is there.
   *
   * @throws {TypeError} if an option is unknown.
   */
  zeroGrad(options: ZeroGradOptions = {}): void {
    checkOptions("zero gradients", options, ["setToNone"]);
    const { setToNone = true } = options;
    for (const { params } of this.paramGroups) {
      for (const param of params) {
        if (setToNone) param.grad = null;
        else if (param.grad) param.grad = cleared(param.grad);
      }
    }
  }

  /**
   * Moves the parameters once. Those without a gradient stay where they are
   * and get no state; a gradient of zeros counts as one.
   *
   * @param closure Computes loss and gradients; called with recording on.
   * @returns The loss that the closure returned first.
   */
  step<Loss>(closure: Closure<Loss>): Loss;
  /** Moves the parameters once, with the gradients that they have. */
  step(): undefined;
  /** Moves the parameters once. */
  step(closure?: Closure): unknown {
    let args: StepArguments = closure === undefined ? [] : [closure];
    const before = (hook: StepPreHook) => {
      args = argumentsAfter(hook, this as unknown as Optimizer, args);
    };
    const after = (hook: StepPostHook) =>
      hook(this as unknown as Optimizer, args);
    globalPreHooks.forEach(before);
    this.#stepPreHooks.forEach(before);
    const loss = noGrad(() => this.performStep(args[0] as Closure | undefined));
    this.#stepPostHooks.forEach(after);
    globalPostHooks.forEach(after);
    return loss;
  }

  /**
   * The step itself, without hooks. It runs without recording; closures go
   * through {@linkcode Optimizer.evaluate}.
   */
  protected abstract performStep(closure: Closure | undefined): unknown;

  /** Calls the closure, if there is one, with recording on. */
  protected evaluate<Loss>(closure: Closure<Loss>): Loss {
    const loss = enableGrad(closure);
    if (loss instanceof Promise) {
      throw new TypeError(
        `Cannot step ${this.#name} as the closure returned a promise: gradients must be there when it returns`,
      );
    }
    return loss;
  }

  /** Runs `hook` before every step; an array that it returns replaces the arguments of `step`. */
  registerStepPreHook(hook: StepPreHook): RemovableHandle {
    return this.#stepPreHooks.add(hook);
  }

  /** Runs `hook` after every step. */
  registerStepPostHook(hook: StepPostHook): RemovableHandle {
    return this.#stepPostHooks.add(hook);
  }

  /** Runs `hook` before {@linkcode Optimizer.stateDict}. */
  registerStateDictPreHook(
    hook: OptimizerHook,
    options: StateDictHookOptions = {},
  ): RemovableHandle {
    return this.#savePreHooks.add(hook, options);
  }

  /** Runs `hook` after {@linkcode Optimizer.stateDict}; it may return another dictionary. */
  registerStateDictPostHook(
    hook: StateDictHook,
    options: StateDictHookOptions = {},
  ): RemovableHandle {
    return this.#savePostHooks.add(hook, options);
  }

  /** Runs `hook` before {@linkcode Optimizer.loadStateDict} with a shallow copy of the dictionary; it may return another. */
  registerLoadStateDictPreHook(
    hook: StateDictHook,
    options: StateDictHookOptions = {},
  ): RemovableHandle {
    return this.#loadPreHooks.add(hook, options);
  }

  /** Runs `hook` after {@linkcode Optimizer.loadStateDict}. */
  registerLoadStateDictPostHook(
    hook: OptimizerHook,
    options: StateDictHookOptions = {},
  ): RemovableHandle {
    return this.#loadPostHooks.add(hook, options);
  }

  /**
   * State and hyper-parameters as data, for saving. Parameters are replaced
   * by their positions. Tensors are those of the optimizer: later steps change them.
   */
  stateDict(): OptimizerStateDict {
    const self = this as unknown as Optimizer;
    this.#savePreHooks.forEach((hook) => hook(self));
    let dict = packState(this.paramGroups, this.state, this.#otherState);
    this.#savePostHooks.forEach((hook) => dict = hook(self, dict) ?? dict);
    return dict;
  }

  /**
   * Takes over what {@linkcode Optimizer.stateDict} gave, from this or another
   * optimizer with groups of the same sizes. Values are copied; state gets the
   * type and device that it began with, all but the step counter. Learning-rate
   * schedulers write `lr` when they are made, so make them first.
   *
   * @throws {TypeError} if `dict` has another form, or state that does not fit.
   * @throws {RangeError} if numbers of groups or parameters differ, or a saved
   * hyper-parameter is not valid. Nothing changes then.
   */
  loadStateDict(dict: OptimizerStateDict): void {
    const self = this as unknown as Optimizer;
    let source = { ...dict };
    this.#loadPreHooks.forEach((hook) => source = hook(self, source) ?? source);
    checkStateDict(source, this.paramGroups, this.#name);
    const groups = noGrad(() =>
      unpackGroups(source, this.paramGroups, this.defaults)
    ) as ParamGroup<Hyper>[];
    groups.forEach((group) => this.#check(group));
    const loaded = noGrad(() =>
      unpackState(source, groups, (param, hyper) => this.begin(param, hyper))
    );
    for (const group of groups) {
      for (const param of group.params) {
        const state = loaded.state.get(param);
        if (state) noGrad(() => this.checkState(param, state, group));
      }
    }
    this.paramGroups.splice(0, groups.length, ...groups);
    this.state.clear();
    for (const [param, state] of loaded.state) this.state.set(param, state);
    this.#otherState = loaded.others;
    this.#loadPostHooks.forEach((hook) => hook(self));
  }

  /** The state of a parameter at first, as far as it is known before a step. What is loaded gets the types and devices of this, else those of the parameter. */
  protected begin(_param: Tensor, _hyper: Readonly<Hyper>): ParamState {
    return {};
  }

  /** Throws if the loaded state of a parameter is not what the optimizer can go on from. */
  protected checkState(
    _param: Tensor,
    _state: ParamState,
    _hyper: Readonly<Hyper>,
  ): void {}

  /** Class and hyper-parameters of each group, laid out as PyTorch does, under the names that they have here: `weightDecay`. */
  toString(): string {
    return showGroups(this.#name, this.paramGroups);
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

/** A gradient cut off its graph and set to zero, in place. */
function cleared(grad: Tensor): Tensor {
  let out = grad;
  if (!grad.gradFn) grad.requiresGrad = false;
  // A view cannot leave the graph, but another tensor over its memory can.
  else out = grad.base ? grad.detach() : grad.detach_();
  noGrad(() => out.zero_());
  return out;
}
