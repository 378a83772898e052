/** Threads that are at work, for tests. */

import { FunctionBuilder, i32 } from "../assembler.ts";
import { share } from "../driver.ts";
import { slotOf } from "../functions.ts";
import { heap } from "../heap.ts";
import { pool } from "./pool.ts";
import { setNumThreads } from "./threads.ts";

/** How long threads may take to start. */
const patience = 20_000; // ms

/** Slot of a function that takes a while, then does what `then` emits. */
export function slowSlot(
  name: string,
  then: (f: FunctionBuilder) => void = () => {},
): number {
  return slotOf(`slow ${name}`, () => {
    const f = new FunctionBuilder([i32, i32, i32]), left = f.local(i32);
    f.i32(30_000);
    f.set(left);
    f.loop();
    f.increase(left, -1);
    f.get(left);
    f.brIf(0);
    f.end();
    then(f);
    return f;
  });
}

/** Sets the number of threads and returns when all of them are at work. */
export function startThreads(count: number): void {
  setNumThreads(count);
  const slot = slowSlot("nothing"), start = performance.now();
  while (pool.ready < count - 1) {
    share(slot, heap.args, 8, 1);
    if (performance.now() - start > patience) {
      throw new Error(`Cannot start ${count} threads: ${pool.ready} came`);
    }
  }
}
