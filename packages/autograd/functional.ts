/** Derivatives of functions: nothing that the caller holds changes. */

import { stack, Tensor, zeros, zerosLike } from "@gradus/tensor";
import { showShape } from "@gradus/tensor/internal";
import { grad as gradients, type Tensors } from "./backward.ts";
import { enableGrad } from "./modes.ts";

/** Options of {@linkcode jacobian} and {@linkcode hessian}. */
export interface FunctionalOptions {
  /** Records the computation, so that the result can be differentiated. */
  createGraph?: boolean;
  /** Throws if an output does not depend on an input, instead of returning zeros. */
  strict?: boolean;
}

function listOf(inputs: Tensors): readonly Tensor[] {
  return inputs instanceof Tensor ? [inputs] : inputs;
}

/** The inputs as the start of a graph of their own. */
function prepared(inputs: readonly Tensor[], createGraph: boolean): Tensor[] {
  return inputs.map((t) => {
    if (createGraph && t.requiresGrad) return t.view(t.shape);
    return t.detach().clone().requiresGrad_();
  });
}

/** The Jacobian of one output, row by row, for each input; `name` is for messages. */
function rowsOf(
  output: Tensor,
  inputs: readonly Tensor[],
  options: FunctionalOptions,
  name: string,
): Tensor[] {
  const { createGraph = false, strict = false } = options;
  const flat = output.reshape([-1]);
  const rows: Tensor[][] = inputs.map(() => []);
  for (let i = 0; i < flat.numel; i++) {
    const grads = flat.requiresGrad
      ? gradients(flat.select(0, i), inputs, {
        retainGraph: true,
        createGraph,
        allowUnused: true,
      })
      : inputs.map(() => null);
    grads.forEach((g, k) => {
      if (!g && strict) {
        throw new Error(
          `Cannot compute strict derivatives as element ${i} of the ${name} does not depend on input ${k}`,
        );
      }
      rows[k]!.push(g ?? zerosLike(inputs[k]!));
    });
  }
  return rows.map((list, k) => {
    const shape = [...output.shape, ...inputs[k]!.shape];
    const { dtype, device } = inputs[k]!;
    return list.length === 0
      ? zeros(shape, { dtype, device })
      : stack(list).reshape(shape);
  });
}

/**
 * The Jacobian of `fn` at `inputs`: a tensor of shape `output.shape +
 * input.shape`; for several inputs an array of them.
 *
 * @example
 * ```ts
 * import { jacobian } from "@gradus/autograd";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const x = tensor([1, 2], { dtype: "float32" });
 * assertEquals(jacobian((x) => x.square(), x).arraySync(), [[2, 0], [0, 4]]);
 * ```
 */
export function jacobian(
  fn: (x: Tensor) => Tensor,
  inputs: Tensor,
  options?: FunctionalOptions,
): Tensor;
/** The Jacobians of `fn` with respect to each input. */
export function jacobian(
  fn: (...x: Tensor[]) => Tensor,
  inputs: readonly Tensor[],
  options?: FunctionalOptions,
): Tensor[];
/** The Jacobian of `fn` at `inputs`. */
export function jacobian(
  fn: (...x: Tensor[]) => Tensor,
  inputs: Tensors,
  options: FunctionalOptions = {},
): Tensor | Tensor[] {
  return enableGrad(() => {
    const own = prepared(listOf(inputs), options.createGraph ?? false);
    const rows = rowsOf(fn(...own), own, options, "output");
    return inputs instanceof Tensor ? rows[0]! : rows;
  });
}

/**
 * The Hessian of a function with one output element: a tensor of shape
 * `input.shape + input.shape`; for several inputs `[i][j]` of them.
 *
 * @example
 * ```ts
 * import { hessian } from "@gradus/autograd";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const x = tensor([1, 2], { dtype: "float32" });
 * assertEquals(hessian((x) => x.prod(), x).arraySync(), [[0, 1], [1, 0]]);
 * ```
 */
