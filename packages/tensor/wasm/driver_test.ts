import { assertEquals, assertThrows } from "@std/assert";
import { FunctionBuilder, i32 } from "./assembler.ts";
import {
  execute,
  type Instruction,
  recordBytes,
  writeInstruction,
} from "./driver.ts";
import { slotOf } from "./functions.ts";
import { heap } from "./heap.ts";
import { ProgramMemory } from "./program_memory.ts";

/** Slot of a function that writes its arguments to the log at `args`: a count of words, then the words. */
function logging(mark: number): number {
  return slotOf(`log ${mark}`, () => {
    const f = new FunctionBuilder([i32, i32, i32]);
    const to = f.local(i32);
    f.get(0);
    f.get(0);
    f.mem("i32.load");
    f.i32(4);
    f.op("i32.mul");
    f.op("i32.add");
    f.set(to);
    const words = [() => f.i32(mark), () => f.get(1), () => f.get(2)];
    words.forEach((push, i) => {
      f.get(to);
      push();
      f.mem("i32.store", 4 + 4 * i);
    });
    f.get(0);
    f.get(0);
    f.mem("i32.load");
    f.i32(3);
    f.op("i32.add");
    f.mem("i32.store");
    return f;
  });
}

/** Runs instructions, which get the address of their log, and returns the outcome and the log. */
function run(
  make: (log: number, flag: number) => Instruction[],
  times?: number,
  flags: readonly number[] = [],
): [number, number[][]] {
  const memory = new ProgramMemory(1 << 16), { address } = memory;
  const log = address + 8192, flag = address + 4096;
  heap.i32[log >> 2] = 0;
  heap.u8.set(flags, flag);
  const list = make(log, flag);
  list.forEach((instruction, i) =>
    writeInstruction(address + recordBytes * i, instruction)
  );
  const outcome = execute(address, list.length, times);
  const count = heap.i32[log >> 2]!;
  const words = [...heap.i32.slice((log >> 2) + 1, (log >> 2) + 1 + count)];
  memory.dispose();
  const calls = [];
  for (let i = 0; i < words.length; i += 3) calls.push(words.slice(i, i + 3));
  return [outcome, calls];
}

function call(
  mark: number,
  args: number,
  begin: number,
  end: number,
): Instruction {
  const slot = logging(mark);
  return { kind: "run", slot, args, begin, end, grain: 0 };
}

Deno.test("execute() runs instructions in their order", () => {
  assertEquals(run(() => []), [-1, []]);
  const [outcome, calls] = run((log) => [
    call(1, log, 0, 5),
    call(2, log, 3, 4),
    call(1, log, -1, 0),
  ]);
  assertEquals(outcome, -1);
  assertEquals(calls, [[1, 0, 5], [2, 3, 4], [1, -1, 0]]);
});

Deno.test("execute() repeats the whole list", () => {
  const list = (log: number) => [call(1, log, 0, 1), call(2, log, 0, 2)];
  const once = [[1, 0, 1], [2, 0, 2]];
  assertEquals(run(list, 3), [-1, [...once, ...once, ...once]]);
  assertEquals(run(list, 0), [-1, []]);
});

Deno.test("execute() stops at an assertion that does not hold", () => {
  const list = (log: number, flag: number): Instruction[] => [
    call(1, log, 0, 1),
    { kind: "assertion", address: flag },
    call(2, log, 0, 1),
    { kind: "assertion", address: flag + 1 },
    call(3, log, 0, 1),
  ];
  const marks = (flags: number[]) => {
    const [outcome, calls] = run(list, 1, flags);
    return [outcome, calls.map((c) => c[0])];
  };
  assertEquals(marks([1, 1]), [-1, [1, 2, 3]]);
  assertEquals(marks([0, 1]), [1, [1]]);
  assertEquals(marks([255, 0]), [3, [1, 2]]);
});

Deno.test("execute() runs a chained function after each piece", () => {
  const chained = (
    begin: number,
    end: number,
    grain: number,
    limit: number,
  ) =>
    run((log) => [{
      kind: "chained",
      slot: logging(1),
      args: log,
      begin,
      end,
      grain,
      next: { slot: logging(2), args: log, scale: 10, limit },
    }])[1];
  assertEquals(chained(0, 5, 2, 47), [
    [1, 0, 2],
    [2, 0, 20],
    [1, 2, 4],
    [2, 20, 40],
    [1, 4, 5],
    [2, 40, 47],
  ]);
  assertEquals(chained(1, 3, 0, 100), [[1, 1, 3], [2, 10, 30]]);
  assertEquals(chained(0, 0, 2, 100), []);
});

Deno.test("execute() covers a range that may be cut", () => {
  for (const [begin, end, grain] of [[0, 100, 7], [5, 6, 1], [3, 3, 1]]) {
    const [, calls] = run((log) => [{
      kind: "run",
      slot: logging(1),
      args: log,
      begin: begin!,
      end: end!,
      grain: grain!,
    }]);
    const covered = calls.reduce((sum, [, b, e]) => sum + e! - b!, 0);
    assertEquals(covered, end! - begin!);
  }
});

Deno.test("execute() passes on what a function throws, and runs again", () => {
  const slot = slotOf("trap", () => {
    const f = new FunctionBuilder([i32, i32, i32]);
    f.op("unreachable");
    return f;
  });
  assertThrows(
    () =>
      run(() => [{ kind: "run", slot, args: 0, begin: 0, end: 1, grain: 0 }]),
    WebAssembly.RuntimeError,
  );
  assertEquals(run((log) => [call(1, log, 0, 1)]), [-1, [[1, 0, 1]]]);
});
