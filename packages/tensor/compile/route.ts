/**
 * Which element of a producer each element of a consumer reads. Both walk
 * their own axes over one buffer; where the position along every axis of the
 * producer is a linear function of the consumer's, the consumer can compute
 * the element itself in place of loading it.
 */

import type { Space } from "../kernel.ts";

/** An axis cut in two, the outer one first. */
interface Cut {
  readonly axis: number;
  /** Size of the inner one. */
  readonly inner: number;
}

/** How positions of a consumer become positions of a producer. */
export interface Route {
  /** Sizes of the axes of the consumer after the cuts; the last `reduced` are folded. */
  readonly shape: readonly number[];
  readonly reduced: number;
  readonly cuts: readonly Cut[];
  /** Per axis of the consumer and of the producer: steps along the second for one along the first. */
  readonly steps: readonly (readonly number[])[];
  /** Where along each axis of the producer the first element is. */
  readonly start: readonly number[];
}

/** As many cuts as a consumer may need. */
const mostCuts = 8;

/**
 * The route from a consumer over `space`, which reads a buffer along
 * `strides` from `offset` elements past where the producer begins, to a
 * producer that wrote it over `shape` along `written`; null if there is none.
 */
export function routeTo(
  space: Space,
  strides: readonly number[],
  offset: number,
  shape: readonly number[],
  written: readonly number[],
): Route | null {
  const axes = shape.map((_, b) => b).filter((b) => shape[b]! > 1)
    .sort((a, b) => written[b]! - written[a]!);
  // Each place must be written once.
  if (axes.some((b) => written[b]! <= 0)) return null;
  /** Steps along the producer's axes that make `distance` elements. */
  const decompose = (distance: number): number[] | null => {
    if (distance < 0) return null;
    const out = new Array<number>(shape.length).fill(0);
    for (const b of axes) {
      out[b] = Math.floor(distance / written[b]!);
      distance -= out[b]! * written[b]!;
    }
    return distance === 0 ? out : null;
  };
  const start = decompose(offset);
  if (!start) return null;
  let sizes = [...space.shape], row = [...strides], { reduced } = space;
  const cuts: Cut[] = [];
  for (;;) {
    const steps: number[][] = [];
    for (let a = 0; a < sizes.length; a++) {
      const own = decompose(sizes[a] === 1 ? 0 : row[a]!);
      if (!own) return null;
      steps.push(own);
    }
    const end = (b: number): number =>
      start[b]! +
      sizes.reduce((n, size, a) => n + steps[a]![b]! * (size - 1), 0);
    const over = axes.find((b) => end(b) >= shape[b]!);
    if (over === undefined) {
      return { shape: sizes, reduced, cuts, steps, start };
    }
    // Some axis runs over several of the producer's: it is cut where one ends.
    if (cuts.length === mostCuts || start[over] !== 0) return null;
    const axis = sizes.findIndex((size, a) => {
      const step = steps[a]![over]!;
      return step > 0 && (size - 1) * step >= shape[over]!;
    });
    if (axis < 0) return null;
    const inner = shape[over]! / steps[axis]![over]!;
    if (!Number.isInteger(inner) || sizes[axis]! % inner !== 0 || inner < 2) {
      return null;
    }
    if (axis >= sizes.length - reduced) reduced++;
    sizes = cutSizes(sizes, { axis, inner });
    row = cutRow(row, { axis, inner });
    cuts.push({ axis, inner });
  }
}

function cutSizes(sizes: readonly number[], { axis, inner }: Cut): number[] {
  const outer = sizes[axis]! / inner;
  return [...sizes.slice(0, axis), outer, inner, ...sizes.slice(axis + 1)];
}
function cutRow(row: readonly number[], { axis, inner }: Cut): number[] {
  const step = row[axis]!;
  return [...row.slice(0, axis), step * inner, step, ...row.slice(axis + 1)];
}

/** Strides of an operand of the consumer after the cuts. */
export function afterCuts(
  row: readonly number[],
  { cuts }: Route,
): readonly number[] {
  let out = row;
  for (const cut of cuts) out = cutRow(out, cut);
  return out;
}

/** Strides along the consumer's axes of an operand of the producer, and how many elements further on it begins. */
export function along(
  route: Route,
  row: readonly number[],
): { strides: number[]; skipped: number } {
  const dot = (steps: readonly number[]) =>
    steps.reduce((n, k, b) => n + (k === 0 ? 0 : k * row[b]!), 0);
  return { strides: route.steps.map(dot), skipped: dot(route.start) };
}
