import { assert, assertEquals } from "@std/assert";
import { measureRow } from "./measure.ts";
import { Peer } from "./peer.ts";
import type { Row } from "./rows.ts";

function row(id: string): Row {
  return { id, title: id, work: { kind: "add", size: 10 }, mode: "eager" };
}

function testPeer(name: string, threads: number): Peer {
  return new Peer({
    name,
    command: Deno.execPath(),
    args: [
      "run",
      "--quiet",
      "--no-check",
      "--allow-read",
      new URL("runners/serve.ts", import.meta.url).href,
      "runner_testing.ts",
      `${threads}`,
    ],
  });
}

Deno.test("measureRow() leaves out libraries that are absent or not for the row", async () => {
  const peers = [
    testPeer("there", 2),
    testPeer("refuses", 13),
    new Peer({ name: "no command", command: "gradus-no-such", args: [] }),
    new Peer({
      name: "compiles",
      command: "gradus-no-such",
      args: [],
      modes: ["compiled"],
    }),
  ];
  const { cells } = await measureRow(row("works"), peers, 3, 0.01);
  for (const peer of peers) await peer.close();
  assertEquals(Object.keys(cells), ["there", "refuses", "no command"]);
  const cell = cells["there"]!;
  assert("samples" in cell);
  assertEquals(cell.how, "eager");
  assertEquals(cell.answer, 5);
  assertEquals(cell.samples.length, 3);
  assert(cell.median > 0 && cell.median < 1e-3);
  assertEquals(cells["refuses"], { absent: "Cannot use 13 threads" });
  assertEquals(peers[0]!.description, { version: "1.0", threads: "2" });
  assert(peers[2]!.absent!.startsWith("Cannot run gradus-no-such: "));
});

Deno.test("measureRow() goes on after a row that fails or ends the process", async () => {
  const peer = testPeer("there", 1);
  const cells = [];
  for (const id of ["fails", "ends", "diverges", "works"]) {
    cells.push((await measureRow(row(id), [peer], 1, 0.01)).cells["there"]!);
  }
  await peer.close();
  assertEquals(cells.slice(0, 3), [
    { absent: "Cannot do this row" },
    { absent: "Ended by status 3: " },
    { absent: "The result is not finite: NaN" },
  ]);
  assert("samples" in cells[3]!);
});
