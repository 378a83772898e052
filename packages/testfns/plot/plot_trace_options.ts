import type { Trace } from "../trace.ts";
import {
  checkPositive,
  MAP_NAMES,
  type MapOptions,
  type MapSettings,
  type OptionNames,
  readMapSettings,
} from "./map_options.ts";

/** Options of {@linkcode plotTrace}. */
export interface PlotTraceOptions extends MapOptions {
  /** Fill of the start marker. */
  ptStartColor?: string;
  /** Fill of the end marker of a single path. Of several paths, each has a color of its own. */
  ptEndColor?: string;
  /** Color of a single path. */
  lnColor?: string;
  /** Width of the path in pixels. */
  lnWeight?: number;
}

/** The names of {@linkcode PlotTraceOptions}. */
export const PLOT_TRACE_NAMES: OptionNames<PlotTraceOptions> = {
  ...MAP_NAMES,
  ptStartColor: true,
  ptEndColor: true,
  lnColor: true,
  lnWeight: true,
};

/** How a path is drawn. */
export type PathStyle = Required<Omit<PlotTraceOptions, keyof MapOptions>>;

/** torchopt's colors: the start in translucent blue, path and end in red. */
export const PATH_STYLE: Readonly<PathStyle> = {
  ptStartColor: "#5050FF7F",
  ptEndColor: "#FF5050FF",
  lnColor: "#FF0000FF",
  lnWeight: 2,
};

/** Fills in the defaults and checks every option. */
export function readSettings(
  options: PlotTraceOptions,
  traces: readonly Trace[],
): MapSettings & PathStyle {
  const settings = { ...PATH_STYLE, ...options };
  checkPositive("lnWeight", settings.lnWeight);
  const { ptStartColor, ptEndColor, lnColor } = settings;
  return readMapSettings(settings, traces, [
    ptStartColor,
    ptEndColor,
    lnColor,
  ]);
}
