import { type Tensor, tensor } from "@gradus/tensor";
import { assertEquals } from "@std/assert";
import { leaf, numbers } from "./_testing.ts";
import { Rprop, rprop } from "./mod.ts";

/** Positions after gradients with these signs. */
function positions(optimizer: Rprop, w: Tensor, signs: number[]): number[] {
  return signs.map((sign) => {
    w.grad = tensor([sign], { dtype: "float64" });
    optimizer.step();
    return numbers(w)[0]!;
  });
}

Deno.test("Rprop waits for a step where the gradient changes its sign", () => {
  const w = leaf([0]);
  const optimizer = new Rprop([w], { lr: 1, etas: [0.5, 2] });
  // Steps of 1, 2 and 4; then 2, which waits, 2 back and 4 more.
  assertEquals(positions(optimizer, w, [1, 1, 1, -1, -1, -1]), [
    -1,
    -3,
    -7,
    -7,
    -5,
    -1,
  ]);
});

Deno.test("Rprop holds steps between the smallest and the largest", () => {
  const w = leaf([0]);
  const stepSizes = [0.5, 2] as const;
  const optimizer = new Rprop([w], { lr: 1, etas: [0.25, 4], stepSizes });
  assertEquals(positions(optimizer, w, [1, 1, 1, -1, 1, -1, 1]), [
    -1,
    -3,
    -5,
    -5,
    -5.5,
    -5.5,
    -6,
  ]);
});

Deno.test("Rprop uses its learning rate in the first step alone", () => {
  const w = leaf([0]), optimizer = new Rprop([w], { etas: [0.5, 2] });
  optimizer.paramGroups[0]!.lr = 1;
  const [first] = positions(optimizer, w, [1]);
  optimizer.paramGroups[0]!.lr = 8;
  assertEquals([first, ...positions(optimizer, w, [1])], [-1, -3]);
});

Deno.test("rprop() takes its first step from a schedule", () => {
  const { init, update } = rprop((count) => count.add(3), { etas: [0.5, 2] });
  const w = leaf([0]), grad = tensor([1], { dtype: "float64" });
  const [first, state] = update(grad, init(w), w);
  const [second] = update(grad, state, w);
  assertEquals([numbers(first), numbers(second)], [[-3], [-6]]);
});