export function hessian(
  fn: (x: Tensor) => Tensor,
  inputs: Tensor,
  options?: FunctionalOptions,
): Tensor;
/** The Hessian blocks of `fn` for each pair of inputs. */
export function hessian(
  fn: (...x: Tensor[]) => Tensor,
  inputs: readonly Tensor[],
  options?: FunctionalOptions,
): Tensor[][];
/** The Hessian of `fn` at `inputs`. */
export function hessian(
  fn: (...x: Tensor[]) => Tensor,
  inputs: Tensors,
  options: FunctionalOptions = {},
): Tensor | Tensor[][] {
  return enableGrad(() => {
    const own = prepared(listOf(inputs), options.createGraph ?? false);
    const output = fn(...own);
    if (output.numel !== 1) {
      throw new TypeError(
        `Cannot compute a Hessian: expected a function with one output element, got shape ${
          showShape(output.shape)
        }`,
      );
    }
    const first = output.requiresGrad
      ? gradients(output.reshape([]), own, {
        createGraph: true,
        allowUnused: true,
      })
      : own.map(() => null);
    const unused = first.indexOf(null);
    if (unused >= 0 && options.strict) {
      throw new Error(
        `Cannot compute strict derivatives as the output does not depend on input ${unused}`,
      );
    }
    const blocks = first.map((g, i) =>
      rowsOf(g ?? zerosLike(own[i]!), own, options, `gradient of input ${i}`)
    );
    return inputs instanceof Tensor ? blocks[0]![0]! : blocks;
  });
}

/** A tensor, or arrays and records of them. */
export type TensorTree =
  | Tensor
  | readonly TensorTree[]
  | { readonly [key: string]: TensorTree };

/** Replaces the tensors of a tree, in order. */
function mapTree(tree: TensorTree, fn: (t: Tensor) => Tensor): TensorTree {
  if (tree instanceof Tensor) return fn(tree);
  if (Array.isArray(tree)) return tree.map((t) => mapTree(t, fn));
  return Object.fromEntries(
    Object.entries(tree as Record<string, TensorTree>).map((
      [key, value],
    ) => [key, mapTree(value, fn)]),
  );
}

/**
 * A function that returns the value of `fn` and its gradient with respect to
 * the first argument, which may be a tensor or arrays and records of tensors.
 * As in JAX, no state changes.
 *
 * @example
 * ```ts
 * import { valueAndGrad } from "@gradus/autograd";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const square = valueAndGrad((p: { w: typeof w }) => p.w.square().sum());
 * const w = tensor([1, 2], { dtype: "float32" });
 * const [value, grad] = square({ w });
 * assertEquals(value.itemSync(), 5);
 * assertEquals(grad.w.arraySync(), [2, 4]);
 * ```
 */
export function valueAndGrad<P extends TensorTree, A extends unknown[]>(
  fn: (params: P, ...args: A) => Tensor,
): (params: P, ...args: A) => [Tensor, P] {
  return (params, ...args) =>
    enableGrad(() => {
      const leaves: Tensor[] = [];
      const own = mapTree(params, (t) => {
        const leaf = t.detach().requiresGrad_();
        leaves.push(leaf);
        return leaf;
      }) as P;
      const value = fn(own, ...args);
      if (value.ndim !== 0) {
        throw new TypeError(
          `Cannot differentiate a function: expected a result of no dims, got shape ${
            showShape(value.shape)
          }`,
        );
      }
      const grads = value.requiresGrad
        ? gradients(value, leaves, { materializeGrads: true })
        : leaves.map((t) => zerosLike(t));
      let at = 0;
      return [value.detach(), mapTree(params, () => grads[at++]!) as P];
    });
}

/**
 * {@linkcode valueAndGrad} without the value: JAX's `grad`.
 *
 * @example
 * ```ts
 * import { gradOf } from "@gradus/autograd";
 * import { tensor, type Tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const slope = gradOf((x: Tensor) => x.pow(3).sum());
 * const x = tensor([1, 2], { dtype: "float32" });
 * assertEquals(slope(x).arraySync(), [3, 12]);
 * ```
 */
export function gradOf<P extends TensorTree, A extends unknown[]>(
  fn: (params: P, ...args: A) => Tensor,
): (params: P, ...args: A) => P {
  const both = valueAndGrad(fn);
  return (params, ...args) => both(params, ...args)[1];
}
