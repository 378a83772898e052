/** Hooks around `forward` and on the gradients that go through a module. */

import {
  Function,
  type FunctionContext,
  isGradEnabled,
} from "@gradus/autograd";
import { type RemovableHandle, Tensor } from "@gradus/tensor";
import { checkOptions } from "@gradus/tensor/internal";
import type { Module } from "../module.ts";

/** Called before `forward`; an array that it returns replaces the inputs. */
export type ForwardPreHook<M = Module, I = readonly unknown[]> = (
  module: M,
  inputs: I,
) => readonly unknown[] | void;

/** Called after `forward`; what it returns, if anything, replaces the output. */
export type ForwardHook<M = Module, I = readonly unknown[], O = unknown> = (
  module: M,
  inputs: I,
  output: O,
) => O | void;

/** Gradients, null for what is no tensor or has none. */
export type Grads = readonly (Tensor | null)[];

/** Called with the gradients of the outputs; an array that it returns replaces them. */
export type BackwardPreHook<M = Module> = (
  module: M,
  gradOutputs: Grads,
) => Grads | void;

/** Called with the gradients of inputs and outputs; an array that it returns replaces those of the inputs. */
export type BackwardHook<M = Module> = (
  module: M,
  gradInputs: Grads,
  gradOutputs: Grads,
) => Grads | void;

/** Options of the methods that register hooks. */
export interface HookOptions {
  /** Runs the hook before those registered earlier; false if left out. */
  prepend?: boolean;
}

interface Hooks {
  readonly forwardPre: ForwardPreHook[];
  readonly forward: ForwardHook[];
  readonly backwardPre: BackwardPreHook[];
  readonly backward: BackwardHook[];
}

/** The hooks of a module. */
export class ModuleHooks {
  readonly #hooks: Hooks = {
    forwardPre: [],
    forward: [],
    backwardPre: [],
    backward: [],
  };

  /** Adds a hook. */
  add(
    kind: keyof Hooks,
    hook: (...args: never[]) => unknown,
    options: HookOptions,
  ): RemovableHandle {
    checkOptions("register a hook", options, ["prepend"]);
    const list: ((...args: never[]) => unknown)[] = this.#hooks[kind];
    // A wrapper, so that a hook registered twice is removed once.
    const own = (...args: never[]) => hook(...args);
    if (options.prepend) list.unshift(own);
    else list.push(own);
    return {
      remove() {
        const at = list.indexOf(own);
        if (at >= 0) list.splice(at, 1);
      },
    };
  }

  /** Adds the hooks of another module. */
  addAll(other: ModuleHooks): void {
    const from = other.#hooks;
    this.#hooks.forwardPre.push(...from.forwardPre);
    this.#hooks.forward.push(...from.forward);
    this.#hooks.backwardPre.push(...from.backwardPre);
    this.#hooks.backward.push(...from.backward);
  }

  /** Runs `forward` with the hooks around it. */
  run(
    module: Module,
    inputs: readonly unknown[],
    forward: (inputs: readonly unknown[]) => unknown,
  ): unknown {
    const hooks = this.#hooks;
    let args = inputs;
    for (const hook of [...hooks.forwardPre]) {
      const changed: unknown = hook(module, args);
      if (changed === undefined) continue;
      if (!Array.isArray(changed)) {
        throw new TypeError(
          `Cannot run ${module.constructor.name}: expected a forward pre-hook to return an array of inputs or nothing, got ${typeof changed}`,
        );
      }
      args = changed;
    }
    const watches = hooks.backward.length + hooks.backwardPre.length > 0;
    const watch = watches && isGradEnabled()
      ? new GradientWatch(module, hooks)
      : null;
    if (watch) args = watch.inputs(args);
    let output = forward(args);
    for (const hook of [...hooks.forward]) {
      output = hook(module, args, output) ?? output;
    }
    return watch ? watch.outputs(output) : output;
  }
}

type UseGrads = (grads: (Tensor | null)[]) => Grads;

/** Passes tensors on, and their gradients through a function. */
class BackwardHookFunction extends Function {
  static forward(
    ctx: FunctionContext,
    use: UseGrads,
    ...tensors: Tensor[]
  ): Tensor[] {
    ctx.extra.use = use;
    ctx.markNonDifferentiable(...tensors.filter((t) => !t.requiresGrad));
    return tensors;
  }

  static backward(
    ctx: FunctionContext,
    ...grads: Tensor[]
  ): (Tensor | null)[] {
    const used = grads.map((g, i) => ctx.needsInputGrad[i + 1] ? g : null);
    return [null, ...(ctx.extra.use as UseGrads)(used)];
  }
}

/** The gradient hooks of one call. */
class GradientWatch {
  readonly #module: Module;
  readonly #hooks: Hooks;
  #gradOutputs: Grads = [];
  #inputCount = 0;
  #sawInputs = false;

  constructor(module: Module, hooks: Hooks) {
    this.#module = module;
    this.#hooks = hooks;
  }

  /** The tensors among `values` replaced by ones whose gradients `use` sees, at their places. */
  #through(values: readonly unknown[], use: UseGrads): unknown[] {
    const at: number[] = [];
    values.forEach((v, i) => v instanceof Tensor && at.push(i));
    const tensors = at.map((i) => values[i] as Tensor);
    const passed = BackwardHookFunction.apply((grads) => {
      const all = new Array<Tensor | null>(values.length).fill(null);
      at.forEach((i, k) => all[i] = grads[k]!);
      const used = use(all);
      return at.map((i) => used[i] ?? null);
    }, ...tensors);
    const out = [...values];
    at.forEach((i, k) => out[i] = passed[k]);
    return out;
  }

  inputs(inputs: readonly unknown[]): unknown[] {
    this.#inputCount = inputs.length;
    this.#sawInputs = inputs.some((v) => v instanceof Tensor && v.requiresGrad);
    return this.#through(inputs, (grads) => this.#finish(grads));
  }

  outputs(output: unknown): unknown {
    const single = !Array.isArray(output);
    const list = single ? [output] : output as unknown[];
    const out = this.#through(list, (grads) => {
      this.#gradOutputs = grads;
      for (const hook of [...this.#hooks.backwardPre]) {
        const changed = hook(this.#module, this.#gradOutputs);
        if (changed !== undefined) {
          this.#gradOutputs = checked(this.#module, changed, list.length);
        }
      }
      // Without a gradient of an input nothing else would call the hooks.
      if (!this.#sawInputs) {
        this.#finish(new Array<null>(this.#inputCount).fill(null));
      }
      return this.#gradOutputs;
    });
    return single ? out[0] : out;
  }

  #finish(grads: Grads): Grads {
    let gradInputs = grads;
    for (const hook of [...this.#hooks.backward]) {
      const changed = hook(this.#module, gradInputs, this.#gradOutputs);
      if (changed !== undefined) {
        gradInputs = checked(this.#module, changed, grads.length);
      }
    }
    return gradInputs;
  }
}

function checked(module: Module, grads: Grads, count: number): Grads {
  if (Array.isArray(grads) && grads.length === count) return grads;
  throw new TypeError(
    `Cannot use what a backward hook of ${module.constructor.name} returned: expected an array of ${count} gradients or nothing`,
  );
}
