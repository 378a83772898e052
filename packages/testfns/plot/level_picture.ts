import type { Domain, Grid, Trace } from "../trace.ts";
import type { Point } from "./clip.ts";
import { placeLabels } from "./contour_labels.ts";
import {
  type Area,
  drawFrame,
  type FrameLabels,
  layOutArea,
  scaleWithRoom,
  SMALL_TEXT,
  svgDocument,
  text,
} from "./frame.ts";
import { checkGrid, displayValues, sampleGrid } from "./grid.ts";
import { contourLines, drawBands } from "./level_map.ts";
import { checkRegion, type MapSettings } from "./map_options.ts";
import { paletteColors } from "./palette.ts";
import { linearScale, type Scale } from "./scale.ts";
import { textToPaths } from "./stroke_text.ts";
import { element, paint, polylineData, textElement } from "./svg.ts";
import { lowestMinimum } from "./trace_facts.ts";
import { drawMinima, subdivide, type View } from "./trace_path.ts";

/** What is left free at the right of a map that has no legend, in pixels. */
export const MARGIN = 18;

/** A picture with a level map that is laid out but not drawn. */
export interface LevelPicture {
  /** The settings that it was laid out with. */
  settings: MapSettings;
  /** What is seen and where. */
  view: View;
  /** Width of the picture in pixels. */
  width: number;
  /** Height of the picture in pixels. */
  height: number;
  /** The values of the background; undefined if nobody has any. */
  background: Grid | undefined;
  /** The axes. */
  x: Scale;
  y: Scale;
  /** What stands around the data. */
  labels: FrameLabels;
  /** The known minima. */
  minima: Trace["minima"];
}

/** Returns the values that a picture shows, and where: those of the options, else those of the trace. */
export function chooseBackground(
  traces: readonly Trace[],
  settings: MapSettings,
): { region: Domain; background: Grid | undefined } {
  const grid = settings.grid ??
    (settings.fn ? undefined : traces.find(({ grid }) => grid)?.grid);
  if (grid) checkGrid(grid);
  const region = settings.region ??
    (grid ? rectangleOf(grid) : traces[0]!.domain);
  checkRegion(region);
  const background = grid ??
    (settings.fn && sampleGrid(settings.fn, region, settings.bgXyBreaks));
  return { region, background };
}

/** Lays out the level map of some traces, with axes and titles around it and `rightMargin` pixels free at the right. */
export function layOutLevels(
  traces: readonly Trace[],
  settings: MapSettings,
  titles: { title: string; subtitle: string },
  rightMargin: number,
): LevelPicture {
  const { region, background } = chooseBackground(traces, settings);
  const labels: FrameLabels = {
    title: settings.title ?? titles.title,
    subtitle: settings.title === undefined ? titles.subtitle : "",
    x: "x",
    y: "y",
  };
  const yTicks = linearScale(region.y, [0, 1], 8).ticks;
  const room = layOutArea(
    settings.width,
    settings.height,
    labels,
    yTicks.map(({ label }) => label),
    rightMargin,
  );
  const area = settings.equalScale ? withEqualScale(room, region) : room;
  const x = scaleWithRoom(
    "x",
    (count) => linearScale(region.x, [area.left, area.right], count),
  );
  const y = scaleWithRoom(
    "y",
    (count) => linearScale(region.y, [area.bottom, area.top], count),
  );
  return {
    settings,
    view: {
      area,
      region,
      project: ([px, py]) => [x.position(px), y.position(py)],
    },
    width: settings.width - (room.right - area.right),
    height: settings.height - (room.bottom - area.bottom),
    background,
    x,
    y,
    labels,
    minima: traces[0]!.minima,
  };
}

