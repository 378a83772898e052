import { assertEquals, assertThrows } from "@std/assert";
import { arrayOf, type DType, dtypes, type TypedArray } from "../dtype.ts";
import * as x from "../expr.ts";
import { type Kernel, laneOf, type Space } from "../kernel.ts";
import { runKernel } from "./kernel_testing.ts";

/** A kernel that reads or writes where an int32 input says. */
function indexed(dtype: DType, kind: "read" | "write" | "add"): Kernel {
  const lane = laneOf[dtype], at = x.load(1, "i32");
  return {
    name: kind,
    inputs: [dtype, "int32"],
    scalars: [],
    stores: [
      kind === "read"
        ? { dtype, value: x.loadAt(0, lane, at) }
        : { dtype, value: x.load(0, lane), at, accumulate: kind === "add" },
    ],
  };
}

function numbers(dtype: DType, values: readonly number[]): TypedArray {
  const out = arrayOf(dtype, values.length);
  values.forEach((v, i) =>
    out[i] = (dtype === "int64" ? BigInt(v) : v) as never
  );
  return out;
}

const line = (count: number, o: readonly number[]): Space => ({
  shape: [count],
  reduced: 0,
  strides: o.map((s) => [s]),
});

Deno.test("MemoryAccess gathers from where an input says", () => {
  for (const dtype of dtypes) {
    const source = numbers(
      dtype,
      dtype === "bool" ? [0, 1, 1, 0, 1] : [3, 5, 7, 11, 13],
    );
    for (let size = 0; size < 10; size++) {
      const index = Array.from({ length: size }, (_, i) => (i * 3) % 5);
      const [out] = runKernel({
        kernel: indexed(dtype, "read"),
        space: line(size, [0, 1, 1]),
        arrays: [source, Int32Array.from(index), arrayOf(dtype, size)],
      });
      assertEquals([...out!], index.map((i) => source[i]!));
    }
  }
});

Deno.test("MemoryAccess scatters so that the last of several writes to one place wins", () => {
  for (const dtype of dtypes) {
    for (let size = 0; size < 10; size++) {
      const values = Array.from(
        { length: size },
        (_, i) => dtype === "bool" ? i % 2 : i + 1,
      );
      const index = Array.from(
        { length: size },
        (_, i) => [2, 2, 0, 2, 1][i % 5]!,
      );
      const want = [0, 0, 0, 0];
      index.forEach((at, i) => want[at] = values[i]!);
      const [out] = runKernel({
        kernel: indexed(dtype, "write"),
        space: line(size, [1, 1, 0]),
        arrays: [
          numbers(dtype, values),
          Int32Array.from(index),
          arrayOf(dtype, 4),
        ],
      });
      assertEquals([...out!].map(Number), want);
    }
  }
});

Deno.test("MemoryAccess reads and writes further on where the distance is one number", () => {
  for (const dtype of dtypes) {
    for (let size = 1; size < 10; size++) {
      const values = Array.from(
        { length: 3 * size },
        (_, i) => dtype === "bool" ? (i * i) % 3 & 1 : i + 1,
      );
      for (const at of [0, 1, 2]) {
        const from = at * size, part = values.slice(from, from + size);
        const place = Int32Array.of(from);
        const [read] = runKernel({
          kernel: indexed(dtype, "read"),
          space: line(size, [1, 0, 1]),
          arrays: [numbers(dtype, values), place, arrayOf(dtype, size)],
        });
        assertEquals([...read!].map(Number), part);
        const [written] = runKernel({
          kernel: indexed(dtype, "write"),
          space: line(size, [1, 0, 1]),
          arrays: [numbers(dtype, part), place, arrayOf(dtype, 3 * size)],
        });
        const want = new Array<number>(3 * size).fill(0);
        part.forEach((v, i) => want[from + i] = v);
        assertEquals([...written!].map(Number), want);
        // All to one place: the last wins.
        const [last] = runKernel({
          kernel: indexed(dtype, "write"),
          space: line(size, [1, 0, 0]),
          arrays: [numbers(dtype, part), place, arrayOf(dtype, 3 * size)],
        });
        want.fill(0);
        want[from] = part.at(-1)!;
        assertEquals([...last!].map(Number), want);
      }
    }
  }
});

Deno.test("MemoryAccess adds up what goes to one place", () => {
  for (const dtype of dtypes) {
    const kernel = indexed(dtype, "add");
    if (dtype === "bool") {
      const arrays = [new Uint8Array(1), new Int32Array(1), new Uint8Array(1)];
      const trial = { kernel, space: line(1, [1, 1, 0]), arrays };
      assertThrows(
        () => runKernel(trial),
        TypeError,
        "Cannot accumulate into bool elements",
      );
      continue;
    }
    for (let size = 0; size < 20; size++) {
      const values = Array.from({ length: size }, (_, i) => i + 1);
      const index = Array.from(
        { length: size },
        (_, i) => [2, 2, 0, 2, 1][i % 5]!,
      );
      const want = [100, 0, 0, 7];
      index.forEach((at, i) => want[at]! += values[i]!);
      const [out] = runKernel({
        kernel,
        space: line(size, [1, 1, 0]),
        arrays: [
          numbers(dtype, values),
          Int32Array.from(index),
          numbers(dtype, [100, 0, 0, 7]),
        ],
      });
      assertEquals([...out!].map(Number), want);
    }
  }
});

Deno.test("MemoryAccess scatters along the axes of the result as well", () => {
  // out[i][index[i]] += value[i]
  const kernel = indexed("float32", "add");
  const [out] = runKernel({
    kernel,
    space: line(6, [1, 1, 3]),
    arrays: [
      Float32Array.from([1, 2, 3, 4, 5, 6]),
      Int32Array.from([0, 1, 2, 0, 1, 2]),
      new Float32Array(18),
    ],
  });
  const want = new Float32Array(18);
  [0, 4, 8, 9, 13, 17].forEach((at, i) => want[at] = i + 1);
  assertEquals(out, want);
});
