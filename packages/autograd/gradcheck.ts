/** Checking derivatives against finite differences. */

import { rand, type Tensor, zeros } from "@gradus/tensor";
import { checkOptions, refuseInCapture } from "@gradus/tensor/internal";
import { grad } from "./backward.ts";
import { enableGrad, noGrad } from "./modes.ts";

/** Options of {@linkcode gradcheck} and {@linkcode gradgradcheck}. */
export interface GradcheckOptions {
  /** Step of the central differences; 1e-6 if left out. */
  eps?: number;
  /** Absolute tolerance; 1e-5 if left out. */
  atol?: number;
  /** Relative tolerance; 1e-3 if left out. */
  rtol?: number;
}

const optionNames: readonly (keyof GradcheckOptions)[] = [
  "eps",
  "atol",
  "rtol",
];

/** A function of tensors whose derivatives are checked. */
export type CheckedFunction = (...x: Tensor[]) => Tensor | readonly Tensor[];

function isFloating(t: Tensor): boolean {
  return t.dtype === "float32" || t.dtype === "float64";
}

function outputsOf(fn: CheckedFunction, inputs: readonly Tensor[]): Tensor[] {
  const out = fn(...inputs);
  const list = Array.isArray(out) ? out as Tensor[] : [out as Tensor];
  return list.filter(isFloating);
}

function values(t: Tensor): number[] {
  return Array.from(t.detach().dataSync(), Number);
}

/** The inputs whose differences are too coarse, in words; empty if there are none. */
function coarseInputs(inputs: readonly Tensor[]): string {
  return inputs.flatMap(({ requiresGrad, dtype }, i) =>
    requiresGrad && dtype !== "float64" ? [`input ${i} in ${dtype}`] : []
  ).join(", ");
}

/** Columns of the Jacobian by central differences: [output][input element][output element]. */
function numerical(
  fn: CheckedFunction,
  inputs: readonly Tensor[],
  input: Tensor,
  eps: number,
): number[][][] {
  const columns: number[][][] = [];
  const flat = input.detach();
  const places = positions(input);
  for (const place of places) {
    const cell = flat.asStrided([], [], place);
    const value = cell.itemSync();
    const at = (x: number) =>
      noGrad(() => {
        cell.fill_(x);
        return outputsOf(fn, inputs).map(values);
      });
    const [high, low] = [at(value + eps), at(value - eps)];
    noGrad(() => cell.fill_(value));
    high.forEach((h, o) => {
      (columns[o] ??= []).push(h.map((y, i) => (y - low[o]![i]!) / (2 * eps)));
    });
  }
  return columns;
}

/** Where the elements of a tensor are in its storage, in row-major order. */
function positions(t: Tensor): number[] {
  let places = [t.offset];
  t.shape.forEach((size, d) => {
    places = places.flatMap((p) =>
      Array.from({ length: size }, (_, i) => p + i * t.strides[d]!)
    );
  });
  return places;
}

/**
 * Checks the gradients of `fn` at `inputs` against central differences, that
 * a second backward gives the same, and that a gradient of zero gives zeros.
 * Use float64: differences of float32 are too coarse for the tolerances, which
 * a warning says if an input that requires a gradient is not.
 *
 * @returns true
 * @throws {Error} that shows the first element that differs by more than
 * `atol + rtol * |numerical|`.
 * @throws {TypeError} if no input requires a gradient, one is expanded, or an option is unknown.
 *
 * @example
 * ```ts
 * import { gradcheck } from "@gradus/autograd";
 * import { tensor } from "@gradus/tensor";
 * import { assert } from "@std/assert";
 *
 * const x = tensor([0.5, 1.5], { dtype: "float64", requiresGrad: true });
 * assert(gradcheck((x) => x.sin().mul(x), [x]));
 * ```
 */
