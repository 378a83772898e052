import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { makeCamera } from "./camera.ts";

function near(
  actual: readonly [number, number],
  expected: readonly [number, number],
): void {
  assertAlmostEquals(actual[0], expected[0], 1e-12);
  assertAlmostEquals(actual[1], expected[1], 1e-12);
}

Deno.test("makeCamera() sees from above what a map shows", () => {
  // From the south, straight down: x to the right, y upwards.
  const camera = makeCamera(-90, 90, "orthographic");
  near(camera.project([1, 0, 0]), [1, 0]);
  near(camera.project([0, 1, 0]), [0, 1]);
  near(camera.project([0, 0, 1]), [0, 0]);
});

Deno.test("makeCamera() sees from the side what lies left, right and above", () => {
  const camera = makeCamera(0, 0, "orthographic");
  near(camera.project([1, 0, 0]), [0, 0]);
  near(camera.project([0, 1, 0]), [1, 0]);
  near(camera.project([0, 0, 1]), [0, 0.62]);
});

Deno.test("makeCamera() keeps lengths with parallel lines and shortens far ones for an eye", () => {
  const width = (camera: ReturnType<typeof makeCamera>, x: number) =>
    camera.project([x, 1, 0])[0] - camera.project([x, -1, 0])[0];
  const parallel = makeCamera(0, 30, "orthographic");
  assertAlmostEquals(width(parallel, 1), width(parallel, -1), 1e-12);
  const eye = makeCamera(0, 30, "perspective");
  assert(width(eye, 1) > width(eye, 0) && width(eye, 0) > width(eye, -1));
  assertAlmostEquals(width(eye, 0), 2, 1e-12);
});

Deno.test("makeCamera() knows what is nearer", () => {
  for (const projection of ["orthographic", "perspective"] as const) {
    const camera = makeCamera(-60, 35, projection);
    assert(camera.nearness(1, -1) > camera.nearness(0, 0));
    assert(camera.nearness(0, 0) > camera.nearness(-1, 1));
    assertEquals(camera.direction[2] > 0, true);
  }
});
