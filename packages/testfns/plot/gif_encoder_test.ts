import { assertEquals } from "@std/assert";
import { decodeGif } from "./_gif_testing.ts";
import { GifWriter } from "./gif_encoder.ts";

const [WIDTH, HEIGHT] = [7, 5];

function picture(colorAt: (pixel: number) => number) {
  const data = new Uint8Array(4 * WIDTH * HEIGHT).fill(255);
  for (let i = 0; i < WIDTH * HEIGHT; i++) {
    const color = colorAt(i);
    data.set([color >> 16, color >> 8 & 255, color & 255], 4 * i);
  }
  return { width: WIDTH, height: HEIGHT, data };
}

const ALL = Array.from({ length: WIDTH * HEIGHT }, (_, i) => i);
const COLORS = [0x000000, 0xffffff, 0xff0000, 0x0072b2];
const EXACT = [[0, 0, 0], [255, 255, 255], [255, 0, 0], [0, 0x72, 0xb2]];

Deno.test("GifWriter writes frames that show what they were given", () => {
  const colorAt = (shift: number) => (pixel: number) =>
    COLORS[(pixel * 7 + shift) % COLORS.length]!;
  const writer = new GifWriter(picture(colorAt(0)), EXACT, true);
  writer.add(ALL, colorAt(0), 0.1);
  writer.add(ALL, colorAt(1), 0.25);
  writer.add([], colorAt(2), 2);
  const gif = decodeGif(writer.finish());
  assertEquals([gif.width, gif.height, gif.loops], [WIDTH, HEIGHT, 0]);
  assertEquals(gif.frames.map(({ delay }) => delay), [10, 25, 200]);
  const shown = gif.frames.map(({ pixels }) => [...pixels]);
  assertEquals(shown[0], ALL.map(colorAt(0)));
  assertEquals(shown[1], ALL.map(colorAt(1)));
  assertEquals(shown[2], shown[1]);
});

Deno.test("GifWriter leaves pixels alone that have not changed", () => {
  const writer = new GifWriter(picture(() => 0xffffff), EXACT, true);
  writer.add(ALL, () => 0xffffff, 0.1);
  writer.add([3, 20], () => 0xff0000, 0.1);
  writer.add([3], () => 0xffffff, 0.1);
  const { frames } = decodeGif(writer.finish());
  const red = frames.map(({ pixels }) =>
    ALL.filter((i) => pixels[i] === 0xff0000)
  );
  assertEquals(red, [[], [3, 20], [20]]);
});

Deno.test("GifWriter can play once", () => {
  const writer = new GifWriter(picture(() => 0), EXACT, false);
  writer.add(ALL, () => 0, 0.1);
  assertEquals(decodeGif(writer.finish()).loops, undefined);
});
