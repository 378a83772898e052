/** What graphs compute, one element after the other, for tests of passes. */

import { arrayOf, type DType, itemSize, type TypedArray } from "../dtype.ts";
import * as x from "../expr.ts";
import type { Expr } from "../expr.ts";
import { type Kernel, laneOf } from "../kernel.ts";
import { countOf } from "../shape.ts";
import { interpret, type Value as Element } from "../testing/interpret.ts";
import type { Buffer, Graph, Launch, Product } from "./graph.ts";
import { buffersOf, type Value } from "./graph_testing.ts";

/** Contents of buffers before a run, and where some of them lie in one piece of memory. */
export interface Memory {
  readonly contents?: ReadonlyMap<Buffer, TypedArray>;
  readonly plan?: {
    readonly offsets: ReadonlyMap<Buffer, number>;
    readonly bytes: number;
  };
}

/** What nodes read outside of themselves. */
interface Leaves {
  load(index: number, extra: number): Element;
  scalar(index: number): Element;
  coord(axis: number): Element;
  acc(index: number): Element;
  other(index: number): Element;
  value(index: number): Element;
}

type Evaluate = (leaves: Leaves) => Element;

/** An expression as a function: leaves other than constants become loads of a list that is filled first. */
function evaluator(root: Expr): Evaluate {
  const read: Evaluate[] = [];
  const done = new Map<Expr, Expr>();
  const leaf = (e: Expr, from: Evaluate) => x.load(read.push(from) - 1, e.type);
  const change = (e: Expr): Expr => {
    const known = done.get(e);
    if (known) return known;
    const result = changed(e);
    done.set(e, result);
    return result;
  };
  const changed = (e: Expr): Expr => {
    const { index, op } = e;
    switch (op) {
      case "load":
        return leaf(e, (leaves) => leaves.load(index, 0));
      case "loadAt": {
        const extra = evaluator(e.args[0]!);
        return leaf(e, (l) => l.load(index, Number(extra(l))));
      }
      case "scalar":
      case "coord":
      case "acc":
      case "other":
      case "value":
        return leaf(e, (leaves) => leaves[op](index));
      default:
        return { ...e, args: e.args.map(change) };
    }
  };
  const run = interpret(change(root));
  return (leaves) => run(read.map((from) => from(leaves)));
}

const evaluators = new WeakMap<Expr, Evaluate>();

function evaluate(e: Expr, leaves: Leaves): Element {
  let run = evaluators.get(e);
  if (!run) evaluators.set(e, run = evaluator(e));
  return run(leaves);
}

function unset(): never {
  throw new Error("Cannot read a state outside of a reduction");
}

function inLane(value: number | bigint, type: Expr["type"]): Element {
  return type === "bool" ? value !== 0 : type === "i64" ? BigInt(value) : value;
}

/** Element `at` of an array as an expression sees it. */
function element(array: TypedArray, dtype: DType, at: number): Element {
  const value = array[at];
  if (value === undefined) throw new RangeError("Cannot read past a buffer");
  return dtype === "bool" ? value !== 0 : value;
}

class Run {
  readonly #arrays = new Map<Buffer, Map<DType, TypedArray>>();
  readonly #memory: (buffer: Buffer) => readonly [ArrayBuffer, number];

  constructor(memory: (buffer: Buffer) => readonly [ArrayBuffer, number]) {
    this.#memory = memory;
  }

  array(buffer: Buffer, dtype: DType): TypedArray {
    let known = this.#arrays.get(buffer);
    if (!known) this.#arrays.set(buffer, known = new Map());
    let array = known.get(dtype);
    if (!array) {
      const [memory, at] = this.#memory(buffer);
      const length = buffer.bytes / itemSize[dtype];
      const Class = arrayOf(dtype, 0).constructor as Float32ArrayConstructor;
      array = new Class(memory, at, length) as TypedArray;
      known.set(dtype, array);
    }
    return array;
  }

