import { assert, assertEquals, assertThrows } from "@std/assert";
import { gradcheck, gradgradcheck } from "@gradus/autograd";
import { rand, randn, type Tensor, tensor, zeros } from "@gradus/tensor";
import { assertGolden, casesOf } from "./_testing.ts";
import { crossEntropy, nllLoss } from "./classification.ts";

const float64 = { dtype: "float64" } as const;
const losses = { nllLoss, crossEntropy };
const x = tensor([[1, 2, -1], [0.5, -0.3, 0.8]], float64);
const t = tensor([2, 0]);

Object.entries(losses).forEach(([name, loss]) => {
  Deno.test(`${name}() agrees with PyTorch in values and derivatives`, () => {
    assert(casesOf(name).length >= 30);
    assertGolden(
      name,
      ([x, y], options) => loss(x as Tensor, y as Tensor, options),
    );
  });

  Deno.test(`${name}() passes gradcheck and gradgradcheck with class indices`, () => {
    const input = randn([2, 3, 2], { ...float64, requiresGrad: true });
    const target = tensor([[0, 2], [1, -1]]);
    const weight = rand([3], float64);
    for (const reduction of ["none", "mean", "sum"] as const) {
      const fn = (a?: Tensor) =>
        loss(a!, target, { reduction, weight, ignoreIndex: -1 });
      assert(gradcheck(fn, [input]));
      assert(gradgradcheck(fn, [input]));
    }
  });

  Deno.test(`${name}() is one node after the logarithm`, () => {
    const input = randn([2, 3], { requiresGrad: true });
    assertEquals(loss(input, t).gradFn!.name, "NllLossBackward0");
  });

  Deno.test(`${name}() refuses class indices out of range, unless they are ignored`, () => {
    for (const wrong of [3, -1, -100]) {
      assertThrows(
        () => loss(x, tensor([2, wrong]), { ignoreIndex: 7 }),
        RangeError,
        `Cannot compute the loss: expected class indices in [0, 2], got ${wrong}`,
      );
      const found = loss(x, tensor([2, wrong]), { ignoreIndex: wrong });
      assertEquals(found.itemSync(), loss(x.at(":1"), t.at(":1")).itemSync());
    }
  });

  Deno.test(`${name}() takes indices of every integer type and refuses others`, () => {
    const expected = loss(x, t).itemSync();
    for (const dtype of ["int32", "int64", "uint8"] as const) {
      assertEquals(loss(x, t.to(dtype)).itemSync(), expected);
    }
    for (const dtype of ["float32", "float64", "bool"] as const) {
      assertThrows(
        () => loss(x, t.to(dtype)),
        TypeError,
        `Cannot compute ${name}: expected integer class indices, got ${dtype}`,
      );
    }
  });

  Deno.test(`${name}() refuses shapes that do not fit`, () => {
    assertThrows(
      () => loss(x, tensor([0, 1, 2])),
      TypeError,
      `Cannot compute ${name}: expected class indices of shape [2] for an input of shape [2, 3], got [3]`,
    );
    assertThrows(
      () => loss(zeros([2, 3, 4]), zeros([2, 3], { dtype: "int64" })),
      TypeError,
      `Cannot compute ${name}: expected class indices of shape [2, 4] for an input of shape [2, 3, 4], got [2, 3]`,
    );
    assertThrows(
      () => loss(tensor(0.5), tensor(0)),
      TypeError,
      `Cannot compute ${name}: expected an input of shape [C], [N, C] or [N, C, d1, ...], got []`,
    );
    assertThrows(
      () => loss(x, t, { weight: rand([2]) }),
      TypeError,
      `Cannot compute ${name}: expected a weight for each class, of shape [3], got [2]`,
    );
  });

  Deno.test(`${name}() refuses settings that make no sense`, () => {
    assertThrows(
      () => loss(x, t, { reduction: "max" as never }),
      TypeError,
      `Cannot compute ${name}: expected reduction "none", "mean" or "sum", got "max"`,
    );
    assertThrows(
      () => loss(x, t, { ignoreIndex: 0.5 }),
      RangeError,
      `Cannot compute ${name}: expected an integer ignoreIndex, got 0.5`,
    );
    assertThrows(
      () => loss(x, t, { weight: rand([3], { requiresGrad: true }) }),
      TypeError,
      `Cannot compute ${name}: expected a weight that does not require a gradient`,
    );
    assertThrows(
      () => loss(tensor([[1, 2]]), tensor([0])),
      TypeError,
      `Cannot compute ${name}: expected a floating input, got int64`,
    );
  });

  Deno.test(`${name}() takes views that are not contiguous`, () => {
    const wide = randn([3, 4, 2], { ...float64, requiresGrad: true });
    const target = tensor([[0, 3], [1, 1], [2, 0]]);
    const weight = rand([8], float64).at("::2");
    const swapped = wide.detach().permute(2, 1, 0).clone()
      .requiresGrad_();
    const a = loss(wide, target, { weight });
    const b = loss(swapped.permute(2, 1, 0), target.t().clone().t(), {
      weight: weight.clone(),
    });
    assert(Math.abs(a.itemSync() - b.itemSync()) < 1e-15);
    a.backward();
    b.backward();
    const apart = wide.grad!.sub(swapped.grad!.permute(2, 1, 0));
    assert(apart.abs().max().itemSync() < 1e-15);
  });
});

