/** Kinds of ops, as far as tests treat them differently. */

/** Ops that compute or move one element at a time. */
export function isElementwise(op: string): boolean {
  return elementwise.has(op) || op.startsWith("toCopy.");
}

const elementwise: ReadonlySet<string> = new Set(
  `abs acos acosh add addcdiv addcmul asin asinh atan atan2 atanh bitwiseAnd
  bitwiseNot bitwiseOr bitwiseXor cbrt ceil clamp clone copy copysign cos cosh
  div elu eq erf erfc exp exp2 expm1 floor floorDivide fmod frac ge gelu geluTanh
  gt hardshrink hardsigmoid hardswish hardtanh hypot isfinite isinf isnan le
  leakyRelu lerp log log10 log1p log2 logSigmoid logaddexp logicalAnd
  logicalNot logicalOr logicalXor lt maximum minimum mish mul ne neg pow
  reciprocal relu remainder round rsqrt sigmoid sign silu sin sinh softplus
  softshrink sqrt square sub tan tanh threshold trunc truncDivide where xlogy
  clampVariance preluKernel`.split(/\s+/),
);

/** Ops that show memory as it lies: another layout gives another result or none. */
export const layoutOps: ReadonlySet<string> = new Set([
  "asStrided",
  "random",
  "view",
]);

/**
 * Ops whose result is a difference or a sum of larger terms, here or in
 * PyTorch: the terms bound the error, not the result.
 */
export const cancellingOps: ReadonlySet<string> = new Set([
  "sum",
  "mean",
  "var",
  "std",
  "logsumexp",
  "linalgEigh",
  "linalgQr",
  "linalgSolveTriangular",
  "linalgVectorNorm",
  "logSoftmax",
  "mm",
  "bmm",
  "mv",
  "dot",
  "addmm",
  "matmul",
  "nativeLayerNorm",
  "gelu",
  "binaryCrossEntropyWithLogits",
]);

/** Ops for which the sign of a zero in PyTorch depends on the order of operands or the width of vectors. */
export const zeroSignOps: ReadonlySet<string> = new Set([
  "relu",
  "hardtanh",
  "maximum",
  "minimum",
  "softshrink",
  "max",
  "min",
  "maxAll",
  "minAll",
  "amax",
  "amin",
  "clamp",
  ...cancellingOps,
]);
