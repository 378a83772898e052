/**
 * Matrix products in tiles: a workgroup computes a square of the result from
 * strips of both operands that it brings into workgroup memory, and each
 * invocation several elements of that, in registers.
 */

import type { MatrixBinding, ProductShape } from "../device.ts";
import { countOf } from "../shape.ts";
import type { Pipelines } from "./pipelines.ts";
import type { Block } from "./pool.ts";
import type { Pipeline, Recorder } from "./recorder.ts";
import { grid, type Shader } from "./variant.ts";
import { entryPoint, word } from "./wgsl.ts";

/** Invocations of a workgroup along each side of its tile. */
const side = 16;
/** Terms of the inner product that are brought in, and summed, at a time. */
const depth = 16;
/** Workgroups that keep a GPU busy; a product with fewer gets smaller tiles. */
const enough = 32;

/** An operand of a product: a buffer in place of the storage. */
export type GpuMatrix = Omit<MatrixBinding, "storage"> & {
  readonly block: Block;
};

/** Words of the uniform buffer; of each operand there are offset and strides of row and column. */
const params = {
  m: 0,
  n: 1,
  k: 2,
  matrices: 3,
  tileRows: 4,
  tileColumns: 5,
  a: 6,
  b: 9,
  out: 12,
  /** Per batch axis its size and the strides of `a` and `b`. */
  batch: 13,
} as const;

/** What the code of a product depends on. */
interface Form {
  /** Elements along each side that an invocation computes. */
  readonly each: number;
  /** Whether the inner dim is the one along which neighbours lie next to each other. */
  readonly innerA: boolean;
  readonly innerB: boolean;
  /** Number of batch axes. */
  readonly batch: number;
}

/** Statements that bring a strip of an operand into workgroup memory; `outer` is its other dim. */
function bring(
  name: "a" | "b",
  inner: boolean,
  tile: number,
): string {
  const [row, column] = [word(params[name] + 1), word(params[name] + 2)];
  const [outerStride, innerStride] = name === "a"
    ? [row, column]
    : [column, row];
  const size = word(name === "a" ? params.m : params.n);
  const invocations = side * side;
  return `
    for (var e = local; e < ${tile * depth}u; e += ${invocations}u) {
      let t = ${inner ? `e % ${depth}u` : `e / ${tile}u`};
      let o = ${inner ? `e / ${depth}u` : `e % ${tile}u`};
      var value = 0.0f;
      if (first_${name} + o < ${size} && inner + t < ${word(params.k)}) {
        value = ${name}[base_${name} + i32(first_${name} + o) * i32(${outerStride}) +
          i32(inner + t) * i32(${innerStride})];
      }
      tile_${name}[t * ${tile + 1}u + o] = value;
    }`;
}

/** Statements that find the matrices of a workgroup by its place in the batch. */
function findMatrices(batch: number): string {
  let text = "";
  for (let axis = batch - 1; axis >= 0; axis--) {
    const [size, a, b] = [0, 1, 2].map((i) =>
      word(params.batch + 3 * axis + i)
    );
    text += `
  base_a += i32(rest % ${size}) * i32(${a});
  base_b += i32(rest % ${size}) * i32(${b});
  rest = rest / ${size};`;
  }
  return text;
}

