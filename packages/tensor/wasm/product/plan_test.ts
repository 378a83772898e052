import { assert, assertEquals } from "@std/assert";
import type { TypedArray } from "../../dtype.ts";
import { callSlot, slotOf } from "../functions.ts";
import { heap } from "../heap.ts";
import { writeArgs } from "../product.ts";
import {
  assertProduct,
  type Matrices,
  matrices,
  run,
  type RunOptions,
  type Sizes,
} from "../product_testing.ts";
import type { Multiplied } from "../tiles.ts";
import { planProduct, type ProductCall, type ProductOperand } from "./plan.ts";

const types: readonly Multiplied[] = ["float32", "float64", "int32", "int64"];

type Addresses = Readonly<Record<ProductOperand, number>>;

/** Runs steps of a call. */
function step(
  call: ProductCall,
  of: Addresses,
  begin: number,
  end: number,
): void {
  writeArgs(call, of, heap.args);
  callSlot(slotOf(call.key, call.emit), heap.args, begin, end);
}

/** Runs every call in pieces of `size` steps, the last ones first. */
function inPieces(size: number): NonNullable<RunOptions["execute"]> {
  return (plan, of) => {
    for (const call of plan.calls) {
      const pieces = Math.ceil(call.extent / size);
      for (let piece = pieces - 1; piece >= 0; piece--) {
        const begin = piece * size;
        step(call, of, begin, Math.min(begin + size, call.extent));
      }
    }
  };
}

const sizes: readonly Sizes[] = [
  [5, 20, 9],
  [1, 40, 700],
  [700, 40, 1],
  [2, 40, 300],
  [3, 300, 300],
  [300, 40, 3],
  [12, 40, 300],
  [60, 300, 310],
  [130, 300, 70],
  [200, 270, 200],
];
const strided = (x: Matrices) => ({
  row: x.row,
  column: x.column,
  batch: x.batch,
});

Deno.test("planProduct() makes calls whose ranges may be cut anywhere", () => {
  for (const dtype of types) {
    for (const size of sizes) {
      for (const piece of [1, 2, 7]) {
        const execute = inPieces(piece);
        assertProduct(dtype, size, ["rows", "rows"], { execute });
        assertProduct(dtype, size, ["columns", "columns"], { execute });
        const batch = [2, 3];
        if (size[0] < 100 && size[2] < 100) {
          assertProduct(dtype, size, ["rows", "columns"], { execute, batch });
        }
      }
    }
  }
});

Deno.test("planProduct() rounds the same however ranges are cut", () => {
  const [m, k, n] = [130, 600, 70];
  const a = matrices("float32", m, k, [], "rows", 1);
  const b = matrices("float32", k, n, [], "columns", 2);
  for (const { data } of [a, b]) {
    for (let i = 0; i < data.length; i++) data[i] = Math.sin(i * i);
  }
  const whole = run("float32", [m, k, n], a, b);
  for (const piece of [1, 3, 1000]) {
    const execute = inPieces(piece);
    assertEquals(run("float32", [m, k, n], a, b, { execute }), whole);
  }
});

Deno.test("planProduct() says which rows of the result are complete", () => {
  let told = 0;
  for (const dtype of types) {
    for (const [m, k, n] of sizes) {
      for (const batch of [[], [3]]) {
        if (m * n > 10000 && batch.length > 0) continue;
        const a = matrices(dtype, m, k, batch, "rows", 1);
        const b = matrices(dtype, k, n, batch, "rows", 2);
        let snapshots: TypedArray[] = [], ends: number[] = [];
        const found = run(dtype, [m, k, n], a, b, {
          batch,
          execute(plan, of) {
            const ahead = plan.calls.slice(0, -1), last = plan.calls.at(-1)!;
            for (const call of ahead) step(call, of, 0, call.extent);
            const length = m * n * (batch[0] ?? 1);
            const bytes = length * (dtype.endsWith("64") ? 8 : 4);
            snapshots = [];
            ends = [];
            for (let i = 0; i < last.extent; i++) {
              step(last, of, i, i + 1);
              if (!plan.rows) continue;
              const { perStep, total } = plan.rows;
              assertEquals(total, m * (batch[0] ?? 1));
              snapshots.push(heap.u8.slice(of.out, of.out + bytes));
              ends.push(Math.min((i + 1) * perStep, total));
            }
            if (plan.rows) assertEquals(ends.at(-1), plan.rows.total);
          },
        });
        const final = new Uint8Array(
          found.buffer,
          found.byteOffset,
          found.byteLength,
        );
        snapshots.forEach((snapshot, i) => {
          const bytes = ends[i]! * n * found.BYTES_PER_ELEMENT;
          assertEquals(snapshot.subarray(0, bytes), final.subarray(0, bytes));
          told++;
        });
      }
    }
  }
  assert(told > 100);
});

Deno.test("planProduct() tells threads apart where work is enough for them alone", () => {
  const square = (size: number) => {
    const strides = { row: size, column: 1, batch: [] };
    const shape = { m: size, n: size, k: size, batch: [] };
    return planProduct("float32", shape, strides, strides).calls;
  };
  assert(square(32).every((call) => call.grain === 0));
  for (const { extent, grain } of square(512)) {
    assert(grain > 0 && 8 * grain <= extent);
  }
});

Deno.test("planProduct() packs what is shared by a batch once, and nothing where that is no use", () => {
  const [m, k, n] = [200, 300, 1000];
  const a = strided(matrices("float32", m, k, [5], "rows", 1));
  const b = strided(matrices("float32", k, n, [5], "rows", 2));
  const shape = { m, n, k, batch: [5] }, shared = { ...b, batch: [0] };
  const bytes = 4 * k * n;
  assertEquals(planProduct("float32", shape, a, b).scratchBytes, 5 * bytes);
  assertEquals(planProduct("float32", shape, a, shared).scratchBytes, bytes);
  const wide = { row: 1e6, column: 1, batch: [] };
  const huge = { m: 1000, n: 1e6, k: 1000, batch: [] };
  assertEquals(planProduct("float32", huge, a, wide).scratchBytes, 0);
  const small = planProduct("float32", { ...shape, m: 4 }, a, b);
  assertEquals(small.scratchBytes, 0);
  assertEquals(small.calls.length, 1);
});
