import { onesLike } from "@gradus/tensor";
import { assertAlmostEquals } from "@std/assert";
import { assertSameWalk, walk } from "./_walk_testing.ts";
import { Apollo } from "./apollo.ts";

Deno.test("Apollo warms up from a thousandth of lr, or from initLr", () => {
  // With beta 0 and eps that hides the curvature steps are 100 lr times the gradient.
  const shared = { lr: 0.01, warmup: 4, beta: 0, eps: 1e9 };
  const rates = (initLr: number | null) => {
    const found = walk((params) => new Apollo(params, { ...shared, initLr }), {
      start: [0],
      steps: 6,
      gradient: (w) => onesLike(w),
    }).flat();
    return found.map((x, i) => ((found[i - 1] ?? 0) - x) / 100);
  };
  const expected = (from: number) =>
    [0, 1, 2, 3, 4, 4].map((i) => from + (0.01 - from) * i / 4);
  for (const [initLr, from] of [[null, 1e-5], [0.002, 0.002]] as const) {
    rates(initLr).forEach((rate, i) =>
      assertAlmostEquals(rate, expected(from)[i]!, 1e-12)
    );
  }
});

Deno.test("Apollo decays in the gradient with a constant rebound and decoupled with belief", () => {
  const options = { lr: 0.001, warmup: 0, weightDecay: 0.1 };
  for (
    const [rebound, weightDecayType] of [
      ["constant", "l2"],
      ["belief", "decoupled"],
    ] as const
  ) {
    assertSameWalk(
      walk((params) => new Apollo(params, { ...options, rebound })),
      walk((params) =>
        new Apollo(params, { ...options, rebound, weightDecayType })
      ),
    );
  }
});
