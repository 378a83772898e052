import { AdamW } from "@gradus/optim";
import { tensor } from "@gradus/tensor";
import { assert, assertEquals } from "@std/assert";
import { assertSameWalk, walk } from "./_walk_testing.ts";
import { Lion } from "./lion.ts";
import { MARS } from "./mars.ts";

/** Shorter than 1, so that nothing is clipped. */
const small = {
  gradient: (w: ReturnType<typeof tensor>, t: number) =>
    w.mul(0.02).add(0.1 * Math.sin(1.7 * t)),
};

Deno.test("MARS with gamma 0 and small gradients is AdamW, or Lion with equal betas", () => {
  const options = { lr: 0.05, weightDecay: 0.1 };
  assertSameWalk(
    walk((params) => new MARS(params, { ...options, gamma: 0 }), small),
    walk(
      (params) => new AdamW(params, { ...options, betas: [0.95, 0.99] }),
      small,
    ),
  );
  assertSameWalk(
    walk(
      (params) => new MARS(params, { ...options, gamma: 0, marsType: "lion" }),
      small,
    ),
    walk(
      (params) => new Lion(params, { ...options, betas: [0.95, 0.95] }),
      small,
    ),
  );
});

Deno.test("MARS gives AdamW with its own options to what has not 2 dims", () => {
  const start = [1, -2, 3];
  assertSameWalk(
    walk(
      (params) =>
        new MARS(params, { lr: 0.1, lrFactor1d: 0.5, marsType: "lion" }),
      { start },
    ),
    walk(
      (params) =>
        new AdamW(params, { lr: 0.05, betas: [0.9, 0.95], weightDecay: 0.1 }),
      {
        start,
      },
    ),
  );
});

Deno.test("MARS as Shampoo moves along a matrix whose singular values are near 1", () => {
  for (const [rows, columns] of [[2, 4], [4, 2]] as const) {
    const start = Array.from({ length: rows }, () => Array(columns).fill(0));
    const direction = Array.from(
      { length: rows },
      (_, i) =>
        Array.from({ length: columns }, (_, j) => Math.sin(3 * i + j * j)),
    );
    const [first] = walk(
      (params) => new MARS(params, { lr: 1, marsType: "shampoo" }),
      {
        start,
        steps: 1,
        gradient: () => tensor(direction, { dtype: "float64" }),
      },
    );
    const step = tensor(first!, { dtype: "float64" }).view(rows, columns);
    const gram = rows < columns ? step.mm(step.t()) : step.t().mm(step);
    // Both eigenvalues, less the factor that tall matrices get.
    const [[a, b], [, d]] = gram.div(Math.max(1, rows / columns))
      .arraySync() as [
        [number, number],
        [number, number],
      ];
    const spread = Math.hypot((a - d) / 2, b);
    for (const square of [(a + d) / 2 - spread, (a + d) / 2 + spread]) {
      assert(Math.sqrt(square) > 0.6 && Math.sqrt(square) < 1.3);
    }
  }
});

Deno.test("MARS clips corrected gradients to length 1", () => {
  const w = tensor([[30, 40]], { dtype: "float64", requiresGrad: true });
  const optimizer = new MARS([w], { betas: [0, 0.99] });
  w.grad = tensor([[30, 40]], { dtype: "float64" });
  optimizer.step();
  const { expAvg } = optimizer.state.get(w)!;
  assertEquals(
    (expAvg as typeof w).arraySync(),
    [[0.6, 0.8]],
  );
});
