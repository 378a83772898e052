import { assertEquals } from "@std/assert";
import { barOf, terminalProgress } from "./progress.ts";

Deno.test("barOf() shows the share and the figures", () => {
  assertEquals(barOf(0, 120, 10), "[          ]   0 of 120");
  assertEquals(barOf(7, 120, 10), "[          ]   7 of 120");
  assertEquals(barOf(65, 120, 10), "[#####     ]  65 of 120");
  assertEquals(barOf(119, 120, 10), "[######### ] 119 of 120");
  assertEquals(barOf(120, 120, 10), "[##########] 120 of 120");
  assertEquals(barOf(0, 0, 3), "[###] 0 of 0");
});

Deno.test("terminalProgress() writes one line over and over, and ends it", () => {
  let written = "";
  const report = terminalProgress("Racing", {
    write: (text: string) => written += text,
  });
  const bar = (hashes: number) =>
    `[${"#".repeat(hashes)}${" ".repeat(30 - hashes)}]`;
  for (const done of [1, 1, 2]) report(done, 2);
  assertEquals(
    written,
    `\rRacing ${bar(15)} 1 of 2\rRacing ${bar(30)} 2 of 2\n`,
  );
});
