/** Kernels that depend on where they are. */

import { someNode } from "../expr.ts";
import type { Kernel } from "../kernel.ts";

/** The answers so far. */
const asking = new WeakMap<Kernel, boolean>();

/** Whether an expression of `kernel` looks at coordinates. */
export function asksWhere(kernel: Kernel): boolean {
  let answer = asking.get(kernel);
  if (answer === undefined) {
    const { stores, reduction } = kernel;
    const roots = stores.flatMap((s) => s.at ? [s.value, s.at] : [s.value]);
    answer = someNode(
      [...roots, ...reduction?.values ?? []],
      (e) => e.op === "coord",
    );
    asking.set(kernel, answer);
  }
  return answer;
}
