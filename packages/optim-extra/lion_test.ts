import { assertEquals } from "@std/assert";
import { walk } from "./_walk_testing.ts";
import { Lion } from "./lion.ts";
import { Signum } from "./signum.ts";

Deno.test("Lion with two equal betas is Signum with decoupled decay", () => {
  const shared = { lr: 0.1, weightDecay: 0.5 };
  const expected = walk((params) =>
    new Signum(params, {
      ...shared,
      momentum: 0.8,
      decoupledWeightDecay: true,
    })
  );
  const lion = walk((params) =>
    new Lion(params, { ...shared, betas: [0.8, 0.8] })
  );
  assertEquals(lion, expected);
});
