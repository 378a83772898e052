import * as gifenc from "gifenc";
import type { Pixels } from "./png.ts";

/** The part of gifenc that is used. It has no types of its own. */
interface Gifenc {
  GIFEncoder(): {
    writeFrame(
      index: Uint8Array,
      width: number,
      height: number,
      options: FrameOptions,
    ): void;
    finish(): void;
    bytes(): Uint8Array<ArrayBuffer>;
  };
  quantize(rgba: Uint8Array, maxColors: number): number[][];
}

interface FrameOptions {
  palette?: number[][];
  delay: number;
  repeat?: number;
  transparent?: boolean;
  transparentIndex?: number;
  dispose: number;
}

// What bundlers take is an ES module, what Deno and Node take is CommonJS, whose exports are those of `default`.
const { GIFEncoder, quantize } =
  ("GIFEncoder" in gifenc
    ? gifenc
    : (gifenc as { default: unknown }).default) as Gifenc;

const COLORS = 256;

/** Writes an animated GIF frame by frame. */
export class GifWriter {
  readonly #encoder = GIFEncoder();
  readonly #width: number;
  readonly #height: number;
  readonly #palette: number[][];
  readonly #nearest = new Map<number, number>();
  /** What is shown: an index into the palette per pixel. */
  readonly #shown: Uint8Array;
  readonly #loop: boolean;
  #frames = 0;

  /**
   * @param example A picture with the colors that frames are made of.
   * @param exact Colors, red, green, blue, that must not be approximated.
   * @param loop Whether the animation starts again at its end.
   */
  constructor(
    example: Pixels,
    exact: readonly (readonly number[])[],
    loop: boolean,
  ) {
    this.#width = example.width;
    this.#height = example.height;
    // The last entry stands for "as before".
    const kept = exact.map((color) => [...color]);
    this.#palette = [
      ...kept,
      ...quantize(example.data, COLORS - 1 - kept.length),
    ].slice(0, COLORS - 1);
    this.#shown = new Uint8Array(example.width * example.height);
    this.#loop = loop;
  }

  /**
   * Appends a frame.
   *
   * @param changed The pixels that may differ from the frame before; all of them in the first frame.
   * @param colorAt The color of a pixel as 0xRRGGBB.
   * @param seconds How long the frame is shown.
   */
  add(
    changed: Iterable<number>,
    colorAt: (pixel: number) => number,
    seconds: number,
  ): void {
    const first = this.#frames++ === 0;
    const same = this.#palette.length;
    const index = new Uint8Array(this.#shown.length).fill(same);
    for (const pixel of changed) {
      const entry = this.#entryOf(colorAt(pixel));
      if (first || entry !== this.#shown[pixel]) index[pixel] = entry;
      this.#shown[pixel] = entry;
    }
    this.#encoder.writeFrame(index, this.#width, this.#height, {
      // Frames build upon each other and share the palette of the first.
      dispose: 1,
      delay: seconds * 1000,
      ...(first
        ? {
          palette: [...this.#palette, [0, 0, 0]],
          repeat: this.#loop ? 0 : -1,
        }
        : { transparent: true, transparentIndex: same }),
    });
  }

  /** Ends the animation. */
  finish(): Uint8Array<ArrayBuffer> {
    this.#encoder.finish();
    return this.#encoder.bytes();
  }

  #entryOf(color: number): number {
    let entry = this.#nearest.get(color);
    if (entry !== undefined) return entry;
    entry = 0;
    let least = Infinity;
    this.#palette.forEach(([r, g, b], i) => {
      const distance = ((color >> 16) - r!) ** 2 +
        ((color >> 8 & 255) - g!) ** 2 + ((color & 255) - b!) ** 2;
      if (distance < least) [least, entry] = [distance, i];
    });
    this.#nearest.set(color, entry!);
    return entry!;
  }
}
