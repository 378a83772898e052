import {
  bestPeer,
  dissenters,
  GRADUS,
  JAVASCRIPT,
  type Results,
  type RowResult,
  secondsOf,
} from "./results.ts";

/** Writes a time with three significant digits. */
export function formatSeconds(seconds: number): string {
  for (const [unit, size] of [["s", 1], ["ms", 1e-3], ["µs", 1e-6]] as const) {
    if (seconds >= size) return `${threeDigits(seconds / size)} ${unit}`;
  }
  return `${threeDigits(seconds / 1e-9)} ns`;
}

/** Writes a number with three significant digits. */
export function threeDigits(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

/** Writes the results as a Markdown table, and below it what the cells cannot say. */
export function formatTable(results: Results): string {
  const names = Object.keys(results.libraries);
  const head = ["", ...names, "best peer", "Gradus / best", "Gradus / best JS"];
  const body = results.rows.flatMap((row) => {
    const lines = [timesOf(row, names)];
    if (row.flop !== undefined) lines.push(ratesOf(row, row.flop, names));
    return lines;
  });
  return [
    ...aligned([head, ...body]),
    "",
    ...notesOf(results),
  ].join("\n");
}

function timesOf(row: RowResult, names: string[]): string[] {
  const best = bestPeer(row);
  return [
    row.title,
    ...names.map((name) => {
      const seconds = secondsOf(row, name);
      return seconds === undefined ? "–" : formatSeconds(seconds);
    }),
    best?.name ?? "",
    ratioOf(row, best),
    ratioOf(row, bestPeer(row, JAVASCRIPT)),
  ];
}

function ratioOf(
  row: RowResult,
  best: { seconds: number } | undefined,
): string {
  const own = secondsOf(row, GRADUS);
  return best && own !== undefined ? threeDigits(own / best.seconds) : "";
}

function ratesOf(row: RowResult, flop: number, names: string[]): string[] {
  const rates = names.map((name) => {
    const seconds = secondsOf(row, name);
    return seconds === undefined ? "–" : threeDigits(flop / seconds / 1e9);
  });
  return ["... in GFLOP/s", ...rates, "", "", ""];
}

/** Writes a table in Markdown, the head first. */
export function aligned(lines: string[][]): string[] {
  const widths = lines[0]!.map((_, k) =>
    Math.max(3, ...lines.map((line) => line[k]!.length))
  );
  const rule = widths.map((width, k) =>
    k === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`
  );
  return [lines[0]!, rule, ...lines.slice(1)].map((line) => {
    const cells = line.map((cell, k) =>
      k === 0 ? cell.padEnd(widths[k]!) : cell.padStart(widths[k]!)
    );
    return `| ${cells.join(" | ")} |`;
  });
}

function notesOf(results: Results): string[] {
  const notes = [
    `${results.date}, ${results.cpu}, ${results.cores} cores; medians of ${results.rounds} rounds; times are per step or operation.`,
  ];
  for (const [name, library] of Object.entries(results.libraries)) {
    notes.push(
      "absent" in library
        ? `${name}: none, as it said: ${library.absent}`
        : `${name}: ${library.version}, threads: ${library.threads}`,
    );
  }
  for (const row of results.rows) {
    const failures = new Map<string, string[]>();
    for (const [name, cell] of Object.entries(row.cells)) {
      const library = results.libraries[name];
      if ("absent" in cell && library && !("absent" in library)) {
        failures.set(cell.absent, [...failures.get(cell.absent) ?? [], name]);
      }
    }
    for (const [reason, names] of failures) {
      notes.push(`${row.title}: no figure of ${names.join(", ")}: ${reason}`);
    }
    for (const name of dissenters(row)) {
      notes.push(`${row.title}: ${name} computes something else`);
    }
  }
  return notes;
}
