import {
  eigh,
  manualSeed,
  randn,
  type Tensor,
  tensor,
  zeros,
} from "@gradus/tensor";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { leaf, numbers } from "./_testing.ts";
import { bfloat16 } from "./algorithms/muon.ts";
import { Muon, muon } from "./mod.ts";

function matrix(values: number[][]): Tensor {
  return tensor(values, { dtype: "float64", requiresGrad: true });
}

/** The nearest bfloat16, ties to even, from the bits of a float32. */
function rounded(x: number): number {
  const single = new Float32Array([x]);
  const bits = new Uint32Array(single.buffer);
  bits[0]! += 0x7fff + (bits[0]! >>> 16 & 1);
  bits[0]! &= 0xffff0000;
  return single[0]!;
}

Deno.test("bfloat16() rounds as the bits of float32 tell", () => {
  // All ties between two neighbors, and what lies one bit beside them.
  const edges = Array.from({ length: 512 }, (_, i) => 1 + i / 256);
  const near = edges.flatMap((x) => [x, x - 2 ** -23, x + 2 ** -23]);
  const values = [
    ...near,
    ...near.map((x) => -x * 2 ** -40),
    ...near.map((x) => x * 2 ** 90),
    ...numbers(randn([1000])),
    0,
  ];
  const x = tensor(values, { dtype: "float32" });
  const expected = numbers(x).map(rounded);
  assertEquals(numbers(bfloat16(x)), expected);
  assertEquals(
    numbers(bfloat16(tensor(values, { dtype: "float64" }))),
    expected,
  );
});

Deno.test("Muon() refuses what is no matrix and changes nothing", () => {
  const w = matrix([[1, 2]]);
  assertThrows(
    () => new Muon([w, leaf([1, 2])]),
    RangeError,
    "Cannot use Muon on this parameter: expected a matrix, got shape [2]",
  );
  const optimizer = new Muon([w]);
  const cube = zeros([1, 2, 3]).requiresGrad_();
  assertThrows(
    () => optimizer.addParamGroup({ params: [matrix([[1]]), cube] }),
    RangeError,
    "got shape [1, 2, 3]",
  );
  assertEquals(optimizer.paramGroups.length, 1);
  assertEquals(optimizer.paramGroups[0]!.params, [w]);
  assertThrows(
    () => muon(0.1).init({ b: zeros([2]) }),
    RangeError,
    "got shape [2]",
  );
});

Deno.test("Muon() takes the names of learning-rate functions in both spellings", () => {
  const moves = (["matchRmsAdamw", "match_rms_adamw"] as const).map(
    (adjustLrFn) => {
      const w = matrix([[1, 2], [3, -4], [0.5, 1]]);
      w.grad = w.detach().square();
      new Muon([w], { lr: 0.1, adjustLrFn }).step();
      return numbers(w);
    },
  );
  assertEquals(moves[0], moves[1]);
});

Deno.test("Muon.step() moves along a matrix whose singular values are about 1", () => {
  manualSeed(1);
  for (const [rows, columns] of [[4, 6], [6, 4]] as const) {
    const w = zeros([rows, columns]).requiresGrad_();
    w.grad = randn([rows, columns]);
    new Muon([w], { lr: 1, adjustLrFn: "matchRmsAdamw" }).step();
    const x = w.detach().div(0.2 * Math.sqrt(6)).double();
    const gram = rows < columns ? x.mm(x.t()) : x.t().mm(x);
    const { eigenvalues } = eigh(gram);
    // Values of the polynomial lie between 0.68 and 1.13 wherever it ends up;
    // bfloat16 has 8 bits.
    for (const square of numbers(eigenvalues)) {
      const value = Math.sqrt(square);
      assert(value > 0.68 - 2 ** -7 && value < 1.13 + 2 ** -7, `${value}`);
    }
  }
});

Deno.test("Muon.step() leaves a matrix alone whose gradient is zero", () => {
  const w = matrix([[1, 2], [3, 4]]);
  w.grad = zeros([2, 2], { dtype: "float64" });
  new Muon([w], { weightDecay: 0 }).step();
  assertEquals(numbers(w), [1, 2, 3, 4]);
});
