import { AdamW } from "@gradus/optim";
import { assertAlmostEquals } from "@std/assert";
import { assertSameWalk, walk } from "./_walk_testing.ts";
import { Adan } from "./adan.ts";

Deno.test("Adan that does not look ahead is AdamW", () => {
  const options = { lr: 0.1, weightDecay: 0.1 };
  assertSameWalk(
    walk((params) =>
      new Adan(params, { ...options, betas: [0.9, 0, 0.99], noProx: true })
    ),
    walk((params) => new AdamW(params, { ...options, betas: [0.9, 0.99] })),
  );
});

Deno.test("Adan decays by a division unless told otherwise", () => {
  const options = { lr: 0.5, weightDecay: 2, eps: 0 };
  const start = [4];
  const [[divided]] = walk((params) => new Adan(params, options), {
    start,
    steps: 1,
  }) as [number[]];
  const [[multiplied]] = walk(
    (params) => new Adan(params, { ...options, noProx: true, weightDecay: 1 }),
    { start, steps: 1 },
  ) as [number[]];
  assertAlmostEquals(divided!, (4 - 0.5) / 2, 1e-12);
  assertAlmostEquals(multiplied!, 4 / 2 - 0.5, 1e-12);
});
