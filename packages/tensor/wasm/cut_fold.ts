/**
 * Folds of everything into one result are cut into parts that threads can
 * share: the states of the parts first, then what becomes of those.
 */

import { type DType, itemSize } from "../dtype.ts";
import type { Expr, Lane } from "../expr.ts";
import * as x from "../expr.ts";
import type { Kernel, Space } from "../kernel.ts";
import { countOf } from "../shape.ts";
import { costOf } from "./cost.ts";

/** Nanoseconds of work from which on a fold is cut, and about how many a part has. */
const cutFrom = 120_000, partOf = 15_000;
/** The most parts; the rest of a division makes one more. */
const mostParts = 64;

/** Room for a state of every part, in elements. */
const room = mostParts + 1;

/** Where an operand of a part of the work lies. */
export interface Place {
  /** The operand of the whole that it is in, or -1 for the memory of the states. */
  readonly operand: number;
  /** Elements from there; of the whole memory of states if it is in that. */
  readonly offset: number;
}

/** A kernel that does a part of the work. The scalars are those of the whole. */
export interface Part {
  readonly kernel: Kernel;
  readonly space: Space;
  readonly places: readonly Place[];
}

/** Work in parts, in the order in which they must run. */
export interface Cut {
  readonly parts: readonly Part[];
  /** Bytes of the memory of the states. */
  readonly bytes: number;
}

const storageOf: Readonly<Record<Lane, DType>> = {
  f32: "float32",
  f64: "float64",
  i32: "int32",
  i64: "int64",
  bool: "bool",
};

/** The two kernels that a fold is cut into. */
interface Halves {
  /** From elements to states. */
  readonly first: Kernel;
  /** From states, which come after the inputs of the whole, to results. */
  readonly last: Kernel;
}

const known = new WeakMap<Kernel, Halves | null>();

function halvesOf(kernel: Kernel): Halves | null {
  let halves = known.get(kernel);
  if (halves === undefined) known.set(kernel, halves = makeHalves(kernel));
  return halves;
}

function makeHalves(kernel: Kernel): Halves | null {
  const { name, inputs, scalars, reduction, stores } = kernel;
  if (!reduction || stores.some((s) => s.at)) return null;
  const { init, values, merge } = reduction;
  // Where an element is would be told from the start of its part.
  const roots = [...values, ...stores.map((s) => s.value)];
  if (x.someNode(roots, (e) => e.op === "coord" || e.op === "loadAt")) {
    return null;
  }
  const types = init.map((e) => storageOf[e.type]);
  const states = init.map((e, i) => x.acc(i, e.type));
  return {
    first: {
      name: `${name}Parts`,
      inputs,
      scalars,
      reduction,
      stores: states.map((value, i) => ({ dtype: types[i]!, value })),
    },
    last: {
      name: `${name}OfParts`,
      inputs: [...inputs, ...types],
      scalars,
      reduction: {
        init,
        values: init.map((e, i) => x.load(inputs.length + i, e.type)),
        step: consuming(merge),
        merge,
      },
      stores,
    },
  };
}

/** Merges as steps: the other state is what is consumed. */
function consuming(merge: readonly Expr[]): Expr[] {
  const done = new Map<Expr, Expr>();
  const change = (e: Expr): Expr => {
    const before = done.get(e);
    if (before) return before;
    const after = e.op === "other"
      ? x.consumed(e.index, e.type)
      : { ...e, args: e.args.map(change) };
    done.set(e, after);
    return after;
  };
  return merge.map(change);
}

/**
 * How to cut `kernel` over `space` (collapsed), or null where that does not
 * pay. It depends on nothing else, so that results do not depend on how many
 * threads there are.
 */
export function cutFold(kernel: Kernel, space: Space): Cut | null {
  const { shape, reduced, strides, ordered } = space;
  if (shape.length !== reduced || reduced === 0 || ordered) return null;
  const work = costOf(kernel) * countOf(shape);
  if (work < cutFrom) return null;
  const halves = halvesOf(kernel);
  if (!halves) return null;

  const length = shape[0]!, inner = shape.slice(1);
  const wanted = Math.min(mostParts, Math.floor(work / partOf));
  // Vectors stay whole.
  const whole = inner.length === 0 ? 4 : 1;
  const each = Math.ceil(length / wanted / whole) * whole;
  const full = Math.floor(length / each), rest = length - full * each;
  if (full < 2) return null;

  const { first, last } = halves;
  const inputs = kernel.inputs.map((_, o) => o);
  // States of 8 bytes at most: the arrays lie one after another.
  const stateAt = (s: number, part: number): Place => {
    const { dtype } = first.stores[s]!;
    return { operand: -1, offset: s * room * 8 / itemSize[dtype] + part };
  };
  const states = first.stores.map((_, s) => s);
  const along = (o: number) => strides[o]!;
  const parts: Part[] = [{
    kernel: first,
    space: {
      shape: [full, each, ...inner],
      reduced,
      strides: [
        ...inputs.map((o) => [along(o)[0]! * each, ...along(o)]),
        ...states.map(() => [1, 0, ...inner.map(() => 0)]),
      ],
    },
    places: [
      ...inputs.map((operand) => ({ operand, offset: 0 })),
      ...states.map((s) => stateAt(s, 0)),
    ],
  }];
  if (rest > 0) {
    parts.push({
      kernel: first,
      space: {
        shape: [rest, ...inner],
        reduced,
        strides: [
          ...inputs.map(along),
          ...states.map(() => shape.map(() => 0)),
        ],
      },
      places: [
        ...inputs.map((operand) => ({
          operand,
          offset: along(operand)[0]! * full * each,
        })),
        ...states.map((s) => stateAt(s, full)),
      ],
    });
  }
  const stored = kernel.stores.map((_, i) => inputs.length + i);
  parts.push({
    kernel: last,
    space: {
      shape: [full + (rest > 0 ? 1 : 0)],
      reduced: 1,
      strides: [
        ...inputs.map(() => [0]),
        ...states.map(() => [1]),
        ...stored.map(() => [0]),
      ],
    },
    places: [
      ...inputs.map((operand) => ({ operand, offset: 0 })),
      ...states.map((s) => stateAt(s, 0)),
      ...stored.map((operand) => ({ operand, offset: 0 })),
    ],
  });
  return { parts, bytes: states.length * room * 8 };
}
