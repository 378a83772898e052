/** Kernels that depend on where they are. */

import type { Expr } from "../expr.ts";
import type { Kernel } from "../kernel.ts";

/** The answers so far. */
const asking = new WeakMap<Kernel, boolean>();

/** Whether an expression of `kernel` looks at coordinates. */
export function asksWhere(kernel: Kernel): boolean {
  let answer = asking.get(kernel);
  if (answer === undefined) {
    const seen = new Set<Expr>();
    const asks = (e: Expr): boolean => {
      if (seen.has(e)) return false;
      seen.add(e);
      return e.op === "coord" || e.args.some(asks);
    };
    const { stores, reduction } = kernel;
    const roots = stores.flatMap((s) => s.at ? [s.value, s.at] : [s.value]);
    answer = [...roots, ...reduction?.values ?? []].some(asks);
    asking.set(kernel, answer);
  }
  return answer;
}
