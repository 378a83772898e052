import { assert, assertEquals } from "@std/assert";
import { classesOf, layersOf, transposed, uniform } from "./data.ts";

/** [float(x) for x in data.uniform(4, 7)] */
const PYTHON = [
  0.13634179532527924,
  0.3654469847679138,
  -0.7107669711112976,
  0.12454814463853836,
];

Deno.test("uniform() returns the numbers that data.py returns", () => {
  assertEquals([...uniform(4, 7)], PYTHON);
});

Deno.test("uniform() spreads numbers over [-1, 1)", () => {
  const numbers = uniform(10_000, 1);
  assert(numbers.every((x) => x >= -1 && x <= 1));
  const mean = numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
  assert(Math.abs(mean) < 0.02);
});

Deno.test("classesOf() hits every class, transposed() moves weights", () => {
  const work = {
    kind: "train",
    widths: [2, 3, 4],
    batch: 100,
    loss: "crossEntropy",
    lr: 1,
  } as const;
  const classes = classesOf({ ...work, widths: [...work.widths] });
  assertEquals(new Set(classes), new Set([0, 1, 2, 3]));
  const [first] = layersOf({ ...work, widths: [...work.widths] });
  const [a, b, c, d, e, f] = first!.weight; // [3, 2]
  assertEquals([...transposed(first!)], [a, c, e, b, d, f]);
});
