import { assertEquals } from "@std/assert";
import { heapView } from "../device.ts";
import { callSlot, slotOf } from "../functions.ts";
import { heap } from "../heap.ts";
import { type Layout, matrices } from "../product_testing.ts";
import { forms, type Multiplied } from "../tiles.ts";
import { batchWords } from "./batch.ts";
import { emitPackB, packWords } from "./pack_b.ts";

const types: readonly Multiplied[] = ["float32", "float64", "int32", "int64"];
const layouts: readonly Layout[] = ["rows", "columns", "gaps", "backwards"];

/** Packs a batch of `[k, n]` matrices and compares every element. */
function assertPacked(
  dtype: Multiplied,
  width: number,
  [k, n]: readonly [number, number],
  layout: Layout,
  pieces: number,
): void {
  heap.tick();
  const batch = [2], { size } = forms[dtype];
  const x = matrices(dtype, k, n, batch, layout, 3);
  const strips = Math.ceil(n / width), length = 2 * strips * k * width;
  const source = heap.allocate(x.data.byteLength);
  const target = heap.allocate(length * size);
  heapView(dtype, source.address, x.data.length).set(x.data as never);
  const extent = 2 * strips, each = Math.ceil(extent / pieces);
  const slot = slotOf(`pack ${dtype} ${width}`, () => emitPackB(dtype, width));
  const words: number[] = [];
  words[packWords.source] = source.address + x.offset * size;
  words[packWords.target] = target.address;
  words[packWords.n] = n;
  words[packWords.k] = k;
  words[packWords.across] = x.column * size;
  words[packWords.along] = x.row * size;
  words[packWords.strips] = strips;
  words.push(...batchWords(batch, [x.batch.map((s) => s * size)]));
  heap.i32.set(words, heap.args >>> 2);
  for (let begin = 0; begin < extent; begin += each) {
    callSlot(slot, heap.args, begin, Math.min(begin + each, extent));
  }
  const found = heapView(dtype, target.address, length);
  for (let i = 0; i < length; i++) {
    const matrix = Math.floor(i / (length / 2)), rest = i % (length / 2);
    const strip = Math.floor(rest / (k * width)), at = rest % (k * width);
    const row = Math.floor(at / width), column = strip * width + at % width;
    // Past the edge the last column repeats.
    const from = Math.min(column, n - 1);
    const want = x.data[
      x.offset + matrix * x.batch[0]! + row * x.row + from * x.column
    ];
    if (found[i] !== want) {
      assertEquals(found[i], want, `${dtype} ${[k, n, row, column]} ${layout}`);
    }
  }
  heap.free(source);
  heap.free(target);
}

Deno.test("emitPackB() packs strips of columns from any layout", () => {
  for (const dtype of types) {
    const lanes = 16 / forms[dtype].size;
    for (const vectors of [2, 3, 4, 8]) {
      for (const layout of layouts) {
        for (const k of [1, 3, 4, 9]) {
          for (const n of [1, 2, 7, 8, 9, 31, 32, 65]) {
            assertPacked(dtype, vectors * lanes, [k, n], layout, 1);
          }
        }
      }
    }
  }
});

Deno.test("emitPackB() packs in pieces", () => {
  for (const dtype of types) {
    const width = 32 / forms[dtype].size;
    for (const pieces of [2, 3, 5, 100]) {
      assertPacked(dtype, width, [5, 70], "rows", pieces);
      assertPacked(dtype, width, [5, 70], "columns", pieces);
    }
  }
});
