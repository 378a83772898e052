/** How a matrix product is computed: which functions run over which ranges, with which arguments. */

import type { ProductShape } from "../../device.ts";
import { countOf } from "../../shape.ts";
import type { FunctionBuilder } from "../assembler.ts";
import { features as ownFeatures } from "../features.ts";
import type { Features } from "../lower.ts";
import {
  forms,
  lanesOf,
  type Multiplied,
  tileRows,
  tileVectors,
} from "../tiles.ts";
import { batchWords } from "./batch.ts";
import { blockDepth, emitMultiply, mostRows, words } from "./multiply.ts";
import { type MatrixStrides, normalize, type Problem } from "./normalize.ts";
import { emitPackB, packWords } from "./pack_b.ts";

/** What an address in the arguments is that of. */
export type ProductOperand = "a" | "b" | "out" | "scratch";

/** A function that runs over a range. */
export interface ProductCall {
  /** Names the code; equal keys mean equal code. */
  readonly key: string;
  /** Writes the code, a function `run(args, begin, end)`. */
  readonly emit: () => FunctionBuilder;
  /** The arguments, with 0 in place of addresses. */
  readonly words: readonly number[];
  /** Which words take the address of which operand; that of its first element at matrix 0. */
  readonly addresses: readonly (readonly [
    word: number,
    operand: ProductOperand,
  ])[];
  /** The range is `[0, extent)`. */
  readonly extent: number;
  /** Parts of at least so many steps are worth a thread; 0 if only the whole is. */
  readonly grain: number;
}

/** A matrix product as calls that run one after the other. */
export interface ProductPlan {
  /** Bytes of memory that the calls share; 0 if they need none. */
  readonly scratchBytes: number;
  readonly calls: readonly ProductCall[];
  /**
   * Which rows of the result are complete after which steps of the last call,
   * so that work on them can follow while they are in the cache; null if that
   * is not regular.
   */
  readonly rows: CompleteRows | null;
}

/** After steps `[begin, end)` rows `[begin * perStep, min(end * perStep, total))` of the result are complete, matrices one below the other. */
export interface CompleteRows {
  readonly perStep: number;
  readonly total: number;
}

/** Floating-point operations that are worth a thread: some microseconds. */
const worthThread = 4e5;

const up = (x: number, to: number) => Math.ceil(x / to) * to;

/** Bytes up to which B is packed as a whole. */
const mostPacked = 1 << 27;

/** Rows of a tile: no more than there are, and two tiles of one height rather than a high and a low one. */
function heightOf(m: number): number {
  if (m <= tileRows) return m;
  return m <= 2 * tileRows ? Math.ceil(m / 2) : tileRows;
}

/** Sizes of the blocks that a result is cut into, which depend on its shape alone. */
interface Blocks {
  readonly rows: number;
  readonly columns: number;
}

/** About 16 blocks, so that threads have equal shares; one where there is too little work to share. */
function blocksOf(
  { m, n, k, batch }: Problem,
  tall: number,
  width: number,
  huge: boolean,
): Blocks {
  const whole: Blocks = { rows: up(m, tall), columns: up(n, width) };
  const alone = countOf(batch) >= 16 || 2 * m * n * k < 2 * worthThread;
  const fits = whole.rows * Math.min(k, blockDepth) <= mostRows * blockDepth;
  if (alone && fits) return whole;
  if (m > mostRows) {
    const rows = Math.min(48, Math.max(12, up(Math.ceil(m / 16), tall)));
    return { ...whole, rows: alone || huge ? mostRows : rows };
  }
  const columns = Math.min(192, Math.max(64, Math.ceil(n / 16)));
  return { ...whole, columns: up(columns, width) };
}

/**
 * Whether it takes longer to write the result than to compute it. Tiles then
 * follow each other along its rows.
 */
function isWide({ m, n, k }: Problem, size: number): boolean {
  return k < 32 && m * n * size > 1 << 15;
}

/**
 * Plans `out = a @ b` for row-major `out`, with strides in elements. No size
 * may be 0.
 */
