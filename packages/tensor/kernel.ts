/**
 * The description of a kernel: what is computed, for every element of an
 * iteration space. Both devices emit their code from it.
 */

import type { DType } from "./dtype.ts";
import type { Expr, Lane } from "./expr.ts";

/** How a value reaches memory. */
export interface Store {
  readonly dtype: DType;
  /** What is stored, converted to `dtype`. */
  readonly value: Expr;
  /** If given, the store goes this many (i32) elements past where the strides lead. */
  readonly at?: Expr;
  /** Adds to what is there instead of replacing it; elements are taken in order. */
  readonly accumulate?: boolean;
}

/**
 * A fold over the trailing axes. Its state is a tuple, so that sums, extrema
 * and positions of extrema are one mechanism. Long folds are split into blocks
 * whose states are merged, which keeps the error of sums small.
 */
export interface Reduction {
  /** State before the first element: constants. */
  readonly init: readonly Expr[];
  /** The values that an element contributes, of `load`, `scalar` and `coord`. */
  readonly values: readonly Expr[];
  /** State after an element, of `acc`, `value` and `scalar`. */
  readonly step: readonly Expr[];
  /** State of two halves, of `acc` and `other`. */
  readonly merge: readonly Expr[];
}

/** What is computed. Identity matters: devices cache compiled code per kernel object. */
export interface Kernel {
  /** For messages and listings. */
  readonly name: string;
  /** Storage types of the inputs. */
  readonly inputs: readonly DType[];
  /** Types of the run-time scalars. */
  readonly scalars: readonly Lane[];
  /** If given, the trailing axes of the space are folded and `stores` see only `acc` and `scalar`. */
  readonly reduction?: Reduction;
  readonly stores: readonly Store[];
}

/** Over what it is computed: sizes and, for every operand, strides in elements. */
export interface Space {
  /** Sizes of the axes; the last `reduced` of them are folded. */
  readonly shape: readonly number[];
  readonly reduced: number;
  /** One row per operand, inputs before outputs; outputs have stride 0 on folded axes. */
  readonly strides: readonly (readonly number[])[];
  /** Whether the axes must stay as they are, for kernels that ask where they are or that repeat places. */
  readonly ordered?: boolean;
}

/** The expression type that elements of a storage type have after loading. */
export const laneOf: Readonly<Record<DType, Lane>> = {
  bool: "bool",
  uint8: "i32",
  int32: "i32",
  int64: "i64",
  float32: "f32",
  float64: "f64",
};
