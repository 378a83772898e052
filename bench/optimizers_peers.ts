// A step of every optimizer, beside PyTorch's where Python has it:
//
//     deno task bench:optimizers [--optimizers Adam,SGD] [--rounds 5]
//       [--seconds 0.1] [--threads 2] [--json FILE]
//
// See bench/README.md.

import os from "node:os";
import { parseArgs } from "node:util";
import {
  names,
  namesOfPyTorch,
  optionsOf,
  shapesOf,
  type Size,
  sizes,
} from "./optimizers.ts";
import { optimizerLibraries } from "./peers/libraries.ts";
import { measureRow } from "./peers/measure.ts";
import { Peer } from "./peers/peer.ts";
import {
  ADAM,
  dissenters,
  GRADUS,
  PYTORCH,
  type Results,
  type RowResult,
  secondsOf,
} from "./peers/results.ts";
import type { OptimizerRow } from "./peers/runners/with_gradus_optimizers.ts";
import { aligned, formatSeconds, threeDigits } from "./peers/table.ts";

/** The number of parameters for which all are compared with Adam. */
const LARGE = 1e6;

function idOf(name: string, size: Size): string {
  return `${name}-${size}`;
}

function rowOf(name: string, size: Size): OptimizerRow {
  const shapes = shapesOf(name, size), options = optionsOf(name);
  const title = `${name}, ${size} parameters`;
  const work = { name, size, shapes, options };
  return { id: idOf(name, size), title, mode: "eager", work };
}

/** How many times as long as Adam's a step takes, in the same rounds. */
function timesOfAdam(row: RowResult): number | undefined {
  const own = secondsOf(row, GRADUS), adam = secondsOf(row, ADAM);
  return own && adam && own / adam;
}

/** The times of all optimizers as a table in Markdown. */
export function formatOptimizers(
  rows: readonly RowResult[],
  names: readonly string[],
): string {
  const find = (name: string, size: Size) =>
    rows.find(({ id }) => id === idOf(name, size));
  const time = (row: RowResult | undefined, library: string) =>
    row && secondsOf(row, library);
  const cellsOf = (name: string, size: Size) => {
    const row = find(name, size);
    const own = time(row, GRADUS), other = time(row, PYTORCH);
    const ratio = row && timesOfAdam(row);
    return [
      own === undefined ? "–" : formatSeconds(own),
      ...size === LARGE ? [ratio === undefined ? "" : threeDigits(ratio)] : [],
      other === undefined ? "–" : formatSeconds(other),
      own && other ? threeDigits(own / other) : "",
    ];
  };
  const heads = sizes.flatMap((size) => [
    size.toLocaleString("en"),
    ...size === LARGE ? [`/ ${ADAM}`] : [],
    PYTORCH,
    "ratio",
  ]);
  return aligned([
    ["", ...heads],
    ...names.map((name) => [
      name,
      ...sizes.flatMap((size) => cellsOf(name, size)),
    ]),
  ]).join("\n");
}

/** Whether the libraries, not Adam, are in different places. */
function disagree(row: RowResult): boolean {
  const { [ADAM]: _, ...cells } = row.cells;
  return dissenters({ ...row, cells }).length > 0;
}

function notesOf({ libraries, rows, ...about }: Results): string[] {
  const slow = rows.filter((row) => timesOfAdam(row)! > 2)
    .map((row) => row.id.replace(/-\d+$/, ""));
  const { [ADAM]: _, ...others } = libraries;
  const versions = Object.entries(others).map(([name, library]) =>
    "absent" in library
      ? `${name}: none, as it said: ${library.absent}`
      : `${name}: ${library.version}, threads: ${library.threads}`
  );
  const troubles = rows.flatMap((row) => [
    ...Object.entries(row.cells).flatMap(([name, cell]) =>
      "absent" in cell && !("absent" in libraries[name]!)
        ? [`${row.title}: no figure of ${name}: ${cell.absent}`]
        : []
    ),
    ...disagree(row) ? [`${row.title}: they compute something else`] : [],
  ]);
  return [
    `${about.date}, ${about.cpu}, ${about.cores} cores; medians of ${about.rounds} rounds; times are per step.`,
    `More than twice Adam's time: ${slow.join(", ") || "none"}.`,
    ...versions,
    ...troubles,
  ];
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      optimizers: { type: "string", default: names.join(",") },
      rounds: { type: "string", default: "5" },
      seconds: { type: "string", default: "0.1" },
      threads: { type: "string", default: `${navigator.hardwareConcurrency}` },
      json: { type: "string" },
    },
  });
  const [rounds, seconds, threads] = (["rounds", "seconds", "threads"] as const)
    .map((option) => {
      const value = Number(values[option]);
      if (value > 0) return value;
      throw new RangeError(
        `Cannot measure as --${option} must be a positive number: got "${
          values[option]
        }"`,
      );
    }) as [number, number, number];
  const wanted = values.optimizers.split(",");
  for (const name of wanted) {
    if (names.includes(name)) continue;
    throw new RangeError(
      `Cannot measure "${name}" as it is not one of ${names.join(", ")}`,
    );
  }
  const peers = optimizerLibraries(
    threads,
    Deno.env.get("PYTHON") ?? "python3",
  ).map((options) => new Peer(options));
  const results: Results = {
    date: new Date().toISOString().slice(0, 10),
    cpu: os.cpus()[0]?.model ?? "unknown processor",
    cores: navigator.hardwareConcurrency,
    rounds,
    libraries: {},
    rows: [],
  };
  for (const peer of peers) {
    await peer.open();
    results.libraries[peer.name] = peer.description ??
      { absent: peer.absent! };
  }
  for (const name of wanted) {
    console.error(name);
    for (const size of sizes) {
      const able = peers.filter((peer) =>
        peer.absent === undefined &&
        (peer.name !== PYTORCH || namesOfPyTorch.includes(name)) &&
        (peer.name !== ADAM || size === LARGE)
      );
      const row = rowOf(name, size);
      results.rows.push(await measureRow(row, able, rounds, seconds));
    }
  }
  for (const peer of peers) await peer.close();
  console.log(formatOptimizers(results.rows, wanted));
  console.log(["", ...notesOf(results)].join("\n"));
  if (values.json) {
    await Deno.writeTextFile(
      values.json,
      `${JSON.stringify(results, null, 2)}\n`,
    );
  }
}
