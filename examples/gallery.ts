/**
 * Every optimizer that there is, on four test functions: one sheet of small
 * pictures for each. What is drawn is the path from the function's own start,
 * with the learning rate that a small race found to be best.
 *
 * deno run --allow-read --allow-write=out examples/gallery.ts
 */

import * as optim from "@gradus/optim";
import * as extra from "@gradus/optim-extra";
import {
  ackley,
  beale,
  evaluateGrid,
  himmelblau,
  type Problem,
  race,
  randomPoint,
  rosenbrock,
  type TestFunction,
  testOptim,
  type Trace,
} from "@gradus/testfns";
import { plotTrace, svgToPng } from "@gradus/testfns/plot";
import { type Tensor, tensor } from "@gradus/tensor";

const STEPS = 200;
// Rosenbrock's valley has no way around it, Beale's valley is flat, Himmelblau's
// function has four minima and Ackley's has dozens of false ones. Rosenbrock's
// starts where its author did, the others where they do by themselves.
const functions: TestFunction[] = [
  { ...rosenbrock, start: [-1.2, 1] },
  beale,
  himmelblau,
  ackley,
];

// 1. Which optimizers there are is what the packages export: all classes that
// have a step, apart from schedulers and those that are there to be extended.
type OptimizerClass = new (
  params: Tensor[],
  options: never,
) => optim.OptimizerLike;
type Options = Record<string, unknown>;
// SparseAdam is for tables in which words are looked up, which a point is not.
const others = ["AlgorithmOptimizer", "SparseAdam"];
const classes = Object.entries({ ...optim, ...extra })
  .filter(([name, value]) =>
    typeof value === "function" && value.prototype instanceof optim.Optimizer &&
    !others.includes(name)
  )
  .map(([name, value]) => [name, value as unknown as OptimizerClass] as const)
  .sort(([a], [b]) => a.toLowerCase() < b.toLowerCase() ? -1 : 1);
const names = classes.map(([name]) => name);

/** Options that are no matter of taste: without them a class does something else. */
const fixedOptions: Record<string, Options> = {
  AdaHessian: { seed: 1 },
  LBFGS: { lineSearchFn: "strongWolfe", lr: 1 }, // finds step sizes itself
  SGD: { momentum: 0.9 }, // as nearly everybody has it
  SophiaH: { seed: 1 },
};

// 2. A point of the plane is one matrix of one row here, not two numbers: so
// those that look at matrices as wholes, such as Muon, Shampoo and SOAP, have
// something to look at. The rest do the same either way.
function problemOn(fn: TestFunction): Problem {
  const near = (seed: number): number[] => {
    const offset = randomPoint({ x: [-0.1, 0.1], y: [-0.1, 0.1] }, 2, seed);
    return fn.start.map((v, i) => v + offset[i]!);
  };
  return {
    name: fn.name,
    reference: fn.reference,
    // With a seed the start is near by, for the race.
    params: (seed, dtype = "float64") => [
      tensor([seed === undefined ? fn.start : near(seed)], {
        dtype,
        requiresGrad: true,
      }),
    ],
    loss: ([p]) => fn.fn(p!.at(0, 0), p!.at(0, 1)),
    minimum: Math.min(...fn.minima.map(({ value }) => value)),
    domain: fn.domain,
    minima: fn.minima,
  };
}

// 3. The race tries learning rates from three starts near the one that counts,
// since from a single one the luckiest jump would win. The best rate is that
// with the least median at the end.
async function learningRates(
  problem: Problem,
): Promise<Record<string, number>> {
  const found = await race({
    optimizers: classes.filter(([name]) => name !== "LBFGS").map(
      ([name, optimizer]) => ({
        name,
        optimizer,
        options: fixedOptions[name] ?? {},
      }),
    ),
    problems: [problem],
    evaluations: STEPS,
    trials: 11,
    lr: [1e-4, 10],
    starts: 1,
    progress: false,
  });
  return Object.fromEntries(
    found.sensitivity[problem.name]!.map(({ optimizer, lr, value }) => {
      const least = value.indexOf(Math.min(...value.filter(Number.isFinite)));
      return [optimizer, lr[Math.max(0, least)]!];
    }),
  );
}

// 4. Wrappers take the learning rate of what they are wrapped around, so that
// the pictures show what the wrapping does. Ranger is RAdam in a Lookahead.
type Wrap = (params: Tensor[], lr: number) => optim.OptimizerLike;
const { Adam, SGD } = optim;
const wrapped: Record<string, [inner: string, wrap: Wrap]> = {
  "Lookahead(Adam)": [
    "Adam",
    (params, lr) => new extra.Lookahead(new Adam(params, { lr })),
  ],
  "Grokfast(Adam)": [
    "Adam",
    (params, lr) => new extra.Grokfast(new Adam(params, { lr })),
  ],
  "SAM(SGD)": [
    "SGD",
    (params, lr) => new extra.SAM(new SGD(params, { lr, momentum: 0.9 })),
  ],
  "GSAM(SGD)": [
    "SGD",
    (params, lr) => new extra.GSAM(new SGD(params, { lr, momentum: 0.9 })),
  ],
  Ranger: ["RAdam", (params, lr) => new extra.Ranger(params, { lr })],
};

async function runAll(problem: Problem): Promise<Trace[]> {
  const rates = await learningRates(problem);
  const common = { fn: problem, steps: STEPS, dtype: "float64" } as const;
  const traces: Trace[] = [];
  for (const [name, optimizer] of classes) {
    const options = { lr: rates[name], ...fixedOptions[name] };
    traces.push(await testOptim(optimizer, { ...common, name, options }));
  }
  for (const [name, [inner, make]] of Object.entries(wrapped)) {
    const lr = rates[inner]!;
    const trace = await testOptim((params: Tensor[]) => make(params, lr), {
      ...common,
      name,
    });
    traces.push({ ...trace, options: { lr } });
  }
  return traces;
}

