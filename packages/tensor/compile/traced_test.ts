import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { compile, type Tensor, tensor, zeros } from "../mod.ts";

const float = (values: number[]) => tensor(values, { dtype: "float32" });
const data = (t: Tensor) => [...t.dataSync()].map(Number);

Deno.test("compile() takes one tensor as several arguments", () => {
  const f = compile((a: Tensor, b: Tensor) => {
    a.add_(1);
    return b.mul(10);
  });
  const x = float([1]), y = float([2]);
  assertEquals(data(f(x, x)), [20]);
  assertEquals(data(f(x, y)), [20]);
  assertEquals(data(f(x, x)), [40]);
  assertEquals([...data(x), ...data(y)], [4, 2]);
  assertEquals(f.cacheInfo().captures, 2);
});

Deno.test("compile() takes arguments that share memory", () => {
  const f = compile((a: Tensor, b: Tensor) => {
    a.mul_(10);
    return b.add(0);
  });
  const run = (...parts: [string, string][]) =>
    parts.map(([p, q]) => {
      const base = float([1, 2, 3, 4]);
      return [...data(f(base.at(p), base.at(q))), ...data(base)];
    });
  const slices: [string, string][] = [
    ["0:2", "1:3"],
    ["1:3", "0:2"],
    ["1:3", "1:3"],
    ["2:4", "1:3"],
    ["0:2", "2:4"],
  ];
  for (let round = 0; round < 2; round++) {
    assertEquals(run(...slices), [
      [20, 3, 10, 20, 3, 4],
      [1, 20, 1, 20, 30, 4],
      [20, 30, 1, 20, 30, 4],
      [2, 30, 1, 2, 30, 40],
      [3, 4, 10, 20, 3, 4],
    ]);
  }
});

Deno.test("compile() takes parts of larger tensors wherever they are", () => {
  const f = compile((x: Tensor) => x.neg());
  const base = float([1, 2, 3, 4]);
  assertEquals(data(f(base.at("0:2"))), [-1, -2]);
  assertEquals(data(f(base.at("2:4"))), [-3, -4]);
  assertEquals(data(f(float([7, 8]))), [-7, -8]);
  assertEquals(f.cacheInfo().captures, 1);
});

Deno.test("compile() takes an argument that the function also uses from outside", () => {
  const own = float([1, 2]);
  const f = compile((x: Tensor) => {
    own.add_(1);
    return x.mul(2);
  });
  for (const expected of [[4, 6], [6, 8]]) {
    assertEquals(data(f(own)), expected);
  }
  assertEquals(data(f(float([1, 1]))), [2, 2]);
  assertEquals(data(own), [4, 5]);
  assertEquals(data(f(own.at("0:2"))), [10, 12]);
  assertEquals(data(f(own)), [12, 14]);
});

Deno.test("compile() gives results that stay as they are", () => {
  const f = compile((x: Tensor) => ({
    sum: x.sum(),
    list: [x.mul(2), { neg: x.neg() }],
    text: "as it was",
    nothing: null,
  }));
  const all = [1, 2, 3].map((n) => f(float([n, n])));
  assertEquals(all.map((r) => data(r.sum)), [[2], [4], [6]]);
  assertEquals(
    all.map((r) => data(r.list[0] as Tensor)),
    [[2, 2], [4, 4], [6, 6]],
  );
  assertEquals(
    all.map((r) => data((r.list[1] as { neg: Tensor }).neg)),
    [[-1, -1], [-2, -2], [-3, -3]],
  );
  assertEquals([all[2]!.text, all[2]!.nothing], ["as it was", null]);
  assertEquals(compile(() => 3)(), 3);
});

Deno.test("compile() gives back arguments, tensors from outside and views of them", () => {
  const own = float([1, 2, 3]);
  const f = compile((x: Tensor) => [x, x.at("1:"), own, own.at("1:")]);
  for (const x of [float([4, 5, 6]), float([7, 8, 9, 0]).at("1:")]) {
    const [same, part, outside, rest] = f(x);
    assertStrictEquals(same, x);
    assertStrictEquals(outside, own);
    assertEquals(data(part!), data(x).slice(1));
    part!.fill_(0);
    assertEquals(data(x).slice(1), [0, 0]);
    assertEquals(x.version, part!.version);
    rest!.add_(1);
  }
  assertEquals(data(own), [1, 4, 5]);
});