function emitProduct({ each, innerA, innerB, batch }: Form): Shader {
  const tile = side * each;
  const edge = Array.from({ length: each }, (_, i) => i);
  const square = edge.flatMap((i) =>
    edge.map((j) => ({ i, j, s: `${i}${j}` }))
  );
  const words = params.batch + 3 * batch;
  const lines = (list: readonly string[]) => list.join("\n      ");
  const code = `// product
@group(0) @binding(0) var<uniform> p: array<vec4<u32>, ${(words + 3) >> 2}>;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read_write> out: array<f32>;
// A column more than needed keeps neighbours in different banks.
var<workgroup> tile_a: array<f32, ${depth * (tile + 1)}>;
var<workgroup> tile_b: array<f32, ${depth * (tile + 1)}>;
${entryPoint(side * side)}
  let columns = ${word(params.tileColumns)};
  let rows = ${word(params.tileRows)};
  let first_a = ((group / columns) % rows) * ${tile}u;
  let first_b = (group % columns) * ${tile}u;
  let matrix = group / (columns * rows);
  var base_a = i32(${word(params.a)});
  var base_b = i32(${word(params.b)});
  var rest = matrix;${findMatrices(batch)}
  let x = local % ${side}u;
  let y = local / ${side}u;
  ${square.map(({ s }) => `var sum${s} = 0.0f;`).join(" ")}
  for (var inner = 0u; inner < ${word(params.k)}; inner += ${depth}u) {
${bring("a", innerA, tile)}${bring("b", innerB, tile)}
    workgroupBarrier();
    // A sum per strip keeps every running sum short.
    ${square.map(({ s }) => `var part${s} = 0.0f;`).join(" ")}
    for (var t = 0u; t < ${depth}u; t++) {
      ${
    lines(edge.flatMap((i) => [
      `let a${i} = tile_a[t * ${tile + 1}u + y + ${i * side}u];`,
      `let b${i} = tile_b[t * ${tile + 1}u + x + ${i * side}u];`,
    ]))
  }
      ${
    lines(
      square.map(({ i, j, s }) => `part${s} = fma(a${i}, b${j}, part${s});`),
    )
  }
    }
    ${square.map(({ s }) => `sum${s} += part${s};`).join(" ")}
    workgroupBarrier();
  }
  // The grid may have workgroups to spare, which are past the last matrix.
  if (matrix >= ${word(params.matrices)}) { return; }
  let corner = ${word(params.out)} + matrix * ${word(params.m)} * ${
    word(params.n)
  };
  ${
    square.map(({ i, j, s }) =>
      `if (first_a + y + ${i * side}u < ${word(params.m)} && first_b + x + ${
        j * side
      }u < ${word(params.n)}) {
    out[corner + (first_a + y + ${i * side}u) * ${
        word(params.n)
      } + first_b + x + ${j * side}u] = sum${s};
  }`
    ).join("\n  ")
  }
}
`;
  return { code, words, written: [false, false, true] };
}

/** The matrix products of a device. */
export class Products {
  readonly #pipelines: Pipelines;
  readonly #recorder: Recorder;
  readonly #compiled = new Map<string, Pipeline>();

  /** Products that `pipelines` compiles and `recorder` runs. */
  constructor(pipelines: Pipelines, recorder: Recorder) {
    this.#pipelines = pipelines;
    this.#recorder = recorder;
  }

  /** Writes `a @ b` to the row-major `out`, which shares no memory with them. */
  run(
    { m, n, k, batch }: ProductShape,
    a: GpuMatrix,
    b: GpuMatrix,
    out: { readonly block: Block; readonly offset: number },
  ): void {
    const matrices = countOf(batch);
    const tiles = (size: number, each: number) =>
      Math.ceil(size / (side * each));
    const each =
      [4, 2].find((e) => tiles(m, e) * tiles(n, e) * matrices >= enough) ?? 1;
    const tileRows = tiles(m, each), tileColumns = tiles(n, each);
    const pipeline = this.#compile({
      each,
      innerA: a.column === 1,
      innerB: b.column !== 1,
      batch: batch.length,
    });
    const [x, y] = grid(tileRows * tileColumns * matrices);
    const values = [m, n, k, matrices, tileRows, tileColumns];
    for (const o of [a, b]) values.push(o.offset, o.row, o.column);
    values.push(out.offset);
    batch.forEach((size, d) => values.push(size, a.batch[d]!, b.batch[d]!));
    this.#recorder.dispatch(
      pipeline,
      [a.block, b.block, out.block],
      x,
      y,
      (words, at) => words.set(values, at),
    );
  }

  #compile(form: Form): Pipeline {
    const key = Object.values(form).join();
    let pipeline = this.#compiled.get(key);
    if (!pipeline) {
      pipeline = this.#pipelines.make("product", emitProduct(form));
      this.#compiled.set(key, pipeline);
    }
    return pipeline;
  }
}
