import { assert, assertEquals, assertThrows } from "@std/assert";
import { type Expr, load } from "../expr.ts";
import { interpret } from "../testing/interpret.ts";
import {
  binary,
  expressionOf,
  type Kind,
  kinds,
  samples,
  stored,
  unary,
  worstError,
} from "../testing/ulp_testing.ts";
import { check, dtypeOf } from "../wasm/expression_testing.ts";
import { portable } from "../webgpu/portable.ts";
import { exp } from "./index.ts";

const inf = Infinity;
const nan = NaN;

for (const name of stored) {
  Deno.test(`${name}() is within 2 ULP, with and without fused multiply-add`, () => {
    for (const kind of kinds) {
      for (const fused of [false, true]) {
        const { error, args } = worstError(
          expressionOf(name, kind),
          kind,
          samples(name, kind),
          { fused },
        );
        assert(error <= 2, `${name}(${args}) in ${kind} errs by ${error} ULP`);
      }
    }
  });
}

/** Arguments, then the result. */
type Case = readonly number[];

function assertCases(name: string, cases: readonly Case[]): void {
  for (const kind of kinds) {
    for (const fused of [false, true]) {
      const f = interpret(expressionOf(name, kind), { fused });
      for (const row of cases) {
        const args = row.slice(0, -1), want = row.at(-1)!;
        const exact = kind === "f32" ? Math.fround(want) : want;
        const got = f(args);
        assert(
          Object.is(got, exact),
          `${name}(${args}) in ${kind}: expected ${exact}, got ${got}`,
        );
      }
    }
  }
}

const exactCases: Record<string, readonly Case[]> = {
  exp: [[0, 1], [-0, 1], [inf, inf], [-inf, 0], [1e30, inf], [-1e30, 0]],
  exp2: [[0, 1], [10, 1024], [-3, 0.125], [-126, 2 ** -126], [inf, inf], [
    -inf,
    0,
  ]],
  expm1: [[0, 0], [-0, -0], [inf, inf], [-inf, -1], [-1e30, -1], [
    2 ** -100,
    2 ** -100,
  ]],
  log: [[1, 0], [0, -inf], [-0, -inf], [-1, nan], [-inf, nan], [inf, inf]],
  log2: [[1, 0], [8, 3], [2 ** -140, -140], [0, -inf], [-2, nan], [inf, inf]],
  log10: [[1, 0], [10, 1], [1000, 3], [1e9, 9], [0, -inf], [-2, nan], [
    inf,
    inf,
  ]],
  log1p: [[0, 0], [-0, -0], [-1, -inf], [-2, nan], [-inf, nan], [inf, inf]],
  sin: [[0, 0], [-0, -0], [inf, nan], [-inf, nan], [2 ** -100, 2 ** -100]],
  cos: [[0, 1], [-0, 1], [inf, nan], [-inf, nan], [2 ** -100, 1]],
  tan: [[0, 0], [-0, -0], [inf, nan], [-inf, nan], [2 ** -100, 2 ** -100]],
  asin: [[0, 0], [-0, -0], [1, Math.PI / 2], [-1, -Math.PI / 2], [1.5, nan], [
    -inf,
    nan,
  ]],
  acos: [[1, 0], [-1, Math.PI], [0, Math.PI / 2], [-0, Math.PI / 2], [2, nan], [
    -inf,
    nan,
  ]],
  atan: [[0, 0], [-0, -0], [inf, Math.PI / 2], [-inf, -Math.PI / 2]],
  sinh: [[0, 0], [-0, -0], [inf, inf], [-inf, -inf], [1e30, inf]],
  cosh: [[0, 1], [-0, 1], [inf, inf], [-inf, inf], [-1e30, inf]],
  tanh: [[0, 0], [-0, -0], [inf, 1], [-inf, -1], [1e30, 1], [100, 1]],
  asinh: [[0, 0], [-0, -0], [inf, inf], [-inf, -inf]],
  acosh: [[1, 0], [0.5, nan], [-2, nan], [-inf, nan], [inf, inf]],
  atanh: [[0, 0], [-0, -0], [1, inf], [-1, -inf], [1.5, nan], [-inf, nan]],
  erf: [[0, 0], [-0, -0], [inf, 1], [-inf, -1], [7, 1]],
  erfc: [[0, 1], [-0, 1], [inf, 0], [-inf, 2], [-7, 2], [30, 0]],
  sigmoid: [[0, 0.5], [-0, 0.5], [inf, 1], [-inf, 0], [1e30, 1], [-1e30, 0]],
  cbrt: [
    [0, 0],
    [-0, -0],
    [inf, inf],
    [-inf, -inf],
    [1, 1],
    [-8, -2],
    [
      27 * 2 ** -126,
      3 * 2 ** -42,
    ],
    [-(2 ** -147), -(2 ** -49)],
    [2 ** 126, 2 ** 42],
  ],
  rsqrt: [[0, inf], [-0, -inf], [4, 0.5], [inf, 0], [-1, nan]],
};

