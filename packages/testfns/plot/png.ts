import { initWasm, Resvg } from "@resvg/resvg-wasm";
import { textToPaths } from "./stroke_text.ts";

/** Options of {@linkcode svgToPng}. */
export interface SvgToPngOptions {
  /** Width of the PNG in pixels. By default that of the SVG. */
  width?: number;
  /** The bytes of a TrueType or OpenType font for the text. By default text is drawn with built-in strokes. */
  font?: Uint8Array<ArrayBuffer>;
  /**
   * The file `index_bg.wasm` of the npm package `@resvg/resvg-wasm` 2.6.2. Deno and Node find it themselves; browsers
   * must pass it, for instance as `fetch(url)`. It counts on the first call only.
   */
  wasm?: BufferSource | Response | Promise<Response>;
}

/**
 * Turns an SVG into a PNG.
 *
 * Without a font, the text of pictures by {@linkcode plotTrace} and {@linkcode plotLosses} is drawn with strokes that are
 * built in, so that no font file is needed. With a font, all text is set in that font.
 *
 * In Deno it needs `--allow-read`, because the renderer, resvg, is a WebAssembly file of an npm package.
 *
 * @param svg The SVG source.
 * @param options Width, font and where the renderer is.
 * @returns The bytes of the PNG.
 * @throws {RangeError} If the width is not a positive number.
 *
 * @example A picture twice as wide as the SVG says
 * ```ts ignore
 * import { plotTrace, svgToPng } from "@gradus/testfns/plot";
 *
 * const png = await svgToPng(plotTrace(trace), { width: 1280 });
 * await Deno.writeFile("trace.png", png);
 * ```
 */
export async function svgToPng(
  svg: string,
  options: SvgToPngOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  return await render(svg, options, (image) => new Uint8Array(image.asPng()));
}

/** A picture as colors: red, green, blue and opacity of every pixel, row by row. */
export interface Pixels {
  width: number;
  height: number;
  data: Uint8Array<ArrayBuffer>;
}

/** Turns an SVG into pixels. */
export async function svgToPixels(
  svg: string,
  options: SvgToPngOptions = {},
): Promise<Pixels> {
  return await render(svg, options, ({ width, height, pixels }) => ({
    width,
    height,
    data: new Uint8Array(pixels),
  }));
}

async function render<Result>(
  svg: string,
  options: SvgToPngOptions,
  read: (image: RenderedImage) => Result,
): Promise<Result> {
  const { width, font } = options;
  if (width !== undefined && !(width > 0 && width < Infinity)) {
    throw new RangeError(
      `Cannot make PNG as \`width\` must be positive: got ${width}`,
    );
  }
  await startRenderer(options.wasm);
  const renderer = new Resvg(font ? svg : textToPaths(svg), {
    fitTo: width === undefined
      ? { mode: "original" }
      : { mode: "width", value: Math.round(width) },
    ...(font ? { font: { fontBuffers: [font] } } : {}),
  });
  try {
    const image = renderer.render();
    try {
      return read(image);
    } finally {
      image.free();
    }
  } finally {
    renderer.free();
  }
}

type RenderedImage = ReturnType<InstanceType<typeof Resvg>["render"]>;

let starting: Promise<void> | undefined;

// The renderer may be started once per process. A failure is forgotten, so that the next call can do better.
function startRenderer(wasm: SvgToPngOptions["wasm"]): Promise<void> {
  starting ??= initWasm(wasm ?? readWasm()).catch((error) => {
    if (isStartedAlready(error)) return;
    starting = undefined;
    throw error;
  });
  return starting;
}

// Somebody else in this program uses resvg too and was first.
function isStartedAlready(error: unknown): boolean {
  return error instanceof Error && /^already initialized/i.test(error.message);
}

/**
 * The renderer as deno.json names it. In Deno a package from JSR resolves only full specifiers at run time; Node knows the
 * bare ones alone.
 */
export const RENDERER_IN_DENO = "npm:@resvg/resvg-wasm@2.6.2";

interface Process {
  versions?: { deno?: string };
  getBuiltinModule?(name: "node:fs/promises"): {
    readFile(path: URL): Promise<Uint8Array<ArrayBuffer>>;
  };
}

// Through `process` rather than an import of node:fs, which would keep bundlers for browsers from using this file.
async function readWasm(): Promise<Uint8Array<ArrayBuffer>> {
  const { process } = globalThis as { process?: Process };
  const files = process?.getBuiltinModule?.("node:fs/promises");
  if (files === undefined) {
    throw new TypeError(
      "Cannot find the renderer as there are no files here: pass index_bg.wasm of @resvg/resvg-wasm as option `wasm`",
    );
  }
  const renderer = process?.versions?.deno === undefined
    ? "@resvg/resvg-wasm"
    : RENDERER_IN_DENO;
  // Apart from `import.meta`, so that no tool rewrites the specifier for one of the two.
  const { resolve } = import.meta;
  return await files.readFile(new URL(resolve(`${renderer}/index_bg.wasm`)));
}
