/** All test functions by their names. */

import * as functions from "./functions/mod.ts";
import type { TestFunction } from "./test_function.ts";

/** The name of a test function. */
export type TestFunctionName = keyof typeof functions;

/**
 * All test functions by their names.
 *
 * @example
 * ```ts
 * import { testFunctions } from "@gradus/testfns";
 * import { assertEquals } from "@std/assert";
 *
 * const scalable = Object.values(testFunctions).filter((f) => f.minimaIn);
 * assertEquals(scalable.length, 11);
 * ```
 */
export const testFunctions: Readonly<Record<TestFunctionName, TestFunction>> = {
  ...functions,
};

/**
 * The test function with a name.
 *
 * @throws {RangeError} that lists the names, if none has it.
 *
 * @example
 * ```ts
 * import { testFunction } from "@gradus/testfns";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(testFunction("booth").minima, [{ at: [1, 3], value: 0 }]);
 * ```
 */
export function testFunction(name: string): TestFunction {
  if (Object.hasOwn(testFunctions, name)) {
    return testFunctions[name as TestFunctionName];
  }
  throw new RangeError(
    `Cannot find a test function: expected one of ${
      Object.keys(testFunctions).join(", ")
    }, got ${JSON.stringify(name)}`,
  );
}
