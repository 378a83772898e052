import * as optim from "@gradus/optim";
import { assert, assertEquals } from "@std/assert";
import * as extra from "./mod.ts";

const folders = ["./", "../optim/", "../optim/algorithms/"];

/** The source texts of both packages, without tests. */
const sources: readonly string[] = folders.flatMap((folder) => {
  const url = new URL(folder, import.meta.url);
  return [...Deno.readDirSync(url)]
    .filter(({ name }) => name.endsWith(".ts") && !name.endsWith("_test.ts"))
    .map(({ name }) => Deno.readTextFileSync(new URL(name, url)));
});

/** The doc comment and the source of the file where something is declared. */
function documentation(name: string): { comment: string; file: string } {
  const declaration = new RegExp(
    `/\\*\\*((?:(?!\\*/)[^])*)\\*/\\nexport (?:class|function) ${name}\\b`,
  );
  for (const file of sources) {
    const comment = declaration.exec(file)?.[1];
    if (comment !== undefined) return { comment, file };
  }
  return { comment: "", file: "" };
}

/** The optimizers and wrappers that are exported, and the functions of the same names. */
const names = Object.entries({ ...optim, ...extra })
  .filter(([, value]) => {
    const { prototype } = value as { prototype?: object };
    return prototype !== undefined && "zeroGrad" in prototype;
  })
  .map(([name]) => name)
  .filter((name) => !["AlgorithmOptimizer", "Optimizer"].includes(name));
const spelled = new Set(names.map((name) => name.toLowerCase()));
const functions = Object.keys({ ...optim, ...extra }).filter((name) =>
  spelled.has(name.toLowerCase()) && !names.includes(name)
);

Deno.test("Every optimizer and every transformation is documented with an example that asserts something", () => {
  assert(names.length > 58);
  assert(functions.length > 50);
  const lacking = [...names, ...functions].filter((name) => {
    const { comment } = documentation(name);
    return !/@example[^]*```ts[^]*\bassert/.test(comment);
  });
  assertEquals(lacking, []);
});

Deno.test("Every optimizer says where it was published", () => {
  const lacking = names.filter((name) => {
    const { comment, file } = documentation(name);
    // The equations of torch.optim stand in a file of their own.
    const rule = /from "\.\/algorithms\/(\w+)\.ts"/.exec(file)?.[1];
    const equations = rule === undefined ? "" : sources
      .find((source) =>
        source.startsWith("/**") &&
        new RegExp(`const ${rule}Rule: `, "i").test(source)
      ) ?? "";
    return !/\b(?:19|20)\d\d\b/.test(comment + equations);
  });
  assertEquals(lacking, []);
});
