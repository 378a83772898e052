import type { Trace } from "../trace.ts";
import { plotLosses } from "./plot_losses.ts";
import { plotTrace } from "./plot_trace.ts";
import type { PlotTraceOptions } from "./plot_trace_options.ts";
import { plotTraces } from "./plot_traces.ts";
import { sketchTrace } from "./sketch_trace.ts";
import { describeTraces, runsOf } from "./trace_facts.ts";

/** The same thing in several forms, by media type; what shows it picks the best that it can. */
export type MediaBundle = Record<string, string>;

/** Something that notebooks can show: the method under `Symbol.for("Jupyter.display")` returns its forms. */
export interface Displayable {
  /** Returns the forms. */
  readonly [symbol: symbol]: () => MediaBundle;
}

const JUPYTER_DISPLAY = Symbol.for("Jupyter.display");

/**
 * Lets a notebook with the Deno kernel show a run, or several of one function, as a picture: the paths over the level map, or
 * the losses if there are other than two parameters. Where there are no pictures, a sketch is shown.
 *
 * What `testOptim` returns shows itself in this way. This function is for traces from elsewhere, such as a file, for
 * options, and for several traces in one picture.
 *
 * @param traces One run, or several.
 * @param options How to draw it. Losses have width, height, title and the like only.
 * @returns What a cell of a notebook shows if it is the last thing in it.
 *
 * @example In a cell
 * ```ts
 * import { showTrace } from "@gradus/testfns/plot";
 * import { assertEquals } from "@std/assert";
 *
 * const shown = showTrace({
 *   optimizer: "SGD",
 *   fn: "sphere",
 *   options: { lr: 0.25 },
 *   params: [[2, 1], [1, 0.5]],
 *   loss: [5, 1.25],
 *   gradNorm: [4.47, 2.24],
 *   lr: [0.25, 0.25],
 *   evaluations: [0, 1],
 *   domain: { x: [-2, 2], y: [-2, 2] },
 *   minima: [],
 * });
 * const forms = shown[Symbol.for("Jupyter.display")]!();
 * assertEquals(Object.keys(forms), ["image/svg+xml", "text/plain"]);
 * ```
 */
export function showTrace(
  traces: Trace | readonly Trace[],
  options: PlotTraceOptions = {},
): Displayable {
  const runs = runsOf(traces);
  return {
    [JUPYTER_DISPLAY]: () => ({
      "image/svg+xml": draw(runs, options),
      "text/plain": describe(runs, options),
    }),
  };
}

function draw(runs: readonly Trace[], options: PlotTraceOptions): string {
  const isPlane = runs.every(({ params }) =>
    params.every((row) => row.length === 2)
  );
  if (runs.length === 1 && isPlane) return plotTrace(runs[0]!, options);
  const { ptEndColor: _, lnColor: __, ...common } = options;
  if (isPlane) return plotTraces(runs, common);
  const { lnWeight, width, height, title, textAs } = options;
  return plotLosses(runs, {
    ...(lnWeight !== undefined && { lnWeight }),
    ...(width !== undefined && { width }),
    ...(height !== undefined && { height }),
    ...(title !== undefined && { title }),
    ...(textAs && { textAs }),
  });
}

function describe(
  runs: readonly Trace[],
  { fn, grid, region, bgPalette, display, minima, title }: PlotTraceOptions,
): string {
  if (runs.length !== 1) return title ?? describeTraces(runs).title;
  return sketchTrace(runs[0]!, {
    ...(fn && { fn }),
    ...(grid && { grid }),
    ...(region && { region }),
    ...(bgPalette && { bgPalette }),
    ...(display && { display }),
    ...(minima !== undefined && { minima }),
    ...(title !== undefined && { title }),
  });
}

/**
 * Lets a notebook with the Deno kernel show a picture.
 *
 * @param picture SVG source, or the bytes of a PNG or GIF.
 * @returns What a cell of a notebook shows if it is the last thing in it.
 * @throws {TypeError} If it is none of them.
 *
 * @example In a cell
 * ```ts
 * import { showPicture } from "@gradus/testfns/plot";
 * import { assertEquals } from "@std/assert";
 *
 * const svg = `<svg xmlns="http://www.w3.org/2000/svg"/>`;
 * const shown = showPicture(svg);
 * assertEquals(shown[Symbol.for("Jupyter.display")]!(), { "image/svg+xml": svg });
 * ```
 */
export function showPicture(
  picture: string | Uint8Array<ArrayBuffer>,
): Displayable {
  const bundle = typeof picture === "string"
    ? svgBundle(picture)
    : bytesBundle(picture);
  return { [JUPYTER_DISPLAY]: () => bundle };
}

function svgBundle(svg: string): MediaBundle {
  if (!svg.trimStart().startsWith("<svg")) throw unknownPicture();
  return { "image/svg+xml": svg };
}

const SIGNATURES: readonly (readonly [string, string])[] = [
  ["image/png", "\x89PNG"],
  ["image/gif", "GIF8"],
];

function bytesBundle(bytes: Uint8Array<ArrayBuffer>): MediaBundle {
  const head = String.fromCharCode(...bytes.subarray(0, 4));
  const [type] = SIGNATURES.find(([, signature]) => signature === head) ?? [];
  if (type === undefined) throw unknownPicture();
  let text = "";
  for (let i = 0; i < bytes.length; i += 0x8000) {
    text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  }
  return { [type]: btoa(text) };
}

function unknownPicture(): TypeError {
  return new TypeError(
    "Cannot show picture as it must be SVG source or the bytes of a PNG or GIF",
  );
}
