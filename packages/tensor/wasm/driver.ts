/**
 * Runs lists of instructions. A list lies in memory as records of
 * {@linkcode recordBytes} bytes, and one function walks it.
 */

import { assembleDriver } from "./driver_code.ts";
import { table } from "./functions.ts";
import { heap } from "./heap.ts";
import { kinds, recordBytes, word } from "./instruction.ts";
import { pool } from "./threads/pool.ts";

export { recordBytes };

/** A compiled function that runs over `begin <= i < end`. */
interface Ranged {
  readonly slot: number;
  /** Address of its arguments. */
  readonly args: number;
  readonly begin: number;
  readonly end: number;
  /**
   * The least length of a piece if the range may be cut, and 0 if it may not.
   * Pieces are multiples of it, and run on several threads in any order.
   */
  readonly grain: number;
}

/** What a program does at one place. */
export type Instruction =
  | Ranged & { readonly kind: "run" }
  | Ranged & {
    readonly kind: "chained";
    /** After piece `[b, e)`, `slot` runs over `[b * scale, min(e * scale, limit))`. */
    readonly next: {
      readonly slot: number;
      readonly args: number;
      readonly scale: number;
      readonly limit: number;
    };
  }
  | {
    readonly kind: "assertion";
    /** Of a byte that must not be 0. */
    readonly address: number;
  };

/** Writes an instruction to address `at`, a multiple of 4. */
export function writeInstruction(at: number, instruction: Instruction): void {
  const words = heap.i32, first = at >>> 2;
  words.fill(0, first, first + recordBytes / 4);
  words[first + word.kind] = kinds[instruction.kind];
  if (instruction.kind === "assertion") {
    words[first + word.args] = instruction.address;
    return;
  }
  words[first + word.slot] = instruction.slot;
  words[first + word.args] = instruction.args;
  words[first + word.begin] = instruction.begin;
  words[first + word.end] = instruction.end;
  words[first + word.grain] = instruction.grain;
  if (instruction.kind === "run") return;
  const { slot, args, scale, limit } = instruction.next;
  words[first + word.nextSlot] = slot;
  words[first + word.nextArgs] = args;
  words[first + word.nextScale] = scale;
  words[first + word.nextLimit] = limit;
}

type Execute = (list: number, count: number, times: number) => number;

let module: WebAssembly.Module | undefined;
let linked: { readonly control: number; readonly execute: Execute } | undefined;

/** The module of the driver. */
export function driverModule(): WebAssembly.Module {
  return module ??= new WebAssembly.Module(assembleDriver(heap.shared));
}

function link(control: number): Execute {
  const env = {
    memory: heap.memory,
    table,
    control,
    stall: (expected: number) => pool.stall(expected),
    load: () => 0,
  };
  const instance = new WebAssembly.Instance(driverModule(), { env });
  const execute = instance.exports.execute as Execute;
  linked = { control, execute };
  return execute;
}

/**
 * Runs the `count` instructions at address `list`, `times` times, and returns
 * the index of the first assertion that does not hold, which ends the run, or
 * -1. All slots must be filled, and memory must not be moved meanwhile.
 */
export function execute(list: number, count: number, times = 1): number {
  const control = pool.begin(driverModule);
  const run = linked?.control === control ? linked.execute : link(control);
  try {
    const failed = run(list, count, times);
    pool.end();
    return failed;
  } catch (error) {
    pool.abandon();
    throw error;
  }
}

/** Runs the function in `slot` over `[0, end)` in pieces of at least `grain`. */
export function share(
  slot: number,
  args: number,
  end: number,
  grain: number,
): void {
  const at = heap.instruction;
  writeInstruction(at, { kind: "run", slot, args, begin: 0, end, grain });
  execute(at, 1);
}
