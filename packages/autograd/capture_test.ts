import { assertEquals, assertThrows } from "@std/assert";
import {
  arange,
  compile,
  rand,
  randn,
  type Tensor,
  tensor,
} from "@gradus/tensor";
import { assertSameCompiled } from "../tensor/testing/compiled_testing.ts";
import { checkpoint, detectAnomaly, grad, gradcheck } from "./mod.ts";

const rows = [[3, 1, 2], [3, 0, -2], [0, 0, 2], [0, 4, -1], [1, 2.5, 0]];

/** The gradient of a weighted sum of what `fn` computes. */
function gradientOf(fn: (x: Tensor) => Tensor): (x: Tensor) => Tensor {
  return (x) => {
    const leaf = x.detach().requiresGrad_(), y = fn(leaf);
    const weights = arange(y.numel, { dtype: x.dtype }).add(0.5).view(y.shape);
    return grad(y.mul(weights).sum(), [leaf])[0]!;
  };
}

Deno.test("compile() differentiates prod() without a look at the elements", () => {
  for (const row of rows) {
    const x = tensor([row, [1, 2.5, 3]], { dtype: "float64" });
    assertSameCompiled(gradientOf((x) => x.prod()), x);
    assertSameCompiled(gradientOf((x) => x.prod(1)), x);
    assertSameCompiled(gradientOf((x) => x.prod(0, { keepdim: true })), x);
    assertSameCompiled(gradientOf((x) => x.prod(1)), x.float());
  }
  const special = tensor([[0, NaN, 2], [0, Infinity, -1], [0, 0, Infinity]]);
  assertSameCompiled(gradientOf((x) => x.prod(1)), special);
});

Deno.test("compile() differentiates cumprod() without a look at the elements", () => {
  for (const row of rows) {
    // Small halves, whose products are exact in any order.
    const x = tensor([row, [1, 2.5, 4]], { dtype: "float64" });
    const gradient = gradientOf((x) => x.cumprod(1));
    assertEquals(
      compile(gradient)(x).add(0).arraySync(),
      gradient(x).add(0).arraySync(),
    );
  }
});

Deno.test("compile() differentiates prod() and cumprod() twice at zeros", () => {
  const second = (fn: (x: Tensor) => Tensor) => (x: Tensor) => {
    const leaf = x.detach().requiresGrad_();
    const first = grad(fn(leaf).sum(), [leaf], { createGraph: true })[0]!;
    const weights = arange(x.numel, { dtype: x.dtype }).add(0.5).view(x.shape);
    return grad(first.mul(weights).sum(), [leaf])[0]!;
  };
  const calls = [
    second((x) => x.prod()),
    second((x) => x.prod(1)),
    second((x) => x.cumprod(1)),
  ];
  for (const row of rows) {
    const x = tensor([row, [1, 2.5, 4]], { dtype: "float64" });
    for (const call of calls) {
      const found = compile(call)(x), expected = call(x);
      assertEquals(found.sub(expected).abs().max().itemSync() < 1e-12, true);
    }
  }
});

Deno.test("detectAnomaly() finds NaN in the gradients of a compiled function", () => {
  let captures = 0;
  const gradient = compile((x: Tensor) => {
    captures++;
    return gradientOf((x) => x.sqrt())(x);
  });
  const bad = tensor([4, -1], { dtype: "float32" });
  gradient(bad);
  assertThrows(
    () => detectAnomaly(() => gradient(bad)),
    Error,
    "as SqrtBackward0 returned NaN in gradient 0; it was Error: recorded here",
  );
  gradient(bad);
  detectAnomaly(() => gradient(tensor([4, 1], { dtype: "float32" })));
  assertEquals(captures, 2);
  const inside = compile((x: Tensor) =>
    detectAnomaly(() => gradientOf((x) => x.sqrt())(x))
  );
  assertThrows(() => inside(bad), Error, "SqrtBackward0 returned NaN");
});

Deno.test("checkpoint() repeats random numbers in every run of a compiled function", () => {
  const x = tensor([1, 2, 3, 4], { dtype: "float32" });
  assertSameCompiled((x) => {
    const leaf = x.detach().requiresGrad_();
    const y = checkpoint((x) => x.sin().mul(rand([4])).exp(), [leaf]);
    randn([2]);
    return [y.detach(), grad(y.sum(), [leaf])[0]!, randn([2])];
  }, x);
});

Deno.test("gradcheck() is refused inside compile", () => {
  const x = tensor([1.5], { dtype: "float64", requiresGrad: true });
  const check = compile((x: Tensor) => {
    gradcheck((x) => x.sin(), [x]);
    return x.sin();
  });
  assertThrows(() => check(x), Error, "Cannot check gradients inside compile");
});
