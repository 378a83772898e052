/** Races as text. */

import type { RaceResult } from "./race.ts";
import { median } from "./quantile.ts";

/** One optimizer on one problem. */
export interface RaceCell {
  /** The share of starts from which the problem was solved. */
  readonly solved: number;
  /** The median of evaluations to the target over those starts; null if there are none. */
  readonly evaluations: number | null;
  /** The learning rate that was best. */
  readonly lr: number;
}

/** A row of a table. */
export interface RaceRow {
  /** The name of the optimizer. */
  readonly optimizer: string;
  /** The share of all runs that solved their problem. */
  readonly solved: number;
  /** The share of all runs in which it was the first, or as fast as the first. */
  readonly won: number;
  /** By problem. */
  readonly cells: Readonly<Record<string, RaceCell>>;
}

/**
 * The figures of a race by optimizer, the best first: by the share of runs that
 * solved their problem, then by the share that won.
 *
 * @example
 * ```ts
 * import { Adam } from "@gradus/optim";
 * import { race, raceRows } from "@gradus/testfns";
 * import { assertEquals } from "@std/assert";
 *
 * const result = await race({ optimizers: [Adam], problems: ["sphere"], starts: 2, trials: 3 });
 * assertEquals(raceRows(result)[0]!.cells.sphere!.solved, 1);
 * ```
 */
export function raceRows(result: RaceResult): RaceRow[] {
  const { optimizers, problems, runs, best, profile } = result;
  return optimizers.map((optimizer): RaceRow => {
    const own = runs.filter((run) => run.optimizer === optimizer);
    const cells = problems.map((problem) => {
      const here = own.filter((run) => run.problem === problem);
      const costs = here.map(({ evaluations }) => evaluations)
        .filter((cost) => cost !== null);
      return [problem, {
        solved: costs.length / here.length,
        evaluations: costs.length > 0 ? median(costs) : null,
        lr: best[optimizer]![problem]!.lr,
      }];
    });
    const solved = own.filter(({ evaluations }) => evaluations !== null);
    const curve = profile.find((curve) => curve.optimizer === optimizer)!;
    return {
      optimizer,
      solved: solved.length / own.length,
      won: curve.share[0]!,
      cells: Object.fromEntries(cells),
    };
  }).sort((a, b) => b.solved - a.solved || b.won - a.won);
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** A cell in words: evaluations, and how many starts were solved if not all. */
export function showCell({ solved, evaluations }: RaceCell): string {
  if (evaluations === null) return "-";
  const count = String(Math.round(evaluations));
  return solved === 1 ? count : `${count} (${percent(solved)})`;
}

/**
 * The figures of a race as a table of text: how many runs each optimizer
 * solved and won, and, by problem, the median of evaluations to the target with
 * the share of starts that reached it where that is not all.
 *
 * @example
 * ```ts
 * import { Adam } from "@gradus/optim";
 * import { race, raceTable } from "@gradus/testfns";
 * import { assert } from "@std/assert";
 *
 * const result = await race({ optimizers: [Adam], problems: ["sphere"], starts: 2, trials: 3 });
 * assert(raceTable(result).startsWith("optimizer  solved    won"));
 * ```
 */
export function raceTable(result: RaceResult): string {
  const rows = raceRows(result).map(({ optimizer, solved, won, cells }) => [
    optimizer,
    percent(solved),
    percent(won),
    ...result.problems.map((problem) => showCell(cells[problem]!)),
  ]);
  const table = [["optimizer", "solved", "won", ...result.problems], ...rows];
  const widths = table[0]!.map((_, i) =>
    Math.max(...table.map((row) => row[i]!.length))
  );
  return table.map((row) =>
    row.map((cell, i) =>
      i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)
    ).join("  ").trimEnd()
  ).join("\n");
}
