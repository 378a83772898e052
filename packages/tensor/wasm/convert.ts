/** Conversions between the types of scalar expressions. */

import type { Expr, Lane } from "../expr.ts";
import { f32, f64, i64 } from "./assembler.ts";
import type { Lowering } from "./lower.ts";
import {
  evenWords,
  highHalf,
  isWide,
  lanePrefix,
  lowHalves,
  registerCount,
  type Registers,
} from "./registers.ts";

/** Emits the conversion of `from` to `to`, its constants being hoisted. */
export function convert(lower: Lowering, from: Expr, to: Lane): Registers {
  if (from.type === "bool") {
    const one = lower.one(to);
    return lower.mask(from, registerCount(to)).map((m) =>
      lower.apply("v128.and", m, one)
    );
  }
  const x = lower.value(from);
  if (to === "bool") {
    const zero = lower.zero(from.type);
    const ne = `${lanePrefix[from.type]}.ne`;
    return x.map((r) => lower.apply(ne, r, zero));
  }
  const low = x[0]!, high = x[1]!;
  /** Two elements of one register at a time, as two registers. */
  const spread = (op: string) => [
    lower.apply(op, low),
    lower.apply(op, lower.shuffle(low, low, highHalf)),
  ];
  /** Two registers of two elements, as one register. */
  const pack = (op: string) => [
    lower.shuffle(lower.apply(op, low), lower.apply(op, high), lowHalves),
  ];
  switch (`${from.type} ${to}`) {
    case "f32 f64":
      return spread("f64x2.promote_low_f32x4");
    case "f64 f32":
      return pack("f32x4.demote_f64x2_zero");
    case "i32 f32":
      return [lower.apply("f32x4.convert_i32x4_s", low)];
    case "f32 i32":
      return [lower.apply("i32x4.trunc_sat_f32x4_s", low)];
    case "i32 f64":
      return spread("f64x2.convert_low_i32x4_s");
    case "f64 i32":
      return pack("i32x4.trunc_sat_f64x2_s_zero");
    case "i32 i64":
      return [
        lower.apply("i64x2.extend_low_i32x4_s", low),
        lower.apply("i64x2.extend_high_i32x4_s", low),
      ];
    case "i64 i32":
      return [lower.shuffle(low, high, evenWords)];
    default:
      return byLane(lower, x, from.type, to);
  }
}

/** Conversions between i64 and floats, which SIMD lacks. */
function byLane(
  lower: Lowering,
  x: Registers,
  from: Lane,
  to: Lane,
): Registers {
  const { f } = lower;
  const instruction = to === "i64"
    ? `i64.trunc_sat_${from}_s`
    : `${to}.convert_i64_s`;
  const scalar = f.local(to === "i64" ? i64 : to === "f64" ? f64 : f32);
  const out = Array.from({ length: registerCount(to) }, () => lower.vector());
  const fromWidth = isWide(from) ? 2 : 4, toWidth = isWide(to) ? 2 : 4;
  for (let i = 0; i < 4; i++) {
    f.get(x[Math.floor(i / fromWidth)]!);
    f.lane(`${lanePrefix[from]}.extract_lane`, i % fromWidth);
    f.op(instruction);
    f.set(scalar);
    const target = out[Math.floor(i / toWidth)]!;
    f.get(target);
    f.get(scalar);
    f.lane(`${lanePrefix[to]}.replace_lane`, i % toWidth);
    f.set(target);
  }
  return out;
}
