import {
  assert,
  assertEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  arange,
  canCast,
  manualSeed,
  ones,
  rand,
  Tensor,
  tensor,
  zeros,
} from "./mod.ts";
import { dispatch, dispatchInto, opTable } from "./internal.ts";
import { sameShape } from "./shape.ts";
import { assertSameBits } from "./testing/op_samples_assert_testing.ts";
import { isElementwise } from "./testing/op_samples_kinds_testing.ts";
import { opSamples } from "./testing/op_samples_testing.ts";

/** Ops whose samples give the inputs of the op itself, with nothing to convert. */
function* directSamples(): Generator<
  [string, Tensor, (Tensor | number)[], string]
> {
  for (const [op, samples] of opSamples) {
    if (!isElementwise(op) || !opTable.get(op)?.runInto) continue;
    // These take their type from what they are written into.
    if (op === "copy" || op.startsWith("toCopy.")) continue;
    for (const sample of samples) {
      const inputs = sample.inputs() as (Tensor | number)[];
      const [first, ...rest] = inputs;
      if (!sample.out || Object.keys(sample.args).length > 0) continue;
      if (!(first instanceof Tensor)) continue;
      const { length } = inputs;
      if (op === "leakyRelu") rest.push(0.01);
      if (op === "elu") rest.push(1, 1, 1);
      if (op === "softplus") rest.push(1, 20);
      if (op === "hardtanh") rest.push(-1, 1);
      if (op === "softshrink" || op === "hardshrink") rest.push(0.5);
      if (op.startsWith("addc")) rest.push(1);
      if (op === "clamp" && length < 3) continue;
      yield [op, first, rest, sample.title];
    }
  }
}

Deno.test("dispatchInto() computes in place what dispatch() computes", () => {
  let done = 0, refused = 0;
  for (const [name, target, rest, title] of directSamples()) {
    const op = opTable.get(name)!;
    const expected = dispatch(op, [target, ...rest]);
    const own = target.clone();
    const run = () => dispatchInto(op, own, [own, ...rest]);
    if (
      sameShape(expected.shape, own.shape) &&
      canCast(expected.dtype, own.dtype)
    ) {
      assertStrictEquals(run(), own);
      assertSameBits([own], [expected.to(own.dtype)], title);
      assertEquals(own.version, 1);
      done++;
    } else {
      assertThrows(run, TypeError, `Cannot run ${name}_`);
      assertSameBits([own], [target], `${title} wrote`);
      assertEquals(own.version, 0);
      refused++;
    }
  }
  assert(done > 1000 && refused > 200, `${done} done, ${refused} refused`);
});

/** Methods that change a tensor, with their arguments. */
const methods: Record<string, unknown[]> = {
  add_: [tensor([2, 3, 4])],
  sub_: [2.5],
  mul_: [tensor(1.5)],
  div_: [tensor([2, 4, 8])],
  pow_: [2],
  maximum_: [tensor([1, 0, 3])],
  minimum_: [tensor([1, 0, 3])],
  remainder_: [0.4],
  fmod_: [0.4],
  clamp_: [{ min: 0.25, max: 0.75 }],
  lerp_: [tensor([2, 3, 4]), 0.25],
  addcmul_: [tensor([2, 3, 4]), tensor([1.5, 2.5, 3.5]), { value: 0.5 }],
  addcdiv_: [tensor([2, 3, 4]), tensor([1.5, 2.5, 3.5]), { value: 0.5 }],
  maskedFill_: [tensor([true, false, true]), 7],
  scatter_: [0, tensor([2, 0]), tensor([1.5, 2.5])],
  scatterAdd_: [0, tensor([2, 2]), tensor([1.5, 2.5])],
};
/** Methods that have no form out of place. */
const alone = new Set([
  "bernoulli_",
  "copy_",
  "detach_",
  "exponential_",
  "fill_",
  "indexPut_",
  "normal_",
  "random_",
  "requiresGrad_",
  "uniform_",
  "zero_",
]);

type Method = (this: Tensor, ...args: unknown[]) => Tensor;

function methodNames(): string[] {
  const names: string[] = [];
  for (
    let level = Tensor.prototype as object;
    level !== Object.prototype;
    level = Object.getPrototypeOf(level)
  ) names.push(...Object.getOwnPropertyNames(level));
  return names.filter((name) => name.endsWith("_") && !alone.has(name));
}

Deno.test("Tensor computes in place what it computes out of place", () => {
  const names = methodNames();
  assert(names.length > 45, names.join());
  for (const name of names) {
    const table = Tensor.prototype as unknown as Record<string, Method>;
    const args = methods[name] ?? [];
    // Where every function is defined.
    const values = name === "acosh_" ? [1.2, 1.5, 1.75] : [0.2, 0.5, 0.75];
    const t = tensor(values);
    const expected = table[name.slice(0, -1)]!.call(t, ...args);
    assertStrictEquals(table[name]!.call(t, ...args), t, name);
    assertSameBits([t], [expected], name);
  }
});

/** Runs `fn` on a tensor and on a copy of what it takes from that tensor. */
function assertReadFirst(
  make: () => Tensor,
  target: (t: Tensor) => Tensor,
  source: (t: Tensor) => Tensor,
  title: string,
): void {
  const forms: [string, (a: Tensor, b: Tensor) => Tensor][] = [
    ["add_", (a, b) => a.add_(b)],
    ["copy_", (a, b) => a.copy_(b)],
    ["lerp_", (a, b) => a.lerp_(b, 0.5)],
    ["addcmul_", (a, b) => a.addcmul_(b, b)],
  ];
  for (const [name, fn] of forms) {
    const t = make(), apart = make();
    fn(target(t), source(t));
    fn(target(apart), source(apart).clone().contiguous());
    assertEquals(t.dataSync(), apart.dataSync(), `${name} ${title}`);
  }
}

