import type { Domain, Trace } from "../trace.ts";
import { makeCamera, type Projection3d, type SpacePoint } from "./camera.ts";
import type { Point } from "./clip.ts";
import { type CurveStyle, curveStyle } from "./curve_style.ts";
import { drawTitles, svgDocument } from "./frame.ts";
import { type Displayed, displayValues } from "./grid.ts";
import { drawLegend, legendNames, legendWidth } from "./legend.ts";
import { chooseBackground } from "./level_picture.ts";
import {
  checkChoice,
  checkNames,
  checkPositive,
  checkTraces,
  type DisplayAs,
  type MapOptions,
  type OptionNames,
  readMapSettings,
} from "./map_options.ts";
import { paletteColors } from "./palette.ts";
import { PATH_STYLE } from "./plot_trace_options.ts";
import { linearScale } from "./scale.ts";
import { textToPaths } from "./stroke_text.ts";
import { type BoxAxis, drawAxes, drawWalls } from "./surface_box.ts";
import { drawEnds, drawFaint, drawScene, type Scene } from "./surface_scene.ts";
import {
  densePath,
  fitCamera,
  interpolateGrid,
  resampleGrid,
} from "./surface_space.ts";
import {
  describeTrace,
  describeTraces,
  labelTraces,
  lowestMinimum,
  runsOf,
} from "./trace_facts.ts";

/** Options of {@linkcode plotSurface}. */
export interface PlotSurfaceOptions extends
  Pick<
    MapOptions,
    | "fn"
    | "grid"
    | "region"
    | "bgZBreaks"
    | "bgPalette"
    | "display"
    | "width"
    | "height"
    | "title"
    | "textAs"
  > {
  /** Number of lines of the mesh in each direction; the default is 60. */
  bgXyBreaks?: number;
  /** Whether parallel lines stay parallel (`"orthographic"`, the default) or converge as for an eye (`"perspective"`). */
  projection?: Projection3d;
  /** From where the surface is seen: degrees from the x axis towards the y axis; the default is -60. */
  azimuth?: number;
  /** From how high it is seen: degrees above the plane, from 0 to 90; the default is 35. */
  elevation?: number;
  /** Color of the mesh; `"none"` leaves it out. */
  meshColor?: string;
  /** Fill of the start markers. */
  ptStartColor?: string;
  /** Fill of the end marker of a single path. Of several paths, each has a color of its own. */
  ptEndColor?: string;
  /** Color of a single path. */
  lnColor?: string;
  /** Width of the paths in pixels. */
  lnWeight?: number;
  /** One name per trace for the legend. By default the optimizers, with the options in which they differ. */
  labels?: string[];
}

const optionNames: OptionNames<PlotSurfaceOptions> = {
  fn: true,
  grid: true,
  region: true,
  bgXyBreaks: true,
  bgZBreaks: true,
  bgPalette: true,
  display: true,
  projection: true,
  azimuth: true,
  elevation: true,
  meshColor: true,
  ptStartColor: true,
  ptEndColor: true,
  lnColor: true,
  lnWeight: true,
  labels: true,
  width: true,
  height: true,
  title: true,
  textAs: true,
};

const DEFAULTS = {
  ...PATH_STYLE,
  bgXyBreaks: 60,
  projection: "orthographic",
  azimuth: -60,
  elevation: 35,
  meshColor: "#00000026",
  width: 720,
  height: 560,
} as const satisfies PlotSurfaceOptions;

/**
 * Draws a function of two variables as a surface in space, and the paths of optimizers on it.
 *
 * The surface is painted from back to front. Where it hides a path, the path shows through faintly.
 *
 * @param traces One run, several of one function, or none: then the options must have `region` and `fn`, or `grid`.
 * @param options How to draw it.
 * @returns The picture as SVG.
 * @throws {TypeError} If there are no values to draw, a trace has other than two coordinates, or an option is unknown.
 * @throws {RangeError} If an option is out of range.
 *
 * @example A bowl
 * ```ts
 * import { plotSurface } from "@gradus/testfns/plot";
 * import { assert } from "@std/assert";
 *
 * const svg = plotSurface([], {
 *   fn: (x, y) => x * x + y * y,
 *   region: { x: [-2, 2], y: [-2, 2] },
 *   title: "A bowl",
 * });
 * assert(svg.includes("A bowl"));
 * ```
 */
