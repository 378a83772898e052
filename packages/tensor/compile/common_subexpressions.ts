/** Common subexpressions: what is computed twice is computed once. */

import { structureOf } from "../wasm/structure.ts";
import { productReplacesAll, replacesAll } from "./full_writes.ts";
import {
  type Buffer,
  type Graph,
  type GraphNode,
  type Launch,
  type MatrixOperand,
  type Operand,
  type Product,
  readsOf,
  writesOf,
} from "./graph.ts";

const noBuffers: ReadonlySet<Buffer> = new Set();

/**
 * The graph with equal launches and products done once: those of equal kernels,
 * spaces and scalars that read the same, unchanged, operands. Only results that
 * live within the run, are written once and in full, and that JavaScript does
 * not look at give way to the first of their kind; those in `keep` do not. An
 * assertion of what an earlier one has asserted is dropped.
 */
export function shareCommonSubexpressions(
  graph: Graph,
  keep: ReadonlySet<Buffer> = noBuffers,
): Graph {
  return new Sharing(graph, keep).run();
}

class Sharing {
  readonly #graph: Graph;
  /** How many nodes write a buffer. */
  readonly #writers = new Map<Buffer, number>();
  /** Buffers that are what they are for somebody outside of launches and products. */
  readonly #fixed: Set<Buffer>;
  /** What stands for a buffer. */
  readonly #instead = new Map<Buffer, Buffer>();
  readonly #ids = new Map<Buffer, number>();
  readonly #versions = new Map<Buffer, number>();
  /** Where the results of a computation are. */
  readonly #known = new Map<string, readonly Operand[]>();
  readonly #asserted = new Set<string>();

  constructor(graph: Graph, keep: ReadonlySet<Buffer>) {
    this.#graph = graph;
    this.#fixed = new Set(keep);
    for (const node of graph.nodes) {
      for (const buffer of new Set(writesOf(node))) {
        this.#writers.set(buffer, (this.#writers.get(buffer) ?? 0) + 1);
      }
      if (node.kind === "host" || node.kind === "assertion") {
        for (const buffer of node.reads) this.#fixed.add(buffer);
      }
    }
  }

  run(): Graph {
    const nodes: GraphNode[] = [];
    for (const node of this.#graph.nodes) {
      const renamed = this.#renamed(node);
      if (!this.#isKnown(renamed)) nodes.push(renamed);
    }
    return { nodes };
  }

  /** Whether what a node does was done; notes its results if not. */
  #isKnown(node: GraphNode): boolean {
    if (node.kind === "assertion") {
      const key = this.#operandKey(node.operand);
      const known = this.#asserted.has(key);
      this.#asserted.add(key);
      return known;
    }
    const results = this.#results(node);
    const key = results && this.#key(node);
    const known = key ? this.#known.get(key) : undefined;
    if (known && results!.every((r) => !this.#fixed.has(r.buffer))) {
      results!.forEach((r, i) => this.#instead.set(r.buffer, known[i]!.buffer));
      return true;
    }
    if (key && !known) this.#known.set(key, results!);
    for (const buffer of writesOf(node)) {
      this.#versions.set(buffer, this.#version(buffer) + 1);
    }
    return false;
  }

  /** The results of a node that could stand for others or give way to them; null if it has further effects. */
  #results(node: GraphNode): readonly Operand[] | null {
    let results: readonly Operand[];
    if (node.kind === "launch") {
      const { kernel, operands } = node;
      if (!kernel.stores.every((_, i) => replacesAll(node, i))) return null;
      results = operands.slice(kernel.inputs.length);
    } else if (node.kind === "product") {
      if (node.epilogue || !productReplacesAll(node)) return null;
      results = [node.out];
    } else return null;
    const reads = new Set(readsOf(node));
    const once = results.every(({ buffer }) =>
      buffer.resolve === null && this.#writers.get(buffer) === 1 &&
      !reads.has(buffer)
    );
    return once ? results : null;
  }

  #key(node: GraphNode): string | null {
    switch (node.kind) {
      case "launch":
        return this.#launchKey(node);
      case "product": {
        const { dtype, shape, a, b } = node;
        const { m, n, k, batch } = shape;
        const matrix = (o: MatrixOperand) =>
          `${this.#operandKey(o)} ${o.row} ${o.column} ${o.batch}`;
        return `product ${dtype} ${m} ${n} ${k} ${batch}|${matrix(a)}|${
          matrix(b)
        }`;
      }
      default:
        return null;
    }
  }

  #launchKey({ kernel, space, operands, scalars }: Launch): string {
    const { shape, reduced, strides, ordered = false } = space;
    const values = scalars.map((s) => Object.is(s, -0) ? "-0" : `${s}`);
    const inputs = operands.slice(0, kernel.inputs.length)
      .map((o) => this.#operandKey(o));
    return [
      structureOf(kernel),
      shape,
      reduced,
      ordered,
      strides.join("/"),
      inputs,
      values,
    ].join("|");
  }

  /** A place as it is at the node at hand. */
  #operandKey({ buffer, offset }: Operand): string {
    let id = this.#ids.get(buffer);
    if (id === undefined) this.#ids.set(buffer, id = this.#ids.size);
    return `${id}.${this.#version(buffer)}+${offset}`;
  }

  #version(buffer: Buffer): number {
    return this.#versions.get(buffer) ?? 0;
  }

  #renamed(node: GraphNode): GraphNode {
    switch (node.kind) {
      case "launch":
        return this.#renamedLaunch(node);
      case "product":
        return this.#renamedProduct(node);
      case "assertion": {
        const operand = this.#operand(node.operand);
        return operand === node.operand ? node : { ...node, operand };
      }
      default:
        return node;
    }
  }

  #operand<T extends Operand>(operand: T): T {
    const buffer = this.#instead.get(operand.buffer);
    return buffer ? { ...operand, buffer } : operand;
  }

  #renamedLaunch(launch: Launch): Launch {
    const operands = launch.operands.map((o) => this.#operand(o));
    return operands.every((o, i) => o === launch.operands[i])
      ? launch
      : { ...launch, operands };
  }

  #renamedProduct(product: Product): Product {
    const a = this.#operand(product.a), b = this.#operand(product.b);
    const epilogue = product.epilogue && this.#renamedLaunch(product.epilogue);
    if (
      a === product.a && b === product.b && epilogue === product.epilogue
    ) return product;
    return { ...product, a, b, ...(epilogue ? { epilogue } : {}) };
  }
}
