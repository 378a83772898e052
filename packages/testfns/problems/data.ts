/** The data of problems: made once from a seed, in both types, drawn in batches. */

import { cat, type Generator, randperm, type Tensor } from "@gradus/tensor";
import type { ParamType } from "./problem.ts";

/** Shuffles that are made; after them the first one follows again. */
const SHUFFLES = 32;

/** A tensor in the types that parameters may have, so that no step converts it. */
export type InBothTypes = Readonly<Record<ParamType, Tensor>>;

/** `t`, which is float64, in both types. */
export function inBothTypes(t: Tensor): InBothTypes {
  return { float32: t.to("float32"), float64: t };
}

/** The one of the type of the parameters. */
export function like(data: InBothTypes, params: readonly Tensor[]): Tensor {
  return data[params[0]!.dtype as ParamType];
}

/** A new parameter of a type with the values of `t`. */
export function leaf(t: Tensor, dtype: ParamType): Tensor {
  return t.to(dtype).clone().requiresGrad_();
}

/**
 * Which samples are in the batch of a step: every sample once, in random order,
 * then again in another order. The last samples of a shuffle that do not fill a
 * batch are left out.
 */
export function batches(
  samples: number,
  batchSize: number,
  generator: Generator,
): (step: Tensor) => Tensor {
  const perShuffle = Math.floor(samples / batchSize);
  const shuffles = Array.from(
    { length: SHUFFLES },
    () =>
      randperm(samples, { generator }).at(`:${perShuffle * batchSize}`)
        .view(perShuffle, batchSize),
  );
  const table = cat(shuffles);
  return (step) =>
    table.indexSelect(0, step.remainder(table.shape[0]!).view(1)).view(-1);
}

/**
 * Throws unless an option of a problem is right.
 *
 * @throws {RangeError} that names the option.
 */
export function checkNumber(
  problem: string,
  name: string,
  value: number,
  expected: string,
  isRight: boolean,
): void {
  if (typeof value === "number" && isRight) return;
  throw new RangeError(
    `Cannot make ${problem} with this ${name}: expected ${expected}, got ${value}`,
  );
}

/** Throws unless an option is a whole number between `least` and `most`. */
export function checkCount(
  problem: string,
  name: string,
  value: number,
  least: number,
  most = Infinity,
): void {
  const expected = `a whole number of at least ${least}${
    most < Infinity ? ` and at most ${most}` : ""
  }`;
  const isRight = Number.isInteger(value) && value >= least && value <= most;
  checkNumber(problem, name, value, expected, isRight);
}
