import { assertEquals, assertThrows } from "@std/assert";
import { manualSeed, tensor, zeros } from "../mod.ts";

// The numbers are what PyTorch 2.13 draws.
const probabilities = tensor([[0.1, 0.5, 0.9], [0.3, 0.6, 0.2]]);

Deno.test("bernoulli_() gives each element its own probability in any layout", () => {
  manualSeed(0);
  assertEquals(
    zeros([3, 2]).t().bernoulli_(probabilities).arraySync(),
    [[0, 1, 1], [0, 1, 0]],
  );
  assertEquals(
    zeros([4, 3]).at("::2").bernoulli_(probabilities).arraySync(),
    [[0, 0, 1], [0, 1, 0]],
  );
});

Deno.test("bernoulli_() broadcasts probabilities", () => {
  const p = tensor([0, 1, 1]);
  assertEquals(
    zeros([2, 3]).bernoulli_(p).arraySync(),
    [[0, 1, 1], [0, 1, 1]],
  );
  assertEquals(zeros([]).bernoulli_(tensor(1)).arraySync(), 1);
  assertThrows(() => zeros([2]).bernoulli_(p), TypeError, "Cannot expand");
});
