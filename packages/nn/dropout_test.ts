import { Dropout, dropout } from "@gradus/nn";
import { manualSeed, ones, rand, tensor } from "@gradus/tensor";
import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { bitsOf } from "./_testing.ts";
import golden from "./testdata/nn.json" with { type: "json" };

Deno.test("Dropout drops the elements that PyTorch drops", async () => {
  for (const test of golden.draws.dropout) {
    const { seed, shape, p, dtype, transposed, bits, after } = test;
    const options = { dtype: dtype as "float32" | "float64" };
    const x = transposed
      ? ones([...shape].reverse(), options).t()
      : ones(shape, options);
    manualSeed(seed);
    assertEquals(
      await bitsOf(new Dropout(p).forward(x)),
      bits,
      JSON.stringify(test),
    );
    assertEquals(await bitsOf(rand([1])), after);
  }
});

Deno.test("Dropout returns its input when it is not training", () => {
  const x = ones([3]), layer = new Dropout(0.5);
  assertStrictEquals(layer.eval().forward(x), x);
  assertStrictEquals(dropout(x, 0.5, { training: false }), x);
  assertEquals(layer.train().training, true);
});

Deno.test("Dropout gives dropped elements no gradient", () => {
  manualSeed(0);
  const x = ones([100], { requiresGrad: true });
  const y = dropout(x, 0.25);
  y.sum().backward();
  assertEquals(x.grad?.arraySync(), y.arraySync());
});

Deno.test("Dropout refuses probabilities outside of [0, 1]", () => {
  assertThrows(() => new Dropout(1.5), RangeError, "got 1.5");
  assertThrows(() => dropout(tensor([1.5]), -0.1), RangeError, "got -0.1");
  assertThrows(() => dropout(tensor([1.5]), NaN), RangeError, "got NaN");
});
