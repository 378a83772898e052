/** A rectangle of the plane: the least and the greatest x, the least and the greatest y. */
export interface Domain {
  /** Least and greatest x. */
  x: [number, number];
  /** Least and greatest y. */
  y: [number, number];
}

/** A known minimum of a test function. */
export interface Minimum {
  /** The position, one number per coordinate. */
  at: number[];
  /** The value of the function there. */
  value: number;
}

/**
 * What pictures may show in place of the value: its natural logarithm, for
 * functions of at least 0 that span many orders of magnitude. What is minimised
 * is the value itself.
 */
export type Display = "log";

/** What is known about a test function of two variables, without the function itself. */
export interface TestFunctionInfo {
  /** The name under which the function is found, such as `"rosenbrock"`. */
  name: string;
  /** The formula as text, such as `"100(y - x^2)^2 + (1 - x)^2"`. */
  formula: string;
  /** The rectangle that pictures show, and over which random starts are spread. */
  domain: Domain;
  /** Where runs start unless told otherwise; it may lie outside of the domain. */
  start: [number, number];
  /** The known global minima; none if it falls without end. */
  minima: Minimum[];
  /** What pictures may show in place of the value; the value itself if left out. */
  display?: Display;
  /** Where the function was published. */
  reference: string;
}

/** Values of a function of two variables on a rectangular grid. */
export interface Grid {
  /** The x of every column, ascending. */
  x: number[];
  /** The y of every row, ascending. */
  y: number[];
  /** The values row by row: the one at `(x[i], y[j])` is `z[j * x.length + i]`. */
  z: number[];
}

/**
 * What an optimizer did on a test function, as plain data.
 *
 * Row 0 of `params`, `loss`, `gradNorm`, `lr`, `evaluations` and `time` is the start, row k the state after step k. A run of n
 * steps therefore has n + 1 rows and its last update is included. Values are NaN or infinite where a run diverged.
 */
export interface Trace {
  /** The name of the optimizer. */
  optimizer: string;
  /** The name of the test function. */
  fn: string;
  /** The options that the optimizer was given, as plain data. */
  options: Record<string, unknown>;
  /** The position before step 0 and after every step: the numbers of all parameters, one after the other. */
  params: number[][];
  /** The value of the function at each row of `params`; of a problem with noise, that without it. */
  loss: number[];
  /** The Euclidean norm of the gradient at each row of `params`. */
  gradNorm: number[];
  /** The learning rate in force at each row, NaN if the optimizer has none. */
  lr: number[];
  /** The number of evaluations of the function that led to each row; 0 at the start. */
  evaluations: number[];
  /** The milliseconds from the start to each row, by the clock. */
  time?: number[];
  /** The seed that chose the start, if one did. */
  seed?: number;
  /** The rectangle that pictures show. */
  domain: Domain;
  /** The known global minima of the function. */
  minima: Minimum[];
  /** What pictures may show in place of the value of the function; the value itself if left out. */
  display?: Display;
  /** Values of the function for the background of a picture, if somebody has computed them. */
  grid?: Grid;
}

/**
 * Writes a trace as JSON.
 *
 * JSON knows neither NaN nor infinities: they become `null`, and {@linkcode traceFromJson} reads `null` as NaN. So what
 * was infinite comes back as NaN, and -0 as 0; everything else comes back bit for bit.
 *
 * @param trace The trace to write. Its options must be plain data: functions in them are left out.
 * @returns One line of JSON.
 *
 * @example A round trip
 * ```ts
 * import { type Trace, traceFromJson, traceToJson } from "@gradus/testfns";
 * import { assertEquals } from "@std/assert";
 *
 * const trace: Trace = {
 *   optimizer: "SGD",
 *   fn: "sphere",
 *   options: { lr: 0.25 },
 *   params: [[2, 0], [1, 0]],
 *   loss: [4, 1],
 *   gradNorm: [4, 2],
 *   lr: [0.25, 0.25],
 *   evaluations: [0, 1],
 *   domain: { x: [-2, 2], y: [-2, 2] },
 *   minima: [{ at: [0, 0], value: 0 }],
 * };
 * assertEquals(traceFromJson(traceToJson(trace)), trace);
 * ```
 */
export function traceToJson(trace: Trace): string {
  return JSON.stringify(trace);
}

