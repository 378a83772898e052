/** A line search that ends where the strong Wolfe conditions hold. */

import type { Tensor } from "@gradus/tensor";

/** The objective at one point of the line. */
export interface LinePoint {
  /** The value. */
  readonly loss: number;
  /** The gradient as one vector. */
  readonly grad: Tensor;
}

/** What is searched. */
export interface LineSearch {
  /** The objective at `start + t * direction`. */
  readonly evaluate: (t: number) => LinePoint;
  /** The direction. */
  readonly direction: Tensor;
  /** The objective at the start of the line. */
  readonly start: LinePoint;
  /** The slope at the start, which is negative. */
  readonly slope: number;
  /** The first step to try. */
  readonly t: number;
  /** How often the step may be changed; 25 if left out. */
  readonly maxIterations?: number;
}

/** What was found. */
export interface LineSearchResult extends LinePoint {
  /** The step. */
  readonly t: number;
  /** How often the objective was evaluated. */
  readonly evaluations: number;
}

interface Sample extends LinePoint {
  readonly t: number;
  /** Derivative of the objective along the line. */
  readonly slope: number;
}

/** Sufficient decrease and curvature, as usual for quasi-Newton methods. */
const c1 = 1e-4, c2 = 0.9;
/** A bracket shorter than this, in the largest coordinate, is not divided. */
const shortest = 1e-9;

/**
 * The minimum of the cubic through two points with the given slopes, kept
 * within `low` and `high`; their middle if the cubic has none.
 */
function cubicMinimum(
  a: Sample,
  b: Sample,
  low: number = Math.min(a.t, b.t),
  high: number = Math.max(a.t, b.t),
): number {
  const d1 = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.t - b.t);
  const square = d1 * d1 - a.slope * b.slope;
  if (!(square >= 0)) return (low + high) / 2;
  const d2 = Math.sqrt(square);
  const [left, right] = a.t <= b.t ? [a, b] : [b, a];
  const t = right.t -
    (right.t - left.t) * (right.slope + d2 - d1) /
      (right.slope - left.slope + 2 * d2);
  return Math.min(Math.max(t, low), high);
}

/**
 * Searches along a line for a step with
 *
 * ```
 * f(t) <= f(0) + c1 t f'(0)      and      |f'(t)| <= c2 |f'(0)|
 * ```
 *
 * First the step grows until two steps bracket such a point, then the bracket
 * shrinks (Nocedal and Wright 2006, algorithms 3.5 and 3.6). Steps come from
 * cubic interpolation; one that lies near an end of the bracket twice in a row
 * is moved a tenth inwards. The order of tests is that of PyTorch, so that
 * both evaluate the same points.
 */
export function strongWolfe(search: LineSearch): LineSearchResult {
  const { evaluate, direction, maxIterations = 25 } = search;
  const start: Sample = { ...search.start, t: 0, slope: search.slope };
  let evaluations = 0, iterations = 0;

  const sample = (t: number): Sample => {
    evaluations++;
    const point = evaluate(t);
    return { ...point, t, slope: point.grad.dot(direction).itemSync() };
  };
  const isTooHigh = ({ t, loss }: Sample) =>
    loss > start.loss + c1 * t * start.slope;
  const isFlat = ({ slope }: Sample) => Math.abs(slope) <= -c2 * start.slope;

  let previous = start, current = sample(search.t);
  let bracket: [Sample, Sample] | undefined;
  while (iterations < maxIterations) {
    if (isTooHigh(current) || iterations > 1 && current.loss >= previous.loss) {
      bracket = [previous, current];
      break;
    }
    if (isFlat(current)) return { ...current, evaluations };
    if (current.slope >= 0) {
      bracket = [previous, current];
      break;
    }
    const nearest = current.t + 0.01 * (current.t - previous.t);
    const t = cubicMinimum(previous, current, nearest, 10 * current.t);
    previous = current;
    current = sample(t);
    iterations++;
  }
  bracket ??= [start, current];

  const largest = direction.abs().max().itemSync();
  let low = bracket[0].loss <= bracket[1].loss ? 0 : 1;
  let nearEnd = false;
  while (iterations < maxIterations) {
    const [a, b] = bracket;
    if (Math.abs(b.t - a.t) * largest < shortest) break;
    const left = Math.min(a.t, b.t), right = Math.max(a.t, b.t);
    let t = cubicMinimum(a, b);
    const margin = 0.1 * (right - left);
    if (Math.min(right - t, t - left) < margin) {
      if (nearEnd || t >= right || t <= left) {
        t = Math.abs(t - right) < Math.abs(t - left)
          ? right - margin
          : left + margin;
        nearEnd = false;
      } else {
        nearEnd = true;
      }
    } else {
      nearEnd = false;
    }

    current = sample(t);
    iterations++;
    const best = bracket[low]!, other = bracket[1 - low]!;
    if (isTooHigh(current) || current.loss >= best.loss) {
      bracket[1 - low] = current;
      low = bracket[0].loss <= bracket[1].loss ? 0 : 1;
      continue;
    }
    if (!isFlat(current) && current.slope * (other.t - best.t) >= 0) {
      bracket[1 - low] = best;
    }
    bracket[low] = current;
    if (isFlat(current)) break;
  }
  return { ...bracket[low]!, evaluations };
}