// 5. A trace is plain data and a picture is text, so that a sheet of pictures
// takes a few lines. The map is drawn once, by plotTrace of a run of no steps;
// its frame says where in that picture the data is, and only that is used.
const COLUMNS = 8, SIDE = 132, GAP = 10, CAPTION = 34, TITLE = 44;

function short(value: number): string {
  if (!Number.isFinite(value)) return "diverged";
  const size = Math.abs(value);
  return size !== 0 && (size < 1e-2 || size >= 1e4)
    ? value.toExponential(0)
    : `${Number(value.toFixed(2))}`;
}

async function sheet(
  fn: TestFunction,
  traces: readonly Trace[],
): Promise<string> {
  const still = await testOptim(optim.SGD, {
    fn,
    steps: 0,
    options: { lr: 1 },
  });
  const map = plotTrace(still, {
    grid: await evaluateGrid(fn.fn, fn.domain, 50),
    display: fn.name === "ackley" ? "value" : "log",
    bgZBreaks: 12,
    ctLevels: 0,
    ptEndColor: "#5050FF",
  });
  const frame = map.match(
    /<rect class="frame" x="(\S+)" y="(\S+)" width="(\S+)" height="(\S+)"/,
  )!;
  const box = frame.slice(1).join(" ");
  const { x: [left, right], y: [bottom, top] } = fn.domain;
  const rows = Math.ceil(traces.length / COLUMNS);
  const width = COLUMNS * (SIDE + GAP) + GAP;
  const height = TITLE + rows * (SIDE + CAPTION);
  const font = `font-family="Helvetica, Arial, sans-serif"`;
  const panels = traces.map((trace, i) => {
    const x = GAP + (i % COLUMNS) * (SIDE + GAP);
    const y = TITLE + Math.floor(i / COLUMNS) * (SIDE + CAPTION);
    // What is far outside may be nearer, where it is not seen, and NaN ends a path.
    const end = trace.params.findIndex(([u, v]) => !Number.isFinite(u! + v!));
    const path = trace.params.slice(0, end < 0 ? undefined : end).map(
      ([u, v]) => {
        const px = (u! - left) / (right - left) * SIDE;
        const py = (top - v!) / (top - bottom) * SIDE;
        return [px, py].map((p) =>
          Number(Math.max(-SIDE, Math.min(2 * SIDE, p)).toFixed(1))
        );
      },
    );
    const [ex, ey] = path.at(-1)!;
    // Of a run that has settled, most steps are too short to be seen.
    const line = path.filter(([px, py], k) => {
      const [qx, qy] = path[k - 1] ?? [Infinity, Infinity];
      return Math.hypot(px! - qx!, py! - qy!) > 0.3;
    });
    const caption = `lr ${short(trace.lr.at(-1)!)}, ends at ${
      short(trace.loss.at(-1)!)
    }`;
    return `<svg x="${x}" y="${y}" width="${SIDE}" height="${SIDE}">` +
      `<use href="#map" width="${SIDE}" height="${SIDE}"/>` +
      `<path d="M${
        line.join("L")
      }" fill="none" stroke="#FF0000" stroke-width="1.25" stroke-linejoin="round"/>` +
      `<circle cx="${ex}" cy="${ey}" r="3" fill="#FF5050" stroke="#000000"/></svg>` +
      `<text x="${x + SIDE / 2}" y="${
        y + SIDE + 13
      }" text-anchor="middle" font-size="11" font-weight="bold" fill="#222222" ${font}>${trace.optimizer}</text>` +
      `<text x="${x + SIDE / 2}" y="${
        y + SIDE + 25
      }" text-anchor="middle" font-size="9.5" fill="#222222" ${font}>${caption}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">` +
    `<rect width="${width}" height="${height}" fill="#FFFFFF"/>` +
    `<defs><symbol id="map" viewBox="${box}">${map}</symbol></defs>` +
    `<text x="${
      width / 2
    }" y="27" text-anchor="middle" font-size="17" font-weight="bold" fill="#222222" ${font}>` +
    `${fn.name}, ${STEPS} steps from (${fn.start.join(", ")})</text>${
      panels.join("")
    }</svg>`;
}

await Deno.mkdir("out", { recursive: true });
console.log(
  `${names.length} optimizers and ${Object.keys(wrapped).length} wrappers: ` +
    [...names, ...Object.keys(wrapped)].join(", "),
);
for (const fn of functions) {
  const traces = await runAll(problemOn(fn));
  const svg = await sheet(fn, traces);
  await Deno.writeTextFile(`out/gallery_${fn.name}.svg`, svg);
  await Deno.writeFile(`out/gallery_${fn.name}.png`, await svgToPng(svg));

  const least = Math.min(...fn.minima.map(({ value }) => value));
  const above = traces
    .map(({ optimizer, loss }) => ({ optimizer, excess: loss.at(-1)! - least }))
    .sort((a, b) => a.excess - b.excess);
  const solved = above.filter(({ excess }) => excess < 1e-2);
  console.log(
    `\n${fn.name}: ${solved.length} of ${traces.length} end within 0.01 of the minimum`,
  );
  for (const { optimizer, excess } of above.slice(0, 5)) {
    console.log(`  ${optimizer}: ${excess.toExponential(1)}`);
  }
}
console.log(`\nPictures: out/gallery_*.svg and .png`);
