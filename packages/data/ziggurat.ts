import { expRounded, logRounded } from "./correctly_rounded.ts";
import type { Pcg64 } from "./pcg64.ts";

// The right edge of the base layer and the area of each of the 256 layers under
// exp(-x^2 / 2), with NumPy's digits.
const EDGE = 3.6541528853610088;
const INVERSE_EDGE = 0.27366123732975828;
const AREA = 0.004928673233974652;
const LAYERS = 256;

interface Tables {
  /** Right edge of a layer, over 2^52. */
  readonly widths: Float64Array;
  /** 2^52 times the part of a layer that lies wholly below the density. */
  readonly insides: Float64Array;
  /** The density at the right edge of a layer. */
  readonly densities: Float64Array;
}

let tables: Tables | undefined;

function density(x: number): number {
  return expRounded(-0.5 * x * x);
}

/**
 * NumPy's tables, to the bit: each edge follows from the one below it, as the
 * layers have equal areas, in float64 arithmetic with exact rounding.
 */
export function zigguratTables(): Tables {
  if (tables !== undefined) return tables;
  const edges = new Float64Array(LAYERS);
  const densities = new Float64Array(LAYERS);
  edges[LAYERS - 1] = EDGE;
  densities[LAYERS - 1] = density(EDGE);
  for (let i = LAYERS - 2; i > 0; i--) {
    const above = densities[i + 1]! + AREA / edges[i + 1]!;
    edges[i] = Math.sqrt(-2 * logRounded(above));
    densities[i] = density(edges[i]!);
    // The only entry of NumPy's that is rounded the other way: the exact value
    // lies 0.498 ulp above the nearest float64.
    if (i === 38) densities[i]! += 2 ** -53;
  }
  densities[0] = 1;
  // Layer 0 is the base with its tail: drawn as a rectangle of the same area, of
  // which the part up to the edge lies below the density.
  const base = AREA / densities[LAYERS - 1]!;
  const widths = edges.map((edge, i) => (i === 0 ? base : edge) * 2 ** -52);
  const insides = edges.map((edge, i) => {
    const ratio = i === 0
      ? EDGE * densities[LAYERS - 1]! / AREA
      : edges[i - 1]! / edge;
    return ratio * 2 ** 52 + 2 ** 52 - 2 ** 52; // to nearest, ties to even
  });
  return tables = { widths, insides, densities };
}

/**
 * A number from the standard normal distribution by the ziggurat method
 * (Marsaglia and Tsang, Journal of Statistical Software 5(8), 2000), with
 * NumPy's use of 64 bits: 8 for the layer, 1 for the sign, 52 for the place.
 */
export function zigguratNormal(bits: Pcg64): number {
  const { widths, insides, densities } = zigguratTables();
  for (;;) {
    bits.next();
    const { low, high } = bits;
    const layer = low & 0xff;
    const place = (high & 0x1fffffff) * 2 ** 23 + (low >>> 9);
    const distance = place * widths[layer]!;
    const x = (low & 0x100) !== 0 ? -distance : distance;
    if (place < insides[layer]!) return x;
    if (layer === 0) {
      const tail = EDGE + tailExcess(bits);
      return (low & 0x20000) !== 0 ? -tail : tail;
    }
    const bottom = densities[layer]!;
    const height = (densities[layer - 1]! - bottom) * bits.nextDouble() +
      bottom;
    if (height < density(x)) return x;
  }
}

/** How far beyond the edge a number in the tail lies: Marsaglia's method of 1964. */
function tailExcess(bits: Pcg64): number {
  for (;;) {
    const x = -INVERSE_EDGE * logRounded(1 - bits.nextDouble());
    const y = -logRounded(1 - bits.nextDouble());
    if (y + y > x * x) return x;
  }
}