export function gradcheck(
  fn: CheckedFunction,
  inputs: readonly Tensor[],
  options: GradcheckOptions = {},
): true {
  refuseInCapture("check gradients");
  checkOptions("check gradients", options, optionNames);
  const { eps = 1e-6, atol = 1e-5, rtol = 1e-3 } = options;
  const wanted = inputs.filter((t) => t.requiresGrad);
  if (wanted.length === 0) {
    throw new TypeError(
      "Cannot check gradients: expected an input that requires a gradient",
    );
  }
  if (
    wanted.some((t) => t.strides.some((s, d) => s === 0 && t.shape[d]! > 1))
  ) {
    throw new TypeError(
      "Cannot check gradients of an expanded input as its elements share memory",
    );
  }
  const coarse = coarseInputs(inputs);
  if (coarse !== "") {
    console.warn(
      `gradcheck got ${coarse}: give it float64, or differences are too coarse and the check will likely fail`,
    );
  }
  const outputs = outputsOf(fn, inputs);
  const analytic = outputs.map((out) => analyticRows(out, wanted));
  const repeated = outputs.map((out) => analyticRows(out, wanted));
  if (String(repeated) !== String(analytic)) {
    throw new Error(
      "Gradient check failed: a second backward gave other gradients than the first",
    );
  }
  checkZero(outputs, wanted);
  // From here on inputs are changed in place, so saved values are stale.
  wanted.forEach((input, k) => {
    const columns = numerical(fn, inputs, input, eps);
    outputs.forEach((out, o) => {
      for (let i = 0; i < out.numel; i++) {
        for (let j = 0; j < input.numel; j++) {
          const expected = columns[o]![j]![i]!;
          const found = analytic[o]![i]![k]![j]!;
          const close =
            Math.abs(found - expected) <= atol + rtol * Math.abs(expected);
          if (!close) {
            throw new Error(
              `Gradient check failed: derivative of element ${i} of output ${o} by element ${j} of input ${
                inputs.indexOf(input)
              } is ${found}, by finite differences ${expected}${
                coarse && `; inputs should be float64, got ${coarse}`
              }`,
            );
          }
        }
      }
    });
  });
  return true;
}

/** Gradients by output element, input and input element. */
function analyticRows(out: Tensor, inputs: readonly Tensor[]): number[][][] {
  const rows: number[][][] = [];
  for (let i = 0; i < out.numel; i++) {
    const unit = zeros([out.numel], { dtype: out.dtype });
    unit.select(0, i).fill_(1);
    rows.push(rowsFor(out, inputs, unit.view(out.shape)));
  }
  return rows;
}

function rowsFor(
  out: Tensor,
  inputs: readonly Tensor[],
  gradOutput: Tensor,
): number[][] {
  const grads = out.requiresGrad
    ? grad(out, inputs, {
      gradOutputs: [gradOutput],
      retainGraph: true,
      allowUnused: true,
    })
    : inputs.map(() => null);
  return grads.map((g, k) =>
    g ? values(g) : new Array<number>(inputs[k]!.numel).fill(0)
  );
}

function checkZero(
  outputs: readonly Tensor[],
  inputs: readonly Tensor[],
): void {
  for (const out of outputs) {
    const zero = zeros(out.shape, { dtype: out.dtype });
    for (const row of rowsFor(out, inputs, zero)) {
      const found = row.find((v) => v !== 0);
      if (found !== undefined) {
        throw new Error(
          `Gradient check failed: a gradient of zeros gives ${found}`,
        );
      }
    }
  }
}

/**
 * Checks second derivatives: {@linkcode gradcheck} of the map from inputs and
 * random output gradients to input gradients.
 *
 * @returns true
 * @throws {Error} that shows the first element that differs.
 * @throws {TypeError} if an option is unknown.
 *
 * @example
 * ```ts
 * import { gradgradcheck } from "@gradus/autograd";
 * import { tensor } from "@gradus/tensor";
 * import { assert } from "@std/assert";
 *
 * const x = tensor([0.5, 1.5], { dtype: "float64", requiresGrad: true });
 * assert(gradgradcheck((x) => x.sin().mul(x), [x]));
 * ```
 */
export function gradgradcheck(
  fn: CheckedFunction,
  inputs: readonly Tensor[],
  options: GradcheckOptions = {},
): true {
  refuseInCapture("check gradients");
  checkOptions("check gradients", options, optionNames);
  const outputs = outputsOf(fn, inputs).filter((o) => o.requiresGrad);
  const gradOutputs = outputs.map((o) =>
    rand(o.shape, { dtype: o.dtype }).mul(2).sub(1).requiresGrad_()
  );
  const wanted = inputs.filter((t) => t.requiresGrad);
  const first = (...all: Tensor[]): Tensor[] => {
    const own = all.slice(0, inputs.length);
    const outs = outputsOf(fn, own).filter((o) => o.requiresGrad);
    const leaves = wanted.map((t) => own[inputs.indexOf(t)]!);
    // Inputs that the first derivative does not depend on have gradients without a graph.
    return grad(outs, leaves, {
      gradOutputs: all.slice(inputs.length),
      createGraph: true,
      allowUnused: true,
    }).filter((g) => g !== null);
  };
  // Finite differences run without recording, but the first derivative needs it.
  return gradcheck(
    (...all) => enableGrad(() => first(...all)),
    [...inputs, ...gradOutputs],
    options,
  );
}
