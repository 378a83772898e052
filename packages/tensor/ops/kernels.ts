/** Keeping kernels, which are built when they are first needed. */

import type { Kernel } from "../kernel.ts";

/** Calls `build` once for the same arguments, which are told apart by their text. */
export function kernelsBy<Args extends readonly unknown[]>(
  build: (...args: Args) => Kernel,
): (...args: Args) => Kernel {
  const kernels = new Map<string, Kernel>();
  return (...args) => {
    let key = "";
    for (let i = 0; i < args.length; i++) key += `${args[i]} `;
    let kernel = kernels.get(key);
    if (!kernel) kernels.set(key, kernel = build(...args));
    return kernel;
  };
}
