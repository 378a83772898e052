/**
 * Reduction of angles of any size by the digits of 1 / (2 pi), after Payne and
 * Hanek, "Radian reduction for trigonometric functions" (SIGNUM Newsletter,
 * 1983). An angle is multiplied by one group of digits after the other; each
 * product is exact, and its whole turns are dropped at once.
 */

import {
  add,
  bitcast,
  cast,
  type Expr,
  floor,
  ge,
  max,
  mul,
  nearest,
  select,
  shl,
  shrU,
  sub,
} from "../expr.ts";
import { bitsOf, formatOf, num, smallInteger, upperHalf } from "./core.ts";

/** An angle as a multiple of pi/2 and a remainder. */
export interface Angle {
  /** The remainder, within pi/4. */
  readonly r: Expr;
  /** What `r` rounds away. */
  readonly rest: Expr;
  /** The multiple, an integer of the width of `r` of which the two lowest bits count. */
  readonly quadrant: Expr;
}

// The bits of 1 / (2 pi) behind the point, 26 at a time.
const digits = [
  10680707,
  28915984,
  22192066,
  30798973,
  20241856,
  57510486,
  26461241,
  1081236,
  23309278,
  49223046,
  57820899,
  43029364,
  48236105,
  12298279,
  18424271,
  59210439,
  11610535,
  16491016,
  56578795,
  47259962,
  27029542,
  47283705,
  1284381,
  26108116,
  54129820,
  34700846,
  64983683,
  46661157,
  67100165,
  39862204,
  49354933,
  42113863,
  57489022,
  54304556,
  10188020,
  26204583,
  39840301,
  30711531,
  8306271,
  6213441,
  54130570,
  21646249,
  46118395,
  4711255,
  17323523,
];
const width = 26;
// Groups that matter at a time for f64: before them whole turns, behind them nothing.
const span = 8;

/** A sum and what rounding took from it. */
interface Sum {
  readonly value: Expr;
  readonly lost: Expr;
}

/** Knuth's exact addition of `b` to `sum`. */
function accumulate({ value, lost }: Sum, b: Expr): Sum {
  const total = add(value, b);
  const part = sub(total, value);
  const error = add(sub(value, sub(total, part)), sub(b, part));
  return { value: total, lost: add(lost, error) };
}

/** `t` without its whole turns. */
function fraction(t: Expr): Expr {
  return sub(t, nearest(t));
}

/** Takes quarter turns out of a sum and adds them to `quarters`. */
function takeQuarters(sum: Sum, quarters: Expr): { sum: Sum; quarters: Expr } {
  const n = nearest(mul(sum.value, num(quarters, 4)));
  const rest = sub(sum.value, mul(n, num(quarters, 0.25)));
  const value = add(rest, sum.lost);
  return {
    sum: { value, lost: add(sub(rest, value), sum.lost) },
    quarters: add(quarters, n),
  };
}

/** Reduces `x` >= 1, f32 or f64, in f64 lanes. */
export function reduceHuge(x: Expr): Angle {
  return x.type === "f32" ? reduceHugeShort(x) : reduceHugeLong(x);
}

/** An f32 times 26 bits is exact in f64, and 7 groups reach far enough for every f32. */
function reduceHugeShort(x: Expr): Angle {
  const wide = cast(x, "f64");
  const zero = num(wide, 0);
  let sum: Sum = { value: zero, lost: zero };
  for (let i = 0; i < 8; i++) {
    const group = num(wide, digits[i]! * 2 ** (-width * (i + 1)));
    sum = accumulate(sum, fraction(mul(wide, group)));
  }
  const { sum: { value }, quarters } = takeQuarters(sum, zero);
  const angle = mul(value, num(wide, 2 * Math.PI));
  const r = cast(angle, "f32");
  const rest = cast(sub(angle, cast(r, "f64")), "f32");
  const shifted = add(cast(quarters, "f32"), num(r, formatOf(r).magic));
  return { r, rest, quadrant: bitsOf(shifted) };
}

/** The group `start + i` for i below `span`, found by halving: SIMD has no table look-up. */
function selectGroups(start: Expr): Expr[] {
  let row = digits.map((d) => num(start, d));
  let left = start;
  for (const step of [32, 16, 8, 4, 2, 1]) {
    const here = num(start, step);
    const far = ge(left, here);
    left = select(far, sub(left, here), left);
    const length = step + span - 1;
    const next: Expr[] = [];
    for (let i = 0; i < length && i < row.length; i++) {
      const other = row[i + step];
      next.push(other === undefined ? row[i]! : select(far, other, row[i]!));
    }
    row = next;
  }
  return row;
}

function reduceHugeLong(x: Expr): Angle {
  const { mantissa, bias, magic } = formatOf(x);
  const exponent = sub(
    smallInteger(x, shrU(bitsOf(x), mantissa)),
    num(x, bias),
  );
  // x 2^(-26 start) is below 2^78, and the groups before `start` give whole turns.
  const start = max(
    sub(floor(mul(add(exponent, num(x, 0.5)), num(x, 1 / width))), num(x, 2)),
    num(x, 0),
  );
  const groups = selectGroups(start);
  const drop = bitsOf(add(mul(start, num(x, width)), num(x, magic)));
  const scaled = bitcast(sub(bitsOf(x), shl(drop, mantissa)), "f64");
  const upper = upperHalf(scaled);
  const lower = sub(scaled, upper);

  const zero = num(x, 0);
  let sum: Sum = { value: zero, lost: zero };
  let quarters = zero;
  for (let i = 0; i < span; i++) {
    const group = mul(groups[i]!, num(x, 2 ** (-width * (i + 1))));
    sum = accumulate(sum, fraction(mul(upper, group)));
    sum = accumulate(sum, fraction(mul(lower, group)));
    // What follows is small, so that it adds precision if the sum is small now.
    if (i === 3) ({ sum, quarters } = takeQuarters(sum, quarters));
  }
  ({ sum, quarters } = takeQuarters(sum, quarters));
  const { r, rest } = timesTwoPi(sum);
  return { r, rest, quadrant: bitsOf(add(quarters, num(x, magic))) };
}

// 2 pi in 26 bits, and the rest.
const twoPiUpper = 6.283185243606567;
const twoPiLower = 6.357301909411278e-8;

/** A sum times 2 pi to about twice the precision. */
function timesTwoPi({ value, lost }: Sum): { r: Expr; rest: Expr } {
  const upper = upperHalf(value);
  const lower = add(sub(value, upper), lost);
  const first = mul(upper, num(value, twoPiUpper));
  const others = add(
    mul(lower, num(value, 2 * Math.PI)),
    mul(upper, num(value, twoPiLower)),
  );
  const r = add(first, others);
  return { r, rest: add(sub(first, r), others) };
}
