/** How reductions enter the op table, and what they refuse. */

import { type Attrs, defineOp, type Op } from "../dispatch.ts";
import { type DType, isFloating } from "../dtype.ts";
import { showShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { commonDevice } from "./allocate.ts";
import { type FoldAttrs, foldCount, foldDims } from "./fold.ts";

/** A reduction before it enters the table. */
export interface ReductionSpec {
  /** Name of the op. */
  readonly name: string;
  /** What it computes, for messages: "the mean". */
  readonly what: string;
  /** Whether results can have a gradient; true if left out. */
  readonly differentiable?: boolean;
  /** Name of the node, if not the usual one. */
  readonly node?: Op["node"];
  /** The result, of the dims to fold in the range of those of `t`. */
  readonly run: (
    t: Tensor,
    dims: number[],
    keepdim: boolean,
    attrs: Attrs,
  ) => Tensor | Tensor[];
}

/** Enters a reduction into the table. */
export function reduction(spec: ReductionSpec): Op {
  const { name, what, node, differentiable = true, run } = spec;
  return defineOp({
    name,
    differentiable,
    ...(node ? { node } : {}),
    run(inputs, attrs: Attrs): Tensor | Tensor[] {
      commonDevice(`compute ${what} of`, inputs);
      const t = inputs[0] as Tensor, options = attrs as FoldAttrs;
      const dims = foldDims(`compute ${what}`, t, options);
      return run(t, dims, options.keepdim ?? false, attrs);
    },
  });
}

/** PyTorch numbers the form over all dims 0 and the one over some 1. */
export function byDims(name: string): Op["node"] {
  return (_, attrs) =>
    `${name}Backward${(attrs as FoldAttrs).dims === undefined ? 0 : 1}`;
}

/** Refuses integers where PyTorch does: the caller should say which floating type is meant. */
export function requireFloating(what: string, t: Tensor): DType {
  if (isFloating(t.dtype)) return t.dtype;
  throw new TypeError(
    `Cannot compute ${what} of a ${t.dtype} tensor: convert it to a floating type first`,
  );
}

/** Refuses to fold nothing where the result would be undefined. */
export function requireElements(
  what: string,
  t: Tensor,
  dims: readonly number[],
): void {
  if (foldCount(t.shape, dims) > 0) return;
  throw new RangeError(
    `Cannot compute ${what} over no elements: got shape ${showShape(t.shape)}`,
  );
}
