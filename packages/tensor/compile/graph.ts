/**
 * What a capture records: the launches of a function in the order in which
 * they ran, over buffers that stand for memory. Passes turn one graph into a
 * better one; none changes a node or a buffer that it was given.
 */

import type { ProductShape, Storage } from "../device.ts";
import type { DType } from "../dtype.ts";
import type { Kernel, Space } from "../kernel.ts";

/** Memory that a program works on. Identity matters. */
export interface Buffer {
  /** Size in bytes. */
  readonly bytes: number;
  /**
   * Where the memory of a buffer that outlives a run is: a storage that exists
   * before, or is made for each run. Null for what lives within a run.
   */
  readonly resolve: (() => Storage) | null;
}

/** A place in a buffer, in elements of the operand's type. */
export interface Operand {
  readonly buffer: Buffer;
  readonly offset: number;
}

/** A kernel that runs over a space. */
export interface Launch {
  readonly kind: "launch";
  readonly kernel: Kernel;
  /** As wide as the op made it: axes are joined only when code is made. */
  readonly space: Space;
  /** Inputs, then stores. */
  readonly operands: readonly Operand[];
  readonly scalars: readonly (number | bigint)[];
}

/** A batch of matrices; strides in elements. */
export interface MatrixOperand extends Operand {
  readonly row: number;
  readonly column: number;
  readonly batch: readonly number[];
}

/** A matrix product with a row-major result. */
export interface Product {
  readonly kind: "product";
  readonly dtype: DType;
  readonly shape: ProductShape;
  readonly a: MatrixOperand;
  readonly b: MatrixOperand;
  readonly out: Operand;
  /** What runs over the rows of the result as they are finished; it reads and writes `out` at the same place. */
  readonly epilogue?: Launch;
}

/** Work that JavaScript does on the memory, such as drawing random numbers. */
export interface HostCall {
  readonly kind: "host";
  readonly name: string;
  readonly reads: readonly Buffer[];
  readonly writes: readonly Buffer[];
  readonly run: () => void;
}

/** Ends the run with an error if a bool is false. */
export interface Assertion {
  readonly kind: "assertion";
  readonly operand: Operand;
  /** What `fail` looks at. */
  readonly reads: readonly Buffer[];
  /** Throws. */
  readonly fail: () => never;
}

/** One thing that a program does. */
export type GraphNode = Launch | Product | HostCall | Assertion;

/** A program: its nodes in the order in which they run. */
export interface Graph {
  readonly nodes: readonly GraphNode[];
}

/** The buffers that a node reads. */
export function readsOf(node: GraphNode): Buffer[] {
  switch (node.kind) {
    case "launch":
      return launchReads(node);
    case "product": {
      const own = [node.a.buffer, node.b.buffer];
      return node.epilogue ? [...own, ...launchReads(node.epilogue)] : own;
    }
    case "host":
      return [...node.reads];
    case "assertion":
      return [node.operand.buffer, ...node.reads];
  }
}

/** The buffers that a node writes. */
export function writesOf(node: GraphNode): Buffer[] {
  switch (node.kind) {
    case "launch":
      return launchWrites(node);
    case "product": {
      const own = [node.out.buffer];
      return node.epilogue ? [...own, ...launchWrites(node.epilogue)] : own;
    }
    case "host":
      return [...node.writes];
    case "assertion":
      return [];
  }
}

function launchReads({ kernel, operands }: Launch): Buffer[] {
  const count = kernel.inputs.length;
  const reads = operands.slice(0, count).map((o) => o.buffer);
  // What is added to is read.
  kernel.stores.forEach((store, i) => {
    if (store.accumulate) reads.push(operands[count + i]!.buffer);
  });
  return reads;
}

function launchWrites({ kernel, operands }: Launch): Buffer[] {
  return operands.slice(kernel.inputs.length).map((o) => o.buffer);
}
