/** Momentum that goes up and down with the learning rate. */

import type { OptimizerLike } from "../optimizer.ts";
import type { ScheduledGroup } from "./scheduler.ts";

/**
 * Whether the first of `betas` stands for momentum.
 *
 * @throws {RangeError} if the optimizer has neither.
 */
export function usesBeta1(
  scheduler: string,
  { defaults }: OptimizerLike,
): boolean {
  if ("betas" in defaults) return true;
  if ("momentum" in defaults) return false;
  throw new RangeError(
    `Cannot make ${scheduler} with cycleMomentum as the optimizer has neither momentum nor betas: set cycleMomentum to false`,
  );
}

/** Sets the momentum of a group. */
export function writeMomentum(
  group: ScheduledGroup,
  useBeta1: boolean,
  momentum: number,
): void {
  if (useBeta1) {
    const [, ...others] = group.betas as readonly number[];
    group.betas = [momentum, ...others];
  } else group.momentum = momentum;
}
