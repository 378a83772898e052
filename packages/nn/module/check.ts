/** Checks of what modules are made with. */

import { describe } from "@gradus/tensor/internal";

/**
 * Throws unless `value` is a number.
 *
 * @throws {TypeError} if it is not.
 */
export function checkNumber(
  action: string,
  name: string,
  value: unknown,
): void {
  if (typeof value === "number") return;
  throw new TypeError(
    `Cannot ${action}: expected a number as ${name}, got ${describe(value)}`,
  );
}

/**
 * Throws unless `value` can be the size of a dim.
 *
 * @throws {TypeError} if it is no number, {RangeError} if it is not whole or below 0.
 */
export function checkSize(action: string, name: string, value: unknown): void {
  checkNumber(action, name, value);
  if (Number.isSafeInteger(value) && (value as number) >= 0) return;
  throw new RangeError(
    `Cannot ${action}: expected a whole number of at least 0 as ${name}, got ${value}`,
  );
}
