/** When a run ends before its last step. */

import { checkOptions, describe } from "@gradus/tensor/internal";

/** What is known about one row of a trace, as it comes about. */
export interface TraceRow {
  /** Steps taken before. */
  readonly step: number;
  /** The numbers of all parameters, one after the other. */
  readonly params: readonly number[];
  /** The value of the function there. */
  readonly loss: number;
  /** The Euclidean norm of the gradient there. */
  readonly gradNorm: number;
  /** The learning rate in force. */
  readonly lr: number;
  /** Evaluations of the function before. */
  readonly evaluations: number;
  /** Milliseconds since the start. */
  readonly time: number;
}

/** Reasons to end a run; the first one that holds does. */
export interface StopOptions {
  /** The loss is at most this. */
  loss?: number;
  /** The norm of the gradient is at most this. */
  gradNorm?: number;
  /** So many evaluations were made. */
  maxEvaluations?: number;
  /** So many milliseconds went by. */
  maxTime?: number;
  /** The loss is NaN or infinite. */
  diverged?: boolean;
}

/** When a run ends: {@linkcode StopOptions}, or a function that gives true for the row that is to be the last. */
export type StopRule = StopOptions | ((row: TraceRow) => boolean);

const optionNames: readonly (keyof StopOptions)[] = [
  "loss",
  "gradNorm",
  "maxEvaluations",
  "maxTime",
  "diverged",
];

/**
 * Whether a row is the last, as a function.
 *
 * @throws {TypeError} if an option is unknown or has the wrong type.
 * @throws {RangeError} if a bound is NaN.
 */
export function stopRule(
  stop: StopRule | undefined,
): ((row: TraceRow) => boolean) | null {
  if (stop === undefined || typeof stop === "function") return stop ?? null;
  checkOptions("stop a run", stop, optionNames);
  const { diverged = false, ...bounds } = stop;
  if (typeof diverged !== "boolean") {
    throw new TypeError(
      `Cannot stop a run: expected diverged to be true or false, got ${
        describe(diverged)
      }`,
    );
  }
  for (const [name, bound] of Object.entries(bounds)) {
    if (typeof bound !== "number") {
      throw new TypeError(
        `Cannot stop a run: expected ${name} to be a number, got ${
          describe(bound)
        }`,
      );
    }
    if (!Number.isNaN(bound)) continue;
    throw new RangeError(
      `Cannot stop a run: expected ${name} to be a number, got NaN`,
    );
  }
  const { loss = -Infinity, gradNorm = -Infinity } = bounds;
  const { maxEvaluations = Infinity, maxTime = Infinity } = bounds;
  return (row) =>
    row.loss <= loss && loss > -Infinity || row.gradNorm <= gradNorm ||
    row.evaluations >= maxEvaluations || row.time >= maxTime ||
    diverged && !Number.isFinite(row.loss);
}
