import { assertEquals, assertThrows } from "@std/assert";
import { type DType, Generator, manualSeed, tensor, zeros } from "../mod.ts";

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

Deno.test("random_() without bounds draws what PyTorch draws for the type", () => {
  const draws = (dtype: DType) => {
    manualSeed(5);
    return [...zeros([4], { dtype }).random_().dataSync()];
  };
  assertEquals(draws("int64"), [
    4095051218741643470n,
    6838803925648402109n,
    3813295331020233846n,
    7722008223506294857n,
  ]);
  assertEquals(draws("int32"), [953453411, 236996814, 1592283119, 1423042237]);
  assertEquals(draws("uint8"), [99, 206, 239, 189]);
  assertEquals(draws("bool"), [1, 0, 1, 1]);
  assertEquals(draws("float32"), [13929259, 2115776, 15224593, 13755881]);
  assertEquals(
    draws("float64"),
    [5782757089232648, 2339691299987398, 3250046264793807, 2838462193262832],
  );
  assertThrows(() => zeros([2]).random_(3), RangeError, "both bounds or none");
});

Deno.test("Random fills refuse parameters out of range and draw nothing", () => {
  const generator = new Generator().manualSeed(1);
  const state = generator.getState();
  const t = zeros([2]);
  for (const bad of [-1, NaN]) {
    assertThrows(
      () => t.normal_(0, bad, { generator }),
      RangeError,
      `Cannot fill with normal numbers: expected std >= 0, got ${bad}`,
    );
    assertThrows(
      () => t.exponential_(bad, { generator }),
      RangeError,
      `Cannot fill with exponential numbers: expected lambda > 0, got ${bad}`,
    );
    assertThrows(
      () => t.bernoulli_(bad, { generator }),
      RangeError,
      `Cannot fill with bernoulli numbers: expected a probability in [0, 1], got ${bad}`,
    );
  }
  assertThrows(
    () => t.random_(3, 3, { generator }),
    RangeError,
    "Cannot fill with randint numbers: expected low < high, got 3 and 3",
  );
  assertEquals(t.arraySync(), [0, 0]);
  assertEquals(generator.getState(), state);
});
