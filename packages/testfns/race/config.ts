/** The hyper-parameters that a race tries. */

import { Generator, rand } from "@gradus/tensor";
import type { Entry, SearchSpace } from "./competitor.ts";

/** Hyper-parameters of a run: those that were tuned. */
export type RaceConfig = Readonly<Record<string, unknown>> & {
  /** The learning rate. */
  readonly lr: number;
};

/** Values from `low` to `high` whose ratios are equal: the middle, if there is one. */
export function logSpaced(low: number, high: number, count: number): number[] {
  if (low === high) return [low];
  if (count === 1) return [tidy(Math.sqrt(low) * Math.sqrt(high))];
  return Array.from(
    { length: count },
    (_, i) => tidy(low * (high / low) ** (i / (count - 1))),
  );
}

/** Powers of ten should look like such. */
function tidy(value: number): number {
  return Number(value.toPrecision(12));
}

/**
 * As many configurations as there are trials: learning rates on a grid, for
 * each choice of what else is sought. Where trials do not divide evenly, the
 * first choices get one more. There are fewer only of a learning rate that is
 * not tuned.
 *
 * @throws {RangeError} if there are more choices than trials, or a space is a range.
 */
export function gridOf(entry: Entry, trials: number): RaceConfig[] {
  let choices: Record<string, unknown>[] = [{}];
  for (const [name, space] of Object.entries(entry.search)) {
    if (!isList(space)) {
      throw new RangeError(
        `Cannot race ${entry.name} on a grid as ${name} has a range: give a list of values or use tuning "random"`,
      );
    }
    choices = choices.flatMap((choice) =>
      space.map((value) => ({ ...choice, [name]: value }))
    );
  }
  if (choices.length > trials) {
    throw new RangeError(
      `Cannot race ${entry.name} on a grid: expected at least ${choices.length} trials for its choices, got ${trials}`,
    );
  }
  return choices.flatMap((choice, i) => {
    const rates = Math.ceil((trials - i) / choices.length);
    return logSpaced(...entry.lr, rates).map((lr) => ({ ...choice, lr }));
  });
}

/**
 * As many configurations as there are trials, drawn at random. With the same
 * seed, the learning rates of two competitors are at the same places of their
 * ranges, so that nobody is lucky there.
 */
export function drawnFrom(
  entry: Entry,
  trials: number,
  seed: number,
): RaceConfig[] {
  const generator = new Generator().manualSeed(seed);
  const options = { generator, dtype: "float64" } as const;
  const places = rand([trials], options).arraySync() as number[];
  const pick = (space: SearchSpace) => {
    const u = rand([], options).itemSync();
    return isList(space) ? space[Math.floor(u * space.length)] : at(space, u);
  };
  const [min, max] = entry.lr;
  return places.map((place) => {
    const others = Object.entries(entry.search)
      .map(([name, space]) => [name, pick(space)]);
    const lr = at({ min, max, log: true }, place);
    return { ...Object.fromEntries(others), lr };
  });
}

function isList(space: SearchSpace): space is readonly unknown[] {
  return Array.isArray(space);
}

/** The value at a place between 0 and 1. */
function at(
  { min, max, log = false }: Exclude<SearchSpace, readonly unknown[]>,
  place: number,
): number {
  return log ? min * (max / min) ** place : min + (max - min) * place;
}

/** What tells the choices of hyper-parameters but for the learning rate apart. */
export function keyOf({ lr: _, ...others }: RaceConfig): string {
  return JSON.stringify(
    others,
    (_, value) =>
      typeof value === "number" && !Number.isFinite(value)
        ? { number: String(value) }
        : value,
  );
}
