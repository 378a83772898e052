import { assert, assertEquals, assertThrows } from "@std/assert";
import type { Domain } from "../trace.ts";
import { makeTrace } from "./_testing.ts";
import { plotLosses } from "./plot_losses.ts";
import { plotTrace } from "./plot_trace.ts";
import { plotTraces } from "./plot_traces.ts";
import { type MediaBundle, showPicture, showTrace } from "./show.ts";
import { sketchTrace } from "./sketch_trace.ts";

// As Deno's kernel does with the value of a cell.
function display(value: unknown): MediaBundle {
  return (value as Record<symbol, () => MediaBundle>)[
    Symbol.for("Jupyter.display")
  ]!();
}

Deno.test("showTrace() shows one run as plotTrace() draws it, and as a sketch", () => {
  const trace = makeTrace();
  assertEquals(display(showTrace(trace)), {
    "image/svg+xml": plotTrace(trace),
    "text/plain": sketchTrace(trace),
  });
  const options = {
    fn: (x: number, y: number) => x * x + y * y,
    display: "log" as const,
    region: { x: [-1, 1], y: [-1, 1] } satisfies Domain,
    minima: false,
    title: "T",
  };
  assertEquals(display(showTrace(trace, { ...options, ctLevels: 4 })), {
    "image/svg+xml": plotTrace(trace, { ...options, ctLevels: 4 }),
    "text/plain": sketchTrace(trace, options),
  });
});

Deno.test("showTrace() shows several runs as plotTraces() draws them", () => {
  const traces = [makeTrace(), makeTrace({ optimizer: "B" })];
  assertEquals(display(showTrace(traces)), {
    "image/svg+xml": plotTraces(traces),
    "text/plain": "sphere, 2 optimizers: 2 steps",
  });
  // The colors of a single path have no place among several.
  const shown = showTrace(traces, { title: "T", lnColor: "#00FF00" });
  assertEquals(display(shown), {
    "image/svg+xml": plotTraces(traces, { title: "T" }),
    "text/plain": "T",
  });
});

Deno.test("showTrace() shows the losses if there are other than two parameters", () => {
  const trace = makeTrace({ params: [[1, 2, 3], [0, 0, 0]], loss: [100, 1] });
  assertEquals(display(showTrace(trace)), {
    "image/svg+xml": plotLosses([trace]),
    "text/plain": sketchTrace(trace),
  });
  const shown = showTrace(trace, { title: "T", width: 500, bgZBreaks: 8 });
  assertEquals(
    display(shown)["image/svg+xml"],
    plotLosses([trace], { title: "T", width: 500 }),
  );
});

Deno.test("showPicture() shows SVG, PNG and GIF", () => {
  const svg = plotTrace(makeTrace());
  assertEquals(display(showPicture(svg)), { "image/svg+xml": svg });
  const png = new Uint8Array(100_000).fill(7);
  png.set([137, 80, 78, 71]);
  const shown = display(showPicture(png));
  assertEquals(Object.keys(shown), ["image/png"]);
  const text = atob(shown["image/png"]!);
  assertEquals(text.length, png.length);
  assert([...png].every((byte, i) => text.charCodeAt(i) === byte));
  assertEquals(
    display(showPicture(new TextEncoder().encode("GIF89a"))),
    { "image/gif": btoa("GIF89a") },
  );
});

Deno.test("showPicture() refuses what is no picture", () => {
  for (const picture of ["", "<html>", new Uint8Array(8)]) {
    assertThrows(
      () => showPicture(picture),
      TypeError,
      "must be SVG source or the bytes of a PNG or GIF",
    );
  }
});
