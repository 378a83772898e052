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
import { allocate, commonDevice } from "../ops/allocate.ts";
import { onMemory } from "../ops/on_memory.ts";
import { isDense } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { defaultGenerator } from "./default_generator.ts";
import {
  fillBernoulli,
  fillBernoulliFrom,
  fillExponential,
  fillNormal,
  fillUniform,
  type FloatArray,
} from "./fill.ts";
import { fillWith } from "./fill_with.ts";
import { fillRandint, fillRandom, randpermInto } from "./fill_integers.ts";
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
  | { readonly kind: "exponential"; readonly lambda: number }
  /** The numbers from 0 up, shuffled; for int64 vectors. */
  | { readonly kind: "randperm" }
  /** Uniform numbers of [0, 1) where the mask is true and 0 elsewhere; for float64. */
  | { readonly kind: "uniformWhere"; readonly mask: Tensor };

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

/** The tensor that a distribution depends on, if any: one element for each that is drawn. */
function givenOf(d: Distribution): Tensor | null {
  if (d.kind === "bernoulli" && typeof d.p === "object") return d.p;
  return d.kind === "uniformWhere" ? d.mask : null;
}

/** Draws the numbers of `d` into `out`; `given` are the elements of {@linkcode givenOf}. */
function draw(
  out: TypedArray,
  dtype: DType,
  d: Distribution,
  generator: Generator,
  sequential: boolean,
  given: TypedArray | undefined,
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
    case "randperm":
      return randpermInto(out as BigInt64Array, generator);
    case "uniformWhere":
      return fillWith(out, (i) => given![i] ? generator.uniform64() : 0);
    case "bernoulli":
      if (typeof d.p === "number") return fillBernoulli(out, generator, d.p);
      return fillBernoulliFrom(out, generator, given as FloatArray);
  }
}

/** `d` with probabilities for every element of `target`, as floating numbers. */
function forElements(d: Distribution, target: Tensor): Distribution {
  if (d.kind !== "bernoulli" || typeof d.p === "number") return d;
  const p = d.p.detach();
  return {
    ...d,
    p: (isFloating(p.dtype) ? p : p.float()).expand(target.shape),
  };
}

/** What `d` depends on as a gapless tensor in the order of `dims`, which drawing into `target` cannot change. */
function linedUp(
  d: Distribution,
  target: Tensor,
  dims: readonly number[],
): Tensor | null {
  const given = givenOf(d)?.permute(dims).contiguous();
  if (given === undefined) return null;
  return given.storage === target.storage ? given.clone() : given;
}

/** The dims of a tensor from the outermost in memory to the innermost. */
function memoryOrder({ shape, strides }: Tensor): number[] {
  return shape.map((_, dim) => dim)
    .sort((a, b) => strides[b]! - strides[a]! || a - b);
}

/** Draws the numbers of `d` into the memory of a gapless tensor. */
function fill(
  target: Tensor,
  d: Distribution,
  generator: Generator,
  given: Tensor | null,
  sequential: boolean,
): void {
  const { backend, storage, dtype, offset, numel } = target;
  if (target.device === "cpu") {
    const reads = given ? [given] : [];
    commonDevice("draw numbers for", [target, ...reads]);
    onMemory(`random.${d.kind}`, reads, [target], (views) => {
      const out = views[reads.length]!;
      draw(out, dtype, d, generator, sequential, given ? views[0] : undefined);
    });
    return;
  }
  const numbers = arrayOf(dtype, numel);
  draw(numbers, dtype, d, generator, sequential, given?.dataSync());
  backend.write(storage, dtype, offset, numbers);
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
    const d = attrs.distribution as Distribution;
    const generator = attrs.generator as Generator;
    const { backend, dtype, shape } = target;
    checkWrite("random", target, shape, dtype);
    if (target.numel === 0) return;
    // Numbers are drawn in the order of memory, as PyTorch does.
    if (isDense(shape, target.strides)) {
      const given = linedUp(d, target, memoryOrder(target));
      fill(target, d, generator, given, !target.isContiguous());
      return;
    }
    const dense = allocate(backend, dtype, shape);
    const given = linedUp(d, target, shape.map((_, dim) => dim));
    fill(dense, d, generator, given, true);
    target.detach().copy_(dense);
  },
});

/** Fills `target` with random numbers. */
export function randomFill(
  target: Tensor,
  distribution: Distribution,
  options: RandomOptions = {},
): Tensor {
  checkOptions("draw numbers", options, optionNames);
  check(target, distribution);
  return dispatchInto(random, target, [target], {
    distribution: forElements(distribution, target),
    generator: options.generator ?? defaultGenerator,
  });
}

/** Uniform numbers of [0, 1) in float64 where `mask` is true, as many as are needed, and 0 elsewhere. */
export function uniformWhere(mask: Tensor): Tensor {
  const out = allocate(mask.backend, "float64", mask.shape);
  return randomFill(out, { kind: "uniformWhere", mask: mask.detach() });
}
