import { assert, assertEquals } from "@std/assert";
import { expRounded, logRounded } from "./correctly_rounded.ts";
import golden from "./testdata/numpy.json" with { type: "json" };

Deno.test("logRounded() is the nearest float64 to the logarithm", () => {
  for (const [x, log] of golden.correctlyRounded.log) {
    assertEquals(logRounded(x!), log!, `x = ${x}`);
  }
});

Deno.test("expRounded() is the nearest float64 to the exponential", () => {
  for (const [x, exp] of golden.correctlyRounded.exp) {
    assertEquals(expRounded(x!), exp!, `x = ${x}`);
  }
});

Deno.test("logRounded() and expRounded() stay within an ulp of the engine's", () => {
  for (let k = -1000; k <= 1000; k++) {
    const x = 2 ** k * 1.2345;
    const log = Math.log(x);
    assert(Math.abs(logRounded(x) - log) <= Math.abs(log) * 2 ** -52, `${k}`);
    const y = k * 0.7;
    const exp = Math.exp(y);
    assert(Math.abs(expRounded(y) - exp) <= exp * 2 ** -52, `${k}`);
  }
});
