import { type Tensor, tensor } from "@gradus/tensor";
import { assertAlmostEquals, assertEquals } from "@std/assert";
import { Yogi } from "./yogi.ts";

Deno.test("Yogi() moves its average of squares by no more than a share of the latest square", () => {
  const w = tensor([1], { dtype: "float64", requiresGrad: true });
  const options = { betas: [0.9, 0.75] as const, initialAccumulator: 0 };
  const optimizer = new Yogi([w], options);
  const seen = [8, 1, 1].map((g) => {
    w.grad = tensor([g], { dtype: "float64" });
    optimizer.step();
    return (optimizer.state.get(w)!.expAvgSq as Tensor).itemSync();
  });
  // Adam would be at 12.25 and 9.4375.
  assertEquals(seen, [16, 15.75, 15.5]);
});

Deno.test("Yogi() decays every parameter of a group alike", () => {
  const params = [1, 2].map(() =>
    tensor([3], { dtype: "float64", requiresGrad: true })
  );
  const optimizer = new Yogi(params, { weightDecay: 0.5, lr: 0.1 });
  for (const param of params) {
    param.grad = tensor([0], { dtype: "float64" });
  }
  optimizer.step();
  const [first, second] = params.map((param) => param.itemSync());
  assertEquals(first, second);
  assertAlmostEquals(first!, 2.9, 1e-3);
});
