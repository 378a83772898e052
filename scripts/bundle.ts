// Bundles a program, with the packages that it imports, into one ES module.
//
//     deno run --allow-read --allow-write --allow-env --allow-run \
//       scripts/bundle.ts [--minify] [--platform=node] ENTRY OUTPUT

import * as esbuild from "esbuild";
import { dirname } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

/** Options of {@linkcode bundle}. */
export interface BundleOptions {
  /** Shorten names and drop white space. Default: `false`. */
  minify?: boolean;
  /** Where the bundle will run; built-in modules can be imported in Node only. Default: `"browser"`. */
  platform?: "browser" | "node";
}

const PACKAGES = new URL("../packages/", import.meta.url);

/** Maps what programs import, such as `@gradus/nn`, to the files that "exports" in each package's deno.json names. */
async function packageExports(): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for await (const entry of Deno.readDir(PACKAGES)) {
    if (!entry.isDirectory) continue;
    const folder = new URL(`${entry.name}/`, PACKAGES);
    const { name, exports } = JSON.parse(
      await Deno.readTextFile(new URL("deno.json", folder)),
    ) as { name: string; exports: string | Record<string, string> };
    const all = typeof exports === "string" ? { ".": exports } : exports;
    for (const [key, path] of Object.entries(all)) {
      files.set(name + key.slice(1), fileURLToPath(new URL(path, folder)));
    }
  }
  return files;
}

/** Lets esbuild, which does not read deno.json, find the packages. */
function resolvePackages(files: Map<string, string>): esbuild.Plugin {
  return {
    name: "packages",
    setup(build) {
      build.onResolve({ filter: /^@gradus\// }, ({ path }) => {
        const file = files.get(path);
        if (file !== undefined) return { path: file };
        const known = [...files.keys()].join(", ");
        const text = `Cannot resolve "${path}": the packages export ${known}`;
        return { errors: [{ text }] };
      });
    },
  };
}

/**
 * Bundles the program in the file `entry`.
 *
 * @returns the source of an ES module that imports nothing but what Node has
 *   built in
 */
export async function bundle(
  entry: URL,
  options: BundleOptions = {},
): Promise<string> {
  const { minify = false, platform = "browser" } = options;
  try {
    const { outputFiles } = await esbuild.build({
      entryPoints: [fileURLToPath(entry)],
      bundle: true,
      write: false,
      format: "esm",
      target: "es2022",
      minify,
      platform,
      plugins: [resolvePackages(await packageExports())],
    });
    return outputFiles[0]!.text;
  } finally {
    await esbuild.stop();
  }
}

async function gzipSize(text: string): Promise<number> {
  const zipped = new Blob([text]).stream()
    .pipeThrough(new CompressionStream("gzip"));
  return (await new Response(zipped).arrayBuffer()).byteLength;
}

if (import.meta.main) {
  const { values, positionals: [entry, output] } = parseArgs({
    allowPositionals: true,
    options: {
      minify: { type: "boolean", default: false },
      platform: { type: "string", default: "browser" },
    },
  });
  const { minify, platform } = values;
  if (
    entry === undefined || output === undefined ||
    (platform !== "browser" && platform !== "node")
  ) {
    throw new TypeError(
      "Cannot bundle: expected [--minify] [--platform=browser|node] ENTRY OUTPUT",
    );
  }
  const code = await bundle(pathToFileURL(entry), { minify, platform });
  await Deno.mkdir(dirname(output), { recursive: true });
  await Deno.writeTextFile(output, code);
  const bytes = new TextEncoder().encode(code).length;
  console.log(`${output}: ${bytes} bytes, ${await gzipSize(code)} gzipped`);
}
