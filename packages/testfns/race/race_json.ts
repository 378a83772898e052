/** Races as JSON. */

import type { RaceResult } from "./race.ts";

/** What JSON has no numbers for. */
const others = ["NaN", "Infinity", "-Infinity"];

/**
 * Writes what a race found as JSON. Numbers that JSON does not know become the
 * texts "NaN", "Infinity" and "-Infinity", which {@linkcode raceFromJson} reads.
 *
 * @example
 * ```ts
 * import { SGD } from "@gradus/optim";
 * import { race, raceFromJson, raceToJson } from "@gradus/testfns";
 * import { assertEquals } from "@std/assert";
 *
 * const result = await race({ optimizers: [SGD], problems: ["booth"], starts: 2, trials: 3 });
 * assertEquals(raceFromJson(raceToJson(result)), result);
 * ```
 */
export function raceToJson(result: RaceResult): string {
  return JSON.stringify(
    result,
    (_, value) =>
      typeof value === "number" && !Number.isFinite(value)
        ? String(value)
        : value,
  );
}

/**
 * Reads what {@linkcode raceToJson} wrote.
 *
 * @throws {SyntaxError} if the text is not JSON.
 * @throws {TypeError} if it is not a race: the message names what is missing.
 *
 * @example
 * ```ts
 * import { raceFromJson } from "@gradus/testfns";
 * import { assertThrows } from "@std/assert";
 *
 * assertThrows(() => raceFromJson("{}"), TypeError, "optimizers");
 * ```
 */
export function raceFromJson(json: string): RaceResult {
  const result: unknown = JSON.parse(
    json,
    (_, value) => others.includes(value) ? Number(value) : value,
  );
  const fields = Object(result) as Record<string, unknown>;
  for (const [name, isRight] of Object.entries(parts)) {
    if (isRight(fields[name])) continue;
    throw new TypeError(
      `Cannot read a race: expected ${name}, got JSON without it`,
    );
  }
  return result as RaceResult;
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What must be there for tables and pictures, and whether it is. */
const parts: Readonly<Record<string, (value: unknown) => boolean>> = {
  optimizers: Array.isArray,
  problems: Array.isArray,
  evaluations: Number.isInteger,
  trials: Number.isInteger,
  tuningRuns: Array.isArray,
  runs: Array.isArray,
  best: isObject,
  profile: Array.isArray,
  sensitivity: isObject,
};