Deno.test("add_() and its kin read a source that overlaps before they write", () => {
  for (const dtype of ["float32", "float64"] as const) {
    const line = () => arange(67, { dtype });
    const square = () => arange(81, { dtype }).view(9, 9);
    for (const by of [1, 2, 3, 4, 5, 8, 17]) {
      const ahead = (t: Tensor) => t.slice(0, by),
        behind = (t: Tensor) => t.slice(0, 0, 67 - by);
      assertReadFirst(line, ahead, behind, `forward by ${by}`);
      assertReadFirst(line, behind, ahead, `back by ${by}`);
    }
    const all = (t: Tensor) => t;
    assertReadFirst(line, all, (t) => t.slice(0, 0, 1), "the first element");
    assertReadFirst(line, all, (t) => t.select(0, 66), "the last element");
    assertReadFirst(
      line,
      (t) => t.slice(0, 0, 33),
      (t) => t.slice(0, 0, 66, 2),
      "every other",
    );
    assertReadFirst(
      line,
      (t) => t.slice(0, 0, 66, 2),
      (t) => t.slice(0, 0, 33),
      "into every other",
    );
    assertReadFirst(square, all, (t) => t.t(), "the transpose");
    assertReadFirst(square, (t) => t.t(), all, "into the transpose");
    assertReadFirst(square, all, (t) => t.slice(0, 0, 1), "the first row");
    assertReadFirst(square, all, (t) => t.slice(1, 0, 1), "the first column");
    assertReadFirst(square, all, (t) => t.select(0, 4), "a row");
    assertReadFirst(
      square,
      (t) => t.slice(0, 1),
      (t) => t.slice(0, 0, 8),
      "rows",
    );
    assertReadFirst(
      square,
      (t) => t.diagonal(),
      (t) => t.select(0, 3),
      "onto the diagonal",
    );
    assertReadFirst(square, all, all, "itself");
  }
});

Deno.test("where() results can be written into what they are made of", () => {
  const t = arange(20, { dtype: "float32" });
  t.slice(0, 1).maskedFill_(t.slice(0, 0, 19).gt(5), -1);
  const expected = Array.from({ length: 20 }, (_, i) => i > 6 ? -1 : i);
  assertEquals(t.arraySync(), expected);
});

Deno.test("add_() checks shape, type and memory before it writes", () => {
  const t = zeros([3]);
  assertThrows(
    () => t.add_(ones([2, 3])),
    TypeError,
    "Cannot run add_ as the result does not have the shape of the tensor: expected [3], got [2, 3]",
  );
  assertThrows(() => t.add_(ones([4])), TypeError, "do not broadcast");
  assertThrows(
    () => zeros([1]).add_(ones([3])),
    TypeError,
    "does not have the shape",
  );
  assertThrows(
    () => tensor(0).add_(tensor([1])),
    TypeError,
    "does not have the shape",
  );
  assertThrows(
    () => zeros([2], { dtype: "int64" }).add_(0.5),
    TypeError,
    "Cannot run add_ as a float32 result cannot be stored in a int64 tensor",
  );
  assertThrows(
    () => zeros([2], { dtype: "bool" }).add_(ones([2], { dtype: "uint8" })),
    TypeError,
    "cannot be stored in a bool tensor",
  );
  const wide = zeros([1]).expand(3);
  const versions = [t.version, wide.version];
  for (
    const write of [
      () => wide.add_(1),
      () => wide.copy_(t),
      () => wide.fill_(1),
      () => wide.clamp_({ min: 1 }),
      () => wide.uniform_(),
      () => wide.bernoulli_(),
    ]
  ) {
    assertThrows(write, TypeError, "on an expanded tensor");
  }
  assertEquals([t.version, wide.version], versions);
  assertEquals([t.arraySync(), wide.arraySync()], [[0, 0, 0], [0, 0, 0]]);
});

Deno.test("add_() writes float64 into float32 and integers into smaller ones", () => {
  const f32 = tensor([1.5]).add_(tensor([0.25], { dtype: "float64" }));
  assertEquals([f32.dtype, f32.itemSync()], ["float32", 1.75]);
  const u8 = tensor([250], { dtype: "uint8" }).add_(tensor([300]));
  assertEquals([u8.dtype, u8.itemSync()], ["uint8", (250 + 300) % 256]);
});

Deno.test("uniform_() leaves the generator alone where it refuses", () => {
  manualSeed(3);
  const expected = rand([2]).arraySync();
  manualSeed(3);
  assertThrows(() => zeros([1]).expand(5).uniform_(), TypeError, "expanded");
  assertThrows(
    () => zeros([2], { dtype: "int64" }).uniform_(),
    TypeError,
    "Cannot fill",
  );
  assertThrows(() => zeros([2]).uniform_(2, 1), RangeError, "Cannot fill");
  assertEquals(rand([2]).arraySync(), expected);
});

Deno.test("add_() may write to an expanded tensor without elements", () => {
  const x = zeros([0, 1]).expand([0, 3]);
  assertStrictEquals(x.add_(1), x);
  assertEquals(x.shape, [0, 3]);
});
