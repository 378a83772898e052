import { assert, assertEquals, assertThrows } from "@std/assert";
import { gradcheck, gradgradcheck } from "@gradus/autograd";
import { randn, type Tensor, tensor, zeros } from "@gradus/tensor";
import { assertGolden } from "./_testing.ts";
import { huberLoss, l1Loss, mseLoss, smoothL1Loss } from "./regression.ts";

type Loss = (
  input: Tensor,
  target: Tensor,
  options?: Record<string, never>,
) => Tensor;

const losses: Record<string, Loss> = {
  mseLoss,
  l1Loss,
  huberLoss,
  smoothL1Loss,
};
const float64 = { dtype: "float64" } as const;

/** Runs `fn` and returns what it warned of. */
function warnings(fn: () => void): string[] {
  const found: string[] = [];
  const { warn } = console;
  console.warn = (message: string) => found.push(message);
  try {
    fn();
  } finally {
    console.warn = warn;
  }
  return found;
}

Object.entries(losses).forEach(([name, loss]) => {
  Deno.test(`${name}() agrees with PyTorch in values and derivatives`, () => {
    assertGolden(
      name,
      ([x, y], options) =>
        loss(x as Tensor, y as Tensor, options as Record<string, never>),
    );
  });

  Deno.test(`${name}() passes gradcheck and gradgradcheck`, () => {
    const x = randn([2, 3], { ...float64, requiresGrad: true });
    const y = randn([2, 3], { ...float64, requiresGrad: true });
    assert(gradcheck((a, b) => loss(a!, b!), [x, y]));
    assert(gradgradcheck((a, b) => loss(a!, b!), [x, y]));
  });

  Deno.test(`${name}() broadcasts tensors of different shapes with one warning`, () => {
    const x = tensor([[1, 2, 3], [4, 5, 6]], {
      ...float64,
      requiresGrad: true,
    });
    const y = tensor([1, 1, 1], { ...float64, requiresGrad: true });
    const found = warnings(() => loss(x, y).backward());
    assertEquals(found, [
      `${name} got an input of shape [2, 3] and a target of shape [3] and broadcasts them: give both the same shape unless that is meant`,
    ]);
    assertEquals(x.grad!.shape, [2, 3]);
    assertEquals(y.grad!.arraySync(), x.grad!.sum(0).neg().arraySync());
    assertEquals(warnings(() => loss(x, x.detach())), []);
  });

  Deno.test(`${name}() refuses shapes that do not broadcast, an unknown reduction and a wrong weight`, () => {
    assertThrows(
      () => loss(zeros([2, 3]), zeros([2])),
      TypeError,
      `Cannot compute ${name} of tensors as their shapes do not broadcast: got [2, 3] and [2]`,
    );
    assertThrows(
      () => loss(zeros([2]), zeros([2]), { reduction: "max" as never }),
      TypeError,
      `Cannot compute ${name}: expected reduction "none", "mean" or "sum", got "max"`,
    );
    if (name === "smoothL1Loss") return;
    assertThrows(
      () => loss(zeros([2, 3]), zeros([2, 3]), { weight: zeros([3]) as never }),
      TypeError,
      `Cannot compute ${name}: expected a weight of the shape of the input, [2, 3], got [3]`,
    );
  });

  Deno.test(`${name}() takes views that are not contiguous`, () => {
    const x = randn([3, 4], float64), y = randn([3, 4], float64);
    assertEquals(
      loss(x.t(), y.t(), { reduction: "none" as never }).arraySync(),
      loss(x, y, { reduction: "none" as never }).t().arraySync(),
    );
    const half = loss(x.at(":", "::2"), y.at(":", "1::2"));
    const copy = loss(x.at(":", "::2").clone(), y.at(":", "1::2").clone());
    assertEquals(half.itemSync(), copy.itemSync());
  });
});

Deno.test("mseLoss() computes in the promoted type and returns gradients in those of its inputs", () => {
  const x = tensor([1.5, 2], { requiresGrad: true });
  const y = tensor([1, 1], { ...float64, requiresGrad: true });
  const loss = mseLoss(x, y);
  assertEquals(loss.dtype, "float64");
  loss.backward();
  assertEquals(x.grad!.dtype, "float32");
  assertEquals(y.grad!.dtype, "float64");
  assertEquals(x.grad!.arraySync(), [0.5, 1]);
  assertEquals(mseLoss(x, tensor([1, 1])).dtype, "float32");
});

Deno.test("mseLoss() refuses integers and tensors of one shape without floating elements", () => {
  assertThrows(
    () => mseLoss(tensor([1, 2]), tensor([1, 2])),
    TypeError,
    "Cannot compute mseLoss of int64 tensors: convert them to a floating type first",
  );
});

Deno.test("mseLoss() is one node and l1Loss() ends in a mean, as in PyTorch", () => {
  const x = randn([4], { requiresGrad: true }), y = randn([4]);
  assertEquals(mseLoss(x, y).gradFn!.name, "MseLossBackward0");
  assertEquals(huberLoss(x, y).gradFn!.name, "HuberLossBackward0");
  assertEquals(smoothL1Loss(x, y).gradFn!.name, "SmoothL1LossBackward0");
  assertEquals(l1Loss(x, y).gradFn!.name, "MeanBackward0");
  assertEquals(mseLoss(x, y, { weight: y }).gradFn!.name, "DivBackward0");
});

Deno.test("mseLoss() sends gradients to its weight", () => {
  const x = randn([3], float64), y = randn([3], float64);
  const weight = tensor([0.5, 1, 2], { ...float64, requiresGrad: true });
  for (const loss of [mseLoss, l1Loss, huberLoss]) {
    assert(gradcheck((w) => loss(x, y, { weight: w! }), [weight]));
  }
});

Deno.test("smoothL1Loss() refuses a negative beta", () => {
  for (const beta of [-1, NaN]) {
    assertThrows(
      () => smoothL1Loss(zeros([2]), zeros([2]), { beta }),
      RangeError,
      `Cannot compute smoothL1Loss: expected beta >= 0, got ${beta}`,
    );
  }
});

Deno.test("huberLoss() refuses a delta that is not positive", () => {
  for (const delta of [0, -1, NaN]) {
    assertThrows(
      () => huberLoss(zeros([2]), zeros([2]), { delta }),
      RangeError,
      `Cannot compute huberLoss: expected delta > 0, got ${delta}`,
    );
  }
});

Deno.test("huberLoss() is delta times smoothL1Loss() with beta = delta", () => {
  const x = randn([50], float64), y = randn([50], float64);
  const huber = huberLoss(x, y, { delta: 0.5, reduction: "none" });
  const smooth = smoothL1Loss(x, y, { beta: 0.5, reduction: "none" }).mul(0.5);
  assert(huber.sub(smooth).abs().max().itemSync() < 1e-15);
});
