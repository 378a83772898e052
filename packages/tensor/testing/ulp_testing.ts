/** Errors of the elementary functions against stored results of mpmath, for tests and the table in the README. */

import type { Expr } from "../expr.ts";
import { load } from "../expr.ts";
import * as math from "../math/index.ts";
import data from "../testdata/math.json" with { type: "json" };
import { interpret, type InterpretOptions } from "./interpret.ts";

/** The floating types of expressions. */
export type Kind = "f32" | "f64";

/** The floating types of expressions. */
export const kinds: readonly Kind[] = ["f32", "f64"];

/** Elementary functions of one argument, by name. */
export const unary: Readonly<Record<string, (x: Expr) => Expr>> = {
  exp: math.exp,
  exp2: math.exp2,
  expm1: math.expm1,
  log: math.log,
  log2: math.log2,
  log10: math.log10,
  log1p: math.log1p,
  sin: math.sin,
  cos: math.cos,
  tan: math.tan,
  asin: math.asin,
  acos: math.acos,
  atan: math.atan,
  sinh: math.sinh,
  cosh: math.cosh,
  tanh: math.tanh,
  asinh: math.asinh,
  acosh: math.acosh,
  atanh: math.atanh,
  erf: math.erf,
  erfc: math.erfc,
  sigmoid: math.sigmoid,
  rsqrt: math.rsqrt,
  cbrt: math.cbrt,
};

/** Elementary functions of two arguments, by name. */
export const binary: Readonly<Record<string, (x: Expr, y: Expr) => Expr>> = {
  pow: math.pow,
  atan2: math.atan2,
  hypot: math.hypot,
  fmod: math.fmod,
  copysign: math.copysign,
};

/** The expression of the function `name` of as many loads as it takes. */
export function expressionOf(name: string, kind: Kind): Expr {
  const one = unary[name], two = binary[name];
  const x = load(0, kind);
  if (one !== undefined) return one(x);
  if (two !== undefined) return two(x, load(1, kind));
  throw new RangeError(`Cannot find an elementary function: got ${name}`);
}

/** Arguments and the true results, as a double and what it leaves in units of its last place. */
export interface Sample {
  readonly args: readonly number[];
  readonly expected: number;
  readonly rest: number;
}

interface Stored {
  readonly inputs: readonly string[];
  readonly expected: string;
  readonly rest?: string;
}

/** Names of the functions with stored results. */
export const stored: readonly string[] = Object.keys(data.functions);

function bytes(text: string): ArrayBuffer {
  return Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer;
}

/** The stored results of a function. */
export function samples(name: string, kind: Kind): Sample[] {
  const functions: Record<string, Record<Kind, Stored>> = data.functions;
  const { inputs, expected, rest } = functions[name]![kind];
  const columns = inputs.map((text) =>
    kind === "f32"
      ? new Float32Array(bytes(text))
      : new Float64Array(bytes(text))
  );
  const left = rest === undefined ? undefined : new Float32Array(bytes(rest));
  return Array.from(new Float64Array(bytes(expected)), (value, i) => ({
    args: columns.map((column) => column[i]!),
    expected: value,
    rest: left?.[i] ?? 0,
  }));
}

const view = new DataView(new ArrayBuffer(8));

/** The unit in the last place of numbers of a type as large as `x`. */
export function ulp(x: number, kind: Kind): number {
  view.setFloat64(0, x);
  const exponent = ((view.getUint16(0) >> 4) & 0x7ff) - 1023;
  return kind === "f32"
    ? 2 ** (Math.max(exponent, -126) - 23)
    : 2 ** (Math.max(exponent, -1022) - 52);
}

/** The error of `got` in units in the last place. */
export function ulpError(
  got: number,
  { expected, rest }: Sample,
  kind: Kind,
): number {
  if (!Number.isFinite(expected) || !Number.isFinite(got)) {
    return Object.is(got, expected) ? 0 : Infinity;
  }
  return Math.abs((got - expected) / ulp(expected, kind) - rest);
}

/** The sample at which a function errs most, and by how much. */
export interface Worst {
  readonly error: number;
  readonly args: readonly number[];
}

/** The largest error of an expression over samples. */
export function worstError(
  expression: Expr,
  kind: Kind,
  over: readonly Sample[],
  options: InterpretOptions = {},
): Worst {
  const f = interpret(expression, options);
  let worst: Worst = { error: 0, args: [] };
  for (const sample of over) {
    const error = ulpError(f(sample.args) as number, sample, kind);
    if (!(error <= worst.error)) worst = { error, args: sample.args };
  }
  return worst;
}

/** The largest error of a function on machines that fuse `madd` and on those that do not. */
export function maxUlp(name: string, kind: Kind): number {
  const expression = expressionOf(name, kind);
  const over = samples(name, kind);
  const errors = [false, true].map((fused) =>
    worstError(expression, kind, over, { fused }).error
  );
  return Math.max(...errors);
}
