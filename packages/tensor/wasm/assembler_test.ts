import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  assemble,
  f32,
  f64,
  FunctionBuilder,
  i32,
  i64,
  v128,
} from "./assembler.ts";
import { features } from "./features.ts";

type Run = (...args: number[]) => void;

const memory = new WebAssembly.Memory({ initial: 1 });
const words = new Int32Array(memory.buffer);

function instantiate(
  functions: Record<string, FunctionBuilder>,
): Record<string, Run> {
  const module = new WebAssembly.Module(assemble(functions, false));
  const instance = new WebAssembly.Instance(module, { env: { memory } });
  return instance.exports as Record<string, Run>;
}

/** A function that stores an i32, which `push` pushes, at address 0. */
function storing(push: (f: FunctionBuilder) => void): FunctionBuilder {
  const f = new FunctionBuilder([]);
  f.i32(0);
  push(f);
  f.mem("i32.store");
  return f;
}

Deno.test("assemble() makes modules that validate, for plain and shared memory", () => {
  for (const shared of [false, true]) {
    const run = storing((f) => f.i32(1));
    assert(WebAssembly.validate(assemble({ run }, shared)));
  }
});

Deno.test("assemble() exports functions by name", () => {
  const run = instantiate({
    one: storing((f) => f.i32(1)),
    two: storing((f) => f.i32(2)),
  });
  run.two!();
  assertEquals(words[0], 2);
  run.one!();
  assertEquals(words[0], 1);
});

Deno.test("assemble() takes more than 127 functions and long names", () => {
  const functions: Record<string, FunctionBuilder> = {};
  for (let i = 0; i < 300; i++) {
    functions[`${"n".repeat(200)}${i}`] = storing((f) => f.i32(i));
  }
  const run = instantiate(functions);
  assertEquals(Object.keys(run).length, 300);
  for (const i of [0, 1, 126, 127, 128, 129, 255, 256, 299]) {
    run[`${"n".repeat(200)}${i}`]!();
    assertEquals(words[0], i);
  }
});

Deno.test("assemble() takes functions of any length", () => {
  // Bodies whose sizes lie around the steps of LEB128.
  for (
    const count of [0, 30, 31, 40, 41, 42, 5000, 5459, 5460, 5461, 700_000]
  ) {
    const run = storing((f) => {
      f.i32(0);
      for (let i = 0; i < count; i++) {
        f.i32(1);
        f.op("i32.add");
      }
    });
    instantiate({ run }).run!();
    assertEquals(words[0], count);
  }
});

Deno.test("FunctionBuilder.local() takes more than 127 locals of all types", () => {
  const f = new FunctionBuilder([i32, i32]);
  const types = [i32, i64, f32, f64, v128] as const;
  const locals = Array.from(
    { length: 20_000 },
    (_, i) => f.local(types[i % 5]!),
  );
  assertEquals(locals[0], 2);
  assertEquals(locals.at(-1), 20_001);
  for (const at of [0, 120, 125, 130, 16_380, 16_385, 19_995]) {
    f.get(0);
    f.set(locals[at]!);
  }
  f.get(1);
  f.get(locals[16_385]!);
  f.mem("i32.store");
  instantiate({ run: f }).run!(77, 4);
  assertEquals(words[1], 77);
});

Deno.test("FunctionBuilder.i32() pushes every kind of constant", () => {
  const values = [0, 1, -1, 2 ** 31 - 1, -(2 ** 31), 0x12345678];
  for (const power of [6, 7, 13, 14, 20, 21, 27, 28, 30]) {
    for (const d of [-1, 0, 1]) values.push(2 ** power + d, -(2 ** power) + d);
  }
  for (const value of values) {
    instantiate({ run: storing((f) => f.i32(value)) }).run!();
    assertEquals(words[0], value);
  }
  // Addresses above 2 GiB are given as they are and wrap.
  instantiate({ run: storing((f) => f.i32(0xfffffff0)) }).run!();
  assertEquals(words[0], -16);
});

Deno.test("FunctionBuilder.splat() fills the lanes of each type", () => {
  const at64 = 64;
  const lanesOf = (push: (f: FunctionBuilder) => void): DataView => {
    const f = new FunctionBuilder([]);
    f.i32(at64);
    push(f);
    f.mem("v128.store");
    instantiate({ run: f }).run!();
    return new DataView(memory.buffer, at64, 16);
  };
  for (
    const value of [
      0,
      -0,
      1.5,
      NaN,
      -Infinity,
      2 ** -149,
      3.4028234663852886e38,
    ]
  ) {
    const view = lanesOf((f) => f.splat("f32", value));
    for (let i = 0; i < 4; i++) {
      assert(Object.is(view.getFloat32(4 * i, true), value));
    }
  }
  for (const value of [0, -0, 0.1, NaN, Infinity, 5e-324, Number.MAX_VALUE]) {
    const view = lanesOf((f) => f.splat("f64", value));
    for (let i = 0; i < 2; i++) {
      assert(Object.is(view.getFloat64(8 * i, true), value));
    }
  }
  for (const value of [0, -1, 2 ** 31 - 1, -(2 ** 31)]) {
    const view = lanesOf((f) => f.splat("i32", value));
    for (let i = 0; i < 4; i++) assertEquals(view.getInt32(4 * i, true), value);
  }
  for (const value of [0n, -1n, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n + 1n]) {
    const view = lanesOf((f) => f.splat("i64", value));
    for (let i = 0; i < 2; i++) {
      assertEquals(view.getBigInt64(8 * i, true), value);
    }
  }
});

