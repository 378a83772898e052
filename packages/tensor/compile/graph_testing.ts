/** Builders of small graphs, for tests. */

import { type DType, itemSize } from "../dtype.ts";
import * as x from "../expr.ts";
import type { Expr } from "../expr.ts";
import { type Kernel, laneOf, type Store } from "../kernel.ts";
import { broadcastStrides, countOf, rowMajor } from "../shape.ts";
import type { Buffer, Graph, GraphNode } from "./graph.ts";

/** A tensor of a graph. */
export interface Value {
  readonly buffer: Buffer;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
}

/** A buffer that lives within a run. */
export function temporary(bytes: number): Buffer {
  return { bytes, resolve: null };
}

/** A buffer that outlives the run. */
export function persistent(bytes: number): Buffer {
  return {
    bytes,
    resolve() {
      throw new Error("Cannot resolve a buffer of a test: it has no storage");
    },
  };
}

function valueIn(
  buffer: Buffer,
  shape: readonly number[],
  dtype: DType,
): Value {
  return { buffer, dtype, shape, strides: rowMajor(shape), offset: 0 };
}

/** Where results go and how they get there. */
export interface LaunchOptions {
  readonly scalars?: readonly (number | bigint)[];
  /** The results; new tensors if left out. */
  readonly into?: readonly Value[];
  readonly store?: Partial<Store>;
}

/** Records a graph, node after node. */
export class GraphBuilder {
  readonly nodes: GraphNode[] = [];
  readonly #kernels = new Map<string, Kernel>();

  /** What was recorded. */
  get graph(): Graph {
    return { nodes: this.nodes.slice() };
  }

  /** A tensor that exists before the run. */
  input(shape: readonly number[], dtype: DType = "float32"): Value {
    return valueIn(persistent(countOf(shape) * itemSize[dtype]), shape, dtype);
  }

  /** A tensor without contents that lives within the run. */
  empty(shape: readonly number[], dtype: DType = "float32"): Value {
    return valueIn(temporary(countOf(shape) * itemSize[dtype]), shape, dtype);
  }

  /** A kernel over the elements of tensors that broadcast to `shape`; equal names mean equal kernels. */
  map(
    name: string,
    shape: readonly number[],
    inputs: readonly Value[],
    exprs: (...args: Expr[]) => Expr | Expr[],
    { scalars = [], into, store }: LaunchOptions = {},
  ): Value[] {
    const kernel = this.#kernel(`${name} ${inputs.map((i) => i.dtype)}`, () => {
      const loads = inputs.map((i, k) => x.load(k, laneOf[i.dtype]));
      const lane = loads[0]?.type ?? "f32";
      const values = [
        exprs(...loads, ...scalars.map((_, k) => x.scalar(k, lane))),
      ]
        .flat();
      return {
        name,
        inputs: inputs.map((i) => i.dtype),
        scalars: scalars.map(() => lane),
        stores: values.map((value) => ({
          dtype: into?.[0]?.dtype ?? dtypes[value.type],
          value,
          ...store,
        })),
      };
    });
    const outs = into ?? kernel.stores.map((s) => this.empty(shape, s.dtype));
    this.run(kernel, shape, 0, [...inputs, ...outs], scalars);
    return outs.slice();
  }

  /** A fold of the last dim. */
  fold(
    name: string,
    input: Value,
    combine: (a: Expr, b: Expr) => Expr,
    init: number,
  ): Value {
    const lane = laneOf[input.dtype];
    const kernel = this.#kernel(`${name} ${input.dtype}`, () => ({
      name,
      inputs: [input.dtype],
      scalars: [],
      reduction: {
        init: [x.lit(init, lane)],
        values: [x.load(0, lane)],
        step: [combine(x.acc(0, lane), x.consumed(0, lane))],
        merge: [combine(x.acc(0, lane), x.other(0, lane))],
      },
      stores: [{ dtype: input.dtype, value: x.acc(0, lane) }],
    }));
    const out = this.empty(input.shape.slice(0, -1), input.dtype);
    this.run(kernel, input.shape, 1, [input, out]);
    return out;
  }

  /** Any kernel, over operands that broadcast to `shape`. */
  run(
    kernel: Kernel,
    shape: readonly number[],
    reduced: number,
    values: readonly Value[],
    scalars: readonly (number | bigint)[] = [],
  ): void {
    const strides = values.map((v, o) =>
      o >= kernel.inputs.length && reduced > 0
        ? [...v.strides, ...new Array<number>(reduced).fill(0)]
        : [...broadcastStrides(v.shape, v.strides, shape)]
    );
    this.nodes.push({
      kind: "launch",
      kernel,
      space: { shape, reduced, strides },
      operands: values.map(({ buffer, offset }) => ({ buffer, offset })),
      scalars,
    });
  }

  /** `a @ b` */
  product(a: Value, b: Value): Value {
    const [m, k] = a.shape as [number, number], n = b.shape[1]!;
    const out = this.empty([m, n], a.dtype);
    const matrix = ({ buffer, offset, strides }: Value) => ({
      buffer,
      offset,
      row: strides[0]!,
      column: strides[1]!,
      batch: [],
    });
    this.nodes.push({
      kind: "product",
      dtype: a.dtype,
      shape: { m, n, k, batch: [] },
      a: matrix(a),
      b: matrix(b),
      out: { buffer: out.buffer, offset: 0 },
    });
    return out;
  }

  /** Work of JavaScript. */
  host(name: string, reads: readonly Value[], writes: readonly Value[]): void {
    this.nodes.push({
      kind: "host",
      name,
      reads: reads.map((v) => v.buffer),
      writes: writes.map((v) => v.buffer),
      run() {},
    });
  }

  /** Stops the run unless `holds`. */
  assert(holds: Value, reads: readonly Value[] = []): void {
    this.nodes.push({
      kind: "assertion",
      operand: { buffer: holds.buffer, offset: holds.offset },
      reads: reads.map((v) => v.buffer),
      fail() {
        throw new RangeError("Cannot go on");
      },
    });
  }

  #kernel(key: string, make: () => Kernel): Kernel {
    let kernel = this.#kernels.get(key);
    if (!kernel) {
      kernel = make();
      this.#kernels.set(key, kernel);
    }
    return kernel;
  }
}

const dtypes = {
  f32: "float32",
  f64: "float64",
  i32: "int32",
  i64: "int64",
  bool: "bool",
} as const;

/** A part of a value: `shape` elements from element `offset`, with strides of its own. */
export function part(
  value: Value,
  shape: readonly number[],
  offset = 0,
  strides: readonly number[] = rowMajor(shape),
): Value {
  return { ...value, shape, strides, offset: value.offset + offset };
}

/** The buffers of a graph, in the order in which they occur. */
export function buffersOf(graph: Graph): Buffer[] {
  const out = new Set<Buffer>();
  for (const node of graph.nodes) {
    switch (node.kind) {
      case "launch":
        node.operands.forEach((o) => out.add(o.buffer));
        break;
      case "product":
        for (const o of [node.a, node.b, node.out]) out.add(o.buffer);
        node.epilogue?.operands.forEach((o) => out.add(o.buffer));
        break;
      case "host":
        for (const b of [...node.reads, ...node.writes]) out.add(b);
        break;
      case "assertion":
        for (const b of [node.operand.buffer, ...node.reads]) out.add(b);
    }
  }
  return [...out];
}
