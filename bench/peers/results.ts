import type { Description } from "./runners/program.ts";

/** The name of the first column. */
export const GRADUS = "Gradus";

/** The name of PyTorch's column. */
export const PYTORCH = "PyTorch";

/** The name of Adam of Gradus, where other optimizers are compared with it. */
export const ADAM = "Adam";

/** The peers that run in browsers too. */
export const JAVASCRIPT: readonly string[] = ["tfjs", "jax-js"];

/** What one library did in one row. */
export type Cell =
  | {
    /** How it did the work. */
    how: string;
    /** A number of the result. */
    answer: number;
    /** Seconds per step or operation, one number per round. */
    samples: number[];
    /** Their median. */
    median: number;
  }
  | { /** Why there is no figure. */ absent: string };

/** A row of the table with its figures. */
export interface RowResult {
  id: string;
  title: string;
  flop?: number;
  cells: Record<string, Cell>;
}

/** What `--json` writes. */
export interface Results {
  date: string;
  cpu: string;
  cores: number;
  rounds: number;
  libraries: Record<string, Description | { absent: string }>;
  rows: RowResult[];
}

/** Returns the middle of some numbers. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? sorted[half]!
    : (sorted[half - 1]! + sorted[half]!) / 2;
}

/** Returns the seconds of a library, `undefined` if it has none. */
export function secondsOf(row: RowResult, name: string): number | undefined {
  const cell = row.cells[name];
  return cell && "median" in cell ? cell.median : undefined;
}

/** Returns the fastest of the libraries, by default of all but Gradus, with or without all its threads. */
export function bestPeer(
  row: RowResult,
  names: readonly string[] = Object.keys(row.cells)
    .filter((name) => !name.startsWith(GRADUS)),
): { name: string; seconds: number } | undefined {
  let best: { name: string; seconds: number } | undefined;
  for (const name of names) {
    const seconds = secondsOf(row, name);
    if (seconds === undefined) continue;
    if (!best || seconds < best.seconds) best = { name, seconds };
  }
  return best;
}

/** Returns those whose answer is far from that of most. */
export function dissenters({ cells }: RowResult, tolerance = 1e-3): string[] {
  const answers = Object.entries(cells).flatMap(([name, cell]) =>
    "answer" in cell ? [{ name, answer: cell.answer }] : []
  );
  const middle = median(answers.map(({ answer }) => answer));
  return answers
    .filter(({ answer }) =>
      !(Math.abs(answer - middle) <= tolerance * Math.abs(middle))
    )
    .map(({ name }) => name);
}
