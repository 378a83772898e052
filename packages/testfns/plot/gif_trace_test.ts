import { assert, assertEquals, assertRejects } from "@std/assert";
import { decodeGif, type Gif } from "./_gif_testing.ts";
import { frameOf, makeTrace } from "./_testing.ts";
import { gifTrace, type GifTraceOptions } from "./gif_trace.ts";
import { plotTrace } from "./plot_trace.ts";

// The renderer is a file. Run with --allow-read to test it.
const ignore = Deno.permissions.querySync({ name: "read" }).state !== "granted";

const TRACE = makeTrace({
  params: [[-1.5, 0], [0, 0], [1.5, 0], [1.5, 0], [NaN, 0]],
  minima: [],
});
const SIZE = { width: 300, height: 300, ctLevels: 0 };

async function make(options: GifTraceOptions = {}): Promise<Gif> {
  return decodeGif(
    await gifTrace(TRACE, { fn: (x) => x, ...SIZE, ...options }),
  );
}

function isRed(color: number): boolean {
  return color >> 16 > 200 && (color >> 8 & 255) < 100;
}

/** The number of red pixels along the path. */
function redAlong({ width, frames }: Gif): number[] {
  const { left, right, top, bottom } = frameOf(plotTrace(TRACE, SIZE));
  const row = Math.floor((top + bottom) / 2);
  return frames.map(({ pixels }) => {
    let count = 0;
    for (let x = left; x < right; x++) {
      if (isRed(pixels[row * width + x]!)) count++;
    }
    return count;
  });
}

Deno.test({
  name:
    "gifTrace() has a frame for the start and one for each step, and lets the last one stay",
  ignore,
  async fn() {
    const gif = await make();
    assertEquals([gif.width, gif.height, gif.loops], [300, 300, 0]);
    assertEquals(gif.frames.map(({ delay }) => delay), [10, 10, 10, 10, 200]);
    const timed = await make({ frameRate: 25, endSeconds: 1, loop: false });
    assertEquals(timed.frames.map(({ delay }) => delay), [4, 4, 4, 4, 100]);
    assertEquals(timed.loops, undefined);
  },
});

Deno.test({
  name: "gifTrace() lets the path grow",
  ignore,
  async fn() {
    const gif = await make({ ptEndColor: "#00FF00" });
    const { left, right } = frameOf(plotTrace(TRACE, SIZE));
    const [start, first, second, third, last] = redAlong(gif);
    // From x = -1.5 to 1.5 of -2 to 2; the end marker hides a little.
    const whole = (right - left) * 3 / 4;
    assertEquals(start, 0);
    assert(Math.abs(first! - whole / 2) < 12, `${first} of ${whole}`);
    assert(Math.abs(second! - whole) < 12, `${second} of ${whole}`);
    assertEquals([third, last], [second, second]);
  },
});

Deno.test({
  name: "gifTrace() counts the steps",
  ignore,
  async fn() {
    const { width, height, frames } = await make();
    // Only the counter differs where the path stays.
    const [before, after] = [frames[2]!.pixels, frames[3]!.pixels];
    const changed = [...before.keys()].filter((i) => before[i] !== after[i]);
    assert(changed.length > 5, `${changed.length} pixels`);
    for (const i of changed) {
      assert(i % width > width - 70 && Math.floor(i / width) > height - 25);
    }
  },
});

Deno.test({
  name: "gifTrace() skips steps, or draws nothing but the end, on request",
  ignore,
  async fn() {
    const full = await make();
    const second = await make({ plotEachStep: 2 });
    assertEquals(second.frames.length, 3);
    assertEquals(
      redAlong(second),
      [0, 2, 4].map((i) => redAlong(full)[i]!),
    );
    const last = await make({ plotEachStep: false });
    assertEquals(last.frames.length, 1);
    assertEquals([...last.frames[0]!.pixels], [...full.frames[4]!.pixels]);
  },
});

Deno.test({
  name: "gifTrace() draws what plotTrace() draws",
  ignore,
  async fn() {
    const { frames: [frame] } = await make({ plotEachStep: false });
    const { left, top, right, bottom } = frameOf(plotTrace(TRACE, SIZE));
    const at = (x: number, y: number) => frame!.pixels[y * 300 + x]!;
    assertEquals(at(1, 1), 0xffffff);
    const near = (color: number, expected: number) =>
      [16, 8, 0].every((shift) =>
        Math.abs((color >> shift & 255) - (expected >> shift & 255)) < 12
      );
    assert(near(at(left + 4, bottom - 4), 0x440154));
    assert(near(at(right - 4, top + 4), 0xfde725));
  },
});

Deno.test({
  name: "gifTrace() draws several runs in colors of their own, with a legend",
  ignore,
  async fn() {
    const other = makeTrace({
      optimizer: "B",
      params: [[0, -1.5], [0, 1.5]],
    });
    const { frames } = decodeGif(
      await gifTrace([TRACE, other], { ...SIZE, width: 380, fn: (x) => x }),
    );
    assertEquals(frames.length, 5);
    const count = (color: number) =>
      frames.at(-1)!.pixels.filter((c) => c === color).length;
    assert(count(0x0072b2) > 100 && count(0xd55e00) > 100);
    // By default the legend takes nothing from the map.
    const [one, several] = await Promise.all(
      [[TRACE], [TRACE, other]].map(async (runs) =>
        decodeGif(await gifTrace(runs, { plotEachStep: false })).width
      ),
    );
    assertEquals(one, 480);
    assert(several! > 520 && several! < 600, `${several}`);
  },
});

Deno.test("gifTrace() refuses what it cannot draw", async () => {
  const cases: [GifTraceOptions, string][] = [
    [{ plotEachStep: 0 }, "`plotEachStep` must be an integer of at least 1"],
    [{ frameRate: 0 }, "`frameRate` must be positive: got 0"],
    [{ endSeconds: -1 }, "`endSeconds` must be positive: got -1"],
    [{ lnColor: "tomato" }, `must be hexadecimal: got "tomato"`],
  ];
  for (const [options, message] of cases) {
    await assertRejects(() => gifTrace(TRACE, options), RangeError, message);
  }
  await assertRejects(() => gifTrace([]), RangeError, "got none");
  await assertRejects(
    () => gifTrace([TRACE, TRACE], { labels: ["a"] }),
    TypeError,
    "must have one label: got 1",
  );
});
