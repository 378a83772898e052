// Fails where a package imports what it may not: a package above it, a file of
// another package, or, at run time, anything from outside the workspace. Type
// imports count as well, since publishing turns them into dependencies too.
//
//     deno run --allow-read scripts/check_layers.ts

/** What each package may import at run time. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  "tensor": [],
  "autograd": ["tensor"],
  "nn": ["tensor", "autograd"],
  "loss": ["tensor", "autograd", "nn"],
  "optim": ["tensor", "autograd", "nn", "loss"],
  "optim-extra": ["tensor", "autograd", "nn", "loss", "optim"],
  "testfns": ["tensor", "autograd", "nn", "loss", "optim", "optim-extra"],
  "data": ["tensor"],
};

/** What the tests of a package may import beside that: optimizers are tested on test functions. */
const TESTS_MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  "optim": ["testfns"],
  "optim-extra": ["testfns"],
};

/** Packages from npm that draw the plots of testfns, and nothing else. */
const PLOT_MAY_IMPORT: readonly string[] = [
  "d3-contour",
  "d3-scale-chromatic",
  "@resvg/resvg-wasm",
  "gifenc",
];

/** An import in a source text. */
export interface Import {
  /** What it names, or `undefined` where that is computed at run time. */
  specifier: string | undefined;
  /** Its line, from 1. */
  line: number;
}

interface Token {
  text: string;
  index: number;
}

