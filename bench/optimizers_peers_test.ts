import { assert, assertEquals } from "@std/assert";
import {
  names,
  namesOfPyTorch,
  shapesOf,
  sizes,
  subjectOf,
} from "./optimizers.ts";
import { formatOptimizers } from "./optimizers_peers.ts";
import type { Cell, RowResult } from "./peers/results.ts";

function cell(median: number): Cell {
  return { how: "step", answer: 1, samples: [median], median };
}

Deno.test("formatOptimizers() sets times side by side", () => {
  const rows: RowResult[] = sizes.flatMap((size, i) => [
    {
      id: `Adam-${size}`,
      title: "",
      cells: {
        Gradus: cell(10 ** (i - 5)),
        PyTorch: cell(2 * 10 ** (i - 5)),
        ...size === 1e6 ? { Adam: cell(0.8e-3) } : {},
      },
    },
    {
      id: `Lion-${size}`,
      title: "",
      cells: {
        Gradus: cell(5 * 10 ** (i - 6)),
        ...size === 1e6 ? { Adam: cell(1e-3) } : {},
      },
    },
    { id: `SAM-${size}`, title: "", cells: { Gradus: { absent: "no" } } },
  ]);
  assertEquals(
    formatOptimizers(rows, ["Adam", "Lion", "SAM"]),
    `
|      |       2 | PyTorch | ratio |   1,000 | PyTorch | ratio | 1,000,000 | / Adam | PyTorch | ratio |
| ---- | ------: | ------: | ----: | ------: | ------: | ----: | --------: | -----: | ------: | ----: |
| Adam | 10.0 µs | 20.0 µs | 0.500 |  100 µs |  200 µs | 0.500 |   1.00 ms |   1.25 | 2.00 ms | 0.500 |
| Lion | 5.00 µs |       – |       | 50.0 µs |       – |       |    500 µs |  0.500 |       – |       |
| SAM  |       – |       – |       |       – |       – |       |         – |        |       – |       |`
      .trim(),
  );
});

Deno.test("subjectOf() makes every optimizer, which moves its parameters", () => {
  assert(names.length > 55);
  assert(namesOfPyTorch.includes("Muon") && namesOfPyTorch.includes("LBFGS"));
  for (const name of names) {
    const { step, params } = subjectOf(name, 1e3);
    assertEquals(params.map(({ shape }) => [...shape]), shapesOf(name, 1e3));
    const before = params.map((p) => p.arraySync());
    // Odd, as gradients cancel in pairs, and beyond the wait of AdaShift.
    for (let k = 0; k < 13; k++) step();
    const after = params.map((p) => p.arraySync());
    assert(JSON.stringify(after) !== JSON.stringify(before), name);
    assert(params.every((p) => Number.isFinite(p.sum().itemSync())), name);
  }
});
