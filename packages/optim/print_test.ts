import { tensor } from "@gradus/tensor";
import { assertEquals } from "@std/assert";
import { showValue } from "./print.ts";

Deno.test("showValue() writes values as Python does", () => {
  const cases: [unknown, string][] = [
    [true, "True"],
    [false, "False"],
    [null, "None"],
    [undefined, "None"],
    [0, "0"],
    [-3, "-3"],
    [0.001, "0.001"],
    [0.0001, "0.0001"],
    [0.00012345, "0.00012345"],
    [0.00001, "1e-05"],
    [-2.5e-8, "-2.5e-08"],
    [1e-300, "1e-300"],
    [NaN, "nan"],
    [Infinity, "inf"],
    [-Infinity, "-inf"],
    ["text", "text"],
    [[0.9, 0.999], "(0.9, 0.999)"],
    [["a", null], "('a', None)"],
    [[1e-30], "(1e-30,)"],
    [tensor(0.5), "0.5"],
    [tensor([0.5]), "tensor([0.5000])"],
  ];
  for (const [value, text] of cases) assertEquals(showValue(value), text);
});
