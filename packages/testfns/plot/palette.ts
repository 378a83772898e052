// @ts-types="@types/d3-scale-chromatic"
import {
  interpolateCividis,
  interpolateInferno,
  interpolateMagma,
  interpolatePlasma,
  interpolateViridis,
} from "d3-scale-chromatic";

/** A palette for level maps, from low to high. */
export type Palette = "viridis" | "magma" | "inferno" | "plasma" | "cividis";

const PALETTES: Readonly<Record<Palette, (t: number) => string>> = {
  viridis: interpolateViridis,
  magma: interpolateMagma,
  inferno: interpolateInferno,
  plasma: interpolatePlasma,
  cividis: interpolateCividis,
};

/**
 * Returns `count` colors of a palette, evenly spaced from its low end to its high end.
 *
 * @throws {RangeError} If there is no such palette.
 */
export function paletteColors(palette: Palette, count: number): string[] {
  if (!Object.hasOwn(PALETTES, palette)) {
    throw new RangeError(
      `Cannot find palette as it must be one of ${
        Object.keys(PALETTES).join(", ")
      }: got "${palette}"`,
    );
  }
  return Array.from(
    { length: count },
    (_, i) => toHex(PALETTES[palette](count === 1 ? 0.5 : i / (count - 1))),
  );
}

// Some palettes come as "#rrggbb", some as "rgb(r, g, b)".
function toHex(color: string): string {
  const parts = color.match(/\d+/g);
  if (color.startsWith("#") || parts === null) return color;
  return `#${
    parts.map((part) => Number(part).toString(16).padStart(2, "0")).join("")
  }`;
}

/**
 * The colors of curves: those of Okabe and Ito (2008, "Color universal design"), which people with any color vision can
 * tell apart. Yellow is left out because it is hard to see on white. Green and purple, which look most alike to people who
 * cannot see green, are far from each other.
 */
export const CURVE_COLORS: readonly string[] = [
  "#0072B2", // blue
  "#D55E00", // vermilion
  "#009E73", // bluish green
  "#E69F00", // orange
  "#56B4E9", // sky blue
  "#000000", // black
  "#CC79A7", // reddish purple
];
