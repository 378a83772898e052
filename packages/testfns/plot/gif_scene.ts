import type { Trace } from "../trace.ts";
import { clipPolyline, isInside, type Point } from "./clip.ts";
import { type CurveStyle, curveStyle } from "./curve_style.ts";
import { SMALL_TEXT, text } from "./frame.ts";
import { drawLegend, legendNames, legendWidth } from "./legend.ts";
import {
  drawLevelPicture,
  layOutLevels,
  type LevelPicture,
  MARGIN,
} from "./level_picture.ts";
import type { MapSettings } from "./map_options.ts";
import { paletteColors } from "./palette.ts";
import type { PathStyle } from "./plot_trace_options.ts";
import type { Pixels } from "./png.ts";
import { type Box, Coverage } from "./raster.ts";
import { element, paint, textElement } from "./svg.ts";
import { describeTrace, describeTraces, labelTraces } from "./trace_facts.ts";
import { drawStarts, pointsOf } from "./trace_path.ts";

/** One path of an animation. */
interface MovingPath {
  points: Point[];
  look: CurveStyle;
  line: Coverage;
  /** A light line under the path; undefined if there is none. */
  halo: Coverage | undefined;
  color: Paint;
  end: Paint;
  endSize: number;
}

/** A color, red, green, blue and opacity from 0 to 1. */
type Paint = readonly [number, number, number, number];

// Colors of digits are looked up in a strip that has them side by side.
const DIGIT_WIDTH = 7;
const DIGIT_HEIGHT = 16;
const COUNTER_DIGITS = 6;

/** What is seen of some runs after any number of steps, pixel by pixel. */
export class GifScene {
  /** The number of steps of the longest run. */
  readonly steps: number;
  readonly #picture: LevelPicture;
  readonly #legend: string;
  readonly #label: string;
  readonly #paths: MovingPath[];
  readonly #settings: MapSettings & PathStyle;
  readonly #traces: readonly Trace[];
  readonly #rims: Coverage;
  readonly #ends: Coverage[];
  readonly #dirty = new Set<number>();
  #boxes: Box[] = [];
  #background: Pixels | undefined;
  #digits: Pixels | undefined;
  #counter = "";
  #step = 0;

