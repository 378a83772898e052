import { AdamW } from "@gradus/optim";
import { tensor } from "@gradus/tensor";
import { assertAlmostEquals } from "@std/assert";
import { assertSameWalk, walk } from "./_walk_testing.ts";
import { LAMB } from "./lamb.ts";

Deno.test("LAMB without the scale of layers is AdamW", () => {
  const options = { lr: 0.1, weightDecay: 0.1, eps: 1e-6 };
  assertSameWalk(
    walk((params) => new LAMB(params, { ...options, adaptive: false })),
    walk((params) => new AdamW(params, options)),
  );
});

Deno.test("LAMB moves a parameter that begins at 0", () => {
  const [first] = walk((params) => new LAMB(params, { lr: 0.1 }), {
    start: [0, 0],
    steps: 1,
    gradient: () => tensor([5, -3], { dtype: "float64" }),
  });
  assertAlmostEquals(first![0]!, -0.1, 1e-6);
  assertAlmostEquals(first![1]!, 0.1, 1e-6);
});

Deno.test("LAMB with clampValue takes no step longer than lr times that", () => {
  const [first] = walk(
    (params) => new LAMB(params, { lr: 0.1, clampValue: 2 }),
    { start: [30, 40], steps: 1 },
  );
  const length = Math.hypot(30 - first![0]!, 40 - first![1]!);
  assertAlmostEquals(length, 0.2, 1e-12);
});
