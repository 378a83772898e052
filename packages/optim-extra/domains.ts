/** Which values hyper-parameters may have, beyond what `@gradus/optim` knows. */

import type { Domain } from "@gradus/optim";

function isBeta(value: unknown): boolean {
  return value as number >= 0 && value as number < 1;
}

/** What `domain` allows, and null. */
export function orNull(domain: Domain): Domain {
  const { expected, type, range } = domain;
  return {
    expected: `${expected}, or null`,
    type: (value) => value === null || type(value),
    range: (value) => value === null || (range?.(value) ?? true),
  };
}

/** A whole number, such as the seed of a generator. */
export const wholeNumber: Domain = {
  expected: "a whole number",
  type: (value) => typeof value === "number",
  range: (value) => Number.isSafeInteger(value),
};

/** Three decay rates of running averages. */
export const threeBetas: Domain = {
  expected: "three numbers in [0, 1)",
  type: (value) =>
    Array.isArray(value) && value.length === 3 &&
    value.every((beta) => typeof beta === "number"),
  range: (value) => (value as number[]).every(isBeta),
};

/** One decay rate of a running average, or more. */
export const manyBetas: Domain = {
  expected: "one or more numbers in [0, 1)",
  type: (value) =>
    Array.isArray(value) && value.length > 0 &&
    value.every((beta) => typeof beta === "number"),
  range: (value) => (value as number[]).every(isBeta),
};
