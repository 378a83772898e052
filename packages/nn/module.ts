/** Modules: what layers and models are. */

import "@gradus/autograd";
import type {
  DeviceName,
  DType,
  RemovableHandle,
  Tensor,
} from "@gradus/tensor";
import { checkOptions } from "@gradus/tensor/internal";
import { clearGrad } from "./module/clear_grad.ts";
import { convertTensors } from "./module/convert.ts";
import { copier, type CopyValue } from "./module/copy.ts";
import {
  type BackwardHook,
  type BackwardPreHook,
  type ForwardHook,
  type ForwardPreHook,
  type HookOptions,
  ModuleHooks,
} from "./module/hooks.ts";
import { formatModule } from "./module/print.ts";
import {
  type IncompatibleKeys,
  loadInto,
  type LoadStateDictOptions,
  type StateDict,
} from "./module/state.ts";
import { ModuleTree } from "./module/tree.ts";

/** Options of {@linkcode Module.stateDict}. */
export interface StateDictOptions {
  /** What stands before every key. */
  prefix?: string;
  /** Returns the parameters themselves instead of detached tensors over their memory; false if left out. */
  keepVars?: boolean;
}

/** Options of {@linkcode Module.zeroGrad}. */
export interface ZeroGradOptions {
  /** Drops gradients instead of overwriting them with zeros; true if left out. */
  setToNone?: boolean;
}

/** A module that makes one tensor of one tensor. */
export interface Layer extends Module {
  /** The output for `input`. */
  forward(input: Tensor): Tensor;
}

/**
 * The base of layers and models. A subclass assigns its parameters and child
 * modules to properties, which is all it takes to register them, and defines
 * `forward`, which is called directly and runs the hooks too.
 *
 * Properties that hold arrays are not looked into, nor are `#private` ones:
 * use {@linkcode ModuleList}, {@linkcode ModuleDict} and
 * {@linkcode ParameterList}.
 *
 * @example
 * ```ts
 * import { Linear, Module } from "@gradus/nn";
 * import { relu, type Tensor, zeros } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * class Net extends Module {
 *   readonly hidden = new Linear(3, 32);
 *   readonly output = new Linear(32, 1);
 *   override forward(x: Tensor): Tensor {
 *     return this.output.forward(relu(this.hidden.forward(x)));
 *   }
 * }
 * const net = new Net();
 * assertEquals(net.forward(zeros([5, 3])).shape, [5, 1]);
 * assertEquals(net.parameters().length, 4);
 * assertEquals(
 *   String(net),
 *   `Net(
 *   (hidden): Linear(in_features=3, out_features=32, bias=True)
 *   (output): Linear(in_features=32, out_features=1, bias=True)
 * )`,
 * );
 * ```
 */
export class Module extends ModuleTree {
  #hooks: ModuleHooks | null = null;

  /**
   * Computes the output.
   *
   * @throws {Error} if the subclass does not define it.
   */
  forward(..._inputs: never[]): unknown {
    throw new Error(
      `Cannot run ${this.constructor.name} as it does not define forward()`,
    );
  }

  // Modes

  /** Sets {@linkcode training} here and in all modules below. */
  train(mode = true): this {
    for (const module of this.modules()) module.training = mode;
    return this;
  }

  /** `train(false)`: dropout passes its input on, and so forth. */
  eval(): this {
    return this.train(false);
  }

  /** Sets whether the parameters require a gradient. */
  requiresGrad_(flag = true): this {
    for (const parameter of this.parameters()) parameter.requiresGrad_(flag);
    return this;
  }

  /**
   * Drops the gradients of the parameters, or sets them to 0 in place.
   *
   * @throws {TypeError} if an option is unknown.
   */
  zeroGrad(options: ZeroGradOptions = {}): void {
    checkOptions("zero gradients", options, ["setToNone"]);
    const { setToNone = true } = options;
    for (const parameter of this.parameters()) {
      if (setToNone) parameter.grad = null;
      else if (parameter.grad) parameter.grad = clearGrad(parameter.grad);
    }
  }

  /**
   * Calls `fn` with every module, children before parents.
   *
   * @example
   * ```ts
   * import { init, Linear, Sequential } from "@gradus/nn";
   * import { assertEquals } from "@std/assert";
   *
   * const model = new Sequential(new Linear(1, 2), new Linear(2, 1));
   * model.apply((module) => {
   *   if (module instanceof Linear) init.constant_(module.weight, 0.5);
   * });
   * assertEquals(model.getParameter("1.weight").arraySync(), [[0.5, 0.5]]);
   * ```
   */
  apply(fn: (module: Module) => void): this {
    for (const child of this.children()) child.apply(fn);
    fn(this);
    return this;
  }

  // Conversion

  /**
   * Converts parameters, buffers and gradients to another floating type, to
   * another device, or to both those of a tensor. Integer buffers keep their type.
   * Parameters stay the same objects: an optimizer made before goes on working.
   *
   * @throws {TypeError} if the type is not floating.
   */
  to(target: DType | DeviceName | Tensor): this {
    const tensors = [...this.parameters(), ...this.buffers()];
    convertTensors(this.constructor.name, tensors, target);
    return this;
  }

  /** Converts to float32, see {@linkcode to}. */
  float(): this {
    return this.to("float32");
  }
  /** Converts to float64, see {@linkcode to}. */
  double(): this {
    return this.to("float64");
  }

  // Copies

