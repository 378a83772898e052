// Bundles the programs in bundle_budget.json as users would, minified, and
// fails if one is larger after gzip than its budget.
//
//     deno run --allow-read --allow-write --allow-env --allow-run \
//       scripts/bundle_check.ts

import { bundle, gzipSize } from "./bundle.ts";
import { type Budget, compareSizes } from "./bundle_budget.ts";
import budget from "./bundle_budget.json" with { type: "json" };

const SHOWN = 20; // files

const programs: Readonly<Record<string, Budget>> = budget.programs;
const sizes: Record<string, number> = {};
const files: Record<string, ReadonlyMap<string, number>> = {};
for (const [name, { source }] of Object.entries(programs)) {
  const bundled = await bundle(source, { minify: true });
  sizes[name] = gzipSize(bundled.code);
  files[name] = bundled.files;
}
const { lines, tooLarge } = compareSizes(programs, sizes);
for (const line of lines) console.log(line);
for (const name of tooLarge) {
  console.log(`\nThe largest files in ${name}, in bytes before gzip:`);
  const largest = [...files[name]!].sort(([, a], [, b]) => b - a);
  for (const [path, bytes] of largest.slice(0, SHOWN)) {
    console.log(`${String(bytes).padStart(6)} ${path}`);
  }
}
if (tooLarge.length > 0) {
  console.error(
    `Error: over the budget in scripts/bundle_budget.json: ${
      tooLarge.join(", ")
    }`,
  );
  Deno.exit(1);
}
