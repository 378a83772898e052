import { assert, assertEquals, assertThrows } from "@std/assert";
import { ones, type Tensor } from "@gradus/tensor";
import { constant, leaf } from "./leaf_testing.ts";
import {
  Function,
  type FunctionContext,
  gradcheck,
  gradgradcheck,
  noGrad,
} from "./mod.ts";

/** sin with the derivative that a test wants. */
class Sine extends Function {
  static forward(
    ctx: FunctionContext,
    x: Tensor,
    slope: (x: Tensor) => Tensor,
    offset: () => number,
  ): Tensor {
    ctx.saveForBackward(x);
    Object.assign(ctx.extra, { slope, offset });
    return x.sin();
  }
  static backward(ctx: FunctionContext, g: Tensor): (Tensor | null)[] {
    const slope = ctx.extra.slope as (x: Tensor) => Tensor;
    const offset = ctx.extra.offset as () => number;
    return [g.mul(slope(ctx.savedTensors[0]!)).add(offset()), null, null];
  }
}

function sine(slope: (x: Tensor) => Tensor, offset: () => number = () => 0) {
  return (x: Tensor) => Sine.apply(x, slope, offset);
}

Deno.test("gradcheck() and gradgradcheck() accept right derivatives", () => {
  const x = leaf([[0.5, -1.5], [2, 0.25]]), y = leaf([1.5, -0.5]);
  const right = sine((t) => t.cos());
  assert(gradcheck(right, [x]) && gradgradcheck(right, [x]));
  const both = (a: Tensor, b: Tensor) => [a.mm(a.t()), a.mul(b).exp().sum(0)];
  assert(gradcheck(both, [x, y]) && gradgradcheck(both, [x, y]));
});

Deno.test("gradcheck() detects a wrong derivative and says where", () => {
  const x = leaf([0.5, 1.5]);
  assertThrows(
    () => gradcheck(sine((t) => t.cos().neg()), [x]),
    Error,
    "Gradient check failed: derivative of element 0 of output 0 by element 0 of input 0 is -0.87758",
  );
  const slightly = sine((t) => t.cos().mul(1.01));
  assertThrows(
    () => gradcheck(slightly, [x]),
    Error,
    "by finite differences 0.8775",
  );
  assert(gradcheck(slightly, [x], { rtol: 0.02 }));
  const second = leaf([1]);
  assertThrows(
    () => gradcheck((a, b) => a.mul(b.detach()), [x, second]),
    Error,
    "by element 0 of input 1 is 0",
  );
});

Deno.test("gradcheck() detects a derivative that is not zero where it should be", () => {
  assertThrows(
    () => gradcheck(sine((t) => t.cos(), () => 0.5), [leaf([1])], { atol: 1 }),
    Error,
    "Gradient check failed: a gradient of zeros gives 0.5",
  );
});

Deno.test("gradcheck() detects a backward that is not the same twice", () => {
  let calls = 0;
  assertThrows(
    () => gradcheck(sine((t) => t.cos(), () => 1e-9 * calls++), [leaf([1])]),
    Error,
    "a second backward gave other gradients than the first",
  );
});

Deno.test("gradgradcheck() detects a wrong second derivative", () => {
  const x = leaf([0.5, 1.5]);
  const right = sine((t) => t.cos());
  // The first derivative is right, but its graph is lost.
  const lost = sine((t) => t.detach().cos());
  assert(gradcheck(lost, [x]) && gradgradcheck(right, [x]));
  assertThrows(() => gradgradcheck(lost, [x]), Error, "Gradient check failed");
});

Deno.test("gradcheck() takes constants, integers and several outputs", () => {
  const x = leaf([0.5, 1.5]),
    c = constant([2, 3]),
    n = ones([2], { dtype: "int64" });
  const f = (
    x: Tensor,
    c: Tensor,
    n: Tensor,
  ) => [x.mul(c).add(n), x.argmax(), c.mul(2)];
  assert(gradcheck(f, [x, c, n]));
  assert(
    gradcheck((t) => t.detach().sign(), [x]),
    "the difference is zero as well",
  );
  assertThrows(
    () => gradcheck((t) => t.detach().mul(2), [x]),
    Error,
    "finite differences 2",
  );
});

Deno.test("gradcheck() leaves the inputs as they are", () => {
  const x = leaf([0.1, 1 / 3, 7]), whole = leaf([[1, 2], [3, 4]]);
  const before = x.arraySync();
  gradcheck((t) => t.exp(), [x]);
  assertEquals([x.arraySync(), x.grad], [before, null]);
  const column = noGrad(() => whole.at(":", 1)).requiresGrad_();
  assert(gradcheck((t) => t.pow(3), [column]), "a view with gaps");
  assertEquals(whole.arraySync(), [[1, 2], [3, 4]]);
});

Deno.test("gradcheck() refuses inputs that it cannot vary", () => {
  assertThrows(
    () => gradcheck((t) => t, [constant([1])]),
    TypeError,
    "expected an input that requires a gradient",
  );
  const expanded = constant([1]).expand(3).requiresGrad_();
  assertThrows(
    () => gradcheck((t) => t.mul(2), [expanded]),
    TypeError,
    "share memory",
  );
});

/** Runs `fn` and returns what it warned of. */
function warningsOf(fn: () => void): string[] {
  const warnings: string[] = [];
  const { warn } = console;
  console.warn = (text: string) => void warnings.push(text);
  try {
    fn();
  } finally {
    console.warn = warn;
  }
  return warnings;
}

Deno.test("gradcheck() says that inputs should be float64", () => {
  const single = constant([0.5, 1.5]).float().requiresGrad_();
  const double = leaf([1, 2]);
  const [first, ...others] = warningsOf(() => {
    assertThrows(
      () => gradcheck((a, b) => a.exp().mul(b), [double, single]),
      Error,
      "; inputs should be float64, got input 1 in float32",
    );
  });
  assertEquals(
    first,
    "gradcheck got input 1 in float32: give it float64, or differences are too coarse and the check will likely fail",
  );
  assertEquals(others, []);
  assertEquals(warningsOf(() => gradcheck((a) => a.exp(), [double])), []);
  const constantSingle = constant([1, 2]).float();
  assertEquals(
    warningsOf(() => gradcheck((a, b) => a.mul(b), [double, constantSingle])),
    [],
  );
});

Deno.test("gradcheck() and gradgradcheck() refuse options that they do not know", () => {
  for (const check of [gradcheck, gradgradcheck]) {
    assertThrows(
      () => check((t) => t.exp(), [leaf([1])], { tol: 1 } as object),
      TypeError,
      "Cannot check gradients with an unknown option tol: expected one of eps, atol, rtol",
    );
  }
});
