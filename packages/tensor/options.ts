/** What functions that take options refuse. */

import { describe } from "./check.ts";

/** Whether `value` comes from an object literal, of this realm or another. */
function isPlain(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/**
 * Throws unless `options` is an object with none but known names.
 *
 * @param action What is not done then, such as `make a Linear`.
 * @param known The names, the most usual one first.
 * @throws {TypeError} if it is anything else or has another name.
 */
export function checkOptions(
  action: string,
  options: object | undefined,
  known: readonly string[],
): void {
  if (options === undefined) return;
  if (!isPlain(options)) {
    throw new TypeError(
      `Cannot ${action}: expected options such as { ${known[0]}: ... }, got ${
        describe(options)
      }`,
    );
  }
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    throw new TypeError(
      `Cannot ${action} with an unknown option ${name}: expected one of ${
        known.join(", ")
      }`,
    );
  }
}
