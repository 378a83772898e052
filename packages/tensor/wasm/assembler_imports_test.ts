import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  assemble,
  FunctionBuilder,
  i32,
  i64,
  type Imports,
} from "./assembler.ts";

type Run = (...args: number[]) => number;

const memory = new WebAssembly.Memory({ initial: 1 });
const words = new Int32Array(memory.buffer);

function instantiate(
  functions: Record<string, FunctionBuilder>,
  imports: Imports = {},
  env: WebAssembly.ModuleImports = {},
): Record<string, Run> {
  const module = new WebAssembly.Module(assemble(functions, false, imports));
  const instance = new WebAssembly.Instance(module, {
    env: { memory, ...env },
  });
  return instance.exports as Record<string, Run>;
}

/** A function of two numbers. */
function binary(op: string): FunctionBuilder {
  const f = new FunctionBuilder([i32, i32], [i32]);
  f.get(0);
  f.get(1);
  f.op(op);
  return f;
}

/** What goes into tables: stores `mark` and the sum of its last arguments at the first. */
function marking(mark: number): FunctionBuilder {
  const f = new FunctionBuilder([i32, i32, i32]);
  f.get(0);
  f.i32(mark);
  f.mem("i32.store");
  f.get(0);
  f.get(1);
  f.get(2);
  f.op("i32.add");
  f.mem("i32.store", 4);
  return f;
}

Deno.test("assemble() makes functions with results", () => {
  const { sum, product } = instantiate({
    sum: binary("i32.add"),
    product: binary("i32.mul"),
  });
  assertEquals([sum!(6, 7), product!(6, 7)], [13, 42]);
});

Deno.test("assemble() imports constants and functions of JavaScript", () => {
  const seen: number[] = [];
  const f = new FunctionBuilder([i32], [i32]);
  f.get(0);
  f.call(0);
  f.call(1);
  f.constant(1);
  f.constant(0);
  f.op("i32.sub");
  f.op("i32.add");
  const { run } = instantiate({ run: f }, {
    constants: ["small", "large"],
    functions: {
      see: { params: [i32] },
      give: { params: [], results: [i32] },
    },
  }, {
    small: 30,
    large: 1000,
    see: (value: number) => void seen.push(value),
    give: () => 5,
  });
  assertEquals(run!(9), 975);
  assertEquals(seen, [9]);
});

Deno.test("FunctionBuilder.call() counts the functions of the module after imported ones", () => {
  const f = new FunctionBuilder([i32], [i32]);
  f.get(0);
  f.i32(2);
  f.call(1);
  const functions = { twice: binary("i32.mul"), run: f };
  const imports = { functions: { unused: { params: [] } } };
  const { run } = instantiate(functions, imports, { unused: () => {} });
  assertEquals(run!(21), 42);
});

Deno.test("assemble() puts functions into a table, from which others call them", () => {
  const table = new WebAssembly.Table({ element: "anyfunc", initial: 300 });
  for (const [firstSlot, mark] of [[2, 10], [200, 20]] as const) {
    const functions = { a: marking(mark), b: marking(mark + 1) };
    instantiate(functions, { firstSlot }, { table });
  }
  const f = new FunctionBuilder([i32]);
  f.i32(64);
  f.i32(3);
  f.i32(4);
  f.get(0);
  f.callSlot();
  assert(f.usesTable);
  const { run } = instantiate({ run: f }, {}, { table });
  for (const [slot, mark] of [[2, 10], [3, 11], [200, 20], [201, 21]]) {
    run!(slot!);
    assertEquals([...words.slice(16, 18)], [mark, 7]);
  }
  assertThrows(() => run!(4), WebAssembly.RuntimeError);
});

Deno.test("FunctionBuilder.atomic() exchanges words", () => {
  const swap = new FunctionBuilder([i32, i32], [i32]);
  swap.get(0);
  swap.get(1);
  swap.op("i64.extend_i32_s");
  swap.i64(-1);
  swap.atomic("i64.atomic.rmw.cmpxchg", 8);
  swap.i64(0);
  swap.op("i64.eq");
  const count = new FunctionBuilder([i32], [i32]);
  count.get(0);
  count.i32(3);
  count.atomic("i32.atomic.rmw.add", 8);
  const { runSwap, runCount } = instantiate({ runSwap: swap, runCount: count });
  words.fill(0, 0, 8);
  assertEquals(runSwap!(0, 1), 1, "holds 0, which is not what was expected");
  assertEquals([...words.slice(0, 4)], [0, 0, 0, 0]);
  runSwap!(0, 0);
  assertEquals([...words.slice(0, 4)], [0, 0, -1, -1]);
  words.fill(0, 0, 8);
  assertEquals([runCount!(0), runCount!(0), words[2]], [0, 3, 6]);
  assertThrows(() => runCount!(2), WebAssembly.RuntimeError);
});

Deno.test("FunctionBuilder.atomic() waits and notifies in shared memory", () => {
  const f = new FunctionBuilder([], [i32]);
  const wait = f.local(i32);
  f.i32(64);
  f.i32(1);
  f.i64(-1);
  f.atomic("memory.atomic.wait32");
  f.set(wait);
  f.i32(64);
  f.i32(5);
  f.atomic("memory.atomic.notify");
  f.i32(10);
  f.op("i32.mul");
  f.get(wait);
  f.op("i32.add");
  const shared = new WebAssembly.Memory({
    initial: 1,
    maximum: 65536,
    shared: true,
  });
  const module = new WebAssembly.Module(assemble({ run: f }, true));
  const { exports } = new WebAssembly.Instance(module, {
    env: { memory: shared },
  });
  // 1: the word was not what was expected; nobody was woken.
  assertEquals((exports.run as Run)(), 1);
});

Deno.test("assemble() takes no atomics with a wrong name", () => {
  const f = new FunctionBuilder([i64]);
  assertThrows(() => f.atomic("i32.atomic.max"), Error, "No such instruction");
});
