import { type Tensor, tensor } from "@gradus/tensor";
import { assertAlmostEquals, assertEquals } from "@std/assert";
import { walk } from "./_walk_testing.ts";
import { ADOPT } from "./adopt.ts";

const noDecay = { lr: 0.1, betas: [0, 0.99] as const };

Deno.test("ADOPT does not move in its first step, not even by decay", () => {
  for (const decoupledWeightDecay of [false, true]) {
    const [first, second] = walk(
      (params) => new ADOPT(params, { weightDecay: 0.5, decoupledWeightDecay }),
      { start: [3, -1], steps: 2 },
    );
    assertEquals(first, [3, -1]);
    assertEquals(second!.every((x, i) => x !== first![i]), true);
  }
});

Deno.test("ADOPT clips to 1 in its second step and to the fourth root of 2 in its third", () => {
  // Gradients grow fast, so that what is divided by the past is large.
  const found = walk((params) => new ADOPT(params, noDecay), {
    start: [0],
    steps: 3,
    gradient: (w, t) => w.mul(0).add(1000 ** t),
  }).flat();
  assertEquals(found.slice(0, 2), [0, -0.1]);
  assertAlmostEquals(found[2]!, -0.1 - 0.1 * 2 ** 0.25, 1e-12);
});

Deno.test("ADOPT without clipping divides by eps where the first gradient was 0", () => {
  const options = { ...noDecay, eps: 0.5, clipExponent: null };
  const found = walk((params) => new ADOPT(params, options), {
    start: [0],
    steps: 2,
    gradient: (_: Tensor, t) => tensor([t === 1 ? 0 : 3], { dtype: "float64" }),
  });
  assertAlmostEquals(found[1]![0]!, -0.1 * 3 / 0.5, 1e-12);
});
