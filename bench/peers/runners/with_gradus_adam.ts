import type { Program } from "./program.ts";
import { type OptimizerRow, prepare as of } from "./with_gradus_optimizers.ts";

export { start } from "./with_gradus.ts";

/** Sets a row up, with Adam in place of what it names: what others are compared with, in the same rounds. */
export function prepare(row: OptimizerRow): Program {
  return of({ ...row, work: { ...row.work, name: "Adam" } });
}
