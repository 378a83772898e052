/**
 * Emits the WGSL of kernels. Sizes, strides, offsets and scalars come from a
 * uniform buffer, so that one pipeline serves all shapes of a structure.
 * Nothing that is emitted depends on timing.
 */

import { cast, type Expr } from "../expr.ts";
import { type Kernel, laneOf } from "../kernel.ts";
import { FoldModule } from "./fold.ts";
import { Module } from "./module.ts";
import { portable } from "./portable.ts";
import { pointwiseGroup, type Shader, type Variant } from "./variant.ts";

/** The shader of `kernel` for `variant`. */
export function emitKernel(kernel: Kernel, variant: Variant): Shader {
  const ready = prepare(kernel);
  return ready.reduction
    ? new FoldModule(ready, variant).emit()
    : new PointwiseModule(ready, variant).emit();
}

/** The kernel in expressions that WGSL can do, whose stores have the lanes of their types. */
function prepare(kernel: Kernel): Kernel {
  const rewrite = portable();
  const each = (list: readonly Expr[]) => list.map(rewrite);
  const { reduction } = kernel;
  return {
    ...kernel,
    stores: kernel.stores.map((s) => ({
      ...s,
      value: rewrite(cast(s.value, laneOf[s.dtype])),
      ...(s.at ? { at: rewrite(s.at) } : {}),
    })),
    ...(reduction
      ? {
        reduction: {
          init: each(reduction.init),
          values: each(reduction.values),
          step: each(reduction.step),
          merge: each(reduction.merge),
        },
      }
      : {}),
  };
}

/** A kernel without a fold. */
class PointwiseModule extends Module {
  protected override readonly groupSize = pointwiseGroup;

  protected override body(): void {
    const { kept, folded } = this.variant;
    const rank = kept + folded;
    this.line(`let at = group * ${pointwiseGroup}u + local;`);
    this.line(`if (at >= ${this.header("count")}) { return; }`);
    this.coordinates("at", 0, kept);
    // Axes that are taken in order nest as they do on the CPU.
    for (let axis = kept; axis < rank; axis++) {
      this.line(
        `for (var c${axis} = 0i; c${axis} < i32(n${axis}); c${axis}++) {`,
      );
    }
    this.movePointers(0, rank);
    this.storeAll();
    this.line("}".repeat(folded));
  }
}
