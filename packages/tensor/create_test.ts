import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  arange,
  type DType,
  empty,
  emptyLike,
  eye,
  full,
  fullLike,
  linspace,
  ones,
  onesLike,
  tensor,
  zeros,
  zerosLike,
} from "./mod.ts";
import golden from "./testdata/ops_create.json" with { type: "json" };
import { isClose } from "./testing/op_samples_assert_testing.ts";
import { parseTensor } from "./testing/op_samples_testing.ts";

interface Case {
  readonly args: readonly number[];
  readonly dtype?: DType;
  readonly out: string;
}

const functions = {
  arange: (args: readonly number[], dtype?: DType) => {
    const [a, b, c] = args;
    const options = dtype ? { dtype } : {};
    if (b === undefined) return arange(a!, options);
    return c === undefined ? arange(a!, b, options) : arange(a!, b, c, options);
  },
  linspace: ([a, b, n]: readonly number[], dtype?: DType) =>
    linspace(a!, b!, n!, dtype ? { dtype } : {}),
};

for (const [name, fn] of Object.entries(functions)) {
  Deno.test(`${name}() gives PyTorch's numbers`, () => {
    for (const { args, dtype, out } of golden[name as "arange"] as Case[]) {
      const title = `${name}(${args.join(", ")}) as ${dtype}`;
      if (out === "error") {
        assertThrows(() => fn(args, dtype), RangeError, "Cannot make");
        continue;
      }
      const expected = parseTensor(out), t = fn(args, dtype);
      assertEquals([t.dtype, t.shape], [expected.dtype, expected.shape], title);
      const data = t.dataSync();
      expected.values.forEach((v, i) =>
        assert(
          isClose(data[i]!, v, t.dtype, { absolute: 1e-15 }),
          `${title}: expected ${v} at ${i}, got ${data[i]}`,
        )
      );
    }
  });
}

Deno.test("tensor() infers type and shape from nested arrays", () => {
  const found = (data: Parameters<typeof tensor>[0]) => {
    const t = tensor(data);
    return [t.dtype, [...t.shape]];
  };
  assertEquals(found(3), ["int64", []]);
  assertEquals(found(2.5), ["float32", []]);
  assertEquals(found(true), ["bool", []]);
  assertEquals(found([1, 2.5]), ["float32", [2]]);
  assertEquals(found([true, 2]), ["int64", [2]]);
  assertEquals(found([true, 0.5]), ["float32", [2]]);
  assertEquals(found([]), ["float32", [0]]);
  assertEquals(found([[], []]), ["float32", [2, 0]]);
  assertEquals(found([[[1], [2]]]), ["int64", [1, 2, 1]]);
  assertEquals(found([NaN]), ["float32", [1]]);
  assertEquals(found([1, Infinity]), ["float32", [2]]);
  assertEquals(found([1e19, 1]), ["float32", [2]]);
  assertEquals(found([2 ** 62]), ["int64", [1]]);
});

Deno.test("tensor() takes the type of a typed array", () => {
  const dtypes = [
    new Float32Array(2),
    new Float64Array(2),
    new Int32Array(2),
    new BigInt64Array(2),
    new Uint8Array(2),
  ].map((a) => tensor(a).dtype);
  assertEquals(dtypes, ["float32", "float64", "int32", "int64", "uint8"]);
  for (
    const array of [
      new Int16Array(2),
      new Uint32Array(2),
      new Uint8ClampedArray(2),
    ]
  ) {
    assertThrows(
      () => tensor(array as unknown as Uint8Array),
      TypeError,
      "Cannot make a tensor: expected a Float32Array",
    );
  }
});

Deno.test("tensor() copies typed arrays", () => {
  const array = new Float64Array([1, 2]);
  const t = tensor(array);
  array[0] = 9;
  assertEquals(t.arraySync(), [1, 2]);
  t.fill_(5);
  assertEquals(array[1], 2);
});

Deno.test("tensor() keeps int64 exact beyond 2^53", () => {
  const large = [2n ** 53n + 1n, -(2n ** 63n), 2n ** 63n - 1n];
  const t = tensor(BigInt64Array.from(large));
  assertEquals(t.dataSync(), BigInt64Array.from(large));
  assertEquals(
    t.clone().at([2, 0]).dataSync(),
    BigInt64Array.from([large[2]!, large[0]!]),
  );
  assertEquals(
    t.sub(1).dataSync(),
    BigInt64Array.from([2n ** 53n, 2n ** 63n - 1n, 2n ** 63n - 2n]),
  );
  assertEquals(t.amax().dataSync()[0], 2n ** 63n - 1n);
  assertEquals(t.sum().dataSync()[0], 2n ** 53n);
  assertEquals(tensor([2 ** 53 + 2]).dataSync()[0], 2n ** 53n + 2n);
});

