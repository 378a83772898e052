import { assertRejects, assertThrows } from "@std/assert";
import { makeTrace } from "./_testing.ts";
import { gifTrace } from "./gif_trace.ts";
import { plotLosses } from "./plot_losses.ts";
import { plotProfile } from "./plot_profile.ts";
import { plotSensitivity } from "./plot_sensitivity.ts";
import { plotSurface } from "./plot_surface.ts";
import { plotTrace } from "./plot_trace.ts";
import { plotTraces } from "./plot_traces.ts";
import { sketchTrace } from "./sketch_trace.ts";

const trace = makeTrace();

Deno.test("pictures refuse options that they do not have", async () => {
  const drawings: [action: string, draw: (options: object) => unknown][] = [
    ["plot trace", (options) => plotTrace(trace, options)],
    ["plot traces", (options) => plotTraces([trace], options)],
    ["plot surface", (options) => plotSurface(trace, options)],
    ["plot losses", (options) => plotLosses([trace], options)],
    ["plot sensitivity", (options) => plotSensitivity([], options)],
    ["plot performance profiles", (options) => plotProfile([], options)],
    ["sketch trace", (options) => sketchTrace(trace, options)],
  ];
  for (const [action, draw] of drawings) {
    assertThrows(
      () => draw({ titel: "T" }),
      TypeError,
      `Cannot ${action} with an unknown option titel: expected one of `,
    );
  }
  await assertRejects(
    () => gifTrace(trace, { textAs: "paths" } as object),
    TypeError,
    "Cannot draw animation with an unknown option textAs: expected one of fn, grid, ",
  );
});
