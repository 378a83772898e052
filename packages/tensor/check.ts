/** What arguments are, where JavaScript would go on with something else. */

import type { Tensor } from "./tensor.ts";

/** The text of a wrong argument in messages. */
export function describe(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  switch (typeof value) {
    case "undefined":
      return "undefined";
    case "number":
    case "boolean":
      return String(value);
    case "string":
      return `the string "${value}"`;
    case "object":
      return isTensor(value) ? "a tensor" : "an object";
    default:
      return `a ${typeof value}`;
  }
}

/** Whether `value` is a tensor. */
function isTensor(value: unknown): value is Tensor {
  return typeof value === "object" && value !== null && "storage" in value;
}

/** Throws a TypeError unless `value` is a tensor. */
export function checkTensor(action: string, value: unknown): void {
  if (isTensor(value)) return;
  throw new TypeError(
    `Cannot ${action}: expected a tensor, got ${describe(value)}`,
  );
}

/** Throws a TypeError unless `values` is an array of tensors. */
export function checkTensors(action: string, values: unknown): void {
  if (!Array.isArray(values)) {
    throw new TypeError(
      `Cannot ${action}: expected an array of tensors, got ${
        isTensor(values) ? "a tensor" : describe(values)
      }`,
    );
  }
  for (const value of values) checkTensor(action, value);
}

/** Throws a TypeError unless `value` is a tensor or a plain number or boolean. */
export function checkValue(action: string, value: unknown): void {
  if (typeof value === "number" || typeof value === "boolean") return;
  if (isTensor(value)) return;
  throw new TypeError(
    `Cannot ${action}: expected a tensor or a number, got ${describe(value)}`,
  );
}

/** Throws a TypeError unless `value` is a number. */
export function checkNumber(action: string, value: unknown): void {
  if (typeof value === "number") return;
  throw new TypeError(
    `Cannot ${action}: expected a number, got ${describe(value)}`,
  );
}

/** Options that leave everything open; known by identity, so that they cost nothing. */
export const noOptions: Readonly<Record<never, never>> = {};
