import { assert, assertEquals, assertThrows } from "@std/assert";
import { CURVE_COLORS, type Palette, paletteColors } from "./palette.ts";

Deno.test("paletteColors() runs from the low to the high end of viridis", () => {
  const colors = paletteColors("viridis", 32);
  assertEquals(colors.length, 32);
  assertEquals([colors[0], colors[31]], ["#440154", "#fde725"]);
});

Deno.test("paletteColors() writes every palette in hexadecimal, each color once", () => {
  for (
    const name of [
      "viridis",
      "magma",
      "inferno",
      "plasma",
      "cividis",
    ] as Palette[]
  ) {
    const colors = paletteColors(name, 16);
    assertEquals(new Set(colors).size, 16, name);
    for (const color of colors) {
      assert(/^#[\da-f]{6}$/.test(color), `${name}: ${color}`);
    }
  }
});

Deno.test("paletteColors() takes the middle for a single color", () => {
  assertEquals(paletteColors("viridis", 1), [paletteColors("viridis", 3)[1]!]);
});

Deno.test("paletteColors() refuses unknown palettes", () => {
  for (const name of ["rainbow", "toString"]) {
    assertThrows(
      () => paletteColors(name as Palette, 3),
      RangeError,
      `must be one of viridis, magma, inferno, plasma, cividis: got "${name}"`,
    );
  }
});

Deno.test("CURVE_COLORS are seven different colors", () => {
  assertEquals(new Set(CURVE_COLORS).size, 7);
});
