/**
 * Fusion: launches that compute what others load become one kernel, and what
 * passed between them never reaches memory. Three cases, all by
 * {@linkcode joinLaunches}:
 *
 * - a consumer, which may fold, computes the elements of a pointwise producer
 *   itself (the prologue of a fold);
 * - a pointwise consumer joins a producer with as many results, which may fold
 *   (the epilogue of a fold), so that one kernel has several stores;
 * - a pointwise consumer follows a matrix product over its rows, after those
 *   that do so already.
 *
 * Expects a graph of {@linkcode separateVersions}.
 */

import { countOf } from "../shape.ts";
import { followProduct } from "./follow.ts";
import {
  type Buffer,
  type Graph,
  type GraphNode,
  type Launch,
  type Product,
  readsOf,
  writesOf,
} from "./graph.ts";
import { joinLaunches } from "./join_kernels.ts";
import { fits, isSafe, operations } from "./limits.ts";
import { inputsThatRead, linkAll, linkOne } from "./links.ts";
import { mergeInputs } from "./merge_inputs.ts";

/** Operations that computing an element more than once may cost in all. */
const cheap = 64;
/** Operations up to which an element is computed anew for each reader. */
const trivial = 2;
/** Operations that take as long as to store and load an element, in the cache or beyond. */
const worthCache = 6, worthMemory = 24;
/** Bytes up to which a buffer stays in the cache. */
const nearBytes = 1 << 19;

/** The graph with fused launches. */
export function fuse(graph: Graph): Graph {
  return new Fusion(graph.nodes).run();
}

class Fusion {
  readonly #nodes: (GraphNode | null)[];
  readonly #readers = new Map<Buffer, Set<number>>();
  readonly #writers = new Map<Buffer, Set<number>>();
  /** Places of assertions. */
  readonly #assertions: readonly number[];

