/**
 * The instructions that kernels are made of, by their names in the text format
 * of WebAssembly's specification.
 */

const compare = "eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u";
const compareFloats = "eq ne lt gt le ge";
const arithmetic =
  "add sub mul div_s div_u rem_s rem_u and or xor shl shr_s shr_u";
const arithmeticFloats = "abs neg - sqrt add sub mul div min max pmin pmax";
const lanes = "extract_lane replace_lane";

/** The prefixes of saturating conversions, of vector instructions and of atomic ones. */
const saturating = 0xfc000;
const vector = 0xfd000;
const atomic = 0xfe000;

/**
 * Where a run of neighbouring opcodes begins, the type that its names begin
 * with, and the names; "-" is none.
 */
type Run = readonly [first: number, type: string, names: string];

const runs: readonly Run[] = [
  [0x00, "", "unreachable"],
  [0x05, "", "else"],
  [0x0b, "", "end"],
  [0x0f, "", "return"],
  [0x1a, "", "drop select"],
  [0x28, "", "i32.load i64.load f32.load f64.load i32.load8_s i32.load8_u"],
  [0x36, "", "i32.store i64.store f32.store f64.store i32.store8"],
  [0x45, "i32.", "eqz " + compare],
  [0x50, "i64.", "eqz " + compare],
  [0x6a, "i32.", arithmetic],
  [0x7c, "i64.", arithmetic],
  [0x92, "f32.", "add sub mul div"],
  [0xa0, "f64.", "add sub mul div"],
  [0xa7, "i32.", "wrap_i64"],
  [0xac, "i64.", "extend_i32_s extend_i32_u"],
  [0xb4, "f32.", "convert_i64_s convert_i64_u demote_f64"],
  [0xb9, "f64.", "convert_i64_s convert_i64_u promote_f32"],
  [saturating + 4, "i64.trunc_sat_", "f32_s f32_u f64_s f64_u"],
  [vector, "v128.load", " 8x8_s 8x8_u 16x4_s 16x4_u 32x2_s 32x2_u"],
  [vector + 7, "v128.load", "8_splat 16_splat 32_splat 64_splat"],
  [vector + 11, "v128.", "store"],
  [vector + 14, "i8x16.", "swizzle"],
  [vector + 17, "", "i32x4.splat i64x2.splat f32x4.splat f64x2.splat"],
  [vector + 27, "i32x4.", lanes],
  [vector + 29, "i64x2.", lanes],
  [vector + 31, "f32x4.", lanes],
  [vector + 33, "f64x2.", lanes],
  [vector + 55, "i32x4.", compare],
  [vector + 65, "f32x4.", compareFloats],
  [vector + 71, "f64x2.", compareFloats],
  [vector + 77, "v128.", "not and andnot or xor bitselect any_true"],
  [vector + 84, "v128.load", "8_lane 16_lane 32_lane 64_lane"],
  [vector + 88, "v128.store", "8_lane 16_lane 32_lane 64_lane"],
  [vector + 92, "v128.load", "32_zero 64_zero"],
  [vector + 94, "", "f32x4.demote_f64x2_zero f64x2.promote_low_f32x4"],
  [vector + 103, "f32x4.", "ceil floor trunc nearest"],
  [vector + 116, "f64x2.", "ceil floor - - - - trunc"],
  [vector + 148, "f64x2.", "nearest"],
  [vector + 160, "i32x4.", "abs neg"],
  [vector + 167, "i32x4.extend_", "low_i16x8_s high_i16x8_s low_i16x8_u"],
  [vector + 171, "i32x4.", "shl shr_s shr_u add - - sub - - - mul"],
  [vector + 182, "i32x4.", "min_s min_u max_s max_u"],
  [vector + 192, "i64x2.", "abs neg"],
  [vector + 199, "i64x2.extend_", "low_i32x4_s high_i32x4_s"],
  [vector + 203, "i64x2.", "shl shr_s shr_u add - - sub - - - mul"],
  [vector + 214, "i64x2.", "eq ne lt_s gt_s le_s ge_s"],
  [vector + 224, "f32x4.", arithmeticFloats],
  [vector + 236, "f64x2.", arithmeticFloats],
  [vector + 248, "i32x4.trunc_sat_", "f32x4_s"],
  [vector + 250, "f32x4.", "convert_i32x4_s"],
  [vector + 252, "i32x4.trunc_sat_", "f64x2_s_zero"],
  [vector + 254, "f64x2.", "convert_low_i32x4_s"],
  [vector + 261, "f32x4.", "relaxed_madd"],
  [vector + 263, "f64x2.", "relaxed_madd"],
  [vector + 267, "", "i32x4.relaxed_laneselect i64x2.relaxed_laneselect"],
  [atomic, "memory.atomic.", "notify wait32"],
  [atomic + 0x10, "", "i32.atomic.load i64.atomic.load"],
  [atomic + 0x17, "", "i32.atomic.store i64.atomic.store"],
  [atomic + 0x1e, "", "i32.atomic.rmw.add"],
  [atomic + 0x48, "", "i32.atomic.rmw.cmpxchg i64.atomic.rmw.cmpxchg"],
];

function byName(): Map<string, number> {
  const codes = new Map<string, number>();
  for (const [first, type, names] of runs) {
    names.split(" ").forEach((name, i) => codes.set(type + name, first + i));
  }
  return codes;
}

/** Opcodes by name. Those with a prefix have it above their lower 12 bits. */
export const opcodes: ReadonlyMap<string, number> = byName();
