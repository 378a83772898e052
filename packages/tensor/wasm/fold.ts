/** Folds: what a kernel with a reduction does at one position of its kept axes. */

import type { Expr } from "../expr.ts";
import type { Reduction } from "../kernel.ts";
import { type FunctionBuilder, i32 } from "./assembler.ts";
import type { Lowering } from "./lower.ts";
import { registerCount, type Registers } from "./registers.ts";
import type { Variant, Walk } from "./walk.ts";

/** How many vectors, or states of the level below, a level takes before it is merged into the next. */
export const block = 32;
/** Levels of states; the last one takes all the rest. */
export const levels = 4;

/** A step of at most so many nodes is worth repeating in the code. */
const mostCheap = 16;

/** The number of nodes of some expressions. */
function nodesOf(roots: readonly Expr[]): number {
  const seen = new Set<Expr>();
  const visit = (e: Expr) => {
    if (seen.has(e)) return;
    seen.add(e);
    e.args.forEach(visit);
  };
  roots.forEach(visit);
  return seen.size;
}

/**
 * Emits a fold. Several levels of states keep every running sum short: an
 * element takes part in about {@linkcode block} additions a level, and in one
 * per 131,072 elements at the last.
 */
export class Fold {
  readonly #walk: Walk;
  readonly #lower: Lowering;
  readonly #f: FunctionBuilder;
  readonly #reduction: Reduction;
  readonly #firstAxis: number;
  readonly #lanesFold: boolean;
  readonly #short: boolean;
  /** Whether a step is worth repeating in the code. */
  readonly cheap: boolean;
  /** The final states by place. */
  #results: readonly (readonly Registers[])[] = [];
  /** What `acc`, `other` and `value` mean in the code at hand. */
  #acc: readonly Registers[] = [];
  #other: readonly Registers[] = [];
  #consumed: readonly Registers[] = [];

  constructor(walk: Walk, variant: Variant, reduction: Reduction) {
    this.#walk = walk;
    this.#lower = walk.lower;
    this.#f = walk.f;
    this.#reduction = reduction;
    this.#firstAxis = variant.kept;
    this.#lanesFold = variant.lanesFold;
    this.#short = variant.short;
    const { values, step } = reduction;
    this.cheap = nodesOf([...values, ...step]) <= mostCheap;
  }

  /** Where a state or a consumed value is. */
  leaf(e: Expr): Registers {
    if (e.op === "acc") return this.#acc[e.index]!;
    return (e.op === "other" ? this.#other : this.#consumed)[e.index]!;
  }

  /** Folds the inner axes at `vectors` neighbouring places, several only where lanes run along a kept axis. */
  emit(vectors: number): void {
    const f = this.#f;
    // A short fold fills no block, so it needs neither counts nor further levels.
    const height = this.#short ? 1 : levels;
    const all = Array.from(
      { length: vectors },
      () => Array.from({ length: height }, () => this.#state()),
    );
    const counts = this.#short ? [] : all[0]!.map(() => f.local(i32));
    const tail = this.#lanesFold ? this.#state() : [];
    this.#lower.begin();
    for (const states of all) for (const state of states) this.#reset(state);
    for (const count of counts) {
      f.i32(0);
      f.set(count);
    }
    const last = this.#walk.rank - 1;
    const loop = (axis: number): void => {
      this.#walk.enter(axis);
      if (axis === last) {
        if (this.#short) this.#runShort(axis, all.map((s) => s[0]!), tail);
        else this.#run(axis, all, counts, tail);
        return;
      }
      const size = this.#walk.sizes[axis]!;
      this.#walk.loop(axis, size, 1, this.#walk.single, () => loop(axis + 1));
    };
    loop(this.#firstAxis);
    for (let l = 1; l < height; l++) {
      // Short folds never get to the higher levels.
      f.get(counts[l]!);
      f.if();
      for (const states of all) this.#merge(states[0]!, states[l]!);
      f.end();
    }
    if (this.#lanesFold) this.#mergeLanes(all[0]![0]!);
    this.#results = all.map((states) => states[0]!);
  }

  /** Makes `acc` the final state at place `vector`. */
  finish(vector: number): void {
    this.#acc = this.#results[vector]!;
  }

  /** Folds the innermost axis in one run. */
  #runShort(
    axis: number,
    states: readonly (readonly Registers[])[],
    tail: readonly Registers[],
  ): void {
    const f = this.#f, walk = this.#walk, lanes = this.#lanesFold;
    const counter = walk.counters[axis]!, end = walk.sizes[axis]!;
    this.#steps(axis, end, states);
    if (!lanes) return;
    f.get(counter);
    f.get(end);
    f.op("i32.lt_s");
    f.if();
    this.#runTail(axis, end, states[0]!, tail);
    f.end();
    this.#lower.begin();
  }

  /** Folds the innermost axis in runs of steps that end where a block is full or the axis ends. */
  #run(
    axis: number,
    all: readonly (readonly Registers[][])[],
    counts: readonly number[],
    tail: readonly Registers[],
  ): void {
    const f = this.#f, walk = this.#walk, lanes = this.#lanesFold;
    const fine = all.map((states) => states[0]!), steps = counts[0]!;
    const counter = walk.counters[axis]!, end = walk.sizes[axis]!;
    const stop = f.local(i32);
    f.block();
    f.loop();
    f.get(counter);
    f.get(end);
    f.op("i32.ge_s");
    f.brIf(1);
    // stop = min(end, counter + what the block still takes)
    f.get(counter);
    f.i32(block);
    f.get(steps);
    f.op("i32.sub");
    if (lanes) {
      f.i32(2);
      f.op("i32.shl");
    }
    f.op("i32.add");
    f.set(stop);
    f.get(stop);
    f.get(end);
    f.op("i32.ge_s");
    f.if();
    f.get(end);
    f.set(stop);
    f.end();
    f.get(steps);
    f.get(stop);
    f.get(counter);
    f.op("i32.sub");
    if (lanes) {
      f.i32(2);
      f.op("i32.shr_u");
    }
    f.op("i32.add");
    f.set(steps);
    this.#steps(axis, stop, fine);
    if (lanes) {
      f.get(counter);
      f.get(stop);
      f.op("i32.lt_s");
      f.if();
      this.#runTail(axis, end, fine[0]!, tail);
      f.increase(steps, 1);
      f.end();
    }
    this.#flush(all, counts, 0);
    f.br(0);
    f.end();
    f.end();
  }

  /** Adds what there is up to `end` to the states, several steps at a time if they are cheap. */
  #steps(
    axis: number,
    end: number,
    states: readonly (readonly Registers[])[],
  ): void {
    const walk = this.#walk, lanes = this.#lanesFold;
    const single = lanes ? false : walk.single;
    const body = () =>
      states.forEach((state, v) => {
        walk.vector = v;
        this.#step(state);
        walk.vector = 0;
      });
    for (const times of this.cheap && states.length === 1 ? [4, 1] : [1]) {
      walk.loop(axis, end, lanes ? 4 : 1, single, body, times);
    }
  }

  /** The up to three elements that do not fill a vector make one more step of the first lane. */
  #runTail(
    axis: number,
    end: number,
    fine: readonly Registers[],
    tail: readonly Registers[],
  ): void {
    const f = this.#f;
    this.#reset(tail);
    this.#walk.loop(axis, end, 1, true, () => this.#step(tail));
    const init = this.#initial();
    tail.forEach((registers, s) => {
      registers.forEach((r, i) => {
        const bytes = i > 0 ? 0 : 4 * registers.length;
        f.get(r);
        f.get(init[s]![i]!);
        f.v128(Uint8Array.from({ length: 16 }, (_, b) => b < bytes ? 255 : 0));
        f.op("v128.bitselect");
        f.set(r);
      });
    });
    this.#merge(fine, tail);
  }

  /** Copies states into locals of their own. */
  #assign(target: readonly Registers[], source: readonly Registers[]): void {
    // All are pushed before any is popped, as states may depend on each other.
    for (const state of source) for (const r of state) this.#f.get(r);
    for (const state of [...target].reverse()) {
      for (const r of [...state].reverse()) this.#f.set(r);
    }
  }

