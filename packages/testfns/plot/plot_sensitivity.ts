import type { SensitivityCurve } from "../race_types.ts";
import type { Point } from "./clip.ts";
import { curveStyle } from "./curve_style.ts";
import type { Area } from "./frame.ts";
import {
  CHART_NAMES,
  type ChartOptions,
  type Curve,
  drawChart,
} from "./line_chart.ts";
import { logDomain, padded, rangeOf } from "./loss_curves.ts";
import { checkChoice, checkNames, type OptionNames } from "./map_options.ts";
import { linearScale, logScale, type Scale } from "./scale.ts";
import { element, formatCoordinate } from "./svg.ts";

/** Options of {@linkcode plotSensitivity}. By default, `labels` are the names of the optimizers. */
export interface PlotSensitivityOptions extends ChartOptions {
  /** The scale of the values; the default is `"log"`. */
  scale?: "log" | "linear";
  /** What the values are; the default is `"Final loss"`. */
  yLabel?: string;
  /** The least and the greatest value to show; by default those there are. Values above count as diverged. */
  yLimits?: [number, number];
}

const optionNames: OptionNames<PlotSensitivityOptions> = {
  ...CHART_NAMES,
  scale: true,
  yLabel: true,
  yLimits: true,
};

/**
 * Draws how the outcome depends on the learning rate, one curve per optimizer, the learning rate on a logarithmic axis.
 *
 * The broad valleys are optimizers that are easy to tune. Where a value is NaN, infinite or above `yLimits`, the runs
 * diverged or missed their target: a cross at the upper edge shows where the curve gets lost. Spread, if the data has it, is a band around the
 * curve.
 *
 * @param curves The outcomes.
 * @param options How to draw them.
 * @returns The picture as SVG.
 * @throws {RangeError} If there is nothing finite to show, or an option or a learning rate is out of range.
 * @throws {TypeError} If a curve has more or fewer values than learning rates, the number of labels is not that of the
 * curves, or an option is unknown.
 *
 * @example Two optimizers
 * ```ts
 * import { plotSensitivity } from "@gradus/testfns/plot";
 * import { assert } from "@std/assert";
 *
 * const svg = plotSensitivity([
 *   { optimizer: "SGD", lr: [0.001, 0.01, 0.1], value: [3, 0.2, Infinity] },
 *   { optimizer: "Adam", lr: [0.001, 0.01, 0.1], value: [4, 0.5, 0.1] },
 * ]);
 * assert(svg.includes("Final loss"));
 * ```
 */
export function plotSensitivity(
  curves: readonly SensitivityCurve[],
  options: PlotSensitivityOptions = {},
): string {
  checkNames(ACTION, options, optionNames);
  const { scale = "log", yLabel = "Final loss", yLimits } = options;
  checkChoice("scale", scale, ["log", "linear"]);
  curves.forEach(checkCurve);
  if (yLimits && !(yLimits[0] < yLimits[1])) {
    throw new RangeError(
      `Cannot ${ACTION} as \`yLimits\` must ascend: got ${yLimits.join(", ")}`,
    );
  }
  const top = yLimits?.[1] ?? Infinity;
  const missed = (value: number) => !Number.isFinite(value) || value > top;
  const drawn = curves.map((curve, i): Curve => {
    const points = pair(curve.lr, curve.value)
      .map(([lr, value]): Point => [lr, missed(value) ? NaN : value]);
    const band = bandOf(curve);
    return {
      label: curve.optimizer,
      style: curveStyle(i),
      points,
      marked: points.filter(([, value]) => Number.isFinite(value)),
      ...(band ? { band } : {}),
    };
  });
  const points = drawn.flatMap(({ points }) => points);
  const lrs = curves.flatMap(({ lr }) => lr).map((lr): Point => [lr, 0]);
  const xDomain = logDomain(lrs, 0, ACTION);
  const yDomain: [number, number] = yLimits ??
    (scale === "log"
      ? logDomain(points, 1, ACTION)
      : padded(rangeOf(points, 1, ACTION)));
  const makeScale = scale === "log" ? logScale : linearScale;
  return drawChart(
    {
      curves: drawn,
      x: (range, ticks) => logScale(xDomain, range, ticks),
      y: (range, ticks) => makeScale(yDomain, range, ticks),
      labels: {
        title: options.title ?? "Sensitivity to the learning rate",
        subtitle: "",
        x: "Learning rate",
        y: yLabel,
      },
      description: `${yLabel} by learning rate: ${
        (options.labels ?? curves.map(({ optimizer }) => optimizer)).join(", ")
      }`,
      over: (area, x) => drawLost(curves, missed, area, x),
    },
    options,
    ACTION,
  );
}

