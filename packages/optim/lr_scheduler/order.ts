/** Whether an optimizer stepped before its scheduler did. */

import { registerOptimizerStepPostHook } from "../hooks.ts";
import type { OptimizerLike } from "../optimizer.ts";

/** The groups of optimizers that have stepped, or were warned about; what is wrapped around an optimizer has the same. */
const stepped = new WeakSet<object>();
let watching = false;

/** Begins to note which optimizers step. */
export function watchSteps(): void {
  if (watching) return;
  watching = true;
  registerOptimizerStepPostHook(({ paramGroups }) =>
    void stepped.add(paramGroups)
  );
}

/** Warns if nothing shows that `optimizer` has stepped. */
export function warnUnlessStepped(
  scheduler: string,
  { paramGroups, state }: OptimizerLike,
): void {
  // Steps in a function that was compiled earlier are not seen, what they remember is.
  if (stepped.has(paramGroups) || state.size > 0) return;
  // One warning will do for all schedulers of an optimizer.
  stepped.add(paramGroups);
  console.warn(
    `The first step() of ${scheduler} came before the first of its optimizer, so the first learning rate is never used: step the optimizer first`,
  );
}
