import { Adam, SGD } from "@gradus/optim";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { race, type RaceResult } from "../race/race.ts";
import { testOptim } from "../test_optim.ts";
import { raceReport } from "./race_report.ts";

const result: RaceResult = await race({
  optimizers: [
    Adam,
    {
      name: "<SGD> & co",
      optimizer: SGD,
      search: { momentum: [0, 0.9], nesterov: [false] },
    },
  ],
  problems: ["booth", "rosenbrock"],
  evaluations: 60,
  trials: 6,
  tuningStarts: 2,
  starts: 4,
  progress: false,
});

/** How often a tag is opened, minus how often it is closed. */
function balance(html: string, tag: string): number {
  const opened = html.match(new RegExp(`<${tag}[ >]`, "g"))?.length ?? 0;
  const closed = html.match(new RegExp(`</${tag}>`, "g"))?.length ?? 0;
  assert(opened > 0, tag);
  return opened - closed;
}

Deno.test("raceReport() is one page that loads and runs nothing", () => {
  const html = raceReport(result);
  assert(html.startsWith("<!DOCTYPE html>"));
  for (
    const tag of ["html", "table", "tr", "td", "th", "figure", "svg", "div"]
  ) {
    assertEquals(balance(html, tag), 0, tag);
  }
  assert(!/<script|<link|<img|@import|url\(|\bsrc=/.test(html));
  const links = html.match(/https?:[^"' ]*/g) ?? [];
  assertEquals(new Set(links), new Set(["http://www.w3.org/2000/svg"]));
});

Deno.test("raceReport() says how the race was held", () => {
  const html = raceReport(result);
  assert(html.includes("2 optimizers on 2 problems, 64 runs."));
  assert(html.includes("Every run had 60 evaluations of loss and gradient"));
  assert(
    html.includes(
      "6 configurations, learning rates on a logarithmic grid from 0.0001 to 10",
    ),
  );
  assert(html.includes("99.9 % of the way"));
});

Deno.test("raceReport() has a table with heads and marks the best", () => {
  const html = raceReport(result);
  assert(html.includes('<th scope="col">rosenbrock</th>'));
  assert(html.includes('<th scope="row">&lt;SGD&gt; &amp; co</th>'));
  assert(!html.includes("<SGD>"));
  assert(html.includes('<td class="best">'));
  assert(/momentum 0(\.9)?<br>nesterov false/.test(html));
});

Deno.test("raceReport() draws the profile, each problem and each function with traces", async () => {
  const { lr } = result.best["Adam"]!["booth"]!;
  const run = { steps: 20, options: { lr }, bgXyBreaks: 20 };
  const traces = [
    await testOptim(Adam, { fn: "booth", ...run }),
    await testOptim(SGD, { fn: "booth", ...run }),
    await testOptim(Adam, { fn: "beale", ...run }),
  ];
  const figures = (html: string) => html.match(/<figure>/g)?.length;
  assertEquals(figures(raceReport(result)), 3);
  const html = raceReport(result, { traces, title: "Two & more" });
  assertEquals(figures(html), 5);
  assert(html.includes("<h1>Two &amp; more</h1>"));
  assert(html.includes("<title>Two &amp; more</title>"));
});

Deno.test("raceReport() shows the learning rates of as many optimizers as asked for", () => {
  const curves = (shown: number) =>
    raceReport(result, { shown }).split("<h2>Learning rates</h2>")[1]!
      .match(/class="curve"/g)!.length;
  assertEquals(curves(1), 2);
  assertEquals(curves(7), 4);
  assertThrows(
    () => raceReport(result, { shown: 0 }),
    RangeError,
    "Cannot report a race as `shown` must be a whole number of at least 1: got 0",
  );
});

Deno.test("raceReport() does without pictures of what was lost altogether", () => {
  const curve = { optimizer: "Adam", lr: [1], value: [Infinity] };
  const other = { ...curve, optimizer: "<SGD> & co", value: [0] };
  const html = raceReport({
    ...result,
    sensitivity: { ...result.sensitivity, booth: [curve, other] },
  });
  assert(html.includes("On booth there is nothing to draw"));
});
