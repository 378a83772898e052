/** Which values a hyper-parameter may have. */

import { Tensor } from "@gradus/tensor";
import { checkOptions } from "@gradus/tensor/internal";

/** The values that a hyper-parameter may have. */
export interface Domain {
  /** What is allowed, in words: `a number of at least 0`. */
  readonly expected: string;
  /** Whether the value has the right type. */
  readonly type: (value: unknown) => boolean;
  /** Whether a value of the right type lies in the domain; all do if left out. */
  readonly range?: (value: unknown) => boolean;
}

/** The domain of every hyper-parameter of an algorithm. */
export type Domains<Hyper> = { readonly [Name in keyof Hyper]-?: Domain };

function isNumber(value: unknown): boolean {
  return typeof value === "number";
}

/** Any number but NaN. */
export const number: Domain = {
  expected: "a number",
  type: isNumber,
  range: (value) => !Number.isNaN(value),
};

/** A number of at least 0. */
export const atLeastZero: Domain = {
  expected: "a number of at least 0",
  type: isNumber,
  // NaN fails this comparison too.
  range: (value) => value as number >= 0,
};

/** A number above 0. */
export const aboveZero: Domain = {
  expected: "a number above 0",
  type: isNumber,
  range: (value) => value as number > 0,
};

/** A number of at least 0 and below 1, such as the decay rate of a running average. */
export const unitInterval: Domain = {
  expected: "a number in [0, 1)",
  type: isNumber,
  range: (value) => value as number >= 0 && value as number < 1,
};

/** A number from 0 to 1. */
export const closedUnitInterval: Domain = {
  expected: "a number in [0, 1]",
  type: isNumber,
  range: (value) => value as number >= 0 && value as number <= 1,
};

/** A whole number of at least 1. */
export const count: Domain = {
  expected: "a whole number of at least 1",
  type: isNumber,
  range: (value) => Number.isInteger(value) && value as number >= 1,
};

/** `true` or `false`. */
export const flag: Domain = {
  expected: "true or false",
  type: (value) => typeof value === "boolean",
};

/** A learning rate: a number, or a tensor that holds one. */
export const learningRate: Domain = {
  expected: "a number of at least 0 or a tensor with one such element",
  type: (value) =>
    isNumber(value) || value instanceof Tensor && value.numel === 1,
  // What is on a GPU cannot be looked at.
  range: (value) =>
    !(value instanceof Tensor)
      ? value as number >= 0
      : value.device !== "cpu" || value.itemSync() >= 0,
};

/** Two decay rates of running averages. */
export const betas: Domain = {
  expected: "two numbers in [0, 1)",
  type: (value) =>
    Array.isArray(value) && value.length === 2 && value.every(isNumber),
  range: (value) => (value as number[]).every((beta) => beta >= 0 && beta < 1),
};

/** One of the given values. */
export function oneOf(...values: readonly (string | null)[]): Domain {
  const texts = values.map((value) => JSON.stringify(value));
  return {
    expected: `one of ${texts.join(", ")}`,
    type: (value) => typeof value === "string" || value === null,
    range: (value) => values.includes(value as string | null),
  };
}

function show(value: unknown): string {
  if (value instanceof Tensor) {
    return value.numel === 1
      ? `a tensor with ${value.itemSync()}`
      : `a tensor of shape [${value.shape.join(", ")}]`;
  }
  if (Array.isArray(value)) return `[${value.map(show).join(", ")}]`;
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}

/**
 * Throws unless every hyper-parameter lies in its domain.
 *
 * @throws {TypeError} if one has the wrong type, {RangeError} if it is out of range.
 */
export function checkDomains<Hyper extends object>(
  optimizer: string,
  domains: Domains<Hyper>,
  hyper: Readonly<Hyper>,
): void {
  for (const name in domains) {
    const { expected, type, range } = domains[name];
    const value = hyper[name];
    const message = () =>
      `Cannot use ${optimizer} with this ${name}: expected ${expected}, got ${
        show(value)
      }`;
    if (!type(value)) throw new TypeError(message());
    if (range && !range(value)) throw new RangeError(message());
  }
}

/**
 * The defaults with `options` in their place, where those are given; `others`
 * are options without a default.
 *
 * @throws {TypeError} if `options` is no object, or one is unknown.
 */
export function withDefaults<Hyper extends object>(
  optimizer: string,
  defaults: Readonly<Hyper>,
  options: Partial<Hyper>,
  others: readonly string[] = [],
): Hyper {
  const names = [...Object.keys(defaults), ...others];
  checkOptions(`make ${optimizer}`, options, names);
  const hyper: Record<string, unknown> = { ...defaults };
  for (const [name, value] of Object.entries(options)) {
    if (value !== undefined) hyper[name] = value;
  }
  return hyper as Hyper;
}
