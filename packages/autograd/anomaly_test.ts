import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { Tensor } from "@gradus/tensor";
import { leaf } from "./leaf_testing.ts";
import {
  detectAnomaly,
  Function,
  type FunctionContext,
  isAnomalyEnabled,
  setDetectAnomaly,
} from "./mod.ts";

/** A result whose gradient is NaN. */
function spoiled(x: Tensor): Tensor {
  return x.sqrt().mul(0).sum();
}

Deno.test("detectAnomaly() names the node that made a NaN, which gradient, and where it was recorded", () => {
  assertThrows(
    () => detectAnomaly(() => spoiled(leaf([0, 1])).backward()),
    Error,
    "Cannot go on with backward as SqrtBackward0 returned NaN in gradient 0; it was Error: recorded here",
  );
  const error = assertThrows(() =>
    detectAnomaly(() => spoiled(leaf([0])).backward())
  );
  assert(
    (error as Error).message.includes("spoiled"),
    "the trace shows the caller",
  );
});

Deno.test("detectAnomaly() lets NaN pass outside and where it is not made", () => {
  const x = leaf([0, 1]);
  spoiled(x).backward();
  assertEquals(x.grad?.arraySync(), [NaN, 0]);
  const y = detectAnomaly(() => {
    const y = leaf([1, 2]);
    y.log().sum().backward();
    return y;
  });
  assertEquals(y.grad?.arraySync(), [1, 0.5]);
});

Deno.test("detectAnomaly() adds to other errors where the node was recorded", () => {
  const run = () => {
    const b = leaf([1]).mul(2);
    const c = b.mul(b);
    b.add_(1);
    c.backward();
  };
  const plain = assertThrows(run) as Error;
  assert(!plain.message.includes("recorded here"));
  const traced = assertThrows(() => detectAnomaly(run)) as Error;
  assert(traced.message.startsWith(plain.message));
  assert(traced.message.includes("MulBackward0 was Error: recorded here"));
});

Deno.test("detectAnomaly() checks Functions", () => {
  class Bad extends Function {
    static forward(_ctx: FunctionContext, x: Tensor, y: Tensor): Tensor {
      return x.add(y);
    }
    static backward(_ctx: FunctionContext, g: Tensor): (Tensor | null)[] {
      return [g, g.mul(NaN)];
    }
  }
  assertThrows(
    () => detectAnomaly(() => Bad.apply(leaf([1]), leaf([2])).backward()),
    Error,
    "BadBackward returned NaN in gradient 1",
  );
});

Deno.test("detectAnomaly() without checkNan keeps traces alone", () => {
  const x = leaf([0]);
  detectAnomaly(() => spoiled(x).backward(), { checkNan: false });
  assertEquals(x.grad?.arraySync(), [NaN]);
});

Deno.test("detectAnomaly() nests, ends when the function throws, and returns its result", () => {
  const seen = detectAnomaly(() => {
    detectAnomaly(() => {});
    return isAnomalyEnabled();
  });
  assertEquals([seen, isAnomalyEnabled()], [true, false]);
  assertThrows(() =>
    detectAnomaly(() => {
      throw new Error("stop");
    })
  );
  assert(!isAnomalyEnabled());
});

Deno.test("detectAnomaly() lasts until a promise settles", async () => {
  await assertRejects(
    () =>
      detectAnomaly(async () => {
        await new Promise((resolve) => setTimeout(resolve, 0));
        assert(isAnomalyEnabled());
        spoiled(leaf([0])).backward();
      }),
    Error,
    "SqrtBackward0",
  );
  assert(!isAnomalyEnabled());
});

Deno.test("setDetectAnomaly() turns it on and off", () => {
  setDetectAnomaly(true);
  assertThrows(() => spoiled(leaf([0])).backward(), Error, "returned NaN");
  setDetectAnomaly(false);
  spoiled(leaf([0])).backward();
  assert(!isAnomalyEnabled());
});
