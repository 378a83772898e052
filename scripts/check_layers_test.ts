import { assertEquals } from "@std/assert";
import { checkLayers, importsOf } from "./check_layers.ts";

/** Checks packages made of `files`, which map paths to sources. */
async function check(files: Record<string, string>): Promise<string[]> {
  const root = await Deno.makeTempDir();
  try {
    for (const [path, source] of Object.entries(files)) {
      const file = `${root}/${path}`;
      await Deno.mkdir(file.slice(0, file.lastIndexOf("/")), {
        recursive: true,
      });
      await Deno.writeTextFile(file, source);
    }
    const { breaches } = await checkLayers(new URL(`file://${root}/packages/`));
    return breaches;
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

function specifiers(source: string): (string | undefined)[] {
  return importsOf(source).map((found) => found.specifier);
}

Deno.test("importsOf() finds every form of import", () => {
  assertEquals(
    importsOf(`import "a";
import b from 'b';
import type { C } from "c";
import { type D, e as from } from "d";
import * as f from "f" with { type: "json" };
export * from "g";
export { h } from "h"; export type { I } from "i";
const j = await import("j");
type K = import("k").K;
export {
  l,
} from
  "l";
const m = import(name);
`),
    [
      { specifier: "a", line: 1 },
      { specifier: "b", line: 2 },
      { specifier: "c", line: 3 },
      { specifier: "d", line: 4 },
      { specifier: "f", line: 5 },
      { specifier: "g", line: 6 },
      { specifier: "h", line: 7 },
      { specifier: "i", line: 7 },
      { specifier: "j", line: 8 },
      { specifier: "k", line: 9 },
      { specifier: "l", line: 12 },
      { specifier: undefined, line: 14 },
    ],
  );
});

Deno.test("importsOf() skips comments, strings and templates", () => {
  assertEquals(
    specifiers(
      `// import "a";
/** @example import { b } from "b"; */
const c = "import 'c'";
const d = \`import "d" \${x ? \`\${{ y: "from" }.y} "e"\` : '}'} from "f"\`;
const g = Array.from("g"), h = loader.import("h"), i = import.meta.url;
import "last";
`,
    ),
    ["last"],
  );
});

Deno.test("importsOf() tells regular expressions from divisions", () => {
  assertEquals(
    specifiers(
      "const a = /[/\"'`]/g, b = text.split(/`/);\n" +
        'const c = xs[i]! / 2, d = i++ / 2, e = (1 + 2) / 3; import "f";\n' +
        'const g = { a: 1. / 2, b: x.of / 2 }; if (!/"/.test(g)) h(); /**/\n' +
        'import("last")',
    ),
    ["f", "last"],
  );
});

Deno.test("checkLayers() accepts imports of lower packages and own files", async () => {
  assertEquals(
    await check({
      "packages/tensor/mod.ts": 'export * from "./src/a.ts";',
      "packages/tensor/src/a.ts": 'import { b } from "../b.ts";',
      "packages/autograd/mod.ts": 'import { a } from "@gradus/tensor";',
      "packages/testfns/plot/svg.ts":
        'import { c } from "d3-contour"; import "@gradus/optim-extra";',
      "packages/testfns/plot.ts": 'import "@resvg/resvg-wasm/index.js";',
    }),
    [],
  );
});

Deno.test("checkLayers() refuses packages that are not below", async () => {
  assertEquals(
    await check({
      "packages/tensor/a.ts": '\nimport { b } from "@gradus/autograd";',
      "packages/loss/a.ts": 'import type { Adam } from "@gradus/optim";',
      "packages/data/a.ts": 'const x = await import("@gradus/nn/linear");',
    }),
    [
      'packages/data/a.ts:1: Cannot import "@gradus/nn/linear" in data: it may import tensor',
      'packages/loss/a.ts:1: Cannot import "@gradus/optim" in loss: it may import tensor, autograd, nn',
      'packages/tensor/a.ts:2: Cannot import "@gradus/autograd" in tensor: it may import no other package',
    ],
  );
});

Deno.test("checkLayers() lets tests share the helpers of packages below", async () => {
  assertEquals(
    await check({
      "packages/nn/a_test.ts": 'import "../tensor/testing/a_testing.ts";',
      "packages/nn/b.ts": 'import "../tensor/a_testing.ts";',
      "packages/tensor/a_test.ts": 'import "../nn/a_testing.ts";',
      "packages/nn/c_test.ts": 'import "../tensor/a_test.ts";',
    }),
    [
      'packages/nn/b.ts:1: Cannot import "../tensor/a_testing.ts" in nn as the path leaves the package',
      'packages/nn/c_test.ts:1: Cannot import "../tensor/a_test.ts" in nn as the path leaves the package',
      'packages/tensor/a_test.ts:1: Cannot import "../nn/a_testing.ts" in tensor as the path leaves the package',
    ],
  );
});

Deno.test("checkLayers() refuses paths that leave the package", async () => {
  assertEquals(
    await check({
      "packages/nn/a.ts": 'export * from "../tensor/mod.ts";',
      "packages/nn/a_test.ts": 'import "./../../scripts/a.ts";',
      "packages/optim/a.ts": 'import "../optim-extra/mod.ts";',
    }),
    [
      'packages/nn/a.ts:1: Cannot import "../tensor/mod.ts" in nn as the path leaves the package',
      'packages/nn/a_test.ts:1: Cannot import "./../../scripts/a.ts" in nn as the path leaves the package',
      'packages/optim/a.ts:1: Cannot import "../optim-extra/mod.ts" in optim as the path leaves the package',
    ],
  );
});

Deno.test("checkLayers() refuses what is not part of the workspace", async () => {
  assertEquals(
    await check({
      "packages/tensor/a.ts":
        'import "@std/assert"; import "node:fs"; import "npm:d3-contour@4";',
      "packages/testfns/race.ts": 'import { c } from "d3-contour";',
      "packages/testfns/plot.ts": 'import "d3-contours";',
      "packages/tensor/b_test.ts": 'import "npm:chai@6";',
    }),
    [
      'packages/tensor/a.ts:1: Cannot import "@std/assert" in tensor as it is not part of the workspace',
      'packages/tensor/a.ts:1: Cannot import "node:fs" in tensor as it is not part of the workspace',
      'packages/tensor/a.ts:1: Cannot import "npm:d3-contour@4" in tensor as it is not part of the workspace',
      'packages/tensor/b_test.ts:1: Cannot import "npm:chai@6" in tensor as it is not part of the workspace',
      'packages/testfns/plot.ts:1: Cannot import "d3-contours" in testfns as it is not part of the workspace',
      'packages/testfns/race.ts:1: Cannot import "d3-contour" in testfns as it is not part of the workspace',
    ],
  );
});

Deno.test("checkLayers() lets tests import @std, their package and what its table adds", async () => {
  assertEquals(
    await check({
      "packages/optim/adam_test.ts":
        'import "@std/assert"; import "@gradus/optim"; import "@gradus/testfns";',
      "packages/optim/adam_bench.ts": 'import "@gradus/testfns";',
      "packages/optim/_testing.ts": 'import "@std/assert";',
      "packages/nn/a_test.ts": 'import "@gradus/testfns";',
      "packages/optim/adam.ts":
        'import "@gradus/testfns"; import "@gradus/optim";',
    }),
    [
      'packages/nn/a_test.ts:1: Cannot import "@gradus/testfns" in nn: it may import tensor, autograd',
      'packages/optim/adam.ts:1: Cannot import "@gradus/optim" in optim: use a relative path',
      'packages/optim/adam.ts:1: Cannot import "@gradus/testfns" in optim: it may import tensor, autograd, nn, loss',
    ],
  );
});

Deno.test("checkLayers() refuses a computed specifier and a package without a row", async () => {
  assertEquals(
    await check({
      "packages/nn/a.ts": "await import(`./${name}.ts`);",
      "packages/vision/mod.ts": "",
    }),
    [
      "packages/nn/a.ts:1: Cannot check an import as its specifier is not a string literal",
      "packages/vision: Cannot check a package that has no row in the table",
    ],
  );
});
