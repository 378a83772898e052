/** Which nodes replace all that a buffer holds. */

import { type DType, itemSize } from "../dtype.ts";
import { countOf, isDense } from "../shape.ts";
import type { Buffer, GraphNode, Launch, Product } from "./graph.ts";

/** Whether store `index` of a launch replaces every byte of its buffer and reads nothing of it. */
export function replacesAll(launch: Launch, index: number): boolean {
  const { kernel, space, operands } = launch;
  const store = kernel.stores[index]!, at = kernel.inputs.length + index;
  const { buffer, offset } = operands[at]!;
  if (store.at || store.accumulate || offset !== 0) return false;
  const shape = space.shape.slice(0, space.shape.length - space.reduced);
  const strides = space.strides[at]!.slice(0, shape.length);
  return holds(buffer, store.dtype, countOf(shape)) && isDense(shape, strides);
}

function holds(buffer: Buffer, dtype: DType, count: number): boolean {
  return count * itemSize[dtype] === buffer.bytes;
}

/** Whether a product replaces every byte of the buffer of its result. */
export function productReplacesAll({ dtype, shape, out }: Product): boolean {
  const { m, n, batch } = shape;
  return out.offset === 0 &&
    holds(out.buffer, dtype, countOf(batch) * m * n);
}

/** The buffers whose contents from before are gone after a node, whether or not it reads them first. */
export function replacedBy(node: GraphNode): Buffer[] {
  switch (node.kind) {
    case "launch":
      return node.kernel.stores.flatMap((_, i) =>
        replacesAll(node, i)
          ? [node.operands[node.kernel.inputs.length + i]!.buffer]
          : []
      );
    case "product":
      return productReplacesAll(node) ? [node.out.buffer] : [];
    default:
      return [];
  }
}

/** The buffers whose contents from before a node matter to it. */
export function needsOf(node: GraphNode): Buffer[] {
  switch (node.kind) {
    case "launch": {
      const { kernel, operands } = node, count = kernel.inputs.length;
      const needs = operands.slice(0, count).map((o) => o.buffer);
      kernel.stores.forEach((store, i) => {
        if (store.accumulate) needs.push(operands[count + i]!.buffer);
      });
      return needs;
    }
    case "product": {
      const own = [node.a.buffer, node.b.buffer];
      if (!node.epilogue) return own;
      // The epilogue reads the result at places that the product has filled.
      const more = needsOf(node.epilogue);
      return [...own, ...more.filter((b) => b !== node.out.buffer)];
    }
    case "host":
      return [...node.reads];
    case "assertion":
      return [node.operand.buffer, ...node.reads];
  }
}
