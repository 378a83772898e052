import { assert, assertEquals, assertRejects } from "@std/assert";
import config from "../deno.json" with { type: "json" };
import { frameOf, makeTrace } from "./_testing.ts";
import { plotTrace } from "./plot_trace.ts";
import { RENDERER_IN_DENO, svgToPng } from "./png.ts";

// The renderer is a file. Run with --allow-read to test it.
const ignore = Deno.permissions.querySync({ name: "read" }).state !== "granted";

interface Pixels {
  width: number;
  height: number;
  at(x: number, y: number): number[];
}

// Reads what resvg writes: 8 bits, RGBA, not interlaced (PNG specification, sections 9 and 10).
async function decodePng(png: Uint8Array<ArrayBuffer>): Promise<Pixels> {
  assertEquals([...png.slice(0, 8)], [137, 80, 78, 71, 13, 10, 26, 10]);
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for (let at = 8; at < png.length; at += 12 + view.getUint32(at)) {
    const name = String.fromCharCode(...png.slice(at + 4, at + 8));
    const data = png.slice(at + 8, at + 8 + view.getUint32(at));
    if (name === "IDAT") parts.push(data);
  }
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  assertEquals([png[24], png[25], png[28]], [8, 6, 0]);
  const stream = new Blob(parts).stream()
    .pipeThrough(new DecompressionStream("deflate"));
  const raw = new Uint8Array(await new Response(stream).arrayBuffer());
  const stride = width * 4;
  const pixels = new Uint8Array(height * stride);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (stride + 1)]!;
    for (let i = 0; i < stride; i++) {
      const a = i >= 4 ? pixels[y * stride + i - 4]! : 0;
      const b = y > 0 ? pixels[(y - 1) * stride + i]! : 0;
      const c = i >= 4 && y > 0 ? pixels[(y - 1) * stride + i - 4]! : 0;
      const guess = [0, a, b, (a + b) >> 1, paeth(a, b, c)][filter]!;
      pixels[y * stride + i] = raw[y * (stride + 1) + 1 + i]! + guess;
    }
  }
  return {
    width,
    height,
    at: (x, y) => [...pixels.slice(y * stride + x * 4, y * stride + x * 4 + 3)],
  };
}

function paeth(a: number, b: number, c: number): number {
  const [pa, pb, pc] = [
    Math.abs(b - c),
    Math.abs(a - c),
    Math.abs(a + b - 2 * c),
  ];
  return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
}

Deno.test({
  name: "svgToPng() can be called again after the renderer did not start",
  ignore,
  async fn() {
    const svg =
      `<svg xmlns="http://www.w3.org/2000/svg" width="3" height="2"/>`;
    await assertRejects(
      () => svgToPng(svg, { wasm: new Uint8Array(4) }),
      WebAssembly.CompileError,
    );
    const { width, height } = await decodePng(await svgToPng(svg));
    assertEquals([width, height], [3, 2]);
  },
});

Deno.test({
  name: "svgToPng() draws map, path, markers and text where the SVG has them",
  ignore,
  async fn() {
    const trace = makeTrace({
      params: [[-1, -1], [1, -1], [1, 1]],
      minima: [],
    });
    const svg = plotTrace(trace, {
      fn: (_, y) => y,
      ctLevels: 0,
      ptStartColor: "#0000FF",
    });
    const pixels = await decodePng(await svgToPng(svg));
    assertEquals([pixels.width, pixels.height], [640, 664]);
    const { left, top, right, bottom } = frameOf(svg);
    const x = (value: number) =>
      Math.round(left + (value + 2) / 4 * (right - left));
    const y = (value: number) =>
      Math.round(bottom - (value + 2) / 4 * (bottom - top));
    assertEquals(pixels.at(2, 2), [255, 255, 255]);
    assertEquals(pixels.at(left + 5, bottom - 5), [0x44, 0x01, 0x54]); // low z is below
    assertEquals(pixels.at(left + 5, top + 5), [0xfd, 0xe7, 0x25]);
    assertEquals(pixels.at(x(0), y(-1)), [255, 0, 0]);
    assertEquals(pixels.at(x(-1), y(-1) + 3), [0, 0, 255]);
    assertEquals(pixels.at(x(1), y(1)), [255, 0x50, 0x50]);
    let dark = 0;
    for (let py = 8; py < 28; py++) {
      for (let px = 0; px < 640; px++) {
        if (pixels.at(px, py)[0]! < 80) dark++;
      }
    }
    assert(dark > 300, `${dark} dark pixels in the title`);
  },
});

Deno.test({
  name: "svgToPng() scales to the width it is told",
  ignore,
  async fn() {
    const svg = plotTrace(makeTrace(), { width: 400, height: 300 });
    const { width, height } = await decodePng(
      await svgToPng(svg, { width: 1000 }),
    );
    assertEquals([width, height], [1000, 750]);
  },
});

Deno.test({
  name: "svgToPng() draws text by itself, or in the font that it is given",
  ignore,
  async fn() {
    const svg =
      `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20">` +
      `<rect width="40" height="20" fill="white"/><text x="5" y="15">A</text></svg>`;
    async function hasInk(font?: Uint8Array<ArrayBuffer>): Promise<boolean> {
      const pixels = await decodePng(await svgToPng(svg, font ? { font } : {}));
      return Array.from(
        { length: 800 },
        (_, i) => pixels.at(i % 40, Math.floor(i / 40)),
      )
        .some(([red]) => red! < 128);
    }
    assertEquals(await hasInk(), true);
    // These bytes hold no letters.
    assertEquals(await hasInk(new Uint8Array(4)), false);
  },
});

Deno.test("svgToPng() refuses widths that are not positive", async () => {
  for (const width of [0, -1, NaN, Infinity]) {
    await assertRejects(
      () => svgToPng("<svg/>", { width }),
      RangeError,
      "`width` must be positive",
    );
  }
});

Deno.test("RENDERER_IN_DENO is the version that deno.json pins", () => {
  assertEquals(config.imports["@resvg/resvg-wasm"], RENDERER_IN_DENO);
});
