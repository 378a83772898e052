import type { RaceResult } from "../race/race.ts";
import { type RaceRow, raceRows } from "../race/race_table.ts";
import type { SensitivityCurve } from "../race_types.ts";
import type { Trace } from "../trace.ts";
import { CURVE_COLORS } from "./palette.ts";
import { plotProfile } from "./plot_profile.ts";
import { plotSensitivity } from "./plot_sensitivity.ts";
import { plotTraces } from "./plot_traces.ts";
import { configTable, resultTable } from "./race_report_tables.ts";
import { escapeXml } from "./svg.ts";

/** Options of {@linkcode raceReport}. */
export interface RaceReportOptions {
  /** The title of the page; `"A race of optimizers"` if left out. */
  title?: string;
  /** Paths to show, of functions of two variables: one picture for each function. */
  traces?: readonly Trace[];
  /** How many optimizers, the best ones, are in the pictures of learning rates; 7 if left out. */
  shown?: number;
}

/** The most decades of a picture of learning rates. */
const DECADES = 12;

/**
 * Makes a page of what a race found: how it was held, the table, the performance profile, what learning rates do on each
 * problem and, if there are traces, paths on level maps.
 *
 * The page is one HTML text that loads nothing and runs nothing, for light and dark screens.
 *
 * @param result What the race found.
 * @param options The title and the traces.
 * @returns The page.
 * @throws {RangeError} If `shown` is not a whole number of at least 1.
 *
 * @example
 * ```ts
 * import { Adam, SGD } from "@gradus/optim";
 * import { race, testOptim } from "@gradus/testfns";
 * import { raceReport } from "@gradus/testfns/plot";
 * import { assert } from "@std/assert";
 *
 * const result = await race({ optimizers: [Adam, SGD], problems: ["booth"], starts: 2, trials: 3 });
 * const { lr } = result.best.Adam!.booth!;
 * const trace = await testOptim(Adam, { fn: "booth", steps: 30, options: { lr }, bgXyBreaks: 20 });
 * const html = raceReport(result, { traces: [trace] });
 * assert(html.startsWith("<!DOCTYPE html>"));
 * ```
 */
export function raceReport(
  result: RaceResult,
  options: RaceReportOptions = {},
): string {
  const { title = "A race of optimizers", traces = [] } = options;
  const { shown = CURVE_COLORS.length } = options;
  if (!(Number.isInteger(shown) && shown >= 1)) {
    throw new RangeError(
      `Cannot report a race as \`shown\` must be a whole number of at least 1: got ${shown}`,
    );
  }
  const rows = raceRows(result);
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeXml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escapeXml(title)}</h1>
${describeRace(result)}
<h2>Evaluations to the target</h2>
${resultTable(result, rows)}
<h2>Performance profile</h2>
<p>For each optimizer, the share of all runs in which it reached the target with at most so many times the evaluations of the best optimizer from the same start. High at the left: often the fastest. High at the right: it gets there.</p>
${figure(profile(result, rows))}
<h2>Learning rates</h2>
<p>${
    rows.length > shown ? `The ${shown} best optimizers. ` : ""
  }How far above the minimum the median run ends, by learning rate. Broad valleys are easy to tune; a cross marks where runs were lost.</p>
<div class="pictures">
${
    result.problems.map((problem) => sensitivity(result, rows, problem, shown))
      .join("\n")
  }
</div>
${paths(traces)}<h2>Best hyper-parameters</h2>
<details>
<summary>By optimizer and problem</summary>
${configTable(result, rows)}
</details>
</main>
</body>
</html>
`;
}

const STYLE = `
:root { color-scheme: light dark; --ink: #222; --soft: #666; --line: #ccc; --best: #d9efe4; --page: #fff; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e6e6; --soft: #aaa; --line: #444; --best: #1d4736; --page: #161616; }
}
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--page); }
main { max-width: 1200px; margin: 0 auto; padding: 1rem; }
h2 { margin-top: 2.5rem; }
p { max-width: 46rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: 0.85rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--soft); padding-bottom: 0.5rem; }
th, td { padding: 0.3rem 0.6rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
thead th { white-space: normal; vertical-align: bottom; line-height: 1.2; }
tbody th, thead th:first-child { position: sticky; left: 0; background: var(--page); text-align: left; font-weight: 600; }
td.best { background: var(--best); font-weight: 700; }
small { color: var(--soft); font-weight: 400; }
.pictures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 30rem), 1fr)); gap: 1rem; }
figure { margin: 0; padding: 0.5rem; background: #fff; border: 1px solid var(--line); border-radius: 6px; }
figure svg { display: block; max-width: 100%; height: auto; margin: 0 auto; }
summary { cursor: pointer; }
`;

function figure(svg: string): string {
  return `<figure>${svg}</figure>`;
}

function plural(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? "" : "s"}`;
}

