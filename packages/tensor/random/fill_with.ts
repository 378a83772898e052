import type { TypedArray } from "../dtype.ts";

/** Sets each element of `out` to what `draw` returns for its index, in order. */
export function fillWith(
  out: TypedArray,
  draw: (index: number) => number,
): void {
  if (out instanceof BigInt64Array) {
    for (let i = 0; i < out.length; i++) out[i] = BigInt(draw(i));
  } else {
    for (let i = 0; i < out.length; i++) out[i] = draw(i);
  }
}
