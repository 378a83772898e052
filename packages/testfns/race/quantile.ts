/** Middles and spreads. */

/** The middle of numbers, half-way between the two middle ones if they are even; NaN counts as the largest. */
export function median(numbers: readonly number[]): number {
  return quantile(numbers, 0.5);
}

/** The number below which a share of `numbers` lies, between neighbours in proportion. */
export function quantile(numbers: readonly number[], share: number): number {
  const sorted = numbers.map((x) => Number.isNaN(x) ? Infinity : x)
    .sort((a, b) => a - b);
  if (sorted.length === 0) return NaN;
  const place = (sorted.length - 1) * share, low = Math.floor(place);
  const [a, b] = [sorted[low]!, sorted[Math.ceil(place)]!];
  return a === b ? a : a + (b - a) * (place - low);
}