export function plotSurface(
  traces: Trace | readonly Trace[],
  options: PlotSurfaceOptions = {},
): string {
  const runs = runsOf(traces);
  checkNames("plot surface", options, optionNames);
  const settings = readSettings(options, runs);
  if (runs.length > 0) checkTraces(runs);
  else if (!options.region && !options.grid) {
    throw new TypeError(
      "Cannot plot surface as without traces there must be `grid`, or `fn` and `region`",
    );
  }
  const { region, background } = chooseBackground(runs, settings);
  if (background === undefined) {
    throw new TypeError(
      "Cannot plot surface as there must be values: give `fn` or `grid`, or a trace with a grid",
    );
  }
  const several = runs.length > 1;
  const { labels = several ? labelTraces(runs) : [] } = options;
  if (several && labels.length !== runs.length) {
    throw new TypeError(
      `Cannot plot surface as each of the ${runs.length} traces must have one label: got ${labels.length}`,
    );
  }
  const names = several ? legendNames(labels, settings.width) : [];
  const titles = settings.title !== undefined
    ? { title: settings.title, subtitle: "" }
    : several
    ? describeTraces(runs)
    : runs.length === 1
    ? describeTrace(runs[0]!)
    : { title: "", subtitle: "" };
  const area = {
    left: 8,
    top: titles.title === "" ? 20 : titles.subtitle === "" ? 38 : 56,
    right: settings.width - (several ? legendWidth(names) : 8),
    bottom: settings.height - 4,
  };
  // Labels need more room around a box than around a map.
  if (!(area.right - area.left >= 200 && area.bottom - area.top >= 150)) {
    throw new RangeError(
      `Cannot draw picture as its size leaves no room for data: got ${settings.width} x ${settings.height}`,
    );
  }

  const breaks = settings.bgXyBreaks;
  const grid = resampleGrid(background, region, breaks);
  const minima = runs[0]?.minima ?? [];
  const display = displayValues(
    grid.z,
    settings.display,
    lowestMinimum({ minima }),
  );
  const camera = makeCamera(
    settings.azimuth,
    settings.elevation,
    settings.projection,
  );
  const shown = { ...grid, z: display.values };
  const step: Point = [
    (region.x[1] - region.x[0]) / (breaks - 1),
    (region.y[1] - region.y[0]) / (breaks - 1),
  ];
  const locate = (point: Point): SpacePoint => [
    toBox(point[0], region.x),
    toBox(point[1], region.y),
    toBox(interpolateGrid(shown, point), display.range),
  ];
  const scene: Scene = {
    grid: shown,
    range: display.range,
    region,
    colors: paletteColors(settings.bgPalette, settings.bgZBreaks),
    meshColor: settings.meshColor,
    lnWeight: settings.lnWeight,
    camera,
    place: fitCamera(camera, area),
    locate,
    paths: runs.map((run) =>
      densePath(run, region, step).map((piece) => piece.map(locate))
    ),
    looks: runs.map((_, i): CurveStyle =>
      several ? curveStyle(i) : { ...curveStyle(0), color: settings.lnColor }
    ),
  };
  const axes = boxAxes(region, display, settings.display);
  const svg = svgDocument(
    settings.width,
    settings.height,
    titles.title === "" ? "Surface" : `${titles.title}. ${titles.subtitle}`,
    drawWalls(axes, camera, scene.place),
    drawScene(scene),
    drawFaint(scene),
    ...runs.map((run, i) => drawEnds(run, i, several, scene, settings)),
    drawAxes(axes, camera, scene.place),
    drawTitles(area, titles),
    several
      ? drawLegend(
        names.map((label, i) => ({ label, style: scene.looks[i]! })),
        area,
        settings.lnWeight,
      )
      : "",
  );
  return settings.textAs === "paths" ? textToPaths(svg) : svg;
}

function readSettings(
  options: PlotSurfaceOptions,
  runs: readonly Trace[],
) {
  const style = { ...DEFAULTS, ...options };
  const { ptStartColor, ptEndColor, lnColor, meshColor } = style;
  const settings = readMapSettings(style, runs, [
    ptStartColor,
    ptEndColor,
    lnColor,
    meshColor,
  ]);
  checkPositive("lnWeight", style.lnWeight);
  checkChoice("projection", style.projection, ["orthographic", "perspective"]);
  if (!Number.isFinite(style.azimuth)) {
    throw new RangeError(
      `Cannot plot surface as \`azimuth\` must be finite: got ${style.azimuth}`,
    );
  }
  if (!(style.elevation >= 0 && style.elevation <= 90)) {
    throw new RangeError(
      `Cannot plot surface as \`elevation\` must be from 0 to 90: got ${style.elevation}`,
    );
  }
  return settings;
}

// The middle, if all values are the same.
function toBox(value: number, [min, max]: readonly [number, number]): number {
  return max > min ? (value - min) / (max - min) * 2 - 1 : 0;
}

function boxAxes(
  region: Domain,
  display: Displayed,
  displayAs: DisplayAs,
): [BoxAxis, BoxAxis, BoxAxis] {
  const [x, y] = (["x", "y"] as const).map((name): BoxAxis => ({
    name,
    ticks: linearScale(region[name], [-1, 1], 6).ticks
      .map(({ value, label }) => ({
        value: toBox(value, region[name]),
        label,
      })),
  }));
  const z: BoxAxis = {
    name: displayAs === "log" ? "value (log)" : "value",
    ticks: display.levels(6).map((level) => ({
      value: toBox(level, display.range),
      label: display.label(level),
    })),
  };
  return [x!, y!, z];
}