Deno.test("tensor() cuts off fractions and refuses what does not fit", () => {
  const as = (value: number, dtype: DType) =>
    tensor([value], { dtype }).itemSync();
  assertEquals(as(1.9, "int64"), 1);
  assertEquals(as(-1.9, "int64"), -1);
  assertEquals(as(-1.9, "int32"), -1);
  assertEquals(as(-1, "uint8"), 255);
  assertEquals(as(0.5, "bool"), 1);
  assertEquals(as(NaN, "bool"), 1);
  assertEquals(as(1e300, "float32"), Infinity);
  for (
    const [value, dtype] of [
      [300, "uint8"],
      [2 ** 31, "int32"],
      [-(2 ** 31) - 1, "int32"],
      [2 ** 63, "int64"],
      [NaN, "int64"],
      [NaN, "int32"],
      [Infinity, "uint8"],
    ] as const
  ) {
    assertThrows(
      () => as(value, dtype),
      RangeError,
      `Cannot store ${value} in a ${dtype} tensor`,
    );
    assertThrows(() => full([2], value, { dtype }), RangeError, "Cannot store");
    assertThrows(
      () => zeros([2], { dtype }).fill_(value),
      RangeError,
      "Cannot store",
    );
  }
});

Deno.test("tensor() refuses ragged arrays and what is no number", () => {
  const refuse = (data: unknown, message: string) =>
    assertThrows(() => tensor(data as number[]), TypeError, message);
  refuse([[1, 2], [3]], "ragged arrays: expected 2 elements in dim 1, got 1");
  refuse([[1], 2], "ragged arrays: expected 1 elements in dim 1, got a number");
  refuse([1, [2]], "got a deeper array");
  refuse([[], [1]], "Cannot make a tensor");
  refuse(
    ["1"],
    "expected numbers or booleans in arrays of equal lengths, got 1",
  );
  refuse([null], "got null");
  refuse([1n], "got 1");
  refuse(undefined, "got undefined");
  refuse({}, "got [object Object]");
  refuse([undefined], "got undefined");
});

Deno.test("full() takes its type from the value", () => {
  assertEquals(full([2], 3).dtype, "int64");
  assertEquals(full([2], 2.5).dtype, "float32");
  assertEquals(full([], true).dtype, "bool");
  assertEquals(full([2], 2.9, { dtype: "int64" }).arraySync(), [2, 2]);
  assertEquals(full([2], -2.9, { dtype: "int32" }).arraySync(), [-2, -2]);
  assertEquals(full([2], 7, { dtype: "bool" }).arraySync(), [true, true]);
  assertEquals(full([2, 0], 1).shape, [2, 0]);
});

Deno.test("zeros(), ones() and empty() check their sizes", () => {
  assertEquals(zeros([2]).arraySync(), [0, 0]);
  assertEquals(ones([1, 2], { dtype: "bool" }).arraySync(), [[true, true]]);
  assertEquals(empty([3, 0]).numel, 0);
  for (const shape of [[-1], [1.5], [NaN], [2, -3]]) {
    assertThrows(
      () => zeros(shape),
      RangeError,
      "expected sizes of at least 0",
    );
    assertThrows(
      () => empty(shape),
      RangeError,
      "expected sizes of at least 0",
    );
  }
  assertThrows(
    () => zeros([2], { dtype: "float16" as DType }),
    TypeError,
    'Cannot use dtype "float16"',
  );
  assertThrows(
    () => zeros([2], { device: "tpu" as "cpu" }),
    TypeError,
    'Cannot use device "tpu": expected "cpu" or "webgpu"',
  );
  assertThrows(
    () => zeros([2]).to("cuda" as "cpu"),
    TypeError,
    'Cannot convert a tensor to "cuda": expected a device (cpu, webgpu)',
  );
});

Deno.test("zerosLike() and its kin take shape and type", () => {
  const t = tensor([[1.5, 2.5]], { dtype: "float64" });
  const shape = [1, 2];
  for (
    const like of [zerosLike(t), onesLike(t), fullLike(t, 3), emptyLike(t)]
  ) {
    assertEquals([like.dtype, like.shape], ["float64", shape]);
  }
  assertEquals(fullLike(t, 3).arraySync(), [[3, 3]]);
  assertEquals(onesLike(t, { dtype: "int32" }).dtype, "int32");
  assertEquals(zerosLike(t).requiresGrad, false);
});

Deno.test("eye() has ones on its diagonal", () => {
  assertEquals(eye(2).arraySync(), [[1, 0], [0, 1]]);
  assertEquals(eye(2, 3, { dtype: "int64" }).arraySync(), [[1, 0, 0], [
    0,
    1,
    0,
  ]]);
  assertEquals(eye(3, 1).arraySync(), [[1], [0], [0]]);
  assertEquals(eye(0).shape, [0, 0]);
  assertEquals(eye(2, 0).shape, [2, 0]);
  assertThrows(() => eye(-1), RangeError, "Cannot make a tensor");
});

Deno.test("zeros() refuses gradients of integers before it makes anything", () => {
  for (const dtype of ["int64", "bool"] as const) {
    const options = { dtype, requiresGrad: true };
    for (
      const make of [
        () => zeros([2], options),
        () => empty([2], options),
        () => tensor([1], options),
        () => eye(2, 2, options),
        () => arange(3, options),
        () => full([2], 1, options),
      ]
    ) {
      assertThrows(
        make,
        TypeError,
        `Cannot require a gradient of a ${dtype} tensor`,
      );
    }
  }
  assert(eye(2, 2, { requiresGrad: true }).requiresGrad);
  assert(arange(3, { dtype: "float64", requiresGrad: true }).isLeaf);
});
