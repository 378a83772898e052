import { assert, assertEquals, assertThrows } from "@std/assert";
import { gradcheck, gradgradcheck } from "@gradus/autograd";
import { rand, randn, type Tensor, tensor, zeros } from "@gradus/tensor";
import { assertGolden } from "./_testing.ts";
import { gaussianNllLoss, klDiv, poissonNllLoss } from "./likelihood.ts";

const float64 = { dtype: "float64" } as const;

Deno.test("klDiv() agrees with PyTorch in values and derivatives", () => {
  assertGolden(
    "klDiv",
    ([x, y], options) => klDiv(x as Tensor, y as Tensor, options),
  );
});

Deno.test("poissonNllLoss() agrees with PyTorch in values and derivatives", () => {
  assertGolden(
    "poissonNllLoss",
    ([x, y], options) => poissonNllLoss(x as Tensor, y as Tensor, options),
  );
});

Deno.test("gaussianNllLoss() agrees with PyTorch in values and derivatives", () => {
  assertGolden(
    "gaussianNllLoss",
    ([x, y, v], options) =>
      gaussianNllLoss(x as Tensor, y as Tensor, v!, options),
  );
});

Deno.test("klDiv() passes gradcheck and gradgradcheck", () => {
  const x = rand([2, 3], { ...float64, requiresGrad: true });
  const y = rand([2, 3], float64).add(0.5).requiresGrad_();
  for (const logTarget of [false, true]) {
    const fn = (a?: Tensor, b?: Tensor) => klDiv(a!, b!, { logTarget });
    assert(gradcheck(fn, [x, y]));
    assert(gradgradcheck(fn, [x, y]));
  }
});

Deno.test("klDiv() of a distribution from itself is 0", () => {
  const p = randn([4, 5], float64).softmax(1);
  const divergence = klDiv(p.log(), p, { reduction: "batchmean" }).itemSync();
  assert(Math.abs(divergence) < 1e-15);
  assertEquals(
    klDiv(p.log(), p.log(), { logTarget: true, reduction: "sum" }).itemSync(),
    0,
  );
});

Deno.test("klDiv() refuses an unknown reduction and shapes that do not broadcast", () => {
  assertThrows(
    () => klDiv(zeros([2]), zeros([2]), { reduction: "max" as never }),
    TypeError,
    'Cannot compute klDiv: expected reduction "none", "batchmean", "mean" or "sum", got "max"',
  );
  assertThrows(
    () => klDiv(zeros([2]), zeros([3])),
    TypeError,
    "do not broadcast",
  );
});

Deno.test("poissonNllLoss() passes gradcheck and gradgradcheck", () => {
  const x = rand([2, 3], float64).add(0.5).requiresGrad_();
  const y = rand([2, 3], float64).add(1.5).requiresGrad_();
  for (const logInput of [false, true]) {
    const fn = (a?: Tensor, b?: Tensor) =>
      poissonNllLoss(a!, b!, { logInput, full: true });
    assert(gradcheck(fn, [x, y]));
    assert(gradgradcheck(fn, [x, y]));
  }
});

Deno.test("poissonNllLoss() is smallest at the rate that is the count", () => {
  const x = tensor([3, 0.5], float64).requiresGrad_();
  const y = tensor([3, 0.5], float64);
  poissonNllLoss(x, y, { logInput: false, eps: 0 }).backward();
  assertEquals(x.grad!.arraySync(), [0, 0]);
});

Deno.test("gaussianNllLoss() passes gradcheck and gradgradcheck", () => {
  const x = randn([2, 3], { ...float64, requiresGrad: true });
  const y = randn([2, 3], { ...float64, requiresGrad: true });
  const v = rand([2, 1], float64).add(0.5).requiresGrad_();
  const fn = (a?: Tensor, b?: Tensor, c?: Tensor) =>
    gaussianNllLoss(a!, b!, c!, { full: true });
  assert(gradcheck(fn, [x, y, v]));
  assert(gradgradcheck(fn, [x, y, v]));
});

Deno.test("gaussianNllLoss() leaves the variance as it is", () => {
  const v = tensor([0, 1], float64), mean = zeros([2], float64);
  gaussianNllLoss(mean, mean, v, { eps: 0.5 });
  assertEquals(v.arraySync(), [0, 1]);
});

Deno.test("gaussianNllLoss() refuses negative variances and shapes that do not fit", () => {
  const x = zeros([2, 3], float64);
  const negative =
    "Cannot compute gaussianNllLoss: expected a variance of at least 0, got -0.5";
  assertThrows(() => gaussianNllLoss(x, x, -0.5), RangeError, negative);
  assertThrows(
    () => gaussianNllLoss(x, x, tensor([[1], [-0.5]], float64)),
    RangeError,
    negative,
  );
  for (const shape of [[3], [1, 1], [2, 2], [2, 3, 1]]) {
    assertThrows(
      () => gaussianNllLoss(x, x, zeros(shape)),
      TypeError,
      `Cannot compute gaussianNllLoss: expected a variance of the shape of the input, [2, 3], without its last dim, or with one dim of size 1, got [${
        shape.join(", ")
      }]`,
    );
  }
});