for (const [name, cases] of Object.entries(exactCases)) {
  Deno.test(`${name}() is exact at zeros, infinities and the ends of its domain`, () => {
    assertCases(name, [...cases, [nan, nan]]);
  });
}

Deno.test("exactCases covers every function of one argument", () => {
  assertEquals(Object.keys(exactCases).sort(), Object.keys(unary).sort());
});

Deno.test("pow() follows annex F of C99 at zeros, infinities and NaN", () => {
  assertCases("pow", [
    ...[[0, -3, inf], [-0, -3, -inf], [0, -2, inf], [-0, -2, inf]],
    ...[[0, -0.5, inf], [-0, -0.5, inf], [0, -inf, inf], [-0, -inf, inf]],
    ...[[0, 3, 0], [-0, 3, -0], [0, 2, 0], [-0, 2, 0], [-0, 0.5, 0]],
    ...[[-1, inf, 1], [-1, -inf, 1], [1, nan, 1], [nan, 0, 1], [nan, -0, 1]],
    ...[[0, 0, 1], [inf, 0, 1], [-3, 0, 1], [-8, 1 / 3, nan], [-2, 2.5, nan]],
    ...[[0.5, -inf, inf], [2, -inf, 0], [0.5, inf, 0], [2, inf, inf]],
    ...[[-0.5, inf, 0], [-2, inf, inf], [-2, -inf, 0]],
    ...[[-inf, -3, -0], [-inf, -2, 0], [-inf, 3, -inf], [-inf, 2, inf]],
    ...[[-inf, 0.5, inf], [-inf, -0.5, 0], [inf, -2, 0], [inf, 0.5, inf]],
    ...[[nan, 1, nan], [2, nan, nan], [-0, nan, nan], [nan, nan, nan]],
  ]);
});

Deno.test("pow() is exact where the power is a small whole number", () => {
  assertCases("pow", [
    ...[[2, 10, 1024], [-2, 3, -8], [-2, 4, 16], [3, 5, 243], [7, 8, 5764801]],
    ...[[10, 7, 1e7], [4, 0.5, 2], [81, 0.25, 3], [2, -3, 0.125]],
    ...[[-3, 1, -3], [1.5, 1, 1.5], [1.1875, 2, 1.41015625]],
  ]);
});

Deno.test("atan2() is exact at zeros and infinities of either sign", () => {
  const { PI } = Math;
  assertCases("atan2", [
    ...[[0, 0, 0], [-0, 0, -0], [0, -0, PI], [-0, -0, -PI]],
    ...[[0, -1, PI], [-0, -1, -PI], [0, 1, 0], [-0, 1, -0]],
    ...[[1, 0, PI / 2], [1, -0, PI / 2], [-1, 0, -PI / 2], [-1, -0, -PI / 2]],
    ...[[1, -inf, PI], [-1, -inf, -PI], [1, inf, 0], [-1, inf, -0]],
    ...[[inf, 1, PI / 2], [-inf, -1, -PI / 2], [inf, inf, PI / 4]],
    ...[[-inf, inf, -PI / 4], [1, 1, PI / 4], [-1, 1, -PI / 4]],
    ...[[nan, 1, nan], [1, nan, nan], [nan, inf, nan], [inf, nan, nan]],
  ]);
});

