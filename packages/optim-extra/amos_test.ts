import { ones, type Tensor, tensor } from "@gradus/tensor";
import { assert, assertEquals } from "@std/assert";
import { walk } from "./_walk_testing.ts";
import { Amos } from "./amos.ts";

Deno.test("Amos keeps second moments in the shape that reduction asks for", () => {
  const shapes = (["rows", "tensor", null] as const).map((reduction) => {
    const w = ones([4, 3, 2]).requiresGrad_();
    const optimizer = new Amos([w], { reduction });
    w.grad = ones([4, 3, 2]);
    optimizer.step();
    const { v, b } = optimizer.state.get(w)!;
    assertEquals((v as Tensor).shape, (b as Tensor).shape);
    return [...(v as Tensor).shape];
  });
  assertEquals(shapes, [[4, 1, 1], [1, 1, 1], [4, 3, 2]]);
});

Deno.test("Amos takes the scale of a layer from its shape: 0.5 for biases, else by inputs", () => {
  const step = (start: number[] | number[][], eta: number | null) =>
    walk((params) => new Amos(params, { lr: 0.1, eta }), { start });
  assertEquals(step([3, -1], null), step([3, -1], 0.5));
  assertEquals(
    step([[3, -1, 2, 1], [1, 2, 3, 4]], null),
    step([[3, -1, 2, 1], [1, 2, 3, 4]], Math.sqrt(1 / 4)),
  );
});

Deno.test("Amos slows down by itself, the more the larger zeta is", () => {
  const length = (zeta: number) => {
    const found = walk(
      (params) => new Amos(params, { lr: 0.3, zeta, eta: 1 }),
      {
        start: [0],
        steps: 200,
        gradient: () => tensor([1], { dtype: "float64" }),
      },
    ).flat();
    return [found[0]!, found[199]! - found[198]!].map(Math.abs);
  };
  const [first, late] = length(0.25);
  const [sameFirst, later] = length(2);
  assertEquals(first, sameFirst);
  assert(late! < first! && later! < late!);
});
