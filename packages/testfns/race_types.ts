/** What a race of optimizers finds, as plain data: the pictures take it from here. */

/**
 * How well an optimizer did at each of several learning rates.
 *
 * A value that is NaN or infinite says that runs diverged or did not reach their target.
 */
export interface SensitivityCurve {
  /** The name of the optimizer. */
  optimizer: string;
  /** The learning rates, ascending. */
  lr: number[];
  /** What came out at each of them, such as the median final loss or the evaluations to a target. */
  value: number[];
  /** The lower end of the spread over starts, such as the lower quartile. */
  low?: number[];
  /** The upper end of the spread over starts, such as the upper quartile. */
  high?: number[];
}

/**
 * The performance profile of an optimizer (Dolan and Moré 2002, "Benchmarking optimization software with performance
 * profiles", Mathematical Programming 91): a step function that only rises.
 */
export interface ProfileCurve {
  /** The name of the optimizer. */
  optimizer: string;
  /** Factors of the best optimizer's cost, ascending, 1 or more: the share changes there. */
  tau: number[];
  /** The share of the problems that the optimizer solved at `tau` times the cost of the best, or less. */
  share: number[];
}
