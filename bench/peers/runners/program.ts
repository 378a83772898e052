import type { Row } from "../rows.ts";

/** The work of a row, set up in one library. */
export interface Program {
  /** How the library does it, for instance `"eager"`. */
  how: string;
  /** Does the work so many times and waits for the last result. */
  run(times: number): void | Promise<void>;
  /** A number of the last result, to compare between libraries. */
  answer(): number | Promise<number>;
  /** Gives its memory back, where garbage collection does not. */
  release?(): void;
}

/** What a runner says of its library. */
export interface Description {
  version: string;
  /** How many threads it uses, in words. */
  threads: string;
}

/** What the module of a library exports. */
export interface Runner {
  /** Gets the library ready to use `threads` threads, if it can. */
  start(threads: number): Description | Promise<Description>;
  /** Sets the work of a row up. */
  prepare(row: Row): Program | Promise<Program>;
}

/** Which element of a result its answer is. */
export const ANSWER_AT = 7;
