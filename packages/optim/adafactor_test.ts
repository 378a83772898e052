import { ones, type Tensor } from "@gradus/tensor";
import { assertAlmostEquals, assertEquals } from "@std/assert";
import { numbers } from "./_testing.ts";
import { Adafactor } from "./mod.ts";

function shapes(shape: number[]): Record<string, readonly number[]> {
  const w = ones(shape).requiresGrad_();
  w.grad = ones(shape);
  const optimizer = new Adafactor([w]);
  optimizer.step();
  return Object.fromEntries(
    Object.entries(optimizer.state.get(w)!)
      .map(([name, value]) => [name, (value as Tensor).shape]),
  );
}

Deno.test("Adafactor remembers a row and a column for the last two dims", () => {
  assertEquals(shapes([]), { step: [], variance: [] });
  assertEquals(shapes([3]), { step: [], variance: [3] });
  assertEquals(shapes([3, 4]), { step: [], rowVar: [3, 1], colVar: [1, 4] });
  assertEquals(shapes([2, 3, 4]), {
    step: [],
    rowVar: [2, 3, 1],
    colVar: [2, 1, 4],
  });
});

Deno.test("Adafactor takes the machine epsilon of each parameter's own type", () => {
  // In PyTorch the type of the first parameter decides for its whole group.
  const moves = (["float32", "float64"] as const).map((dtype) => {
    const others = (["float64", "float32"] as const).map((dtype) =>
      ones([1], { dtype }).requiresGrad_()
    );
    const w = ones([2, 2], { dtype }).requiresGrad_();
    const params = [...others, w];
    for (const p of params) {
      p.grad = ones(p.shape, { dtype: p.dtype }).mul(1e-9);
    }
    new Adafactor(params, { lr: 0.5 }).step();
    return numbers(w)[0]!;
  });
  // The gradient is small beside one of them only.
  assertAlmostEquals(moves[0]!, 1 - 0.5 * 1e-9 / 2 ** -23, 1e-6);
  assertAlmostEquals(moves[1]!, 0.5, 1e-12);
});