Deno.test("FunctionBuilder.mem() takes large offsets and lanes", () => {
  const f = new FunctionBuilder([]);
  for (
    const [offset, value] of [[127, 3], [128, 4], [16_384, 5], [65_532, 6]]
  ) {
    f.i32(0);
    f.i32(value!);
    f.mem("i32.store", offset!);
  }
  f.i32(0);
  f.splat("i32", 9);
  f.mem("v128.store32_lane", 200, 3);
  instantiate({ run: f }).run!();
  const view = new DataView(memory.buffer);
  const found = [127, 128, 200, 16_384, 65_532].map((at) =>
    view.getInt32(at, true)
  );
  // The second store overwrote three bytes of the first.
  assertEquals(found, [3 | (4 << 8), 4, 9, 5, 6]);
});

Deno.test("FunctionBuilder.br() leaves loops and blocks", () => {
  // for (i = 0; i < n; i++) sum += i
  const f = new FunctionBuilder([i32]);
  const i = f.local(i32), sum = f.local(i32);
  f.block();
  f.loop();
  f.get(i);
  f.get(0);
  f.op("i32.ge_s");
  f.brIf(1);
  f.get(sum);
  f.get(i);
  f.op("i32.add");
  f.set(sum);
  f.increase(i, 1);
  f.br(0);
  f.end();
  f.end();
  f.i32(0);
  f.get(sum);
  f.mem("i32.store");
  const { run } = instantiate({ run: f });
  for (const [n, expected] of [[0, 0], [1, 0], [5, 10], [100, 4950]]) {
    run!(n!);
    assertEquals(words[0], expected);
  }
});

Deno.test("FunctionBuilder refuses instructions that it does not know", () => {
  const f = new FunctionBuilder([]);
  for (
    const call of [
      () => f.op("f32x4.sin"),
      () => f.mem("f16.load"),
      () => f.lane("v128.extract_lane", 0),
    ]
  ) assertThrows(call, Error, "No such instruction");
});

Deno.test("assemble() tells which conditionals are seldom entered", () => {
  const branching = (seldom: boolean) => {
    const f = new FunctionBuilder([]), out = f.local(i32);
    f.i32(1);
    f.if(seldom);
    f.i32(7);
    f.set(out);
    f.end();
    f.i32(0);
    f.get(out);
    f.mem("i32.store");
    return f;
  };
  const functions = { usual: branching(false), seldom: branching(true) };
  instantiate(functions).seldom!();
  assertEquals(words[0], 7);
  const hints = (functions: Record<string, FunctionBuilder>) =>
    WebAssembly.Module.customSections(
      new WebAssembly.Module(assemble(functions, false)),
      "metadata.code.branch_hint",
    ).map((bytes) => [...new Uint8Array(bytes)]);
  assertEquals(hints({ usual: branching(false) }), []);
  // One function, number 1; one hint, 3 bytes of locals and 2 of code into it, of size 1: not taken.
  assertEquals(hints(functions), [[1, 1, 1, 5, 1, 0]]);
});

Deno.test("FunctionBuilder takes turns with what functions write", () => {
  const f = new FunctionBuilder([]);
  const locals = [0, 1].map(() => f.local(i32));
  const writer = (local: number, other: number) => () => {
    f.i32(5);
    f.get(other);
    f.op("i32.add");
    f.set(local);
    f.i32(1);
    f.if(true);
    f.increase(local, 10);
    f.end();
    f.increase(local, 100);
  };
  f.interleave([
    writer(locals[0]!, locals[1]!),
    writer(locals[1]!, locals[0]!),
  ]);
  locals.forEach((local, i) => {
    f.i32(4 * i);
    f.get(local);
    f.mem("i32.store");
  });
  const functions = { run: f };
  instantiate(functions).run!();
  // The second begins when the first has done one statement.
  assertEquals([...words.subarray(0, 2)], [115, 120]);
  const [section] = WebAssembly.Module.customSections(
    new WebAssembly.Module(assemble(functions, false)),
    "metadata.code.branch_hint",
  );
  const [, , count, first, , , second] = new Uint8Array(section!);
  const body = f.body().slice(1);
  assertEquals([count, body[first!], body[second!]], [2, 0x04, 0x04]);
});

Deno.test("features says whether the engine takes relaxed SIMD", () => {
  const f = new FunctionBuilder([]);
  for (let i = 0; i < 3; i++) f.splat("f64", 1);
  f.op("f64x2.relaxed_madd");
  f.op("drop");
  assertEquals(
    WebAssembly.validate(assemble({ run: f }, false)),
    features.relaxed,
  );
});
