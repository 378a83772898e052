/**
 * Compiled functions. All are entered in one table and known by their slot in
 * it, which is the same in every thread. Functions are found by what they
 * compute, so that programs share those of equal kernels.
 */

import type { Kernel } from "../kernel.ts";
import { assemble, type FunctionBuilder } from "./assembler.ts";
import { emitKernel } from "./emit.ts";
import { features as ownFeatures } from "./features.ts";
import { heap } from "./heap.ts";
import type { Features } from "./lower.ts";
import { structureOf } from "./structure.ts";
import type { Variant } from "./walk.ts";

/** What every compiled function takes: the address of its arguments and the range of the first axis. */
export type Run = (args: number, begin: number, end: number) => void;

/** The form in which a kernel is wanted. */
export interface Request {
  readonly kernel: Kernel;
  readonly variant: Variant;
}

/** A module, for threads to load. */
export interface LoadedModule {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The slots of its functions are `count` from `first` on. */
  readonly first: number;
  readonly count: number;
}

/** Bytes of the scratch memory of a thread. */
export const scratchBytes = 1 << 18;

/** The functions of this thread by slot. */
export const table: WebAssembly.Table = new WebAssembly.Table({
  element: "anyfunc",
  initial: 256,
});
/** Every module so far, in the order of their slots. */
export const modules: LoadedModule[] = [];

const slots = new Map<string, number>();
/** Functions as JavaScript calls them, by slot. */
const runs: Run[] = [];
let used = 0;
let scratch = -1;

/** Where this thread's scratch memory is. */
export function scratchAddress(): number {
  if (scratch < 0) scratch = heap.reserve(scratchBytes);
  return scratch;
}

/** What modules import. */
export function environment(): Record<string, WebAssembly.ImportValue> {
  return { memory: heap.memory, table, scratch: scratchAddress() };
}

/** Compiles functions into one module and returns the slot of the first. */
function enter(functions: readonly FunctionBuilder[]): number {
  const first = used, count = functions.length;
  const bytes = assemble(
    Object.fromEntries(functions.map((f, i) => [i, f])),
    heap.shared,
    { constants: ["scratch"], firstSlot: first },
  );
  const missing = first + count - table.length;
  if (missing > 0) table.grow(Math.max(missing, table.length));
  new WebAssembly.Instance(new WebAssembly.Module(bytes), {
    env: environment(),
  });
  used += count;
  modules.push({ bytes, first, count });
  return first;
}

/** Slots of kernels; those that are not there yet are compiled into one module. */
export function slotsOf(
  requests: readonly Request[],
  features: Features = ownFeatures,
): number[] {
  const keys = requests.map((r) => keyOf(r, features));
  const missing = new Map<string, FunctionBuilder>();
  requests.forEach(({ kernel, variant }, i) => {
    const key = keys[i]!;
    if (slots.has(key) || missing.has(key)) return;
    missing.set(key, emitKernel(kernel, variant, features));
  });
  if (missing.size > 0) {
    let slot = enter([...missing.values()]);
    for (const key of missing.keys()) slots.set(key, slot++);
  }
  return keys.map((key) => slots.get(key)!);
}

function keyOf({ kernel, variant }: Request, features: Features): string {
  const { kept, folded, lanesFold, short, access } = variant;
  const form = `${kept},${folded},${lanesFold},${short},${access.join("")}`;
  return `kernel ${structureOf(kernel)} ${form} ${features.relaxed}`;
}

/** Slot of a function that is written by hand; `key` tells it from all others. */
export function slotOf(key: string, emit: () => FunctionBuilder): number {
  let slot = slots.get(key);
  if (slot === undefined) slots.set(key, slot = enter([emit()]));
  return slot;
}

/** The function in a slot. */
export function runOf(slot: number): Run {
  return runs[slot] ??= table.get(slot) as Run;
}

/** Calls the function in a slot. */
export function callSlot(
  slot: number,
  args: number,
  begin: number,
  end: number,
): void {
  runOf(slot)(args, begin, end);
}
