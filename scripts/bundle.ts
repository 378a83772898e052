// Bundles a program, with the packages that it imports, into one ES module.
//
//     deno run --allow-read --allow-write --allow-env --allow-run \
//       scripts/bundle.ts [--minify] [--platform=node] ENTRY OUTPUT

import * as esbuild from "esbuild";
import { dirname } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";

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

/** A program as one ES module. */
export interface Bundle {
  /** The source, which imports nothing but what Node has built in. */
  code: string;
  /** Bytes of it that come from each file. */
  files: ReadonlyMap<string, number>;
}

/**
 * Bundles a program.
 *
 * @param program Its file, or its source.
 */
export async function bundle(
  program: URL | string,
  options: BundleOptions = {},
): Promise<Bundle> {
  const { minify = false, platform = "browser" } = options;
  try {
    const { outputFiles, metafile } = await esbuild.build({
      ...(typeof program === "string"
        ? { stdin: { contents: program, loader: "ts" } }
        : { entryPoints: [fileURLToPath(program)] }),
      bundle: true,
      write: false,
      metafile: true,
      format: "esm",
      target: "es2022",
      minify,
      platform,
      plugins: [resolvePackages(await packageExports())],
    });
    const files = new Map<string, number>();
    for (const { inputs } of Object.values(metafile.outputs)) {
      for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
        files.set(path, bytesInOutput);
      }
    }
    return { code: outputFiles[0]!.text, files };
  } finally {
    await esbuild.stop();
  }
}

/** Number of bytes of a text after gzip at its best, as servers keep files. */
export function gzipSize(text: string): number {
  return gzipSync(text, { level: 9 }).length;
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
  const { code } = await bundle(pathToFileURL(entry), { minify, platform });
  await Deno.mkdir(dirname(output), { recursive: true });
  await Deno.writeTextFile(output, code);
  const bytes = new TextEncoder().encode(code).length;
  console.log(`${output}: ${bytes} bytes, ${gzipSize(code)} gzipped`);
}
