import type { ProfileCurve } from "../race_types.ts";
import type { Point } from "./clip.ts";
import { curveStyle } from "./curve_style.ts";
import {
  CHART_NAMES,
  type ChartOptions,
  type Curve,
  drawChart,
} from "./line_chart.ts";
import { checkNames, type OptionNames } from "./map_options.ts";
import { linearScale, logScale } from "./scale.ts";

/** Options of {@linkcode plotProfile}. By default, `labels` are the names of the optimizers. */
export interface PlotProfileOptions extends ChartOptions {
  /** The greatest factor to show; by default the greatest there is. */
  tauMax?: number;
}

const optionNames: OptionNames<PlotProfileOptions> = {
  ...CHART_NAMES,
  tauMax: true,
};

/**
 * Draws performance profiles (Dolan and Moré 2002): for each optimizer, the share of the problems that it solved within a
 * factor tau of the cost of the best, with tau on a logarithmic axis.
 *
 * At the left edge is the share of the problems on which the optimizer was the best, at the right how many it solved at
 * all.
 *
 * @param curves The profiles.
 * @param options How to draw them.
 * @returns The picture as SVG.
 * @throws {RangeError} If there are no profiles, factors do not ascend from 1 or more, or shares leave [0, 1].
 * @throws {TypeError} If a profile has more or fewer shares than factors, the number of labels is not that of the profiles,
 * or an option is unknown.
 *
 * @example Two optimizers on two problems
 * ```ts
 * import { plotProfile } from "@gradus/testfns/plot";
 * import { assert } from "@std/assert";
 *
 * const svg = plotProfile([
 *   { optimizer: "SGD", tau: [1, 4], share: [0.5, 1] },
 *   { optimizer: "Adam", tau: [1], share: [0.5] },
 * ]);
 * assert(svg.includes("Share of problems solved"));
 * ```
 */
export function plotProfile(
  curves: readonly ProfileCurve[],
  options: PlotProfileOptions = {},
): string {
  checkNames(ACTION, options, optionNames);
  if (curves.length === 0) {
    throw new RangeError(
      `Cannot ${ACTION} as there must be one or more: got none`,
    );
  }
  curves.forEach(checkCurve);
  const { tauMax } = options;
  if (tauMax !== undefined && !(tauMax > 1 && tauMax < Infinity)) {
    throw new RangeError(
      `Cannot ${ACTION} as \`tauMax\` must be above 1: got ${tauMax}`,
    );
  }
  const greatest = Math.max(...curves.map(({ tau }) => tau.at(-1) ?? 1));
  // A little room after the last step, so that its height is seen.
  const end = tauMax ?? (greatest > 1 ? greatest * greatest ** 0.04 : 2);
  const xDomain: [number, number] = [1, end];
  const drawn = curves.map((curve, i): Curve => ({
    label: curve.optimizer,
    style: curveStyle(i),
    points: stepsOf(curve, end),
  }));
  return drawChart(
    {
      curves: drawn,
      x: (range, ticks) => logScale(xDomain, range, ticks),
      y: (range, ticks) => linearScale([-0.02, 1.02], range, ticks),
      labels: {
        title: options.title ?? "Performance profile",
        subtitle: "",
        x: "Factor tau of the cost of the best",
        y: "Share of problems solved",
      },
      description: `Performance profiles: ${
        (options.labels ?? curves.map(({ optimizer }) => optimizer)).join(", ")
      }`,
    },
    options,
    ACTION,
  );
}

const ACTION = "plot performance profiles";

// Right-continuous: the share at a step is the upper one.
function stepsOf({ tau, share }: ProfileCurve, end: number): Point[] {
  let height = 0;
  const points: Point[] = [];
  if (tau[0] !== 1) points.push([1, 0]);
  tau.forEach((at, i) => {
    if (at > 1) points.push([at, height]);
    height = share[i]!;
    points.push([at, height]);
  });
  points.push([Math.max(end, tau.at(-1) ?? 1), height]);
  return points;
}

function checkCurve({ optimizer, tau, share }: ProfileCurve): void {
  if (tau.length !== share.length) {
    throw new TypeError(
      `Cannot ${ACTION} as \`share\` of ${optimizer} must have ${tau.length} numbers: got ${share.length}`,
    );
  }
  const i = tau.findIndex((value, i) =>
    !(value >= 1 && value < Infinity) || value < (tau[i - 1] ?? 1)
  );
  if (i >= 0) {
    throw new RangeError(
      `Cannot ${ACTION} as \`tau\` of ${optimizer} must ascend from 1 or more: got ${
        tau[i]
      } at index ${i}`,
    );
  }
  const wrong = share.find((value) => !(value >= 0 && value <= 1));
  if (wrong !== undefined) {
    throw new RangeError(
      `Cannot ${ACTION} as shares of ${optimizer} must be from 0 to 1: got ${wrong}`,
    );
  }
}
