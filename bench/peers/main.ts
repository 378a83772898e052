// The same work in Gradus and in its peers, side by side:
//
//     deno task bench:peers [--rows add,flower] [--rounds 5] [--json FILE]
//
// See bench/README.md.

import os from "node:os";
import { parseArgs } from "node:util";
import { libraries } from "./libraries.ts";
import { measureRow } from "./measure.ts";
import { Peer } from "./peer.ts";
import type { Results } from "./results.ts";
import { pickRows, ROWS } from "./rows.ts";
import { formatTable } from "./table.ts";

function positive(option: string, text: string): number {
  const value = Number(text);
  if (value > 0) return value;
  throw new RangeError(
    `Cannot measure as --${option} must be a positive number: got "${text}"`,
  );
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      rows: { type: "string" },
      rounds: { type: "string", default: "5" },
      seconds: { type: "string", default: "0.2" },
      threads: { type: "string", default: `${navigator.hardwareConcurrency}` },
      libraries: { type: "string" },
      json: { type: "string" },
    },
  });
  const rows = values.rows ? pickRows(values.rows.split(",")) : ROWS;
  const rounds = positive("rounds", values.rounds);
  const seconds = positive("seconds", values.seconds);
  const all = libraries(
    positive("threads", values.threads),
    Deno.env.get("PYTHON") ?? "python3",
  );
  const wanted = values.libraries?.split(",") ?? all.map(({ name }) => name);
  for (const name of wanted) {
    if (all.some((library) => library.name === name)) continue;
    const names = all.map(({ name }) => name).join(", ");
    throw new RangeError(
      `Cannot run "${name}" as it is not one of ${names}`,
    );
  }
  const peers = all.filter(({ name }) => wanted.includes(name))
    .map((options) => new Peer(options));
  const results: Results = {
    date: new Date().toISOString().slice(0, 10),
    cpu: os.cpus()[0]?.model ?? "unknown processor",
    cores: navigator.hardwareConcurrency,
    rounds,
    libraries: {},
    rows: [],
  };
  for (const peer of peers) {
    console.error(`Starting ${peer.name}`);
    await peer.open();
    results.libraries[peer.name] = peer.description ??
      { absent: peer.absent! };
  }
  for (const row of rows) {
    console.error(row.title);
    results.rows.push(
      await measureRow(row, peers, rounds, seconds),
    );
  }
  for (const peer of peers) await peer.close();
  console.log(formatTable(results));
  if (values.json) {
    await Deno.writeTextFile(
      values.json,
      `${JSON.stringify(results, null, 2)}\n`,
    );
  }
}
