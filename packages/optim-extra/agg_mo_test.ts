import { SGD } from "@gradus/optim";
import { tensor } from "@gradus/tensor";
import { assertEquals, assertThrows } from "@std/assert";
import { assertSameWalk, walk } from "./_walk_testing.ts";
import { AggMo } from "./agg_mo.ts";

Deno.test("AggMo with one velocity is SGD with momentum", () => {
  const options = { lr: 0.05, weightDecay: 0.1 };
  assertSameWalk(
    walk((params) => new AggMo(params, { ...options, betas: [0.8] })),
    walk((params) => new SGD(params, { ...options, momentum: 0.8 })),
  );
});

Deno.test("AggMo keeps one velocity for each beta, and makes more when betas are added", () => {
  const w = tensor([1.5, 2.5], { requiresGrad: true });
  const optimizer = new AggMo([w], { betas: [0, 0.5] });
  w.grad = tensor([0.5, 1.5]);
  optimizer.step();
  const names = () => Object.keys(optimizer.state.get(w)!);
  assertEquals(names(), ["momentumBuffer0", "momentumBuffer1"]);
  optimizer.paramGroups[0]!.betas = [0, 0.5, 0.9];
  optimizer.step();
  assertEquals(names(), [
    "momentumBuffer0",
    "momentumBuffer1",
    "momentumBuffer2",
  ]);
});

Deno.test("AggMo refuses betas that are none, no numbers or out of range", () => {
  const make = (betas: unknown) => () =>
    new AggMo([tensor([0.5], { requiresGrad: true })], {
      betas: betas as number[],
    });
  assertThrows(make([]), TypeError, "betas");
  assertThrows(make(0.9), TypeError, "betas");
  assertThrows(make(["0.9"]), TypeError, "betas");
  assertThrows(make([0.9, 1]), RangeError, "one or more numbers in [0, 1)");
});
