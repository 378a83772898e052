import {
  assert,
  assertEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { arange, ones, type Tensor, tensor, zeros } from "./mod.ts";
import { countOf } from "./shape.ts";
import golden from "./testdata/ops_geometry.json" with { type: "json" };

function sizes(text: string): number[] {
  return text === "" ? [] : text.split("x").map(Number);
}

/** A tensor of the geometry that `2x3:3x1` names. */
function made(text: string): Tensor {
  const [shape, strides] = text.split(":").map(sizes) as [number[], number[]];
  const last = shape.reduce((sum, s, d) => sum + (s - 1) * strides[d]!, 0);
  const count = countOf(shape) === 0 ? 0 : last + 1;
  return arange(count, { dtype: "float64" }).asStrided(shape, strides);
}

function stridesOf(t: Tensor): string {
  return t.strides.join("x");
}

/** Strides that matter: those of dims with several elements. */
function walked(shape: readonly number[], strides: string): number[] {
  return sizes(strides).filter((_, d) => shape[d] !== 1);
}
function assertWalks(t: Tensor, strides: string, title: string): void {
  if (t.numel === 0) return;
  assertEquals(walked(t.shape, stridesOf(t)), walked(t.shape, strides), title);
}

Deno.test("view() has the strides of PyTorch's view, or fails where that fails", () => {
  for (const line of golden.views) {
    const [geometry, shape, strides] = line.split("|") as [
      string,
      string,
      string,
    ];
    const t = made(geometry);
    if (strides === "no") {
      assertThrows(
        () => t.view(sizes(shape)),
        TypeError,
        "not next to each other",
      );
      assertEquals(t.reshape(sizes(shape)).dataSync(), t.dataSync(), line);
      continue;
    }
    const out = t.view(sizes(shape));
    assertEquals(stridesOf(out), strides, line);
    assertEquals(out.dataSync(), t.dataSync(), line);
    assertStrictEquals(out.storage, t.storage);
  }
});

Deno.test("neg() and clone() keep the order of dims in memory as PyTorch does", () => {
  for (const line of golden.results) {
    const [geometry, negative, copy] = line.split("|") as [
      string,
      string,
      string,
    ];
    const t = made(geometry);
    assertWalks(t.neg(), negative, line);
    assertWalks(t.clone(), copy, line);
    assertEquals(t.clone().dataSync(), t.dataSync(), line);
  }
});

Deno.test("add() takes the order of dims from its operands as PyTorch does", () => {
  for (const line of golden.pairs) {
    const [a, b, strides] = line.split("|") as [string, string, string];
    assertWalks(made(a).add(made(b)), strides, line);
  }
});

Deno.test("view() shares memory, reshape() copies where it must", () => {
  const t = arange(6).view(2, 3);
  t.t().at(2).fill_(9);
  assertEquals(t.arraySync(), [[0, 1, 9], [3, 4, 9]]);
  const copy = t.t().reshape(6);
  copy.zero_();
  assertEquals(copy.version, 1);
  assertEquals([t.version, t.sum().itemSync()], [1, 26]);
  t.reshape(3, 2).zero_();
  assertEquals([t.version, t.sum().itemSync()], [2, 0]);
});

Deno.test("contiguous() returns the tensor itself if it is row-major", () => {
  const t = arange(6).view(2, 3);
  assertStrictEquals(t.contiguous(), t);
  const turned = t.t();
  assert(!turned.isContiguous());
  assertEquals(turned.contiguous().strides, [2, 1]);
  assert(zeros([0, 3]).t().isContiguous());
  assert(ones([3, 1]).t().isContiguous());
});

Deno.test("flatten() and unflatten() join and split dims", () => {
  const t = zeros([2, 3, 4]);
  assertEquals(t.flatten().shape, [24]);
  assertEquals(t.flatten(1).shape, [2, 12]);
  assertEquals(t.flatten(0, -2).shape, [6, 4]);
  assertEquals(tensor(1.5).flatten().shape, [1]);
  assertEquals(t.unflatten(-1, [2, -1]).shape, [2, 3, 2, 2]);
  assertThrows(() => t.flatten(2, 0), RangeError, "Cannot flatten");
  assertThrows(() => t.unflatten(2, [3, -1]), TypeError, "Cannot view");
});

Deno.test("split(), chunk() and unbind() take a tensor apart", () => {
  const t = arange(7);
  const parts = (list: Tensor[]) => list.map((p) => p.arraySync());
  assertEquals(parts(t.split(3)), [[0, 1, 2], [3, 4, 5], [6]]);
  assertEquals(parts(t.split([1, 0, 6])), [[0], [], [1, 2, 3, 4, 5, 6]]);
  assertEquals(parts(arange(6).chunk(4)), [[0, 1], [2, 3], [4, 5]]);
  assertEquals(parts(t.chunk(3)), [[0, 1, 2], [3, 4, 5], [6]]);
  assertEquals(zeros([0]).split(2).map((p) => p.shape), [[0]]);
  assertEquals(zeros([0, 2]).chunk(3).map((p) => p.shape), [[0, 2], [0, 2], [
    0,
    2,
  ]]);
  assertEquals(parts(t.view(1, 7).slice(1, 0, 2).unbind(1)), [[0], [1]]);
  assertThrows(
    () => t.split([3, 3]),
    RangeError,
    "expected sizes that add up to 7",
  );
  assertThrows(() => t.split(0), RangeError, "expected a positive size");
  assertThrows(() => t.chunk(0), RangeError, "expected a positive count");
  assertThrows(() => tensor(1).unbind(), RangeError, "Cannot");
});

Deno.test("repeat() repeats each dim", () => {
  const t = arange(4).view(2, 2);
  assertEquals(t.repeat(1, 2).arraySync(), [[0, 1, 0, 1], [2, 3, 2, 3]]);
  assertEquals(t.repeat([2, 1, 1]).shape, [2, 2, 2]);
  assertEquals(t.repeat(0, 2).shape, [0, 4]);
  assertEquals(tensor(3).repeat(2).arraySync(), [3, 3]);
  assertThrows(() => t.repeat(2), TypeError, "expected a count per dim");
});

Deno.test("narrow() refuses what is outside", () => {
  const t = arange(6);
  assertEquals(t.narrow(0, -2, 2).arraySync(), [4, 5]);
  assertEquals(t.narrow(0, 6, 0).shape, [0]);
  assertThrows(() => t.narrow(0, 5, 2), RangeError, "Cannot narrow");
  assertThrows(() => t.narrow(0, -7, 1), RangeError, "Cannot narrow");
  assertThrows(() => t.narrow(1, 0, 1), RangeError, "expected a dim");
});

Deno.test("slice() refuses bounds and steps that are not whole", () => {
  const t = arange(6);
  assertThrows(() => t.slice(0, 0.5), RangeError, "Cannot slice");
  assertThrows(() => t.slice(0, 0, NaN), RangeError, "Cannot slice");
  assertThrows(() => t.slice(0, 0, 6, 0), RangeError, "Cannot slice");
  assertThrows(() => t.slice(0, 0, 6, -1), RangeError, "Cannot slice");
  assertThrows(() => t.select(0, 1.5), RangeError, "Cannot select");
  assertThrows(() => t.view(1.5, 4), RangeError, "Cannot view");
  assertThrows(() => t.expand(2.5, 6), TypeError, "Cannot expand");
  assertThrows(() => t.expand(NaN, 6), TypeError, "Cannot expand");
});

Deno.test("repeat() copies where nothing repeats, too", () => {
  for (const counts of [[1, 1], [1, 1, 1], [2, 1]]) {
    const t = arange(3).view(1, 3);
    const out = t.repeat(counts);
    out.zero_();
    assertEquals(t.arraySync(), [[0, 1, 2]]);
    assertEquals(out.base, null);
  }
});
