/** What is to be minimised, from what the caller of `testOptim` gave. */

import type { Tensor } from "@gradus/tensor";
import { describe } from "@gradus/tensor/internal";
import type { TestFunction } from "./test_function.ts";
import type { TestOptimOptions } from "./test_optim.ts";
import type { Domain, Minimum } from "./trace.ts";

/** A function to minimise and where, complete and checked. */
export interface Problem {
  /** Its name, for the trace. */
  readonly name: string;
  /** The value from one tensor per coordinate. */
  readonly fn: (...x: Tensor[]) => Tensor;
  /** Where to start. */
  readonly start: readonly number[];
  /** The rectangle that pictures show. */
  readonly domain: Domain;
  /** The known global minima. */
  readonly minima: Minimum[];
}

function refuse(expected: string, found: string): never {
  throw new TypeError(
    `Cannot test an optimizer: expected ${expected}, got ${found}`,
  );
}

function isInterval(value: unknown): boolean {
  return Array.isArray(value) && value.length === 2 &&
    value.every(Number.isFinite);
}

function checkStart(start: unknown): void {
  if (!Array.isArray(start)) {
    refuse("start to be an array of numbers", describe(start));
  }
  if (start.length > 0 && start.every(Number.isFinite)) return;
  throw new RangeError(
    `Cannot test an optimizer: expected finite start coordinates, got [${
      start.join(", ")
    }]`,
  );
}

function checkDomain(domain: unknown): void {
  const { x, y } = Object(domain) as Partial<Domain>;
  if (isInterval(x) && isInterval(y)) return;
  refuse(
    "a domain such as { x: [-2, 2], y: [-2, 2] }",
    JSON.stringify(domain) ?? describe(domain),
  );
}

/** A test function from a function alone. */
function fromBare(
  fn: (...x: Tensor[]) => Tensor,
  { start, domain }: TestOptimOptions,
): Problem {
  if (!start || !domain) {
    refuse(
      "fn to be a TestFunction, or start and domain beside a function",
      `a function without ${
        [...start ? [] : ["start"], ...domain ? [] : ["domain"]].join(" and ")
      }`,
    );
  }
  return { name: fn.name || "function", fn, start, domain, minima: [] };
}

function fromTestFunction(
  fn: TestFunction,
  options: TestOptimOptions,
): Problem {
  if (typeof fn !== "object" || fn === null) {
    refuse("fn to be a TestFunction or a function", describe(fn));
  }
  const { start = fn.start, domain = fn.domain } = options;
  const fields = { name: fn.name, fn: fn.fn, start, domain, minima: fn.minima };
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined) continue;
    refuse(
      "fn to be a TestFunction with name, fn, start, domain and minima",
      `one without ${name}`,
    );
  }
  if (typeof fn.fn !== "function") {
    refuse("the fn of a TestFunction to be a function", describe(fn.fn));
  }
  if (!Array.isArray(fn.minima)) {
    refuse("the minima of a TestFunction to be an array", describe(fn.minima));
  }
  return fields;
}

/**
 * What to minimise and where.
 *
 * @throws {TypeError} if anything lacks or has the wrong form.
 * @throws {RangeError} if a start coordinate is not finite, or there is none.
 */
export function resolveProblem(options: TestOptimOptions): Problem {
  const { fn } = options;
  const problem = typeof fn === "function"
    ? fromBare(fn, options)
    : fromTestFunction(fn, options);
  checkStart(problem.start);
  checkDomain(problem.domain);
  return problem;
}
