/** Graphs as text, for `explain()`, for tests, and for whoever wonders what a pass did. */

import { isRowMajor, showShape } from "../shape.ts";
import type {
  Buffer,
  Graph,
  GraphNode,
  Launch,
  MatrixOperand,
  Operand,
  Product,
} from "./graph.ts";
import { dtypeNames, showKernel, showPlace } from "./show_kernel.ts";

/**
 * The text of a graph, a line per node:
 *
 * ```text
 * %3[100, 32] f32 = add($1[100, 32], $2[32] over 0): a + b
 * %4[100] f32 = sum(%3[100, 32]): sum over [32] of a
 * ```
 *
 * Memory has the numbers in which it occurs, after `$` if it outlives the run
 * and `%` if not. What follows is the shape that the node sees, `over` the axes
 * along which it repeats, `strides` if it is not row-major, and `from` the
 * first element if that is not 0. In expressions, a, b, c are the inputs in
 * order and i0, i1 positions along the axes.
 */
export function showGraph(graph: Graph): string {
  const numbers = new Map<Buffer, number>();
  const name = (buffer: Buffer) => {
    let number = numbers.get(buffer);
    if (number === undefined) {
      number = numbers.size + 1;
      numbers.set(buffer, number);
    }
    return `${buffer.resolve ? "$" : "%"}${number}`;
  };
  return graph.nodes.map((node) => showNode(node, name)).join("\n");
}

type Namer = (buffer: Buffer) => string;

function showNode(node: GraphNode, name: Namer): string {
  switch (node.kind) {
    case "launch":
      return showLaunch(node, name);
    case "product":
      return showProduct(node, name);
    case "host": {
      // Inputs get their numbers before results.
      const call = `host ${node.name}(${node.reads.map(name).join(", ")})`;
      const written = node.writes.map(name).join(", ");
      return written === "" ? call : `${written} = ${call}`;
    }
    case "assertion": {
      const what = `assert ${showPlain(node.operand, name)}`;
      const shown = node.reads.map(name).join(", ");
      return shown === "" ? what : `${what}, else look at ${shown}`;
    }
  }
}

function showFrom(offset: number): string {
  return offset === 0 ? "" : ` from ${offset}`;
}

function showPlain({ buffer, offset }: Operand, name: Namer): string {
  return `${name(buffer)}${showFrom(offset)}`;
}

/** An operand of the given sizes and strides. */
function showOperand(
  { buffer, offset }: Operand,
  shape: readonly number[],
  strides: readonly number[],
  name: Namer,
): string {
  const repeats = shape.map((size, d) => size > 1 && strides[d] === 0);
  const own = shape.filter((_, d) => !repeats[d]);
  const ownStrides = strides.filter((_, d) => !repeats[d]);
  const over = shape.map((_, d) => d).filter((d) => repeats[d]);
  const single = over.length > 0 && own.every((size) => size === 1);
  let text = `${name(buffer)}${showShape(single ? [] : own)}`;
  if (!single && over.length > 0) {
    text += ` over ${over.length === 1 ? over[0] : showShape(over)}`;
  }
  if (!isRowMajor(own, ownStrides)) text += ` strides ${showShape(ownStrides)}`;
  return text + showFrom(offset);
}

function showLaunch(launch: Launch, name: Namer): string {
  const { kernel, space, operands, scalars } = launch;
  const { shape, reduced, strides } = space;
  const count = kernel.inputs.length, kept = shape.length - reduced;
  const options = { scalars, shape, reduced };
  const inputs = operands.slice(0, count).map((o, i) =>
    showOperand(o, shape, strides[i]!, name)
  );
  const outputs = kernel.stores.map((store, i) => {
    const row = strides[count + i]!.slice(0, kept);
    const out = showOperand(
      operands[count + i]!,
      shape.slice(0, kept),
      row,
      name,
    );
    const at = store.at ? ` at ${showPlace(store.at, options)}` : "";
    return `${out} ${dtypeNames[store.dtype]}${at}`;
  });
  const becomes = kernel.stores.some((s) => s.accumulate) ? "+=" : "=";
  return `${outputs.join(", ")} ${becomes} ${kernel.name}(${
    inputs.join(", ")
  }): ${showKernel(kernel, options)}`;
}

function showProduct(product: Product, name: Namer): string {
  const { dtype, shape, a, b, out, epilogue } = product;
  const { m, n, k, batch } = shape;
  const matrix = (o: MatrixOperand, rows: number, columns: number) =>
    showOperand(
      o,
      [...batch, rows, columns],
      [...o.batch, o.row, o.column],
      name,
    );
  const inputs = `${matrix(a, m, k)}, ${matrix(b, k, n)}`;
  const result = `${name(out.buffer)}${showShape([...batch, m, n])}${
    showFrom(out.offset)
  }`;
  const line = `${result} ${dtypeNames[dtype]} = product(${inputs})`;
  return epilogue ? `${line}, then ${showLaunch(epilogue, name)}` : line;
}
