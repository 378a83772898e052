import type { Domain, Grid, Trace } from "../trace.ts";
import type { TextAs } from "./frame.ts";
import { type Palette, paletteColors } from "./palette.ts";
import { paint } from "./svg.ts";

/** What a picture shows of a function in place of its value: the value itself, or its logarithm. */
export type DisplayAs = "value" | "log";

/** Options of the level map behind paths. Names and defaults follow `test_optim` of the R package torchopt. */
export interface MapOptions {
  /** The function for the background, evaluated at `bgXyBreaks` times `bgXyBreaks` points of the region. */
  fn?: (x: number, y: number) => number;
  /** Values for the background, in place of `fn`. Without either, those of the trace are used. */
  grid?: Grid;
  /**
   * What the picture shows. By default the rectangle of `grid`, else the domain of the trace. Where values end, the
   * background is white: those of a trace cover its domain, those of `fn` all of the region.
   */
  region?: Domain;
  /** Number of points along each axis at which `fn` is evaluated; a grid has points of its own. */
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
   * What the background shows: z itself, `"value"`, or `"log"` for the common logarithm of its distance to the minimum, over
   * six decades at most. Labels of contour lines state z either way. By default as the trace says, else `"value"`.
   */
  display?: DisplayAs;
  /** Whether known minima are marked with a cross. */
  minima?: boolean;
  /** Whether a unit is equally long on both axes. The picture is then smaller than its width or its height allows. */
  equalScale?: boolean;
  /** Width of the picture in pixels. */
  width?: number;
  /** Height of the picture in pixels. */
  height?: number;
  /** Title, in place of one that says what was run; none if empty. */
  title?: string;
  /** Whether text is written as `<text>`, for the fonts of the viewer, or as paths, which need no fonts. */
  textAs?: TextAs;
}

/** The names of the options of something. The type sees to it that none is missing. */
export type OptionNames<Options> = Readonly<Record<keyof Options, true>>;

/** The names of {@linkcode MapOptions}. */
export const MAP_NAMES: OptionNames<MapOptions> = {
  fn: true,
  grid: true,
  region: true,
  bgXyBreaks: true,
  bgZBreaks: true,
  bgPalette: true,
  ctLevels: true,
  ctLabels: true,
  ctColor: true,
  display: true,
  minima: true,
  equalScale: true,
  width: true,
  height: true,
  title: true,
  textAs: true,
};

const DEFAULTS = {
  bgXyBreaks: 100,
  bgZBreaks: 32,
  bgPalette: "viridis",
  ctLevels: 10,
  ctLabels: false,
  ctColor: "#FFFFFF7F",
  display: "value",
  minima: true,
  equalScale: false,
  width: 640,
  height: 664,
  textAs: "text",
} as const satisfies MapOptions;

type Optional = "fn" | "grid" | "region" | "title";

/** Options of the level map with the defaults filled in. */
export type MapSettings =
  & Required<Omit<MapOptions, Optional>>
  & Pick<MapOptions, Optional>;

/** Fills in the defaults and checks every option. */
export function readMapSettings<Options extends MapOptions>(
  options: Options,
  traces: readonly Trace[],
  colors: readonly string[] = [],
): MapSettings & Options {
  const display = traces[0]?.display ?? DEFAULTS.display;
  const settings = { ...DEFAULTS, display, ...options };
  if (settings.fn && settings.grid) {
    throw new TypeError(
      "Cannot plot trace as the background must come from one place: got both `fn` and `grid`",
    );
  }
  checkCount("bgXyBreaks", settings.bgXyBreaks, 2);
  checkCount("bgZBreaks", settings.bgZBreaks, 1);
  checkPositive("width", settings.width);
  checkPositive("height", settings.height);
  if (!Number.isFinite(settings.ctLevels)) {
    throw new RangeError(
      `Cannot plot trace as \`ctLevels\` must be finite: got ${settings.ctLevels}`,
    );
  }
  checkChoice("display", settings.display, ["value", "log"]);
  checkChoice("textAs", settings.textAs, ["text", "paths"]);
  paletteColors(settings.bgPalette, 1);
  for (const color of [settings.ctColor, ...colors]) paint("fill", color);
  return settings;
}

/** Checks that options have known names only: a misspelt one would have no effect. `action` is what cannot be done then. */
export function checkNames<Options extends object>(
  action: string,
  options: Options,
  known: OptionNames<Options>,
): void {
  const unknown = Object.keys(options).find((name) =>
    !Object.hasOwn(known, name)
  );
  if (unknown === undefined) return;
  throw new TypeError(
    `Cannot ${action} with an unknown option ${unknown}: expected one of ${
      Object.keys(known).join(", ")
    }`,
  );
}

/** Checks that an option is an integer of at least `least`. */
export function checkCount(name: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least) return;
  throw new RangeError(
    `Cannot plot trace as \`${name}\` must be an integer of at least ${least}: got ${value}`,
  );
}

/** Checks that an option is a positive, finite number. */
export function checkPositive(name: string, value: number): void {
  if (value > 0 && value < Infinity) return;
  throw new RangeError(
    `Cannot plot trace as \`${name}\` must be positive: got ${value}`,
  );
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

/** Checks that traces are of one function of the plane, and that there is one. */
export function checkTraces(traces: readonly Trace[]): void {
  const [first] = traces;
  if (first === undefined) {
    throw new RangeError(
      "Cannot plot traces as there must be one or more: got none",
    );
  }
  traces.forEach(checkTrace);
  const other = traces.find(({ fn }) => fn !== first.fn);
  if (other !== undefined) {
    throw new RangeError(
      `Cannot plot traces as they must be of one function: got "${first.fn}" and "${other.fn}"`,
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
