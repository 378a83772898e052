// Matrix products: `deno bench bench/product_bench.ts`. On a machine with other
// work to do only medians of several runs mean anything.

import { type DType, manualSeed, randn, type Tensor } from "@gradus/tensor";

manualSeed(1);

/** Whether an operand is the transpose of one that is row-major. */
type Side = "plain" | "turned";

function matrix(
  rows: number,
  columns: number,
  side: Side,
  dtype: DType,
): Tensor {
  const shape = side === "plain" ? [rows, columns] : [columns, rows];
  const values = randn(shape).mul(8).to(dtype);
  return side === "plain" ? values : values.t();
}

/** Registers the product `[m, k] @ [k, n]`. */
function bench(
  group: string,
  [m, k, n]: readonly [m: number, k: number, n: number],
  options: { a?: Side; b?: Side; dtype?: DType } = {},
): void {
  const { a = "plain", b = "plain", dtype = "float32" } = options;
  const left = matrix(m, k, a, dtype), right = matrix(k, n, b, dtype);
  const turn = (side: Side) => side === "turned" ? "ᵀ" : "";
  const million = (2 * m * n * k / 1e6).toPrecision(3);
  const sizes = `[${m}, ${k}]${turn(a)} @ [${k}, ${n}]${turn(b)}`;
  Deno.bench(`${sizes}, ${million} million operations`, { group }, () => {
    left.mm(right).dispose();
  });
}

for (const size of [16, 32, 64, 128, 256, 512, 1024, 2048]) {
  bench("square", [size, size, size]);
}
for (const size of [64, 512]) {
  bench("transposed", [size, size, size], { b: "turned" });
  bench("transposed", [size, size, size], { a: "turned" });
  bench("transposed", [size, size, size], { a: "turned", b: "turned" });
}

bench("vectors", [1024, 1024, 1]);
bench("vectors", [1024, 1024, 1], { a: "turned" });
bench("vectors", [1, 1024, 1024]);
bench("vectors", [1, 1024, 1024], { b: "turned" });
bench("vectors", [1, 1_000_000, 1]);
bench("vectors", [1000, 1, 1000]);

for (const rows of [2, 4, 8, 32]) {
  bench("few rows", [rows, 1024, 1024]);
  bench("few rows", [rows, 1024, 1024], { b: "turned" });
}
for (const columns of [2, 4, 8]) {
  bench("few columns", [1024, 1024, columns]);
  bench("few columns", [1024, 1024, columns], { a: "turned" });
}
for (const inner of [3, 16]) {
  bench("short inner dim", [1000, inner, 1000]);
}
bench("long inner dim", [8, 100_000, 8], { a: "turned" });
bench("long inner dim", [64, 10_000, 64], { a: "turned" });

// The products of a linear layer, its gradients included, for 128 images.
bench("layer", [128, 784, 256], { b: "turned" });
bench("layer", [128, 256, 784]);
bench("layer", [256, 128, 784], { a: "turned" });
bench("small layer", [100, 3, 32], { b: "turned" });
bench("small layer", [100, 32, 1], { b: "turned" });

for (const dtype of ["float64", "int32", "int64"] as const) {
  for (const size of [64, 256]) bench(dtype, [size, size, size], { dtype });
}

for (const [count, size] of [[64, 16], [64, 64], [512, 8]] as const) {
  const a = randn([count, size, size]), b = randn([count, size, size]);
  Deno.bench(`${count} of ${size} x ${size}`, { group: "batches" }, () => {
    a.bmm(b).dispose();
  });
}