const BLANK = /(?:\s|\/\/.*|\/\*[^]*?\*\/)+/y;
const WORD = /\d[\w.]*|[\p{L}\p{N}_$#]+/uy;
const STRING = /"(?:\\[^]|[^"\\\n])*"|'(?:\\[^]|[^'\\\n])*'/y;
const REGEXP = /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/\w*/y;
const TEMPLATE_PART = /(?:\\[^]|\$(?!\{)|[^`\\$])*(?:`|\$\{)/y;
const OPERATOR = /\+\+|--|[!=]==?|[^]/y;

/** After these words a slash begins a regular expression, after all others it divides. */
const BEFORE_VALUE = new Set(
  "await case delete do else in instanceof new of return throw typeof void yield"
    .split(" "),
);

/** Splits TypeScript into words, strings and operators; drops comments, templates and regular expressions. */
function* tokens(source: string): Generator<Token> {
  let index = 0;
  let afterValue = false;
  let previous = "";
  const open: string[] = []; // what each unclosed "{" or "${" was

  function take(pattern: RegExp): string | undefined {
    pattern.lastIndex = index;
    const text = pattern.exec(source)?.[0];
    index += text?.length ?? 0;
    return text;
  }

  while (index < source.length) {
    if (take(BLANK) !== undefined) continue;
    const start = index;
    let text = take(WORD);
    if (text !== undefined) {
      afterValue = previous === "." || !BEFORE_VALUE.has(text);
    } else if ((text = take(STRING)) !== undefined) {
      afterValue = true;
    } else if (
      !afterValue && source[index] === "/" && take(REGEXP) !== undefined
    ) {
      text = "/";
      afterValue = true;
    } else {
      text = take(OPERATOR)!;
      if (text === "{") open.push(text);
      if (text === "`" || (text === "}" && open.pop() === "${")) {
        afterValue = !take(TEMPLATE_PART)?.endsWith("${");
        if (!afterValue) open.push("${");
        text = "`";
      } else if (!["!", "++", "--"].includes(text)) { // these follow a value or precede one
        afterValue = text === ")" || text === "]" || text === "}";
      }
    }
    yield { text, index: start };
    previous = text;
  }
}

/**
 * Lists what a TypeScript source imports: `import` and `export ... from`
 * declarations, `import()` expressions and `import()` types.
 */
export function importsOf(source: string): Import[] {
  const found: Import[] = [];
  const list = [...tokens(source)];
  for (const [i, { text, index }] of list.entries()) {
    // An identifier followed by a string is possible in these places only.
    const called = text === "import" && list[i + 1]?.text === "(" &&
      list[i - 1]?.text !== ".";
    const next = list[called ? i + 2 : i + 1]?.text ?? "";
    const literal = /^["']/.test(next);
    if (called || (literal && (text === "import" || text === "from"))) {
      found.push({
        specifier: literal ? next.slice(1, -1) : undefined,
        line: source.slice(0, index).split("\n").length,
      });
    }
  }
  return found;
}

/** Says why the file at `path`, relative to its package, may not import `specifier`; `undefined` if it may. */
function breach(
  name: string,
  path: string,
  specifier: string | undefined,
): string | undefined {
  // Helpers of several tests are named *_testing.ts; none of these is published.
  const isTest = /_(?:test|testing|bench)\.\w+$|(?:^|\/)testdata\//.test(path);
  if (specifier === undefined) {
    return "Cannot check an import as its specifier is not a string literal";
  }
  const what = `Cannot import "${specifier}" in ${name}`;
  if (/^\.\.?(?:\/|$)/.test(specifier)) {
    const target = new URL(specifier, `file:///packages/${name}/${path}`);
    if (target.href.startsWith(`file:///packages/${name}/`)) return undefined;
    // Tests may share helpers with the packages below, which export none of them.
    const helper = /^file:\/\/\/packages\/([^/]+)\/.*_testing\.ts$/.exec(
      target.href,
    );
    const shared = isTest && helper &&
      MAY_IMPORT[name]?.includes(helper[1]!);
    return shared ? undefined : `${what} as the path leaves the package`;
  }
  if (specifier.startsWith("@gradus/")) {
    const target = specifier.split("/")[1] ?? "";
    if (target === name) {
      return isTest ? undefined : `${what}: use a relative path`;
    }
    const allowed = [
      ...MAY_IMPORT[name] ?? [],
      ...isTest ? TESTS_MAY_IMPORT[name] ?? [] : [],
    ];
    return allowed.includes(target)
      ? undefined
      : `${what}: it may import ${allowed.join(", ") || "no other package"}`;
  }
  if (isTest && specifier.startsWith("@std/")) return undefined;
  const draws = name === "testfns" && /^plot[._/]/.test(path);
  if (
    draws &&
    PLOT_MAY_IMPORT.some((npm) => `${specifier}/`.startsWith(`${npm}/`))
  ) return undefined;
  return `${what} as it is not part of the workspace`;
}

async function* sourcesUnder(folder: URL): AsyncGenerator<URL> {
  for await (const entry of Deno.readDir(folder)) {
    if (entry.isDirectory) {
      yield* sourcesUnder(
        new URL(`${encodeURIComponent(entry.name)}/`, folder),
      );
    } else if (/\.[cm]?[jt]sx?$/.test(entry.name)) {
      yield new URL(encodeURIComponent(entry.name), folder);
    }
  }
}

/**
 * Checks every package under `packages`, a folder's URL.
 *
 * @returns the number of imports read, and a line for each that is not allowed
 */
export async function checkLayers(
  packages: URL,
): Promise<{ checked: number; breaches: string[] }> {
  let checked = 0;
  const breaches: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(packages)) {
    if (!isDirectory) continue;
    if (!Object.hasOwn(MAY_IMPORT, name)) {
      breaches.push(
        `packages/${name}: Cannot check a package that has no row in the table`,
      );
      continue;
    }
    const folder = new URL(`${name}/`, packages);
    for await (const file of sourcesUnder(folder)) {
      const path = decodeURIComponent(file.href.slice(folder.href.length));
      for (const found of importsOf(await Deno.readTextFile(file))) {
        checked++;
        const why = breach(name, path, found.specifier);
        if (why !== undefined) {
          breaches.push(`packages/${name}/${path}:${found.line}: ${why}`);
        }
      }
    }
  }
  return { checked, breaches: breaches.sort() };
}

if (import.meta.main) {
  const { checked, breaches } = await checkLayers(
    new URL("../packages/", import.meta.url),
  );
  for (const line of breaches) console.error(line);
  console.log(`${checked} imports, ${breaches.length} not allowed`);
  Deno.exit(breaches.length > 0 ? 1 : 0);
}
