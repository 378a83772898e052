/** The elementary functions, as scalar expressions of f32 or f64. */

export { cbrt } from "./cbrt.ts";
export { erf, erfc, normalCdf } from "./erf.ts";
export { exp, exp2, expm1, log, log10, log1p, log2 } from "./exp_log.ts";
export { copysign, fmod, hypot, rsqrt } from "./float.ts";
export { cosh, sigmoid, sinh, tanh } from "./hyperbolic.ts";
export { acosh, asinh, atanh } from "./inverse_hyperbolic.ts";
export { acos, asin, atan, atan2 } from "./inverse_trig.ts";
export { pow } from "./pow.ts";
export { cos, sin, tan } from "./trig.ts";