// Takes away from the longer side, so that a unit has as many pixels on either axis.
function withEqualScale(area: Area, { x, y }: Domain): Area {
  const { left, top, right, bottom } = area;
  const unit = Math.min(
    (right - left) / (x[1] - x[0]),
    (bottom - top) / (y[1] - y[0]),
  );
  return {
    left,
    top,
    right: left + Math.max(1, Math.round(unit * (x[1] - x[0]))),
    bottom: top + Math.max(1, Math.round(unit * (y[1] - y[0]))),
  };
}

/**
 * Draws the picture: level map, contour lines, crosses at the minima, axes and, in front, `parts`.
 *
 * @param pieces What labels of contour lines keep clear of: the visible paths.
 * @param label What screen readers say.
 */
export function drawLevelPicture(
  picture: LevelPicture,
  pieces: readonly (readonly Point[])[],
  label: string,
  ...parts: string[]
): string {
  const { settings, view, background, x, y, labels } = picture;
  const svg = svgDocument(
    picture.width,
    picture.height,
    label,
    background ? drawBackground(picture, background, pieces) : "",
    settings.minima ? drawMinima(picture.minima, view) : "",
    drawFrame(view.area, x, y, labels),
    ...parts,
  );
  return settings.textAs === "paths" ? textToPaths(svg) : svg;
}

function drawBackground(
  { settings, view: { area, project }, minima }: LevelPicture,
  grid: Grid,
  pieces: readonly (readonly Point[])[],
): string {
  const display = displayValues(
    grid.z,
    settings.display,
    lowestMinimum({ minima }),
  );
  const colors = paletteColors(settings.bgPalette, settings.bgZBreaks);
  const lines = contourLines(
    grid,
    display.values,
    display.levels(settings.ctLevels),
    project,
  );
  const labels = settings.ctLabels
    ? placeLabels(
      lines,
      area,
      SMALL_TEXT,
      display.label,
      [...pieces.flatMap(subdivide), ...aroundMarkers(pieces, minima, project)],
    )
    : [];
  // An inner <svg> clips what it contains: the grid may be larger than the region.
  const [width, height] = [area.right - area.left, area.bottom - area.top];
  return element(
    "svg",
    {
      x: area.left,
      y: area.top,
      width,
      height,
      viewBox: `${area.left} ${area.top} ${width} ${height}`,
      overflow: "hidden",
    },
    element("g", { class: "map" }, drawBands(grid, display, colors, project)),
    element("path", {
      class: "contours",
      d: lines.map(({ points }) => polylineData(points)).join(""),
      fill: "none",
      ...paint("stroke", settings.ctColor),
    }),
    element(
      "g",
      { class: "contour-labels" },
      ...labels.map(({ label, at, angle }) =>
        textElement(label, {
          ...text(SMALL_TEXT),
          fill: "#FFFFFF",
          stroke: "#000000",
          "stroke-opacity": "0.6",
          "stroke-width": 2.5,
          "paint-order": "stroke",
          "text-anchor": "middle",
          y: SMALL_TEXT * 0.36,
          transform: `translate(${
            at.map((v) => v.toFixed(1)).join(" ")
          }) rotate(${angle.toFixed(1)})`,
        })
      ),
    ),
  );
}

const MARKER_SIZE = 7;

// Points on the rims of the markers at the ends of paths and at minima: labels keep clear of points.
function aroundMarkers(
  pieces: readonly (readonly Point[])[],
  minima: Trace["minima"],
  project: (point: Point) => Point,
): Point[] {
  const centers = [
    ...pieces.flatMap((piece) => [piece[0]!, piece.at(-1)!]),
    ...minima.map(({ at: [x = NaN, y = NaN] }) => project([x, y])),
  ].filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y));
  return centers.flatMap(([x, y]) =>
    Array.from({ length: 8 }, (_, k): Point => [
      x + MARKER_SIZE * Math.cos(k * Math.PI / 4),
      y + MARKER_SIZE * Math.sin(k * Math.PI / 4),
    ])
  );
}

function rectangleOf({ x, y }: Grid): Domain {
  return { x: [x[0]!, x.at(-1)!], y: [y[0]!, y.at(-1)!] };
}
