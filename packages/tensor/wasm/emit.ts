/**
 * Emits the WebAssembly function of a kernel, `run(args, begin, end)`. It
 * covers `begin <= i < end` of the first kept axis, so that threads can share
 * a kernel; sizes, addresses, strides and scalars are read from memory at
 * `args`.
 */

import type { Expr } from "../expr.ts";
import type { Kernel } from "../kernel.ts";
import { FunctionBuilder, i32 } from "./assembler.ts";
import { costOf } from "./cost.ts";
import { Fold } from "./fold.ts";
import { type Features, Lowering } from "./lower.ts";
import { MemoryAccess, stored } from "./memory.ts";
import { registerCount, type Registers } from "./registers.ts";
import {
  lineVectors,
  scalarOffset,
  splat,
  strided,
  type Variant,
  Walk,
} from "./walk.ts";

/**
 * Nanoseconds per element from which on vectors are computed in turns, as a
 * processor does not look far enough ahead to begin with the next one while
 * long chains of operations wait; and from where on that is too much code.
 */
const inPairsFrom = 1, inFoursFrom = 3, aloneFrom = 25;

/** Emits the function of `kernel` for `variant`. */
export function emitKernel(
  kernel: Kernel,
  variant: Variant,
  features: Features,
): FunctionBuilder {
  return new Emitter(kernel, variant, features).emit();
}

class Emitter {
  readonly #kernel: Kernel;
  readonly #variant: Variant;
  readonly #f = new FunctionBuilder([i32, i32, i32]);
  readonly #lower: Lowering;
  readonly #walk: Walk;
  readonly #memory: MemoryAccess;
  readonly #fold: Fold | null;
  readonly #scalars: Registers[] = [];

  constructor(kernel: Kernel, variant: Variant, features: Features) {
    const { inputs, stores, reduction } = kernel;
    this.#kernel = kernel;
    this.#variant = variant;
    this.#lower = new Lowering(this.#f, features, (e) => this.#leaf(e));
    const dtypes = [...inputs, ...stores.map((s) => s.dtype)];
    this.#walk = new Walk(this.#lower, variant, dtypes, inputs.length);
    this.#memory = new MemoryAccess(this.#walk);
    this.#fold = reduction ? new Fold(this.#walk, variant, reduction) : null;
  }

  emit(): FunctionBuilder {
    this.#readScalars();
    this.#lower.hoistConstants(this.#roots());
    this.#keptLoop(0);
    return this.#f;
  }

  #readScalars(): void {
    const f = this.#f, { operands, rank } = this.#walk;
    const at = scalarOffset(rank, operands.length);
    this.#kernel.scalars.forEach((lane, s) => {
      const wide = registerCount(lane) === 2;
      const local = this.#lower.vector();
      f.get(0);
      f.mem(wide ? "v128.load64_splat" : "v128.load32_splat", at + 8 * s);
      f.set(local);
      this.#scalars.push(wide ? [local, local] : [local]);
    });
  }

  /** Every expression of the kernel. */
  #roots(): Expr[] {
    const { stores, reduction } = this.#kernel;
    const roots = stores.flatMap((s) => s.at ? [stored(s), s.at] : [stored(s)]);
    if (!reduction) return roots;
    const { init, values, step, merge } = reduction;
    return [...roots, ...init, ...values, ...step, ...merge];
  }

  /** Loops over kept axis `axis` and everything inside it. */
  #keptLoop(axis: number): void {
    const f = this.#f, walk = this.#walk;
    if (axis === 0) {
      f.get(1);
      f.set(walk.counters[0]!);
    } else walk.enter(axis);
    const end = axis === 0 ? 2 : walk.sizes[axis]!;
    const last = axis === this.#variant.kept - 1;
    // What is one number for all elements is read and converted once.
    if (last && !this.#fold) {
      this.#lower.hoist(this.#roots(), (leaf) => this.#staysOnLastAxis(leaf));
    }
    const body = () => {
      if (!last) this.#keptLoop(axis + 1);
      else if (this.#fold) this.#foldAndStore(this.#fold, 1);
      else this.#storeAll();
    };
    if (last && walk.laneAxis === axis) {
      const fold = this.#fold;
      if (fold && this.#readsLines(fold)) {
        const wide = () => this.#foldAndStore(fold, lineVectors);
        walk.loop(axis, end, 4 * lineVectors, false, wide);
      }
      const vectors = fold ? 1 : this.#vectorsAtOnce();
      if (vectors > 1) {
        walk.loop(axis, end, 4 * vectors, false, () => this.#several(vectors));
      }
      walk.loop(axis, end, 4, false, body);
    }
    walk.loop(axis, end, 1, walk.laneAxis === axis, body);
  }

  /** How many vectors are computed in turns. */
  #vectorsAtOnce(): number {
    const cost = costOf(this.#kernel);
    if (cost < inPairsFrom || cost > aloneFrom || !this.#isDense()) return 1;
    return cost < inFoursFrom ? 2 : 4;
  }

  /** Computes and stores so many neighbouring vectors. */
  #several(vectors: number): void {
    const walk = this.#walk;
    this.#f.interleave(
      Array.from({ length: vectors }, (_, v) => () => {
        walk.vector = v;
        this.#lower.begin();
        this.#storeAll();
      }),
    );
    walk.vector = 0;
    this.#lower.begin();
  }

  #staysOnLastAxis({ op, index }: Expr): boolean {
    return op === "scalar" ||
      (op === "load" && this.#walk.operands[index]!.access === splat);
  }

  /**
   * Whether a fold across lines of memory should take several vectors of each,
   * as it would else come back to the same lines when they are gone from the caches.
   */
  #readsLines(fold: Fold): boolean {
    return fold.cheap && this.#isDense();
  }

  /** Whether neighbouring vectors of every operand lie next to each other. */
  #isDense(): boolean {
    const { access } = this.#variant, { stores } = this.#kernel;
    return access.every((a) => a !== strided) &&
      stores.every((s) => !s.at && !s.accumulate);
  }

  /** Folds at `vectors` neighbouring places. */
  #foldAndStore(fold: Fold, vectors: number): void {
    const walk = this.#walk;
    fold.emit(vectors);
    const { single, depth } = walk;
    // The result is one element where the lanes were folded.
    if (this.#variant.lanesFold) walk.single = true;
    // Results are outside of the folded axes, along which operands have moved.
    walk.depth = this.#variant.kept - 1;
    for (let v = 0; v < vectors; v++) {
      walk.vector = v;
      fold.finish(v);
      this.#lower.begin();
      this.#storeAll();
    }
    walk.vector = 0;
    walk.depth = depth;
    walk.single = single;
    this.#lower.begin();
  }

  #storeAll(): void {
    const { stores, inputs } = this.#kernel;
    const values = stores.map((s) => this.#lower.value(stored(s)));
    const extras = stores.map((s) => s.at && this.#lower.value(s.at));
    stores.forEach((s, i) => {
      const operand = this.#walk.operands[inputs.length + i]!;
      this.#memory.store(s, operand, values[i]!, extras[i]);
    });
  }

  #leaf(e: Expr): Registers {
    const { operands } = this.#walk;
    switch (e.op) {
      case "load":
        return this.#memory.load(operands[e.index]!);
      case "loadAt":
        return this.#memory.loadAt(operands[e.index]!, e.args[0]!);
      case "scalar":
        return this.#scalars[e.index]!;
      case "coord":
        return this.#walk.coord(e.index);
      default:
        return this.#fold!.leaf(e);
    }
  }
}
