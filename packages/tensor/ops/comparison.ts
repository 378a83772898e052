/** Comparison, logic, bits, and tests of single elements; all without derivative. */

import type { Op } from "../dispatch.ts";
import * as x from "../expr.ts";
import type { Expr } from "../expr.ts";
import { comparison, integral, logical, pointwise } from "./pointwise.ts";

function compare(name: string, expr: (a: Expr, b: Expr) => Expr): Op {
  return pointwise({ name, types: comparison, differentiable: false, expr });
}

export const eq: Op = compare("eq", x.eq);
export const ne: Op = compare("ne", x.ne);
export const lt: Op = compare("lt", x.lt);
export const le: Op = compare("le", x.le);
export const gt: Op = compare("gt", x.gt);
export const ge: Op = compare("ge", x.ge);

function logic(name: string, expr: (...a: Expr[]) => Expr): Op {
  return pointwise({ name, types: logical, differentiable: false, expr });
}

export const logicalAnd: Op = logic("logicalAnd", x.and);
export const logicalOr: Op = logic("logicalOr", x.or);
export const logicalXor: Op = logic("logicalXor", x.xor);
export const logicalNot: Op = logic("logicalNot", x.not);

function bits(name: string, expr: (...a: Expr[]) => Expr): Op {
  return pointwise({ name, types: integral, differentiable: false, expr });
}

export const bitwiseAnd: Op = bits("bitwiseAnd", x.and);
export const bitwiseOr: Op = bits("bitwiseOr", x.or);
export const bitwiseXor: Op = bits("bitwiseXor", x.xor);
export const bitwiseNot: Op = bits("bitwiseNot", x.not);

function test(name: string, expr: (a: Expr) => Expr): Op {
  return pointwise({ name, types: comparison, differentiable: false, expr });
}

export const isnan: Op = test("isnan", (a) => x.ne(a, a));
export const isinf: Op = test(
  "isinf",
  (a) => x.isFloat(a) ? x.eq(x.abs(a), x.lit(Infinity, a.type)) : x.ne(a, a),
);
export const isfinite: Op = test(
  "isfinite",
  (a) => x.isFloat(a) ? x.lt(x.abs(a), x.lit(Infinity, a.type)) : x.eq(a, a),
);