function describeRace(result: RaceResult): string {
  const { optimizers, problems, evaluations, trials, tuning, lr } = result;
  const { tuningStarts, starts, tolerance, seed, dtype, runs } = result;
  const count = runs.length + result.tuningRuns.length;
  const choice = tuning === "grid"
    ? "learning rates on a logarithmic grid"
    : "learning rates and what else is tuned at random";
  const sentences = [
    `${plural(optimizers.length, "optimizer")} on ${
      plural(problems.length, "problem")
    }, ${plural(count, "run")}.`,
    `On each problem, each optimizer first tried ${
      plural(trials, "configuration")
    }, ${choice} from ${lr[0]} to ${
      lr[1]
    } unless it has its own range, each from ${
      plural(tuningStarts, "start")
    }; then it ran with the best of them from ${
      plural(starts, "other start")
    }, the same for all.`,
    `Every run had ${
      plural(evaluations, "evaluation")
    } of loss and gradient; optimizers that need several per step, or products with the Hessian, pay for them.`,
    `A run has solved its problem when the value is at the target of the problem or, where it has none, when ${
      Number((100 * (1 - tolerance)).toPrecision(12))
    } % of the way from the first value to the minimum is done.`,
    `Parameters are ${dtype}, the seed is ${seed}.`,
  ];
  return `<p>${sentences.map(escapeXml).join(" ")}</p>`;
}

/** The profiles, the best optimizer first. */
function profile(result: RaceResult, rows: readonly RaceRow[]): string {
  const curves = rows.map((row) =>
    result.profile.find(({ optimizer }) => optimizer === row.optimizer)!
  );
  return plotProfile(curves, { title: "", width: 900 });
}

function sensitivity(
  result: RaceResult,
  rows: readonly RaceRow[],
  problem: string,
  shown: number,
): string {
  const curves = rows.slice(0, shown).map(({ optimizer }) =>
    result.sensitivity[problem]!.find((curve) => curve.optimizer === optimizer)!
  );
  const limits = limitsOf(curves);
  if (limits === null) {
    return `<p>On ${
      escapeXml(problem)
    } there is nothing to draw: every run was lost or ended at the minimum.</p>`;
  }
  // Bands of spread, one over the other, would hide the curves.
  const drawn = curves.map(({ optimizer, lr, value }): SensitivityCurve => ({
    optimizer,
    lr,
    value: value.map((v) => Math.max(v, limits[0])),
  }));
  return figure(
    plotSensitivity(drawn, {
      title: problem,
      yLabel: "Final value above the minimum",
      yLimits: limits,
      width: 540,
      height: 380,
    }),
  );
}

/** From the least value, or many decades below the greatest, to a little above what a learning rate that hardly moves leaves. */
function limitsOf(
  curves: readonly SensitivityCurve[],
): [number, number] | null {
  const good = (values: readonly number[]) =>
    values.filter((value) => value > 0 && value < Infinity);
  const all = good(curves.flatMap(({ value }) => value));
  if (all.length === 0) return null;
  const idle = good(curves.map(({ value }) => value[0]!));
  const top = 10 * Math.max(...idle.length > 0 ? idle : all);
  const low = Math.min(...all, top / 100);
  return [Math.max(low / 2, top / 10 ** DECADES), top];
}

/** A level map for each function that there are traces of. */
function paths(traces: readonly Trace[]): string {
  if (traces.length === 0) return "";
  const byFunction = new Map<string, Trace[]>();
  for (const trace of traces) {
    byFunction.set(trace.fn, [...byFunction.get(trace.fn) ?? [], trace]);
  }
  const pictures = [...byFunction].map(([name, traces]) =>
    figure(
      plotTraces(traces, {
        title: name,
        labels: traces.map(({ optimizer }) => optimizer),
        bgZBreaks: 20,
        width: 560,
        height: 440,
      }),
    )
  );
  return `<h2>Paths</h2>
<p>From one of the starts that count, with the best hyper-parameters. White crosses are known minima.</p>
<div class="pictures">
${pictures.join("\n")}
</div>
`;
}