/**
 * Reads a trace that {@linkcode traceToJson} wrote. `null` among the numbers is read as NaN.
 *
 * @param json The JSON text.
 * @returns The trace.
 * @throws {SyntaxError} If the text is not JSON.
 * @throws {TypeError} If the JSON is not a trace: the message names the first field that is missing or wrong.
 *
 * @example A run that diverged
 * ```ts
 * import { traceFromJson } from "@gradus/testfns";
 * import { assertEquals } from "@std/assert";
 *
 * const trace = traceFromJson(`{
 *   "optimizer": "SGD", "fn": "sphere", "options": {}, "params": [[2, 0], [null, 0]], "loss": [4, null],
 *   "gradNorm": [4, null], "lr": [1e9, 1e9], "evaluations": [0, 1],
 *   "domain": { "x": [-2, 2], "y": [-2, 2] }, "minima": []
 * }`);
 * assertEquals(trace.params[1], [NaN, 0]);
 * ```
 */
export function traceFromJson(json: string): Trace {
  const raw = readRecord(JSON.parse(json), "trace");
  const params = readArray(raw["params"], "params")
    .map((row, i) => readNumbers(row, `params[${i}]`));
  const trace: Trace = {
    optimizer: readString(raw["optimizer"], "optimizer"),
    fn: readString(raw["fn"], "fn"),
    options: readRecord(raw["options"], "options"),
    params,
    loss: readNumbers(raw["loss"], "loss", params.length),
    gradNorm: readNumbers(raw["gradNorm"], "gradNorm", params.length),
    lr: readNumbers(raw["lr"], "lr", params.length),
    evaluations: readNumbers(raw["evaluations"], "evaluations", params.length),
    domain: readDomain(raw["domain"]),
    minima: readArray(raw["minima"], "minima").map(readMinimum),
  };
  if (raw["time"] !== undefined) {
    trace.time = readNumbers(raw["time"], "time", params.length);
  }
  if (raw["seed"] !== undefined) trace.seed = readNumber(raw["seed"], "seed");
  if (raw["display"] !== undefined) {
    trace.display = readDisplay(raw["display"]);
  }
  if (raw["grid"] !== undefined) trace.grid = readGrid(raw["grid"]);
  return trace;
}

function readGrid(value: unknown): Grid {
  const { x, y, z } = readRecord(value, "grid");
  const columns = readNumbers(x, "grid.x");
  const rows = readNumbers(y, "grid.y");
  const values = readNumbers(z, "grid.z", columns.length * rows.length);
  return { x: columns, y: rows, z: values };
}

function readDisplay(value: unknown): Display {
  if (value === "log") return value;
  throw wrongType("display", '"log"', value);
}

function readMinimum(value: unknown, i: number): Minimum {
  const raw = readRecord(value, `minima[${i}]`);
  return {
    at: readNumbers(raw["at"], `minima[${i}].at`),
    value: readNumber(raw["value"], `minima[${i}].value`),
  };
}

function readDomain(value: unknown): Domain {
  const raw = readRecord(value, "domain");
  return {
    x: readNumbers(raw["x"], "domain.x", 2) as [number, number],
    y: readNumbers(raw["y"], "domain.y", 2) as [number, number],
  };
}

function readNumbers(
  value: unknown,
  name: string,
  length?: number,
): number[] {
  const array = readArray(value, name);
  if (length !== undefined && array.length !== length) {
    throw new TypeError(
      `Cannot read trace as "${name}" must have ${length} numbers: got ${array.length}`,
    );
  }
  return array.map((item, i) => readNumber(item, `${name}[${i}]`));
}

function readNumber(value: unknown, name: string): number {
  if (value === null) return NaN;
  if (typeof value !== "number") throw wrongType(name, "a number", value);
  return value;
}

function readString(value: unknown, name: string): string {
  if (typeof value !== "string") throw wrongType(name, "a string", value);
  return value;
}

function readArray(value: unknown, name: string): unknown[] {
  if (!Array.isArray(value)) throw wrongType(name, "an array", value);
  return value;
}

function readRecord(value: unknown, name: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw wrongType(name, "an object", value);
  }
  return value as Record<string, unknown>;
}

function wrongType(name: string, expected: string, value: unknown): TypeError {
  const found = value === null
    ? "null"
    : Array.isArray(value)
    ? "an array"
    : `${typeof value}`;
  return new TypeError(
    `Cannot read trace as "${name}" must be ${expected}: got ${found}`,
  );
}
