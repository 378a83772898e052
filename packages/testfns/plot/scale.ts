/** A mark on an axis. */
export interface Tick {
  /** Where on the axis, in data units. */
  value: number;
  /** What to write there. */
  label: string;
}

/** Maps data to pixels along one axis. */
export interface Scale {
  /** The least and the greatest value that the axis shows. */
  domain: [number, number];
  /** Returns the pixel of a value. */
  position(value: number): number;
  /** The marks, ascending. */
  ticks: Tick[];
}

/**
 * Returns the "pretty" numbers between two limits: multiples of 1, 2 or 5 times a power of ten, about `count` of them.
 *
 * The step follows the rule of R's `pretty` (high bias 1.5): with the raw step `c = (max - min) / count` and the power of
 * ten `b` below it, the step is `b` up to `c = 1.4 b`, `2 b` up to `2.8 b`, `5 b` up to `7 b` and then `10 b`.
 *
 * @param min The lower limit.
 * @param max The upper limit.
 * @param count About how many numbers are wanted; none if it is 0 or less.
 */
export function prettyLevels(
  min: number,
  max: number,
  count: number,
): number[] {
  const step = prettyStep(min, max, count);
  if (!(step > 0)) return [];
  // A limit that misses a multiple by rounding only still counts.
  const first = Math.ceil(min / step - 1e-7);
  const last = Math.floor(max / step + 1e-7);
  const levels: number[] = [];
  for (let k = first; k <= last; k++) {
    // Written as an integer over a power of ten where the step is below 1: 3 / 10 is 0.3, 3 * 0.1 is not.
    const level = step < 1 ? k / Math.round(1 / step) : k * step;
    levels.push(level === 0 ? 0 : level);
  }
  return levels;
}

function prettyStep(min: number, max: number, count: number): number {
  const raw = max / count - min / count;
  if (!(count > 0) || !(raw > 0) || !Number.isFinite(raw)) return NaN;
  const base = Number(`1e${Math.floor(Math.log10(raw))}`);
  const ratio = raw / base;
  return base * (ratio <= 1.4 ? 1 : ratio <= 2.8 ? 2 : ratio <= 7 ? 5 : 10);
}

/** Returns a linear scale. */
export function linearScale(
  domain: [number, number],
  range: [number, number],
  tickCount: number,
): Scale {
  const [min, max] = domain;
  const span = max - min;
  const values = prettyLevels(min, max, tickCount);
  return {
    domain,
    position: (value) =>
      range[0] + (value - min) / span * (range[1] - range[0]),
    ticks: values.map((value) => ({ value, label: formatTick(value, values) })),
  };
}

/** Returns a logarithmic scale. What is not positive lies at its lower end. */
export function logScale(
  domain: [number, number],
  range: [number, number],
  tickCount: number,
): Scale {
  const [low, high] = domain.map(Math.log10) as [number, number];
  const linear = linearScale([low, high], range, tickCount);
  const levels = logLevels(domain[0], domain[1], tickCount);
  const decades = high - low;
  return {
    domain,
    position: (value) =>
      value <= domain[0] ? range[0] : linear.position(Math.log10(value)),
    ticks: levels.map((value) => ({
      value,
      label: decades < 1 ? formatTick(value, levels) : formatNumber(value),
    })),
  };
}

/**
 * Returns round numbers between two positive limits, evenly spread on a logarithmic scale, about `count` of them: powers
 * of ten, or those with 1, 3 or with 1, 2, 5 before the exponent, or every second, fifth, ... power. Limits too close
 * for that get {@linkcode prettyLevels}.
 */
export function logLevels(min: number, max: number, count: number): number[] {
  if (!(count > 0)) return [];
  const low = Math.log10(min);
  const high = Math.log10(max);
  const everySome = prettyLevels(low, high, count).map((level) => 10 ** level);
  const candidates = [[1], [1, 3], [1, 2, 5]]
    .map((digits) => withDigits(digits, min, max));
  if (high - low > count) candidates.push(everySome);
  const [best = []] = candidates
    .map((levels): [number[], number] => [
      levels,
      Math.abs(Math.log(levels.length / count)),
    ])
    .sort(([, a], [, b]) => a - b)[0]!;
  return best.length < 3 ? prettyLevels(min, max, count) : best;
}

function withDigits(digits: number[], min: number, max: number): number[] {
  const levels: number[] = [];
  const last = Math.floor(Math.log10(max));
  for (let k = Math.floor(Math.log10(min)); k <= last; k++) {
    for (const digit of digits) {
      const level = Number(`${digit}e${k}`);
      if (level >= min * 0.999999 && level <= max * 1.000001) {
        levels.push(level);
      }
    }
  }
  return levels;
}

// Ticks of one axis have the same number of decimals.
function formatTick(value: number, all: number[]): string {
  const greatest = Math.max(...all.map(Math.abs));
  const step = all.length > 1 ? all[1]! - all[0]! : greatest;
  if (greatest >= 1e6 || greatest > 0 && greatest < 1e-3) {
    const digits = Math.max(
      0,
      Math.floor(Math.log10(greatest) + 1e-9) -
        Math.floor(Math.log10(step) + 1e-9),
    );
    return value === 0 ? "0" : tidyExponent(value.toExponential(digits));
  }
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  return value.toFixed(Math.min(decimals, 12));
}

/** Writes a number for people: few significant digits, with an exponent if it is very large or very small. */
export function formatNumber(value: number, digits = 4): string {
  if (!Number.isFinite(value)) return `${value}`;
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e5 || size < 1e-3)) {
    return tidyExponent(value.toExponential(digits - 1).replace(/\.?0+e/, "e"));
  }
  return `${Number(value.toPrecision(digits))}`;
}

function tidyExponent(text: string): string {
  return text.replace("e+", "e");
}
