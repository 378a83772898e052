/** Options of schedulers. */

import { checkOptions } from "@gradus/tensor/internal";
import { checkDomains, type Domain, type Domains } from "../domains.ts";
import type { OptimizerLike } from "../optimizer.ts";
import { checkCount } from "./scheduler.ts";

/** An option that all schedulers of the common kind have. */
export interface LastEpochOption {
  /** Number of the step to go on from, where no state is loaded; -1, which begins anew, if left out. */
  lastEpoch?: number;
}

/** One number for all groups, or one for each. */
export type PerGroup = number | readonly number[];

/** A finite number. */
export const finite: Domain = {
  expected: "a finite number",
  type: (value) => typeof value === "number",
  range: (value) => Number.isFinite(value),
};

/** A whole number of at least 0. */
export const wholeFromZero: Domain = {
  expected: "a whole number of at least 0",
  type: (value) => typeof value === "number",
  range: (value) => Number.isInteger(value) && value as number >= 0,
};

/** A number of a step, or -1. */
export const epoch: Domain = {
  expected: "a whole number of at least -1",
  type: (value) => typeof value === "number",
  range: (value) => Number.isInteger(value) && value as number >= -1,
};

/** Whole numbers of at least 0. */
export const epochs: Domain = /* @__PURE__ */ listOf(
  wholeFromZero,
  "whole numbers from 0 on",
);

/** A number, or a list of one for each group. */
export const perGroup: Domain = {
  expected: "a finite number or an array of such",
  type: (value) => typeof value === "number" || numbers.type(value),
  range: (value) => numbers.range!([value].flat()),
};

const numbers: Domain = /* @__PURE__ */ listOf(finite, "finite numbers");

/** Arrays of values of one domain. */
export function listOf(domain: Domain, values: string): Domain {
  const { type, range = () => true } = domain;
  return {
    expected: `an array of ${values}`,
    type: (value) => Array.isArray(value) && value.every(type),
    range: (value) => (value as unknown[]).every(range),
  };
}

/** A domain that has null too. */
export function orNull({ expected, type, range = () => true }: Domain): Domain {
  return {
    expected: `${expected} or null`,
    type: (value) => value === null || type(value),
    range: (value) => value === null || range(value),
  };
}

/** A function. */
export const callable: Domain = {
  expected: "a function",
  type: (value) => typeof value === "function",
};

/**
 * The options with defaults for those that are not given, all checked.
 *
 * @throws {TypeError} if an option is unknown, missing or of the wrong type,
 * {RangeError} if it is out of range.
 */
export function complete<Settings extends object>(
  scheduler: string,
  domains: Domains<Settings>,
  defaults: Partial<Settings>,
  options: Partial<Settings>,
): Settings {
  checkOptions(`make ${scheduler}`, options, Object.keys(domains));
  const given = Object.entries(options).filter(([, value]) =>
    value !== undefined
  );
  const all = {
    ...("lastEpoch" in domains ? { lastEpoch: -1 } : {}),
    ...defaults,
    ...Object.fromEntries(given),
  } as Settings;
  checkDomains(scheduler, domains, all);
  return all;
}

/**
 * One value for each group of an optimizer.
 *
 * @throws {RangeError} if there is another number of them.
 */
export function forGroups(
  scheduler: string,
  name: string,
  value: PerGroup,
  { paramGroups }: OptimizerLike,
): number[] {
  if (typeof value === "number") return paramGroups.map(() => value);
  checkCount(`make ${scheduler}`, `values of ${name}`, value, paramGroups);
  return [...value];
}
