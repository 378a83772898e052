/** Trading time for memory: values inside are computed again in backward. */

import { getRngState, setRngState, type Tensor } from "@gradus/tensor";
import { capture, gradMode } from "@gradus/tensor/internal";
import { enableGrad } from "./modes.ts";
import { collectSaved, SavedTensor } from "./saved_tensor.ts";

/** Options of {@linkcode checkpoint}. */
export interface CheckpointOptions {
  /** Repeats the random numbers of the first run in the second; true if left out. */
  preserveRngState?: boolean;
}

/** Does something to the default generator, in a capture at this place in every run. */
function withGenerator(name: string, action: () => void): void {
  const { recorder } = capture;
  if (recorder !== null) recorder.host(name, [], [], action);
  else action();
}

/** Takes down where the default generator is; what it returns brings it back there. */
function markRandom(): () => void {
  let state: Uint8Array;
  withGenerator("random.mark", () => void (state = getRngState()));
  return () => withGenerator("random.return", () => setRngState(state));
}

/** Runs `fn` with the random numbers that followed a mark; those after it stay as they are. */
function repeatRandom<T>(toMark: (() => void) | null, fn: () => T): T {
  if (toMark === null) return fn();
  const back = markRandom();
  toMark();
  try {
    return fn();
  } finally {
    back();
  }
}

/**
 * `fn(...inputs)` without keeping the values inside: the first backward that
 * needs one of them runs `fn` again. `fn` may use tensors that it closes over,
 * such as parameters, and must do the same both times. The graph is the same
 * as without a checkpoint.
 *
 * @throws {Error} in backward, if an input was changed in place since, or `fn`
 * did not do the same again.
 *
 * @example
 * ```ts
 * import { checkpoint } from "@gradus/autograd";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const x = tensor([1, 2], { dtype: "float32", requiresGrad: true });
 * checkpoint((x) => x.square().mul(x), [x]).sum().backward();
 * assertEquals(x.grad?.arraySync(), [3, 12]);
 * ```
 */
export function checkpoint<R extends Tensor | readonly Tensor[]>(
  fn: (...x: Tensor[]) => R,
  inputs: readonly Tensor[],
  options: CheckpointOptions = {},
): R {
  if (!gradMode.enabled) return fn(...inputs);
  const { preserveRngState = true } = options;
  const toMark = preserveRngState ? markRandom() : null;
  const given = inputs.map((t) => new SavedTensor(t));
  const [output, saved] = collectSaved(() => fn(...inputs));

  let again: readonly SavedTensor[] | null = null;
  function repeat(): readonly SavedTensor[] {
    if (again !== null) return again;
    const own = given.map((s, i) => s.read("a checkpoint", `input ${i}`));
    const [, found] = repeatRandom(
      toMark,
      () => collectSaved(() => enableGrad(() => fn(...own))),
    );
    if (found.length !== saved.length) {
      throw new Error(
        `Cannot compute a checkpoint again as it did not repeat itself: expected ${saved.length} saved values, got ${found.length}`,
      );
    }
    return again = found;
  }
  saved.forEach((s, i) => s.forget(() => repeat()[i]!));
  return output;
}
