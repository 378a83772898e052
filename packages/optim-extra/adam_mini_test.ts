import { Adam } from "@gradus/optim";
import { manualSeed, ones, randn, type Tensor, tensor } from "@gradus/tensor";
import { assertEquals, assertThrows } from "@std/assert";
import { assertNear, numbers } from "./_testing.ts";
import { AdamMini, type AdamMiniBlocks } from "./mod.ts";

Deno.test("AdamMini with a block for each element is Adam", () => {
  manualSeed(3);
  const start = randn([3, 4], { dtype: "float64" });
  const a = start.clone(), b = start.clone();
  const mini = new AdamMini([a], { lr: 0.1, blocks: "element" });
  const adam = new Adam([b], { lr: 0.1 });
  for (let t = 1; t <= 20; t++) {
    const noise = randn([3, 4], { dtype: "float64" });
    a.grad = a.add(noise);
    b.grad = b.add(noise);
    mini.step();
    adam.step();
  }
  assertNear(numbers(a), numbers(b), 1e-13, 1, "After 20 steps");
});

Deno.test("AdamMini has as many second moments as blocks", () => {
  const sizes: [AdamMiniBlocks, number, number][] = [
    ["row", 1, 6],
    ["head", 3, 3],
    ["tensor", 1, 1],
    ["element", 1, 24],
  ];
  for (const [blocks, heads, expected] of sizes) {
    const w = ones([6, 4]);
    w.grad = w.clone();
    const optimizer = new AdamMini([w], { blocks, heads });
    optimizer.step();
    const { vmean } = optimizer.state.get(w)!;
    assertEquals((vmean as Tensor).shape, [expected], blocks);
  }
});

Deno.test("AdamMini keeps the blocks with which a state was made", () => {
  const w = tensor([[1, 2], [3, 4]], { dtype: "float64" });
  w.grad = w.clone();
  const optimizer = new AdamMini([w], { blocks: "tensor" });
  optimizer.step();
  optimizer.paramGroups[0]!.blocks = "row";
  optimizer.step();
  const { vmean } = optimizer.state.get(w)!;
  assertEquals((vmean as Tensor).shape, [1]);
});

Deno.test("AdamMini refuses heads that do not divide the first dim", () => {
  const w = tensor([[1, 2], [3, 4], [5, 6]]);
  w.grad = w.clone();
  const optimizer = new AdamMini([w], { blocks: "head", heads: 2 });
  assertThrows(
    () => optimizer.step(),
    TypeError,
    "Cannot use AdamMini with 2 heads on a parameter of shape [3, 2]: expected a first dim that is a multiple of heads",
  );
  assertEquals(w.arraySync(), [[1, 2], [3, 4], [5, 6]]);
});
