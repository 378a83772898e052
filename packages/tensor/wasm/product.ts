/** Matrix products on the CPU, at once; see `product/` for how they are computed. */

import type { MatrixBinding, ProductShape } from "../device.ts";
import { features as ownFeatures } from "./features.ts";
import { execute, recordBytes, writeInstruction } from "./driver.ts";
import { callSlot, slotOf } from "./functions.ts";
import { heap } from "./heap.ts";
import type { Features } from "./lower.ts";
import {
  planProduct,
  type ProductCall,
  type ProductOperand,
} from "./product/plan.ts";
import type { Multiplied } from "./tiles.ts";

/** An operand with its address in bytes in place of an element offset. */
export type Addressed = Omit<MatrixBinding, "storage">;

/**
 * `out = a @ b` for row-major `out` and addresses in bytes; no size may be 0
 * and all operands must be in the heap.
 */
export function product(
  dtype: Multiplied,
  shape: ProductShape,
  a: Addressed,
  b: Addressed,
  out: number,
  features: Features = ownFeatures,
): void {
  const plan = planProduct(dtype, shape, a, b, features);
  const scratch = plan.scratchBytes > 0
    ? heap.allocate(plan.scratchBytes)
    : null;
  const addresses: Record<ProductOperand, number> = {
    a: a.offset,
    b: b.offset,
    out,
    scratch: scratch ? heap.touch(scratch) : 0,
  };
  try {
    runCalls(plan.calls, addresses);
  } finally {
    if (scratch) heap.free(scratch);
  }
}

/** Writes the arguments of a call to address `at`. */
export function writeArgs(
  { words, addresses }: ProductCall,
  of: Readonly<Record<ProductOperand, number>>,
  at: number,
): void {
  const memory = heap.i32, first = at >>> 2;
  for (let w = 0; w < words.length; w++) memory[first + w] = words[w]!;
  for (const [word, operand] of addresses) memory[first + word] = of[operand];
}

/** Runs calls one after the other; threads share those that are long. */
function runCalls(
  calls: readonly ProductCall[],
  of: Readonly<Record<ProductOperand, number>>,
): void {
  if (calls.every((call) => call.grain === 0)) {
    for (const call of calls) {
      writeArgs(call, of, heap.args);
      callSlot(slotOf(call.key, call.emit), heap.args, 0, call.extent);
    }
    return;
  }
  let at = heap.args + calls.length * recordBytes;
  calls.forEach((call, i) => {
    const { extent: end, grain } = call, slot = slotOf(call.key, call.emit);
    const record = heap.args + i * recordBytes;
    writeArgs(call, of, at);
    const range = { slot, args: at, begin: 0, end, grain };
    writeInstruction(record, { kind: "run", ...range });
    at += 4 * call.words.length;
  });
  execute(heap.args, calls.length);
}
