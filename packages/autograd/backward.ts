/** `backward` and `grad`. */

import {
  type BackwardOptions,
  onesLike,
  Tensor,
  zerosLike,
} from "@gradus/tensor";
import { sameShape, showShape } from "@gradus/tensor/internal";
import { edgeOf, requireEdge, retainGrad } from "./accumulate.ts";
import { type Root, run } from "./engine.ts";

/** One tensor or several. */
export type Tensors = Tensor | readonly Tensor[];

function listOf(tensors: Tensors): readonly Tensor[] {
  return tensors instanceof Tensor ? [tensors] : tensors;
}

function rootsOf(
  tensors: readonly Tensor[],
  gradients: readonly (Tensor | null | undefined)[] | undefined,
): Root[] {
  if (gradients && gradients.length !== tensors.length) {
    throw new TypeError(
      `Cannot run backward: expected ${tensors.length} gradients, got ${gradients.length}`,
    );
  }
  return tensors.map((t, i) => {
    const edge = edgeOf(t);
    if (!edge) {
      throw new Error(
        "Cannot run backward from a tensor that does not require a gradient and has no gradFn",
      );
    }
    return { edge, grad: rootGrad(t, gradients?.[i] ?? null) };
  });
}

function rootGrad(t: Tensor, given: Tensor | null): Tensor {
  if (given === null) {
    if (t.numel === 1) return onesLike(t);
    throw new Error(
      `Cannot run backward without a gradient from a tensor of shape ${
        showShape(t.shape)
      }: only tensors with one element have the implicit gradient 1`,
    );
  }
  if (!(given instanceof Tensor)) {
    throw new TypeError(
      `Cannot run backward: expected a tensor or null as gradient, got ${typeof given}; options are the second argument`,
    );
  }
  if (!sameShape(given.shape, t.shape)) {
    throw new TypeError(
      `Cannot run backward: expected a gradient of shape ${
        showShape(t.shape)
      }, got ${showShape(given.shape)}`,
    );
  }
  return given.dtype === t.dtype ? given : given.to(t.dtype);
}

/**
 * Computes the gradients of the sum of `tensors`, weighted by `gradients`, and
 * adds them to the `grad` of the leaves (or of `options.inputs` alone, which
 * may be other tensors than leaves).
 *
 * @throws {Error} if a tensor has no graph, or the graph was freed.
 * @throws {TypeError} if a gradient does not have the shape of its tensor.
 *
 * @example
 * ```ts
 * import { backward } from "@gradus/autograd";
 * import { ones } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const x = ones([2], { requiresGrad: true });
 * backward([x.mul(3).sum(), x.square().sum()]);
 * assertEquals(x.grad?.arraySync(), [5, 5]);
 * ```
 */
export function backward(
  tensors: Tensors,
  gradients?: readonly (Tensor | null | undefined)[],
  options: BackwardOptions = {},
): void {
  const { createGraph = false, inputs } = options;
  if (inputs?.length === 0) {
    throw new Error(
      "Cannot run backward: expected at least one input, got none",
    );
  }
  const roots = rootsOf(listOf(tensors), gradients);
  const targets = inputs?.map((t, i) =>
    requireEdge(t, `accumulate the gradient of input ${i},`)
  );
  inputs?.forEach(retainGrad);
  run(roots, {
    createGraph,
    retainGraph: options.retainGraph ?? createGraph,
    targets,
    accumulate: true,
  });
}

/** Options of {@linkcode grad}. */
export interface GradOptions {
  /** Gradients of the objective with respect to the outputs; 1 for outputs with one element. */
  gradOutputs?: readonly (Tensor | null | undefined)[];
  /** Keeps saved values for another backward; defaults to `createGraph`. */
  retainGraph?: boolean;
  /** Records the backward pass, so that the result can be differentiated. */
  createGraph?: boolean;
  /** Returns null for inputs that the outputs do not depend on, instead of throwing. */
  allowUnused?: boolean;
  /** Returns zeros for inputs that the outputs do not depend on. */
  materializeGrads?: boolean;
}

/**
 * The gradients of the sum of `outputs` with respect to `inputs`. No `grad`
 * of a leaf changes.
 *
 * @throws {Error} if an input does not require a gradient, or was not used and
 * neither `allowUnused` nor `materializeGrads` is set.
 *
 * @example
 * ```ts
 * import { grad } from "@gradus/autograd";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const x = tensor(2, { dtype: "float64", requiresGrad: true });
 * const [first] = grad(x.pow(3), [x], { createGraph: true });
 * const [second] = grad(first!, [x]);
 * assertEquals([first!.itemSync(), second!.itemSync()], [12, 12]);
 * ```
 */
export function grad(
  outputs: Tensors,
  inputs: Tensors,
  options: GradOptions = {},
): (Tensor | null)[] {
  const ins = listOf(inputs);
  const { createGraph = false, materializeGrads = false } = options;
  const { allowUnused = materializeGrads } = options;
  if (ins.length === 0) {
    throw new Error(
      "Cannot compute gradients: expected at least one input, got none",
    );
  }
  if (materializeGrads && !allowUnused) {
    throw new TypeError(
      "Cannot compute gradients: materializeGrads needs allowUnused",
    );
  }
  const roots = rootsOf(listOf(outputs), options.gradOutputs);
  const grads = run(roots, {
    createGraph,
    retainGraph: options.retainGraph ?? createGraph,
    targets: ins.map((t, i) =>
      requireEdge(t, `compute the gradient of input ${i},`)
    ),
    accumulate: false,
  });
  return grads.map((g, i) => {
    if (g) return g;
    if (materializeGrads) return zerosLike(ins[i]!);
    if (allowUnused) return null;
    throw new Error(
      `Cannot compute the gradient of input ${i} as the outputs do not depend on it: use allowUnused to get null`,
    );
  });
}
