import { tensor } from "@gradus/tensor";
import { assertAlmostEquals } from "@std/assert";
import { walk } from "./_walk_testing.ts";
import { Fromage } from "./fromage.ts";

Deno.test("Fromage keeps the length of a parameter that is turned", () => {
  const found = walk((params) => new Fromage(params, { lr: 0.3 }), {
    start: [3, 4],
    gradient: (w) => w.flip([0]).mul(tensor([-7, 7], { dtype: "float64" })),
  });
  for (const [x, y] of found) {
    assertAlmostEquals(Math.hypot(x!, y!), 5, 1e-12);
  }
});

Deno.test("Fromage moves a parameter that begins at 0, and shrinks one without gradient", () => {
  const [fromZero] = walk((params) => new Fromage(params, { lr: 0.75 }), {
    start: [0],
    steps: 1,
    gradient: () => tensor([2], { dtype: "float64" }),
  });
  assertAlmostEquals(fromZero![0]!, -1.5 / 1.25, 1e-12);
  const [alone] = walk((params) => new Fromage(params, { lr: 0.75 }), {
    start: [5],
    steps: 1,
    gradient: () => tensor([0], { dtype: "float64" }),
  });
  assertAlmostEquals(alone![0]!, 5 / 1.25, 1e-12);
});
