import type { Domain, Grid, Trace } from "../trace.ts";
import type { TextAs } from "./frame.ts";
import { type Palette, paletteColors } from "./palette.ts";
import { paint } from "./svg.ts";

/** Options of {@linkcode plotTrace}. */
export interface PlotTraceOptions {
  /** The function for the background, evaluated at `bgXyBreaks` times `bgXyBreaks` points of the region. */
  fn?: (x: number, y: number) => number;
  /** Values for the background, in place of `fn`. Without either, those of the trace are used. */
  grid?: Grid;
  /** What the picture shows. By default the rectangle of `grid`, else the domain of the trace. */
  region?: Domain;
  /** Fill of the start marker. */
  ptStartColor?: string;
  /** Fill of the end marker. */
  ptEndColor?: string;
  /** Color of the path. */
  lnColor?: string;
  /** Width of the path in pixels. */
  lnWeight?: number;
  /** Number of points of the background along each axis. */
  bgXyBreaks?: number;
  /** Number of colors of the background: bands of equal width in z. */
  bgZBreaks?: number;
  /** Palette of the background, from low to high. */
  bgPalette?: Palette;
  /** About how many contour lines are drawn, at "pretty" values; none if 0 or less. */
  ctLevels?: number;
  /** Whether contour lines bear their values. */
  ctLabels?: boolean;
  /** Color of the contour lines. */
  ctColor?: string;
  /**
   * What the background shows: z itself, or `"log"` for the common logarithm of its distance to the minimum, over six
   * decades at most.
   */
  transform?: "none" | "log";
  /** Whether known minima are marked with a cross. */
  minima?: boolean;
  /** Width of the picture in pixels. */
  width?: number;
  /** Height of the picture in pixels. */
  height?: number;
  /** Title, in place of one that states function, optimizer, steps, final value and options; none if empty. */
  title?: string;
  /** Whether text is written as `<text>`, for the fonts of the viewer, or as paths, which need no fonts. */
  textAs?: TextAs;
}

const DEFAULTS = {
  ptStartColor: "#5050FF7F",
  ptEndColor: "#FF5050FF",
  lnColor: "#FF0000FF",
  lnWeight: 2,
  bgXyBreaks: 100,
  bgZBreaks: 32,
  bgPalette: "viridis",
  ctLevels: 10,
  ctLabels: false,
  ctColor: "#FFFFFF7F",
  transform: "none",
  minima: true,
  width: 640,
  height: 664,
  textAs: "text",
} as const satisfies PlotTraceOptions;

/** Options with the defaults filled in. */
export type Settings =
  & Required<Omit<PlotTraceOptions, "fn" | "grid" | "region" | "title">>
  & Pick<PlotTraceOptions, "fn" | "grid" | "region" | "title">;

/** Fills in the defaults and checks every option. */
export function readSettings(options: PlotTraceOptions): Settings {
  const settings: Settings = { ...DEFAULTS, ...options };
  if (settings.fn && settings.grid) {
    throw new TypeError(
      "Cannot plot trace as the background must come from one place: got both `fn` and `grid`",
    );
  }
  for (const name of ["bgXyBreaks", "bgZBreaks"] as const) {
    const least = name === "bgXyBreaks" ? 2 : 1;
    const value = settings[name];
    if (!Number.isInteger(value) || value < least) {
      throw new RangeError(
        `Cannot plot trace as \`${name}\` must be an integer of at least ${least}: got ${value}`,
      );
    }
  }
  for (const name of ["width", "height", "lnWeight"] as const) {
    const value = settings[name];
    if (!(value > 0 && value < Infinity)) {
      throw new RangeError(
        `Cannot plot trace as \`${name}\` must be positive: got ${value}`,
      );
    }
  }
  if (!Number.isFinite(settings.ctLevels)) {
    throw new RangeError(
      `Cannot plot trace as \`ctLevels\` must be finite: got ${settings.ctLevels}`,
    );
  }
  checkChoice("transform", settings.transform, ["none", "log"]);
  checkChoice("textAs", settings.textAs, ["text", "paths"]);
  paletteColors(settings.bgPalette, 1);
  for (
    const color of [
      settings.ptStartColor,
      settings.ptEndColor,
      settings.lnColor,
      settings.ctColor,
    ]
  ) paint("fill", color);
  return settings;
}

/** Checks that an option is one of its values. */
export function checkChoice(
  name: string,
  value: string,
  choices: readonly string[],
): void {
  if (!choices.includes(value)) {
    throw new RangeError(
      `Cannot plot as \`${name}\` must be ${
        choices.map((choice) => `"${choice}"`).join(" or ")
      }: got "${value}"`,
    );
  }
}

/** Checks that a trace has points of the plane. */
export function checkTrace({ params }: Trace): void {
  if (params.length === 0) {
    throw new RangeError(
      "Cannot plot trace as it must have one point or more: got none",
    );
  }
  const i = params.findIndex((row) => row.length !== 2);
  if (i >= 0) {
    throw new TypeError(
      `Cannot plot trace as its points must have 2 coordinates: got ${
        params[i]!.length
      } at row ${i}`,
    );
  }
}

/** Checks that a region is a rectangle. */
export function checkRegion(region: Domain): void {
  for (const axis of ["x", "y"] as const) {
    const [min, max] = region[axis];
    if (!(min < max) || !Number.isFinite(max - min)) {
      throw new RangeError(
        `Cannot plot trace as the region must have a least and a greatest ${axis}: got ${min} to ${max}`,
      );
    }
  }
}
