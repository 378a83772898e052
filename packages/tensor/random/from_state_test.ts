import { assertEquals } from "@std/assert";
import { drawWhen } from "../internal.ts";
import {
  compile,
  Generator,
  randn,
  type Tensor,
  tensor,
  zeros,
} from "../mod.ts";

function stateOf(generator: Generator): Tensor {
  return tensor(generator.getState(), { dtype: "uint8" });
}

Deno.test("drawWhen() draws what the generator draws", () => {
  for (const dtype of ["float32", "float64"] as const) {
    for (const shape of [[], [3], [4, 5], [0]]) {
      const generator = new Generator().manualSeed(3);
      const state = stateOf(generator);
      for (let i = 0; i < 3; i++) {
        const like = zeros(shape, { dtype });
        const { uniform, normals } = drawWhen(tensor(true), state, like);
        assertEquals(uniform.itemSync(), generator.uniform64());
        const expected = randn(shape, { dtype, generator });
        assertEquals(normals.arraySync(), expected.arraySync());
        assertEquals(state.dataSync(), generator.getState());
      }
    }
  }
});

Deno.test("drawWhen() leaves the state as it is when nothing is due", () => {
  const generator = new Generator().manualSeed(4), state = stateOf(generator);
  const { uniform, normals } = drawWhen(tensor(false), state, zeros([2]));
  assertEquals([uniform.itemSync(), normals.arraySync()], [0, [0, 0]]);
  assertEquals(state.dataSync(), generator.getState());
});

Deno.test("drawWhen() draws anew in every run of a compiled function", () => {
  const generator = new Generator().manualSeed(5), state = stateOf(generator);
  const run = compile((due: Tensor) => {
    const { uniform, normals } = drawWhen(due, state, zeros([3]));
    return normals.add(uniform);
  });
  for (const due of [true, true, false, true]) {
    const found = run(tensor(due)).arraySync();
    const expected = due
      ? (() => {
        const uniform = generator.uniform64();
        return randn([3], { generator }).add(uniform).arraySync();
      })()
      : [0, 0, 0];
    assertEquals(found, expected);
    assertEquals(state.dataSync(), generator.getState());
  }
  assertEquals(run.cacheInfo().captures, 1);
});