  constructor(
    traces: readonly Trace[],
    settings: MapSettings & PathStyle,
    labels: readonly string[] = labelTraces(traces),
  ) {
    const several = traces.length > 1;
    if (several && labels.length !== traces.length) {
      throw new TypeError(
        `Cannot plot traces as each of the ${traces.length} traces must have one label: got ${labels.length}`,
      );
    }
    const names = several ? legendNames(labels, settings.width) : [];
    const titles = several ? describeTraces(traces) : describeTrace(traces[0]!);
    this.#traces = traces;
    this.#settings = settings;
    this.#picture = layOutLevels(
      traces,
      settings,
      titles,
      several ? legendWidth(names) : MARGIN,
    );
    const { area } = this.#picture.view;
    this.#label = `${titles.title}. ${titles.subtitle}`;
    this.#legend = several
      ? drawLegend(
        names.map((label, i) => ({ label, style: curveStyle(i) })),
        area,
        settings.lnWeight,
      )
      : "";
    this.steps = Math.max(...traces.map(({ params }) => params.length - 1));
    const width = Math.ceil(this.#picture.width);
    const height = Math.ceil(this.#picture.height);
    this.#paths = traces.map((trace, i): MovingPath => {
      const look = curveStyle(i);
      return {
        points: pointsOf(trace),
        look,
        line: new Coverage(width, height),
        halo: several ? new Coverage(width, height) : undefined,
        color: readPaint(several ? look.color : settings.lnColor),
        end: readPaint(several ? look.color : settings.ptEndColor),
        endSize: several ? 6 : 5,
      };
    });
    this.#rims = new Coverage(width, height);
    this.#ends = traces.map(() => new Coverage(width, height));
  }

  /** All that does not move, as SVG. */
  get background(): string {
    const { view, width, height } = this.#picture;
    return drawLevelPicture(
      this.#picture,
      [],
      this.#label,
      drawStarts(this.#traces, this.#settings.ptStartColor, view),
      this.#legend,
      textElement("Step", {
        ...text(SMALL_TEXT),
        x: width - 20 - COUNTER_DIGITS * DIGIT_WIDTH,
        y: height - 8,
        "text-anchor": "end",
      }),
    );
  }

  /** The digits side by side, as SVG. */
  get digits(): string {
    return element(
      "svg",
      {
        xmlns: "http://www.w3.org/2000/svg",
        width: DIGIT_WIDTH * 10,
        height: DIGIT_HEIGHT,
      },
      element("rect", {
        width: DIGIT_WIDTH * 10,
        height: DIGIT_HEIGHT,
        fill: "#FFFFFF",
      }),
      ...[..."0123456789"].map((digit, i) =>
        textElement(digit, {
          ...text(SMALL_TEXT),
          x: (i + 0.5) * DIGIT_WIDTH,
          y: DIGIT_HEIGHT - 4,
          "text-anchor": "middle",
        })
      ),
    );
  }

  /** Colors that must not be approximated, red, green, blue: those of paths and of their edges. */
  get colors(): number[][] {
    const { bgPalette, bgZBreaks } = this.#settings;
    const levels = paletteColors(bgPalette, Math.min(8, bgZBreaks))
      .map(readPaint);
    const edges = this.#paths.flatMap(({ color, halo }) =>
      (halo ? [HALO] : levels).map((level) => blend(rgb(level), color, 128))
    );
    return [
      [0, 0, 0],
      [255, 255, 255],
      ...this.#paths.flatMap(({ color, end }) => [rgb(color), rgb(end)]),
      ...edges,
      ...levels.map((level) => blend(rgb(level), HALO, 128)),
    ].slice(0, 120).map((color) => [...color]);
  }

  /** Takes what {@linkcode background} and {@linkcode digits} look like. */
  start(background: Pixels, digits: Pixels): void {
    this.#background = background;
    this.#digits = digits;
    for (let i = 0; i < background.width * background.height; i++) {
      this.#dirty.add(i);
    }
  }

  /** Goes on to a step and returns the pixels that may have changed. */
  advance(step: number): number[] {
    for (const box of this.#boxes) {
      this.#rims.clear(box);
      for (const coverage of this.#ends) coverage.clear(box);
      this.#mark(box);
    }
    this.#boxes = [];
    this.#paths.forEach((path, i) => this.#advancePath(path, i, step));
    this.#step = step;
    this.#counter = `${step}`.padEnd(COUNTER_DIGITS);
    this.#mark(this.#counterBox());
    const changed = [...this.#dirty];
    this.#dirty.clear();
    return changed;
  }

  #advancePath(path: MovingPath, index: number, step: number): void {
    const { points, line, halo, look, endSize } = path;
    const { region, project } = this.#picture.view;
    const { lnWeight } = this.#settings;
    const until = Math.min(step, points.length - 1);
    for (let k = this.#step + 1; k <= until; k++) {
      const pieces = clipPolyline([points[k - 1]!, points[k]!], region);
      for (const piece of pieces) {
        const [from, to] = piece.map(project) as [Point, Point];
        this.#mark(line.addLine(from, to, lnWeight));
        if (halo) this.#mark(halo.addLine(from, to, lnWeight + 2));
      }
    }
    const end = points.slice(0, until + 1).findLast(([x, y]) =>
      Number.isFinite(x) && Number.isFinite(y)
    );
    if (end === undefined || !isInside(end, region)) return;
    const [x, y] = project(end);
    const outline = (size: number) =>
      look.marker.map(([u, v]): Point => [x + size * u, y + size * v]);
    const box = this.#rims.addPolygon(outline(endSize + 0.5));
    this.#ends[index]!.addPolygon(outline(endSize - 0.5));
    this.#boxes.push(box);
    this.#mark(box);
  }

  #counterBox(): Box {
    const { width, height } = this.#background!;
    const right = width - 14;
    return {
      left: right - COUNTER_DIGITS * DIGIT_WIDTH,
      top: height - 8 - (DIGIT_HEIGHT - 4),
      right,
      bottom: height - 4,
    };
  }

  #mark({ left, top, right, bottom }: Box): void {
    const { width } = this.#background!;
    for (let j = top; j < bottom; j++) {
      for (let i = left; i < right; i++) this.#dirty.add(j * width + i);
    }
  }

  /** The color of a pixel as 0xRRGGBB. */
  readonly colorAt = (pixel: number): number => {
    const { width, data } = this.#background!;
    const box = this.#counterBox();
    const [i, j] = [pixel % width, Math.floor(pixel / width)];
    if (
      i >= box.left && i < box.right && j >= box.top && j < box.bottom
    ) return this.#counterColor(i - box.left, j - box.top);
    let color: Rgb = [
      data[4 * pixel]!,
      data[4 * pixel + 1]!,
      data[4 * pixel + 2]!,
    ];
    for (const { line, halo, color: paint } of this.#paths) {
      if (halo) color = blend(color, HALO, halo.data[pixel]!);
      color = blend(color, paint, line.data[pixel]!);
    }
    color = blend(color, RIM, this.#rims.data[pixel]!);
    this.#ends.forEach((coverage, k) => {
      color = blend(color, this.#paths[k]!.end, coverage.data[pixel]!);
    });
    return color[0] << 16 | color[1] << 8 | color[2];
  };

  #counterColor(x: number, y: number): number {
    const digit = this.#counter[Math.floor(x / DIGIT_WIDTH)]!;
    if (digit === " ") return 0xffffff;
    const { width, data } = this.#digits!;
    const at = 4 * (y * width + Number(digit) * DIGIT_WIDTH + x % DIGIT_WIDTH);
    return data[at]! << 16 | data[at + 1]! << 8 | data[at + 2]!;
  }
}

const HALO: Paint = [255, 255, 255, 0.75];
const RIM: Paint = [0, 0, 0, 1];

type Rgb = readonly [number, number, number];

function rgb([r, g, b]: Paint): Rgb {
  return [r, g, b];
}

function blend(
  below: Rgb,
  [r, g, b, opacity]: Paint,
  coverage: number,
): Rgb {
  if (coverage === 0) return below;
  const t = opacity * coverage / 255;
  const mix = (a: number, b: number) => Math.round(a * (1 - t) + b * t);
  return [mix(below[0], r), mix(below[1], g), mix(below[2], b)];
}

function readPaint(color: string): Paint {
  const { fill, "fill-opacity": opacity = "1" } = paint("fill", color);
  const hex = `${fill}`;
  if (!hex.startsWith("#")) {
    throw new RangeError(
      `Cannot draw animation as colors of paths must be hexadecimal: got "${color}"`,
    );
  }
  const [r, g, b] = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  return [r!, g!, b!, Number(opacity)];
}
