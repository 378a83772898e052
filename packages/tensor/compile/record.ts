/** Keeping the numbers that a repeated program computes, step by step. */

import { add, lit, load } from "../expr.ts";
import { type Kernel, laneOf } from "../kernel.ts";
import { zeros } from "../create.ts";
import { Tensor } from "../tensor.ts";
import { CpuStorage } from "../wasm/device.ts";
import type { DType } from "../dtype.ts";
import { ProgramBuffer } from "./buffers.ts";
import type { Graph, GraphNode } from "./graph.ts";
import { Program } from "./program.ts";

/** A program that also records. */
export interface Counted {
  readonly program: Program;
  /** Makes room for so many steps. */
  readonly begin: (times: number) => void;
  /** The recorded numbers of a result, null if it has more than one element. */
  readonly recordOf: (t: Tensor) => Tensor | null;
}

const kernels = new Map<DType, Kernel>();

/** Copies one element to the place that a counter gives. */
function recordKernel(dtype: DType): Kernel {
  let kernel = kernels.get(dtype);
  if (!kernel) {
    kernel = {
      name: "record",
      inputs: [dtype, "int32"],
      scalars: [],
      stores: [{
        dtype,
        value: load(0, laneOf[dtype]),
        at: load(1, "i32"),
      }],
    };
    kernels.set(dtype, kernel);
  }
  return kernel;
}

const count: Kernel = {
  name: "count",
  inputs: ["int32"],
  scalars: [],
  stores: [{ dtype: "int32", value: add(load(0, "i32"), lit(1, "i32")) }],
};

/** The program of `graph` with a record of those `results` that have one element, which are in the buffers that `bufferOf` tells. */
export function counted(
  graph: Graph,
  results: readonly Tensor[],
  bufferOf: (t: Tensor) => ProgramBuffer,
  host: ProgramBuffer,
): Counted {
  const counter = zeros([], { dtype: "int32" });
  const place = {
    buffer: new ProgramBuffer(4, () => counter.storage),
    offset: 0,
  };
  const space = (strides: number[][]) => ({ shape: [1], reduced: 0, strides });
  const records = new Map<Tensor, { made: Tensor | null }>();
  const nodes: GraphNode[] = [...graph.nodes];
  let steps = 0;
  for (const t of results) {
    if (t.numel !== 1 || records.has(t)) continue;
    const { dtype } = t;
    const record: { made: Tensor | null } = { made: null };
    const target = new ProgramBuffer(0, () => {
      const storage = new CpuStorage(steps * t.itemSize);
      record.made = new Tensor(storage, dtype, [steps], [1]);
      return storage;
    });
    nodes.push({
      kind: "launch",
      kernel: recordKernel(dtype),
      space: { ...space([[0], [0], [0]]), ordered: true },
      operands: [
        { buffer: bufferOf(t), offset: t.offset },
        place,
        { buffer: target, offset: 0 },
      ],
      scalars: [],
    });
    records.set(t, record);
  }
  nodes.push({
    kind: "launch",
    kernel: count,
    space: space([[0], [0]]),
    operands: [place, place],
    scalars: [],
  });
  return {
    program: new Program({ nodes }, host),
    begin(times) {
      steps = times;
      counter.zero_();
    },
    recordOf: (t) => records.get(t)?.made ?? null,
  };
}
