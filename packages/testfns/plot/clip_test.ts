import { assertAlmostEquals, assertEquals } from "@std/assert";
import { clipPolyline, isInside } from "./clip.ts";
import type { Domain } from "../trace.ts";

const SQUARE: Domain = { x: [-1, 1], y: [-1, 1] };

Deno.test("clipPolyline() keeps what is inside in one piece", () => {
  const line = [[-1, -1], [0, 0.5], [1, 1]] as const;
  assertEquals(clipPolyline(line, SQUARE), [[[-1, -1], [0, 0.5], [1, 1]]]);
});

Deno.test("clipPolyline() lets a line enter, leave and enter again at the edges", () => {
  const line = [[-3, 0], [0, 0], [0, 3], [3, 3], [0.5, 0.5]] as const;
  assertEquals(clipPolyline(line, SQUARE), [
    [[-1, 0], [0, 0], [0, 1]],
    [[1, 1], [0.5, 0.5]],
  ]);
});

Deno.test("clipPolyline() cuts a segment that crosses the whole rectangle", () => {
  assertEquals(clipPolyline([[-3, -0.5], [3, 0.25]], SQUARE), [
    [[-1, -0.25], [1, 0]],
  ]);
});

Deno.test("clipPolyline() drops segments beside the rectangle", () => {
  const beside = [
    [[-3, 2], [3, 2]],
    [[2, -3], [2, 3]],
    [[-3, 0], [0, 3]],
  ] as const;
  for (const line of beside) assertEquals(clipPolyline(line, SQUARE), []);
});

Deno.test("clipPolyline() leaves gaps at NaN and infinities", () => {
  const line = [
    [0, 0],
    [0.5, 0],
    [NaN, 0],
    [0.5, 0.5],
    [0, 0.5],
    [0, Infinity],
    [0, -0.5],
  ] as const;
  assertEquals(clipPolyline(line, SQUARE), [
    [[0, 0], [0.5, 0]],
    [[0.5, 0.5], [0, 0.5]],
  ]);
});

Deno.test("clipPolyline() finds the crossing of a segment from very far away", () => {
  for (
    const line of [[[2e20, 1e20], [0, 0]], [[0, 0], [2e20, 1e20]]] as const
  ) {
    const [piece] = clipPolyline(line, SQUARE);
    const crossing = piece!.find(([x]) => x !== 0)!;
    assertEquals(crossing[0], 1);
    assertAlmostEquals(crossing[1], 0.5, 1e-12);
  }
  assertEquals(clipPolyline([[-1.7e308, 0], [1.7e308, 0]], SQUARE), []);
});

Deno.test("clipPolyline() returns no piece for a single point", () => {
  assertEquals(clipPolyline([[0, 0]], SQUARE), []);
});

Deno.test("isInside() counts the rim and not NaN", () => {
  assertEquals(isInside([1, -1], SQUARE), true);
  assertEquals(isInside([1.01, 0], SQUARE), false);
  assertEquals(isInside([0, NaN], SQUARE), false);
});
