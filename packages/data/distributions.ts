import type { BitGenerator } from "./bit_generator.ts";

/** Throws unless `count` can be the number of samples. */
export function checkCount(action: string, count: number, name = "n"): void {
  if (!Number.isSafeInteger(count) || count < 0) {
    throw new RangeError(
      `Cannot ${action} as ${name} must be a non-negative integer: got ${count}`,
    );
  }
}

/** `n` numbers `low + (high - low) u`, u uniform in [0, 1). */
export function uniformArray(
  bits: BitGenerator,
  low: number,
  high: number,
  n: number,
): Float64Array {
  checkCount("draw uniform numbers", n);
  const range = high - low;
  if (!Number.isFinite(range)) {
    throw new RangeError(
      `Cannot draw uniform numbers as high - low must be finite: got low ${low}, high ${high}`,
    );
  }
  const result = new Float64Array(n);
  for (let i = 0; i < n; i++) result[i] = low + range * bits.nextDouble();
  return result;
}

/** `n` numbers `loc + scale z`, z from `standardNormal`. */
export function normalArray(
  standardNormal: () => number,
  loc: number,
  scale: number,
  n: number,
): Float64Array {
  checkCount("draw normal numbers", n);
  if (!(scale >= 0)) {
    throw new RangeError(
      `Cannot draw normal numbers as scale must be non-negative: got ${scale}`,
    );
  }
  const result = new Float64Array(n);
  for (let i = 0; i < n; i++) result[i] = loc + scale * standardNormal();
  return result;
}