  launch({ kernel, space, operands, scalars }: Launch): void {
    const { inputs, stores, reduction } = kernel;
    const { shape, reduced, strides } = space;
    const kept = shape.length - reduced;
    const index = shape.map(() => 0);
    const place = (o: number) =>
      strides[o]!.reduce((at, s, d) => at + s * index[d]!, operands[o]!.offset);
    const leaves: Leaves = {
      load: (i, extra) =>
        element(
          this.array(operands[i]!.buffer, inputs[i]!),
          inputs[i]!,
          place(i) + extra,
        ),
      scalar: (i) => inLane(scalars[i]!, kernel.scalars[i]!),
      coord: (axis) => index[axis < 0 ? axis + shape.length : axis]!,
      acc: unset,
      other: unset,
      value: unset,
    };
    for (let n = countOf(shape.slice(0, kept)); n > 0; n--) {
      const state = reduction
        ? this.#fold(kernel, space.shape, kept, index, leaves)
        : [];
      const seen = { ...leaves, acc: (i: number) => state[i]! };
      const results = stores.map((s) => evaluate(s.value, seen));
      stores.forEach((s, i) => {
        const extra = s.at ? Number(evaluate(s.at, seen)) : 0;
        const o = inputs.length + i;
        const array = this.array(operands[o]!.buffer, s.dtype);
        const value = x.cast(x.load(0, s.value.type), laneOf[s.dtype]);
        const stored = interpret(value)([results[i]!]);
        const at = place(o) + extra, before = array[at]!;
        const plain = typeof stored === "boolean" ? Number(stored) : stored;
        array[at] = (s.accumulate
          ? (before as number) + (plain as number)
          : plain) as never;
      });
      advance(index, shape, 0, kept);
    }
  }

  #fold(
    { reduction }: Kernel,
    shape: readonly number[],
    kept: number,
    index: number[],
    leaves: Leaves,
  ): Element[] {
    const { init, values, step } = reduction!;
    let state = init.map((e) => evaluate(e, leaves));
    for (let n = countOf(shape.slice(kept)); n > 0; n--) {
      const consumed = values.map((e) => evaluate(e, leaves));
      const before = state;
      const seen: Leaves = {
        ...leaves,
        acc: (i) => before[i]!,
        value: (i) => consumed[i]!,
      };
      state = step.map((e) => evaluate(e, seen));
      advance(index, shape, kept, shape.length);
    }
    return state;
  }

  product({ dtype, shape, a, b, out }: Product): void {
    const { m, n, k } = shape;
    const [as, bs, outs] = [a, b, out].map((o) =>
      this.array(o.buffer, dtype)
    ) as [
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let l = 0; l < k; l++) {
          sum += as[a.offset + i * a.row + l * a.column]! *
            bs[b.offset + l * b.row + j * b.column]!;
        }
        outs[out.offset + i * n + j] = sum;
      }
    }
  }
}

/** The next position of axes `from` to `to`; the first one after the last. */
function advance(
  index: number[],
  shape: readonly number[],
  from: number,
  to: number,
): void {
  for (let d = to - 1; d >= from; d--) {
    index[d] = index[d]! + 1;
    if (index[d]! < shape[d]!) return;
    index[d] = 0;
  }
}

/** Runs the launches and products of a graph without batches; returns the bytes of `wanted`. */
export function runGraph(
  graph: Graph,
  wanted: readonly Buffer[],
  { contents, plan }: Memory = {},
): Uint8Array[] {
  // What was never written is the same in every run, but no number that one meets.
  const arena = new Uint8Array(plan?.bytes ?? 0).fill(0x5a);
  const own = new Map<Buffer, Uint8Array<ArrayBuffer>>();
  for (const buffer of new Set([...buffersOf(graph), ...wanted])) {
    if (plan?.offsets.has(buffer)) continue;
    const bytes = new Uint8Array(buffer.bytes).fill(0x5a);
    const data = contents?.get(buffer);
    if (data) {
      bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    }
    own.set(buffer, bytes);
  }
  const run = new Run((buffer) => {
    const offset = plan?.offsets.get(buffer);
    return offset === undefined
      ? [own.get(buffer)!.buffer, 0]
      : [arena.buffer, offset];
  });
  for (const node of graph.nodes) {
    if (node.kind === "launch") run.launch(node);
    else if (node.kind === "product") {
      run.product(node);
      if (node.epilogue) run.launch(node.epilogue);
    }
  }
  return wanted.map((b) => (run.array(b, "uint8") as Uint8Array).slice());
}

/** Numbers from a generator of Lehmer, in [0, 1). */
export function lehmer(seed: number): () => number {
  let state = seed;
  return () => {
    state = state * 48271 % 2147483647;
    return state / 2147483647;
  };
}

/** Contents for a value. */
export function randomContents(value: Value, next: () => number): TypedArray {
  const out = arrayOf(value.dtype, countOf(value.shape));
  for (let i = 0; i < out.length; i++) {
    const number = value.dtype === "bool" ? next() * 2 : next() * 8 - 4;
    const whole = Math.floor(number);
    if (value.dtype === "int64") out[i] = BigInt(whole);
    else out[i] = value.dtype.startsWith("float") ? number : whole;
  }
  return out;
}
