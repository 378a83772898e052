import type { Row } from "../rows.ts";
import type { Description, Program } from "./program.ts";

/** Counts; cannot be started with 13 threads. */
export function start(threads: number): Description {
  if (threads === 13) throw new Error("Cannot use 13 threads");
  return { version: "1.0", threads: `${threads}` };
}

/** Fails or ends in the rows of these names; else adds numbers up. */
export function prepare(row: Row): Program {
  if (row.id === "fails") throw new Error("Cannot do this row");
  let sum = 0;
  return {
    how: row.mode,
    run(times) {
      for (let i = 0; i < times; i++) sum += 1;
      if (row.id === "ends") Deno.exit(3);
      if (row.id === "diverges" && sum > 1000) sum = NaN;
    },
    answer: () => sum,
  };
}
