import type { Tensor } from "@gradus/tensor";
import { AlgorithmOptimizer } from "./algorithm.ts";
import {
  rowsOf,
  type SparseAdamHyper,
  sparseAdamRule,
  type SparseAdamState,
} from "./algorithms/sparse_adam.ts";
import type { OptionsOf } from "./modifiers.ts";
import type { Params } from "./param_groups.ts";
import type { ScalarOrSchedule } from "./transformations/schedule.ts";
import {
  type GradientTransformation,
  transformationOf,
} from "./transformations/transformation.ts";

/** Options of {@linkcode SparseAdam}. */
export type SparseAdamOptions = OptionsOf<SparseAdamHyper>;

/**
 * Adam (Kingma and Ba 2015) for tables of vectors (`Embedding` with `sparse`):
 * a step changes only the rows that were looked up since gradients were zeroed,
 * in time that depends on their number and not on the size of the table.
 *
 * Gradients must come from lookups alone and reach the step as `backward()`
 * left them: drop them in `zeroGrad`, do not fill them with zeros, and do not
 * clip them. A compiled function zeroes gradients, computes them and steps, or
 * does nothing of that.
 *
 * State per parameter: `step`, `expAvg`, `expAvgSq`.
 *
 * @example
 * ```ts
 * import { Embedding } from "@gradus/nn";
 * import { SparseAdam } from "@gradus/optim";
 * import { tensor, zeros } from "@gradus/tensor";
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 *
 * const words = new Embedding(4, 1, { sparse: true, weight: zeros([4, 1]) });
 * const optimizer = new SparseAdam(words.parameters(), { lr: 0.25 });
 * words.forward(tensor([3, 1, 3])).sum().backward();
 * optimizer.step();
 * const [first, second, third, fourth] = words.weight.view(-1).arraySync() as number[];
 * assertEquals([first, third], [0, 0]);
 * assertAlmostEquals(second!, -0.25, 1e-6);
 * assertAlmostEquals(fourth!, -0.25, 1e-6);
 * ```
 */
export class SparseAdam
  extends AlgorithmOptimizer<SparseAdamHyper, SparseAdamState> {
  /**
   * SparseAdam on `params`.
   *
   * @throws {TypeError} if an option is unknown or has the wrong type.
   * @throws {RangeError} if `lr` is below 0, `eps` not above 0, a beta outside
   * of [0, 1), or `differentiable` is set.
   */
  constructor(
    params: Params<SparseAdamHyper>,
    options: SparseAdamOptions = {},
  ) {
    super(sparseAdamRule, params, options);
  }

  /** The rows that the gradients are about; all must know. */
  protected override gradientRows(): ReadonlyMap<Tensor, Tensor> {
    const rows = new Map<Tensor, Tensor>();
    for (const { params } of this.paramGroups) {
      for (const param of params) {
        const { grad } = param;
        if (grad) rows.set(param, rowsOf(grad));
      }
    }
    return rows;
  }
}

/**
 * The composable face of {@linkcode SparseAdam}, for gradients that know their
 * rows; updates are zero in the other ones.
 *
 * @param learningRate A number, a tensor of one element, or a schedule.
 * @param options The options of {@linkcode SparseAdam} but `lr`.
 * @throws {TypeError} if an option is unknown or has the wrong type.
 * @throws {RangeError} if one is out of range.
 *
 * @example
 * ```ts
 * import { embedding } from "@gradus/nn";
 * import { applyUpdates, sparseAdam } from "@gradus/optim";
 * import { tensor, zeros } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const table = zeros([3, 1], { requiresGrad: true });
 * const optimizer = sparseAdam(0.25);
 * const state = optimizer.init([table]);
 * embedding(tensor([2]), table, { sparse: true }).sum().backward();
 * const [updates] = optimizer.update([table.grad!], state, [table]);
 * const [moved] = applyUpdates([table.detach()], updates);
 * assertEquals(moved!.ne(0).arraySync(), [[false], [false], [true]]);
 * ```
 */
export function sparseAdam(
  learningRate: ScalarOrSchedule,
  options: Omit<SparseAdamOptions, "lr"> = {},
): GradientTransformation {
  return transformationOf(sparseAdamRule, learningRate, options);
}
