import { assert, assertEquals } from "@std/assert";
import { curveStyle, markerData } from "./curve_style.ts";
import { readPath } from "./_testing.ts";

Deno.test("curveStyle() gives no two of 42 curves both color and marker in common", () => {
  const looks = Array.from({ length: 42 }, (_, i) => {
    const { color, marker } = curveStyle(i);
    return `${color} ${marker.join(" ")}`;
  });
  assertEquals(new Set(looks).size, 42);
});

Deno.test("curveStyle() dashes lines when the colors come again", () => {
  assertEquals(curveStyle(0).dash, undefined);
  assertEquals(curveStyle(6).dash, undefined);
  assertEquals(curveStyle(7).color, curveStyle(0).color);
  assertEquals(curveStyle(7).dash, "7 4");
  assertEquals(curveStyle(14).dash, "2 3");
});

Deno.test("markerData() outlines a shape around a point", () => {
  assertEquals(
    markerData([[1, 0], [0, 1], [-1, 0]], [10, 20], 2),
    "M12 20L10 22L8 20Z",
  );
  for (let i = 0; i < 6; i++) {
    const [corners] = readPath(markerData(curveStyle(i).marker, [50, 50], 10));
    const xs = corners!.map(([x]) => x);
    const ys = corners!.map(([, y]) => y);
    for (const values of [xs, ys]) {
      const size = Math.max(...values) - Math.min(...values);
      assert(size > 15 && size < 30, `marker ${i} is ${size} wide or high`);
    }
  }
});
