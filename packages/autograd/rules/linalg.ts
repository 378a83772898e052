/** Derivatives of decompositions and triangular systems. */

import { eye, type Tensor, where } from "@gradus/tensor";
import { dispatch, linalgSolveTriangular } from "@gradus/tensor/internal";
import { d, defineRule, type Saved } from "../rule.ts";

/** X with A X = B. */
function solve(
  a: Tensor,
  b: Tensor,
  upper: boolean,
  unitriangular = false,
): Tensor {
  const attrs = { upper, unitriangular };
  return dispatch(linalgSolveTriangular, [a, b], attrs);
}

/** The gradient, or `otherwise` where nothing was done, as input `i` tells. */
function ifDue(
  g: Tensor,
  s: Saved,
  i: number,
  otherwise: Tensor | number,
): Tensor {
  const due = i < s.count ? s.value(i) : 1;
  return typeof due === "number" ? g : where(due, g, otherwise);
}

/** The ops give their results one below the other: eigenvalues and eigenvectors, Q and R. */
defineRule("linalgEigh", [
  d(["out", 1], (g, s) => {
    const w = s.out().select(0, 0), v = s.out().slice(0, 1);
    const n = w.shape[0]!;
    const diagonal = eye(n, n, { dtype: g.dtype });
    const gaps = w.unsqueeze(0).sub(w.unsqueeze(1)).add(diagonal);
    const turned = v.t().mm(g.slice(0, 1)).div(gaps).mul(diagonal.rsub(1));
    const inside = turned.add(diagonal.mul(g.select(0, 0)));
    return ifDue(v.mm(inside).mm(v.t()), s, 1, 0);
  }),
  null,
]);

defineRule("linalgQr", [
  d(["out", 1], (g, s) => {
    const n = g.shape[1]!, m = g.shape[0]! - n;
    const q = s.out().slice(0, 0, m), r = s.out().slice(0, m);
    const gq = g.slice(0, 0, m), gr = g.slice(0, m);
    const square = r.mm(gr.t()).sub(gq.t().mm(q));
    const symmetric = square.tril().add(square.tril(-1).t());
    const right = gq.add(q.mm(symmetric));
    return ifDue(solve(r, right.t(), true).t(), s, 1, 0);
  }),
  null,
]);

/** The gradient of the right side. */
function solved(g: Tensor, s: Saved): Tensor {
  const { upper, unitriangular } = s.attrs as Record<string, boolean>;
  return solve(s.tensor(0).t(), g, !upper, unitriangular);
}
defineRule("linalgSolveTriangular", [
  d([0, 2, "out"], (g, s) => {
    const { upper, unitriangular } = s.attrs;
    const full = solved(g, s).mm(s.out().t()).neg();
    const own = upper
      ? full.triu(unitriangular ? 1 : 0)
      : full.tril(unitriangular ? -1 : 0);
    return ifDue(own, s, 2, 0);
  }),
  d([0, 2], (g, s) => ifDue(solved(g, s), s, 2, g)),
  null,
]);