Deno.test("compile() gives views of one result one memory", () => {
  const f = compile((x: Tensor) => {
    const y = x.mul(2), part = y.at("1:");
    return [y, part, y, y.t()];
  });
  const [y, part, again] = f(float([1, 2, 3]));
  part!.fill_(0);
  assertEquals(data(y!), [2, 0, 0]);
  assertEquals(data(again!), [2, 0, 0]);
  assertEquals(data(f(float([1, 2, 3]))[0]!), [2, 4, 6]);
});

Deno.test("compile() gives results of no elements and constants", () => {
  const f = compile((x: Tensor) => [zeros([0, 3]), float([1, 2]), x.add_(1)]);
  const x = zeros([0]);
  for (let t = 1; t <= 2; t++) {
    const [empty, constant, same] = f(x);
    assertEquals(empty!.shape, [0, 3]);
    assertEquals(data(constant!), [1, 2]);
    constant!.fill_(5);
    assertStrictEquals(same, x);
    assertEquals(x.version, t);
  }
});

Deno.test("compile() changes tensors where they are and counts it", () => {
  const own = float([1, 2]);
  const f = compile((x: Tensor) => {
    x.add_(1).mul_(2);
    own.at(0).copy_(x.sum());
  });
  const x = float([0, 1]);
  f(x);
  assertEquals([...data(x), ...data(own)], [2, 4, 6, 2]);
  assertEquals([x.version, own.version], [2, 1]);
  f(x);
  assertEquals([...data(x), ...data(own)], [6, 10, 16, 2]);
  assertEquals([x.version, own.version], [4, 2]);
  const y = float([0, 0]);
  f(y);
  assertEquals([x.version, y.version, own.version], [4, 2, 3]);
});

Deno.test("compile() sees what was done to tensors outside between calls", () => {
  const own = float([1, 2]);
  const f = compile(() => own.mul(10));
  assertEquals(data(f()), [10, 20]);
  own.add_(1);
  assertEquals(data(f()), [20, 30]);
  assertEquals(f.cacheInfo().captures, 1);
  own.setData(float([7, 8]));
  assertEquals(data(f()), [70, 80]);
  own.setData(float([1, 2, 3]).at("1:"));
  assertEquals(data(f()), [20, 30]);
  own.setData(float([1, 2, 3, 4]).view(2, 2));
  own.setData(own.t());
  assertEquals(data(f()), [10, 30, 20, 40]);
  own.setData(tensor([3], { dtype: "float64" }));
  assertEquals(f().dtype, "float64");
});

Deno.test("compile() says where a tensor made inside leaks out", () => {
  let leaked: Tensor | undefined;
  const f = compile((x: Tensor) => {
    leaked = x.mul(2);
    return leaked.add(1);
  });
  assertEquals(data(f(float([1]))), [3]);
  const message = "Cannot use a tensor outside of the compiled function";
  assertThrows(() => leaked!.add(1), Error, message);
  assertThrows(() => leaked!.dataSync(), Error, message);
  assertEquals(data(f(float([2]))), [5]);
});

Deno.test("compile() leaves everything as it was where the function throws", () => {
  const own = float([1, 2]), x = float([3, 4]);
  let fails = true;
  const f = compile((x: Tensor) => {
    own.add_(1);
    x.mul_(2);
    if (fails) throw new Error("not today");
    return x.add(own);
  });
  assertThrows(() => f(x), Error, "not today");
  assertEquals([...data(own), ...data(x)], [1, 2, 3, 4]);
  assertEquals([own.version, x.version], [0, 0]);
  fails = false;
  assertEquals(data(f(x)), [8, 11]);
  assertEquals(f.cacheInfo().captures, 1);
});
