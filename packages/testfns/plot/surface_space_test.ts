import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { makeTrace } from "./_testing.ts";
import { makeCamera } from "./camera.ts";
import { sampleGrid } from "./grid.ts";
import {
  densePath,
  fitCamera,
  interpolateGrid,
  resampleGrid,
} from "./surface_space.ts";

Deno.test("interpolateGrid() is exact for what is linear in each direction", () => {
  const fn = (x: number, y: number) => 2 + 3 * x - y + 0.5 * x * y;
  const grid = sampleGrid(fn, { x: [-2, 3], y: [0, 4] }, 6);
  for (const [x, y] of [[-2, 0], [3, 4], [0.3, 1.7], [2.99, 3.99], [-2, 4]]) {
    assertAlmostEquals(interpolateGrid(grid, [x!, y!]), fn(x!, y!), 1e-12);
  }
});

Deno.test("interpolateGrid() is NaN outside, beside NaN and at NaN", () => {
  const grid = { x: [0, 1, 2], y: [0, 1], z: [0, 1, NaN, 2, 3, 4] };
  assertEquals(interpolateGrid(grid, [-0.1, 0]), NaN);
  assertEquals(interpolateGrid(grid, [1, 1.1]), NaN);
  assertEquals(interpolateGrid(grid, [NaN, 0]), NaN);
  assertEquals(interpolateGrid(grid, [1.5, 0.5]), NaN);
  assertEquals(interpolateGrid(grid, [0.5, 0.5]), 1.5);
  assertEquals(interpolateGrid(grid, [2, 1]), 4);
});

Deno.test("resampleGrid() keeps values where it has the same points", () => {
  const region = {
    x: [-1, 1] as [number, number],
    y: [0, 2] as [number, number],
  };
  const grid = sampleGrid((x, y) => x * y, region, 9);
  assertEquals(resampleGrid(grid, region, 9), grid);
  const part = resampleGrid(grid, { x: [0, 1], y: [1, 2] }, 3);
  assertEquals(part, {
    x: [0, 0.5, 1],
    y: [1, 1.5, 2],
    z: [0, 0.5, 1, 0, 0.75, 1.5, 0, 1, 2],
  });
});

Deno.test("densePath() adds points and cuts at the region", () => {
  const trace = makeTrace({ params: [[-4, 0], [0, 0], [0, 1]] });
  const region = {
    x: [-2, 2] as [number, number],
    y: [-2, 2] as [number, number],
  };
  assertEquals(densePath(trace, region, [0.5, 0.5]), [[
    [-2, 0],
    [-1.5, 0],
    [-1, 0],
    [-0.5, 0],
    [0, 0],
    [0, 0.5],
    [0, 1],
  ]]);
});

Deno.test("fitCamera() lets the box fill the area", () => {
  const area = { left: 50, top: 60, right: 700, bottom: 560 };
  for (const azimuth of [-60, 0, 45, 200]) {
    for (const projection of ["orthographic", "perspective"] as const) {
      const place = fitCamera(makeCamera(azimuth, 35, projection), area);
      const corners = [-1, 1].flatMap((x) =>
        [-1, 1].flatMap((y) => [-1, 1].map((z) => place([x, y, z])))
      );
      const xs = corners.map(([x]) => x);
      const ys = corners.map(([, y]) => y);
      assert(Math.min(...xs) >= 50 && Math.max(...xs) <= 700);
      assert(Math.min(...ys) >= 60 && Math.max(...ys) <= 560);
      const [width, height] = [
        Math.max(...xs) - Math.min(...xs),
        Math.max(...ys) - Math.min(...ys),
      ];
      assert(width > 450 || height > 350, `${width} x ${height}`);
    }
  }
});
