/** Traces that show themselves in notebooks. */

import type { Trace } from "./trace.ts";

// What the Deno kernel looks for on the value of a cell.
const JUPYTER_DISPLAY = Symbol.for("Jupyter.display");

/**
 * Lets a trace show itself in notebooks with the Deno kernel, and returns it.
 *
 * It gets a method under `Symbol.for("Jupyter.display")` that is not enumerable: JSON, `structuredClone`, spreads and loops
 * do not see it. The code for pictures is loaded when the method is called, so that nobody else pays for it.
 */
export function makeShowable(trace: Trace): Trace {
  return Object.defineProperty(trace, JUPYTER_DISPLAY, {
    value: show,
    configurable: true,
    writable: true,
  });
}

/** The part of plot/mod.ts that is used: to import its type would load it too. */
interface Plot {
  showTrace(trace: Trace): Record<symbol, () => Record<string, string>>;
}

async function show(this: Trace): Promise<Record<string, string>> {
  // Put together at run time. If this were the name of a file, Deno would fetch the npm packages that pictures need, and
  // bundlers would include them, for everybody who imports this package.
  const { url } = import.meta;
  const { showTrace } = await import(
    /* @vite-ignore */ "./plot/mod".concat(url.slice(url.lastIndexOf(".")))
  ) as Plot;
  return showTrace(this)[JUPYTER_DISPLAY]!();
}
