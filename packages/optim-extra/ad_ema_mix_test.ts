import { AdamW } from "@gradus/optim";
import { type Tensor, tensor } from "@gradus/tensor";
import { assertAlmostEquals } from "@std/assert";
import { assertSameWalk, walk } from "./_walk_testing.ts";
import { AdEMAMix } from "./ad_ema_mix.ts";

Deno.test("AdEMAMix with alpha 0 is AdamW", () => {
  const options = { lr: 0.1, weightDecay: 0.1 };
  assertSameWalk(
    walk((params) => new AdEMAMix(params, { ...options, alpha: 0 })),
    walk((params) => new AdamW(params, options)),
  );
});

Deno.test("AdEMAMix warms beta3 up by half-lives, from beta1", () => {
  const w = tensor([0], { dtype: "float64", requiresGrad: true });
  const optimizer = new AdEMAMix([w], {
    betas: [0.9, 0.999, 0.9999],
    beta3Warmup: 1000,
  });
  const slow = () => (optimizer.state.get(w)!.expAvgSlow as Tensor).itemSync();
  /** β3 in the step that is taken with gradient 1. */
  const beta3 = () => {
    const before = slow();
    w.grad = tensor([1], { dtype: "float64" });
    optimizer.step();
    return (slow() - 1) / (before - 1);
  };
  const halfLife = (beta: number) => Math.log(0.5) / Math.log(beta);
  w.grad = tensor([0], { dtype: "float64" });
  optimizer.step();
  const found = [beta3()];
  for (let t = 3; t < 500; t++) beta3();
  found.push(beta3());
  for (let t = 501; t < 1000; t++) beta3();
  found.push(beta3());

  const from = halfLife(0.9), to = halfLife(0.9999);
  assertAlmostEquals(halfLife(found[0]!), from + 0.002 * (to - from), 1e-2);
  assertAlmostEquals(halfLife(found[1]!), (from + to) / 2, 1);
  assertAlmostEquals(found[2]!, 0.9999, 1e-9);
});
