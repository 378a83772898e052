/** Who takes part in a race, and with which hyper-parameters. */

import type { GradientTransformation, OptimizerLike } from "@gradus/optim";
import type { Tensor } from "@gradus/tensor";
import { checkOptions, describe } from "@gradus/tensor/internal";
import type { OptimizerClass } from "../resolve_optimizer.ts";

/** Makes an optimizer, such as one wrapped around another. */
export type RaceFactory = (
  params: Tensor[],
  options: Record<string, unknown>,
) => OptimizerLike;

/**
 * Makes a transformation of gradients with a learning rate: a float64 tensor of
 * 0 dims whose value changes between runs, so it is to be handed on and not read.
 */
export type RaceTransformation = (
  lr: Tensor,
  options: Record<string, unknown>,
) => GradientTransformation;

/** The values among which a hyper-parameter is sought. */
export type SearchSpace =
  | readonly unknown[]
  | {
    /** The least value. */
    readonly min: number;
    /** The greatest value. */
    readonly max: number;
    /** Whether orders of magnitude are equally likely, rather than values. */
    readonly log?: boolean;
  };

/** What competitors of all kinds may have. */
export interface CompetitorOptions {
  /** Hyper-parameters that stay as they are, without the learning rate. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** The learning rates to try, from and to; those of the race if left out. Twice the same for one that is not tuned. */
  readonly lr?: readonly [number, number];
  /** Other hyper-parameters to tune: lists of plain data, or ranges if tuning is random. */
  readonly search?: Readonly<Record<string, SearchSpace>>;
}

/** An optimizer in a race. */
export interface OptimizerCompetitor extends CompetitorOptions {
  /** The name in tables and pictures; that of the class if left out, which functions need. */
  readonly name?: string;
  /** A class, or a function that makes an optimizer. */
  readonly optimizer: OptimizerClass | RaceFactory;
}

/** A transformation of gradients in a race. */
export interface TransformationCompetitor extends CompetitorOptions {
  /** The name in tables and pictures. */
  readonly name: string;
  /** Makes the transformation. */
  readonly transformation: RaceTransformation;
}

/** Who takes part in a race. */
export type Competitor = OptimizerCompetitor | TransformationCompetitor;

/** A competitor with everything filled in. */
export interface Entry extends Required<CompetitorOptions> {
  readonly name: string;
  readonly source:
    | { readonly kind: "class"; readonly make: OptimizerClass }
    | { readonly kind: "factory"; readonly make: RaceFactory }
    | { readonly kind: "transformation"; readonly make: RaceTransformation };
}

const names: readonly (keyof OptimizerCompetitor | "transformation")[] = [
  "optimizer",
  "transformation",
  "name",
  "options",
  "lr",
  "search",
];

/** Whether a source is a class of optimizers, rather than a function that makes one. */
function isClass(value: OptimizerClass | RaceFactory): value is OptimizerClass {
  const { prototype } = Object(value) as { prototype?: { step?: unknown } };
  return typeof prototype?.step === "function";
}

/**
 * Throws unless `range` is one of learning rates.
 *
 * @throws {TypeError} if it is no pair.
 * @throws {RangeError} if it is empty or not above 0.
 */
export function checkRates(owner: string, range: unknown): void {
  const expected =
    "expected learning rates as [from, to], above 0 and not descending";
  if (!Array.isArray(range) || range.length !== 2) {
    throw new TypeError(
      `Cannot race ${owner}: ${expected}, got ${describe(range)}`,
    );
  }
  const [low, high] = range;
  if (low > 0 && high >= low && high < Infinity) return;
  throw new RangeError(
    `Cannot race ${owner}: ${expected}, got [${low}, ${high}]`,
  );
}

/** Whether a value can be told by what it looks like as JSON. */
function isPlainData(value: unknown): boolean {
  if (typeof value !== "object" || value === null) {
    return ["string", "number", "boolean"].includes(typeof value) ||
      value === null;
  }
  const isPlain = Array.isArray(value) ||
    Object.getPrototypeOf(value) === Object.prototype;
  return isPlain && Object.values(value).every(isPlainData);
}