  constructor(nodes: readonly GraphNode[]) {
    this.#nodes = [...nodes];
    nodes.forEach((node, i) => this.#enter(node, i));
    this.#assertions = nodes.map((_, i) => i)
      .filter((i) => nodes[i]!.kind === "assertion");
  }

  run(): Graph {
    for (let i = 0; i < this.#nodes.length; i++) {
      while (this.#joinAt(i));
    }
    return { nodes: this.#nodes.filter((node) => node !== null) };
  }

  #enter(node: GraphNode, at: number): void {
    for (const b of readsOf(node)) setOf(this.#readers, b).add(at);
    for (const b of writesOf(node)) setOf(this.#writers, b).add(at);
  }
  #leave(at: number): void {
    const node = this.#nodes[at]!;
    for (const b of readsOf(node)) this.#readers.get(b)!.delete(at);
    for (const b of writesOf(node)) this.#writers.get(b)!.delete(at);
  }
  /** Puts `node` in place `at`; the one there goes. */
  #set(at: number, node: GraphNode | null): void {
    if (this.#nodes[at]) this.#leave(at);
    this.#nodes[at] = node;
    if (node) this.#enter(node, at);
  }

  /** Joins the launch at `i` with one of its producers, if it can be. */
  #joinAt(i: number): boolean {
    const consumer = this.#nodes[i];
    if (consumer?.kind !== "launch" || consumer.space.ordered) return false;
    const tried = new Set<number>();
    for (let s = 0; s < consumer.kernel.inputs.length; s++) {
      const { buffer } = consumer.operands[s]!;
      const writers = this.#writers.get(buffer);
      if (writers?.size !== 1) continue;
      const [at] = writers as Set<number> & Iterable<number>;
      if (at! >= i || tried.has(at!)) continue;
      tried.add(at!);
      const producer = this.#nodes[at!]!;
      if (producer.kind === "product") {
        if (this.#follow(at!, producer, i, consumer)) return true;
      } else if (producer.kind === "launch" && !producer.space.ordered) {
        if (this.#merge(at!, producer, i, consumer)) return true;
        if (this.#inline(at!, producer, i, consumer, s)) return true;
      }
    }
    return false;
  }

  /** Makes one launch with the stores of both, where each result of the producer is used at its own place. */
  #merge(p: number, producer: Launch, c: number, consumer: Launch): boolean {
    const link = linkAll(producer, consumer);
    if (!link || this.#belongsToFold(consumer)) return false;
    const kept = producer.kernel.stores.map((_, i) => i).filter((i) => {
      const o = producer.operands[producer.kernel.inputs.length + i]!;
      const readers = this.#readers.get(o.buffer);
      // The consumer loads it no more.
      return o.buffer.resolve !== null ||
        [...readers ?? []].some((r) => r !== c);
    });
    const joined = joinLaunches(
      producer,
      consumer,
      link.inputs,
      kept,
      link.route,
    );
    if (!fits(joined) || !isSafe(joined)) return false;
    if (this.#canMoveDown(p, producer, c)) {
      this.#set(p, null);
      this.#set(c, mergeInputs(joined));
    } else if (this.#canMoveUp(p, c, consumer)) {
      this.#set(c, null);
      this.#set(p, mergeInputs(joined));
    } else return false;
    return true;
  }

  /**
   * Whether a launch does so little, with what others read as well, for a fold
   * alone that the fold should take it in: then its result never reaches memory.
   */
  #belongsToFold({ kernel, operands }: Launch): boolean {
    if (kernel.reduction || kernel.stores.length !== 1) return false;
    const { buffer } = operands[kernel.inputs.length]!;
    const readers = [...this.#readers.get(buffer) ?? []];
    if (buffer.resolve !== null || readers.length !== 1) return false;
    const wanted = kernel.inputs.every((_, i) => {
      const { buffer: input } = operands[i]!;
      return input.resolve !== null || this.#readers.get(input)!.size > 1 ||
        !this.#writers.get(input)?.size;
    });
    const reader = this.#nodes[readers[0]!];
    return wanted && reader?.kind === "launch" &&
      reader.kernel.reduction !== undefined &&
      operations([kernel.stores[0]!.value]) <= trivial;
  }

  /** Computes an input of the consumer in place of loading it; the producer goes if nobody else reads it. */
  #inline(
    p: number,
    producer: Launch,
    c: number,
    consumer: Launch,
    s: number,
  ): boolean {
    if (producer.kernel.reduction) return false;
    const link = linkOne(producer, consumer, s);
    if (!link) return false;
    const store = [...link.inputs.values()][0]!;
    const { buffer } = producer
      .operands[producer.kernel.inputs.length + store]!;
    const cost = operations([producer.kernel.stores[store]!.value]);
    const readers = this.#readers.get(buffer)!;
    const alone = readers.size === 1 && buffer.resolve === null &&
      inputsThatRead(consumer, buffer) === link.inputs.size;
    const more = countOf(consumer.space.shape) - countOf(producer.space.shape);
    // What no memory is needed for costs less than a launch and a load.
    const constant = producer.kernel.inputs.length === 0 && cost <= trivial;
    if (more > 0 && cost * more > cheap && !constant) return false;
    if (!alone) {
      const few = producer.kernel.inputs.length <= 1 ||
        producer.operands.every((o) => o.buffer.bytes <= 64);
      if (cost > trivial || !few) return false;
      if (![...readers].every((r) => this.#nodes[r]!.kind === "launch")) {
        return false;
      }
    }
    // Where the producer stays for its other results, it computes much again.
    if (producer.kernel.stores.length > 1) {
      const far = buffer.bytes > nearBytes;
      if (cost > (far ? worthMemory : worthCache)) return false;
    }
    // The producer itself may overwrite what it reads.
    if (!this.#staysTrue(producer, p - 1, c)) return false;
    const joined = joinLaunches(
      producer,
      consumer,
      link.inputs,
      [],
      link.route,
    );
    if (!fits(joined) || !isSafe(joined)) return false;
    // A fold over an axis that is cut in two takes elements in another order.
    if (joined.space.reduced !== consumer.space.reduced) return false;
    this.#set(c, mergeInputs(joined));
    if (alone && producer.kernel.stores.length === 1) this.#set(p, null);
    return true;
  }

  /** Lets the consumer follow a product over its rows. */
  #follow(p: number, product: Product, c: number, consumer: Launch): boolean {
    const joined = followProduct(product, consumer, (buffer) => {
      const readers = this.#readers.get(buffer);
      return buffer.resolve !== null ||
        [...readers ?? []].some((r) => r !== c && r !== p);
    });
    if (!joined) return false;
    if (this.#canMoveDown(p, product, c)) {
      this.#set(p, null);
      this.#set(c, joined);
    } else if (this.#canMoveUp(p, c, consumer)) {
      this.#set(c, null);
      this.#set(p, joined);
    } else return false;
    return true;
  }

  /** Whether what `node` reads is the same at `c` as at `p`. */
  #staysTrue(node: GraphNode, p: number, c: number): boolean {
    return readsOf(node).every((b) => !this.#between(this.#writers, b, p, c));
  }

  /** Whether `node` of place `p` can run at `c`. */
  #canMoveDown(p: number, node: GraphNode, c: number): boolean {
    return this.#staysTrue(node, p, c) && this.#staysUnseen(node, p, c);
  }

  /** Whether `consumer` of place `c` can run with its producer at `p`. */
  #canMoveUp(p: number, c: number, consumer: Launch): boolean {
    return this.#staysTrue(consumer, p, c) && this.#staysUnseen(consumer, p, c);
  }

  /** Whether nobody between `p` and `c` can tell whether `node` has run. */
  #staysUnseen(node: GraphNode, p: number, c: number): boolean {
    const mayEnd = this.#assertions.some((at) => at > p && at < c);
    return writesOf(node).every((b) =>
      !this.#between(this.#writers, b, p, c) &&
      !this.#between(this.#readers, b, p, c) &&
      // Where the run may end, what outlives it is as if nothing came later.
      !(mayEnd && b.resolve)
    );
  }

  #between(
    map: Map<Buffer, Set<number>>,
    buffer: Buffer,
    p: number,
    c: number,
  ): boolean {
    const set = map.get(buffer);
    if (!set) return false;
    for (const at of set) if (at > p && at < c) return true;
    return false;
  }
}

function setOf(map: Map<Buffer, Set<number>>, buffer: Buffer): Set<number> {
  let set = map.get(buffer);
  if (!set) map.set(buffer, set = new Set());
  return set;
}
