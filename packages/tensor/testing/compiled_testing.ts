/** Comparing what a function computes with what its program computes. */

import { assertEquals } from "@std/assert";
import { compile, manualSeed, randn, Tensor } from "../mod.ts";

/** What a test function takes and returns: tensors, alone or in arrays and objects. */
export type Tensors =
  | Tensor
  | readonly Tensor[]
  | Readonly<
    Record<string, Tensor>
  >;

/** Type, shape and elements, which are text so that NaN equals NaN and -0 does not equal 0. */
export function textsOf(t: Tensor): unknown {
  const values: (number | bigint)[] = [...t.dataSync()];
  return [
    t.dtype,
    t.shape,
    values.map((v) => Object.is(v, -0) ? "-0" : String(v)),
  ];
}

function describe(result: Tensors): unknown {
  const list = result instanceof Tensor ? [result] : Object.values(result);
  return list.map(textsOf);
}

/**
 * Runs `fn` twice as it is and twice compiled, from the same seed: all four
 * results must be the same bit for bit, the random numbers that follow, too,
 * and one capture must do.
 */
export function assertSameCompiled(
  fn: (...x: Tensor[]) => Tensors,
  ...inputs: Tensor[]
): void {
  const twice = (f: typeof fn): unknown => {
    manualSeed(7);
    return [
      describe(f(...inputs)),
      describe(f(...inputs)),
      describe(randn([3])),
    ];
  };
  const expected = twice(fn);
  let captures = 0;
  const compiled = compile((...x: Tensor[]) => {
    captures++;
    return fn(...x);
  });
  assertEquals(twice(compiled), expected, String(fn));
  assertEquals(captures, 1, String(fn));
}
