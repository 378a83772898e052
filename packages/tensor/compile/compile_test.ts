import {
  assert,
  assertEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import type { Device } from "../device.ts";
import { Storage } from "../device.ts";
import { cpu } from "../wasm/device.ts";
import {
  compile,
  manualSeed,
  rand,
  setDefaultDtype,
  Tensor,
  tensor,
  zeros,
} from "../mod.ts";

const float = (values: number[]) => tensor(values, { dtype: "float32" });
const data = (t: Tensor) => [...t.dataSync()].map(Number);

Deno.test("compile() captures once for each kind of tensors", () => {
  const f = compile((x: Tensor) => x.mul(2));
  const square = float([1, 2, 3, 4]).view(2, 2);
  const kinds = [
    float([1, 2]),
    float([1, 2, 3]),
    tensor([1, 2], { dtype: "float64" }),
    tensor([1, 2]),
    square,
    square.t(),
    float([1, 2]).requiresGrad_(),
  ];
  for (let round = 0; round < 3; round++) {
    for (const x of kinds) {
      assertEquals(f(x).dataSync(), x.detach().mul(2).dataSync());
    }
  }
  const { size, captures, hits, limit, fallback } = f.cacheInfo();
  assertEquals(
    { size, captures, hits, limit, fallback },
    { size: 7, captures: 7, hits: 14, limit: 64, fallback: null },
  );
});

Deno.test("compile() captures anew for other values that are no tensors", () => {
  class Scale {
    constructor(readonly by: number) {}
  }
  // deno-lint-ignore no-explicit-any
  type Any = any;
  const x = float([1, 2]);
  const two = new Scale(2), three = new Scale(3);
  const cases: [(value: Any) => Tensor, [unknown, number[]][]][] = [
    [(n: number) => x.div(n), [
      [2, [0.5, 1]],
      [4, [0.25, 0.5]],
      [0, [Infinity, Infinity]],
      [-0, [-Infinity, -Infinity]],
      [NaN, [NaN, NaN]],
    ]],
    [(name: "exp" | "neg") => x[name](), [
      ["neg", [-1, -2]],
      ["exp", [...x.exp().dataSync()].map(Number)],
    ]],
    [({ by: [a, { b }] }: Any) => x.mul(a).add(b), [
      [{ by: [1, { b: 2 }] }, [3, 4]],
      [{ by: [2, { b: 2 }] }, [4, 6]],
      [{ by: [2, { b: 3 }] }, [5, 7]],
    ]],
    [(scale: Scale) => x.mul(scale.by), [[two, [2, 4]], [three, [3, 6]]]],
    [(fn: (t: Tensor) => Tensor) => fn(x), [
      [(t: Tensor) => t.neg(), [-1, -2]],
      [(t: Tensor) => t.add(1), [2, 3]],
    ]],
    [(n?: number | null) => x.add(n ?? 7), [
      [undefined, [8, 9]],
      [null, [8, 9]],
      [true, [2, 3]],
    ]],
    [(n: bigint) => x.add(Number(n)), [[1n, [2, 3]], [2n, [3, 4]]]],
    [(list: number[]) => list.reduce((t, n) => t.add(n), x), [
      [[1], [2, 3]],
      [[1, 2], [4, 5]],
    ]],
    [(values: Float32Array) => x.add(tensor(values)), [
      [new Float32Array([1, 1]), [2, 3]],
      [new Float32Array([1, 2]), [2, 4]],
    ]],
  ];
  for (const [fn, uses] of cases) {
    const f = compile(fn);
    for (let round = 0; round < 2; round++) {
      for (const [value, expected] of uses) {
        assertEquals(data(f(value)), expected, String(fn));
      }
    }
    const { captures, hits } = f.cacheInfo();
    assertEquals([captures, hits], [uses.length, uses.length], String(fn));
  }
});

Deno.test("compile() notices that a typed array was written to", () => {
  const f = compile((values: Float32Array) => tensor(values).mul(2));
  const values = new Float32Array([1, 2]);
  assertEquals(data(f(values)), [2, 4]);
  values[1] = 5;
  assertEquals(data(f(values)), [2, 10]);
});

Deno.test("compile() tells objects with other orders of their keys apart", () => {
  const f = compile(({ a, b }: { a: Tensor; b: Tensor }) => a.sub(b));
  const a = float([5]), b = float([3]);
  assertEquals(data(f({ a, b })), [2]);
  assertEquals(data(f({ b, a })), [2]);
  assertEquals(data(f({ b: a, a: b })), [-2]);
  assertEquals(f.cacheInfo().captures, 2);
});

Deno.test("compile() looks at the default type", () => {
  const f = compile(() => zeros([1]).add(0.1));
  assertEquals(f().dtype, "float32");
  setDefaultDtype("float64");
  try {
    assertEquals(f().dtype, "float64");
  } finally {
    setDefaultDtype("float32");
  }
  assertEquals(f().dtype, "float32");
  assertEquals(f.cacheInfo().captures, 2);
});

Deno.test("compile() keeps the programs used last", () => {
  let captures = 0;
  const f = compile((n: number) => {
    captures++;
    return float([n]);
  }, { cacheLimit: 2 });
  const call = (n: number) => {
    captures = 0;
    assertEquals(data(f(n)), [n]);
    return captures;
  };
  assertEquals([1, 2, 1, 3].map(call), [1, 1, 0, 1]);
  assertEquals([1, 3, 2].map(call), [0, 0, 1]);
  assertEquals(f.cacheInfo().size, 2);
  f.clear();
  assertEquals(f.cacheInfo().size, 0);
  assertEquals([2, 2].map(call), [1, 0]);
});

Deno.test("compile() refuses to read values inside", () => {
  const x = float([1, 2]);
  const message = "inside compile as nothing has been computed yet";
  const reads: ((x: Tensor) => unknown)[] = [
    (x) => x.sum().itemSync(),
    (x) => x.dataSync(),
    (x) => x.arraySync(),
    (x) => x.sum().itemSync() > 0 ? x : x.neg(),
  ];
  for (const read of reads) {
    assertThrows(() => compile(read)(x), Error, message);
  }
  let text = "";
  assertEquals(
    data(
      compile((x: Tensor) => {
        text = String(x.mul(2));
        return x.mul(2);
      })(x),
    ),
    [2, 4],
  );
  assert(text.includes("[2]"), text);
});

Deno.test("compile() refuses asynchronous functions", () => {
  const x = float([1]);
  assertThrows(
    () => compile(async (x: Tensor) => await x.sum().data())(x),
    TypeError,
    "Cannot compile a function that returns a promise",
  );
  assertThrows(
    () => compile((x: Tensor) => Promise.resolve(x))(x),
    TypeError,
    "Cannot compile a function that returns a promise",
  );
});

Deno.test("compile() refuses what is no function and options that are none", () => {
  assertThrows(
    () => compile(3 as unknown as () => void),
    TypeError,
    "Cannot compile: expected a function, got",
  );
  assertThrows(
    () => compile(() => {}, { cachelimit: 3 } as object),
    TypeError,
    "cachelimit",
  );
  for (const cacheLimit of [0, 1.5, NaN, "3" as unknown as number]) {
    assertThrows(() => compile(() => {}, { cacheLimit }), RangeError);
  }
  const gone = float([1]);
  gone.dispose();
  assertThrows(() => compile((x: Tensor) => x.neg())(gone), Error, "disposed");
  const f = compile((x: Tensor) => x.neg());
  f(float([2]));
  assertThrows(() => f(gone), Error, "disposed");
});

Deno.test("compile() runs compiled functions inside of others as parts of them", () => {
  let captures = 0;
  const inner = compile((x: Tensor) => {
    captures++;
    return x.add(1);
  });
  const outer = compile((x: Tensor) => inner(inner(x)).mul(2));
  assertEquals(data(outer(float([1]))), [6]);
  assertEquals(data(outer(float([2]))), [8]);
  assertEquals(captures, 2);
  assertEquals(inner.cacheInfo().captures, 0);
  assertEquals(data(inner(float([5]))), [6]);
  assertThrows(
    () => compile(() => inner.repeat(2, { args: [float([1])] }))(),
    Error,
    "Cannot repeat a compiled function inside of another",
  );
});

Deno.test("Compiled.repeat() equals as many calls", () => {
  const prepare = () => {
    const state = float([1, 2]), counter = zeros([]);
    const step = compile((x: Tensor) => {
      state.mul_(x).add_(rand([2]));
      counter.add_(1);
      return { first: state.at(0), all: state.mul(1), counter };
    });
    return { state, counter, step };
  };
  const x = float([0.5, 0.25]);
  manualSeed(3);
  const called = prepare(), firsts: number[] = [];
  for (let t = 0; t < 5; t++) {
    firsts.push(called.step(x).first.itemSync() as number);
  }
  const after = data(rand([2]));
  for (const record of [true, false]) {
    manualSeed(3);
    const { state, counter, step } = prepare();
    const { result, record: recorded } = step.repeat(5, { args: [x], record });
    assertEquals(data(state), data(called.state));
    assertEquals(data(result.all), data(called.state));
    assertStrictEquals(result.counter, counter);
    assertEquals([state.version, counter.version], [10, 5]);
    assertEquals(data(rand([2])), after);
    assertEquals(step.cacheInfo().captures, 1);
    if (!record) assertEquals(recorded, null);
    else {
      const r = recorded as Record<string, Tensor | null>;
      assertEquals(data(r.first!), firsts);
      assertEquals(data(r.counter!), [1, 2, 3, 4, 5]);
      assertEquals(r.all, null);
    }
  }
});

Deno.test("Compiled.repeat() refuses numbers of times that are none", () => {
  const f = compile((x: Tensor) => x.add_(1));
  const x = float([0]);
  for (const times of [0, -1, 1.5, NaN, "2" as unknown as number]) {
    assertThrows(
      () => f.repeat(times, { args: [x] }),
      RangeError,
      `Cannot repeat: expected a whole number of at least 1, got ${times}`,
    );
  }
  assertThrows(
    () => f.repeat(1, { arg: [x] } as unknown as { args: [Tensor] }),
    TypeError,
    "arg",
  );
  assertThrows(
    () => f.repeat(1, { args: x as unknown as [Tensor] }),
    TypeError,
    "expected args as an array",
  );
  assertEquals(data(x), [0]);
});

Deno.test("Compiled.explain() shows the programs", () => {
  const f = compile((x: Tensor) => x.mul(2).add(1).sum());
  assertEquals(f.explain(), "Not called yet");
  f(float([1, 2]));
  const text = f.explain();
  assert(/^\d+ instructions?, \d+ bytes/.test(text), text);
  assert(text.includes("sum"), text);
});

/** A storage of a device that `compile` does not work on. */
class Elsewhere extends Storage {
  override get device(): Device {
    return { ...cpu, name: "webgpu" };
  }
  override dispose(): void {}
}

Deno.test("compile() runs what works on another device as it is and says so once", () => {
  const there = new Tensor(new Elsewhere(8), "float32", [2], [1]);
  const texts: string[] = [];
  const { warn } = console;
  console.warn = (text: string) => void texts.push(text);
  try {
    const functions: [(t: Tensor) => unknown, Tensor][] = [
      [(t) => t.device, there],
      [() => there.view(2, 1).shape.join(), float([1])],
      [() => there.detach().numel, float([1])],
    ];
    for (const [fn, x] of functions) {
      const f = compile(fn);
      for (let t = 0; t < 2; t++) assertEquals(f(x), fn(x), String(fn));
      const reason = "it works on webgpu";
      assertEquals(f.cacheInfo().fallback, reason);
      assertEquals(f.explain(), `Runs uncompiled: ${reason}`);
      assertEquals(
        texts.splice(0),
        [`A compiled function runs uncompiled: ${reason}`],
      );
      assertThrows(() => f.repeat(2, { args: [x] }), Error, reason);
      f.clear();
      assertEquals(f.cacheInfo().fallback, null);
    }
  } finally {
    console.warn = warn;
  }
});

Deno.test("compile() adds up in the order of the function where a copy joins dims", () => {
  manualSeed(4);
  for (const dtype of ["float32", "float64"] as const) {
    const fn = (x: Tensor) => {
      const rows = x.transpose(0, 1).contiguous().view(2, 6);
      return rows.mm(rows.t());
    };
    const compiled = compile(fn);
    for (let i = 0; i < 20; i++) {
      const x = rand([2, 2, 3], { dtype });
      assertEquals(data(compiled(x)), data(fn(x)));
    }
  }
});
