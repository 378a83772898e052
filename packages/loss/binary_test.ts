import { assert, assertEquals, assertThrows } from "@std/assert";
import { gradcheck, gradgradcheck, noGrad } from "@gradus/autograd";
import { rand, randn, type Tensor, tensor, zeros } from "@gradus/tensor";
import { assertGolden, casesOf } from "./_testing.ts";
import { binaryCrossEntropy, binaryCrossEntropyWithLogits } from "./binary.ts";

const float64 = { dtype: "float64" } as const;
const losses = { binaryCrossEntropy, binaryCrossEntropyWithLogits };

Object.entries(losses).forEach(([name, loss]) => {
  Deno.test(`${name}() agrees with PyTorch in values and derivatives`, () => {
    assert(casesOf(name).length >= 15);
    assertGolden(
      name,
      ([x, y], options) => loss(x as Tensor, y as Tensor, options),
    );
  });

  Deno.test(`${name}() passes gradcheck and gradgradcheck`, () => {
    const x = rand([2, 3], float64).mul(0.8).add(0.1).requiresGrad_();
    const y = rand([2, 3], float64).mul(0.8).add(0.1).requiresGrad_();
    for (const reduction of ["none", "mean", "sum"] as const) {
      const weight = rand([3], float64);
      const fn = (a?: Tensor, b?: Tensor) =>
        loss(a!, b!, { reduction, weight });
      assert(gradcheck(fn, [x, y]));
      assert(gradgradcheck(fn, [x, y], { eps: 1e-7 }));
    }
  });

  Deno.test(`${name}() refuses other shapes, weights that do not fit and an unknown reduction`, () => {
    const x = zeros([2, 3]);
    assertThrows(
      () => loss(x, zeros([3])),
      TypeError,
      `Cannot compute ${name}: expected a target of the shape of the input, [2, 3], got [3]`,
    );
    assertThrows(
      () => loss(x, x, { weight: zeros([4, 2, 3]) }),
      TypeError,
      `Cannot compute ${name}: expected a weight that broadcasts to the shape of the input, [2, 3], got [4, 2, 3]`,
    );
    assertThrows(
      () => loss(x, x, { weight: zeros([2]) }),
      TypeError,
      `Cannot compute ${name} of tensors as their shapes do not broadcast: got [2, 3] and [2]`,
    );
    assertThrows(
      () => loss(x, x, { reduction: "batchmean" as never }),
      TypeError,
      `Cannot compute ${name}: expected reduction "none", "mean" or "sum", got "batchmean"`,
    );
    assertThrows(
      () => loss(tensor([1]), tensor([0])),
      TypeError,
      `Cannot compute ${name} of int64 tensors: convert them to a floating type first`,
    );
  });

  Deno.test(`${name}() refuses a weight that requires a gradient`, () => {
    const x = zeros([2]), weight = zeros([2], { requiresGrad: true });
    assertThrows(
      () => loss(x, x, { weight }),
      TypeError,
      `Cannot compute ${name}: expected a weight that does not require a gradient, as there is none for it; detach() it`,
    );
    assertEquals(noGrad(() => loss(x, x, { weight })).itemSync(), 0);
  });

  Deno.test(`${name}() is one node`, () => {
    const x = rand([3], { requiresGrad: true });
    const node = `${name[0]!.toUpperCase()}${name.slice(1)}Backward0`;
    assertEquals(loss(x, zeros([3])).gradFn!.name, node);
  });
});

Deno.test("binaryCrossEntropy() refuses what is not a probability", () => {
  const half = tensor([0.5, 0.5]);
  for (const wrong of [-0.25, 1.5, NaN]) {
    assertThrows(
      () => binaryCrossEntropy(tensor([0.5, wrong]), half),
      RangeError,
      `Cannot compute binaryCrossEntropy: expected an input in [0, 1], got ${wrong}`,
    );
    assertThrows(
      () => binaryCrossEntropy(half, tensor([wrong, 0.5])),
      RangeError,
      `Cannot compute binaryCrossEntropy: expected a target in [0, 1], got ${wrong}`,
    );
  }
});

Deno.test("binaryCrossEntropyWithLogits() has the limits at infinite logits", () => {
  const x = tensor([Infinity, -Infinity, Infinity, -Infinity, Infinity], {
    ...float64,
    requiresGrad: true,
  });
  const y = tensor([1, 0, 0, 1, 0.5], float64);
  const posWeight = tensor(2, float64);
  for (const options of [{}, { posWeight }]) {
    const loss = binaryCrossEntropyWithLogits(x, y, {
      reduction: "none",
      ...options,
    });
    assertEquals(loss.arraySync(), [0, 0, Infinity, Infinity, Infinity]);
  }
  x.grad = null;
  binaryCrossEntropyWithLogits(x, y, { reduction: "sum" }).backward();
  assertEquals(x.grad!.arraySync(), [0, 0, 1, -1, 0.5]);
});

Deno.test("binaryCrossEntropyWithLogits() keeps the small loss of a confident and right logit", () => {
  const x = tensor([100, -100, 40], float64), y = tensor([1, 0, 1], float64);
  const loss = binaryCrossEntropyWithLogits(x, y, { reduction: "none" });
  const [a, b, c] = loss.arraySync() as number[];
  assert(Math.abs(a! / Math.exp(-100) - 1) < 1e-15);
  assertEquals(a, b);
  assert(Math.abs(c! / Math.exp(-40) - 1) < 1e-15);
});

Deno.test("binaryCrossEntropyWithLogits() is binaryCrossEntropy() of the sigmoid", () => {
  const x = randn([40], float64), y = rand([40], float64);
  const logits = binaryCrossEntropyWithLogits(x, y).itemSync();
  const probabilities = binaryCrossEntropy(x.sigmoid(), y).itemSync();
  assert(Math.abs(logits - probabilities) < 1e-14);
});

Deno.test("binaryCrossEntropyWithLogits() passes gradcheck with posWeight", () => {
  const x = randn([2, 3], { ...float64, requiresGrad: true });
  const y = rand([2, 3], { ...float64, requiresGrad: true });
  const posWeight = tensor([0.5, 2, 3], float64);
  const fn = (a?: Tensor, b?: Tensor) =>
    binaryCrossEntropyWithLogits(a!, b!, { posWeight });
  assert(gradcheck(fn, [x, y]));
  assert(gradgradcheck(fn, [x, y]));
});