Deno.test("hypot() neither overflows nor underflows on the way", () => {
  assertCases("hypot", [
    ...[[3, 4, 5], [-3, 4, 5], [0, -0, 0], [0, -2, 2]],
    ...[[inf, nan, inf], [nan, -inf, inf], [1, nan, nan], [inf, 1, inf]],
    ...[[3 * 2 ** 125, 2 ** 127, 5 * 2 ** 125]],
    ...[[3 * 2 ** -149, 2 ** -147, 5 * 2 ** -149]],
  ]);
  assertEquals(
    interpret(expressionOf("hypot", "f64"))([3 * 2 ** -1074, 2 ** -1072]),
    5 * 2 ** -1074,
  );
});

Deno.test("copysign() takes the sign of zeros and infinities too", () => {
  assertCases("copysign", [
    ...[[3, -0, -3], [-3, 0, 3], [0, -inf, -0], [inf, -1, -inf], [-2, 5, 2]],
  ]);
});

/** Numbers of a type, all bit patterns being about equally likely. */
function patterns(kind: Kind, count: number): number[] {
  const words = new Uint32Array(2 * count);
  let state = 1;
  for (let i = 0; i < words.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    words[i] = state;
  }
  return kind === "f32"
    ? [...new Float32Array(words.buffer)].filter((_, i) => i % 2 === 1)
    : [...new Float64Array(words.buffer)];
}

Deno.test("fmod() is exact", () => {
  const fixed = [0, -0, 1, -1, 3, 5.5, -7.25, 0.1, 1e-30, 1e30, inf, -inf, nan];
  for (const kind of kinds) {
    const f = interpret(expressionOf("fmod", kind));
    const round = kind === "f32" ? Math.fround : (x: number) => x;
    const numbers = patterns(kind, 600);
    const pairs = [
      ...fixed.flatMap((a) => fixed.map((b) => [a, b])),
      ...numbers.map((a, i) => [a, numbers[(i + 1) % numbers.length]!]),
      ...numbers.map((a, i) => [a, a / (1.1 + 97 * i * i)]),
    ];
    for (const [a, b] of pairs.map((pair) => pair.map(round))) {
      const beyond = kind === "f64" && Math.abs(a! / b!) >= 2 ** 400 &&
        Number.isFinite(a!) && b !== 0;
      const want = beyond ? NaN : a! % b!;
      const got = f([a!, b!]);
      assert(
        Object.is(got, want),
        `fmod(${a}, ${b}) in ${kind}: expected ${want}, got ${got}`,
      );
    }
  }
});

Deno.test("Elementary functions of f32 need f64 in seldom branches only", () => {
  for (const name of [...Object.keys(unary), ...Object.keys(binary)]) {
    const seen = new Set<Expr>();
    const visit = (e: Expr): void => {
      if (seen.has(e)) return;
      seen.add(e);
      assert(e.type !== "f64" && e.type !== "i64", `${name}() needs ${e.type}`);
      const seldom = e.op === "select" && e.value === 1;
      e.args.filter((_, i) => !seldom || i !== 1).forEach(visit);
    };
    visit(expressionOf(name, "f32"));
  }
});

for (const name of ["sin", "cos", "tan"]) {
  Deno.test(`${name}() of f32 up to 400,000 is within 2 ULP without f64`, () => {
    const over = samples(name, "f32").filter(({ args }) =>
      Math.abs(args[0]!) <= 4e5
    );
    assert(over.length > 200);
    const expression = portable()(expressionOf(name, "f32"));
    for (const fused of [false, true]) {
      const { error, args } = worstError(expression, "f32", over, { fused });
      assert(error <= 2, `${name}(${args}) errs by ${error} ULP`);
    }
  });
}

for (const name of [...Object.keys(unary), ...Object.keys(binary)]) {
  Deno.test(`${name}() has kernels that compute what the interpreter does`, () => {
    for (const kind of kinds) {
      const expression = expressionOf(name, kind);
      const inputs = name in unary
        ? [dtypeOf[kind]]
        : [dtypeOf[kind], dtypeOf[kind]];
      check(expression, inputs);
      check(expression, inputs, undefined, { relaxed: false });
    }
  });
}

Deno.test("exp() refuses integers", () => {
  assertThrows(
    () => exp(load(0, "i32")),
    TypeError,
    "Cannot build an elementary function: expected f32 or f64, got i32",
  );
});