function checkSearch(owner: string, name: string, space: SearchSpace): void {
  const refuse = (expected: string, found: string) => {
    throw new RangeError(
      `Cannot race ${owner}: expected ${expected} for ${name}, got ${found}`,
    );
  };
  if (name === "lr") {
    throw new TypeError(
      `Cannot race ${owner}: expected the learning rates to try as lr: [from, to], got them in search`,
    );
  }
  if (Array.isArray(space)) {
    if (space.length === 0) refuse("one or more values", "none");
    const odd = space.find((value) => !isPlainData(value));
    if (odd !== undefined) refuse("values that are plain data", describe(odd));
    return;
  }
  checkOptions(`race ${owner} with ${name}`, space, ["min", "max", "log"]);
  const { min, max, log = false } = space as Exclude<
    SearchSpace,
    readonly unknown[]
  >;
  if (!(min <= max && max - min < Infinity && (!log || min > 0))) {
    const lower = log ? "a min above 0" : "a min";
    refuse(`${lower} and a max that is not less`, `${min} and ${max}`);
  }
}

function checkEntry({ name, options, lr, search }: Entry): void {
  checkRates(name, lr);
  checkOptions(`race ${name}`, search, Object.keys(search));
  for (const key of Object.keys(search)) checkSearch(name, key, search[key]!);
  for (const key of Object.keys(options)) {
    if (key !== "lr" && !Object.hasOwn(search, key)) continue;
    throw new TypeError(
      `Cannot race ${name} as ${key} is tuned: expected options without it`,
    );
  }
}

function sourceOf(competitor: Competitor): Entry["source"] | null {
  const { optimizer, transformation } = competitor as Partial<
    OptimizerCompetitor & TransformationCompetitor
  >;
  const make = optimizer ?? transformation;
  const isOne = optimizer === undefined || transformation === undefined;
  if (typeof make !== "function" || !isOne) return null;
  if (transformation) return { kind: "transformation", make: transformation };
  return isClass(optimizer!)
    ? { kind: "class", make: optimizer }
    : { kind: "factory", make: optimizer as RaceFactory };
}

function entryOf(
  given: OptimizerClass | Competitor,
  rates: readonly [number, number],
): Entry {
  const competitor: Competitor = typeof given === "function"
    ? { optimizer: given }
    : given;
  checkOptions("race an optimizer", competitor, names);
  const { options = {}, lr = rates, search = {} } = competitor;
  const source = sourceOf(competitor);
  if (source === null) {
    throw new TypeError(
      `Cannot race: expected a class of optimizers, { optimizer } or { name, transformation }, got ${
        describe(given)
      } with ${Object.keys(competitor).join(", ") || "nothing"}`,
    );
  }
  const name = competitor.name ??
    (source.kind === "class" ? source.make.name : "");
  if (typeof name !== "string" || name === "") {
    throw new TypeError(
      `Cannot race a ${source.kind} without a name: expected a name beside it, got ${
        describe(competitor.name)
      }`,
    );
  }
  const entry: Entry = { name, source, options, lr, search };
  checkEntry(entry);
  return entry;
}

/**
 * The competitors of a race, complete.
 *
 * @throws {TypeError} if one is no optimizer or has a wrong option.
 * @throws {RangeError} if two have the same name or a range is empty.
 */
export function entriesOf(
  optimizers: readonly (OptimizerClass | Competitor)[],
  lr: readonly [number, number],
): Entry[] {
  if (!Array.isArray(optimizers) || optimizers.length === 0) {
    throw new TypeError(
      `Cannot race: expected an array of optimizers, got ${
        Array.isArray(optimizers) ? "an empty one" : describe(optimizers)
      }`,
    );
  }
  const entries = optimizers.map((given) => entryOf(given, lr));
  checkNames("optimizers", entries);
  return entries;
}

/** Throws if two things have the same name. */
export function checkNames(
  what: string,
  things: readonly { readonly name: string }[],
): void {
  const names = things.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice === undefined) return;
  throw new RangeError(
    `Cannot race two ${what} that are both called ${twice}: give one of them another name`,
  );
}