  /**
   * A module of the same class with copies of all that this one consists of,
   * as `copy.deepcopy` makes it: parameters, buffers, modules, arrays and plain
   * objects; functions, hooks among them, are shared. What is in several places
   * is copied once. Gradients are left out.
   *
   * The constructor of the class does not run. A class with `#private` fields
   * overrides {@linkcode newInstance} and {@linkcode copyTo}.
   *
   * @throws {Error} if a property holds a tensor that was computed from others.
   *
   * @example
   * ```ts
   * import { Linear } from "@gradus/nn";
   * import { assertEquals } from "@std/assert";
   *
   * const layer = new Linear(2, 1), before = layer.clone();
   * layer.requiresGrad_(false).weight.zero_();
   * assertEquals(layer.weight.arraySync(), [[0, 0]]);
   * assertEquals(before.weight.ne(0).all().itemSync(), 1);
   * ```
   */
  clone(): this {
    const copy = copier(
      (value) => value instanceof Module,
      (module, note, copy) => {
        const target = module.newInstance();
        note(target);
        module.copyTo(target, copy);
      },
    );
    return copy(this);
  }

  /** A module of the same class for {@linkcode copyTo} to fill, by default without a run of its constructor. */
  protected newInstance(): this {
    return Reflect.construct(Module, [], this.constructor);
  }

  /** Gives `target`, a new module of the same class, copies of all that this module consists of. */
  protected override copyTo(target: this, copy: CopyValue): void {
    super.copyTo(target, copy);
    if (this.#hooks) target.#installHooks().addAll(this.#hooks);
  }

  // State

  /**
   * Parameters and persistent buffers by path, as tensors over the same
   * memory: clone them to keep their present values.
   *
   * @example
   * ```ts
   * import { Linear } from "@gradus/nn";
   * import { assertEquals } from "@std/assert";
   *
   * assertEquals(Object.keys(new Linear(2, 3).stateDict()), ["weight", "bias"]);
   * ```
   */
  stateDict(options: StateDictOptions = {}): StateDict {
    checkOptions("make a state dict", options, ["prefix", "keepVars"]);
    const { prefix = "", keepVars = false } = options;
    const out: StateDict = {};
    for (const [key, t] of this.namedState(prefix)) {
      out[key] = keepVars ? t : t.detach();
    }
    return out;
  }

  /**
   * Copies the tensors of a state dict into the parameters and buffers, whose
   * types they are converted to. Shapes must be equal even if not strict.
   *
   * @throws {TypeError} if anything does not fit; nothing has changed then.
   */
  loadStateDict(
    stateDict: Readonly<StateDict>,
    options: LoadStateDictOptions = {},
  ): IncompatibleKeys {
    const { name } = this.constructor;
    return loadInto(name, this.namedState(), stateDict, options);
  }

  // Hooks

  /** The hooks; from the first on, `forward` of this object runs them. */
  #installHooks(): ModuleHooks {
    if (this.#hooks) return this.#hooks;
    const hooks = this.#hooks = new ModuleHooks();
    const own = Object.getOwnPropertyDescriptor(this, "forward")?.value as
      | Module["forward"]
      | undefined;
    const forward = (...inputs: never[]) =>
      hooks.run(this, inputs, (args) => {
        const inner = own ?? Object.getPrototypeOf(this).forward as typeof own;
        return inner!.apply(this, args as never[]);
      });
    // Not enumerable, as methods are not.
    Object.defineProperty(this, "forward", {
      value: forward,
      configurable: true,
      writable: true,
    });
    return hooks;
  }

  /** Calls `hook` with the inputs before each `forward`; an array that it returns replaces them. */
  registerForwardPreHook<M extends Module>(
    this: M,
    hook: ForwardPreHook<M, Parameters<M["forward"]>>,
    options: HookOptions = {},
  ): RemovableHandle {
    return this.#installHooks().add("forwardPre", hook, options);
  }

  /**
   * Calls `hook` with inputs and output after each `forward`; what it returns,
   * if anything, replaces the output.
   *
   * @example
   * ```ts
   * import { Linear } from "@gradus/nn";
   * import { zeros } from "@gradus/tensor";
   * import { assertEquals } from "@std/assert";
   *
   * const layer = new Linear(2, 3);
   * let calls = 0;
   * const handle = layer.registerForwardHook(() => void calls++);
   * layer.forward(zeros([1, 2]));
   * handle.remove();
   * layer.forward(zeros([1, 2]));
   * assertEquals(calls, 1);
   * ```
   */
  registerForwardHook<M extends Module>(
    this: M,
    hook: ForwardHook<M, Parameters<M["forward"]>, ReturnType<M["forward"]>>,
    options: HookOptions = {},
  ): RemovableHandle {
    return this.#installHooks().add("forward", hook, options);
  }

  /** Calls `hook` with the gradients of the outputs before they go through the module; an array that it returns replaces them. */
  registerFullBackwardPreHook<M extends Module>(
    this: M,
    hook: BackwardPreHook<M>,
    options: HookOptions = {},
  ): RemovableHandle {
    return this.#installHooks().add("backwardPre", hook, options);
  }

  /**
   * Calls `hook` with the gradients of inputs and outputs once those of the
   * inputs are computed; an array that it returns replaces them. Entries of
   * inputs without gradient are null.
   */
  registerFullBackwardHook<M extends Module>(
    this: M,
    hook: BackwardHook<M>,
    options: HookOptions = {},
  ): RemovableHandle {
    return this.#installHooks().add("backward", hook, options);
  }

  // Text

  /** What stands between the parentheses when the module is printed. */
  protected extraRepr(): string {
    return "";
  }

  /** The module as PyTorch prints it. */
  override toString(): string {
    const children = this.ownModules().map((
      [name, module],
    ): [string, string] => [name, module.toString()]);
    return formatModule(this.constructor.name, this.extraRepr(), children);
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
