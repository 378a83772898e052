import { assertEquals } from "@std/assert";

/** A frame as it is seen: 0xRRGGBB per pixel. */
export interface GifFrame {
  /** Hundredths of a second that it is shown. */
  delay: number;
  pixels: Uint32Array;
}

/** What is in a GIF. */
export interface Gif {
  width: number;
  height: number;
  /** How often it is repeated, 0 for ever; undefined if it does not say. */
  loops: number | undefined;
  frames: GifFrame[];
}

/** Reads a GIF (specification GIF89a) whose frames are as large as the picture, not interlaced, and stay. */
export function decodeGif(bytes: Uint8Array): Gif {
  const text = (from: number, to: number) =>
    String.fromCharCode(...bytes.subarray(from, to));
  const short = (at: number) => bytes[at]! | bytes[at + 1]! << 8;
  assertEquals(text(0, 6), "GIF89a");
  const [width, height] = [short(6), short(8)];
  let at = 13;
  function readPalette(flags: number): Uint8Array {
    const size = 3 * 2 ** ((flags & 7) + 1);
    at += size;
    return bytes.subarray(at - size, at);
  }
  function readBlocks(): number[] {
    const data: number[] = [];
    for (let size = bytes[at++]!; size > 0; size = bytes[at++]!) {
      data.push(...bytes.subarray(at, at + size));
      at += size;
    }
    return data;
  }
  const palette = bytes[10]! & 0x80 ? readPalette(bytes[10]!) : undefined;
  const gif: Gif = { width, height, loops: undefined, frames: [] };
  let canvas = new Uint32Array(width * height);
  let control = { delay: 0, transparent: -1 };
  for (;;) {
    const kind = bytes[at++]!;
    if (kind === 0x3b) break;
    if (kind === 0x21) {
      const label = bytes[at++]!;
      const data = readBlocks();
      if (label === 0xff) gif.loops = data[12]! | data[13]! << 8;
      if (label === 0xf9) {
        assertEquals(data[0]! >> 2 & 7, 1); // the frame stays
        control = {
          delay: data[1]! | data[2]! << 8,
          transparent: data[0]! & 1 ? data[3]! : -1,
        };
      }
      continue;
    }
    assertEquals(kind, 0x2c);
    assertEquals([short(at), short(at + 2)], [0, 0]);
    assertEquals([short(at + 4), short(at + 6)], [width, height]);
    const flags = bytes[at + 8]!;
    assertEquals(flags & 0x40, 0);
    at += 9;
    const colors = flags & 0x80 ? readPalette(flags) : palette!;
    const codeSize = bytes[at++]!;
    const indices = decodeLzw(readBlocks(), codeSize);
    assertEquals(indices.length, width * height);
    canvas = canvas.slice();
    indices.forEach((index, i) => {
      if (index === control.transparent) return;
      canvas[i] = colors[3 * index]! << 16 | colors[3 * index + 1]! << 8 |
        colors[3 * index + 2]!;
    });
    gif.frames.push({ delay: control.delay, pixels: canvas });
  }
  assertEquals(at, bytes.length);
  return gif;
}

// Welch (1984), "A technique for high-performance data compression", with codes of growing length.
function decodeLzw(data: readonly number[], codeSize: number): number[] {
  const clear = 2 ** codeSize;
  const out: number[] = [];
  let table: number[][] = [];
  let size = codeSize + 1;
  let last: number[] | undefined;
  let [buffer, bits] = [0, 0];
  function reset(): void {
    table = Array.from({ length: clear + 2 }, (_, i) => i < clear ? [i] : []);
    size = codeSize + 1;
    last = undefined;
  }
  reset();
  for (const byte of data) {
    buffer |= byte << bits;
    bits += 8;
    while (bits >= size) {
      const code = buffer & (2 ** size - 1);
      buffer >>= size;
      bits -= size;
      if (code === clear) {
        reset();
        continue;
      }
      if (code === clear + 1) return out;
      const entry: number[] = table[code] ?? [...last!, last![0]!];
      for (const index of entry) out.push(index);
      if (last && table.length < 4096) table.push([...last, entry[0]!]);
      if (table.length === 2 ** size && size < 12) size++;
      last = entry;
    }
  }
  return out;
}
