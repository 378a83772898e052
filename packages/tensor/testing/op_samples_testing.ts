/** The samples of every op: inputs, and what PyTorch computes from them. */

import { type DType, type Index, type Tensor, tensor } from "../mod.ts";
import { countOf, rowMajor } from "../shape.ts";
import activation from "../testdata/ops_activation.json" with { type: "json" };
import arithmetic from "../testdata/ops_arithmetic.json" with { type: "json" };
import elementary from "../testdata/ops_elementary.json" with { type: "json" };
import indexing from "../testdata/ops_indexing.json" with { type: "json" };
import layers from "../testdata/ops_layers.json" with { type: "json" };
import linalg from "../testdata/ops_linalg.json" with { type: "json" };
import composites from "../testdata/ops_composites.json" with { type: "json" };
import order from "../testdata/ops_order.json" with { type: "json" };
import reduce from "../testdata/ops_reduce.json" with { type: "json" };
import structure from "../testdata/ops_structure.json" with { type: "json" };

/** What a sample gives to an op. */
export type SampleInput = Tensor | number | boolean;

/** Settings of a sample, as the call of its op reads them. */
export type SampleArgs = Readonly<Record<string, unknown>>;

/** A result: its elements are numbers, but bigints in int64. */
export interface Golden {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly values: readonly (number | bigint)[];
}

/** One use of an op. */
export interface Sample {
  /** The op and what it is used on, for messages. */
  readonly title: string;
  /** Makes the inputs anew. */
  readonly inputs: () => SampleInput[];
  readonly args: SampleArgs;
  /** The results, or null if PyTorch refuses. */
  readonly out: readonly Golden[] | null;
  /** Strides and offset of the results, for views. */
  readonly view: readonly string[] | null;
  /** Gradients of `sum(out * sampleWeights)` with respect to the float64 inputs, null for unused ones. */
  readonly grad: readonly (readonly number[] | null)[] | null;
  /** Whether finite differences lead to what counts as the derivative here. */
  readonly smooth: boolean;
  /** The name of the node in PyTorch's graph. */
  readonly node: string | null;
}

interface RawSample {
  in: (string | number | boolean)[];
  args?: Record<string, unknown>;
  out: string[] | "error";
  view?: string[];
  grad?: (string | null)[];
  smooth?: false;
  node?: string;
}
interface RawFile {
  source: string;
  pool: Record<string, string>;
  ops: Record<string, RawSample[]>;
}

const codes: Record<string, DType> = {
  f64: "float64",
  f32: "float32",
  i64: "int64",
  i32: "int32",
  u8: "uint8",
  b: "bool",
};

/** Reads a number as Python writes it. */
export function parseNumber(text: string): number {
  return Number(text.replace("inf", "Infinity").replace("nan", "NaN"));
}

function integers(text: string | undefined): number[] {
  return text ? text.split("x").map(Number) : [];
}

interface Layout extends Golden {
  readonly strides: readonly number[];
  readonly offset: number;
}

/** Reads `f64:2x3:1x2:0 1 2 3 4 5 6`; `~` stands for `(37 i mod 101 - 50) / 16`, not divided in integers. */
export function parseTensor(text: string): Layout {
  const [head, ...words] = text.trim().split(" ") as [string, ...string[]];
  const [code, sizes, strides, offset] = head.split(":");
  const dtype = codes[code!]!;
  const shape = integers(sizes);
  const integer = code === "i64" || code === "i32";
  const values = words[0] === "~"
    ? Array.from({ length: countOf(shape) }, (_, i) => {
      const n = 37 * i % 101 - 50;
      return dtype === "int64" ? BigInt(n) : integer ? n : n / 16;
    })
    : words.map((w) => {
      if (dtype === "int64") return BigInt(w);
      return dtype === "float32" ? Math.fround(parseNumber(w)) : parseNumber(w);
    });
  return {
    dtype,
    shape,
    values,
    strides: strides === undefined ? rowMajor(shape) : integers(strides),
    offset: Number(offset ?? 0),
  };
}

/** The tensor that {@linkcode parseTensor} reads. */
export function makeTensor(text: string): Tensor {
  const { dtype, shape, values, strides, offset } = parseTensor(text);
  const storage = dtype === "int64"
    ? tensor(BigInt64Array.from(values as bigint[]))
    : tensor(Float64Array.from(values as number[]), { dtype });
  return storage.asStrided(shape, strides, offset).detach();
}

/** The weights that turn a result into the number whose gradient is stored. */
export function sampleWeights(shape: readonly number[]): Tensor {
  const count = countOf(shape);
  const w = Float64Array.from(
    { length: count },
    (_, i) => (7 * i % 11 - 4.5) / 4,
  );
  return tensor(w).view(shape);
}

function read(
  op: string,
  raw: RawSample,
  pool: Record<string, string>,
): Sample {
  const input = (x: string | number | boolean): SampleInput => {
    if (typeof x !== "string") return x;
    if (x.includes(":")) return makeTensor(x);
    return x.startsWith("@") ? makeTensor(pool[x.slice(1)]!) : parseNumber(x);
  };
  const shown = raw.in.map((x) => String(x).slice(0, 60)).join(", ");
  const args = raw.args ?? {};
  return {
    title: `${op}(${shown}; ${JSON.stringify(args)})`,
    inputs: () => raw.in.map(input),
    args,
    out: raw.out === "error" ? null : raw.out.map(parseTensor),
    view: raw.view ?? null,
    grad:
      raw.grad?.map((g) =>
        g === null ? null : g === "" ? [] : g.split(" ").map(parseNumber)
      ) ?? null,
    smooth: raw.smooth ?? true,
    node: raw.node ?? null,
  };
}

/** Reads the samples in files that `scripts/golden/ops.py` wrote, by op. */
export function readSamples(
  // The compiler would know each file literally.
  ...files: readonly unknown[]
): ReadonlyMap<string, readonly Sample[]> {
  const all = new Map<string, readonly Sample[]>();
  for (const { pool, ops } of files as readonly RawFile[]) {
    for (const [op, samples] of Object.entries(ops)) {
      all.set(op, samples.map((s) => read(op, s, pool)));
    }
  }
  return all;
}

/** Every sample, by the name of its op. */
export const opSamples: ReadonlyMap<string, readonly Sample[]> = readSamples(
  elementary,
  activation,
  arithmetic,
  reduce,
  structure,
  layers,
  linalg,
  order,
);

/** Samples of functions that are made of several ops. */
export const compositeSamples: ReadonlyMap<string, readonly Sample[]> =
  readSamples(composites);

/** Samples of `at` and `setAt`. */
export const indexingSamples: ReadonlyMap<string, readonly Sample[]> =
  readSamples(indexing);

/** The index of a sample, in which `"$1"` stands for the second of `tensors`. */
export function readIndex(
  args: SampleArgs,
  tensors: readonly SampleInput[],
): Index[] {
  return (args.at as Index[]).map((i) =>
    typeof i === "string" && i.startsWith("$")
      ? tensors[Number(i.slice(1))] as Tensor
      : i
  );
}

/** What a sample of `setAt` assigns, and the tensors behind it. */
export function readAssigned(
  sample: Sample,
  [, ...rest]: readonly SampleInput[],
): [value: Tensor | number, tensors: readonly SampleInput[]] {
  const { value } = sample.args;
  if (value === undefined) return [rest[0] as Tensor, rest.slice(1)];
  return [
    typeof value === "string" ? parseNumber(value) : value as number,
    rest,
  ];
}
