/** Checks of elements, in one pass that reads nothing back but the answer. */

import type { DType } from "../dtype.ts";
import * as x from "../expr.ts";
import type { Expr } from "../expr.ts";
import { type Kernel, laneOf } from "../kernel.ts";
import type { Tensor } from "../tensor.ts";
import { fold } from "./fold.ts";

/** Makes kernels that tell whether `holds` is true of all elements of tensors of one shape. */
export function allKernels(
  name: string,
  holds: (...args: Expr[]) => Expr,
  scalars: Kernel["scalars"] = [],
): (...dtypes: DType[]) => Kernel {
  const kernels = new Map<string, Kernel>();
  return (...dtypes) => {
    const key = dtypes.join();
    let kernel = kernels.get(key);
    if (!kernel) {
      const acc = x.acc(0, "bool");
      kernel = {
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
      kernels.set(key, kernel);
    }
    return kernel;
  };
}

/** Whether the kernel finds all elements right; elements on a GPU cannot be looked at. */
export function allHold(
  kernel: Kernel,
  tensors: readonly Tensor[],
  scalars: readonly number[] = [],
): boolean {
  const { backend, device, numel } = tensors[0]!;
  if (device !== "cpu" || numel === 0) return true;
  const axes = tensors[0]!.shape.map((_, d) => d);
  const out = fold(backend, kernel, tensors, axes, false, ["bool"], scalars);
  return out[0]!.itemSync() !== 0;
}
