/** Whether operations are recorded. */

import { gradMode } from "@gradus/tensor/internal";

interface Mode {
  readonly enabled: boolean;
  readonly inference: boolean;
}

/** A mode that lasts until a promise settles. */
interface Scope {
  /** The mode to go back to. */
  before: Mode;
}

/** Scopes that last, in the order in which they began. */
const lasting: Scope[] = [];

function enter({ enabled, inference }: Mode): void {
  gradMode.enabled = enabled;
  gradMode.inference = inference;
}

/** Ends a scope, perhaps not the one that began last. */
function end(scope: Scope): void {
  const next = lasting[lasting.indexOf(scope) + 1];
  lasting.splice(lasting.indexOf(scope), 1);
  if (next) next.before = scope.before;
  else enter(scope.before);
}

/** Runs `fn` in a mode; if it returns a promise, the mode lasts until that settles. */
function within<T>(mode: Mode, fn: () => T): T {
  const before = { ...gradMode };
  enter(mode);
  let result: T;
  try {
    result = fn();
  } catch (error) {
    enter(before);
    throw error;
  }
  if (result instanceof Promise) {
    const scope = { before };
    lasting.push(scope);
    return result.finally(() => end(scope)) as T;
  }
  enter(before);
  return result;
}

/**
 * Runs `fn` without recording: results do not require gradients, and leaves
 * may be changed in place. If `fn` is asynchronous, so is the mode, for
 * everything that runs meanwhile.
 *
 * @example
 * ```ts
 * import { noGrad } from "@gradus/autograd";
 * import { ones } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const w = ones([2], { requiresGrad: true });
 * noGrad(() => w.sub_(0.5));
 * assertEquals(w.arraySync(), [0.5, 0.5]);
 * ```
 */
export function noGrad<T>(fn: () => T): T {
  return within({ enabled: false, inference: gradMode.inference }, fn);
}

/**
 * Runs `fn` with recording, inside {@linkcode noGrad} too. Nothing is recorded
 * inside {@linkcode inferenceMode}.
 *
 * @example
 * ```ts
 * import { enableGrad, noGrad } from "@gradus/autograd";
 * import { ones } from "@gradus/tensor";
 * import { assert } from "@std/assert";
 *
 * const w = ones([2], { requiresGrad: true });
 * const y = noGrad(() => enableGrad(() => w.mul(2)));
 * assert(y.requiresGrad);
 * ```
 */
export function enableGrad<T>(fn: () => T): T {
  return within(
    { enabled: !gradMode.inference, inference: gradMode.inference },
    fn,
  );
}

/**
 * Runs `fn` without recording; what it makes can never take part in recording
 * later, nor be changed in place outside, but can be cloned.
 *
 * @example
 * ```ts
 * import { inferenceMode } from "@gradus/autograd";
 * import { ones } from "@gradus/tensor";
 * import { assert } from "@std/assert";
 *
 * const y = inferenceMode(() => ones([2]).mul(2));
 * assert(y.isInference && !y.clone().isInference);
 * ```
 */
export function inferenceMode<T>(fn: () => T): T {
  return within({ enabled: false, inference: true }, fn);
}

/**
 * Turns recording on or off from here on; inside {@linkcode inferenceMode} it
 * stays off.
 *
 * @example
 * ```ts
 * import { isGradEnabled, setGradEnabled } from "@gradus/autograd";
 * import { assert } from "@std/assert";
 *
 * setGradEnabled(false);
 * assert(!isGradEnabled());
 * setGradEnabled(true);
 * ```
 */
export function setGradEnabled(flag: boolean): void {
  gradMode.enabled = flag && !gradMode.inference;
}

/** Whether operations are recorded. */
export function isGradEnabled(): boolean {
  return gradMode.enabled;
}

/** Whether {@linkcode inferenceMode} is on. */
export function isInferenceModeEnabled(): boolean {
  return gradMode.inference;
}