  /** Locals for a state. */
  #state(): Registers[] {
    return this.#reduction.init.map((e) =>
      registerCount(e.type) === 2
        ? [this.#lower.vector(), this.#lower.vector()]
        : [this.#lower.vector()]
    );
  }

  #initial(): Registers[] {
    return this.#reduction.init.map((e) => this.#lower.value(e));
  }

  #reset(state: readonly Registers[]): void {
    this.#assign(state, this.#initial());
  }

  /** A state has narrow masks, whatever it is computed from. */
  #values(list: readonly Expr[]): Registers[] {
    return list.map((e) =>
      e.type === "bool" ? this.#lower.mask(e, 1) : this.#lower.value(e)
    );
  }

  /** `into = merge(into, from)`; from is left as it is. */
  #merge(into: readonly Registers[], from: readonly Registers[]): void {
    this.#acc = into;
    this.#other = from;
    this.#lower.begin();
    this.#assign(into, this.#values(this.#reduction.merge));
    this.#lower.begin();
  }

  /** Adds the elements at hand to a state. */
  #step(state: readonly Registers[]): void {
    this.#lower.begin();
    this.#acc = state;
    this.#consumed = this.#reduction.values.map((e) => this.#lower.value(e));
    this.#assign(state, this.#values(this.#reduction.step));
    this.#lower.begin();
  }

  /** Merges a state that is full into the next level, and that one if it is full then. */
  #flush(
    all: readonly (readonly Registers[][])[],
    counts: readonly number[],
    level: number,
  ): void {
    if (level === levels - 1) return;
    const f = this.#f, count = counts[level]!;
    f.get(count);
    f.i32(block);
    f.op("i32.ge_s");
    f.if();
    for (const states of all) {
      this.#merge(states[level + 1]!, states[level]!);
      this.#reset(states[level]!);
    }
    f.i32(0);
    f.set(count);
    f.increase(counts[level + 1]!, 1);
    this.#flush(all, counts, level + 1);
    f.end();
    this.#lower.begin();
  }

  /** Merges the four lanes of a state; all lanes hold the result. */
  #mergeLanes(state: readonly Registers[]): void {
    const f = this.#f;
    const swapped = this.#state();
    for (const distance of [2, 1]) {
      state.forEach((registers, s) => {
        const target = swapped[s]!;
        if (registers.length === 2 && distance === 2) {
          f.get(registers[1]!);
          f.set(target[0]!);
          f.get(registers[0]!);
          f.set(target[1]!);
          return;
        }
        const bytes = (registers.length === 2 ? 8 : 4) * distance;
        registers.forEach((r, i) => {
          f.get(r);
          f.get(r);
          f.shuffle(Array.from({ length: 16 }, (_, b) => b ^ bytes));
          f.set(target[i]!);
        });
      });
      this.#merge(state, swapped);
    }
  }
}
