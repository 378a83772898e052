/** How an average takes in another value. */

import { noGrad } from "@gradus/autograd";
import type { Tensor } from "@gradus/tensor";

/**
 * The new average from the present one of `numAveraged` values, a parameter
 * and how many values the average is made of.
 */
export type AveragingFunction = (
  averaged: Tensor,
  current: Tensor,
  numAveraged: Tensor | number,
) => Tensor;

/** The same for lists of tensors of one type; it changes the averages in place. */
export type MultiAveragingFunction = (
  averaged: readonly Tensor[],
  current: readonly Tensor[],
  numAveraged: Tensor | number,
) => void;

function isFloating({ dtype }: Tensor): boolean {
  return dtype === "float32" || dtype === "float64";
}

function checkDecay(decay: number): void {
  if (decay >= 0 && decay <= 1) return;
  throw new RangeError(
    `Cannot average with this decay: expected a number in [0, 1], got ${decay}`,
  );
}

/** One more than the number of values so far. */
function oneMore(numAveraged: Tensor | number): Tensor | number {
  return typeof numAveraged === "number" ? numAveraged + 1 : numAveraged.add(1);
}

/**
 * The running mean, `averaged + (current - averaged) / (numAveraged + 1)`.
 *
 * @example
 * ```ts
 * import { getSwaAvgFn } from "@gradus/optim/swa_utils";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const mean = getSwaAvgFn();
 * assertEquals(mean(tensor([1.5]), tensor([4.5]), 2).arraySync(), [2.5]);
 * ```
 */
export function getSwaAvgFn(): AveragingFunction {
  return (averaged, current, numAveraged) =>
    noGrad(() => averaged.add(current.sub(averaged).div(oneMore(numAveraged))));
}

/**
 * The exponential moving average, `decay averaged + (1 - decay) current`.
 *
 * @throws {RangeError} if `decay` is not in [0, 1].
 *
 * @example
 * ```ts
 * import { getEmaAvgFn } from "@gradus/optim/swa_utils";
 * import { tensor } from "@gradus/tensor";
 * import { assertEquals } from "@std/assert";
 *
 * const ema = getEmaAvgFn(0.75);
 * assertEquals(ema(tensor([1.5]), tensor([3.5]), 9).arraySync(), [2]);
 * ```
 */
export function getEmaAvgFn(decay = 0.999): AveragingFunction {
  checkDecay(decay);
  return (averaged, current) =>
    noGrad(() => averaged.mul(decay).add(current.mul(1 - decay)));
}

/**
 * {@linkcode getSwaAvgFn} for lists, in place. The weight of a value is exact in
 * float64, where PyTorch rounds it to float32.
 */
export function getSwaMultiAvgFn(): MultiAveragingFunction {
  const mean = getSwaAvgFn();
  return (averaged, current, numAveraged) =>
    noGrad(() => {
      const count = oneMore(numAveraged);
      const weight = typeof count === "number"
        ? 1 / count
        : count.double().reciprocal();
      averaged.forEach((average, i) => {
        if (isFloating(average)) average.lerp_(current[i]!, weight);
        else average.copy_(mean(average, current[i]!, numAveraged));
      });
    });
}

/**
 * {@linkcode getEmaAvgFn} for lists, in place.
 *
 * @throws {RangeError} if `decay` is not in [0, 1].
 */
export function getEmaMultiAvgFn(decay = 0.999): MultiAveragingFunction {
  checkDecay(decay);
  const ema = getEmaAvgFn(decay);
  return (averaged, current, numAveraged) =>
    noGrad(() =>
      averaged.forEach((average, i) => {
        if (isFloating(average)) average.lerp_(current[i]!, 1 - decay);
        else average.copy_(ema(average, current[i]!, numAveraged));
      })
    );
}
