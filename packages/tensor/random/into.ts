/** Fills tensors from the generator. */

import {
  type Attrs,
  checkWrite,
  defineOp,
  dispatchInto,
  type Op,
} from "../dispatch.ts";
import { arrayOf, type DType, isFloating, type TypedArray } from "../dtype.ts";
import { checkOptions } from "../options.ts";
import { isDense } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { storageView } from "../wasm/device.ts";
import { defaultGenerator } from "./default_generator.ts";
import {
  fillBernoulli,
  fillBernoulliFrom,
  fillExponential,
  fillNormal,
  fillUniform,
  type FloatArray,
} from "./fill.ts";
import { fillRandint, fillRandom } from "./fill_integers.ts";
import type { Generator } from "./generator.ts";

/** Options of random functions. */
export interface RandomOptions {
  /** Where the numbers come from; the default generator if left out. */
  generator?: Generator;
}

const optionNames = ["generator"];

/** What to fill with. */
export type Distribution =
  | { readonly kind: "uniform"; readonly from: number; readonly to: number }
  | { readonly kind: "normal"; readonly mean: number; readonly std: number }
  | { readonly kind: "bernoulli"; readonly p: number | Tensor }
  | { readonly kind: "randint"; readonly low: number; readonly high: number }
  | { readonly kind: "random" }
  | { readonly kind: "exponential"; readonly lambda: number };

function check(target: Tensor, d: Distribution): void {
  const refuse = (what: string, found: unknown) => {
    throw new RangeError(
      `Cannot fill with ${d.kind} numbers: expected ${what}, got ${found}`,
    );
  };
  if (d.kind === "uniform" && !(d.from <= d.to)) {
    refuse("from <= to", `${d.from} and ${d.to}`);
  }
  if (d.kind === "normal" && !(d.std >= 0)) refuse("std >= 0", d.std);
  if (d.kind === "exponential" && !(d.lambda > 0)) {
    refuse("lambda > 0", d.lambda);
  }
  if (d.kind === "randint" && !(d.low < d.high)) {
    refuse("low < high", `${d.low} and ${d.high}`);
  }
  if (
    d.kind === "bernoulli" && typeof d.p === "number" && !(d.p >= 0 && d.p <= 1)
  ) {
    refuse("a probability in [0, 1]", d.p);
  }
  const continuous = d.kind === "uniform" || d.kind === "normal" ||
    d.kind === "exponential";
  if (continuous && !isFloating(target.dtype)) {
    throw new TypeError(
      `Cannot fill a ${target.dtype} tensor with ${d.kind} numbers: expected float32 or float64`,
    );
  }
}

function draw(
  out: TypedArray,
  dtype: DType,
  d: Distribution,
  generator: Generator,
  sequential: boolean,
): void {
  switch (d.kind) {
    case "uniform":
      return fillUniform(out as FloatArray, generator, d.from, d.to);
    case "normal":
      return fillNormal(out as FloatArray, generator, d.mean, d.std, {
        sequential,
      });
    case "exponential":
      return fillExponential(out as FloatArray, generator, d.lambda);
    case "randint":
      return fillRandint(out, generator, d.low, d.high);
    case "random":
      return fillRandom(out, generator, dtype);
    case "bernoulli":
      if (typeof d.p === "number") return fillBernoulli(out, generator, d.p);
      return fillBernoulliFrom(out, generator, d.p.dataSync() as FloatArray);
  }
}

/** `d` with probabilities for every element of `target`, as floating numbers. */
function forElements(d: Distribution, target: Tensor): Distribution {
  if (d.kind !== "bernoulli" || typeof d.p === "number") return d;
  const p = isFloating(d.p.dtype) ? d.p : d.p.float();
  return { ...d, p: p.detach().expand(target.shape) };
}

/** `d` with the probabilities in the order in which the elements of `target` lie in memory. */
function inMemoryOrder(d: Distribution, target: Tensor): Distribution {
  if (d.kind !== "bernoulli" || typeof d.p === "number") return d;
  const { strides } = target;
  const order = target.shape.map((_, dim) => dim)
    .sort((a, b) => strides[b]! - strides[a]! || a - b);
  return { ...d, p: d.p.permute(order) };
}

/** Random numbers in place: the gradient of what was there is 0. */
const random: Op = defineOp({
  name: "random",
  differentiable: true,
  run(inputs, attrs: Attrs): Tensor {
    const out = (inputs[0] as Tensor).detach().clone();
    random.runInto!(out, [out], attrs);
    return out;
  },
  runInto(target, _inputs, attrs) {
    const asked = attrs.distribution as Distribution;
    const generator = attrs.generator as Generator;
    const { storage, dtype, offset, numel } = target;
    checkWrite("random", target, target.shape, dtype);
    if (numel === 0) return;
    // Numbers are drawn in the order of memory, as PyTorch does.
    const inOrder = isDense(target.shape, target.strides);
    const sequential = !target.isContiguous();
    const d = inOrder ? inMemoryOrder(asked, target) : asked;
    if (target.device === "cpu" && inOrder) {
      const view = storageView(storage, dtype, offset, numel);
      draw(view, dtype, d, generator, sequential);
      return;
    }
    const numbers = arrayOf(dtype, numel);
    draw(numbers, dtype, d, generator, sequential);
    if (inOrder) {
      target.backend.write(storage, dtype, offset, numbers);
      return;
    }
    const dense = target.detach().contiguous();
    dense.backend.write(dense.storage, dtype, dense.offset, numbers);
    target.detach().copy_(dense);
  },
});

/** Fills `target` with random numbers. */
export function randomFill(
  target: Tensor,
  distribution: Distribution,
  options: RandomOptions,
): Tensor {
  checkOptions("draw numbers", options, optionNames);
  check(target, distribution);
  return dispatchInto(random, target, [target], {
    distribution: forElements(distribution, target),
    generator: options.generator ?? defaultGenerator,
  });
}
