import { SGD } from "@gradus/optim";
import { tensor } from "@gradus/tensor";
import { assertAlmostEquals, assertEquals } from "@std/assert";
import { assertSameWalk, walk } from "./_walk_testing.ts";
import { LARS } from "./lars.ts";

Deno.test("LARS without the scale of layers is SGD with momentum", () => {
  for (const nesterov of [false, true]) {
    const options = { lr: 0.05, momentum: 0.8, weightDecay: 0.1, nesterov };
    assertSameWalk(
      walk((params) => new LARS(params, { ...options, adaptive: false })),
      walk((params) => new SGD(params, options)),
    );
  }
});

Deno.test("LARS takes the same step however large the gradient is", () => {
  const step = (size: number) =>
    walk((params) => new LARS(params, { trustCoefficient: 0.5 }), {
      start: [3, 4],
      steps: 1,
      gradient: () => tensor([0, size], { dtype: "float64" }),
    })[0]!;
  for (const size of [1e-6, 1, 1e6]) {
    assertEquals(step(size)[0], 3);
    assertAlmostEquals(step(size)[1]!, 4 - 2.5, 1e-12);
  }
});

Deno.test("LARS weighs the decay with the norm of the parameter in the denominator", () => {
  const options = { momentum: 0, trustCoefficient: 1, weightDecay: 0.5 };
  const [first] = walk((params) => new LARS(params, options), {
    start: [3, 4],
    steps: 1,
    gradient: () => tensor([1.5, 2], { dtype: "float64" }),
  });
  // 5 / (2.5 + 0.5 * 5) is 1, and the direction twice the gradient.
  assertEquals(first, [0, 0]);
});
