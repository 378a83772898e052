/**
 * The program of a worker thread, as text: engines take it without a file,
 * a permission or a bundler that knows of it. It waits in WebAssembly; here it
 * only loads code that the main thread has published in shared memory, and
 * says what went wrong.
 */

import { at, workerBytes } from "./control.ts";

/** How workers are told what they need. */
export interface WorkerData {
  readonly memory: WebAssembly.Memory;
  readonly driver: WebAssembly.Module;
  /** Address of the shared words. */
  readonly control: number;
  /** Number of the worker, from 0. */
  readonly index: number;
  /** Address of its scratch memory. */
  readonly scratch: number;
}

const body = `
const work = ({ memory, driver, control, index, scratch }) => {
  const table = new WebAssembly.Table({ element: "anyfunc", initial: 256 });
  let loaded = 0, last = 0;
  // Another thread may have made the memory larger.
  const words = (end) => {
    for (;;) {
      const { buffer } = memory;
      if (buffer.byteLength >= end) return new Int32Array(buffer);
    }
  };
  const word = (offset) => (control + offset) >>> 2;
  const load = () => {
    const published = Atomics.load(words(0), word(${at.published}));
    while (loaded < published) {
      const here = words(last + 4)[last === 0 ? word(${at.modules}) : last >>> 2] >>> 0;
      const [, length, first, count] = words(here + 16).subarray(here >>> 2, (here >>> 2) + 4);
      const bytes = new Uint8Array(words(here + 16 + length).buffer, here + 16, length).slice();
      const missing = first + count - table.length;
      if (missing > 0) table.grow(Math.max(missing, table.length));
      new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory, table, scratch } });
      last = here;
      loaded++;
    }
    return loaded;
  };
  const add = (offset, by) => Atomics.add(words(0), word(offset), by);
  add(${at.ready}, 1);
  try {
    const stall = () => {};
    const { exports } = new WebAssembly.Instance(driver, { env: { memory, table, control, stall, load } });
    exports.work(index);
  } catch (error) {
    const own = control + ${at.workers} + ${workerBytes} * index;
    const text = new TextEncoder().encode(String(error)).slice(0, ${
  workerBytes - 8
});
    new Uint8Array(memory.buffer).set(text, own + 8);
    words(0)[(own + 4) >>> 2] = text.length;
    if (Atomics.load(words(0), own >>> 2) !== 0) {
      Atomics.store(words(0), word(${at.failed}), index + 1);
      add(${at.done}, 1);
      Atomics.store(words(0), own >>> 2, 0);
      Atomics.notify(words(0), word(${at.done}));
    } else {
      console.error("Gradus: a worker thread ended:", error);
    }
  } finally {
    add(${at.ready}, -1);
    add(${at.ended}, 1);
  }
};
`;

/** For `node:worker_threads`, which Deno has, too. */
export const nodeSource: string =
  `${body}work(require("node:worker_threads").workerData);`;

/** For workers of browsers. */
export const webSource: string =
  `${body}onmessage = ({ data }) => { work(data); close(); };`;
