/** The largest and smallest elements, and where they are. */

import type { Op } from "../dispatch.ts";
import type { DType } from "../dtype.ts";
import * as x from "../expr.ts";
import type { Expr, Lane } from "../expr.ts";
import { type Kernel, laneOf } from "../kernel.ts";
import { reshaped } from "./allocate.ts";
import {
  fold,
  type FoldAttrs,
  type FoldKernels,
  foldKernels,
  foldOne,
} from "./fold.ts";
import { kernelsBy } from "./kernels.ts";
import { reduction, requireElements } from "./reduction.ts";

function lowest(lane: Lane): number | bigint {
  switch (lane) {
    case "i32":
      return -(2 ** 31);
    case "i64":
      return -(2n ** 63n);
    case "bool":
      return 0;
    default:
      return -Infinity;
  }
}

function highest(lane: Lane): number | bigint {
  switch (lane) {
    case "i32":
      return 2 ** 31 - 1;
    case "i64":
      return 2n ** 63n - 1n;
    case "bool":
      return 1;
    default:
      return Infinity;
  }
}

/**
 * The larger or smaller of `a` and `b`, or NaN. Of floats it is found by
 * comparisons, as the instruction for it waits for the order of zeros too.
 */
function beyond(
  extremum: (a: Expr, b: Expr) => Expr,
  isWorse: (a: Expr, b: Expr) => Expr,
  a: Expr,
  b: Expr,
): Expr {
  if (!x.isFloat(a)) return extremum(a, b);
  return x.select(x.ne(b, b), b, x.select(isWorse(a, b), b, a));
}

/** Kernels of the largest element. */
export const maxima: FoldKernels = foldKernels("amax", {
  init: lowest,
  combine: (a, b) => a.type === "bool" ? x.or(a, b) : beyond(x.max, x.lt, a, b),
});
const minima = foldKernels("amin", {
  init: highest,
  combine: (a, b) =>
    a.type === "bool" ? x.and(a, b) : beyond(x.min, x.gt, a, b),
});

function extremes(
  name: string,
  what: string,
  kernels: FoldKernels,
  node?: string,
): Op {
  return reduction({
    name,
    what,
    ...(node === undefined ? {} : { node: () => node }),
    run(t, dims, keepdim) {
      requireElements(what, t, dims);
      return foldOne(kernels(t.dtype, t.dtype), t, dims, keepdim, t.dtype);
    },
  });
}
export const amax: Op = extremes("amax", "the maximum", maxima);
export const amin: Op = extremes("amin", "the minimum", minima);
// Those of all elements have nodes of other names.
export const maxAll: Op = extremes(
  "maxAll",
  "the maximum",
  maxima,
  "MaxBackward1",
);
export const minAll: Op = extremes(
  "minAll",
  "the minimum",
  minima,
  "MinBackward1",
);

/** A kernel that finds the first extreme element and where it is. */
function extremeKernels(
  name: string,
  better: (a: Expr, b: Expr) => Expr,
  start: (lane: Lane) => number | bigint,
): (dtype: DType) => Kernel {
  return kernelsBy((dtype) => {
    const lane: Lane = laneOf[dtype] === "bool" ? "i32" : laneOf[dtype];
    // NaN beats everything; among equals the first position wins.
    const wins = (v: Expr, at: Expr, a: Expr, accAt: Expr): Expr => {
      const nan = x.ne(v, v), accNan = x.ne(a, a);
      const first = x.lt(at, accAt);
      const tie = x.or(x.eq(v, a), x.and(nan, accNan));
      return x.or(
        x.and(tie, first),
        x.and(x.or(better(v, a), nan), x.not(x.or(accNan, tie))),
      );
    };
    const pick = (v: Expr, at: Expr): Expr[] => {
      const a = x.acc(0, lane), accAt = x.acc(1, "i32");
      const take = wins(v, at, a, accAt);
      return [x.select(take, v, a), x.select(take, at, accAt)];
    };
    return {
      name,
      inputs: [dtype],
      scalars: [],
      reduction: {
        init: [x.lit(start(lane), lane), x.lit(0x7fffffff, "i32")],
        values: [x.cast(x.load(0, laneOf[dtype]), lane), x.coord(-1)],
        step: pick(x.consumed(0, lane), x.consumed(1, "i32")),
        merge: pick(x.other(0, lane), x.other(1, "i32")),
      },
      stores: [
        { dtype, value: x.acc(0, lane) },
        { dtype: "int64", value: x.acc(1, "i32") },
      ],
    };
  });
}
const firstMaxima = extremeKernels("argmax", x.gt, lowest);
const firstMinima = extremeKernels("argmin", x.lt, highest);

/** Values along one dim and their positions. */
function valuesAndPositions(
  name: string,
  what: string,
  kernels: typeof firstMaxima,
): Op {
  return reduction({
    name,
    what,
    run(t, dims, keepdim) {
      requireElements(what, t, dims);
      const kernel = kernels(t.dtype);
      return fold(t.backend, kernel, [t], dims, keepdim, [t.dtype, "int64"]);
    },
  });
}
/** Largest values along one dim and where they are. */
export const max: Op = valuesAndPositions("max", "the maximum", firstMaxima);
/** Smallest values along one dim and where they are. */
export const min: Op = valuesAndPositions("min", "the minimum", firstMinima);

/** Positions alone; without dims, in the flattened tensor. */
function positions(
  name: string,
  what: string,
  kernels: typeof firstMaxima,
): Op {
  return reduction({
    name,
    what,
    differentiable: false,
    run(t, dims, keepdim, attrs) {
      requireElements(what, t, dims);
      const flat = (attrs as FoldAttrs).dims === undefined;
      const source = flat ? t.detach().reshape([t.numel]) : t;
      const out = fold(
        t.backend,
        kernels(t.dtype),
        [source],
        flat ? [0] : dims,
        keepdim,
        [t.dtype, "int64"],
      )[1]!;
      return flat ? reshaped(out, keepdim ? t.shape.map(() => 1) : []) : out;
    },
  });
}
export const argmax: Op = positions(
  "argmax",
  "the place of the maximum",
  firstMaxima,
);
export const argmin: Op = positions(
  "argmin",
  "the place of the minimum",
  firstMinima,
);
