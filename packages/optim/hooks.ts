/** Functions that run around `step`, `stateDict` and `loadStateDict`. */

import type { RemovableHandle } from "@gradus/tensor";
import { checkOptions } from "@gradus/tensor/internal";
import type { Optimizer } from "./optimizer.ts";
import type { OptimizerStateDict } from "./state_dict.ts";

/** What `step` was called with: a closure or nothing. */
export type StepArguments = readonly unknown[];

/** Runs before `step`; an array that it returns replaces the arguments of `step`. */
export type StepPreHook = (
  optimizer: Optimizer,
  args: StepArguments,
) => StepArguments | void;

/** Runs after `step`. */
export type StepPostHook = (optimizer: Optimizer, args: StepArguments) => void;

/** Runs before `stateDict` and after `loadStateDict`. */
export type OptimizerHook = (optimizer: Optimizer) => void;

/** Runs after `stateDict` and before `loadStateDict`; what it returns, if anything, replaces the dictionary. */
export type StateDictHook = (
  optimizer: Optimizer,
  stateDict: OptimizerStateDict,
) => OptimizerStateDict | void;

/** Options of hooks on state dictionaries. */
export interface StateDictHookOptions {
  /** Runs the hook before those that are registered already, not after them. */
  prepend?: boolean;
}

/** Hooks of one kind, in the order in which they run. */
export class HookList<Hook> {
  #entries: readonly { readonly hook: Hook }[] = [];

  /** Adds a hook; the same function may be added several times. */
  add(hook: Hook, options: StateDictHookOptions = {}): RemovableHandle {
    if (typeof hook !== "function") {
      throw new TypeError(
        `Cannot register a hook: expected a function, got ${typeof hook}`,
      );
    }
    checkOptions("register a hook", options, ["prepend"]);
    const entry = { hook };
    this.#entries = options.prepend
      ? [entry, ...this.#entries]
      : [...this.#entries, entry];
    return {
      remove: () => {
        this.#entries = this.#entries.filter((other) => other !== entry);
      },
    };
  }

  /** Calls `run` with every hook that is registered now: hooks may remove themselves. */
  forEach(run: (hook: Hook) => void): void {
    for (const { hook } of this.#entries) run(hook);
  }
}

/** Hooks that run before every step of every optimizer. */
export const globalPreHooks: HookList<StepPreHook> = new HookList();
/** Hooks that run after every step of every optimizer. */
export const globalPostHooks: HookList<StepPostHook> = new HookList();

/**
 * Runs `hook` before every step of every optimizer, ahead of the hooks of the
 * optimizer itself.
 *
 * @example
 * ```ts
 * import { registerOptimizerStepPreHook, SGD } from "@gradus/optim";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * let steps = 0;
 * const handle = registerOptimizerStepPreHook(() => void steps++);
 * const optimizer = new SGD([tensor([1.5], { requiresGrad: true })]);
 * optimizer.step();
 * handle.remove();
 * optimizer.step();
 * assertEquals(steps, 1);
 * ```
 */
export function registerOptimizerStepPreHook(
  hook: StepPreHook,
): RemovableHandle {
  return globalPreHooks.add(hook);
}

/** Runs `hook` after every step of every optimizer, behind the hooks of the optimizer itself. */
export function registerOptimizerStepPostHook(
  hook: StepPostHook,
): RemovableHandle {
  return globalPostHooks.add(hook);
}

/** The arguments that `step` gets once `hook` has seen them. */
export function argumentsAfter(
  hook: StepPreHook,
  optimizer: Optimizer,
  args: StepArguments,
): StepArguments {
  const result: unknown = hook(optimizer, args);
  if (result === undefined) return args;
  if (Array.isArray(result)) return result;
  throw new TypeError(
    `Cannot step as a pre-hook must return nothing or an array of arguments: got ${typeof result}`,
  );
}
