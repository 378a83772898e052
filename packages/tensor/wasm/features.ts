/** What this machine's WebAssembly engine offers. */

import { assemble, FunctionBuilder } from "./assembler.ts";
import type { Features } from "./lower.ts";

function relaxedSimd(): boolean {
  const f = new FunctionBuilder([]);
  for (let i = 0; i < 3; i++) f.splat("f32", 1);
  f.op("f32x4.relaxed_madd");
  f.op("drop");
  return WebAssembly.validate(assemble({ run: f }, false));
}

/** Probed once: Node 20, for one, has no relaxed SIMD. */
export const features: Features = { relaxed: relaxedSimd() };