export function planProduct(
  dtype: Multiplied,
  shape: ProductShape,
  a: MatrixStrides,
  b: MatrixStrides,
  features: Features = ownFeatures,
): ProductPlan {
  const { size } = forms[dtype], lanes = lanesOf(dtype);
  const p = normalize(shape, a, b, lanes);
  const { m, n, k } = p;
  const tall = heightOf(m), width = lanes * tileVectors(tall);
  const huge = k * n * size > mostPacked;
  const blocks = blocksOf(p, tall, width, huge);
  const blocksDown = Math.ceil(m / blocks.rows);
  const blocksAcross = Math.ceil(n / blocks.columns);
  const placeB = packingOfB(p, blocksDown === 1 || huge, size);
  const strip = placeB === "ahead"
    ? k * width * size
    : width * p.b.column * size;
  const across = isWide(p, size);
  const calls: ProductCall[] = [];
  let scratchBytes = 0;
  let stridesB = p.b.batch.map((s) => s * size);
  if (placeB === "ahead") {
    const packed = packAhead(dtype, p, width);
    calls.push(packed.call);
    scratchBytes = packed.bytes;
    stridesB = packed.strides;
  }
  const args: number[] = [];
  const set = (word: number, value: number) => args[word] = value;
  set(words.a, 0);
  set(words.b, 0);
  set(words.out, 0);
  set(words.m, m);
  set(words.n, n);
  set(words.k, k);
  set(words.rowA, p.a.row * size);
  set(words.columnA, p.a.column * size);
  set(words.rowB, placeB === "ahead" ? width * size : p.b.row * size);
  set(words.columnB, p.b.column * size);
  set(words.stripB, strip);
  set(words.rowOut, p.rowOut * size);
  set(words.columnOut, p.columnOut * size);
  set(words.matrixOut, m * n * size);
  set(words.blockRows, blocks.rows);
  set(words.blockColumns, blocks.columns);
  set(words.blocksDown, blocksDown);
  set(words.blocksAcross, blocksAcross);
  set(words.packsA, readsInPlaceA(p, size, width) ? 0 : 1);
  set(words.packsB, placeB === "on the way" ? 1 : 0);
  args.push(
    ...batchWords(p.batch, [p.a.batch.map((s) => s * size), stridesB]),
  );
  const perBlock = 2 * Math.min(m, blocks.rows) * Math.min(n, blocks.columns) *
    k;
  const extent = countOf(p.batch) * blocksDown * blocksAcross;
  calls.push({
    key: `multiply ${dtype} ${tall} ${across} ${features.relaxed}`,
    emit: () => emitMultiply(dtype, tall, across, features),
    words: args,
    addresses: [
      [words.a, p.swapped ? "b" : "a"],
      [words.b, placeB === "ahead" ? "scratch" : p.swapped ? "a" : "b"],
      [words.out, "out"],
    ],
    extent,
    grain: grainOf(extent, perBlock),
  });
  return { scratchBytes, calls, rows: rowsOf(p, blocks) };
}

/** Parts that are worth a thread, if there are several. */
function grainOf(extent: number, work: number): number {
  const grain = Math.ceil(worthThread / work);
  return 2 * grain <= extent ? grain : 0;
}

function rowsOf(p: Problem, blocks: Blocks): CompleteRows | null {
  // Columns of an exchanged product are rows of the result.
  const [rows, perStep, other, whole] = p.swapped
    ? [p.n, blocks.columns, p.m, blocks.rows]
    : [p.m, blocks.rows, p.n, blocks.columns];
  if (other > whole) return null;
  const matrices = countOf(p.batch), total = matrices * rows;
  if (perStep >= rows) return { perStep: rows, total };
  return matrices === 1 || rows % perStep === 0 ? { perStep, total } : null;
}

/** Whether tiles read A where it is. */
function readsInPlaceA(
  { m, n, k, a }: Problem,
  size: number,
  width: number,
): boolean {
  if (m === 1) return true;
  return a.row === 1 &&
    (n <= 2 * width || k * Math.abs(a.column) * size <= 1 << 16);
}

/**
 * Where B is packed: nowhere, as tiles read it where it is; on the way, by the
 * blocks that need it, if few do (`byBlocks`); ahead, once for all blocks.
 */
function packingOfB(
  p: Problem,
  byBlocks: boolean,
  size: number,
): "nowhere" | "on the way" | "ahead" {
  const { m, n, k, b } = p, wide = isWide(p, size);
  const rowBytes = Math.abs(b.row) * size, bytes = k * rowBytes;
  // Rows that are a power of two apart compete for the same lines of the cache.
  const spread = rowBytes % 2048 !== 0;
  const near = wide
    ? m <= tileRows || bytes <= 1 << 13
    : m <= tileRows || bytes <= 1 << 16 ||
      (spread && (m <= 16 || bytes <= 1 << 18));
  if (near && (n === 1 || b.column === 1)) return "nowhere";
  return byBlocks && !wide ? "on the way" : "ahead";
}

/** The call that packs B, once per matrix that it has. */
function packAhead(
  dtype: Multiplied,
  { n, k, b, batch, swapped }: Problem,
  width: number,
): { call: ProductCall; bytes: number; strides: number[] } {
  const { size } = forms[dtype];
  const strips = Math.ceil(n / width), bytes = strips * k * width * size;
  const own = batch.map((_, axis) => axis).filter((axis) =>
    b.batch[axis] !== 0
  );
  const sizes = own.map((axis) => batch[axis]!);
  const strides = batch.map(() => 0);
  let matrices = 1;
  for (const axis of own.toReversed()) {
    strides[axis] = matrices * bytes;
    matrices *= batch[axis]!;
  }
  const extent = matrices * strips;
  const args: number[] = [];
  args[packWords.source] = 0;
  args[packWords.target] = 0;
  args[packWords.n] = n;
  args[packWords.k] = k;
  args[packWords.across] = b.column * size;
  args[packWords.along] = b.row * size;
  args[packWords.strips] = strips;
  args.push(...batchWords(sizes, [own.map((axis) => b.batch[axis]! * size)]));
  const call: ProductCall = {
    key: `pack ${dtype} ${width}`,
    emit: () => emitPackB(dtype, width),
    words: args,
    addresses: [
      [packWords.source, swapped ? "a" : "b"],
      [packWords.target, "scratch"],
    ],
    extent,
    // An element takes about as long to pack as 16 operations.
    grain: grainOf(extent, 16 * k * width),
  };
  return { call, bytes: matrices * bytes, strides };
}

export type { MatrixStrides };
