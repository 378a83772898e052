/**
 * Prints the largest errors of the elementary functions as a Markdown table, in
 * units in the last place, over the stored samples of the tests.
 *
 *     deno run scripts/ulp_table.ts
 */

import {
  type Kind,
  maxUlp,
  stored,
} from "../packages/tensor/testing/ulp_testing.ts";

const error = (name: string, kind: Kind) => maxUlp(name, kind).toFixed(2);

console.log("| function | float32 | float64 |");
console.log("| --- | --- | --- |");
for (const name of stored) {
  console.log(
    `| \`${name}\` | ${error(name, "f32")} | ${error(name, "f64")} |`,
  );
}
