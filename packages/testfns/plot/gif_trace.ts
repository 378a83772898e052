import type { Trace } from "../trace.ts";
import { GifWriter } from "./gif_encoder.ts";
import { GifScene } from "./gif_scene.ts";
import { legendNames, legendWidth } from "./legend.ts";
import { MARGIN } from "./level_picture.ts";
import {
  checkCount,
  checkNames,
  checkPositive,
  checkTraces,
  type OptionNames,
} from "./map_options.ts";
import {
  PLOT_TRACE_NAMES,
  type PlotTraceOptions,
  readSettings,
} from "./plot_trace_options.ts";
import { svgToPixels, type SvgToPngOptions } from "./png.ts";
import { labelTraces, runsOf } from "./trace_facts.ts";

/** Options of {@linkcode gifTrace}: those of {@linkcode plotTrace} and how time goes by. */
export interface GifTraceOptions extends Omit<PlotTraceOptions, "textAs"> {
  /** One name per trace for the legend if there are several. */
  labels?: string[];
  /**
   * Whether there is a frame after each step, the default; a number is the steps between frames, and `false` leaves nothing
   * but the picture after the last step.
   */
  plotEachStep?: boolean | number;
  /** Frames per second, up to 50; the default is 10. */
  frameRate?: number;
  /** How long the last frame stays, in seconds; the default is 2. */
  endSeconds?: number;
  /** Whether the animation starts again at its end; the default is `true`. */
  loop?: boolean;
  /** The renderer, in browsers: as for {@linkcode svgToPng}. */
  wasm?: NonNullable<SvgToPngOptions["wasm"]>;
}

const { textAs: _, ...pictureNames } = PLOT_TRACE_NAMES;

const optionNames: OptionNames<GifTraceOptions> = {
  ...pictureNames,
  labels: true,
  plotEachStep: true,
  frameRate: true,
  endSeconds: true,
  loop: true,
  wasm: true,
};

/**
 * Draws an animation in which the path of an optimizer grows step by step, or the paths of several on one function.
 *
 * The picture is that of {@linkcode plotTrace}, or that of {@linkcode plotTraces}; a counter says how many steps were made.
 * By default it is 480 pixels wide, and as much wider as the legend of several runs takes.
 *
 * @param traces One run, or several of one function.
 * @param options How to draw it.
 * @returns The bytes of the GIF.
 * @throws {TypeError} As {@linkcode plotTrace} does.
 * @throws {RangeError} As {@linkcode plotTrace} does.
 *
 * @example A frame for every fifth step
 * ```ts ignore
 * import { gifTrace } from "@gradus/testfns/plot";
 *
 * await Deno.writeFile("run.gif", await gifTrace(trace, { plotEachStep: 5 }));
 * ```
 */
export async function gifTrace(
  traces: Trace | readonly Trace[],
  options: GifTraceOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  checkNames("draw animation", options, optionNames);
  const runs = runsOf(traces);
  const {
    labels,
    plotEachStep = true,
    frameRate = 10,
    endSeconds = 2,
    loop = true,
    wasm,
    ...rest
  } = options;
  checkTraces(runs);
  checkPositive("frameRate", frameRate);
  checkPositive("endSeconds", endSeconds);
  if (typeof plotEachStep === "number") {
    checkCount("plotEachStep", plotEachStep, 1);
  }
  const { width } = SIZE;
  const names = legendNames(labels ?? labelTraces(runs), width);
  const legend = runs.length > 1 ? Math.ceil(legendWidth(names)) - MARGIN : 0;
  const size = { ...SIZE, width: width + legend };
  const settings = readSettings({ ...size, ...rest }, runs);
  const scene = new GifScene(runs, settings, labels);
  const background = await svgToPixels(scene.background, wasm ? { wasm } : {});
  const digits = await svgToPixels(scene.digits);
  scene.start(background, digits);

  const last = scene.steps;
  const stride = Number(plotEachStep);
  const steps = stride === 0
    ? []
    : Array.from({ length: Math.ceil(last / stride) }, (_, k) => k * stride);
  const writer = new GifWriter(background, scene.colors, loop);
  const seconds = Math.max(0.02, 1 / frameRate);
  for (const step of steps) {
    writer.add(scene.advance(step), scene.colorAt, seconds);
  }
  writer.add(scene.advance(last), scene.colorAt, endSeconds);
  return writer.finish();
}

const SIZE = { width: 480, height: 504 };
