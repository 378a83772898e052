/** The loops of a kernel: counters, and a pointer per operand and axis. */

import { type DType, itemSize } from "../dtype.ts";
import type { Space } from "../kernel.ts";
import { type FunctionBuilder, i32 } from "./assembler.ts";
import type { Lowering } from "./lower.ts";
import type { Registers } from "./registers.ts";

/** How an operand moves along the axis whose elements fill the vector lanes. */
export type Access = 0 | 1 | 2;
/** Stays: one element for all lanes. */
export const splat = 0;
/** Neighbours in memory. */
export const contiguous = 1;
/** Any other stride. */
export const strided = 2;

/** What the code depends on besides the kernel; sizes and strides are run-time values. */
export interface Variant {
  /** Number of kept axes (at least 1) and of folded axes. */
  readonly kept: number;
  readonly folded: number;
  /** Whether lanes run along the last folded axis or along the last kept one. */
  readonly lanesFold: boolean;
  /** Whether a fold takes at most one block of steps. */
  readonly short: boolean;
  /** Per operand, along the axis of the lanes. */
  readonly access: readonly Access[];
}

/** Whether lanes run along the folded axes: if those are long enough and lie next to each other in memory. */
export function lanesAlongFold({ shape, reduced, strides }: Space): boolean {
  if (reduced === 0) return false;
  const kept = shape.length - reduced, last = shape.length - 1;
  if (kept === 0 || shape[kept - 1]! < 4) return true;
  let folded = 1;
  for (let a = kept; a < shape.length; a++) folded *= shape[a]!;
  return folded >= 16 &&
    (strides[0]![last] === 1 || strides[0]![kept - 1] !== 1);
}

/** Vectors that a fold across lines of memory takes of each: those of four elements of 4 bytes in a line. */
export const lineVectors = 4;

/** An operand and the locals that say where it is. */
export interface Operand {
  readonly dtype: DType;
  readonly access: Access;
  /** The number of axes along which it moves: what is written stays where it is while a fold runs. */
  readonly axes: number;
  /** Bytes between neighbours along each axis. */
  readonly strides: readonly number[];
  /** Address at the current position of each axis. */
  readonly pointers: readonly number[];
}

/**
 * Byte offset of the scalars in the arguments of a kernel with `operands`
 * operands over `rank` axes. Before them, in words: the sizes, then per
 * operand its address and its strides in bytes.
 */
export function scalarOffset(rank: number, operands: number): number {
  return (4 * (rank + operands * (rank + 1)) + 7) & ~7;
}

/** Emits loops, and knows where in them the code at hand is. */
export class Walk {
  readonly f: FunctionBuilder;
  readonly lower: Lowering;
  /** Number of axes. */
  readonly rank: number;
  /** The axis whose elements fill the lanes. */
  readonly laneAxis: number;
  /** Locals with the size of each axis. */
  readonly sizes: number[] = [];
  /** Locals with the position along each axis. */
  readonly counters: number[] = [];
  readonly operands: Operand[] = [];
  /** Whether the code at hand handles one element, in all lanes, or four. */
  single = false;
  /** How many vectors past the pointers the code at hand works. */
  vector = 0;
  /** The innermost axis along which operands have moved. */
  depth: number;
  /** 0, 1, 2, 3 */
  readonly #lanes: number;

  /** Reads sizes, addresses and strides of `dtypes`, of which the first `inputs` are read, from the arguments. */
  constructor(
    lower: Lowering,
    variant: Variant,
    dtypes: readonly DType[],
    inputs: number,
  ) {
    const { f } = lower;
    this.f = f;
    this.lower = lower;
    const rank = this.rank = variant.kept + variant.folded;
    this.laneAxis = variant.lanesFold ? rank - 1 : variant.kept - 1;
    this.depth = rank - 1;
    for (let axis = 0; axis < rank; axis++) {
      this.sizes.push(this.#argument(axis));
      this.counters.push(f.local(i32));
    }
    dtypes.forEach((dtype, o) => {
      const at = rank + o * (rank + 1);
      const base = this.#argument(at);
      const axes = o < inputs ? rank : variant.kept;
      const strides = Array.from(
        { length: axes },
        (_, axis) => this.#argument(at + 1 + axis),
      );
      const pointers = strides.map(() => f.local(i32));
      f.get(base);
      f.get(1);
      f.get(strides[0]!);
      f.op("i32.mul");
      f.op("i32.add");
      f.set(pointers[0]!);
      const access = variant.access[o]!;
      this.operands.push({ dtype, access, axes, strides, pointers });
    });
    this.#lanes = lower.vector();
    f.v128(new Uint8Array(new Int32Array([0, 1, 2, 3]).buffer));
    f.set(this.#lanes);
  }

  #argument(word: number): number {
    const { f } = this;
    const local = f.local(i32);
    f.get(0);
    f.mem("i32.load", 4 * word);
    f.set(local);
    return local;
  }

  /** Starts an axis inside the first: position 0, where the axis outside of it is. */
  enter(axis: number): void {
    const { f } = this;
    f.i32(0);
    f.set(this.counters[axis]!);
    for (const o of this.operands) {
      if (axis >= o.axes) continue;
      f.get(o.pointers[axis - 1]!);
      f.set(o.pointers[axis]!);
    }
  }

  /**
   * `while (counter + step <= end) { body; counter += step }`, moving the
   * pointers along; with `times`, so many rounds at once while they fit.
   */
  loop(
    axis: number,
    end: number,
    step: number,
    single: boolean,
    body: () => void,
    times = 1,
  ): void {
    const { f } = this, counter = this.counters[axis]!;
    const outer = this.single;
    this.single = single;
    f.block();
    f.loop();
    f.get(counter);
    if (step * times > 1) {
      f.i32(step * times - 1);
      f.op("i32.add");
    }
    f.get(end);
    f.op("i32.ge_s");
    f.brIf(1);
    for (let round = 0; round < times; round++) {
      this.lower.begin();
      body();
      for (const o of this.operands) this.#advance(o, axis, step);
      f.increase(counter, step);
    }
    f.br(0);
    f.end();
    f.end();
    this.single = outer;
    this.lower.begin();
  }

  #advance(o: Operand, axis: number, step: number): void {
    if (axis >= o.axes) return;
    const { f } = this, pointer = o.pointers[axis]!;
    if (axis === this.laneAxis && o.access !== strided) {
      if (o.access === contiguous) {
        f.increase(pointer, step * itemSize[o.dtype]);
      }
      return;
    }
    f.get(pointer);
    f.get(o.strides[axis]!);
    if (step > 1) {
      f.i32(step);
      f.op("i32.mul");
    }
    f.op("i32.add");
    f.set(pointer);
  }

  /** Positions of the elements along an axis, which counts from the end if negative. */
  coord(index: number): Registers {
    const { f } = this, out = this.lower.vector();
    const axis = index < 0 ? this.rank + index : index;
    f.get(this.counters[axis]!);
    f.op("i32x4.splat");
    if (axis === this.laneAxis && !this.single) {
      f.get(this.#lanes);
      f.op("i32x4.add");
      if (this.vector > 0) {
        f.v128(new Uint8Array(new Int32Array(4).fill(4 * this.vector).buffer));
        f.op("i32x4.add");
      }
    }
    f.set(out);
    return [out];
  }

  /** Bytes from where a pointer leads to the vector at hand, for an operand whose elements are neighbours. */
  ahead(o: Operand): number {
    return 4 * this.vector * itemSize[o.dtype];
  }

  /** The local with the address of the element at hand, or of the first of four. */
  pointer(o: Operand): number {
    return o.pointers[this.depth]!;
  }
}
