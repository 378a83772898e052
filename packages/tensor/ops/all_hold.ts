/** Checks of elements, in one pass that reads nothing back but the answer. */

import { capture } from "../capture.ts";
import type { DType } from "../dtype.ts";
import * as x from "../expr.ts";
import type { Expr } from "../expr.ts";
import { type Kernel, laneOf } from "../kernel.ts";
import type { Tensor } from "../tensor.ts";
import { fold } from "./fold.ts";
import { kernelsBy } from "./kernels.ts";

/** Makes kernels that tell whether `holds` is true of all elements of tensors of one shape. */
export function allKernels(
  name: string,
  holds: (...args: Expr[]) => Expr,
  scalars: Kernel["scalars"] = [],
): (...dtypes: DType[]) => Kernel {
  return kernelsBy((...dtypes: DType[]) => {
    const acc = x.acc(0, "bool");
    return {
      name,
      inputs: dtypes,
      scalars,
      reduction: {
        init: [x.lit(1, "bool")],
        values: [holds(
          ...dtypes.map((dtype, i) => x.load(i, laneOf[dtype])),
          ...scalars.map((lane, i) => x.scalar(i, lane)),
        )],
        step: [x.and(acc, x.consumed(0, "bool"))],
        merge: [x.and(acc, x.other(0, "bool"))],
      },
      stores: [{ dtype: "bool", value: acc }],
    };
  });
}

/**
 * Calls `fail` unless the kernel finds all elements right; in a capture, in
 * every run. It may read the tensors, as it is called where they have
 * elements, and must throw. Elements on a GPU cannot be looked at.
 */
export function requireAll(
  kernel: Kernel,
  tensors: readonly Tensor[],
  fail: () => never,
  scalars: readonly number[] = [],
): void {
  const { backend, device, numel } = tensors[0]!;
  if (device !== "cpu" || numel === 0) return;
  const axes = tensors[0]!.shape.map((_, d) => d);
  const out = fold(backend, kernel, tensors, axes, false, ["bool"], scalars);
  const { recorder } = capture;
  if (recorder !== null) recorder.assert(out[0]!, tensors, fail);
  else if (out[0]!.itemSync() === 0) fail();
}

/** The first element of `t` that `isWrong` finds so, in row-major order. */
export function findWrong(
  t: Tensor,
  isWrong: (value: number) => boolean,
): number | undefined {
  return Array.from(t.detach().dataSync(), Number).find(isWrong);
}
