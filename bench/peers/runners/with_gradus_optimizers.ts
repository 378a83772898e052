import { optionsOf, type Size, subjectOf } from "../../optimizers.ts";
import type { RowHead } from "../rows.ts";
import type { Program } from "./program.ts";

export { start } from "./with_gradus.ts";

/** A step of an optimizer. */
export interface OptimizerRow extends RowHead {
  work: {
    /** The name of the optimizer. */
    name: string;
    /** How many numbers it steps on. */
    size: Size;
    /** In which shapes. */
    shapes: number[][];
    options: ReturnType<typeof optionsOf>;
  };
}

/** Sets a row up. */
export function prepare({ work: { name, size } }: OptimizerRow): Program {
  const { step, params } = subjectOf(name, size);
  return {
    how: "step",
    run(times) {
      for (let i = 0; i < times; i++) step();
    },
    answer: () => params[0]!.view(-1).at(1).itemSync(),
  };
}