const ACTION = "plot sensitivity";

function pair(x: readonly number[], y: readonly number[]): Point[] {
  return x.map((value, i): Point => [value, y[i]!]);
}

function bandOf({ lr, low, high }: SensitivityCurve): Point[] | undefined {
  if (!low || !high) return undefined;
  const lower = pair(lr, low).filter(([, y]) => Number.isFinite(y));
  // A spread that has no upper end reaches to the edge.
  const upper = pair(lr, high)
    .filter((_, i) => Number.isFinite(low[i]))
    .map(([x, y]): Point => [x, Number.isFinite(y) ? y : Number.MAX_VALUE]);
  return lower.length < 2 ? undefined : [...lower, ...upper.reverse()];
}

const CROSS_ARM = 3.5;
const CROSS_DISTANCE = 9;
const CROSSES_PER_ROW = 4;

// Crosses where a curve leaves the picture, side by side as several optimizers do so at the same learning rate.
function drawLost(
  curves: readonly SensitivityCurve[],
  missed: (value: number) => boolean,
  { left, top, right }: Area,
  x: Scale,
): string {
  const lost = curves.map((curve) => lostAt(curve, missed));
  return curves.map((_, i) => {
    const d = lost[i]!.map((lr) => {
      const here = curves.map((_, k) => k).filter((k) => lost[k]!.includes(lr));
      const place = here.indexOf(i);
      const row = Math.floor(place / CROSSES_PER_ROW);
      const inRow = Math.min(
        CROSSES_PER_ROW,
        here.length - row * CROSSES_PER_ROW,
      );
      const shift = (place % CROSSES_PER_ROW - (inRow - 1) / 2) *
        CROSS_DISTANCE;
      const cx = Math.min(
        right - CROSS_ARM,
        Math.max(left + CROSS_ARM, x.position(lr) + shift),
      );
      const cy = top + CROSS_DISTANCE * (row + 1);
      const from = formatCoordinate(cx - CROSS_ARM);
      const across = 2 * CROSS_ARM;
      return `M${from} ${cy - CROSS_ARM}l${across} ${across}` +
        `M${from} ${cy + CROSS_ARM}l${across} ${-across}`;
    });
    return d.length === 0 ? "" : element("path", {
      class: "diverged",
      d: d.join(""),
      fill: "none",
      stroke: curveStyle(i).color,
      "stroke-width": 1.75,
    });
  }).join("");
}

// Where a learning rate is lost and a neighbour is not; everywhere, if none is left.
function lostAt(
  { lr, value }: SensitivityCurve,
  missed: (value: number) => boolean,
): number[] {
  const isKept = (v: number | undefined) => v !== undefined && !missed(v);
  const anyKept = value.some(isKept);
  return lr.filter((_, i) =>
    missed(value[i]!) &&
    (!anyKept || isKept(value[i - 1]) || isKept(value[i + 1]))
  );
}

function checkCurve(curve: SensitivityCurve): void {
  const { optimizer, lr } = curve;
  for (const name of ["value", "low", "high"] as const) {
    const values = curve[name];
    if (values !== undefined && values.length !== lr.length) {
      throw new TypeError(
        `Cannot ${ACTION} as \`${name}\` of ${optimizer} must have ${lr.length} numbers: got ${values.length}`,
      );
    }
  }
  const wrong = lr.find((value) => !(value > 0 && value < Infinity));
  if (wrong !== undefined) {
    throw new RangeError(
      `Cannot ${ACTION} as learning rates of ${optimizer} must be positive: got ${wrong}`,
    );
  }
}
