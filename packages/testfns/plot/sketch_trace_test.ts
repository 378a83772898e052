import { assertEquals, assertThrows } from "@std/assert";
import { makeTrace } from "./_testing.ts";
import { sketchTrace } from "./sketch_trace.ts";

const TRACE = makeTrace({
  params: [[-1.5, 1.5], [1, 0.5], [0.5, -1]],
  loss: [4.5, 1.25, 1.25],
});

function sphere(x: number, y: number): number {
  return x * x + y * y;
}

Deno.test("sketchTrace() draws levels, path, start, end, minimum and losses", () => {
  assertEquals(
    sketchTrace(TRACE, { fn: sphere, width: 16 }),
    `
sphere, SGD: 2 steps, final value 1.25
 2 ┌────────────────┐
   │█▓▓▒▒▒▒░░▒▒▒▒▓▓█│
   │▓▒S••••  ░░░░▒▒▓│
   │▒▒░░   •••••░░▒▒│
   │▒░░        ••░░▒│
   │▒░░     +  • ░░▒│
   │▒▒░░      • ░░▒▒│
   │▓▒▒░░░░  ░E░░▒▒▓│
   │█▓▓▒▒▒▒░░▒▒▒▒▓▓█│
-2 └────────────────┘
    -2             2
loss █▁▁ 4.5 to 1.25 (log)
`.trim(),
  );
});

Deno.test("sketchTrace() leaves the ground blank without values and takes a size and a title", () => {
  assertEquals(
    sketchTrace(TRACE, { width: 12, height: 3, title: "" }),
    ` 2 ┌────────────┐
   │ S••••••    │
   │      + ••  │
   │       E    │
-2 └────────────┘
    -2         2
loss █▁▁ 4.5 to 1.25 (log)`,
  );
  const [title] = sketchTrace(TRACE, { title: "My run" }).split("\n");
  assertEquals(title, "My run");
  const noMinima = sketchTrace(TRACE, { width: 12, title: "", minima: false });
  assertEquals(noMinima.includes("+"), false);
});

Deno.test("sketchTrace() is as high as the domain says, with letters twice as high as wide", () => {
  const lines = (domain: typeof TRACE.domain) =>
    sketchTrace({ ...TRACE, domain }, { width: 40, title: "" })
      .split("\n").length - 4;
  assertEquals(lines({ x: [-2, 2], y: [-2, 2] }), 20);
  assertEquals(lines({ x: [-15, -5], y: [-3, 3] }), 12);
});

Deno.test("sketchTrace() has two rows of dots in each line in colors", () => {
  const trace = makeTrace({ params: [[-2, 2], [2, 2]], minima: [] });
  const sketch = sketchTrace(trace, {
    fn: (x) => x,
    width: 4,
    height: 2,
    color: true,
    title: "",
  });
  const white = "38;2;255;255;255;48;2;0;0;0";
  const lines = sketch.split("\n");
  assertEquals(
    lines[1],
    `   │\x1b[1;${white}mS` +
      `\x1b[22;38;2;255;48;48;48;2;44;115;142m▀` +
      `\x1b[22;38;2;255;48;48;48;2;42;176;127m▀` +
      `\x1b[1;${white}mE\x1b[0m│`,
  );
  assertEquals(
    lines[2],
    `   │\x1b[22;38;2;72;40;120;48;2;71;45;123m▀` +
      `\x1b[22;38;2;44;115;142;48;2;44;115;142m▀` +
      `\x1b[22;38;2;42;176;127;48;2;42;176;127m▀` +
      `\x1b[22;38;2;181;222;43;48;2;181;222;43m▀\x1b[0m│`,
  );
});

Deno.test("sketchTrace() shows what is inside of the region", () => {
  const trace = makeTrace({
    params: [[20, 20], [NaN, 0], [0, 0], [30, 0]],
    minima: [{ at: [9, 9], value: 0 }],
  });
  const lines = sketchTrace(trace, { width: 8, title: "" }).split("\n");
  assertEquals(lines.slice(1, 5), [
    "   │        │",
    "   │        │",
    "   │    ••••│",
    "   │        │",
  ]);
});

Deno.test("sketchTrace() draws losses alone if there are other than two parameters", () => {
  const trace = makeTrace({ params: [[1, 2, 3], [0, 0, 0]], loss: [100, 1] });
  assertEquals(
    sketchTrace(trace),
    "sphere, SGD: 1 step, final value 1\nloss █▁ 100 to 1 (log)",
  );
});

Deno.test("sketchTrace() refuses what it cannot draw", () => {
  for (const width of [1, 2.5, NaN]) {
    assertThrows(
      () => sketchTrace(TRACE, { width }),
      RangeError,
      `\`width\` must be an integer of at least 2: got ${width}`,
    );
  }
  assertThrows(
    () => sketchTrace(TRACE, { height: 1 }),
    RangeError,
    "`height` must be an integer of at least 2: got 1",
  );
  assertThrows(
    () => sketchTrace(makeTrace({ params: [] })),
    RangeError,
    "must have one point or more",
  );
});