Deno.test("nllLoss() of ignored samples alone is NaN with gradients of 0", () => {
  const input = x.detach().requiresGrad_();
  const loss = nllLoss(input, tensor([-100, -100]));
  assertEquals(loss.itemSync(), NaN);
  loss.backward();
  assertEquals(input.grad!.arraySync(), [[0, 0, 0], [0, 0, 0]]);
});

Deno.test("nllLoss() notices that its target was changed before backward()", () => {
  const input = x.detach().requiresGrad_(), target = tensor([2, 0]);
  const loss = nllLoss(input, target);
  target.fill_(1);
  assertThrows(() => loss.backward(), Error, "changed in place");
});

Deno.test("crossEntropy() agrees with PyTorch on the example of its reference", () => {
  const weight = tensor([0.5, 1, 2], float64);
  const near = (found: Tensor, expected: number) =>
    assert(Math.abs(found.itemSync() - expected) < 1e-12, String(found));
  near(crossEntropy(x, t), 2.1891707551647115);
  near(crossEntropy(x, t, { weight }), 2.8850756321267963);
  near(crossEntropy(x, t, { weight, reduction: "sum" }), 7.2126890803169905);
  near(crossEntropy(x, t, { labelSmoothing: 0.1 }), 2.1141707551647113);
  near(crossEntropy(x, t, { weight, labelSmoothing: 0.1 }), 2.750224006062823);
});

Deno.test("crossEntropy() has the derivative softmax(x) - target", () => {
  const input = x.detach().requiresGrad_();
  crossEntropy(input, t, { reduction: "sum" }).backward();
  const oneHot = tensor([[0, 0, 1], [1, 0, 0]], float64);
  const apart = input.grad!.sub(x.softmax(1).sub(oneHot));
  assert(apart.abs().max().itemSync() < 1e-15);
});

Deno.test("crossEntropy() passes gradcheck and gradgradcheck with smoothing and with probabilities", () => {
  const input = randn([2, 3, 2], { ...float64, requiresGrad: true });
  const target = rand([2, 3, 2], { ...float64, requiresGrad: true });
  const weight = rand([3], float64);
  const options = { weight, labelSmoothing: 0.2 };
  const indices = tensor([[0, 2], [1, 1]]);
  assert(gradcheck((a) => crossEntropy(a!, indices, options), [input]));
  assert(gradgradcheck((a) => crossEntropy(a!, indices, options), [input]));
  assert(gradcheck((a, b) => crossEntropy(a!, b!, options), [input, target]));
  assert(
    gradgradcheck((a, b) => crossEntropy(a!, b!, options), [input, target]),
  );
});

Deno.test("crossEntropy() does not overflow", () => {
  const input = tensor([[1e4, 0, -1e4]], { ...float64, requiresGrad: true });
  const loss = crossEntropy(input, tensor([2]));
  assertEquals(loss.itemSync(), 2e4);
  loss.backward();
  assertEquals(input.grad!.arraySync(), [[1, 0, -1]]);
});

Deno.test("crossEntropy() refuses smoothing outside [0, 1]", () => {
  for (const labelSmoothing of [-0.1, 1.1, NaN]) {
    assertThrows(
      () => crossEntropy(x, t, { labelSmoothing }),
      RangeError,
      `Cannot compute crossEntropy: expected labelSmoothing in [0, 1], got ${labelSmoothing}`,
    );
  }
});

Deno.test("crossEntropy() refuses probabilities that are integers or come with an ignored class", () => {
  assertThrows(
    () => crossEntropy(x, zeros([2, 3], { dtype: "int64" })),
    TypeError,
    "Cannot compute crossEntropy: expected floating class probabilities, as the target has the shape of the input, got int64",
  );
  assertThrows(
    () => crossEntropy(x, x.softmax(1), { ignoreIndex: 0 }),
    TypeError,
    "Cannot compute crossEntropy: expected no ignoreIndex with class probabilities, got 0",
  );
});
