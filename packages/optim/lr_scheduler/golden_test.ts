import { assert, assertEquals } from "@std/assert";
import { assertNear } from "../_testing.ts";
import {
  cases,
  classes,
  lrsOf,
  momentaOf,
  start,
  stepsOf,
  titleOf,
  warningsOf,
} from "./_testing.ts";

const tolerance = 1e-14;

Deno.test("every scheduler has stored results of PyTorch", () => {
  assertEquals(classes.size, 16);
  for (const name of classes.keys()) {
    assert(cases.some(({ scheduler }) => scheduler.name === name), name);
  }
});

for (const name of classes.keys()) {
  Deno.test(`${name} gives the learning rates and momenta of PyTorch`, () => {
    for (const given of cases.filter((c) => c.scheduler.name === name)) {
      warningsOf(() => {
        const { optimizer, scheduler, step } = start(given);
        const check = (t: number) => {
          const title = `${titleOf(given)}, step ${t}`;
          // Near a lowest point, what is left is rounding errors of larger numbers.
          const scale = given.groups.map((_, i) =>
            Math.max(...given.lrs.map((lrs) => lrs[i]!))
          );
          const lrs = lrsOf(optimizer);
          assertNear(lrs, given.lrs[t]!, tolerance, scale, title);
          assertEquals(scheduler.getLastLr(), lrs);
          if (!given.momenta) return;
          const momenta = momentaOf(optimizer);
          assertNear(momenta, given.momenta[t]!, tolerance, 0, title);
        };
        check(0);
        stepsOf(given).forEach((value, i) => {
          step(value);
          check(i + 1);
        });
      });
    }
  });
}
